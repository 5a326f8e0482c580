"""An agent's state in the library's words, and the choices that lead to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cordboard.model.entities import (
    AgentState,
    Availability,
    Contact,
    Ending,
    Medium,
    PendingState,
    Phase,
    Reason,
    ReasonKind,
)
from cordboard.model.ids import LinkId, Millis
from cordboard.model.state import SubjectState, voice_state
from cordboard.protocols.streams.document import Choice, Chosen, State
from cordboard.protocols.streams.names import arn, ident_of

AVAILABLE = "Available"
OFFLINE = "Offline"
NOT_READY = "Not ready"
READY_ID, OFFLINE_ID, NOT_READY_ID = "ready", "offline", "not-ready"
_REASON_ID = "reason:"

AFTER_CALL = "AfterCallWork"
"""Matched literally by the library."""

FAULTS: Mapping[str, str] = {
    "busy": "LineEngagedAgent",
    "device-failed": "FailedConnectAgent",
    "invalid-number": "BadAddressAgent",
    "line-engaged": "LineEngagedAgent",
    "no-answer": "MissedCallAgent",
    "rejected": "MissedCallAgent",
    "service-lost": "RealtimeCommunicationError",
    "unavailable": "FailedConnectAgent",
}
"""Why the contact centre holds an agent back -> the library's name for it, which it matches literally. Others: `Default`."""

AT_ONCE: Millis = 2_000
"""So soon after a missed call its contact centre has said that it holds the agent back for it."""

_PHASES: Mapping[Phase, str] = {
    Phase.OFFERED: "PendingBusy",
    Phase.DIALLING: "CallingCustomer",
    Phase.ACTIVE: "Busy",
    Phase.PAUSED: "Busy",
}


def voice_contacts(state: SubjectState) -> list[Contact]:
    """The open voice contacts, oldest first. Others are not told of: their media need Amazon's own services in the page."""
    return [item for item in state.contacts.values() if item.medium is Medium.VOICE]


def missed_contact(state: SubjectState) -> Contact | None:
    """A missed call that was closed at once. It is shown until the agent goes on, as Amazon does until it is cleared. Whoever is held
    back later, or chooses that reason by hand, is so for something else: what is gone does not come again.
    """
    voice = voice_state(state)
    if voice is None or voice_contacts(state):
        return None
    last = next((item for item in state.recent if item.medium is Medium.VOICE), None)  # chats go on meanwhile
    if last is None or last.ended_by is not Ending.MISSED:
        return None
    over = last.phase_since.vendor or last.phase_since.ours
    if over and voice.since > over + AT_ONCE:
        return None
    held_back = voice.state is Availability.NOT_READY and voice.fault
    return last if held_back or voice.state is Availability.BUSY else None


def agent_state(state: SubjectState, at: Millis) -> State:
    """What the agent does now."""
    voice = voice_state(state) or _nobody()
    since = voice.since or at
    live = [item for item in voice_contacts(state) if item.phase in _PHASES]
    if live:
        newest = live[-1]
        return State(
            name=_PHASES[newest.phase], type="system", start_timestamp=newest.phase_since.ours or since
        )
    missed = missed_contact(state)
    if missed is not None:
        return State(name="MissedCallAgent", type="error", start_timestamp=since)
    if voice.state is Availability.WORKING_AFTER_CALL or (
        voice.state is Availability.BUSY and voice_contacts(state)
    ):
        return State(name=AFTER_CALL, type="system", start_timestamp=since)
    if voice.state is Availability.BUSY:
        return State(name="Busy", type="system", start_timestamp=since)
    if voice.fault:
        return State(name=FAULTS.get(voice.fault, "Default"), type="error", start_timestamp=since)
    return _presence(voice.state, voice.reason, since)


def next_state(state: SubjectState) -> State | None:
    """What the agent chose for later."""
    voice = voice_state(state)
    if (
        voice is None
        or voice.pending is None
        or voice.pending.state not in (Availability.READY, Availability.NOT_READY, Availability.NULL)
    ):
        return None
    return _presence(voice.pending.state, voice.pending.reason, voice.since)


def availability(state: SubjectState, at: Millis) -> Chosen:
    """What the agent had chosen, whatever a contact makes of it."""
    voice = voice_state(state) or _nobody()
    chosen = voice.chosen or PendingState(state=voice.state, reason=voice.reason)
    return Chosen(state=_presence(chosen.state, chosen.reason, 0).name, time_stamp=voice.since or at)


def choices(state: SubjectState) -> tuple[Choice, ...]:
    """The states that can be chosen: ready, each reason not to be, logged off."""
    return (
        Choice(arn=arn("agent-state", READY_ID), name=AVAILABLE, type="routable"),
        *(Choice(arn=choice.arn or "", name=choice.name, type=choice.type) for choice in _not_ready(state)),
        Choice(arn=arn("agent-state", OFFLINE_ID), name=OFFLINE, type="offline"),
    )


def chosen(state: SubjectState, name: str, kind: str, ident: str | None) -> tuple[Availability, str] | None:
    """The state and the reason code that a page chose: by its ARN, else by name and type as in 1.x. `None`: no such choice."""
    found = ident_of(ident)
    if not found:
        named = [item for item in choices(state) if item.name == name]
        match = next((item for item in named if item.type == kind), named[0] if named else None)
        found = ident_of(match.arn) if match is not None else ""
    match found:
        case "ready":
            return Availability.READY, ""
        case "offline":
            return Availability.NULL, ""
        case "not-ready":
            return Availability.NOT_READY, ""
        case _ if found.startswith(_REASON_ID):
            return Availability.NOT_READY, found.removeprefix(_REASON_ID)
        case _:
            return None


def _not_ready(state: SubjectState) -> Iterable[State]:
    reasons = state.profile.reasons if state.profile is not None else ()
    listed = [item for item in reasons if item.kind is ReasonKind.NOT_READY]
    if not listed:
        yield _presence(Availability.NOT_READY, None, 0)
    for reason in listed:
        yield _presence(Availability.NOT_READY, reason, 0)


def _presence(state: Availability, reason: Reason | None, since: Millis) -> State:
    match state:
        case Availability.READY:
            name, kind, ident = AVAILABLE, "routable", READY_ID
        case Availability.NULL:
            name, kind, ident = OFFLINE, "offline", OFFLINE_ID
        case _ if reason is not None:
            name, kind, ident = reason.label or reason.code, "not_routable", _REASON_ID + reason.code
        case _:
            name, kind, ident = NOT_READY, "not_routable", NOT_READY_ID
    return State(name=name, type=kind, arn=arn("agent-state", ident), start_timestamp=since)


def _nobody() -> AgentState:
    """Before a link has told anything."""
    return AgentState(link=LinkId(""), state=Availability.NULL)
