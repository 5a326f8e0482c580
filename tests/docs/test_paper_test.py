"""The paper test speaks of the model as it is: every word of ours in its right columns exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import EnumMeta, StrEnum
from pathlib import Path

import msgspec

from cordboard.model import calls, commands, entities, events, rules, state, vocabulary

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "paper-test.md"
MODULES = (commands, entities, events, state)
STRUCTS: dict[str, type[msgspec.Struct]] = {
    name: item
    for module in MODULES
    for name, item in vars(module).items()
    if isinstance(item, type) and issubclass(item, msgspec.Struct)
}
ENUMS = {
    name: item
    for module in MODULES
    for name, item in vars(module).items()
    if isinstance(item, EnumMeta) and issubclass(item, StrEnum)
}
WORDS = {
    *(str(member) for enum in ENUMS.values() for member in enum),
    *(word for table in (vocabulary.CAUSES, vocabulary.INITIATIONS) for word in table),
    *(name for module in (calls, rules, vocabulary) for name in vars(module)),
    *STRUCTS["ContactClosed"].__struct_fields__,
    *STRUCTS["Delivered"].__struct_fields__,
    "session_id",  # a key of Call.references
    "agent/…",
    "team/…",
}


def rows() -> Iterator[list[str]]:
    for line in PAGE.read_text().splitlines():
        if line.startswith("| ") and not line.startswith(("|---", "| | ")):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def unknown(token: str) -> bool:
    if re.fullmatch(r"[A-Z]\w+\.\w+", token):
        struct, _, field = token.partition(".")
        return struct not in STRUCTS or field not in STRUCTS[struct].__struct_fields__
    return token not in STRUCTS and token not in ENUMS and token not in WORDS


def test_what_it_says_of_the_model_is_so() -> None:
    strange = [
        (row[0], token) for row in rows() for token in re.findall(r"`([^`]+)`", row[-1]) if unknown(token)
    ]
    assert strange == []


def test_every_row_is_judged_and_says_from_what() -> None:
    judged = [row for row in rows() if len(row) == 3 and row[1] in {"direct", "computed", "missing"}]
    assert len(judged) > 130
    for vendor in ("Amazon Connect Streams", "b+s Connects", "Five9", "Cisco Finesse", "Genesys"):
        part = PAGE.read_text().split(f"## {vendor}\n")[1].split("\n## ")[0]
        verdicts = [row for row in judged if f"| {row[0]} |" in part]
        assert len(verdicts) >= 20, vendor
        assert all(row[2] for row in verdicts)


def test_nothing_is_missing_in_a_vendors_table_only() -> None:
    missing = sum(row[1] == "missing" for row in rows() if len(row) == 3)
    gathered = PAGE.read_text().split("## What is missing")[1].count("\n| ") - 1
    assert 10 < gathered <= missing
