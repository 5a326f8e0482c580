"""A watched subject as a client holds it. Pure: what came last is the truth, what is stale falls on the floor."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from cordboard.contract import parse_position, position
from cordboard.model.ids import Subject
from cordboard.model.view import View
from cordboard.protocols.native import wire
from cordboard.protocols.native.views import merged


class Stream(Struct, frozen=True, kw_only=True):
    """Where the client stands, and the view there."""

    subject: Subject
    epoch: str
    seq: int
    view: View
    gauges: dict[str, float] = {}

    @property
    def position(self) -> str:
        """What to give back to go on from here."""
        return position(self.epoch, self.seq)


class Changed(Struct, frozen=True, kw_only=True):
    """A subject changed by `entry`, or came anew (`None`); `stream` is how it is now."""

    stream: Stream
    entry: wire.Entry | None = None


class Gap(Exception):  # noqa: N818 - it is no error: the client asks again from where it stands
    """An entry is missing before this one."""


def joined(message: wire.Joined) -> Stream:
    """The stream as the hub has it, whatever the client held before."""
    place = parse_position(message.position)
    return Stream(
        subject=message.subject,
        epoch=message.epoch,
        seq=place[1] if place is not None else 0,
        view=message.view,
        gauges=message.gauges,
    )


def advanced(stream: Stream, entry: wire.Entry) -> Stream | None:
    """The stream after the entry; `None` if it was there already. Raises `Gap` if one is missing in between."""
    if entry.seq <= stream.seq:
        return None
    if entry.seq != stream.seq + 1:
        raise Gap
    view = stream.view if entry.change is None else merged(stream.view, entry.change)
    return replace(stream, seq=entry.seq, view=view)
