"""The pytest plugin, found by its entry point: whoever has Cordboard installed has these options and fixtures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING, TypeAlias

import pytest

if TYPE_CHECKING:
    from cordboard.testing.served import ServedCentre

Measured: TypeAlias = Callable[[str, Mapping[str, Sequence[float]]], None]
_MEASURED = "cordboard-measured"


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the checks have measured: how often, the median, the most."""
    found: dict[str, dict[str, list[float]]] = {}
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, told in report.user_properties if report.when == "call" else ():
            if name == _MEASURED:
                title, figures = told
                for what, values in figures.items():
                    found.setdefault(title, {}).setdefault(what, []).extend(values)
    for title, figures in sorted(found.items()):
        terminalreporter.section(title)
        terminalreporter.line(f"{'':24}{'times':>7}{'median':>10}{'most':>10}")
        for what, values in sorted(figures.items()):
            middle, most = median(values), max(values)
            terminalreporter.line(f"{what:24}{len(values):7}{middle:10.2f}{most:10.2f}")


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Measured:
    """Takes figures for the summary at the end of the run, of whichever processes: a title, and by what was measured its values. Of
    the same title and name all are put together.
    """

    def say(title: str, figures: Mapping[str, Sequence[float]]) -> None:
        record_property(
            _MEASURED, [title, {name: list(values) for name, values in figures.items() if values}]
        )

    return say


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
