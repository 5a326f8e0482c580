"""From the canonical commands to the switch's: which call is meant, and what each refusal is called."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cordboard.model import commands as c
from cordboard.model.entities import AttachedData, Availability, Medium, Target, TargetKind
from cordboard.model.ids import Subject, subject_id
from cordboard.protocols.simulator import commands as s
from cordboard.protocols.simulator.centre import Medium as SwitchMedium
from cordboard.protocols.simulator.picture import Party, Picture
from cordboard.protocols.simulator.switch import Switch

SERVICES: frozenset[str] = frozenset(
    kind.__name__
    for kind in (
        c.MakeCall,
        c.AnswerCall,
        c.DeflectCall,
        c.ClearConnection,
        c.HoldCall,
        c.RetrieveCall,
        c.ParkCall,
        c.ConsultationCall,
        c.AlternateCall,
        c.ReconnectCall,
        c.TransferCall,
        c.ConferenceCall,
        c.SingleStepTransferCall,
        c.SingleStepConferenceCall,
        c.GenerateDigits,
        c.AssociateData,
        c.SetMicrophoneMute,
        c.SetAgentState,
        c.SetDisposition,
        c.CompleteContact,
        c.PauseContact,
        c.ResumeContact,
        c.SendMessage,
        c.ScheduleCallback,
        c.CancelCallback,
        c.StartRecording,
        c.StopRecording,
        c.Supervise,
        c.SuperviseAgent,
    )
)
"""What this switch can do."""

CODES: Mapping[str, str] = {
    "already-in-call": "wrong-state",
    "already-logged-on": "wrong-state",
    "another-call-active": "no-free-line",
    "call-being-set-up": "wrong-state",
    "call-ended": "unknown-call",
    "consult-exists": "no-free-line",
    "consult-not-answered": "wrong-state",
    "disposition-required": "wrong-state",
    "duplicate-command": "duplicate-command",
    "invalid-destination": "unknown-target",
    "invalid-digits": "invalid-digits",
    "invalid-parameters": "bad-field",
    "line-busy": "wrong-state",
    "no-consult": "wrong-state",
    "no-pending-state": "wrong-state",
    "no-wrap-up": "wrong-state",
    "not-a-conference": "wrong-state",
    "not-established": "wrong-state",
    "not-a-supervisor": "not-allowed",
    "not-in-call": "unknown-connection",
    "not-logged-on": "wrong-state",
    "not-recording": "wrong-state",
    "not-transferable": "wrong-state",
    "not-your-team": "not-allowed",
    "supervising": "wrong-state",
    "target-unavailable": "unknown-target",
    "too-many-calls": "no-free-line",
    "unknown-action": "impossible-here",
    "unknown-agent": "unknown-agent",
    "unknown-call": "unknown-call",
    "unknown-callback": "not-found",
    "unknown-campaign": "unknown-target",
    "unknown-dialogue": "bad-field",
    "unknown-disposition": "unknown-disposition",
    "unknown-party": "unknown-connection",
    "unknown-queue": "unknown-target",
    "unknown-reason": "unknown-reason",
    "unknown-segment": "unknown-contact",
    "wrong-medium": "wrong-state",
    "wrong-state": "wrong-state",
}
"""The switch's codes of refusal -> ours. A test holds it against the switch's own list."""

_TALKING = ("connected", "hold")


def carry_out(
    switch: Switch, command: c.Command, at: int, lacks: Mapping[str, str] = MappingProxyType({})
) -> c.Outcome:
    """Have the switch do a command, and say what it said. `lacks`: services that there are not, with the reason.

    Where a command takes two orders, only the first can be refused: nothing is left half done.
    """
    agent = subject_id(Subject(command.subject))
    done = s.Done()
    name = type(command.service).__name__
    if name in lacks:
        return c.Refused(code="impossible-here", message=lacks[name])
    try:
        orders = _orders(switch.picture, agent, command.service)
        for number, order in enumerate(orders):
            ident = command.id if number == 0 else f"{command.id}+{number}"
            outcome = switch.execute(ident, order, at)
            if isinstance(outcome, s.Refused):
                return c.Refused(code=CODES.get(outcome.code, "vendor-refused"), message=outcome.message)
            done = outcome
        if isinstance(command.service, c.ConsultationCall) and done.call and _flat(command.service.data):
            values: dict[str, str | None] = {**_flat(command.service.data)}
            switch.execute(f"{command.id}+1", s.AssociateData(agent=agent, call=done.call, data=values), at)
    except _RefusedError as error:
        return error.outcome
    made = {
        "call": done.call,
        "contact": done.segment,
        "connection": done.party,
        "utterance": done.utterance,
        "callback": done.callback,
    }
    return c.Done(data={key: value for key, value in made.items() if value is not None})


class _RefusedError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.outcome = c.Refused(code=code, message=message)


def _orders(picture: Picture, agent: str, service: c.Service) -> list[s.Command]:
    def own(contact: str, call: str | None, *states: str) -> str:
        return _call(picture, agent, contact, call, states)

    match service:
        case c.MakeCall(target=target, queue=queue, data=data):
            return [s.MakeCall(agent=agent, to=_to(target), queue=queue, data=_flat(data))]
        case c.AnswerCall(contact=contact, call=call):
            return [s.AnswerCall(agent=agent, call=own(contact, call, "alerting"))]
        case c.DeflectCall(contact=contact, call=call, target=target, discard=discard):
            to = _to(target) if target is not None else None
            return [s.DeflectCall(agent=agent, call=own(contact, call, "alerting"), to=to, discard=discard)]
        case c.ClearConnection(contact=contact, call=call, connection=connection):
            where = _holding(picture, connection) or own(
                contact, call, "connected", "initiated", "fail", "hold"
            )
            party = None if connection is None or _is_own(picture, connection, agent) else str(connection)
            return [s.ClearConnection(agent=agent, call=where, party=party)]
        case c.HoldCall(contact=contact, call=call, connection=connection):
            if connection is not None and not _is_own(picture, connection, agent):
                return [s.HoldParty(agent=agent, call=_in(picture, connection), party=str(connection))]
            return [s.HoldCall(agent=agent, call=own(contact, call, "connected"))]
        case c.RetrieveCall(contact=contact, call=call, connection=connection):
            if connection is not None and not _is_own(picture, connection, agent):
                return [s.RetrieveParty(agent=agent, call=_in(picture, connection), party=str(connection))]
            return [s.RetrieveCall(agent=agent, call=own(contact, call, "hold"))]
        case c.ParkCall(contact=contact, call=call):
            return [s.ParkCall(agent=agent, call=own(contact, call, *_TALKING))]
        case c.ConsultationCall(contact=contact, call=call, target=target):
            return [s.ConsultationCall(agent=agent, call=own(contact, call, *_TALKING), to=_to(target))]
        case c.AlternateCall(contact=contact, call=call):
            held = call if call is not None and _holds(picture, agent, call) else own(contact, None, "hold")
            return [s.AlternateCall(agent=agent, call=held)]
        case c.ReconnectCall(contact=contact, call=call):
            return [s.ReconnectCall(agent=agent, call=_pair(picture, agent, contact, call))]
        case c.TransferCall(other=other) | c.ConferenceCall(other=other) if other not in (
            None,
            service.contact,
        ):
            first, second = own(service.contact, service.call, *_TALKING), own(other, None, *_TALKING)
            join = s.TransferCall if isinstance(service, c.TransferCall) else s.ConferenceCall
            return [join(agent=agent, call=first, other=second)]
        case c.TransferCall(contact=contact, call=call):
            return [s.TransferCall(agent=agent, call=_pair(picture, agent, contact, call))]
        case c.ConferenceCall(contact=contact, call=call):
            return [s.ConferenceCall(agent=agent, call=_pair(picture, agent, contact, call))]
        case c.SingleStepTransferCall(contact=contact, call=call, target=target):
            return [s.SingleStepTransferCall(agent=agent, call=own(contact, call, *_TALKING), to=_to(target))]
        case c.SingleStepConferenceCall(contact=contact, call=call, target=target):
            return [
                s.SingleStepConferenceCall(agent=agent, call=own(contact, call, "connected"), to=_to(target))
            ]
        case c.GenerateDigits(contact=contact, call=call, digits=digits):
            return [s.GenerateDigits(agent=agent, call=own(contact, call, "connected"), digits=digits)]
        case c.AssociateData(contact=contact, call=call):
            return _data(agent, own(contact, call), service)
        case c.SetMicrophoneMute(contact=contact, call=call, mute=mute, connection=connection):
            if connection is not None and not _is_own(picture, connection, agent):
                raise _RefusedError("impossible-here", "this switch mutes nobody but the agent")
            return [s.SetMute(agent=agent, call=own(contact, call, *_TALKING), on=mute)]
        case c.SetAgentState():
            return _state(picture, agent, service)
        case c.SetDisposition(contact=contact, disposition=disposition):
            return [s.SetDisposition(agent=agent, segment=contact, disposition=disposition)]
        case c.CompleteContact(contact=contact):
            return [s.CompleteWrapUp(agent=agent, segment=contact)]
        case c.ScheduleCallback(contact=contact, due=due, number=number, queue=queue, text=text):
            return [
                s.ScheduleCallback(
                    agent=agent, segment=contact, due=due, number=number, queue=queue, text=text
                )
            ]
        case c.CancelCallback(callback=callback):
            return [s.CancelCallback(agent=agent, callback=callback)]
        case c.PauseContact(contact=contact):
            return [s.PauseWork(agent=agent, call=own(contact, None, "connected"))]
        case c.ResumeContact(contact=contact):
            return [s.ResumeWork(agent=agent, call=own(contact, None, "hold"))]
        case c.SendMessage(contact=contact, text=text):
            return [s.SendMessage(agent=agent, call=own(contact, None, "connected"), text=text)]
        case c.StartRecording(contact=contact, call=call):
            where = own(contact, call, *_TALKING)
            paused = where in picture.calls and picture.calls[where].recording == "paused"
            start = s.ResumeRecording if paused else s.StartRecording
            return [start(agent=agent, call=where)]
        case c.StopRecording(contact=contact, call=call, pause=pause):
            stop = s.PauseRecording if pause else s.StopRecording
            return [stop(agent=agent, call=own(contact, call, *_TALKING))]
        case c.Supervise(agent=other, contact=contact, action=action):
            where = _supervised(picture, agent, other, contact)
            named = None if other == agent else str(other)
            return [s.Supervise(agent=agent, call=where, other=named, action=action.value)]
        case c.SuperviseAgent():
            return [_state_of(agent, service)]
        case _:
            raise _RefusedError("impossible-here", f"this switch has no {type(service).__name__}")


def _data(agent: str, call: str, service: c.AssociateData) -> list[s.Command]:
    values = {**service.data.peripheral, **service.data.named}
    orders: list[s.Command] = []
    if service.wrap_up_reason is not None:
        orders.append(s.SetWrapUpReason(agent=agent, call=call, reason=service.wrap_up_reason))
    if values:
        data = {key: value or None for key, value in values.items()}
        orders.append(s.AssociateData(agent=agent, call=call, data=data))
    return orders


_MEDIA: Mapping[Medium, SwitchMedium] = {
    Medium.VOICE: "voice",
    Medium.CHAT: "chat",
    Medium.TASK: "task",
}


def _state(picture: Picture, agent: str, service: c.SetAgentState) -> list[s.Command]:
    reason = service.reason or None
    medium = _MEDIA[service.medium]
    now = picture.duties.get(f"{agent}/{medium}") or picture.agents.get(agent)
    off = now is not None and now.state == "null"
    match service.state:
        case Availability.NULL:
            return [s.LogOff(agent=agent, medium=medium, reason=reason)]
        case Availability.READY:
            if off:
                return [s.LogOn(agent=agent, medium=medium, state="ready")]
            return [s.SetAgentState(agent=agent, medium=medium, state="ready")]
        case Availability.NOT_READY:
            if off:
                return [s.LogOn(agent=agent, medium=medium, state="not_ready", reason=reason)]
            return [s.SetAgentState(agent=agent, medium=medium, state="not_ready", reason=reason)]
        case _:
            raise _RefusedError("impossible-here", f"this switch sets {service.state.value} by itself")


def _state_of(agent: str, service: c.SuperviseAgent) -> s.Command:
    if service.medium is not Medium.VOICE:
        raise _RefusedError("impossible-here", f"this switch has no {service.medium.value}")
    reason = service.reason or None
    match service.state:
        case Availability.READY:
            return s.SetStateOf(agent=agent, other=service.agent, state="ready")
        case Availability.NOT_READY:
            return s.SetStateOf(agent=agent, other=service.agent, state="not_ready", reason=reason)
        case Availability.NULL:
            return s.SetStateOf(agent=agent, other=service.agent, state="null", reason=reason)
        case _:
            raise _RefusedError("impossible-here", f"this switch sets {service.state.value} by itself")


def _supervised(picture: Picture, agent: str, other: str, contact: str) -> str:
    """The call to supervise: the one that the other agent talks in, or that the supervisor is in already."""
    segment = picture.segments.get(contact)
    if segment is None or segment.agent not in (agent, other):
        raise _RefusedError("unknown-contact", f"no contact {contact}")
    return _call(picture, segment.agent, contact, None, _TALKING)


def _call(picture: Picture, agent: str, contact: str, call: str | None, states: tuple[str, ...]) -> str:
    """The named call, or that of the contact in which the agent's own party is in the earliest of the states."""
    if call is not None:
        return str(call)
    segment = picture.segments.get(contact)
    if segment is None or segment.agent != agent:
        raise _RefusedError("unknown-contact", f"no contact {contact}")
    own = [
        (party.state, ident)
        for ident in segment.calls
        for party in picture.of_call(ident)
        if party.agent == agent and party.state != "null"
    ]
    if not states:
        return own[0][1] if own else segment.calls[-1]
    for state in states:
        for found, ident in own:
            if found == state:
                return ident
    raise _RefusedError("wrong-state", f"no call of the contact is {' or '.join(states)} for the agent")


def _pair(picture: Picture, agent: str, contact: str, call: str | None) -> str:
    """One of the two calls of a consult: the consult call, if the contact has a live one."""
    if call is not None:
        return str(call)
    segment = picture.segments.get(contact)
    for ident in segment.calls if segment is not None else ():
        known = picture.calls[ident]
        if (
            known.kind == "consult"
            and known.ended is None
            and known.parent in (segment.calls if segment else ())
        ):
            return ident
    return _call(picture, agent, contact, None, _TALKING)


def _holds(picture: Picture, agent: str, call: str) -> bool:
    return any(party.call == call and party.state == "hold" for party in picture.of_agent(agent))


def _party(picture: Picture, connection: str) -> Party | None:
    return picture.parties.get(connection)


def _is_own(picture: Picture, connection: str, agent: str) -> bool:
    party = _party(picture, connection)
    return party is not None and party.agent == agent


def _holding(picture: Picture, connection: str | None) -> str | None:
    party = _party(picture, connection) if connection is not None else None
    return party.call if party is not None else None


def _in(picture: Picture, connection: str) -> str:
    party = _party(picture, connection)
    if party is None:
        raise _RefusedError("unknown-connection", f"no connection {connection}")
    return party.call


def _to(target: Target) -> str:
    match target.kind:
        case TargetKind.AGENT:
            return f"agent:{target.id}"
        case TargetKind.QUEUE:
            return f"queue:{target.id}"
        case TargetKind.NUMBER:
            return target.number


def _flat(data: AttachedData | None) -> dict[str, str]:
    return {**data.peripheral, **data.named} if data is not None else {}
