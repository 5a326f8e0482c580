"""What two logs say of the same time, the vendor's and ours: where ours has a gap, and everywhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from cordboard.contract import Emit, Replied
from cordboard.model import events as e
from cordboard.model.entities import (
    AgentState,
    Availability,
    ConnectionState as S,
    Contact,
    Ending,
    Medium,
    Phase,
)
from cordboard.model.fold import fold, initial
from cordboard.model.ids import ContactId
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState, voice_state
from cordboard.protocols.five9.lines import hex_id
from cordboard.testing.bad_way import Asked
from cordboard.testing.rig import LinkRig, likeness
from tests.five9.link_rig import SUBJECT
from tests.five9.rough import RoughVendor

NOT_CARRIED: Mapping[str, str] = {
    "ids": "Five9's ids of calls are made from the contact centre's, so they are compared as such; of connections nobody is told.",
    "connections in after-call work": "Who has left a call hears nothing of those who stay in it.",
    "a tone": "No state of a call at Five9 is that nobody can be reached: until the agent lets go of it, it rings.",
    "who is called": "Five9 tells the number with the call, the simulated centre names the customer when it rings there.",
    "how a call ended in a gap": "It is told in the frame of the end alone, and nothing is told again: the contact closes as lost.",
    "what began and ended in a gap": "No list has it afterwards, so nobody can know of it.",
    "dispositions that were not given yet": "Five9 takes them with the end of the call; until then they stand on our side alone.",
}
"""What the wire cannot carry, and why: the only ways in which the two may differ."""


class Moment(NamedTuple):
    """Positions in our log and in the vendor's between which there is no difference."""

    near: int
    far: int


def picture(state: SubjectState, *, far: bool = False) -> Mapping[str, Any]:
    """An agent as the wire can carry them: the agent's state, and each open contact under its Five9 id."""
    voice = voice_state(state)
    return {
        "agent": _agent(voice),
        **{
            hex_id("call", item.id) if far else str(item.id): _contact(state, item)
            for item in state.contacts.values()
            if item.medium is Medium.VOICE
        },
    }


def _agent(state: AgentState | None) -> object:
    if state is None:
        return None
    pending = (state.pending.state.value, _code(state.pending)) if state.pending is not None else None
    return state.state.value, _code(state), pending


def _code(item: Any) -> str:  # noqa: ANN401 - whatever has a reason
    return item.reason.code if item.reason is not None else ""


def _contact(state: SubjectState, contact: Contact) -> object:
    """All that `likeness` has, the data and whether it is recorded."""
    contact = _ringing(contact)
    begun = any(
        item.state not in (S.INITIATED, S.NULL) for call in contact.calls for item in call.connections
    )
    if contact.phase is Phase.DIALLING and not begun:
        contact = replace(contact, customer=None)
    alone: Any = likeness(replace(state, contacts={contact.id: contact}), (Medium.VOICE,))
    data = {key: value for call in contact.calls for key, value in call.data.peripheral.items() if value}
    recorded = any(call.recording == "recording" and not call.cleared for call in contact.calls)
    return *alone["contacts"], tuple(sorted(data.items())), recorded


def _ringing(contact: Contact) -> Contact:
    """Whoever cannot be reached rings still."""
    calls = tuple(
        replace(
            call,
            connections=tuple(
                replace(item, state=S.ALERTING) if item.state is S.FAIL else item for item in call.connections
            ),
        )
        for call in contact.calls
    )
    return replace(contact, calls=calls)


# --- the two logs -----------------------------------------------------------------------------------------------------------


class Logs:
    """Both logs, folded: the state at every position of either."""

    def __init__(self, near: Sequence[Entry], far: Sequence[Entry]) -> None:
        self.near, self.far = list(near), list(far)
        self.near_states, self.far_states = _folded(near), _folded(far)
        self._far_pictures: dict[int, Mapping[str, Any]] = {}

    def shown(self, at: int) -> Mapping[str, Any]:
        """What we showed."""
        return picture(self.near_states[at])

    def so(self, at: int) -> Mapping[str, Any]:
        """What was so."""
        if at not in self._far_pictures:
            self._far_pictures[at] = picture(self.far_states[at], far=True)
        return self._far_pictures[at]

    def read(self, presence: int, calls: int) -> Mapping[str, Any]:
        """What was so for somebody who read the presence at one moment and the calls at another."""
        found = dict(self.so(calls))
        then, now = voice_state(self.far_states[presence]), voice_state(self.far_states[calls])
        if then is None or now is None or presence == calls:
            return found
        pending = _agent(then)
        assert isinstance(pending, tuple)
        if now.state in (Availability.BUSY, Availability.WORKING_AFTER_CALL):
            found["agent"] = now.state.value, _code(now), pending[2]
        elif then.state in (Availability.BUSY, Availability.WORKING_AFTER_CALL) and then.chosen is not None:
            found["agent"] = then.chosen.state.value, _code(then.chosen), pending[2]
        else:
            found["agent"] = pending
        return found


def _folded(entries: Sequence[Entry]) -> list[SubjectState]:
    states = [initial(SUBJECT)]
    for entry in entries:
        states.append(fold(states[-1], entry))
        assert states[-1].seq == len(states) - 1
    return states


async def logs_of(rig: LinkRig, vendor: RoughVendor) -> Logs:
    """Both, as they are now."""
    near = await rig.hub.entries(SUBJECT, 0, 1_000_000)
    far = await vendor.hub.entries(SUBJECT, 0, 1_000_000)
    return Logs(list(near), list(far))


# --- gaps -------------------------------------------------------------------------------------------------------------------


class Gap(NamedTuple):
    """`down` and `up`: places of LinkDown and Snapshot in our log. `presence`, `calls`: what the vendor was asked for the latter."""

    down: int
    up: int
    presence: Asked | None
    calls: Asked | None


class Found(NamedTuple):
    """How many gaps there were, in how many something happened, and what the wire could not tell of that."""

    gaps: int
    eventful: int
    lost: int
    unseen: int
    torn: int = 0
    """Gaps that began in the middle of what the vendor told of one instant: a slow line was cut between two frames."""


def gaps_are_told(rig: LinkRig, vendor: RoughVendor, logs: Logs, moments: Sequence[Moment]) -> Found:
    """Each loss is LinkDown, LinkUp and Snapshot with nothing between; and what the snapshot changes here is what happened at
    the vendor since we were told last: nothing more, nothing less, but for `NOT_CARRIED`.
    """
    assert all(logs.shown(moment.near) == logs.so(moment.far) for moment in moments)
    eventful = lost = unseen = torn = 0
    gaps = list(_gaps(rig, vendor, logs.near))
    for gap in gaps:
        then, now = _taken(logs, gap)
        if gap.down == 0:
            continue  # the first of all: nothing was shown before
        since = max((item for item in moments if item.near < gap.down), default=Moment(0, 0))
        left = _left(logs, gap.down - 1, since.far, now)
        if left is None:
            # Some of what was told of one instant was on its way yet; what is so is the snapshot's to say all the same.
            begun = [_at(logs.near[place]) for place in (max(since.near - 1, 0), gap.down - 1)]
            assert any(begun[0] <= at <= begun[1] for at in vendor.torn), (
                f"at {gap.down - 1} we showed {logs.shown(gap.down - 1)}, which never was so since {since}"
            )
            torn += 1
            continue
        before, after = logs.shown(gap.down - 1), logs.shown(gap.up)
        happened, changed = _change(logs.so(left), logs.read(then, now)), _change(before, after)
        assert changed == happened, f"gap {gap}: changed {changed}, happened {happened}"
        eventful += bool(happened)
        lost += _lost(logs, gap, before, after)
        unseen += _unseen(logs, left, now)
    return Found(len(gaps), eventful, lost, unseen, torn)


def gaps_are_told_between(logs: Logs, moments: Sequence[Moment]) -> Found:
    """The same where nobody knows at which position the vendor was asked: between the moments before and after the gap there has to
    be one at which the snapshot was so, and one before it at which we were left.
    """
    assert all(logs.shown(moment.near) == logs.so(moment.far) for moment in moments)
    gaps = eventful = lost = torn = 0
    for gap in _gaps_of(logs.near):
        if gap.down == 0:
            continue
        gaps += 1
        first = max((item for item in moments if item.near < gap.down), default=Moment(0, 0)).far
        last = min((item for item in moments if item.near >= gap.up), default=Moment(0, len(logs.far))).far
        before, after = logs.shown(gap.down - 1), logs.shown(gap.up)
        places = [
            (then, now)
            for now in range(first, last + 1)
            for then in range(first, now + 1)
            if logs.read(then, now) == after
        ]
        assert places, f"the snapshot at {gap.up} says {after}, which never was so between {first} and {last}"
        left = [
            place for place in range(first, max(now for _, now in places) + 1) if logs.so(place) == before
        ]
        torn += not left
        assert left or _torn(logs, before, first, last), f"at {gap.down} we showed {before}"
        for place in left[:1]:
            happened = _change(logs.so(place), logs.read(*places[0]))
            assert _change(before, after) == happened
            eventful += bool(happened)
        lost += _lost(logs, gap, before, after)
    return Found(gaps, eventful, lost, 0, torn)


def _torn(logs: Logs, shown: Mapping[str, Any], first: int, last: int) -> bool:
    """Whether each part of it was so, if not all at the same time."""
    so = [logs.so(place) for place in range(first, last + 1)]
    return all(any(item.get(name) == part for item in so) for name, part in shown.items())


def _gaps_of(near: Sequence[Entry]) -> Iterator[Gap]:
    """Each loss with the snapshot after it. Between the two stands nothing that a link could have told."""
    down, fresh = 0, False
    for place, entry in enumerate(near, 1):
        match entry.event:
            case e.LinkDown():
                down, fresh = down or place, True
            case e.LinkUp():
                fresh = True
            case e.Snapshot():
                yield Gap(down if fresh else place, place, None, None)
                down, fresh = 0, False
            case e.CommandIssued() | e.CommandSettled() | e.Unrecognised():
                pass
            case event:
                assert not fresh, f"{event} at {place}, in a gap"


def _gaps(rig: LinkRig, vendor: RoughVendor, near: Sequence[Entry]) -> Iterator[Gap]:
    """The same with what each snapshot was read from."""
    reads = iter(_reads(rig, vendor))
    for gap in _gaps_of(near):
        told, presence, calls = next(reads)
        assert told == near[gap.up - 1].event, f"another snapshot is in the log at {gap.up}"
        yield gap._replace(presence=presence, calls=calls)
    assert next(reads, None) is None


def _reads(rig: LinkRig, vendor: RoughVendor) -> Iterator[tuple[e.Snapshot, Asked | None, Asked | None]]:
    """Each snapshot that the link told, with the two requests whose answers it is made of."""
    asked = {id(item.reply): item for item in vendor.asked if item.reply is not None and item.method == "GET"}
    for life in rig.tap.lives:
        presence: Asked | None = None
        calls: Asked | None = None
        for cause, effects in zip(life.causes, life.done, strict=True):
            item = asked.get(id(cause)) if isinstance(cause, Replied) else None
            if item is not None and item.path.endswith("/presence"):
                presence, calls = item, None
            elif item is not None and item.path.endswith("/interactions/calls"):
                calls = item
            for effect in effects:
                if isinstance(effect, Emit) and isinstance(effect.event, e.Snapshot):
                    yield effect.event, presence, calls


def _taken(logs: Logs, gap: Gap) -> tuple[int, int]:
    """Where in the vendor's log the snapshot was taken, which says what was so there."""
    shown = logs.shown(gap.up)
    assert gap.presence is not None
    calls = gap.calls or gap.presence
    for then in range(gap.presence.seen[0], gap.presence.seen[1] + 1):
        for now in range(calls.seen[0], calls.seen[1] + 1):
            if logs.read(then, now) == shown:
                return then, now
    at = gap.presence.seen, calls.seen
    raise AssertionError(f"the snapshot at {gap.up} says {shown}; at {at} was {logs.so(calls.seen[0])}")


def _left(logs: Logs, at: int, first: int, last: int) -> int | None:
    """Where in the vendor's log we were left: at or after the last moment in which both were known to be the same."""
    shown = logs.shown(at)
    return next((place for place in range(first, last + 1) if logs.so(place) == shown), None)


def _at(entry: Entry) -> int:
    """When it was written, by the clock of both."""
    event: Any = entry.event
    return int(event.at)


def _change(before: Mapping[str, Any], after: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is other than before, by what it is about."""
    names = before.keys() | after.keys()
    return {
        name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    }


def _lost(logs: Logs, gap: Gap, before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """Contacts that ended in the gap: nobody was told how, unless that was before their after-call work."""
    over = {str(item.id): item for item in logs.near_states[gap.up].recent}
    known = logs.near_states[gap.down - 1].contacts
    lost = 0
    for name in before.keys() - after.keys():
        told = known[ContactId(name)].ended_by
        assert over[name].phase is Phase.CLOSED
        assert over[name].ended_by is (told or Ending.LOST), over[name].ended_by
        lost += told is None
    return lost


def _unseen(logs: Logs, left: int, now: int) -> int:
    """Contacts that began and ended in the gap."""
    ends = logs.so(left).keys() | logs.so(now).keys()
    return len({name for at in range(left, now) for name in logs.so(at)} - ends)
