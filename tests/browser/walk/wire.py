"""The wire between the browser and the hub, which can be cut: one kind of socket or all, for a moment or for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")
HEAD = 4096


class Wire:
    """A relay before the hub. Its origin is the one that browsers know."""

    def __init__(self) -> None:
        self.port = 0
        self._to = 0
        self._loop = asyncio.new_event_loop()
        self._ends: dict[asyncio.StreamWriter, str] = {}
        self._down = False
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._do(self._listen())

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lead_to(self, port: int) -> None:
        """Where the hub is."""
        self._to = port

    def cut(self, path: str = "") -> int:
        """Cut what was opened with this path, or all. How many there were."""
        return self._do(self._cut(path))

    def lay(self, *, down: bool) -> None:
        """Take no new connections, or take them again."""
        self._down = down

    def stop(self) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, what: Coroutine[None, None, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(20)

    async def _listen(self) -> asyncio.Server:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _end(self) -> None:
        self._server.close()
        await self._cut("")

    async def _cut(self, path: str) -> int:
        found = [writer for writer, opened in self._ends.items() if opened.startswith(path)]
        for writer in found:
            writer.transport.abort()
        return len(found)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it. It is known by the path of its first request."""
        with suppress(OSError):
            if self._down:
                writer.transport.abort()
                return
            head = await reader.read(HEAD)
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
            self._ends[writer] = head.split(b" ")[1].decode() if head.count(b" ") > 1 else ""
            back.write(head)
            ways = [asyncio.ensure_future(_pour(*way)) for way in ((reader, back), (there, writer))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                del self._ends[writer]
                writer.transport.abort()
                back.transport.abort()
                await asyncio.wait(ways)


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
