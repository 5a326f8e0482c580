"""Five9's wire: what is written is read again, and what is read is never more than a `ValueError`."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from cordboard.protocols.five9 import events, wire, words as w

KINDS: tuple[type[Any], ...] = (
    wire.Frame,
    wire.Call,
    wire.Presence,
    wire.Login,
    wire.Metadata,
    wire.SignIn,
    wire.Station,
    wire.Notice,
    wire.MakeExternalCall,
    wire.Target,
    wire.Dispose,
    wire.Leave,
    wire.Fault,
    wire.Stub,
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def values(kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - a type, or what typing makes of several
    """Any value of a type that stands on the wire."""
    if kind is Any:
        return JSON
    if kind is msgspec.Raw:
        return JSON.map(lambda item: msgspec.Raw(msgspec.json.encode(item)))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return st.builds(
            kind,
            **{item.name: values(item.type) for item in msgspec.structs.fields(kind)},
        )
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(TEXT, values(arguments[1]), max_size=2)
    if arguments:
        return st.one_of(*(values(item) for item in arguments))
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: TEXT,
        int: st.integers(-(2**53), 2**53),
        bool: st.booleans(),
        type(None): st.none(),
    }
    return simple[kind]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=30)
@given(data=st.data())
def test_what_is_written_is_read_again(kind: type[Any], data: st.DataObject) -> None:
    item = data.draw(values(kind))
    assert wire.decoded(wire.encoded(item), kind) == item


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=30)
@given(data=st.binary(max_size=40) | JSON.map(msgspec.json.encode))
def test_what_is_none_of_it_is_an_error_of_value(kind: type[Any], data: bytes) -> None:
    with suppress(ValueError):
        wire.decoded(data, kind)


def test_a_frame_has_five9s_spelling() -> None:
    context = wire.Context(event_id="4", event_reason=w.CONNECTED, time_stamp=7, tenant_id="131000")
    told = msgspec.json.decode(wire.frame(context, wire.Call(id="A" * 32, state=w.TALKING)))
    assert set(told) == {"context", "payLoad"}
    assert set(told["context"]) == {
        "eventId",
        "eventReason",
        "messageId",
        "userId",
        "correlationId",
        "userName",
        "timeStamp",
        "tenantId",
        "broadCast",
    }
    assert told["context"]["eventId"] == "4"
    assert told["payLoad"]["state"] == "TALKING"


def test_numbers_in_names_are_spelled_as_five9_does() -> None:
    asked = msgspec.json.decode(wire.encoded(wire.MakeExternalCall(number="+15550100")))
    assert asked["skipDNCCheck"] is False
    told = msgspec.json.decode(wire.fault(3, "no", 5, context="LOGIN"))
    assert told["five9ExceptionDetail"] == {
        "timestamp": 5,
        "errorCode": 3,
        "message": "no",
        "context": {"contextCode": "LOGIN", "objectId": None},
    }


def test_what_a_newer_five9_adds_does_no_harm() -> None:
    data = b'{"context":{"eventId":"4","shiny":1},"payLoad":{"id":"A","state":"DREAMING","new":[]},"more":{}}'
    call = wire.payload(wire.frame_of(data), wire.Call)
    assert (call.id, call.state) == ("A", "DREAMING")


@pytest.mark.parametrize(
    ("said", "token"),
    [("Bearer-a.b-c", "a.b-c"), ("Bearer a.b-c", "a.b-c"), ("Basic a.b", ""), ("", ""), ("Bearer-", "")],
)
def test_a_token_stands_behind_a_hyphen(said: str, token: str) -> None:
    assert wire.token_of(said) == token


def test_a_login_state_is_read_with_its_quotes_or_without() -> None:
    assert wire.state_of(b'"WORKING"') == wire.state_of(b"WORKING\n") == w.WORKING


def test_an_error_is_told_from_everything_else() -> None:
    assert wire.fault_of(b"<html>") is None
    assert wire.fault_of(b"[]") is None
    found = wire.fault_of(b'{"five9ExceptionDetail":{"errorCode":5001,"context":{"farmId":"7"}}}')
    assert found is not None
    assert (found.error_code, found.context.farm_id) == (w.MIGRATED, "7")


def test_every_event_has_a_name() -> None:
    assert events.EVENTS[3].name == "EVENT_CALL_CREATED"
    assert all(item.name and item.meaning and item.family for item in events.EVENTS.values())
