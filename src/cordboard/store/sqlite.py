"""The default store: one SQLite file on a local disk.

Durable: a commit is on disk (write-ahead log, `synchronous=FULL`, so `fdatasync`) before anybody is told. Everything that
blocks runs on three threads with a connection each: the writer (see writer), the reader, and the checkpoints. The loop keeps
where each stream begins and ends, so a read goes straight to its rows (see chain) and sees what was delivered, no more.

Beside the file ``log.db`` stand ``log.db-wal`` and ``log.db-shm`` while it is open, and ``log.db.lock``, which keeps a second hub
out. All are readable for their owner alone.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from itertools import takewhile
from operator import itemgetter
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import msgspec
import structlog

from cordboard.contract import Deliver, Head, Saved
from cordboard.model.errors import CallerError, InternalError
from cordboard.model.events import decode_event
from cordboard.model.ids import Millis, Subject
from cordboard.model.log import Draft, Entry
from cordboard.store.chain import Place, Row, span
from cordboard.store.lock import Lock
from cordboard.store.recovery import Found, recovered, sound
from cordboard.store.settings import refuse_unknown
from cordboard.store.tables import connected, created, prepare
from cordboard.store.writer import Commit, Writer

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")
_P = ParamSpec("_P")

CHUNK = 256
"""States saved, or entries dropped, in one transaction: appends go between two of them."""


class SqliteStore:
    """A `Store` in the file `path`, which is made if it is not there. Its folder has to be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: _Open | None = None
        self._epoch = ""

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """A store at ``path``. Raises `CallerError` naming the field that is missing, unknown or of the wrong type."""
        refuse_unknown(settings, {"path"})
        path = settings.get("path")
        if not isinstance(path, str) or not path:
            raise CallerError("bad-field", "store.path names the file of the log.", {"field": "store.path"})
        return cls(Path(path).expanduser())

    @property
    def epoch(self) -> str:
        """Random, made with the file. It changes when something that was committed had to be cut on opening."""
        return self._epoch

    async def open(self, deliver: Deliver) -> None:
        """Open, cut what is torn, start.

        Raises `CallerError`: `store-locked` if another process has it open, `store-newer` if a newer Cordboard wrote it,
        `bad-field` if the path cannot be used; `InternalError("store-failed")` if the file is damaged beyond that.
        """
        files, found = await asyncio.to_thread(_opened, self._path)
        self._epoch = found.epoch
        self._open = _Open(files, found, deliver)

    def append(self, drafts: Sequence[Draft]) -> Awaitable[Sequence[Entry]]:
        """Append. After an I/O error of the disk nothing is taken until the store is opened again."""
        if self._open is None:
            future: asyncio.Future[Sequence[Entry]] = asyncio.get_running_loop().create_future()
            future.set_exception(_closed())
            return future
        return self._open.writer.append(drafts)

    async def read(self, subject: Subject, after: int, limit: int = 1000) -> Sequence[Entry]:
        """Entries with `seq > after`, in order, at most `limit`, of those that were delivered."""
        return await self._running().read(subject, after, limit)

    async def heads(self) -> Mapping[Subject, Head]:
        """All subjects with their streams' ends, as far as delivered."""
        running = self._running()
        return {
            subject: Head(first=running.firsts.get(subject, 1), last=place.last)
            for subject, place in running.places.items()
            if place.last
        }

    async def save(self, states: Sequence[Saved]) -> None:
        """Keep folded states. One that is older than what is kept changes nothing."""
        await self._running().save(states)

    async def saved(self, version: int) -> Sequence[Saved]:
        """The folded states of this version of the fold."""
        running = self._running()
        return await running.reading(_saved, version)

    async def trim(self, before: Millis) -> int:
        """Drop entries older than `before` that a saved state covers, from the oldest on until one is younger."""
        return await self._running().trim(before)

    async def close(self) -> None:
        """Finish what was begun, and give the file free."""
        running, self._open = self._open, None
        if running is not None:
            await running.close()

    def _running(self) -> _Open:
        if self._open is None:
            raise _closed()
        return self._open


class _Files(msgspec.Struct, frozen=True, kw_only=True):
    """What is held while the store is open."""

    lock: Lock
    writer: sqlite3.Connection
    checkpoints: sqlite3.Connection
    reader: sqlite3.Connection


class _Open:
    """The store while it is open. What is here belongs to the loop."""

    def __init__(self, files: _Files, found: Found, deliver: Deliver) -> None:
        self.places = dict(found.places)
        self.firsts = dict(found.firsts)
        self.writer = Writer(files.writer, files.checkpoints, found, self._committed)
        self._files = files
        self._deliver = deliver
        # One thread, so that reads are done in the order in which they were asked: `trim` counts on it.
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="cordboard-read")
        self._reported: set[Subject] = set()
        self._closing = False

    def _committed(self, commit: Commit) -> None:
        self.places.update(commit.places)
        try:
            if commit.entries:
                self._deliver(commit.entries)
        finally:
            for future, answer in commit.answers:
                if future.done():  # given up by who waited
                    continue
                if isinstance(answer, InternalError):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)

    async def reading(
        self, query: Callable[Concatenate[sqlite3.Connection, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """What the query finds, asked on the reader's thread behind what was asked before."""
        if self._closing:
            raise _closed()
        call = partial(query, self._files.reader, *args, **kwargs)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, call)
        except sqlite3.Error as error:
            raise InternalError("store-failed", f"The log could not be read: {error}.") from error

    async def read(self, subject: Subject, after: int, limit: int) -> Sequence[Entry]:
        place = self.places.get(subject)
        if place is None:
            return ()
        after = max(after, self.firsts.get(subject, 1) - 1)
        upto = min(place.last, after + limit)
        try:
            return await self.reading(_entries, subject, place, after, upto)
        except InternalError as error:
            if subject not in self._reported:
                self._reported.add(subject)
                _log.error("log-unreadable", subject=subject, after=after, upto=upto, reason=error.message)
            raise

    async def save(self, states: Sequence[Saved]) -> None:
        rows: list[tuple[int, int, int, bytes]] = []
        for state in states:
            place = self.places.get(state.subject)
            if state.seq > (place.last if place else 0):
                raise InternalError("store-failed", "A folded state cannot be ahead of its stream.")
            if place is not None:
                rows.append((place.subject, state.seq, state.version, state.data))
        chunks = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
        await asyncio.gather(*(self.writer.work(partial(_keep, chunk)) for chunk in chunks))

    async def trim(self, before: Millis) -> int:
        """Goes over the rows as they were appended, so that its work is in proportion to what it drops."""
        covered = await self.reading(_covered)
        names = {place.subject: name for name, place in self.places.items()}
        reached = dropped = 0
        await self.writer.work(partial(_forget_torn, before))
        while rows := await self.reading(_older, reached, before):
            reached = rows[-1][0]
            firsts: dict[int, int] = {}
            drop: list[int] = []
            for n, subject, seq in rows:
                if seq <= covered.get(subject, 0) and seq == self.firsts.get(names[subject], 1):
                    self.firsts[names[subject]] = firsts[subject] = seq + 1
                    drop.append(n)
            if drop:
                # From here on nobody asks for these rows; who asked before is served before.
                await self.reading(_nothing)
                await self.writer.work(partial(_drop, drop, firsts))
                dropped += len(drop)
        return dropped

    async def close(self) -> None:
        self._closing = True
        try:
            await self.writer.stop()
        finally:
            await asyncio.to_thread(self._executor.shutdown)
            self._files.reader.close()
            self._files.lock.release()


def _opened(path: Path) -> tuple[_Files, Found]:
    if not path.parent.is_dir():
        raise CallerError(
            "bad-field", f"The folder {path.parent} of store.path does not exist.", {"field": "store.path"}
        )
    with ExitStack() as undo:
        try:
            lock = undo.enter_context(Lock(path.with_name(f"{path.name}.lock")))
            created(path)
            writer = undo.enter_context(closing(connected(path)))
            prepare(writer, path)
            found = recovered(writer)
            checkpoints = undo.enter_context(closing(connected(path)))
            reader = undo.enter_context(closing(connected(path)))
            reader.execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            raise InternalError("store-failed", f"The log {path} cannot be opened: {error}.") from error
        except OSError as error:
            raise CallerError(
                "bad-field", f"store.path cannot be used: {error}.", {"field": "store.path"}
            ) from error
        undo.pop_all()
    return _Files(lock=lock, writer=writer, checkpoints=checkpoints, reader=reader), found


def _entries(
    connection: sqlite3.Connection, subject: Subject, place: Place, after: int, upto: int
) -> Sequence[Entry]:
    rows = span(connection, place, after, upto)
    whole = len(rows) == max(0, upto - after)
    if not whole or not all(sound(subject, row, seq) for seq, row in enumerate(rows, after + 1)):
        raise InternalError("store-failed", "Entries of the log were damaged on disk and are not served.")
    try:
        return tuple(_entry(subject, row) for row in rows)
    except msgspec.DecodeError as error:
        raise InternalError("store-failed", f"An entry is of a kind unknown here: {error}.") from error


def _entry(subject: Subject, row: Row) -> Entry:
    return Entry(
        subject=subject,
        seq=row.seq,
        at=row.at,
        event=decode_event(row.body),
        body=row.body,
        origin=row.origin,
        sum=row.sum,
    )


def _saved(connection: sqlite3.Connection, version: int) -> Sequence[Saved]:
    query = "SELECT name, seq, data FROM states JOIN subjects ON id = subject WHERE version = ? ORDER BY id"
    return tuple(
        Saved(subject=Subject(name), seq=seq, version=version, data=data)
        for name, seq, data in connection.execute(query, (version,))
    )


def _covered(connection: sqlite3.Connection) -> dict[int, int]:
    return dict(connection.execute("SELECT subject, seq FROM states"))


def _older(connection: sqlite3.Connection, reached: int, before: Millis) -> list[tuple[int, int, int]]:
    """Some rows behind `reached`, up to the first that is not older."""
    query = "SELECT n, subject, seq, at < ? FROM entries WHERE n > ? ORDER BY n LIMIT ?"
    rows = takewhile(itemgetter(3), connection.execute(query, (before, reached, CHUNK)))
    return [(n, subject, seq) for n, subject, seq, _ in rows]


def _nothing(_: sqlite3.Connection) -> None:
    pass


def _keep(rows: Sequence[tuple[int, int, int, bytes]], connection: sqlite3.Connection) -> None:
    statement = """
        INSERT INTO states (subject, seq, version, data) VALUES (?, ?, ?, ?) ON CONFLICT (subject) DO UPDATE
        SET seq = excluded.seq, version = excluded.version, data = excluded.data WHERE excluded.seq >= seq
    """
    connection.executemany(statement, rows)


def _drop(rows: Sequence[int], firsts: Mapping[int, int], connection: sqlite3.Connection) -> None:
    connection.executemany("DELETE FROM entries WHERE n = ?", [(n,) for n in rows])
    connection.executemany(
        "UPDATE subjects SET first = ? WHERE id = ?", [(seq, id_) for id_, seq in firsts.items()]
    )


def _forget_torn(before: Millis, connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM torn WHERE at < ?", (before,))


def _closed() -> InternalError:
    return InternalError("store-failed", "The store is not open.")
