"""A walk: an agent at a page works as chance has it, and between the steps the line to the vendor fails in every way that there is."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from cordboard.model import commands as c, events as e
from cordboard.model.entities import AttachedData, Availability, Medium, Phase, Target, TargetKind
from cordboard.model.fold import fold, initial
from cordboard.model.ids import Subject
from cordboard.model.log import Entry
from cordboard.protocols.five9.lines import hex_id
from cordboard.testing.rig import likeness
from tests.five9.link_rig import AGENT, SUBJECT, OneAgent
from tests.five9.rough import METADATA, RoughVendor

FAULTS = (
    "cut",
    "stall",
    "half-open",
    "duplicate",
    "reorder",
    "401",
    "429",
    "435",
    "435-moved",
    "500",
    "500-after",
    "503",
    "bad-json",
    "lost",
    "expired",
    "restarted",
    "migration",
    "gone-1003",
    "duplicate-login",
)
PATIENCE = 240
"""Seconds of the test's clock within which all has to be as it should after a fault."""


@dataclass(slots=True)
class Report:
    """What a walk came to. Recovery: virtual seconds from a fault until all is shown as it is."""

    faults: Counter[str] = field(default_factory=Counter)
    recovery: dict[str, list[int]] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        rows = [f"{sum(self.faults.values())} faults; commands: {dict(sorted(self.outcomes.items()))}"]
        for name, times in sorted(self.recovery.items()):
            ordered = sorted(times)
            rows.append(
                f"{name:16} {len(times):4} times, back within {ordered[len(ordered) // 2]} s (median), {ordered[-1]} s (longest)"
            )
        return "\n".join(rows)


class Walk:
    """The agent, the world and the faults. All of it from one seed."""

    def __init__(self, rig: OneAgent, vendor: RoughVendor, seed: int) -> None:
        self.rig = rig
        self.vendor = vendor
        self.random = Random(seed)
        self.report = Report()
        self.page = rig.page(AGENT)
        self.asked: Counter[str] = Counter()
        self.dialled: list[str] = []
        self._numbers = itertools.count(1)
        self._ring = itertools.count(1)

    async def step(self) -> None:
        """Something ordinary happens."""
        match self.random.randrange(10):
            case 0 | 1:
                number = f"+4420794{next(self._ring):05}"
                await self._world("ring", to="8001", number=number, patience=60)
            case 2:
                await self._world("customer_hang_up", call=self._call())
            case 3:
                await self._world("customer_answer", call=self._call())
            case _:
                await self._agent()
        await self.rig.advance(self.random.choice((0.05, 0.5, 1, 3)))

    async def fault(self, kind: str) -> None:
        """One of the faults, something ordinary in it, and the way back."""
        vendor, rig, random = self.vendor, self.rig, self.random
        self.report.faults[kind] += 1
        begun = rig.clock.now()
        match kind:
            case "cut":
                await rig.cut()
            case "stall":
                vendor.stalled_until = rig.clock.now() + random.randint(1_000, 9_000)
            case "half-open":
                rig.faults.silent = True
            case "duplicate":
                vendor.doubled = 6
            case "reorder":
                vendor.swapped = 3
            case "expired":
                vendor.expired = True
            case "restarted":
                vendor.expired = True
                vendor.hang_up(random.choice((1001, 1006, 1012)), "going away")
            case "migration":
                vendor.say(70, "STARTED")
                vendor.say(random.choice((1001, 1002)), "Domain Migrated", METADATA)
            case "gone-1003":
                vendor.say(random.choice((1000, 1003)))
                vendor.hang_up(1003)
            case "duplicate-login":
                vendor.say(1020)
                vendor.hang_up(3000, "duplicate")
            case _:
                vendor.refuse = [kind] * random.randint(1, 3)
        for _ in range(random.randint(1, 4)):
            await self.step()
        if kind == "migration":
            vendor.say(73, "COMPLETED", "IDLE_MAINTENANCE")
            vendor.muted = True
        if kind == "half-open":
            while rig.up:  # what such a network swallows it never brings; only the link itself can notice
                await rig.advance(1)
            rig.faults.silent = False
        await self._back()
        self.report.recovery.setdefault(kind, []).append((rig.clock.now() - begun) // 1000)

    async def _back(self) -> None:
        """Wait until all is shown as it is at the vendor."""
        waited = 0
        self.vendor.refuse = []
        while not (self.rig.up and self.same()):
            assert waited < PATIENCE, f"{self.rig.hub.links}\nis    {self._so()}\nshown {self._shown()}"
            await self.rig.advance(1)
            waited += 1
            status = self.rig.hub.links[self.rig.tap.lives[-1]._scope.link]
            if status.state == "login" and waited > 5:
                driver = self.rig.hub.driver(status.link)
                assert driver is not None
                driver.start()  # a person has said that this one may
        self.rig.tap.breaches.none()

    def same(self) -> bool:
        """Whether the agent is shown as the vendor has them."""
        return self._so() == self._shown()

    def _so(self) -> object:
        return likeness(self.vendor.truth()[SUBJECT], (Medium.VOICE,))

    def _shown(self) -> object:
        return likeness(self.rig.hub.states[SUBJECT], (Medium.VOICE,))

    # --- ordinary things ---------------------------------------------------------------------------------------------------

    def _call(self) -> str:
        contacts = self.vendor.truth()[SUBJECT].contacts.values()
        return next((str(call.id) for item in contacts for call in item.calls if not call.cleared), "none")

    async def _world(self, name: str, **params: object) -> None:
        try:
            await self.vendor.act(name, **params)
        except AssertionError:
            return  # the switch refuses what makes no sense now

    async def _agent(self) -> None:
        """One of the things that the page would let the agent do."""
        page = self.page
        possible: list[c.Service] = []
        for contact in page.contacts:
            if contact.phase is Phase.WRAP_UP:
                possible += [
                    c.SetDisposition(contact=contact.id, disposition="booked"),
                    c.CompleteContact(contact=contact.id),
                ]
                continue
            possible += [
                kind(contact=contact.id)
                for kind in (c.AnswerCall, c.HoldCall, c.RetrieveCall, c.ClearConnection)
                if not page.refusal(kind.__name__, contact)
            ]
            if not page.refusal("AssociateData", contact):
                data = AttachedData(peripheral={"colour": self.random.choice(("blue", "red"))})
                possible.append(c.AssociateData(contact=contact.id, data=data))
        if not page.contacts:
            possible += [
                c.SetAgentState(state=Availability.READY),
                c.SetAgentState(state=Availability.NOT_READY, reason="break"),
                c.SetAgentState(state=Availability.READY),
                self._dial(),
            ]
        if not possible:
            return
        service = self.random.choice(possible)
        name = type(service).__name__
        self.asked[name] += 1
        if isinstance(service, c.MakeCall):
            self.dialled.append(service.target.number)
        outcome = await page.do(service)
        self.report.outcomes[type(outcome).__name__ if outcome is not None else "under way"] += 1

    def _dial(self) -> c.MakeCall:
        number = f"+4420795{next(self._numbers):05}"
        return c.MakeCall(target=Target(kind=TargetKind.NUMBER, number=number))


# --- what has to hold afterwards -------------------------------------------------------------------------------------------


async def done_once(walk: Walk) -> None:
    """The vendor was asked for each thing no more often than the page asked, and nobody was dialled twice."""
    hub = walk.vendor.centre.hub
    issued = [
        entry.event.command.service
        for entry in await hub.entries(SUBJECT, 0, 1_000_000)
        if isinstance(entry.event, e.CommandIssued)
    ]
    counted = Counter(type(service).__name__ for service in issued)
    for name in ("AnswerCall", "HoldCall", "RetrieveCall", "ClearConnection", "CompleteContact", "MakeCall"):
        assert counted[name] <= walk.asked[name], (name, counted[name], walk.asked[name])
    numbers = Counter(service.target.number for service in issued if isinstance(service, c.MakeCall))
    assert not [number for number, times in numbers.items() if times > 1]
    assert set(numbers) <= set(walk.dialled)
    sent = [path for path in walk.vendor.requests if path.endswith("make_external_call")]
    assert len(sent) <= walk.asked["MakeCall"]


async def gaps_are_told(walk: Walk) -> int:
    """Each loss is LinkDown, and then LinkUp and Snapshot before anything else; how many there were."""
    gaps, down, fresh = 0, False, False
    for entry in await walk.rig.hub.entries(SUBJECT, 0, 1_000_000):
        match entry.event:
            case e.LinkDown():
                gaps, down = gaps + 1, True
            case e.LinkUp():
                down, fresh = False, True
            case e.Snapshot():
                fresh = False
            case e.CommandIssued() | e.CommandSettled() | e.Unrecognised():
                pass
            case event:
                assert not down, f"{event} while the link was down"
                assert not fresh, f"{event} before the snapshot"
    return gaps


async def nothing_lost_or_doubled(walk: Walk) -> int:
    """A call that no gap touched was told as the vendor had it, phase by phase; how many there were."""
    here = _stories(list(await walk.rig.hub.entries(SUBJECT, 0, 1_000_000)))
    there = _stories(list(await walk.vendor.centre.hub.entries(SUBJECT, 0, 1_000_000)))
    whole = 0
    for contact, phases in there.items():
        mine = here.get(hex_id("call", contact))
        if mine is None or "gap" in mine or phases[-1] != "closed":
            continue
        # Whether there is after-call work is told a moment later than that the talking is over.
        assert _talked(mine) == _talked(phases), (contact, mine, phases)
        whole += 1
    return whole


def _talked(phases: list[str]) -> list[str]:
    return [phase for phase in phases if phase != "wrap_up"]


def _stories(entries: list[Entry]) -> dict[str, list[str]]:
    """By contact: its phases, and where in it a gap was."""
    found: dict[str, list[str]] = {}
    state = initial(Subject(SUBJECT))
    for entry in entries:
        before, state = state, fold(state, entry)
        if isinstance(entry.event, e.LinkDown | e.Snapshot):
            for ident in {*before.contacts, *state.contacts}:
                found.setdefault(ident, []).append("gap")
        for ident, contact in state.contacts.items():
            story = found.setdefault(ident, [])
            if not story or story[-1] != contact.phase.value:
                story.append(contact.phase.value)
        for ident in before.contacts.keys() - state.contacts.keys():
            found[ident].append("closed")
    return found
