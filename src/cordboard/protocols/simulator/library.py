"""What ships with the simulator: its contact centre and its scenarios, as the TOML texts of the package."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files


def builtin_centre() -> str:
    """The contact centre of the demo and of the scenarios."""
    return files(__package__).joinpath("centre.toml").read_text(encoding="utf-8")


def builtin_scenarios() -> Mapping[str, str]:
    """The scenarios by name, in the order of their names."""
    found = {
        item.name.removesuffix(".toml"): item.read_text(encoding="utf-8")
        for item in files(__package__).joinpath("scenarios").iterdir()
        if item.name.endswith(".toml")
    }
    return dict(sorted(found.items()))
