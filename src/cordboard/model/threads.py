"""Which contacts of all agents belong to one customer interaction: an index over thread ids and their aliases.

A link mints a thread from a platform-wide id. Where two agents' parts turn out to be one only later, a
`Transferred` or `Conferenced` event carries the older thread ids as aliases; they mean the same from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cordboard.model.events import Conferenced, Transferred
from cordboard.model.ids import ContactId, Subject, ThreadId
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState


class Threads:
    """The index. Not a part of any subject's state, since it lies across them; rebuilt from states and fed by entries."""

    def __init__(self) -> None:
        self._aliases: dict[ThreadId, ThreadId] = {}
        self._members: dict[ThreadId, dict[tuple[Subject, ContactId], None]] = {}

    def thread(self, thread: ThreadId) -> ThreadId:
        """The id that this thread goes by today."""
        while (other := self._aliases.get(thread)) is not None:
            thread = other
        return thread

    def contacts(self, thread: ThreadId) -> tuple[tuple[Subject, ContactId], ...]:
        """All contacts known of the thread, in the order in which they were heard of."""
        return tuple(self._members.get(self.thread(thread), ()))

    def load(self, states: Mapping[Subject, SubjectState]) -> None:
        """Take in the contacts of states that were folded before."""
        for subject, state in states.items():
            for contact in (*reversed(state.recent), *state.contacts.values()):
                self._add(subject, contact.id, contact.thread)

    def observe(self, entry: Entry, before: SubjectState, after: SubjectState) -> None:
        """Take in an entry with the states around it. Contacts that are forgotten by the state are forgotten here."""
        if isinstance(entry.event, Transferred | Conferenced) and entry.event.aliases:
            contact = after.contacts.get(entry.event.contact)
            if contact is not None:
                for alias in entry.event.aliases:
                    self._join(alias, contact.thread)
        if before.contacts is not after.contacts:
            for contact in after.contacts.values():
                if before.contacts.get(contact.id) is not contact:
                    self._add(entry.subject, contact.id, contact.thread)
        if before.recent is not after.recent:
            kept = {item.id for item in after.recent}
            for contact in before.recent:
                if contact.id not in kept and contact.id not in after.contacts:
                    self._forget(entry.subject, contact.id, contact.thread)

    def __iter__(self) -> Iterator[ThreadId]:
        return iter(self._members)

    def _add(self, subject: Subject, contact: ContactId, thread: ThreadId) -> None:
        if thread:
            self._members.setdefault(self.thread(thread), {})[subject, contact] = None

    def _join(self, alias: ThreadId, thread: ThreadId) -> None:
        old, new = self.thread(alias), self.thread(thread)
        if old != new and old:
            self._aliases[old] = new
            self._members.setdefault(new, {}).update(self._members.pop(old, {}))

    def _forget(self, subject: Subject, contact: ContactId, thread: ThreadId) -> None:
        current = self.thread(thread)
        members = self._members.get(current)
        if members is not None:
            members.pop((subject, contact), None)
            if not members:
                del self._members[current]
                self._aliases = {old: new for old, new in self._aliases.items() if current not in (old, new)}
