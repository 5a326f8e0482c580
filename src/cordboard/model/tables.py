"""The transition tables, as data: what each event may do to a connection, a contact and an agent.

They decide nothing on their own: the switch is right, and `fold` applies a transition that a table lacks and flags it. The
state diagrams of the documentation are drawn from here.
"""

from __future__ import annotations

from collections.abc import Mapping

from cordboard.model import events as e
from cordboard.model.entities import Availability, ConnectionState as C, Phase

Moves = frozenset[tuple[C, C]]


def _moves(*pairs: tuple[C, C]) -> Moves:
    return frozenset(pairs)


_SAME: Moves = frozenset((state, state) for state in C)
_GONE: Moves = frozenset((state, C.NULL) for state in C)
_ANY: Moves = frozenset((one, other) for one in C for other in C)

CONNECTION_MOVES: Mapping[type[e.CallEvent], Moves] = {
    e.ServiceInitiated: _SAME | _moves((C.NULL, C.INITIATED)),
    e.Originated: _SAME
    | _moves(
        (C.NULL, C.INITIATED),
        (C.NULL, C.CONNECTED),
        (C.NULL, C.ALERTING),
        (C.INITIATED, C.CONNECTED),
        (C.ALERTING, C.CONNECTED),
        (C.CONNECTED, C.HOLD),
    ),
    e.Delivered: _SAME
    | _moves(
        (C.NULL, C.ALERTING),
        (C.INITIATED, C.ALERTING),
        (C.INITIATED, C.CONNECTED),
        (C.QUEUED, C.ALERTING),
        (C.NULL, C.CONNECTED),
        (C.NULL, C.HOLD),
        (C.CONNECTED, C.ALERTING),
        (C.QUEUED, C.NULL),
        (C.ALERTING, C.NULL),
        (C.CONNECTED, C.QUEUED),
    ),
    e.Queued: _SAME
    | _moves((C.NULL, C.QUEUED), (C.ALERTING, C.QUEUED), (C.CONNECTED, C.QUEUED), (C.INITIATED, C.QUEUED)),
    e.Established: _SAME
    | _moves(
        (C.NULL, C.CONNECTED),
        (C.INITIATED, C.CONNECTED),
        (C.ALERTING, C.CONNECTED),
        (C.QUEUED, C.CONNECTED),
        (C.QUEUED, C.NULL),
        (C.NULL, C.HOLD),
    ),
    e.Held: _SAME | _moves((C.CONNECTED, C.HOLD), (C.NULL, C.HOLD)),
    e.Retrieved: _SAME | _moves((C.HOLD, C.CONNECTED), (C.NULL, C.CONNECTED)),
    e.Diverted: _SAME | _GONE | _moves((C.ALERTING, C.QUEUED)),
    e.Conferenced: _SAME | _GONE | _moves((C.HOLD, C.CONNECTED)) | frozenset((C.NULL, state) for state in C),
    e.Transferred: _ANY,
    e.ConnectionCleared: _SAME | _GONE,
    e.CallCleared: _SAME | _GONE,
    e.Failed: _SAME | _GONE | frozenset((state, C.FAIL) for state in C),
    e.CallInformation: _SAME,
    e.MicrophoneMute: _SAME,
    e.DigitsGenerated: _SAME,
}

_OPEN = (Phase.OFFERED, Phase.DIALLING, Phase.ACTIVE, Phase.PAUSED)


def _stay(*phases: Phase) -> dict[Phase, Phase]:
    return {phase: phase for phase in phases}


_CONTACT_OPEN = _stay(*_OPEN)
_CONTACT_STAYS = _stay(*_OPEN, Phase.WRAP_UP)

PHASE_MOVES: Mapping[type[e.Event], Mapping[Phase, Phase]] = {
    e.ServiceInitiated: {Phase.OFFERED: Phase.DIALLING, **_stay(Phase.DIALLING, Phase.ACTIVE)},
    e.Originated: {Phase.OFFERED: Phase.DIALLING, **_stay(Phase.DIALLING, Phase.ACTIVE)},
    e.Delivered: _CONTACT_OPEN,
    e.Queued: _CONTACT_OPEN,
    e.Established: {Phase.OFFERED: Phase.ACTIVE, Phase.DIALLING: Phase.ACTIVE, **_stay(Phase.ACTIVE)},
    e.Held: _stay(Phase.OFFERED, Phase.DIALLING, Phase.ACTIVE),
    e.Retrieved: {**_stay(Phase.OFFERED, Phase.DIALLING, Phase.ACTIVE), Phase.PAUSED: Phase.ACTIVE},
    e.Diverted: _CONTACT_STAYS,
    e.Conferenced: {**_stay(Phase.ACTIVE), Phase.OFFERED: Phase.ACTIVE, Phase.DIALLING: Phase.ACTIVE},
    e.Transferred: _CONTACT_STAYS,
    e.ConnectionCleared: _CONTACT_STAYS,
    e.CallCleared: _CONTACT_STAYS,
    e.Failed: _CONTACT_STAYS,
    e.CallInformation: _CONTACT_STAYS,
    e.MicrophoneMute: _CONTACT_STAYS,
    e.DigitsGenerated: _stay(Phase.OFFERED, Phase.DIALLING, Phase.ACTIVE),
    e.WrapUpStarted: dict.fromkeys((*_OPEN, Phase.WRAP_UP), Phase.WRAP_UP),
    e.ContactClosed: dict.fromkeys((*_OPEN, Phase.WRAP_UP), Phase.CLOSED),
}
"""Phase before -> phase after. For chats and tasks Held pauses (`PAUSING`)."""

PAUSING: Mapping[Phase, Phase] = {Phase.ACTIVE: Phase.PAUSED, Phase.PAUSED: Phase.PAUSED}
"""What Held does to a contact that is not voice."""

AGENT_STATES: Mapping[type[e.AgentEvent], Availability] = {
    e.AgentLoggedOn: Availability.NOT_READY,
    e.AgentLoggedOff: Availability.NULL,
    e.AgentReady: Availability.READY,
    e.AgentNotReady: Availability.NOT_READY,
    e.AgentBusy: Availability.BUSY,
    e.AgentWorkingAfterCall: Availability.WORKING_AFTER_CALL,
}
"""The state that each agent event leads to."""

_ALL = tuple(Availability)
_WORK = (Availability.READY, Availability.NOT_READY, Availability.BUSY, Availability.WORKING_AFTER_CALL)

AGENT_MOVES: Mapping[type[e.AgentEvent], frozenset[Availability]] = {
    e.AgentLoggedOn: frozenset({Availability.NULL}),
    e.AgentLoggedOff: frozenset(_WORK),
    e.AgentReady: frozenset(_ALL),
    e.AgentNotReady: frozenset(_WORK),
    e.AgentBusy: frozenset(_WORK),
    e.AgentWorkingAfterCall: frozenset(_WORK),
}
"""The states from which each agent event is expected."""
