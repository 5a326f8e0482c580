"""How much is asked of one host: of all links together, so that a thousand of them do not come back in one second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

HELD_SECONDS = 5.0


class HostLimits:
    """Places at hosts. `at_once`: how many each has; `per_second`: how many are given away in a second. 0: no limit.

    Who holds a place for longer than `held` seconds waits for an answer that the vendor holds back (a long poll): it goes on, and the
    place is another's.
    """

    def __init__(self, at_once: int, per_second: float, *, held: float = HELD_SECONDS) -> None:
        self._at_once = at_once
        self._held = held
        self._pause = 1 / per_second if per_second else 0.0
        self._places: dict[str, asyncio.Semaphore] = {}
        self._next: dict[str, float] = {}

    @asynccontextmanager
    async def place(self, host: str) -> AsyncIterator[None]:
        """A place at a host, as long as the context. Who waits longest comes first."""
        if not self._at_once:
            await self._paced(host)
            yield
            return
        if (places := self._places.get(host)) is None:
            places = self._places[host] = asyncio.Semaphore(self._at_once)
        await places.acquire()
        own = [places.release]

        def give_back() -> None:
            while own:
                own.pop()()

        late = asyncio.get_running_loop().call_later(self._held, give_back)
        try:
            await self._paced(host)
            yield
        finally:
            late.cancel()
            give_back()

    async def _paced(self, host: str) -> None:
        if not self._pause:
            return
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next.get(host, 0.0))
        self._next[host] = turn + self._pause
        await asyncio.sleep(turn - now)
