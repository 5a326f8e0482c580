"""A restarted hub is where its log is, from saved states and what came after them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cordboard.contract import Emit, Execute, Head, Scope
from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import HOUSEKEEPING, SAVE_AFTER, Hub
from cordboard.model import commands as c, events as e
from cordboard.model.entities import AgentState, Availability, Contact, Ending, Phase
from cordboard.model.fold import FOLD_VERSION
from cordboard.model.ids import AgentId, CommandId, ContactId, LinkId, Subject
from cordboard.store.sqlite import SqliteStore
from tests.hub.probe import Page, Probe

ANN = Subject("agent/ann")
LINK = LinkId("lk")


async def started(path: Path, clock: VirtualClock, probe: Probe, retention: int = 0) -> Hub:
    hub = Hub(
        SqliteStore(path), clock=clock, ids=RandomIds(1), protocols={"probe": probe}, retention=retention
    )
    await hub.start()
    await hub.add_link(LINK, "probe", {})
    await hub.settled()
    return hub


async def happen(hub: Hub, probe: Probe, times: int) -> None:
    probe.script.next = [Emit(subject=ANN, event=e.AgentReady(link=LINK, at=n)) for n in range(times)]
    service = c.SetAgentState(state=Availability.READY)
    await Page(hub, probe, "agent:ann").do(
        Execute(command=c.Command(id=CommandId(hub.ids.new("k")), subject=ANN, service=service))
    )


async def test_saved_states_and_the_entries_after_them_give_the_same_state(
    tmp_path: Path, clock: VirtualClock, probe: Probe
) -> None:
    hub = await started(tmp_path / "log.db", clock, probe)
    await happen(hub, probe, SAVE_AFTER + 1)
    await clock.advance(HOUSEKEEPING)
    await happen(hub, probe, 3)
    before = hub.state(ANN)
    await hub.stop()
    store = SqliteStore(tmp_path / "log.db")
    again = Hub(store, clock=clock, ids=RandomIds(2), protocols={"probe": probe})
    await again.start()
    after = again.state(ANN)
    assert before is not None
    assert after is not None
    assert after.states == before.states
    assert after.seq == before.seq + 2, "as it stopped: the command that nobody settled, and LinkDown"
    await again.stop()


async def test_what_was_trimmed_is_known_from_an_older_folds_state(
    tmp_path: Path, clock: VirtualClock, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = await started(tmp_path / "log.db", clock, probe, retention=1000)
    await happen(hub, probe, SAVE_AFTER + 1)
    await clock.advance(2 * HOUSEKEEPING)
    state = hub.state(ANN)
    assert state is not None
    await hub.stop()
    heads = await heads_of(tmp_path / "log.db")
    assert heads[ANN].first > 1, "the old entries are gone"
    monkeypatch.setattr("cordboard.hub.hub.FOLD_VERSION", FOLD_VERSION + 1)
    again = Hub(SqliteStore(tmp_path / "log.db"), clock=clock, ids=RandomIds(2), protocols={"probe": probe})
    await again.start()
    found = again.state(ANN)
    assert found is not None
    assert found.states == state.states, (
        "a fold of the new version could not know it from what is left of the log"
    )
    await again.stop()


async def test_a_link_that_the_settings_have_no_more_leaves_nothing_behind(
    tmp_path: Path, clock: VirtualClock, probe: Probe
) -> None:
    """Neither a state nor an open contact, and no page waits for it; nor does a page of a hub that stands behind."""
    hub = await started(tmp_path / "log.db", clock, probe)
    contact = Contact(id=ContactId("k"), link=LINK, agent=AgentId("ann"), phase=Phase.ACTIVE)
    voice = AgentState(link=LINK, state=Availability.BUSY)
    snapshot = e.Snapshot(link=LINK, at=1, states=(voice,), contacts=(contact,))
    probe.script.next = [Emit(subject=ANN, event=snapshot)]
    service = c.SetAgentState(state=Availability.READY)
    await Page(hub, probe, "agent:ann").do(
        Execute(command=c.Command(id=CommandId("k-1"), subject=ANN, service=service))
    )
    before = hub.state(ANN)
    assert before is not None
    assert list(before.contacts) == ["k"]
    await hub.stop()
    other = LinkId("other")
    again = Hub(SqliteStore(tmp_path / "log.db"), clock=clock, ids=RandomIds(2), protocols={"probe": probe})
    await again.start()
    await again.add_link(other, "probe", {})
    await again.forget_others()
    await again.settled()
    after = again.state(ANN)
    assert after is not None
    assert list(after.links) == [other]
    assert all(state.link == other for state in after.states.values())
    assert after.contacts == {}
    assert [(item.id, item.ended_by) for item in after.recent] == [("k", Ending.LOST)]
    head = after.seq
    await again.forget_others()
    await again.settled()
    assert again.states[ANN].seq == head, "there is nothing more to forget"
    await again.stop()


async def test_a_link_that_is_one_agents_now_leaves_the_others(
    tmp_path: Path, clock: VirtualClock, probe: Probe
) -> None:
    bob = Subject("agent/bob")
    hub = await started(tmp_path / "log.db", clock, probe)
    probe.script.next = [
        Emit(subject=bob, event=e.LinkUp(link=LINK, at=1)),
        Emit(subject=bob, event=e.AgentReady(link=LINK, at=1)),
    ]
    service = c.SetAgentState(state=Availability.READY)
    await Page(hub, probe, "agent:ann").do(
        Execute(command=c.Command(id=CommandId("k-1"), subject=ANN, service=service))
    )
    assert list(hub.states[bob].states) == ["lk/voice"]
    await hub.stop()
    again = Hub(SqliteStore(tmp_path / "log.db"), clock=clock, ids=RandomIds(2), protocols={"probe": probe})
    await again.start()
    await again.add_link(LINK, "probe", {}, Scope(kind="agent", link=LINK, agent=AgentId("ann")))
    await again.forget_others()
    await again.settled()
    assert (again.states[bob].links, again.states[bob].states) == ({}, {})
    assert list(again.states[ANN].links) == [LINK]
    await again.stop()


async def heads_of(path: Path) -> Mapping[Subject, Head]:
    store = SqliteStore(path)
    await store.open(lambda _: None)
    heads = await store.heads()
    await store.close()
    return heads
