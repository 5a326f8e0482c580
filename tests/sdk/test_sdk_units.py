"""The client's pure parts, tested in Node."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.node import bundled, passes

HERE = Path(__file__).parent
SUITES = sorted(path.stem for path in HERE.glob("*.test.ts"))


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled(HERE, tmp_path_factory.mktemp("bundles"))


@pytest.mark.parametrize("suite", SUITES)
def test_suite_passes_in_node(bundles: Path, suite: str) -> None:
    passes(bundles / f"{suite}.mjs")
