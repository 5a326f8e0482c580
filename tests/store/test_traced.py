"""Nobody is told of an entry before it is on disk: asked of the kernel, by the system calls of a run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cordboard.testing.traced import Deed, deeds, tracing

PROGRAM = """
import asyncio, os, sys
from pathlib import Path
from cordboard.store.sqlite import SqliteStore
from cordboard.testing.store_suite import ANN, BOB, note

def tell(entries):
    for entry in entries:
        os.write(1, f"{entry.event.text}\\n".encode())

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    await store.open(tell)
    for number in range(20):
        await store.append([note(ANN, f"word-{number}-end")])
    await asyncio.gather(*(
        store.append([note(ANN, f"word-{number}-end"), note(BOB, f"bob-{number}-end")]) for number in range(20, 120)
    ))
    await store.close()

asyncio.run(main())
"""


@pytest.mark.traced
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace: apt-get install strace")
def test_every_entry_is_synced_before_it_is_delivered(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    command = [*tracing(trace), sys.executable, "-c", PROGRAM, str(tmp_path / "log.db")]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=100).stdout.split()
    assert len(told) == 220
    found = deeds(trace, told)
    assert [deed for deed in found if not deed.in_order] == []
    # A group commit is one sync for many.
    assert len({deed.synced for deed in found}) < 60


def deed(tmp_path: Path, *lines: str) -> Deed:
    (tmp_path / "trace").write_text("".join(f"{line}\n" for line in lines))
    (found,) = deeds(tmp_path / "trace", ["word-1"])
    return found


LOGGED = '7 pwrite64(8</var/log.db-wal>, "\\0\\0 word-1 \\0", 4096, 32) = 4096'
SYNCED = "7 fdatasync(8</var/log.db-wal>)    = 0"
TOLD = '6 write(1<pipe:[49115]>, "word-1\\n", 7) = 7'


def test_a_word_that_is_logged_synced_and_told_is_in_order(tmp_path: Path) -> None:
    found = deed(tmp_path, LOGGED, SYNCED, TOLD)
    assert found == Deed(word="word-1", logged=1, synced=2, told=3)
    assert found.in_order


def test_what_a_socket_is_told_counts_as_what_a_pipe_is(tmp_path: Path) -> None:
    told = '6 sendto(9<socket:[77]>, "word-1", 6, 0, NULL, 0) = 6'
    assert deed(tmp_path, LOGGED, SYNCED, told).in_order
    assert not deed(tmp_path, LOGGED, told, SYNCED).in_order


def test_a_word_told_before_it_is_synced_is_out_of_order(tmp_path: Path) -> None:
    assert not deed(tmp_path, LOGGED, TOLD, SYNCED).in_order
    assert not deed(tmp_path, TOLD, LOGGED, SYNCED).in_order


def test_a_word_that_is_never_synced_or_told_is_out_of_order(tmp_path: Path) -> None:
    assert deed(tmp_path, LOGGED, TOLD) == Deed(word="word-1", logged=1, synced=0, told=2)
    assert not deed(tmp_path, LOGGED, SYNCED).in_order
    assert not deed(tmp_path).in_order


def test_a_sync_that_failed_or_was_of_another_file_is_none(tmp_path: Path) -> None:
    failed = "7 fdatasync(8</var/log.db-wal>)    = -1 EIO (Input/output error)"
    other = "7 fdatasync(9</var/log.db>)    = 0"
    assert deed(tmp_path, LOGGED, failed, other, TOLD).synced == 0


def test_a_sync_counts_once_it_is_over_and_only_for_what_was_written_before_it_began(tmp_path: Path) -> None:
    begun = "7 fdatasync(8</var/log.db-wal> <unfinished ...>"
    over = "7 <... fdatasync resumed>)          = 0"
    assert deed(tmp_path, LOGGED, begun, over, TOLD).in_order
    assert not deed(tmp_path, LOGGED, begun, TOLD, over).in_order
    assert not deed(tmp_path, begun, LOGGED.replace("7 ", "5 "), over, TOLD).in_order


def test_telling_counts_from_when_it_begins(tmp_path: Path) -> None:
    begun = '6 write(1<pipe:[49115]>, "word-1\\n", 7 <unfinished ...>'
    over = "6 <... write resumed>)          = 7"
    assert not deed(tmp_path, LOGGED, begun, SYNCED, over).in_order
    assert deed(tmp_path, LOGGED, SYNCED, begun, over).in_order
