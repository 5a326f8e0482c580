"""The two stores tell the same story: whatever is done to both, nobody can tell one from the other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from hypothesis import given, settings, strategies as st

from cordboard.contract import Saved, Store
from cordboard.model.errors import InternalError
from cordboard.model.ids import Subject, agent_subject
from cordboard.model.log import Draft, Entry
from cordboard.store.memory import MemoryStore
from cordboard.store.sqlite import SqliteStore
from cordboard.testing.store_suite import note

SUBJECTS = [agent_subject("ann"), agent_subject("bob"), agent_subject("zoë")]


class Appends(msgspec.Struct, frozen=True, kw_only=True):
    """Appends that are made before any of them is waited for: for each, who it is about."""

    groups: list[list[Subject]]
    later: int


class Reads(msgspec.Struct, frozen=True, kw_only=True):
    subject: Subject
    after: int
    limit: int


class Saves(msgspec.Struct, frozen=True, kw_only=True):
    subject: Subject
    seq: int
    version: int


class Trims(msgspec.Struct, frozen=True, kw_only=True):
    ago: int


class Reopens(msgspec.Struct, frozen=True, kw_only=True):
    pass


Step = Appends | Reads | Saves | Trims | Reopens

subjects = st.sampled_from(SUBJECTS)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(
        Appends,
        groups=st.lists(st.lists(subjects, max_size=12), min_size=1, max_size=8),
        later=st.integers(0, 3),
    ),
    st.builds(Reads, subject=subjects, after=st.integers(0, 80), limit=st.integers(1, 40)),
    st.builds(Saves, subject=subjects, seq=st.integers(0, 60), version=st.integers(1, 2)),
    st.builds(Trims, ago=st.integers(0, 6)),
    st.builds(Reopens),
)


class Side:
    """One of the two stores, with what it delivered."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.store: Store = MemoryStore()
        self.delivered: list[Entry] = []

    async def open(self) -> None:
        if self._path is not None:
            self.store = SqliteStore(self._path)
        await self.store.open(self.delivered.extend)

    async def do(self, step: Step, now: int) -> Any:  # noqa: ANN401 - compared, whatever it is
        match step:
            case Appends():
                drafts = [self._drafts(group, now, number) for number, group in enumerate(step.groups)]
                return await asyncio.gather(*(self.store.append(group) for group in drafts))
            case Reads():
                return list(await self.store.read(step.subject, step.after, step.limit))
            case Saves():
                data = f"{step.seq}".encode()
                state = Saved(subject=step.subject, seq=step.seq, version=step.version, data=data)
                try:
                    await self.store.save([state])
                except InternalError as error:
                    return error.code
                return None
            case Trims():
                return await self.store.trim(now - step.ago)
            case Reopens():
                await self.store.close()
                return await self.open()

    async def story(self) -> Any:  # noqa: ANN401 - compared, whatever it is
        heads = await self.store.heads()
        saved = [await self.store.saved(version) for version in (1, 2)]
        return (
            heads,
            {subject: list(await self.store.read(subject, 0)) for subject in SUBJECTS},
            [sorted(states, key=lambda state: state.subject) for states in saved],
            self.delivered,
        )

    @staticmethod
    def _drafts(group: Sequence[Subject], now: int, number: int) -> list[Draft]:
        return [note(subject, f"{now} {number} {place}", now) for place, subject in enumerate(group)]


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, max_size=25))
def test_sqlite_and_memory_cannot_be_told_apart(story: list[Step]) -> None:
    async def told() -> None:
        with TemporaryDirectory() as folder:
            sides = [Side(None), Side(Path(folder, "log.db"))]
            for side in sides:
                await side.open()
            now = 10
            for step in story:
                now += step.later if isinstance(step, Appends) else 0
                memory, sqlite = [await side.do(step, now) for side in sides]
                assert memory == sqlite
            memory, sqlite = [await side.story() for side in sides]
            assert memory == sqlite
            for side in sides:
                await side.store.close()

    asyncio.run(told())
