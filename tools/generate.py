"""Writes what is made from the model: types for the pages, JSON Schema, the reference. `--check` only looks.

python -m tools.generate [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from tools import aura, manual, reference
from tools.capacity import capacity_page
from tools.diagrams import drawings
from tools.five9 import five9_page, rows_page
from tools.matrix import matrix_page, with_matrix
from tools.schema import json_schema
from tools.states import states_page
from tools.streams import members_page, since_page, streams_page
from tools.suites import suites_page
from tools.typescript import typescript

ROOT = Path(__file__).parent.parent


def files() -> Mapping[str, str]:
    """Every generated file: its path from the root, and what has to stand in it."""
    return {
        "sdk/js/src/model.ts": typescript(),
        "docs/reference/model.schema.json": json_schema(),
        aura.HELPER: aura.aura(),
        **{f"docs/reference/{name}": text for name, text in reference.pages().items()},
        "docs/reference/states.md": reference.page(states_page()),
        **{f"docs/reference/{name}": text for name, text in drawings().items()},
        "docs/reference/settings.md": reference.page(manual.settings_page()),
        "docs/reference/cli.md": reference.page(manual.cli_page()),
        "docs/reference/network.md": reference.page(manual.network_page()),
        "docs/reference/findings.md": reference.page(manual.findings_page()),
        "docs/reference/simulator.md": reference.page(manual.simulator_page()),
        "docs/reference/streams.md": reference.page(streams_page()),
        "docs/reference/streams-members.md": reference.page(members_page()),
        "docs/reference/streams-1x.md": reference.page(since_page()),
        "docs/reference/five9.md": reference.page(five9_page()),
        "docs/reference/five9-rows.md": reference.page(rows_page()),
        "docs/reference/suites.md": reference.page(suites_page()),
        "docs/reference/matrix.md": reference.page(matrix_page()),
        "docs/how-to/plan-capacity.md": reference.page(capacity_page()),
        "README.md": with_matrix(_read(ROOT / "README.md")),
    }


def stale(root: Path = ROOT) -> list[str]:
    """The generated files that are not what they have to be."""
    return list(_changes(root))


def write(root: Path = ROOT) -> list[str]:
    """Write those that are not current, and name them."""
    changes = _changes(root)
    for name, text in changes.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return list(changes)


def _changes(root: Path) -> dict[str, str]:
    return {name: text for name, text in files().items() if _read(root / name) != text}


def main(arguments: list[str]) -> int:
    """Status 1 if `--check` finds a file that is not current."""
    if arguments == ["--check"]:
        old = stale()
        for name in old:
            sys.stderr.write(f"generate: {name} is not current; run `make generate` and commit it\n")
        return 1 if old else 0
    if arguments:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    for name in write():
        sys.stdout.write(f"generate: {name}\n")
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
