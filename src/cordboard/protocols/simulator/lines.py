"""An agent's lines: finding the connection a command is about, and holding and retrieving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.protocols.simulator.centre import (
    AgentPlan,
    Customer,
    Medium,
    Number,
    QueuePlan,
    Target,
    Unknown,
    normal,
)
from cordboard.protocols.simulator.commands import RefusedError
from cordboard.protocols.simulator.consequences import talking
from cordboard.protocols.simulator.picture import LIVE, Party

if TYPE_CHECKING:
    from cordboard.protocols.simulator.exchange import Exchange


def own_party(exchange: Exchange, agent: str, call: str) -> Party:
    """The agent's live connection in the call."""
    found = exchange.picture.calls.get(call)
    if found is None:
        raise RefusedError("unknown-call", call)
    own = next((p for p in exchange.picture.of_agent(agent, found.medium) if p.call == call), None)
    if own is None:
        raise RefusedError("call-ended" if found.ended is not None else "not-in-call", call)
    return own


def active(exchange: Exchange, agent: str | None) -> Party | None:
    """The connection on which the agent talks or dials now."""
    own = exchange.picture.of_agent(agent) if agent is not None else []
    return next((p for p in own if p.state in ("connected", "initiated")), None)


def party_named(exchange: Exchange, call: str, name: str) -> Party:
    """The call's live (or failed) party that this id, agent, queue, number or role means, if it is the only one.

    Nobody can name a supervisor who is not heard by all.
    """
    parties = exchange.picture.of_call(call)
    present = [p for p in parties if (p.state in LIVE or p.state == "fail") and not p.silent]
    found = [p for p in present if p.id == name]
    found = found or [p for p in present if name in (p.agent, p.role)]
    found = found or [p for p in present if p.number == normal(name)]
    found = found or [p for p in present if p.role == "queue" and p.queue == name]
    if len(found) != 1:
        raise RefusedError("unknown-party", name)
    return found[0]


def hold(exchange: Exchange, own: Party, cause: str | None = None) -> Party:
    """Put a connected line on hold."""
    if own.state != "connected":
        raise RefusedError("wrong-state", own.state)
    return exchange.move("held", own, "hold", cause=cause)


def retrieve(exchange: Exchange, own: Party, cause: str | None = None) -> Party:
    """Bring a line back from hold, if the agent is not on another."""
    if own.state != "hold":
        raise RefusedError("wrong-state", own.state)
    if active(exchange, own.agent) is not None:
        raise RefusedError("another-call-active")
    if own.agent in exchange.campaigns.reserved:
        raise RefusedError("wrong-state", "a campaign dials for the agent")
    return exchange.move("retrieved", own, "connected", cause=cause)


def park(exchange: Exchange, own: Party) -> Party:
    """Put a call aside; the agent is free then."""
    if (
        own.state not in ("connected", "hold")
        or own.parked
        or exchange.picture.calls[own.call].kind != "main"
    ):
        raise RefusedError("wrong-state", own.state)
    others = exchange.picture.of_call(own.call)
    if not any(talking(p) for p in others if p.id != own.id):
        raise RefusedError("not-established", own.call)
    if any(
        exchange.picture.calls[p.call].parent == own.call for p in exchange.picture.of_agent(own.agent or "")
    ):
        raise RefusedError("consult-exists", own.call)
    return exchange.move("parked", own, "hold", cause="parked")


def destination(exchange: Exchange, to: str, medium: Medium = "voice") -> Target:
    """What is to be reached, if there is such a thing at all, and a call of this medium can go there."""
    target = exchange.directory.target(to)
    match target:
        case QueuePlan(medium=other) if other != medium:
            raise RefusedError("wrong-medium", to)
        case Customer() | Number() if medium != "voice":
            raise RefusedError("wrong-medium", to)
        case Unknown() | Number(behaviour="invalid"):
            raise RefusedError("invalid-destination", to)
        case _:
            return target


def check_reachable(exchange: Exchange, target: Target, interaction: str, medium: Medium = "voice") -> None:
    """Refuse what would leave someone with a dead line: a transfer to whom it cannot reach."""
    match target:
        case AgentPlan(id=agent):
            if any(p.interaction == interaction for p in exchange.picture.of_agent(agent, medium)):
                raise RefusedError("already-in-call", agent)
            if exchange.unreachable(agent, interaction, medium) is not None:
                raise RefusedError("target-unavailable", agent)
        case Customer(number=number) | Number(number=number):
            if exchange.engaged(normal(number)):
                raise RefusedError("line-busy", number)
        case _:
            pass
