"""Presence: what an agent is ready for, both ways. After-call work and calls are no presence on this wire: calls show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cordboard.model import commands as c
from cordboard.model.entities import AgentState, Availability, Medium, PendingState, Reason
from cordboard.model.state import SubjectState, voice_state
from cordboard.protocols.five9 import wire, words as w

CHANNELS: Mapping[Medium, str] = {Medium.VOICE: w.CALL, Medium.CHAT: w.CHAT, Medium.TASK: w.EMAIL}
"""The channel of each medium. Five9 has no tasks; e-mail is what comes nearest to work that waits."""
NO_REASON = "0"


def presence(state: SubjectState) -> wire.Presence:
    """The agent's presence."""
    voice = voice_state(state)
    if voice is None:
        return wire.Presence()
    wished, reason = _chosen(voice)
    ready = [CHANNELS[Medium.VOICE]] if wished is Availability.READY else []
    ready += [CHANNELS[medium] for medium in (Medium.CHAT, Medium.TASK) if _is_ready(state, medium)]
    pending = voice.pending
    return wire.Presence(
        current_state=_state(ready, None if wished is Availability.READY else reason),
        pending_state=None if pending is None else _pending(pending),
        current_state_time=voice.since,
    )


def logged_on(state: SubjectState | None) -> bool:
    """Whether the agent is logged on to voice at the contact centre."""
    voice = voice_state(state) if state is not None else None
    return voice is not None and voice.state is not Availability.NULL


def is_leaving(state: SubjectState) -> bool:
    """Whether the agent is logged off as soon as what is under way is over."""
    voice = voice_state(state)
    return voice is not None and voice.pending is not None and voice.pending.state is Availability.NULL


def services(asked: wire.PresenceState, state: SubjectState) -> Iterable[c.SetAgentState]:
    """What has to be done for the presence that was asked for: voice first, other media where they differ."""
    reason = asked.not_ready_reason_code_id
    code = "" if reason in ("", NO_REASON) else reason
    for medium, channel in CHANNELS.items():
        ready = channel in asked.ready_channels
        if medium is not Medium.VOICE:
            known = voice_state(state, medium)
            if known is None or _is_ready(state, medium) is ready:
                continue
        if ready:
            yield c.SetAgentState(state=Availability.READY, medium=medium)
        else:
            yield c.SetAgentState(state=Availability.NOT_READY, medium=medium, reason=code)


def supervised(state: SubjectState) -> str:
    """The agent's state as supervisors are told it."""
    voice = voice_state(state)
    match voice.state if voice is not None else Availability.NULL:
        case Availability.NULL:
            return w.LOGGED_OUT
        case Availability.NOT_READY:
            return w.NOT_READY
        case Availability.READY:
            return w.READY
        case Availability.WORKING_AFTER_CALL:
            return w.ACW
        case Availability.BUSY:
            return w.ON_CALL


def _is_ready(state: SubjectState, medium: Medium) -> bool:
    found = voice_state(state, medium)
    return found is not None and _chosen(found)[0] is Availability.READY


def _chosen(item: AgentState) -> tuple[Availability, Reason | None]:
    """What the agent wants to be, beneath whatever a contact makes of it."""
    if item.state in (Availability.BUSY, Availability.WORKING_AFTER_CALL):
        if item.chosen is not None:
            return item.chosen.state, item.chosen.reason
        return Availability.READY, None
    return item.state, item.reason


def _pending(item: PendingState) -> wire.PresenceState:
    return _state([CHANNELS[Medium.VOICE]] if item.state is Availability.READY else [], item.reason)


def _state(ready: list[str], reason: Reason | None) -> wire.PresenceState:
    code = reason.code if reason is not None else NO_REASON
    return wire.PresenceState(ready_channels=tuple(ready), not_ready_reason_code_id=code)
