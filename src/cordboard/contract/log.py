"""The log: what every store does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from cordboard.model.ids import Millis, Subject
from cordboard.model.log import Draft, Entry


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Where a subject's stream begins (the first entry kept) and ends. An empty stream has `first` one above `last`."""

    first: int
    last: int


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """A folded state as of `seq`, with the version of the fold that made it."""

    subject: Subject
    seq: int
    version: int
    data: bytes


Deliver = Callable[[Sequence[Entry]], None]


class Store(Protocol):
    """The log. One object per database; used from one event loop."""

    @property
    def epoch(self) -> str:
        """Changes only when history was lost."""
        ...

    async def open(self, deliver: Deliver) -> None:
        """Open, check the tail (a torn one is cut), start. `deliver` is called on the loop with each committed batch, in order,
        before the `append` of it returns.
        """
        ...

    def append(self, drafts: Sequence[Draft]) -> Awaitable[Sequence[Entry]]:
        """Append, in the order of the calls; done when on disk. All or nothing. `InternalError("store-failed")` if it cannot."""
        ...

    async def read(self, subject: Subject, after: int, limit: int = 1000) -> Sequence[Entry]:
        """Entries with `seq > after`, in order, at most `limit`. Never a torn one: `InternalError("store-failed")` instead."""
        ...

    async def heads(self) -> Mapping[Subject, Head]:
        """All subjects with their streams' ends."""
        ...

    async def save(self, states: Sequence[Saved]) -> None:
        """Keep folded states, each in place of the subject's older one."""
        ...

    async def saved(self, version: int) -> Sequence[Saved]:
        """The folded states of this version of the fold."""
        ...

    async def trim(self, before: Millis) -> int:
        """Drop entries older than `before` that a saved state covers; returns how many. Seq goes on counting."""
        ...

    async def close(self) -> None:
        """Finish what was begun and close."""
        ...
