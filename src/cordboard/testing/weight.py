"""How much an object holds on to: whether something grows for ever."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from enum import Enum
from types import BuiltinFunctionType, FunctionType, GeneratorType, MethodType, ModuleType

import msgspec

_NOT_ITS_OWN = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType, Enum)


def weight(thing: object, *, without: tuple[type, ...] = ()) -> int:
    """Bytes of all that the thing holds on to, but for types, modules, functions, and what is of the types in `without`."""
    seen: set[int] = set()
    waiting = deque([thing])
    total = 0
    while waiting:
        item = waiting.popleft()
        if id(item) in seen or isinstance(item, (*_NOT_ITS_OWN, *without)):
            continue
        seen.add(id(item))
        total += sys.getsizeof(item)
        waiting.extend(_held(item))
    return total


def _held(item: object) -> Iterator[object]:
    match item:
        case str() | bytes() | int() | float() | None:
            return
        case dict():
            yield from item.keys()
            yield from item.values()
        case list() | tuple() | set() | frozenset() | deque():
            yield from item
        case msgspec.Struct():
            yield from (getattr(item, name) for name in item.__struct_fields__)
        case GeneratorType():
            if item.gi_frame is not None:
                yield from item.gi_frame.f_locals.values()
        case _:
            yield from getattr(item, "__dict__", {}).values()
            for kind in type(item).__mro__:
                slots = getattr(kind, "__slots__", ())
                for name in (slots,) if isinstance(slots, str) else slots:
                    if hasattr(item, name):
                        yield getattr(item, name)
