"""The fault catalogue: what Cordboard is tried with, as data (``faults.toml``)."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Literal

import msgspec


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault. `simulator`: the switch of the simulator's ``POST fault`` that makes it; `suite`: the check that tries it."""

    name: str
    layer: Literal["wire", "link", "page", "switch", "hub"]
    does: str
    holds: str
    simulator: str = ""
    suite: str = ""


def catalogue() -> tuple[Fault, ...]:
    """All faults, in the order of the file."""
    text = files(__package__).joinpath("faults.toml").read_text(encoding="utf-8")
    return tuple(msgspec.convert(tomllib.loads(text)["fault"], list[Fault]))


def fault(name: str) -> Fault:
    """The fault of this name. `KeyError` if there is none."""
    return {item.name: item for item in catalogue()}[name]
