"""Who may import whom among the pages, as `import-linter` proves it of the Python: our own pages know no protocol, no protocol knows another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "src" / "cordboard"
WEB, PROTOCOLS = ROOT / "web" / "page", ROOT / "protocols"
_IMPORT = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.[^"']*)["']""")


def imports(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each relative import: the file, and what it takes."""
    for file in sorted(folder.rglob("*.ts")):
        for found in _IMPORT.findall(file.read_text(encoding="utf-8")):
            yield file, (file.parent / found).resolve()


def test_our_own_pages_know_no_protocol() -> None:
    taken = list(imports(WEB))
    assert len(taken) > 100
    assert [file for file, taken in taken if taken.is_relative_to(PROTOCOLS)] == []


def test_a_protocols_pages_take_from_ours_through_a_module_that_says_so() -> None:
    taken = list(imports(PROTOCOLS))
    assert len(taken) > 10
    for file, source in taken:
        if source.is_relative_to(WEB):
            assert file.name in {"world.ts", "panel.ts"}, file
        else:
            assert source.is_relative_to(PROTOCOLS / file.relative_to(PROTOCOLS).parts[0] / "page"), file
