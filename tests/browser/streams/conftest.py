from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.hosting import faultless
from tests.browser.running import Complaints
from tests.browser.streams.stage import Crm, Stage, has_agent


@pytest.fixture(scope="module")
def crm() -> Iterator[Crm]:
    server = Crm()
    yield server
    server.stop()


@pytest.fixture
def stage(tmp_path: Path, crm: Crm) -> Iterator[Stage]:
    """A hub in demo mode: whoever embeds its CCP page is Mia, or the agent named."""
    with faultless():
        made = Stage(tmp_path, crm)
        yield made
        made.stop()


@pytest.fixture
def guarded(tmp_path: Path, crm: Crm) -> Iterator[Stage]:
    """A hub that asks for a password."""
    with faultless():
        made = Stage(tmp_path, crm, demo=False)
        yield made
        made.stop()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context()
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def embedded(stage: Stage, context: BrowserContext, complaints: Complaints) -> Callable[..., Page]:
    """Opens a CRM page and waits for its agent."""

    def opened(lib: str = "2.28.2/connect-streams.js", **options: object) -> Page:
        page = context.new_page()
        complaints.listen(page)
        page.goto(stage.address(lib, **options))  # type: ignore[arg-type]
        has_agent(page)
        return page

    return opened
