"""Contacts live and past: in the folded states, and older ones in the log."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from heapq import nlargest
from typing import Any

from msgspec.structs import replace

from cordboard.contract import Identity
from cordboard.hub.access import may_see
from cordboard.hub.hub import Hub
from cordboard.model.entities import Contact, Phase
from cordboard.model.fold import fold, initial
from cordboard.model.ids import ContactId, Millis, Subject, ThreadId, agent_subject
from cordboard.model.log import Entry
from cordboard.model.state import RECENT, SubjectState
from cordboard.web.ways import Line

READ = 1000
MOST_READ = 20_000
"""Entries of one subject that are read to answer one request."""
MOST_READ_OF = 200
"""Subjects of which it is kept how far they were read."""
MOST_KEPT = 5000
"""Contacts found in the log that are kept."""
AROUND: Millis = 60_000
"""How much earlier another's part in a thread may begin, and how much later it may end."""


def line(hub: Hub, subject: Subject, contact: Contact) -> Line:
    """The contact as the list has it."""
    state = hub.state(subject)
    profile = state.profile if state is not None else None
    queue = contact.queue.name if contact.queue is not None and subject.startswith("queue/") else ""
    return Line(
        subject=subject,
        name=(profile.name if profile is not None else queue) or subject.partition("/")[2],
        contact=contact.id,
        thread=hub.threads.thread(contact.thread),
        link=contact.link,
        medium=contact.medium,
        direction=contact.direction,
        phase=contact.phase,
        ended_by=contact.ended_by,
        customer=contact.customer,
        queue=contact.queue,
        created=_created(contact),
        since=contact.phase_since.ours,
        flags=contact.flags,
    )


class Filter:
    """What was asked for. `state`: ``live`` or ``past``; empty fields let everything through."""

    def __init__(self, *, agent: str, text: str, state: str) -> None:
        self.agent = agent
        self.state = state
        self._text = text.casefold()
        digits = re.sub(r"[^0-9]", "", text)
        self._digits = (
            digits if len(digits) >= _NUMBER_BEGINS and not re.search(r"[^\d\s+()./-]", text) else ""
        )

    def fits(self, subject: Subject, contact: Contact) -> bool:
        """Whether the contact is one of those asked for."""
        if self.agent and subject != agent_subject(self.agent):
            return False
        if self.state and (contact.phase is Phase.CLOSED) is not (self.state == "past"):
            return False
        if not self._text:
            return True
        words = list(_words(contact))
        return any(self._text in word.casefold() for word in words) or bool(
            self._digits and any(self._digits in re.sub(r"[^0-9]", "", word) for word in words)
        )


class Contacts:
    """All contacts of a hub. What was found in the log is kept for a while: what is over changes no more."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._past: dict[tuple[Subject, ContactId], Contact] = {}
        self._read: dict[Subject, SubjectState] = {}
        self._threads: dict[tuple[Subject, ThreadId], tuple[Contact, ...]] = {}

    async def found(
        self, identity: Identity | None, wanted: Filter, limit: int
    ) -> tuple[list[tuple[Subject, Contact]], bool]:
        """The latest contacts that fit, at most `limit`, and whether there are more. The log is read for one agent only."""
        states = self.hub.states
        known: dict[tuple[Subject, ContactId], Contact] = {}
        for subject, state in states.items():
            if wanted.agent and subject != agent_subject(wanted.agent):
                continue
            if (state.contacts or state.recent) and may_see(identity, subject, states):
                for contact in (*state.contacts.values(), *state.recent):
                    if wanted.fits(subject, contact):
                        known[subject, contact.id] = contact
        own = agent_subject(wanted.agent)
        older = own in states and len(states[own].recent) >= RECENT and wanted.state != "live"
        if older and len(known) <= limit and may_see(identity, own, states):
            await self._read_older(own)
            for (subject, _), contact in self._past.items():
                if subject == own and wanted.fits(own, contact):
                    known.setdefault((own, contact.id), contact)
        best = nlargest(limit, known.items(), key=lambda item: _created(item[1]))
        return [(subject, contact) for (subject, _), contact in best], len(known) > limit

    async def get(self, subject: Subject, contact: ContactId) -> Contact | None:
        """The contact as it is, or as it was when it ended."""
        state = self.hub.state(subject)
        if state is None:
            return None
        for item in (*state.contacts.values(), *state.recent):
            if item.id == contact:
                return item
        if (subject, contact) not in self._past:
            await self._read_older(subject)
        return self._past.get((subject, contact))

    async def of_thread(self, subject: Subject, contact: Contact) -> Sequence[Contact]:
        """The closed contacts of this subject, in the time of the other's, that were of the same thread."""
        key = (subject, contact.thread)
        if key not in self._threads:
            thread = self.hub.threads.thread(contact.thread)
            start = await place_at(self.hub, subject, contact.created.ours - AROUND)
            until = contact.phase_since.ours + AROUND if contact.phase is Phase.CLOSED else 0
            met, _ = await self._folded(replace(initial(subject), seq=start), until)
            same = (item for item in met if self.hub.threads.thread(item.thread) == thread)
            self._threads[key] = tuple(same)
            _forget(self._threads)
        return self._threads[key]

    async def _read_older(self, subject: Subject) -> None:
        """Find the contacts that the folded state has forgotten, as far back as one request may read. Later calls go on there."""
        state = self.hub.states[subject]
        begun = self._read.get(subject, replace(initial(subject), seq=max(0, state.seq - MOST_READ)))
        met, self._read[subject] = await self._folded(begun, 0)
        self._past.update(((subject, item.id), item) for item in met)
        _forget(self._past)
        _forget(self._read, MOST_READ_OF)

    async def _folded(self, begun: SubjectState, until: Millis) -> tuple[Sequence[Contact], SubjectState]:
        """The contacts that were closed in the part of the log behind this state. The loop gets its turn in between."""
        folded = begun
        closed: dict[ContactId, Contact] = {}
        for _ in range(MOST_READ // READ):
            some = await self.hub.entries(folded.subject, folded.seq, READ)
            for entry in some:
                before, folded = folded, fold(folded, entry)
                if folded.recent is not before.recent:
                    closed.update((item.id, item) for item in folded.recent)
            if len(some) < READ or (until and some[-1].at > until):
                break
            await asyncio.sleep(0)
        return tuple(closed.values()), folded


async def entries(hub: Hub, subject: Subject, after: int, until: int) -> list[Entry]:
    """The entries `after` … `until`, as many as one request may read."""
    read: list[Entry] = []
    while after < until and len(read) < MOST_READ:
        some = await hub.entries(subject, after, READ)
        if not some:
            break
        read.extend(item for item in some if item.seq <= until)
        after = some[-1].seq
    return read


async def place_at(hub: Hub, subject: Subject, at: int) -> int:
    """The place in the log of a subject behind which everything of that time and later stands."""
    state = hub.state(subject)
    low, high = 0, state.seq if state is not None else 0
    while high - low > READ:
        middle = (low + high) // 2
        some = await hub.entries(subject, middle, 1)
        if some and some[0].at < at:
            low = middle
        else:
            high = middle
    return low


def _forget(kept: dict[Any, Any], most: int = MOST_KEPT) -> None:
    """Drop what was found first."""
    while len(kept) > most:
        del kept[next(iter(kept))]


def _created(contact: Contact) -> int:
    return contact.created.ours or contact.created.vendor


def _words(contact: Contact) -> Iterator[str]:
    yield contact.id
    yield contact.thread
    if contact.customer is not None:
        yield contact.customer.name
        yield contact.customer.number
    if contact.queue is not None:
        yield contact.queue.id
        yield contact.queue.name
    for call in contact.calls:
        yield call.id
        yield call.vendor_id
        yield from call.aliases
        for connection in call.connections:
            yield connection.participant.name
            yield connection.participant.number


_NUMBER_BEGINS = 3
"""Digits from which on a text is looked for as a number, however that is written."""
