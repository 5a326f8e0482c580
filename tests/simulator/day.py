"""A day of a large centre in virtual time: people, pages that do all sorts of things, a wire and a hub with faults, and the books."""

from __future__ import annotations

import asyncio
import resource
import time
from collections import Counter
from collections.abc import Mapping
from itertools import cycle
from random import Random
from typing import Any

import msgspec

from cordboard.contract import Called
from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.model import commands as c
from cordboard.model.entities import Ending
from cordboard.model.ids import AgentId, CommandId, agent_subject
from cordboard.protocols.simulator import Simulator
from cordboard.protocols.simulator.centre import Centre
from cordboard.protocols.simulator.commands import StartCampaign, StopCampaign
from cordboard.protocols.simulator.flavours import Flavour
from cordboard.protocols.simulator.floor import Floor, Settings
from cordboard.testing.faults import catalogue
from tests.simulator.generator import a_target, on_contact
from tests.simulator.ledger import Ledger, Switchbook
from tests.simulator.likeness import differences, shown, truth
from tests.simulator.test_statistics import balance
from tests.simulator.world import EVERYONE, LINK

SPEED = 250
"""The floor's time against the hub's. A link that was lost is back after a quarter of a second of the hub's, or somewhat more."""
MINUTE = 60_000 // SPEED
OFFICE_HOURS = (9 * 60, 17 * 60)
"""Between these minutes of the day campaigns dial, if nothing else is said."""
VALUES: Mapping[str, object] = {
    "drop": 20,
    "delay": 3,
    "duplicate": True,
    "reorder": True,
    "refuse": "wrong-state",
    "silent": True,
}
"""What each of the simulator's faults is set to."""
SOUND: dict[str, object] = {"delay": 0, "duplicate": False, "reorder": False, "refuse": "", "silent": False}


def wire_faults() -> tuple[dict[str, object], ...]:
    """Those of the catalogue that the simulator can make, each alone, and some at once."""
    names = sorted({item.simulator for item in catalogue() if item.simulator})
    together: dict[str, object] = {"delay": 2, "duplicate": True, "reorder": True}
    return (*({name: VALUES[name]} for name in names), together)


class Day:
    """One day: a floor of so many agents, and a hub before it."""

    def __init__(self, centre: Centre, seed: int) -> None:
        self.rng = Random(seed)
        self.centre = centre
        self.clock = VirtualClock()
        settings = Settings(people=True, seed=seed, speed=SPEED, mark="d", statistics=20)
        self.floor = Floor(settings, self.centre, "d", Flavour())
        names = [agent_subject(AgentId(plan.id)) for plan in self.centre.agents]
        self.ledger = Ledger(frozenset(self.rng.sample(names, min(20, len(names)))))
        self.faults = cycle(wire_faults())
        self.outcomes: Counter[str] = Counter()
        self.commands = 0
        self.drops = 0
        self.restarts = 0
        self.met: Counter[str] = Counter()
        """The faults that there were."""
        self._asked: set[asyncio.Future[c.Outcome]] = set()

    async def run(
        self,
        minutes: int,
        *,
        commands: int,
        faults: float,
        restarts: int = 0,
        dials: tuple[int, int] = OFFICE_HOURS,
    ) -> None:
        """The day: so many commands of pages a minute, in so many of the minutes something wrong with the wire, and so often a hub
        that goes away and comes back; campaigns dial between two minutes of it.
        """
        self.floor.open(self.clock.now())
        self.book = Switchbook(self.floor.switch.reader())
        await self.connect()
        away = {(place + 1) * minutes // (restarts + 1) for place in range(restarts)}
        for minute in range(1, minutes + 1):
            if minute in dials:
                self.campaigns(on=minute == dials[0])
            if self.rng.random() < faults:
                await self.fault(next(self.faults))
            for _ in range(commands):
                await self.do()
                await self.clock.advance(MINUTE // commands)
            await self.clock.advance(MINUTE - commands * (MINUTE // commands))
            if self.rng.random() < 0.5:
                await self.fault(SOUND)
            self.book.read()
            if minute in away:
                await self.restart()
            if minute % 60 == 0 or minute == minutes:
                await self.check()
        await self.hub.stop()
        assert not self._asked

    async def connect(self) -> None:
        """A hub, over the log that there is."""
        self.hub = Hub(
            self.ledger, clock=self.clock, ids=RandomIds(self.restarts), protocols={"simulator": Simulator()}
        )
        self.ledger.states = self.hub.states
        await self.hub.start()
        await self.hub.add_link(LINK, "simulator", {"floor": self.floor})
        await self.hub.settled()

    async def restart(self) -> None:
        """The hub goes, a new one comes a minute later and finds what the old one left."""
        self.restarts += 1
        await self.hub.stop()
        await self.clock.advance(MINUTE)
        await self.connect()

    def campaigns(self, *, on: bool) -> None:
        """They dial, or no more."""
        for plan in self.centre.campaigns:
            turn = StartCampaign if on else StopCampaign
            self.floor.switch.happen(turn(campaign=plan.id))

    async def do(self) -> None:
        """Something that a page asks for, mostly about a contact that it shows."""
        on = [a.id for a in self.floor.switch.picture.agents.values() if a.state != "null"]
        subject = agent_subject(AgentId(self.rng.choice(on or ["a0"])))
        contacts = list(self.hub.states[subject].contacts.values())
        service: c.Service = (
            on_contact(self.rng.choice(contacts), self.centre, self.rng)
            if contacts
            else c.MakeCall(target=a_target(self.centre, self.rng))
        )
        self.commands += 1
        command = c.Command(id=CommandId(f"page-{self.commands}"), subject=subject, service=service)
        task = asyncio.ensure_future(self.hub.dispatch.run(command, EVERYONE))
        self._asked.add(task)
        task.add_done_callback(self._settled)
        await self.hub.settled()

    def _settled(self, task: asyncio.Future[c.Outcome]) -> None:
        self._asked.discard(task)
        self.outcomes[type(task.result()).__name__] += 1

    async def fault(self, faults: Mapping[str, Any]) -> None:
        """Something is wrong with the wire from now on, or all is well again."""
        drop = faults.get("drop")
        if faults is not SOUND:
            self.met["+".join(faults)] += 1
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
        so = truth(
            self.floor.switch.state()
        )  # with what is over: a consult may outlive the call that it is about
        so["queues"] = {plan.id: so["queues"].get(plan.id, {}) for plan in self.centre.queues}
        assert differences(shown(self.hub.states), so) == []
        for subject, state in self.ledger.folded.items():
            assert state == self.hub.states[subject]
        balance(self.floor.switch)

    def books(self) -> None:
        """Everything that was opened was closed once, and as the switch says."""
        self.book.read()
        ledger, book = self.ledger, self.book
        assert set(ledger.opened.values()) == {1}
        assert ledger.twice == []
        assert ledger.flagged == {}
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
        assert not (lost or unseen) or self.drops or self.restarts
        self.lost, self.unseen = len(lost), len(unseen)
        assert len(book.fates) + book.still_open == book.kinds["interaction-started"]
        assert len(book.fates) == book.kinds["interaction-ended"]

    def report(self, seconds: float, cpu: float) -> str:
        """The day in figures."""
        book, ledger = self.book, self.ledger
        fates: dict[str, Counter[str]] = {}
        for kind, fate in book.fates.values():
            fates.setdefault(kind, Counter())[fate] += 1
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        lines = [
            f"{len(self.centre.agents)} agents: {len(book.fates)} interactions are over, {book.still_open} are not",
            *(f"  {kind}: {dict(sorted(count.items()))}" for kind, count in sorted(fates.items())),
            f"{len(book.closed)} contacts of agents closed, {self.lost} of them as lost, {self.unseen} never seen",
            *(f"  {medium} {ended}: {count}" for (medium, ended), count in sorted(book.offers.items())),
            f"{book.records} records, {ledger.entries} entries, {self.commands} commands of pages {dict(self.outcomes)}",
            f"faults {dict(self.met)}, {self.restarts} hubs anew, {ledger.losses} gaps in {len(ledger.folded)} logs",
            f"{seconds:.0f} s ({cpu:.0f} s of CPU, {ledger.entries / cpu:.0f} entries a second), {memory} MB",
        ]
        return "\n".join(lines)


async def lived(
    centre: Centre,
    minutes: int,
    *,
    commands: int,
    faults: float,
    restarts: int,
    dials: tuple[int, int] = OFFICE_HOURS,
    seed: int = 1,
) -> Day:
    """A day that has been, with its books in balance; its figures are printed."""
    began, cpu = time.perf_counter(), time.process_time()
    day = Day(centre, seed)
    await day.run(minutes, commands=commands, faults=faults, restarts=restarts, dials=dials)
    day.books()
    print(day.report(time.perf_counter() - began, time.process_time() - cpu))  # noqa: T201 - asked for: `pytest -s` shows it
    return day
