"""What is sent to a page in one turn of the loop leaves in one write; frames are made once for all who get the same."""

from __future__ import annotations

import asyncio

from cordboard.contract import Send
from cordboard.web.outgoing import Outgoing, frame


class Wire:
    """Keeps frames until it is told to write, as a page does."""

    def __init__(self, outgoing: Outgoing, *, broken: bool = False) -> None:
        self.outgoing = outgoing
        self.broken = broken
        self.frames: list[bytes] = []
        self.written: list[bytes] = []

    def send(self, effect: Send) -> None:
        if not self.frames:
            self.outgoing.soon(self)
        self.frames.append(self.outgoing.frame(effect))

    def write(self) -> None:
        if self.broken:
            raise ConnectionResetError
        self.written.append(b"".join(self.frames))
        self.frames.clear()


async def test_one_write_for_each_page_when_the_turn_is_over() -> None:
    outgoing = Outgoing()
    broken, one, other = Wire(outgoing, broken=True), Wire(outgoing), Wire(outgoing)
    for data in (b"first", b"second"):
        effect = Send(channel="s", data=data)
        for wire in (broken, one, other):
            wire.send(effect)
    assert one.written == []
    await asyncio.sleep(0)
    both = frame(b"first", text=True) + frame(b"second", text=True)
    assert one.written == other.written == [both]  # whatever became of the broken one
    one.send(Send(channel="s", data=b"third"))
    await asyncio.sleep(0)
    assert one.written == [both, frame(b"third", text=True)]
    assert other.written == [both]


async def test_the_same_data_to_many_is_framed_once_and_anything_else_anew() -> None:
    outgoing = Outgoing()
    data = b"x" * 200
    whole = outgoing.frame(Send(channel="one", data=data))
    assert outgoing.frame(Send(channel="other", data=data)) is whole
    assert outgoing.frame(Send(channel="other", data=data, text=False)) == frame(data, text=False)
    assert outgoing.frame(Send(channel="one", data="ä")) == frame("ä".encode(), text=True)
