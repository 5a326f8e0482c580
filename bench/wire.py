"""A WebSocket end by hand, as cheap as Python can have it: for the load, and for the peer that does nothing but write."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Callable
from typing import cast

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY = base64.b64encode(b"the same for all")
_NO_MASK = bytes(4)


class Wire(asyncio.Protocol):
    """One end. A client names the `path` it asks for; a server has none."""

    def __init__(
        self,
        heard: Callable[[Wire, bytes], None],
        *,
        path: str = "",
        opened: Callable[[Wire], None] = lambda _: None,
    ) -> None:
        self._heard = heard
        self._path = path
        self._opened = opened
        self._buffer = b""
        self._upgraded = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        if self._path:
            transport.write(
                b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: %b\r\nSec-WebSocket-Version: 13\r\n\r\n" % (self._path.encode(), _KEY)
            )

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self._upgraded:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            self._upgrade(head)
            self._buffer = rest
        self._frames()

    def send(self, *payloads: bytes) -> None:
        """Text frames, in one write. A client masks with zeros, which changes nothing."""
        if self.transport is not None:
            mask = 0x80 if self._path else 0
            self.transport.write(b"".join([_frame(payload, 0x81, mask) for payload in payloads]))

    def close(self) -> None:
        """Cut it."""
        if self.transport is not None:
            self.transport.abort()

    def _upgrade(self, head: bytes) -> None:
        self._upgraded = True
        if self._path:
            assert head.startswith(b"HTTP/1.1 101"), head[:200]
        else:
            lines = (line.partition(b":") for line in head.split(b"\r\n"))
            key = next(value.strip() for name, _, value in lines if name.lower() == b"sec-websocket-key")
            accept = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
            assert self.transport is not None
            self.transport.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: %b\r\n\r\n" % accept
            )
        self._opened(self)

    def _frames(self) -> None:
        data, at, end = self._buffer, 0, len(self._buffer)
        while end - at >= 2:
            masked, size = data[at + 1] & 0x80, data[at + 1] & 0x7F
            start = at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            mask = data[start : start + 4] if masked else b""
            start += len(mask)
            if start + size > end:
                break
            payload = data[start : start + size]
            if mask and mask != _NO_MASK:
                payload = bytes(byte ^ mask[place & 3] for place, byte in enumerate(payload))
            self._frame(data[at] & 0x0F, payload)
            at = start + size
        self._buffer = data[at:]

    def _frame(self, kind: int, payload: bytes) -> None:
        match kind:
            case 1 | 2:
                self._heard(self, payload)
            case 8:
                self.close()
            case 9 if self.transport is not None:
                self.transport.write(_frame(payload, 0x8A, 0x80 if self._path else 0))
            case _:
                pass


def _frame(payload: bytes, first: int, mask: int) -> bytes:
    size = len(payload)
    tail = _NO_MASK if mask else b""
    if size < 126:
        return bytes((first, size | mask)) + tail + payload
    if size < 65_536:
        return bytes((first, 126 | mask)) + size.to_bytes(2, "big") + tail + payload
    return bytes((first, 127 | mask)) + size.to_bytes(8, "big") + tail + payload
