"""The panel within another page: by a script tag, an element and an iframe; from another origin, another site, and from where it may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Frame, FrameLocator, Page, expect

from tests.browser.hosting import Hosted
from tests.browser.panel.embedder import Embedder
from tests.browser.running import Complaints

pytestmark = pytest.mark.browser

HEAR = """
window.heard = [];
for (const topic of ["ready", "contact", "state", "ring", "refused"]) {
  document.addEventListener(`cordboard-${topic}`, (event) => heard.push([topic, event.detail]), true);
}
"""
"""Writes down what the panel tells."""


def heard(page: Page, topic: str) -> list[Any]:
    return [data for name, data in page.evaluate("heard") if name == topic]


def wait_for(page: Page, condition: str) -> None:
    page.wait_for_function(f"() => {condition}")


LEFT = "() => { try { return !document.querySelector('iframe').contentWindow.location.href } catch { return true } }"


def framed(frame: Frame) -> Frame:
    """The first iframe of it, once it has left the blank page that it begins with."""
    frame.wait_for_function(LEFT)
    return frame.child_frames[0]


def address(frame: Frame) -> str:
    """Where it is, as it says itself."""
    where: str = frame.evaluate("location.href")
    return where


def panel_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def ask(page: Page, call: str) -> Any:  # noqa: ANN401 - whatever the page says
    """The result of a request, or the code of its error."""
    return page.evaluate(
        f"() => document.querySelector('cordboard-panel').{call}.catch((error) => ({{ error: error.code }}))"
    )


def test_one_script_tag_is_enough(
    hub: Callable[..., Hosted], crm: Embedder, opened: Callable[..., Page]
) -> None:
    url = hub().url
    page = opened(crm.put(f'<script>{HEAR}</script><script src="{url}/static/embed.js" data-panel></script>'))
    wait_for(page, "heard.some(([topic]) => topic === 'state')")
    assert heard(page, "ready") == [{"version": 1, "agent": "mia", "name": "Mia Thorne"}]
    box = page.locator("cordboard-panel").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (320, 465)
    panel = panel_of(page)
    expect(panel.get_by_role("heading", name="Mia Thorne")).to_be_visible()

    assert ask(page, "setState('not_ready')")["outcome"] == "done"
    wait_for(page, "heard.some(([topic, data]) => topic === 'state' && data.state === 'not_ready')")
    record = "{ kind: 'Contact', id: 'NQ-1000', name: 'Ada Whitlow' }"
    assert ask(page, f"dial('+44 20 7946 0101', {record})")["outcome"] == "done"
    wait_for(page, "heard.some(([topic, data]) => topic === 'contact' && data.name === 'Ada Whitlow')")
    assert {data["number"] for data in heard(page, "contact")} <= {"", "+442079460101"}
    contact = heard(page, "contact")[-1]
    assert (contact["name"], contact["number"]) == ("Ada Whitlow", "+442079460101")
    assert set(contact) == {
        "id",
        "phase",
        "medium",
        "direction",
        "name",
        "number",
        "queue",
        "since",
        "disposition",
        "ended",
        "records",
    }
    assert ask(page, f"selectContact('{contact['id']}')") == {"selected": True}
    expect(panel.get_by_role("heading", name="Ada Whitlow")).to_be_focused()
    expect(panel.get_by_role("list", name="Records")).to_have_text("Contact: Ada Whitlow")
    assert ask(page, "selectContact('nobody')") == {"selected": False}
    panel.get_by_role("button", name="Hang up").click()
    wait_for(page, "heard.some(([topic, data]) => topic === 'contact' && data.phase === 'closed')")


def test_every_request_is_answered_with_an_outcome_or_an_error(
    hub: Callable[..., Hosted], crm: Embedder, opened: Callable[..., Page]
) -> None:
    url = hub().url
    page = opened(crm.put(f'<script>{HEAR}</script><script src="{url}/static/embed.js" data-panel></script>'))
    wait_for(page, "heard.some(([topic]) => topic === 'ready')")
    assert ask(page, "dial('no number')") == {"error": "invalid-number"}
    assert ask(page, "dial('')") == {"error": "bad-field"}
    assert ask(page, "dial('112', { kind: 'Contact' })") == {"error": "bad-field"}
    assert ask(page, "dial('112')") == {
        "outcome": "refused",
        "code": "wrong-state",
        "message": "log on before calling",
    }
    assert ask(page, "setState('busy')") == {"error": "bad-field"}
    assert ask(page, "setState('ready', undefined, 'fax')") == {"error": "bad-field"}
    assert ask(page, "setState('ready', undefined, 'chat')")["outcome"] == "done"
    wait_for(page, "heard.some(([topic, data]) => topic === 'state' && data.media.chat === 'ready')")
    assert (heard(page, "state")[-1]["state"], heard(page, "state")[-1]["media"]["task"]) == ("null", "null")
    assert ask(page, "selectContact(7)") == {"error": "bad-field"}


def test_it_rings_in_the_page_and_in_the_panel(
    hub: Callable[..., Hosted], crm: Embedder, opened: Callable[..., Page]
) -> None:
    url = hub().url
    page = opened(
        crm.put(
            f'<script>{HEAR}</script><script src="{url}/static/embed.js"></script><cordboard-panel hub="{url}">'
        )
    )
    wait_for(page, "heard.some(([topic]) => topic === 'ready')")
    ask(page, "setState('ready')")
    console = opened(f"{url}/console/")
    console.get_by_role("combobox", name="Caller").fill("Celia Durand")
    console.get_by_role("combobox", name="To").select_option("agent:mia")
    console.get_by_role("button", name="Ring in").click()
    wait_for(page, "heard.some(([topic]) => topic === 'ring')")
    ring = heard(page, "ring")[0]
    assert (ring["ringing"], ring["name"]) == (True, "Celia Durand")
    panel_of(page).get_by_role("button", name="Answer").click()
    wait_for(page, "heard.filter(([topic]) => topic === 'ring').length === 2")
    assert heard(page, "ring")[1]["ringing"] is False
    page.reload()
    wait_for(page, "heard.some(([topic, data]) => topic === 'contact' && data.phase === 'active')")


def test_on_another_site_it_signs_in_by_a_token_of_the_page(
    hub: Callable[..., Hosted], crm: Embedder, opened: Callable[..., Page]
) -> None:
    """The browser keeps the panel from any storage there, and nothing depends on it."""
    running = hub(demo=False)
    url, token = running.url, running.token(agent="mia")
    page = opened(
        crm.put(
            f"""<script>{HEAR}</script>
            <script src="{url}/static/embed.js"></script>
            <script>
              const panel = document.createElement("cordboard-panel");
              panel.setAttribute("hub", "{url}");
              panel.setAttribute("sign-in", "embedder");
              panel.setAttribute("lang", "de");
              panel.setAttribute("theme", "dark");
              panel.token = async (fresh) => (heard.push(["asked", fresh]), "{token}");
              document.body.append(panel);
            </script>""",
            host="localhost",
        )
    )
    wait_for(page, "heard.some(([topic]) => topic === 'ready')")
    assert page.url.startswith("http://localhost")
    assert url.startswith("http://127.0.0.1")
    assert heard(page, "asked") == [False]
    expect(panel_of(page).get_by_role("button", name="Einloggen")).to_be_visible()
    frame = page.frames[1]
    assert token not in frame.url
    stored = "() => { try { return localStorage.length + document.cookie.length } catch { return 'denied' } }"
    assert frame.evaluate(stored) == "denied"
    assert frame.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert ask(page, "setState('ready')")["outcome"] == "done"


def test_the_page_opens_what_the_hub_wants_opened(
    hub: Callable[..., Hosted], crm: Embedder, opened: Callable[..., Page]
) -> None:
    running = hub()
    url = running.url
    page = opened(
        crm.put(
            f"""<script>{HEAR}</script>
            <script src="{url}/static/embed.js"></script>
            <script>
              const panel = document.createElement("cordboard-panel");
              panel.setAttribute("hub", "{url}");
              panel.screenPop = (pop) => {{
                if (pop.what === "nowhere") throw new Error("there is no such record");
                heard.push(["pop", pop]);
              }};
              document.body.append(panel);
            </script>"""
        )
    )
    wait_for(page, "heard.some(([topic]) => topic === 'state')")
    token = running.token(agent="mia")

    def pop(what: str) -> Any:  # noqa: ANN401 - the body as it came
        answer = page.context.request.post(
            f"{url}/v1/subjects/agent/mia/commands",
            headers={"Authorization": f"Bearer {token}"},
            data={
                "id": f"pop-{what}",
                "service": {
                    "service": "ScreenPop",
                    "kind": "record",
                    "what": what,
                    "arguments": {"tab": "1"},
                },
            },
        )
        return answer.json()

    assert pop("NQ-1000")["outcome"]["outcome"] == "done"
    assert heard(page, "pop") == [{"kind": "record", "what": "NQ-1000", "arguments": {"tab": "1"}}]
    assert pop("nowhere")["error"]["code"] == "not-supported"


def test_a_page_that_is_not_listed_gets_nothing(
    hub: Callable[..., Hosted], stranger: Embedder, opened: Callable[..., Page], complaints: Complaints
) -> None:
    complaints.allowed += ["frame-ancestors", "ERR_BLOCKED_BY_RESPONSE", "Unable to post message"]
    complaints.allowed += ["does not match the recipient window"]
    url = hub().url
    page = opened(
        stranger.put(f'<script>{HEAR}</script><script src="{url}/static/embed.js" data-panel></script>')
    )
    wait_for(page, "heard.length > 0")
    assert page.evaluate("heard.map(([topic]) => topic)") == ["refused"]
    assert address(framed(page.main_frame)).startswith("chrome-error:")


def test_a_page_of_a_pattern_is_let_in_and_the_domain_itself_is_not(
    hub: Callable[..., Hosted], crm: Embedder, opened: Callable[..., Page], complaints: Complaints
) -> None:
    complaints.allowed += ["frame-ancestors", "ERR_BLOCKED_BY_RESPONSE"]
    url = hub().url
    body = f'<script>{HEAR}</script><script src="{url}/static/embed.js" data-panel></script>'
    page = opened(crm.put(body, host="acme.west.crm.localhost"))
    wait_for(page, "heard.some(([topic]) => topic === 'ready')")
    page = opened(crm.put(f'<iframe src="{url}/panel/"></iframe>', host="crm.localhost"))
    assert address(framed(page.main_frame)).startswith("chrome-error:")


KNOCK = """
(target, hub, message) => new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (event) => resolve(event.data);
  target.postMessage({ cordboard: "panel", type: "connect", version: 1, tokens: true, ...message }, hub, [port2]);
  port1.postMessage({ type: "request", id: "1", method: "subscribe", params: { topics: ["contact", "state"] } });
  setTimeout(() => resolve("silence"), 1500);
})
"""


def test_only_the_page_right_around_it_is_heard(
    hub: Callable[..., Hosted], crm: Embedder, stranger: Embedder, opened: Callable[..., Page]
) -> None:
    """A page that may embed holds another that may not: that one reaches the panel's window, and gets no answer."""
    url = hub().url
    inner = stranger.put(f"<script>window.knock = {KNOCK}</script>")
    page = opened(crm.put(f'<iframe src="{url}/panel/"></iframe><iframe src="{inner}"></iframe>'))
    expect(page.frame_locator("iframe >> nth=0").get_by_role("heading", name="Mia Thorne")).to_be_visible()
    other = next(frame for frame in page.frames if frame.url == inner)
    assert other.evaluate(f"() => knock(window.parent.frames[0], '{url}', {{}})") == "silence"
    answer = page.evaluate(f"([hub]) => ({KNOCK})(window.frames[0], hub, {{ tokens: false }})", [url])
    assert answer["type"] in {"event", "answer"}

    popup = opened(stranger.put(f"<script>window.knock = {KNOCK}</script>"))
    with popup.expect_popup() as window:
        popup.evaluate(f"() => void (window.panel = window.open('{url}/panel/'))")
    expect(window.value.get_by_role("heading", name="Mia Thorne")).to_be_visible()
    assert popup.evaluate(f"() => knock(window.panel, '{url}', {{}})") == "silence"


def test_a_listed_page_within_one_that_is_not_is_not_enough(
    hub: Callable[..., Hosted],
    crm: Embedder,
    stranger: Embedder,
    opened: Callable[..., Page],
    complaints: Complaints,
) -> None:
    complaints.allowed += ["frame-ancestors", "ERR_BLOCKED_BY_RESPONSE"]
    url = hub().url
    listed = crm.put(f'<iframe src="{url}/panel/"></iframe>')
    page = opened(stranger.put(f'<iframe src="{listed}"></iframe>'))
    allowed = framed(page.main_frame)
    assert address(allowed) == listed
    assert address(framed(allowed)).startswith("chrome-error:")


def test_a_request_that_is_sent_again_is_done_once(
    hub: Callable[..., Hosted], crm: Embedder, opened: Callable[..., Page]
) -> None:
    url = hub().url
    page = opened(crm.put(f'<iframe src="{url}/panel/"></iframe>'))
    panel = panel_of(page)
    panel.get_by_role("button", name="Log on").click()
    expect(panel.get_by_role("button", name="Ready", exact=True)).to_be_visible()
    page.evaluate(
        """(hub) => {
          const { port1, port2 } = new MessageChannel();
          window.said = [];
          port1.onmessage = ({ data }) => said.push(data);
          frames[0].postMessage({ cordboard: "panel", type: "connect", version: 1, tokens: false }, hub, [port2]);
          const dial = { type: "request", id: "d1", method: "dial", params: { number: "+442079460101" } };
          for (const message of [dial, dial, "rubbish", { type: "answer", id: "none" }, { type: "request" }, dial]) {
            port1.postMessage(message);
          }
          port1.postMessage({ type: "request", id: "u1", method: "format", params: null });
        }""",
        url,
    )
    page.wait_for_function("() => said.some(({ id }) => id === 'u1') && said.some(({ id }) => id === 'd1')")
    expect(panel.get_by_role("heading", name="Ada Whitlow")).to_be_visible()
    expect(panel.get_by_role("article")).to_have_count(1)
    answers = page.evaluate("said.filter(({ type }) => type === 'answer')")
    assert [answer["id"] for answer in answers].count("d1") == 1
    assert next(answer for answer in answers if answer["id"] == "d1")["result"]["outcome"] == "done"
    assert next(answer for answer in answers if answer["id"] == "u1")["error"]["code"] == "unknown-method"
