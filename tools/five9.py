"""The reference of Five9: settings of both ends, what a call is on this wire, and every row and event of its catalogue."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import msgspec

from cordboard.protocols.five9 import events, protocol, routes, services, variables, wire, words
from cordboard.protocols.five9.account import Account
from cordboard.protocols.five9.settings import DataCentre, Notice, Settings, SpeedDial
from tools.catalogue import Field, shape

REASONS: Mapping[str, tuple[str, str, str]] = {
    words.CREATED: ("3", "OFFERED", "A call is offered, or begins to be dialled."),
    words.CONNECTED: (
        "4",
        "TALKING",
        "The agent's side is connected: once for each call, also for one that is met or answered on hold.",
    ),
    words.HELD: ("4", "ON_HOLD", "The agent has put it on hold."),
    words.UNHELD: ("4", "TALKING", "The agent is back. With `faithful`: `UPDATED`."),
    words.PUT_ASIDE: ("4", "PARKED", "The agent has put it aside, and is free for others."),
    words.UNPARKED: ("4", "TALKING", "The agent has taken it back. With `faithful` both are `UPDATED`."),
    words.UPDATED: ("4", "any but TALKING", "Something else changed. With `faithful` also while talking."),
    words.VARIABLES: ("4", "TALKING", "Variables or the record changed."),
    words.RECORDING: ("4", "TALKING", "It is being recorded, or not any more."),
    words.PARTICIPANTS: ("4", "TALKING", "Who else is in it changed."),
    words.PARTICIPANT_ADDED: ("4", "PARTICIPANT_…", "The payload is the newcomer's own call."),
    words.DISCONNECTED_BY_AGENT: ("4", "WRAP_UP", "The agent hung up."),
    words.DISCONNECTED_BY_CALLER: ("4", "WRAP_UP", "The other side did."),
    words.FAILED_TO_CONNECT: ("4, 5", "WRAP_UP, FINISHED", "Nobody was reached."),
    words.TRANSFERRED: (
        "4, 5",
        "WRAP_UP, FINISHED",
        "It was handed on. With `transferred_then_dispositioned` a second 5 follows.",
    ),
    words.DISPOSITIONED: ("5", "FINISHED", "It was talked in, and is over."),
    words.REJECTED: ("5", "FINISHED", "The agent declined it."),
    words.NO_ANSWER: ("5", "FINISHED", "The agent let it ring; of a consult: whom it rang did."),
    words.ABANDONED: ("5", "FINISHED", "The caller gave up."),
    words.DELETED: ("5", "FINISHED", "It is not there any more, and nobody says why."),
}
"""Reasons of events of calls, with the events and states that they come with."""


def five9_page() -> Iterator[str]:
    """What Five9's clients find here, and what a link to Five9 needs."""
    promise = _toml("protocol.toml")
    yield "# Five9"
    yield ""
    yield (
        "How it is used is told in [Run a client written for Five9](../how-to/five9.md) and [Five9 as your contact centre](../how-to/five9-link.md). Tier: "
        f"{promise['tier']}. Nothing was held against a real Five9 yet. "
        "[Every row and event](five9-rows.md) has a page of its own."
    )
    yield ""
    yield "## Settings of the session"
    yield ""
    yield "In `[protocols.five9]`."
    yield ""
    yield from _fields(Settings)
    for title, kind in (("data_centre", DataCentre), ("notices", Notice), ("speed_dials", SpeedDial)):
        yield f"### {title}"
        yield ""
        yield shape(kind).text
        yield ""
        yield from _fields(kind)
    yield "## Settings of a link"
    yield ""
    yield "In `options` of a `[[links]]` with `agent`: a login of Five9's is one agent's."
    yield ""
    yield from _fields(Account)
    yield "## What a link can do"
    yield ""
    yield ", ".join(f"`{name}`" for name in sorted(protocol.services)) + "."
    yield ""
    yield from (f"`{name}`\n:   {why}\n" for name, why in services.LACKS.items())
    yield "## A call"
    yield ""
    yield " ".join(shape(wire.Call).text.split())
    yield ""
    yield from _fields(wire.Call)
    yield f"States: {', '.join(f'`{name}`' for name in words.CALL_STATES)}."
    yield ""
    yield "## Reasons"
    yield ""
    yield "A client that meets one that it does not know looks at the state."
    yield ""
    yield "| Reason | Event | State | When |"
    yield "|---|---|---|---|"
    yield from (
        f"| `{name}` | {event} | {state} | {when} |" for name, (event, state, when) in REASONS.items()
    )
    yield ""
    yield "## Call variables"
    yield ""
    yield (
        "Found by group and name in `GET O/call_variables`. Data that is attached to a call is there too: peripheral variables in the group "
        "`Custom`, named ones in `Named`, a name with a dot in the group before it."
    )
    yield ""
    yield "| Id | Group | Name |"
    yield "|---|---|---|"
    yield from (f"| `{ident}` | {group} | {name} |" for ident, (group, name) in variables.SYSTEM.items())
    yield ""


def rows_page() -> Iterator[str]:
    """Every row and event, and what becomes of it."""
    yield "# Five9: every row and event"
    yield ""
    yield (
        "From the catalogue of Five9's own published Python pack. `A` is `/agents/{id}` or `/supervisors/{id}`, `O` is `/orgs/{id}`, `K` is "
        "`A/interactions/calls/{id}`, all of them behind `/appsvcs/rs/svc` and `/supsvcs/rs/svc`. A test holds these tables against the doors and "
        "the frames that there are."
    )
    yield ""
    for area, rows in _toml("coverage/rest.toml").items():
        yield f"## {area}"
        yield ""
        yield "| Row | Here |"
        yield "|---|---|"
        for name, row in rows.items():
            yield f"| `{name}` | {_told(row)} |"
        yield ""
    yield "## Sockets"
    yield ""
    yield ", ".join(f"`{route.path}`" for route in routes.SOCKETS) + "."
    yield ""
    for family, rows in _toml("coverage/events.toml").items():
        yield f"## Events: {family}"
        yield ""
        yield "| Id | Name | Sent |"
        yield "|---|---|---|"
        for ident, row in rows.items():
            yield f"| {ident} | {events.EVENTS[int(ident)].name} | {_told(row)} |"
        yield ""


def _told(row: Mapping[str, str]) -> str:
    match row:
        case {"does": text} | {"when": text}:
            return f"{text[0].upper()}{text[1:]}."
        case {"never": why}:
            return f"**No.** {why}"
        case _:
            raise ValueError(row)


def _fields(kind: type[msgspec.Struct]) -> Iterator[str]:
    yield "| | If left out | |"
    yield "|---|---|---|"
    for field in shape(kind).fields:
        yield f"| `{field.name}` | {_default(field)} | {' '.join(field.text.split())} |"
    yield ""


def _default(field: Field) -> str:
    if field.required:
        return "required"
    match field.default:
        case None | () | "" | {}:
            return ""
        case msgspec.Struct():
            return ""
        case bool() as value:
            return f"`{str(value).lower()}`"
        case value:
            return f"`{value}`"


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("cordboard.protocols.five9").joinpath(name).read_text(encoding="utf-8"))
