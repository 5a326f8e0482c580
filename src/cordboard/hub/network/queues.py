"""What waits to be sent on a channel, in order."""

from __future__ import annotations

import asyncio

from cordboard.contract import Close


class Outgoing:
    """A queue of data, ended by a `Close`."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str | bytes | Close] = asyncio.Queue()
        self.closing = False
        """Whether the link has asked to close the channel."""

    def put(self, item: str | bytes | Close) -> None:
        """Send this next. What comes after a `Close` falls on the floor."""
        if not self.closing:
            self._queue.put_nowait(item)
            self.closing = isinstance(item, Close)

    async def next(self) -> str | bytes | Close:
        """What is to be sent now."""
        return await self._queue.get()
