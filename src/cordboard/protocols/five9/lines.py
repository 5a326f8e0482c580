"""Five9's calls, made from the model: what an agent's state shows on this wire, whole, at any moment.

A contact has one line for the customer, whatever happens to the calls behind it, and one for each consult. A line's id and its session id
are those of the real Five9 where a link told them, else they are made from our ids. So they are the same in every frame of a
call, for every page, and after a restart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from msgspec.structs import replace

from cordboard.model.calls import OWN_ROLES, own_connection
from cordboard.model.entities import (
    Call,
    CallKind,
    Connection,
    ConnectionState as S,
    Contact,
    Direction,
    Medium,
    Participant,
    Phase,
    Role,
    Stamp,
)
from cordboard.model.ids import Millis
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import variables, wire, words as w

_HEX = re.compile(r"[0-9A-F]{32}\Z")
_LIVE = (S.CONNECTED, S.HOLD)
_COMING = (S.ALERTING, S.INITIATED, S.QUEUED)


class Line(NamedTuple):
    """A call of Five9's with what it stands for. `call` is the one that carries it now."""

    told: wire.Call
    contact: Contact
    call: Call
    consult: bool


def lines(state: SubjectState) -> Mapping[str, Line]:
    """The agent's calls by their ids, oldest first."""
    return {
        line.told.id: line
        for contact in state.contacts.values()
        if contact.medium is Medium.VOICE
        for line in lines_of(contact, state)
    }


def past(state: SubjectState, since: Millis) -> Iterator[Line]:
    """The agent's calls that were over after this moment, oldest first: whole contacts, and consults of those that go on."""
    for contact in (*reversed(state.recent), *state.contacts.values()):
        if contact.medium is not Medium.VOICE:
            continue
        for call in contact.calls:
            ended = call.stamps.ended
            if call.kind is CallKind.CONSULT and call.cleared and (ended.ours or ended.vendor) >= since:
                told = _consult(contact, call, hex_id("call", contact.id), state)
                yield Line(replace(told, state=w.FINISHED), contact, call, consult=True)
        closed = contact.phase_since
        if contact.phase is Phase.CLOSED and (closed.ours or closed.vendor) >= since:
            yield from lines_of(contact, state)


def lines_of(contact: Contact, state: SubjectState) -> Iterator[Line]:
    """The lines of one voice contact."""
    mains = [call for call in contact.calls if call.kind is CallKind.MAIN]
    consults = [call for call in contact.calls if call.kind is CallKind.CONSULT]
    main: Line | None = None
    if mains:
        carrier = next((call for call in reversed(mains) if not call.cleared), mains[-1])
        main = Line(_main(contact, mains[0], carrier, state), contact, carrier, consult=False)
        yield main
    for call in consults:
        own = own_connection(call, contact.agent)
        if not call.cleared and own is not None and own.state is not S.NULL:
            if main is None:
                yield Line(_main(contact, call, call, state), contact, call, consult=False)
                return
            yield Line(_consult(contact, call, main.told.id, state), contact, call, consult=True)


def guest(party: wire.Participant, call: wire.Call) -> wire.Call:
    """A participant of a conference, as the call of its own that Five9 makes of it."""
    return wire.Call(
        id=party.id,
        state=party.state,
        call_type=call.call_type,
        campaign_id=call.campaign_id,
        address_type=party.address_type,
        variables=call.variables,
        number=party.number or None,
        agent_id=party.agent_id,
        skill_id=party.skill_id,
        original_call_id=call.id,
    )


def guests(call: wire.Call) -> Iterator[wire.Call]:
    """Who came into a call, each as a call: all but the one that it was with."""
    for party in call.participants[1:]:
        yield guest(party, call)


def is_preview(contact: Contact) -> bool:
    """Whether a campaign shows it before it is dialled."""
    return (
        contact.medium is Medium.VOICE
        and contact.phase is Phase.OFFERED
        and bool(contact.calls)
        and all(call.kind is CallKind.RESERVATION for call in contact.calls)
    )


def hex_id(*parts: str) -> str:
    """An id as Five9's are: 32 hexadecimal digits, upper case."""
    return sha256("\n".join(parts).encode()).hexdigest()[:32].upper()


def session_id(contact: Contact, call: Call | None = None) -> str:
    """Five9's id of the conversation. `call`: of this consult of its own."""
    told = (call or _first(contact)).references.get("session_id", "") if contact.calls or call else ""
    if told:
        return told
    return hex_id("session", contact.id) if call is None else hex_id("session", contact.id, call.id)


def moment(stamp: Stamp) -> Millis | None:
    """The vendor's time, else ours, else none."""
    return stamp.vendor or stamp.ours or None


# --- one line --------------------------------------------------------------------------------------------------------------


class _Names(NamedTuple):
    """What a line is called, and where it stands."""

    ident: str
    session: str
    state: str
    kind: str


def _first(contact: Contact) -> Call:
    return next((call for call in contact.calls if call.kind is CallKind.MAIN), contact.calls[0])


def _main(contact: Contact, first: Call, carrier: Call, state: SubjectState) -> wire.Call:
    ident = first.vendor_id if _HEX.match(first.vendor_id) else hex_id("call", contact.id)
    own = own_connection(carrier, contact.agent)
    match contact.phase:
        case Phase.CLOSED:
            where = w.FINISHED
        case Phase.WRAP_UP:
            where = w.WRAP_UP
        case Phase.OFFERED:
            # What rings no more, unanswered, was never more than an offer: nothing follows but its end.
            where = w.OFFERED
        case _:
            where = _state(carrier, own)
    names = _Names(ident, session_id(contact), where, _type(contact, first))
    return _told(contact, carrier, own, names, state)


def _consult(contact: Contact, call: Call, original: str, state: SubjectState) -> wire.Call:
    ident = call.vendor_id if _HEX.match(call.vendor_id) else hex_id("call", contact.id, call.id)
    own = own_connection(call, contact.agent)
    kind = w.INTERNAL if _address(_other(call, contact)) != w.EXTERNAL else w.MANUAL
    names = _Names(ident, session_id(contact, call), _state(call, own), kind)
    told = _told(contact, call, own, names, state)
    return replace(told, consult=True, original_call_id=original)


def _told(
    contact: Contact,
    call: Call,
    own: Connection | None,
    names: _Names,
    state: SubjectState,
) -> wire.Call:
    ident, session, where, kind = names
    other = _other(call, contact)
    number = (other.number if other is not None else "") or call.dialled or call.ani
    outward = kind not in (w.INBOUND, w.QUEUE_CALLBACK) and (
        contact.direction is not Direction.INBOUND or call.kind is CallKind.CONSULT
    )
    extension = state.profile.extension if state.profile is not None else ""
    ani = call.ani or (extension if outward else number)
    dnis = (call.dialled or call.dnis or number) if outward else call.dnis
    system = {
        ("Call", "session_id"): session,
        ("Call", "call_id"): call.vendor_id or call.id,
        ("Call", "type"): kind,
        ("Call", "ANI"): ani,
        ("Call", "DNIS"): dnis,
        ("Call", "number"): number,
    }
    return wire.Call(
        id=ident,
        state=where,
        call_type=kind,
        campaign_id=contact.campaign or (contact.queue.id if contact.queue is not None else None),
        ani=ani or None,
        dnis=dnis or None,
        address_type=_address(other),
        variables=variables.values(contact, call, system, state.profile),
        active_contact=_record(contact),
        transfer=contact.transferred_by is not None,
        user_transferring_id=contact.transferred_by.id if contact.transferred_by is not None else None,
        recording=call.recording == "recording",
        start_timestamp=moment(call.stamps.created) or moment(contact.created),
        handle_timestamp=moment(call.stamps.connected),
        wrapup_timestamp=_wrapped_up(contact, call),
        number=number or None,
        agent_id=other.id or None if other is not None and other.role is Role.AGENT else None,
        skill_id=contact.queue.id if contact.queue is not None else None,
        hold_timestamp=own.since or None if own is not None and own.state is S.HOLD else None,
        disposition_id=contact.disposition or None,
        callback_id=contact.callback or None,
        comments=contact.notes or contact.text or None,
        participants=tuple(_parties(call, contact)) if own is not None and own.state is not S.NULL else (),
    )


def _state(call: Call, own: Connection | None) -> str:
    """Where the agent stands in the call, in Five9's words."""
    match own.state if own is not None and not call.cleared else S.NULL:
        case S.ALERTING:
            return w.OFFERED
        case S.INITIATED:
            return w.RINGING if _rings(call, own) else w.OFFERED
        case S.QUEUED:
            return w.RINGING
        case S.CONNECTED:
            # Whose device is off hook, but with nobody at the other end yet, waits for them.
            talked = moment(call.stamps.connected) is not None
            return w.TALKING if talked or _talks(call, own) else w.RINGING
        case S.HOLD:
            return w.PARKED if own is not None and own.parked else w.ON_HOLD
        case _:
            return w.WRAP_UP


def _rings(call: Call, own: Connection | None) -> bool:
    return any(item.state in _COMING for item in call.connections if item is not own)


def _talks(call: Call, own: Connection | None) -> bool:
    return any(item.state in _LIVE for item in call.connections if item is not own)


def _type(contact: Contact, call: Call) -> str:
    told = call.references.get("callType", "")
    if told:
        return told
    if contact.callback:
        return w.QUEUE_CALLBACK
    match contact.direction:
        case Direction.INBOUND:
            return w.INBOUND
        case Direction.INTERNAL:
            return w.INTERNAL
        case Direction.OUTBOUND if contact.campaign_mode in ("preview", "direct_preview"):
            return w.PREVIEW
        case Direction.OUTBOUND if contact.campaign_mode:
            return w.AUTODIAL
        case Direction.OUTBOUND:
            return w.MANUAL


def _other(call: Call, contact: Contact) -> Participant | None:
    """Who is at the other end: the live one that has been there longest, else who was."""
    others = [item for item in call.connections if not _is_own(item, contact)]
    live = [item for item in others if item.state is not S.NULL]
    found = (live or others)[:1]
    if found:
        return found[0].participant
    return contact.customer if call.kind is not CallKind.CONSULT else None


def _is_own(item: Connection, contact: Contact) -> bool:
    return item.participant.id == contact.agent and item.participant.role in OWN_ROLES


def _address(party: Participant | None) -> str:
    match party.role if party is not None else Role.CUSTOMER:
        case Role.AGENT | Role.SUPERVISOR:
            return w.AGENT
        case Role.QUEUE:
            return w.SKILL
        case _:
            return w.EXTERNAL


def _parties(call: Call, contact: Contact) -> Iterator[wire.Participant]:
    for item in call.connections:
        if item.state is S.NULL or _is_own(item, contact):
            continue
        party = item.participant
        yield wire.Participant(
            id=hex_id("party", item.id),
            state=_PARTY.get(item.state, w.PARTICIPANT_RINGING),
            address_type=_address(party),
            number=party.number,
            name=party.name,
            agent_id=party.id or None if party.role in OWN_ROLES else None,
            skill_id=party.id or None if party.role is Role.QUEUE else None,
        )


_PARTY: Mapping[S, str] = {S.CONNECTED: w.PARTICIPANT_TALKING, S.HOLD: w.PARTICIPANT_ON_HOLD}


def _record(contact: Contact) -> wire.ActiveContact | None:
    entry = contact.list_record
    if entry is not None:
        return wire.ActiveContact(id=entry.id, fields=dict(entry.fields))
    if contact.records:
        first = contact.records[0]
        return wire.ActiveContact(id=first.id, fields=dict(first.fields))
    return None


def _wrapped_up(contact: Contact, call: Call) -> Millis | None:
    if contact.phase is Phase.WRAP_UP:
        return moment(contact.phase_since)
    return moment(call.stamps.wrapped_up)
