"""`refusal`: whether a command makes sense now. Pages grey their buttons with the very answer that the hub gives.

The rules are a table over services (`RULES`); the few checks that need a command's arguments stand below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set as AbstractSet
from operator import itemgetter
from typing import get_args

import msgspec
from msgspec.structs import replace

from cordboard.model import commands as c
from cordboard.model.calls import OWN_ROLES
from cordboard.model.entities import (
    Availability,
    Call,
    ConnectionState as S,
    Contact,
    Medium,
    Phase,
    ReasonKind,
    SuperviseAction,
    Target,
    TargetKind,
)
from cordboard.model.ids import CallId, ContactId, LinkId
from cordboard.model.state import SubjectState, voice_state


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """When a service on a contact is possible.

    `phases`: of the contact. `own`: the states that the agent's own connection in the addressed call may have (empty: any);
    of several calls the one whose state comes first here is meant. `two`: needs a held call and another one whose own
    connection is connected. `media`: of the contact.
    """

    phases: frozenset[Phase]
    own: tuple[S, ...] = ()
    two: bool = False
    media: frozenset[Medium] = frozenset({Medium.VOICE})


def _rule(
    *phases: Phase, own: tuple[S, ...] = (), two: bool = False, media: tuple[Medium, ...] = (Medium.VOICE,)
) -> Rule:
    return Rule(phases=frozenset(phases), own=own, two=two, media=frozenset(media))


_ALL = (Medium.VOICE, Medium.CHAT, Medium.TASK)
_DIGITAL = (Medium.CHAT, Medium.TASK)
_LIVE = (Phase.DIALLING, Phase.ACTIVE)
_OPEN = (Phase.OFFERED, Phase.DIALLING, Phase.ACTIVE, Phase.PAUSED, Phase.WRAP_UP)

RULES: Mapping[type[c.Service], Rule] = {
    c.AnswerCall: _rule(Phase.OFFERED, Phase.ACTIVE, own=(S.ALERTING,), media=_ALL),
    c.DeflectCall: _rule(Phase.OFFERED, Phase.ACTIVE, own=(S.ALERTING,), media=_ALL),
    c.ClearConnection: _rule(
        *_LIVE, Phase.PAUSED, own=(S.CONNECTED, S.INITIATED, S.QUEUED, S.FAIL, S.HOLD), media=_ALL
    ),
    c.HoldCall: _rule(Phase.ACTIVE, own=(S.CONNECTED,)),
    c.RetrieveCall: _rule(Phase.ACTIVE, own=(S.HOLD, S.CONNECTED)),
    c.ParkCall: _rule(Phase.ACTIVE, own=(S.CONNECTED, S.HOLD)),
    c.ConsultationCall: _rule(Phase.ACTIVE, own=(S.CONNECTED, S.HOLD)),
    c.AlternateCall: _rule(Phase.ACTIVE, two=True),
    c.ReconnectCall: _rule(Phase.ACTIVE, own=(S.HOLD,)),
    c.TransferCall: _rule(Phase.ACTIVE, two=True),
    c.ConferenceCall: _rule(Phase.ACTIVE, two=True),
    c.SingleStepTransferCall: _rule(Phase.ACTIVE, Phase.PAUSED, own=(S.CONNECTED, S.HOLD), media=_ALL),
    c.SingleStepConferenceCall: _rule(Phase.ACTIVE, own=(S.CONNECTED,)),
    c.GenerateDigits: _rule(*_LIVE, own=(S.CONNECTED,)),
    c.AssociateData: _rule(*_OPEN, media=_ALL),
    c.SetMicrophoneMute: _rule(Phase.ACTIVE, own=(S.CONNECTED, S.HOLD)),
    c.SetDisposition: _rule(Phase.ACTIVE, Phase.PAUSED, Phase.WRAP_UP, media=_ALL),
    c.CompleteContact: _rule(Phase.WRAP_UP, media=_ALL),
    c.PauseContact: _rule(Phase.ACTIVE, media=_DIGITAL),
    c.ResumeContact: _rule(Phase.PAUSED, media=_DIGITAL),
    c.SendMessage: _rule(Phase.ACTIVE, media=(Medium.CHAT,)),
    c.ScheduleCallback: _rule(Phase.ACTIVE, Phase.PAUSED, Phase.WRAP_UP, media=_ALL),
    c.StartRecording: _rule(Phase.ACTIVE, own=(S.CONNECTED, S.HOLD)),
    c.StopRecording: _rule(Phase.ACTIVE, own=(S.CONNECTED, S.HOLD)),
    c.ShareRecord: _rule(*_OPEN, media=_ALL),
    c.TakeNote: _rule(*_OPEN, Phase.CLOSED, media=_ALL),
    c.SetLocalData: _rule(*_OPEN, media=_ALL),
    c.SaveActivity: _rule(*_OPEN, Phase.CLOSED, media=_ALL),
}
"""Services on a contact. What is not here concerns no contact of the agent's own."""

_OWN_OF_PHASE: Mapping[Phase, S] = {
    Phase.OFFERED: S.ALERTING,
    Phase.DIALLING: S.INITIATED,
    Phase.ACTIVE: S.CONNECTED,
    Phase.PAUSED: S.HOLD,
}
"""A chat or task need not have connections: its phase stands for the agent's own."""

_TALKERS = frozenset(
    kind for kind, rule in RULES.items() if (rule.own or rule.two) and kind is not c.ClearConnection
)
"""What someone does who talks in a call: a supervisor does not, but leaves."""
_BARGED_IN = frozenset({c.GenerateDigits, c.SetMicrophoneMute, c.StartRecording, c.StopRecording})
"""What a supervisor does as well whom all hear."""

_OF_PARKED = frozenset({c.RetrieveCall, c.ClearConnection})
"""What can be done to a parked call; anything else that needs a connection needs it back first. (It can be joined with another, too.)"""

_ON_THE_LINE = frozenset({S.INITIATED, S.ALERTING, S.CONNECTED})

_DIGITS = re.compile(r"[0-9*#A-D]{1,64}\Z")
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}\Z")
_OK = None

MOST_CHARACTERS = 4000
"""Of a chat message."""


class Place(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The agent's place in a live call: the own connection's state, whether another party is held alone, whether the call is parked,
    and how the agent supervises it, if so.
    """

    own: S
    held_alone: bool
    parked: bool = False
    supervises: SuperviseAction | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules look at in a contact: contacts of the same standing have the same possibilities."""

    medium: Medium
    phase: Phase
    places: tuple[Place, ...]


class AgentStanding(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the rules look at in an agent, for what concerns no contact. `calling`: on the line, so that no other call can begin."""

    logged_on: bool
    calling: bool
    supervisor: bool


def refusal(state: SubjectState, services: AbstractSet[str], command: c.Command) -> c.Refused | None:
    """Why the command cannot be done now, or `None`. `services`: what the contact's link can do here."""
    service = command.service
    kind = type(service)
    contact: ContactId | None = getattr(service, "contact", None)
    call: CallId | None = getattr(service, "call", None)
    other: ContactId | None = getattr(service, "other", None)
    if (
        refused := possible(state, services, kind, contact, call, link=command.link, other=other)
    ) is not None:
        return refused
    return _arguments(state, service)


def possible(
    state: SubjectState,
    services: AbstractSet[str],
    kind: type[c.Service],
    contact_id: ContactId | None = None,
    call_id: CallId | None = None,
    *,
    link: LinkId | None = None,
    other: ContactId | None = None,
) -> c.Refused | None:
    """Why no command of this service can be done now, whatever its arguments, or `None`."""
    rule = RULES.get(kind)
    contact = None
    if rule is not None:
        if contact_id is None:
            return _no("bad-field", f"{kind.__name__} needs a contact")
        contact = state.contacts.get(contact_id)
        if contact is None and Phase.CLOSED in rule.phases:
            contact = next((item for item in state.recent if item.id == contact_id), None)
        if contact is None:
            return _no("unknown-contact", f"no open contact {contact_id}")
    up = _up(state, contact.link if contact is not None else link)
    if (refused := reachable(kind, services, up=up)) is not None:
        why = _why(state, kind.__name__) if refused.code == "impossible-here" else ""
        return _no(refused.code, why) if why else refused
    if rule is None or contact is None:
        voices = (item for item in state.contacts.values() if item.medium is Medium.VOICE)
        calling = any(on_the_line(standing(item)) for item in voices)
        return agent_refusal(agent_standing(state, calling=calling), kind)
    at = standing(contact)
    if other is not None and other != contact.id:
        second = state.contacts.get(other)
        if second is None:
            return _no("unknown-contact", f"no open contact {other}")
        if (second.link, second.medium) != (contact.link, contact.medium):
            return _no("wrong-state", "only calls of one link can be joined")
        at = replace(at, places=(*at.places, *_places(second, second.calls)))
    if call_id is None:
        return contact_refusal(at, kind, at.places)
    call = addressed(contact, kind, call_id)
    if call is None:
        return _no("unknown-call", f"the contact has no live call {call_id}")
    return contact_refusal(at, kind, _places(contact, (call,)))


def addressed(contact: Contact, kind: type[c.Service], call_id: CallId | None = None) -> Call | None:
    """The call of the contact that a command means: the named one, else the live one whose state fits the rule best."""
    live = [call for call in contact.calls if not call.cleared]
    if call_id is not None:
        return next((call for call in live if call.id == call_id), None)
    if not RULES[kind].own or contact.medium is not Medium.VOICE:
        return live[0] if live else None
    fitting = [(rank, call) for call in live if (rank := _rank(kind, _places(contact, (call,)))) is not None]
    return min(fitting, key=itemgetter(0))[1] if fitting else None


def standing(contact: Contact) -> Standing:
    """What the rules look at in the contact."""
    return Standing(medium=contact.medium, phase=contact.phase, places=_places(contact, contact.calls))


def _no(code: str, message: str) -> c.Refused:
    return c.Refused(code=code, message=message)


def _why(state: SubjectState, service: str) -> str:
    """Why a link cannot do it, where it says so."""
    return next((item.lacks[service] for item in state.links.values() if service in item.lacks), "")


def _up(state: SubjectState, link: LinkId | None) -> bool:
    """Whether this link is up; without one, whether any is."""
    if link is not None:
        return link in state.links and state.links[link].up
    return any(item.up for item in state.links.values())


def reachable(kind: type[c.Service], services: AbstractSet[str], *, up: bool) -> c.Refused | None:
    """Whether the link is there for it, and can do it at all."""
    if c.SERVICES[kind].kind is not c.Kind.SWITCH:
        return _OK
    if not up:
        return _no("link-down", "the link to the contact centre is down")
    if kind.__name__ not in services:
        return _no("impossible-here", f"this contact centre has no {kind.__name__}")
    return _OK


def _places(contact: Contact, calls: Iterable[Call]) -> tuple[Place, ...]:
    """The agent's places in those of the calls that are live."""
    if contact.medium is not Medium.VOICE:
        stands_for = _OWN_OF_PHASE.get(contact.phase)
        return () if stands_for is None else (Place(own=stands_for, held_alone=False),)
    # One walk over the connections: with every event a page is told of, this runs for each contact that changed.
    agent, places, gone = contact.agent, [], S.NULL
    for call in calls:
        own: S | None = None
        how: SuperviseAction | None = None
        alone = parked = False
        for item in () if call.cleared else call.connections:
            if item.state is not gone:
                if own is None and item.participant.id == agent and item.participant.role in OWN_ROLES:
                    # Whom somebody else holds alone is not on hold themselves, and cannot come back by themselves.
                    own, how = (S.CONNECTED if item.held_alone else item.state), item.supervises
                    parked = item.parked
                else:
                    alone = alone or item.held_alone
        if own is not None:
            places.append(Place(own=own, held_alone=alone, parked=parked, supervises=how))
    return tuple(places)


def _rank(kind: type[c.Service], places: Iterable[Place]) -> int | None:
    """How well the best of the places fits the rule: 0 is best, `None` not at all."""
    own = RULES[kind].own
    ranks = (
        own.index(place.own)
        for place in places
        if place.own in own
        # What is connected can be retrieved only in so far as another party is held alone.
        and not (kind is c.RetrieveCall and place.own is S.CONNECTED and not place.held_alone)
        and not (place.parked and kind not in _OF_PARKED)
    )
    return min(ranks, default=None)


def contact_refusal(at: Standing, kind: type[c.Service], places: tuple[Place, ...]) -> c.Refused | None:
    """Whether the rule allows the service on one of these places of the agent's."""
    name, rule = kind.__name__, RULES[kind]
    if at.phase not in rule.phases or at.medium not in rule.media:
        return _no("wrong-state", f"{name} is not for a {at.medium.value} contact that is {at.phase.value}")
    how = places[0].supervises if places else None
    if how is not None and kind in _TALKERS and not (how is SuperviseAction.BARGE and kind in _BARGED_IN):
        return _no("wrong-state", "who supervises a call does not hold it or hand it on")
    if rule.two:
        both = _joinable(kind, at.places)
        return _OK if both else _no("wrong-state", f"{name} needs a held and an active call")
    if rule.own and _rank(kind, places) is None:
        wanted = " or ".join(state.value for state in rule.own)
        return _no("wrong-state", f"{name} needs the agent {wanted}")
    if kind in (c.ConsultationCall, c.SingleStepTransferCall) and len(at.places) > 1:
        return _no("no-free-line", "a consult call is already under way")
    if kind is c.ParkCall and len(at.places) > 1:
        return _no("wrong-state", "end the consult call first")
    if kind is c.ReconnectCall and len(at.places) < 2:  # noqa: PLR2004 - a held call and its consult call
        return _no("wrong-state", "there is no consult call to drop")
    return _OK


def _joinable(kind: type[c.Service], places: tuple[Place, ...]) -> bool:
    """Whether two of these calls can be swapped or joined: one on hold with one that is talked on. A parked one is not swapped, and is
    joined with one that is talked on; or, by who leaves, with any other.
    """
    own = {place.own for place in places if not place.parked}
    if S.CONNECTED in own and S.HOLD in own:
        return True
    parked = sum(place.parked for place in places)
    match kind:
        case c.TransferCall:
            return parked > 0 and (parked > 1 or bool(own & {S.CONNECTED, S.HOLD}))
        case c.ConferenceCall:
            return parked > 0 and S.CONNECTED in own
        case _:
            return False


def on_the_line(at: Standing) -> bool:
    """Whether a contact of this standing keeps the agent from beginning another call."""
    for place in at.places:  # noqa: SIM110 - `any` makes a generator, and with every event of a call this is run
        if place.own in _ON_THE_LINE:
            return True
    return False


def agent_standing(state: SubjectState, *, calling: bool) -> AgentStanding:
    """How the agent stands. `calling`: whether one of their voice contacts is `on_the_line`."""
    voice = voice_state(state)
    return AgentStanding(
        logged_on=voice is not None and voice.state is not Availability.NULL,
        calling=calling,
        supervisor=state.profile is not None and "supervisor" in state.profile.roles,
    )


def agent_refusal(at: AgentStanding, kind: type[c.Service]) -> c.Refused | None:
    """Whether the agent may do what concerns no contact of theirs."""
    if kind is c.MakeCall:
        if not at.logged_on:
            return _no("wrong-state", "log on before calling")
        if at.calling:
            return _no("no-free-line", "finish, hold or consult from the present call")
    if kind in (c.Supervise, c.SuperviseAgent) and not at.supervisor:
        return _no("not-allowed", "only a supervisor can do this")
    return _OK


def _arguments(state: SubjectState, service: c.Service) -> c.Refused | None:
    match service:
        case c.GenerateDigits(digits=digits) if _DIGITS.match(digits) is None:
            return _no("invalid-digits", "digits are 0-9, *, # and A-D, at most 64")
        case c.SearchRecords(contact=contact) if contact is not None and not _known(state, contact):
            return _no("unknown-contact", f"no contact {contact}")
        case c.SuperviseAgent(state=Availability.BUSY):
            return _no("wrong-state", "busy comes with a contact, it cannot be set")
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
        case c.SendMessage(text=text) if not text.strip() or len(text) > MOST_CHARACTERS:
            return _no("bad-field", f"a message has 1 to {MOST_CHARACTERS} characters")
        case c.ScheduleCallback():
            return _callback(state, service)
        case c.CancelCallback(callback=callback) if not callback:
            return _no("bad-field", "say which callback")
        case c.PostTeamMessage(content=text, teams=teams) if not text.strip() or not teams:
            return _no("bad-field", "a team message needs content and teams")
        case _:
            return _OK
    return _OK


def _known(state: SubjectState, contact: ContactId) -> bool:
    return contact in state.contacts or any(item.id == contact for item in state.recent)


def _agent_state(state: SubjectState, service: c.SetAgentState) -> c.Refused | None:
    now = voice_state(state, service.medium)
    if service.state is Availability.BUSY:
        return _no("wrong-state", "busy comes with a contact, it cannot be set")
    if service.state is Availability.NULL and (now is None or now.state is Availability.NULL):
        return _no("wrong-state", "the agent is not logged on")
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


def _callback(state: SubjectState, service: c.ScheduleCallback) -> c.Refused | None:
    if service.due <= 0:
        return _no("bad-field", "say when the callback is due")
    if service.number:
        return _OK if _NUMBER.match(service.number) else _no("invalid-number", "give E.164 or an extension")
    customer = state.contacts[service.contact].customer
    known = customer is not None and _NUMBER.match(customer.number) is not None
    return _OK if known else _no("invalid-number", "nobody's number is known here: give one")


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
    contact = state.contacts[service.contact]
    if service.connection is None:
        if not isinstance(service, c.RetrieveCall):
            return _OK
        # As in CSTA, what is retrieved is on hold: without a name that is the agent's own, whoever else is held alone.
        calls = [call for call in contact.calls if service.call in (None, call.id)]
        own = {place.own for place in _places(contact, calls)}
        return _OK if S.HOLD in own else _no("wrong-state", "the agent is not on hold: name who is")
    for call in contact.calls:
        if not call.cleared and service.call in (None, call.id):
            for item in call.connections:
                if item.id == service.connection and item.state is not S.NULL:
                    return _OK
    return _no("unknown-connection", f"no live connection {service.connection}")


def services_of(state: SubjectState, link: LinkId | None = None) -> frozenset[str]:
    """What a link of this subject can do here; without one, what any link that is up can do."""
    if link is not None:
        found = state.links.get(link)
        return found.services if found is not None else frozenset()
    services: frozenset[str] = frozenset()
    for item in state.links.values():
        if item.up:
            services = services | item.services if services else item.services
    return services


SWITCH_SERVICES: frozenset[str] = frozenset(kind.__name__ for kind in get_args(c.SwitchService))
"""The names of all commands that a link may be able to do."""
