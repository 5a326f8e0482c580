"""The inspector beside the desk and the console: what one sees of a call while it goes on, and afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.desk import Desk
from tests.browser.hosting import PASSWORD, Hosted
from tests.browser.panel.looks import sticking_out, violations
from tests.browser.running import Complaints
from tests.browser.test_accessible import LOOKS
from tests.browser.test_console import ring

pytestmark = pytest.mark.browser

CELIA = "Celia Durand"


def listed(page: Page, who: str) -> Locator:
    return page.get_by_role("region", name="Contacts").get_by_role("link", name=re.compile(who))


def step(page: Page, name: str) -> Locator:
    return page.locator("cb-step").filter(has=page.get_by_text(name, exact=True))


@pytest.fixture
def talking(quiet: str, opened: Callable[..., Page]) -> tuple[Desk, Page]:
    """Mia's desk, at which she talks to Celia, and the console."""
    console, desk = opened(f"{quiet}/console/"), Desk(opened(f"{quiet}/desk/"))
    desk.get_ready()
    ring(console, CELIA, "agent:mia")
    assert desk.rung() == CELIA
    desk.press("Answer")
    expect(desk.button("Hold")).to_be_visible()
    return desk, console


def test_a_call_is_followed_while_it_goes_on(
    quiet: str, opened: Callable[..., Page], talking: tuple[Desk, Page], complaints: Complaints
) -> None:
    complaints.allowed.append("502")  # the console asks the link that is cut
    desk, console = talking
    page = opened(f"{quiet}/inspector/")
    expect(listed(page, CELIA)).to_contain_text("In progress")
    listed(page, CELIA).click()
    expect(page.get_by_role("heading", name=CELIA)).to_be_visible()
    offered = step(page, "Delivered").first
    expect(offered).to_contain_text(f"{CELIA} connected · Mia Thorne ringing")
    expect(offered).to_contain_text(re.compile(r"native: \d+ page"))
    expect(page.locator("cb-batch").first).to_contain_text("sim: request POST act")
    answered = step(page, "AnswerCall").first
    expect(answered).to_contain_text("done")
    expect(answered).to_contain_text(
        re.compile(r"asked by mia.*on disk \+.*to the link \+.*link answered \+", re.DOTALL)
    )
    offered.get_by_text("Raw").click()
    expect(offered.get_by_role("group", name="Event")).to_contain_text('"type": "Delivered"')

    desk.press("Hold")
    expect(step(page, "Held")).to_be_visible()
    expect(page.locator("cb-batch").filter(has=step(page, "Held"))).to_contain_text("sim: command HoldCall")

    console.get_by_role("spinbutton", name="Cut the link for (s)").fill("1")
    console.get_by_role("button", name="Cut").click()
    expect(page.get_by_text("Nothing was heard of sim")).to_contain_text("dropped-on-purpose")
    expect(step(page, "Snapshot")).to_contain_text("still there")
    expect(page.get_by_text("Nothing was heard of sim")).to_contain_text(re.compile(r"for \d"))


def test_what_was_refused_is_seen_and_the_download_tells_of_nobody(
    quiet: str, opened: Callable[..., Page], talking: tuple[Desk, Page]
) -> None:
    desk, console = talking
    console.get_by_role("combobox", name="Refuse the next command").select_option("no-free-line")
    console.get_by_role("button", name="Set").last.click()
    desk.press("Hold")
    expect(desk.page.get_by_role("alert").filter(has_text="Hold:")).to_be_visible()
    page = opened(f"{quiet}/inspector/")
    listed(page, CELIA).click()
    expect(step(page, "HoldCall")).to_contain_text("refused: no-free-line")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download, redacted").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert re.fullmatch(r"contact-\w+\.json", download.value.suggested_filename)
    assert json.loads(text)["steps"]
    for personal in ("Celia", "Durand", "7946", "NQ-1074"):
        assert personal not in text


def test_contacts_are_narrowed_and_an_agent_is_followed(
    quiet: str, opened: Callable[..., Page], talking: tuple[Desk, Page]
) -> None:
    desk, _ = talking
    page = opened(f"{quiet}/inspector/")
    page.get_by_role("searchbox").fill("0199 9999")
    expect(page.get_by_text("No contact fits.")).to_be_visible()
    page.get_by_role("searchbox").fill("celia")
    expect(listed(page, CELIA)).to_be_visible()
    page.get_by_role("combobox", name="Agent").select_option("Mia Thorne")
    page.get_by_role("combobox", name="State").select_option("Past")
    expect(page.get_by_text("No contact fits.")).to_be_visible()
    page.get_by_role("combobox", name="State").select_option("Live")
    expect(listed(page, CELIA)).to_be_visible()

    page.get_by_role("link", name="Follow an agent").click()
    page.get_by_role("combobox", name="Agent").select_option("Mia Thorne")
    expect(step(page, "Established").first).to_be_visible()
    desk.press("Hold")
    expect(page.locator("cb-batch").first).to_contain_text("Held")
    page.get_by_role("link", name="Not understood").click()
    expect(page.get_by_text("Every frame was understood.")).to_be_visible()
    page.go_back()
    expect(step(page, "Held").first).to_be_visible()


def test_it_is_used_by_keyboard_alone(
    quiet: str, opened: Callable[..., Page], talking: tuple[Desk, Page]
) -> None:
    page = opened(f"{quiet}/inspector/", width=320)
    expect(listed(page, CELIA)).to_be_visible()
    page.get_by_role("searchbox").focus()
    page.keyboard.type("celia")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(listed(page, CELIA)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=CELIA)).to_be_visible()
    expect(listed(page, CELIA)).to_be_hidden()
    page.get_by_text("Raw").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Event").first).to_be_visible()
    page.get_by_role("link", name="Back to the list").focus()
    page.keyboard.press("Enter")
    expect(listed(page, CELIA)).to_be_visible()


def test_it_asks_for_a_sign_in_that_may_look(
    hosted: Callable[..., Hosted], opened: Callable[..., Page], complaints: Complaints
) -> None:
    complaints.allowed.append("40[134]")
    accounts = {"mia": ["agent:mia"], "ops": ["inspect", "tenant"]}
    hub = hosted('[[links]]\nname = "sim"\nprotocol = "simulator"\n', accounts=accounts)
    page = opened(f"{hub.url}/inspector/")

    def sign_in(name: str) -> None:
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")

    sign_in("mia")
    expect(page.get_by_text("it needs the scope “inspect”")).to_be_visible()
    sign_in("ops")
    expect(page.get_by_role("region", name="Contacts")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()


@LOOKS
def test_axe_finds_nothing(
    quiet: str,
    opened: Callable[..., Page],
    talking: tuple[Desk, Page],
    complaints: Complaints,
    width: int,
    *,
    dark: bool,
) -> None:
    complaints.allowed.append("502")  # the console asks the link that is cut
    _, console = talking
    page = opened(f"{quiet}/inspector/", width=width, height=640, dark=dark)
    expect(listed(page, CELIA)).to_be_visible()

    def fine(state: str) -> None:
        assert violations(page) == [], state
        assert sticking_out(page) == [], state

    fine("list")
    listed(page, CELIA).click()
    console.get_by_role("spinbutton", name="Cut the link for (s)").fill("1")
    console.get_by_role("button", name="Cut").click()
    expect(step(page, "Snapshot")).to_be_visible()
    page.get_by_text("Raw").first.click()
    fine("way")
    page.goto(f"{quiet}/inspector/#/follow/agent/mia")
    expect(page.locator("cb-step").first).to_be_visible()
    fine("follow")
    page.goto(f"{quiet}/inspector/#/odd")
    expect(page.get_by_text("Every frame was understood.")).to_be_visible()
    fine("odd")
