"""Where sessions are tried: a hub with their doors in memory, and a log that happens entry by entry, or a live centre behind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from cordboard.contract import CtiProtocol
from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.model.ids import Millis, Subject
from cordboard.model.log import Draft, Entry
from cordboard.model.state import SubjectState
from cordboard.store.memory import MemoryStore
from cordboard.testing.centre import ContactCentre
from cordboard.testing.edge import Edge
from cordboard.testing.tap import SessionTap
from cordboard.testing.visit import Visit

SEED = 5
"""Of the ids that the first session gets; each one after it has the next."""


class Stage:
    """A hub, the doors of one protocol, and who comes in by them."""

    def __init__(self, protocol: CtiProtocol, hub: Hub, clock: VirtualClock) -> None:
        self.hub = hub
        self.clock = clock
        self.tap = SessionTap(protocol, lambda number: RandomIds(SEED + number))
        self.edge = Edge(hub, self.tap)

    def visit(self, agent: str) -> Visit:
        """A page of this agent, that has said nothing yet."""
        return Visit(self.edge, agent, settled=self.hub.settled, advance=self._advance)

    async def tell(self, item: Draft) -> tuple[Entry, SubjectState, SubjectState]:
        """Let this happen: its entry, and the state before and after."""
        states: Mapping[Subject, SubjectState] = self.hub.states
        before = states.get(item.subject) or SubjectState(subject=item.subject)
        await self.hub.append([item])
        await self.hub.settled()
        after = states[item.subject]
        (entry,) = await self.hub.entries(item.subject, after.seq - 1, 1)
        return entry, before, after

    async def _advance(self, millis: Millis) -> None:
        await self.clock.advance(millis)


@asynccontextmanager
async def empty_stage(protocol: CtiProtocol) -> AsyncIterator[Stage]:
    """A hub on which nothing has happened, and nothing happens by itself."""
    clock = VirtualClock()
    hub = Hub(MemoryStore(), clock=clock, ids=RandomIds(1), protocols={})
    await hub.start()
    stage = Stage(protocol, hub, clock)
    try:
        with stage.tap.breaches.first():
            yield stage
    finally:
        stage.edge.leave()
        await hub.stop()


@asynccontextmanager
async def live_stage(protocol: CtiProtocol) -> AsyncIterator[tuple[Stage, ContactCentre]]:
    """A hub with the simulated contact centre behind it."""
    async with ContactCentre() as centre:
        stage = Stage(protocol, centre.hub, centre.clock)
        try:
            with stage.tap.breaches.first():
                yield stage, centre
        finally:
            stage.edge.leave()
