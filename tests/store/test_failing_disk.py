"""What happens when the log cannot be written: those who wait are told, nothing is torn, and no seq is left out."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from cordboard.contract import Saved
from cordboard.model.errors import InternalError
from cordboard.model.log import Entry
from cordboard.store.sqlite import SqliteStore
from cordboard.testing.store_suite import ANN, BOB, note

REFUSING = "CREATE TRIGGER refusing BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'no more room'); END"


async def opened(path: Path, delivered: list[Sequence[Entry]]) -> SqliteStore:
    store = SqliteStore(path)
    await store.open(delivered.append)
    return store


def altered(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


async def test_those_of_a_failed_commit_are_told_and_the_store_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    delivered: list[Sequence[Entry]] = []
    store = await opened(path, delivered)
    kept = [*await store.append([note(ANN, "before")])]
    altered(path, REFUSING)
    with capture_logs() as logs:
        # A new subject among them: it must not be half known afterwards.
        failing = [store.append([note(ANN, f"{n}"), note(BOB, f"{n}")]) for n in range(10)]
        failures = await asyncio.gather(*failing, return_exceptions=True)
        again = await asyncio.gather(store.append([note(ANN, "again")]), return_exceptions=True)
        altered(path, "DROP TRIGGER refusing")
        kept += await store.append([note(BOB, "after"), note(ANN, "after")])
    assert [failure.code for failure in [*failures, *again] if isinstance(failure, InternalError)] == [
        "store-failed"
    ] * 11
    assert [line["event"] for line in logs] == ["log-failing", "log-writing-again"]
    assert [(entry.subject, entry.seq) for entry in kept] == [(ANN, 1), (BOB, 1), (ANN, 2)]
    assert [entry for batch in delivered for entry in batch] == kept
    await store.close()
    store = await opened(path, delivered)
    assert [*await store.read(ANN, 0), *await store.read(BOB, 0)] == [kept[0], kept[2], kept[1]]
    await store.close()


async def test_a_state_that_cannot_be_saved_and_a_trim_that_fails_say_so(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    store = await opened(path, [])
    await store.append([note(ANN, "one", at=1)])
    altered(path, "CREATE TRIGGER refusing BEFORE INSERT ON states BEGIN SELECT RAISE(ABORT, 'no'); END")
    state = Saved(subject=ANN, seq=1, version=1, data=b"")
    with pytest.raises(InternalError) as failed:
        await store.save([state])
    assert failed.value.code == "store-failed"
    altered(path, "DROP TRIGGER refusing")
    await store.save([state])
    altered(path, "CREATE TRIGGER refusing BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(InternalError):
        await store.trim(10)
    altered(path, "DROP TRIGGER refusing")
    assert [entry.seq for entry in await store.append([note(ANN, "two", at=20)])] == [2]
    await store.close()
    store = await opened(path, [])
    assert [entry.seq for entry in await store.read(ANN, 0)] == [1, 2]
    assert await store.trim(10) == 1
    await store.close()


async def test_a_log_that_becomes_read_only_takes_nothing_and_is_still_read(tmp_path: Path) -> None:
    store = await opened(tmp_path / "log.db", [])
    entries = await store.append([note(ANN, "one")])
    assert store._open is not None
    writer = store._open._files.writer
    await store._open.writer.work(lambda _: None)  # the thread is idle: its connection may be touched
    writer.execute("PRAGMA query_only = ON")
    with pytest.raises(InternalError) as failed:
        await store.append([note(ANN, "two")])
    assert failed.value.code == "store-failed"
    assert list(await store.read(ANN, 0)) == list(entries)
    writer.execute("PRAGMA query_only = OFF")
    assert [entry.seq for entry in await store.append([note(ANN, "two")])] == [2]
    await store.close()


# --- the kernel says no -----------------------------------------------------------------------------------------------

PROGRAM = """
import asyncio, json, sys
from pathlib import Path
from cordboard.model.errors import InternalError
from cordboard.store.sqlite import SqliteStore
from cordboard.testing.store_suite import ANN, note

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    await store.open(lambda _: None)
    for number in range(30):
        try:
            (entry,) = await store.append([note(ANN, f"{number}")])
            print(json.dumps([entry.seq, entry.sum]), flush=True)
        except InternalError as error:
            print(json.dumps(error.code), flush=True)
    await store.close()

asyncio.run(main())
"""


def run(path: Path, fault: str) -> list[tuple[int, str] | str]:
    """What the program was told of each append, while the kernel failed calls on the write-ahead log."""
    strace = ["strace", "--follow-forks", "--quiet=all", "--output=/dev/null", f"--trace-path={path}-wal"]
    command = [*strace, f"--inject={fault}", "--", sys.executable, "-c", PROGRAM, str(path)]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=100).stdout
    lines = [line for line in output.splitlines() if line.startswith(("[", '"'))]
    return [msgspec.json.decode(line, type=tuple[int, str] | str) for line in lines]


async def kept(path: Path) -> list[tuple[int, str]]:
    store = await opened(path, [])
    found = [(entry.seq, entry.sum) for entry in await store.read(ANN, 0)]
    await store.close()
    return found


needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="needs strace: apt-get install strace"
)


@pytest.mark.traced
@needs_strace
async def test_while_the_disk_is_full_appends_fail_and_afterwards_they_go_on(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    answers = await asyncio.to_thread(run, path, "pwrite64:error=ENOSPC:when=41..46")
    told = [answer for answer in answers if not isinstance(answer, str)]
    assert len(answers) == 30
    assert 0 < answers.count("store-failed") < 10
    assert [seq for seq, _ in told] == list(range(1, len(told) + 1))
    assert isinstance(answers[-1], tuple)
    assert await kept(path) == told


@pytest.mark.traced
@needs_strace
async def test_after_a_failed_sync_nothing_is_taken_any_more(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    answers = await asyncio.to_thread(run, path, "fdatasync:error=EIO:when=12")
    told = [answer for answer in answers if not isinstance(answer, str)]
    assert len(answers) == 30
    assert 0 < len(told) < 20
    assert answers == [*told, *["store-failed"] * (30 - len(told))]
    found = await kept(path)
    # What was not acknowledged may have reached the disk all the same, and then in its place.
    assert found[: len(told)] == told
    assert len(found) <= len(told) + 1
    assert [seq for seq, _ in found] == list(range(1, len(found) + 1))
