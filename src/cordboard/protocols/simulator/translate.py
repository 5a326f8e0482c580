"""From the switch's journal to the canonical model: records -> events, and the picture -> snapshots.

The translator keeps a picture of its own, brought forward record by record, so that each event tells what was true at
its record and not what is true by now. Each record gives at most one event for each agent whose open segment the
record's call belongs to, and one for the queue concerned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cordboard.model import events as e
from cordboard.model.entities import (
    AgentProfile,
    AgentState,
    AttachedData,
    Availability,
    Call,
    CallKind,
    Connection,
    ConnectionState,
    Contact,
    Device,
    Direction,
    Ending,
    Medium,
    Participant,
    PendingState,
    Phase,
    Queue,
    Reason,
    ReasonKind,
    Role,
    Stamp,
    Stamps,
    Team,
)
from cordboard.model.ids import (
    AgentId,
    CallId,
    ConnectionId,
    ContactId,
    LinkId,
    QueueId,
    Subject,
    TeamId,
    ThreadId,
    agent_subject,
    queue_subject,
)
from cordboard.protocols.simulator import picture as p
from cordboard.protocols.simulator.centre import AgentPlan, Centre
from cordboard.protocols.simulator.journal import Record

Told = tuple[Subject, e.Event]

PARTY_EVENTS: Mapping[str, type[e.CallEvent]] = {
    "service-initiated": e.ServiceInitiated,
    "originated": e.Originated,
    "queued": e.Queued,
    "delivered": e.Delivered,
    "established": e.Established,
    "held": e.Held,
    "retrieved": e.Retrieved,
    "held-alone": e.Held,
    "retrieved-alone": e.Retrieved,
    "diverted": e.Diverted,
    "failed": e.Failed,
    "transferred": e.Transferred,
    "conferenced": e.Conferenced,
    "connection-cleared": e.ConnectionCleared,
    "muted": e.MicrophoneMute,
    "unmuted": e.MicrophoneMute,
    "digits": e.DigitsGenerated,
}
CALL_EVENTS: Mapping[str, type[e.CallEvent]] = {
    "call-information": e.CallInformation,
    "recording-started": e.CallInformation,
    "recording-stopped": e.CallInformation,
    "call-cleared": e.CallCleared,
}
AGENT_EVENTS: Mapping[p.AgentState, type[e.AgentEvent]] = {
    "null": e.AgentLoggedOff,
    "not_ready": e.AgentNotReady,
    "ready": e.AgentReady,
    "busy": e.AgentBusy,
    "working_after_call": e.AgentWorkingAfterCall,
}
UNTOLD = frozenset(
    {
        "interaction-started",
        "interaction-ended",
        "call-started",
        "call-answered",
        "segment-offered",
        "segment-dialling",
        "segment-active",
        "segment-changed",
    }
)
"""Records that the events around them imply: a contact opens with its first party, and becomes active with Established."""

_OPEN = ("offered", "dialling", "active")


class Translator:
    """Follows one switch for one link."""

    def __init__(self, link: LinkId, centre: Centre, now: p.Picture) -> None:
        self._link = link
        self._centre = centre
        self._picture = now
        self._told: dict[str, set[str]] = {}
        """Segments by call: who was told of it."""
        self._plans = {plan.id: plan for plan in centre.agents}
        for segment in now.segments.values():
            if segment.phase != "closed":
                for call in segment.calls:
                    self._told.setdefault(call, set()).add(segment.id)

    # --- records -----------------------------------------------------------------------------------------------------

    def translate(self, record: Record) -> Iterator[Told]:
        """The events of one record, which is the next one."""
        self._picture.put(record.after)
        match record.after:
            case p.Party() as party:
                yield from self._party(record, party)
            case p.Call() as call if record.kind in CALL_EVENTS:
                yield from self._call(record, call)
                if record.kind == "call-cleared":
                    self._told.pop(call.id, None)
            case p.Segment() as segment:
                yield from self._segment(record, segment)
            case p.Agent() as agent:
                yield agent_subject(agent.id), self._agent(record, agent)
            case _:
                return

    def _party(self, record: Record, party: p.Party) -> Iterator[Told]:
        kind = PARTY_EVENTS[record.kind]
        before = record.before.call if isinstance(record.before, p.Party) else party.call
        merged = CallId(before) if before != party.call else None
        call = self._picture.calls[party.call]
        for segment in self._concerned(call.id, merged):
            event = kind(
                **self._place(segment, call, party),
                link=self._link,
                at=record.at,
                cause=record.cause or "",
                **self._more(record, merged),
            )
            yield agent_subject(segment.agent), event
        if party.role == "queue":
            yield from self._queue(record, party, call)

    def _more(self, record: Record, merged: CallId | None) -> dict[str, Any]:
        if record.kind in ("transferred", "conferenced"):
            return {"merged": merged}
        return {"digits": record.data.get("digits", "")} if record.kind == "digits" else {}

    def _call(self, record: Record, call: p.Call) -> Iterator[Told]:
        for segment in self._concerned(call.id, None):
            yield (
                agent_subject(segment.agent),
                CALL_EVENTS[record.kind](
                    contact=ContactId(segment.id),
                    call=CallId(call.id),
                    link=self._link,
                    at=record.at,
                    cause=record.cause or "",
                    call_facts=self._call_facts(call),
                    contact_facts=e.ContactFacts(queue=self._queue_of(call.queue)),
                ),
            )

    def _segment(self, record: Record, segment: p.Segment) -> Iterator[Told]:
        common: dict[str, Any] = {"link": self._link, "at": record.at, "cause": record.cause or ""}
        contact = ContactId(segment.id)
        match record.kind:
            case "segment-wrap-up":
                ended = Ending(segment.ended_by or "completed")
                yield agent_subject(segment.agent), e.WrapUpStarted(contact=contact, ended_by=ended, **common)
            case "segment-closed":
                ended = Ending(segment.ended_by or "completed")
                yield agent_subject(segment.agent), e.ContactClosed(contact=contact, ended_by=ended, **common)
            case "disposition-set":
                facts = e.ContactFacts(disposition=segment.disposition or "")
                call = CallId(segment.calls[-1])
                event = e.CallInformation(contact=contact, call=call, contact_facts=facts, **common)
                yield agent_subject(segment.agent), event
            case _:
                return

    def _agent(self, record: Record, agent: p.Agent) -> e.AgentEvent:
        kind = AGENT_EVENTS[agent.state]
        if record.kind == "agent-logged-on":
            kind = e.AgentLoggedOn if agent.state == "not_ready" else e.AgentReady
        return kind(
            link=self._link,
            at=record.at,
            cause=record.cause or "",
            reason=self._reason(agent.reason),
            pending=self._pending(agent.pending),
            fault=self._fault(agent),
        )

    def _queue(self, record: Record, party: p.Party, call: p.Call) -> Iterator[Told]:
        """What a queue's own subject hears: who came to wait, and how the waiting ended."""
        if party.queue is None:
            return
        contact = ContactId(party.id)
        common: dict[str, Any] = {"link": self._link, "at": record.at, "cause": record.cause or ""}
        if party.state == "queued":
            if record.kind != "queued":
                return
            waiting = tuple(
                self._connection(item) for item in self._picture.of_call(call.id) if item.state != "null"
            )
            event = e.Queued(
                contact=contact,
                call=CallId(call.id),
                connections=waiting,
                contact_facts=e.ContactFacts(
                    thread=ThreadId(call.interaction),
                    direction=Direction(call.direction),
                    queue=self._queue_of(party.queue),
                    queued_at=party.since,
                    customer=self._customer(call),
                ),
                call_facts=self._call_facts(call),
                **common,
            )
            yield queue_subject(party.queue), event
        elif isinstance(record.before, p.Party) and record.before.state == "queued":
            ended = Ending.DIVERTED if record.kind == "diverted" else Ending.ABANDONED
            yield queue_subject(party.queue), e.ContactClosed(contact=contact, ended_by=ended, **common)

    # --- what a segment is told -----------------------------------------------------------------------------------------

    def _concerned(self, call: str, merged: CallId | None) -> list[p.Segment]:
        """The open segments that the call belongs to, or from which it takes a party over."""
        ids: dict[str, None] = {
            item.segment: None for item in self._picture.of_call(call) if item.segment is not None
        }
        ids.update(dict.fromkeys(sorted(self._told.get(call, ()))))
        found = [self._picture.segments[ident] for ident in ids]
        return [
            item for item in found if item.phase in _OPEN and (call in item.calls or merged in item.calls)
        ]

    def _place(self, segment: p.Segment, call: p.Call, party: p.Party) -> dict[str, Any]:
        """Contact and call of an event; the first time also all that is known of both."""
        told = self._told.setdefault(call.id, set())
        place: dict[str, Any] = {"contact": ContactId(segment.id), "call": CallId(call.id)}
        if segment.id in told:
            return {**place, "connections": (self._connection(party),)}
        told.add(segment.id)
        present = tuple(
            self._connection(item)
            for item in self._picture.of_call(call.id)
            if item.state != "null" or item.id == party.id
        )
        facts = self._contact_facts(segment, call)
        return {**place, "connections": present, "contact_facts": facts, "call_facts": self._call_facts(call)}

    def _contact_facts(self, segment: p.Segment, call: p.Call) -> e.ContactFacts:
        origin = self._first(segment)
        return e.ContactFacts(
            thread=ThreadId(segment.interaction),
            previous=ContactId(segment.previous) if segment.previous else None,
            origin=ContactId(origin) if origin else None,
            direction=Direction(segment.direction),
            queue=self._queue_of(segment.queue),
            customer=self._customer(call),
        )

    def _first(self, segment: p.Segment) -> str | None:
        first = segment.previous
        while (
            first is not None and (older := self._picture.segments.get(first)) is not None and older.previous
        ):
            first = older.previous
        return first

    def _call_facts(self, call: p.Call) -> e.CallFacts:
        return e.CallFacts(
            kind=CallKind(call.kind),
            direction=Direction(call.direction),
            vendor_id=call.id,
            ani=call.calling,
            dnis=call.called if call.direction == "inbound" else None,
            dialled=call.called if call.direction != "inbound" else None,
            data=AttachedData(peripheral=dict(call.data)),
            wrap_up_reason=call.wrap_up_reason or "",
            recording="recording" if call.recording else "",
        )

    def _customer(self, call: p.Call) -> Participant | None:
        """The customer of the matter: of this call, or of the one that it is a consult about."""
        seen: set[str] = set()
        at: p.Call | None = call
        while at is not None and at.id not in seen:
            seen.add(at.id)
            for item in self._picture.of_call(at.id):
                if item.role == "customer":
                    return self._participant(item)
            at = self._picture.calls.get(at.parent) if at.parent else None
        return None

    def _participant(self, party: p.Party) -> Participant:
        ident = party.agent or party.queue or ""
        return Participant(
            role=Role(party.role),
            id=ident if party.role in ("agent", "queue") else "",
            name=party.name,
            number=party.number,
        )

    def _connection(self, party: p.Party) -> Connection:
        alone = party.held_by is not None
        plan = self._plans.get(party.agent or "")
        return Connection(
            id=ConnectionId(party.id),
            participant=self._participant(party),
            state=ConnectionState.HOLD
            if alone and party.state == "connected"
            else ConnectionState(party.state),
            device=plan.station if plan is not None else "",
            muted=party.muted,
            held_alone=alone,
            cause=party.cause or "",
            since=party.since,
        )

    def _queue_of(self, ident: str | None) -> Queue | None:
        plan = next((item for item in self._centre.queues if item.id == ident), None)
        return Queue(id=QueueId(plan.id), name=plan.name, number=plan.number) if plan is not None else None

    def _reason(self, code: str | None) -> Reason | None:
        if not code:
            return None
        for use in ("not_ready", "logout"):
            found = self._centre.reason(use, code)
            if found is not None:
                return _model_reason(
                    found.code, found.label, ReasonKind(use), found.limit, productive=found.productive
                )
        return Reason(code=code)

    def _pending(self, stance: p.Stance | None) -> PendingState | None:
        if stance is None:
            return None
        return PendingState(state=Availability(stance.state), reason=self._reason(stance.reason))

    def _fault(self, agent: p.Agent) -> str:
        no_answer = self._centre.rules.no_answer_reason
        return "no-answer" if agent.state == "not_ready" and agent.reason == no_answer else ""

    # --- snapshots -------------------------------------------------------------------------------------------------------

    def snapshots(self, at: int) -> Iterator[tuple[Subject, e.Snapshot]]:
        """Everything about each agent and each queue, as of the last record."""
        for plan in self._centre.agents:
            agent = self._picture.agents[plan.id]
            state = AgentState(
                link=self._link,
                state=Availability(agent.state),
                reason=self._reason(agent.reason),
                pending=self._pending(agent.pending),
                fault=self._fault(agent),
                since=agent.since,
            )
            contacts = tuple(self._contact(item, at) for item in self._picture.open_segments(plan.id))
            profile = self._profile(plan)
            yield (
                agent_subject(plan.id),
                e.Snapshot(link=self._link, at=at, profile=profile, states=(state,), contacts=contacts),
            )
        for queue in self._centre.queues:
            waiting = tuple(
                self._waiting(item, at)
                for item in self._picture.parties.values()
                if item.role == "queue" and item.queue == queue.id and item.state == "queued"
            )
            yield queue_subject(queue.id), e.Snapshot(link=self._link, at=at, contacts=waiting)

    def _contact(self, segment: p.Segment, at: int) -> Contact:
        calls = tuple(self._whole_call(self._picture.calls[ident]) for ident in segment.calls)
        facts = self._contact_facts(segment, self._picture.calls[segment.calls[0]])
        moment = Stamp(vendor=segment.started, ours=at)
        return Contact(
            id=ContactId(segment.id),
            link=self._link,
            agent=AgentId(segment.agent),
            thread=ThreadId(segment.interaction),
            previous=facts.previous,
            origin=facts.origin,
            direction=Direction(segment.direction),
            phase=Phase(segment.phase),
            phase_since=Stamp(vendor=segment.answered or segment.started, ours=at),
            created=moment,
            ended_by=Ending(segment.ended_by) if segment.ended_by else None,
            customer=facts.customer,
            queue=facts.queue,
            disposition=segment.disposition or "",
            calls=calls,
        )

    def _waiting(self, party: p.Party, at: int) -> Contact:
        call = self._picture.calls[party.call]
        return Contact(
            id=ContactId(party.id),
            link=self._link,
            thread=ThreadId(call.interaction),
            direction=Direction(call.direction),
            phase=Phase.OFFERED,
            phase_since=Stamp(vendor=party.since, ours=at),
            created=Stamp(vendor=party.since, ours=at),
            queued=Stamp(vendor=party.since, ours=at),
            customer=self._customer(call),
            queue=self._queue_of(party.queue),
            calls=(self._whole_call(call),),
        )

    def _whole_call(self, call: p.Call) -> Call:
        facts = self._call_facts(call)
        connections = tuple(
            self._connection(item) for item in self._picture.of_call(call.id) if item.state != "null"
        )
        return Call(
            id=CallId(call.id),
            vendor_id=call.id,
            kind=CallKind(call.kind),
            direction=Direction(call.direction),
            ani=call.calling,
            dnis=facts.dnis or "",
            dialled=facts.dialled or "",
            data=facts.data or AttachedData(),
            wrap_up_reason=call.wrap_up_reason or "",
            recording=facts.recording or "",
            stamps=Stamps(
                created=Stamp(vendor=call.started),
                connected=Stamp(vendor=call.answered or 0),
                ended=Stamp(vendor=call.ended or 0),
            ),
            connections=connections,
            cleared=call.ended is not None,
        )

    def _profile(self, plan: AgentPlan) -> AgentProfile:
        served = [queue for queue in self._centre.queues if queue.id in plan.queues]
        first, _, last = plan.name.partition(" ")
        return AgentProfile(
            id=AgentId(plan.id),
            login=plan.login,
            name=plan.name,
            first_name=first,
            last_name=last,
            extension=plan.extension,
            device=Device(kind="desk", number=plan.extension),
            roles=tuple(plan.roles),
            team=TeamId(plan.team) if plan.team else None,
            teams=(Team(id=TeamId(plan.team), name=plan.team),) if plan.team else (),
            queues=tuple(Queue(id=QueueId(item.id), name=item.name, number=item.number) for item in served),
            default_queue=QueueId(served[0].id) if served else None,
            skills=dict(plan.skills),
            reasons=tuple(
                _model_reason(
                    item.code, item.label, ReasonKind(item.use), item.limit, productive=item.productive
                )
                for item in self._centre.reasons
            ),
            dispositions=tuple(
                Reason(code=item.code, label=item.label) for item in self._centre.dispositions
            ),
            capacity={Medium.VOICE: 1},
            permissions=("outbound",),
        )


def _model_reason(code: str, label: str, kind: ReasonKind, limit: int, *, productive: bool) -> Reason:
    return Reason(code=code, label=label, kind=kind, productive=productive, limit=limit)
