"""A consult and its ends: reconnect, transfer, conference; going back and forth between two calls, and joining two."""

from __future__ import annotations

from typing import assert_never

from cordboard.protocols.simulator import joining
from cordboard.protocols.simulator.centre import AgentPlan
from cordboard.protocols.simulator.commands import (
    AlternateCall,
    ConferenceCall,
    Done,
    ReconnectCall,
    RefusedError,
    TransferCall,
)
from cordboard.protocols.simulator.exchange import Exchange
from cordboard.protocols.simulator.lines import active, destination, hold, own_party
from cordboard.protocols.simulator.picture import LIVE, Call, Party


def consult_from(exchange: Exchange, own: Party) -> Party | None:
    """The agent's end of the consult that they made from this call, while it lasts."""
    return next(
        (
            p
            for p in exchange.picture.of_agent(own.agent or "")
            if exchange.is_consulter(p) and exchange.picture.calls[p.call].parent == own.call
        ),
        None,
    )


def consult(exchange: Exchange, own: Party, call: Call, to: str) -> Done:
    """Hold the call and dial someone about it, in a call of its own."""
    plan = exchange.directory.agents[own.agent or ""]
    if own.state not in ("connected", "hold"):
        raise RefusedError("wrong-state", own.state)
    if not _others(exchange, own, answered=True):
        raise RefusedError("not-established", call.id)
    if any(exchange.is_consulter(p) for p in exchange.picture.of_agent(plan.id)):
        raise RefusedError("consult-exists", call.id)
    other = active(exchange, plan.id)
    if other is not None and other.id != own.id:
        raise RefusedError("another-call-active", other.call)
    target = destination(exchange, to)
    match target:
        case AgentPlan(id=agent) if any(
            p.interaction == call.interaction for p in exchange.picture.of_agent(agent)
        ):
            raise RefusedError("already-in-call", agent)
        case _:
            pass
    if own.state == "connected":
        hold(exchange, own, "consultation")
    made = exchange.start_call(
        direction="internal" if exchange.is_inside(target) else "outbound",
        calling=plan.extension,
        called=exchange.number_of(target),
        interaction=call.interaction,
        parent=call,
        previous=own.segment,
        data=dict(call.data),
    )
    segment = exchange.picture.segments[own.segment or ""]
    segment = exchange.change("segment-changed", segment, calls=(*segment.calls, made.id))
    party = exchange.dial(plan, made, segment, to)
    return Done(interaction=call.interaction, call=made.id, party=party.id, segment=segment.id)


def alternate(exchange: Exchange, command: AlternateCall) -> Done:
    """Hold the active call and retrieve the held one."""
    own = exchange.picture.of_agent(command.agent)
    held = [p for p in own if p.state == "hold" and not p.parked and command.call in (None, p.call)]
    talks = active(exchange, command.agent)
    if talks is None or len(held) != 1:
        raise RefusedError("wrong-state", "one call on hold and one active is what alternate needs")
    if talks.state == "initiated":
        raise RefusedError("call-being-set-up", talks.call)
    hold(exchange, talks, "alternate")
    now = exchange.move("retrieved", held[0], "connected", cause="alternate")
    return Done(interaction=now.interaction, call=now.call, party=now.id, segment=now.segment)


def finish(exchange: Exchange, command: ReconnectCall | TransferCall | ConferenceCall) -> Done:
    """End a consult in one of its three ways, or join two calls."""
    match command:
        case TransferCall(other=str(other)) | ConferenceCall(other=str(other)):
            return joining.join(exchange, command, other)
        case _:
            pass
    aside, main = _pair(exchange, command.agent, command.call)
    match command:
        case ReconnectCall():
            _reconnect(exchange, aside, main)
        case TransferCall():
            _transfer(exchange, aside, main)
        case ConferenceCall():
            _conference(exchange, aside, main)
        case _:
            assert_never(command)
    return Done(interaction=main.interaction, call=main.call, party=main.id, segment=main.segment)


def _pair(exchange: Exchange, agent: str, call: str) -> tuple[Party, Party]:
    """The agent's end of the consult and of the call it was made from; `call` is either."""
    own = own_party(exchange, agent, call)
    if not exchange.is_consulter(own):
        aside = consult_from(exchange, own)
        if aside is None:
            raise RefusedError("no-consult", call)
        return aside, own
    parent = exchange.picture.calls[own.call].parent
    main = next((p for p in exchange.picture.of_agent(agent) if p.call == parent), None)
    if main is None:
        raise RefusedError("call-ended", parent or "")
    return own, main


def _reconnect(exchange: Exchange, aside: Party, main: Party) -> None:
    _check_no_third(exchange, aside, main)
    exchange.move("connection-cleared", aside, "null", cause="reconnected")
    if main.state == "hold":
        exchange.move("retrieved", main, "connected", cause="reconnected")


def _transfer(exchange: Exchange, aside: Party, main: Party) -> None:
    if aside.state == "initiated":
        raise RefusedError("call-being-set-up", aside.call)
    if not _others(exchange, aside, answered=exchange.centre.rules.transfer_when == "answered"):
        raise RefusedError("consult-not-answered", aside.call)
    if not _others(exchange, main, answered=True):
        raise RefusedError("not-established", main.call)
    call = _merge(exchange, "transferred", aside, main)
    if main.segment is not None:
        exchange.touched.verdicts[main.segment] = "transferred"
    exchange.move("connection-cleared", main, "null", cause="transferred")
    exchange.change("call-information", call, previous=main.segment)


def _conference(exchange: Exchange, aside: Party, main: Party) -> None:
    if not _others(exchange, aside, answered=True):
        raise RefusedError("consult-not-answered", aside.call)
    _check_no_third(exchange, aside, main)
    _merge(exchange, "conferenced", aside, main)
    if main.state == "hold":
        exchange.move("retrieved", main, "connected", cause="conferenced")


def _merge(exchange: Exchange, kind: str, aside: Party, main: Party) -> Call:
    consult_call = exchange.picture.calls[aside.call]
    call = exchange.picture.calls[main.call]
    data = {**call.data, **consult_call.data}
    queue = consult_call.queue or call.queue
    if (data, queue) != (call.data, call.queue):
        call = exchange.change("call-information", call, data=data, queue=queue)
    exchange.move("connection-cleared", aside, "null", cause=kind)
    for party in exchange.picture.of_call(consult_call.id):
        if party.state in LIVE or party.state == "fail":
            exchange.transplant("transferred" if kind == "transferred" else "conferenced", party, call)
    for child in exchange.picture.running(call.interaction):
        if child.parent == consult_call.id:
            exchange.change("call-information", child, parent=call.id)
    exchange.change("call-cleared", consult_call, recording="", ended=exchange.now, into=call.id, why=kind)
    return call


def _others(exchange: Exchange, own: Party, *, answered: bool) -> list[Party]:
    wanted = ("connected", "hold") if answered else ("connected", "hold", "alerting", "queued")
    parties = exchange.picture.of_call(own.call)
    return [p for p in parties if p.id != own.id and p.state in wanted and not p.silent]


def _check_no_third(exchange: Exchange, aside: Party, main: Party) -> None:
    other = active(exchange, main.agent)
    if other is not None and other.id not in (aside.id, main.id):
        raise RefusedError("another-call-active", other.call)
