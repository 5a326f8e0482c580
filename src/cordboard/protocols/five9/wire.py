"""What goes over Five9's wire: the socket's envelope and the bodies of requests and answers, bytes to structs and back.

Both ends share it. What a real Five9 may leave out has a default; what it may add is passed over. Names of fields that nobody outside of
Five9 has seen written are marked *assumed*.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from cordboard.model.ids import Millis
from cordboard.protocols.five9 import words as w

T = TypeVar("T")

PING = "ping"
"""The only thing that clients say on the socket: bare text, neither JSON nor a WebSocket's own ping."""
BEARER = "Bearer-"
"""What stands before a token, in a header, a cookie or an address. A hyphen, no blank."""
_PLAIN = "Bearer "


class _Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Names as Five9 writes them."""


# --- the socket -------------------------------------------------------------------------------------------------------------


class Context(_Wire, frozen=True, kw_only=True):
    """What a frame is about. `event_id` is a text of digits; ids are texts of their own. `time_stamp` in Millis."""

    event_id: str
    event_reason: str | None = None
    message_id: str | None = None
    user_id: str | None = None
    correlation_id: str | None = None
    user_name: str | None = None
    time_stamp: Millis = 0
    tenant_id: str = ""
    broad_cast: bool = False


class Frame(_Wire, frozen=True, kw_only=True):
    """A frame of the socket. `pay_load` is any JSON; `payload` reads it."""

    context: Context
    pay_load: msgspec.Raw = msgspec.Raw(b"null")


def frame(context: Context, payload: object = None) -> bytes:
    """A frame, written."""
    return msgspec.json.encode(Frame(context=context, pay_load=msgspec.Raw(msgspec.json.encode(payload))))


def frame_of(data: str | bytes) -> Frame:
    """The frame of this text. `ValueError` if it is none."""
    return decoded(data, Frame)


def payload(item: Frame, kind: type[T]) -> T:
    """The payload as one of these. `ValueError` if it is none."""
    return decoded(item.pay_load, kind)


# --- calls -----------------------------------------------------------------------------------------------------------------------


class ActiveContact(_Wire, frozen=True, kw_only=True):
    """The record that a call is about."""

    id: str
    fields: dict[str, Any] = {}


class Participant(_Wire, frozen=True, kw_only=True):
    """Who else is in a call (*assumed*): Five9 tells of a conference's participants by calls of their own, which have these ids."""

    id: str
    state: str = w.PARTICIPANT_TALKING
    address_type: str = w.EXTERNAL
    number: str = ""
    name: str = ""
    agent_id: str | None = None
    skill_id: str | None = None


class Call(_Wire, frozen=True, kw_only=True):
    """A call: payload of 3, 4 and 5, and an item of `GET .../interactions/calls`.

    `id`: 32 hexadecimal digits, upper case. `variables`: by the id of their definition. From `number` on the names are *assumed*.
    """

    id: str
    state: str
    call_type: str = w.INBOUND
    campaign_id: str | None = None
    ani: str | None = None
    dnis: str | None = None
    address_type: str = w.EXTERNAL
    variables: dict[str, str] = {}
    active_contact: ActiveContact | None = None
    transfer: bool = False
    user_transferring_id: str | None = None
    recording: bool = False
    auto_recording: bool = False
    recording_allowed: bool = True
    start_timestamp: Millis | None = None
    handle_timestamp: Millis | None = None
    wrapup_timestamp: Millis | None = None
    number: str | None = None
    agent_id: str | None = None
    """Of an internal call: the other agent."""
    skill_id: str | None = None
    consult: bool = False
    original_call_id: str | None = None
    """Of a consult: the call that it is about."""
    hold_timestamp: Millis | None = None
    disposition_id: str | None = None
    callback_id: str | None = None
    comments: str | None = None
    participants: tuple[Participant, ...] = ()


class Stub(_Wire, frozen=True, kw_only=True):
    """An item of `GET .../interactions`: what there is, without its state."""

    channel_type: str
    interaction_id: str


# --- presence ----------------------------------------------------------------------------------------------------------------------


class PresenceState(_Wire, frozen=True, kw_only=True):
    """Ready for what; not ready (no channels) and why. `"0"` and `""` are no reason."""

    ready_channels: tuple[str, ...] = ()
    not_ready_reason_code_id: str = "0"


class Presence(_Wire, frozen=True, kw_only=True):
    """`GET|PUT .../presence`, and the payload of 12 (*assumed*)."""

    current_state: PresenceState = PresenceState()
    pending_state: PresenceState | None = None
    current_state_time: Millis = 0
    pending_state_delay_time: Millis = 0
    graceful_mode_on: bool = False


# --- signing in ------------------------------------------------------------------------------------------------------------------------


class Address(_Wire, frozen=True, kw_only=True):
    """A server of a data centre. The port is a text."""

    host: str
    port: str = "443"
    route_key: str = ""
    version: str = ""


class DataCenter(_Wire, frozen=True, kw_only=True):
    """A data centre: where its interfaces are."""

    name: str = ""
    active: bool = False
    ui_urls: tuple[Address, ...] = ()
    api_urls: tuple[Address, ...] = ()
    login_urls: tuple[Address, ...] = ()


class Metadata(_Wire, frozen=True, kw_only=True):
    """Where to go. Bare, it is the payload of 1002."""

    freedom_url: str = ""
    data_centers: tuple[DataCenter, ...] = ()


class LoginContext(_Wire, frozen=True, kw_only=True):
    """What else a login says."""

    cloud_client_url: str = ""
    cloud_token_url: str = ""
    farm_id: str = ""


class Login(_Wire, frozen=True, kw_only=True):
    """The answer of `auth/login` and `auth/metadata`. `session_id` is the login's, and no call's."""

    token_id: str
    session_id: str = ""
    org_id: str = ""
    user_id: str = ""
    context: LoginContext = LoginContext()
    metadata: Metadata = Metadata()


class Credentials(_Wire, frozen=True, kw_only=True):
    """Name and password."""

    username: str
    password: str
    tenant_name: str | None = None


class SignIn(_Wire, frozen=True, kw_only=True):
    """Body of `auth/login` and, without credentials, of `auth/login_by_token`."""

    password_credentials: Credentials | None = None
    app_key: str = ""
    policy: str = ""


class Station(_Wire, frozen=True, kw_only=True):
    """Body of `session_start`, and what `station` gives."""

    station_id: str = ""
    station_type: str = "EMPTY"
    state: str = "DISCONNECTED"


class Notice(_Wire, frozen=True, kw_only=True):
    """A maintenance notice. `text` is HTML."""

    id: str
    annotation: str = ""
    text: str = ""
    accepted: bool = False


# --- bodies of requests ------------------------------------------------------------------------------------------------------------------


class MakeExternalCall(_Wire, frozen=True, kw_only=True):
    """Body of `make_external_call`."""

    number: str
    campaign_id: str | None = None
    skip_d_n_c_check: bool = msgspec.field(default=False, name="skipDNCCheck")
    check_multiple_contacts: bool = True
    dial_immediately: bool = True


class Destination(_Wire, frozen=True, kw_only=True):
    """Whom a call goes to: a number or a speed dial."""

    number: str | None = None
    speed_dial_id: str | None = None
    skip_d_n_c_check: bool = msgspec.field(default=False, name="skipDNCCheck")
    check_multiple_contacts: bool = True


class Target(_Wire, frozen=True, kw_only=True):
    """Body of everything that has somebody at the other end: transfers, conferences, internal calls.

    `destination` or `number` of an external one; ids of the others are *assumed* (`campaignId` and `speedDialId` were seen). A transfer
    may bring the disposition with it.
    """

    destination: Destination | None = None
    number: str | None = None
    agent_id: str | None = None
    skill_id: str | None = None
    campaign_id: str | None = None
    speed_dial_id: str | None = None
    call_id: str | None = None
    warm: bool = False
    disposition_id: str | None = None
    disposition_timeout: Millis | None = None
    timeout: Millis | None = None
    check_d_n_c: bool | None = msgspec.field(default=None, name="checkDNC")
    include_caller_info: bool | None = None


class Options(_Wire, frozen=True, kw_only=True):
    """`GET|PUT .../options`: those that are on. A comment of Five9's sample has the bare list, what it does has this."""

    options: tuple[str, ...] = ()
    user_filter: Any = None


class Campaigns(_Wire, frozen=True, kw_only=True):
    """`GET .../campaigns_config`: the campaigns that an agent takes part in."""

    campaign_ids: tuple[str, ...] = ()


class Dispose(_Wire, frozen=True, kw_only=True):
    """Body of `dispose`. `timeout` in milliseconds, for those that call again."""

    disposition_id: str
    timeout: Millis | None = None


class Leave(_Wire, frozen=True, kw_only=True):
    """Body of `leave_conference`. The flag was seen as a text."""

    disposition_id: str | None = None
    is_to_transfer_call_ownership: bool | str = "false"


class LeaveSession(_Wire, frozen=True, kw_only=True):
    """Body of `session_stop` (*assumed*)."""

    reason_code_id: str | None = None


# --- errors ------------------------------------------------------------------------------------------------------------------------------


class ExceptionContext(_Wire, frozen=True, kw_only=True):
    """What an error is about. `farm_id`: where the service went to, with 5001; no other error has the field."""

    context_code: str | None = None
    object_id: str | None = None
    farm_id: str | None = None


class ExceptionDetail(_Wire, frozen=True, kw_only=True):
    """An error. `error_code` is a number of Five9's own."""

    timestamp: Millis = 0
    error_code: int = 0
    message: str = ""
    context: ExceptionContext = ExceptionContext()


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """The body of everything that failed, and the payload of event 1."""

    detail: ExceptionDetail = msgspec.field(name="five9ExceptionDetail")


def fault(
    code: int,
    message: str,
    at: Millis,
    *,
    context: str | None = None,
    subject: str | None = None,
    farm: str | None = None,
) -> bytes:
    """The body of an error. `subject`: the id of what it is about. `farm`: whose the service is now; no other error names one."""
    about = {"contextCode": context, "objectId": subject, **({"farmId": farm} if farm is not None else {})}
    detail = {"timestamp": at, "errorCode": code, "message": message, "context": about}
    return encoded({"five9ExceptionDetail": detail})


def fault_of(data: bytes) -> ExceptionDetail | None:
    """The error of a body that is as ours are, or `None`: not JSON, or JSON of another kind. What a vendor writes is read by `leniency`."""
    try:
        return decoded(data, Fault).detail
    except ValueError:
        return None


# --- bytes -------------------------------------------------------------------------------------------------------------------------------


def encoded(item: object) -> bytes:
    """As JSON."""
    return msgspec.json.encode(item)


def decoded(data: str | bytes | msgspec.Raw, kind: type[T]) -> T:
    """One of these, from JSON. `ValueError` if it is none: ours and `msgspec`'s alike."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (UnicodeError, RecursionError) as error:
        raise ValueError("this is no JSON") from error


def asked(data: bytes, kind: type[T]) -> T:
    """A request's body as one of these. Five9's own samples write ``"true"`` for true, so texts are taken for what they say. `ValueError` if it is
    none.
    """
    try:
        return msgspec.json.decode(data, type=kind, strict=False)
    except (UnicodeError, RecursionError) as error:
        raise ValueError("this is no JSON") from error


def options_of(data: bytes) -> tuple[str, ...]:
    """The options that are on, from either body. `ValueError` if it is neither."""
    if data.lstrip().startswith(b"["):
        return decoded(data, tuple[str, ...])
    return decoded(data, Options).options


def token_of(text: str) -> str:
    """The token of an ``Authorization`` of Five9's, empty if it is none. Five9's clients write a hyphen, one of others' a blank."""
    kind, token = text[: len(BEARER)], text[len(BEARER) :].strip()
    return token if kind in (BEARER, _PLAIN) else ""


def state_of(data: bytes) -> str:
    """A login state: a bare JSON text, with its quotes or, from some proxies, without."""
    return data.decode(errors="replace").strip().strip('"')
