"""Joining and rejoining: a snapshot and the tail in one answer, exactly what was missed, or an honest no."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordboard.contract import Barred, Emit, Execute, Settle, Store, Watch, position
from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.hub.room import MEMORY
from cordboard.model import commands as c, events as e
from cordboard.model.entities import Availability
from cordboard.model.ids import CommandId, LinkId, Subject
from cordboard.store.memory import MemoryStore
from cordboard.store.sqlite import SqliteStore
from tests.hub.probe import Page, Probe

ANN = Subject("agent/ann")
LINK = LinkId("lk")


async def happen(probe: Probe, page: Page, number: int, times: int = 1) -> None:
    probe.script.next = [
        Emit(subject=ANN, event=e.AgentNotReady(link=LINK, at=number + n)) for n in range(times)
    ]
    probe.script.next.append(Settle(command=f"x{number}", outcome=c.Done()))
    command = c.Command(
        id=CommandId(f"x{number}"), subject=ANN, service=c.SetAgentState(state=Availability.READY)
    )
    await page.do(Execute(command=command))


async def test_a_page_gets_the_state_and_then_each_entry_once(hub: Hub, probe: Probe) -> None:
    page = Page(hub, probe, "agent:ann")
    await page.do(Watch(subjects={ANN: None}))
    (joined,) = page.session.joined
    assert (joined.recovered, joined.tail, joined.state.seq) == (None, (), 2)
    await happen(probe, page, 1, times=3)
    assert [entry.seq for entry in page.session.entries] == [3, 4, 5, 6, 7]
    assert page.session.rendered == [entry.body for entry in page.session.entries]


async def test_an_entry_is_rendered_once_for_all_pages(hub: Hub, probe: Probe) -> None:
    pages = [Page(hub, probe, "agent:ann") for _ in range(5)]
    for page in pages:
        await page.do(Watch(subjects={ANN: None}))
    await happen(probe, pages[0], 1)
    assert probe.renders == len(pages[0].session.entries) == 3
    assert len({id(page.session.rendered[0]) for page in pages}) == 1


@pytest.mark.parametrize("durable", [False, True])
async def test_rejoining_brings_exactly_what_was_missed(
    clock: VirtualClock, probe: Probe, tmp_path: Path, durable: bool
) -> None:
    store: Store = SqliteStore(tmp_path / "log.db") if durable else MemoryStore()
    hub = Hub(store, clock=clock, ids=RandomIds(1), protocols={"probe": probe})
    await hub.start()
    await hub.add_link(LINK, "probe", {})
    await hub.settled()
    page = Page(hub, probe, "agent:ann")
    for number in (100, 200, 300):
        await happen(probe, page, number, times=MEMORY)
    state = hub.state(ANN)
    assert state is not None
    for seq in (0, 1, state.seq - MEMORY - 1, state.seq - MEMORY, state.seq - 1, state.seq):
        late = Page(hub, probe, "agent:ann")
        await late.do(Watch(subjects={ANN: position(hub.epoch, seq)}))
        (joined,) = late.session.joined
        assert joined.recovered is True
        assert [entry.seq for entry in joined.tail] == list(range(seq + 1, state.seq + 1))
        assert joined.state is hub.state(ANN)
    await hub.stop()


async def test_entries_that_come_while_the_tail_is_read_are_neither_lost_nor_doubled(
    hub: Hub, probe: Probe
) -> None:
    page = Page(hub, probe, "agent:ann")
    await happen(probe, page, 1000, times=3 * MEMORY)
    late = Page(hub, probe, "agent:ann")
    late.session.outgoing.append(Watch(subjects={ANN: position(hub.epoch, 1)}))
    probe.script.next = [Emit(subject=ANN, event=e.AgentReady(link=LINK)) for _ in range(5)]
    command = c.Command(id=CommandId("z"), subject=ANN, service=c.SetAgentState(state=Availability.READY))
    page.session.outgoing.append(Execute(command=command))
    from cordboard.contract import Woke  # noqa: PLC0415 - only here both are fed in one step

    late.seat.receive(Woke(name="go", at=0))
    page.seat.receive(Woke(name="go", at=0))
    await hub.settled()
    (joined,) = late.session.joined
    seqs = [entry.seq for entry in (*joined.tail, *late.session.entries)]
    state = hub.state(ANN)
    assert state is not None
    assert seqs == list(range(2, state.seq + 1))


@pytest.mark.parametrize("place", ["otherepoch.1", "EPOCH.999999"])
async def test_a_position_of_another_history_is_not_recovered_and_says_so(
    hub: Hub, probe: Probe, place: str
) -> None:
    page = Page(hub, probe, "agent:ann")
    await page.do(Watch(subjects={ANN: place.replace("EPOCH", hub.epoch)}))
    (joined,) = page.session.joined
    assert (joined.recovered, joined.tail) == (False, ())


@pytest.mark.parametrize(
    ("subject", "place", "code"),
    [
        ("agent/bob", None, "not-allowed"),
        ("team/crew", None, "not-allowed"),
        ("nonsense", None, "bad-subject"),
        ("agent/a/b", None, "bad-subject"),
        ("agent/ann", "no-dot", "bad-position"),
        ("agent/ann", "e.x", "bad-position"),
    ],
)
async def test_what_may_not_be_watched_is_barred_with_a_code(
    hub: Hub, probe: Probe, subject: str, place: str | None, code: str
) -> None:
    page = Page(hub, probe, "agent:ann")
    await page.do(Watch(subjects={subject: place}))
    assert page.session.joined == []
    assert [item.code for item in page.session.news if isinstance(item, Barred)] == [code]


async def test_a_wildcard_brings_all_there_are_and_those_to_come(hub: Hub, probe: Probe) -> None:
    page = Page(hub, probe, "tenant", "tenant:command")
    await page.do(Watch(subjects={"agent/*": None}))
    assert [joined.subject for joined in page.session.joined] == [ANN]
    up = e.LinkUp(link=LINK, services=("SetAgentState",))
    probe.script.next = [Emit(subject=Subject("agent/bob"), event=up), Settle(command="y", outcome=c.Done())]
    command = c.Command(id=CommandId("y"), subject=ANN, service=c.SetAgentState(state=Availability.READY))
    await page.do(Execute(command=command))
    assert [joined.subject for joined in page.session.joined] == [ANN, "agent/bob"]
    assert [entry.seq for entry in page.session.entries if entry.subject == "agent/bob"] == [1]


async def test_an_agent_sees_the_own_queues_and_a_supervisor_the_teams_agents(hub: Hub, probe: Probe) -> None:
    from cordboard.model.entities import AgentProfile, Queue  # noqa: PLC0415 - used once
    from cordboard.model.ids import AgentId, QueueId, TeamId  # noqa: PLC0415

    profile = AgentProfile(id=AgentId("ann"), team=TeamId("crew"), queues=(Queue(id=QueueId("q1")),))
    probe.script.next = [Emit(subject=ANN, event=e.ProfileChanged(link=LINK, profile=profile))]
    page = Page(hub, probe, "agent:ann")
    command = c.Command(id=CommandId("y"), subject=ANN, service=c.SetAgentState(state=Availability.READY))
    await page.do(Execute(command=command))
    await page.do(Watch(subjects={"queue/q1": None, "queue/q2": None, "team/crew": None, "agent/bob": None}))
    assert [joined.subject for joined in page.session.joined] == ["queue/q1", "team/crew"]
    supervisor = Page(hub, probe, "team:crew")
    await supervisor.do(Watch(subjects={"agent/*": None, "team/crew": None}))
    assert [joined.subject for joined in supervisor.session.joined] == [ANN, "team/crew"]
