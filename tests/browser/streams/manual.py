"""The code samples of the manual of 1.x, cut out of a copy of it where there is one. None of its text is kept here."""

from __future__ import annotations

import re
from pathlib import Path

SEEDS = Path(__file__).parents[3].parent / "shared" / "seeds"
_HEADING = re.compile(r"^(?:\w+\.)*\w+\(\)(?: \(static function\))?$")
_STYLE = re.compile(r"^\.\w+ \w+ \{$")
_MEMBER = re.compile(r"^\s*•\s+(\w+Type\.[A-Z_]+):")


def manual() -> str | None:
    """The manual's text; `None` where there is no copy."""
    found = sorted(SEEDS.glob("003_*.txt"))
    return found[0].read_text(encoding="utf-8") if found else None


def samples(text: str) -> dict[str, str]:
    """Heading -> the sample below it, as it stands there. A sample without one is named by its first line."""
    found: dict[str, str] = {}
    blocks = [block for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")) if block.strip()]
    for number, block in enumerate(blocks[:-1]):
        name = block.strip()
        if _HEADING.match(name):
            found[name.removesuffix(" (static function)")] = blocks[number + 1].strip("\n")
    for block in blocks:
        lines = block.strip().splitlines()
        place = next((number for number, line in enumerate(lines) if _STYLE.match(line)), None)
        if place is not None:
            end = lines.index("}", place)
            found[lines[place].removesuffix(" {")] = "\n".join(lines[place : end + 1])
    return found


def members(text: str) -> list[str]:
    """The members of enumerations that it explains, as `Name.MEMBER`."""
    return [found[1] for line in text.splitlines() if (found := _MEMBER.match(line))]
