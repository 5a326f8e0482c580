"""The faces of the panel, one after the other: everything that an agent can see, from logged off to the last contact."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk

CALLER = "Celia Durand"


def ring_in(console: Page, who: str = CALLER) -> None:
    """Have a customer call Mia."""
    console.get_by_role("combobox", name="Caller").fill(who)
    console.get_by_role("combobox", name="To").select_option("agent:mia")
    console.get_by_role("button", name="Ring in").click()


def escape(page: Page) -> None:
    """Close what is open, and see it closed: a dialog takes a moment, in which keys are still its own."""
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog").or_(page.get_by_role("menu"))).to_have_count(0)


def faces(url: str, opened: Callable[..., Page], page: Page) -> Iterator[str]:
    """Goes from face to face, and says the name of each. `page` shows the panel or the desk of Mia, in English."""
    desk, console = Desk(page), opened(f"{url}/console/")
    yield from _without_a_call(desk)
    yield from _in_a_call(desk, console, lambda: Desk(opened(f"{url}/desk/?agent=noor")))
    yield from _in_two_calls(desk, console)
    yield from _afterwards(desk, console)


def _without_a_call(desk: Desk) -> Iterator[str]:
    page = desk.page
    expect(desk.button("Log on")).to_be_visible()
    yield "logged off"
    desk.press("Settings")
    yield "settings"
    escape(page)
    desk.press("Keyboard shortcuts")
    yield "shortcuts"
    escape(page)
    desk.press("Log on")
    expect(desk.state).to_contain_text("Not ready")
    page.keyboard.press("n")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    yield "reasons"
    escape(page)
    page.keyboard.press("d")
    yield "dialling"


def _in_a_call(desk: Desk, console: Page, colleague: Callable[[], Desk]) -> Iterator[str]:
    page = desk.page
    desk.press("Ready")
    ring_in(console)
    assert desk.rung() == CALLER
    yield "ringing"
    desk.press("Answer")
    expect(desk.button("Hold")).to_be_visible()
    yield "in a call"
    desk.press("Keypad")
    page.keyboard.press("5")
    expect(desk.contacts).to_contain_text("Sent: 5")
    yield "keypad"
    desk.press("Keypad")
    desk.press("Consult")
    expect(page.get_by_role("option").first).to_be_visible()
    yield "directory"
    noor = colleague()
    noor.get_ready()
    desk.choose("noor", "Noor Rahimi")
    noor.rung()
    noor.press("Answer")
    expect(desk.button("Complete transfer")).to_have_attribute("aria-disabled", "false")
    yield "consulting"
    desk.press("Conference")
    expect(desk.button("Drop Noor Rahimi")).to_be_visible()
    yield "conference"
    desk.press("Drop Noor Rahimi")
    desk.press("Hold")
    expect(desk.button("Retrieve")).to_be_visible()
    yield "on hold"


def _in_two_calls(desk: Desk, console: Page) -> Iterator[str]:
    page = desk.page
    page.keyboard.press("d")
    page.get_by_role("textbox", name="Number").fill("+44 20 7946 0102")
    page.keyboard.press("Enter")
    console.get_by_role("button", name="Answer as Bram Okafor").click()
    expect(page.get_by_role("button", name=f"Transfer to {CALLER}")).to_be_visible()
    yield "two contacts"
    refusing = console.get_by_role("combobox", name="Refuse the next command")
    refusing.select_option("impossible-here")
    with console.expect_response("**/console/fault"):
        console.locator("form").filter(has=refusing).get_by_role("button", name="Set").click()
    page.get_by_role("button", name=f"Transfer to {CALLER}").click()
    expect(desk.button(f"Transfer to {CALLER}")).to_have_attribute("aria-disabled", "true")
    yield "refused"
    for over in (1, 2):
        page.keyboard.press("Shift+E")
        expect(page.get_by_role("article").filter(has_text="Wrap-up")).to_have_count(over)
    yield "wrap-up"


def _afterwards(desk: Desk, console: Page) -> Iterator[str]:
    page = desk.page
    while page.get_by_role("article").count() > 0:
        if not page.get_by_role("button", name="Finish").first.is_visible():
            page.get_by_role("button", name="Show").first.click()
        before = page.get_by_role("article").count()
        page.get_by_role("button", name="Finish").first.click()
        expect(page.get_by_role("article")).to_have_count(before - 1)
    page.keyboard.press("l")
    expect(desk.recent.get_by_role("listitem").first).to_be_visible()
    yield "last contacts"
    console.get_by_role("spinbutton", name="Cut the link").fill("4")
    console.get_by_role("button", name="Cut", exact=True).click()
    expect(page.get_by_text("The line to sim is down")).to_be_visible()
    yield "line down"
