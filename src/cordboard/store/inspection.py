"""A look at the file of a log without opening it as a hub does: nothing is changed, and a hub may have it open."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import msgspec

from cordboard.model.ids import Subject
from cordboard.store.chain import Row
from cordboard.store.recovery import sound
from cordboard.store.tables import SCHEMA, meta

LATEST = 200_000
"""So many entries, from the end, are held against their checksums."""


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """What a log holds. `trouble`: why it cannot be read, or what SQLite finds wrong with the file; empty where nothing is."""

    entries: int = 0
    subjects: int = 0
    checked: int = 0
    damaged: int = 0
    """Entries that are not what was written."""
    torn: int = 0
    """What was cut when the log was opened, and is kept for a person to look at."""
    newer: bool = False
    """A newer Cordboard wrote it."""
    trouble: str = ""


def inspected(path: Path) -> Inspection:
    """Look at it. It takes a second for some hundred thousand entries."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            return _looked(connection)
    except sqlite3.Error as error:
        return Inspection(trouble=str(error))


def holder(path: Path) -> str | None:
    """The process that has the log open; `None` if nobody has, empty where it is not known."""
    try:
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(descriptor, 20).decode(errors="replace").strip()
    else:
        return None
    finally:
        os.close(descriptor)


def _looked(connection: sqlite3.Connection) -> Inspection:
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if not {"meta", "entries", "subjects", "torn"} <= names:
        return Inspection(trouble="it is a database, but not a log of Cordboard's")
    schema = meta(connection, "schema")
    if isinstance(schema, int) and schema > SCHEMA:
        return Inspection(newer=True)
    (word,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if word != "ok":
        return Inspection(trouble=str(word))
    (entries,) = connection.execute("SELECT count(*) FROM entries").fetchone()
    (subjects,) = connection.execute("SELECT count(*) FROM subjects").fetchone()
    (torn,) = connection.execute("SELECT count(*) FROM torn").fetchone()
    checked = damaged = 0
    query = """
        SELECT subjects.name, entries.subject, seq, at, origin, sum, body
        FROM entries LEFT JOIN subjects ON subjects.id = entries.subject ORDER BY n DESC LIMIT ?
    """
    for name, *rest in connection.execute(query, (LATEST,)):
        row = Row._make(rest)
        checked += 1
        damaged += name is None or not sound(Subject(name), row, row.seq)
    return Inspection(entries=entries, subjects=subjects, checked=checked, damaged=damaged, torn=torn)
