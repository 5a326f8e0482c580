"""`StoreSuite`: what every store has to keep, as tests. A store's whole test file is one subclass of it."""

# ruff: noqa: D102 - a test's name is its contract
from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import IO, ClassVar

import msgspec
import pytest

from cordboard.contract import Head, Saved, Store
from cordboard.model.errors import InternalError
from cordboard.model.events import NoteTaken
from cordboard.model.ids import ContactId, Millis, Subject, agent_subject, queue_subject, team_subject
from cordboard.model.log import Draft, Entry, checksum, draft
from cordboard.testing.store_writer import Receipt

ANN = agent_subject("ann")
BOB = agent_subject("bob")


def note(subject: Subject, text: str, at: Millis = 1_000, origin: str = "") -> Draft:
    """A draft whose body carries the text."""
    return draft(subject, NoteTaken(contact=ContactId("contact-1"), text=text), at, origin)


@pytest.mark.asyncio
class StoreSuite:
    """Subclass it, say how a store is made and whether it is `durable`; pytest does the rest.

    Needs pytest-asyncio. `make_store` is called again with the same folder to reopen what was written there; for a
    durable store it is also called in another process, which loads the file of the subclass by its path.
    """

    durable: ClassVar[bool] = True

    def make_store(self, tmp_path: Path) -> Store:
        """A store in this folder, not open."""
        raise NotImplementedError

    @asynccontextmanager
    async def opened(
        self, tmp_path: Path, delivered: list[Sequence[Entry]] | None = None
    ) -> AsyncIterator[Store]:
        """An open store; its batches are added to `delivered`."""
        store = self.make_store(tmp_path)
        await store.open((lambda _: None) if delivered is None else delivered.append)
        try:
            yield store
        finally:
            await store.close()

    async def test_an_append_gives_back_what_was_written_with_its_place(self, tmp_path: Path) -> None:
        async with self.opened(tmp_path) as store:
            drafts = [note(ANN, "one", 11, "o-1"), note(BOB, "two", 12), note(ANN, "three", 13)]
            entries = await store.append(drafts)
            assert [(e.subject, e.seq, e.at, e.origin) for e in entries] == [
                (ANN, 1, 11, "o-1"),
                (BOB, 1, 12, ""),
                (ANN, 2, 13, ""),
            ]
            assert [(e.event, e.body) for e in entries] == [(d.event, d.body) for d in drafts]
            assert [e.sum for e in entries] == [
                checksum(e.subject, e.seq, e.at, e.origin, e.body) for e in entries
            ]
            assert list(await store.read(ANN, 0)) == [entries[0], entries[2]]
            assert list(await store.read(BOB, 0)) == [entries[1]]

    async def test_an_append_of_nothing_writes_nothing(self, tmp_path: Path) -> None:
        delivered: list[Sequence[Entry]] = []
        async with self.opened(tmp_path, delivered) as store:
            assert list(await store.append([])) == []
            assert delivered == []
            assert await store.heads() == {}

    async def test_appends_stand_in_the_order_of_their_calls(self, tmp_path: Path) -> None:
        async with self.opened(tmp_path) as store:
            appends = [store.append([note(ANN, f"{n}a"), note(ANN, f"{n}b")]) for n in range(50)]
            answers = [await append for append in appends]
            assert [entry.seq for answer in answers for entry in answer] == list(range(1, 101))
            assert list(await store.read(ANN, 0)) == [entry for answer in answers for entry in answer]

    async def test_each_entry_is_delivered_once_in_order_before_its_append_returns(
        self, tmp_path: Path
    ) -> None:
        delivered: list[Sequence[Entry]] = []
        async with self.opened(tmp_path, delivered) as store:

            async def write(number: int) -> None:
                for _ in range(5):
                    answer = await store.append(
                        [note(ANN, f"{number}"), note(agent_subject(f"{number}"), "own")]
                    )
                    so_far = {(e.subject, e.seq) for batch in delivered for e in batch}
                    assert {(e.subject, e.seq) for e in answer} <= so_far

            await asyncio.gather(*(write(number) for number in range(20)))
            flat = [entry for batch in delivered for entry in batch]
            assert len(flat) == 200
            assert [e.seq for e in flat if e.subject == ANN] == list(range(1, 101))
            assert [e for e in flat if e.subject == ANN] == list(await store.read(ANN, 0))

    async def test_a_hundred_writers_leave_no_gap_and_lose_nothing(self, tmp_path: Path) -> None:
        subjects = [ANN, BOB, team_subject("red"), queue_subject("sales")]
        async with self.opened(tmp_path) as store:

            async def write(number: int) -> list[Entry]:
                kept: list[Entry] = []
                for turn in range(10):
                    drafts = [note(subject, f"{number}.{turn}") for subject in subjects]
                    kept += await store.append(drafts)
                return kept

            answers = await asyncio.gather(*(write(number) for number in range(100)))
            for subject in subjects:
                mine = sorted(
                    (e for answer in answers for e in answer if e.subject == subject), key=lambda e: e.seq
                )
                assert [entry.seq for entry in mine] == list(range(1, 1001))
                assert list(await store.read(subject, 0, 5000)) == mine
            for answer in answers:
                seqs = [entry.seq for entry in answer if entry.subject == ANN]
                assert all(earlier < later for earlier, later in pairwise(seqs))

    async def test_an_append_is_written_whole_or_not_at_all(self, tmp_path: Path) -> None:
        delivered: list[Sequence[Entry]] = []
        async with self.opened(tmp_path, delivered) as store:
            # A lone surrogate has no UTF-8: it cannot be written anywhere.
            unwritable = note(BOB, "two", origin="\ud800")
            before = store.append([note(ANN, "before")])
            failing = store.append([note(ANN, "one"), unwritable, note(ANN, "three")])
            behind = store.append([note(ANN, "behind"), note(BOB, "behind")])
            with pytest.raises(InternalError) as failed:
                await failing
            assert failed.value.code == "store-failed"
            kept = [*await before, *await behind]
            assert [(entry.subject, entry.seq) for entry in kept] == [(ANN, 1), (ANN, 2), (BOB, 1)]
            assert [entry for batch in delivered for entry in batch] == kept
            assert [*await store.read(ANN, 0), *await store.read(BOB, 0)] == kept

    async def test_an_append_that_nobody_waits_for_is_written_all_the_same(self, tmp_path: Path) -> None:
        delivered: list[Sequence[Entry]] = []
        async with self.opened(tmp_path, delivered) as store:
            waiter = asyncio.ensure_future(store.append([note(ANN, "given up")]))
            waiter.cancel()
            await store.append([note(ANN, "next")])
            assert [entry.seq for entry in await store.read(ANN, 0)] == [1, 2]
            assert [entry.seq for batch in delivered for entry in batch] == [1, 2]

    async def test_a_stream_is_read_from_any_place(self, tmp_path: Path) -> None:
        async with self.opened(tmp_path) as store:
            entries = await self._interleaved(store, 70)
            for after in range(72):
                assert list(await store.read(ANN, after)) == entries[after:]
                assert list(await store.read(ANN, after, 3)) == entries[after : after + 3]
            assert list(await store.read(agent_subject("nobody"), 0)) == []

    async def test_heads_tell_where_each_stream_ends(self, tmp_path: Path) -> None:
        async with self.opened(tmp_path) as store:
            await store.append([note(ANN, "one"), note(ANN, "two"), note(BOB, "one")])
            assert await store.heads() == {ANN: Head(first=1, last=2), BOB: Head(first=1, last=1)}

    async def test_bodies_of_any_length_and_script_come_back_byte_for_byte(self, tmp_path: Path) -> None:
        texts = ["", "Grüße, 東京 👩🏽‍💻 \u2028 \x00 end", "é" * 3000, "x" * 300_000, '"\\\n']
        async with self.opened(tmp_path) as store:
            subject = agent_subject("zoë-東京")
            drafts = [note(subject, text, origin=text[:50]) for text in texts]
            written = await store.append(drafts)
            read = await store.read(subject, 0)
            assert list(read) == list(written)
            assert [(entry.body, entry.origin) for entry in read] == [
                (item.body, item.origin) for item in drafts
            ]

    async def test_a_store_that_is_not_open_takes_nothing(self, tmp_path: Path) -> None:
        store = self.make_store(tmp_path)
        await store.open(lambda _: None)
        await store.append([note(ANN, "one")])
        await store.close()
        with pytest.raises(InternalError) as failed:
            await store.append([note(ANN, "two")])
        assert failed.value.code == "store-failed"

    async def test_closing_finishes_what_was_begun(self, tmp_path: Path) -> None:
        delivered: list[Sequence[Entry]] = []
        store = self.make_store(tmp_path)
        await store.open(delivered.append)
        begun = [store.append([note(ANN, str(number))]) for number in range(300)]
        await store.close()
        assert [(await append)[0].seq for append in begun] == list(range(1, 301))
        assert [entry.seq for batch in delivered for entry in batch] == list(range(1, 301))

    # --- folded states and retention ---------------------------------------------------------------------------------

    async def test_the_last_saved_state_of_each_subject_is_kept_with_its_version(
        self, tmp_path: Path
    ) -> None:
        async with self.opened(tmp_path) as store:
            await store.append([note(ANN, "one"), note(ANN, "two"), note(BOB, "one")])
            first = Saved(subject=ANN, seq=1, version=1, data=b"\x00first")
            second = Saved(subject=ANN, seq=2, version=1, data=b"second")
            other = Saved(subject=BOB, seq=1, version=2, data=b"")
            await store.save([first, other])
            assert list(await store.saved(1)) == [first]
            await store.save([second])
            assert list(await store.saved(1)) == [second]
            assert list(await store.saved(2)) == [other]
            assert list(await store.saved(3)) == []

    async def test_an_older_state_does_not_replace_a_newer_one(self, tmp_path: Path) -> None:
        async with self.opened(tmp_path) as store:
            await store.append([note(ANN, "one"), note(ANN, "two")])
            newer = Saved(subject=ANN, seq=2, version=1, data=b"newer")
            await store.save([newer])
            await store.save([Saved(subject=ANN, seq=1, version=1, data=b"older")])
            assert list(await store.saved(1)) == [newer]

    async def test_a_state_ahead_of_its_stream_is_refused(self, tmp_path: Path) -> None:
        async with self.opened(tmp_path) as store:
            await store.append([note(ANN, "one")])
            with pytest.raises(InternalError):
                await store.save([Saved(subject=ANN, seq=2, version=1, data=b"")])
            assert list(await store.saved(1)) == []

    async def test_trimming_drops_what_is_old_and_covered(self, tmp_path: Path) -> None:
        async with self.opened(tmp_path) as store:
            for at in (10, 20, 30, 40):
                await store.append([note(ANN, f"{at}", at), note(BOB, f"{at}", at)])
            await store.save([Saved(subject=ANN, seq=2, version=1, data=b"")])
            assert await store.trim(10) == 0
            assert await store.trim(20) == 1
            assert await store.trim(100) == 1
            assert await store.trim(100) == 0
            assert await store.heads() == {ANN: Head(first=3, last=4), BOB: Head(first=1, last=4)}
            assert [entry.seq for entry in await store.read(ANN, 0)] == [3, 4]
            assert [entry.seq for entry in await store.read(ANN, 3)] == [4]
            assert [entry.seq for entry in await store.read(BOB, 0)] == [1, 2, 3, 4]

    async def test_a_stream_trimmed_to_nothing_goes_on_counting(self, tmp_path: Path) -> None:
        async with self.opened(tmp_path) as store:
            entries = await self._interleaved(store, 37)
            await store.save([Saved(subject=ANN, seq=37, version=1, data=b"")])
            assert await store.trim(10**12) == len(entries)
            assert (await store.heads())[ANN] == Head(first=38, last=37)
            assert list(await store.read(ANN, 0)) == []
            assert [entry.seq for entry in await store.append([note(ANN, "on")])] == [38]
            if not self.durable:
                return
        async with self.opened(tmp_path) as store:
            assert (await store.heads())[ANN] == Head(first=38, last=38)
            await store.save([Saved(subject=ANN, seq=38, version=1, data=b"")])
            assert await store.trim(10**12) == 1
        async with self.opened(tmp_path) as store:
            assert (await store.heads())[ANN] == Head(first=39, last=38)
            assert [entry.seq for entry in await store.append([note(ANN, "on"), note(ANN, "and on")])] == [
                39,
                40,
            ]
            assert [entry.seq for entry in await store.read(ANN, 0)] == [39, 40]
            assert [entry.seq for entry in await store.read(BOB, 30)] == list(range(31, 38))

    # --- durability --------------------------------------------------------------------------------------------------

    async def test_everything_is_there_after_reopening(self, tmp_path: Path) -> None:
        self._durable_only()
        async with self.opened(tmp_path) as store:
            epoch = store.epoch
            entries = await self._interleaved(store, 100)
            states = [Saved(subject=ANN, seq=40, version=3, data=b"\xff\x00")]
            await store.save(states)
            await store.trim(1_005)
            heads = await store.heads()
        for _ in range(2):
            delivered: list[Sequence[Entry]] = []
            async with self.opened(tmp_path, delivered) as store:
                assert store.epoch == epoch
                assert await store.heads() == heads
                assert list(await store.read(ANN, 0)) == entries[heads[ANN].first - 1 :]
                assert list(await store.saved(3)) == states
                assert delivered == []
        async with self.opened(tmp_path) as store:
            assert [entry.seq for entry in await store.append([note(ANN, "on")])] == [101]

    @pytest.mark.parametrize("acknowledged", [1, 40, 400])
    async def test_nothing_acknowledged_is_lost_by_kill_9(self, tmp_path: Path, acknowledged: int) -> None:
        self._durable_only()
        receipts: list[Receipt] = []
        async with self.opened(tmp_path) as store:
            epoch = store.epoch
        for _ in range(3):
            with self._writer(tmp_path) as lines:
                for _ in range(acknowledged):
                    receipts += msgspec.json.decode(
                        await asyncio.to_thread(lines.readline), type=list[Receipt]
                    )
        async with self.opened(tmp_path) as store:
            assert store.epoch == epoch
            kept = {
                (entry.subject, entry.seq): entry.sum
                for subject in await store.heads()
                for entry in await store.read(subject, 0, 1_000_000)
            }
            for subject, head in (await store.heads()).items():
                assert [seq for name, seq in kept if name == subject] == list(
                    range(head.first, head.last + 1)
                )
        lost = [receipt for receipt in receipts if kept.get((receipt.subject, receipt.seq)) != receipt.sum]
        assert lost == []
        assert len(receipts) >= 3 * acknowledged

    @contextmanager
    def _writer(self, folder: Path) -> Iterator[IO[bytes]]:
        """The lines of a process that appends without end; it is killed at the end."""
        suite = type(self)
        command = [
            sys.executable,
            "-m",
            "cordboard.testing.store_writer",
            inspect.getfile(suite),
            suite.__qualname__,
        ]
        with subprocess.Popen([*command, str(folder)], stdout=subprocess.PIPE) as process:  # noqa: S603 - ours
            assert process.stdout is not None
            try:
                yield process.stdout
            finally:
                process.kill()

    def _durable_only(self) -> None:
        if not self.durable:
            pytest.skip("a store that is not durable keeps nothing past its process")

    async def _interleaved(self, store: Store, count: int) -> list[Entry]:
        """So many entries for Ann and Bob each, at rising times, in appends of several sizes. Ann's."""
        drafts = [note(subject, f"{n}", 1_000 + n) for n in range(count) for subject in (ANN, BOB)]
        written: list[Entry] = []
        size = 1
        while drafts:
            written += await store.append(drafts[:size])
            drafts, size = drafts[size:], size % 7 + 1
        return [entry for entry in written if entry.subject == ANN]
