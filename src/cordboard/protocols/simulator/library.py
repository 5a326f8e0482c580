"""What ships with the simulator: its contact centre, its scenarios and flavours, as the TOML texts of the package."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

_PARTS = ("centre.toml", "dialogues.toml", "campaigns.toml")


def builtin_centre() -> str:
    """The contact centre of the demo and of the scenarios."""
    package = files(__package__)
    return "\n".join(package.joinpath(name).read_text(encoding="utf-8") for name in _PARTS)


def builtin_scenarios() -> Mapping[str, str]:
    """The scenarios by name, in the order of their names."""
    return _texts("scenarios")


def builtin_flavours() -> Mapping[str, str]:
    """The flavours by name, in the order of their names."""
    return _texts("flavours")


def _texts(folder: str) -> Mapping[str, str]:
    found = {
        item.name.removesuffix(".toml"): item.read_text(encoding="utf-8")
        for item in files(__package__).joinpath(folder).iterdir()
        if item.name.endswith(".toml")
    }
    return dict(sorted(found.items()))
