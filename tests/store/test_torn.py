"""A torn entry is never served: neither one that did not reach the disk whole, nor one that was damaged there."""

from __future__ import annotations

import shutil
import sqlite3
import struct
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from structlog.testing import capture_logs

from cordboard.contract import Head, Saved
from cordboard.model.errors import InternalError
from cordboard.model.ids import Subject
from cordboard.model.log import Entry
from cordboard.store.sqlite import SqliteStore
from cordboard.testing.store_suite import ANN, BOB, note

Content = dict[Subject, list[Entry]]


@contextmanager
def quick_folder() -> Iterator[Path]:
    """In memory, where that can be had: for opening thousands of logs of which none has to last."""
    memory = Path("/dev/shm")  # noqa: S108 - no more than the place where a folder of its own is made
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def laid(folder: Path, database: bytes, wal: bytes) -> Path:
    """A log as a crash would leave it."""
    path = folder / "log.db"
    path.write_bytes(database)
    path.with_name("log.db-wal").write_bytes(wal)
    return path


async def opened(path: Path) -> SqliteStore:
    store = SqliteStore(path)
    await store.open(lambda _: None)
    return store


async def content(store: SqliteStore) -> Content:
    return {subject: list(await store.read(subject, 0)) for subject in await store.heads()}


async def written(path: Path, count: int = 8) -> tuple[str, Content]:
    """A closed log with so many entries for Ann and for Bob."""
    store = await opened(path)
    for number in range(count):
        await store.append([note(ANN, f"ann {number}", at=number), note(BOB, f"bob {number}", at=number)])
    found = await content(store)
    await store.close()
    return store.epoch, found


def altered(path: Path, statement: str, values: tuple[Any, ...] = ()) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement, values).rowcount == 1


def subject_id(path: Path, subject: Subject) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute("SELECT id FROM subjects WHERE name = ?", (subject,)).fetchone()
    return int(found)


def torn(path: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT subject, seq FROM torn ORDER BY subject, seq").fetchall()


# --- not wholly on disk -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page_size", [512, 4096])
async def test_the_wal_cut_at_every_byte_of_its_last_commit_serves_no_torn_entry(
    tmp_path: Path, page_size: int
) -> None:
    path = tmp_path / "log.db"
    wal = tmp_path / "log.db-wal"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA page_size = {page_size}")
        connection.execute("PRAGMA journal_mode = WAL")
    store = await opened(path)
    for number in range(5):
        await store.append([note(ANN, f"ann {number}"), note(BOB, f"bob {number}")])
    before, start = await content(store), wal.stat().st_size
    await store.append([note(ANN, "the last"), note(BOB, "of all"), note(ANN, "the commits")])
    after, end = await content(store), wal.stat().st_size
    assert end > start
    whole = wal.read_bytes()
    copied = path.read_bytes()
    await store.close()

    seen: dict[int, Content] = {}
    with quick_folder() as folder:
        for size in range(start, end + 1):
            again = await opened(laid(folder, copied, whole[:size]))
            seen[size] = await content(again)
            assert again.epoch == store.epoch
            await again.close()
    assert [size for size in seen if seen[size] not in (before, after)] == []
    assert seen[start] == before
    assert seen[end] == after
    # Only a commit that is there to the last byte is there at all.
    assert [size for size in seen if seen[size] == after] == [end]


async def test_after_a_torn_commit_the_log_goes_on_in_its_place(tmp_path: Path) -> None:
    store = await opened(tmp_path / "log.db")
    await store.append([note(ANN, "one")])
    await store.append([note(ANN, "two")])
    (folder := tmp_path / "cut").mkdir()
    cut = laid(folder, (tmp_path / "log.db").read_bytes(), (tmp_path / "log.db-wal").read_bytes()[:-1])
    await store.close()
    again = await opened(cut)
    (entry,) = await again.append([note(ANN, "another two")])
    assert entry.seq == 2
    await again.close()
    again = await opened(cut)
    assert [entry.body for entry in await again.read(ANN, 0)] == [
        note(ANN, "one").body,
        note(ANN, "another two").body,
    ]
    assert again.epoch == store.epoch
    await again.close()


# --- damaged where it was committed -----------------------------------------------------------------------------------


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize("seq", [1, 5, 8])
async def test_flipped_bytes_are_cut_with_what_follows_and_the_epoch_is_new(tmp_path: Path, seq: int) -> None:
    path = tmp_path / "log.db"
    epoch, before = await written(path)
    for place in (0, 20, len(before[ANN][seq - 1].body) - 1):
        damaged = tmp_path / f"{place}.db"
        shutil.copy(path, damaged)
        body = flipped(before[ANN][seq - 1].body, place)
        statement = "UPDATE entries SET body = ? WHERE subject = ? AND seq = ?"
        altered(damaged, statement, (body, subject_id(path, ANN), seq))
        with capture_logs() as logs:
            store = await opened(damaged)
        assert [(line["event"], line["log_level"]) for line in logs] == [("log-torn", "error")]
        assert store.epoch != epoch
        found = {**before, ANN: before[ANN][: seq - 1]}
        assert await content(store) == {subject: entries for subject, entries in found.items() if entries}
        assert torn(damaged) == [(ANN, number) for number in range(seq, 9)]
        (entry,) = await store.append([note(ANN, "on")])
        assert entry.seq == seq
        await store.close()
        with capture_logs() as logs:
            again = await opened(damaged)
        assert logs == []
        assert again.epoch == store.epoch
        assert (await again.read(ANN, 0))[-1] == entry
        await again.close()


DAMAGE: Mapping[str, tuple[str, int]] = {
    "origin that is no text": (
        "UPDATE entries SET origin = CAST(x'ff41' AS TEXT) WHERE subject = ? AND seq = 5",
        4,
    ),
    "body of another type": ("UPDATE entries SET body = 'text' WHERE subject = ? AND seq = 5", 4),
    "time": ("UPDATE entries SET at = at + 1 WHERE subject = ? AND seq = 5", 4),
    "time of another type": ("UPDATE entries SET at = 'noon' WHERE subject = ? AND seq = 5", 4),
    "checksum": ("UPDATE entries SET sum = '00000000' WHERE subject = ? AND seq = 5", 4),
    "seq": ("UPDATE entries SET seq = 50 WHERE subject = ? AND seq = 5", 4),
    "seq of another type": ("UPDATE entries SET seq = 'five' WHERE subject = ? AND seq = 5", 4),
    "seq of another entry": ("UPDATE entries SET seq = 4 WHERE subject = ? AND seq = 5", 4),
    "row in the middle": ("DELETE FROM entries WHERE subject = ? AND seq = 5", 4),
    "last row": ("DELETE FROM entries WHERE subject = ? AND seq = 8", 7),
    "subject of another stream": (
        "UPDATE entries SET subject = 3 - subject WHERE subject = ? AND seq = 8",
        7,
    ),
    "subject of none": ("UPDATE entries SET subject = 99 WHERE subject = ? AND seq = 8", 7),
}


@pytest.mark.parametrize("kind", DAMAGE)
async def test_whatever_is_wrong_with_a_row_the_stream_ends_before_it(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "log.db"
    epoch, before = await written(path)
    statement, last = DAMAGE[kind]
    altered(path, statement, (subject_id(path, ANN),))
    store = await opened(path)
    assert await content(store) == {**before, ANN: before[ANN][:last]}
    assert store.epoch != epoch
    assert [entry.seq for entry in await store.append([note(ANN, "on"), note(BOB, "on")])] == [last + 1, 9]
    await store.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET prev = 1 WHERE subject = ? AND seq = 7",
        "UPDATE entries SET prev = 99 WHERE subject = ? AND seq = 8",
        "UPDATE subjects SET rows = x'00' WHERE id = ?",
        "UPDATE subjects SET rows = zeroblob(8) WHERE id = ?",
        "UPDATE subjects SET last = 3 WHERE id = ?",
    ],
)
async def test_a_wrong_pointer_loses_nothing(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "log.db"
    epoch, before = await written(path)
    altered(path, statement, (subject_id(path, ANN),))
    for _ in range(2):
        store = await opened(path)
        assert store.epoch == epoch
        assert await content(store) == before
        assert [list(await store.read(ANN, 5, 1)), list(await store.read(ANN, 2, 2))] == [
            before[ANN][5:6],
            before[ANN][2:4],
        ]
        await store.close()
    assert torn(path) == []


async def test_a_wrong_jump_leads_to_no_wrong_entry(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    _, before = await written(path)
    altered(path, "UPDATE entries SET jump = 1 WHERE subject = ? AND seq = 7", (subject_id(path, ANN),))
    store = await opened(path)
    with pytest.raises(InternalError) as failed:
        await store.read(ANN, 5, 1)
    assert failed.value.code == "store-failed"
    assert await content(store) == before
    await store.close()


# --- damaged below a saved state --------------------------------------------------------------------------------------


async def saved_at(path: Path, seq: int) -> None:
    store = await opened(path)
    await store.save([Saved(subject=ANN, seq=seq, version=1, data=b"state")])
    await store.close()


async def test_what_was_damaged_below_a_saved_state_is_not_served_and_costs_nothing_else(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log.db"
    epoch, before = await written(path)
    await saved_at(path, 6)
    altered(path, "UPDATE entries SET body = x'7b7d' WHERE subject = ? AND seq = 3", (subject_id(path, ANN),))
    store = await opened(path)
    assert store.epoch == epoch
    with capture_logs() as logs:
        for after in (0, 1, 2):
            with pytest.raises(InternalError) as failed:
                await store.read(ANN, after)
            assert failed.value.code == "store-failed"
    assert [line["event"] for line in logs] == ["log-unreadable"]
    assert list(await store.read(ANN, 0, 2)) == before[ANN][:2]
    assert list(await store.read(ANN, 3)) == before[ANN][3:]
    assert [entry.seq for entry in await store.append([note(ANN, "on")])] == [9]
    await store.close()


async def test_what_follows_a_saved_state_outlives_damage_before_it(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    epoch, before = await written(path)
    await saved_at(path, 5)
    ann = subject_id(path, ANN)
    altered(path, "UPDATE entries SET body = x'7b7d' WHERE subject = ? AND seq = 3", (ann,))
    altered(path, "UPDATE entries SET body = x'7b7d' WHERE subject = ? AND seq = 8", (ann,))
    store = await opened(path)
    assert store.epoch != epoch
    assert await store.heads() == {ANN: Head(first=4, last=7), BOB: Head(first=1, last=8)}
    assert list(await store.read(ANN, 0)) == before[ANN][3:7]
    assert [state.seq for state in await store.saved(1)] == [5]
    assert torn(path) == [(ANN, 1), (ANN, 2), (ANN, 3), (ANN, 8)]
    await store.close()


async def test_a_seq_that_a_saved_state_has_seen_is_not_given_out_again(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    epoch, _ = await written(path)
    await saved_at(path, 8)
    ann = subject_id(path, ANN)
    for seq in (6, 7, 8):
        altered(path, "DELETE FROM entries WHERE subject = ? AND seq = ?", (ann, seq))
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT n FROM entries WHERE subject = ? AND seq IN (4, 5) ORDER BY seq"
        jumps = [n for (n,) in connection.execute(query, (ann,))]
    altered(path, "UPDATE subjects SET last = 5, rows = ? WHERE id = ?", (struct.pack("<2q", *jumps), ann))
    store = await opened(path)
    assert store.epoch != epoch
    assert (await store.heads())[ANN] == Head(first=9, last=8)
    assert list(await store.read(ANN, 0)) == []
    assert [entry.seq for entry in await store.append([note(ANN, "on")])] == [9]
    await store.close()


async def test_what_was_cut_is_forgotten_with_its_age(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    await written(path)
    altered(path, "UPDATE entries SET body = x'7b7d' WHERE subject = ? AND seq = 7", (subject_id(path, ANN),))
    store = await opened(path)
    assert torn(path) == [(ANN, 7), (ANN, 8)]
    await store.trim(7)
    assert torn(path) == [(ANN, 8)]
    await store.close()
