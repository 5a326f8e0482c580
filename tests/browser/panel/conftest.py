"""A hub that lets certain pages embed the panel, and whoever serves those pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.panel.embedder import Embedder, serving
from tests.browser.running import Program


@pytest.fixture
def crm() -> Iterator[Embedder]:
    """Pages of a CRM, at an origin that the hub lists."""
    with serving() as embedder:
        yield embedder


@pytest.fixture
def stranger() -> Iterator[Embedder]:
    """Pages at an origin that the hub does not list."""
    with serving() as embedder:
        yield embedder


@pytest.fixture
def hub(programs: Callable[..., Program], crm: Embedder, tmp_path: Path) -> Callable[..., Program]:
    """Starts a hub that lists the CRM's origins. `demo`: whoever is here is Mia."""

    def begin(*, demo: bool = True) -> Program:
        settings = tmp_path / "cordboard.toml"
        settings.write_text(
            f'data = "{tmp_path / "data"}"\n'
            f'[web]\nport = 0\norigins = ["{crm.origin()}", "{crm.origin("localhost")}"]\n'
            f'[log]\nlevel = "warning"\n'
            f'[demo]\nagent = "{"mia" if demo else ""}"\n'
            '[[links]]\nname = "sim"\nprotocol = "simulator"\noptions = { people = false }\n'
        )
        return programs("serve", "--config", str(settings))

    return begin


@pytest.fixture
def quiet(hub: Callable[..., Program]) -> str:
    """The address of a hub in which nobody calls unless a test has them call. (The demo's caller rings whoever waits.)"""
    return hub().url
