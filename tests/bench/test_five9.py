"""The bench of the Five9 link: what happens on the floor is told to the pages of either hub, each event once and in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.five9 import events, idle, more


@pytest.mark.parametrize("link", ["simulator", "five9"])
async def test_everything_that_happens_arrives(link: str, tmp_path: Path) -> None:
    agents = 2
    paced, fast = await events(link, agents, tmp_path, rate=100, seconds=0.2)
    assert len(paced.pages.ages) == 20
    assert 0 < paced.pages.age(0) <= paced.pages.age(0.5) <= paced.pages.age(1) < 20_000
    assert fast.pages.rate > 0


async def test_hubs_with_nothing_to_do_are_measured(tmp_path: Path) -> None:
    found = await idle((1, 2), tmp_path, seconds=0.2)
    assert set(found.far) == set(found.near) == {1, 2}
    assert min(*found.far.values(), *found.near.values(), found.serving) >= 0


def test_what_more_agents_cost_leaves_out_what_a_hub_costs_anyway() -> None:
    assert more({50: 1.25, 100: 1.5, 200: 2.0}) == {100: pytest.approx(5.0), 200: pytest.approx(5.0)}
