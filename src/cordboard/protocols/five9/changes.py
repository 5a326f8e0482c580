"""What happened between two pictures of a contact, in CSTA's events. Pure.

Five9 tells of a call whole, each time: a repeated frame changes nothing, and a picture that jumped over steps gives the events that lie
between, in an order that the tables of the model know.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from msgspec.structs import replace

from cordboard.model import events as e
from cordboard.model.entities import (
    AgentState,
    Availability,
    Call,
    Connection,
    ConnectionState as S,
    Contact,
    Ending,
    Phase,
)
from cordboard.model.ids import Millis
from cordboard.model.tables import AGENT_STATES

_STATES = {state: kind for kind, state in AGENT_STATES.items() if kind is not e.AgentLoggedOn}


def contact_events(old: Contact | None, new: Contact, at: Millis, cause: str = "") -> Iterator[e.Event]:
    """The events that lead from the one picture to the other; none if they say the same."""
    known = {call.id: call for call in old.calls} if old is not None else {}
    facts = _contact_facts(old, new)
    # What ends is told before what begins: an agent who goes from one call to the other is never in both.
    for call in sorted(new.calls, key=lambda call: not _left(known.get(call.id), call)):
        for event in _call_events(new, known.get(call.id), call, at, cause):
            yield event if facts is None else replace(event, contact_facts=facts)
            facts = None
    if facts is not None and old is not None and new.calls:
        yield e.CallInformation(
            link=new.link, at=at, contact=new.id, call=new.calls[0].id, contact_facts=facts
        )
    if new.phase is not Phase.CLOSED and new.phase is not Phase.WRAP_UP:
        return
    ended = new.ended_by or Ending.COMPLETED
    if new.phase is Phase.WRAP_UP and (old is None or old.phase is not Phase.WRAP_UP):
        yield e.WrapUpStarted(link=new.link, at=at, contact=new.id, ended_by=ended, cause=cause)
    elif new.phase is Phase.CLOSED and old is not None:
        yield e.ContactClosed(link=new.link, at=at, contact=new.id, ended_by=ended, cause=cause)


def agent_events(old: AgentState | None, new: AgentState, at: Millis) -> Iterator[e.Event]:
    """The event of an agent's state that changed."""
    if old is not None and replace(old, since=0) == replace(new, since=0):
        return
    kind: type[e.AgentEvent] = _STATES[new.state]
    if (old is None or old.state is Availability.NULL) and new.state is not Availability.NULL:
        yield e.AgentLoggedOn(link=new.link, at=at, medium=new.medium, reason=new.reason)
        if new.state is Availability.NOT_READY and new.pending is None:
            return
    yield kind(
        link=new.link,
        at=at,
        medium=new.medium,
        reason=new.reason,
        pending=new.pending,
        chosen=new.chosen,
        fault=new.fault,
    )


# --- calls ------------------------------------------------------------------------------------------------------------------


def _call_events(
    contact: Contact, old: Call | None, new: Call, at: Millis, cause: str
) -> Iterator[e.CallEvent]:
    about: dict[str, Any] = {"link": contact.link, "at": at, "contact": contact.id, "call": new.id}
    facts = _call_facts(old, new)
    if new.cleared:
        if old is None or old.cleared:
            if facts is not None and old is not None:
                yield e.CallInformation(**about, call_facts=facts)
            return
        gone = tuple(replace(item, state=S.NULL, cause=cause) for item in old.connections)
        yield e.CallCleared(**about, cause=cause, connections=gone, call_facts=facts)
        return
    if old is None or old.cleared:
        for event in _opening(new, about):
            yield replace(event, call_facts=facts) if facts is not None else event
            facts = None
        return
    for kind, items in _moves(old, new):
        yield kind(**about, cause=cause, connections=items, call_facts=facts)
        facts = None
    if facts is not None:
        yield e.CallInformation(**about, call_facts=facts)


def _opening(call: Call, about: dict[str, Any]) -> Iterator[e.CallEvent]:
    """The events with which a call comes into the picture, wherever it stands by then."""
    own, far = call.connections[:1], call.connections[1:]
    match own[0].state if own else S.NULL:
        case S.ALERTING:
            yield e.Delivered(**about, connections=call.connections)
        case S.INITIATED:
            yield e.ServiceInitiated(**about, connections=call.connections)
        case S.CONNECTED if all(item.state is S.ALERTING for item in far):
            yield e.Originated(**about, connections=own)
            yield e.Delivered(**about, connections=far)
        case S.HOLD:
            yield e.Established(
                **about,
                connections=tuple(
                    replace(item, state=S.CONNECTED, parked=False) for item in call.connections
                ),
            )
            yield e.Held(**about, connections=own)
        case _:
            yield e.Established(**about, connections=call.connections)


def _moves(old: Call, new: Call) -> Iterator[tuple[type[e.CallEvent], tuple[Connection, ...]]]:
    """What each connection did, those who did the same together; the agent's own first."""
    before = {item.id: item for item in old.connections}
    after = {item.id for item in new.connections}
    steps: list[tuple[type[e.CallEvent], Connection]] = []
    for item in new.connections:
        was = before[item.id].state if item.id in before else S.NULL
        if item.id in before and _same(before[item.id], item):
            continue
        if item.state is S.HOLD and was in (S.ALERTING, S.INITIATED):
            steps.append((e.Established, replace(item, state=S.CONNECTED, parked=False)))
            was = S.CONNECTED
        steps.append((_move(was, item, new), item))
    gone = [replace(item, state=S.NULL) for item in old.connections if item.id not in after]
    steps += [(e.ConnectionCleared, item) for item in gone]
    for kind, items in groupby(steps, key=lambda step: step[0]):
        yield kind, tuple(item for _, item in items)


def _move(was: S, item: Connection, call: Call) -> type[e.CallEvent]:
    match item.state:
        case S.INITIATED:
            return e.ServiceInitiated
        case S.ALERTING:
            return e.Delivered
        case S.QUEUED:
            return e.Queued
        case S.HOLD:
            return e.Held
        case S.FAIL:
            return e.Failed
        case S.NULL:
            return e.ConnectionCleared
        case S.CONNECTED if was is S.HOLD:
            return e.Retrieved
        case S.CONNECTED if was is S.INITIATED and any(one.state is S.ALERTING for one in call.connections):
            return e.Originated
        case S.CONNECTED if was is S.CONNECTED:
            return e.CallInformation
        case _:
            return e.Established


def _left(old: Call | None, new: Call) -> bool:
    """Whether the agent goes out of the call, or on hold."""
    if old is None or old.cleared or not old.connections:
        return False
    if new.cleared or not new.connections:
        return True
    return old.connections[0].state is not S.HOLD and new.connections[0].state is S.HOLD


def _same(old: Connection, new: Connection) -> bool:
    return replace(old, since=0) == replace(new, since=0)


# --- facts --------------------------------------------------------------------------------------------------------------------


def _contact_facts(old: Contact | None, new: Contact) -> e.ContactFacts | None:
    found = e.ContactFacts(
        thread=new.thread,
        direction=new.direction,
        queue=new.queue,
        campaign=new.campaign or None,
        campaign_name=new.campaign_name or None,
        callback=new.callback or None,
        customer=new.customer,
        transferred_by=new.transferred_by,
        disposition=new.disposition or None,
    )
    return found if old is None else _news(found, _contact_facts(None, old))


def _call_facts(old: Call | None, new: Call) -> e.CallFacts | None:
    found = e.CallFacts(
        kind=new.kind,
        direction=new.direction,
        vendor_id=new.vendor_id,
        references=new.references,
        ani=new.ani or None,
        dnis=new.dnis or None,
        dialled=new.dialled or None,
        data=new.data,
        recording=new.recording,
        initiation=new.initiation or None,
    )
    return found if old is None else _news(found, _call_facts(None, old))


def _news(found: Any, before: Any) -> Any:  # noqa: ANN401 - facts of either kind
    """The facts that are others than before; `None` if none is."""
    if found == before:  # as nearly always
        return None
    # Not `structs.fields`, which reads all annotations anew each time.
    same = {name: None for name in found.__struct_fields__ if getattr(found, name) == getattr(before, name)}
    left = replace(found, **same)
    return left if left != type(found)() else None
