"""Commands in Five9's requests: a table over services, what shows that one was done, and what an answer comes to.

Whoever dials does it once: such a request is never sent a second time, whatever became of the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, assert_never

import msgspec

from cordboard import contract as k
from cordboard.model import commands as c
from cordboard.model.entities import (
    AttachedData,
    Availability,
    Call,
    CallKind,
    ConnectionState as S,
    Contact,
    Target,
    TargetKind,
)
from cordboard.model.errors import ERRORS, CallerError
from cordboard.model.ids import ConnectionId
from cordboard.model.rules import addressed
from cordboard.protocols.five9 import nouns, wire, words as w
from cordboard.protocols.five9.account import Account
from cordboard.protocols.five9.follow import Follower
from cordboard.protocols.five9.login import How, fine, told_of

CALLS = "{A}/interactions/calls"
SERVICES: frozenset[str] = frozenset(
    {
        "AlternateCall",
        "AnswerCall",
        "AssociateData",
        "ClearConnection",
        "CompleteContact",
        "ConferenceCall",
        "ConsultationCall",
        "DeflectCall",
        "GenerateDigits",
        "HoldCall",
        "MakeCall",
        "ReconnectCall",
        "RetrieveCall",
        "SetAgentState",
        "SetDisposition",
        "SetMicrophoneMute",
        "SingleStepConferenceCall",
        "SingleStepTransferCall",
        "StartRecording",
        "StopRecording",
        "TransferCall",
    }
)
"""Every command that the link can do, if its settings allow."""
UNVERIFIED: Mapping[str, str] = {"SetMicrophoneMute": "mute", "GenerateDigits": "dtmf"}
"""What only a path can do that no document has, and what it is called in the settings."""
LACKS: Mapping[str, str] = {
    "SetMicrophoneMute": "Five9's documented interface cannot mute: its softphone can.",
    "GenerateDigits": "Five9's documented interface sends no tones: its softphone does.",
}
"""Why not, where the settings do not allow it."""

Shown = Callable[[Follower], bool]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `shown`: whether what was told since says that it was done; `None` where nothing would."""

    method: str = "PUT"
    path: str
    body: Any = None
    how: How = "order"
    shown: Shown | None = None
    gone: bool = False
    """Whether a call that is not there any more is what was wanted."""


def offered(account: Account) -> tuple[str, ...]:
    """What the link can do with these settings."""
    can = (name for name in SERVICES if UNVERIFIED.get(name, "") in ("", *account.unverified))
    return tuple(sorted(can))


def orders(service: c.Service, at: Follower, account: Account, chosen: str) -> tuple[Order, ...]:
    """What to ask for, in order. `CallerError` for what Five9 cannot do. `chosen`: the contact's disposition, if there is one."""
    match service:
        case c.MakeCall(target=target):
            return (_dialled(target, service.campaign or account.campaign),)
        case c.SetAgentState():
            return (_presence(service, account),)
        case _:
            pass
    contact = at.contact(getattr(service, "contact", None))
    if contact is None:
        raise CallerError("unknown-contact", "Five9 has no such call")
    if isinstance(service, c.CompleteContact):
        return (_disposed(contact, chosen or account.disposition),)
    call = addressed(contact, type(service), getattr(service, "call", None))
    if call is None:
        raise CallerError("unknown-call", "the contact has no live call that this fits")
    return tuple(_on_call(service, at, contact, call))


def outcome(order: Order, reply: k.Replied | k.Failed) -> c.Outcome | None:
    """What the answer comes to; `None` if it does not say whether anything was done."""
    if isinstance(reply, k.Failed):
        return None if reply.sent else c.Refused(code="link-down", message=reply.reason)
    if fine(reply):
        return c.Done(data=_minted(reply.data))
    if order.gone and reply.status in (HTTPStatus.NOT_FOUND, w.STATUS):
        return c.Done()
    if not 400 <= reply.status < 500:  # noqa: PLR2004 - HTTP's own numbers
        return None
    if reply.status == w.NOT_LOGGED_IN:
        return c.Refused(code="wrong-state", message="Five9 had ended the login; it is renewed: try again")
    detail = wire.fault_of(reply.data)
    # Another Cordboard says its own codes there; Five9's are others.
    said = (detail.context.context_code or "" if detail is not None else "").lower().replace("_", "-")
    return c.Refused(
        code=said if said in ERRORS else _CODES.get(reply.status, "vendor-refused"), message=told_of(reply)
    )


_CODES: Mapping[int, str] = {
    HTTPStatus.FORBIDDEN: "not-allowed",
    HTTPStatus.NOT_FOUND: "unknown-call",
    HTTPStatus.CONFLICT: "wrong-state",
    HTTPStatus.TOO_MANY_REQUESTS: "too-many-requests",
    w.STATUS: "wrong-state",
}


# --- the requests ----------------------------------------------------------------------------------------------------------


def _on_call(
    service: c.Service, at: Follower, contact: Contact, call: Call
) -> tuple[Order, ...] | list[Order]:
    ident, main = str(call.id), f"{CALLS}/{contact.id}"
    place = f"{CALLS}/{ident}"
    match service:
        case c.AnswerCall():
            return (Order(path=f"{place}/answer", shown=_is(ident, w.TALKING, w.ON_HOLD)),)
        case c.DeflectCall(target=None):
            return (Order(path=f"{place}/reject", shown=_is(ident, "")),)
        case c.DeflectCall():
            raise CallerError("impossible-here", "Five9 rejects a call and sends it nowhere: its queue does")
        case c.HoldCall(connection=one) | c.RetrieveCall(connection=one):
            if one is not None and not _own(call, one):
                raise CallerError("impossible-here", "Five9 holds nobody alone")
            return (_held(at, ident, hold=isinstance(service, c.HoldCall)),)
        case c.ClearConnection(connection=one):
            return (_cleared(call, one),)
        case c.ConsultationCall(target=target):
            at.consulting(ident)
            return (_transferred(place, target, warm=True),)
        case c.SingleStepTransferCall(target=target):
            return (_transferred(place, target, warm=False),)
        case c.AlternateCall():
            return _alternated(at, contact)
        case c.ReconnectCall():
            return (Order(path=f"{main}/cancel_transfer"),)
        case c.TransferCall(other=None):
            return (Order(path=f"{main}/complete_transfer", shown=_is(str(contact.id), "", w.WRAP_UP)),)
        case c.ConferenceCall(other=None):
            return (Order(method="POST", path=f"{main}/complete_warm_conference"),)
        case c.TransferCall() | c.ConferenceCall():
            raise CallerError("impossible-here", "only a consult about the same call can be joined with it")
        case c.SingleStepConferenceCall(target=target):
            return (_added(place, target),)
        case c.AssociateData(data=data):
            return (_attached(place, at, data),)
        case c.StartRecording():
            word = "resume" if call.recording == "paused" else "start"
            return (Order(path=f"{place}/{word}_recording"),)
        case c.StopRecording(pause=pause):
            return (Order(path=f"{place}/{'pause' if pause else 'stop'}_recording"),)
        case c.GenerateDigits(digits=digits):
            return (Order(path=f"{place}/dtmf", body={"digits": digits}, how="once"),)
        case c.SetMicrophoneMute(mute=mute):
            return (Order(path=f"{place}/{'mute' if mute else 'unmute'}"),)
        case _:
            raise CallerError("impossible-here", f"Five9 has no {type(service).__name__}")


def _is(ident: str, *states: str) -> Shown:
    """Whether the call stands so; an empty state is that it is over."""

    def shown(at: Follower) -> bool:
        call = at.call(ident)
        return (call.state if call is not None else "") in states

    return shown


def _own(call: Call, connection: ConnectionId) -> bool:
    return bool(call.connections) and call.connections[0].id == connection


def _held(at: Follower, ident: str, *, hold: bool) -> Order:
    call = at.call(ident)
    parked = call is not None and call.state == w.PARKED
    word = "hold" if hold else "retrieve" if parked else "unhold"
    return Order(path=f"{CALLS}/{ident}/{word}", shown=_is(ident, w.ON_HOLD if hold else w.TALKING))


def _alternated(at: Follower, contact: Contact) -> tuple[Order, ...]:
    own = {str(call.id): call.connections[0].state for call in contact.calls if call.connections}
    talking = next((ident for ident, state in own.items() if state is S.CONNECTED), None)
    held = next((ident for ident, state in own.items() if state is S.HOLD), None)
    if talking is None or held is None:
        raise CallerError("wrong-state", "this needs a held and an active call")
    return _held(at, talking, hold=True), _held(at, held, hold=False)


def _cleared(call: Call, connection: ConnectionId | None) -> Order:
    several = sum(item.state is not S.NULL for item in call.connections[1:]) > 1
    if several and connection is not None and not _own(call, connection):
        return Order(path=f"{CALLS}/{connection}/disconnectConferenceParticipant")
    over = _is(str(call.id), "", w.WRAP_UP)
    if several:
        return Order(path=f"{CALLS}/{call.id}/leave_conference", body=wire.Leave(), shown=over, gone=True)
    return Order(path=f"{CALLS}/{call.id}/disconnect", shown=over, gone=True)


def _disposed(contact: Contact, chosen: str) -> Order:
    mains = [call for call in contact.calls if call.kind is CallKind.MAIN] or contact.calls[:1]
    ident = str(mains[0].id)
    body = wire.Dispose(disposition_id=chosen)
    return Order(path=f"{CALLS}/{ident}/dispose", body=body, shown=_is(ident, ""), gone=True)


def _dialled(target: Target, campaign: str) -> Order:
    body: object
    match target.kind:
        case TargetKind.NUMBER:
            # No more than was seen: what else the body might have is click-to-dial's.
            told = {"number": target.number, "campaignId": campaign or None}
            word, body = "external", {**told, "skipDNCCheck": False, "checkMultipleContacts": True}
        case TargetKind.AGENT:
            word, body = "agent", {"agentId": target.id}
        case TargetKind.QUEUE:
            word, body = "skill", {"skillId": target.id}
        case _:
            assert_never(target.kind)
    return Order(method="POST", path=f"{{A}}/interactions/make_{word}_call", body=body, how="once")


def _transferred(place: str, target: Target, *, warm: bool) -> Order:
    number = target.kind is TargetKind.NUMBER
    body = wire.Target(
        destination=wire.Destination(number=target.number) if number else None,
        agent_id=target.id if target.kind is TargetKind.AGENT else None,
        skill_id=target.id if target.kind is TargetKind.QUEUE else None,
        warm=warm,
    )
    word = "external_number" if number else _KINDS[target.kind]
    return Order(path=f"{place}/transfer_to_{word}", body=body, how="once")


def _added(place: str, target: Target) -> Order:
    number = target.kind is TargetKind.NUMBER
    body = wire.Target(
        number=target.number if number else None,
        agent_id=target.id if target.kind is TargetKind.AGENT else None,
        skill_id=target.id if target.kind is TargetKind.QUEUE else None,
        check_d_n_c=True if number else None,
    )
    word = "external" if number else _KINDS[target.kind]
    return Order(method="POST", path=f"{place}/add_{word}_to_conference", body=body, how="once")


_KINDS: Mapping[TargetKind, str] = {TargetKind.AGENT: "agent", TargetKind.QUEUE: "skill"}


def _attached(place: str, at: Follower, data: AttachedData) -> Order:
    found, unknown = nouns.named(at.book, data)
    if unknown:
        told = f"Five9 has no call variable {', '.join(unknown)}: its administrator defines them"
        raise CallerError("bad-field", told, {"field": unknown[0]})
    return Order(path=f"{place}/variables_2", body=found)


def _presence(service: c.SetAgentState, account: Account) -> Order:
    match service.state:
        case Availability.READY | Availability.NOT_READY:
            ready = service.state is Availability.READY
            state = wire.PresenceState(
                ready_channels=account.channels if ready else (),
                not_ready_reason_code_id="0" if ready else service.reason or "0",
            )
            return Order(path="{A}/presence", body=wire.Presence(current_state=state), shown=_chose(ready))
        case Availability.NULL:
            body = wire.LeaveSession(reason_code_id=service.reason or None)
            return Order(path="{A}/session_stop", body=body)
        case _:
            raise CallerError("impossible-here", "after-call work begins and ends with its call at Five9")


def _chose(ready: bool) -> Shown:  # noqa: FBT001 - what was chosen
    def shown(at: Follower) -> bool:
        found = at.presence.pending_state or at.presence.current_state
        return bool(found.ready_channels) == ready

    return shown


def _minted(data: bytes) -> dict[str, str]:
    """The id of the call that the answer is about, if it is about one. It may as well be empty."""
    try:
        return {"call": wire.decoded(data, wire.Call).id}
    except ValueError:
        return {}
