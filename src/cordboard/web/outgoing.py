"""What is on its way to the pages: frames, made once for all who get the same, and written once in a turn of the loop.

A write is a call into the kernel, and costs more than all that was done for its bytes before; a commit brings many entries at
once, and with them a page several frames. So a page keeps what it is sent until the turn is over.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

import structlog

from cordboard.contract import Send

_log = structlog.get_logger(__name__)

_TEXT, _BINARY = 0x81, 0x82
_SHORT, _MIDDLE = 126, 65_536


class Writer(Protocol):
    """Who has something to write when the turn is over."""

    def write(self) -> None:
        """Write it."""
        ...


def frame(payload: bytes, *, text: bool) -> bytes:
    """A whole WebSocket frame from a server: unmasked, uncompressed (RFC 6455, 5.2)."""
    first, size = _TEXT if text else _BINARY, len(payload)
    if size < _SHORT:
        return bytes((first, size)) + payload
    if size < _MIDDLE:
        return bytes((first, _SHORT, size >> 8, size & 0xFF)) + payload
    return bytes((first, _SHORT + 1)) + size.to_bytes(8, "big") + payload


class Outgoing:
    """All pages' way out. What goes to many pages one after the other is framed once."""

    def __init__(self) -> None:
        self._data: str | bytes = b""
        self._text = False
        self._whole = b""
        self._writers: list[Writer] = []

    def frame(self, effect: Send) -> bytes:
        """The frame of what the effect sends."""
        data = effect.data
        if data is not self._data or effect.text is not self._text:
            self._data, self._text = data, effect.text
            if isinstance(data, bytes):
                self._whole = frame(data, text=effect.text)
            else:
                self._whole = frame(data.encode(), text=True)
        return self._whole

    def soon(self, writer: Writer) -> None:
        """Let it write once this turn of the loop is over."""
        if not self._writers:
            asyncio.get_running_loop().call_soon(self._write)
        self._writers.append(writer)

    def _write(self) -> None:
        writers, self._writers = self._writers, []
        for writer in writers:
            try:
                writer.write()
            except Exception:  # noqa: BLE001 - one page's broken wire must not keep the others from what is theirs
                _log.exception("write-failed")
