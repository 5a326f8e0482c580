from contextlib import suppress
from typing import get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cordboard.model.commands import Command, HoldCall
from cordboard.model.errors import ERRORS, CallerError
from cordboard.model.events import decode_event
from cordboard.model.ids import CommandId, ContactId, Subject
from cordboard.protocols.native import wire
from tests.model.strategies import entries, events
from tests.native.messages import messages

CLIENT = get_args(wire.ClientMessage)
SERVER = get_args(wire.ServerMessage)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("kind", CLIENT, ids=lambda kind: str(kind.__name__))
@SLOW
@given(data=st.data())
def test_what_a_client_says_arrives(kind: type[msgspec.Struct], data: st.DataObject) -> None:
    message = data.draw(messages(kind))
    assert wire.decode_client(wire.encode(message)) == message
    assert wire.decode_client(wire.encode(message).decode()) == message


@pytest.mark.parametrize("kind", SERVER, ids=lambda kind: str(kind.__name__))
@SLOW
@given(data=st.data())
def test_what_a_hub_says_arrives(kind: type[msgspec.Struct], data: st.DataObject) -> None:
    message = data.draw(messages(kind))
    assert wire.decode_server(wire.encode(message)) == message


@SLOW
@given(event=events)
def test_an_entry_carries_the_very_bytes_of_the_log(event: object) -> None:
    entry = entries([event])[0]  # type: ignore[list-item] # a union of all events
    data = wire.encode(wire.told(entry))
    assert entry.body in data
    arrived = wire.decode_server(data)
    assert isinstance(arrived, wire.Entry)
    assert bytes(arrived.event) == entry.body
    assert decode_event(bytes(arrived.event)) == entry.event
    assert (arrived.seq, arrived.at, arrived.sum, arrived.origin) == (
        entry.seq,
        entry.at,
        entry.sum,
        entry.origin,
    )


HOLD = b'{"type":"execute","command":{"id":"1","subject":"agent/a","service":{"service":"HoldCall","contact":"c"%s}}}'


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        (b"", "bad-json", None),
        (b"{", "bad-json", None),
        (b"[]", "bad-json", None),
        (b"null", "bad-json", None),
        (b"\xff\xfe", "bad-json", None),
        ("\ud800", "bad-json", None),
        (b'{"type":"hello","token":"\xff"}', "bad-json", None),
        (b'{"type":"ping"} {"type":"ping"}', "bad-json", None),
        (b"[" * 100_000, "bad-json", None),
        (
            b'{"type":"share","subject":"a","name":"b","data":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
            "bad-json",
            None,
        ),
        (b"{}", "unknown-message", None),
        (b'{"type":7}', "unknown-message", None),
        (b'{"type":"welcome"}', "unknown-message", None),
        (b'{"type":"hello"}', "bad-field", "token"),
        (b'{"type":"hello","token":7}', "bad-field", "token"),
        (b'{"type":"hello","token":"t","agent":"ann"}', "bad-field", "agent"),
        (b'{"type":"watch","subjects":{"agent/ann":7}}', "bad-field", "subjects[...]"),
        (b'{"type":"unwatch","subjects":["agent/ann",7]}', "bad-field", "subjects[1]"),
        (b'{"type":"ask","id":"","subject":"agent/ann","query":{"query":"GetReasons"}}', "bad-field", "id"),
        (b'{"type":"claim","subject":"agent/ann","name":"' + b"x" * 101 + b'"}', "bad-field", "name"),
        (HOLD % b',"conection":"x"', "bad-field", "command.service.conection"),
        (HOLD.replace(b"HoldCall", b"Hold") % b"", "bad-field", "command.service.service"),
        (HOLD.replace(b'"contact"', b'"x"') % b"", "bad-field", "command.service.contact"),
    ],
    ids=str,
)
def test_says_what_is_wrong_with_a_frame(data: bytes | str, code: str, field: str | None) -> None:
    with pytest.raises(CallerError) as caught:
        wire.decode_client(data)
    assert caught.value.code == code
    assert caught.value.details.get("field") == field
    assert len(caught.value.message) < 1000


def test_a_misspelt_option_is_found_deep_inside() -> None:
    with pytest.raises(CallerError) as caught:
        wire.decode_command(
            b'{"id":"1","service":{"service":"MakeCall","target":{"kind":"number","numbr":"1"}}}'
        )
    assert caught.value.details == {"field": "service.target.numbr"}
    with pytest.raises(CallerError) as caught:
        wire.decode_query(b'{"query":"GetTargets","kinds":["agent"],"txt":"a"}')
    assert caught.value.details == {"field": "txt"}


def test_what_a_newer_hub_adds_is_no_matter() -> None:
    assert wire.decode_server(b'{"type":"pong","mood":"good"}') == wire.Pong()
    with pytest.raises(CallerError):
        wire.decode_server(b'{"type":"greeting"}')


@given(data=st.binary(max_size=200) | st.text(max_size=200))
def test_garbage_is_an_error_of_the_caller(data: bytes | str) -> None:
    for decode in (wire.decode_client, wire.decode_server):
        with pytest.raises(CallerError) as caught:
            decode(data)
        assert caught.value.code in ERRORS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@SLOW
@given(
    kind=st.sampled_from(CLIENT),
    more=st.dictionaries(
        st.sampled_from(
            ("token", "subject", "subjects", "command", "id", "name", "query", "data", "outcome", "on", "x")
        ),
        JSON,
    ),
)
def test_frames_of_the_right_name_and_any_content(
    kind: type[msgspec.Struct], more: dict[str, object]
) -> None:
    data = msgspec.json.encode({"type": kind.__struct_config__.tag, **more})
    with suppress(CallerError):
        assert isinstance(wire.decode_client(data), kind)


def test_every_close_code_is_explained_and_in_its_range() -> None:
    assert set(wire.CLOSE_TEXTS) == set(wire.CloseCode)
    assert {wire.after_close(code) for code in range(4000, 4100)} == {"later"}
    assert {wire.after_close(code) for code in range(4100, 4200)} == {"login"}
    assert {wire.after_close(code) for code in range(4200, 4300)} == {"give-up"}
    assert {wire.after_close(code) for code in (0, 1000, 1001, 1006, 1009, 1012)} == {"later"}


def test_a_command_body_is_the_command_without_its_subject() -> None:
    body = wire.decode_command(b'{"id":"1","service":{"service":"HoldCall","contact":"c"},"immediate":true}')
    command = Command(
        id=CommandId("1"),
        subject=Subject("agent/ann"),
        service=HoldCall(contact=ContactId("c")),
        immediate=True,
    )
    assert (body.id, body.service, body.immediate) == (command.id, command.service, command.immediate)
