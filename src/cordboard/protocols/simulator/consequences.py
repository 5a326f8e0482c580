"""What follows from a change of a party: for its call, then its segments, then its agents, then the interaction.

These rules are the heart of the oracle, and stand here once:

- A call goes on while someone is on the line and someone else is on it, rings, or is queued for; a failed party's tone
  keeps it for as long as it sounds; a call being dialled stays. Otherwise whoever is left is cleared.
- An agent's segment is open while the agent has a live connection in one of its calls. After that comes wrap-up, if
  they talked with someone from outside and the queue (or the centre) has wrap-up.
- An agent is busy while they have a live connection that is not parked, then working after the call while a segment is in
  wrap-up, then whatever is pending, or what they were before. That holds for each medium by itself. Nobody logs off while
  a call of theirs is parked: until it is over they are not ready, and the log-off is pending.
- A supervisor who only listens or whispers keeps no call alive, and leaves with the agent whom they supervise.
- An interaction has ended when none of its calls runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from cordboard.protocols.simulator.centre import Medium
from cordboard.protocols.simulator.journal import Kind
from cordboard.protocols.simulator.picture import (
    PRESENT,
    Agent,
    AgentState,
    Call,
    Duty,
    EndedBy,
    Party,
    Segment,
    Stance,
)
from cordboard.protocols.simulator.timers import WrapUpEnds

if TYPE_CHECKING:
    from cordboard.protocols.simulator.exchange import Exchange

FAILURES = frozenset({"busy", "no-answer", "invalid-number", "unavailable", "rejected", "max-wait"})
"""Causes for which a call that was dialled counts as failed."""


class Touched:
    """What has changed since the last settling, and what the one who changed it knows about the reasons."""

    def __init__(self) -> None:
        self.calls: dict[str, None] = {}
        self.segments: dict[str, None] = {}
        self.agents: dict[str, None] = {}
        """Agents by id, their duties for other media by those' ids."""
        self.causes: dict[str, str | None] = {}
        self.verdicts: dict[str, EndedBy] = {}
        self.stances: dict[str, Stance] = {}
        self.reasons: dict[str, str] = {}

    def party(self, party: Party) -> None:
        """Note all that a party's change may concern."""
        self.calls[party.call] = None
        if party.segment is not None:
            self.segments[party.segment] = None
        if party.agent is not None:
            self.agents[duty_id(party.agent, party.medium)] = None


def duty_id(agent: str, medium: Medium) -> str:
    """The id under which an agent's state for this medium stands."""
    return agent if medium == "voice" else f"{agent}/{medium}"


def settle(exchange: Exchange) -> None:
    """Derive everything that follows from what was touched."""
    touched = exchange.touched
    interactions: dict[str, None] = {}
    while touched.calls:
        ident = next(iter(touched.calls))
        _settle_call(exchange, exchange.picture.calls[ident])
        interactions[exchange.picture.calls[ident].interaction] = None
        touched.calls.pop(ident)
    for segment in touched.segments:
        _settle_segment(exchange, exchange.picture.segments[segment])
    for ident in touched.agents:
        duty = exchange.picture.duties.get(ident)
        if duty is not None:
            _settle_agent(exchange, duty, duty.agent, duty.medium)
        else:
            _settle_agent(exchange, exchange.picture.agents[ident], ident, "voice")
    for ident in interactions:
        interaction = exchange.picture.interactions[ident]
        if interaction.ended is None and not exchange.picture.running(ident):
            exchange.change("interaction-ended", interaction, ended=exchange.now)
    exchange.touched = Touched()


def talking(party: Party) -> bool:
    """Whether this party is on the line for good and heard by all: not being dialled, not ringing, not supervising in silence."""
    return party.state in ("connected", "hold") and not party.silent


def _settle_call(exchange: Exchange, call: Call) -> None:
    if call.ended is not None:
        return
    parties = exchange.picture.of_call(call.id)
    for party in parties:
        exchange.touched.party(party)
        held_by = party.held_by
        if held_by is not None and not _there(held_by, parties):
            exchange.change("retrieved-alone", party, held_by=None, why="holder-left")
        if party.silent and party.state != "null" and not _there(party.supervised, parties):
            exchange.move("connection-cleared", party, "null", cause="agent-left")
    parties = exchange.picture.of_call(call.id)
    if not _goes_on(parties):
        cause = exchange.touched.causes.get(call.id)
        for party in exchange.picture.of_call(call.id):
            if party.state != "null":
                why = party.cause if party.state == "fail" else cause
                exchange.move("connection-cleared", party, "null", cause=why)
        cleared = exchange.change("call-cleared", call, recording="", ended=exchange.now, why=cause)
        exchange.campaigns.over(cleared)
        exchange.conversations.over(cleared)
        return
    on_line = [p for p in parties if talking(p)]
    for party in on_line:
        if party.agent is None:
            exchange.watch_patience(party, waits=len(on_line) == 1)
    if call.answered is None and len(on_line) > 1:
        call = exchange.change("call-answered", call, answered=exchange.now)
        exchange.conversations.answered(call)
        exchange.campaigns.answered(call)


def _there(agent: str | None, parties: list[Party]) -> bool:
    return any(p.agent == agent and p.state in PRESENT for p in parties)


def _goes_on(parties: list[Party]) -> bool:
    states = [p.state for p in parties]
    if "initiated" in states:
        return True
    on_line = sum(talking(p) for p in parties)
    coming = sum(s in ("alerting", "queued", "fail") for s in states)
    return on_line > 0 and on_line + coming > 1


def _settle_segment(exchange: Exchange, segment: Segment) -> None:
    if segment.phase in ("wrap_up", "closed"):
        return
    own = [p for p in exchange.picture.of_agent(segment.agent, segment.medium) if p.segment == segment.id]
    if not own:
        _end_segment(exchange, segment)
        return
    phase = segment.phase
    if any(_has_begun(exchange, p, segment) for p in own):
        phase = "active"
    if segment.medium != "voice" and any(p.state == "hold" for p in own):
        phase = "paused"
    wraps = segment.wraps or (phase == "active" and any(_with_outside(exchange, p, segment) for p in own))
    answered = exchange.now if phase == "active" and segment.answered is None else segment.answered
    after = msgspec.structs.replace(segment, phase=phase, wraps=wraps, answered=answered)
    if after != segment:
        kind: Kind = "segment-changed"
        if phase != segment.phase:
            kind = "segment-paused" if phase == "paused" else "segment-active"
        exchange.put(kind, after)


def _has_begun(exchange: Exchange, own: Party, segment: Segment) -> bool:
    if own.supervises is not None:
        return own.state == "connected"
    if not talking(own):
        return False
    others = [p for p in exchange.picture.of_call(own.call) if p.id != own.id]
    return segment.phase == "offered" or any(talking(p) for p in others)


def _with_outside(exchange: Exchange, own: Party, segment: Segment) -> bool:
    queue = exchange.directory.queues.get(segment.queue or "")
    if not (queue.wrap_up if queue else exchange.centre.rules.wrap_up):
        return False
    if own.supervises is not None or not talking(own) or exchange.picture.calls[own.call].kind != "main":
        return False
    return any(talking(p) and p.agent is None for p in exchange.picture.of_call(own.call))


def _end_segment(exchange: Exchange, segment: Segment) -> None:
    parties = [p for c in segment.calls for p in exchange.picture.of_call(c)]
    failure = next((p.cause for p in parties if p.cause in FAILURES), None)
    cause: str | None = exchange.touched.causes.get(segment.calls[-1])
    ended_by: EndedBy
    match segment.phase:
        case "dialling":
            ended_by, cause = ("failed", failure) if failure else ("abandoned", cause)
        case "offered":
            ended_by = "abandoned"
        case _:
            ended_by = "completed"
    ended_by = exchange.touched.verdicts.get(segment.id, ended_by)
    fields: dict[str, object] = {"ended_by": ended_by}
    if segment.phase not in ("active", "paused") or not segment.wraps:
        exchange.change("segment-closed", segment, why=cause, phase="closed", ended=exchange.now, **fields)
        return
    queue = exchange.directory.queues.get(segment.queue or "")
    seconds = queue.wrap_up_seconds if queue else exchange.centre.rules.wrap_up_seconds
    if seconds:
        fields["wrap_up_until"] = exchange.later(seconds)
        exchange.timers.set(exchange.later(seconds), WrapUpEnds(segment=segment.id))
    exchange.change("segment-wrap-up", segment, why=cause, phase="wrap_up", **fields)


_A = TypeVar("_A", Agent, Duty)


def _settle_agent(exchange: Exchange, agent: _A, ident: str, medium: Medium) -> None:
    resume = exchange.touched.stances.get(agent.id, agent.resume)
    pending = agent.pending
    if resume is not agent.resume and pending is not None and pending.state == "ready":
        pending = None
    state: AgentState
    reason = None
    held = medium == "voice" and ident in exchange.campaigns.reserved
    own = exchange.picture.of_agent(ident, medium)
    if held or not all(p.parked for p in own):
        state = "busy"
    elif any(s.phase == "wrap_up" and s.medium == medium for s in exchange.picture.open_segments(ident)):
        state = "working_after_call"
    else:
        resume, pending = pending or resume, None
        if resume.state == "null" and own:
            resume, pending = Stance(state="not_ready"), resume
        state, reason = resume.state, resume.reason
    after = msgspec.structs.replace(agent, state=state, reason=reason, pending=pending, resume=resume)
    if (state, reason) != (agent.state, agent.reason):
        why = exchange.touched.reasons.get(agent.id)
        exchange.put(_KINDS[state], msgspec.structs.replace(after, since=exchange.now), cause=why)
    elif after != agent:
        exchange.put("agent-pending", after)


_KINDS: dict[AgentState, Kind] = {
    "null": "agent-logged-off",
    "not_ready": "agent-not-ready",
    "ready": "agent-ready",
    "busy": "agent-busy",
    "working_after_call": "agent-working-after-call",
}
