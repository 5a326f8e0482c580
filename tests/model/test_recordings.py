"""Old logs load for ever. `recordings/v<n>.jsonl` holds every event with every field that it had in that version; it is
read as it stands, and the state that it folds into is compared with the one beside it.

`--accept` writes the newest recording anew from today's types, and the states of all. Before the first release that is how
a changed type gets in; after it, a change of an event that was recorded is a new field with a default, a new type
of event goes into a recording of the next version, and only states are ever rewritten.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, cast, get_args, get_origin

import msgspec
import pytest

from cordboard.model import commands as c, events as e
from cordboard.model.events import decode_event, encode_event
from cordboard.model.fold import fold, initial
from cordboard.model.ids import (
    AgentId,
    CallId,
    CommandId,
    ConnectionId,
    ContactId,
    LinkId,
    Subject,
    ThreadId,
)
from cordboard.model.log import draft, placed
from cordboard.model.state import SubjectState
from tests.model.builders import ANN, NOON
from tests.model.strategies import EVENT_TYPES

HERE = Path(__file__).parent / "recordings"
NEWEST = HERE / "v1.jsonl"
RECORDINGS = sorted(HERE.glob("v*.jsonl"))
PROVENANCE = {
    "provenance": "Cordboard's own: every event of this version of the model with every field, made from its types",
    "personal": "none",
}


@pytest.fixture(scope="module", autouse=True)
def _rewritten(accept: bool) -> None:
    if not accept:
        return
    lines = [msgspec.json.encode(PROVENANCE), *(encode_event(event) for event in samples())]
    NEWEST.write_bytes(b"\n".join(lines) + b"\n")
    for recording in RECORDINGS or [NEWEST]:
        recording.with_suffix(".state.json").write_bytes(golden(state_of(recording)))


def test_there_is_a_recording() -> None:
    assert NEWEST in RECORDINGS


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda item: item.stem)
def test_an_old_log_loads(recording: Path) -> None:
    first, *lines = recording.read_bytes().splitlines()
    assert "provenance" in msgspec.json.decode(first)
    for line in lines:
        written = msgspec.json.decode(line)["type"]
        told = type(decode_event(line)).__struct_config__.tag
        assert told == written, f"this version no longer knows {line.decode()}"


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda item: item.stem)
def test_an_old_log_folds_into_what_it_did(recording: Path) -> None:
    state = state_of(recording)
    assert golden(state) == recording.with_suffix(".state.json").read_bytes()
    assert msgspec.json.decode(golden(state), type=SubjectState) == state


def test_every_event_and_every_service_and_outcome_is_recorded() -> None:
    events = [decode_event(line) for item in RECORDINGS for line in item.read_bytes().splitlines()[1:]]
    assert {type(event) for event in events} == set(EVENT_TYPES)
    issued = {type(item.command.service) for item in events if isinstance(item, e.CommandIssued)}
    settled = {type(item.outcome) for item in events if isinstance(item, e.CommandSettled)}
    assert (issued, settled) == (set(get_args(c.Service)), set(get_args(c.Outcome)))


def state_of(recording: Path) -> SubjectState:
    state = initial(ANN)
    for seq, line in enumerate(recording.read_bytes().splitlines()[1:], 1):
        state = fold(state, placed(draft(ANN, decode_event(line), NOON + seq, f"o{seq}"), seq))
    return state


def golden(state: SubjectState) -> bytes:
    return msgspec.json.format(msgspec.json.encode(state, order="deterministic"), indent=1) + b"\n"


# --- what is recorded ------------------------------------------------------------------------------------------------------

_IDS = {
    AgentId: "ann",
    ThreadId: "t1",
    ContactId: "k1",
    CallId: "c1",
    ConnectionId: "x1",
    CommandId: "m1",
    LinkId: "sim",
    Subject: ANN,
}


def samples() -> Iterator[e.Event]:
    """Every event with every field told, in an order in which the later ones find what the earlier ones made."""
    for kind in EVENT_TYPES:
        if kind is e.CommandIssued:
            for number, service in enumerate(get_args(c.Service)):
                command = c.Command(
                    id=CommandId(f"m{number}"), subject=ANN, service=sample(service), immediate=True
                )
                yield e.CommandIssued(link=LinkId("sim"), at=NOON, command=command, by="ann")
        elif kind is e.CommandSettled:
            for number, outcome in enumerate(get_args(c.Outcome)):
                yield e.CommandSettled(at=NOON, command=CommandId(f"m{number}"), outcome=sample(outcome))
        else:
            yield sample(kind)


def sample(kind: object, name: str = "") -> Any:  # noqa: ANN401 - a value of whatever type is asked for
    """A value of this type that is not its default, with every field told; the same each time."""
    if kind in _IDS:
        return _IDS[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    match kind:
        case types.UnionType():
            return sample(arguments[0], name)
        case type() if issubclass(kind, Enum):
            return list(kind)[1]
        case type() if issubclass(kind, msgspec.Struct):
            fields = {item.name: sample(item.type, item.name) for item in msgspec.structs.fields(kind)}
            return cast("Any", kind)(**fields)
        case _ if kind is bool:
            return True
        case _ if kind is int:
            return NOON
        case _ if kind is float:
            return 0.5
        case _ if origin is typing.Union:  # NewType | None is one of these
            return sample(arguments[0], name)
        case _ if origin is tuple:
            return (sample(arguments[0], name),)
        case _ if origin is dict:
            return {sample(arguments[0], name): sample(arguments[1], name)}
        case _:
            return "ann" if name == "id" else name or "x"
