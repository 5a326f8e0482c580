"""The reference, from the docstrings and tables of the model and of the native protocol."""

from __future__ import annotations

import inspect
import json
import re
import types
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Literal, NewType, get_args, get_origin

import msgspec

from cordboard.model import commands, errors, events, ids as model_ids, rules, vocabulary
from cordboard.model.entities import ConnectionState, Medium, Phase
from cordboard.protocols.native import routes, wire
from tools.catalogue import (
    UNIONS,
    Field,
    Shape,
    alternatives,
    enums,
    ids,
    nouns,
    shape,
    texts_below,
    union_name,
)

MADE = "<!-- Made by tools/generate.py. Do not edit: run `make generate`. -->\n"

_PLAIN: Mapping[object, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    types.NoneType: "null",
    msgspec.Raw: "any JSON",
}


def pages() -> Mapping[str, str]:
    """Every page of the reference that is made: its name, and its text."""
    return {
        "events.md": page(_events()),
        "commands.md": page(_commands()),
        "queries.md": page(_queries()),
        "entities.md": page(_entities()),
        "vocabulary.md": page(_vocabulary()),
        "errors.md": page(_errors()),
        "native.md": page(_native()),
        "close-codes.md": page(_close_codes()),
    }


def page(lines: Iterable[str]) -> str:
    """The lines as a file that says that it is made."""
    return MADE + "\n" + "\n".join(lines).rstrip() + "\n"


# --- events --------------------------------------------------------------------------------------------------------


def _events() -> Iterator[str]:
    yield from _head("Events", events)
    yield "An event stands in the log, and on the native wire in `entry`, as one JSON object whose `type` is its name."
    yield ""
    groups = (
        ("Of calls", "CSTA's.", get_args(events.CallEvent), events.Delivered),
        ("Of agents", "CSTA's.", get_args(events.AgentEvent), events.AgentReady),
        ("Ours", "CSTA has no word for these.", get_args(events.OurEvent), events.ContactClosed),
    )
    common = ("link", "at", "cause")
    for title, text, members, sample in groups:
        yield f"## {title}"
        yield ""
        yield text + (
            " All of them have these fields." if title != "Ours" else " All events have these fields."
        )
        yield ""
        of_all = [item for item in shape(sample).fields if title != "Ours" or item.name in common]
        yield from _fields(of_all)
        names = {item.name for item in of_all}
        for member in members:
            yield from _struct(shape(member), without=names)
    for part in (events.ContactFacts, events.CallFacts):
        yield from _struct(shape(part), level="##")


# --- commands ------------------------------------------------------------------------------------------------------


def _commands() -> Iterator[str]:
    yield from _head("Commands", commands)
    yield "## The envelope"
    yield ""
    yield from _text_and_fields(shape(commands.Command))
    yield "## Which there are"
    yield ""
    yield "*Logged*: it stands in the log before anybody does it. *Dials*: dialling rules, guards and the compliance gate see it."
    yield ""
    yield "| Service | Kind | Logged | Dials |"
    yield "|---|---|---|---|"
    for kind, info in commands.SERVICES.items():
        name = kind.__name__
        yield f"| [{name}](#{name.lower()}) | {info.kind.value} | {_yes(info.logged)} | {_yes(info.dials)} |"
    yield ""
    titles = {
        commands.Kind.SWITCH: "Switch: done by a link",
        commands.Kind.HUB: "Hub: done here",
        commands.Kind.CRM: "CRM: done by a CRM connector",
        commands.Kind.DESK: "Desk: done by the page that claimed it",
    }
    for group, title in titles.items():
        yield f"## {title}"
        yield ""
        for kind, info in commands.SERVICES.items():
            if info.kind is group:
                yield from _struct(shape(kind))
                yield from _rule(kind)
    yield "## Outcomes"
    yield ""
    yield "What became of a command, told apart by `outcome`."
    yield ""
    for member in UNIONS["Outcome"]:
        yield from _struct(shape(member))


def _rule(kind: type[commands.Service]) -> Iterator[str]:
    """When it is possible, from the table that the hub itself asks."""
    rule = rules.RULES.get(kind)
    if rule is None:
        return
    says = [f"the contact is {_either(item.value for item in Phase if item in rule.phases)}"]
    if rule.media != frozenset(Medium):
        says.append(f"its medium is {_either(item.value for item in Medium if item in rule.media)}")
    if rule.own:
        states = _either(item.value for item in ConnectionState if item in rule.own)
        says.append(
            f"the agent's own connection is {states}" + ("" if rule.media == {Medium.VOICE} else " (voice)")
        )
    if rule.two:
        says.append("there are a held and an active call")
    yield f"Possible while {', and '.join(says)}."
    yield ""


# --- queries -------------------------------------------------------------------------------------------------------


def _queries() -> Iterator[str]:
    yield "# Queries"
    yield ""
    yield "Reads on behalf of an agent. They are not logged, and whoever knows answers: the agent's link, or the hub."
    yield ""
    for member in UNIONS["Query"]:
        yield from _struct(shape(member), level="##")
    yield "## Results"
    yield ""
    yield "Told apart by `result`."
    yield ""
    for member in UNIONS["Result"]:
        yield from _struct(shape(member))


# --- entities ------------------------------------------------------------------------------------------------------


def _entities() -> Iterator[str]:
    from cordboard.model import entities, view  # noqa: PLC0415 - the names are used up by pages of the same name

    yield from _head("Entities", entities)
    yield "A field that has its default is left out in JSON. A time is in whole milliseconds since 1970-01-01 UTC."
    yield ""
    for cls in nouns():
        yield from _struct(shape(cls), level="##")
    yield "## What a page gets"
    yield ""
    yield inspect.cleandoc(view.__doc__ or "")
    yield ""
    for cls in (view.View, view.Change):
        yield from _struct(shape(cls))
    yield "## Words"
    yield ""
    for enum in enums():
        yield f"### {enum.__name__}"
        yield ""
        yield f"{inspect.cleandoc(enum.__doc__ or '')} One of {', '.join(f'`{item.value}`' for item in enum)}."
        yield ""
    yield "## Ids"
    yield ""
    yield inspect.cleandoc(model_ids.__doc__ or "")
    yield ""
    yield "| Id | |"
    yield "|---|---|"
    texts = texts_below(model_ids)
    for item in ids():
        yield f"| `{item.__name__}` | {texts.get(item.__name__, '')} |"
    yield ""


# --- words -------------------------------------------------------------------------------------------------------


def _vocabulary() -> Iterator[str]:
    yield from _head("Vocabulary", vocabulary)
    tables = {
        "CAUSES": vocabulary.CAUSES,
        "INITIATIONS": vocabulary.INITIATIONS,
        "GAUGES": vocabulary.GAUGES,
        "GAUGE_UNITS": vocabulary.GAUGE_UNITS,
    }
    texts = texts_below(vocabulary)
    for name, table in tables.items():
        yield f"## {name.replace('_', ' ').capitalize()}"
        yield ""
        yield texts[name]
        yield ""
        if name == "GAUGES":
            yield "| Word | | Unit |"
            yield "|---|---|---|"
            yield from (
                f"| `{word}` | {text} | {vocabulary.gauge_unit(word)} |" for word, text in table.items()
            )
        else:
            yield "| Word | |"
            yield "|---|---|"
            yield from (f"| `{word}` | {text} |" for word, text in table.items())
        yield ""


# --- errors --------------------------------------------------------------------------------------------------------


def _errors() -> Iterator[str]:
    yield from _head("Errors", errors)
    yield "The body of a refused request, and of an `error` frame:"
    yield ""
    yield from _json(
        {
            "error": {
                "code": "bad-field",
                "message": "There is no field `delay`",
                "details": {"field": "service.delay"},
            }
        }
    )
    yield 'A refused command carries the same codes in its outcome: `{"outcome": "refused", "code": "wrong-state"}`. A greyed'
    yield "button has its code in `controls`."
    yield ""
    for code, kind in errors.ERRORS.items():
        yield f"## {code}"
        yield ""
        yield f"*{kind.status}.* {kind.text}"
        yield ""


# --- the native protocol ---------------------------------------------------------------------------------------------


def _native() -> Iterator[str]:
    yield from _head("The native protocol", wire)
    yield "## Doors"
    yield ""
    yield "Beside them the hub has `/v1/login`, `/v1/renew`, `/v1/logout` and `/v1/tokens` for signing in: see [Run a hub](../how-to/run-a-hub.md)."
    yield "A socket whose login is ended, by a logout anywhere or since its account or API key is another, is closed with 4101."
    yield ""
    yield "| Method | Path | Open to all |"
    yield "|---|---|---|"
    for route in routes.ROUTES:
        yield f"| {'WebSocket' if route.kind == 'ws' else route.method} | `{route.path}` | {_yes(route.anonymous)} |"
    yield ""
    yield "The hub serves the same as OpenAPI (`/v1/openapi.json`), AsyncAPI (`/v1/asyncapi.json`) and JSON Schema (`/v1/schema.json`)."
    yield ""
    limits = {
        "A `hello` has to come within": f"{wire.HELLO_WITHIN // 1000} s",
        "A client sends something at least every": f"{wire.HEARTBEAT // 1000} s",
        "A silent socket is closed after": f"{wire.SILENCE_LIMIT // 1000} s",
        "Frames in a row that are none of ours, until it is closed": str(wire.STRIKES),
        "Characters of an id, name or position": f"at most {wire.NAME_LIMIT}",
    }
    yield "| Limit | |"
    yield "|---|---|"
    yield from (f"| {name} | {value} |" for name, value in limits.items())
    yield ""
    for title, union in (("Client to hub", wire.ClientMessage), ("Hub to client", wire.ServerMessage)):
        yield f"## {title}"
        yield ""
        for member in get_args(union):
            item = shape(member)
            yield from _struct(msgspec.structs.replace(item, name=item.tag))
    yield "## Bodies of the REST doors"
    yield ""
    bodies = (
        wire.SubjectList,
        wire.SubjectAt,
        wire.SubjectNow,
        wire.EntryList,
        wire.CommandBody,
        wire.CommandReply,
    )
    for cls in bodies:
        yield from _struct(shape(cls))


def _close_codes() -> Iterator[str]:
    yield "# Close codes"
    yield ""
    yield inspect.cleandoc(wire.CloseCode.__doc__ or "")
    yield ""
    yield "| Code | Name | Why | Then |"
    yield "|---|---|---|---|"
    then = {"later": "come back", "login": "log in again", "give-up": "do not come back as you are"}
    for code in wire.CloseCode:
        name = code.name.lower().replace("_", "-")
        yield f"| {code.value} | {name} | {wire.CLOSE_TEXTS[code]} | {then[wire.after_close(code)]} |"
    yield ""
    yield "Any other code is the network's: come back."


# --- how a struct is written -----------------------------------------------------------------------------------------


def _head(title: str, module: types.ModuleType) -> Iterator[str]:
    yield f"# {title}"
    yield ""
    yield inspect.cleandoc(module.__doc__ or "")
    yield ""


def _struct(item: Shape, *, level: str = "###", without: Iterable[str] = ()) -> Iterator[str]:
    yield f"{level} {item.name}"
    yield ""
    hidden = set(without)
    fields = tuple(field for field in item.fields if field.name not in hidden)
    yield from _text_and_fields(msgspec.structs.replace(item, fields=fields))


def _text_and_fields(item: Shape) -> Iterator[str]:
    yield item.text
    yield ""
    if item.fields:
        yield from _fields(item.fields)


def _fields(fields: Iterable[Field]) -> Iterator[str]:
    rows = [
        (
            f"`{field.name}`",
            _type(alternatives(field.hint), field),
            _left_out(field),
            " ".join(field.text.split()),
        )
        for field in fields
    ]
    columns = 4 if any(row[3] for row in rows) else 3
    for row in (("Field", "Type", "If left out", "What it is"), ("---",) * 4, *rows):
        yield f"| {' | '.join(row[:columns])} |"
    yield ""


def _left_out(field: Field) -> str:
    if field.required:
        return "never is"
    if not field.default and not isinstance(field.default, bool | int):
        return "empty"
    return f"`{json.dumps(field.default, ensure_ascii=False)}`"


def _type(members: tuple[object, ...], field: Field | None = None) -> str:
    nullable = field is not None and not field.required and field.default is None
    kept = tuple(item for item in members if not (nullable and item is types.NoneType))
    name = union_name(kept)
    return _linked(name) if name is not None else " or ".join(_single(item) for item in kept)


def _single(hint: object) -> str:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, NewType):
        return f"[{hint.__name__}](entities.md#ids)"
    if isinstance(hint, type) and issubclass(hint, StrEnum | msgspec.Struct):
        return _linked(hint.__name__)
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _linked("Event")
    if origin is Literal:
        return _either(str(item) for item in args)
    if origin in (tuple, frozenset):
        return f"list of {_type(alternatives(args[0]))}"
    if origin is dict:
        return f"{_type(alternatives(args[1]))} by {_type(alternatives(args[0]))}"
    raise TypeError(hint)


def _linked(name: str) -> str:
    if name == "Event":
        return "[Event](events.md)"
    if name in ("Query", "Result"):
        return f"[{name}](queries.md)"
    if name in ("Service", "Outcome"):
        return f"[{name}](commands.md)"
    page = {
        "Command": "commands.md#the-envelope",
        "ContactFacts": "events.md#contactfacts",
        "CallFacts": "events.md#callfacts",
        "ErrorBody": "errors.md",
        "Identity": "",
    }.get(name)
    if name in _NATIVE:
        page = f"native.md#{name.lower()}"
    if page is None:
        page = f"entities.md#{name.lower()}"
    return f"[{name}]({page})" if page else name


_NATIVE = ("SubjectAt", "Entry")


def _json(value: object) -> Iterator[str]:
    yield "```json"
    yield json.dumps(value, ensure_ascii=False)
    yield "```"
    yield ""


def _either(words: Iterable[str]) -> str:
    *rest, last = (f"`{word}`" for word in words)
    return f"{', '.join(rest)} or {last}" if rest else last


def _yes(value: bool) -> str:  # noqa: FBT001 - a cell of a table
    return "yes" if value else ""


def words(text: str) -> set[str]:
    """The headings of a page: what it documents."""
    return set(re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE))
