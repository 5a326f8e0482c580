"""What an agent can see in the panel, beyond the faces that the tests walk through. Each function is one walk over a fresh hub."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.gallery.centre import CALLER, LONG, Centre
from tests.browser.panel import still
from tests.browser.panel.faces import escape

LANGUAGES = ("de", "pt", "ja")


def offers(page: Page, centre: Centre) -> Iterator[str]:
    """Offers with much and little data, one during a call, and what an agent asks for meanwhile."""
    desk = Desk(page)
    yield "logged off"
    desk.get_ready()
    yield "ready, nothing yet"
    centre.ring(
        "+44 1632 960992",
        name=LONG,
        data={
            "booking": "NQ-2211-HARWICH-ESBJERG",
            "port": "Harwich International, terminal 2",
            "cabin": "4-berth outside with window",
            "vehicle": "Camper, 7.2 m, 3.1 m high",
            "note": "Asked twice already whether the dog may stay in the cabin overnight",
        },
    )
    desk.rung()
    yield "offer with a long name and much data"
    desk.press("Answer")
    expect(desk.button("Hold")).to_be_visible()
    yield "long name, talking"
    desk.press("Hold")
    expect(desk.button("Keypad")).to_have_attribute("aria-disabled", "true")
    desk.button("Keypad").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    yield "why it is greyed"
    desk.press("Retrieve")
    centre.ring("+44 1632 960993", "2001")
    expect(page.get_by_role("article").filter(has_text="Ringing")).to_be_visible()
    yield "a second call rings, caller unknown"
    page.keyboard.press("Shift+D")
    expect(page.get_by_role("article")).to_have_count(1)
    page.keyboard.press("n")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(desk.state).to_contain_text("Then:")
    yield "not ready is pending"
    page.keyboard.press("m")
    expect(desk.button("Unmute")).to_be_visible()
    yield "muted"
    page.get_by_role("textbox", name="Notes").fill(
        "Dog may stay if it is under 40 cm.\nSend the form by mail, and call back on Friday."
    )
    page.keyboard.press("Tab")
    page.locator("h1").first.click()
    page.keyboard.press("Shift+E")
    desk.press("Booked")
    expect(desk.button("Booked")).to_have_attribute("aria-pressed", "true")
    yield "wrap-up, disposition and notes"


def consulting(page: Page, centre: Centre, colleague: Callable[[], Desk]) -> Iterator[str]:
    """The directory on each tab, and a consultation from its first ring to the change of sides."""
    desk = Desk(page)
    desk.get_ready()
    centre.ring(CALLER)
    desk.rung()
    desk.press("Answer")
    expect(desk.button("Hold")).to_be_visible()
    noor = colleague()
    noor.get_ready()
    desk.press("Consult")
    for tab in ("Agents", "Queues", "Numbers"):
        page.get_by_role("dialog").get_by_role("button", name=tab, exact=True).click()
        expect(page.get_by_role("option").first).to_be_visible()
        yield f"directory: {tab.lower()}"
    page.get_by_role("dialog").get_by_role("button", name="All", exact=True).click()
    page.get_by_role("combobox").fill("zzz")
    expect(page.get_by_text("Nobody found.")).to_be_visible()
    yield "directory: nobody"
    desk.choose("noor", "Noor Rahimi")
    noor.rung()
    expect(page.locator("cb-call")).to_have_count(2)
    yield "consult rings"
    noor.press("Answer")
    expect(desk.button("Complete transfer")).to_have_attribute("aria-disabled", "false")
    desk.press("Alternate")
    expect(page.locator("cb-call").first).not_to_contain_text("on hold")
    yield "alternated"


def languages(
    page: Page, url: str, centre: Centre, opened: Callable[..., Page]
) -> Iterator[tuple[Page, str]]:
    """The same in each language: pages that look on."""
    desk = Desk(page)
    watching = {
        language: opened(f"{url}/panel/?lang={language}", width=320, height=465) for language in LANGUAGES
    }
    desk.get_ready()
    centre.ring(CALLER)
    desk.rung()
    for language, each in watching.items():
        expect(each.get_by_role("article")).to_be_visible()
        yield each, f"{language}: ringing"
    desk.press("Answer")
    expect(desk.button("Hold")).to_be_visible()
    for language, each in watching.items():
        expect(each.locator("cb-call")).to_be_visible()
        yield each, f"{language}: talking"
    page.keyboard.press("Shift+E")
    for language, each in watching.items():
        expect(each.locator("cb-wrap-up")).to_be_visible()
        yield each, f"{language}: wrap-up"
    for language, each in watching.items():
        each.keyboard.press("g")
        expect(each.get_by_role("dialog")).to_be_visible()
        yield each, f"{language}: settings"
        escape(each)


def media(page: Page) -> Iterator[str]:
    """What no contact centre of the tests brings about: views that stand still."""
    chat = {"utterances": {"k": still.WORDS}, "suggestions": {"k": still.SUGGESTIONS}}
    still.show(page, still.agent(contacts={"k": {**still.CHAT, "phase": "offered"}}))
    yield "chat offered"
    still.show(page, still.agent(contacts={"k": still.CHAT}, **chat))
    yield "chat"
    still.show(page, still.agent(contacts={"k": {**still.CHAT, "phase": "wrap_up"}}, **chat))
    yield "chat, wrap-up"
    still.show(page, still.agent(contacts={"k": still.TASK}))
    yield "task"
    still.show(
        page,
        still.agent(
            contacts={"k": still.CALL}, utterances={"k": still.SPOKEN}, suggestions={"k": still.SUGGESTIONS}
        ),
    )
    yield "call with transcript"
    still.show(page, still.agent(), board=still.BOARD)
    page.get_by_role("button", name="Queues").click()
    yield "board"
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_text("Queues and team").click()
    yield "board, unfolded"
    page.set_viewport_size({"width": 320, "height": 465})
    agent = still.agent(states=still.STATES, callbacks=still.CALLBACKS, recent=still.RECENT)
    agent["profile"] = {**agent["profile"], "reasons": still.REASONS}
    still.show(page, agent, messages=still.MESSAGES)
    yield "a state of each medium, a message to the team"
    page.get_by_role("button", name="Chat: Busy").click()
    yield "a state of each medium: choices"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Recent").click()
    yield "callbacks"
    still.show(page, {**agent, "contacts": {"k": still.PREVIEW}})
    yield "preview of a campaign"
    still.show(page, {**agent, "contacts": {"k": still.CALLBACK}})
    yield "callback offered"
    still.show(page, {**agent, "contacts": {"k": {**still.CALL, "phase": "wrap_up"}}})
    page.get_by_text("Call back later").click()
    yield "a call is promised"
    for language in LANGUAGES:
        page.evaluate("language => { document.documentElement.lang = language; }", language)
        still.show(page, {**agent, "contacts": {"k": still.PREVIEW}}, messages=still.MESSAGES)
        yield f"{language}: preview, a state of each medium"
        still.show(page, agent, board=still.BOARD)
        page.get_by_role("navigation").get_by_role("button").nth(2).click()
        yield f"{language}: callbacks"
        page.get_by_role("navigation").get_by_role("button").nth(3).click()
        yield f"{language}: board"


def endings(
    page: Page, url: str, opened: Callable[..., Page], stop: Callable[[], None]
) -> Iterator[tuple[Page, str]]:
    """Not signed in, and not connected."""
    waiting = opened(f"{url}/panel/?sign-in=embedder", width=320, height=465)
    expect(waiting.get_by_role("status")).to_contain_text("Waiting")
    yield waiting, "waiting for the page around"
    leaving = opened(f"{url}/panel/", width=320, height=465)
    Desk(leaving).press("Settings")
    leaving.get_by_role("button", name="Sign out").click()
    expect(leaving.get_by_role("button", name="Sign in")).to_be_visible()
    yield leaving, "signed out"
    expect(Desk(page).button("Log on")).to_be_visible()
    stop()
    expect(page.get_by_text("Connection lost")).to_be_visible()
    yield page, "connection lost"
