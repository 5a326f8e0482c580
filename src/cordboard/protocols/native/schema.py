"""JSON Schema of all that crosses the native wire, made from the structs."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias, cast, get_args

import msgspec

from cordboard.model import commands, events
from cordboard.model.errors import ERRORS, ErrorReply
from cordboard.protocols.native import wire

Schema: TypeAlias = dict[str, Any]

REF = "#/components/schemas/"

UNIONS: Mapping[str, Any] = {
    "Event": events.Event,
    "Service": commands.Service,
    "Outcome": commands.Outcome,
    "Query": commands.Query,
    "Result": commands.Result,
}
"""Unions that have a name of their own, here as in the model."""

CLIENT_MESSAGES: tuple[type[msgspec.Struct], ...] = get_args(wire.ClientMessage)
SERVER_MESSAGES: tuple[type[msgspec.Struct], ...] = get_args(wire.ServerMessage)
BODIES: tuple[type[msgspec.Struct], ...] = (
    wire.SubjectList,
    wire.SubjectNow,
    wire.EntryList,
    wire.CommandBody,
    wire.CommandReply,
    ErrorReply,
)
_ASKED = (*CLIENT_MESSAGES, wire.CommandBody, *get_args(commands.Query))


def ref(name: str) -> Schema:
    """A reference to a component."""
    return {"$ref": REF + name}


@cache
def components() -> Mapping[str, Schema]:
    """Every schema by name, as they stand under ``components/schemas``."""
    members = [member for union in UNIONS.values() for member in get_args(union)]
    types = dict.fromkeys((*CLIENT_MESSAGES, *SERVER_MESSAGES, *BODIES, *members))
    _, found = msgspec.json.schema_components(types, ref_template=REF + "{name}")
    named = {
        frozenset(REF + member.__name__ for member in get_args(union)): name for name, union in UNIONS.items()
    }
    schemas = {name: cast("Schema", _tidy(schema, named)) for name, schema in found.items()}
    for name, union in UNIONS.items():
        schemas[name] = _union(get_args(union))
    schemas["ErrorBody"]["properties"]["code"] = {"type": "string", "enum": sorted(ERRORS)}
    for name in _reached(schemas, (kind.__name__ for kind in _ASKED)):
        # What callers send is read strictly: a misspelt option would make another command of it.
        if "properties" in schemas[name]:
            schemas[name]["additionalProperties"] = False
    return dict(sorted(schemas.items()))


@cache
def json_schema() -> bytes:
    """The whole as one JSON Schema document (2020-12)."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:cordboard:native",
        "title": "The native protocol of Cordboard",
        "description": "Messages of the WebSocket, bodies of the REST doors, and the model that they carry.",
        "$defs": components(),
    }
    text = msgspec.json.encode(_without_discriminators(document))
    return text.replace(REF.encode(), b"#/$defs/")


def _union(members: Iterable[type[msgspec.Struct]]) -> Schema:
    infos = [msgspec.inspect.type_info(member) for member in members]
    tagged = [info for info in infos if isinstance(info, msgspec.inspect.StructType)]
    return {
        "oneOf": [ref(info.cls.__name__) for info in tagged],
        "discriminator": {
            "propertyName": tagged[0].tag_field,
            "mapping": {str(info.tag): REF + info.cls.__name__ for info in tagged},
        },
    }


def _tidy(schema: object, named: Mapping[frozenset[str], str]) -> object:
    """With the named unions by their names, and descriptions as one would read them."""
    match schema:
        case {"anyOf": [*parts], **rest} if rest.keys() <= {"discriminator"}:
            refs = frozenset(part.get("$ref", "") for part in parts)
            if refs in named:
                return ref(named[refs])
            without = [part for part in parts if part != {"type": "null"}]
            rest_refs = frozenset(part.get("$ref", "") for part in without)
            if rest_refs in named:
                return {"anyOf": [ref(named[rest_refs]), {"type": "null"}]}
            return {"anyOf": [_tidy(part, named) for part in parts], **rest}
        case dict():
            return {
                key: inspect.cleandoc(value)
                if key == "description" and isinstance(value, str)
                else _tidy(value, named)
                for key, value in schema.items()
            }
        case list():
            return [_tidy(item, named) for item in schema]
        case _:
            return schema


def _reached(schemas: Mapping[str, Schema], names: Iterable[str]) -> set[str]:
    """The components that these refer to, themselves included."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(_refs(schemas[name]))
    return found


def _refs(schema: object) -> Iterable[str]:
    match schema:
        case dict():
            for key, value in schema.items():
                if key == "$ref":
                    yield value.removeprefix(REF)
                elif key != "discriminator":
                    yield from _refs(value)
        case list():
            for item in schema:
                yield from _refs(item)
        case _:
            pass


def _without_discriminators(schema: object) -> object:
    """`discriminator` is a word of OpenAPI and none of JSON Schema."""
    match schema:
        case dict():
            return {
                key: _without_discriminators(value) for key, value in schema.items() if key != "discriminator"
            }
        case list():
            return [_without_discriminators(item) for item in schema]
        case _:
            return schema
