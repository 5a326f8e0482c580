"""Every message both ways."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from cordboard.model.entities import Phase
from cordboard.model.errors import CallerError, ErrorBody
from cordboard.protocols.streams import wire
from cordboard.protocols.streams.render import document
from tests.streams.test_document import AT, contact, far, own, subject

CLIENT: tuple[wire.ClientMessage, ...] = (
    wire.Hello(token="t", id="p"),
    wire.Renew(token="t"),
    wire.Api(request_id="r", method="acceptContact", params={"contactId": "k"}),
    wire.Master(request_id="r", method="checkMaster", params={"topic": "x"}),
    wire.Broadcast(event="e", data=msgspec.Raw(b'{"a":1}')),
    wire.Mute(mute=True),
    wire.Reload(),
    wire.Terminate(),
    wire.Ping(),
)
SERVER: tuple[wire.ServerMessage, ...] = (
    wire.Welcome(agent="ann", expires=1, at=2),
    wire.Renewed(expires=1),
    wire.Agent(documents=(document(subject(contact(calls=())), AT), document(subject(), AT))),
    wire.ApiAnswer(request_id="r", data={"contactId": "k"}),
    wire.ApiAnswer(request_id="r", err="{}"),
    wire.MasterAnswer(request_id="r", data={"isMaster": True}),
    wire.Event(name="e", data={"a": [1, None]}),
    wire.Accepted(contact_id="k"),
    wire.Terminated(),
    wire.Error(error=ErrorBody(code="internal", message="m")),
    wire.Pong(at=1),
)


@pytest.mark.parametrize("message", CLIENT, ids=lambda item: type(item).__name__)
def test_what_a_page_says_is_understood(message: wire.ClientMessage) -> None:
    again = wire.decode_client(wire.encode(message))
    assert wire.encode(again) == wire.encode(message)
    assert type(again) is type(message)


@pytest.mark.parametrize("message", SERVER, ids=lambda item: type(item).__name__)
def test_what_a_page_is_told_can_be_read(message: wire.ServerMessage) -> None:
    assert wire.decode_server(wire.encode(message)) == message


def test_all_of_them_are_here() -> None:
    assert {type(item) for item in CLIENT} == set(get_args(wire.ClientMessage))
    assert {type(item) for item in SERVER} == set(get_args(wire.ServerMessage))


@pytest.mark.parametrize(
    "frame", [b"", b"{", b"\xff", b"[" * 3000, b'{"type":"api"}', b'{"type":"no"}', b"7"]
)
def test_anything_else_is_refused_with_a_reason(frame: bytes) -> None:
    with pytest.raises(CallerError) as refused:
        wire.decode_client(frame)
    assert refused.value.code in {"bad-json", "bad-field"}


def test_a_document_with_everything_comes_back_whole() -> None:
    made = document(subject(contact(Phase.ACTIVE, own(), far())), AT)
    assert msgspec.json.decode(msgspec.json.encode(made), type=type(made)) == made
