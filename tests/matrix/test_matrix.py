"""Every link, every session, every scenario: a part that has every two of them together, and the whole."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from cordboard.app import installed_protocols
from cordboard.model.events import LinkDown, LinkUp, Snapshot
from cordboard.model.ids import Subject
from cordboard.protocols.simulator.library import builtin_scenarios
from cordboard.testing.matrix import (
    CENTRE,
    HANGING,
    LINK_LOST,
    LOST_AGENT,
    SIMULATOR,
    Cell,
    Chain,
    Impossible,
    cells,
    chain,
    everyday,
    impossible,
    pairwise,
    play,
)
from tests.matrix.pages import PAGES

CELLS = cells(installed_protocols("cordboard"))
PLAYABLE = [cell for cell in CELLS if not cell.reason]
PART = everyday(CELLS)


async def hold(cell: Cell, folder: Path) -> None:
    """The scenario goes as it says, every page shows what is so, and was told everything once and in order."""
    async with chain(cell, folder) as hubs, PAGES[cell.session](hubs) as pages:
        assert await play(cell, hubs) == []
        await pages.agree()
        await pages.told_once()
        if cell.scenario == LINK_LOST:
            await gap_is_told(hubs)


async def gap_is_told(hubs: Chain) -> None:
    """The log says that the link was away. What it missed is a snapshot's, or was told afterwards."""
    kinds = [item["event"]["type"] for item in await hubs.log(Subject(f"agent/{LOST_AGENT}"))]
    down = kinds.index(LinkDown.__name__)
    assert LinkUp.__name__ in kinds[down:]
    if hubs.link == "native":
        assert Snapshot.__name__ not in kinds[down:], "a hub tells what was missed entry by entry"
    else:
        assert Snapshot.__name__ in kinds[down:], "the others do not tell what was missed"


@pytest.mark.parametrize("cell", PART, ids=str)
async def test_everyday_cell(cell: Cell, tmp_path: Path) -> None:
    await hold(cell, tmp_path)


@pytest.mark.matrix
@pytest.mark.parametrize("cell", PLAYABLE, ids=str)
async def test_cell(cell: Cell, tmp_path: Path) -> None:
    await hold(cell, tmp_path)


def test_the_part_has_every_two_that_can_meet() -> None:
    def pairs(of: list[Cell]) -> set[object]:
        return {
            pair
            for cell in of
            for pair in combinations((("l", cell.link), ("s", cell.session), ("c", cell.scenario)), 2)
        }

    part = list(pairwise(CELLS))
    assert pairs(part) == pairs(PLAYABLE)
    assert len(part) == len(set(part)) <= len(PLAYABLE)


def test_every_run_plays_that_part_and_all_that_comes_over_tls() -> None:
    assert set(PART) == set(pairwise(CELLS)) | {cell for cell in PLAYABLE if cell.link == "five9"}
    assert len(PART) == len(set(PART))


def test_a_part_of_a_larger_matrix_is_small() -> None:
    large = [
        Cell(link=link, session=session, scenario=f"{number}", reason="no" if number == 7 else "")
        for number in range(30)
        for link in "abcde"
        for session in "fghi"
    ]
    part = pairwise(large)
    assert {cell.scenario for cell in part} == {str(number) for number in range(30) if number != 7}
    assert 29 * 5 <= len(part) <= 29 * 5 * 1.2


def test_the_matrix_is_made_of_what_is_installed() -> None:
    assert {cell.link for cell in CELLS} >= {"simulator", "native"}
    assert {cell.session for cell in CELLS} >= {"native"}
    assert {cell.scenario for cell in PLAYABLE} >= {LINK_LOST, *builtin_scenarios()}


def test_every_jack_can_be_tried_or_is_declared() -> None:
    assert {cell.link for cell in PLAYABLE} <= {SIMULATOR, *HANGING}
    assert {cell.session for cell in PLAYABLE} <= set(PAGES)
    whole = {row.session for row in impossible() if not row.link and not row.scenario}
    assert not whole & set(PAGES), "who has a reader is not declared impossible"


@pytest.mark.parametrize("row", [row for row in impossible() if row.scenario], ids=lambda row: row.scenario)
async def test_a_scenario_that_is_declared_impossible_cannot_be_played(
    row: Impossible, tmp_path: Path
) -> None:
    if not row.link and not row.session:
        async with chain(Cell(link=SIMULATOR, session="native", scenario=row.scenario), tmp_path) as hubs:
            offered = await hubs.get(hubs.near, f"/links/{CENTRE}/console/scenarios")
        assert row.scenario not in {item["name"] for item in offered}
    assert row.reason.endswith(".")
