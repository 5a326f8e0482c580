"""Keeping the books of a day: which contacts were opened and how each was closed, on the hub's side and on the switch's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cordboard.contract import Deliver
from cordboard.model.entities import Ending
from cordboard.model.events import LinkDown, LinkUp
from cordboard.model.fold import fold, initial
from cordboard.model.ids import ContactId, Subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.protocols.simulator.journal import Reader, Record
from cordboard.protocols.simulator.picture import Call, Interaction, Party, Segment
from cordboard.store.memory import MemoryStore


class Ledger(MemoryStore):
    """A store that keeps books of what it delivers, and (but for `followed` subjects) forgets it at once: a day is long."""

    def __init__(self, followed: frozenset[Subject]) -> None:
        super().__init__()
        self.entries = 0
        self.opened: Counter[ContactId] = Counter()
        self.closed: dict[ContactId, Ending] = {}
        self.twice: list[ContactId] = []
        """Closed more than once: nobody ever should be."""
        self.flagged: Counter[str] = Counter()
        """Transitions that the tables lack."""
        self.down: set[Subject] = set()
        """Whose link is down."""
        self.losses = 0
        """How often a followed subject's link went down and came back."""
        self.folded: dict[Subject, SubjectState] = {subject: initial(subject) for subject in followed}
        self.states: Mapping[Subject, SubjectState] = {}
        """The hub's. It has them only when it has its store."""

    async def open(self, deliver: Deliver) -> None:
        """Deliver one by one, and look at what each has changed."""

        def watched(entries: Sequence[Entry]) -> None:
            for entry in entries:
                before = self.states.get(entry.subject) or initial(entry.subject)
                deliver([entry])
                self._see(entry, before, self.states[entry.subject])

        await super().open(watched)

    def _see(self, entry: Entry, before: SubjectState, after: SubjectState) -> None:
        self.entries += 1
        if entry.subject in self.folded:
            self.folded[entry.subject] = fold(self.folded[entry.subject], entry)
            self._gap(entry)
        else:
            self._entries[entry.subject].clear()
            self._trimmed[entry.subject] = entry.seq
        if after.flags is not before.flags and after.flags:
            self.flagged[after.flags[-1]] += 1
        if not entry.subject.startswith("agent/") or before.contacts is after.contacts:
            return
        for contact in after.contacts.keys() - before.contacts.keys():
            self.opened[contact] += 1
        for contact in before.contacts.keys() - after.contacts.keys():
            if contact in self.closed:
                self.twice.append(contact)
            closed = next(item for item in after.recent if item.id == contact)
            assert closed.ended_by is not None
            self.closed[contact] = closed.ended_by
            self.flagged.update(closed.flags)

    def _gap(self, entry: Entry) -> None:
        """What a lost link leaves in the log is LinkDown, then nothing of the link's, then LinkUp."""
        match entry.event:
            case LinkDown():
                self.down.add(entry.subject)
            case LinkUp():
                self.losses += entry.subject in self.down
                self.down.discard(entry.subject)
            case event:
                assert (
                    not event.link
                    or entry.subject not in self.down
                    or entry.event.__class__.__name__
                    in (
                        "CommandIssued",
                        "CommandSettled",
                    )
                )


ELSEWHERE = {"redirected": "to be called back", "deflected": "sent elsewhere"}
"""Causes with which somebody leaves a queue or an agent for something else."""


class Switchbook:
    """The same by the switch's own journal; and what became of everybody who came, or was called."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.closed: dict[str, str] = {}
        self.records = 0
        self.kinds: Counter[str] = Counter()
        self.offers: Counter[tuple[str, str]] = Counter()
        """What became of what was offered to agents, by medium."""
        self.fates: dict[str, tuple[str, str]] = {}
        """Of each interaction that is over, its kind (who began it, in which medium) and what became of it."""
        self._open: dict[str, str] = {}
        """Of each that is not, its kind."""
        self._reached: set[str] = set()
        self._causes: dict[str, str] = {}
        self._elsewhere: dict[str, str] = {}

    @property
    def still_open(self) -> int:
        """How many interactions are not over."""
        return len(self._open)

    def read(self) -> None:
        """Go on to the journal's end."""
        for record in self._reader.read():
            self._see(record)

    def _see(self, record: Record) -> None:
        self.records += 1
        self.kinds[record.kind] += 1
        match record.after:
            case Interaction(id=ident, direction=direction, ended=None):
                assert ident not in self._open
                assert ident not in self.fates
                self._open[ident] = direction
            case Interaction(id=ident):
                kind = self._open.pop(ident)
                self.fates[ident] = (kind, self._fate(ident))
            case Call(interaction=ident, kind="main") as call:
                if record.kind == "call-started":
                    self._open[ident] = _kind(call)
                elif record.kind == "call-cleared":
                    self._causes[ident] = call.cause or ""
            case Party(interaction=ident) if record.cause in ELSEWHERE and record.kind == "diverted":
                self._elsewhere[ident] = ELSEWHERE[record.cause]
            case Segment(id=ident, ended_by=str() as ended, watches=None) as segment:
                if record.kind == "segment-closed":
                    assert ident not in self.closed, "closed twice on the switch"
                    self.closed[ident] = ended
                    self.offers[segment.medium, ended] += 1
            case Segment(id=ident, ended_by=str() as ended) if record.kind == "segment-closed":
                assert ident not in self.closed, "closed twice on the switch"
                self.closed[ident] = ended
                self.offers["supervised", ended] += 1
            case _:
                pass
        match record.after:
            case Segment(answered=int(), interaction=ident):
                self._reached.add(ident)
            case _:
                pass

    def _fate(self, ident: str) -> str:
        cause, elsewhere = self._causes.pop(ident, ""), self._elsewhere.pop(ident, "not reached")
        if ident in self._reached:
            self._reached.discard(ident)
            return "answered"
        return {"abandoned": "abandoned", "max-wait": "timed out"}.get(cause, elsewhere)


def _kind(call: Call) -> str:
    if call.campaign is not None:
        return f"campaign {call.campaign}"
    if call.callback is not None:
        return "callback"
    return call.direction if call.medium == "voice" else call.medium
