"""Which contacts of all agents belong to one customer interaction: an index over thread ids and their aliases.

A link mints a thread from a platform-wide id. Where two agents' parts turn out to be one only later, a
`Transferred` or `Conferenced` event carries the older thread ids as aliases; they mean the same from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cordboard.model.entities import Contact
from cordboard.model.ids import ContactId, Subject, ThreadId
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState


class Threads:
    """The index. Not a part of any subject's state, since it lies across them; rebuilt from states and fed by entries."""

    def __init__(self) -> None:
        self._aliases: dict[ThreadId, ThreadId] = {}
        self._older: dict[ThreadId, dict[ThreadId, None]] = {}
        self._members: dict[ThreadId, dict[tuple[Subject, ContactId], None]] = {}

    def thread(self, thread: ThreadId) -> ThreadId:
        """The id that this thread goes by today."""
        return self._aliases.get(thread, thread)

    def contacts(self, thread: ThreadId) -> tuple[tuple[Subject, ContactId], ...]:
        """All contacts known of the thread, in the order in which they were heard of."""
        return tuple(self._members.get(self.thread(thread), ()))

    def load(self, states: Mapping[Subject, SubjectState]) -> None:
        """Take in the contacts of states that were folded before."""
        for subject, state in states.items():
            for contact in (*reversed(state.recent), *state.contacts.values()):
                self._join(contact)
                self._add(subject, contact.id, contact.thread)

    def observe(self, entry: Entry, before: SubjectState, after: SubjectState) -> None:
        """Take in an entry with the states around it. Contacts that are forgotten by the state are forgotten here."""
        if before.contacts is not after.contacts:
            for contact in after.contacts.values():
                old = before.contacts.get(contact.id)
                if old is contact:
                    continue
                told = contact.thread_aliases
                if old is None or old.thread != contact.thread or old.thread_aliases is not told:
                    self._join(contact)
                    if old is not None and self.thread(old.thread) != self.thread(contact.thread):
                        self._forget(entry.subject, old.id, old.thread)
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

    def _join(self, contact: Contact) -> None:
        """Let the contact's older thread ids mean its thread."""
        for alias in contact.thread_aliases:
            old, new = self.thread(alias), self.thread(contact.thread)
            if old and new and old != new:
                older = {old: None, **self._older.pop(old, {})}
                self._aliases.update(dict.fromkeys(older, new))
                self._older.setdefault(new, {}).update(older)
                self._members.setdefault(new, {}).update(self._members.pop(old, {}))

    def _forget(self, subject: Subject, contact: ContactId, thread: ThreadId) -> None:
        current = self.thread(thread)
        members = self._members.get(current, {})
        members.pop((subject, contact), None)
        if not members:
            self._members.pop(current, None)
            for older in self._older.pop(current, {}):
                del self._aliases[older]
