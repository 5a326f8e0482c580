"""The one thread that writes the log, with group commit: whatever was queued while it committed is its next commit.

Why it is written as it is, all measured (ADR 0009 has the figures):

- **A commit is one statement.** The `sqlite3` module lets go of Python's global lock at every step of a statement and, with a busy
  event loop, waits up to 5 ms to get it back. A row for each step, as `executemany` does it, costs a hundred such waits
  where one insert of many rows costs one. There is one prepared insert for each power of two; what is too much in it is
  bound to NULL and filtered out.
- **Commits append.** No index is kept (see chain). Where the streams end is noted in `subjects` once in `MARK_EVERY` rows and at the
  end; recovery follows the rows since.
- **Checkpoints are made by another thread**, often and small. Only if that one cannot catch up, since a log that is
  written without a pause never ends, the rest is copied here, so that the write-ahead log begins anew and stays bounded.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, assert_never

import msgspec
import structlog

from cordboard.model.errors import InternalError
from cordboard.model.ids import Subject
from cordboard.model.log import Draft, Entry, placed
from cordboard.store.chain import Place
from cordboard.store.recovery import Found
from cordboard.store.tables import mark, transaction

_log = structlog.get_logger(__name__)

GROUP = 256
"""Entries in a commit, at most but for one append that is larger: delivering a commit holds the event loop."""
MARK_EVERY = 1_000
"""Rows between two marks, each followed by a checkpoint."""
BEHIND = 4_000
"""Pages in the write-ahead log that the checkpoints may leave before the writer takes part: 16 MiB."""

Future = asyncio.Future[Any]
Answer = tuple[Future, Sequence[Entry] | InternalError]


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """What a commit came to: its entries, where their streams now end, and what to answer to whom."""

    entries: Sequence[Entry]
    places: dict[Subject, Place]
    answers: Sequence[Answer]


class _Append(msgspec.Struct, frozen=True, kw_only=True):
    drafts: Sequence[Draft]
    future: Future


class _Work(msgspec.Struct, frozen=True, kw_only=True):
    statements: Callable[[sqlite3.Connection], None]
    future: Future


class _Stop(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Writer:
    """Owns the two connections, the writing one and that of the checkpoints, and closes them. `committed` is called on the loop once for each commit, in order."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        checkpoints: sqlite3.Connection,
        found: Found,
        committed: Callable[[Commit], None],
    ) -> None:
        self._connection = connection
        self._checkpoints = _Checkpoints(checkpoints)
        self._committed = committed
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Append | _Work | _Stop] = SimpleQueue()
        self._places = dict(found.places)
        self._row = found.row
        self._moved: dict[Subject, Place] = {}
        self._since = 0
        self._failure = ""
        self._broken = False
        self._stopped = False
        self._thread = Thread(target=self._run, name="cordboard-log", daemon=True)
        self._thread.start()

    def append(self, drafts: Sequence[Draft]) -> Future:
        """Queue entries. The future brings them once they are on disk and `committed` was told."""
        future = self._loop.create_future()
        self._queued(_Append(drafts=tuple(drafts), future=future))
        return future

    def work(self, statements: Callable[[sqlite3.Connection], None]) -> Future:
        """Queue statements to run in a transaction of their own, behind what was queued before."""
        future = self._loop.create_future()
        self._queued(_Work(statements=statements, future=future))
        return future

    async def stop(self) -> None:
        """Finish what is queued, note where the streams end, and close the connections."""
        self._stopped = True
        self._queue.put(_Stop())
        await asyncio.to_thread(self._thread.join)
        await asyncio.to_thread(self._checkpoints.close)
        await asyncio.to_thread(self._connection.close)

    def _queued(self, job: _Append | _Work) -> None:
        if self._stopped:
            job.future.set_exception(_failure("The store is closing."))
        else:
            self._queue.put(job)

    # --- on the thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            group, other = self._taken()
            if group:
                self._commit(group)
            match other:
                case None:
                    pass
                case _Work():
                    self._do(other)
                case _Stop():
                    break
                case _:
                    assert_never(other)
        if self._moved and not self._broken:
            self._tried(lambda: self._write(_Stage(self._places, self._row), marking=True))

    def _taken(self) -> tuple[list[_Append], _Work | _Stop | None]:
        """Appends for one commit, and what stands behind them if it is none."""
        group: list[_Append] = []
        size = 0
        job = self._queue.get()
        while isinstance(job, _Append):
            group.append(job)
            size += len(job.drafts)
            if size >= GROUP:
                return group, None
            try:
                job = self._queue.get_nowait()
            except Empty:
                return group, None
        return group, job

    def _commit(self, group: Sequence[_Append]) -> None:
        stage = _Stage(self._places, self._row)
        answers: list[Answer] = []
        written: list[tuple[Future, Sequence[Entry]]] = []
        for append in group:
            try:
                written.append((append.future, stage.add(append.drafts)))
            except ValueError as error:  # not to be written as UTF-8
                answers.append((append.future, _failure(f"The entry cannot be written: {error}.")))
        failure = ""
        if stage.entries:
            marking = self._since + len(stage.entries) >= MARK_EVERY
            failure = self._tried(lambda: self._write(stage, marking=marking))
        if failure:
            answers += [(future, _failure(failure)) for future, _ in written]
            commit = Commit(entries=(), places={}, answers=answers)
        else:
            answers += written
            commit = Commit(entries=stage.entries, places=stage.places, answers=answers)
        self._loop.call_soon_threadsafe(self._committed, commit)

    def _write(self, stage: _Stage, *, marking: bool) -> None:
        """Commit what is staged, and adopt it. With `marking`, note where the streams end as well."""
        moved = self._moved | stage.places
        if stage.born or marking or len(stage.entries) > GROUP:
            with transaction(self._connection):
                self._connection.executemany("INSERT INTO subjects (id, name) VALUES (?, ?)", stage.born)
                for start in range(0, len(stage.entries), GROUP):
                    self._insert(stage.values[start * _COLUMNS : (start + GROUP) * _COLUMNS])
                if marking:
                    mark(self._connection, moved.values(), stage.row)
        else:
            self._insert(stage.values)
        self._places.update(stage.places)
        self._row = stage.row
        self._moved = {} if marking else moved
        self._since = 0 if marking else self._since + len(stage.entries)
        if marking:
            self._checkpoints.make()
        if self._checkpoints.behind:
            self._checkpoints.behind = False
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _insert(self, values: Sequence[object]) -> None:
        count = len(values) // _COLUMNS
        size = 1 << (count - 1).bit_length()
        self._connection.execute(_insert(size), (*values, *(None,) * (size - count) * _COLUMNS))

    def _do(self, work: _Work) -> None:
        def statements() -> None:
            with transaction(self._connection):
                work.statements(self._connection)

        failure = self._tried(statements)
        error = _failure(failure) if failure else None
        self._loop.call_soon_threadsafe(_settle, work.future, error)

    def _tried(self, attempt: Callable[[], None]) -> str:
        """Why the attempt failed, empty if it did not. Logged once when failing begins and once when it ends.

        After an I/O error nobody knows what the disk holds of what the kernel took, and a damaged file does not mend
        itself: nothing is written any more until the store is opened again. After a full disk or the like it is tried anew.
        """
        if self._broken:
            return self._failure
        try:
            attempt()
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told and the thread goes on
            reason = f"The log could not be written: {error}."
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            self._broken = code in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
            if not self._failure or self._broken:
                _log.error("log-failing", reason=reason, until="reopened" if self._broken else "it succeeds")
            self._failure = reason
            return reason
        if self._failure:
            self._failure = ""
            _log.info("log-writing-again")
        return ""


class _Stage:
    """Entries on their way into one commit. `add` takes an append whole, or raises `ValueError` and takes nothing of it."""

    def __init__(self, places: dict[Subject, Place], row: int) -> None:
        self._known = places
        self.row = row
        self.entries: list[Entry] = []
        self.values: list[object] = []
        self.places: dict[Subject, Place] = {}
        self.born: list[tuple[int, Subject]] = []

    def add(self, drafts: Sequence[Draft]) -> Sequence[Entry]:
        row = self.row
        entries: list[Entry] = []
        values: list[object] = []
        places: dict[Subject, Place] = {}
        born: list[tuple[int, Subject]] = []
        for item in drafts:
            place = places.get(item.subject) or self.places.get(item.subject) or self._known.get(item.subject)
            if place is None:
                place = Place(subject=len(self._known) + len(self.born) + len(born) + 1)
                born.append((place.subject, item.subject))
            entry = placed(item, place.last + 1)
            row += 1
            before, place = place.row, place.extended(row)
            places[item.subject] = place
            entries.append(entry)
            values += (
                row,
                place.subject,
                entry.seq,
                before,
                place.jump,
                entry.at,
                entry.origin,
                entry.sum,
                entry.body,
            )
        self.row = row
        self.entries += entries
        self.values += values
        self.places |= places
        self.born += born
        return tuple(entries)


class _Checkpoints:
    """Copies the write-ahead log into the database, on a thread and a connection of its own."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="cordboard-checkpoint")
        self.behind = False
        """Whether the last one left too much behind, written meanwhile, for the log to begin anew."""

    def make(self) -> None:
        """Make one, soon."""
        self._executor.submit(self._make)

    def close(self) -> None:
        """Finish the one that is being made, and close the connection."""
        self._executor.shutdown()
        self._connection.close()

    def _make(self) -> None:
        try:
            (_, pages, _) = self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            # What is in the write-ahead log is safe there; the next one tries again.
            _log.warning("checkpoint-failed", reason=str(error))
            return
        self.behind = pages > BEHIND


_COLUMNS = 9


@cache
def _insert(size: int) -> str:
    """The statement that inserts so many rows at once. Rows whose number is NULL are padding."""
    rows = ",".join([f"({','.join('?' * _COLUMNS)})"] * size)
    return f"INSERT INTO entries SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL"  # noqa: S608 - no value in it


def _failure(reason: str) -> InternalError:
    return InternalError("store-failed", reason)


def _settle(future: Future, error: InternalError | None) -> None:
    if future.done():  # given up
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
