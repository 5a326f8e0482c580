"""The journal: one record for each transition of one thing, numbered without gaps from 1."""

from __future__ import annotations

from typing import Literal
from weakref import WeakSet

import msgspec

from cordboard.protocols.simulator.picture import (
    Agent,
    Call,
    Callback,
    Duty,
    Entry,
    Interaction,
    Notice,
    Party,
    Segment,
    Suggestion,
    Thing,
    Utterance,
)

InteractionKind = Literal["interaction-started", "interaction-ended"]
CallRecordKind = Literal[
    "call-started",
    "call-answered",
    "call-information",
    "call-cleared",
    "recording-started",
    "recording-stopped",
    "recording-paused",
    "recording-resumed",
]
PartyKind = Literal[
    "service-initiated",
    "originated",
    "queued",
    "delivered",
    "established",
    "held",
    "retrieved",
    "parked",
    "diverted",
    "failed",
    "connection-cleared",
    "conferenced",
    "transferred",
    "muted",
    "unmuted",
    "held-alone",
    "retrieved-alone",
    "digits",
    "supervising",
]
SegmentKind = Literal[
    "segment-offered",
    "segment-dialling",
    "segment-active",
    "segment-paused",
    "segment-wrap-up",
    "segment-closed",
    "segment-changed",
    "disposition-set",
]
AgentKind = Literal[
    "agent-logged-on",
    "agent-logged-off",
    "agent-ready",
    "agent-not-ready",
    "agent-busy",
    "agent-working-after-call",
    "agent-pending",
]
SaidKind = Literal["said", "suggested"]
DiallerKind = Literal["entry-changed", "callback-promised", "callback-done"]
NoticeKind = Literal["message-posted"]
Kind = (
    InteractionKind
    | CallRecordKind
    | PartyKind
    | SegmentKind
    | AgentKind
    | SaidKind
    | DiallerKind
    | NoticeKind
)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One transition. `before` and `after` are the whole value of the thing that changed; the ids name its place.

    `before` is None when the thing is new. `command` is the id of the command in whose execution it happened; `cause`
    is a kebab-case word; `data` holds what belongs to the happening and not to the thing, such as digits.
    """

    n: int
    at: int
    kind: Kind
    interaction: str | None = None
    call: str | None = None
    party: str | None = None
    segment: str | None = None
    agent: str | None = None
    queue: str | None = None
    before: Thing | None = None
    after: Thing
    cause: str | None = None
    command: str | None = None
    data: dict[str, str] = {}


class Journal:
    """All records, in order. Readers each keep a place of their own."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._dropped = 0
        # Weak, so that a reader nobody holds any longer does not keep records from being trimmed.
        self._readers: WeakSet[Reader] = WeakSet()

    @property
    def last(self) -> int:
        """The number of the newest record, 0 before there is one."""
        return self._dropped + len(self._records)

    @property
    def records(self) -> tuple[Record, ...]:
        """Every record not yet trimmed, oldest first."""
        return tuple(self._records)

    def write(
        self,
        kind: Kind,
        before: Thing | None,
        after: Thing,
        *,
        at: int,
        cause: str | None,
        command: str | None,
        data: dict[str, str] | None = None,
    ) -> None:
        """Add a record about `after`, which takes the place of `before`."""
        places = _places(after)
        self._records.append(
            Record(
                n=self.last + 1,
                at=at,
                kind=kind,
                before=before,
                after=after,
                cause=cause,
                command=command,
                data=data or {},
                **places,
            )
        )

    def reader(self) -> Reader:
        """A new reader that starts at the next record."""
        reader = Reader(self)
        self._readers.add(reader)
        return reader

    def after(self, n: int) -> list[Record]:
        """The records whose number is greater than `n`."""
        return self._records[max(0, n - self._dropped) :]

    def trim(self, keep: int = 0) -> None:
        """Drop what every reader has read but for the newest `keep`. Without it the journal keeps everything."""
        read = min((reader.place for reader in self._readers), default=self.last)
        drop = min(read, self.last - keep) - self._dropped
        if drop > 0:
            del self._records[:drop]
            self._dropped += drop


class Reader:
    """A place in the journal that moves on with each reading."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.place = journal.last

    def read(self) -> list[Record]:
        """The records since the last reading."""
        records = self._journal.after(self.place)
        self.place = self._journal.last
        return records


def _places(thing: Thing) -> dict[str, str | None]:
    match thing:
        case Agent():
            return {"agent": thing.id}
        case Duty() | Notice():
            return {"agent": thing.agent}
        case Utterance():
            return {
                "interaction": thing.interaction,
                "call": thing.call,
                "party": thing.party,
                "agent": thing.agent,
            }
        case Entry():
            return {}
        case Callback():
            return {"interaction": thing.interaction, "agent": thing.agent, "queue": thing.queue}
        case Suggestion():
            return {"interaction": thing.interaction, "call": thing.call}
        case Interaction():
            return {"interaction": thing.id}
        case Call():
            return {"interaction": thing.interaction, "call": thing.id, "queue": thing.queue}
        case Party():
            return {
                "interaction": thing.interaction,
                "call": thing.call,
                "party": thing.id,
                "segment": thing.segment,
                "agent": thing.agent,
                "queue": thing.queue,
            }
        case Segment():
            return {
                "interaction": thing.interaction,
                "segment": thing.id,
                "agent": thing.agent,
                "queue": thing.queue,
            }
