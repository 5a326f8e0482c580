"""The demo's CRM in real tabs: who calls is opened, a number that is clicked is dialled, a call is logged once."""

from __future__ import annotations

import json
import re
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.hosting import ADA, Hosted, ring
from tests.browser.panel.looks import violations
from tests.browser.running import Complaints

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
BRAM = "+44 20 7946 0102"
CALLS = "Object.keys(localStorage).filter((key) => key.startsWith('crm.call.')).length"
Json = dict[str, Any]


class Phone:
    """Mia's telephone, by HTTP, and the customers at the other end."""

    def __init__(self, hub: Hosted) -> None:
        self.url = hub.url
        self._hub = hub
        self._token = hub.token(agent="mia")
        self._commands = 0

    def do(self, service: str, **details: object) -> None:
        self._commands += 1
        body = {"id": f"test-{self._commands}", "service": {"service": service, **details}}
        answer = self._hub.post("/v1/subjects/agent/mia/commands", body, self._token)
        assert answer["outcome"]["outcome"] == "done", answer

    def ring(self, number: str) -> None:
        """A customer calls Mia's extension."""
        ring(self.url, number)

    def contact(self, *phases: str) -> Json:
        """Mia's contact, once there is one in one of these phases."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            for contact in self._view().get("contacts", {}).values():
                if contact.get("phase", "offered") in phases:
                    found: Json = contact
                    return found
            time.sleep(0.02)
        raise AssertionError(f"no contact became {phases}")

    def finish(self) -> None:
        """Hang up, and be done with what comes after."""
        self.do("ClearConnection", contact=self.contact("active")["id"])
        self.do("CompleteContact", contact=self.contact("wrap_up")["id"])

    def _view(self) -> Json:
        found: Json = self._hub.get("/v1/subjects/agent/mia", self._token)["view"]
        return found


@pytest.fixture
def phone(centre: Hosted) -> Phone:
    """A hub that runs the demo with nobody acting by themselves; Mia takes calls."""
    phone = Phone(centre)
    phone.do("SetAgentState", state="ready")
    return phone


@pytest.fixture
def tabs(chromium: Browser, complaints: Complaints, phone: Phone) -> Any:  # noqa: ANN401 - a generator's function
    context = chromium.new_context()

    def opened(variant: str) -> Page:
        page = context.new_page()
        page.set_default_timeout(15_000)
        complaints.listen(page)
        page.goto(f"{phone.url}/crm/{variant}/")
        expect(page.get_by_role("link", name="Ada Whitlow")).to_be_visible()
        return page

    yield opened
    context.close()


VARIANTS = pytest.mark.parametrize("variant", ["native", "streams"])


def connected(page: Page, variant: str) -> Page:
    """The page, once its telephone is there."""
    if variant == "streams":
        page.wait_for_function("() => window.connect.core.initialized === true")
    else:
        expect(page.get_by_role("status")).to_have_text("")
        expect(page.frame_locator("#dock iframe").get_by_text("Mia Thorne")).to_be_visible()
    return page


@VARIANTS
def test_who_calls_is_opened(phone: Phone, tabs: Callable[[str], Page], variant: str) -> None:
    page = connected(tabs(variant), variant)
    expect(page.get_by_text("Choose a customer")).to_be_visible()
    phone.ring(BRAM)
    expect(page.get_by_role("heading", name="Bram Okafor")).to_be_visible()
    phone.do("AnswerCall", contact=phone.contact("offered")["id"])
    phone.finish()


@VARIANTS
def test_a_number_that_is_clicked_is_dialled(phone: Phone, tabs: Callable[[str], Page], variant: str) -> None:
    page = connected(tabs(variant), variant)
    page.get_by_role("link", name="Ada Whitlow").click()
    page.get_by_role("button", name=ADA).click()
    contact = phone.contact("dialling", "active")
    assert re.sub(r"\D", "", contact["calls"][0]["dialled"]) == re.sub(r"\D", "", ADA)
    assert contact["direction"] == "outbound"
    if variant == "native":
        assert contact["related_record"] == {"kind": "customer", "id": "NQ-1000", "name": "Ada Whitlow"}


@VARIANTS
def test_a_call_is_logged_once_with_two_tabs_open(
    phone: Phone, tabs: Callable[[str], Page], variant: str
) -> None:
    pages = [connected(tabs(variant), variant) for _ in range(2)]
    phone.ring(ADA)
    phone.do("AnswerCall", contact=phone.contact("offered")["id"])
    phone.finish()
    for page in pages:
        page.evaluate("location.hash = 'NQ-1000'")
        expect(page.locator("#calls tr:has(td)")).to_have_count(1)
        expect(page.locator("#calls")).to_contain_text("inbound")
        expect(page.locator("#calls")).to_contain_text("completed")
    phone.ring(BRAM)
    phone.do("AnswerCall", contact=phone.contact("offered")["id"])
    pages[0].close()  # the one that wrote the first entry, perhaps
    phone.finish()
    pages[1].evaluate("location.hash = 'NQ-1037'")
    expect(pages[1].locator("#calls tr:has(td)")).to_have_count(1)
    assert pages[1].evaluate(CALLS) == 2


def test_what_was_closed_while_no_tab_was_open_is_logged_by_the_next(
    phone: Phone, tabs: Callable[[str], Page]
) -> None:
    phone.ring(ADA)
    phone.do("AnswerCall", contact=phone.contact("offered")["id"])
    phone.finish()
    page = tabs("native")
    page.evaluate("location.hash = 'NQ-1000'")
    expect(page.locator("#calls tr:has(td)")).to_have_count(1)


@VARIANTS
@pytest.mark.parametrize(("width", "dark"), [(360, True), (1280, False)], ids=["narrow-dark", "wide-light"])
def test_axe_finds_nothing(
    phone: Phone, opened: Callable[..., Page], variant: str, width: int, *, dark: bool
) -> None:
    page = opened(f"{phone.url}/crm/{variant}/", width=width, dark=dark)
    connected(page, variant)
    page.get_by_role("link", name="Ada Whitlow").click()
    expect(page.get_by_role("heading", name="Ada Whitlow")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_notes_stay(tabs: Callable[[str], Page]) -> None:
    page = tabs("native")
    page.get_by_role("link", name="Ada Whitlow").click()
    page.get_by_label("Notes").fill("prefers the morning boat")
    page.reload()
    expect(page.get_by_label("Notes")).to_have_value("prefers the morning boat")


def test_its_customers_are_those_of_the_simulated_centre() -> None:
    centre = tomllib.loads((ROOT / "src/cordboard/protocols/simulator/centre.toml").read_text())
    known = {(item["data"]["customer"], item["name"], item["number"]) for item in centre["customers"]}
    customers = json.loads((ROOT / "examples/crm/customers.json").read_text())
    assert {(item["id"], item["name"], item["phone"]) for item in customers} == known
