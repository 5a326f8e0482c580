"""A real Cordboard demo, a real Chromium, and pages that must not complain."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from tests.browser.hosting import QUIET, Hosted, faultless
from tests.browser.running import ARGUMENTS, Complaints, Program, start

_OPEN = pytest.StashKey[tuple[ExitStack, Browser]]()


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
def hosted(tmp_path: Path) -> Iterator[Callable[..., Hosted]]:
    """Starts hubs in this process, by settings in TOML; nothing in them may fail. Each is stopped at the end."""
    running: list[Hosted] = []

    def run(settings: str, *, accounts: Mapping[str, Sequence[str]] | None = None) -> Hosted:
        running.append(Hosted(settings, data=str(tmp_path / f"hub-{len(running)}"), accounts=accounts))
        return running[-1]

    with faultless():
        yield run
        for hub in running:
            hub.stop()


@pytest.fixture
def centre(hosted: Callable[..., Hosted]) -> Hosted:
    """A demo in which nobody acts by themselves: whoever opens its pages is Mia."""
    return hosted(QUIET)


@pytest.fixture
def quiet(centre: Hosted) -> str:
    """Its address."""
    return centre.url


@pytest.fixture(scope="module")
def chromium(pytestconfig: pytest.Config) -> Browser:
    """One browser for all tests of this folder that run one after the other; each opens contexts of its own in it."""
    if _OPEN in pytestconfig.stash and not pytestconfig.stash[_OPEN][1].is_connected():
        _close(pytestconfig)
    if _OPEN not in pytestconfig.stash:
        path = shutil.which("chromium")
        assert path is not None, "Debian's chromium is needed: apt-get install chromium"
        stack = ExitStack()
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        stack.callback(browser.close)
        pytestconfig.stash[_OPEN] = (stack, browser)
    return pytestconfig.stash[_OPEN][1]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Close the browser before a test that is none of this folder's: Playwright keeps a loop in this thread, where others run theirs."""
    if nextitem is not None and Path(__file__).parent in nextitem.path.parents:
        return
    _close(item.config)


def _close(config: pytest.Config) -> None:
    if _OPEN in config.stash:
        stack, _ = config.stash[_OPEN]
        del config.stash[_OPEN]
        with suppress(Error):  # a test that ran out of time took the connection with it
            stack.close()


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
