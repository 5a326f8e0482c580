"""Chats and tasks. To the switch they are calls of another medium: they wait in queues, are offered, declined, missed, transferred
and wrapped up like any other. What is their own stands here: who can take how many of them, how they come in, what is written.

An agent has a state for each medium (`Duty`). While it says ready, more is offered until the agent's capacity is reached, although
the agent is busy with what is open already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, assert_never

from cordboard.protocols.simulator.centre import AgentPlan, Medium, QueuePlan, Target, normal
from cordboard.protocols.simulator.commands import (
    CreateTask,
    CustomerWrite,
    Done,
    RefusedError,
    StartChat,
)
from cordboard.protocols.simulator.consequences import duty_id
from cordboard.protocols.simulator.picture import Call, Duty, Party, Utterance
from cordboard.protocols.simulator.routing import Idle

if TYPE_CHECKING:
    from cordboard.protocols.simulator.exchange import Exchange

MOST_CHARACTERS = 4000
"""Of a message."""


class Free(NamedTuple):
    """An agent who can take one more."""

    id: str
    load: int
    since: int


def duties(plan: AgentPlan, now: int) -> Iterator[Duty]:
    """The agent's states for what is not voice, as they begin."""
    for medium in plan.capacity:
        if medium != "voice":
            yield Duty(id=duty_id(plan.id, medium), agent=plan.id, medium=medium, since=now)


def idle(exchange: Exchange, medium: Medium, ready: Iterable[str]) -> Sequence[Idle]:
    """Who of these agents, who all are ready for this medium, can be offered something of it now."""
    picture = exchange.picture
    if medium == "voice":
        return [picture.agents[agent] for agent in ready]
    found = []
    for agent in ready:
        load = _load(exchange, agent, medium)
        if load < exchange.directory.agents[agent].capacity[medium]:
            found.append(Free(agent, load, picture.duties[duty_id(agent, medium)].since))
    return found


def unreachable(exchange: Exchange, agent: str, interaction: str | None, medium: Medium) -> str | None:
    """Why the agent cannot be offered this chat or task now, or None if they can."""
    duty = exchange.picture.duties.get(duty_id(agent, medium))
    if duty is None or duty.state == "null":
        return "unavailable"
    has_part = any(p.interaction == interaction for p in exchange.picture.of_agent(agent, medium))
    full = _load(exchange, agent, medium) >= exchange.directory.agents[agent].capacity[medium]
    return "busy" if has_part or full else None


def happen(exchange: Exchange, happening: StartChat | CreateTask | CustomerWrite) -> Done:
    """Let it happen, or raise `RefusedError` with nothing changed."""
    match happening:
        case StartChat():
            return _start_chat(exchange, happening)
        case CreateTask():
            return _create_task(exchange, happening)
        case CustomerWrite(call=ident, text=text):
            call = _running(exchange, ident)
            party = next(p for p in exchange.picture.of_call(ident) if p.role == "customer")
            said = write(exchange, call, party, text)
            return Done(interaction=call.interaction, call=ident, party=party.id, utterance=said.id)
        case _:
            assert_never(happening)


def write(exchange: Exchange, call: Call, party: Party, text: str) -> Utterance:
    """A message of this party into their chat."""
    if call.medium != "chat":
        raise RefusedError("wrong-medium", call.id)
    if not text.strip() or len(text) > MOST_CHARACTERS:
        raise RefusedError("invalid-parameters", f"a message has 1 to {MOST_CHARACTERS} characters")
    if party.state != "connected":
        raise RefusedError("wrong-state", party.state)
    return exchange.conversations.written(call, party, text)


def _start_chat(exchange: Exchange, happening: StartChat) -> Done:
    target = _target(exchange, happening.to, "chat")
    dialogue = exchange.conversations.known(happening.dialogue, "chat")
    if happening.patience is not None and happening.patience <= 0:
        raise RefusedError("invalid-parameters", "patience must be positive")
    if len(happening.text) > MOST_CHARACTERS:
        raise RefusedError("invalid-parameters", f"a message has at most {MOST_CHARACTERS} characters")
    call, party = _opened(exchange, happening, target, medium="chat", dialogue=dialogue)
    if happening.patience is not None:
        exchange.give_patience(party, happening.patience)
    text = happening.text or exchange.conversations.opening(call)
    if text:
        exchange.conversations.written(call, party, text)
    exchange.reach(call, target)
    return Done(interaction=call.interaction, call=call.id, party=party.id)


def _create_task(exchange: Exchange, happening: CreateTask) -> Done:
    target = _target(exchange, happening.to, "task")
    call, party = _opened(
        exchange,
        happening,
        target,
        medium="task",
        text=happening.text,
        variety=happening.variety,
        links=tuple(happening.links.items()),
    )
    exchange.reach(call, target)
    return Done(interaction=call.interaction, call=call.id, party=party.id)


def _opened(
    exchange: Exchange,
    happening: StartChat | CreateTask,
    target: Target,
    **more: Any,  # noqa: ANN401 - further fields of a call
) -> tuple[Call, Party]:
    """The chat or task, and whoever it comes from."""
    number = normal(happening.number)
    known = exchange.directory.customers.get(number)
    call = exchange.start_call(
        direction="inbound",
        calling=number,
        called=exchange.number_of(target),
        data={**(known.data if known else {}), **happening.data},
        subject=happening.subject,
        **more,
    )
    name = happening.name if happening.name is not None else (known.name if known else "")
    return call, exchange.add_party("originated", call, "customer", "connected", number=number, name=name)


def _target(exchange: Exchange, to: str, medium: Medium) -> Target:
    target = exchange.directory.target(to)
    match target:
        case QueuePlan(medium=other) if other != medium:
            raise RefusedError("wrong-medium", to)
        case AgentPlan(capacity=capacity) if medium not in capacity:
            raise RefusedError("wrong-medium", to)
        case AgentPlan() | QueuePlan():
            return target
        case _:
            raise RefusedError("invalid-destination", to)


def _running(exchange: Exchange, ident: str) -> Call:
    call = exchange.picture.calls.get(ident)
    if call is None:
        raise RefusedError("unknown-call", ident)
    if call.ended is not None:
        raise RefusedError("call-ended", ident)
    if call.medium == "voice":
        raise RefusedError("wrong-medium", ident)
    return call


def _load(exchange: Exchange, agent: str, medium: Medium) -> int:
    return sum(segment.medium == medium for segment in exchange.picture.open_segments(agent))
