"""The face of the CCP page: the agent panel in the frame that the real library makes, beside what the library tells the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Dialog, FrameLocator, Page, expect

from tests.browser.panel.looks import AXE
from tests.browser.streams.stage import (
    CALLER,
    LATEST,
    PASSWORD,
    Crm,
    Stage,
    asked,
    build,
    failures,
    has_agent,
    set_state,
    state_is,
    until,
)

pytestmark = pytest.mark.browser

NAME = "Ada Whitlow"


def face_of(page: Page) -> FrameLocator:
    return page.frame_locator("#ccp iframe")


def press(page: Page, name: str) -> None:
    """Press a button of the face, once it can be pressed."""
    button = face_of(page).get_by_role("button", name=name, exact=True)
    expect(button).to_have_attribute("aria-disabled", "false")
    button.click()


def rings(stage: Stage, page: Page) -> str:
    call = str(stage.act("ring", number=CALLER, to="2001")["call"])
    expect(face_of(page).get_by_role("article", name=NAME)).to_contain_text("Ringing")
    return call


def heard(page: Page, event: str) -> None:
    page.wait_for_function("event => window.seen.includes(event)", arg=event)


# --- calls ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lib", [build(LATEST), build("2.4.7/connect-streams.js"), build("1.4.5/connect-streams.js")]
)
def test_a_call_is_worked_with_in_the_face_and_the_page_hears_of_it(
    stage: Stage, embedded: Callable[..., Page], lib: str
) -> None:
    page = embedded(lib)
    face = face_of(page)
    expect(face.get_by_role("heading", name="Mia Thorne")).to_be_visible()
    press(page, "Log on")
    press(page, "Ready")
    state_is(page, "Available")
    rings(stage, page)
    heard(page, "Connecting")
    press(page, "Answer")
    heard(page, "Connected")
    press(page, "Hold")
    page.wait_for_function("() => window.contact().getInitialConnection().isOnHold()")
    press(page, "Retrieve")
    page.wait_for_function("() => !window.contact().getInitialConnection().isOnHold()")
    press(page, "Mute")
    if lib != "1.4.5/connect-streams.js":
        page.wait_for_function("() => window.agentSeen.includes('muted')")
    press(page, "Transfer")
    face.get_by_role("combobox").fill("7946 0104")
    face.get_by_role("option", name="Dmitri Hale").click()
    heard(page, "ACW")
    press(page, "Refunded")
    press(page, "Finish")
    heard(page, "Destroy")
    expect(face.get_by_role("article")).to_have_count(0)
    assert failures(page) == []


def test_what_the_page_does_shows_in_the_face(stage: Stage, embedded: Callable[..., Page]) -> None:
    page = embedded()
    face = face_of(page)
    state = face.get_by_role("region", name="Agent state")
    set_state(page, "Available")
    expect(state).to_contain_text("Ready")
    rings(stage, page)
    asked(page, "window.contact().accept(callbacks)")
    contact = face.get_by_role("article", name=NAME)
    expect(contact).to_contain_text("In progress")
    asked(page, "window.contact().getInitialConnection().hold(callbacks)")
    expect(contact.get_by_role("button", name="Retrieve")).to_be_visible()
    page.evaluate("() => window.agent.mute()")
    expect(contact.get_by_role("button", name="Unmute")).to_be_visible()
    asked(page, "window.contact().getAgentConnection().destroy(callbacks)")
    expect(contact).to_contain_text("Wrap-up")
    asked(page, "window.contact().clear(callbacks)")
    expect(contact).to_have_count(0)


def test_it_neither_rings_nor_asks_before_it_goes(stage: Stage, embedded: Callable[..., Page]) -> None:
    """Both are the embedding page's to do: the library rings there."""
    page = embedded()
    dialogs: list[str] = []

    def answer(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    set_state(page, "Available")
    rings(stage, page)
    face = face_of(page)
    expect(face.get_by_role("button", name="Ringtone")).to_have_count(0)
    face.get_by_role("button", name="Settings").click()
    expect(face.get_by_role("checkbox", name="Use keyboard shortcuts")).to_be_visible()
    expect(face.get_by_role("combobox", name="Ringtone")).to_have_count(0)
    page.keyboard.press("Escape")
    press(page, "Answer")
    heard(page, "Connected")
    page.reload()
    has_agent(page)
    assert dialogs == []


def test_one_ccp_page_is_counted_once(embedded: Callable[..., Page]) -> None:
    page = embedded()
    expect(face_of(page).get_by_role("heading", name="Mia Thorne")).to_be_visible()
    page.wait_for_function("() => connect.numberOfConnectedCCPs === 1")
    embedded()
    page.wait_for_function("() => connect.numberOfConnectedCCPs === 2")


# --- where it stands ---------------------------------------------------------------------------------------------------------


def test_the_container_may_be_small_or_hidden(stage: Stage, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(stage.address())
    page.evaluate("() => { document.querySelector('#ccp').style.display = 'none'; }")
    has_agent(page)
    set_state(page, "Available")
    stage.act("ring", number=CALLER, to="2001")
    heard(page, "Connecting")
    for width, height in ((0, 0), (200, 300), (320, 465), (900, 700)):
        page.evaluate(
            "([width, height]) => Object.assign(document.querySelector('#ccp').style, { display: 'block', width: `${width}px`, height: `${height}px` })",
            [width, height],
        )
        if width:
            expect(face_of(page).get_by_role("button", name="Answer")).to_be_in_viewport()
    frame = page.frames[-1]
    frame.evaluate(AXE)
    found = frame.evaluate("() => axe.run(document).then(result => result.violations.map(rule => rule.id))")
    assert found == []


def test_language_and_look_are_asked_for_by_the_address(stage: Stage, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(stage.address(ccpUrl=f"{stage.ccp()}?lang=de&theme=dark"))
    has_agent(page)
    face = face_of(page)
    expect(face.get_by_role("region", name="Status des Agenten")).to_be_visible()
    assert face.locator("cb-panel").evaluate("panel => getComputedStyle(panel).colorScheme") == "dark"


def test_the_face_is_shown_to_nobody_who_is_not_listed(stage: Stage, context: BrowserContext) -> None:
    """Nor to a listed page within one that is not."""
    other = Crm()
    inner = stage.address().replace("&", "&amp;")
    other.pages["/around.html"] = (
        f'<!doctype html><iframe src="{stage.ccp()}"></iframe><iframe src="{inner}"></iframe>'
    )
    page = context.new_page()
    page.goto(f"{other.origin()}/around.html")
    until(
        lambda: (
            sum(frame.name == "Amazon Connect CCP" or len(frame.child_frames) > 0 for frame in page.frames)
            > 1
        ),
        "the inner page embeds",
        page=page,
    )
    page.wait_for_timeout(1500)
    assert [frame.url for frame in page.frames if frame.url.startswith(stage.hub.url)] == []
    assert page.get_by_text("Mia Thorne").count() == 0
    other.stop()


# --- signing in and out --------------------------------------------------------------------------------------------------------


def sign_in(popup: Page) -> None:
    popup.get_by_label("Name").fill("mia")
    popup.get_by_label("Password").fill(PASSWORD)
    popup.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("site", ["127.0.0.1", "localhost"])
def test_the_face_opens_the_way_in_and_out(guarded: Stage, context: BrowserContext, site: str) -> None:
    """On another site, too, where the frame gets no cookie of the window's."""
    page = context.new_page()
    page.goto(guarded.address(site=site, loginPopup=False, ccpLoadTimeout=60_000))
    face = face_of(page)
    expect(face.get_by_text("Sign in to see your contacts here.")).to_be_visible()
    with context.expect_page() as opened:
        face.get_by_role("button", name="Sign in").click()
    popup = opened.value
    sign_in(popup)
    has_agent(page)
    expect(face.get_by_role("heading", name="Mia Thorne")).to_be_visible()
    until(popup.is_closed, "the window closed by itself", page=page)
    set_state(page, "Available")
    rings(guarded, page)
    press(page, "Answer")
    heard(page, "Connected")
    page.evaluate(
        "() => { window.out = 0; connect.core.getEventBus().subscribe('terminated', () => { window.out += 1; }); }"
    )
    face.get_by_role("button", name="Settings").click()
    face.get_by_role("button", name="Sign out").click()
    page.wait_for_function("() => window.out === 1")
    expect(face.get_by_role("button", name="Sign in")).to_be_visible()
    assert face.get_by_text("Mia Thorne").count() == 0


def test_a_frame_that_was_replaced_is_signed_in_all_the_same(guarded: Stage, context: BrowserContext) -> None:
    """The library puts a fresh frame in the old one's place until somebody is signed in: the window's opener is gone then."""
    page = context.new_page()
    page.goto(guarded.address(site="localhost", loginPopup=False, ccpLoadTimeout=6000))
    with context.expect_page() as opened:
        face_of(page).get_by_role("button", name="Sign in").click()
    popup = opened.value
    popup.get_by_label("Name").fill("mia")
    with page.expect_event("framedetached"):
        pass
    sign_in(popup)
    has_agent(page)
    expect(face_of(page).get_by_role("heading", name="Mia Thorne")).to_be_visible()
    until(popup.is_closed, "the window closed by itself", page=page)


def test_a_login_that_was_revoked_shows_the_way_in(guarded: Stage, context: BrowserContext) -> None:
    page = context.new_page()
    options: dict[str, object] = {"loginPopup": True, "loginPopupAutoClose": True, "ccpLoadTimeout": 1500}
    with context.expect_page() as opened:
        page.goto(guarded.address(options=options))
    sign_in(opened.value)
    has_agent(page)
    until(opened.value.is_closed, "the library closed its window", page=page)
    page.evaluate("url => fetch(url, { credentials: 'include' })", f"{guarded.hub.url}/streams/logout")
    expect(face_of(page).get_by_role("button", name="Sign in")).to_be_visible()
