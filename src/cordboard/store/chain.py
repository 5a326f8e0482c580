"""How one stream is found in a log that is only ever appended to, without an index.

All streams share one table whose rows stand in the order of their commits, so that a commit writes the end of the file
and nothing else. (An index over (subject, seq) costs a third of the appends, and more as the log grows, since each subject
touches a page of its own: ADR 0009 has the figures.) Instead each row points back into its own stream twice: `prev` is
the row of the entry before it, and `jump` the row of the entry whose seq is this one's without its lowest set bit. So
from the end of a stream any entry is a few dozen steps away, whatever its length::

    seq    1   2   3   4   5   6   7   8        prev of 7 is 6
    jump   -   -   2   -   4   4   6   -        jump of 7 (0b111) is 6 (0b110), whose jump is 4 (0b100), then none

To write the next row one has to know the rows on the way of jumps from the last entry, which are as many as that seq
has bits set. That, and the last seq, is a stream's `Place`.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

import msgspec


class Place(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a stream ends: the number of its subject, its last seq and, first to last, the rows on the way of jumps."""

    subject: int
    last: int = 0
    rows: tuple[int, ...] = ()

    def extended(self, row: int) -> Place:
        """The place once the stream's next entry stands in this row."""
        seq = self.last + 1
        return Place(subject=self.subject, last=seq, rows=(*self.rows[: seq.bit_count() - 1], row))

    @property
    def row(self) -> int:
        """The row of the last entry, 0 if there is none."""
        return self.rows[-1] if self.rows else 0

    @property
    def jump(self) -> int:
        """The row that the last entry's `jump` is, 0 if there is none."""
        return self.rows[-2] if len(self.rows) > 1 else 0


class Row(NamedTuple):
    """What is on disk of an entry."""

    subject: int
    seq: int
    at: int
    origin: str
    sum: str
    body: bytes


def span(connection: sqlite3.Connection, place: Place, after: int, upto: int) -> list[Row]:
    """The rows of a stream with `after < seq <= upto`, in order; fewer if the chain is broken.

    `upto` is at most the place's last seq, and `after` not below what was trimmed. Whether each row is what its place
    in the stream says is for the caller to check.
    """
    if after >= upto:
        return []
    rows = connection.execute(_SPAN, {"row": place.row, "last": place.last, "after": after, "upto": upto})
    return list(map(Row._make, rows))[::-1]


# `hop` goes back to `upto` by the longest jumps that do not pass it, `walk` from there one by one. Both know which seq they
# have reached by counting, and stop at a row that is missing. CROSS JOIN forbids SQLite another order.
_SPAN = """
WITH RECURSIVE
hop(n, seq) AS (
  VALUES (:row, :last)
  UNION ALL
  SELECT iif(hop.seq & (hop.seq - 1) >= :upto, entries.jump, entries.prev),
         iif(hop.seq & (hop.seq - 1) >= :upto, hop.seq & (hop.seq - 1), hop.seq - 1)
  FROM hop CROSS JOIN entries ON entries.n = hop.n
  WHERE hop.seq > :upto
),
walk(n, seq) AS (
  SELECT n, seq FROM hop WHERE seq = :upto
  UNION ALL
  SELECT entries.prev, walk.seq - 1
  FROM walk CROSS JOIN entries ON entries.n = walk.n
  WHERE walk.seq > :after + 1
)
SELECT entries.subject, entries.seq, entries.at, entries.origin, entries.sum, entries.body
FROM walk CROSS JOIN entries ON entries.n = walk.n
"""
