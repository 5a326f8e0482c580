"""A hub that lets certain pages embed the panel, and whoever serves those pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.browser.hosting import QUIET, Hosted
from tests.browser.panel.embedder import Embedder, serving


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
def hub(hosted: Callable[..., Hosted], crm: Embedder) -> Callable[..., Hosted]:
    """Starts a hub that lists the CRM's origins, one of them by a pattern. `demo`: whoever is here is Mia."""

    def begin(*, demo: bool = True) -> Hosted:
        listed = ", ".join(f'"{crm.origin(host)}"' for host in ("127.0.0.1", "localhost", "*.crm.localhost"))
        origins = f"[web]\norigins = [{listed}]\n"
        return hosted(origins + (QUIET if demo else QUIET.replace('agent = "mia"', 'agent = ""')))

    return begin
