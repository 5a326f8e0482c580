"""Other ways in: the app registry, storage access, resiliency that is asked for, and what passes between the windows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.streams.stage import LATEST, Stage, build, has_agent, set_state, until

pytestmark = pytest.mark.browser


def test_the_app_registry_starts_and_stops_the_ccp(stage: Stage, context: BrowserContext) -> None:
    """`initApp` cuts the address up by `ccp-v2`; `stopApp` signs out over CORS, or takes the whole page there if it cannot."""
    page = context.new_page()
    stage.crm.pages["/app.html"] = f"""<!doctype html><div id="app"></div>
      <script src="/lib/{LATEST}"></script><script>
        connect.agentApp.initApp("ccp", "app", "{stage.ccp()}", {{ ccpParams: {{ loginPopup: false }} }});
        connect.agent(agent => {{ window.agent = agent; }});
      </script>"""
    page.goto(f"{stage.crm.origin()}/app.html")
    has_agent(page)
    with page.expect_response(lambda answer: answer.url.endswith("/streams/logout")) as answered:
        page.evaluate("() => connect.agentApp.stopApp('ccp')")
    headers = answered.value.headers
    assert answered.value.status == 200
    assert headers["access-control-allow-origin"] == stage.crm.origin()
    assert headers["access-control-allow-credentials"] == "true"
    assert page.locator("iframe").count() == 0
    assert page.url.startswith(stage.crm.origin())


@pytest.mark.parametrize("lib", [build(LATEST), build("2.14.6/connect-streams.js")])
def test_the_storage_access_page_lets_pass(stage: Stage, context: BrowserContext, lib: str) -> None:
    """Versions that ask for storage first do so on localhost only."""
    page = context.new_page()
    page.goto(stage.address(lib, ccpUrl=stage.ccp("localhost"), storageAccess={"canRequest": True}))
    has_agent(page)
    assert any("/streams/ccp-v2/" in frame.url and "storage" not in frame.url for frame in page.frames)


def test_the_storage_access_page_leads_nowhere_else(stage: Stage, context: BrowserContext) -> None:
    page = context.new_page()
    stage.crm.pages["/land.html"] = f"""<!doctype html>
      <iframe src="{stage.ccp()}request-storage-access"></iframe><script>
        setInterval(() => frames[0].postMessage(
          {{ event: "storageAccess::request", data: {{ landat: "https://elsewhere.example/" }} }}, "*"), 100);
      </script>"""
    page.goto(f"{stage.crm.origin()}/land.html")
    until(lambda: page.frames[-1].url == stage.ccp(), "the frame is our CCP page", page=page)


def test_resiliency_that_is_asked_for_stays_out_of_the_way(stage: Stage, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(stage.address(enableGlobalResiliency=True))
    has_agent(page)
    set_state(page, "Available")


def test_what_passes_between_the_windows(stage: Stage, context: BrowserContext) -> None:
    """The first acknowledgement alone goes to everybody, and has no more than an id; nothing that is null is ever posted."""
    page = context.new_page()
    page.add_init_script(
        """if (window === window.top) {
          window.heard = [];
          window.addEventListener("message", event => heard.push(event.data));
        }"""
    )
    page.goto(stage.address())
    has_agent(page)
    page.evaluate(
        "() => window.agent.setConfiguration(window.agent.getConfiguration(), { success() {}, failure() {} })"
    )
    set_state(page, "Available")
    heard = page.evaluate(
        "() => window.heard.map(item => item === null ? null : { event: item.event, type: item.type, data: item.data === undefined ? undefined : Object.keys(item.data ?? { nothing: 1 }) })"
    )
    assert None not in heard
    first = heard[0]
    assert (first["event"], first["data"]) == ("acknowledge", ["id"])
    assert [item["type"] for item in heard if item.get("type")] == ["cross-domain-adapter-init"]
    updates = [number for number, item in enumerate(heard) if item.get("event") == "agent::update"]
    assert updates[0] > 0
    allowed = {
        "acknowledge",
        "agent::update",
        "api_response",
        "update_connected_ccps",
        "agent::mute_toggle",
        "request_configure",
        None,
    }
    assert {item.get("event") for item in heard} <= allowed


def test_logs_and_metrics_never_reach_the_hub(stage: Stage, context: BrowserContext) -> None:
    page = context.new_page()
    sent: list[str] = []
    page.on(
        "websocket",
        lambda socket: (
            socket.on("framesent", lambda payload: sent.append(str(payload)))
            if socket.url.endswith("/streams/socket")
            else None
        ),
    )
    page.goto(stage.address())
    has_agent(page)
    page.evaluate(
        "() => { for (let n = 0; n < 50; n += 1) connect.getLog().info('a line').sendInternalLogToServer(); }"
    )
    set_state(page, "Available")
    assert any('"putAgentState"' in frame for frame in sent)
    assert not any("a line" in frame or "broadcast" in frame or "synchronize" in frame for frame in sent)
    assert sum('"type":"hello"' in frame for frame in sent) == 1


def test_an_app_s_own_broadcast_cannot_speak_in_our_name(embedded: Callable[..., Page]) -> None:
    one, other = embedded(), embedded()
    other.evaluate(
        """() => { window.told = [];
             for (const name of ["terminated", "auth_fail", "my::word"])
               connect.core.getEventBus().subscribe(name, () => window.told.push(name)); }"""
    )
    one.evaluate(
        """() => { for (const event of ["terminated", "auth_fail", "my::word"])
             connect.core.getUpstream().sendUpstream("broadcast", { event, data: {} }); }"""
    )
    other.wait_for_function("() => window.told.includes('my::word')")
    assert other.evaluate("() => window.told") == ["my::word"]
