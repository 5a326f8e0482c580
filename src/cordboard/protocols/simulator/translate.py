"""From the switch's journal to the canonical model: records -> events, and the picture -> snapshots.

The translator keeps a picture of its own, brought forward record by record, so that each event tells what was true at
its record and not what is true by now. Each record gives at most one event for each agent whose open segment the
record's call belongs to, and one for the queue concerned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from cordboard.model import events as e
from cordboard.model.entities import Callback, ConnectionState, Direction, Ending, Medium, Record as CrmRecord
from cordboard.model.ids import (
    CallId,
    ConnectionId,
    ContactId,
    LinkId,
    Millis,
    Subject,
    ThreadId,
    agent_subject,
    queue_subject,
    team_subject,
)
from cordboard.protocols.simulator import picture as p
from cordboard.protocols.simulator.centre import Centre
from cordboard.protocols.simulator.journal import Record
from cordboard.protocols.simulator.nouns import Nouns, cause, medium_of, wrap_up_limit

Told = tuple[Subject, e.Event]

PARTY_EVENTS: Mapping[str, type[e.CallEvent]] = {
    "service-initiated": e.ServiceInitiated,
    "originated": e.Originated,
    "queued": e.Queued,
    "delivered": e.Delivered,
    "established": e.Established,
    "held": e.Held,
    "retrieved": e.Retrieved,
    "parked": e.Held,
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
    "supervising": e.Established,
}
CALL_EVENTS: Mapping[str, type[e.CallEvent]] = {
    "call-information": e.CallInformation,
    "recording-started": e.CallInformation,
    "recording-stopped": e.CallInformation,
    "recording-paused": e.CallInformation,
    "recording-resumed": e.CallInformation,
    "call-cleared": e.CallCleared,
}
SEGMENT_KINDS = frozenset({"segment-wrap-up", "segment-closed", "disposition-set"})
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
        "segment-paused",
        "segment-changed",
    }
)
"""Records that the events around them imply: a contact opens with its first party, and becomes active with Established."""

_OPEN = ("offered", "dialling", "active", "paused")


class Translator:
    """Follows one switch for one link. `now` becomes its own."""

    def __init__(self, link: LinkId, centre: Centre, now: p.Picture) -> None:
        self._link = link
        self._centre = centre
        self._picture = now
        self._nouns = Nouns(link, centre, now)
        self._told: dict[str, set[str]] = {}
        """Segments by call: who was told of it."""
        for agent in now.agents:
            for segment in now.open_segments(agent):
                for call in segment.calls:
                    self._told.setdefault(call, set()).add(segment.id)

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
            case p.Segment() as segment if record.kind in SEGMENT_KINDS:
                yield agent_subject(segment.agent), self._segment(record, segment)
            case p.Agent() as agent:
                yield agent_subject(agent.id), self._agent(record, agent)
            case p.Duty() as duty:
                yield agent_subject(duty.agent), self._agent(record, duty)
            case p.Callback() as callback:
                yield self._callback_subject(callback), self._callback(record, callback)
            case p.Notice() as notice:
                yield from self._message(notice, record.at)
            case p.Utterance(call=call) | p.Suggestion(call=call) as said:
                for segment in self._concerned(call):
                    yield agent_subject(segment.agent), self._said(said, segment, record.at)
            case _:
                return

    def snapshots(self, at: Millis) -> Iterator[tuple[Subject, e.Snapshot]]:
        """Everything about each agent, each queue and each team, as of the last record."""
        nouns, picture = self._nouns, self._picture
        for plan in self._centre.agents:
            snapshot = e.Snapshot(
                link=self._link,
                at=at,
                profile=nouns.profile(plan),
                states=(
                    nouns.agent_state(picture.agents[plan.id]),
                    *(nouns.agent_state(duty) for duty in picture.duties.values() if duty.agent == plan.id),
                ),
                contacts=tuple(nouns.contact(item, at) for item in picture.open_segments(plan.id)),
                callbacks=self._promised(agent_subject(plan.id)),
            )
            yield agent_subject(plan.id), snapshot
        for queue in self._centre.queues:
            waiting = tuple(nouns.waiting(item, at) for item in self.waiting(queue.id))
            promised = self._promised(queue_subject(queue.id))
            snapshot = e.Snapshot(link=self._link, at=at, contacts=waiting, callbacks=promised)
            yield queue_subject(queue.id), snapshot
        for team in dict.fromkeys(plan.team for plan in self._centre.agents if plan.team):
            yield team_subject(team), e.Snapshot(link=self._link, at=at)

    def history(self, at: Millis) -> Iterator[Told]:
        """What was said and suggested so far in everything that is open, and written to teams, to be told after the snapshots."""
        for plan in self._centre.agents:
            for segment in self._picture.open_segments(plan.id):
                for call in segment.calls:
                    yield from self._history(segment, call)
        for notice in self._picture.notices.values():
            if notice.holds(at):
                yield from self._message(notice, notice.posted)

    def waiting(self, queue: str) -> list[p.Party]:
        """The parties that stand in a queue, oldest first."""
        parties = self._picture.parties.values()
        return [item for item in parties if item.state == "queued" and item.queue == queue]

    def begun_from(self, segment: str, record: CrmRecord | None, related: ContactId | None) -> None:
        """Note what a page named when it dialled, to be told with the contact."""
        self._nouns.begun_from(segment, record, related)

    def forget(self, before: Millis) -> None:
        """Drop what ended before this time."""
        self._picture.forget(before)

    # --- records -----------------------------------------------------------------------------------------------------

    def _party(self, record: Record, party: p.Party) -> Iterator[Told]:
        before = record.before.call if isinstance(record.before, p.Party) else party.call
        merged = CallId(before) if before != party.call else None
        call = self._picture.calls[party.call]
        more = self._common(record)
        if record.kind in ("transferred", "conferenced"):
            more["merged"] = merged
            more["aliases"] = self._aliases(record, party)
        elif record.kind == "digits":
            more["digits"] = record.data.get("digits", "")
        for segment in self._concerned(call.id):
            kind = self._kind(record, party, segment.agent)
            if kind is None:
                continue
            place = self._place(segment, call, party)
            if record.kind == "supervising":
                self._watched(segment, call, party, place, gone=kind is e.ConnectionCleared)
            if record.before is None and party.role == "customer":
                place.setdefault("contact_facts", e.ContactFacts(customer=self._nouns.customer(call)))
            if merged is not None:
                handed = record.kind == "transferred" and party.segment == segment.id
                place["contact_facts"] = self._nouns.contact_facts(segment, transferred=handed)
                place["call_facts"] = self._nouns.call_facts(call, segment)
            yield agent_subject(segment.agent), kind(**place, **more)
            if "call_facts" in place:
                yield from self._history(segment, call.id)
        if party.role == "queue" and party.queue is not None:
            yield from self._queue(record, party, call, queue_subject(party.queue))

    def _aliases(self, record: Record, party: p.Party) -> tuple[ThreadId, ...]:
        """The thread of a party that came from another matter."""
        before = record.before
        if not isinstance(before, p.Party) or before.interaction == party.interaction:
            return ()
        return (ThreadId(before.interaction),)

    def _call(self, record: Record, call: p.Call) -> Iterator[Told]:
        joined = isinstance(record.before, p.Call) and record.before.interaction != call.interaction
        for segment in self._concerned(call.id):
            event = CALL_EVENTS[record.kind](
                contact=ContactId(segment.id),
                call=CallId(call.id),
                call_facts=self._nouns.call_facts(call, segment),
                contact_facts=self._nouns.contact_facts(segment) if joined else None,
                by=ConnectionId(record.data["by"]) if "by" in record.data else None,
                **self._common(record),
            )
            yield agent_subject(segment.agent), event

    def _kind(self, record: Record, party: p.Party, viewer: str) -> type[e.CallEvent] | None:
        """The event that tells an agent of a party; None if they are to know nothing of it."""
        known = self._nouns.known_to(viewer, party)
        if record.kind != "supervising":
            return PARTY_EVENTS[record.kind] if known else None
        before = record.before if isinstance(record.before, p.Party) else None
        if self._nouns.known_to(viewer, before):
            return e.CallInformation if known else e.ConnectionCleared
        return e.Established if known else None

    def _watched(
        self, segment: p.Segment, call: p.Call, party: p.Party, place: dict[str, Any], *, gone: bool
    ) -> None:
        """What a supervisor's coming, going or other way to supervise changes for one agent."""
        if party.agent == segment.agent:
            place.setdefault("call_facts", self._nouns.call_facts(call, segment))
            place.setdefault("contact_facts", self._nouns.contact_facts(segment))
        if gone:
            here = self._nouns.connection(party)
            place["connections"] = (replace(here, state=ConnectionState.NULL, supervises=None),)

    def _segment(self, record: Record, segment: p.Segment) -> e.Event:
        contact, common = ContactId(segment.id), self._common(record)
        if record.kind == "disposition-set":
            facts = e.ContactFacts(disposition=segment.disposition or "")
            return e.CallInformation(
                contact=contact, call=CallId(segment.calls[-1]), contact_facts=facts, **common
            )
        ended = Ending(segment.ended_by or "completed")
        if record.kind == "segment-closed":
            return e.ContactClosed(contact=contact, ended_by=ended, **common)
        return e.WrapUpStarted(
            contact=contact, ended_by=ended, limit=wrap_up_limit(segment, record.at), **common
        )

    def _callback_subject(self, callback: p.Callback) -> Subject:
        return (
            queue_subject(callback.queue)
            if callback.queue is not None
            else agent_subject(callback.agent or "")
        )

    def _callback(self, record: Record, callback: p.Callback) -> e.Event:
        if record.kind == "callback-promised":
            return e.CallbackScheduled(callback=self._nouns.callback(callback), **self._common(record))
        return e.CallbackRemoved(callback=callback.id, **self._common(record))

    def _message(self, notice: p.Notice, at: Millis) -> Iterator[Told]:
        for team in notice.teams:
            message = self._nouns.message(notice)
            yield team_subject(team), e.TeamMessagePosted(link=self._link, at=at, message=message)

    def _promised(self, subject: Subject) -> tuple[Callback, ...]:
        return tuple(
            self._nouns.callback(item)
            for item in self._picture.promised()
            if self._callback_subject(item) == subject
        )

    def _history(self, segment: p.Segment, call: str) -> Iterator[Told]:
        for said in self._picture.said_in(call):
            yield agent_subject(segment.agent), self._said(said, segment, said.end)
        for made in self._picture.suggested_in(call):
            yield agent_subject(segment.agent), self._said(made, segment, 0)

    def _said(self, said: p.Utterance | p.Suggestion, segment: p.Segment, at: Millis) -> e.Event:
        if isinstance(said, p.Utterance):
            return e.Uttered(link=self._link, at=at, utterance=self._nouns.utterance(said, segment.id))
        return e.Suggested(link=self._link, at=at, suggestion=self._nouns.suggestion(said, segment.id))

    def _agent(self, record: Record, agent: p.Agent | p.Duty) -> e.AgentEvent:
        kind = AGENT_EVENTS[agent.state]
        if record.kind == "agent-logged-on" and agent.state == "not_ready":
            kind = e.AgentLoggedOn
        return kind(
            medium=medium_of(agent),
            reason=self._nouns.reason(agent.reason),
            pending=self._nouns.waiting_state(agent),
            chosen=self._nouns.chosen(agent),
            fault=self._nouns.fault(agent),
            **self._common(record),
        )

    def _queue(self, record: Record, party: p.Party, call: p.Call, subject: Subject) -> Iterator[Told]:
        """What a queue's own subject hears: who came to wait, and how the waiting ended."""
        contact = ContactId(party.id)
        if record.kind == "queued":
            facts = e.ContactFacts(
                thread=ThreadId(call.interaction),
                medium=Medium(call.medium) if call.medium != "voice" else None,
                direction=Direction(call.direction),
                queue=self._nouns.queue(party.queue),
                queued_at=party.since,
                customer=self._nouns.customer(call),
            )
            event = e.Queued(
                contact=contact,
                call=CallId(call.id),
                connections=self._nouns.present(call, None),
                contact_facts=facts,
                call_facts=self._nouns.call_facts(call),
                **self._common(record),
            )
            yield subject, event
        elif party.state == "null" and isinstance(record.before, p.Party) and record.before.state == "queued":
            ended = Ending.DIVERTED if record.kind == "diverted" else Ending.ABANDONED
            yield subject, e.ContactClosed(contact=contact, ended_by=ended, **self._common(record))

    # --- what a segment is told -----------------------------------------------------------------------------------------

    def _common(self, record: Record) -> dict[str, Any]:
        return {"link": self._link, "at": record.at, "cause": cause(record.cause)}

    def _concerned(self, call: str) -> list[p.Segment]:
        """The open segments that the call belongs to."""
        ids: dict[str, None] = {
            item.segment: None for item in self._picture.of_call(call) if item.segment is not None
        }
        ids.update(dict.fromkeys(sorted(self._told.get(call, ()))))
        found = [self._picture.segments[ident] for ident in ids]
        return [item for item in found if item.phase in _OPEN and call in item.calls]

    def _place(self, segment: p.Segment, call: p.Call, party: p.Party) -> dict[str, Any]:
        """Contact and call of an event; the first time also all that is known of both."""
        told = self._told.setdefault(call.id, set())
        place: dict[str, Any] = {"contact": ContactId(segment.id), "call": CallId(call.id)}
        if segment.id in told:
            return {**place, "connections": (self._nouns.connection(party),)}
        told.add(segment.id)
        return {
            **place,
            "connections": self._nouns.present(call, segment.agent, party),
            "contact_facts": self._nouns.contact_facts(segment),
            "call_facts": self._nouns.call_facts(call, segment, first=True),
        }
