"""What a log is found to hold when it is opened, and the cutting of what is torn.

SQLite itself discards a commit that did not reach the disk whole: its pages are checksummed in the write-ahead log. Such a
commit was never acknowledged, nobody saw it, and the epoch stays. A row that is wrong although it was committed (a
disk's or a person's doing) may have been served: it is cut with all that follows it in its stream, and the epoch is new, so
that every page asks for a snapshot instead of going on from a position that means nothing any more.

Checked are the entries that no saved state covers: those are folded next, and are the end of every stream. Older ones are
checked whenever they are read.
"""

from __future__ import annotations

import sqlite3
from secrets import token_hex

import msgspec
import structlog

from cordboard.model.ids import Subject
from cordboard.model.log import checksum
from cordboard.store.chain import Place, Row, span
from cordboard.store.tables import mark, marked, meta, transaction

_log = structlog.get_logger(__name__)
_CHUNK = 1_000


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a log holds: the ends of its streams, their first seq where it is not 1, and the last row in use."""

    epoch: str
    row: int
    places: dict[Subject, Place]
    firsts: dict[Subject, int]


class _Stream(msgspec.Struct, kw_only=True):
    """One stream while it is looked at."""

    name: Subject
    place: Place
    first: int
    covered: int
    """The seq of its saved state, 0 if there is none."""
    damaged: bool = False


def recovered(connection: sqlite3.Connection) -> Found:
    """Look at the end of every stream, cut what is torn there, and say what there is."""
    streams = _marked(connection)
    row, strays = _followed(connection, streams)
    for stream in streams.values():
        stream.damaged |= stream.covered > stream.place.last or not _intact(connection, stream)
    if strays or any(stream.damaged for stream in streams.values()):
        _mend(connection, streams, strays, row)
    return Found(
        epoch=str(meta(connection, "epoch")),
        row=row,
        places={stream.name: stream.place for stream in streams.values()},
        firsts={stream.name: stream.first for stream in streams.values() if stream.first > 1},
    )


def _marked(connection: sqlite3.Connection) -> dict[int, _Stream]:
    """The streams as they were when the writer last noted where they end."""
    query = """
        SELECT id, name, first, last, rows, coalesce(states.seq, 0)
        FROM subjects LEFT JOIN states ON states.subject = subjects.id
    """
    streams: dict[int, _Stream] = {}
    for number, name, first, last, rows, covered in connection.execute(query):
        place = marked(number, last, rows)
        streams[number] = _Stream(
            name=Subject(name),
            place=place or Place(subject=number, last=last, rows=(0,) * last.bit_count()),
            first=first,
            covered=covered,
            damaged=place is None,
        )
    return streams


def _followed(connection: sqlite3.Connection, streams: dict[int, _Stream]) -> tuple[int, list[int]]:
    """Go on from there over the rows appended since: the last row, and rows that belong to no stream."""
    row = meta(connection, "marked")
    assert isinstance(row, int)  # noqa: S101 - made with the tables, written by us alone
    strays: list[int] = []
    query = "SELECT n, subject, seq FROM entries WHERE n > ? ORDER BY n"
    for n, subject, seq in connection.execute(query, (row,)):
        row = n
        stream = streams.get(subject)
        if stream is None:
            strays.append(n)
        elif seq == stream.place.last + 1:
            stream.place = stream.place.extended(n)
        else:
            stream.damaged = True
    return row, strays


def sound(name: Subject, row: Row, seq: int) -> bool:
    """Whether the row is what was written as this entry."""
    try:
        return row.seq == seq and row.sum == checksum(name, row.seq, row.at, row.origin, row.body)
    except (TypeError, ValueError):  # of another type than was written
        return False


def _intact(connection: sqlite3.Connection, stream: _Stream) -> bool:
    """Whether all entries that no saved state covers are there, in order, as they were written."""
    reached = max(stream.covered, stream.first - 1)
    while reached < stream.place.last:
        upto = min(reached + _CHUNK, stream.place.last)
        rows = span(connection, stream.place, reached, upto)
        if len(rows) != upto - reached:
            return False
        for seq, row in enumerate(rows, reached + 1):
            if row.subject != stream.place.subject or not sound(stream.name, row, seq):
                return False
        reached = upto
    return True


def _mend(connection: sqlite3.Connection, streams: dict[int, _Stream], strays: list[int], row: int) -> None:
    """Cut what is torn, put right the pointers of what is left, and begin a new epoch if anything was lost."""
    damaged = [stream for stream in streams.values() if stream.damaged]
    epoch = meta(connection, "epoch")
    with transaction(connection):
        cut = list(strays)
        lost = bool(strays)
        for stream in damaged:
            first, last = stream.first, stream.place.last
            cut += _mended(connection, stream)
            lost |= stream.first > first or stream.place.last < last
        for n in cut:
            connection.execute(_SET_ASIDE, (epoch, n))
            connection.execute("DELETE FROM entries WHERE n = ?", (n,))
        mark(connection, (stream.place for stream in streams.values()), row)
        for stream in damaged:
            connection.execute(
                "UPDATE subjects SET first = ? WHERE id = ?", (stream.first, stream.place.subject)
            )
        if lost or cut:
            connection.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (token_hex(8),))
    if lost or cut:
        ends_now = {stream.name: stream.place.last for stream in damaged}
        _log.error(
            "log-torn", cut=len(cut), epoch_before=epoch, ends=ends_now, kept_in="table torn: check the disk"
        )


_SET_ASIDE = """
INSERT INTO torn (subject, seq, at, origin, sum, body, epoch)
SELECT coalesce(subjects.name, subject), seq, at, origin, sum, body, ?
FROM entries LEFT JOIN subjects ON subjects.id = entries.subject WHERE n = ?
"""


def _mended(connection: sqlite3.Connection, stream: _Stream) -> list[int]:
    """Give a stream its new ends, and say which of its rows are to be cut.

    All of it is looked at, for its chain cannot be trusted. What is wrong costs the entries behind it or, where a saved state
    stands for them, those before it.
    """
    cut: list[int] = []
    kept: list[tuple[int, int, int]] = []
    query = """
        SELECT n, prev, jump, subject, seq, at, origin, sum, body
        FROM entries WHERE subject = ? ORDER BY seq, n
    """
    for n, prev, jump, *rest in connection.execute(query, (stream.place.subject,)):
        row = Row._make(rest)
        expected = stream.first + len(kept)
        if not sound(stream.name, row, row.seq) or row.seq < expected:
            cut.append(n)
        elif row.seq == expected:
            kept.append((n, prev, jump))
        elif row.seq <= stream.covered + 1:
            cut += [earlier for earlier, _, _ in kept]
            stream.first, kept = row.seq, [(n, prev, jump)]
        else:
            cut.append(n)
    if stream.first + len(kept) <= stream.covered:
        cut += [earlier for earlier, _, _ in kept]
        stream.first, kept = stream.covered + 1, []
    trimmed = stream.first - 1
    place = Place(subject=stream.place.subject, last=trimmed, rows=(0,) * trimmed.bit_count())
    for n, prev, jump in kept:
        before, place = place.row, place.extended(n)
        if (prev, jump) != (before, place.jump):
            connection.execute("UPDATE entries SET prev = ?, jump = ? WHERE n = ?", (before, place.jump, n))
    stream.place = place
    return cut
