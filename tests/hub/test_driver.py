"""The driver: supervision, gaps that stand in the log, and real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from aiohttp import web

from cordboard.contract import (
    Ask,
    Called,
    Cancel,
    Close,
    Closed,
    Down,
    Emit,
    Execute,
    Failed,
    Open,
    Opened,
    Received,
    Replied,
    Reply,
    Request,
    Send,
    Settle,
    Wake,
    Watch,
    Woke,
)
from cordboard.hub.clock import RandomIds, SystemClock, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.model import commands as c, events as e
from cordboard.model.entities import Availability
from cordboard.model.errors import CallerError, InternalError, VendorError
from cordboard.model.ids import CommandId, LinkId, Subject
from cordboard.model.log import Draft, Entry
from cordboard.store.memory import MemoryStore
from cordboard.store.sqlite import SqliteStore
from tests.hub.probe import Page, Probe

ANN = Subject("agent/ann")
LINK = LinkId("lk")


def command(name: str = "k1") -> c.Command:
    return c.Command(id=CommandId(name), subject=ANN, service=c.SetAgentState(state=Availability.READY))


def kinds(page: Page) -> list[str]:
    return [type(entry.event).__name__ for entry in page.session.entries]


async def test_a_lost_link_stands_in_the_log_and_comes_back_with_growing_pauses(
    hub: Hub, probe: Probe, clock: VirtualClock
) -> None:
    page = Page(hub, probe, "agent:ann")
    await page.do(Watch(subjects={ANN: None}))
    probe.script.on_start = [Down(retry="later", reason="refused")]
    probe.script.next = [Down(retry="later", reason="cut")]
    await page.do(Execute(command=command()))
    assert kinds(page) == ["CommandIssued", "CommandSettled", "LinkDown"]
    assert hub.links[LINK].state == "down"
    pauses = []
    for _ in range(4):
        before, waited = probe.script.starts, 0
        while probe.script.starts == before:
            await clock.advance(100)
            waited += 100
        pauses.append(waited)
    assert pauses == sorted(pauses)
    assert pauses[-1] >= 2 * pauses[0]
    assert kinds(page).count("LinkDown") == 1, "a link that does not come up goes down but once"
    probe.script.on_start = None
    await clock.advance(60_000)
    assert hub.links[LINK].state == "up"
    assert kinds(page)[3:] == ["LinkUp", "Snapshot"]


async def test_a_link_that_falls_as_soon_as_it_is_up_is_tried_more_and_more_seldom(
    hub: Hub, probe: Probe, clock: VirtualClock
) -> None:
    up = Emit(subject=ANN, event=e.LinkUp(link=LINK, at=0))
    probe.script.on_start = [up, Down(retry="later", reason="cut")]
    page = Page(hub, probe, "agent:ann")
    probe.script.next = [Down(retry="later", reason="cut")]
    await page.do(Execute(command=command()))
    before = probe.script.starts
    await clock.advance(60_000)
    assert probe.script.starts - before < 10
    probe.script.on_start = None
    await clock.advance(60_000)
    assert hub.links[LINK].state == "up"
    probe.script.next = [Down(retry="later", reason="cut")]
    await page.do(Execute(command=command("c2")))
    before = probe.script.starts
    await clock.advance(600)
    assert probe.script.starts == before + 1, "the first pause is a short one again"


@pytest.mark.parametrize(("retry", "state"), [("login", "login"), ("give-up", "gave-up")])
async def test_a_link_that_needs_a_person_is_not_tried_again(
    hub: Hub, probe: Probe, clock: VirtualClock, retry: str, state: str
) -> None:
    page = Page(hub, probe, "agent:ann")
    probe.script.next = [Down(retry=retry, reason="no", after=0)]  # type: ignore[arg-type]
    await page.do(Execute(command=command()))
    await clock.advance(3_600_000)
    assert (hub.links[LINK].state, probe.script.starts) == (state, 1)


async def test_a_link_goes_on_behind_its_last_event_in_the_log(tmp_path: Path, clock: VirtualClock) -> None:
    probe = Probe()
    for turn in range(2):
        hub = Hub(SqliteStore(tmp_path / "log.db"), clock=clock, ids=RandomIds(1), protocols={"probe": probe})
        await hub.start()
        await hub.add_link(LINK, "probe", {})
        await hub.settled()
        page = Page(hub, probe, "agent:ann")
        probe.script.next = [Emit(subject=ANN, event=e.AgentReady(link=LINK), origin=f"place-{turn}")]
        await page.do(Execute(command=command(f"k{turn}")))
        await hub.stop()
    assert probe.script.resumed == {ANN: "place-0"}


async def test_what_a_crash_left_is_unconfirmed_and_the_link_was_down(
    tmp_path: Path, clock: VirtualClock
) -> None:
    probe = Probe()
    store = SqliteStore(tmp_path / "log.db")
    crashed = Hub(store, clock=clock, ids=RandomIds(1), protocols={"probe": probe})
    await crashed.start()
    await crashed.add_link(LINK, "probe", {})
    await crashed.settled()
    page = Page(crashed, probe, "agent:ann")
    await page.do(Execute(command=command()))
    await store.close()  # the hub is not stopped: it writes nothing more
    hub = Hub(SqliteStore(tmp_path / "log.db"), clock=clock, ids=RandomIds(2), protocols={"probe": probe})
    await hub.start()
    state = hub.state(ANN)
    assert state is not None
    assert state.commands[CommandId("k1")].outcome == c.Unconfirmed(reason="hub-restarted")
    assert (state.links[LINK].up, state.links[LINK].cause) == (False, "hub-restarted")
    await hub.add_link(LINK, "probe", {})
    again = Page(hub, probe, "agent:ann")
    await again.do(Execute(command=command()))
    assert again.outcome("k1") == c.Unconfirmed(reason="hub-restarted")
    assert len(probe.script.commands) == 1, "nothing unconfirmed is ever repeated"
    await hub.stop()


class BreakingStore(MemoryStore):
    """A real store on a disk that is full for a while."""

    full = False

    async def append(self, drafts: Sequence[Draft]) -> Sequence[Entry]:
        if self.full:
            raise InternalError("store-failed", "the disk is full")
        return await super().append(drafts)


async def test_when_the_log_cannot_be_written_nothing_is_sent_and_the_gap_is_honest(
    clock: VirtualClock, probe: Probe
) -> None:
    store = BreakingStore()
    hub = Hub(store, clock=clock, ids=RandomIds(1), protocols={"probe": probe})
    await hub.start()
    await hub.add_link(LINK, "probe", {})
    await hub.settled()
    page = Page(hub, probe, "agent:ann")
    store.full = True
    await page.do(Execute(command=command()))
    outcome = page.outcome("k1")
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "store-failed"
    assert probe.script.commands == []
    await hub.call_link(LINK, _call(probe, [Emit(subject=ANN, event=e.AgentReady(link=LINK))]))
    await hub.settled()
    assert (hub.links[LINK].state, hub.links[LINK].reason) == ("down", "store-failed")
    store.full = False
    await clock.advance(60_000)
    assert hub.links[LINK].state == "up"
    state = hub.state(ANN)
    assert state is not None
    assert state.seq == 4, "LinkUp, Snapshot; then, after the gap, LinkUp and Snapshot again"
    await hub.stop()


def _call(probe: Probe, effects: Sequence[object]) -> Called:
    probe.script.next = [*effects, Reply(call="x")]  # type: ignore[list-item]
    return Called(call="x", route="r", method="GET", at=0)


async def test_a_door_of_a_link_answers_or_says_that_the_link_is_down(hub: Hub, probe: Probe) -> None:
    reply = await hub.call_link(LINK, _call(probe, []))
    assert reply == Reply(call="x")
    with pytest.raises(CallerError, match="no link"):
        await hub.call_link(LinkId("other"), _call(probe, []))
    probe.script.next = [Down(retry="give-up", reason="over")]
    with pytest.raises(VendorError):
        await hub.call_link(LINK, Called(call="y", route="r", method="GET", at=0))
    with pytest.raises(VendorError):
        await hub.call_link(LINK, Called(call="z", route="r", method="GET", at=0))


async def test_a_query_that_a_link_never_answers_times_out_and_one_at_a_lost_link_is_told(
    hub: Hub, probe: Probe, clock: VirtualClock
) -> None:
    page = Page(hub, probe, "agent:ann")
    await page.do(Ask(id="a", subject=ANN, query=c.GetTargets()))
    await clock.advance(10_000)
    assert page.session.answers["a"] == c.NoAnswer(
        code="timeout", message="the contact centre did not answer in time"
    )
    await page.do(Ask(id="b", subject=ANN, query=c.GetTargets()))
    probe.script.next = [Down(retry="later", reason="cut")]
    await page.do(Execute(command=command()))
    answer = page.session.answers["b"]
    assert isinstance(answer, c.NoAnswer)
    assert answer.code == "link-down"


async def test_a_link_that_raises_is_taken_down_and_started_afresh(
    hub: Hub, probe: Probe, clock: VirtualClock
) -> None:
    page = Page(hub, probe, "agent:ann")
    probe.script.next = [Emit(subject=ANN, event=e.AgentReady(link=LINK)), object()]  # type: ignore[list-item]
    await page.do(Execute(command=command()))
    assert hub.links[LINK].state == "down"
    state = hub.state(ANN)
    assert state is not None
    assert state.states["lk/voice"].state is Availability.READY, "what it told before is kept"
    await clock.advance(1_000)
    assert hub.links[LINK].state == "up"


async def test_timers_ring_once_and_the_same_name_replaces(
    hub: Hub, probe: Probe, clock: VirtualClock
) -> None:
    effects = [
        Wake(name="a", after=50),
        Wake(name="a", after=100),
        Wake(name="b", after=70),
        Cancel(name="b"),
    ]
    await hub.call_link(LINK, _call(probe, effects))
    probe.script.frames.clear()
    await clock.advance(99)
    assert probe.script.frames == []
    await clock.advance(500)
    assert [frame.name for frame in probe.script.frames if isinstance(frame, Woke)] == ["a"]


async def until(probe: Probe, kind: type) -> list[object]:
    async with asyncio.timeout(10):
        while not (found := [f for f in probe.script.frames if isinstance(f, kind)]):  # noqa: ASYNC110 - nothing to wait for
            await asyncio.sleep(0.005)
    return list(found)


async def test_sockets_and_requests_over_the_loopback() -> None:
    heard: list[str] = []

    async def socket(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await ws.send_str("hello")
        async for message in ws:
            heard.append(message.data)
            if message.data == "leave":
                await ws.close(code=4001, message=b"bye")
        return ws

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=435, text=(await request.text())[::-1], headers={"X-Back": "yes"})

    app = web.Application()
    app.router.add_get("/ws", socket)
    app.router.add_post("/echo", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]

    probe = Probe()
    hub = Hub(MemoryStore(), clock=SystemClock(), ids=RandomIds(1), protocols={"probe": probe})
    await hub.start()
    await hub.add_link(LINK, "probe", {})
    await hub.settled()
    base = f"127.0.0.1:{port}"
    await hub.call_link(LINK, _call(probe, [Open(channel="s", kind="ws", url=f"ws://{base}/ws")]))
    await until(probe, Opened)
    (first,) = await until(probe, Received)
    assert isinstance(first, Received)
    assert first.data == "hello"
    await hub.call_link(LINK, _call(probe, [Send(channel="s", data=b"one"), Send(channel="s", data="leave")]))
    (closed,) = await until(probe, Closed)
    assert isinstance(closed, Closed)
    assert (closed.code, heard) == (4001, ["one", "leave"])

    request = Request(name="r", method="POST", url=f"http://{base}/echo", body=b"abc")
    await hub.call_link(LINK, _call(probe, [request]))
    (replied,) = await until(probe, Replied)
    assert isinstance(replied, Replied)
    assert (replied.status, replied.data, replied.headers["x-back"]) == (435, b"cba", "yes")

    probe.script.frames.clear()
    nobody = Request(name="n", method="GET", url="http://127.0.0.1:1/", repeatable=True)
    await hub.call_link(LINK, _call(probe, [nobody, Open(channel="b", kind="bridge", url="")]))
    (failed,) = await until(probe, Failed)
    assert isinstance(failed, Failed)
    assert (failed.name, failed.sent) == ("n", False)
    (absent,) = await until(probe, Closed)
    assert isinstance(absent, Closed)
    assert (absent.code, absent.reason) == (0, "bridge-absent")
    await hub.call_link(
        LINK, _call(probe, [Close(channel="never-opened"), Settle(command="unknown", outcome=c.Done())])
    )
    await hub.stop()
    await runner.cleanup()
