from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import example, given, strategies as st

from cordboard.model import events as e
from cordboard.model.events import decode_event, encode_event
from cordboard.model.ids import CallId, ContactId, LinkId
from tests.model.strategies import EVENT_TYPES, events


@given(events)
def test_an_event_survives_its_json(event: e.Event) -> None:
    assert decode_event(encode_event(event)) == event


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_the_name_of_an_event_is_its_type_in_json(kind: type[e.Event]) -> None:
    config: Any = kind.__struct_config__
    assert config.tag_field == "type"
    assert config.tag == ("Utterance" if kind is e.Uttered else kind.__name__)


def test_the_three_kinds_of_events_are_all_there_are() -> None:
    parts = (*get_args(e.CallEvent), *get_args(e.AgentEvent), *get_args(e.OurEvent))
    assert len(set(parts)) == len(parts)
    assert set(parts) == set(EVENT_TYPES)


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_fields_added_later_have_defaults_in_old_events(kind: type[e.Event]) -> None:
    optional = {item.name for item in msgspec.structs.fields(kind) if not item.required}
    assert {"link", "at", "cause"} <= optional


def test_what_is_not_told_is_not_written() -> None:
    event = e.Held(contact=ContactId("k"), call=CallId("c"))
    assert encode_event(event) == b'{"type":"Held","contact":"k","call":"c"}'


@given(events)
def test_fields_of_a_newer_version_are_left_out(event: e.Event) -> None:
    body = msgspec.json.decode(encode_event(event))
    newer = {**body, "of_a_newer_version": {"deep": [1, None]}}
    assert decode_event(msgspec.json.encode(newer)) == event


@pytest.mark.parametrize(
    "body",
    [
        '{"type":"Teleported","link":"sim","at":5,"contact":"k"}',
        '{"type":"AgentReady","medium":"hologram","link":"sim","at":5}',
        '{"type":"Held","link":"sim","at":5}',
        '{"at":5,"link":"sim","type":"Held","contact":7,"call":"ü"}',
    ],
)
def test_what_only_a_newer_version_knows_is_kept_as_it_stands(body: str) -> None:
    told = decode_event(body.encode())
    assert told == e.Unrecognised(link=LinkId("sim"), at=5, channel="log", data=body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"Held"',
        b"{}",
        b'{"type":""}',
        b'{"type":7}',
        b'{"type":"Held","at":"now"}',
        b'{"type":"Teleported"',
        b'{"type":"Teleported"} more',
        b'{"type":"Teleported","x":"\xff"}',
        b"\x00\x01",
    ],
)
def test_what_is_no_event_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_event(body)


@given(events.map(encode_event), st.floats(0, 1, exclude_max=True))
@example(b'{"type":"Unrecognised","data":"\\ud800"} ', 0.99)
def test_a_torn_event_is_refused_and_nothing_else_raised(body: bytes, share: float) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_event(body[: int(len(body) * share)])
