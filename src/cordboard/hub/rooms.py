"""Who watches what: seats come into the rooms of subjects with a snapshot or with exactly what they missed, and leave them.

Whether a seat may see a subject is decided when it asks, and again whenever that may have changed: when its identity does, and
when an agent's team or queues do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, assert_never

import structlog

from cordboard.contract import Barred, Claim, Gauge, Gauged, Guard, Joined, Share, Store, parse_position
from cordboard.hub.access import groups, may_command, may_see
from cordboard.hub.clock import Clock
from cordboard.hub.recorder import Audience
from cordboard.hub.room import Room
from cordboard.model.errors import CordboardError
from cordboard.model.fold import initial
from cordboard.model.ids import SUBJECT_KINDS, Millis, Subject, is_subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState

if TYPE_CHECKING:
    from cordboard.hub.seat import Seat

_log = structlog.get_logger(__name__)

TAIL_LIMIT = 20_000
"""A page that missed more entries of a subject than this starts afresh from a snapshot."""
CHUNK = 1001
"""Entries that are read at once. A single request gets no more than these: it asks again from where they end."""
READS = 8
"""Tails that are read for one seat at once."""
OPENINGS = 64
"""Subjects that are opened before it is looked whether the page takes them."""
PAUSE: Millis = 20
"""How long a seat whose page has much to take waits until it is looked at again."""


class Rooms:
    """All rooms, and the seats on their way into them."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        states: Mapping[Subject, SubjectState],
        track: Callable[[asyncio.Task[None]], None],
    ) -> None:
        """`track` is told of the tasks that the hub has to wait for when it settles."""
        self._store = store
        self._clock = clock
        self._states = states
        self._track = track
        self._rooms: dict[Subject, Room] = {}
        self._gauges: dict[Subject, dict[str, tuple[float, Millis]]] = {}
        self._wild: dict[Seat, None] = {}

    def at(self, subject: Subject) -> Room:
        """The room of a subject."""
        room = self._rooms.get(subject)
        if room is None:
            room = self._rooms[subject] = Room(subject)
        return room

    def __len__(self) -> int:
        return len(self._rooms)

    # --- what happens ----------------------------------------------------------------------------------------------

    def born(self, subject: Subject) -> None:
        """A subject is new: those who watch its whole kind get it, if they may."""
        self._greet(subject)

    def publish(self, entry: Entry, before: SubjectState, after: SubjectState, at: Millis) -> Audience:
        """Tell of an entry, and see who may no longer watch because of it, or may now. The answer is who was told."""
        audience = self.at(entry.subject).publish(entry, before, after, at)
        if after.profile is not before.profile:
            self._regroup(entry.subject, before, after)
        return audience

    def gauge(self, effect: Gauge) -> None:
        """A counter's last value: the newest vendor time wins, nothing is logged."""
        known = self._gauges.setdefault(effect.subject, {})
        old = known.get(effect.name)
        if old is not None and old[1] > effect.at:
            return
        known[effect.name] = (effect.value, effect.at)
        room = self._rooms.get(effect.subject)
        if room is not None and (old is None or old[0] != effect.value):
            frame = Gauged(subject=effect.subject, name=effect.name, value=effect.value, at=effect.at)
            room.gauge(frame)

    # --- what seats ask ----------------------------------------------------------------------------------------------

    def watch(self, seat: Seat, subjects: Mapping[str, str | None]) -> None:
        """Let the seat follow subjects, each from its position; ``kind/*`` means all that it may see."""
        for name, place in subjects.items():
            kind, _, rest = name.partition("/")
            if rest == "*" and kind in SUBJECT_KINDS:
                seat.kinds[kind] = place
                self._wild[seat] = None
                for subject in tuple(self._states):
                    if (
                        subject.startswith(f"{kind}/")
                        and subject not in subjects
                        and subject not in seat.watched
                    ):
                        self._admit(seat, subject, place, quiet=True)
            elif not is_subject(name):
                seat.peer(Barred(subject=name, code="bad-subject", message=f"{name!r} is no subject"))
            else:
                self._admit(seat, Subject(name), place)

    def unwatch(self, seat: Seat, subjects: Sequence[str]) -> None:
        """Stop following."""
        for name in subjects:
            if name.endswith("/*"):
                seat.kinds.pop(name[:-2], None)
                for subject in [item for item in seat.to_come if item.startswith(name[:-1])]:
                    del seat.to_come[subject]
                continue
            seat.joining.pop(Subject(name), None)
            seat.to_come.pop(Subject(name), None)
            if name in seat.watched:
                self._leave(seat, Subject(name))

    def among_pages(self, seat: Seat, effect: Share | Claim | Guard) -> None:
        """Words, claims and guards among the pages of an agent."""
        if effect.subject not in seat.watched or not may_command(seat.identity, effect.subject):
            seat.peer(
                Barred(subject=effect.subject, code="not-allowed", message="watch an agent of your own first")
            )
            return
        room = self.at(effect.subject)
        if not seat.passing:
            room.enter(seat)
        match effect:
            case Share():
                room.share(seat, effect)
            case Claim():
                room.claim(seat, effect)
            case Guard():
                room.guard(seat, effect)
            case _:
                assert_never(effect)

    def recheck(self, seat: Seat) -> None:
        """The seat's identity is another one: what that one may not see, the seat watches no longer."""
        for subject in tuple(seat.watched):
            if not may_see(seat.identity, subject, self._states):
                self._expel(seat, subject)
            elif not may_command(seat.identity, subject):
                self.at(subject).withdraw(seat)

    def leave(self, seat: Seat) -> None:
        """The seat is gone."""
        self._wild.pop(seat, None)
        seat.joining.clear()
        seat.to_come.clear()
        for subject in tuple(seat.watched):
            self._leave(seat, subject)

    # --- coming in -----------------------------------------------------------------------------------------------------

    def _admit(self, seat: Seat, subject: Subject, place: str | None, *, quiet: bool = False) -> None:
        """Let the seat in now, or when its page has taken what is on the way to it. `quiet`: it did not ask by name."""
        if seat.to_come or _busy(seat):
            seat.to_come[subject] = (place, quiet)
            self._later(seat)
        else:
            self._admit_now(seat, subject, place, quiet=quiet)

    def _later(self, seat: Seat) -> None:
        if seat.paused:
            return
        seat.paused = True
        if seat.full():
            self._clock.call_after(PAUSE, lambda: self._after_pause(seat))
        else:
            asyncio.get_running_loop().call_soon(self._after_pause, seat)

    def _after_pause(self, seat: Seat) -> None:
        seat.paused = False
        self._go_on(seat)

    def _go_on(self, seat: Seat) -> None:
        """Let in who had to wait, as many as its page can take."""
        while seat.to_come:
            if len(seat.joining) >= READS:  # each of them leads here again
                return
            if _busy(seat):
                self._later(seat)
                return
            subject = next(iter(seat.to_come))
            place, quiet = seat.to_come.pop(subject)
            self._admit_now(seat, subject, place, quiet=quiet)

    def _admit_now(self, seat: Seat, subject: Subject, place: str | None, *, quiet: bool) -> None:
        if not may_see(seat.identity, subject, self._states):
            if not quiet:
                seat.peer(
                    Barred(subject=subject, code="not-allowed", message=f"your scopes do not cover {subject}")
                )
            return
        state = self._states.get(subject) or initial(subject)
        if place is None:
            self._join(seat, state, (), recovered=None)
            return
        parsed = parse_position(place)
        if parsed is None:
            seat.peer(Barred(subject=subject, code="bad-position", message="give positions back as received"))
            return
        epoch, seq = parsed
        far = state.seq - seq > TAIL_LIMIT and not seat.passing
        if epoch != self._store.epoch or seq > state.seq or far:
            self._join(seat, state, (), recovered=False)
            return
        tail = self._at_hand(subject, seq, state.seq)
        if tail is not None:
            self._join(seat, state, tail, recovered=True)
            return
        begun = subject in seat.joining
        seat.joining[subject] = seq
        if not begun:  # else what is being read for it will do, or is read again from here
            self._track(asyncio.ensure_future(self._catch_up(seat, subject)))

    def _at_hand(self, subject: Subject, after: int, last: int) -> tuple[Entry, ...] | None:
        """The entries `after` … `last` if memory still has them all."""
        if after == last:
            return ()
        room = self._rooms.get(subject)
        if room is None or not room.last or room.last[0].seq > after + 1:
            return None
        return tuple(entry for entry in room.last if entry.seq > after)

    async def _catch_up(self, seat: Seat, subject: Subject) -> None:
        """Read what the page missed; then, in one step with joining it, add what came in meanwhile."""
        tail: list[Entry] = []
        after = reached = seat.joining.get(subject, 0)
        whole = True
        try:
            while subject in seat.joining:
                if seat.joining[subject] < after:  # asked again, from further back
                    tail, after, reached = [], seat.joining[subject], seat.joining[subject]
                rest = self._at_hand(subject, reached, self._states[subject].seq)
                if rest is not None:
                    tail.extend(rest)
                    break
                found = await self._store.read(subject, reached, CHUNK)
                if not found or found[0].seq != reached + 1:
                    whole = False
                    break
                tail.extend(found)
                reached = tail[-1].seq
                if seat.passing:
                    break
        except CordboardError:
            _log.exception("tail-unreadable", subject=subject)
            whole = False
        place = seat.joining.pop(subject, None)
        if place is not None:  # else it is watched no longer
            if may_see(seat.identity, subject, self._states):
                missed = tuple(tail[place - after :]) if whole else ()
                self._join(seat, self._states[subject], missed, recovered=whole)
            else:
                self._expel(seat, subject)
        self._go_on(seat)

    def _join(
        self, seat: Seat, state: SubjectState, tail: tuple[Entry, ...], *, recovered: bool | None
    ) -> None:
        if seat.left:
            return
        seat.joining.pop(state.subject, None)
        gauges = {name: value for name, (value, _) in self._gauges.get(state.subject, {}).items()}
        seat.open(
            Joined(
                subject=state.subject,
                state=state,
                epoch=self._store.epoch,
                tail=tail,
                recovered=recovered,
                gauges=gauges,
            )
        )
        room = self.at(state.subject)
        room.add(seat)
        if not seat.passing and may_command(seat.identity, state.subject):
            room.enter(seat)

    # --- going ---------------------------------------------------------------------------------------------------------

    def _expel(self, seat: Seat, subject: Subject) -> None:
        """The seat may not see the subject any more."""
        self._leave(seat, subject)
        message = f"your scopes do not cover {subject} any more"
        seat.peer(Barred(subject=subject, code="not-allowed", message=message))

    def _leave(self, seat: Seat, subject: Subject) -> None:
        room = self.at(subject)
        room.remove(seat)
        if not room and subject not in self._states:  # nothing ever happened there, and nobody waits for it
            del self._rooms[subject]

    # --- whom it concerns ------------------------------------------------------------------------------------------------

    def _greet(self, subject: Subject) -> None:
        kind = subject.partition("/")[0]
        for seat in tuple(self._wild):
            if kind in seat.kinds and subject not in seat.watched:
                place = f"{self._store.epoch}.0" if seat.kinds[kind] is not None else None
                self._admit(seat, subject, place, quiet=True)

    def _regroup(self, subject: Subject, before: SubjectState, after: SubjectState) -> None:
        """An agent's team or queues may be others: then who may see what by them is decided anew."""
        old, new = groups(subject, before), groups(subject, after)
        if old == new:
            return
        for lost in {subject, *old} - new:
            room = self._rooms.get(lost)
            for seat in room.seats if room is not None else ():
                if not may_see(seat.identity, lost, self._states):
                    self._expel(seat, lost)
        for gained in {subject, *new} - old:
            if gained in self._states:
                self._greet(gained)


def _busy(seat: Seat) -> bool:
    if seat.passing:  # its reply holds all of it
        return False
    return seat.full() or seat.behind >= OPENINGS or len(seat.joining) >= READS
