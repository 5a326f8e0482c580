"""Requests about one connection of a contact, or all of them: which of the contact's calls is meant, and what it takes there.

The library has one contact with connections; here are calls, each with a connection of the agent's own.
"""

from __future__ import annotations

from cordboard.model import commands as c
from cordboard.model.calls import own_connection
from cordboard.model.entities import Call, ConnectionState as S, Contact, Phase
from cordboard.protocols.streams.parties import Place, live_others, own_states
from cordboard.protocols.streams.plans import INVALID_STATE, Do, Fail, Plan


def place_of(contact: Contact, connection: str) -> Place | None:
    """Another party that is still there; `None` if the connection is the agent's own, or nobody's."""
    return next((place for place in live_others(contact) if place.party.id == connection), None)


def is_own(contact: Contact, connection: str) -> bool:
    """Whether the connection is the agent's."""
    own = (own_connection(call, contact.agent) for call in contact.calls)
    return connection == f"{contact.id}:own" or any(
        item is not None and item.id == connection for item in own
    )


def leave(contact: Contact) -> Plan:
    """The agent goes. The others of a consultation are joined; a call that still rings is declined."""
    live = own_states(contact)
    if contact.phase is Phase.OFFERED:
        return Do(services=(c.DeflectCall(contact=contact.id),))
    talking = [call for call, own in live if own.state in (S.CONNECTED, S.HOLD) and _others_in(contact, call)]
    if len(talking) > 1:
        return Do(services=(c.TransferCall(contact=contact.id),))
    return Do(services=(c.ClearConnection(contact=contact.id),))


def drop(contact: Contact, place: Place) -> Plan:
    """The other party goes."""
    return Do(
        services=(c.ClearConnection(contact=contact.id, call=place.call.id, connection=place.party.id),)
    )


def hold(contact: Contact, connection: str) -> Plan:
    """A party among several is held alone; else the agent holds the call."""
    place = place_of(contact, connection)
    if place is not None and len(_others_in(contact, place.call)) > 1:
        return Do(services=(c.HoldCall(contact=contact.id, call=place.call.id, connection=place.party.id),))
    call = place.call if place is not None else _first(contact, S.CONNECTED)
    if call is None or (place is None and not is_own(contact, connection)):
        return Fail(type=INVALID_STATE, message="nobody who could be put on hold")
    return Do(services=(c.HoldCall(contact=contact.id, call=call.id),))


def resume(contact: Contact, connection: str) -> Plan:
    """A party that is held alone comes back; the held one of a consultation joins in; else the agent retrieves the call."""
    place = place_of(contact, connection)
    if place is not None and place.party.held_alone:
        return Do(
            services=(c.RetrieveCall(contact=contact.id, call=place.call.id, connection=place.party.id),)
        )
    call = place.call if place is not None else _first(contact, S.HOLD)
    if call is None or (place is None and not is_own(contact, connection)):
        return Fail(type=INVALID_STATE, message="nobody who could be taken from hold")
    talks = any(other.id != call.id and own.state is S.CONNECTED for other, own in own_states(contact))
    if talks and place is not None:
        return Do(services=(c.ConferenceCall(contact=contact.id),))
    return Do(services=(c.RetrieveCall(contact=contact.id, call=call.id),))


def toggle(contact: Contact) -> Plan:
    """Those who are held talk, those who talk are held: of two calls, or among the parties of one."""
    if len(own_states(contact)) > 1:
        return Do(services=(c.AlternateCall(contact=contact.id),))
    parties = [place for place in live_others(contact) if place.party.state in (S.CONNECTED, S.HOLD)]
    held = [place for place in parties if place.party.held_alone]
    talking = [place for place in parties if not place.party.held_alone]
    if not held or not talking:
        return Fail(type=INVALID_STATE, message="toggling needs a party that is held and one that is not")
    # First those who come back: a party can be held alone only among others who talk.
    return Do(
        services=(
            *(_party(c.RetrieveCall, contact, place) for place in held),
            *(_party(c.HoldCall, contact, place) for place in talking),
        )
    )


def conference(contact: Contact) -> Plan:
    """All talk with all."""
    if len(own_states(contact)) > 1:
        return Do(services=(c.ConferenceCall(contact=contact.id),))
    held = [place for place in live_others(contact) if place.party.held_alone]
    if not held:
        return Fail(type=INVALID_STATE, message="nobody is held who could be joined")
    return Do(services=tuple(_party(c.RetrieveCall, contact, place) for place in held))


def _party(
    kind: type[c.HoldCall | c.RetrieveCall], contact: Contact, place: Place
) -> c.HoldCall | c.RetrieveCall:
    return kind(contact=contact.id, call=place.call.id, connection=place.party.id)


def _others_in(contact: Contact, call: Call) -> list[Place]:
    return [place for place in live_others(contact) if place.call.id == call.id]


def _first(contact: Contact, state: S) -> Call | None:
    return next((call for call, own in own_states(contact) if own.state is state), None)
