"""The page on capacity says what the bench measured, and nothing that it did not."""

from __future__ import annotations

import re

import pytest

from bench.__main__ import FLOORS, IDLE_AGENTS, KINDS, PARTS
from tools.capacity import FIVE9, FLOOR, HUB, IDLE_FIVE9, RESULTS, Results, capacity_page

TEXT = RESULTS.read_text(encoding="utf-8")


def test_every_figure_of_a_table_and_in_bold_stands_in_the_results() -> None:
    page = "\n".join(capacity_page(TEXT))
    told = re.findall(r"(?<=\| )\d[\d.,]*(?= \|)", page) + re.findall(r"\*\*(\d[\d.,]*) ", page)
    assert len(told) > 10
    for figure in told:
        assert re.search(rf"\| {re.escape(figure)} \|", TEXT), figure


def test_another_run_is_another_page() -> None:
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| {HUB} |") and line.count("|") > 8)
    cells = row.split("|")
    other = TEXT.replace(row, "|".join([*cells[:2], " 99,999 ", *cells[3:]]))
    assert "99,999 events a second as fast as it goes" in "\n".join(capacity_page(other))


def test_what_a_run_left_out_is_named() -> None:
    with pytest.raises(KeyError, match="Start of the process"):
        list(capacity_page(TEXT.replace("## Start of the process", "## Nothing")))


def test_the_bench_has_what_the_page_looks_for() -> None:
    assert KINDS["hub"] == HUB
    assert f"{max(IDLE_AGENTS)} Five9 links" == IDLE_FIVE9
    assert FLOORS == {"simulator": FLOOR, "five9": FIVE9}
    docs = {str(part.__doc__) for part in PARTS.values()}
    assert set(re.findall(r"(?m)^## (.+)$", TEXT)) <= docs


def test_cells_are_found_by_row_and_column() -> None:
    found = Results(
        "# Results\n\n- When: now\n\n## A part: more\n\n*alone*\n\n| | x | y |\n|---|---:|---:|\n| a | 1,000 | 5% |\n"
    )
    assert found.facts == ["When: now"]
    assert (found.number("A part", "a", "x"), found.number("A part", "a", "y")) == (1000, 5)
    with pytest.raises(KeyError, match="A part: b"):
        found.cell("A part", "b", "x")
