"""Contacts that are no calls, and what is said in any: chats, tasks, transcripts, suggestions; and the counters of queues and team."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.gallery.centre import Centre
from tests.browser.hosting import Hosted
from tests.browser.panel.looks import sticking_out, violations
from tests.browser.panel.still import BOARD, CALL, CHAT, NOW, SPOKEN, SUGGESTIONS, TASK, WORDS, agent, show

pytestmark = pytest.mark.browser


@pytest.fixture
def page(hub: Callable[..., Hosted], opened: Callable[..., Page]) -> Page:
    """A page that has the panel's elements, and as much room as a CRM's frame."""
    page = opened(f"{hub().url}/panel/", width=320, height=465)
    page.wait_for_function("() => customElements.get('cb-panel') !== undefined")
    return page


def asked(page: Page) -> list[dict[str, str]]:
    found: list[dict[str, str]] = page.evaluate("() => window.asked")
    return found


def test_a_chat_is_read_in_order_and_written_in(page: Page) -> None:
    show(page, agent(contacts={"k": CHAT}, utterances={"k": WORDS}, suggestions={"k": SUGGESTIONS}))
    log = page.get_by_role("log", name="Messages")
    expect(log.get_by_role("listitem")).to_have_count(3)
    expect(log.get_by_role("listitem").nth(1)).to_contain_text("Give me your booking number")
    expect(log.get_by_role("listitem").nth(1)).to_contain_text("You")
    expect(log.get_by_role("listitem").nth(2)).to_contain_text("NQ-2211")
    message = page.get_by_role("textbox", name="Message")
    message.fill("Yes,")
    message.press("Shift+Enter")
    message.press_sequentially("it can.")
    message.press("Enter")
    expect(message).to_have_value("")
    assert asked(page) == [{"service": "SendMessage", "contact": "k", "text": "Yes,\nit can."}]
    word = {
        "id": "u4",
        "contact": "k",
        "role": "agent",
        "author": "mia",
        "text": "Yes,\nit can.",
        "start": NOW + 9 * 60_000,
    }
    page.evaluate("word => window.turn({ utterances: { k: [...word] } })", [*WORDS, word])
    expect(log.get_by_text("it can.")).to_be_in_viewport()


def test_what_was_refused_stays_to_be_sent_again(page: Page) -> None:
    show(page, agent(contacts={"k": CHAT}))
    expect(page.get_by_text("Nothing has been written yet.")).to_be_visible()
    page.evaluate("() => { window.outcome = { outcome: 'refused', code: 'link-down', message: '' }; }")
    message = page.get_by_role("textbox", name="Message")
    message.fill("Are you there?")
    page.get_by_role("button", name="Send").click()
    page.wait_for_function("() => window.asked.length === 1")
    expect(message).to_have_value("Are you there?")
    expect(message).to_be_focused()


def test_a_suggestion_is_used_and_not_sent_by_itself(page: Page) -> None:
    show(page, agent(contacts={"k": CHAT}, suggestions={"k": SUGGESTIONS}))
    suggestions = page.get_by_role("region", name="Suggested answers")
    expect(suggestions.get_by_role("link", name="Pets on board")).to_have_attribute(
        "href", "https://handbook.example/pets"
    )
    expect(suggestions).to_contain_text("Handbook · 83%")
    page.get_by_role("button", name="Use: Pets on board").click()
    expect(page.get_by_role("textbox", name="Message")).to_have_value(str(SUGGESTIONS[0]["text"]))
    assert asked(page) == []


def test_a_chat_is_taken_paused_and_ended(page: Page) -> None:
    show(page, agent(contacts={"k": {**CHAT, "phase": "offered"}}))
    card = page.get_by_role("article", name="Ada Whitlow")
    expect(card).to_contain_text("New")
    expect(card).to_contain_text("Chat · Changes and refunds · Pet cabin")
    page.get_by_role("button", name="Accept").click()
    page.evaluate("contact => window.turn({ contacts: { k: contact } })", CHAT)
    for name in ("Pause", "End"):
        page.get_by_role("button", name=name, exact=True).click()
    page.evaluate("contact => window.turn({ contacts: { k: contact } })", {**CHAT, "phase": "paused"})
    page.get_by_role("button", name="Resume").click()
    assert [service["service"] for service in asked(page)] == [
        "AnswerCall",
        "PauseContact",
        "ClearConnection",
        "ResumeContact",
    ]
    page.evaluate("contact => window.turn({ contacts: { k: contact } })", {**CHAT, "phase": "wrap_up"})
    expect(page.get_by_role("textbox", name="Message")).to_have_count(0)
    expect(page.get_by_role("log", name="Messages")).to_be_visible()


def test_a_task_says_what_it_is_about(page: Page) -> None:
    show(page, agent(contacts={"k": TASK}))
    card = page.get_by_role("article", name="Check the refund of NQ-1187")
    expect(card).to_contain_text("Compare with the bank's list")
    expect(card.get_by_role("link", name="Booking: NQ-1187")).to_have_attribute(
        "href", "https://crm.example/NQ-1187"
    )
    expect(card.get_by_role("button", name="Pause")).to_be_visible()
    expect(card.get_by_role("button", name="Hold")).to_have_count(0)
    expect(card.get_by_role("log")).to_have_count(0)


def test_a_transcript_says_what_is_doubtful_and_what_still_grows(page: Page) -> None:
    show(page, agent(contacts={"k": CALL}, utterances={"k": SPOKEN}))
    said = page.get_by_role("log", name="Transcript").get_by_role("listitem")
    expect(said).to_have_count(3)
    expect(said.nth(1)).to_contain_text("61%")
    expect(said.nth(1)).to_contain_text("The recogniser is not sure of this.")
    expect(said.nth(0)).not_to_contain_text("%")
    expect(said.nth(2)).to_have_class(re.compile("growing"))
    expect(page.get_by_role("button", name="Hold")).to_be_visible()
    expect(page.get_by_role("textbox", name="Message")).to_have_count(0)


def test_who_has_scrolled_back_stays_there(page: Page) -> None:
    words = [{**WORDS[0], "id": f"w{number}", "start": NOW + number} for number in range(40)]
    show(page, agent(contacts={"k": CHAT}, utterances={"k": words}))
    log = page.get_by_role("log", name="Messages")
    page.wait_for_function("() => true")
    assert log.evaluate("log => log.scrollHeight - log.clientHeight - log.scrollTop") < 2
    log.evaluate("log => { log.scrollTop = 0; }")
    more = [*words, {**WORDS[0], "id": "last", "text": "And one more.", "start": NOW + 100}]
    page.evaluate("words => window.turn({ utterances: { k: words } })", more)
    expect(log.get_by_role("listitem")).to_have_count(41)
    assert log.evaluate("log => log.scrollTop") == 0


def test_the_board_tells_of_queues_and_team(page: Page) -> None:
    show(page, agent(), board=BOARD)
    page.get_by_role("button", name="Queues").click()
    queues = page.get_by_role("region", name="Queues")
    expect(queues.get_by_role("listitem").nth(0)).to_contain_text("3 waiting")
    expect(queues.get_by_role("listitem").nth(0)).to_contain_text("longest wait")
    expect(queues.get_by_role("listitem").nth(0)).to_contain_text("2 ready · 4 on a contact · 92% in time")
    expect(queues.get_by_role("listitem").nth(2)).to_contain_text("not counted")
    team = page.get_by_role("region", name="Team Crew")
    expect(team.get_by_role("listitem").filter(has_text="Otto")).to_contain_text("Lunch")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(team).to_have_count(0)
    page.get_by_text("Queues and team").click()
    expect(team).to_be_visible()


def test_a_chat_of_a_real_centre(hub: Callable[..., Hosted], opened: Callable[..., Page]) -> None:
    url = hub().url
    page, centre = opened(f"{url}/panel/", width=320, height=640), Centre(url)
    centre.act("log_on", agent="mia", medium="chat", state="ready")
    call = centre.act("start_chat", to="8101", text="Can our dog come along?", name="Ada Whitlow")["call"]
    page.get_by_role("button", name="Accept").click()
    log = page.get_by_role("log", name="Messages")
    expect(log).to_contain_text("Can our dog come along?")
    page.get_by_role("textbox", name="Message").fill("Yes, gladly.")
    page.keyboard.press("Enter")
    expect(log).to_contain_text("Yes, gladly.")
    centre.act("customer_write", call=call, text="Thank you!")
    expect(log.get_by_role("listitem").last).to_contain_text("Thank you!")
    for name in ("Pause", "Resume", "End"):
        page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_role("article")).to_contain_text("Wrap-up")


def test_the_board_of_a_real_centre(hub: Callable[..., Hosted], opened: Callable[..., Page]) -> None:
    """Counted by the hub, and told as it changes; the demo's token may see the colleagues."""
    url = hub().url
    page = opened(f"{url}/panel/", width=320, height=640)
    page.get_by_role("button", name="Queues").click()
    team = page.get_by_role("region", name="Team")
    mia = team.get_by_role("listitem").filter(has_text="Mia Thorne")
    expect(mia).to_contain_text("Logged off")
    expect(team.get_by_role("listitem").filter(has_text="Noor Rahimi")).to_be_visible()
    bookings = page.get_by_role("region", name="Queues").get_by_role("listitem").filter(has_text="Bookings")
    expect(bookings).to_contain_text("0 waiting")
    Desk(page).press("Log on")
    expect(mia).to_contain_text("Not ready")
    expect(team).to_contain_text("1 not ready")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_and_nothing_sticks_out(page: Page, *, dark: bool) -> None:
    page.emulate_media(color_scheme="dark" if dark else "light")
    chat = agent(contacts={"k": CHAT}, utterances={"k": WORDS}, suggestions={"k": SUGGESTIONS})
    views = [
        chat,
        agent(contacts={"k": TASK}),
        agent(contacts={"k": CALL}, utterances={"k": SPOKEN}),
        agent(),
    ]
    for view in views:
        show(page, view, board=BOARD)
        if "contacts" not in view:
            page.get_by_role("button", name="Queues").click()
        for width, height in ((200, 465), (320, 465), (1280, 800)):
            page.set_viewport_size({"width": width, "height": height})
            assert violations(page) == [], (view, width)
            assert sticking_out(page) == [], (view, width)
        page.set_viewport_size({"width": 320, "height": 465})
