"""Where a login is, and what it has to go through, in the role in which it asks: rows that are answered at once, and plans for the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from cordboard.contract import Called
from cordboard.model import commands as c
from cordboard.model.entities import Availability
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import lists, wire, words as w
from cordboard.protocols.five9.admission import Admission
from cordboard.protocols.five9.orders import Answer, GoneError, Look, Plan, Until
from cordboard.protocols.five9.presence import is_leaving, logged_on


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A request of somebody on their way in. `on`: the contact centre has them on, or need not."""

    called: Called
    admission: Admission
    state: SubjectState
    on: bool


def _notice(arrival: Arrival) -> object:
    """`GoneError` if there is no such notice."""
    ident = arrival.called.params["notice"]
    found = arrival.admission.notice(ident)
    if found is None:
        raise GoneError(f"Notice {ident} not found")
    return found


def _accept(arrival: Arrival) -> object:
    _notice(arrival)
    arrival.admission.accept(arrival.called.params["notice"])
    return _notice(arrival)


def _choose_skills(arrival: Arrival) -> object:
    wire.decoded(arrival.called.body, list[dict[str, object]])
    arrival.admission.choose_skills()
    return lists.skills(arrival.state.profile)


ENTRANCE: Mapping[str, Callable[[Arrival], object]] = {
    "login_state": lambda arrival: arrival.admission.state(on=arrival.on),
    "notices": lambda arrival: arrival.admission.notices(),
    "notice": _notice,
    "accept_notice": _accept,
    "set_skills": _choose_skills,
    "station": lambda arrival: arrival.admission.station,
    "station_state": lambda arrival: arrival.admission.station.state,
}
"""By the name of the row: the body of its answer. `ValueError` for a body that is none."""


def station_of(called: Called) -> wire.Station:
    """The station that somebody wants. `ValueError` if it is of no kind."""
    station = wire.decoded(called.body or b"{}", wire.Station)
    if station.station_type not in w.STATION_TYPES:
        raise ValueError(f"stationType is one of {', '.join(w.STATION_TYPES)}")
    return station


def started(arrival: Arrival, station: wire.Station) -> Plan:
    """Begin the session, with an agent who is logged on."""
    if arrival.admission.logs_on and not arrival.on:
        yield c.SetAgentState(state=Availability.NOT_READY)
        yield Until(logged_on)
    arrival.admission.start(station)
    return Answer()


def stopped(arrival: Arrival, look: Look) -> Plan:
    """End it; who was logged on for it is logged off. Who has a call in hand is when that is over, and is at work until then: the
    login state says when. `ValueError` for a body that is none.
    """
    reason = wire.decoded(arrival.called.body or b"{}", wire.LeaveSession).reason_code_id or ""
    if arrival.admission.logs_on and logged_on(arrival.state):
        yield c.SetAgentState(state=Availability.NULL, reason="" if reason == "0" else reason)
        yield Until(lambda state: not logged_on(state) or is_leaving(state))
        if logged_on(look()):
            return Answer()
    arrival.admission.stop()
    return Answer()
