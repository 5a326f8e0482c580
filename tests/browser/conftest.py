"""A real Cordboard demo, a real Chromium, and pages that must not complain."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.running import ARGUMENTS, Complaints, Program, start


@pytest.fixture
def programs() -> Iterator[Callable[..., Program]]:
    """Starts programs; those still running are stopped at the end."""
    running: list[Program] = []

    def run(*arguments: str) -> Program:
        running.append(start(*arguments))
        return running[-1]

    yield run
    for program in running:
        if program.process.poll() is None:
            program.stop()


@pytest.fixture
def demo(programs: Callable[..., Program]) -> str:
    """The address of a demo with callers and colleagues."""
    return programs("demo", "--port", "0").url


@pytest.fixture
def quiet(programs: Callable[..., Program]) -> str:
    """The address of a demo in which nobody acts by themselves, but for the caller who rings whoever waits."""
    return programs("demo", "--port", "0", "--no-people").url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path is not None, "Debian's chromium is needed: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    heard = Complaints()
    yield heard
    assert heard.unexpected() == []


@pytest.fixture
def opened(chromium: Browser, complaints: Complaints) -> Iterator[Callable[..., Page]]:
    """Opens an address in a browser of its own; each page is closed at the end."""
    contexts: list[BrowserContext] = []

    def page(url: str, *, width: int = 1280, height: int = 800, dark: bool = False) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        made = context.new_page()
        made.set_default_timeout(15_000)
        complaints.listen(made)
        made.goto(url)
        return made

    yield page
    for context in contexts:
        context.close()
