"""A store that forgets: the whole log in lists. For tests, and for trials where nothing has to outlive the process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from secrets import token_hex
from typing import Any, Self

from cordboard.contract import Deliver, Head, Saved
from cordboard.model.errors import InternalError
from cordboard.model.ids import Millis, Subject
from cordboard.model.log import Draft, Entry, placed
from cordboard.store.settings import refuse_unknown


class MemoryStore:
    """Keeps the promises of `Store` but for durability: what is appended lives as long as the object.

    Appends of one turn of the loop are committed together in the next, as a store on disk would.
    """

    def __init__(self) -> None:
        self._epoch = token_hex(8)
        self._deliver: Deliver | None = None
        self._queued: list[tuple[Sequence[Draft], asyncio.Future[Sequence[Entry]]]] = []
        self._entries: defaultdict[Subject, list[Entry]] = defaultdict(list)
        self._trimmed: defaultdict[Subject, int] = defaultdict(int)
        self._states: dict[Subject, Saved] = {}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """A store; it has no settings. Raises `CallerError` naming a field that is none."""
        refuse_unknown(settings, frozenset())
        return cls()

    @property
    def epoch(self) -> str:
        """Random, one for each object."""
        return self._epoch

    async def open(self, deliver: Deliver) -> None:
        """Start handing what is appended to `deliver`."""
        self._deliver = deliver

    def append(self, drafts: Sequence[Draft]) -> Awaitable[Sequence[Entry]]:
        """Append in the next turn of the loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Sequence[Entry]] = loop.create_future()
        if self._deliver is None:
            future.set_exception(InternalError("store-failed", "The store is not open."))
            return future
        if not self._queued:
            loop.call_soon(self._commit)
        self._queued.append((tuple(drafts), future))
        return future

    async def read(self, subject: Subject, after: int, limit: int = 1000) -> Sequence[Entry]:
        """Entries with `seq > after`, in order, at most `limit`."""
        start = max(0, after - self._trimmed.get(subject, 0))
        return tuple(self._entries.get(subject, ())[start : start + limit])

    async def heads(self) -> Mapping[Subject, Head]:
        """All subjects with their streams' ends."""
        return {
            subject: Head(first=self._trimmed.get(subject, 0) + 1, last=self._last(subject))
            for subject in self._entries
        }

    async def save(self, states: Sequence[Saved]) -> None:
        """Keep folded states, each in place of the subject's older one."""
        for state in states:
            if state.seq > self._last(state.subject):
                raise InternalError("store-failed", "A folded state cannot be ahead of its stream.")
        for state in states:
            if not self._last(state.subject):  # nothing happened yet: nothing to keep
                continue
            known = self._states.get(state.subject)
            if known is None or known.seq <= state.seq:
                self._states[state.subject] = state

    async def saved(self, version: int) -> Sequence[Saved]:
        """The folded states of this version of the fold."""
        return tuple(state for state in self._states.values() if state.version == version)

    async def trim(self, before: Millis) -> int:
        """Drop entries older than `before` that a saved state covers; returns how many."""
        dropped = 0
        for subject, state in self._states.items():
            entries = self._entries.get(subject, [])
            kept = (
                place for place, entry in enumerate(entries) if entry.at >= before or entry.seq > state.seq
            )
            count = next(kept, len(entries))
            del entries[:count]
            if count:
                self._trimmed[subject] += count
            dropped += count
        return dropped

    async def close(self) -> None:
        """Commit what is queued and take no more."""
        self._commit()
        self._deliver = None

    def _last(self, subject: Subject) -> int:
        return self._trimmed.get(subject, 0) + len(self._entries.get(subject, ()))

    def _commit(self) -> None:
        queued, self._queued = self._queued, []
        deliver = self._deliver
        if deliver is None or not queued:
            return
        batch: list[Entry] = []
        done: list[tuple[asyncio.Future[Sequence[Entry]], Sequence[Entry]]] = []
        for drafts, future in queued:
            try:
                entries = self._place(drafts)
            except ValueError as error:
                if not future.done():
                    future.set_exception(
                        InternalError("store-failed", f"The entry cannot be written: {error}.")
                    )
                continue
            batch += entries
            done.append((future, entries))
        try:
            if batch:
                deliver(batch)
        finally:
            for future, entries in done:
                if not future.done():
                    future.set_result(entries)

    def _place(self, drafts: Sequence[Draft]) -> Sequence[Entry]:
        following: dict[Subject, int] = {}
        entries: list[Entry] = []
        for item in drafts:
            seq = following.get(item.subject, self._last(item.subject) + 1)
            entries.append(placed(item, seq))
            following[item.subject] = seq + 1
        for entry in entries:
            self._entries[entry.subject].append(entry)
        return tuple(entries)
