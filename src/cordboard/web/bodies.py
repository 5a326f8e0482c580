"""JSON bodies of our own doors, typed."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from cordboard.model.errors import CallerError

T = TypeVar("T")

_PLACE = re.compile(r" - at `\$\.?(.*)`\Z")
_UNKNOWN = re.compile(r"unknown field `(.*?)`")
_MISSING = re.compile(r"required field `(.*?)`")


def body_of(data: bytes, kind: type[T]) -> T:
    """The body as a struct. `CallerError` `bad-json`, or `bad-field` naming the field."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        text, field = complaint(error)
        raise CallerError("bad-field", text, {"field": field}) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise CallerError("bad-json", "send one JSON object, UTF-8") from None


def complaint(error: msgspec.ValidationError) -> tuple[str, str]:
    """What msgspec found wrong, and the dotted name of the field, `(all)` if it is the whole."""
    text = str(error)
    place = _PLACE.search(text)
    parts = [place[1]] if place and place[1] else []
    parts.extend(named[1] for pattern in (_UNKNOWN, _MISSING) if (named := pattern.search(text)))
    return _PLACE.sub("", text), ".".join(parts) or "(all)"
