"""Recordings: what a link was told, in order, as JSON lines that a person can read and a test can play again.

The first line is the `Provenance`; each further line is one step. What came of the steps, the *golden* effects, stands beside it
in a file of its own, so that a review sees it change.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, assert_never, cast, get_args

import msgspec

from cordboard.contract import (
    Link,
    LinkEffect,
    LinkEffects,
    LinkFrame,
    Scope,
)
from cordboard.model.commands import Command, Query
from cordboard.model.errors import CallerError
from cordboard.model.ids import Millis, Subject

Plain = dict[str, Any]

Source = Literal["vendor", "documents", "third-party", "own", "guess"]
"""Where a recording is from: the real vendor; the vendor's published documents; a third party's client or server; our own other
end; nobody knows.
"""


class Provenance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a recording comes from. `obtained`: how it was got, in a sentence; `changed`: what is not as it was (redaction)."""

    recording: Literal[1] = 1
    protocol: str
    end: Literal["link"]
    story: str
    source: Source
    obtained: str
    date: str
    by: str = ""
    """The program and its version at the other end, and ours."""
    url: str = ""
    changed: str = ""
    settings: dict[str, Any] = {}
    """Of the link, without secrets."""
    scope: Scope | None = None


class Start(msgspec.Struct, frozen=True, kw_only=True, tag="start", tag_field="do", omit_defaults=True):
    """The link begins."""

    at: Millis
    resume: dict[Subject, str] = {}


class Heard(msgspec.Struct, frozen=True, kw_only=True, tag="frame", tag_field="do"):
    """A frame."""

    at: Millis
    frame: Plain


class Executed(msgspec.Struct, frozen=True, kw_only=True, tag="command", tag_field="do"):
    """The link is given a command."""

    at: Millis
    command: Command


class Asked(msgspec.Struct, frozen=True, kw_only=True, tag="ask", tag_field="do"):
    """The link is asked a query."""

    at: Millis
    ask: str
    subject: Subject
    query: Query


Step = Start | Heard | Executed | Asked


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A provenance and its steps."""

    provenance: Provenance
    steps: tuple[Step, ...]


def dumps(recording: Recording) -> str:
    """As JSON lines."""
    lines = [recording.provenance, *recording.steps]
    return "".join(_line(msgspec.to_builtins(line)) for line in lines)


def loads(text: str) -> Recording:
    """From JSON lines. `CallerError` naming the line that is wrong."""
    lines = text.removesuffix("\n").split("\n")  # a text may have other ends of lines in it, as JSON allows
    try:
        provenance = msgspec.json.decode(lines[0] if lines else "", type=Provenance)
    except msgspec.DecodeError as error:
        raise CallerError("bad-field", f"line 1 is no provenance: {error}", {"field": "line 1"}) from None
    steps: list[Step] = []
    for number, line in enumerate(lines[1:], 2):
        try:
            step = msgspec.json.decode(line, type=Step)
            if isinstance(step, Heard):
                frame(step.frame)
        except (msgspec.DecodeError, ValueError) as error:
            where = f"line {number}"
            raise CallerError("bad-field", f"{where} is no step: {error}", {"field": where}) from None
        steps.append(step)
    return Recording(provenance=provenance, steps=tuple(steps))


# --- frames and effects in words --------------------------------------------------------------------------------------


_FRAMES: Mapping[str, type[LinkFrame]] = {kind.__name__: kind for kind in get_args(LinkFrame)}


_BLOBS = frozenset({"data", "body"})


def plain(value: LinkFrame | LinkEffect) -> Plain:
    """A frame or an effect as JSON: its `type` and all fields that say something. Bytes that are text stand as text."""
    fields = {
        field.name: _plain(getattr(value, field.name))
        for field in msgspec.structs.fields(type(value))
        if field.required or getattr(value, field.name) != _default(field)
    }
    return {"type": type(value).__name__, **fields}


def frame(told: Plain) -> LinkFrame:
    """The frame again. `ValueError` if it is none."""
    fields = dict(told)
    kind = _FRAMES.get(str(fields.pop("type", "")))
    if kind is None:
        raise ValueError(f"no frame is a {told.get('type')!r}")
    types = {field.name: field.type for field in msgspec.structs.fields(kind)}
    if strange := sorted(set(fields) - set(types)):
        raise ValueError(f"{kind.__name__} has no {strange}")
    made: Any = kind
    try:
        found = made(
            **{
                name: _blob(value) if name in _BLOBS else msgspec.convert(value, types[name])
                for name, value in fields.items()
            }
        )
    except TypeError as error:
        raise ValueError(str(error)) from None
    return cast("LinkFrame", found)


def _blob(value: object) -> str | bytes:
    match value:
        case str():
            return value
        case {"bytes": str(text)}:
            return text.encode()
        case {"base64": str(text)}:
            return base64.b64decode(text)
        case _:
            raise ValueError(f"no data: {value!r}")


def _plain(value: object) -> object:
    if isinstance(value, msgspec.Raw):
        return msgspec.json.decode(value)
    if isinstance(value, bytes):
        try:
            return {"bytes": value.decode()}
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(value).decode()}
    return msgspec.to_builtins(value, order="sorted")


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else None


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


# --- playing ------------------------------------------------------------------------------------------------------------


def for_link(step: Step) -> Callable[[Link], LinkEffects]:
    """What tells a link this step."""
    match step:
        case Start(at=at, resume=resume):
            return lambda link: link.start(at, resume)
        case Heard():
            told = frame(step.frame)
            return lambda link: link.receive(told)
        case Executed(at=at, command=command):
            return lambda link: link.execute(command, at)
        case Asked(at=at, ask=ask, subject=subject, query=query):
            return lambda link: link.ask(ask, subject, query, at)
        case _:
            assert_never(step)


def play_link(link: Link, steps: Iterable[Callable[[Link], LinkEffects]]) -> Iterator[Sequence[LinkEffect]]:
    """Tell a link all steps; what it does at each."""
    for tell in steps:
        yield tuple(tell(link))


def golden(effects: Iterable[Sequence[LinkEffect]]) -> str:
    """What came of each step that led to anything, as JSON lines; steps count from 1."""
    return "".join(
        _line({"step": number, "effects": [plain(effect) for effect in found]})
        for number, found in enumerate(effects, 1)
        if found
    )
