"""The whole way of a call by keyboard alone: with shortcuts, and without any."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.panel.faces import CALLER, ring_in

pytestmark = pytest.mark.browser


def test_the_whole_flow_by_shortcuts(quiet: str, opened: Callable[..., Page]) -> None:
    page = opened(f"{quiet}/panel/", width=320, height=465)
    desk, keys = Desk(page), page.keyboard
    console = opened(f"{quiet}/console/")
    noor = Desk(opened(f"{quiet}/desk/?agent=noor"))
    noor.get_ready()
    desk.press("Log on")
    expect(desk.state).to_contain_text("Not ready")
    keys.press("r")
    expect(desk.state).to_contain_text("Ready")
    ring_in(console)
    desk.rung()
    keys.press("a")
    contact = desk.contact(CALLER)
    expect(contact).to_contain_text("In progress")
    you = contact.get_by_role("listitem").filter(has_text="You")
    keys.press("h")
    expect(you).to_contain_text("on hold")
    keys.press("h")
    expect(you).to_contain_text("connected")
    keys.press("m")
    expect(you).to_contain_text("muted")
    keys.press("m")
    expect(you).not_to_contain_text("muted")
    keys.press("k")
    expect(desk.button("1")).to_be_focused()
    keys.type("42#")
    expect(contact).to_contain_text("Sent: 42#")
    keys.press("Escape")
    keys.press("o")
    keys.type("hem and haw")  # letters that are shortcuts are letters here
    expect(page.get_by_role("textbox", name="Notes")).to_have_value("hem and haw")
    expect(you).to_contain_text("connected")
    keys.press("Shift+Tab")
    keys.press("c")
    expect(page.get_by_role("combobox")).to_be_focused()
    keys.type("noor")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Noor Rahimi")
    keys.press("Enter")
    noor.rung()
    noor.page.keyboard.press("a")
    expect(contact.locator("cb-call")).to_have_count(2)
    expect(desk.button("Alternate")).to_have_attribute("aria-disabled", "false")
    keys.press("x")
    held = contact.locator("cb-call").filter(has_text="Consult call")
    expect(held.get_by_role("listitem").filter(has_text="You")).to_contain_text("on hold")
    keys.press("Shift+C")
    expect(contact.locator("cb-call")).to_have_count(1)
    expect(contact.get_by_role("listitem")).to_have_count(3)


def test_a_call_is_ended_by_shortcuts_and_the_next_is_made(quiet: str, opened: Callable[..., Page]) -> None:
    page = opened(f"{quiet}/panel/", width=320, height=465)
    desk, keys = Desk(page), page.keyboard
    desk.get_ready()
    ring_in(opened(f"{quiet}/console/"))
    desk.rung()
    keys.press("a")
    contact = desk.contact(CALLER)
    expect(contact).to_contain_text("In progress")
    keys.press("Shift+E")
    expect(contact).to_contain_text("Wrap-up")
    for _ in range(12):
        keys.press("Tab")
        if desk.button("Booked").evaluate("button => button.matches(':focus')"):
            break
    keys.press("Space")
    expect(desk.button("Booked")).to_have_attribute("aria-pressed", "true")
    keys.press("Shift+F")
    expect(contact).to_have_count(0)
    keys.press("n")
    keys.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Break")).to_be_focused()
    keys.press("Enter")
    expect(desk.state).to_contain_text("Not ready")
    expect(desk.state).to_contain_text("Break")
    expect(desk.state).to_contain_text("at most 15:00")
    keys.press("d")
    keys.type("+44 20 7946 0101")
    keys.press("Enter")
    expect(desk.contact("Ada Whitlow")).to_contain_text("Calling")
    keys.press("Shift+E")
    expect(desk.contact("Ada Whitlow")).to_have_count(0)
    keys.press("l")
    expect(desk.recent.get_by_role("listitem").first).to_contain_text("Ada Whitlow")


def test_the_whole_flow_by_tab_and_enter(quiet: str, opened: Callable[..., Page]) -> None:
    page = opened(f"{quiet}/panel/", width=200, height=465)
    desk = Desk(page)
    console = opened(f"{quiet}/console/")

    def press(name: str) -> None:
        """Go to the button with Tab, and press it with Enter."""
        button = desk.button(name)
        expect(button).to_have_attribute("aria-disabled", "false")
        for _ in range(40):
            if button.evaluate("button => button.matches(':focus')"):
                break
            page.keyboard.press("Tab")
        expect(button).to_be_focused()
        page.keyboard.press("Enter")

    desk.press("Settings")
    page.get_by_role("checkbox", name="Use keyboard shortcuts").uncheck()
    page.keyboard.press("Escape")
    press("Log on")
    press("Ready")
    ring_in(console)
    desk.rung()
    page.keyboard.press("a")
    expect(desk.button("Answer")).to_be_visible()
    press("Answer")
    press("Hold")
    press("Retrieve")
    press("Transfer")
    page.keyboard.type("7946 0104")
    expect(page.get_by_role("option", name="Dmitri Hale")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Dmitri Hale")
    page.keyboard.press("Enter")
    press("Refunded")
    press("Finish")
    expect(page.get_by_role("article")).to_have_count(0)


def test_help_tells_the_shortcuts_and_a_refused_one_says_why(quiet: str, opened: Callable[..., Page]) -> None:
    page = opened(f"{quiet}/desk/")
    desk = Desk(page)
    expect(desk.button("Log on")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("row")).to_have_count(24)
    expect(page.get_by_role("row", name="Shift E Hang up")).to_be_visible()
    page.keyboard.press("r")  # not behind a dialog
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(desk.state).to_contain_text("Logged off")
    page.keyboard.press("s")
    expect(page.get_by_role("alert").filter(has_text="Call: Not possible at this moment.")).to_be_visible()
    page.keyboard.press("Control+r")  # the browser's
    page.keyboard.press("a")
    expect(page.get_by_role("alert").get_by_role("listitem")).to_have_count(1)


def test_what_a_screen_reader_is_told(quiet: str, opened: Callable[..., Page]) -> None:
    page = opened(f"{quiet}/panel/", width=320, height=465)
    desk = Desk(page)
    desk.get_ready()
    ring_in(opened(f"{quiet}/console/"))
    expect(page.locator("[aria-live=assertive]")).to_have_text(f"Ringing: {CALLER}")
    expect(page.locator("[aria-live=polite]")).to_contain_text("State: On a contact")
    page.keyboard.press("a")
    expect(desk.button("Hold")).to_be_visible()
    page.keyboard.press("Shift+E")
    expect(page.locator("[aria-live=polite]")).to_contain_text("State: After-call work")
    page.keyboard.press("Shift+F")
    expect(page.locator("[aria-live=polite]")).to_contain_text("Completed")


QUICK = """(key) => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  at.closest("dialog").close();
  at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true }));
}"""
"""Closes the dialog that has the focus, and presses a key before the browser has painted again: the focus is still in it."""


def test_a_key_pressed_while_a_dialog_goes_is_heard(quiet: str, opened: Callable[..., Page]) -> None:
    page = opened(f"{quiet}/panel/", width=320, height=465)
    expect(Desk(page).button("Log on")).to_be_visible()
    page.keyboard.press("g")
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    page.evaluate(QUICK, "?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    page.evaluate(QUICK, "g")
    page.get_by_role("combobox", name="Ringtone").focus()
    page.evaluate(QUICK, "?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
