"""An event with its place in the log, and the checksum that ties the two together."""

from __future__ import annotations

from zlib import crc32

import msgspec

from cordboard.model.events import Event, encode_event
from cordboard.model.ids import Millis, Subject


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way into the log. `body` is its JSON, encoded once for log and pages alike.

    `at` is our time of arrival. `origin` is where the event stands in the stream it came from (opaque, minted by the
    link); the log keeps it, so that a link can go on just behind it after a crash.
    """

    subject: Subject
    at: Millis
    event: Event
    body: bytes
    origin: str = ""


def draft(subject: Subject, event: Event, at: Millis, origin: str = "") -> Draft:
    """A draft with its body encoded."""
    return Draft(subject=subject, at=at, event=event, body=encode_event(event), origin=origin)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A fact with its place: `(subject, seq)` is unique and without gaps, from 1. Immutable once on disk."""

    subject: Subject
    seq: int
    at: Millis
    event: Event
    body: bytes
    origin: str
    sum: str


def checksum(subject: Subject, seq: int, at: Millis, origin: str, body: bytes) -> str:
    """Eight hexadecimal digits: CRC-32 over the place and the body."""
    # In one piece: going over a few bytes more takes less than being called twice.
    return crc32(f"{subject}\n{seq}\n{at}\n{origin}\n".encode() + body).to_bytes(4, "big").hex()


def placed(item: Draft, seq: int) -> Entry:
    """The entry that a draft becomes at this place."""
    return Entry(
        subject=item.subject,
        seq=seq,
        at=item.at,
        event=item.event,
        body=item.body,
        origin=item.origin,
        sum=checksum(item.subject, seq, item.at, item.origin, item.body),
    )
