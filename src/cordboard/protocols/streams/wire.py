"""What a page of ours (the CCP page) and the hub say to each other: JSON text frames over one WebSocket, `type` names each.

The page relays: what the library in the embedding page says comes here as it was said, and what is sent here goes there.
Times are Millis; the page makes Dates of them. Synchronising, logs and metrics never leave the page.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from cordboard.model.errors import CallerError, ErrorBody
from cordboard.model.ids import Millis
from cordboard.protocols.streams.document import Document

HELLO_WITHIN: Millis = 10_000
HEARTBEAT: Millis = 15_000
"""How often a page says `ping` when it says nothing else."""
SILENCE_LIMIT: Millis = 60_000
EVENT_BYTES = 16 * 1024
"""Of a broadcast's data."""
NAME_LIMIT = 200
RequestId = Annotated[str, msgspec.Meta(max_length=NAME_LIMIT)]
"""The library's own are short; each is remembered for a while."""

NO_HELLO, TOKEN_INVALID, TOKEN_EXPIRED, SIGNED_OUT = 4100, 4101, 4102, 4103
BAD_FRAMES, NOT_ALLOWED = 4200, 4202
HEARTBEAT_LOST = 4002


class _Message(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="type"):
    pass


# --- page to hub ---------------------------------------------------------------------------------------------------


class Hello(_Message, frozen=True, kw_only=True, tag="hello"):
    """First frame. `id`: the port id that the page gave the library in its first acknowledgement."""

    token: str
    id: str


class Renew(_Message, frozen=True, kw_only=True, tag="renew"):
    """A newer token of the same identity."""

    token: str


class Api(_Message, frozen=True, kw_only=True, tag="api"):
    """A request of the library. It is answered exactly once."""

    request_id: RequestId
    method: str
    params: dict[str, Any] = {}


class Master(_Message, frozen=True, kw_only=True, tag="master"):
    """A question about a topic that one page at a time is the master of."""

    request_id: RequestId
    method: str
    params: dict[str, Any] = {}


class Broadcast(_Message, frozen=True, kw_only=True, tag="broadcast"):
    """A word for the agent's other pages."""

    event: str
    data: msgspec.Raw = msgspec.Raw(b"null")


class Mute(_Message, frozen=True, kw_only=True, tag="mute"):
    """Mute the agent, or (`None`) ask whether they are muted."""

    mute: bool | None = None


class Reload(_Message, frozen=True, kw_only=True, tag="reload"):
    """Send the document once more."""


class Terminate(_Message, frozen=True, kw_only=True, tag="terminate"):
    """Sign the agent out, on all pages."""


class Ping(_Message, frozen=True, kw_only=True, tag="ping"):
    """Asks for a `pong`."""


ClientMessage = Hello | Renew | Api | Master | Broadcast | Mute | Reload | Terminate | Ping

# --- hub to page ---------------------------------------------------------------------------------------------------


class Welcome(_Message, frozen=True, kw_only=True, tag="welcome"):
    """The token holds."""

    agent: str
    expires: Millis
    at: Millis
    heartbeat: Millis = HEARTBEAT


class Renewed(_Message, frozen=True, kw_only=True, tag="renewed"):
    """The newer token holds."""

    expires: Millis


class Agent(_Message, frozen=True, kw_only=True, tag="agent"):
    """Documents to post, one after the other."""

    documents: tuple[Document, ...]


class ApiAnswer(_Message, frozen=True, kw_only=True, tag="api"):
    """The answer to an `Api`. `err` is JSON in a string, as callers parse it; `None` where it was done."""

    request_id: str
    data: Any = None
    err: str | None = None


class MasterAnswer(_Message, frozen=True, kw_only=True, tag="master"):
    """Who is the master of the topic. To all pages where one took over."""

    request_id: str
    data: dict[str, Any]


class Event(_Message, frozen=True, kw_only=True, tag="event"):
    """Something to raise in the embedding page under this name."""

    name: str
    data: Any = None


class Accepted(_Message, frozen=True, kw_only=True, tag="accepted"):
    """The agent took a contact, here or elsewhere. It comes before the document in which the contact is connected."""

    contact_id: str


class Terminated(_Message, frozen=True, kw_only=True, tag="terminated"):
    """The agent was signed out."""


class Error(_Message, frozen=True, kw_only=True, tag="error"):
    """Why the socket is closed, or what was wrong with a frame."""

    error: ErrorBody


class Pong(_Message, frozen=True, kw_only=True, tag="pong"):
    """Somebody is here."""

    at: Millis


ServerMessage = (
    Welcome | Renewed | Agent | ApiAnswer | MasterAnswer | Event | Accepted | Terminated | Error | Pong
)

_client: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_server: msgspec.json.Decoder[ServerMessage] = msgspec.json.Decoder(ServerMessage)
_encoder = msgspec.json.Encoder()


def encode(message: ClientMessage | ServerMessage) -> bytes:
    """The message as a frame."""
    return _encoder.encode(message)


def decode_client(data: str | bytes) -> ClientMessage:
    """A page's frame. `CallerError` `bad-json` or `bad-field`."""
    try:
        return _client.decode(data)
    except msgspec.ValidationError as error:
        raise CallerError("bad-field", str(error), {"field": "(frame)"}) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise CallerError("bad-json", "send JSON objects, UTF-8") from None


def decode_server(data: str | bytes) -> ServerMessage:
    """A frame of ours, for whoever stands in for a page."""
    return _server.decode(data)
