"""The one textual way to everything the switch can be told: for HTTP, the command line, tests and scenarios.

An action is a name (`make_call`, `ring` ...) and parameters by name. Values may be text, as a command line gives them.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import get_args

import msgspec

from cordboard.protocols.simulator.commands import (
    REFUSALS,
    AgentCommand,
    CallCommand,
    Command,
    Happening,
    Outcome,
    Refused,
    SupervisorCommand,
)
from cordboard.protocols.simulator.switch import Switch


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of an action, for help texts and forms."""

    name: str
    type: str
    required: bool


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Something the switch can be told. `who` is `desk` for an agent's command, `world` for what happens outside."""

    name: str
    who: str
    about: str
    parameters: tuple[Parameter, ...]


def act(
    switch: Switch,
    name: str,
    params: Mapping[str, object],
    *,
    ident: str | None = None,
    now: int | None = None,
) -> Outcome:
    """Do the named action now. Never raises: what does not fit is refused.

    `ident` is the command id; without one a new one is made up.
    """
    if name not in _NAMES:
        return Refused(code="unknown-action", message=f"{REFUSALS['unknown-action']}: {name}")
    try:
        asked = msgspec.convert({**params, "do": name}, Command | Happening, strict=False)
    except msgspec.ValidationError as error:
        return Refused(code="invalid-parameters", message=f"{REFUSALS['invalid-parameters']}: {error}")
    if isinstance(asked, Happening):
        return switch.happen(asked, now)
    return switch.execute(ident or _fresh(switch), asked, now)


def actions() -> tuple[Action, ...]:
    """All actions, in the order of their definition."""
    return tuple(_action(kind) for kind in _KINDS)


_KINDS: tuple[type[msgspec.Struct], ...] = (
    *get_args(AgentCommand),
    *get_args(CallCommand),
    *get_args(SupervisorCommand),
    *get_args(Happening),
)
_NAMES = frozenset(str(kind.__struct_config__.tag) for kind in _KINDS)


def _action(kind: type[msgspec.Struct]) -> Action:
    return Action(
        name=str(kind.__struct_config__.tag),
        who="world" if issubclass(kind, Happening) else "desk",
        about=inspect.getdoc(kind) or "",
        parameters=tuple(
            Parameter(
                name=f.name,
                type=f.type.__name__ if isinstance(f.type, type) else str(f.type).replace("typing.", ""),
                required=f.required,
            )
            for f in msgspec.structs.fields(kind)
        ),
    )


def _fresh(switch: Switch) -> str:
    number = len(switch.commands_seen) + 1
    while (ident := f"console-{number}") in switch.commands_seen:
        number += 1
    return ident
