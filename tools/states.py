"""The page of the state tables, with the diagrams drawn from them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator

from cordboard.model import tables
from cordboard.model.entities import Availability, ConnectionState, Phase
from cordboard.model.events import Event

_EVERY = len(ConnectionState)


def states_page() -> Iterator[str]:
    """The page, line by line."""
    yield "# States"
    yield ""
    yield inspect.cleandoc(tables.__doc__ or "")
    yield ""
    yield "## Agents"
    yield ""
    yield "An agent has one state for each link and medium. The events that lead into a state stand in its box."
    yield ""
    yield "![The states of an agent and what may follow what](agent-states.svg)"
    yield ""
    yield "| Event | From | To |"
    yield "|---|---|---|"
    for agent_event, before in tables.AGENT_MOVES.items():
        names = _words(state.value for state in Availability if state in before)
        yield f"| {_linked(agent_event)} | {names} | `{tables.AGENT_STATES[agent_event].value}` |"
    yield ""
    yield "## Contacts"
    yield ""
    yield "The phase of a contact, as its agent sees it. Hold does not change it. `ContactClosed` closes it from every phase."
    yield ""
    yield "![The phases of a contact and the events that move it](phases.svg)"
    yield ""
    yield f"| Event | {' | '.join(phase.value for phase in Phase if phase is not Phase.CLOSED)} |"
    yield "|---" * len(Phase) + "|"
    for kind, moves in tables.PHASE_MOVES.items():
        cells = [_cell(moves.get(phase), phase) for phase in Phase if phase is not Phase.CLOSED]
        yield f"| {_linked(kind)} | {' | '.join(cells)} |"
    yield ""
    yield "`=`: it stays. Empty: the table does not expect the event here."
    yield ""
    pauses = ", ".join(f"`{one.value}` -> `{other.value}`" for one, other in tables.PAUSING.items())
    yield f"Of chats and tasks, Held pauses the contact: {pauses}."
    yield ""
    yield "## Connections"
    yield ""
    yield "What each event may do to a connection. That a state stays as it is, is always allowed."
    yield ""
    yield "![For each event, what it may do to a connection](connections.svg)"
    yield ""
    yield "| Event | May change |"
    yield "|---|---|"
    for call_event, pairs in tables.CONNECTION_MOVES.items():
        yield f"| {_linked(call_event)} | {_moves(pairs)} |"
    yield ""


def _linked(kind: type[Event]) -> str:
    return f"[{kind.__name__}](events.md#{kind.__name__.lower()})"


def _cell(after: Phase | None, before: Phase) -> str:
    if after is None:
        return ""
    return "=" if after is before else f"`{after.value}`"


def _moves(pairs: tables.Moves) -> str:
    real = [
        (one, other)
        for one in ConnectionState
        for other in ConnectionState
        if one is not other and (one, other) in pairs
    ]
    if not real:
        return "nothing"
    if len(real) == _EVERY * (_EVERY - 1):
        return "any state to any"
    parts = []
    for after in ConnectionState:
        before = [one for one, other in real if other is after]
        if len(before) == _EVERY - 1:
            parts.append(f"any -> `{after.value}`")
        elif before:
            parts.append(f"{_words(state.value for state in before)} -> `{after.value}`")
    return "; ".join(parts)


def _words(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
