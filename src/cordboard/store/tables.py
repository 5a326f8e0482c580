"""The tables of the SQLite store, and connections to them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from secrets import token_hex
from struct import Struct

from cordboard.model.errors import CallerError
from cordboard.store.chain import Place

SCHEMA = 1
"""The version of these tables. A store of an older one is brought here when it is opened; a newer one is refused."""

# Rows of `entries` are never changed and only trimmed from the front. `subjects` may lag behind them by what was appended
# since the row in `meta.marked` (see recovery). `torn` keeps what recovery cut: for a person to look at, never served.
_TABLES = """
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value NOT NULL
) WITHOUT ROWID;
CREATE TABLE subjects (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  first INTEGER NOT NULL DEFAULT 1,
  last INTEGER NOT NULL DEFAULT 0,
  rows BLOB NOT NULL DEFAULT x''
);
CREATE TABLE entries (
  n INTEGER PRIMARY KEY,
  subject INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  prev INTEGER NOT NULL,
  jump INTEGER NOT NULL,
  at INTEGER NOT NULL,
  origin TEXT NOT NULL,
  sum TEXT NOT NULL,
  body BLOB NOT NULL
);
CREATE TABLE states (
  subject INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,
  version INTEGER NOT NULL,
  data BLOB NOT NULL
);
CREATE TABLE torn (
  subject, seq, at, origin, sum, body, epoch TEXT NOT NULL
);
CREATE VIEW log AS
  SELECT subjects.name AS subject, seq, at, origin, sum, CAST(body AS TEXT) AS body
  FROM entries JOIN subjects ON subjects.id = entries.subject;
"""


def connected(path: Path) -> sqlite3.Connection:
    """A connection for use by one thread at a time. Commits are on disk when they return; nothing checkpoints by itself."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        # Text that was damaged is still read, so that its checksum can tell.
        connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        _journal(connection, path)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
    except BaseException:
        connection.close()
        raise
    return connection


def _journal(connection: sqlite3.Connection, path: Path) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise _wrong_path(
            f"The file system of {path} cannot keep a write-ahead log. Put the log on a local disk."
        )


def created(path: Path) -> None:
    """Make the file unless it is there, for nobody's eyes but ours. SQLite gives its companions the same permissions.

    Raises `CallerError("bad-field")` if it cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        if not os.access(path, os.R_OK | os.W_OK) or not path.is_file():
            raise _wrong_path(f"{path} is not a file that this process may read and write.") from None
        return
    os.close(descriptor)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)  # SQLite syncs what is in the file, the name is ours to sync
    finally:
        os.close(folder)


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables if there are none.

    Raises `CallerError`: `store-newer` if a newer Cordboard made them, `bad-field` if they are not ours.
    """
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if not names:
        with transaction(connection):
            for statement in _TABLES.split(";\n"):
                connection.execute(statement)
            values = [("schema", SCHEMA), ("epoch", token_hex(8)), ("marked", 0)]
            connection.executemany("INSERT INTO meta VALUES (?, ?)", values)
        return
    schema = meta(connection, "schema") if {"meta", "entries"} <= names else None
    if not isinstance(schema, int):
        raise _wrong_path(f"{path} is a database, but not a log of Cordboard's.")
    if schema > SCHEMA:
        raise CallerError(
            "store-newer",
            f"The log {path} was written by a newer Cordboard (its tables are version {schema}, this one knows {SCHEMA}).",
            {"field": "store.path", "schema": str(schema)},
        )


def meta(connection: sqlite3.Connection, key: str) -> object:
    """A value of the table `meta`, `None` if it is not there."""
    found = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if found is None else found[0]


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Begin, and commit at the end; roll back on any exception, that of the commit included."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        # SQLite has rolled back by itself after some errors.
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def mark(connection: sqlite3.Connection, places: Iterable[Place], row: int) -> None:
    """Note where streams end, as of this row. Those that have not moved since the last mark may be left out."""
    ends = [(place.last, Struct(f"<{len(place.rows)}q").pack(*place.rows), place.subject) for place in places]
    connection.executemany("UPDATE subjects SET last = ?, rows = ? WHERE id = ?", ends)
    connection.execute("UPDATE meta SET value = ? WHERE key = 'marked'", (row,))


def marked(subject: int, last: int, rows: bytes) -> Place | None:
    """Where a stream ended when `mark` noted it, from these columns of `subjects`; `None` if they make no sense."""
    count = last.bit_count()
    if len(rows) != 8 * count:
        return None
    return Place(subject=subject, last=last, rows=Struct(f"<{count}q").unpack(rows))


def _wrong_path(message: str) -> CallerError:
    return CallerError("bad-field", message, {"field": "store.path"})
