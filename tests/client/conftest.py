"""Cordboards with the simulated contact centre, on free ports, and clients of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from cordboard.app import App, running
from cordboard.client import Client
from cordboard.settings import parsed

MIA = "agent/mia"
NOOR = "agent/noor"

Hub = Callable[..., Awaitable[App]]
Connect = Callable[..., Awaitable[Client]]
Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """Starts a Cordboard; it is stopped after the test."""
    async with AsyncExitStack() as stack:

        async def started(name: str = "a", **more: Any) -> App:  # noqa: ANN401 - settings
            raw: dict[str, Any] = {
                "data": str(tmp_path / name),
                "store": {"kind": "memory"},
                "log": {"level": "error"},
                "links": [{"name": "sim", "protocol": "simulator", "options": {"people": False}}],
                **more,
            }
            raw["web"] = {"port": 0, "rate": {"address_per_second": 0, "identity_per_second": 0}}
            return await stack.enter_async_context(running(parsed(raw)))

        yield started


def token(app: App, *scopes: str, subject: str = "mia", seconds: int = 600, ago: int = 0) -> str:
    """A token of the hub; Mia's if nothing else is asked."""
    wanted = frozenset(scopes or ("agent:mia",))
    minted, _ = app.tokens.mint(
        subject, wanted, seconds=seconds, now=app.hub.clock.now() - ago * 1000, agent=subject
    )
    return minted


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Opens a client with a token of these scopes; it is closed before the hub stops."""
    async with AsyncExitStack() as stack:

        async def opened(app: App, *scopes: str, subject: str = "mia", **more: Any) -> Client:  # noqa: ANN401 - options
            options = {"token": token(app, *scopes, subject=subject), "first_pause": 10, **more}
            return await stack.enter_async_context(Client(app.url, **options))

        yield opened


@pytest.fixture
def until() -> Until:
    """Waits until something is so."""

    async def so(what: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not what():  # noqa: ASYNC110 - what tells of it is elsewhere
                await asyncio.sleep(0.01)

    return so
