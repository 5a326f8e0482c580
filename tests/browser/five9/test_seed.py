"""The handlers that a page was shown with, unchanged, around our Aura component, at a real hub over TLS, in Chromium, on another site.

They are read where the project's seeds are, beside the checkout; without them there is nothing to run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.five9.application import Application
from tests.browser.hosting import ADA, Hosted, ring
from tests.five9.relay import Relay

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[3]
SEEDS = sorted((ROOT.parent / "shared" / "seeds").glob("000*.txt"))
AURA = ROOT / "salesforce/force-app/main/default/aura/FiveNineSocketAPI"
LIMIT = 15_000
HEARD = """
globalThis.said = [];
for (const way of ["log", "error"]) console[way] = (name, detail) => said.push([name, detail]);
"""

Json = dict[str, Any]


def sample(name: str) -> str:
    """The file of this name in the seed's text: from its comment to where its parentheses close."""
    if not SEEDS:
        pytest.skip("the seeds are not beside this checkout")
    text = SEEDS[0].read_text()
    found = re.search(rf"^// {re.escape(name)}\n(\(\{{.*?^\}}\))", text, flags=re.MULTILINE | re.DOTALL)
    assert found is not None, f"{SEEDS[0].name} has no {name}"
    return found[1]


class Desk(Application):
    """Mia's browser: the page with the component, and her own application beside it."""

    @property
    def said(self) -> list[list[Any]]:
        """What the handlers said, in order: a name and what goes with it."""
        found: list[list[Any]] = self.page.evaluate("said")
        return found

    def until(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """What a handler said with this name, once it has."""
        self.page.wait_for_function("(name) => said.some(([known]) => known === name)", arg=name)
        return next(detail for said, detail in self.said if said == name)

    def follow(self, *, gate: bool = True) -> None:
        """Compose our component into the seed's parent, and start it."""
        configuration = {
            "isFive9User": gate,
            "baseUrl": self.url,
            "metadataPath": "appsvcs/rs/svc/auth/metadata",
            "callVariablesPath": "appsvcs/rs/svc/orgs/{five9OrgId}/call_variables",
            "socketPath": "appsvcs/ws",
            "socketKey": "0055g00000AbCdEAAV-1",
            "typeCodes": ["3", "4", "5"],
        }
        self.page.add_script_tag(path=Path(__file__).with_name("aura.js"))
        ours = [(AURA / f"FiveNineSocketAPI{part}.js").read_text() for part in ("Controller", "Helper")]
        theirs = [sample(f"MyParent{part}.js") for part in ("Controller", "Helper")]
        self.page.evaluate(
            """([ours, theirs, configuration]) => {
                const read = ([controller, helper]) => ({ controller: (0, eval)(controller), helper: (0, eval)(helper) });
                globalThis.stop = compose(read(ours), read(theirs), configuration);
            }""",
            [ours, theirs, configuration],
        )


@pytest.fixture
def desk(
    browser: Callable[..., BrowserContext], hosted: Callable[..., Hosted], crm: str
) -> Iterator[tuple[Desk, Hosted, Relay]]:
    """Mia's browser, at a hub with TLS before it."""
    with Relay("127.0.0.1") as relay:
        settings = f"""
            [web]
            public = "{relay.url}"
            origins = ["{crm}"]
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
        with browser() as context:
            page = context.new_page()
            page.set_default_timeout(LIMIT)
            page.add_init_script(HEARD)
            page.goto(crm)
            yield Desk(page, relay.url), hub, relay


def test_the_handlers_hear_that_a_call_begins_and_that_it_is_dispositioned_once_each(
    desk: tuple[Desk, Hosted, Relay],
) -> None:
    mia, hub, relay = desk
    mia.follow()
    org = mia.sign_in()
    mia.ask("PUT", "{A}/presence", {"currentState": {"readyChannels": ["CALL"], "notReadyReasonCodeId": "0"}})
    # The component asked before anybody was logged in: it comes again after five seconds.
    relay.until(lambda line: line["do"] == "open")
    ring(hub.url, ADA)
    offered = mia.until("other event")
    assert (offered["eventId"], offered["state"]) == ("3", "OFFERED")
    (call,) = mia.ask("GET", "{A}/interactions/calls")
    where = f"{{A}}/interactions/calls/{call['id']}"
    mia.ask("PUT", f"{where}/answer")
    begun = mia.until("callStart")
    mia.ask("PUT", f"{where}/hold")
    mia.ask("PUT", f"{where}/unhold")
    mia.ask("PUT", f"{where}/disconnect")
    disposition = mia.ask("GET", f"/orgs/{org}/dispositions")[0]["id"]
    mia.ask("PUT", f"{where}/dispose", {"dispositionId": disposition})
    ended = mia.until("dispositioned")
    names = [name for name, _ in mia.said]
    assert (names.count("callStart"), names.count("dispositioned"), names.count("error")) == (1, 1, 0)
    assert begun["sessionId"] == ended["sessionId"] == offered["sessionId"] != ""


def test_an_error_has_a_message_and_a_user_of_another_call_centre_hears_nothing(
    chromium: Browser, crm: str
) -> None:
    asked: list[str] = []
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(LIMIT)
    page.add_init_script(HEARD)
    page.goto(crm)
    page.on("request", lambda request: asked.append(request.url))
    desk = Desk(page, "https://127.0.0.1:9")
    desk.follow(gate=False)
    assert (desk.said, asked) == ([], [])
    desk.follow()
    desk.until("error")
    assert desk.said == [["error", "Could not establish connection."]]
    context.close()
