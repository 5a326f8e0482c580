"""Random values of the model, made from its types: few ids, so that events meet; small collections, so that it is quick."""

from __future__ import annotations

import types
import typing
from collections.abc import Sequence
from enum import Enum
from typing import Any, cast, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from cordboard.model import events as e
from cordboard.model.entities import Participant
from cordboard.model.ids import (
    AgentId,
    CallId,
    CommandId,
    ConnectionId,
    ContactId,
    LinkId,
    QueueId,
    Subject,
    TeamId,
    ThreadId,
)
from cordboard.model.log import Entry, draft, placed

SUBJECT = Subject("agent/ann")

_IDS: dict[object, tuple[str, ...]] = {
    AgentId: ("ann", "bob"),
    TeamId: ("blue", "red"),
    QueueId: ("sales", "help"),
    ThreadId: ("", "t1", "t2", "t3"),
    ContactId: ("k1", "k2", "k3"),
    CallId: ("c1", "c2", "c3"),
    ConnectionId: ("x1", "x2", "x3", "x4"),
    CommandId: ("m1", "m2"),
    LinkId: ("sim", "far"),
    Subject: ("agent/ann", "agent/bob", "queue/sales", "team/blue"),
}
_TEXTS = st.sampled_from(("", "a", "+493012345", 'ä\n"{}\u2028', "x" * 200))
_made: dict[object, st.SearchStrategy[Any]] = {}


def values(kind: object) -> st.SearchStrategy[Any]:
    """Random values of this type: a struct, a union, a collection or a plain type."""
    if kind not in _made:
        _made[kind] = st.deferred(lambda: _values(kind))
    return _made[kind]


def entries(events: Sequence[e.Event], subject: Subject = SUBJECT, first: int = 1) -> list[Entry]:
    """The events as entries of one subject, a second apart."""
    return [
        placed(draft(subject, event, 1_700_000_000_000 + 1000 * seq, f"o{seq}"), seq)
        for seq, event in enumerate(events, first)
    ]


EVENT_TYPES: tuple[type[e.Event], ...] = get_args(e.Event)
events: st.SearchStrategy[e.Event] = st.sampled_from(EVENT_TYPES).flatmap(values)
call_events: st.SearchStrategy[e.Event] = st.sampled_from(get_args(e.CallEvent)).flatmap(values)
stories: st.SearchStrategy[list[Entry]] = st.lists(events | call_events, max_size=30).map(entries)


def _values(kind: object) -> st.SearchStrategy[Any]:
    if kind in _IDS:
        return st.sampled_from(_IDS[kind])
    origin, arguments = get_origin(kind), get_args(kind)
    match kind:
        case types.UnionType():
            return st.one_of([values(item) for item in arguments])
        case _ if kind is type(None):
            return st.none()
        case _ if kind is bool:
            return st.booleans()
        case _ if kind is int:
            return st.sampled_from((0, 1, 60, 1_700_000_000_000))
        case _ if kind is float:
            return st.sampled_from((0.0, 0.25, 1.0))
        case _ if kind is str:
            return _TEXTS
        case _ if origin is typing.Literal:
            return st.sampled_from(arguments)
        case _ if origin is tuple:
            return st.lists(values(arguments[0]), max_size=3).map(tuple)
        case _ if origin is frozenset:
            return st.frozensets(values(arguments[0]), max_size=3)
        case _ if origin is dict:
            return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=2)
        case type() if issubclass(kind, Enum):
            return st.sampled_from(list(kind))
        case type() if issubclass(kind, msgspec.Struct):
            return _structs(kind)
        case _ if origin is typing.Union:
            return st.one_of([values(item) for item in arguments])
        case _:
            raise TypeError(f"no values of {kind}")


def _structs(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    fields = {item.encode_name: values(item.type) for item in msgspec.structs.fields(kind)}
    if kind is Participant:
        fields["id"] = st.sampled_from(("ann", "bob", ""))
    optional = {item.encode_name for item in msgspec.structs.fields(kind) if not item.required}
    needed = st.fixed_dictionaries(
        {name: item for name, item in fields.items() if name not in optional},
        optional={name: item for name, item in fields.items() if name in optional},
    )
    return needed.map(lambda chosen: cast("Any", kind)(**chosen))
