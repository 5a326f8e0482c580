from __future__ import annotations

from typing import get_args

from cordboard.model import events as e
from cordboard.model.entities import Availability, ConnectionState, Phase
from cordboard.model.tables import AGENT_MOVES, AGENT_STATES, CONNECTION_MOVES, PAUSING, PHASE_MOVES


def test_the_tables_cover_what_they_must_and_no_more() -> None:
    calls, agents = set(get_args(e.CallEvent)), set(get_args(e.AgentEvent))
    assert set(CONNECTION_MOVES) == calls
    assert set(AGENT_STATES) == set(AGENT_MOVES) == agents
    assert set(PHASE_MOVES) == calls | {e.WrapUpStarted, e.ContactClosed}


def test_what_stays_as_it_is_is_never_odd() -> None:
    for moves in CONNECTION_MOVES.values():
        assert {(state, state) for state in ConnectionState} <= moves


def test_every_state_of_a_connection_can_be_reached_and_left() -> None:
    moves = {move for table in CONNECTION_MOVES.values() for move in table if move[0] is not move[1]}
    assert {new for _, new in moves} == {old for old, _ in moves} == set(ConnectionState)


def test_every_phase_can_be_reached_and_every_one_but_closed_left() -> None:
    reached, frontier = {Phase.OFFERED, Phase.DIALLING}, {Phase.OFFERED, Phase.DIALLING}
    tables = (*PHASE_MOVES.values(), PAUSING)
    while frontier:
        frontier = {table[old] for table in tables for old in frontier if old in table} - reached
        reached |= frontier
    assert reached == set(Phase)
    assert {old for table in tables for old in table} == set(Phase) - {Phase.CLOSED}


def test_only_closing_closes_and_from_everywhere() -> None:
    closing = {kind for kind, table in PHASE_MOVES.items() if Phase.CLOSED in table.values()}
    assert closing == {e.ContactClosed}
    assert set(PHASE_MOVES[e.ContactClosed]) == set(Phase) - {Phase.CLOSED}


def test_every_state_of_an_agent_can_be_reached() -> None:
    assert set(AGENT_STATES.values()) == set(Availability)
    assert {state for states in AGENT_MOVES.values() for state in states} == set(Availability)
