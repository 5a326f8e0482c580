"""The exchange: what every command and timer is made of, and what follows from it.

Commands do something to a party; what follows for its call, the other parties, the segments, the agents and the
interaction is derived in one place (`settle`), in a fixed order, so that no command has to remember it. Every change
goes through `put`, which writes the record and the picture together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, assert_never

import msgspec

from cordboard.protocols.simulator import consequences, media
from cordboard.protocols.simulator.campaigns import Campaigns
from cordboard.protocols.simulator.centre import (
    AgentPlan,
    Behaviour,
    Centre,
    Customer,
    Directory,
    Medium,
    Number,
    QueuePlan,
    Target,
    Unknown,
    normal,
)
from cordboard.protocols.simulator.conversations import Conversations
from cordboard.protocols.simulator.journal import Journal, Kind
from cordboard.protocols.simulator.picture import (
    Agent,
    Call,
    Callback,
    CallKind,
    ConnectionState,
    Direction,
    Duty,
    EndedBy,
    Entry,
    Interaction,
    Party,
    PartyRole,
    Picture,
    Segment,
    Suggestion,
    Supervision,
    Thing,
    Utterance,
    keep,
)
from cordboard.protocols.simulator.routing import Idle, Waiting, choice, in_order, serves
from cordboard.protocols.simulator.statistics import Statistics
from cordboard.protocols.simulator.timers import (
    Answers,
    Deliver,
    Distribute,
    MaxWait,
    NoAnswer,
    Patience,
    Timers,
    ToneEnds,
)

MOST_CALLS = 2
"""Calls an agent can have at once, not counting a consult of their own, nor those that are parked."""

_T = TypeVar("_T", Agent, Duty, Interaction, Call, Party, Segment, Utterance, Suggestion, Entry, Callback)


class Exchange:
    """The moving parts of one switch. Only `Switch` and its commands use it."""

    def __init__(self, centre: Centre, *, now: int, mark: str) -> None:
        self.centre = centre
        self.directory = Directory(centre)
        self.now = now
        self.picture = Picture()
        self.journal = Journal()
        self.timers = Timers(self.picture)
        self.command: str | None = None
        self.waiting: dict[str, Waiting] = {}
        self.touched = consequences.Touched()
        self.arrivals: Mapping[str, float] = {q.id: q.arrivals_per_hour for q in centre.queues}
        self.courses: Mapping[str, str] = {q.id: q.curve for q in centre.queues}
        """By queue: the curve that those follow."""
        self._serves = {
            (a.id, medium): tuple(q.id for q in centre.queues if q.medium == medium and serves(a, q))
            for a in centre.agents
            for medium in a.capacity
        }
        self.ready: dict[str, dict[str, None]] = {q.id: {} for q in centre.queues}
        """By queue: the agents who wait for its contacts; for chats and tasks also those who have as many as they can take."""
        self._lines: dict[str, dict[str, Waiting]] = {q.id: {} for q in centre.queues}
        """By queue: who waits in it, by party."""
        self._offered: dict[str, Waiting] = {}
        self._patience: dict[str, tuple[int, int]] = {}
        self._mark = mark
        self._minted = dict.fromkeys("icpsuabn", 0)
        self._places = 0
        self._armed = 0
        self.statistics = Statistics(centre, self.picture, now)
        self.conversations = Conversations(self)
        self.campaigns = Campaigns(self)
        for plan in centre.agents:
            self.picture.put(Agent(id=plan.id, station=plan.station, since=now))
            for duty in media.duties(plan, now):
                self.picture.put(duty)

    # --- change ----------------------------------------------------------------------------------------------------

    def put(self, kind: Kind, after: Thing, *, cause: str | None = None, **data: str) -> None:
        """Write the record of a change and make it so."""
        before = self.picture.get(after)
        self.picture.put(after)
        match after:
            case Agent():
                for queue in self._serves.get((after.id, "voice"), ()):
                    keep(self.ready[queue], after.id, when=after.state == "ready")
            case Duty():
                for queue in self._serves[after.agent, after.medium]:
                    keep(self.ready[queue], after.agent, when=after.willing)
            case _:
                pass
        self.journal.write(
            kind, before, after, at=self.now, cause=cause, command=self.command, data=dict(data)
        )
        self.statistics.see(kind, before, after, self.now, cause)

    def change(self, kind: Kind, thing: _T, *, why: str | None = None, **fields: object) -> _T:
        """Change fields of a thing, and its `cause` if there is one to give; its present value is returned."""
        if why is not None and isinstance(thing, Call | Party | Segment):
            fields["cause"] = why
        after: _T = msgspec.structs.replace(thing, **fields)
        self.put(kind, after, cause=why)
        return after

    def move(self, kind: Kind, party: Party, state: ConnectionState, *, cause: str | None = None) -> Party:
        """Bring a party into another state and note whom that may concern."""
        fields: dict[str, object] = {
            "state": state,
            "cause": cause,
            "since": self.now,
            "parked": kind == "parked",
        }
        if state in ("null", "fail"):
            fields |= {"muted": False, "held_by": None}
            self._wait_no_more(party.id)
            self._patience.pop(party.id, None)
        if state == "null":
            self.touched.causes[party.call] = cause
        if state != "alerting":
            self._offered.pop(party.id, None)
        self.touched.party(party)
        return self.change(kind, party, why=cause, **fields)

    def settle(self) -> None:
        """Derive what follows from the last change, offer waiting calls to whoever is free, until nothing moves."""
        while True:
            consequences.settle(self)
            if not self._distribute() and not self.campaigns.step():
                return

    # --- making ----------------------------------------------------------------------------------------------------

    def start_call(
        self,
        *,
        direction: Direction,
        calling: str,
        called: str,
        interaction: str | None = None,
        parent: Call | None = None,
        previous: str | None = None,
        data: dict[str, str] | None = None,
        **more: Any,  # noqa: ANN401 - further fields of a call
    ) -> Call:
        """A new call, in a new interaction unless it belongs to one. `more`: other fields of `Call`."""
        if interaction is None:
            interaction = self.mint("i")
            self.put(
                "interaction-started", Interaction(id=interaction, direction=direction, started=self.now)
            )
        kind: CallKind = "main" if parent is None else "consult"
        call = Call(
            id=self.mint("c"),
            interaction=interaction,
            **{"kind": kind, **more},
            direction=direction,
            calling=calling,
            called=called,
            parent=parent.id if parent else None,
            previous=previous,
            data=data or {},
            started=self.now,
        )
        self.put("call-started", call)
        return call

    def add_party(
        self,
        kind: Kind,
        call: Call,
        role: PartyRole,
        state: ConnectionState,
        *,
        number: str,
        name: str,
        agent: str | None = None,
        segment: str | None = None,
        queue: str | None = None,
        supervises: Supervision | None = None,
        supervised: str | None = None,
        cause: str | None = None,
    ) -> Party:
        """A new party of a call."""
        party = Party(
            id=self.mint("p"),
            interaction=call.interaction,
            call=call.id,
            medium=call.medium,
            role=role,
            number=number,
            name=name,
            agent=agent,
            segment=segment,
            queue=queue,
            state=state,
            supervises=supervises,
            supervised=supervised,
            cause=cause,
            since=self.now,
        )
        self.put(kind, party, cause=cause)
        self.touched.party(party)
        return party

    def open_segment(self, agent: str, call: Call, *, dialling: bool, queue: str | None = None) -> Segment:
        """A new part of this agent in the call's interaction."""
        segment = Segment(
            id=self.mint("s"),
            interaction=call.interaction,
            agent=agent,
            medium=call.medium,
            phase="dialling" if dialling else "offered",
            direction=self.picture.interactions[call.interaction].direction,
            queue=queue,
            previous=call.previous,
            calls=(call.id,),
            started=self.now,
        )
        self.put("segment-dialling" if dialling else "segment-offered", segment)
        return segment

    def dial(self, agent: AgentPlan, call: Call, segment: Segment, to: str) -> Party:
        """The agent's own end of a call being dialled; it goes through a moment later."""
        party = self.add_party(
            "service-initiated",
            call,
            "agent",
            "initiated",
            number=agent.extension,
            name=agent.name,
            agent=agent.id,
            segment=segment.id,
        )
        self.timers.set(self.now + self.centre.rules.dial_ms, Deliver(party=party.id, to=to))
        return party

    # --- reaching --------------------------------------------------------------------------------------------------

    def reach(
        self, call: Call, target: Target, *, home: str | None = None, outside: PartyRole = "third_party"
    ) -> Party:
        """Bring a target to a call: ring it, queue for it, or fail with a cause.

        `home` is the queue to which the call returns if an agent does not take it; `outside` what an outside number is.
        """
        match target:
            case AgentPlan():
                return self._reach_agent(call, target, home)
            case QueuePlan():
                return self.enqueue(call, target)
            case Unknown(text=text):
                return self._fail_new(call, outside, number=text, name="", cause="invalid-number")
            case Customer():
                return self._reach_outside(call, outside, target, behaviour=None, after=0)
            case Number():
                return self._reach_outside(
                    call, outside, target, behaviour=target.behaviour, after=target.after
                )
            case _:
                assert_never(target)

    def engaged(self, number: str) -> bool:
        """Whether this outside number is in a call; the centre's listed numbers take any number of them."""
        return number not in self.directory.numbers and self.picture.engaged(number) is not None

    def is_inside(self, target: Target) -> bool:
        """Whether this is someone of the centre."""
        return isinstance(target, AgentPlan | QueuePlan)

    def number_of(self, target: Target) -> str:
        """The number under which the target is reached."""
        match target:
            case AgentPlan(extension=number) | Unknown(text=number):
                return number
            case QueuePlan(number=number) | Customer(number=number) | Number(number=number):
                return normal(number)

    def unreachable(self, agent: str, interaction: str | None, medium: Medium = "voice") -> str | None:
        """Why nothing of this medium would ring at this agent's now, or None if it would."""
        if medium != "voice":
            return media.unreachable(self, agent, interaction, medium)
        if self.picture.agents[agent].state == "null":
            return "unavailable"
        own = self.picture.of_agent(agent)
        lines = [p for p in own if not self.is_consulter(p) and not p.parked]
        blocked = (
            len(lines) >= MOST_CALLS
            or any(p.state in ("alerting", "initiated") or p.interaction == interaction for p in own)
            or any(p.supervises is not None for p in own)
            or agent in self.campaigns.reserved
            or any(s.phase == "wrap_up" and s.medium == "voice" for s in self.picture.open_segments(agent))
        )
        return "busy" if blocked else None

    def is_consulter(self, party: Party) -> bool:
        """Whether this is an agent's end of a consult that they themselves made."""
        call = self.picture.calls[party.call]
        first = self.picture.of_call(call.id)[:1]
        return call.kind == "consult" and bool(first) and first[0].id == party.id

    def enqueue(self, call: Call, queue: QueuePlan, *, back: Waiting | None = None) -> Party:
        """Let the call wait in a queue; `back` is its former place, to which it returns."""
        call = self.picture.calls[call.id]
        if call.queue != queue.id:
            call = self.change("call-information", call, queue=queue.id)
        cause = "returned" if back else None
        party = self.add_party(
            "queued",
            call,
            "queue",
            "queued",
            number=queue.number,
            name=queue.name,
            queue=queue.id,
            cause=cause,
        )
        if back is None:
            self._places += 1
            back = Waiting(call=call.id, party="", queue=queue.id, entered=self.now, place=self._places)
        self._wait(msgspec.structs.replace(back, call=call.id, party=party.id))
        if queue.max_wait:
            until = max(self.now, back.entered + queue.max_wait * 1000)
            self.timers.set(until, MaxWait(party=party.id))
        return party

    def unanswered(self, party: Party, cause: str, *, verdict: EndedBy, rest: bool = False) -> None:
        """A ringing agent does not take the call: it returns to its queue, or fails for whoever calls.

        `rest` keeps the queue from offering it to the same agent again for a while.
        """
        if party.segment is not None:
            self.touched.verdicts[party.segment] = verdict
        if self.picture.calls[party.call].kind == "reservation":
            self.move("diverted", party, "null", cause=cause)
            return
        if party.queue is None or party.agent is None:
            self.fail(party, cause)
            return
        queue = self.directory.queues[party.queue]
        call = self.picture.calls[party.call]
        back = self._offered.get(party.id) or Waiting(
            call=call.id, party="", queue=queue.id, entered=call.started, place=0
        )
        if rest:
            until = self.later(self.centre.rules.declined_rest)
            back = msgspec.structs.replace(back, declined={**back.declined, party.agent: until})
            self.timers.set(until, Distribute())
        self.move("diverted", party, "null", cause=cause)
        self.enqueue(call, queue, back=back)

    def fail(self, party: Party, cause: str) -> Party:
        """The party cannot be had; the others hear a tone for a moment."""
        failed = self.move("failed", party, "fail", cause=cause)
        self.timers.set(self.later(self.centre.rules.tone), ToneEnds(party=party.id))
        return failed

    def transplant(self, kind: Kind, party: Party, into: Call) -> None:
        """Move a party, as it is, from a consult into the call that the consult was made from, or from one call into another."""
        if party.id in self.waiting:
            self._wait(msgspec.structs.replace(self.waiting[party.id], call=into.id))
        if party.segment is not None:
            segment = self.picture.segments[party.segment]
            watches = into.id if segment.watches == party.call else segment.watches
            self.change(
                "segment-changed",
                segment,
                interaction=into.interaction,
                calls=(*segment.calls, into.id),
                watches=watches,
            )
        home = party.queue
        if kind == "transferred" and party.state == "alerting" and party.agent is not None:
            home = home or into.queue
        role = party.role
        if party.interaction != into.interaction and any(
            p.role == role for p in self.picture.of_call(into.id)
        ):
            role = "third_party" if role == "customer" else role  # whose matter it is stays so
        moved = self.change(
            kind, party, interaction=into.interaction, call=into.id, role=role, queue=home, why=kind
        )
        self.touched.party(moved)

    def mint(self, letter: str) -> str:
        """A new id; the letter says of what."""
        self._minted[letter] += 1
        return f"{letter}{self._mark}{self._minted[letter]}"

    # --- later -----------------------------------------------------------------------------------------------------

    def later(self, seconds: int) -> int:
        """The time so many seconds from now."""
        return self.now + seconds * 1000

    def give_patience(self, party: Party, seconds: int) -> None:
        """The caller hangs up whenever they have waited so long without a break."""
        self._patience[party.id] = (seconds, 0)
        self.watch_patience(party, waits=True)

    def watch_patience(self, party: Party, *, waits: bool) -> None:
        """Start the caller's patience when they begin to wait, stop it when they no longer do."""
        if party.id not in self._patience:
            return
        seconds, armed = self._patience[party.id]
        if waits and not armed:
            self._armed += 1
            self._patience[party.id] = (seconds, self._armed)
            self.timers.set(self.later(seconds), Patience(party=party.id, armed=self._armed))
        elif not waits and armed:
            self._patience[party.id] = (seconds, 0)

    def out_of_patience(self, timer: Patience) -> bool:
        """Whether the caller has waited ever since this timer was set."""
        return self._patience.get(timer.party, (0, 0))[1] == timer.armed

    # --- private ---------------------------------------------------------------------------------------------------

    def _reach_agent(self, call: Call, plan: AgentPlan, home: str | None) -> Party:
        cause = self.unreachable(plan.id, call.interaction, call.medium)
        if cause is not None:
            return self._fail_new(
                call, "agent", number=plan.extension, name=plan.name, cause=cause, agent=plan.id
            )
        return self._alert(call, plan, home)

    def _alert(self, call: Call, plan: AgentPlan, home: str | None) -> Party:
        segment = self.open_segment(plan.id, call, dialling=False, queue=home)
        party = self.add_party(
            "delivered",
            call,
            "agent",
            "alerting",
            number=plan.extension,
            name=plan.name,
            agent=plan.id,
            segment=segment.id,
            queue=home,
        )
        seconds = self.directory.queues[home].no_answer if home else self.centre.rules.ring
        self.timers.set(self.later(seconds), NoAnswer(party=party.id))
        return party

    def _reach_outside(
        self,
        call: Call,
        role: PartyRole,
        target: Customer | Number,
        *,
        behaviour: Behaviour | None,
        after: int,
    ) -> Party:
        number = normal(target.number)
        if behaviour == "invalid":
            return self._fail_new(call, role, number=number, name=target.name, cause="invalid-number")
        if behaviour == "busy" or self.engaged(number):
            return self._fail_new(call, role, number=number, name=target.name, cause="busy")
        party = self.add_party("delivered", call, role, "alerting", number=number, name=target.name)
        self.timers.set(self.later(self.centre.rules.ring), NoAnswer(party=party.id))
        if behaviour == "answer":
            self.timers.set(self.later(after), Answers(party=party.id))
        return party

    def _fail_new(
        self, call: Call, role: PartyRole, *, number: str, name: str, cause: str, agent: str | None = None
    ) -> Party:
        party = self.add_party(
            "failed", call, role, "fail", number=number, name=name, agent=agent, cause=cause
        )
        self.timers.set(self.later(self.centre.rules.tone), ToneEnds(party=party.id))
        return party

    def _wait(self, waiting: Waiting) -> None:
        self.waiting[waiting.party] = waiting
        self._lines[waiting.queue][waiting.party] = waiting

    def _wait_no_more(self, party: str) -> None:
        waiting = self.waiting.pop(party, None)
        if waiting is not None:
            del self._lines[waiting.queue][party]

    def _distribute(self) -> bool:
        """Offer the next contact that somebody can take. Looks at nothing but lines that have somebody at either end."""
        queues = self.directory.queues
        able = {
            ident: media.idle(self, queues[ident].medium, self.ready[ident])
            for ident, line in self._lines.items()
            if line and self.ready[ident]
        }
        served = [waiting for ident, free in able.items() if free for waiting in self._lines[ident].values()]
        for waiting in in_order(served, queues):
            agent = self._taker(waiting, able[waiting.queue])
            if agent is not None:
                self._offer(waiting, self.directory.agents[agent.id])
                return True
        return False

    def _taker(self, waiting: Waiting, able: Sequence[Idle]) -> Idle | None:
        """Whom to offer the contact to: nobody who has parked a call of the same matter."""
        queue, call = self.directory.queues[waiting.queue], self.picture.calls[waiting.call]
        while (agent := choice(waiting, queue, able, self.directory.agents, self.now)) is not None:
            own = self.picture.of_agent(agent.id, call.medium)
            if not any(p.interaction == call.interaction for p in own):
                break
            able = [other for other in able if other.id != agent.id]
        return agent

    def _offer(self, waiting: Waiting, plan: AgentPlan) -> None:
        call = self.picture.calls[waiting.call]
        self.move("diverted", self.picture.parties[waiting.party], "null", cause="routed")
        party = self._alert(call, plan, waiting.queue)
        self._offered[party.id] = waiting
        if self.centre.rules.auto_answer is not None:
            self.timers.set(self.later(self.centre.rules.auto_answer), Answers(party=party.id))
