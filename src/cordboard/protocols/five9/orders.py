"""What clients may do with calls, as plans: generators that yield commands, and what has to be so before the next, and end with what
the client is answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from typing import NamedTuple, TypeGuard

import msgspec

from cordboard.model import commands as c
from cordboard.model.calls import own_connection
from cordboard.model.entities import ConnectionState as S, Contact, Phase, Target, TargetKind
from cordboard.model.ids import CallId, ContactId, QueueId
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import variables, wire, words as w
from cordboard.protocols.five9.lines import Line, hex_id, is_preview, lines
from cordboard.protocols.five9.lists import preview_id
from cordboard.protocols.five9.settings import Settings

NO_DISPOSITION = re.compile(r"0?|-\d+")
"""Ids that stand for none of the contact centre's: 0, and those below it, which are Five9's own."""
_BLANK = re.compile(r"[\s().-]+")


class Until(NamedTuple):
    """Wait until this is so, for a while."""

    so: Callable[[SubjectState], bool]


class Answer(NamedTuple):
    """What the client is answered. Without `body`: 204."""

    body: object = None
    status: int = 0


Plan = Generator[c.Service | Until, None, Answer]
Look = Callable[[], SubjectState]
"""The agent's state now."""


class GoneError(ValueError):
    """What was meant is not there, or not any more."""


# --- finding what is meant -----------------------------------------------------------------------------------------------------


def line_of(state: SubjectState, ident: str) -> Line:
    """The call of this id. `GoneError`."""
    found = lines(state).get(ident.upper())
    if found is None:
        raise GoneError(f"Call {ident} not found")
    return found


def preview_of(state: SubjectState, ident: str) -> Contact:
    """The preview of this id. `GoneError`."""
    for contact in state.contacts.values():
        if is_preview(contact) and preview_id(contact) == ident.upper():
            return contact
    raise GoneError(f"Preview {ident} not found")


def target_of(body: wire.Target, kind: str, settings: Settings) -> Target:
    """Whom a body of this kind names. `ValueError` if it names nobody."""
    there = body.destination or wire.Destination()
    match kind:
        case "external":
            return number(there.number or body.number or "")
        case "speed_dial":
            return speed_dial(body.speed_dial_id or there.speed_dial_id or "", settings)
        case "agent":
            return Target(kind=TargetKind.AGENT, id=_named(body.agent_id, "agentId"))
        case "skill":
            return Target(kind=TargetKind.QUEUE, id=_named(body.skill_id, "skillId"))
        case _:
            return Target(kind=TargetKind.QUEUE, id=_named(body.campaign_id, "campaignId"))


def number(text: str) -> Target:
    """A number, without what people write between digits."""
    plain = _BLANK.sub("", text)
    if not plain:
        raise ValueError("number is missing")
    return Target(kind=TargetKind.NUMBER, number=plain)


def speed_dial(ident: str, settings: Settings) -> Target:
    """A number that has a name."""
    for item in settings.speed_dials:
        if item.id == ident:
            return Target(kind=TargetKind.NUMBER, number=item.number, name=item.description)
    raise GoneError(f"Speed dial {ident} not found")


def _named(value: str | None, field: str) -> str:
    if not value:
        raise ValueError(f"{field} is missing")
    return value


# --- making calls ------------------------------------------------------------------------------------------------------------------


def make(look: Look, target: Target, campaign: str | None = None) -> Plan:
    """Call somebody; the answer is the call as soon as it is there."""
    state = look()
    known = set(lines(state))
    queues = {item.id for item in state.profile.queues} if state.profile is not None else set()
    if campaign and campaign in queues:
        yield c.MakeCall(target=target, queue=QueueId(campaign))
    else:
        yield c.MakeCall(target=target, campaign=campaign or "")
    yield Until(lambda state: not lines(state).keys() <= known)
    fresh = [line.told for ident, line in lines(look()).items() if ident not in known]
    return Answer(fresh[0] if fresh else {})


# --- a call that is there ------------------------------------------------------------------------------------------------------------


def answer(line: Line) -> Plan:
    """Take it."""
    yield c.AnswerCall(contact=line.contact.id, call=line.call.id)
    return Answer()


def reject(line: Line) -> Plan:
    """Do not."""
    yield c.DeflectCall(contact=line.contact.id, call=line.call.id)
    return Answer()


def hold(line: Line) -> Plan:
    """Put it on hold."""
    yield c.HoldCall(contact=line.contact.id, call=line.call.id)
    return Answer()


def unhold(look: Look, line: Line) -> Plan:
    """Come back to it; what is talked on meanwhile goes on hold instead."""
    others = [item for item in lines(look()).values() if item.contact.id == line.contact.id]
    if any(item.told.state == w.TALKING and item.told.id != line.told.id for item in others):
        yield c.AlternateCall(contact=line.contact.id)
    else:
        yield c.RetrieveCall(contact=line.contact.id, call=line.call.id)
    return Answer()


def park(line: Line) -> Plan:
    """Put it aside."""
    yield c.ParkCall(contact=line.contact.id, call=line.call.id)
    return Answer()


def retrieve(line: Line) -> Plan:
    """Take it back. `ValueError` if it is not parked."""
    if line.told.state != w.PARKED:
        raise ValueError(f"Call {line.told.id} is not parked")
    yield c.RetrieveCall(contact=line.contact.id, call=line.call.id)
    return Answer()


def disconnect(line: Line) -> Plan:
    """Hang up. What is over already is as it should be."""
    if line.told.state != w.WRAP_UP or _is_live(line):
        yield c.ClearConnection(contact=line.contact.id, call=line.call.id)
    return Answer()


def dispose(look: Look, line: Line, code: str) -> Plan:
    """Say how it went and be done with it; a call that is still talked on is hung up first."""
    contact = line.contact.id
    if line.consult:
        yield c.ClearConnection(contact=contact, call=line.call.id)
        return Answer(_finished(line, code))
    told = _is_chosen(code)
    if told and line.contact.phase in (Phase.ACTIVE, Phase.WRAP_UP):
        yield c.SetDisposition(contact=contact, disposition=code)
        told = False
    yield from _complete(look, contact, hang_up=line.call.id, disposition=code if told else "")
    return Answer(_finished(line, code))


def transfer(look: Look, line: Line, target: Target, body: wire.Target) -> Plan:
    """Hand it on: at once, or after having talked to whom it goes to."""
    contact, call = line.contact.id, line.call.id
    if _is_chosen(body.disposition_id):
        yield c.SetDisposition(contact=contact, disposition=body.disposition_id)
    if body.warm:
        yield from _consult(look, line, target)
        return Answer()
    yield c.SingleStepTransferCall(contact=contact, call=call, target=target)
    if body.disposition_id:
        yield from _complete(look, contact, hang_up=None)
    return Answer()


def transfer_to_call(look: Look, line: Line, ident: str, disposition: str | None) -> Plan:
    """Join it with another call, of which one is parked, and leave. `ident` of the other; where it is left out there is but one that is
    parked. `GoneError`.
    """
    state = look()
    other = line_of(state, ident) if ident else _parked(state, line)
    contact = line.contact.id
    if _is_chosen(disposition):
        yield c.SetDisposition(contact=contact, disposition=disposition)
    yield c.TransferCall(contact=contact, call=line.call.id, other=other.contact.id)
    if disposition:
        yield from _complete(look, contact, hang_up=None)
    return Answer()


def complete_transfer(look: Look, line: Line, disposition: str | None) -> Plan:
    """Join who waits with whom was asked, and leave."""
    contact = line.contact.id
    if _is_chosen(disposition):
        yield c.SetDisposition(contact=contact, disposition=disposition)
    yield c.TransferCall(contact=contact)
    if disposition or line.contact.disposition:
        yield from _complete(look, contact, hang_up=None)
    return Answer()


def cancel_transfer(line: Line) -> Plan:
    """Let go of whom was asked, and come back."""
    yield c.ReconnectCall(contact=line.contact.id)
    return Answer()


def add(look: Look, line: Line, target: Target, *, warm: bool) -> Plan:
    """Bring somebody in: at once, or after having talked to them. The answer is the call, as far as that is known then."""
    if warm:
        yield from _consult(look, line, target)
    else:
        yield c.SingleStepConferenceCall(contact=line.contact.id, call=line.call.id, target=target)
    found = lines(look()).get(line.told.id, line)
    return Answer(found.told)


def add_parked(state: SubjectState, line: Line) -> Plan:
    """Bring who is parked into the call that the agent talks in. `GoneError` if there is none."""
    talks = [item for item in lines(state).values() if item.told.state == w.TALKING]
    if not talks:
        raise GoneError("There is no call that the parked one could come into")
    return _add_parked(talks[0], line)


def complete_conference(line: Line) -> Plan:
    """All together."""
    yield c.ConferenceCall(contact=line.contact.id)
    return Answer()


def drop(state: SubjectState, ident: str) -> Plan:
    """Let one participant go. `GoneError`."""
    for line in lines(state).values():
        for item in line.call.connections:
            if item.state is not S.NULL and hex_id("party", item.id) == ident.upper():
                return _drop(
                    line, c.ClearConnection(contact=line.contact.id, call=line.call.id, connection=item.id)
                )
    raise GoneError(f"Participant {ident} not found")


def leave(look: Look, line: Line, disposition: str | None) -> Plan:
    """Leave the others to themselves."""
    contact = line.contact.id
    if _is_chosen(disposition):
        yield c.SetDisposition(contact=contact, disposition=disposition)
    yield c.ClearConnection(contact=contact, call=line.call.id)
    if disposition:
        yield from _complete(look, contact, hang_up=None)
    return Answer()


def record(line: Line, how: str) -> Plan:
    """Start, pause, resume, stop."""
    contact, call = line.contact.id, line.call.id
    if how in ("start", "resume"):
        yield c.StartRecording(contact=contact, call=call)
    else:
        yield c.StopRecording(contact=contact, call=call, pause=how == "pause")
    return Answer()


def attach(look: Look, line: Line, told: Mapping[str, str], known: Mapping[str, tuple[str, str]]) -> Plan:
    """Set variables: by their ids, or by ``Group.name``. `ValueError` for one that nobody knows, or that is ours."""
    places: dict[tuple[str, str], str] = {}
    for key, value in told.items():
        if key not in known and "." not in key:
            raise ValueError(f"variable {key} is not one of those listed")
        places[known.get(key) or variables.place(key)] = value
    service = c.AssociateData(contact=line.contact.id, call=line.call.id, data=variables.attached(places))
    wanted = {variables.variable_id(*where): value for where, value in places.items()}
    return _attach(look, line, service, wanted)


# --- previews and callbacks ----------------------------------------------------------------------------------------------------------


def take_preview(look: Look, contact: Contact) -> Plan:
    """Dial it."""
    known = set(lines(look()))
    yield c.AnswerCall(contact=contact.id)
    yield Until(lambda state: not lines(state).keys() <= known)
    fresh = [line.told for ident, line in lines(look()).items() if ident not in known]
    return Answer(fresh[0] if fresh else {})


def drop_preview(contact: Contact, *, discard: bool) -> Plan:
    """Do not, now or ever."""
    yield c.DeflectCall(contact=contact.id, discard=discard)
    return Answer()


def promise(line: Line | None, state: SubjectState, body: CallbackBody) -> Plan:
    """Promise a call to who is talked with. `GoneError` if there is nobody: a callback is about a contact."""
    about = line.contact if line is not None else next(iter(state.contacts.values()), None)
    if about is None:
        raise GoneError("There is no call that a callback could be promised in")
    return _promise(
        c.ScheduleCallback(
            contact=about.id,
            due=body.due_date,
            number=_BLANK.sub("", body.number or ""),
            queue=QueueId(body.user_group) if body.user_group else None,
            text=body.comments or "",
        )
    )


def call_off(ident: str) -> Plan:
    """Call a promise off."""
    yield c.CancelCallback(callback=ident)
    return Answer()


class CallbackBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Body of a new callback (*assumed*). `dueDate` in Millis; `userGroup`: the skill whose agents may keep it."""

    due_date: int
    number: str | None = None
    comments: str | None = None
    user_group: str | None = None
    call_id: str | None = None


def _is_chosen(code: str | None) -> TypeGuard[str]:
    return code is not None and NO_DISPOSITION.fullmatch(code) is None


# --- steps -----------------------------------------------------------------------------------------------------------------------------


def _complete(
    look: Look, contact: ContactId, *, hang_up: CallId | None, disposition: str = ""
) -> Generator[c.Service | Until, None, None]:
    """End the contact: hang up what is talked on or dialled, and end its after-call work, if there is any, with the disposition that could not
    be told before.
    """
    before = look().contacts.get(contact)
    if before is not None and before.phase is not Phase.WRAP_UP and hang_up is not None:
        yield c.ClearConnection(contact=contact, call=hang_up)
    yield Until(lambda state: _is_over(state.contacts.get(contact)))
    now = look().contacts.get(contact)
    if now is not None and now.phase is Phase.WRAP_UP:
        if disposition:
            yield c.SetDisposition(contact=contact, disposition=disposition)
        yield c.CompleteContact(contact=contact)


def _parked(state: SubjectState, line: Line) -> Line:
    found = [item for item in lines(state).values() if item.told.state == w.PARKED]
    others = [item for item in found if item.told.id != line.told.id]
    if len(others) != 1:
        raise GoneError("Say with callId which call it is to be joined with")
    return others[0]


def _add_parked(talks: Line, line: Line) -> Plan:
    yield c.ConferenceCall(contact=talks.contact.id, call=talks.call.id, other=line.contact.id)
    return Answer()


def _is_over(contact: Contact | None) -> bool:
    return contact is None or contact.phase is Phase.WRAP_UP


def _consult(look: Look, line: Line, target: Target) -> Generator[c.Service | Until, None, None]:
    yield c.ConsultationCall(contact=line.contact.id, call=line.call.id, target=target)
    yield Until(lambda state: any(_about(item, line) for item in lines(state).values()))
    look()


def _about(item: Line, line: Line) -> bool:
    return item.consult and item.contact.id == line.contact.id


def _is_live(line: Line) -> bool:
    own = own_connection(line.call, line.contact.agent)
    return not line.call.cleared and own is not None and own.state is not S.NULL


def _finished(line: Line, code: str) -> wire.Call:
    return msgspec.structs.replace(line.told, state=w.FINISHED, disposition_id=code)


def _drop(line: Line, service: c.ClearConnection) -> Plan:
    yield service
    return Answer(line.told)


def _attach(look: Look, line: Line, service: c.AssociateData, wanted: Mapping[str, str]) -> Plan:
    yield service

    def so(state: SubjectState) -> bool:
        now = lines(state).get(line.told.id)
        return now is None or all(now.told.variables.get(key, "") == value for key, value in wanted.items())

    yield Until(so)
    found = lines(look()).get(line.told.id)
    return Answer(found.told if found is not None else line.told)


def _promise(service: c.ScheduleCallback) -> Plan:
    yield service
    return Answer(status=201)
