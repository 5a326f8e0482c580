"""Keeping the books of a day: which contacts were opened and how each was closed, on the hub's side and on the switch's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cordboard.contract import Deliver
from cordboard.model.entities import Ending
from cordboard.model.fold import fold, initial
from cordboard.model.ids import ContactId, Subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.protocols.simulator.journal import Reader, Record
from cordboard.protocols.simulator.picture import Segment
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
        else:
            self._entries[entry.subject].clear()
            self._trimmed[entry.subject] = entry.seq
        if not entry.subject.startswith("agent/") or before.contacts is after.contacts:
            return
        for contact in after.contacts.keys() - before.contacts.keys():
            self.opened[contact] += 1
        for contact in before.contacts.keys() - after.contacts.keys():
            if contact in self.closed:
                self.twice.append(contact)
            ended = next(item.ended_by for item in after.recent if item.id == contact)
            assert ended is not None
            self.closed[contact] = ended


class Switchbook:
    """The same by the switch's own journal."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.closed: dict[str, str] = {}
        self.records = 0

    def read(self) -> None:
        """Go on to the journal's end."""
        for record in self._reader.read():
            self._see(record)

    def _see(self, record: Record) -> None:
        self.records += 1
        match record.after:
            case Segment(id=ident, ended_by=str() as ended) if record.kind == "segment-closed":
                assert ident not in self.closed, "closed twice on the switch"
                self.closed[ident] = ended
            case _:
                pass
