"""The model as TypeScript: what the pages compile against."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NewType, get_args, get_origin

import msgspec

from cordboard.model.errors import ERRORS
from tools.catalogue import (
    UNIONS,
    Field,
    Shape,
    alternatives,
    enums,
    ids,
    nouns,
    shape,
    structs,
    union_name,
)

_HEAD = """\
// Made by tools/generate.py from src/cordboard/model. Do not edit: run `make generate`.
//
// These are the shapes as they stand on the wire. A field that has its default is left out there, so it is optional here;
// `{ ...DEFAULTS.Contact, ...contact }` fills them in. What may be `None` in the model is left out, never `null`, except
// for the values of a `Change`, where `null` means that the key is gone.
"""

_PLAIN: Mapping[object, str] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    types.NoneType: "null",
}


def typescript() -> str:
    """The whole file."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    for item in ids():
        yield f"export type {item.__name__} = string;"
    for enum in enums():
        yield ""
        yield from _comment(enum.__doc__ or "")
        yield f"export type {enum.__name__} = {' | '.join(json.dumps(str(item.value)) for item in enum)};"
    for cls in structs():
        yield ""
        yield from _interface(shape(cls))
    for name, members in UNIONS.items():
        yield ""
        yield f"/** Told apart by `{shape(members[0]).tag_field}`. */"
        yield f"export type {name} =\n  | " + "\n  | ".join(member.__name__ for member in members) + ";"
    yield ""
    yield from _defaults()
    yield ""
    yield "/** Every error code, with what it means. */"
    yield "export const ERRORS = {"
    for code, kind in ERRORS.items():
        yield f"  {json.dumps(code)}: {json.dumps(kind.text, ensure_ascii=False)},"
    yield "} as const;"
    yield ""
    yield "export type ErrorCode = keyof typeof ERRORS;"


def _interface(item: Shape) -> Iterator[str]:
    yield from _comment(item.text)
    yield f"export interface {item.name} {{"
    if item.tag_field:
        yield f"  readonly {item.tag_field}: {json.dumps(item.tag)};"
    for field in item.fields:
        yield from _comment(field.text, "  ")
        mark = "" if field.required else "?"
        yield f"  readonly {field.name}{mark}: {_type(_members(field))};"
    yield "}"


def _members(field: Field) -> tuple[object, ...]:
    """What the field may be where it is there: `None` as the default is never written."""
    members = alternatives(field.hint)
    if field.required or field.default is not None:
        return members
    return tuple(item for item in members if item is not types.NoneType)


def _type(members: tuple[object, ...]) -> str:
    name = union_name(members)
    return name if name is not None else " | ".join(_single(item) for item in members)


def _single(hint: object) -> str:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, NewType) or (isinstance(hint, type) and issubclass(hint, StrEnum | msgspec.Struct)):
        return hint.__name__
    origin, args = get_origin(hint), [alternatives(item) for item in get_args(hint)]
    if origin in (tuple, frozenset):
        inner = _type(args[0])
        return f"readonly ({inner})[]" if " | " in inner else f"readonly {inner}[]"
    if origin is dict:
        key, value = _type(args[0]), _type(args[1])
        # An enumeration as the key names all its words; a page may get any few of them.
        few = isinstance(args[0][0], type) and issubclass(args[0][0], StrEnum)
        return f"{{ readonly [K in {key}]?: {value} }}" if few else f"{{ readonly [key: {key}]: {value} }}"
    raise TypeError(hint)


def _defaults() -> Iterator[str]:
    yield "type Filled<T, K extends keyof T> = { readonly [P in K]-?: Exclude<T[P], undefined> };"
    yield ""
    filled = [
        (item, [field for field in item.fields if field.default is not None]) for item in map(shape, _nouns())
    ]
    filled = [(item, fields) for item, fields in filled if fields]
    yield "/** What a field means that was left out. */"
    yield "export const DEFAULTS: {"
    for item, fields in filled:
        yield f"  readonly {item.name}: Filled<{item.name}, {' | '.join(json.dumps(field.name) for field in fields)}>;"
    yield "} = {"
    for item, fields in filled:
        values = ", ".join(f"{field.name}: {json.dumps(field.default)}" for field in fields)
        yield f"  {item.name}: {{ {values} }},"
    yield "};"


def _nouns() -> tuple[type[msgspec.Struct], ...]:
    return (*nouns(), *(cls for cls in structs() if cls.__name__ in ("View", "Change")))


def _comment(text: str, indent: str = "") -> Iterator[str]:
    lines = [line.replace("*/", "*\\/") for line in text.strip().splitlines()]
    if len(lines) == 1:
        yield f"{indent}/** {lines[0]} */"
    elif lines:
        yield f"{indent}/**"
        yield from (f"{indent} * {line}".rstrip() for line in lines)
        yield f"{indent} */"
