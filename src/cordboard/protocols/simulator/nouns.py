"""The switch's things in the canonical model's nouns: agents, contacts, calls, connections. Pure look-ups in a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordboard.model import events as e
from cordboard.model.entities import (
    AgentProfile,
    AgentState,
    AttachedData,
    Availability,
    Call,
    Callback,
    CallKind,
    Connection,
    ConnectionState,
    Contact,
    Device,
    Direction,
    Ending,
    ListRecord,
    Medium,
    Participant,
    PendingState,
    Phase,
    Queue,
    Reason,
    ReasonKind,
    Record,
    Role,
    Stamp,
    Stamps,
    Suggestion,
    SuperviseAction,
    Team,
    TeamMessage,
    Utterance,
)
from cordboard.model.ids import (
    AgentId,
    CallId,
    ConnectionId,
    ContactId,
    LinkId,
    Millis,
    QueueId,
    TeamId,
    ThreadId,
)
from cordboard.protocols.simulator import picture as p
from cordboard.protocols.simulator.centre import AgentPlan, Centre

CAUSES: Mapping[str, str] = {"hang-up": "normal", "dropped": "normal"}
"""The switch's words for why -> the model's, where they differ."""


class Nouns:
    """What a link says of the things in one picture, as they are now."""

    def __init__(self, link: LinkId, centre: Centre, picture: p.Picture) -> None:
        self._link = link
        self._centre = centre
        self._picture = picture
        self._origins: dict[str, tuple[Record | None, ContactId | None]] = {}
        self._plans = {plan.id: plan for plan in centre.agents}
        self._queues = {
            plan.id: Queue(
                id=QueueId(plan.id), name=plan.name, number=plan.number, medium=Medium(plan.medium)
            )
            for plan in centre.queues
        }

    # --- agents ------------------------------------------------------------------------------------------------------

    def agent_state(self, agent: p.Agent | p.Duty) -> AgentState:
        """The agent's state for voice, or for what the duty is."""
        return AgentState(
            link=self._link,
            medium=medium_of(agent),
            state=Availability(agent.state),
            reason=self.reason(agent.reason),
            pending=self.waiting_state(agent),
            chosen=self.chosen(agent),
            fault=self.fault(agent),
            since=agent.since,
        )

    def reason(self, code: str | None) -> Reason | None:
        """The reason of this code, as the centre lists it."""
        if not code:
            return None
        for use in ("not_ready", "logout"):
            found = self._centre.reason(use, code)
            if found is not None:
                return _reason(found.code, found.label, use, found.limit, productive=found.productive)
        return Reason(code=code)

    def pending(self, stance: p.Stance | None) -> PendingState | None:
        """A stance that was chosen for later."""
        if stance is None:
            return None
        return PendingState(state=Availability(stance.state), reason=self.reason(stance.reason))

    def waiting_state(self, agent: p.Agent | p.Duty) -> PendingState | None:
        """What the agent asked for in a contact, if this centre tells."""
        return self.pending(agent.pending) if self._centre.rules.pending == "told" else None

    def chosen(self, agent: p.Agent | p.Duty) -> PendingState | None:
        """What the agent goes back to after a contact, while one hides it."""
        return self.pending(agent.resume) if agent.state in ("busy", "working_after_call") else None

    def fault(self, agent: p.Agent | p.Duty) -> str:
        """Why the switch holds the agent back."""
        no_answer = self._centre.rules.no_answer_reason
        return "no-answer" if agent.state == "not_ready" and agent.reason == no_answer else ""

    def profile(self, plan: AgentPlan) -> AgentProfile:
        """Who the agent is, and what the centre lets them use."""
        served = [self._queues[queue] for queue in self._queues if queue in plan.queues]
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
            teams=tuple(Team(id=TeamId(name), name=name) for name in _teams(plan)),
            supervises=tuple(map(TeamId, plan.teams)),
            queues=tuple(served),
            default_queue=served[0].id if served else None,
            skills=dict(plan.skills),
            reasons=tuple(
                _reason(item.code, item.label, item.use, item.limit, productive=item.productive)
                for item in self._centre.reasons
            ),
            dispositions=tuple(
                Reason(code=item.code, label=item.label, kind=ReasonKind.DISPOSITION)
                for item in self._centre.dispositions
            ),
            capacity={Medium(medium): number for medium, number in plan.capacity.items()},
            permissions=("outbound",),
        )

    # --- contacts ----------------------------------------------------------------------------------------------------

    def begun_from(self, segment: str, record: Record | None, related: ContactId | None) -> None:
        """Note what a page named when it dialled: the switch has no place for it."""
        self._origins[segment] = (record, related)

    def contact_facts(self, segment: p.Segment, *, transferred: bool = False) -> e.ContactFacts:
        """What is known of an agent's part in a matter; `transferred`: it is being transferred to them right now."""
        origin = self._first(segment)
        before = self._picture.segments.get(segment.previous or "")
        handed = transferred or self._handed_on(segment)
        by = self._plans[before.agent] if before is not None and handed else None
        record, related = self._origins.get(segment.id, (None, None))
        call = self._picture.calls[segment.calls[0]]
        dialler = self._from_dialler(call)
        promised_in = dialler.pop("related", None)
        return e.ContactFacts(
            thread=ThreadId(segment.interaction),
            previous=ContactId(segment.previous) if segment.previous else None,
            origin=ContactId(origin) if origin else None,
            medium=Medium(segment.medium) if segment.medium != "voice" else None,
            direction=Direction(segment.direction),
            queue=self.queue(segment.queue),
            customer=self.customer(call),
            **dialler,
            subject=call.subject or None,
            text=call.text or None,
            links=tuple(Record(kind="link", id=url, name=name, url=url) for name, url in call.links) or None,
            variety=call.variety or None,
            transferred_by=None if by is None else _colleague(by),
            related_record=record,
            related=related or promised_in,
        )

    def contact(self, segment: p.Segment, at: Millis) -> Contact:
        """An agent's part in a matter, whole."""
        facts = self.contact_facts(segment)
        begun = Stamp(vendor=segment.started, ours=at)
        return Contact(
            id=ContactId(segment.id),
            link=self._link,
            agent=AgentId(segment.agent),
            thread=ThreadId(segment.interaction),
            previous=facts.previous,
            origin=facts.origin,
            medium=Medium(segment.medium),
            direction=Direction(segment.direction),
            phase=Phase(segment.phase),
            phase_since=Stamp(vendor=segment.answered or segment.started, ours=at),
            created=begun,
            ended_by=Ending(segment.ended_by) if segment.ended_by else None,
            customer=facts.customer,
            queue=facts.queue,
            transferred_by=facts.transferred_by,
            campaign=facts.campaign or "",
            campaign_name=facts.campaign_name or "",
            campaign_mode=facts.campaign_mode or "",
            list_record=facts.list_record,
            callback=facts.callback or "",
            related=facts.related,
            subject=facts.subject or "",
            text=facts.text or "",
            links=facts.links or (),
            variety=facts.variety or "",
            disposition=segment.disposition or "",
            wrap_up_limit=wrap_up_limit(segment, at),
            calls=tuple(self._call(self._picture.calls[ident], segment) for ident in segment.calls),
        )

    def callback(self, made: p.Callback) -> Callback:
        """A call that was promised."""
        return Callback(
            id=made.id,
            number=made.number,
            name=made.name,
            due=made.due,
            agent=AgentId(made.agent) if made.agent is not None else None,
            queue=QueueId(made.queue) if made.queue is not None else None,
            thread=ThreadId(made.interaction or ""),
            contact=ContactId(made.segment) if made.segment is not None else None,
            text=made.text,
        )

    def _from_dialler(self, call: p.Call) -> dict[str, Any]:
        """Campaign, entry and callback of a call."""
        facts: dict[str, Any] = {}
        plan = next((item for item in self._centre.campaigns if item.id == call.campaign), None)
        if plan is not None:
            facts |= {"campaign": plan.id, "campaign_name": plan.name, "campaign_mode": plan.mode}
            entry = self._picture.entries.get(call.entry or "")
            if entry is not None:
                facts["list_record"] = ListRecord(
                    id=entry.id, list=plan.list, fields=entry.fields, attempt=max(1, entry.attempt)
                )
        if call.callback is not None:
            facts["callback"] = call.callback
            promise = self._picture.callbacks.get(call.callback)
            if promise is not None and promise.segment is not None:
                facts["related"] = ContactId(promise.segment)
        return facts

    def waiting(self, party: p.Party, at: Millis) -> Contact:
        """A stay in a queue, as the queue's own contact."""
        call = self._picture.calls[party.call]
        since = Stamp(vendor=party.since, ours=at)
        return Contact(
            id=ContactId(party.id),
            link=self._link,
            thread=ThreadId(call.interaction),
            medium=Medium(call.medium),
            direction=Direction(call.direction),
            phase=Phase.OFFERED,
            phase_since=since,
            created=since,
            queued=since,
            customer=self.customer(call),
            queue=self.queue(party.queue),
            calls=(self._call(call, None),),
        )

    def queue(self, ident: str | None) -> Queue | None:
        """The queue of this id."""
        return self._queues.get(ident or "")

    def customer(self, call: p.Call) -> Participant | None:
        """The customer of the matter: of this call, of the one that it has become part of, or of the one that it is a consult about."""
        seen: set[str] = set()
        at: p.Call | None = call
        while at is not None and at.id not in seen:
            seen.add(at.id)
            if at.kind == "reservation":
                known = self._picture.entries.get(at.entry or "") or self._picture.callbacks.get(
                    at.callback or ""
                )
                name = known.name if known is not None else ""
                return Participant(role=Role.CUSTOMER, number=at.called, name=name)
            for item in self._picture.of_call(at.id):
                if item.role == "customer":
                    return _participant(item)
            at = self._picture.calls.get(at.into or at.parent or "")
        return None

    def message(self, notice: p.Notice) -> TeamMessage:
        """What a supervisor wrote to teams."""
        return TeamMessage(
            id=notice.id,
            author=AgentId(notice.agent),
            name=self._plans[notice.agent].name,
            content=notice.text,
            teams=tuple(map(TeamId, notice.teams)),
            created=notice.posted,
            duration=notice.seconds,
        )

    # --- what was said -----------------------------------------------------------------------------------------------

    def utterance(self, said: p.Utterance, contact: str) -> Utterance:
        """What was said, as part of this contact."""
        return Utterance(
            id=said.id,
            contact=ContactId(contact),
            call=CallId(said.call),
            role=Role(said.role),
            author=AgentId(said.agent) if said.agent is not None else None,
            name=said.name,
            text=said.text,
            confidence=said.confidence,
            start=said.start,
            end=said.end,
            final=said.final,
        )

    def suggestion(self, made: p.Suggestion, contact: str) -> Suggestion:
        """What was suggested, to the agent of this contact."""
        return Suggestion(
            id=made.id,
            contact=ContactId(contact),
            title=made.title,
            text=made.text,
            url=made.url,
            source=made.source,
            confidence=made.confidence,
            snippets=made.snippets,
            utterance=made.utterance,
        )

    # --- calls -------------------------------------------------------------------------------------------------------

    def call_facts(
        self, call: p.Call, segment: p.Segment | None = None, *, first: bool = False
    ) -> e.CallFacts:
        """What is known of a call to one agent; `first`: with how it began, since one's own call is the other's incoming one."""
        return e.CallFacts(
            kind=self.kind(call, segment),
            direction=Direction(call.direction),
            vendor_id=call.id,
            ani=call.calling,
            dnis=call.called if call.direction == "inbound" else None,
            dialled=call.called if call.direction != "inbound" else None,
            data=AttachedData(peripheral=dict(call.data)),
            wrap_up_reason=call.wrap_up_reason or "",
            recording=call.recording,
            initiation=self._initiation(call, segment) if first and segment is not None else None,
        )

    def kind(self, call: p.Call, segment: p.Segment | None) -> CallKind:
        """What the call is to this agent: one that a supervisor is in to supervise is a monitor call to them alone."""
        if segment is not None and segment.watches == call.id:
            return CallKind.MONITOR
        return CallKind(call.kind)

    def connection(self, party: p.Party) -> Connection:
        """A party's place in its call. One that is held alone is on hold, though another holds it; one that holds the call itself is
        on hold by its own doing, whoever else holds it.
        """
        plan = self._plans.get(party.agent or "")
        held = party.held_by is not None and party.state == "connected"
        return Connection(
            id=ConnectionId(party.id),
            participant=_participant(party),
            supervises=SuperviseAction(party.supervises) if party.supervises else None,
            state=ConnectionState.HOLD if held else ConnectionState(party.state),
            device=plan.station if plan is not None else "",
            muted=party.muted,
            held_alone=held,
            parked=party.parked,
            cause=cause(party.cause),
            since=party.since,
        )

    def present(
        self, call: p.Call, viewer: str | None, and_also: p.Party | None = None
    ) -> tuple[Connection, ...]:
        """Everyone in the call now whom this agent may know of, and the party that this is about even if it has just gone."""
        return tuple(
            self.connection(item)
            for item in self._picture.of_call(call.id)
            if (item.state != "null" or item == and_also) and self.known_to(viewer, item)
        )

    def known_to(self, viewer: str | None, party: p.Party | None) -> bool:
        """Whether an agent (or a queue: None) is told of this party. Who listens is known to nobody (unless the centre shows it to
        the supervised agent), who whispers to that agent alone.
        """
        if party is None or party.role == "dialler":
            return False
        shown = party.supervises == "whisper" or self._centre.rules.monitoring_shown
        return not party.silent or party.agent == viewer or (shown and party.supervised == viewer)

    def _call(self, call: p.Call, segment: p.Segment | None) -> Call:
        facts = self.call_facts(call, segment, first=True)
        # In wrap-up the agent has left all calls. Those that go on without them are none of theirs any more.
        left = segment is not None and segment.phase == "wrap_up"
        return Call(
            id=CallId(call.id),
            vendor_id=call.id,
            kind=self.kind(call, segment),
            direction=Direction(call.direction),
            ani=call.calling,
            dnis=facts.dnis or "",
            dialled=facts.dialled or "",
            data=facts.data or AttachedData(),
            wrap_up_reason=call.wrap_up_reason or "",
            recording=facts.recording or "",
            initiation=facts.initiation or "",
            stamps=Stamps(
                created=Stamp(vendor=call.started),
                connected=Stamp(vendor=call.answered or 0),
                ended=Stamp(vendor=call.ended or 0),
            ),
            connections=() if left else self.present(call, segment.agent if segment is not None else None),
            cleared=left or call.ended is not None,
        )

    def _initiation(self, call: p.Call, segment: p.Segment) -> str:
        if segment.watches is not None:
            return "monitor"
        if call.kind == "consult":
            return "consult"
        if call.callback is not None:
            return "callback"
        if call.campaign is not None:
            modes = {plan.id: plan.mode for plan in self._centre.campaigns}
            return "preview" if modes.get(call.campaign) == "preview" else "campaign"
        if self._picture.of_call(call.id)[0].agent == segment.agent:
            return "dialled"
        if segment.previous is not None:
            return "transfer" if self._handed_on(segment) else "consult"
        return "routed" if segment.queue is not None else "direct"

    def _handed_on(self, segment: p.Segment) -> bool:
        """Whether another handed the matter on to this agent. Who was asked about it got it only if that ended so."""
        first = self._picture.calls[segment.calls[0]]
        return segment.previous is not None and (first.kind == "main" or first.cause == "transferred")

    def _first(self, segment: p.Segment) -> str | None:
        """The first segment of the chain of transfers, as far as it is remembered."""
        first = segment.previous
        while first is not None:
            older = self._picture.segments.get(first)
            if older is None or older.previous is None:
                break
            first = older.previous
        return first


def cause(word: str | None) -> str:
    """The switch's word for why, as the model says it."""
    return CAUSES.get(word or "", word or "")


def medium_of(agent: p.Agent | p.Duty) -> Medium:
    """For which medium this is an agent's state."""
    return Medium(agent.medium) if isinstance(agent, p.Duty) else Medium.VOICE


def wrap_up_limit(segment: p.Segment, at: Millis) -> int:
    """The seconds of wrap-up that are left, 0 for no limit."""
    return 0 if segment.wrap_up_until is None else max(0, segment.wrap_up_until - at) // 1000


def _teams(plan: AgentPlan) -> tuple[str, ...]:
    """The agent's own team first, and those that they supervise."""
    return tuple(dict.fromkeys(name for name in (plan.team, *plan.teams) if name))


def _participant(party: p.Party) -> Participant:
    ident = party.agent or party.queue or ""
    return Participant(
        role=Role.SUPERVISOR if party.supervises else Role(party.role),
        id=ident if party.role in ("agent", "queue") else "",
        name=party.name,
        number=party.number,
    )


def _colleague(plan: AgentPlan) -> Participant:
    return Participant(role=Role.AGENT, id=plan.id, name=plan.name, number=plan.extension)


def _reason(code: str, label: str, kind: str, limit: int, *, productive: bool) -> Reason:
    return Reason(code=code, label=label, kind=ReasonKind(kind), productive=productive, limit=limit)
