"""The pytest plugin, found by its entry point: whoever has Cordboard installed has these options and fixtures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cordboard.testing.served import ServedCentre


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--accept`, which rewrites golden files instead of comparing with them."""
    parser.getgroup("cordboard").addoption(
        "--accept",
        action="store_true",
        help="write what the recordings' tests got over what they expected; review reads the diff",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Name the marks that the suites use, and bring in the fixture `contact_centre`, where pytest-asyncio is there to run it."""
    config.addinivalue_line("markers", "matrix: takes long; leave it out with -m 'not matrix'")
    if config.pluginmanager.hasplugin("asyncio"):
        config.pluginmanager.import_plugin("cordboard.testing.fixtures")


@pytest.fixture(scope="session")
def accept(pytestconfig: pytest.Config) -> bool:
    """Whether golden files are to be rewritten rather than compared with."""
    return bool(pytestconfig.getoption("--accept"))


@pytest.fixture
def crm_origins() -> Sequence[str]:
    """The origins of the pages that use `served_centre`: give your own in your `conftest.py`."""
    return ("http://localhost:3000",)


@pytest.fixture
def served_centre(crm_origins: Sequence[str]) -> Iterator[ServedCentre]:
    """A `ServedCentre`, started: a hub with a simulated contact centre for a page in a real browser."""
    from cordboard.testing.served import ServedCentre  # noqa: PLC0415 - only for those who use it

    with ServedCentre(origins=crm_origins) as centre:
        yield centre
