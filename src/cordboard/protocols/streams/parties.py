"""The connections of a contact, as the library shows them: one of the agent's own, one that is `initial`, third parties.

The agent has a connection in each call of a contact; the library knows one. Hold lies on the holder's connection here and
on the held party's there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cordboard.model.calls import own_connection
from cordboard.model.entities import (
    Call,
    CallKind,
    Connection as Party,
    ConnectionState as S,
    Contact,
    Direction,
    Participant,
    Phase,
    Role,
    SuperviseAction,
    TargetKind,
)
from cordboard.model.ids import ConnectionId
from cordboard.protocols.streams.document import Connection, Endpoint, Moment, SoftphoneMediaInfo
from cordboard.protocols.streams.names import arn

SILENT_MONITOR, BARGE = "SILENT_MONITOR", "BARGE"
OUTGOING = frozenset({"dialled", "api", "campaign", "preview", "callback"})
"""Ways of beginning in which the contact was called, not the agent."""

_STATES = {
    S.INITIATED: "connecting",
    S.ALERTING: "connecting",
    S.QUEUED: "connecting",
    S.CONNECTED: "connected",
    S.HOLD: "hold",
    S.FAIL: "disconnected",
    S.NULL: "disconnected",
}


class Place(NamedTuple):
    """Another party, and the call that it is in."""

    call: Call
    party: Party


def others(contact: Contact) -> list[Place]:
    """The other parties, each once: in the call where it lives, or that it was in last. Queues only while they hold a call,
    listening supervisors not at all.
    """
    found: dict[str, Place] = {}
    owns = {call.id: own_connection(call, contact.agent) for call in contact.calls}
    told = any(own is not None for own in owns.values())
    for call in contact.calls:
        own = owns[call.id]
        # A snapshot need not name those who have gone: then the agent's own place is missing where they left.
        there = own.state is not S.NULL if own is not None else not told
        for party in call.connections:
            if own is not None and party.id == own.id:
                continue
            if not _shown(party, there=there):
                continue
            if party.id not in found or party.state is not S.NULL:
                found[party.id] = Place(call, party)
    return list(found.values())


def live_others(contact: Contact) -> list[Place]:
    """Those who are still there."""
    return [place for place in others(contact) if place.party.state is not S.NULL]


def initial(contact: Contact) -> Place | None:
    """The party that the contact is about: the customer, or whoever else came first. It stays so after it has left."""
    found = others(contact)
    customer = next((place for place in found if place.party.participant.role is Role.CUSTOMER), None)
    return customer or (found[0] if found else None)


def connections(contact: Contact, *, answerable: bool) -> tuple[Connection, ...]:
    """All of them, the agent's own first. `answerable`: a command can answer here, so that pages may show a button for it."""
    first = initial(contact)
    own = _own(contact, answerable=answerable)
    if own.type == "monitoring":
        return (own,)
    far = [_far(contact, place, is_initial=place == first) for place in _with_first(contact, first)]
    return (own, *(far or [_nobody_yet(contact)]))


def is_inbound(contact: Contact) -> bool:
    """Whether the other side began."""
    if contact.direction is Direction.INTERNAL:
        return not any(call.initiation in OUTGOING for call in contact.calls[:1])
    return contact.direction is Direction.INBOUND


def endpoint(participant: Participant) -> Endpoint:
    """Where a participant is reached."""
    number = participant.number or None
    match participant.role:
        case Role.AGENT | Role.SUPERVISOR if participant.id:
            kind, name = TargetKind.AGENT.value, arn("agent", participant.id)
        case Role.QUEUE if participant.id:
            kind, name = TargetKind.QUEUE.value, arn("queue", participant.id)
        case _:
            return Endpoint(type="phone_number", phone_number=number, name=participant.name or None)
    return Endpoint(
        type=kind,
        arn=name,
        endpoint_id=name,  # the library takes this for the ARN, where there is one
        phone_number=number,
        name=participant.name or None,
        agent_login=participant.id if kind == TargetKind.AGENT else None,
        queue=participant.id if kind == TargetKind.QUEUE else None,
    )


def own_states(contact: Contact) -> list[tuple[Call, Party]]:
    """The agent's own connections in live calls."""
    pairs = [(call, own_connection(call, contact.agent)) for call in contact.calls if not call.cleared]
    return [(call, own) for call, own in pairs if own is not None and own.state is not S.NULL]


def main_call(contact: Contact) -> Call | None:
    """The call that the contact is about."""
    mains = [call for call in contact.calls if call.kind is not CallKind.CONSULT]
    live = [call for call in mains if not call.cleared]
    return next(iter(live or mains or contact.calls), None)


def _with_first(contact: Contact, first: Place | None) -> Iterable[Place]:
    return sorted(others(contact), key=lambda place: place != first)


def _shown(party: Party, *, there: bool) -> bool:
    match party.participant.role:
        case Role.QUEUE:
            return there and party.state in (S.QUEUED, S.ALERTING)
        case Role.SUPERVISOR:
            return party.supervises is SuperviseAction.BARGE
        case _:
            return True


def _own(contact: Contact, *, answerable: bool) -> Connection:
    live = own_states(contact)
    call = main_call(contact)
    known = own_connection(call, contact.agent) if call is not None else None
    if known is None and live:
        known = live[0][1]
    moment = _own_moment(contact, [own for _, own in live])
    party = known or Party(
        id=ConnectionId(f"{contact.id}:own"),
        participant=Participant(role=Role.AGENT, id=contact.agent or ""),
        state=S.NULL,
    )
    supervises = next((own.supervises for _, own in live if own.supervises is not None), None)
    monitors = any(item.kind is CallKind.MONITOR for item in contact.calls)
    place = endpoint(party.participant)
    if monitors and supervises is not None:
        moment = Moment(
            type="barge" if supervises is SuperviseAction.BARGE else "silent_monitor",
            timestamp=moment.timestamp,
        )
    return Connection(
        connection_id=party.id,
        contact_id=contact.id,
        type="monitoring" if monitors else "agent",
        initial=monitors,
        state=moment,
        status=moment,
        endpoint=place,
        address=place,
        softphone_media_info=SoftphoneMediaInfo() if answerable else None,
        monitoring_info=_watched(contact) if monitors else None,
        mute=any(own.muted for _, own in live),
        forced_mute=any(own.forced_mute for _, own in live),
        monitor_capabilities=(SILENT_MONITOR, BARGE) if monitors else None,
        monitor_status=_monitor_status(supervises) if monitors else None,
    )


def _own_moment(contact: Contact, live: list[Party]) -> Moment:
    """Talking if in one of the calls, holding if in all; the newest of the times, since that is when it became so."""
    if not live or contact.phase in (Phase.WRAP_UP, Phase.CLOSED):
        return Moment(type="disconnected", timestamp=contact.phase_since.ours)
    states = {own.state for own in live}
    since = max(own.since for own in live) or contact.phase_since.ours
    if S.CONNECTED in states:
        return Moment(type="connected", timestamp=since)
    if states == {S.HOLD}:
        return Moment(type="hold", timestamp=since)
    return Moment(type=_STATES[next(own.state for own in live if own.state is not S.HOLD)], timestamp=since)


def _far(contact: Contact, place: Place, *, is_initial: bool) -> Connection:
    call, party = place
    over = contact.phase in (Phase.WRAP_UP, Phase.CLOSED)
    own = own_connection(call, contact.agent)
    state = _STATES[S.NULL if over else party.state]
    since = party.since
    # Whom another holds alone has put nobody on hold: the others go on talking.
    holds = own is not None and own.state is S.HOLD and not own.held_alone
    if state == "connected" and (party.held_alone or holds):
        state = "hold"
        since = max(since, own.since if own is not None and holds and not party.held_alone else 0)
    moment = Moment(type=state, timestamp=since or contact.phase_since.ours)
    where = endpoint(party.participant)
    return Connection(
        connection_id=party.id,
        contact_id=contact.id,
        type="inbound" if is_initial and is_inbound(contact) else "outbound",
        initial=is_initial,
        state=moment,
        status=moment,
        endpoint=where,
        address=where,
        mute=party.muted,
        forced_mute=party.forced_mute,
        quick_connect_name=party.label or None,
        monitor_status=BARGE if party.supervises is SuperviseAction.BARGE else None,
    )


def _nobody_yet(contact: Contact) -> Connection:
    """An agent who has dialled and nobody rings yet, or a contact of which only its end is known: `initial` is needed all the same."""
    call = main_call(contact)
    inbound = is_inbound(contact)
    number = (call.ani if inbound else call.dialled) if call is not None else ""
    who = contact.customer or Participant(role=Role.CUSTOMER, number=number)
    over = contact.phase in (Phase.WRAP_UP, Phase.CLOSED)
    moment = Moment(type="disconnected" if over else "connecting", timestamp=contact.phase_since.ours)
    where = endpoint(who)
    return Connection(
        connection_id=f"{contact.id}:far",
        contact_id=contact.id,
        type="inbound" if inbound else "outbound",
        initial=True,
        state=moment,
        status=moment,
        endpoint=where,
        address=where,
    )


def _watched(contact: Contact) -> dict[str, str]:
    agents = [p.party.participant for p in others(contact) if p.party.participant.role is Role.AGENT]
    return {"agentName": agents[0].name, "customerName": ""} if agents else {}


def _monitor_status(supervises: SuperviseAction | None) -> str | None:
    match supervises:
        case SuperviseAction.BARGE | SuperviseAction.TAKE_OVER:
            return BARGE
        case SuperviseAction.LISTEN | SuperviseAction.WHISPER:
            return SILENT_MONITOR
        case _:
            return None
