"""What SQLite's store promises beyond `StoreSuite`: its settings, its files, one process at a time, a bounded log."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cordboard.contract import Saved, Store
from cordboard.model.errors import CallerError, CordboardError, InternalError
from cordboard.model.ids import agent_subject
from cordboard.model.log import Entry
from cordboard.store.chain import span
from cordboard.store.sqlite import CHUNK, SqliteStore
from cordboard.store.tables import SCHEMA
from cordboard.store.writer import BEHIND, GROUP
from cordboard.testing.store_suite import ANN, BOB, StoreSuite, note


class TestSqliteStore(StoreSuite):
    def make_store(self, tmp_path: Path) -> Store:
        return SqliteStore.from_settings({"path": str(tmp_path / "log.db")})


async def opened(path: Path, delivered: list[Sequence[Entry]] | None = None) -> SqliteStore:
    store = SqliteStore(path)
    await store.open((lambda _: None) if delivered is None else delivered.append)
    return store


# --- settings and files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({}, "store.path"),
        ({"path": ""}, "store.path"),
        ({"path": 7}, "store.path"),
        ({"path": "log.db", "paht": "log.db"}, "store.paht"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(CallerError) as wrong:
        SqliteStore.from_settings(settings)
    assert (wrong.value.code, wrong.value.details["field"]) == ("bad-field", field)


async def refusal(path: Path) -> CordboardError:
    with pytest.raises(CallerError) as refused:
        await SqliteStore(path).open(lambda _: None)
    assert refused.value.details["field"] == "store.path"
    return refused.value


async def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    error = await refusal(tmp_path / "none" / "log.db")
    assert error.code == "bad-field"
    assert str(tmp_path / "none") in error.message
    assert not (tmp_path / "none").exists()


async def test_a_folder_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "log.db").mkdir()
    assert (await refusal(tmp_path / "log.db")).code == "bad-field"


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    path.write_text("not a database\n" * 100)
    with pytest.raises(CordboardError) as refused:
        await SqliteStore(path).open(lambda _: None)
    assert refused.value.code == "store-failed"
    assert "not a database" in refused.value.message
    assert path.read_text() == "not a database\n" * 100


async def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE meta (key, value)")
    assert (await refusal(path)).code == "bad-field"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("meta",)]


async def test_the_log_of_a_newer_cordboard_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    await (await opened(path)).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (SCHEMA + 1,))
    error = await refusal(path)
    assert error.code == "store-newer"
    assert error.details["schema"] == str(SCHEMA + 1)


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


async def test_only_its_owner_may_read_the_log(tmp_path: Path) -> None:
    store = await opened(tmp_path / "log.db")
    await store.append([note(ANN, "personal")])
    found = modes(tmp_path)
    await store.close()
    assert found == dict.fromkeys(["log.db", "log.db-wal", "log.db-shm", "log.db.lock"], 0o600)


async def test_the_log_can_be_read_with_the_tools_of_sqlite(tmp_path: Path) -> None:
    store = await opened(tmp_path / "log.db")
    (entry,) = await store.append([note(ANN, "Grüße", at=7, origin="o-1")])
    with closing(sqlite3.connect(tmp_path / "log.db")) as connection:
        found = connection.execute("SELECT subject, seq, at, origin, sum, body FROM log").fetchall()
    await store.close()
    assert found == [(ANN, 1, 7, "o-1", entry.sum, entry.body.decode())]


# --- one process at a time --------------------------------------------------------------------------------------------


async def test_a_log_is_open_once(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    first = await opened(path)
    assert (await refusal(path)).code == "store-locked"
    assert len(await first.append([note(ANN, "still mine")])) == 1
    await first.close()
    await (await opened(path)).close()


async def test_a_failed_opening_gives_the_lock_back(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    await (await opened(path)).close()
    for schema in (SCHEMA + 1, SCHEMA):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (schema,))
        if schema > SCHEMA:
            assert (await refusal(path)).code == "store-newer"
    await (await opened(path)).close()


HOLDER = """
import asyncio, sys
from pathlib import Path
from cordboard.store.sqlite import SqliteStore

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    await store.open(lambda _: None)
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


async def test_another_process_keeps_the_log_to_itself_until_it_dies(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(path), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"open\n"
    error = await refusal(path)
    assert error.code == "store-locked"
    assert error.details["process"] == str(holder.pid)
    holder.kill()
    await holder.wait()
    await (await opened(path)).close()


# --- finding and keeping ----------------------------------------------------------------------------------------------


async def test_any_part_of_a_long_stream_is_found_in_few_steps(tmp_path: Path) -> None:
    store = await opened(tmp_path / "log.db")
    await asyncio.gather(*(store.append([note(ANN, f"{n}"), note(BOB, f"{n}")]) for n in range(3_000)))
    assert store._open is not None
    place = store._open.places[ANN]
    with closing(sqlite3.connect(tmp_path / "log.db")) as connection:
        for after in (0, 1, 1_023, 1_024, 1_500, 2_047, 2_990, 2_999):
            steps = 0

            def step() -> int:
                nonlocal steps
                steps += 1
                return 0

            connection.set_progress_handler(step, 1)
            rows = span(connection, place, after, min(after + 3, 3_000))
            connection.set_progress_handler(None, 1)
            assert [row.seq for row in rows] == list(range(after + 1, min(after + 3, 3_000) + 1))
            assert steps < 5_000  # opcodes of SQLite; a walk over all would be some 50,000
    await store.close()


async def test_an_append_larger_than_a_commit_is_still_one(tmp_path: Path) -> None:
    delivered: list[Sequence[Entry]] = []
    store = await opened(tmp_path / "log.db", delivered)
    entries = await store.append([note(ANN, f"{n}") for n in range(3 * GROUP + 5)])
    assert [entry.seq for entry in entries] == list(range(1, 3 * GROUP + 6))
    assert delivered == [list(entries)]
    await store.close()


async def test_more_states_and_older_entries_than_go_into_one_transaction(tmp_path: Path) -> None:
    count = 2 * CHUNK + 7
    subjects = [agent_subject(f"{number}") for number in range(count)]
    store = await opened(tmp_path / "log.db")
    await store.append([note(subject, "old", at=1) for subject in subjects])
    states = [Saved(subject=subject, seq=1, version=1, data=subject.encode()) for subject in subjects]
    await store.save(states)
    assert list(await store.saved(1)) == states
    assert await store.trim(2) == count
    await store.append([note(subject, "new", at=2) for subject in subjects])
    await store.close()
    store = await opened(tmp_path / "log.db")
    assert {(head.first, head.last) for head in (await store.heads()).values()} == {(2, 2)}
    await store.close()


async def test_reads_go_on_while_what_they_might_have_asked_for_is_trimmed(tmp_path: Path) -> None:
    store = await opened(tmp_path / "log.db")
    await store.append([note(ANN, f"{n}", at=n) for n in range(2_000)])
    await store.save([Saved(subject=ANN, seq=2_000, version=1, data=b"")])
    trimming = asyncio.ensure_future(store.trim(1_990))
    while not trimming.done():
        # Many at once, so that some are asked before their entries are dropped and done after.
        for entries in await asyncio.gather(*(store.read(ANN, 0, 50) for _ in range(50))):
            seqs = [entry.seq for entry in entries]
            assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
    assert await trimming == 1_990
    await store.close()


async def test_closing_in_the_midst_of_everything_leaves_nobody_waiting(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    for turns in range(0, 40, 4):
        store = await opened(path)
        last = (await store.append([note(ANN, f"{n}", at=n) for n in range(600)]))[-1].seq
        await store.save([Saved(subject=ANN, seq=last, version=1, data=b"")])
        state = Saved(subject=ANN, seq=last, version=1, data=b"later")
        doing = asyncio.gather(
            store.trim(1_000), store.read(ANN, last - 5), store.save([state]), return_exceptions=True
        )
        for _ in range(turns):
            await asyncio.sleep(0)
        await store.close()
        for answer in await doing:
            assert not isinstance(answer, BaseException) or isinstance(answer, InternalError)
        store = await opened(path)
        head = (await store.heads())[ANN]
        assert head.last == last
        assert len(await store.read(ANN, 0, last)) == last - head.first + 1
        await store.close()


async def test_the_write_ahead_log_stays_bounded_while_there_is_no_pause(tmp_path: Path) -> None:
    store = await opened(tmp_path / "log.db")
    wal = tmp_path / "log.db-wal"
    text = "x" * 2_000

    async def write(number: int) -> int:
        largest = 0
        for _ in range(300):
            await store.append([note(agent_subject(f"{number}"), text)])
            largest = max(largest, wal.stat().st_size)
        return largest

    largest = max(await asyncio.gather(*(write(number) for number in range(100))))
    written = (tmp_path / "log.db").stat().st_size + wal.stat().st_size
    await store.close()
    assert written > 60_000_000
    assert largest < 2 * BEHIND * 4_120
