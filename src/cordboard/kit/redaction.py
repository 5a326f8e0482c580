"""Leaving out what is personal: of events and entities on their way into logs, exports and bug reports.

The fields are few and named (`PERSONAL`), as `cordboard.model.entities` marks them. What is left keeps its shape, so
that a redacted event is still an event: texts become `HIDDEN`, dictionaries keep their keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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
    n.ListRecord: frozenset({"fields"}),
    n.Callback: frozenset({"number", "name", "text"}),
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
    c.SendMessage: frozenset({"text"}),
    c.ScheduleCallback: frozenset({"number", "text"}),
    c.SetLocalData: frozenset({"variables"}),
    c.SearchRecords: frozenset({"text"}),
    c.SaveActivity: frozenset({"fields"}),
    c.ScreenPop: frozenset({"what", "arguments"}),
}
"""By type, the fields that tell of a person. Of participants only the customer's and third parties'."""

_STAFF = (n.Role.AGENT, n.Role.SUPERVISOR, n.Role.QUEUE)


def redacted(value: T, hide: Callable[[str], str] = lambda _: HIDDEN) -> T:
    """The same, with personal fields hidden; what has none is given back as it is. `hide`: what stands in the place of a text."""
    return cast("T", _redacted(value, hide))


def secretless(text: str) -> str:
    """JSON, or the beginning of some, with the texts hidden whose names say that they let somebody in: tokens, passwords, secrets, keys."""
    return _SECRET.sub(lambda match: f"{match[1] or match[2]}{HIDDEN}", text)


class Aliases:
    """Another word for each personal text, always the same one: who was called is still seen to be who called back.

    For one export: with the next, everybody has other aliases.
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._written: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """The alias of a personal text. Numbers have one however they are written."""
        digits = re.sub(r"[^0-9*#]", "", text)
        number = bool(digits) and _NUMBER.fullmatch(text) is not None
        key = digits if number else text.casefold()
        alias = self._known.setdefault(key, f"[{'number' if number else 'text'}-{len(self._known) + 1}]")
        self._written[text] = alias
        if number:
            self._written[digits] = alias
        return alias

    def swept(self, text: str) -> str:
        """The text without any of the personal ones, where they stand within it. Short ones are not looked for."""
        found = sorted((item for item in self._written if len(item) >= _TELLING), key=len, reverse=True)
        if not found:
            return text
        pattern = re.compile("|".join(re.escape(item) for item in found), re.IGNORECASE)
        return pattern.sub(lambda match: self(match[0]), text)


_SECRET = re.compile(
    r"""("(?:\w{0,40}(?:token|password|secret|authorization)\w{0,40}|api_?key)"\s*:\s*")(?:[^"\\]|\\.)+"""
    r"""|(\\"(?:\w{0,40}(?:token|password|secret|authorization)\w{0,40}|api_?key)\\"\s*:\s*\\")[^"\\]+""",
    re.IGNORECASE,
)
"""Also in JSON that is a text within JSON. Names have an end, so that a text which somebody made of such words is not searched for long."""
_NUMBER = re.compile(r"\+?[0-9*#][0-9*#\s()./-]*")
_TELLING = 4
"""Characters from which on a personal text cannot be a part of other words by chance."""


def _redacted(value: object, hide: Callable[[str], str]) -> object:
    match value:
        case n.Participant(role=role) if role in _STAFF:
            return value
        case msgspec.Struct():
            personal = PERSONAL.get(type(value), frozenset())
            changes = {}
            for name in value.__struct_fields__:
                old = getattr(value, name)
                new = _hidden(old, hide) if name in personal else _redacted(old, hide)
                if new is not old:
                    changes[name] = new
            return replace(value, **changes) if changes else value
        case tuple():
            items = tuple(_redacted(item, hide) for item in value)
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        case dict():
            redone = {key: _redacted(item, hide) for key, item in value.items()}
            return redone if any(redone[key] is not item for key, item in value.items()) else value
        case _:
            return value


def _hidden(value: object, hide: Callable[[str], str]) -> object:
    """Hidden where there is something to hide: whether a field was empty is no secret, and helps who looks for a fault."""
    match value:
        case str():
            return hide(value) if value else value
        case dict():
            return {key: _hidden(item, hide) for key, item in value.items()}
        case _:
            return _redacted(value, hide)
