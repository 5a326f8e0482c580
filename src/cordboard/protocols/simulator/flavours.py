"""Flavours: where contact centres differ. Which commands there are, with the reason for each that there is not, and how
states behave. A flavour is data, a TOML text: `name`, `about`, `[lacks]` (service -> why) and `[rules]`, which take the
place of the centre's own rules (`centre.Rules`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from cordboard.model import commands as c
from cordboard.protocols.simulator.centre import Centre, CentreError, QueuePlan, Rules

_SERVICES = frozenset(kind.__name__ for kind in get_args(c.SwitchService))


class Flavour(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way in which contact centres are."""

    name: str = ""
    about: str = ""
    lacks: dict[str, str] = {}
    rules: dict[str, Any] = {}

    def of(self, centre: Centre) -> Centre:
        """The centre as it is with this flavour. `CentreError` if its rules are none."""
        if not self.rules:
            return centre
        plain = msgspec.to_builtins(centre.rules) | self.rules
        try:
            rules = msgspec.convert(plain, Rules)
        except msgspec.ValidationError as error:
            raise CentreError("flavour.rules", str(error)) from error
        queues = centre.queues if rules.wrap_up else tuple(map(_without_wrap_up, centre.queues))
        return msgspec.structs.replace(centre, rules=rules, queues=queues)


def loads(text: str) -> Flavour:
    """The flavour described by a TOML text; `CentreError` if it is wrong."""
    try:
        made = msgspec.convert(tomllib.loads(text), Flavour)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise CentreError("flavour", str(error)) from error
    if strange := sorted(set(made.lacks) - _SERVICES):
        raise CentreError("flavour.lacks", f"there is no service {strange[0]}")
    return made


def chosen(setting: str, builtin: Mapping[str, str]) -> Flavour:
    """The flavour of a setting: the name of one that ships with the simulator, or a TOML text; empty for none."""
    if not setting:
        return Flavour()
    if setting in builtin:
        return loads(builtin[setting])
    if "=" not in setting:
        raise CentreError("flavour", f"there is no {setting!r}; there are {', '.join(builtin)}")
    return loads(setting)


def _without_wrap_up(queue: QueuePlan) -> QueuePlan:
    return msgspec.structs.replace(queue, wrap_up=False)
