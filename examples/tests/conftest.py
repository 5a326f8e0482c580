"""The fixture `page` as `pytest-playwright` brings it, with Debian's Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright


@pytest.fixture
def page() -> Iterator[Page]:
    path = shutil.which("chromium")
    assert path is not None, "Debian's chromium is needed: apt-get install chromium"
    with sync_playwright() as playwright:
        # A page that the test itself answers counts as one from the internet, which may not speak to this machine.
        args = ["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"]
        browser = playwright.chromium.launch(executable_path=path, args=args)
        yield browser.new_page()
        browser.close()
