"""What is lost half-way: a link while the gate is asked, a command before the link had it, a protocol that cannot begin anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from cordboard.contract import Ask, Down, Execute, LinkFrame, Replied, Request
from cordboard.hub import dispatch
from cordboard.hub.channels import Channels
from cordboard.hub.clock import RandomIds, SystemClock, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.hub.queries import PATIENCE
from cordboard.model import commands as c
from cordboard.model.entities import Availability
from cordboard.model.errors import VendorError
from cordboard.model.ids import CommandId, LinkId, Subject
from cordboard.model.state import SubjectState
from cordboard.store.memory import MemoryStore
from tests.hub.probe import Page, Probe
from tests.hub.test_dispatch import dial, log_on

ANN = Subject("agent/ann")
LINK = LinkId("lk")


def ready(name: str) -> c.Command:
    return c.Command(id=CommandId(name), subject=ANN, service=c.SetAgentState(state=Availability.READY))


class Gated:
    """A hub whose gate waits until it is told."""

    def __init__(self, clock: VirtualClock, probe: Probe) -> None:
        self.asked = asyncio.Event()
        self.open = asyncio.Event()
        self.hub = Hub(
            MemoryStore(), clock=clock, ids=RandomIds(1), protocols={"probe": probe}, gate=self._gate
        )

    async def _gate(self, command: c.Command, state: SubjectState) -> c.Refused | None:
        self.asked.set()
        await self.open.wait()
        return None


@pytest.fixture
async def gated(clock: VirtualClock, probe: Probe) -> AsyncIterator[Gated]:
    found = Gated(clock, probe)
    await found.hub.start()
    await found.hub.add_link(LINK, "probe", {})
    await found.hub.settled()
    yield found
    found.open.set()
    await found.hub.stop()


async def test_what_waits_at_the_gate_when_the_link_is_lost_is_refused_and_never_logged(
    gated: Gated, probe: Probe
) -> None:
    hub = gated.hub
    page = Page(hub, probe, "agent:ann")
    await log_on(probe, page)
    dialled = asyncio.ensure_future(hub.execute(dial("123"), page.seat.identity))
    await gated.asked.wait()
    probe.script.next = [Down(retry="later", reason="cut")]
    await asyncio.gather(hub.execute(ready("k"), page.seat.identity), return_exceptions=True)
    outcome = await dialled
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "link-down"
    gated.open.set()
    await hub.settled()
    assert [command.id for command in probe.script.commands] == ["k"]
    state = hub.state(ANN)
    assert state is not None
    assert CommandId("d1") not in state.commands


async def test_a_gate_that_never_answers_is_closed(
    gated: Gated, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "GATE_SECONDS", 0.01)
    page = Page(gated.hub, probe, "agent:ann")
    await log_on(probe, page)
    await page.do(Execute(command=dial("123")))
    outcome = page.outcome("d1")
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "gate-closed"


async def test_a_command_whose_link_was_lost_before_it_was_on_disk_does_not_reach_the_next_link(
    hub: Hub, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(hub, probe, "agent:ann")
    driver = hub.driver(LINK)
    assert driver is not None
    taken = asyncio.ensure_future(hub.execute(ready("k"), page.seat.identity))
    await asyncio.sleep(0)  # taken, and on its way to the disk
    driver._down(Down(retry="later", reason="cut"))
    driver._again()
    assert await taken == c.Unconfirmed(reason="link-lost")
    await hub.settled()
    assert probe.script.commands == []
    assert hub.links[LINK].state == "up"


@pytest.mark.parametrize("error", [OSError("the token file is not there"), VendorError("vendor-failed", "x")])
async def test_a_link_that_cannot_be_made_now_is_tried_again(
    hub: Hub, probe: Probe, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    page = Page(hub, probe, "agent:ann")
    make = probe.link

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(probe, "link", fail)
    probe.script.next = [Down(retry="later", reason="cut")]
    await page.do(Execute(command=ready("k")))
    await clock.advance(5_000)
    assert (hub.links[LINK].state, hub.links[LINK].reason) == ("down", f"link-failed: {type(error).__name__}")
    monkeypatch.setattr(probe, "link", make)
    await clock.advance(60_000)
    assert hub.links[LINK].state == "up"


async def test_nothing_is_kept_of_a_question_that_no_link_answered(
    hub: Hub, probe: Probe, clock: VirtualClock
) -> None:
    page = Page(hub, probe, "agent:ann")
    await page.do(Ask(id="q", subject=ANN, query=c.GetTargets()))
    driver = hub.driver(LINK)
    assert driver is not None
    assert len(driver._asked) == 1
    await clock.advance(PATIENCE)
    answer = page.session.answers["q"]
    assert isinstance(answer, c.NoAnswer)
    assert answer.code == "timeout"
    assert not driver._asked


async def test_nothing_is_kept_of_a_request_that_is_over() -> None:
    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(text="here")

    server = await asyncio.get_running_loop().create_server(web.Server(answer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    frames: list[LinkFrame] = []
    over = asyncio.Event()

    def feed(frame: LinkFrame) -> None:
        frames.append(frame)
        over.set()

    channels = Channels(SystemClock(), feed)
    for number in range(3):
        over.clear()
        name = f"request-{number}"
        channels.request(
            Request(
                name=name, method="GET", url=f"http://127.0.0.1:{port}/", headers={}, body=b"", timeout=5000
            )
        )
        await over.wait()
        await asyncio.sleep(0)
    assert [frame.name for frame in frames if isinstance(frame, Replied)] == [
        "request-0",
        "request-1",
        "request-2",
    ]
    assert channels._by_name == {}
    await channels.close()
    server.close()
