"""Reading what a vendor wrote otherwise than the samples: a field that does not fit is as if it were not there, and nothing else is lost by it.

Five9 publishes no schema. A list that lacks one name, a number that is a text, or a field that is null where nobody has seen it null must not
hide a call. What fits is read in one go; only what does not comes here a second time, field by field.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from msgspec import inspect as i

from cordboard.protocols.five9 import wire

T = TypeVar("T")


class MisfitError(ValueError):
    """It is JSON, and something else than was looked for."""


_Fit = Callable[[Any], Any]
"""The value as it is wanted. `ValueError` if it cannot be."""


def read(data: str | bytes | msgspec.Raw, kind: type[T]) -> T:
    """One of these, from JSON. `ValueError` if it is no JSON, or if it lacks what it cannot do without: an id, a state."""
    try:
        return wire.decoded(data, kind)
    except msgspec.ValidationError:
        fitted: T = _fit(cast("Hashable", kind))(wire.decoded(data, object))
        return fitted


def read_list(data: bytes, kind: type[T]) -> list[T]:
    """A list, bare or under the one name that it has, without the items that are none. `ValueError` if there is no list. What is empty has
    none: answers without a body are as good as any.
    """
    if not data.strip():
        return []
    try:
        return wire.decoded(data, list[kind])  # type: ignore[valid-type] # the caller says which
    except msgspec.ValidationError:
        found = wire.decoded(data, object)
    if found is None:
        return []
    if isinstance(found, dict):
        found = next((item for item in found.values() if isinstance(item, list)), None)
    fitted: list[T] = _several(found, _fit(cast("Hashable", kind)))
    return fitted


def fault_of(data: bytes) -> wire.ExceptionDetail | None:
    """The error of this body, or `None` if it is no such body: not JSON, or JSON of another kind."""
    try:
        return read(data, wire.Fault).detail
    except ValueError:
        return None


@cache
def _fit(kind: Hashable) -> _Fit:
    return _fit_of(i.type_info(kind))


def _fit_of(kind: i.Type) -> _Fit:
    match kind:
        case i.StrType():
            return _text
        case i.IntType():
            return _number
        case i.BoolType():
            return _switch
        case i.StructType():
            return _struct(kind)
        case i.VarTupleType(item_type=item):
            each = _fit_of(item)
            return lambda value: tuple(_several(value, each))
        case i.ListType(item_type=item):
            each = _fit_of(item)
            return lambda value: _several(value, each)
        case i.DictType(value_type=item):
            each = _fit_of(item)
            return lambda value: _named(value, each)
        case i.UnionType(types=types):
            return _one_of(tuple(_fit_of(item) for item in types if not isinstance(item, i.NoneType)))
        case i.RawType():
            return lambda value: msgspec.Raw(wire.encoded(value))
        case _:
            return lambda value: value


def _struct(kind: i.StructType) -> _Fit:
    rows = [(item.name, item.encode_name, _fit_of(item.type), item.required) for item in kind.fields]

    def fit(value: Any) -> Any:  # noqa: ANN401 - JSON
        if not isinstance(value, dict):
            raise MisfitError(f"this is no {kind.cls.__name__}")
        found = {}
        for name, encoded, fitted, required in rows:
            try:
                if value.get(encoded) is not None:
                    found[name] = fitted(value[encoded])
                    continue
            except ValueError:
                pass
            if required:
                raise MisfitError(f"a {kind.cls.__name__} without {encoded}")
        return kind.cls(**found)

    return fit


def _one_of(fits: tuple[_Fit, ...]) -> _Fit:
    def fit(value: Any) -> Any:  # noqa: ANN401 - JSON
        for each in fits:
            try:
                return each(value)
            except ValueError:
                continue
        raise MisfitError("this is none of them")

    return fit


def _several(value: Any, each: _Fit) -> list[Any]:  # noqa: ANN401 - JSON
    if not isinstance(value, list):
        raise MisfitError("this is no list")
    found = []
    for item in value:
        try:
            found.append(each(item))
        except ValueError:
            continue
    return found


def _named(value: Any, each: _Fit) -> dict[str, Any]:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        raise MisfitError("this is no object")
    found = {}
    for name, item in value.items():
        try:
            found[name] = each(item)
        except ValueError:
            continue
    return found


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if value == int(value) else str(value)
    raise MisfitError("this is no text")


def _number(value: Any) -> int:  # noqa: ANN401 - JSON
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise MisfitError("this is no number")
    return int(value)


def _switch(value: Any) -> bool:  # noqa: ANN401 - JSON
    word = str(value).strip().lower()
    if word not in ("true", "false"):
        raise MisfitError("this is neither true nor false")
    return word == "true"
