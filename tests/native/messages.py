"""Random messages of the native wire."""

from __future__ import annotations

from typing import Annotated, Any, cast, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from cordboard.contract import Identity
from cordboard.model.errors import ERRORS, ErrorBody
from cordboard.protocols.native import wire
from tests.model.strategies import values

_RAW = st.sampled_from((b"null", b"1", b'"x"', b'{"a": [1, 2]}', b"[]")).map(msgspec.Raw)


def messages(kind: type[msgspec.Struct]) -> st.SearchStrategy[msgspec.Struct]:
    """Random values of one message type."""
    return st.fixed_dictionaries({item.name: _field(item.type) for item in msgspec.structs.fields(kind)}).map(
        lambda chosen: cast("Any", kind)(**chosen)
    )


def _field(kind: object) -> st.SearchStrategy[Any]:
    if get_origin(kind) is Annotated:
        first = get_args(kind)[0]
        return _RAW if first is msgspec.Raw else st.text("ab-1ü", min_size=1, max_size=100)
    if kind is msgspec.Raw:
        return _RAW
    if kind in (wire.Entry, Identity):
        return messages(cast("type[msgspec.Struct]", kind))
    if kind == tuple[wire.Entry, ...]:
        return st.lists(messages(wire.Entry), max_size=2).map(tuple)
    if kind is ErrorBody:
        return st.builds(ErrorBody, code=st.sampled_from(sorted(ERRORS)), message=st.text())
    return values(kind)
