"""What a supervisor does in another agent's call, to another agent's state, and writes to their teams.

A supervisor is an agent with that role; theirs are the agents of the teams that they supervise. They enter one call at a time, and only
when they are in none. Who listens is heard by nobody, who whispers by the supervised agent alone, who barges in by all;
who takes over stays in the agent's place. Each way leads to each other one, and `leave` out of the call.
"""

from __future__ import annotations

from typing import assert_never

from cordboard.protocols.simulator.centre import AgentPlan
from cordboard.protocols.simulator.commands import (
    AssociateData,
    CallCommand,
    ClearConnection,
    Done,
    GenerateDigits,
    PauseRecording,
    PostMessage,
    RefusedError,
    ResumeRecording,
    SetMute,
    SetStateOf,
    SetWrapUpReason,
    StartRecording,
    StopRecording,
    Supervise,
    SupervisorCommand,
)
from cordboard.protocols.simulator.consequences import talking
from cordboard.protocols.simulator.desk import check_reason, known_agent, logged_on, take
from cordboard.protocols.simulator.exchange import Exchange
from cordboard.protocols.simulator.picture import Call, Notice, Party, Stance, Supervision

_BARGED_IN = (
    AssociateData,
    ClearConnection,
    GenerateDigits,
    PauseRecording,
    ResumeRecording,
    SetMute,
    SetWrapUpReason,
    StartRecording,
    StopRecording,
)
"""What a supervisor can do in a call, besides, once all hear them."""


def perform(exchange: Exchange, command: SupervisorCommand) -> Done:
    """Do what is asked, or raise `RefusedError` with nothing changed."""
    plan = exchange.directory.agents[known_agent(exchange, command.agent).id]
    if "supervisor" not in plan.roles:
        raise RefusedError("not-a-supervisor", plan.id)
    match command:
        case SetStateOf():
            _set_state(exchange, plan, command)
            return Done()
        case PostMessage():
            _post(exchange, plan, command)
            return Done()
        case Supervise():
            logged_on(exchange, plan.id)
            return _supervise(exchange, plan, command)
        case _:
            assert_never(command)


def check_supervisor(own: Party, command: CallCommand) -> None:
    """Refuse what one cannot do in a call that one supervises."""
    leaves = isinstance(command, ClearConnection) and command.party is None
    if not leaves and (own.silent or not isinstance(command, _BARGED_IN)):
        raise RefusedError("supervising", own.call)


def _post(exchange: Exchange, plan: AgentPlan, command: PostMessage) -> None:
    teams = command.teams or plan.teams
    if not command.text.strip() or command.seconds < 0:
        raise RefusedError("invalid-parameters", "a message has a text, and holds for some seconds")
    if not teams or not set(teams) <= set(plan.teams):
        raise RefusedError("not-your-team", ", ".join(teams))
    notice = Notice(
        id=exchange.mint("n"),
        agent=plan.id,
        teams=tuple(teams),
        text=command.text,
        posted=exchange.now,
        seconds=command.seconds,
    )
    exchange.put("message-posted", notice)


def _set_state(exchange: Exchange, plan: AgentPlan, command: SetStateOf) -> None:
    agent = known_agent(exchange, command.other)
    _check_team(exchange, plan, agent.id)
    logged_on(exchange, agent.id)
    reason = None if command.state == "ready" else command.reason
    check_reason(exchange, "logout" if command.state == "null" else "not_ready", reason)
    take(exchange, agent, Stance(state=command.state, reason=reason), why="supervisor")


def _supervise(exchange: Exchange, plan: AgentPlan, command: Supervise) -> Done:
    call = exchange.picture.calls.get(command.call)
    if call is None:
        raise RefusedError("unknown-call", command.call)
    if call.ended is not None:
        raise RefusedError("call-ended", command.call)
    own = next((p for p in exchange.picture.of_agent(plan.id) if p.call == call.id), None)
    if own is not None and own.supervises is None:
        raise RefusedError("already-in-call", plan.id)
    if command.action == "leave":
        if own is None:
            raise RefusedError("not-in-call", call.id)
        left = exchange.move("connection-cleared", own, "null", cause="hang-up")
        return Done(interaction=call.interaction, call=call.id, party=left.id, segment=left.segment)
    other = _supervised(exchange, plan, call, own, command.other)
    how: Supervision = "barge" if command.action == "take_over" else command.action
    if own is None:
        own = _enter(exchange, plan, call, other, how)
    elif (own.supervises, own.supervised) != (how, other.agent):
        own = exchange.change("supervising", own, supervises=how, supervised=other.agent)
        exchange.touched.party(own)
    if command.action == "take_over":
        _take_over(exchange, own, other)
    return Done(interaction=call.interaction, call=call.id, party=own.id, segment=own.segment)


def _supervised(
    exchange: Exchange, plan: AgentPlan, call: Call, own: Party | None, named: str | None
) -> Party:
    """The agent's party in the call: of the one who is named, or is supervised already."""
    agent = named or (own.supervised if own is not None else None)
    if agent is None or agent == plan.id:
        raise RefusedError("unknown-agent", agent or "name the agent whose call it is")
    known_agent(exchange, agent)
    _check_team(exchange, plan, agent)
    found = next((p for p in exchange.picture.of_agent(agent) if p.call == call.id), None)
    if found is None:
        raise RefusedError("not-in-call", agent)
    others = [p for p in exchange.picture.of_call(call.id) if p.id != found.id]
    if found.supervises is not None or not talking(found) or not any(talking(p) for p in others):
        raise RefusedError("not-established", call.id)
    return found


def _enter(exchange: Exchange, plan: AgentPlan, call: Call, other: Party, how: Supervision) -> Party:
    if exchange.picture.of_agent(plan.id):
        raise RefusedError("another-call-active", plan.id)
    segment = exchange.open_segment(plan.id, call, dialling=False)
    segment = exchange.change("segment-changed", segment, watches=call.id)
    return exchange.add_party(
        "supervising",
        call,
        "agent",
        "connected",
        number=plan.extension,
        name=plan.name,
        agent=plan.id,
        segment=segment.id,
        supervises=how,
        supervised=other.agent,
    )


def _take_over(exchange: Exchange, own: Party, other: Party) -> None:
    """The supervisor goes on in the agent's place: the matter was handed on to them."""
    before = exchange.picture.segments[other.segment or ""]
    mine = exchange.picture.segments[own.segment or ""]
    exchange.change("segment-changed", mine, previous=before.id, queue=before.queue, watches=None)
    taken = exchange.change("supervising", own, supervises=None, supervised=None)
    exchange.touched.party(taken)
    exchange.touched.verdicts[before.id] = "transferred"
    exchange.move("connection-cleared", other, "null", cause="supervisor")


def _check_team(exchange: Exchange, plan: AgentPlan, other: str) -> None:
    if exchange.directory.agents[other].team not in plan.teams:
        raise RefusedError("not-your-team", other)
