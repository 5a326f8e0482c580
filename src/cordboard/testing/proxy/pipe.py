"""One connection through the proxy: two ways, and what is wrong with them now."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from typing import Literal, Protocol, assert_never

from cordboard.testing.proxy import framing
from cordboard.testing.proxy.framing import Cutter, Piece
from cordboard.testing.proxy.troubles import Trouble

CHUNK = 65_536
_REASONS = {401: "Unauthorized", 429: "Too Many Requests", 503: "Service Unavailable"}

Ending = Literal["cut", "reset", "half-open"]
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Weather(Protocol):
    """What is wrong between the two ends, for all connections."""

    async def passage(self, size: int) -> None:
        """Returns when so many bytes may pass."""
        ...

    def frame(self) -> str:
        """What becomes of the next frame: ``duplicate``, ``reorder`` or nothing."""
        ...

    def request(self, method: str, path: str) -> Trouble | None:
        """What becomes of the next request: `answer`, `lose-answer`, `spoil-answer` or nothing."""
        ...


class Pipe:
    """Carries what comes from either end to the other, as the weather lets it."""

    def __init__(self, near: Ends, far: Ends, connection: socket.socket, weather: Weather) -> None:
        self._near = near
        self._far = far
        self._connection = connection
        self._weather = weather
        self._dead = False
        """Half open: nothing passes any more, and nobody is told."""
        self._losing: Trouble | None = None
        self._swallowing: Trouble | None = None
        self._frames = False
        """Whether frames of a WebSocket go through: whole ones, so that others may come between."""
        self._held = b""
        self._up = Cutter(framing.requests())
        self._down = Cutter(framing.raw())

    async def run(self) -> None:
        """Until either end has gone."""
        up = asyncio.ensure_future(self._upwards())
        down = asyncio.ensure_future(self._downwards())
        try:
            # Of a half-open connection neither end learns that the other has gone.
            await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
            if self._dead:
                await asyncio.wait((up, down))
        finally:
            up.cancel()
            down.cancel()
            self._near[1].close()
            self._far[1].close()

    async def gone(self) -> None:
        """Returns when both ends are closed. With TLS that takes the other side's good-bye, and some never say it: cancelled, nobody
        waits for it any longer.
        """
        writers = (self._near[1], self._far[1])
        try:
            await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)
        finally:
            for writer in writers:
                writer.transport.abort()

    def end(self, how: Ending) -> None:
        """Close both ends, with a good-bye (`cut`) or without (`reset`), or carry nothing any more and tell nobody (`half-open`)."""
        match how:
            case "cut":
                self._near[1].close()
                self._far[1].close()
            case "reset":
                if self._connection.fileno() >= 0:
                    self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._near[1].transport.abort()
                self._far[1].transport.abort()
            case "half-open":
                self._dead = True
            case _:
                assert_never(how)

    async def say(self, opcode: int, body: bytes) -> bool:
        """A frame that the vendor never said, where frames go through; whether they do."""
        if not self._frames or self._dead:
            return False
        await self._pass(self._near[1], framing.told(opcode, body))
        if opcode == framing.CLOSE:
            self._far[1].close()
        return True

    async def _upwards(self) -> None:
        while data := await _read(self._near[0]):
            for piece in self._up.feed(data):
                if not await self._sent_up(piece):
                    return

    async def _sent_up(self, piece: Piece) -> bool:
        """Pass it on; `False` when the connection is over with it."""
        if self._dead:
            return True
        data = piece.data
        if piece.method:
            trouble = self._weather.request(piece.method, piece.path)
            if trouble is not None and trouble.kind == "answer":
                self._swallowing = trouble
            elif trouble is not None:
                self._losing = trouble
            if re.search(rb"(?mi)^upgrade: *websocket", data):
                # Frames are told apart only where they are not compressed with what came before.
                data = re.sub(rb"(?mi)^sec-websocket-extensions:[^\r\n]*\r\n", b"", data)
                self._down = Cutter(framing.answers())
        if self._swallowing is not None:
            if piece.last:
                await self._weather.passage(0)
                await _write(self._near[1], _answered(self._swallowing))
            return not piece.last
        await self._pass(self._far[1], data)
        return True

    async def _downwards(self) -> None:
        while data := await _read(self._far[0]):
            if self._dead:
                continue
            if self._losing is not None:
                if self._losing.kind == "spoil-answer":
                    await _write(self._near[1], _answered(self._losing))
                return
            for piece in self._down.feed(data):
                self._frames = self._frames or piece.granted
                what = self._weather.frame() if piece.last else ""
                if what == "reorder" and not self._held:
                    self._held = piece.data
                    continue
                twice = 2 if what == "duplicate" else 1
                await self._pass(self._near[1], piece.data * twice + self._held)
                self._held = b""

    async def _pass(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        await self._weather.passage(len(data))
        if not self._dead:
            await _write(writer, data)


def _answered(trouble: Trouble) -> bytes:
    reason = _REASONS.get(trouble.status, "Whatever")
    headers = {"Content-Length": str(len(trouble.body)), "Connection": "close", **trouble.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {trouble.status} {reason}\r\n{lines}\r\n".encode() + trouble.body


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(CHUNK)
    except OSError:
        return b""


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if writer.is_closing():
        return
    writer.write(data)
    try:
        await writer.drain()
    except OSError:
        return  # it has gone: its reader ends
