"""The flight recorder: what led to what, when it got where, and who was told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cordboard.contract import Called, Emit, Execute, LinkEffect, Received, Settle, Watch, Woke
from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.hub.recorder import EXCERPT, Recorder
from cordboard.model import commands as c
from cordboard.model.entities import Availability
from cordboard.model.events import AgentReady, Unrecognised
from cordboard.model.ids import CommandId, ContactId, LinkId, Subject
from cordboard.store.memory import MemoryStore
from tests.hub.probe import Page, Probe

ANN = Subject("agent/ann")
LINK = LinkId("lk")
NOTE = c.TakeNote(contact=ContactId("c"), text="x")


@pytest.fixture
async def hub(clock: VirtualClock, probe: Probe) -> AsyncIterator[Hub]:
    hub = Hub(MemoryStore(), clock=clock, ids=RandomIds(1), protocols={"probe": probe}, record=100)
    await hub.start()
    await hub.add_link(LINK, "probe", {})
    await hub.settled()
    yield hub
    await hub.stop()


async def told(hub: Hub, probe: Probe, frame: Received | Woke | Called, *effects: LinkEffect) -> None:
    probe.script.next = list(effects)
    driver = hub.driver(LINK)
    assert driver is not None
    driver._feed(frame)
    await hub.settled()


def ready(subject: Subject = ANN) -> Emit:
    return Emit(subject=subject, event=AgentReady(link=LINK))


async def test_a_frame_is_tied_to_the_entries_that_it_led_to(
    hub: Hub, probe: Probe, clock: VirtualClock
) -> None:
    frame = Received(channel="events", data="x" * (EXCERPT + 5), at=clock.now() - 3)
    await told(hub, probe, frame, ready(), ready(Subject("agent/ben")))
    looked = hub.recorder.look()
    passage = looked.passages[ANN, 3]
    cause = passage.cause
    assert cause is not None
    assert (cause.link, cause.kind, cause.where, cause.at) == ("lk", "received", "events", clock.now() - 3)
    assert (cause.size, cause.text) == (EXCERPT + 5, "x" * EXCERPT)
    assert looked.led[id(cause)] == [(ANN, 3), ("agent/ben", 1)]
    assert passage.appended == passage.on_disk == passage.shown == clock.now()
    start = looked.passages[ANN, 1].cause
    assert start is not None
    assert start.kind == "start"


async def test_bytes_that_are_no_text_are_read_all_the_same(hub: Hub, probe: Probe) -> None:
    await told(hub, probe, Received(channel="events", data=b"\xff{}", at=1), ready())
    cause = hub.recorder.look().passages[ANN, 3].cause
    assert cause is not None
    assert cause.text == "\ufffd{}"


async def test_who_was_told_is_counted_by_protocol(hub: Hub, probe: Probe) -> None:
    pages = [Page(hub, probe, "tenant") for _ in range(3)]
    for page in pages:
        await page.do(Watch(subjects={ANN: None}))
        await page.do(Watch(subjects={ANN: None}))
    await told(hub, probe, Woke(name="tick", at=1), ready())
    pages[0].seat.leave()
    await told(hub, probe, Woke(name="tick", at=1), ready())
    [body] = {len(data) for data in pages[1].session.rendered if data is not None}
    passages = hub.recorder.look().passages
    assert passages[ANN, 3].audience == {"probe": (3, body)}
    assert passages[ANN, 4].audience == {"probe": (2, body)}


async def test_a_command_is_followed_from_the_page_to_its_outcome(
    hub: Hub, probe: Probe, clock: VirtualClock
) -> None:
    page = Page(hub, probe, "agent:ann")
    hold = c.Command(id=CommandId("1"), subject=ANN, service=c.SetAgentState(state=Availability.READY))
    taken = clock.now()
    await page.do(Execute(command=hold))
    await clock.advance(700)
    await told(hub, probe, Woke(name="tick", at=1), Settle(command="1", outcome=c.Done()))
    looked = hub.recorder.look()
    [way] = looked.taken[CommandId("1")]
    assert (way.by, way.at, way.settled) == ("user:test", taken, taken + 700)
    assert way.outcome == c.Done()
    assert looked.given[CommandId("1")] == taken


async def test_what_never_reached_the_log_is_known_too(hub: Hub, probe: Probe) -> None:
    page = Page(hub, probe, "agent:ben")
    await page.do(
        Execute(
            command=c.Command(
                id=CommandId("1"), subject=ANN, service=c.SetAgentState(state=Availability.READY)
            )
        )
    )
    [way] = hub.recorder.look().taken[CommandId("1")]
    assert isinstance(way.outcome, c.Refused)
    assert way.outcome.code == "not-allowed"
    assert page.outcome("1") == way.outcome
    assert hub.recorder.outcomes == 1


async def test_frames_that_nobody_understood_are_kept(hub: Hub, probe: Probe) -> None:
    odd = Emit(subject=ANN, event=Unrecognised(link=LINK, channel="events", data="?"))
    await told(hub, probe, Received(channel="events", data="?", at=1), odd)
    assert [(entry.subject, entry.seq) for entry in hub.recorder.odd] == [(ANN, 3)]


async def test_it_holds_so_much_and_no_more(hub: Hub, probe: Probe) -> None:
    for _ in range(150):
        await told(hub, probe, Received(channel="events", data="x", at=1), ready())
    passages = hub.recorder.look().passages
    assert len(passages) == 100
    assert min(seq for _, seq in passages) == 53
    idle = hub.recorder.look()
    await told(hub, probe, Woke(name="tick", at=1))
    assert hub.recorder.look() == idle


async def test_of_what_came_together_only_the_last_are_held(hub: Hub, probe: Probe) -> None:
    for name in ("first", "second"):
        many = [ready() for _ in range(60)]
        await told(hub, probe, Received(channel=name, data="x", at=1), *many)
    looked = hub.recorder.look()
    seqs = sorted(seq for _, seq in looked.passages)
    assert seqs == list(range(23, 123))  # two were there before
    ways = [looked.passages[ANN, seq] for seq in seqs]
    assert [way.cause.where for way in ways if way.cause is not None] == ["first"] * 40 + ["second"] * 60
    assert all(way.appended == way.shown for way in ways)
    [*_, cause] = hub.recorder.of_link(LINK)
    assert looked.led[id(cause)] == [(ANN, seq) for seq in range(63, 123)]


async def test_switched_off_it_notes_nothing(clock: VirtualClock, probe: Probe) -> None:
    hub = Hub(MemoryStore(), clock=clock, ids=RandomIds(1), protocols={"probe": probe})
    await hub.start()
    await hub.add_link(LINK, "probe", {})
    page = Page(hub, probe, "agent:ann")
    await page.do(Execute(command=c.Command(id=CommandId("1"), subject=ANN, service=NOTE)))
    looked = hub.recorder.look()
    assert (looked.passages, looked.given, looked.taken, looked.led) == ({}, {}, {}, {})
    command = c.Command(id=CommandId("2"), subject=ANN, service=NOTE)
    assert Recorder(clock, 0).command(command, None, print) is print
    await hub.stop()
