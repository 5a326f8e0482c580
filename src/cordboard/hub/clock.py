"""Time and ids, injected: the system's in production, virtual and seeded in tests."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Awaitable, Callable
from random import Random, SystemRandom
from typing import Protocol

from cordboard.model.ids import Millis

Canceller = Callable[[], None]


class Clock(Protocol):
    """Tells the time and rings timers, on the event loop."""

    def now(self) -> Millis:
        """Milliseconds since 1970."""
        ...

    def call_after(self, millis: Millis, what: Callable[[], None]) -> Canceller:
        """Call it once after so long; the answer cancels it."""
        ...


class SystemClock:
    """The machine's clock, which never goes backwards. Timers run on the loop's monotonic time, so that a jump of the wall clock
    moves none of them.

    A wall clock that is put forward is followed at once. After one that is put back, time goes on at half its speed until the wall
    has caught up: whoever reckons with two times of ours finds no time that has not passed, and silence is found later, but found.
    """

    def __init__(
        self,
        wall: Callable[[], int] = time.time_ns,
        steady: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Both in nanoseconds."""
        self._wall = wall
        self._steady = steady
        self._last = wall()
        self._last_steady = steady()

    def now(self) -> Millis:
        """Milliseconds since 1970."""
        now, steady = self._wall(), self._steady()
        least = self._last + (steady - self._last_steady) // 2
        if now < least:  # noqa: PLR1730 - `max` takes longer than all the rest, and every frame asks for the time
            now = least
        self._last = now
        self._last_steady = steady
        return now // 1_000_000

    def call_after(self, millis: Millis, what: Callable[[], None]) -> Canceller:
        """Call it once after so long; the answer cancels it."""
        return asyncio.get_running_loop().call_later(millis / 1000, what).cancel


class VirtualClock:
    """A clock that stands until it is advanced. Between timers it waits until `settle` says that all is quiet."""

    def __init__(self, now: Millis = 1_767_225_600_000) -> None:
        self._now = now
        self._order = itertools.count()
        self._timers: list[tuple[Millis, int, Callable[[], None]]] = []
        self._cancelled: set[int] = set()
        self.settle: Callable[[], Awaitable[None]] = _yield_once

    def now(self) -> Millis:
        """The virtual time."""
        return self._now

    def call_after(self, millis: Millis, what: Callable[[], None]) -> Canceller:
        """Call it when the clock has been advanced so far."""
        number = next(self._order)
        heapq.heappush(self._timers, (self._now + max(0, millis), number, what))
        return lambda: self._cancelled.add(number)

    async def advance(self, millis: Millis) -> None:
        """Let so much time pass, ringing what falls due, in order."""
        end = self._now + millis
        await self.settle()
        while self._timers and self._timers[0][0] <= end:
            due, number, what = heapq.heappop(self._timers)
            if number in self._cancelled:
                self._cancelled.discard(number)
                continue
            self._now = max(self._now, due)
            what()
            await self.settle()
        self._now = end
        await self.settle()


class RandomIds:
    """New ids: 80 random bits in base 32, from the system or from a seed."""

    def __init__(self, seed: int | None = None) -> None:
        self.random: Random = SystemRandom() if seed is None else Random(seed)  # noqa: S311 - seeded on purpose, in tests

    def new(self, prefix: str) -> str:
        """The prefix, a dash and sixteen characters."""
        bits = self.random.getrandbits(80)
        return f"{prefix}-" + "".join(_ALPHABET[(bits >> shift) & 31] for shift in range(75, -1, -5))


_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


async def _yield_once() -> None:
    await asyncio.sleep(0)
