"""The pytest plugin, found by its entry point: whoever has Cordboard installed has these options and fixtures."""

from __future__ import annotations

import pytest


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
