"""Several pages of one agent: each thing that is done once is done by one of them, and can be brought to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from tests.browser.desk import Desk
from tests.browser.panel.faces import CALLER, ring_in

pytestmark = pytest.mark.browser

WRITE_DOWN = """
window.notified = [];
window.Notification = class extends window.Notification {
  constructor(title, options) { super(title, options); notified.push(title); }
};
document.hasFocus = () => false; // no page of a browser without a screen ever has it
"""


@pytest.fixture
def tabs(chromium: Browser, quiet: str) -> Iterator[Callable[[], Page]]:
    """Opens the panel in further tabs of one browser, in which notifications are allowed."""
    context: BrowserContext = chromium.new_context(viewport={"width": 320, "height": 640})
    context.grant_permissions(["notifications"], origin=quiet)
    context.add_init_script(WRITE_DOWN)

    def tab() -> Page:
        page = context.new_page()
        page.goto(f"{quiet}/panel/")
        return page

    yield tab
    context.close()


def test_tone_and_notification_are_had_once_and_moved(
    quiet: str, opened: Callable[..., Page], tabs: Callable[[], Page]
) -> None:
    first = tabs()
    Desk(first).has_the_tone()  # whichever page asks first has it
    second = tabs()
    for page in (first, second):
        Desk(page).press("Settings")
    first.get_by_role("checkbox", name="Notify me when it rings").check()
    expect(first.get_by_text("Desktop notification: on this page")).to_be_visible()
    expect(first.get_by_text("Ringtone: on this page")).to_be_visible()
    expect(second.get_by_text("Ringtone: on another page")).to_be_visible()
    expect(second.get_by_text("Desktop notification: on another page")).to_be_visible()
    for page in (first, second):
        page.keyboard.press("Escape")

    desk, console = Desk(first), opened(f"{quiet}/console/")
    desk.get_ready()
    ring_in(console)
    desk.rung()
    Desk(second).rung()
    first.wait_for_function("() => notified.length === 1")
    assert first.evaluate("notified") == [f"Ringing: {CALLER}"]
    assert second.evaluate("notified") == []
    desk.press("Decline")

    Desk(second).press("Settings")
    second.get_by_role("button", name="Ringtone: bring it here").click()
    second.get_by_role("button", name="Desktop notification: bring it here").click()
    expect(second.get_by_text("Ringtone: on this page")).to_be_visible()
    expect(second.get_by_text("Desktop notification: on this page")).to_be_visible()
    second.keyboard.press("Escape")
    expect(desk.button("Ringtone: on another page")).to_be_visible()
    second.close()
    expect(desk.button("Ringtone: on")).to_be_visible()


def test_the_tone_is_chosen_and_remembered(tabs: Callable[[], Page]) -> None:
    page = tabs()
    desk = Desk(page)
    desk.press("Settings")
    page.get_by_role("combobox", name="Ringtone").select_option("Chime")
    page.reload()
    desk.press("Settings")
    expect(page.get_by_role("combobox", name="Ringtone")).to_have_value("chime")
    page.get_by_role("combobox", name="Ringtone").select_option("Off")
    page.keyboard.press("Escape")
    expect(desk.button("Ringtone: off")).to_be_visible()
    page.reload()
    expect(desk.button("Ringtone: off")).to_be_visible()
    desk.press("Ringtone: off")
    desk.press("Settings")
    expect(page.get_by_role("combobox", name="Ringtone")).to_have_value("chime")


def test_it_asks_before_a_page_goes_in_a_call(quiet: str, opened: Callable[..., Page]) -> None:
    page = opened(f"{quiet}/panel/", width=320, height=640)
    desk = Desk(page)
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    desk.get_ready()
    page.reload()
    assert asked == []
    expect(desk.state).to_contain_text("Ready")
    ring_in(opened(f"{quiet}/console/"))
    desk.rung()
    desk.press("Answer")
    expect(desk.button("Hold")).to_be_visible()
    page.reload()
    assert asked == ["beforeunload"]
    expect(desk.button("Hold")).to_be_visible()


def test_contacts_behind_another_are_folded_in_a_narrow_panel_only(
    quiet: str, opened: Callable[..., Page]
) -> None:
    page = opened(f"{quiet}/panel/", width=320, height=640)
    desk, console = Desk(page), opened(f"{quiet}/console/")
    desk.get_ready()
    ring_in(console)
    desk.rung()
    desk.press("Answer")
    desk.press("Hold")
    expect(desk.button("Retrieve")).to_be_visible()
    page.get_by_role("button", name="Call", exact=True).click()
    page.get_by_role("textbox", name="Number").fill("+44 20 7946 0102")
    page.keyboard.press("Enter")
    expect(desk.contact("Bram Okafor")).to_contain_text("Calling")
    expect(desk.button(f"Show: {CALLER}")).to_be_visible()
    expect(desk.button("Retrieve")).to_have_count(0)
    desk.button(f"Show: {CALLER}").click()
    expect(desk.button("Retrieve")).to_be_visible()
    expect(page.get_by_role("heading", name=CALLER)).to_be_focused()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(desk.button("Retrieve")).to_be_visible()
    expect(desk.button("Hang up")).to_have_count(2)
