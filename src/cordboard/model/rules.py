"""`refusal`: whether a command makes sense now. Pages grey their buttons with the very answer that the hub gives.

The rules are a table over services (`RULES`); the few checks that need a command's arguments stand below it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set as AbstractSet
from typing import get_args

import msgspec

from cordboard.model import commands as c
from cordboard.model.entities import (
    Availability,
    Call,
    Connection,
    ConnectionState as S,
    Contact,
    Medium,
    Phase,
    ReasonKind,
    Target,
    TargetKind,
)
from cordboard.model.fold import own_connection
from cordboard.model.ids import CallId, ContactId, LinkId
from cordboard.model.state import SubjectState, voice_state


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """When a service on a contact is possible.

    `phases`: of the contact. `own`: the states that the agent's own connection in the addressed call may have (empty: any).
    `two`: needs a held call and another one whose own connection is connected. `media`: of the contact.
    """

    phases: frozenset[Phase]
    own: frozenset[S] = frozenset()
    two: bool = False
    media: frozenset[Medium] = frozenset({Medium.VOICE})


def _rule(
    *phases: Phase, own: tuple[S, ...] = (), two: bool = False, media: tuple[Medium, ...] = (Medium.VOICE,)
) -> Rule:
    return Rule(phases=frozenset(phases), own=frozenset(own), two=two, media=frozenset(media))


_ALL = (Medium.VOICE, Medium.CHAT, Medium.TASK)
_DIGITAL = (Medium.CHAT, Medium.TASK)
_LIVE = (Phase.DIALLING, Phase.ACTIVE)
_OPEN = (Phase.OFFERED, Phase.DIALLING, Phase.ACTIVE, Phase.PAUSED, Phase.WRAP_UP)

RULES: Mapping[type[c.Service], Rule] = {
    c.AnswerCall: _rule(Phase.OFFERED, Phase.ACTIVE, own=(S.ALERTING,), media=_ALL),
    c.DeflectCall: _rule(Phase.OFFERED, Phase.ACTIVE, own=(S.ALERTING,), media=_ALL),
    c.ClearConnection: _rule(
        *_LIVE, Phase.PAUSED, own=(S.INITIATED, S.CONNECTED, S.HOLD, S.QUEUED, S.FAIL), media=_ALL
    ),
    c.HoldCall: _rule(Phase.ACTIVE, own=(S.CONNECTED,)),
    c.RetrieveCall: _rule(Phase.ACTIVE, own=(S.HOLD, S.CONNECTED)),
    c.ConsultationCall: _rule(Phase.ACTIVE, own=(S.CONNECTED, S.HOLD)),
    c.AlternateCall: _rule(Phase.ACTIVE, two=True),
    c.ReconnectCall: _rule(Phase.ACTIVE, own=(S.HOLD,)),
    c.TransferCall: _rule(Phase.ACTIVE, two=True),
    c.ConferenceCall: _rule(Phase.ACTIVE, two=True),
    c.SingleStepTransferCall: _rule(Phase.ACTIVE, own=(S.CONNECTED, S.HOLD)),
    c.SingleStepConferenceCall: _rule(Phase.ACTIVE, own=(S.CONNECTED,)),
    c.GenerateDigits: _rule(*_LIVE, own=(S.CONNECTED,)),
    c.AssociateData: _rule(*_OPEN, media=_ALL),
    c.SetMicrophoneMute: _rule(Phase.ACTIVE, own=(S.CONNECTED, S.HOLD)),
    c.SetDisposition: _rule(Phase.ACTIVE, Phase.PAUSED, Phase.WRAP_UP, media=_ALL),
    c.CompleteContact: _rule(Phase.WRAP_UP, media=_ALL),
    c.PauseContact: _rule(Phase.ACTIVE, media=_DIGITAL),
    c.ResumeContact: _rule(Phase.PAUSED, media=_DIGITAL),
    c.StartRecording: _rule(Phase.ACTIVE, own=(S.CONNECTED, S.HOLD)),
    c.StopRecording: _rule(Phase.ACTIVE, own=(S.CONNECTED, S.HOLD)),
    c.ShareRecord: _rule(*_OPEN, media=_ALL),
    c.TakeNote: _rule(*_OPEN, Phase.CLOSED, media=_ALL),
    c.SetLocalData: _rule(*_OPEN, media=_ALL),
    c.SaveActivity: _rule(*_OPEN, Phase.CLOSED, media=_ALL),
}
"""Services on a contact. What is not here concerns no contact of the agent's own."""

_DIGITS = re.compile(r"[0-9*#A-D]{1,64}\Z")
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}\Z")
_OK = None


def refusal(state: SubjectState, services: AbstractSet[str], command: c.Command) -> c.Refused | None:
    """Why the command cannot be done now, or `None`. `services`: what the contact's link can do here."""
    service = command.service
    kind = type(service)
    if (
        code := possible(
            state, services, kind, getattr(service, "contact", None), getattr(service, "call", None)
        )
    ) is not None:
        return code
    return _arguments(state, service)


def possible(
    state: SubjectState,
    services: AbstractSet[str],
    kind: type[c.Service],
    contact_id: ContactId | None = None,
    call_id: CallId | None = None,
) -> c.Refused | None:
    """Why no command of this service can be done now, whatever its arguments, or `None`."""
    if c.SERVICES[kind].kind is c.Kind.SWITCH and kind.__name__ not in services:
        return _no("impossible-here", f"this contact centre has no {kind.__name__}")
    if c.SERVICES[kind].kind is c.Kind.SWITCH and (down := _down(state, contact_id)) is not None:
        return down
    rule = RULES.get(kind)
    if rule is None or kind in (c.Supervise, c.SuperviseAgent):
        return _agent_rule(state, kind)
    if contact_id is None:
        return _no("bad-field", f"{kind.__name__} needs a contact")
    contact = state.contacts.get(contact_id)
    if contact is None and Phase.CLOSED in rule.phases:
        contact = next((item for item in state.recent if item.id == contact_id), None)
    if contact is None:
        return _no("unknown-contact", f"no open contact {contact_id}")
    return _contact_rule(contact, rule, kind, call_id)


def addressed(contact: Contact, kind: type[c.Service], call_id: CallId | None = None) -> Call | None:
    """The call of the contact that a command means: the named one, else the first live one whose state fits the rule."""
    rule = RULES[kind]
    live = [call for call in contact.calls if not call.cleared]
    if call_id is not None:
        return next((call for call in live if call.id == call_id), None)
    for call in live:
        own = own_connection(call, contact.agent)
        if not rule.own or (own is not None and own.state in rule.own):
            return call
    return None


def _no(code: str, message: str) -> c.Refused:
    return c.Refused(code=code, message=message)


def _down(state: SubjectState, contact_id: ContactId | None) -> c.Refused | None:
    contact = state.contacts.get(contact_id) if contact_id is not None else None
    if contact is not None:
        link = state.links.get(contact.link)
        return _OK if link is not None and link.up else _no("link-down", "the contact's link is down")
    if any(link.up for link in state.links.values()):
        return _OK
    return _no("link-down", "no link of this agent is up")


def _contact_rule(
    contact: Contact, rule: Rule, kind: type[c.Service], call_id: CallId | None
) -> c.Refused | None:
    name = kind.__name__
    if contact.phase not in rule.phases or contact.medium not in rule.media:
        return _no(
            "wrong-state", f"{name} is not for a {contact.medium.value} contact that is {contact.phase.value}"
        )
    if call_id is not None and all(call.id != call_id or call.cleared for call in contact.calls):
        return _no("unknown-call", f"the contact has no live call {call_id}")
    if rule.two:
        own = [item.state for item in _own_live(contact)]
        if S.HOLD not in own or S.CONNECTED not in own:
            return _no("wrong-state", f"{name} needs a held and an active call")
        return _OK
    if rule.own and contact.medium is Medium.VOICE:
        call = addressed(contact, kind, call_id)
        own_here = own_connection(call, contact.agent) if call is not None else None
        if own_here is None or own_here.state not in rule.own:
            return _no(
                "wrong-state", f"{name} needs the agent {' or '.join(sorted(s.value for s in rule.own))}"
            )
        if kind is c.RetrieveCall and call is not None and own_here.state is S.CONNECTED:
            return (
                _OK
                if any(item.held_alone for item in call.connections)
                else _no("wrong-state", "nothing is on hold")
            )
    if kind is c.ConsultationCall and len(_own_live(contact)) > 1:
        return _no("no-free-line", "a consult call is already under way")
    if kind is c.ReconnectCall and len(_own_live(contact)) < 2:  # noqa: PLR2004 - a held call and its consult call
        return _no("wrong-state", "there is no consult call to drop")
    return _OK


def _own_live(contact: Contact) -> list[Connection]:
    found = (own_connection(call, contact.agent) for call in contact.calls if not call.cleared)
    return [item for item in found if item is not None and item.state is not S.NULL]


def _agent_rule(state: SubjectState, kind: type[c.Service]) -> c.Refused | None:
    voice = voice_state(state)
    if kind is c.MakeCall:
        if voice is None or voice.state is Availability.NULL:
            return _no("wrong-state", "log on before calling")
        busy = (S.INITIATED, S.ALERTING, S.CONNECTED)
        if any(item.state in busy for contact in state.contacts.values() for item in _own_live(contact)):
            return _no("no-free-line", "finish, hold or consult from the present call")
    if kind is c.Supervise and (state.profile is None or "supervisor" not in state.profile.roles):
        return _no("not-allowed", "only a supervisor can do this")
    return _OK


def _arguments(state: SubjectState, service: c.Service) -> c.Refused | None:
    match service:
        case c.GenerateDigits(digits=digits) if _DIGITS.match(digits) is None:
            return _no("invalid-digits", "digits are 0-9, *, # and A-D, at most 64")
        case c.SetAgentState():
            return _agent_state(state, service)
        case c.SetDisposition(disposition=code) if (
            code and state.profile is not None and state.profile.dispositions
        ):
            if code not in {item.code for item in state.profile.dispositions}:
                return _no("unknown-disposition", f"no disposition {code}")
        case c.MakeCall() | c.ConsultationCall() | c.SingleStepTransferCall() | c.SingleStepConferenceCall():
            return _target(service.target)
        case c.DeflectCall(target=target) if target is not None:
            return _target(target)
        case (
            c.ClearConnection() | c.HoldCall() | c.RetrieveCall() | c.SetMicrophoneMute() | c.GenerateDigits()
        ):
            return _connection(state, service)
        case c.PostTeamMessage(content=text, teams=teams) if not text.strip() or not teams:
            return _no("bad-field", "a team message needs content and teams")
        case _:
            return _OK
    return _OK


def _agent_state(state: SubjectState, service: c.SetAgentState) -> c.Refused | None:
    now = voice_state(state, service.medium)
    if service.state is Availability.BUSY:
        return _no("wrong-state", "busy comes with a contact, it cannot be set")
    if service.state is Availability.NULL and (state.contacts or now is None):
        return _no("wrong-state", "finish the open contacts before logging off")
    if service.state is Availability.WORKING_AFTER_CALL and (
        now is None or now.state is not Availability.BUSY
    ):
        return _no("wrong-state", "after-call work can be asked for during a contact only")
    kind = ReasonKind.LOGOUT if service.state is Availability.NULL else ReasonKind.NOT_READY
    listed = (
        {item.code for item in state.profile.reasons if item.kind is kind}
        if state.profile is not None
        else set()
    )
    if service.state in (Availability.NOT_READY, Availability.NULL):
        if service.reason and listed and service.reason not in listed:
            return _no("unknown-reason", f"no {kind.value} reason {service.reason}")
        logged_on = now is not None and now.state is not Availability.NULL
        if service.state is Availability.NOT_READY and logged_on and listed and not service.reason:
            return _no("reason-needed", "not ready needs one of the listed reason codes")
    return _OK


def _target(target: Target) -> c.Refused | None:
    if target.kind is TargetKind.NUMBER:
        return (
            _OK
            if _NUMBER.match(target.number)
            else _no("invalid-number", "give E.164 or an extension in `number`")
        )
    return _OK if target.id else _no("bad-field", f"a target of kind {target.kind.value} needs an `id`")


def _connection(
    state: SubjectState,
    service: c.ClearConnection | c.HoldCall | c.RetrieveCall | c.SetMicrophoneMute | c.GenerateDigits,
) -> c.Refused | None:
    if service.connection is None:
        return _OK
    contact = state.contacts[service.contact]
    for call in contact.calls:
        if service.call is None or call.id == service.call:
            for item in call.connections:
                if item.id == service.connection and item.state is not S.NULL:
                    return _OK
    return _no("unknown-connection", f"no live connection {service.connection}")


def services_of(state: SubjectState, link: LinkId | None = None) -> frozenset[str]:
    """What a link of this subject can do here; without one, what any link that is up can do."""
    if link is not None:
        found = state.links.get(link)
        return found.services if found is not None else frozenset()
    return frozenset().union(*(item.services for item in state.links.values() if item.up))


SWITCH_SERVICES: frozenset[str] = frozenset(kind.__name__ for kind in get_args(c.SwitchService))
"""The names of all commands that a link may be able to do."""
