"""The flight recorder: what led to each entry, when it got where, and who was told; and what became of each command.

It holds the last so many of each kind in memory and is gone with the process: what happened stands in the log, this says how.
On the way in it only notes; what belongs together is put together when somebody looks (`look`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, assert_never

import msgspec

from cordboard.contract import Called, Closed, Failed, Identity, LinkFrame, Opened, Received, Replied, Woke
from cordboard.model.commands import Command, Outcome
from cordboard.model.events import Unrecognised
from cordboard.model.ids import CommandId, LinkId, Millis, Subject
from cordboard.model.log import Entry

if TYPE_CHECKING:
    from cordboard.hub.clock import Clock

EXCERPT = 8000
"""Characters (or bytes) of a frame that are kept."""
ODDITIES = 200
"""Frames that nobody understood, of which the entries are kept."""

Place = tuple[Subject, int]
Audience = Mapping[str, tuple[int, int | None]]
"""By protocol: how many pages were told of an entry, and in how many bytes each; `None` where each was told in its own words."""


NOBODY: Audience = MappingProxyType({})


class Cause(msgspec.Struct, frozen=True, kw_only=True, eq=False, gc=False):
    """What the hub gave a link to do, and what may have led to entries: a frame off its wire, a timer, a command."""

    at: Millis
    link: LinkId
    kind: str
    """`start`, `command`, or a `LinkFrame` in lower case."""
    where: str
    """The channel, the request, the route, the timer or the command's id."""
    data: str | bytes = ""
    size: int = 0
    """Of the whole frame: `data` may be its beginning."""

    @property
    def text(self) -> str:
        """The beginning of the frame."""
        return self.data if isinstance(self.data, str) else self.data.decode(errors="replace")


def _cause(at: Millis, link: LinkId, kind: str, where: str, data: str | bytes = "") -> Cause:
    size = len(data)
    kept = data if size <= EXCERPT else data[:EXCERPT]
    return Cause(at=at, link=link, kind=kind, where=where, data=kept, size=size)


class Taken:
    """A command that a page, or anyone else, gave the hub, and what it was told became of it."""

    __slots__ = ("at", "by", "command", "outcome", "settled")

    def __init__(self, at: Millis, by: str, command: Command) -> None:
        self.at = at
        self.by = by
        self.command = command
        self.outcome: Outcome | None = None
        self.settled: Millis = 0


class _Appended(NamedTuple):
    """What one turn of the loop appended: what led to it, and to how many entries, in order."""

    parts: Sequence[tuple[Cause | None, int]]
    at: Millis
    entries: Sequence[Entry]


class _Shown(NamedTuple):
    """What one commit of the store brought, and who was told of each entry."""

    entries: Sequence[Entry]
    on_disk: Millis
    shown: Millis
    audiences: Sequence[Audience]


_Batch = TypeVar("_Batch", _Appended, _Shown)


class _Last(Generic[_Batch]):
    """The batches of the last `limit` entries: nothing is done for each of the entries themselves."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._batches: deque[_Batch] = deque()
        self._count = 0

    def add(self, batch: _Batch) -> None:
        """Keep it; forget what is too old."""
        self._batches.append(batch)
        self._count += len(batch.entries)
        while self._count - len(self._batches[0].entries) >= self._limit:
            self._count -= len(self._batches.popleft().entries)

    def __iter__(self) -> Iterator[tuple[_Batch, int]]:
        """Each, and how many of its entries are too old all the same."""
        old = max(0, self._count - self._limit)
        for batch in self._batches:
            yield batch, old
            old = 0


class Passage(NamedTuple):
    """How one entry went through the hub. A time is 0 where the recorder did not see it (another process appended it)."""

    cause: Cause | None = None
    appended: Millis = 0
    on_disk: Millis = 0
    shown: Millis = 0
    audience: Audience = NOBODY


class Recording(NamedTuple):
    """What the recorder knew when somebody looked, put together."""

    passages: Mapping[Place, Passage]
    given: Mapping[CommandId, Millis]
    """When a link was given the command."""
    taken: Mapping[CommandId, Sequence[Taken]]
    """All that was asked under one id, the first first."""
    led: Mapping[int, Sequence[Place]]
    """By `id` of a cause: the entries that it led to."""


class Recorder:
    """The last `limit` of everything; with 0 nothing is noted at all."""

    def __init__(self, clock: Clock, limit: int) -> None:
        self.limit = limit
        self.outcomes = 0
        """How many commands were told what became of them: some leave no entry."""
        self._now = clock.now
        self._causes: deque[Cause] = deque(maxlen=limit)
        self._appended = _Last[_Appended](limit)
        self._shown = _Last[_Shown](limit)
        self._taken: deque[Taken] = deque(maxlen=limit)
        self._odd: deque[Entry] = deque(maxlen=ODDITIES if limit else 0)

    # --- on the way ------------------------------------------------------------------------------------------------

    def frame(self, link: LinkId, frame: LinkFrame) -> Cause | None:
        """A link is told what happened."""
        if not self.limit:
            return None
        match frame:
            case Received(channel=channel, data=data, at=at):
                cause = _cause(at, link, "received", channel, data)
            case Replied(name=name, status=status, data=data, at=at):
                cause = _cause(at, link, "replied", f"{name} {status}", data)
            case Opened(channel=channel, at=at):
                cause = _cause(at, link, "opened", channel)
            case Closed(channel=channel, code=code, reason=reason, at=at):
                cause = _cause(at, link, "closed", f"{channel} {code}", reason)
            case Failed(name=name, reason=reason, at=at):
                cause = _cause(at, link, "failed", name, reason)
            case Called(route=route, body=body, at=at):
                return _cause(at, link, "called", route, body)
            case Woke(name=name, at=at):
                return _cause(at, link, "woke", name)
            case _:
                assert_never(frame)
        self._causes.append(cause)
        return cause

    def deed(self, link: LinkId, kind: str, where: str = "") -> Cause | None:
        """A link is started, or given a command."""
        if not self.limit:
            return None
        cause = _cause(self._now(), link, kind, where)
        self._causes.append(cause)
        return cause

    def appended(
        self, parts: Sequence[tuple[Cause | None, int]], at: Millis, entries: Sequence[Entry]
    ) -> None:
        """What was appended at this time is on disk as these entries. `parts`: what led to them, and to how many, in order."""
        if self.limit:
            self._appended.add(_Appended(parts, at, entries))

    def shown(
        self, entries: Sequence[Entry], on_disk: Millis, at: Millis, audiences: Sequence[Audience]
    ) -> None:
        """Entries that came from disk at this time are folded, and all who watch were told of them `at`: of each so many, in so many
        bytes. None of it may be changed later.
        """
        self._shown.add(_Shown(entries, on_disk, at, audiences))
        for entry in entries:
            if type(entry.event) is Unrecognised:
                self._odd.append(entry)

    def command(
        self, command: Command, identity: Identity | None, settled: Callable[[Outcome], None]
    ) -> Callable[[Outcome], None]:
        """A command came in; the answer is what to call in place of `settled`."""
        if not self.limit:
            return settled
        taken = Taken(self._now(), identity.subject if identity is not None else "", command)
        self._taken.append(taken)

        def told(outcome: Outcome) -> None:
            taken.outcome, taken.settled = outcome, self._now()
            self.outcomes += 1
            settled(outcome)

        return told

    # --- afterwards --------------------------------------------------------------------------------------------------

    @property
    def odd(self) -> Sequence[Entry]:
        """The last entries of frames that nobody understood."""
        return tuple(self._odd)

    @property
    def commands(self) -> Sequence[Taken]:
        """The last commands."""
        return tuple(self._taken)

    def of_link(self, link: LinkId) -> Sequence[Cause]:
        """All that is still known of what a link was given, but for timers and requests at its own doors."""
        return tuple(cause for cause in self._causes if cause.link == link)

    def look(self) -> Recording:
        """All that is known now. Costs a walk over all of it."""
        passages: dict[Place, Passage] = {}
        for batch, old in self._shown:
            for entry, audience in zip(batch.entries[old:], batch.audiences[old:], strict=True):
                place = (entry.subject, entry.seq)
                passages[place] = Passage(None, 0, batch.on_disk, batch.shown, audience)
        led: dict[int, list[Place]] = {}
        for appended, old in self._appended:
            causes = [cause for cause, count in appended.parts for _ in range(count)]
            for cause, entry in tuple(zip(causes, appended.entries, strict=True))[old:]:
                place = (entry.subject, entry.seq)
                if cause is not None:
                    led.setdefault(id(cause), []).append(place)
                known = passages.get(place, Passage())
                passages[place] = known._replace(cause=cause, appended=appended.at)
        taken: dict[CommandId, list[Taken]] = {}
        for item in self._taken:
            taken.setdefault(item.command.id, []).append(item)
        given = {CommandId(cause.where): cause.at for cause in self._causes if cause.kind == "command"}
        return Recording(passages, given, taken, led)
