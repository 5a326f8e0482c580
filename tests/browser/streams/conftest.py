from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.hosting import faultless
from tests.browser.running import Complaints
from tests.browser.streams.stage import LATEST, SAME, Crm, Stage, has_agent, sign_in


@pytest.fixture(scope="module")
def crm() -> Iterator[Crm]:
    server = Crm()
    yield server
    server.stop()


@pytest.fixture
def site() -> str:
    """Where the CRM stands; the hub is on 127.0.0.1. Modules that ask for more have a fixture of this name."""
    return SAME


@pytest.fixture
def stage(tmp_path: Path, crm: Crm, site: str) -> Iterator[Stage]:
    """A hub in demo mode: whoever embeds its CCP page is Mia, or the agent named. From another site it asks for a password."""
    with faultless():
        made = Stage(tmp_path, crm, demo=site == SAME)
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
def embedded(stage: Stage, context: BrowserContext, complaints: Complaints, site: str) -> Callable[..., Page]:
    """Opens a CRM page and waits for its agent. On another site the first one signs in, by the login window."""

    def opened(lib: str = LATEST, **options: object) -> Page:
        first = not context.pages
        page = context.new_page()
        complaints.listen(page)
        if site == SAME:
            page.goto(stage.address(lib, **options))  # type: ignore[arg-type] # options of the library, of any type
        else:
            asking = {"loginPopup": first, "ccpLoadTimeout": 1500, **options}
            address = stage.address(lib, site=site, options=asking)
            if first:
                with context.expect_page() as popup:
                    page.goto(address)
                sign_in(popup.value)
            else:
                page.goto(address)
        has_agent(page)
        return page

    return opened
