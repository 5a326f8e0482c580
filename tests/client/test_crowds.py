"""Pages that watch many agents at once, or missed much: more than may wait for a page, and yet none is too slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from cordboard.app import App, running
from cordboard.client import Client
from cordboard.model import events as e
from cordboard.model.ids import CallId, ContactId, LinkId, Subject
from cordboard.model.log import Draft, draft
from cordboard.protocols.native import wire
from cordboard.settings import parsed
from tests.client.conftest import token

AGENTS = 300
BACKLOG = 64 * 1024
LINK = LinkId("lk")
NAMES = [Subject(f"agent/a{number}") for number in range(AGENTS)]


def notes(subject: Subject, count: int, size: int) -> Sequence[Draft]:
    return [
        draft(subject, e.Unrecognised(link=LINK, channel="x", data="x" * size), number)
        for number in range(count)
    ]


def heavy(subject: Subject, size: int) -> Sequence[Draft]:
    """An agent whose view has about so many bytes."""
    offered = e.Queued(link=LINK, contact=ContactId("c"), call=CallId("k"))
    noted = e.NoteTaken(link=LINK, contact=ContactId("c"), text="x" * size)
    return [draft(subject, e.LinkUp(link=LINK), 1), draft(subject, offered, 1), draft(subject, noted, 1)]


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    raw = {
        "data": str(tmp_path),
        "store": {"kind": "memory"},
        "log": {"level": "error"},
        "web": {"port": 0, "backlog": BACKLOG},
    }
    async with running(parsed(raw)) as app:
        yield app


async def until(what: Callable[[], object], app: App) -> None:
    async with asyncio.timeout(20):
        while not what():  # noqa: ASYNC110 - what tells of it is elsewhere
            await asyncio.sleep(0.01)
    assert app.edge.counts.slow_pages == 0


async def test_a_wallboard_of_many_agents_gets_all_of_them_and_is_not_too_slow(app: App) -> None:
    for name in NAMES:
        await app.hub.append(heavy(name, 16 * 1024))
    async with Client(app.url, token=token(app, "tenant"), first_pause=10) as client:
        await client.watch_kind("agent")
        await until(lambda: len(client.views) == AGENTS, app)
        await client.drop()
        for name in NAMES:
            await app.hub.append(heavy(name, 16 * 1024)[:1])
        await until(lambda: all(stream.seq == 4 for stream in client.streams.values()), app)


async def test_who_missed_more_than_may_wait_for_a_page_gets_it_all_the_same(app: App) -> None:
    name = NAMES[0]
    received: list[wire.Entry] = []
    async with Client(
        app.url, token=token(app, "tenant"), first_pause=10, received=received.append
    ) as client:
        await app.hub.append(notes(name, 1, 1))
        await client.watch(name)
        await client.drop()
        await app.hub.append(notes(name, 300, 10_000))
        await until(lambda: client.streams[name].seq == 301, app)
    assert [entry.seq for entry in received] == list(range(2, 302))
