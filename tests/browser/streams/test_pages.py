"""Where the CRM stands and how its pages come and go: sites, logins, tabs, clocks, crashes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.running import Complaints
from tests.browser.streams.stage import (
    LATEST,
    Crm,
    Stage,
    asked,
    build,
    has_agent,
    ring,
    seen,
    set_state,
    sign_in,
    state_is,
    until,
)

pytestmark = pytest.mark.browser


# --- signing in -----------------------------------------------------------------------------------------------------------


def blocks_third_party_cookies(page: Page, stage: Stage) -> bool:
    """Whether this browser gives a frame of another site the cookies that the site set on top."""
    top = page.context.new_page()
    top.goto(f"{stage.hub.url}/streams/login")
    top.evaluate("() => { document.cookie = 'probe=1; SameSite=None; Secure; Path=/' }")
    frame = page.frames[-1]
    kept = bool(top.evaluate("() => document.cookie.includes('probe=1')"))
    top.close()
    assert kept, "the probe itself was not kept"
    return "probe=1" not in frame.evaluate("() => document.cookie")


@pytest.mark.parametrize("site", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize(
    "lib", [build(LATEST), build("2.4.7/connect-streams.js"), build("1.4.5/connect-streams.js")]
)
def test_the_pop_up_signs_in_and_closes(guarded: Stage, context: BrowserContext, site: str, lib: str) -> None:
    page = context.new_page()
    with context.expect_page() as opened:
        page.goto(
            guarded.address(lib, site=site, loginPopup=True, loginPopupAutoClose=True, ccpLoadTimeout=1500)
        )
    popup = opened.value
    sign_in(popup)
    has_agent(page)
    assert page.evaluate("() => window.agent.getName()") == "Mia Thorne"
    if lib != "1.4.5/connect-streams.js":  # it closes its window in later versions only
        until(popup.is_closed, "the pop-up is closed", page=page)
    if site == "localhost" and lib == LATEST:
        assert blocks_third_party_cookies(page, guarded)
    set_state(page, "Available")
    ring(guarded, page)
    asked(page, "window.contact().accept(callbacks)")
    state_is(page, "Busy")


@pytest.mark.parametrize("site", ["127.0.0.1", "localhost"])
def test_a_page_loaded_again_is_still_signed_in(guarded: Stage, context: BrowserContext, site: str) -> None:
    page = context.new_page()
    options: dict[str, object] = {"loginPopup": True, "loginPopupAutoClose": True, "ccpLoadTimeout": 1500}
    with context.expect_page() as opened:
        page.goto(guarded.address(site=site, options=options))
    sign_in(opened.value)
    has_agent(page)
    until(opened.value.is_closed, "the pop-up is closed", page=page)
    page.reload()
    has_agent(page)
    assert len(context.pages) == 1, "nobody was asked again"


def test_signed_out_on_all_tabs_and_in_again(guarded: Stage, context: BrowserContext) -> None:
    page = context.new_page()
    options: dict[str, object] = {
        "loginPopup": True,
        "loginPopupAutoClose": True,
        "ccpLoadTimeout": 1500,
        "ccpAckTimeout": 500,
    }
    with context.expect_page() as opened:
        page.goto(guarded.address(options=options))
    sign_in(opened.value)
    has_agent(page)
    other = context.new_page()
    other.goto(guarded.address(options={**options, "loginPopup": False}))
    has_agent(other)
    for each in (page, other):
        each.evaluate(
            """() => {
              window.out = window.back = 0;
              connect.core.getEventBus().subscribe("terminated", () => { window.out += 1; });
              connect.core.getEventBus().subscribe("acknowledge", () => { window.back += window.out; });
            }"""
        )
    with context.expect_page() as again:
        page.evaluate("() => connect.core.getUpstream().sendUpstream('terminate')")
    for each in (page, other):
        each.wait_for_function("() => window.out === 1")
    sign_in(again.value)
    for each in (page, other):
        each.wait_for_function("() => window.back > 0")
        assert each.evaluate("() => window.out") == 1
    set_state(page, "Available")
    assert guarded.truth()["agents"]["mia"]["state"] == "ready"
    set_state(other, "Lunch")


def test_logging_out_as_apps_do(guarded: Stage, context: BrowserContext) -> None:
    page = context.new_page()
    options: dict[str, object] = {"loginPopup": True, "loginPopupAutoClose": True, "ccpLoadTimeout": 1500}
    with context.expect_page() as opened:
        page.goto(guarded.address(options=options))
    sign_in(opened.value)
    has_agent(page)
    until(opened.value.is_closed, "the pop-up is closed", page=page)
    answer = page.evaluate(
        """async url => {
          window.out = 0;
          connect.core.getEventBus().subscribe("terminated", () => { window.out += 1; });
          const reply = await fetch(url, { credentials: "include" });
          return [reply.status, await reply.text()];
        }""",
        f"{guarded.hub.url}/streams/logout",
    )
    assert answer == [200, "Signed out.\n"]
    page.wait_for_function("() => window.out === 1")


def test_the_wrong_password_is_said_and_opens_nothing(guarded: Stage, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{guarded.hub.url}/streams/login")
    page.get_by_label("Name").fill("mia")
    page.get_by_label("Password").fill("guess")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    assert page.get_by_text("You are signed in").count() == 0


# --- tabs -----------------------------------------------------------------------------------------------------------


def test_the_desk_phone_answers(stage: Stage, embedded: Callable[..., Page]) -> None:
    page = embedded()
    set_state(page, "Available")
    call = ring(stage, page)
    stage.act("answer_call", agent="mia", call=call)
    page.wait_for_function("() => window.seen.includes('Connected')")
    assert seen(page) == ["contact", "Connecting", "Accepted", "Connected"]


def test_broadcasts_and_mute_and_masters_between_tabs(stage: Stage, embedded: Callable[..., Page]) -> None:
    one, other = embedded(), embedded()
    other.evaluate("() => connect.core.onViewContact(event => { window.viewed = event.contactId; })")
    one.evaluate("() => connect.core.viewContact('some-contact')")
    other.wait_for_function("() => window.viewed === 'some-contact'")
    set_state(one, "Available")
    ring(stage, one)
    asked(one, "window.contact().accept(callbacks)")
    state_is(other, "Busy")
    one.evaluate("() => window.agent.mute()")
    other.wait_for_function("() => window.agentSeen.includes('muted')")
    other.evaluate("() => window.agent.unmute()")
    one.wait_for_function("() => window.agentSeen.at(-1) === 'unmuted'")
    master = "topic => new Promise(done => connect.ifMaster(topic, () => done(true), () => done(false)))"
    assert one.evaluate(master, "connect::ringtone") is True
    assert other.evaluate(master, "connect::ringtone") is False
    assert one.evaluate(master, "connect::softphone") is False
    one.close()
    # The hub hears of it once the browser has closed the page's socket; nothing tells the other page to wait for that.
    other.wait_for_function(master, arg="connect::ringtone")


# --- who may not ------------------------------------------------------------------------------------------------------------


def test_an_unlisted_embedder_gets_nothing(
    stage: Stage, context: BrowserContext, crm: Crm, complaints: Complaints
) -> None:
    """Not even the acknowledgement: the browser does not load the frame."""
    other = Crm()
    other.pages["/thief.html"] = thief(stage.ccp())
    page = context.new_page()
    page.goto(f"{other.origin()}/thief.html")
    page.wait_for_timeout(1500)
    assert page.evaluate("() => window.got") == []
    assert all(frame.url != stage.ccp() for frame in page.frames)
    other.stop()


def test_an_allowed_page_within_one_that_is_not_gets_nothing(
    stage: Stage, context: BrowserContext, crm: Crm
) -> None:
    other = Crm()
    inner = stage.address().replace("&", "&amp;")
    other.pages["/console.html"] = f'<!doctype html><iframe id="crm" src="{inner}"></iframe>'
    page = context.new_page()
    page.goto(f"{other.origin()}/console.html")
    frame = page.frame_locator("#crm").locator("iframe")
    expect(frame).to_have_count(1)
    page.wait_for_timeout(1500)
    crm_frame = next(item for item in page.frames if crm.origin() in item.url)
    assert crm_frame.evaluate("() => window.agent === undefined") is True
    other.stop()


def test_an_opener_gets_nothing(stage: Stage, context: BrowserContext, crm: Crm) -> None:
    """The CCP page on top speaks to no opener, and to frames of its own origin alone."""
    crm.pages["/opener.html"] = f"""<!doctype html><iframe srcdoc=""></iframe><script>
      window.got = [];
      addEventListener("message", event => got.push(event.data));
      frames[0].addEventListener("message", event => got.push(event.data));
      window.opened = open("{stage.ccp()}");
    </script>"""
    page = context.new_page()
    with context.expect_page() as opened:
        page.goto(f"{crm.origin()}/opener.html")
    expect(opened.value.get_by_role("status")).to_contain_text("You are signed in")
    page.evaluate(
        """() => { for (let n = 0; n < 5; n += 1) opened.postMessage({ event: "api_request", data: {
             event: "api_request", requestId: `x${n}`, method: "putAgentState", params: {} } }, "*"); }"""
    )
    page.wait_for_timeout(1200)
    assert page.evaluate("() => window.got") == []


def test_forged_and_replayed_messages_do_nothing(
    stage: Stage, embedded: Callable[..., Page], crm: Crm
) -> None:
    """From a second frame beside the CCP's, of an allowed origin; and the very same request twice."""
    page = embedded()
    set_state(page, "Available")
    available = page.evaluate("() => window.agent.getAgentStates().find(s => s.name === 'Lunch')")
    request = {
        "event": "api_request",
        "requestId": "forged",
        "method": "putAgentState",
        "params": {"state": available},
    }
    page.evaluate(
        """request => new Promise(done => {
          const rogue = document.createElement("iframe");
          rogue.srcdoc = `<script>addEventListener("message", event => {
            for (const frame of [parent.frames[0]]) frame.postMessage({ event: "api_request", data: event.data }, "*");
            parent.postMessage("sent", "*");
          })<` + `/script>`;
          rogue.onload = () => rogue.contentWindow.postMessage(request, "*");
          addEventListener("message", event => event.data === "sent" && done());
          document.body.append(rogue);
        })""",
        request,
    )
    set_state(page, "Break")
    states = [
        command
        for command in stage.hub.get("/links/sim/console/journal?limit=1000", stage.token)
        if command.get("agent", {}) and "lunch" in str(command)
    ]
    assert states == []
    page.evaluate(
        """request => {
          const ccp = document.querySelector("#ccp iframe").contentWindow;
          window.answers = 0;
          connect.core.getEventBus().subscribe("api_response", answer => { if (answer.requestId === "mine") window.answers += 1; });
          for (let n = 0; n < 3; n += 1) ccp.postMessage({ event: "api_request", data: { ...request, requestId: "mine" } }, "*");
        }""",
        request,
    )
    state_is(page, "Lunch")
    set_state(page, "Available")
    assert page.evaluate("() => window.answers") == 1


def thief(ccp: str) -> str:
    return f"""<!doctype html><script>
      window.got = [];
      addEventListener("message", event => got.push(event.data));
    </script><iframe id="ccp" src="{ccp}"></iframe><script>
      setInterval(() => frames[0].postMessage({{ event: "synchronize" }}, "*"), 100);
    </script>"""
