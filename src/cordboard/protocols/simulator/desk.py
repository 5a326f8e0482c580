"""Commands about an agent rather than a call: logging on and off, ready and not ready, dispositions, wrap-up."""

from __future__ import annotations

from typing import assert_never

import msgspec

from cordboard.protocols.simulator.centre import ReasonUse
from cordboard.protocols.simulator.commands import (
    AgentCommand,
    CompleteWrapUp,
    Done,
    LogOff,
    LogOn,
    RefusedError,
    SetAgentState,
    SetDisposition,
)
from cordboard.protocols.simulator.exchange import Exchange
from cordboard.protocols.simulator.picture import Agent, Segment, Stance


def perform(exchange: Exchange, command: AgentCommand) -> Done:
    """Do what is asked, or raise `RefusedError` with nothing changed."""
    agent = known_agent(exchange, command.agent)
    match command:
        case LogOn():
            _log_on(exchange, agent, command)
        case LogOff():
            _log_off(exchange, agent, command)
        case SetAgentState():
            _set_state(exchange, agent, command)
        case SetDisposition():
            return _set_disposition(exchange, agent, command)
        case CompleteWrapUp():
            return _complete_wrap_up(exchange, agent, command)
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
    exchange.touched.agents[segment.agent] = None


def take(exchange: Exchange, agent: Agent, stance: Stance, *, why: str | None = None) -> None:
    """Let the agent be so, or when the contact is over. `why`: the cause, where it was not the agent."""
    rules = exchange.centre.rules
    if agent.state == "working_after_call" and rules.after_call_work == "state":
        _end_after_call_work(exchange, agent)
        if agent.pending is not None:
            exchange.change("agent-pending", agent, pending=None)
        exchange.touched.stances[agent.id] = stance
    elif agent.state in ("busy", "working_after_call"):
        if rules.pending == "refused":
            raise RefusedError("no-pending-state", agent.state)
        if agent.pending != stance:
            exchange.change("agent-pending", agent, pending=stance, why=why)
    else:
        if why is not None:
            exchange.touched.reasons[agent.id] = why
        exchange.touched.stances[agent.id] = stance
        exchange.touched.agents[agent.id] = None


def check_reason(exchange: Exchange, use: ReasonUse, code: str | None) -> None:
    """Refuse a reason that the centre does not have for this."""
    if code is not None and exchange.centre.reason(use, code) is None:
        raise RefusedError("unknown-reason", code)


def _end_after_call_work(exchange: Exchange, agent: Agent) -> None:
    wrapping = [s for s in exchange.picture.open_segments(agent.id) if s.phase == "wrap_up"]
    if exchange.centre.rules.disposition_required and any(s.disposition is None for s in wrapping):
        raise RefusedError("disposition-required", agent.id)
    for segment in wrapping:
        end_wrap_up(exchange, segment)


def _log_on(exchange: Exchange, agent: Agent, command: LogOn) -> None:
    if agent.state != "null":
        raise RefusedError("already-logged-on", agent.id)
    reason = command.reason if command.state == "not_ready" else None
    check_reason(exchange, "not_ready", reason)
    exchange.change(
        "agent-logged-on",
        agent,
        state=command.state,
        reason=reason,
        resume=Stance(state=command.state, reason=reason),
        station=command.station or agent.station,
        since=exchange.now,
    )


def _log_off(exchange: Exchange, agent: Agent, command: LogOff) -> None:
    logged_on(exchange, agent.id)
    check_reason(exchange, "logout", command.reason)
    take(exchange, agent, Stance(state="null", reason=command.reason))


def _set_state(exchange: Exchange, agent: Agent, command: SetAgentState) -> None:
    logged_on(exchange, agent.id)
    reason = command.reason if command.state == "not_ready" else None
    check_reason(exchange, "not_ready", reason)
    take(exchange, agent, Stance(state=command.state, reason=reason))


def _set_disposition(exchange: Exchange, agent: Agent, command: SetDisposition) -> Done:
    segment = _open_segment(exchange, agent, command.segment, newest=True)
    if command.disposition not in {d.code for d in exchange.centre.dispositions}:
        raise RefusedError("unknown-disposition", command.disposition)
    if segment.phase not in ("active", "wrap_up"):
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
