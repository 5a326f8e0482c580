"""The model as data: each struct and enumeration with its docstrings, fields and defaults, read off the classes themselves."""

from __future__ import annotations

import ast
import inspect
import itertools
import sys
import types
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import NewType, Union, get_args, get_origin, get_type_hints

import msgspec

from cordboard.model import commands, entities, errors, events, state, view

UNIONS: Mapping[str, tuple[type[msgspec.Struct], ...]] = {
    "Event": get_args(events.Event),
    "Service": get_args(commands.Service),
    "Outcome": get_args(commands.Outcome),
    "Query": get_args(commands.Query),
    "Result": get_args(commands.Result),
}
"""The closed unions of the model, each told apart by one field."""

ENTITIES: tuple[type[msgspec.Struct], ...] = (
    entities.AgentProfile,
    entities.AgentState,
    entities.PendingState,
    entities.Reason,
    entities.Device,
    entities.Team,
    entities.Queue,
    entities.Contact,
    entities.ListRecord,
    entities.Callback,
    entities.Call,
    entities.Connection,
    entities.Participant,
    entities.AttachedData,
    entities.Stamps,
    entities.Stamp,
    entities.Record,
    entities.Target,
    entities.TeamMessage,
    entities.Activity,
    entities.Utterance,
    entities.Suggestion,
    state.LinkState,
)
"""The nouns, in the order in which one would explain them."""

ENVELOPES: tuple[type[msgspec.Struct], ...] = (
    commands.Command,
    events.ContactFacts,
    events.CallFacts,
    view.View,
    view.Change,
    errors.ErrorBody,
    errors.ErrorReply,
)
"""What the nouns and verbs travel in."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a struct. `hint` is its type as written, new types and named unions kept."""

    name: str
    hint: object
    required: bool
    default: object = None
    text: str = ""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A struct. `tag`: the field that names it in JSON and the word that stands there; both empty where there is none."""

    name: str
    text: str
    fields: tuple[Field, ...]
    tag_field: str = ""
    tag: str = ""


def shape(cls: type[msgspec.Struct]) -> Shape:
    """What there is to say about a struct."""
    hints = get_type_hints(cls)
    texts = _field_texts(cls)
    info = msgspec.inspect.type_info(cls)
    if not isinstance(info, msgspec.inspect.StructType):
        raise TypeError(cls)
    return Shape(
        name=cls.__name__,
        text=inspect.cleandoc(cls.__doc__ or ""),
        fields=tuple(
            Field(
                name=item.encode_name,
                hint=hints[item.name],
                required=item.required,
                default=_default(item),
                text=texts.get(item.name, ""),
            )
            for item in info.fields
        ),
        tag_field=info.tag_field or "",
        tag=str(info.tag) if info.tag is not None else "",
    )


def structs() -> tuple[type[msgspec.Struct], ...]:
    """Every struct that crosses a wire, each once, and what their fields are made of."""
    found: dict[type[msgspec.Struct], None] = {}
    waiting: list[type[msgspec.Struct]] = [*ENTITIES, *ENVELOPES]
    waiting.extend(member for union in UNIONS.values() for member in union)
    while waiting:
        cls = waiting.pop(0)
        if cls not in found:
            found[cls] = None
            named = (part for hint in get_type_hints(cls).values() for part in parts(hint))
            waiting.extend(
                part for part in named if isinstance(part, type) and issubclass(part, msgspec.Struct)
            )
    return tuple(found)


def nouns() -> tuple[type[msgspec.Struct], ...]:
    """`ENTITIES`, and those that somebody forgot to place there."""
    rest = (cls for cls in structs() if cls.__module__ == entities.__name__ and cls not in ENTITIES)
    return (*ENTITIES, *rest)


def enums() -> tuple[type[StrEnum], ...]:
    """Every enumeration that a field of these structs names, in the order of the source."""
    named = {
        part
        for cls in structs()
        for hint in get_type_hints(cls).values()
        for part in parts(hint)
        if isinstance(part, type) and issubclass(part, StrEnum)
    }
    return tuple(sorted(named, key=lambda cls: (cls.__module__, _line(cls))))


def ids() -> tuple[NewType, ...]:
    """Every opaque name that a field of these structs has as its type."""
    named = {
        part.__name__: part
        for cls in structs()
        for hint in get_type_hints(cls).values()
        for part in parts(hint)
        if isinstance(part, NewType)
    }
    return tuple(named[name] for name in sorted(named))


def parts(hint: object) -> Iterator[object]:
    """The hint and all that it is made of."""
    yield hint
    for item in get_args(hint):
        yield from parts(item)


def texts_below(module: types.ModuleType) -> dict[str, str]:
    """The string that stands under each assignment of a module that has one."""
    found = {}
    for one, other in itertools.pairwise(ast.parse(inspect.getsource(module)).body):
        match one, other:
            case (
                ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = inspect.cleandoc(text)
            case _:
                pass
    return found


def alternatives(hint: object) -> tuple[object, ...]:
    """The members of a union, or the hint alone."""
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def union_name(members: tuple[object, ...]) -> str | None:
    """What the model calls the union of these, where it has a name."""
    return next((name for name, known in UNIONS.items() if frozenset(known) == frozenset(members)), None)


def _default(item: msgspec.inspect.Field) -> object:
    if item.default is not msgspec.NODEFAULT:
        return msgspec.to_builtins(item.default)
    if item.default_factory is not msgspec.NODEFAULT:
        return msgspec.to_builtins(item.default_factory())
    return None


def _field_texts(cls: type) -> dict[str, str]:
    """The string that stands under a field in the source, for each field that has one."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if not base.__module__.startswith("cordboard."):
            continue
        for one, other in itertools.pairwise(_node(base).body):
            match one, other:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    found[name] = inspect.cleandoc(text)
                case _:
                    pass
    return found


def _node(cls: type) -> ast.ClassDef:
    return _classes(cls.__module__)[cls.__name__]


@cache
def _classes(module: str) -> Mapping[str, ast.ClassDef]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def _line(cls: type) -> int:
    return _node(cls).lineno
