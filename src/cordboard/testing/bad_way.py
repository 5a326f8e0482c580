"""What goes over a bad line: requests with what became of them, wires that may be dead, and either direction with its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Protocol

import msgspec

from cordboard.contract import LinkFrame
from cordboard.hub.clock import VirtualClock
from cordboard.model.ids import Millis
from cordboard.testing.vendor import Inward


class Asked(msgspec.Struct, kw_only=True):
    """A request of the link's. `done`: it reached the vendor, `arrived` then. `status`: of the answer that it got, 0 while there is none."""

    at: Millis
    method: str
    path: str
    body: bytes = b""
    done: bool = False
    arrived: Millis = 0
    status: int = 0
    until: Millis = 0
    """Before when the answer wants nobody to ask again; 0 if it says nothing of that."""
    seen: tuple[int, int] = (0, 0)
    """`BadLine.position` when the vendor got it, and when it answered."""
    reply: LinkFrame | None = None
    """The very frame that the link was given."""


class Weather(Protocol):
    """What is wrong with a line, for all that goes over it."""

    met: Counter[str]

    @property
    def clock(self) -> VirtualClock:
        """By which everything goes."""
        ...

    @property
    def stalled(self) -> bool:
        """Whether nothing passes."""
        ...

    def takes(self, size: int) -> tuple[Millis, Millis]:
        """By how much so many bytes come later, and for how long they keep the way to themselves."""
        ...


class Wire:
    """A channel, or a request that waits. `dead`: it carries nothing any more, and nobody is told."""

    def __init__(self, feed: Inward) -> None:
        self.feed = feed
        self.dead = False
        self.over = False

    @property
    def gone(self) -> bool:
        """Whether nothing comes of it any more."""
        return self.dead or self.over


class Way:
    """One direction of the line: everything in its order, when the line lets it."""

    def __init__(self, line: Weather) -> None:
        self._line = line
        self._held: list[tuple[int, Callable[[], None]]] = []
        self._last: Millis = 0
        self._under_way = 0

    @property
    def busy(self) -> bool:
        """Whether something is on its way."""
        return bool(self._held or self._under_way)

    def carry(self, size: int, what: Callable[[], None]) -> None:
        """Let it happen when so many bytes are through."""
        if self._line.stalled or self._held:
            self._line.met["stall"] += 1
            self._held.append((size, what))
            return
        now = self._line.clock.now()
        late, slow = self._line.takes(size)
        due = max(now + late, self._last) + slow
        if due <= now and not self._under_way:
            what()
            return
        self._last = max(due, now)
        self._under_way += 1

        def arrived() -> None:
            self._under_way -= 1
            what()

        self._line.clock.call_after(self._last - now, arrived)

    def go_on(self) -> None:
        """The stall is over."""
        held, self._held = self._held, []
        for size, what in held:
            self.carry(size, what)
