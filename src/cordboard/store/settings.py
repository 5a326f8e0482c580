"""Checks on the settings that a store is made from. They stand under ``store`` in the hub's settings."""

from __future__ import annotations

from collections.abc import Mapping, Set as AbstractSet
from typing import Any

from cordboard.model.errors import CallerError


def refuse_unknown(settings: Mapping[str, Any], known: AbstractSet[str]) -> None:
    """Raise `CallerError("bad-field")` naming the first setting that is not known."""
    for name in sorted(settings.keys() - known):
        expected = ", ".join(sorted(known)) or "none"
        raise CallerError(
            "bad-field",
            f"There is no setting store.{name}. This store knows: {expected}.",
            {"field": f"store.{name}"},
        )
