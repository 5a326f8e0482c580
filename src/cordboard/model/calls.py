"""What an event makes of a contact's calls, and a snapshot of the contact: `Contact` in, `Contact` out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from msgspec.structs import replace

from cordboard.model import events as e
from cordboard.model.entities import (
    Call,
    CallKind,
    Connection,
    ConnectionState,
    Contact,
    Phase,
    Role,
    Stamp,
    Stamps,
)
from cordboard.model.ids import AgentId, CallId
from cordboard.model.tables import CONNECTION_MOVES

OWN_ROLES = (Role.AGENT, Role.SUPERVISOR)
"""Whose connections can be the agent's own."""
_COMING = (ConnectionState.ALERTING, ConnectionState.QUEUED)
_TALKING = (ConnectionState.CONNECTED, ConnectionState.HOLD)
_MERGERS = (e.Conferenced, e.Transferred)


def own_connection(call: Call | e.CallEvent, agent: AgentId | str | None) -> Connection | None:
    """The agent's own connection in the call: the live one, else the last that there was, if any."""
    found = None
    for item in call.connections:
        if item.participant.id == agent and item.participant.role in OWN_ROLES:
            if item.state is not ConnectionState.NULL:
                return item
            found = item
    return found


def opened(event: e.CallEvent, agent: AgentId | None, closed: Contact | None, stamp: Stamp) -> Contact:
    """A contact that is new here, or (`closed`) comes once more. The agent's own connection tells its phase."""
    before = closed or Contact(id=event.contact, link=event.link, agent=agent)
    phase = _first_phase(event, own_connection(event, agent))
    return replace(before, phase=phase, phase_since=stamp, created=stamp, calls=(), ended_by=None)


def still_rings(contact: Contact, event: e.CallEvent) -> bool:
    """Whether the agent is still being rung: then another party's answer does not make the contact active."""
    if contact.phase is not Phase.OFFERED or not isinstance(event, e.Established | e.Conferenced):
        return False
    own = own_connection(next(item for item in contact.calls if item.id == event.call), contact.agent)
    return own is not None and own.state is ConnectionState.ALERTING


def with_facts(contact: Contact, facts: e.ContactFacts | None, stamp: Stamp) -> Contact:
    """The contact with the facts that were told."""
    if facts is None:
        return contact
    told = _told(facts)
    queued_at = told.pop("queued_at", None)
    if isinstance(queued_at, int) and queued_at != contact.queued.vendor:
        told["queued"] = Stamp(vendor=queued_at, ours=stamp.ours)
    return replace(contact, **told)


def with_call(contact: Contact, event: e.CallEvent, stamp: Stamp) -> tuple[Contact, list[str]]:
    """The contact with the event's call brought up to date, and the transitions of connections that the table lacks."""
    # With every event of a call this is run: it goes over the few calls and connections there are, and makes no table of them.
    calls = list(contact.calls)
    merged = None
    if isinstance(event, _MERGERS):
        contact = _joined(contact, event)
        merged = event.merged
        for place, item in enumerate(calls):
            if item.id == merged:
                # Its parties stand in the other call now: none may stand in two.
                calls[place] = replace(over(item, stamp), connections=())
    at = None
    for place, item in enumerate(calls):
        if item.id == event.call:
            at = place
    call = calls[at] if at is not None and merged is None else _call(contact, calls, event, merged, stamp)
    if event.call_facts is not None:
        call = replace(call, **_told(event.call_facts))
    flags: list[str] = []
    if event.connections:
        call = replace(call, connections=_connections(call, event, flags, fresh=at is None))
    ends = isinstance(event, e.CallCleared)
    goes_on = contact.phase is not Phase.CLOSED and not ends
    if call.cleared and goes_on and any(item.state is not ConnectionState.NULL for item in event.connections):
        flags.append(f"{type(event).__name__}: cleared -> live")
        call = replace(call, cleared=False, stamps=replace(call.stamps, ended=Stamp()))
    if not call.stamps.connected.ours and _connects(call, event, contact.agent, merged):
        call = replace(call, stamps=replace(call.stamps, connected=stamp))
    if ends:
        call = over(call, stamp)
    if at is None:
        calls.append(call)
    else:
        calls[at] = call
    return replace(contact, calls=tuple(calls)), flags


def _connections(call: Call, event: e.CallEvent, flags: list[str], *, fresh: bool) -> tuple[Connection, ...]:
    """The call's connections with the event's in their places. `fresh`: the call was not known before."""
    allowed = CONNECTION_MOVES[type(event)]
    connections = list(call.connections)
    for item in event.connections:
        for place, known in enumerate(connections):
            if known.id == item.id:
                connections[place] = item
                if (known.state, item.state) not in allowed:
                    flags.append(f"{type(event).__name__}: {known.state.value} -> {item.state.value}")
                break
        else:
            connections.append(item)
            if not fresh and (ConnectionState.NULL, item.state) not in allowed:
                flags.append(f"{type(event).__name__}: {ConnectionState.NULL.value} -> {item.state.value}")
    return tuple(connections)


def over(call: Call, stamp: Stamp) -> Call:
    """The call, over for this agent: no connection of it is live."""
    stamps = call.stamps if call.stamps.ended.ours else replace(call.stamps, ended=stamp)
    connections = tuple(
        item
        if item.state is ConnectionState.NULL
        else replace(item, state=ConnectionState.NULL, since=stamp.vendor or stamp.ours)
        for item in call.connections
    )
    return replace(call, cleared=True, stamps=stamps, connections=connections)


def kept(told: Contact, old: Contact | None, stamp: Stamp, agent: AgentId | None) -> Contact:
    """The vendor's contact, with what only this hub knows of it: our own clock, what was written here, what is over."""
    known = {call.id: call for call in old.calls} if old is not None else {}
    calls = {key: call if call.cleared else over(call, stamp) for key, call in known.items()}
    calls.update((call.id, _kept_call(call, known.get(call.id), stamp)) for call in told.calls)
    if old is None:
        return replace(
            told,
            agent=told.agent or agent,
            created=_heard(told.created, stamp),
            phase_since=_heard(told.phase_since, stamp),
            calls=tuple(calls.values()),
        )
    return replace(
        _completed(told, old, _LASTING),
        agent=told.agent or agent,
        notes=old.notes,
        variables=old.variables,
        records=old.records,
        lookup=old.lookup,
        activities=old.activities,
        flags=old.flags,
        thread=told.thread or old.thread,
        thread_aliases=told.thread_aliases or old.thread_aliases,
        created=old.created,
        queued=told.queued if told.queued.vendor and told.queued.vendor != old.queued.vendor else old.queued,
        phase_since=_heard(told.phase_since, stamp) if told.phase is not old.phase else old.phase_since,
        calls=tuple(calls.values()),
    )


def _first_phase(event: e.CallEvent, own: Connection | None) -> Phase:
    if own is not None and own.state in _COMING:
        return Phase.OFFERED
    match event:
        case e.Established() | e.Held() | e.Retrieved() | e.Conferenced():
            return Phase.ACTIVE
        case e.ServiceInitiated() | e.Originated():
            return Phase.DIALLING
        case _ if own is None:
            return Phase.OFFERED
        case _:
            others = any(item is not own and item.state in _TALKING for item in event.connections)
            return Phase.ACTIVE if others else Phase.DIALLING


def _told(facts: e.ContactFacts | e.CallFacts) -> dict[str, object]:
    return {name: value for name in facts.__struct_fields__ if (value := getattr(facts, name)) is not None}


def _call(
    contact: Contact, calls: Sequence[Call], event: e.CallEvent, merged: CallId | None, stamp: Stamp
) -> Call:
    """The event's call as it was. What goes on after a merger is the main call, if there is no other."""
    rivals = [item for item in calls if item.id != event.call and not item.cleared]
    call = next((item for item in calls if item.id == event.call), None)
    if call is None:
        return Call(
            id=event.call,
            kind=CallKind.CONSULT if rivals else CallKind.MAIN,
            direction=contact.direction,
            stamps=Stamps(created=stamp if calls else contact.created),
        )
    alone = all(item.kind is not CallKind.MAIN for item in rivals)
    if merged is not None and call.kind is CallKind.CONSULT and alone:
        return replace(call, kind=CallKind.MAIN)
    return call


def _connects(call: Call, event: e.CallEvent, agent: AgentId | None, merged: CallId | None) -> bool:
    """Whether the event is the moment in which the call begins to be talked on."""
    if isinstance(event, e.Established):
        return True
    own = own_connection(call, agent)
    return merged is not None and own is not None and own.state is ConnectionState.CONNECTED


def _joined(contact: Contact, event: e.Conferenced | e.Transferred) -> Contact:
    """The contact with the event's older thread ids among its own."""
    new = tuple(item for item in event.aliases if item not in (*contact.thread_aliases, contact.thread))
    return replace(contact, thread_aliases=(*contact.thread_aliases, *new)) if new else contact


def _kept_call(told: Call, old: Call | None, stamp: Stamp) -> Call:
    """The vendor's call, with the moments that we saw ourselves."""
    stamps = {}
    for name in Stamps.__struct_fields__:
        new: Stamp = getattr(told.stamps, name)
        was: Stamp = getattr(old.stamps, name) if old is not None else Stamp()
        stamps[name] = was if was.ours else _heard(new, stamp) if new.vendor else new
    whole = told if old is None else _completed(told, old, _LASTING_OF_CALL)
    return replace(whole, stamps=Stamps(**stamps))


_LASTING = (
    "previous",
    "origin",
    "queue",
    "campaign",
    "campaign_name",
    "campaign_mode",
    "list_record",
    "callback",
    "related",
    "related_record",
    "transferred_by",
    "customer",
    "subject",
    "text",
    "links",
    "variety",
    "disposition",
)
_LASTING_OF_CALL = (
    "vendor_id",
    "aliases",
    "references",
    "ani",
    "dnis",
    "dialled",
    "data",
    "wrap_up_reason",
    "initiation",
)

_T = TypeVar("_T", Contact, Call)


def _completed(told: _T, old: _T, fields: tuple[str, ...]) -> _T:
    """What a snapshot leaves out stays as it was: vendors do not tell everything again after a failover."""
    defaults = type(told)(**{name: getattr(told, name) for name in ("id", "link") if hasattr(told, name)})
    lost = {
        name: getattr(old, name)
        for name in fields
        if getattr(told, name) == getattr(defaults, name) != getattr(old, name)
    }
    return replace(told, **lost) if lost else told


def _heard(told: Stamp, stamp: Stamp) -> Stamp:
    return told if told.ours else replace(told, ours=stamp.ours)
