"""Leaving out what is personal: of events and entities on their way into logs, exports and bug reports.

The fields are few and named (`PERSONAL`), as `cordboard.model.entities` marks them. What is left keeps its shape, so
that a redacted event is still an event: texts become `HIDDEN`, dictionaries keep their keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, cast

import msgspec
from msgspec.structs import replace

from cordboard.model import commands as c, entities as n, events as e

T = TypeVar("T")

HIDDEN = "[hidden]"

PERSONAL: Mapping[type[msgspec.Struct], frozenset[str]] = {
    n.Participant: frozenset({"name", "number"}),
    n.AttachedData: frozenset({"peripheral", "named"}),
    n.Call: frozenset({"ani", "dialled"}),
    n.Contact: frozenset({"subject", "notes", "variables"}),
    n.Record: frozenset({"name", "fields"}),
    n.Target: frozenset({"name", "number"}),
    n.Utterance: frozenset({"text"}),
    n.Suggestion: frozenset({"title", "text"}),
    e.ContactFacts: frozenset({"subject"}),
    e.CallFacts: frozenset({"ani", "dialled"}),
    e.DigitsGenerated: frozenset({"digits"}),
    e.NoteTaken: frozenset({"text"}),
    e.LocalDataSet: frozenset({"variables"}),
    e.Unrecognised: frozenset({"data"}),
    c.GenerateDigits: frozenset({"digits"}),
    c.TakeNote: frozenset({"text"}),
    c.SetLocalData: frozenset({"variables"}),
    c.SearchRecords: frozenset({"text"}),
    c.SaveActivity: frozenset({"fields"}),
    c.ScreenPop: frozenset({"what", "arguments"}),
}
"""By type, the fields that tell of a person. Of participants only the customer's and third parties'."""

_STAFF = (n.Role.AGENT, n.Role.SUPERVISOR, n.Role.QUEUE)


def redacted(value: T) -> T:
    """The same, with personal fields hidden; what has none is given back as it is."""
    return cast("T", _redacted(value))


def _redacted(value: object) -> object:
    match value:
        case n.Participant(role=role) if role in _STAFF:
            return value
        case msgspec.Struct():
            personal = PERSONAL.get(type(value), frozenset())
            changes = {}
            for name in value.__struct_fields__:
                old = getattr(value, name)
                new = _hidden(old) if name in personal else _redacted(old)
                if new is not old:
                    changes[name] = new
            return replace(value, **changes) if changes else value
        case tuple():
            items = tuple(_redacted(item) for item in value)
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        case dict():
            redone = {key: _redacted(item) for key, item in value.items()}
            return redone if any(redone[key] is not item for key, item in value.items()) else value
        case _:
            return value


def _hidden(value: object) -> object:
    """Hidden where there is something to hide: whether a field was empty is no secret, and helps who looks for a fault."""
    match value:
        case str():
            return HIDDEN if value else value
        case dict():
            return {key: _hidden(item) for key, item in value.items()}
        case _:
            return _redacted(value)
