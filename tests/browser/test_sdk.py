"""The client of `sdk/js` in real tabs: one connection for all of them, whoever of them goes."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.hosting import ADA, ring
from tests.browser.running import Complaints, Program

pytestmark = pytest.mark.browser

CONNECT = """
async (settings) => {
  const token = async () => (await (await fetch("/v1/demo", { method: "POST", body: "{}",
    headers: { "Content-Type": "application/json" } })).json()).token;
  window.hub = Cordboard.connect({ token, ...settings });
  window.seen = [];
  window.lost = 0;
  const me = window.me = await hub.me();
  window.first = Number(me.watched.position.split(".")[1]);
  me.on("entry", (entry) => seen.push(entry.seq));
  me.on("lost", () => { window.lost += 1; });
}
"""
WAYS = pytest.mark.parametrize(
    "way", [{}, {"worker": False}, {"worker": "/static/page.css"}], ids=["worker", "leader", "bad worker"]
)


class Tabs:
    """Tabs of one browser, each with the client loaded."""

    def __init__(self, context: BrowserContext, url: str, complaints: Complaints) -> None:
        self._context = context
        self._url = url
        self._complaints = complaints

    def blank(self) -> Page:
        page = self._context.new_page()
        page.set_default_timeout(30_000)
        self._complaints.listen(page)
        page.goto(f"{self._url}/")
        page.add_script_tag(url="/static/cordboard.js")
        return page

    def open(self, **settings: object) -> Page:
        page = self.blank()
        page.evaluate(CONNECT, settings)
        return page


@pytest.fixture
def tabs(chromium: Browser, complaints: Complaints) -> Iterator[Callable[[str], Tabs]]:
    contexts: list[BrowserContext] = []

    def made(url: str) -> Tabs:
        contexts.append(chromium.new_context())
        return Tabs(contexts[-1], url, complaints)

    yield made
    for context in contexts:
        context.close()


def pages_are(url: str, count: int) -> None:
    """Wait until the hub has so many sockets: it hears of a tab's end when the browser has closed what was the tab's."""
    deadline = time.monotonic() + 15
    while (found := _pages(url)) != count:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def _pages(url: str) -> int:
    with urlopen(f"{url}/metrics") as answer:  # noqa: S310 - our own hub
        found = re.search(r"^cordboard_pages (\S+)$", answer.read().decode(), flags=re.MULTILINE)
    assert found is not None
    return int(float(found[1]))


def outcome(page: Page, what: str) -> dict[str, str]:
    said: dict[str, str] = page.evaluate(what)
    return said


def until(page: Page, condition: str) -> None:
    """Wait in the page itself: the hub's pages forbid what Playwright would do there."""
    page.evaluate(
        f"""async () => {{
          for (const end = Date.now() + 30_000; !({condition}); ) {{
            if (Date.now() > end) throw new Error({condition!r});
            await new Promise((again) => setTimeout(again, 10));
          }}
        }}"""
    )


def ready_to_talk(page: Page) -> None:
    """The agent of this page has answered a call."""
    assert outcome(page, "me.setState('ready')")["outcome"] == "done"
    ring(page.url.rstrip("/"), ADA)
    until(page, "Object.values(me.view.contacts ?? {}).some((c) => me.refusal('AnswerCall', c) === '')")
    assert outcome(page, "me.answer(Object.keys(me.view.contacts)[0])")["outcome"] == "done"
    until(page, "me.refusal('HoldCall', Object.keys(me.view.contacts)[0]) === ''")


def gapless(page: Page) -> None:
    """Everything since the page joined came once and in order, up to where it stands."""
    seen, first, last = page.evaluate("[seen, first, Number(me.watched.position.split('.')[1])]")
    assert seen == list(range(first + 1, last + 1))


@WAYS
def test_two_tabs_have_one_socket_and_the_first_may_go_in_the_middle_of_a_call(
    quiet: str, tabs: Callable[[str], Tabs], complaints: Complaints, way: dict[str, object]
) -> None:
    complaints.allowed.append("Failed to fetch a worker script|MIME type|page.css")
    browser = tabs(quiet)
    first, second = browser.open(**way), browser.open(**way)
    third = browser.open(**way)
    pages_are(quiet, 1)
    ready_to_talk(second)
    first.close()
    held = outcome(second, "me.hold(Object.keys(me.view.contacts)[0])")
    if held["outcome"] == "refused":  # said in the moment in which nobody kept the connection
        assert held["code"] == "offline"
        until(
            second,
            "hub.status.state === 'online' && me.refusal('HoldCall', Object.keys(me.view.contacts)[0]) === ''",
        )
        held = outcome(second, "me.hold(Object.keys(me.view.contacts)[0])")
    assert held["outcome"] == "done"
    for page in (second, third):
        until(page, "me.refusal('RetrieveCall', Object.keys(me.view.contacts)[0]) === ''")
        gapless(page)
        assert page.evaluate("lost") == 0
    pages_are(quiet, 1)


@pytest.mark.parametrize("way", [{}, {"worker": False}, {"tabs": "own"}], ids=["worker", "leader", "own"])
def test_a_hub_that_is_killed_and_started_anew_finds_every_tab_where_it_stopped(
    programs: Callable[..., Program],
    tabs: Callable[[str], Tabs],
    complaints: Complaints,
    tmp_path: Path,
    way: dict[str, object],
) -> None:
    complaints.allowed.append("ERR_CONNECTION|WebSocket connection")
    data = str(tmp_path / "data")
    hub = programs("demo", "--port", "0", "--no-people", "--data", data)
    browser = tabs(hub.url)
    both = [browser.open(**way), browser.open(**way)]
    ready_to_talk(both[0])
    hub.process.send_signal(signal.SIGKILL)
    hub.process.communicate()
    for page in both:
        until(page, "hub.status.state !== 'online'")
    assert outcome(both[1], "me.do('SetAgentState', { state: 'ready' })") == {
        "outcome": "refused",
        "code": "offline",
    }
    programs("demo", "--port", str(hub.port), "--no-people", "--data", data)
    for page in both:
        until(page, "hub.status.state === 'online' && me.refusal('SetAgentState') === ''")
    assert outcome(both[1], "me.setState('not_ready', me.view.profile.reasons[0].code)")["outcome"] == "done"
    for page in both:
        until(page, "Object.values(me.view.states).some((s) => s.state === 'not_ready')")
        gapless(page)
        assert page.evaluate("lost") == 0


@pytest.mark.parametrize("way", [{}, {"worker": False}], ids=["worker", "leader"])
def test_a_thousand_changes_come_to_each_tab_once_and_in_order(
    quiet: str, tabs: Callable[[str], Tabs], way: dict[str, object]
) -> None:
    browser = tabs(quiet)
    all_tabs = [browser.open(**way) for _ in range(3)]
    ready_to_talk(all_tabs[0])
    many = """async (tab) => {
      const contact = Object.keys(me.view.contacts)[0];
      const orders = Array.from({ length: 120 }, (_, n) => me.setVariables(contact, { [`v${n % 5}`]: `${tab}-${n}` }));
      window.outcomes = await Promise.all(orders);
    }"""
    for number, page in enumerate(all_tabs[1:]):  # begun, not waited for
        page.evaluate(f"(n) => {{ window.work = ({many})(n); }}", number)
    all_tabs[0].evaluate(many, 9)
    for page in all_tabs[1:]:
        page.evaluate("work")
    assert {each["outcome"] for page in all_tabs for each in page.evaluate("outcomes")} == {"done"}
    last = max(page.evaluate("seen.at(-1)") for page in all_tabs)
    for page in all_tabs:
        until(page, f"seen.at(-1) >= {last}")
        gapless(page)
        assert page.evaluate("seen.length") > 1000
    pages_are(quiet, 1)


def test_a_claim_goes_to_another_tab_when_its_tab_is_closed(quiet: str, tabs: Callable[[str], Tabs]) -> None:
    browser = tabs(quiet)
    first, second, third = (browser.open(worker=False) for _ in range(3))
    for page in (first, second, third):
        page.evaluate("() => { window.log = me.claim('call-log'); }")
        until(page, "log.page !== ''")
    assert [page.evaluate("log.mine") for page in (first, second, third)] == [True, False, False]
    before = first.evaluate("log.page")
    first.close()
    gone = f"log.page !== '' && log.page !== {before!r}"
    until(second, gone)
    until(third, gone)
    assert sorted(page.evaluate("log.mine") for page in (second, third)) == [False, True]


def test_tabs_of_different_logins_do_not_share(quiet: str, tabs: Callable[[str], Tabs]) -> None:
    browser = tabs(quiet)
    browser.open(login="ann")
    browser.open(login="bob")
    pages_are(quiet, 2)


def test_without_a_token_everyone_hears_that_somebody_has_to_sign_in(
    quiet: str, tabs: Callable[[str], Tabs], complaints: Complaints
) -> None:
    complaints.allowed.append("401")
    page = tabs(quiet).blank()
    code = page.evaluate(
        """() => {
          const token = () => { throw new Cordboard.Refusal("not-authenticated", 401, "who are you?"); };
          window.hub = Cordboard.connect({ token });
          return hub.me().catch((error) => error.code);
        }"""
    )
    assert code == "not-authenticated"
    assert page.evaluate("hub.status") == {"state": "ended", "why": "sign-in", "code": 0}


def test_a_worker_that_dies_is_replaced(quiet: str, tabs: Callable[[str], Tabs], chromium: Browser) -> None:
    browser = tabs(quiet)
    both = [browser.open(), browser.open()]
    session = chromium.new_browser_cdp_session()
    workers = [
        target
        for target in session.send("Target.getTargets")["targetInfos"]
        if target["type"] == "shared_worker" and target["url"].startswith(quiet)
    ]
    assert len(workers) == 1
    for page in both:
        page.evaluate("() => { window.gone = false; hub.on('status', () => { window.gone = true; }); }")
    session.send("Target.closeTarget", {"targetId": workers[0]["targetId"]})
    for page in both:
        until(page, "gone && hub.status.state === 'online'")
    assert outcome(both[0], "me.setState('ready')")["outcome"] == "done"
    for page in both:
        until(page, "Object.values(me.view.states).some((s) => s.state !== 'null')")
        gapless(page)
    pages_are(quiet, 1)


@pytest.mark.parametrize("way", [{}, {"tabs": "own"}], ids=["shared", "own"])
def test_what_one_tab_asks_for_another_guards_or_does(
    quiet: str, tabs: Callable[[str], Tabs], way: dict[str, object]
) -> None:
    browser = tabs(quiet)
    first, second = browser.open(**way), browser.open(**way)
    assert outcome(first, "me.setState('not_ready', me.view.profile.reasons[0].code)")["outcome"] == "done"
    first.evaluate(
        """() => {
          window.guarded = [];
          me.guard("MakeCall", ({ service }, letGo) => {
            guarded.push(service.target.number);
            if (service.target.number.endsWith("101")) letGo();
          });
          window.popped = [];
          window.pops = me.perform("ScreenPop", ({ what }) => { popped.push(what); });
        }"""
    )
    until(first, "pops.mine")
    for number in ("+44 20 7946 0102", "+44 20 7946 0101"):
        until(second, "me.refusal('MakeCall') === ''")
        assert outcome(second, f"me.dial('{number}')") == {"outcome": "done", "data": {"handed": "guard"}}
    until(second, "Object.keys(me.view.contacts ?? {}).length === 1")
    assert first.evaluate("guarded") == ["+442079460102", "+442079460101"]
    assert second.evaluate("Object.values(me.view.contacts)[0].calls[0].dialled").endswith("101")
    popped = outcome(second, "me.do('ScreenPop', { kind: 'record', what: 'NQ-1000' })")
    assert popped["outcome"] == "done"
    assert first.evaluate("popped") == ["NQ-1000"]
    first.close()
    until(second, "me.watched.peers.pages.length === 1")
    refused = outcome(second, "me.do('ScreenPop', { kind: 'record', what: 'NQ-1000' })")
    assert refused["code"] == "nobody-claimed"
