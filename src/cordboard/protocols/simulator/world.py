"""What the world outside does: people ring, answer, press keys and hang up."""

from __future__ import annotations

from typing import assert_never

from cordboard.protocols.simulator import campaigns, conversations, media
from cordboard.protocols.simulator.centre import AgentPlan, QueuePlan, normal
from cordboard.protocols.simulator.commands import (
    AskCallback,
    CreateTask,
    CustomerAnswer,
    CustomerDigits,
    CustomerHangUp,
    CustomerWrite,
    Done,
    Happening,
    OfferEntry,
    RefusedError,
    Ring,
    Say,
    SetArrivals,
    StartCampaign,
    StartChat,
    StopCampaign,
    Suggest,
)
from cordboard.protocols.simulator.consequences import talking
from cordboard.protocols.simulator.exchange import Exchange
from cordboard.protocols.simulator.lines import party_named
from cordboard.protocols.simulator.picture import Party
from cordboard.protocols.simulator.telephony import send_digits

MOST_PER_HOUR = 36_000
"""Ten callers a second."""


def happen(exchange: Exchange, happening: Happening) -> Done:
    """Let it happen, or raise `RefusedError` with nothing changed."""
    match happening:
        case Ring():
            return _ring(exchange, happening)
        case SetArrivals(queue=queue, per_hour=rate, curve=curve):
            if queue not in exchange.directory.queues:
                raise RefusedError("unknown-queue", queue)
            if not 0 <= rate <= MOST_PER_HOUR:
                raise RefusedError("invalid-parameters", f"per_hour lies between 0 and {MOST_PER_HOUR}")
            if curve and curve not in exchange.centre.curves:
                raise RefusedError("invalid-parameters", f"there is no curve {curve}")
            exchange.arrivals = {**exchange.arrivals, queue: rate}
            if curve is not None:
                exchange.courses = {**exchange.courses, queue: curve}
            return Done()
        case StartChat() | CreateTask() | CustomerWrite():
            return media.happen(exchange, happening)
        case StartCampaign() | StopCampaign() | OfferEntry():
            return campaigns.happen(exchange, happening)
        case AskCallback(call=call):
            return exchange.campaigns.ask(happening, outside(exchange, call, None))
        case Say() | Suggest():
            return conversations.happen(exchange, happening)
        case CustomerHangUp():
            party = _meant(exchange, happening)
            hang_up(exchange, party)
        case CustomerAnswer():
            party = _meant(exchange, happening)
            if party.state != "alerting":
                raise RefusedError("wrong-state", party.state)
            exchange.move("established", party, "connected")
        case CustomerDigits(call=call, party=named, digits=digits):
            party = outside(exchange, call, named)
            send_digits(exchange, party, digits)
        case _:
            assert_never(happening)
    return Done(interaction=party.interaction, call=party.call, party=party.id)


def hang_up(exchange: Exchange, party: Party) -> None:
    """An outside party leaves; whoever leaves before anyone talked to them has abandoned."""
    others = [p for p in exchange.picture.of_call(party.call) if p.id != party.id]
    cause = "hang-up" if party.state == "alerting" or any(talking(p) for p in others) else "abandoned"
    exchange.move("connection-cleared", party, "null", cause=cause)


def _ring(exchange: Exchange, happening: Ring) -> Done:
    number = normal(happening.number)
    target = exchange.directory.target(happening.to)
    match target:
        case QueuePlan(medium=medium) if medium != "voice":
            raise RefusedError("wrong-medium", happening.to)
        case AgentPlan() | QueuePlan():
            pass
        case _:
            raise RefusedError("invalid-destination", happening.to)
    if number and exchange.engaged(number):
        raise RefusedError("line-busy", number)
    if happening.patience is not None and happening.patience <= 0:
        raise RefusedError("invalid-parameters", "patience must be positive")
    known = exchange.directory.customers.get(number)
    call = exchange.start_call(
        direction="inbound",
        calling=number,
        called=exchange.number_of(target),
        data={**(known.data if known else {}), **happening.data},
        dialogue=exchange.conversations.known(happening.dialogue),
    )
    name = happening.name if happening.name is not None else (known.name if known else "")
    party = exchange.add_party("originated", call, "customer", "connected", number=number, name=name)
    if happening.patience is not None:
        exchange.give_patience(party, happening.patience)
    exchange.reach(call, target)
    return Done(interaction=call.interaction, call=call.id, party=party.id)


def _meant(exchange: Exchange, happening: CustomerHangUp | CustomerAnswer) -> Party:
    """The outside party that is meant, by its call or by its number."""
    if happening.call or not happening.number:
        return outside(exchange, happening.call, happening.party)
    found = exchange.picture.engaged(normal(happening.number))
    if found is None:
        raise RefusedError("unknown-party", happening.number)
    return found


def outside(exchange: Exchange, call: str, named: str | None) -> Party:
    """The outside party of a running call that is meant: the customer, if none is named."""
    if call not in exchange.picture.calls:
        raise RefusedError("unknown-call", call)
    if exchange.picture.calls[call].ended is not None:
        raise RefusedError("call-ended", call)
    party = party_named(exchange, call, named or "customer")
    if party.role not in ("customer", "third_party"):
        raise RefusedError("unknown-party", named or "")
    return party
