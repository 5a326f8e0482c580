"""Joining two calls of one agent's that are no consult of each other: a parked one with another, or one on hold with an active one.

They are two matters until then. The call that is named first goes on, and the other one's parties come into it and into its
interaction; the agent's part in the other one ends without wrap-up, since what is said of the matter is said of the one that goes on.
"""

from __future__ import annotations

from cordboard.protocols.simulator.commands import ConferenceCall, Done, RefusedError, TransferCall
from cordboard.protocols.simulator.consequences import talking
from cordboard.protocols.simulator.exchange import Exchange
from cordboard.protocols.simulator.journal import Kind
from cordboard.protocols.simulator.lines import own_party
from cordboard.protocols.simulator.picture import LIVE, Call, Party


def join(exchange: Exchange, command: TransferCall | ConferenceCall, other: str) -> Done:
    """Let the two be one, with the agent in it or without. `other`: the call that ceases to be."""
    stays, gone = own_party(exchange, command.agent, command.call), own_party(exchange, command.agent, other)
    _check(exchange, stays, gone, parts=isinstance(command, TransferCall))
    if isinstance(command, TransferCall):
        call = _merge(exchange, "transferred", gone, stays)
        if stays.segment is not None:
            exchange.touched.verdicts[stays.segment] = "transferred"
        exchange.move("connection-cleared", stays, "null", cause="transferred")
        exchange.change("call-information", call, previous=stays.segment)
    else:
        _merge(exchange, "conferenced", gone, stays)
        if stays.state == "hold":
            exchange.move("retrieved", stays, "connected", cause="conferenced")
    return Done(interaction=stays.interaction, call=stays.call, party=stays.id, segment=stays.segment)


def _check(exchange: Exchange, stays: Party, gone: Party, *, parts: bool) -> None:
    """Refuse what cannot be joined. `parts`: the agent leaves the two to each other."""
    both = (stays, gone)
    if any(p.supervises is not None for p in both):
        raise RefusedError("supervising", gone.call)
    if any(p.medium != "voice" for p in both):
        raise RefusedError("wrong-medium", gone.call)
    active = sum(p.state == "connected" for p in both)
    parked = any(p.parked for p in both)
    held = all(p.state in ("connected", "hold") for p in both) and stays.id != gone.id
    if not held or active > 1 or (active == 0 and not (parts and parked)):
        raise RefusedError(
            "wrong-state", "an active call and one that is on hold or parked are what can be joined"
        )
    for own in both:
        call = exchange.picture.calls[own.call]
        if any(c.id != call.id for c in exchange.picture.running(call.interaction)) or call.kind != "main":
            raise RefusedError("consult-exists", call.id)
        if not any(talking(p) for p in exchange.picture.of_call(call.id) if p.id != own.id):
            raise RefusedError("not-established", call.id)
    agents = [{p.agent for p in exchange.picture.live_in(own.call) if p.agent != own.agent} for own in both]
    if shared := (agents[0] & agents[1]) - {None}:
        raise RefusedError("already-in-call", str(min(shared, key=str)))


def _merge(exchange: Exchange, kind: Kind, gone: Party, stays: Party) -> Call:
    old, call = exchange.picture.calls[gone.call], exchange.picture.calls[stays.call]
    data = {**old.data, **call.data}
    if data != call.data:
        call = exchange.change("call-information", call, data=data)
    if gone.segment is not None:
        segment = exchange.picture.segments[gone.segment]
        if segment.wraps:
            exchange.change("segment-changed", segment, wraps=False)
        exchange.touched.verdicts[segment.id] = "transferred"
    exchange.move("connection-cleared", gone, "null", cause=kind)
    for party in exchange.picture.of_call(old.id):
        if party.state in LIVE or party.state == "fail":
            exchange.transplant(kind, party, call)
    before = old.interaction
    old = exchange.change(
        "call-cleared",
        old,
        interaction=call.interaction,
        recording="",
        ended=exchange.now,
        into=call.id,
        why=kind,
    )
    exchange.campaigns.over(old)
    exchange.change("interaction-ended", exchange.picture.interactions[before], ended=exchange.now)
    return call
