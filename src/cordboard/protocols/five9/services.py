"""Commands in Five9's requests: a table over services, what shows that one was done, and what an answer comes to.

Whoever dials does it once: such a request is never sent a second time, whatever became of the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, assert_never

import msgspec
from msgspec.structs import replace

from cordboard import contract as k
from cordboard.model import commands as c
from cordboard.model.entities import (
    AttachedData,
    Availability,
    Call,
    CallKind,
    ConnectionState as S,
    Contact,
    Medium,
    Target,
    TargetKind,
)
from cordboard.model.errors import ERRORS, CallerError
from cordboard.model.ids import ConnectionId
from cordboard.model.rules import addressed
from cordboard.protocols.five9 import events as v, nouns, wire, words as w
from cordboard.protocols.five9.account import Account
from cordboard.protocols.five9.evidence import Shown, are_gone, chose, comes, has, is_recorded, stands
from cordboard.protocols.five9.follow import Follower
from cordboard.protocols.five9.leniency import fault_of, read
from cordboard.protocols.five9.login import How
from cordboard.protocols.five9.replies import fine, told_of

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
        "ParkCall",
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


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `shown`: whether what was told since says that it was done; `None` where nothing would."""

    method: str = "PUT"
    path: str
    body: Any = None
    how: How = "order"
    shown: Shown | None = None
    gone: bool = False
    """Whether a call that is not there any more is what was wanted."""
    makes: bool = False
    """Whether the answer is about a call that it makes."""
    fails: int = 0
    """The event by which Five9 says that it came to nothing."""
    consults: str = ""
    """The call that a consult is asked for about."""
    about: str = ""
    """The call that it is about, where that has to be remembered."""


def offered(account: Account) -> tuple[str, ...]:
    """What the link can do with these settings."""
    can = (name for name in SERVICES if UNVERIFIED.get(name, "") in ("", *account.unverified))
    return tuple(sorted(can))


def orders(service: c.Service, at: Follower, account: Account, chosen: str) -> tuple[Order, ...]:
    """What to ask for, in order. `CallerError` for what Five9 cannot do. `chosen`: the contact's disposition, if there is one."""
    match service:
        case c.MakeCall(target=target):
            return (_dialled(at, target, service.campaign or account.campaign),)
        case c.SetAgentState():
            return (_presence(service, account),)
        case _:
            pass
    contact = at.contact(getattr(service, "contact", None))
    if contact is None:
        raise CallerError("unknown-contact", "Five9 has no such call")
    if isinstance(service, c.CompleteContact):
        return _disposed(at, contact, chosen or account.disposition)
    call = addressed(contact, type(service), getattr(service, "call", None))
    if call is None:
        raise CallerError("unknown-call", "the contact has no live call that this fits")
    return tuple(_on_call(service, at, contact, call, chosen))


def outcome(order: Order, reply: k.Replied | k.Failed) -> c.Outcome | None:
    """What the answer comes to; `None` if it does not say whether anything was done."""
    if isinstance(reply, k.Failed):
        return None if reply.sent else c.Refused(code="link-down", message=reply.reason)
    if fine(reply):
        return c.Done(data=_minted(reply.data) if order.makes else {})
    detail = fault_of(reply.data)
    # The login's state, or a service that moved: that says nothing of the call.
    elsewhere = detail is not None and (
        detail.error_code == w.MIGRATED or detail.context.context_code == w.CONTEXT_LOGIN
    )
    if order.gone and not elsewhere and reply.status in (HTTPStatus.NOT_FOUND, w.STATUS):
        return c.Done()
    if not 400 <= reply.status < 500:  # noqa: PLR2004 - HTTP's own numbers
        return None
    if reply.status == w.NOT_LOGGED_IN:
        return c.Refused(code="wrong-state", message="Five9 had ended the login; it is renewed: try again")
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
    service: c.Service, at: Follower, contact: Contact, call: Call, chosen: str
) -> tuple[Order, ...] | list[Order]:
    ident, main = str(call.id), f"{CALLS}/{contact.id}"
    place = f"{CALLS}/{ident}"
    match service:
        case c.AnswerCall():
            return (Order(path=f"{place}/answer", shown=stands(ident, w.TALKING, w.ON_HOLD)),)
        case c.DeflectCall(target=None):
            return (Order(path=f"{place}/reject", shown=stands(ident, "")),)
        case c.DeflectCall():
            raise CallerError("impossible-here", "Five9 rejects a call and sends it nowhere: its queue does")
        case c.HoldCall(connection=one) | c.RetrieveCall(connection=one):
            if one is not None and not _own(call, one):
                raise CallerError("impossible-here", "Five9 holds nobody alone")
            return (_held(at, ident, hold=isinstance(service, c.HoldCall)),)
        case c.ParkCall():
            return (Order(path=f"{place}/park", shown=stands(ident, w.PARKED)),)
        case c.ClearConnection(connection=one):
            return (_cleared(call, one),)
        case c.ConsultationCall(target=target):
            return (_consulted(at, ident, target),)
        case c.SingleStepTransferCall(target=target):
            return (_handed_on(ident, target, chosen),)
        case c.AlternateCall():
            return _alternated(at, contact)
        case c.ReconnectCall():
            consults = [str(item.id) for item in contact.calls if item.kind is CallKind.CONSULT]
            return (Order(path=f"{main}/cancel_transfer", shown=are_gone(consults)),)
        case c.TransferCall(other=None):
            return (Order(path=f"{main}/complete_transfer", shown=stands(str(contact.id), "", w.WRAP_UP)),)
        case c.ConferenceCall(other=None):
            return (Order(method="POST", path=f"{main}/complete_warm_conference"),)
        case c.TransferCall(other=other) | c.ConferenceCall(other=other):
            return (_joined(at, ident, str(other), leaves=isinstance(service, c.TransferCall)),)
        case c.SingleStepConferenceCall(target=target):
            return (_added(place, target),)
        case c.AssociateData(wrap_up_reason=str()):
            raise CallerError(
                "impossible-here", "Five9's calls have no wrap-up reasons: choose a disposition"
            )
        case c.AssociateData(data=data):
            return (_attached(ident, at, data),)
        case c.StartRecording():
            word = "resume" if at.paused(ident) else "start"
            return (Order(path=f"{place}/{word}_recording", about=ident, shown=is_recorded(ident, on=True)),)
        case c.StopRecording(pause=pause):
            word = "pause" if pause else "stop"
            return (Order(path=f"{place}/{word}_recording", about=ident, shown=is_recorded(ident, on=False)),)
        case c.GenerateDigits(digits=digits):
            return (Order(path=f"{place}/dtmf", body={"digits": digits}, how="once"),)
        case c.SetMicrophoneMute(mute=mute):
            return (Order(path=f"{place}/{'mute' if mute else 'unmute'}"),)
        case _:
            raise CallerError("impossible-here", f"Five9 has no {type(service).__name__}")


def _own(call: Call, connection: ConnectionId) -> bool:
    return bool(call.connections) and call.connections[0].id == connection


def _held(at: Follower, ident: str, *, hold: bool) -> Order:
    call = at.call(ident)
    parked = call is not None and call.state == w.PARKED
    word = "hold" if hold else "retrieve" if parked else "unhold"
    return Order(path=f"{CALLS}/{ident}/{word}", shown=stands(ident, w.ON_HOLD if hold else w.TALKING))


def _joined(at: Follower, ident: str, other: str, *, leaves: bool) -> Order:
    """One call with another contact's, of which one is parked. `leaves`: without the agent."""
    parked = [one for one in (other, ident) if (call := at.call(one)) is not None and call.state == w.PARKED]
    if not parked:
        raise CallerError("impossible-here", "Five9 joins calls of which one is parked: park one first")
    if leaves:
        body = wire.Target(call_id=other)
        return Order(path=f"{CALLS}/{ident}/transfer_to_call", body=body, shown=stands(ident, "", w.WRAP_UP))
    return Order(path=f"{CALLS}/{parked[0]}/add_to_conference", shown=stands(parked[0], "", w.WRAP_UP))


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
        if connection == nouns.far_id(call.id):
            raise CallerError(
                "impossible-here", "Five9 drops who came into the call, and not whom it began with"
            )
        return Order(path=f"{CALLS}/{connection}/disconnectConferenceParticipant")
    over = stands(str(call.id), "", w.WRAP_UP)
    if several:
        return Order(path=f"{CALLS}/{call.id}/leave_conference", body=wire.Leave(), shown=over, gone=True)
    return Order(path=f"{CALLS}/{call.id}/disconnect", shown=over, gone=True)


def _disposed(at: Follower, contact: Contact, chosen: str) -> tuple[Order, ...]:
    """Every call of the contact that waits for it, the main one first: a consult may want its own."""
    calls = sorted(contact.calls, key=lambda call: call.kind is not CallKind.MAIN)
    states = {str(call.id): known.state for call in calls if (known := at.call(str(call.id))) is not None}
    waiting = [ident for ident, state in states.items() if state == w.WRAP_UP] or [str(calls[0].id)]
    body = wire.Dispose(disposition_id=chosen)
    return tuple(
        Order(path=f"{CALLS}/{ident}/dispose", body=body, shown=stands(ident, "", w.FINISHED), gone=True)
        for ident in waiting
    )


def _dialled(at: Follower, target: Target, campaign: str) -> Order:
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
    return Order(
        method="POST",
        path=f"{{A}}/interactions/make_{word}_call",
        body=body,
        how="once",
        makes=True,
        shown=comes(at, target),
        fails=v.MAKE_CALL_FAILED,
    )


def _consulted(at: Follower, ident: str, target: Target) -> Order:
    path, body = _transferred(ident, target, warm=True)
    shown = comes(at, target)
    return Order(path=path, body=body, how="once", shown=shown, fails=v.TRANSFER_FAILED, consults=ident)


def _handed_on(ident: str, target: Target, chosen: str) -> Order:
    path, body = _transferred(ident, target, warm=False)
    # The call is over with it: whatever was chosen has to go along.
    body = replace(body, disposition_id=chosen or None)
    shown = stands(ident, "", w.WRAP_UP)
    return Order(path=path, body=body, how="once", shown=shown, fails=v.TRANSFER_FAILED)


def _transferred(ident: str, target: Target, *, warm: bool) -> tuple[str, wire.Target]:
    number = target.kind is TargetKind.NUMBER
    body = wire.Target(
        destination=wire.Destination(number=target.number) if number else None,
        agent_id=target.id if target.kind is TargetKind.AGENT else None,
        skill_id=target.id if target.kind is TargetKind.QUEUE else None,
        warm=warm,
    )
    word = "external_number" if number else _KINDS[target.kind]
    return f"{CALLS}/{ident}/transfer_to_{word}", body


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


def _attached(ident: str, at: Follower, data: AttachedData) -> Order:
    found, unknown = nouns.named(at.book, data)
    if unknown:
        told = f"Five9 has no call variable {', '.join(unknown)}: its administrator defines them"
        raise CallerError("bad-field", told, {"field": unknown[0]})

    return Order(path=f"{CALLS}/{ident}/variables_2", body=found, shown=has(ident, found))


def _presence(service: c.SetAgentState, account: Account) -> Order:
    if service.medium is not Medium.VOICE:
        raise CallerError("impossible-here", "Five9's agent interface is followed for voice alone")
    match service.state:
        case Availability.READY | Availability.NOT_READY:
            ready = service.state is Availability.READY
            state = wire.PresenceState(
                ready_channels=account.channels if ready else (),
                not_ready_reason_code_id="0" if ready else service.reason or "0",
            )
            return Order(
                path="{A}/presence", body=wire.Presence(current_state=state), shown=chose(ready=ready)
            )
        case Availability.NULL:
            body = wire.LeaveSession(reason_code_id=service.reason) if service.reason else None
            return Order(path="{A}/session_stop", body=body)
        case _:
            raise CallerError("impossible-here", "after-call work begins and ends with its call at Five9")


def _minted(data: bytes) -> dict[str, str]:
    """The id of the call that the answer is about, if it is about one. It may as well be empty."""
    try:
        return {"call": read(data, wire.Call).id}
    except ValueError:
        return {}
