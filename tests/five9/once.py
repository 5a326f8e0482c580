"""What was done and told: each command at most once, and every call that no gap touched as it went, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from cordboard.contract import Down
from cordboard.model import commands as c, events as e
from cordboard.model.calls import own_connection
from cordboard.model.entities import Availability, CallKind, ConnectionState, Contact
from cordboard.model.ids import Millis
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState, voice_state
from cordboard.protocols.five9.lines import hex_id
from cordboard.testing.bad_way import Asked
from cordboard.testing.rig import LinkRig
from tests.five9.gaps import Logs

LEADS_TO: Mapping[str, tuple[str, ...]] = {
    "SingleStepTransferCall": ("SetDisposition", "SingleStepTransferCall", "CompleteContact"),
    "TransferCall": ("TransferCall", "CompleteContact"),
    "AlternateCall": ("HoldCall", "AlternateCall", "RetrieveCall"),
    "CompleteContact": ("SetDisposition", "CompleteContact"),
    "RetrieveCall": ("RetrieveCall", "AlternateCall"),
    "SetDisposition": (),
}
"""What the vendor is told to do for a command, each at most once; where it is not the same one."""
LATE: Millis = 90_000
"""So long after a command was given up, unconfirmed, what was on its way may still be done."""


class Given(msgspec.Struct, kw_only=True):
    """A command in a log, and what became of it."""

    service: c.Service
    place: int
    at: Millis
    outcome: c.Outcome | None = None
    settled: Millis = 0
    led: list[Given] = []

    @property
    def kind(self) -> str:
        """Its name."""
        return type(self.service).__name__


def given(entries: Sequence[Entry]) -> list[Given]:
    """The commands of a log, in order."""
    found: dict[str, Given] = {}
    for place, entry in enumerate(entries):
        match entry.event:
            case e.CommandIssued(command=command, at=at):
                assert command.id not in found
                found[command.id] = Given(service=command.service, place=place, at=at)
            case e.CommandSettled(command=ident, outcome=outcome, at=at):
                assert found[ident].outcome is None, f"{ident} is settled twice"
                found[ident].outcome, found[ident].settled = outcome, at
            case _:
                pass
    return list(found.values())


def done_once(logs: Logs, asked: Sequence[Asked], *, late: Millis = 0) -> Counter[str]:
    """Each thing that the vendor was told to do goes back to a command of its own, and what was refused was not done; how many, by kind.
    `late`: by how much a request may come after its command was settled, where nobody knows when it went.
    """
    ours, theirs = given(logs.near), given(logs.far)
    arrivals: dict[Millis, list[Millis]] = {}
    for one in asked:
        if one.method != "GET" and one.arrived > one.at:
            arrivals.setdefault(one.arrived, []).append(one.at)
    for item in theirs:
        voice = voice_state(logs.far_states[item.place])
        if item.kind == "SetAgentState" and voice is not None and voice.state is Availability.NULL:
            continue  # the link's own logging on
        about = getattr(item.service, "contact", None)
        fitting = [
            mine
            for mine in ours
            if item.kind in LEADS_TO.get(mine.kind, (mine.kind,))
            and item.kind not in {led.kind for led in mine.led}
            and (about is None or getattr(mine.service, "contact", None) == hex_id("call", about))
            and (mine.at <= item.at <= _latest(mine) + late or _on_its_way(mine, arrivals.get(item.at, [])))
            and _same(mine.service, item.service)
        ]
        assert fitting, f"the vendor was told to {item.service} at {item.at}, and nobody asked for that"
        mine = min(fitting, key=_readiness)
        mine.led.append(item)
        if isinstance(mine.outcome, c.Refused) and len(LEADS_TO.get(mine.kind, (mine.kind,))) == 1:
            assert not isinstance(item.outcome, c.Done), f"{mine} was refused, and done"
    numbers = Counter(item.service.target.number for item in theirs if isinstance(item.service, c.MakeCall))
    assert set(numbers.values()) <= {1}, "somebody was dialled twice"
    return Counter(item.kind for item in ours if item.led)


def _readiness(mine: Given) -> tuple[bool, Millis, Millis]:
    """Which of several commands it is: the one that ends first, and one that was refused only if it can be no other."""
    return isinstance(mine.outcome, c.Refused), mine.settled or mine.at + LATE, mine.at


def _latest(mine: Given) -> Millis:
    if mine.outcome is None or isinstance(mine.outcome, c.Unconfirmed):
        return (mine.settled or mine.at) + LATE
    return mine.settled


def _on_its_way(mine: Given, asked: Sequence[Millis]) -> bool:
    """Whether one of these requests, which were held up, is of its time. That it was done could be seen before, where all was so already."""
    return any(mine.at <= at <= mine.settled for at in asked)


def _same(mine: c.Service, theirs: c.Service) -> bool:
    here, there = getattr(mine, "target", None), getattr(theirs, "target", None)
    if here is not None and there is not None:
        return (here.id, here.number) == (there.id, there.number)
    if isinstance(mine, c.SetAgentState) and isinstance(theirs, c.SetAgentState):
        return mine.state is theirs.state
    return True


# --- who was to be left alone ------------------------------------------------------------------------------------------------


class Patience(NamedTuple):
    """How often the vendor named a time to come back, and how often a link went down for that."""

    named: int
    downs: int


def patient(rig: LinkRig, asked: Sequence[Asked], near: Sequence[Entry]) -> Patience:
    """No link asked the same again before the time that the vendor had named, and whichever went down for it asked nothing at all, nor
    did the next one. A link that was lost otherwise has taken with it what it was told.
    """
    heard = {
        id(cause): effects
        for life in rig.tap.lives
        for cause, effects in zip(life.causes, life.done, strict=True)
    }
    gave_up = {
        cause for cause, effects in heard.items() if any(isinstance(effect, Down) for effect in effects)
    }
    downs = [entry.event.at for entry in near if isinstance(entry.event, e.LinkDown)]
    named = waited = 0
    for place, item in enumerate(asked):
        if not item.until or item.reply is None or id(item.reply) not in heard:
            continue  # or whoever asked was gone before the answer came
        named += 1
        down = id(item.reply) in gave_up
        waited += down
        lost = next((at for at in downs if at > item.reply.at), item.until)
        for later in asked[place + 1 :]:
            if later.at >= (item.until if down else min(lost, item.until)):
                break
            again = (later.method, later.path, later.body) == (item.method, item.path, item.body)
            early = f"{later.method} {later.path} at {later.at}, {item.until - later.at} ms before its time"
            # What was sent in the very instant in which the answer came was sent without it.
            assert later.at <= item.reply.at or not (down or again), early
    return Patience(named, waited)


# --- where there is no gap --------------------------------------------------------------------------------------------------------


def nothing_lost_or_doubled(logs: Logs) -> int:
    """A call that no gap touched was told as the vendor had it, phase by phase and, for the agent's own part, state by state; how many."""
    here, there = _stories(logs.near, logs.near_states), _stories(logs.far, logs.far_states)
    whole = 0
    for contact, told in there.items():
        mine = here.get(hex_id("call", contact))
        if mine is None or "gap" in mine or told[-1] != "closed":
            continue
        if "phase wrap_up" not in told:
            # Whether there is after-call work is told a moment later than that the talking is over.
            mine = [step for step in mine if step != "phase wrap_up"]
        assert mine == told, (contact, mine, told)
        whole += 1
    assert not [name for name, told in here.items() if told.count("closed") > 1]
    return whole


def _stories(entries: Iterable[Entry], states: Sequence[SubjectState]) -> dict[str, list[str]]:
    """By contact: its steps, and where in it a gap was."""
    found: dict[str, list[str]] = {}
    for place, entry in enumerate(entries, 1):
        before, state = states[place - 1], states[place]
        if isinstance(entry.event, e.LinkDown | e.Snapshot):
            for ident in {*before.contacts, *state.contacts}:
                found.setdefault(ident, []).append("gap")
        for ident, contact in state.contacts.items():
            story = found.setdefault(ident, [])
            for step in _steps(contact):
                kind = step.partition(" ")[0]
                last = next((item for item in reversed(story) if item.partition(" ")[0] == kind), "")
                if step != last:
                    story.append(step)
        for ident in before.contacts.keys() - state.contacts.keys():
            found[ident].append("closed")
    return found


def _steps(contact: Contact) -> list[str]:
    own: Any = [
        connection.state.value
        for call in contact.calls
        if call.kind is CallKind.MAIN
        and not call.cleared
        and (connection := own_connection(call, contact.agent)) is not None
    ]
    live = [state for state in own if state != ConnectionState.NULL.value]
    return [f"phase {contact.phase.value}", *(f"own {state}" for state in live[-1:])]
