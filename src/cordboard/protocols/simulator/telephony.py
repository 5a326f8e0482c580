"""Commands about a call, by an agent who has a part in it."""

from __future__ import annotations

import re
from typing import assert_never

from cordboard.protocols.simulator import consulting, media, recording
from cordboard.protocols.simulator.centre import AgentPlan, Customer, QueuePlan, Target, Unknown
from cordboard.protocols.simulator.commands import (
    AlternateCall,
    AnswerCall,
    AssociateData,
    CallCommand,
    ClearConnection,
    ConferenceCall,
    ConsultationCall,
    DeflectCall,
    Done,
    GenerateDigits,
    HoldCall,
    HoldParty,
    MakeCall,
    ParkCall,
    PauseRecording,
    PauseWork,
    ReconnectCall,
    RefusedError,
    ResumeRecording,
    ResumeWork,
    RetrieveCall,
    RetrieveParty,
    SendMessage,
    SetMute,
    SetWrapUpReason,
    SingleStepConferenceCall,
    SingleStepTransferCall,
    StartRecording,
    StopRecording,
    TransferCall,
)
from cordboard.protocols.simulator.consequences import talking
from cordboard.protocols.simulator.desk import known_agent, logged_on
from cordboard.protocols.simulator.exchange import MOST_CALLS, Exchange
from cordboard.protocols.simulator.lines import (
    active,
    check_reachable,
    destination,
    hold,
    own_party,
    park,
    party_named,
    retrieve,
)
from cordboard.protocols.simulator.picture import Call, Party
from cordboard.protocols.simulator.supervision import check_supervisor


def perform(exchange: Exchange, command: CallCommand) -> Done:
    """Do what is asked, or raise `RefusedError` with nothing changed."""
    known_agent(exchange, command.agent)
    digital = exchange.picture.calls.get(command.call or "") if not isinstance(command, MakeCall) else None
    if digital is not None and digital.medium != "voice":
        return _digital(exchange, digital, command)
    logged_on(exchange, command.agent)
    match command:
        case MakeCall():
            return _make_call(exchange, command)
        case AlternateCall():
            return consulting.alternate(exchange, command)
        case ReconnectCall() | TransferCall() | ConferenceCall():
            return consulting.finish(exchange, command)
        case _:
            pass
    own = own_party(exchange, command.agent, command.call)
    call = exchange.picture.calls[own.call]
    if call.kind == "reservation":
        return _decide(exchange, own, call, command)
    _check_place(own, command)
    match command:
        case PauseWork() | ResumeWork() | SendMessage():
            raise RefusedError("wrong-medium", call.id)
        case AnswerCall():
            _answer(exchange, own)
        case DeflectCall(to=to):
            _deflect(exchange, own, call, to)
        case ClearConnection(party=party):
            _clear(exchange, own, party)
        case HoldCall():
            hold(exchange, own)
        case RetrieveCall():
            retrieve(exchange, own)
        case ParkCall():
            park(exchange, own)
        case HoldParty(party=party):
            _hold_party(exchange, own, party)
        case RetrieveParty(party=party):
            _retrieve_party(exchange, own, party)
        case ConsultationCall(to=to):
            return consulting.consult(exchange, own, call, to)
        case SingleStepTransferCall(to=to):
            return _transfer_blind(exchange, own, call, to)
        case SingleStepConferenceCall(to=to):
            return _add(exchange, own, call, to)
        case GenerateDigits(digits=digits):
            send_digits(exchange, own, digits)
        case SetMute(on=on):
            _mute(exchange, own, on=on)
        case AssociateData(data=data):
            _associate(exchange, call, data)
        case SetWrapUpReason(reason=reason):
            _set_wrap_up_reason(exchange, call, reason)
        case StartRecording() | StopRecording() | PauseRecording() | ResumeRecording():
            recording.record(exchange, own, call, command)
        case _:
            assert_never(command)
    return Done(interaction=call.interaction, call=call.id, party=own.id, segment=own.segment)


_OF_PARKED = (RetrieveCall, ClearConnection, AssociateData, SetWrapUpReason)


def _check_place(own: Party, command: CallCommand) -> None:
    """Refuse what cannot be done from where the agent is in the call."""
    if own.supervises is not None:
        check_supervisor(own, command)
    if own.parked and not isinstance(command, _OF_PARKED):
        raise RefusedError("wrong-state", "a parked call is retrieved first")


def _decide(exchange: Exchange, own: Party, call: Call, command: CallCommand) -> Done:
    """A reservation is taken or left."""
    if own.state != "alerting":
        raise RefusedError("wrong-state", own.state)
    match command:
        case AnswerCall():
            _set_aside(exchange, own)
            return exchange.campaigns.accept(own, call)
        case DeflectCall(to=None, discard=discard):
            if discard:
                exchange.campaigns.discard(call)
            exchange.unanswered(own, "rejected", verdict="declined")
        case _:
            raise RefusedError("wrong-state", "a reservation is taken or left")
    return Done(interaction=call.interaction, call=call.id, party=own.id, segment=own.segment)


def _digital(exchange: Exchange, call: Call, command: CallCommand) -> Done:
    """What can be asked for of a chat or task."""
    own = own_party(exchange, command.agent, call.id)
    utterance: str | None = None
    match command:
        case AnswerCall():
            if own.state != "alerting":
                raise RefusedError("wrong-state", own.state)
            exchange.move("established", own, "connected")
        case DeflectCall(to=to):
            _deflect(exchange, own, call, to)
        case ClearConnection(party=party):
            _clear(exchange, own, party)
        case SingleStepTransferCall(to=to):
            return _transfer_blind(exchange, own, call, to)
        case AssociateData(data=data):
            _associate(exchange, call, data)
        case SetWrapUpReason(reason=reason):
            _set_wrap_up_reason(exchange, call, reason)
        case PauseWork():
            hold(exchange, own)
        case ResumeWork():
            if own.state != "hold":
                raise RefusedError("wrong-state", own.state)
            exchange.move("retrieved", own, "connected")
        case SendMessage(text=text):
            utterance = media.write(exchange, call, own, text).id
        case _:
            raise RefusedError("wrong-medium", call.id)
    return Done(
        interaction=call.interaction, call=call.id, party=own.id, segment=own.segment, utterance=utterance
    )


def send_digits(exchange: Exchange, party: Party, digits: str) -> None:
    """Note DTMF that a party sends into its call."""
    if not _DIGITS.fullmatch(digits):
        raise RefusedError("invalid-digits", digits)
    if party.state != "connected" or party.medium != "voice":
        raise RefusedError("wrong-state", party.state)
    exchange.put("digits", party, digits=digits)


_DIGITS = re.compile(r"[0-9A-Da-d*#]{1,64}")


def _make_call(exchange: Exchange, command: MakeCall) -> Done:
    own = exchange.picture.of_agent(command.agent)
    if any(p.state in ("connected", "initiated") for p in own):
        raise RefusedError("another-call-active")
    if command.agent in exchange.campaigns.reserved:
        raise RefusedError("wrong-state", "a campaign dials for the agent")
    if any(p.state == "alerting" for p in own):
        raise RefusedError("wrong-state", "a call is ringing")
    if sum(not exchange.is_consulter(p) and not p.parked for p in own) >= MOST_CALLS:
        raise RefusedError("too-many-calls")
    target = exchange.directory.target(command.to)
    plan = exchange.directory.agents[command.agent]
    if command.queue is not None and command.queue not in exchange.directory.queues:
        raise RefusedError("unknown-queue", command.queue)
    match target:
        case AgentPlan(id=plan.id) | Unknown():
            raise RefusedError("invalid-destination", command.to)
        case QueuePlan(medium=medium) if medium != "voice":
            raise RefusedError("wrong-medium", command.to)
        case _:
            pass
    inside = exchange.is_inside(target)
    call = exchange.start_call(
        direction="internal" if inside else "outbound",
        calling=plan.extension,
        called=exchange.number_of(target),
        data={**(target.data if isinstance(target, Customer) else {}), **command.data},
    )
    segment = exchange.open_segment(plan.id, call, dialling=True, queue=command.queue)
    party = exchange.dial(plan, call, segment, command.to)
    return Done(interaction=call.interaction, call=call.id, party=party.id, segment=segment.id)


def _answer(exchange: Exchange, own: Party) -> None:
    if own.state != "alerting":
        raise RefusedError("wrong-state", own.state)
    _set_aside(exchange, own)
    exchange.move("established", own, "connected")


def _set_aside(exchange: Exchange, own: Party) -> None:
    """Put on hold what the agent talks in, since they take another call."""
    other = active(exchange, own.agent)
    if other is not None:
        if other.state == "initiated":
            raise RefusedError("call-being-set-up", other.call)
        exchange.move("held", other, "hold", cause="other-call-answered")


def _deflect(exchange: Exchange, own: Party, call: Call, to: str | None) -> None:
    if own.state != "alerting":
        raise RefusedError("wrong-state", own.state)
    if to is None:
        exchange.unanswered(own, "rejected", verdict="declined", rest=True)
        return
    target = destination(exchange, to, call.medium)
    check_reachable(exchange, target, call.interaction, call.medium)
    if own.segment is not None:
        exchange.touched.verdicts[own.segment] = "declined"
    exchange.move("diverted", own, "null", cause="deflected")
    call = exchange.change("call-information", call, previous=own.segment)
    exchange.reach(call, target, home=own.queue)


def _clear(exchange: Exchange, own: Party, named: str | None) -> None:
    if named is None:
        if own.state == "alerting":
            raise RefusedError("wrong-state", "a ringing call is deflected, not cleared")
        exchange.move("connection-cleared", own, "null", cause="hang-up")
        return
    if own.state not in ("connected", "hold"):
        raise RefusedError("wrong-state", own.state)
    party = party_named(exchange, own.call, named)
    cause = "hang-up" if party.id == own.id else "dropped"
    exchange.move("connection-cleared", party, "null", cause=cause)


def _hold_party(exchange: Exchange, own: Party, named: str) -> None:
    party = party_named(exchange, own.call, named)
    if own.state != "connected" or party.state != "connected" or party.held_by or party.id == own.id:
        raise RefusedError("wrong-state", party.state)
    if sum(talking(p) for p in exchange.picture.of_call(own.call)) <= MOST_CALLS:
        raise RefusedError("not-a-conference")
    exchange.change("held-alone", party, held_by=own.agent)


def _retrieve_party(exchange: Exchange, own: Party, named: str) -> None:
    party = party_named(exchange, own.call, named)
    if own.state != "connected" or party.held_by is None:
        raise RefusedError("wrong-state", party.state)
    exchange.change("retrieved-alone", party, held_by=None)


def _transfer_blind(exchange: Exchange, own: Party, call: Call, to: str) -> Done:
    if call.kind == "consult":
        raise RefusedError("not-transferable", call.id)
    target = _addition(exchange, own, call, to)
    if own.segment is not None:
        exchange.touched.verdicts[own.segment] = "transferred"
    exchange.move("connection-cleared", own, "null", cause="transferred")
    call = exchange.change("call-information", call, previous=own.segment)
    party = exchange.reach(call, target, home=call.queue)
    return Done(interaction=call.interaction, call=call.id, party=party.id, segment=own.segment)


def _add(exchange: Exchange, own: Party, call: Call, to: str) -> Done:
    target = _addition(exchange, own, call, to)
    party = exchange.reach(call, target)
    return Done(interaction=call.interaction, call=call.id, party=party.id, segment=own.segment)


def _addition(exchange: Exchange, own: Party, call: Call, to: str) -> Target:
    if own.state not in ("connected", "hold"):
        raise RefusedError("wrong-state", own.state)
    others = [p for p in exchange.picture.of_call(call.id) if p.id != own.id]
    if not any(talking(p) for p in others):
        raise RefusedError("not-established", call.id)
    if consulting.consult_from(exchange, own) is not None:
        raise RefusedError("consult-exists", call.id)
    target = destination(exchange, to, call.medium)
    check_reachable(exchange, target, call.interaction, call.medium)
    return target


def _mute(exchange: Exchange, own: Party, *, on: bool) -> None:
    if own.state not in ("connected", "hold"):
        raise RefusedError("wrong-state", own.state)
    if own.muted != on:
        exchange.change("muted" if on else "unmuted", own, muted=on)


def _associate(exchange: Exchange, call: Call, data: dict[str, str | None]) -> None:
    merged = {**call.data, **data}
    kept = {name: value for name, value in merged.items() if value is not None}
    if kept != call.data:
        exchange.change("call-information", call, data=kept)


def _set_wrap_up_reason(exchange: Exchange, call: Call, reason: str) -> None:
    if exchange.centre.reason("wrap_up", reason) is None:
        raise RefusedError("unknown-reason", reason)
    if call.wrap_up_reason != reason:
        exchange.change("call-information", call, wrap_up_reason=reason)
