"""Thousands of random actions by two tabs, a Streams page and the world; whatever happens, all show what is so on the switch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.walk.stage import place
from tests.browser.walk.walk import Walk

pytestmark = pytest.mark.browser


@pytest.fixture
def walk(seed: int, *, chained: bool, tmp_path: Path, chromium: Browser) -> Iterator[Walk]:
    with place(tmp_path, chromium.new_context(), chained=chained) as found:
        yield Walk(found, seed)


LONG = [pytest.param(seed, 1000, seed % 2 == 1, marks=pytest.mark.matrix) for seed in range(2, 6)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("seed", "steps", "chained"), [(1, 200, False), *LONG])
def test_a_random_walk_ends_in_the_switchs_own_state(walk: Walk, steps: int) -> None:
    walk.go(steps)
    assert walk.tally.checks == steps // 50
    how = {name.split()[2 if name.startswith("streams") else 1] for name in walk.tally.answers}
    assert how >= {"done", "refused", "success", "failure"}, "it did little"
