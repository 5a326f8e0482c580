"""What goes through the proxy, cut into what a fault can be about: requests, and the frames of WebSockets. Pure."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import NamedTuple

HEAD_LIMIT = 64 * 1024
FRAME_LIMIT = 16 * 1024 * 1024
_REQUEST = re.compile(rb"([A-Z]{3,10}) ([^ \r\n]+) HTTP/1\.[01]\r\n")
TEXT, CLOSE = 1, 8
_DATA = (TEXT, 2)
"""Opcodes of text and binary frames."""


class Piece(NamedTuple):
    """A part of the stream, as it came. Where `method` is set it is the head of a request; `last`: there the request is over, or
    it is a whole data frame of a WebSocket. `granted`: it is the answer after which only frames come.
    """

    data: bytes
    method: str = ""
    path: str = ""
    last: bool = False
    granted: bool = False


Pieces = Generator[Piece | None, bytes, None]
"""Gives the next piece, or `None`; is then sent more data."""


class Cutter:
    """Cuts a stream as it comes: fed with bytes, it gives the pieces that are complete."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        next(pieces)

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces that are complete now."""
        found = []
        piece = self._pieces.send(data)
        while piece is not None:
            found.append(piece)
            piece = self._pieces.send(b"")
        return found


def requests() -> Pieces:
    """HTTP requests one after the other. What is none is passed on as it comes, for ever."""
    rest = yield None
    while True:
        while (end := rest.find(b"\r\n\r\n") + 4) < 4:
            if len(rest) > HEAD_LIMIT or not re.match(rb"[A-Z]{0,10}( |$)", rest[:11]):
                yield from raw(rest)
            rest += yield None
        found = _REQUEST.match(rest)
        if found is None:
            yield from raw(rest)
            return
        head, rest = rest[:end], rest[end:]
        method, path = found[1].decode(), found[2].decode("latin-1")
        length = re.search(rb"(?mi)^content-length: *(\d+)", head)
        if re.search(rb"(?mi)^transfer-encoding:[^\r\n]*chunked", head):
            rest += yield Piece(head, method, path)
            rest = yield from _chunks(rest)
        elif length is not None and int(length[1]):
            rest += yield Piece(head, method, path)
            rest = yield from _counted(rest, int(length[1]))
        else:
            rest += yield Piece(head, method, path, last=True)


def raw(rest: bytes = b"") -> Pieces:
    """Anything, as it comes."""
    data = rest
    while True:
        data = yield Piece(data) if data else None


def answers() -> Pieces:
    """The way back of a request for a WebSocket: if it is granted, frames; else anything."""
    rest = b""
    while b"\r\n\r\n" not in rest and len(rest) < HEAD_LIMIT:
        rest += yield None
    if not re.match(rb"HTTP/1\.1 101 ", rest):
        yield from raw(rest)
        return
    head, _, rest = rest.partition(b"\r\n\r\n")
    rest += yield Piece(head + b"\r\n\r\n", granted=True)
    while True:
        while not (size := _frame(rest)):
            rest += yield None
        frame, rest = rest[:size], rest[size:]
        whole = bool(frame[0] & 0x80) and frame[0] & 0x0F in _DATA
        rest += yield Piece(frame, last=whole)


def told(opcode: int, body: bytes) -> bytes:
    """A whole frame of a server's."""
    length = len(body)
    if length < 126:
        return bytes((0x80 | opcode, length)) + body
    if length < 1 << 16:
        return bytes((0x80 | opcode, 126)) + length.to_bytes(2) + body
    return bytes((0x80 | opcode, 127)) + length.to_bytes(8) + body


def _counted(rest: bytes, length: int) -> Generator[Piece | None, bytes, bytes]:
    while length:
        while not rest:
            rest += yield None
        part, rest = rest[:length], rest[length:]
        length -= len(part)
        rest += yield Piece(part, last=not length)
    return rest


def _chunks(rest: bytes) -> Generator[Piece | None, bytes, bytes]:
    """Chunks up to the last, which is empty; whatever is no chunk ends the request."""
    while True:
        while b"\r\n" not in rest:
            rest += yield None
        line = re.match(rb"([0-9a-fA-F]{1,8})[^\r\n]*\r\n", rest)
        if line is None:
            return rest
        size = int(line[1], 16)
        whole = line.end() + size + 2
        while len(rest) < whole:
            rest += yield None
        part, rest = rest[:whole], rest[whole:]
        rest += yield Piece(part, last=not size)
        if not size:
            return rest


def _frame(data: bytes) -> int:
    """The length of the frame at the beginning; 0 if it is not all there."""
    if len(data) < 2:
        return 0
    short = data[1] & 0x7F
    wide = {126: 2, 127: 8}.get(short, 0)
    begin = 2 + wide + (4 if data[1] & 0x80 else 0)
    if len(data) < begin:
        return 0
    size = begin + (int.from_bytes(data[2 : 2 + wide]) if wide else short)
    return min(size, FRAME_LIMIT) if len(data) >= min(size, FRAME_LIMIT) else 0
