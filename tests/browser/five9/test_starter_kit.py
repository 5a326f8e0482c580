"""Five9's own samples for browsers, unchanged, their login address included, at our session over TLS.

They are not ours to have here. ``FIVE9_KIT`` names a folder with a checkout of
https://github.com/Five9DeveloperProgram/Five9-Agent-Sup-REST-API-Starter-Kit; without it there is nothing to run. A sample that loads jQuery
from elsewhere gets it from ``FIVE9_KIT_JQUERY``, a file of the version that it asks for, or is skipped.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from tests.browser.five9.application import Application
from tests.browser.hosting import ADA, Hosted, ring
from tests.five9.relay import Relay

pytestmark = pytest.mark.browser
HOST = "app.five9.com"
LIMIT = 15_000
CALLS = "{A}/interactions/calls"


class Samples:
    """Mia's browser: her own application in one page, a sample in another."""

    def __init__(
        self, context: BrowserContext, crm: str, pages: dict[str, str], hub: Hosted, relay: Relay
    ) -> None:
        self.context = context
        self.hub = hub
        self.relay = relay
        self.failures: list[str] = []
        page = context.new_page()
        page.goto(crm)
        self.mia = Application(page, f"https://{HOST}")
        self.mia.sign_in()
        self._crm = crm
        self._pages = pages

    def talk(self) -> dict[str, Any]:
        """Mia talks with Ada."""
        self.ready()
        ring(self.hub.url, ADA)
        offered = self.call()
        self.mia.ask("PUT", f"{CALLS}/{offered['id']}/answer")
        return self.call()

    def ready(self) -> None:
        """Mia takes calls."""
        self.mia.ask("PUT", "{A}/presence", {"currentState": {"readyChannels": ["CALL"]}})

    def call(self) -> dict[str, Any]:
        """Her first call, as soon as there is one."""
        end = monotonic() + LIMIT / 1000
        while not (found := self.mia.ask("GET", CALLS)):
            assert monotonic() < end, "there is no call"
        return dict(found[0])

    def show(self, name: str) -> Page:
        """Open the sample of this name beside her application."""
        folder = os.environ.get("FIVE9_KIT", "")
        assert folder
        self._pages["/sample"] = (Path(folder) / "usecase_samples" / name).read_text(encoding="utf-8")
        page = self.context.new_page()
        page.set_default_timeout(LIMIT)
        page.on("pageerror", lambda error: self.failures.append(str(error)))
        # Only what is fetched while the page loads may be brought by hand: nobody would bring anything while a test waits for the relay.
        page.route("https://code.jquery.com/**", _bring_jquery)
        page.goto(f"{self._crm}/sample")
        return page

    def asked(self, path: str) -> dict[str, Any]:
        """The answer to the first request to a path that ends so."""
        ask = self.relay.until(lambda line: line["do"] == "ask" and line["path"].endswith(path))
        return self.relay.until(lambda line: line["do"] == "answer" and line["number"] == ask["number"])


def _bring_jquery(route: Route) -> None:
    headers = {"access-control-allow-origin": "*"}
    route.fulfill(
        path=os.environ.get("FIVE9_KIT_JQUERY", ""), content_type="text/javascript", headers=headers
    )


@pytest.fixture
def samples(
    browser: Callable[..., BrowserContext], hosted: Callable[..., Hosted], crm: str, pages: dict[str, str]
) -> Iterator[Samples]:
    """A hub behind what the samples take for Five9."""
    if not os.environ.get("FIVE9_KIT"):
        pytest.skip("FIVE9_KIT does not say where Five9's samples for browsers are")
    with Relay(HOST) as relay:
        settings = f"""
            [web]
            public = "https://{HOST}"
            origins = ["{crm}"]
            [protocols.five9]
            variables = ["debug.test"]
            speed_dials = [{{ id = "1", number = "+441632960001", description = "WS harbour office" }}]
            [demo]
            agent = "mia"
            [[links]]
            name = "sim"
            protocol = "simulator"
            [links.options]
            people = false
        """
        hub = hosted(settings, accounts={"mia": ("agent:mia",)})
        relay.upstream = hub.url
        rules = (
            f"MAP {HOST}:443 127.0.0.1:{relay.port}",
            "MAP * ~NOTFOUND",
            "EXCLUDE 127.0.0.1",
            "EXCLUDE localhost",
        )
        with browser(f"--host-resolver-rules={', '.join(rules)}") as context:
            found = Samples(context, crm, pages, hub, relay)
            yield found
            assert found.failures == []


def test_a_variable_is_set_in_each_call_that_comes(samples: Samples) -> None:
    samples.show("setCAVs on load with websockets.html")
    samples.relay.until(lambda line: line["do"] == "down" and '"eventId":"1010"' in line["text"])
    samples.ready()
    ring(samples.hub.url, ADA)
    assert samples.asked("/variables_2")["status"] == 200
    assert "true" in samples.call()["variables"].values()


def test_a_sample_follows_a_maintenance_to_a_socket_of_its_own(samples: Samples) -> None:
    samples.show("setCAVs on load with websockets.html")
    first = samples.relay.until(lambda line: line["do"] == "open")
    token = samples.hub.token("operate")
    for order in ({"do": "start", "graceful": False}, {"do": "complete"}):
        samples.hub.post("/v1/maintenance", order, token)
    again = samples.relay.until(lambda line: line["do"] == "open" and line["number"] != first["number"])
    assert again["path"] == first["path"]


def test_an_option_is_taken_away(samples: Samples) -> None:
    wanted = ["ALERT_ON_OVERDUE_CALLBACK", "AUTO_ANSWER_INBOUND_AUTODIAL_CALLS"]
    samples.mia.ask("PUT", "{A}/options", wanted)
    before = len(samples.relay.lines)
    samples.show("Force Agent Options.html")
    samples.relay.until(
        lambda line: (
            samples.relay.lines.index(line) > before and line["do"] == "ask" and line["method"] == "PUT"
        )
    )
    assert samples.mia.ask("GET", "{A}/options")["options"] == wanted[:1]


def test_an_interpreter_is_asked_to_join(samples: Samples) -> None:
    call = samples.talk()
    samples.show("Initiate Conference on Connect.html")
    assert samples.asked("/add_external_to_conference")["status"] == 200
    consult = next(item for item in samples.mia.ask("GET", CALLS) if item["id"] != call["id"])
    assert (consult["number"], consult["originalCallId"]) == ("5995595606", call["id"])


@pytest.fixture
def jquery() -> None:
    """What the samples below load from elsewhere."""
    if not os.environ.get("FIVE9_KIT_JQUERY"):
        pytest.skip("FIVE9_KIT_JQUERY does not say where the sample's jQuery is")


@pytest.mark.usefixtures("jquery")
@pytest.mark.parametrize(
    ("sample", "button", "path", "status"),
    [
        # This one writes "true" where a boolean belongs.
        (
            "cold_conference_transfer_sample.html",
            "Add the Language Line",
            "/add_external_to_conference",
            200,
        ),
        (
            "Call Warm Transfer Example.html",
            "Transfer to specific DNIS",
            "/transfer_to_external_number",
            204,
        ),
    ],
)
def test_a_button_calls_somebody_about_the_call(
    samples: Samples, sample: str, button: str, path: str, status: int
) -> None:
    call = samples.talk()
    samples.show(sample).get_by_role("button", name=button).click()
    assert samples.asked(path)["status"] == status
    consult = next(item for item in samples.mia.ask("GET", CALLS) if item["id"] != call["id"])
    assert (consult["number"], consult["originalCallId"]) == ("5995595610", call["id"])


@pytest.mark.usefixtures("jquery")
def test_buttons_bring_somebody_in_and_let_them_go(samples: Samples) -> None:
    call = samples.talk()
    page = samples.show("Call Conference Transfer Example - Dynamic SpeedDials.html")
    page.get_by_role("button", name="WS harbour office").click()
    added = samples.relay.until(
        lambda line: line["do"] == "down" and "CONFERENCE_PARTICIPANT_ADDED" in line["text"]
    )
    assert added
    page.get_by_role("button", name="Disconnect 3rd Party").click()
    assert samples.asked("/disconnectConferenceParticipant")["status"] == 200
    assert samples.call()["id"] == call["id"]
