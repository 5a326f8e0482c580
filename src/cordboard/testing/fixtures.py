"""The fixtures that need pytest-asyncio; the plugin brings them in where that is there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest_asyncio

if TYPE_CHECKING:
    from cordboard.testing.centre import ContactCentre
    from cordboard.testing.page import AgentPage
    from cordboard.testing.proxy import FaultProxy


@pytest_asyncio.fixture
async def contact_centre() -> AsyncIterator[ContactCentre]:
    """A `ContactCentre`, open for business, on a clock that stands until it is advanced."""
    from cordboard.testing.centre import ContactCentre  # noqa: PLC0415 - only for those who use it

    async with ContactCentre() as centre:
        yield centre


@pytest_asyncio.fixture
async def agent_page(contact_centre: ContactCentre) -> Callable[[str], AgentPage]:
    """Opens a page of an agent of the `contact_centre`, by the agent's id."""
    return contact_centre.agent


@pytest_asyncio.fixture
async def play_scenario(contact_centre: ContactCentre) -> Callable[[str], Awaitable[None]]:
    """Plays one of the simulator's scenarios in the `contact_centre` to its end; fails if it goes otherwise than it expects."""

    async def play(name: str) -> None:
        failures = await contact_centre.play(name)
        assert not failures, failures

    return play


@pytest_asyncio.fixture
async def fault_proxy() -> AsyncIterator[Callable[..., Awaitable[FaultProxy]]]:
    """Puts a `FaultProxy` before a server, by its address (and `tls=True`, if it is to be reached so); closed after the test."""
    from cordboard.testing.proxy import FaultProxy  # noqa: PLC0415 - only for those who use it

    async with AsyncExitStack() as stack:

        async def put(upstream: str, **options: Any) -> FaultProxy:  # noqa: ANN401 - those of FaultProxy
            return await stack.enter_async_context(FaultProxy(upstream, **options))

        yield put
