"""The desk page over the real socket, clicked through in Chromium."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.hosting import ADA, ring

BEN = "+44 20 7946 0102"

pytestmark = pytest.mark.browser


def test_a_call_rings_and_is_answered_held_retrieved_transferred_and_finished(
    demo: str, opened: Callable[..., Page]
) -> None:
    page = opened(demo)
    page.get_by_role("link", name="Agent desk").click()
    mia, noor = Desk(page), Desk(opened(f"{demo}/desk/?agent=noor"))
    mia.get_ready()
    name = mia.rung()
    expect(page).to_have_title(f"☎ {name}")
    mia.press("Answer")
    contact = mia.contact(name)
    expect(contact).to_contain_text("In progress")
    expect(page).to_have_title("Agent desk · Cordboard")

    mia.press("Hold")
    expect(contact.get_by_role("listitem").filter(has_text="You")).to_contain_text("on hold")
    mia.press("Retrieve")
    expect(contact.get_by_role("listitem").filter(has_text="You")).to_contain_text("connected")

    noor.get_ready()
    mia.press("Transfer")
    mia.choose("noor", "Noor Rahimi")
    assert noor.rung() == name
    expect(noor.contact(name)).to_contain_text("Transferred by Mia Thorne")
    noor.press("Answer")
    expect(noor.contact(name)).to_contain_text("In progress")

    expect(mia.state).to_contain_text("After-call work")
    mia.press("Call back")
    expect(mia.button("Call back")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("textbox", name="Notes").fill("Asked for the timetable.")
    mia.press("Finish")
    expect(contact).to_have_count(0)
    expect(mia.recent.get_by_role("listitem").first).to_contain_text(name)
    expect(mia.recent.get_by_role("listitem").first).to_contain_text("Transferred · Call back")
    expect(mia.state).to_contain_text("Ready")

    noor.press("Hang up")
    noor.press("Finish")
    expect(noor.contact(name)).to_have_count(0)


def test_a_colleague_is_consulted_and_joins(quiet: str, opened: Callable[..., Page]) -> None:
    mia, noor = Desk(opened(f"{quiet}/desk/")), Desk(opened(f"{quiet}/desk/?agent=noor"))
    noor.get_ready()
    mia.get_ready()
    ring(quiet, ADA)
    name = mia.rung()
    mia.press("Answer")
    mia.press("Consult")
    mia.choose("noor", "Noor Rahimi")
    assert noor.rung() == name
    noor.press("Answer")
    contact = mia.contact(name)
    expect(contact).to_contain_text("Consult call")
    mia.press("Alternate")
    held = contact.locator("cb-call").filter(has_text="Consult call")
    expect(held.get_by_role("listitem").filter(has_text="You")).to_contain_text("on hold")
    mia.press("Conference")
    expect(contact.locator("cb-call")).to_have_count(1)
    for who in (name, "Noor Rahimi", "You"):
        expect(contact.get_by_role("listitem").filter(has_text=who)).to_contain_text("connected")
    contact.get_by_role("button", name="Drop Noor Rahimi").click()
    expect(contact.get_by_role("listitem").filter(has_text="Noor Rahimi")).to_have_count(0)
    mia.press("Mute")
    expect(contact.get_by_role("listitem").filter(has_text="You")).to_contain_text("muted")
    mia.press("Keypad")
    mia.press("4")
    mia.page.keyboard.press("2")
    expect(contact).to_contain_text("Sent: 42")


def test_a_call_is_parked_for_another_taken_back_and_joined(quiet: str, opened: Callable[..., Page]) -> None:
    mia = Desk(opened(f"{quiet}/desk/"))
    mia.get_ready()
    ring(quiet, ADA)
    first = mia.rung()
    mia.press("Answer")
    mia.press("Park")
    parked = mia.contact(first)
    expect(parked.get_by_role("listitem").filter(has_text="You")).to_contain_text("parked")
    expect(mia.state.locator(".word")).to_have_text("Ready")
    expect(mia.button("Consult")).to_have_count(0)

    ring(quiet, BEN)
    mia.rung()
    mia.press("Answer")
    mia.press(f"Conference with {first}")
    expect(mia.contacts.get_by_role("article")).to_have_count(1)
    expect(mia.contacts.get_by_role("listitem").filter(has_text=first)).to_contain_text("connected")
    mia.press("Park")
    mia.press("Retrieve")
    expect(mia.state.locator(".word")).to_have_text("On a contact")


def test_it_works_by_keyboard_alone(quiet: str, opened: Callable[..., Page]) -> None:
    page = opened(f"{quiet}/desk/")
    desk = Desk(page)
    desk.get_ready()
    ring(quiet, ADA)
    name = desk.rung()
    desk.button("Answer").focus()
    page.keyboard.press("Enter")
    expect(desk.contact(name)).to_contain_text("In progress")
    expect(desk.contacts.get_by_role("heading", name=name)).to_be_focused()
    for _ in range(10):
        page.keyboard.press("Tab")
        if desk.button("Consult").evaluate("button => button.matches(':focus')"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox")).to_be_focused()
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(desk.button("Consult")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("booking")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Bookings")
    page.keyboard.press("Enter")
    expect(desk.contact(name)).to_contain_text("Consult call")

    desk.button("Not ready").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Break")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(desk.state).to_contain_text("Then: Not ready, Lunch")
    expect(desk.button("Not ready")).to_be_focused()


def test_what_is_not_possible_says_why(quiet: str, opened: Callable[..., Page]) -> None:
    page = opened(f"{quiet}/desk/")
    desk = Desk(page)
    expect(desk.button("Log on")).to_have_attribute("aria-disabled", "false")
    directory = desk.button("Directory")
    expect(directory).to_have_attribute("aria-disabled", "true")
    expect(directory).to_have_attribute("aria-description", "Not possible at this moment.")
    directory.hover()
    why = page.locator("cb-why").get_by_text("Not possible at this moment.")
    expect(why).to_be_in_viewport()
    page.get_by_role("heading", name="Call someone").hover()
    expect(why).to_have_count(0)
    page.get_by_role("textbox", name="Number").focus()
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(directory).to_be_focused()
    expect(why).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("alert").filter(has_text="Directory: Not possible at this moment.")
    ).to_be_visible()
    desk.press("Log on")
    expect(directory).to_have_attribute("aria-disabled", "false")
    page.get_by_role("textbox", name="Number").fill("12x")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Call: This number cannot be dialled.")).to_be_visible()


def test_an_outbound_call_is_dialled_and_called_again(quiet: str, opened: Callable[..., Page]) -> None:
    page = opened(f"{quiet}/desk/")
    desk = Desk(page)
    desk.press("Log on")
    page.get_by_role("textbox", name="Number").fill("+44 20 7946 0101")
    desk.press("Call")
    contact = desk.contact("Ada Whitlow")
    expect(contact).to_contain_text("Calling")
    desk.press("Hang up")
    expect(desk.recent).to_contain_text("Outbound · Abandoned")
    desk.recent.get_by_role("button", name="Call Ada Whitlow").click()
    expect(contact).to_contain_text("Calling")


def test_only_one_of_an_agents_pages_rings(quiet: str, opened: Callable[..., Page]) -> None:
    first = opened(f"{quiet}/desk/")
    Desk(first).has_the_tone()
    second = Desk(opened(f"{quiet}/desk/"))
    expect(second.button("Ringtone: on another page")).to_be_visible()
    second.press("Ringtone: on another page")
    second.has_the_tone()
    expect(Desk(first).button("Ringtone: on another page")).to_be_visible()
    second.page.close()
    expect(Desk(first).button("Ringtone: on")).to_be_visible()
    Desk(first).press("Ringtone: on")
    expect(Desk(first).button("Ringtone: off")).to_be_visible()
