"""The fixtures that need pytest-asyncio; the plugin brings them in where that is there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

import pytest_asyncio

if TYPE_CHECKING:
    from cordboard.testing.centre import ContactCentre
    from cordboard.testing.page import AgentPage


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
