"""Days of large centres in virtual time: people, pages that do all sorts of things, a wire with faults, and the books at the end.

At every hour, and at the end, what is so on the switch is held against what the hub has folded its log into, and against
what a second fold of some agents' logs comes to. At the end every contact that was ever opened on the hub was closed exactly
once, as the switch says; and every contact that came to a queue is in exactly one place of its counters.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

import msgspec
import pytest

from cordboard.contract import Called
from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.model import commands as c
from cordboard.model.entities import Ending
from cordboard.model.ids import AgentId, CommandId, agent_subject
from cordboard.protocols.simulator import Simulator
from cordboard.protocols.simulator.flavours import Flavour
from cordboard.protocols.simulator.floor import Floor, Settings
from tests.simulator.day import large
from tests.simulator.generator import a_target, on_contact
from tests.simulator.ledger import Ledger, Switchbook
from tests.simulator.likeness import shown, truth
from tests.simulator.test_statistics import balance
from tests.simulator.world import EVERYONE, LINK

SPEED = 1000
"""The floor's time against the hub's: a tick of the link is a second of the floor's, with all that happens in it."""
MINUTE = 60_000 // SPEED
FAULTS: tuple[dict[str, object], ...] = (
    {"drop": 20},
    {"delay": 3},
    {"duplicate": True},
    {"reorder": True},
    {"delay": 2, "duplicate": True, "reorder": True},
    {"refuse": "wrong-state"},
    {"silent": True},
)
SOUND: dict[str, object] = {"delay": 0, "duplicate": False, "reorder": False, "refuse": "", "silent": False}


class Day:
    """One day: a floor of so many agents, and a hub before it."""

    def __init__(self, agents: int, seed: int, *, curve: list[float] | None = None) -> None:
        self.rng = Random(seed)
        self.centre = large(agents, curve=curve)
        self.clock = VirtualClock()
        settings = Settings(people=True, seed=seed, speed=SPEED, mark="d", statistics=5)
        self.floor = Floor(settings, self.centre, "d", Flavour())
        names = [agent_subject(AgentId(plan.id)) for plan in self.centre.agents]
        self.ledger = Ledger(frozenset(self.rng.sample(names, min(20, agents))))
        self.hub = Hub(
            self.ledger, clock=self.clock, ids=RandomIds(seed), protocols={"simulator": Simulator()}
        )
        self.ledger.states = self.hub.states
        self.outcomes: Counter[str] = Counter()
        self.commands = 0
        self.asked: list[asyncio.Future[c.Outcome]] = []
        self.drops = 0

    async def run(self, minutes: int, *, commands: int, faults: float) -> None:
        """The day: so many commands of pages a minute, and in so many of the minutes something wrong with the wire."""
        await self.hub.start()
        await self.hub.add_link(LINK, "simulator", {"floor": self.floor})
        await self.hub.settled()
        self.book = Switchbook(self.floor.switch.reader())
        for minute in range(1, minutes + 1):
            if self.rng.random() < faults:
                await self.fault(self.rng.choice(FAULTS))
            for _ in range(commands):
                await self.do()
                await self.clock.advance(MINUTE // commands)
            await self.clock.advance(MINUTE - commands * (MINUTE // commands))
            if self.rng.random() < 0.5:
                await self.fault(SOUND)
            self.book.read()
            if minute % 60 == 0 or minute == minutes:
                await self.check()
        await self.hub.stop()

    async def do(self) -> None:
        """Something that a page asks for, mostly about a contact that it shows."""
        plan = self.rng.choice(self.centre.agents)
        subject = agent_subject(AgentId(plan.id))
        contacts = list(self.hub.states[subject].contacts.values())
        service: c.Service = (
            on_contact(self.rng.choice(contacts), self.centre, self.rng)
            if contacts
            else c.MakeCall(target=a_target(self.centre, self.rng))
        )
        self.commands += 1
        command = c.Command(id=CommandId(f"page-{self.commands}"), subject=subject, service=service)
        task = asyncio.ensure_future(self.hub.dispatch.run(command, EVERYONE))
        task.add_done_callback(lambda done: self.outcomes.update([type(done.result()).__name__]))
        self.asked.append(task)
        await self.hub.settled()

    async def fault(self, faults: Mapping[str, Any]) -> None:
        """Something is wrong with the wire from now on, or all is well again."""
        drop = faults.get("drop")
        if drop is None:
            for name, value in faults.items():
                setattr(self.floor.faults, name, value)
        elif self.up:
            self.drops += 1
            body = msgspec.json.encode({"drop": drop})
            route = "POST fault"
            called = Called(call=f"f{self.drops}", route=route, method="POST", body=body, at=self.clock.now())
            await self.hub.call_link(LINK, called)

    @property
    def up(self) -> bool:
        """Whether the link is up."""
        return self.hub.links[LINK].state == "up"

    async def check(self) -> None:
        """The hub shows what is so, and so does a second fold of some agents' logs."""
        await self.fault(SOUND)
        await self.clock.advance(10)
        while not self.up:
            await self.clock.advance(10)
        so = truth(self.floor.switch.state(closed=False))
        so["queues"] = {plan.id: so["queues"].get(plan.id, {}) for plan in self.centre.queues}
        assert shown(self.hub.states) == so
        for subject, state in self.ledger.folded.items():
            assert state == self.hub.states[subject]
        balance(self.floor.switch)

    def books(self) -> None:
        """Everything that was opened was closed once, and as the switch says."""
        self.book.read()
        ledger, book = self.ledger, self.book
        assert set(ledger.opened.values()) == {1}
        assert ledger.twice == []
        still_open = {
            ident for subject in self.hub.subjects() for ident in self.hub.states[subject].contacts
            if subject.startswith("agent/")
        }  # fmt: skip
        assert ledger.opened.keys() - ledger.closed.keys() == still_open
        told = {ident: ended for ident, ended in ledger.closed.items() if ended is not Ending.LOST}
        assert {ident: ended.value for ident, ended in told.items()} == {
            ident: book.closed[ident] for ident in told
        }
        lost = ledger.closed.keys() - told.keys()
        assert lost <= book.closed.keys()
        # What began and ended while the link was away was never told. Nothing else is missing.
        unseen = book.closed.keys() - ledger.closed.keys()
        assert not (lost or unseen) or self.drops

    def report(self, seconds: float) -> str:
        """The day in figures."""
        ended = Counter(self.book.closed.values())
        rate = self.ledger.entries / seconds
        return (
            f"{len(self.centre.agents)} agents, {len(self.book.closed)} contacts closed {dict(ended)}, "
            f"{self.book.records} records, {self.ledger.entries} entries, {self.commands} commands of pages "
            f"{dict(self.outcomes)}, {self.drops} link losses: {seconds:.1f} s ({rate:.0f} entries a second)"
        )


async def lived(
    agents: int, minutes: int, *, commands: int, faults: float, curve: list[float] | None = None
) -> Day:
    """A day that has been, with its books in balance; its figures are printed."""
    began = time.perf_counter()
    day = Day(agents, 1, curve=curve)
    await day.run(minutes, commands=commands, faults=faults)
    day.books()
    print(day.report(time.perf_counter() - began))  # noqa: T201 - asked for: `pytest -s` shows it
    return day


async def test_an_hour_of_fifty_agents_balances() -> None:
    day = await lived(50, 60, commands=4, faults=0.15, curve=[1.0] * 24)
    ended = Counter(day.book.closed.values())
    assert {"completed", "missed", "abandoned", "transferred"} <= set(ended)
    assert len(day.book.closed) > 400
    assert day.drops > 0


@pytest.mark.matrix
@pytest.mark.timeout(3600)
async def test_a_day_of_five_hundred_agents_balances() -> None:
    day = await lived(500, 24 * 60, commands=4, faults=0.03)
    ended = Counter(day.book.closed.values())
    assert {"completed", "missed", "declined", "abandoned", "failed", "transferred"} <= set(ended)
    assert len(day.book.closed) > 40_000
