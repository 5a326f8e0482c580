"""A row of a coverage table, tried in a page: what its call comes to, and what is wrong with that."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

from tools.streams import AREAS

Row = Mapping[str, Any]
Found = Mapping[str, Any]
"""`{"value": …}` or `{"error": …}`."""


SETTLED = """async ([on, call]) => {
  try {
    const agent = window.agent, contact = agent && window.contact();
    const own = contact?.getAgentConnection(), customer = contact?.getInitialConnection();
    on = eval(on);
    const late = new Promise((_, fail) => setTimeout(() => fail(new Error("it never comes to anything")), 10_000));
    late.catch(() => undefined);
    const value = await Promise.race([eval(call), late]);
    return { value: JSON.parse(JSON.stringify(value ?? null)) };
  } catch (error) {
    return { error: [String(error?.message ?? ""), String(error), JSON.stringify(error ?? null)].join(" ") };
  }
}"""


class Section:
    """The rows of one class or object of the library. `on`: what its methods are called on; `lists`: where they are found."""

    def __init__(self, name: str, rows: dict[str, Any]) -> None:
        about = rows.pop("_")
        members = rows.pop("members", None)
        self.name = name
        self.on: str = about.get("on", "undefined")
        self.lists: list[str] = about["lists"]
        self.rows: dict[str, Row] = rows
        self.members = set(rows if members is None else members)


def table(name: str) -> dict[str, Any]:
    """One of the tables."""
    text = files("cordboard.protocols.streams").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def sections() -> dict[str, Section]:
    """All of the coverage tables."""
    found = {name: rows for area in AREAS for name, rows in table(f"coverage/{area}").items()}
    return {name: Section(name, rows) for name, rows in found.items()}


def settled(page: Page, on: str, call: str) -> Found:
    """What an expression comes to in the page."""
    found: Found = page.evaluate(SETTLED, [on, call])
    return found


def tried(page: Page, section: Section, name: str, row: Row) -> Found:
    """What the row's call comes to."""
    match row:
        case {"rejects": [call, _]} | {"throws": [call, _]}:
            return settled(page, section.on, call)
        case {"fails": [call, _]}:
            return settled(page, section.on, f"window.asked(callbacks => {call})")
        case {"silent": _}:
            heard = f"{section.name}.{name}"
            return settled(page, section.on, f"typeof on.{name}(() => (window.told ??= []).push('{heard}'))")
        case _:
            return settled(page, section.on, row.get("call", f"on.{name}()"))


def covers(found: Any, wanted: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether what was wanted is there; an object may have more."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            key in found and covers(found[key], value) for key, value in wanted.items()
        )
    return bool(found == wanted)


def promised(row: Row, found: Found) -> bool:
    """Whether what came is what the row says."""
    value = found.get("value")
    match row:
        case {"rejects": [_, part]} | {"throws": [_, part]} | {"fails": [_, part]}:
            return part in found.get("error", "") and "error" in found
        case {"silent": _}:
            return "error" not in found
        case {"gives": text}:
            return "error" not in found and covers(value, json.loads(text))
        case {"like": pattern}:
            return "error" not in found and re.search(pattern, str(value)) is not None
        case {"millis": True}:
            return isinstance(value, int | float) and -1000 < value < 60_000
        case {"count": count}:
            return isinstance(value, list) and len(value) == count
        case _:
            return True
