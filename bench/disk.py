"""Durable appends: the store beside a file that is written and synced, the least that any log does."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from bench.frames import Story, decode_frame
from cordboard.model.log import Draft, draft
from cordboard.store.sqlite import SqliteStore

MANY = 100
SIZE = 4 * 1024 * 1024


def in_file(path: Path, seconds: float, together: int) -> float:
    """Entries a second: so many are written at once, then `fdatasync`, then the next.

    The file has its size before and is written round and round, as SQLite's write-ahead log is: one that grows has the file
    system's own journal written with each sync.
    """
    block = b"\n".join(item.body for item in _drafts(together))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.write(handle, bytes(SIZE))
        os.fsync(handle)
        began, done = time.monotonic(), 0
        while (took := time.monotonic() - began) < seconds:
            os.pwrite(handle, block, done * len(block) // together % (SIZE - len(block)))
            os.fdatasync(handle)
            done += together
        return done / took
    finally:
        os.close(handle)


async def in_store(path: Path, seconds: float, writers: int) -> float:
    """Entries a second of so many writers, each of which waits until its entry is on disk before it appends the next."""
    store = SqliteStore(path)
    await store.open(lambda _: None)
    drafts = _drafts(writers)
    for item in drafts:
        await store.append([item])
    began, done = time.monotonic(), 0

    async def write(item: Draft) -> None:
        nonlocal done
        while time.monotonic() - began < seconds:
            await store.append([item])
            done += 1

    await asyncio.gather(*(write(item) for item in drafts))
    took = time.monotonic() - began
    await store.close()
    return done / took


async def size_of_entry(path: Path, count: int) -> tuple[float, float]:
    """Bytes that an entry of the story takes in the file of a closed log, and how many of them are the event's own."""
    store = SqliteStore(path)
    await store.open(lambda _: None)
    drafts = _drafts(MANY)
    for _ in range(count // MANY):
        await store.append(drafts)
    await store.close()
    size = path.stat().st_size  # noqa: ASYNC240 - nothing else runs
    return size / count, sum(len(item.body) for item in drafts) / len(drafts)


def _drafts(count: int) -> list[Draft]:
    frames = [decode_frame(frame) for frame in Story(count).take(count)]
    return [draft(frame.subject, frame.event, 1, frame.origin) for frame in frames]
