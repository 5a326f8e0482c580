"""The native protocol's messages: JSON text frames over one WebSocket, and the bodies of its REST doors.

Each frame is one object, `type` names it. A client says `hello` with its token first and goes on after `welcome`. It watches
subjects; each is answered by `joined`: the whole view and, where a position was given, the entries missed since. Then
every `entry` brings its event and the `change` that it makes to the view. A position is ``<epoch>.<seq>``
(`cordboard.contract.position`): `epoch` stands in `joined`, `seq` in each entry.

A client ignores messages and fields that it does not know. We refuse fields that we do not know, since a misspelt option
would make another command of it.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec.structs import replace

from cordboard.contract import Identity
from cordboard.model import log
from cordboard.model.commands import Command, Outcome, Query, Result, Service
from cordboard.model.errors import CallerError, ErrorBody
from cordboard.model.ids import CommandId, LinkId, Millis, Subject
from cordboard.model.view import Change, View

T = TypeVar("T")

NAME_LIMIT = 100
"""Most characters of a command's or question's id, of a shared or claimed name, and of a position."""

HELLO_WITHIN: Millis = 10_000
"""How long a new socket may take for its `hello`."""

HEARTBEAT: Millis = 30_000
"""A client sends something at least this often; `ping` if there is nothing else."""

SILENCE_LIMIT: Millis = 3 * HEARTBEAT
"""A socket that was silent for so long is closed. Three times, since browsers slow the timers of hidden pages down."""

STRIKES = 3
"""Frames in a row that are not the protocol's; then the socket is closed."""


Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LIMIT)]


class CloseCode(IntEnum):
    """Why we close a socket. 40xx: come back. 41xx: log in again. 42xx: do not come back as you are."""

    GOING_AWAY = 4000
    TOO_SLOW = 4001
    HEARTBEAT_LOST = 4002
    NO_HELLO = 4100
    TOKEN_INVALID = 4101
    TOKEN_EXPIRED = 4102
    SIGNED_OUT = 4103
    BAD_FRAMES = 4200
    ORIGIN_REFUSED = 4201
    NOT_ALLOWED = 4202
    TOO_LARGE = 4203


CLOSE_TEXTS: dict[CloseCode, str] = {
    CloseCode.GOING_AWAY: "The hub stops or wants you elsewhere. Come back and give your positions.",
    CloseCode.TOO_SLOW: "You read too slowly and your queue overflowed. Come back and give your positions.",
    CloseCode.HEARTBEAT_LOST: "Nothing was heard from you for three heartbeats. Come back.",
    CloseCode.NO_HELLO: "No valid `hello` came within ten seconds.",
    CloseCode.TOKEN_INVALID: "The token is not one of ours, or was changed.",
    CloseCode.TOKEN_EXPIRED: "The token expired and was not renewed in time.",
    CloseCode.SIGNED_OUT: "The login was ended.",
    CloseCode.BAD_FRAMES: "Three frames in a row were not the protocol's.",
    CloseCode.ORIGIN_REFUSED: "The page's origin is not on the allow-list (`web.origins`).",
    CloseCode.NOT_ALLOWED: "The token renewed with is somebody else's.",
    CloseCode.TOO_LARGE: "A frame was larger than the door allows.",
}


def after_close(code: int) -> Literal["later", "login", "give-up"]:
    """What a client does when it was closed with this code. Codes that are not ours are the network's: come back."""
    return "login" if 4100 <= code < 4200 else "give-up" if 4200 <= code < 4300 else "later"  # noqa: PLR2004 - ranges


# --- client to server ------------------------------------------------------------------------------------------------


class _Ours(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """All frames have their name under `type`."""


class _Theirs(_Ours, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Frames that clients send."""


class Hello(_Theirs, frozen=True, kw_only=True, omit_defaults=True, tag="hello"):
    """The first frame: a bearer token, and who the client is, for people who look for it (``desk 1.2``)."""

    token: str
    client: str = ""


class Renew(_Theirs, frozen=True, kw_only=True, omit_defaults=True, tag="renew"):
    """A newer token of the same identity, before the old one expires."""

    token: str


class Watch(_Theirs, frozen=True, kw_only=True, omit_defaults=True, tag="watch"):
    """Follow subjects. The value is the position that was reached, or null for a fresh view.

    ``agent/*`` means all agents that the identity may see, those to come included; where single subjects are watched
    as well, their positions hold; a position of ``agent/*`` is that of the subjects not named. Each subject is answered
    by `joined`, or by `error` with the subject under `about`.
    """

    subjects: dict[str, str | None]


class Unwatch(_Theirs, frozen=True, kw_only=True, omit_defaults=True, tag="unwatch"):
    """Follow these no longer; named as they were watched."""

    subjects: tuple[str, ...]


class Execute(_Theirs, frozen=True, kw_only=True, omit_defaults=True, tag="execute"):
    """Do a command. The client mints `command.id`; `settled` tells what became of it. Sent again, it is answered, not done
    again: so it may be repeated after a reconnect.
    """

    command: Command


class Ask(_Theirs, frozen=True, kw_only=True, omit_defaults=True, tag="ask"):
    """Ask a query on behalf of an agent. The client mints `id`; `answer` brings the result under it."""

    id: Name
    subject: str
    query: Query


class Share(_Theirs, frozen=True, kw_only=True, omit_defaults=True, tag="share"):
    """Tell the agent's other pages a volatile word."""

    subject: str
    name: Name
    data: msgspec.Raw


class Claim(_Theirs, frozen=True, kw_only=True, omit_defaults=True, tag="claim"):
    """Become the page that does a once-only thing (a pop, the ringing tone); `take` takes it over, `give` gives it back."""

    subject: str
    name: Name
    take: bool = False
    give: bool = False


class Guard(_Theirs, frozen=True, kw_only=True, omit_defaults=True, tag="guard"):
    """Stand before a service of the agent, or stop: its commands come to this page as `guarded`."""

    subject: str
    service: str
    on: bool


class Settle(_Theirs, frozen=True, kw_only=True, omit_defaults=True, tag="settle"):
    """What became of a command that this page was `asked` to do."""

    command: Name
    outcome: Outcome


class Ping(_Theirs, frozen=True, kw_only=True, omit_defaults=True, tag="ping"):
    """A sign of life; `pong` comes back."""


ClientMessage = Hello | Renew | Watch | Unwatch | Execute | Ask | Share | Claim | Guard | Settle | Ping


# --- server to client ------------------------------------------------------------------------------------------------


class Welcome(_Ours, frozen=True, kw_only=True, omit_defaults=True, tag="welcome"):
    """The token was good. `heartbeat`: send something at least every so many milliseconds. `at`: the hub's time now. The page's
    own id comes with `peers`, as `me`.
    """

    identity: Identity
    heartbeat: Millis
    at: Millis


class Renewed(_Ours, frozen=True, kw_only=True, omit_defaults=True, tag="renewed"):
    """The new token holds until `expires` (0: for ever)."""

    expires: Millis


EventJson = Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"$ref": "#/components/schemas/Event"})]
"""An event as it stands in the log: `cordboard.model.events.decode_event` reads it, `checksum` is over these bytes."""


class Entry(_Ours, frozen=True, kw_only=True, omit_defaults=True, tag="entry"):
    """A fact with its place in the subject's stream. `at` is the hub's time, `origin` where the hub's link had it from, `sum` the
    CRC-32 that ties them together. `change` is what it changes in the view; entries of a `tail` have none, since the
    view beside them has it already.
    """

    subject: Subject
    seq: int
    at: Millis
    sum: str
    event: EventJson
    origin: str = ""
    change: Change | None = None


def told(entry: log.Entry, change: Change | None = None) -> Entry:
    """The entry as a message; the event's own bytes go in as they are in the log, encoded once for all."""
    return Entry(
        subject=entry.subject,
        seq=entry.seq,
        at=entry.at,
        sum=entry.sum,
        event=msgspec.Raw(entry.body),
        origin=entry.origin,
        change=change,
    )


def resealed(text: str) -> str:
    """A frame of a hub whose texts were changed, with the checksums that fit what it now says; others come back as they are."""
    try:
        message = decode_server(text)
    except CallerError:
        return text
    match message:
        case Entry():
            return encode(_sealed(message)).decode()
        case Joined(tail=tail) if tail:
            return encode(replace(message, tail=tuple(map(_sealed, tail)))).decode()
        case _:
            return text


def _sealed(entry: Entry) -> Entry:
    return replace(
        entry, sum=log.checksum(entry.subject, entry.seq, entry.at, entry.origin, bytes(entry.event))
    )


class Joined(_Ours, frozen=True, kw_only=True, tag="joined"):
    """A watched subject as it is now, at `position`.

    `recovered`: null when no position was given; true when `tail` is exactly what was missed since then; false when that
    is no longer known: forget what you had, `view` is all there is.
    """

    subject: Subject
    epoch: str
    position: str
    recovered: bool | None
    view: View
    tail: tuple[Entry, ...] = ()
    gauges: dict[str, float] = {}


class Settled(_Ours, frozen=True, kw_only=True, tag="settled"):
    """What became of a command that this client executed."""

    command: str
    outcome: Outcome


class Answer(_Ours, frozen=True, kw_only=True, tag="answer"):
    """The result of the query asked under this id."""

    ask: str
    result: Result


class Gauge(_Ours, frozen=True, kw_only=True, tag="gauge"):
    """A counter of a watched queue or team has a new value. Only the last counts; it is in no log."""

    subject: Subject
    name: str
    value: float
    at: Millis


class Shared(_Ours, frozen=True, kw_only=True, tag="shared"):
    """A page of the agent shared a word."""

    subject: Subject
    name: str
    data: msgspec.Raw
    page: str


class Claimed(_Ours, frozen=True, kw_only=True, tag="claimed"):
    """Which page now does the once-only thing; empty: none. `mine`: this one."""

    subject: Subject
    name: str
    page: str
    mine: bool


class Peers(_Ours, frozen=True, kw_only=True, tag="peers"):
    """The agent's pages now: those that watch and may command; `me` is this one. Who only looks on is told of none."""

    subject: Subject
    pages: tuple[str, ...]
    me: str


class Guarded(_Ours, frozen=True, kw_only=True, tag="guarded"):
    """A command that this page guards; it has been settled as handed over. To let it go, execute it under a new id with
    `immediate` set.
    """

    subject: Subject
    command: Command


class Asked(_Ours, frozen=True, kw_only=True, tag="asked"):
    """A desk command for this page, which claimed it: do it, then `settle`."""

    subject: Subject
    command: Command


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """Another hub's address, for HTTPS and WebSockets over TLS."""

    host: str
    port: int


class Maintenance(_Ours, frozen=True, kw_only=True, omit_defaults=True, tag="maintenance"):
    """The operator's planned maintenance of this hub, as it is since `at`. It comes after `welcome`, unless there is none, and whenever it
    changes. The socket works as before; what closes it says so by its code.

    `announced`: it is going to start, at `begins`. `started`: come to an end with what you do (`graceful`), or be ready to be cut off.
    `completed`: go `to` the other address, or where there is none, on as before. `none`: called off, or long over. `text` is for people.
    """

    state: Literal["none", "announced", "started", "completed"]
    at: Millis
    begins: Millis = 0
    to: Elsewhere | None = None
    graceful: bool = True
    text: str = ""


class Error(_Ours, frozen=True, kw_only=True, tag="error"):
    """Something the client sent was refused. `about`: the id, or the subject, that it was about."""

    error: ErrorBody
    about: str | None = None


class Pong(_Ours, frozen=True, kw_only=True, tag="pong"):
    """The answer to `ping`."""


ServerMessage = (
    Welcome
    | Renewed
    | Joined
    | Entry
    | Settled
    | Answer
    | Gauge
    | Shared
    | Claimed
    | Peers
    | Guarded
    | Asked
    | Maintenance
    | Error
    | Pong
)


# --- bodies of the REST doors ------------------------------------------------------------------------------------------


class SubjectAt(msgspec.Struct, frozen=True, kw_only=True):
    """A subject and where its stream stands."""

    subject: Subject
    position: str


class SubjectList(msgspec.Struct, frozen=True, kw_only=True):
    """All subjects that the caller may see."""

    subjects: tuple[SubjectAt, ...]


class SubjectNow(msgspec.Struct, frozen=True, kw_only=True):
    """A subject as it is now."""

    subject: Subject
    position: str
    view: View
    gauges: dict[str, float] = {}


class EntryList(msgspec.Struct, frozen=True, kw_only=True):
    """Entries in order. `position` is where the last one stands: give it as `after` for the next. `more`: there are some."""

    entries: tuple[Entry, ...]
    position: str
    more: bool
    recovered: bool
    """False: what stood behind `after` is no longer known; `position` is where the stream stands now."""


class CommandBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A command for the agent of the address. The caller mints `id`; the same id again is answered, not done again."""

    id: Annotated[CommandId, msgspec.Meta(min_length=1, max_length=NAME_LIMIT)]
    service: Service
    link: LinkId | None = None
    immediate: bool = False


class CommandReply(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a command; no outcome: still under way, ask again with the same id and content."""

    command: str
    outcome: Outcome | None


# --- bytes and back ----------------------------------------------------------------------------------------------------

_encoder = msgspec.json.Encoder()
_server: msgspec.json.Decoder[ServerMessage] = msgspec.json.Decoder(ServerMessage)
_client: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_command_body: msgspec.json.Decoder[CommandBody] = msgspec.json.Decoder(CommandBody)
_query_body: msgspec.json.Decoder[Query] = msgspec.json.Decoder(Query)
_plain: msgspec.json.Decoder[object] = msgspec.json.Decoder(object)

_PLACE = re.compile(r"at `\$\.?(?P<path>[^`]*)`")
_FIELD = re.compile(r"field `(?P<field>[^`]*)`")


def encode(message: msgspec.Struct) -> bytes:
    """The message, or body, as JSON."""
    return _encoder.encode(message)


def decode_server(data: str | bytes) -> ServerMessage:
    """What a hub sent. Raises `CallerError`, which a client may log and forget: newer hubs know more messages."""
    return _decoded(_server, data)


def decode_client(data: str | bytes) -> ClientMessage:
    """What a client sent. Raises `CallerError`: ``bad-json``, ``unknown-message``, or ``bad-field`` with the field in its details."""
    return _strictly(_client, data)


def waiting(data: str | bytes) -> str | None:
    """Whose answer the sender of a frame that cannot be decoded waits for: the id of its command or question, if it has one."""
    try:
        match _plain.decode(data):
            case {"type": "execute", "command": {"id": str(name)}} | {"type": "ask", "id": str(name)}:
                return name if 0 < len(name) <= NAME_LIMIT else None
            case _:
                return None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def decode_command(data: bytes) -> CommandBody:
    """The body of a command's request, read as strictly as a frame."""
    return _strictly(_command_body, data)


def decode_query(data: bytes) -> Query:
    """The body of a query's request, read as strictly as a frame."""
    return _strictly(_query_body, data)


def _strictly(decoder: msgspec.json.Decoder[T], data: str | bytes) -> T:
    body = _decoded(decoder, data)
    if (path := _unknown(body, _decoded(_plain, data))) is not None:
        raise CallerError("bad-field", f"There is no field `{path}`", {"field": path})
    return body


def _decoded(decoder: msgspec.json.Decoder[T], data: str | bytes) -> T:
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise field_error(str(error)[:500]) from None
    except UnicodeError:
        raise CallerError("bad-json", "This is not UTF-8") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise CallerError("bad-json", f"This is not JSON: {error}") from None


def field_error(text: str) -> CallerError:
    """What msgspec says of a value that does not fit, as our error: its details name the field."""
    place, field = _PLACE.search(text), _FIELD.search(text)
    path = ".".join(filter(None, (place and place["path"], field and field["field"])))
    if not path:
        return CallerError("bad-json", f"Send one JSON object: {text}")
    if path == "type":
        return CallerError("unknown-message", f"The `type` is none of the protocol's: {text}")
    return CallerError("bad-field", text, {"field": path})


def _unknown(value: object, told: object) -> str | None:
    """The path of the first field in `told` that `value`, decoded from it, has no place for.

    The model's structs load what later versions wrote, so they skip what they do not know; a caller must not rely on it.
    """
    match value, told:
        case msgspec.Struct(), dict():
            known = {value.__struct_config__.tag_field, *value.__struct_encode_fields__}
            strange = next((str(key) for key in told if key not in known), None)
            if strange is not None:
                return strange
            inner = [(str(key), getattr(value, key, None), item) for key, item in told.items()]
        case dict(), dict():
            inner = [(str(key), value.get(key), item) for key, item in told.items()]
        case tuple(), list():
            pairs = zip(value, told, strict=True)
            inner = [(str(index), item, other) for index, (item, other) in enumerate(pairs)]
        case _:
            return None
    for key, item, other in inner:
        if (path := _unknown(item, other)) is not None:
            return f"{key}.{path}"
    return None
