"""Commands about an agent rather than a call: logging on and off, ready and not ready, dispositions, wrap-up."""

from __future__ import annotations

from typing import Any, assert_never

import msgspec

from cordboard.protocols.simulator.centre import Medium, ReasonUse
from cordboard.protocols.simulator.commands import (
    AgentCommand,
    CancelCallback,
    CompleteWrapUp,
    Done,
    LogOff,
    LogOn,
    RefusedError,
    ScheduleCallback,
    SetAgentState,
    SetDisposition,
)
from cordboard.protocols.simulator.consequences import duty_id
from cordboard.protocols.simulator.exchange import Exchange
from cordboard.protocols.simulator.picture import Agent, Duty, Segment, Stance


def perform(exchange: Exchange, command: AgentCommand) -> Done:
    """Do what is asked, or raise `RefusedError` with nothing changed."""
    agent = known_agent(exchange, command.agent)
    match command:
        case LogOn():
            _log_on(exchange, _of_medium(exchange, agent, command.medium), command)
        case LogOff():
            _log_off(exchange, _of_medium(exchange, agent, command.medium), command)
        case SetAgentState():
            _set_state(exchange, _of_medium(exchange, agent, command.medium), command)
        case SetDisposition():
            return _set_disposition(exchange, agent, command)
        case CompleteWrapUp():
            return _complete_wrap_up(exchange, agent, command)
        case ScheduleCallback():
            return exchange.campaigns.promise(command)
        case CancelCallback():
            return exchange.campaigns.cancel(command)
        case _:
            assert_never(command)
    return Done()


def known_agent(exchange: Exchange, ident: str) -> Agent:
    """The agent, or a refusal."""
    if ident not in exchange.picture.agents:
        raise RefusedError("unknown-agent", ident)
    return exchange.picture.agents[ident]


def logged_on(exchange: Exchange, ident: str) -> Agent:
    """The agent, who must be logged on."""
    agent = known_agent(exchange, ident)
    if agent.state == "null":
        raise RefusedError("not-logged-on", ident)
    return agent


def end_wrap_up(exchange: Exchange, segment: Segment, cause: str | None = None) -> None:
    """Close a segment that is in wrap-up."""
    closed = msgspec.structs.replace(segment, phase="closed", ended=exchange.now, wrap_up_until=None)
    exchange.put("segment-closed", closed, cause=cause)
    exchange.touched.agents[duty_id(segment.agent, segment.medium)] = None


def take(exchange: Exchange, agent: Agent | Duty, stance: Stance, *, why: str | None = None) -> None:
    """Let the agent be so, or when the contact is over. `why`: the cause, where it was not the agent."""
    rules = exchange.centre.rules
    if agent.state == "working_after_call" and rules.after_call_work == "state":
        _end_after_call_work(exchange, agent)
        if agent.pending is not None:
            _pend(exchange, agent, None)
        exchange.touched.stances[agent.id] = stance
    elif agent.state in ("busy", "working_after_call"):
        if rules.pending == "refused":
            raise RefusedError("no-pending-state", agent.state)
        if agent.pending != stance:
            _pend(exchange, agent, stance, why)
    else:
        if agent.pending is not None:  # a log-off that waits for a parked call
            _pend(exchange, agent, None)
        if why is not None:
            exchange.touched.reasons[agent.id] = why
        exchange.touched.stances[agent.id] = stance
        exchange.touched.agents[agent.id] = None


def check_reason(exchange: Exchange, use: ReasonUse, code: str | None) -> None:
    """Refuse a reason that the centre does not have for this."""
    if code is not None and exchange.centre.reason(use, code) is None:
        raise RefusedError("unknown-reason", code)


def _pend(exchange: Exchange, agent: Agent | Duty, stance: Stance | None, why: str | None = None) -> None:
    match agent:
        case Agent():
            exchange.change("agent-pending", agent, pending=stance, why=why)
        case Duty():
            exchange.change("agent-pending", agent, pending=stance, why=why)


def _end_after_call_work(exchange: Exchange, agent: Agent | Duty) -> None:
    ident, medium = (agent.agent, agent.medium) if isinstance(agent, Duty) else (agent.id, "voice")
    wrapping = [
        s for s in exchange.picture.open_segments(ident) if s.phase == "wrap_up" and s.medium == medium
    ]
    if exchange.centre.rules.disposition_required and any(s.disposition is None for s in wrapping):
        raise RefusedError("disposition-required", agent.id)
    for segment in wrapping:
        end_wrap_up(exchange, segment)


def _of_medium(exchange: Exchange, agent: Agent, medium: Medium) -> Agent | Duty:
    """The agent's state for this medium."""
    if medium == "voice":
        return agent
    duty = exchange.picture.duties.get(duty_id(agent.id, medium))
    if duty is None:
        raise RefusedError("wrong-medium", f"{agent.id} has no {medium}")
    return duty


def _log_on(exchange: Exchange, agent: Agent | Duty, command: LogOn) -> None:
    if agent.state != "null":
        raise RefusedError("already-logged-on", agent.id)
    reason = command.reason if command.state == "not_ready" else None
    check_reason(exchange, "not_ready", reason)
    stance = Stance(state=command.state, reason=reason)
    common: dict[str, Any] = {
        "state": command.state,
        "reason": reason,
        "resume": stance,
        "since": exchange.now,
    }
    match agent:
        case Agent():
            exchange.change("agent-logged-on", agent, station=command.station or agent.station, **common)
        case Duty():
            exchange.change("agent-logged-on", agent, **common)


def _log_off(exchange: Exchange, agent: Agent | Duty, command: LogOff) -> None:
    _check_logged_on(agent)
    check_reason(exchange, "logout", command.reason)
    take(exchange, agent, Stance(state="null", reason=command.reason))


def _set_state(exchange: Exchange, agent: Agent | Duty, command: SetAgentState) -> None:
    _check_logged_on(agent)
    reason = command.reason if command.state == "not_ready" else None
    check_reason(exchange, "not_ready", reason)
    take(exchange, agent, Stance(state=command.state, reason=reason))


def _check_logged_on(agent: Agent | Duty) -> None:
    if agent.state == "null":
        raise RefusedError("not-logged-on", agent.id)


def _set_disposition(exchange: Exchange, agent: Agent, command: SetDisposition) -> Done:
    segment = _open_segment(exchange, agent, command.segment, newest=True)
    if command.disposition not in {d.code for d in exchange.centre.dispositions}:
        raise RefusedError("unknown-disposition", command.disposition)
    if segment.phase not in ("active", "paused", "wrap_up"):
        raise RefusedError("wrong-state", segment.phase)
    if segment.disposition != command.disposition:
        exchange.change("disposition-set", segment, disposition=command.disposition)
    return Done(interaction=segment.interaction, segment=segment.id)


def _complete_wrap_up(exchange: Exchange, agent: Agent, command: CompleteWrapUp) -> Done:
    if command.segment is None:
        waiting = [s for s in exchange.picture.open_segments(agent.id) if s.phase == "wrap_up"]
        if not waiting:
            raise RefusedError("no-wrap-up", agent.id)
        segment = waiting[0]
    else:
        segment = _open_segment(exchange, agent, command.segment, newest=False)
    if segment.phase != "wrap_up":
        raise RefusedError("no-wrap-up", segment.id)
    if exchange.centre.rules.disposition_required and segment.disposition is None:
        raise RefusedError("disposition-required", segment.id)
    end_wrap_up(exchange, segment)
    return Done(interaction=segment.interaction, segment=segment.id)


def _open_segment(exchange: Exchange, agent: Agent, ident: str | None, *, newest: bool) -> Segment:
    candidates = [s for s in exchange.picture.open_segments(agent.id) if ident in (None, s.id)]
    if not candidates:
        raise RefusedError("unknown-segment", ident or "")
    return candidates[-1 if newest else 0]
