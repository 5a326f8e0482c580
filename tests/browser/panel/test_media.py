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
from tests.browser.panel.still import (
    BOARD,
    CALL,
    CALLBACK,
    CALLBACKS,
    CHAT,
    MESSAGES,
    NOW,
    PREVIEW,
    RECENT,
    SPOKEN,
    STATES,
    SUGGESTIONS,
    TASK,
    WORDS,
    agent,
    show,
)

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


def test_who_reads_along_does_so_in_a_smaller_window_as_well(page: Page) -> None:
    words = [{**WORDS[0], "id": f"w{number}", "start": NOW + number} for number in range(40)]
    last = {**WORDS[0], "id": "last", "text": "And one more.", "start": NOW + 100}
    show(page, agent(contacts={"k": CHAT}, utterances={"k": [*words, last]}))
    log = page.get_by_role("log", name="Messages")
    for width, height in ((320, 700), (200, 465)):
        page.set_viewport_size({"width": width, "height": height})
        expect(log.get_by_text("And one more.")).to_be_in_viewport()
    log.evaluate("log => { log.scrollTop = 0; }")
    page.wait_for_function("() => new Promise((done) => requestAnimationFrame(() => done(true)))")
    page.set_viewport_size({"width": 320, "height": 465})
    expect(log.get_by_text("And one more.")).not_to_be_in_viewport()


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


def test_each_medium_has_a_state_of_its_own(hub: Callable[..., Hosted], opened: Callable[..., Page]) -> None:
    """Chats can be taken by one who takes no calls; by keyboard alone."""
    page = opened(f"{hub().url}/panel/", width=200, height=465)
    desk = Desk(page)
    expect(desk.button("Log on")).to_have_attribute("aria-disabled", "false")
    chat = desk.state.get_by_role("button", name="Chat:")
    expect(chat).to_contain_text("Off")
    chat.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(chat).to_contain_text("Chat: Ready")
    expect(desk.button("Log on")).to_be_visible()
    chat.press("Enter")
    page.get_by_role("menuitem", name="Not ready: Lunch").press("Enter")
    expect(chat).to_contain_text("Chat: Lunch")
    expect(desk.state.get_by_role("button", name="Task:")).to_contain_text("Off")
    desk.get_ready()
    expect(chat).to_contain_text("Chat: Lunch")
    chat.press("Enter")
    page.get_by_role("menuitem", name="Log off: End of shift").press("Enter")
    expect(chat).to_contain_text("Off")
    expect(desk.state.locator(".word")).to_have_text("Ready")


def test_a_preview_is_shown_with_its_record_and_dialled_skipped_or_given_up(
    hub: Callable[..., Hosted], opened: Callable[..., Page]
) -> None:
    url = hub().url
    page, centre = opened(f"{url}/panel/", width=320, height=640), Centre(url)
    desk = Desk(page)
    desk.get_ready()
    centre.act("offer_entry", campaign="winter", agent="mia")
    uma = desk.contact("Uma Castell")
    expect(uma).to_contain_text("To be called")
    expect(uma).to_contain_text("Winter timetable · Regulars 2026")
    expect(uma).to_contain_text("Port Selby, October")
    desk.press("Never call")
    expect(uma).to_have_count(0)
    expect(desk.state.locator(".word")).to_have_text("Ready")
    centre.act("offer_entry", campaign="winter", agent="mia")
    expect(desk.contact("Viggo Strand")).to_contain_text("NQ-1777")
    page.keyboard.press("a")
    expect(desk.button("Hang up")).to_be_visible()
    expect(desk.contacts).to_contain_text("Calling")
    page.keyboard.press("Shift+E")
    expect(page.get_by_role("article")).to_have_count(0)


def test_a_call_is_promised_shown_and_called_off(
    hub: Callable[..., Hosted], opened: Callable[..., Page]
) -> None:
    url = hub().url
    page, centre = opened(f"{url}/panel/", width=320, height=640), Centre(url)
    desk = Desk(page)
    desk.get_ready()
    centre.ring("+44 20 7946 0104")
    desk.rung()
    desk.press("Answer")
    page.get_by_text("Call back later").click()
    page.get_by_role("textbox", name="What about").fill("About the cabin")
    desk.press("Promise the call")
    expect(page.get_by_role("textbox", name="What about")).to_have_count(0)
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Recent").click()
    promised = page.get_by_role("region", name="Callbacks").get_by_role("listitem")
    expect(promised).to_contain_text("Dmitri Hale")
    expect(promised).to_contain_text("About the cabin")
    desk.press("Call off the callback to Dmitri Hale")
    expect(promised).to_have_count(0)


def test_a_callback_is_offered_with_what_it_is_about(page: Page) -> None:
    show(page, agent(contacts={"k": CALLBACK}))
    card = page.get_by_role("article", name="Uma Castell")
    expect(card).to_contain_text("To be called")
    expect(card).to_contain_text("Callback · Bookings")
    expect(card).to_contain_text("Whether the camper fits")
    expect(page.get_by_role("button", name="Never call")).to_have_count(0)
    for name in ("Call", "Skip"):
        card.get_by_role("button", name=name, exact=True).click()
    assert [service["service"] for service in asked(page)] == ["AnswerCall", "DeflectCall"]


def test_what_was_written_to_the_team_is_there_until_it_is_put_away(page: Page) -> None:
    show(page, agent(), messages=MESSAGES)
    told = page.get_by_role("log", name="Messages to the team")
    expect(told).to_contain_text("Port Selby is closed")
    expect(told).not_to_contain_text("Coffee!")
    page.get_by_role("button", name="Dismiss: Port Selby").click()
    expect(told.get_by_role("listitem")).to_have_count(0)
    page.reload()
    page.wait_for_function("() => customElements.get('cb-panel') !== undefined")
    show(page, agent(), messages=[*MESSAGES, {**MESSAGES[0], "id": "m3", "content": "It is open again."}])
    expect(told).to_contain_text("open again")
    expect(told).not_to_contain_text("Port Selby is closed")


def test_a_message_of_a_supervisor_reaches_the_panel(
    hub: Callable[..., Hosted], opened: Callable[..., Page]
) -> None:
    centre = hub()
    page = opened(f"{centre.url}/panel/", width=200, height=465)
    expect(Desk(page).button("Log on")).to_have_attribute("aria-disabled", "false")
    posting = {"service": "PostTeamMessage", "content": "Gate 4 is shut.", "teams": ["crew"]}
    answer = centre.post(
        "/v1/subjects/agent/ruth/commands",
        {"id": "c-1", "service": posting},
        centre.token("agent:ruth", "team:crew", agent="ruth"),
    )
    assert answer["outcome"] == {"outcome": "done"}, answer
    told = page.get_by_role("log", name="Messages to the team")
    expect(told).to_contain_text("Gate 4 is shut.")
    assert sticking_out(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_and_nothing_sticks_out(page: Page, *, dark: bool) -> None:
    page.emulate_media(color_scheme="dark" if dark else "light")
    chat = agent(contacts={"k": CHAT}, utterances={"k": WORDS}, suggestions={"k": SUGGESTIONS})
    views = [
        chat,
        agent(contacts={"k": TASK}),
        agent(contacts={"k": CALL}, utterances={"k": SPOKEN}),
        agent(contacts={"k": PREVIEW}, states=STATES),
        agent(contacts={"k": {**CALL, "phase": "wrap_up"}}, states=STATES),
        agent(callbacks=CALLBACKS, recent=RECENT, states=STATES),
        agent(),
    ]
    for view in views:
        show(page, view, board=BOARD, messages=MESSAGES)
        if "callbacks" in view:
            page.get_by_role("button", name="Recent").click()
        elif "contacts" not in view:
            page.get_by_role("button", name="Queues").click()
        for width, height in ((200, 465), (1280, 800)):
            page.set_viewport_size({"width": width, "height": height})
            assert violations(page) == [], (view, width)
            assert sticking_out(page) == [], (view, width)
        page.set_viewport_size({"width": 320, "height": 465})
