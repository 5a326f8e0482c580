"""The fixtures that need pytest-asyncio; the plugin brings them in where that is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest_asyncio

if TYPE_CHECKING:
    from cordboard.testing.centre import ContactCentre


@pytest_asyncio.fixture
async def contact_centre() -> AsyncIterator[ContactCentre]:
    """A `ContactCentre`, open for business, on a clock that stands until it is advanced."""
    from cordboard.testing.centre import ContactCentre  # noqa: PLC0415 - only for those who use it

    async with ContactCentre() as centre:
        yield centre
