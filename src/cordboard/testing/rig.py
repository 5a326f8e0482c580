"""A link on a real hub in a test: wires that can break, a tap that hears, a vendor's double at the other end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager

from cordboard.contract import CtiProtocol, LinkFrame, Scope
from cordboard.hub.clock import Clock, RandomIds
from cordboard.hub.hub import Hub
from cordboard.model.commands import Command, Query, Result
from cordboard.model.entities import Contact, Medium, Phase
from cordboard.model.ids import Subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.store.memory import MemoryStore
from cordboard.testing.page import AgentPage
from cordboard.testing.tap import LinkTap
from cordboard.testing.vendor import Faults, Housed, Vendor, Wires

SEED = 2
"""Of the ids that links get."""
PATIENCE = 120
"""Seconds of the test's clock within which a lost link is back, and a story goes on."""


class LinkRig:
    """One link, from its vendor's double to the log. `tap` hears all, `faults` break the wire."""

    def __init__(
        self, protocol: CtiProtocol, vendor: Vendor, settings: Mapping[str, object], scope: Scope
    ) -> None:
        self.vendor = vendor
        self.clock = vendor.clock
        self.faults = Faults()
        self.tap = LinkTap(protocol, RandomIds(SEED))
        self.hub = Hub(
            MemoryStore(),
            clock=self.clock,
            ids=RandomIds(3),
            protocols={protocol.name: self.tap},
            ways=self._wires,
        )
        self.tap.may_fall = lambda: not self._wired
        self._settings = settings
        self._scope = scope
        self.wires: Wires | None = None

    async def begin(self) -> None:
        """Plug the link in and let it come up."""
        await self.hub.start()
        await self.hub.add_link(
            self._scope.link, self.tap.name, {**self._settings, **self.vendor.settings}, self._scope
        )
        self.vendor.plugged(self.hub, self._scope.link)
        self.clock.settle = self.settled
        await self.settled()

    async def end(self) -> None:
        """Pull it out."""
        await self.hub.stop()

    @property
    def carried(self) -> int:
        """How many frames a cut can be counted by: those off the wire, or all where there is none."""
        return self.faults.carried if self._wired else self.tap.frames

    @property
    def up(self) -> bool:
        """Whether the link is up."""
        return self.hub.links[self._scope.link].state == "up"

    async def settled(self) -> None:
        """Wait until both ends are quiet and nothing is on the wire."""
        seen = -1
        while seen != (now := self.tap.frames + len(self.tap.effects)):
            seen = now
            await self.vendor.settled()
            await self.hub.settled()

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        await self.clock.advance(round(seconds * 1000))

    async def until_up(self) -> None:
        """Let time pass until the link is up."""
        waited = 0
        while not self.up:
            assert waited < PATIENCE, (
                f"the link is not up within {PATIENCE} s: {self.hub.links[self._scope.link]}"
            )
            await self.advance(1)
            waited += 1

    async def play(self, story: str) -> None:
        """Play a story to its end, and let a link that was lost on the way come back."""
        await self.vendor.begin(story)
        waited = 0
        while not await self.vendor.over():
            assert waited < 600, f"{story} does not end"
            await self.advance(1)
            waited += 1
        await self.advance(1)
        await self.until_up()
        await self.settled()

    async def cut(self) -> None:
        """The network fails now."""
        if self.wires is not None and self.wires.used:
            self.wires.cut()
        else:
            self.tap.fall_at = 0
            waited = 0
            while not self.fallen:
                assert waited < PATIENCE, (
                    f"the link was given no frame for {PATIENCE} s, so there is nothing to cut: a link without a wire sets timers"
                )
                await self.advance(1)
                waited += 1
        await self.settled()

    def cut_after(self, frames: int) -> None:
        """The network fails when the link was given so many more frames."""
        if self._wired:
            self.faults.cut_at = self.faults.carried + frames
        else:
            self.tap.fall_at = self.tap.frames + frames

    @property
    def fallen(self) -> bool:
        """Whether a cut that was to come has come."""
        return self.faults.cut_at is None and self.tap.fall_at is None

    def cut_first(self, frames: int) -> None:
        """The same for a link that is not plugged in yet."""
        self.faults.cut_at = self.tap.fall_at = frames

    async def inject(self, data: str | bytes) -> None:
        """Something comes on every open channel, or where there is none in the place of the next reply."""
        assert self.wires is not None, "the link is not plugged in"
        if not self.wires.inject(data):
            self.faults.replace = data.encode() if isinstance(data, str) else data
            await self.advance(PATIENCE)
            self.faults.replace = None
        await self.settled()

    async def asked(self, subject: Subject, query: Query) -> Result | None:
        """What the link answers to a query; `None` if it does not within a minute."""
        driver = self.hub.driver(self._scope.link)
        assert driver is not None
        ident = f"ask-{len(self.tap.answers)}"
        driver.ask(ident, subject, query)
        for _ in range(60):
            await self.settled()
            if ident in self.tap.answers:
                return self.tap.answers[ident]
            await self.advance(1)
        return None

    def execute(self, command: Command) -> None:
        """Give the link a command, past all that a hub checks before."""
        driver = self.hub.driver(self._scope.link)
        assert driver is not None
        driver.execute(command)

    def page(self, agent: str) -> AgentPage:
        """A page of an agent on the link's hub; of one whom a link of one agent does not serve, at the vendor's own."""
        if self._scope.kind != "agent":
            return AgentPage(self.hub, agent, settled=self.settled)
        if agent == self._scope.agent:
            return AgentPage(self.hub, agent, settled=self.settled, known=self.vendor.truth())
        assert isinstance(self.vendor, Housed), (
            f"the vendor's double has no page for {agent}: give it a `hub`"
        )
        return AgentPage(self.vendor.hub, agent, settled=self.settled)

    async def log(self) -> Mapping[Subject, list[Entry]]:
        """All that the hub wrote down, by subject."""
        return {
            subject: list(await self.hub.entries(subject, 0, 1_000_000)) for subject in self.hub.subjects()
        }

    @property
    def _wired(self) -> bool:
        """Whether there is a wire to cut; a link without one is ended by its tap, as by a driver that lost it."""
        return self.wires is not None and self.wires.used

    def _wires(self, clock: Clock, feed: Callable[[LinkFrame], None]) -> Wires:
        del clock
        self.wires = Wires(self.vendor, self.faults, self.clock, feed)
        return self.wires


@asynccontextmanager
async def link_rig(
    protocol: CtiProtocol,
    vendor: Vendor,
    settings: Mapping[str, object],
    scope: Scope,
    prepare: Callable[[LinkRig], None] = lambda _: None,
) -> AsyncIterator[LinkRig]:
    """A rig with the vendor open and the link plugged in. `prepare` is called between the two."""
    await vendor.open()
    rig = LinkRig(protocol, vendor, settings, scope)
    prepare(rig)
    try:
        with rig.tap.breaches.first():
            await rig.begin()
            yield rig
    finally:
        await rig.end()
        await vendor.close()


def likeness(state: SubjectState, media: Collection[Medium] = tuple(Medium)) -> object:
    """What is so in these media, as far as most wires can carry it: agents by medium, open contacts with who is in them.

    Not in it: ids and times, which each hub may mint anew, and what is over.
    """
    agents = sorted(
        (item.medium.value, item.state.value, item.reason.code if item.reason else "")
        for item in state.states.values()
        if item.medium in media
    )
    return {
        "agents": agents,
        "contacts": sorted(
            (_contact(item) for item in state.contacts.values() if item.medium in media), key=repr
        ),
    }


def _contact(contact: Contact) -> object:
    over = contact.phase is Phase.WRAP_UP
    return {
        "medium": contact.medium.value,
        "phase": contact.phase.value,
        "direction": contact.direction.value,
        "customer": contact.customer.number if contact.customer else "",
        "queue": contact.queue.id if contact.queue else "",
        # In wrap-up the agent has left, and hears nothing more of those who stay.
        "connections": ()
        if over
        else sorted(
            (
                item.participant.role.value,
                item.participant.id or item.participant.number,
                "parked" if item.parked else item.state.value,
            )
            for call in contact.calls
            for item in call.connections
            if item.state != "null"
        ),
    }
