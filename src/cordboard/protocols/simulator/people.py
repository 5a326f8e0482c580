"""People who act by themselves: callers, customers who are called, and the agents marked `self_acting`.

They see what anyone could see (the journal) and do what anyone could do (commands and happenings), at times drawn from
an injected source of randomness: the same seed gives the same day. Whoever has people lets time pass through
`People.advance`, which moves the switch too.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from random import Random
from typing import assert_never

import msgspec

from cordboard.protocols.simulator.centre import normal
from cordboard.protocols.simulator.commands import (
    AnswerCall,
    ClearConnection,
    Command,
    CompleteWrapUp,
    CustomerAnswer,
    CustomerHangUp,
    HoldCall,
    LogOn,
    RetrieveCall,
    Ring,
    SetAgentState,
    SetDisposition,
)
from cordboard.protocols.simulator.curves import arrival, drawn
from cordboard.protocols.simulator.journal import Record
from cordboard.protocols.simulator.picture import Agent, Party, Segment
from cordboard.protocols.simulator.switch import Switch

MISSES = 0.04
"""How often a self-acting agent lets a call ring."""
HOLDS = 0.15
"""How often they put a caller on hold."""
BREAKS = 0.08
"""How often, having become ready, they soon take a break."""
GUESSES = 8
"""How often a free customer is sought by guessing before all are looked through."""
PATIENT_WITH_PEOPLE = 4.0
"""How much longer customers and colleagues stay on the line with someone who does not act by itself."""


class Arrive(msgspec.Struct, frozen=True, kw_only=True):
    """Someone calls a queue; only if `drawn` is still the queue's latest draw."""

    queue: str
    drawn: int


class PickUp(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever rings answers."""

    party: str


class Leave(msgspec.Struct, frozen=True, kw_only=True):
    """Someone on the line hangs up."""

    party: str


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """An agent holds their line, or retrieves it."""

    party: str
    on: bool


class Finish(msgspec.Struct, frozen=True, kw_only=True):
    """An agent ends wrap-up."""

    segment: str


class Become(msgspec.Struct, frozen=True, kw_only=True):
    """An agent logs on, gets ready or takes a break; only if their state is still the one of `since`."""

    agent: str
    ready: bool
    since: int


class Greet(msgspec.Struct, frozen=True, kw_only=True):
    """Someone calls an agent's own extension."""

    agent: str


Intent = Arrive | PickUp | Leave | Hold | Finish | Become | Greet


class People:
    """Everyone in and around one switch who acts by themselves.

    With `welcome`, an agent who does not act by themselves is called a few seconds after they first get ready, so that
    whoever tries the centre out need not wait for their turn.
    """

    def __init__(self, switch: Switch, rng: Random, *, welcome: bool = False) -> None:
        self._switch = switch
        self._rng = rng
        self._reader = switch.reader()
        self._heap: list[tuple[int, int, Intent]] = []
        self._intended = 0
        self._commands = 0
        self._to_greet = {a.id for a in switch.centre.agents if welcome and not a.self_acting}
        self._called = {queue.id for queue in switch.centre.queues if queue.medium == "voice"}
        self._rates: dict[str, tuple[float, int]] = {}
        self._arrivals: Mapping[str, float] = {}
        self._queues = {q.id: q for q in switch.centre.queues}
        self._offset = switch.centre.rules.utc_offset * 60_000
        self._plans = {a.id: a for a in switch.centre.agents}
        self._customers = {normal(c.number): c for c in switch.centre.customers}
        self._numbers = tuple(self._customers)
        for plan in switch.centre.agents:
            if plan.self_acting:
                since = switch.picture.agents[plan.id].since
                self._intend(rng.uniform(0, 3), Become(agent=plan.id, ready=True, since=since))

    def next_due(self) -> int | None:
        """When something next happens by itself, on the switch or among the people."""
        self._watch()
        own = self._heap[0][0] if self._heap else None
        switch = self._switch.next_due()
        return min((due for due in (own, switch) if due is not None), default=None)

    def advance(self, now: int) -> None:
        """Let time pass until `now`, on the switch and among the people, in the order it happens."""
        while (due := self.next_due()) is not None and due <= now:
            self._switch.advance(due)
            self._watch()
            while self._heap and self._heap[0][0] <= due:
                self._act(heapq.heappop(self._heap)[2])
                self._watch()
        self._switch.advance(now)

    # --- what they see -----------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        for record in self._reader.read():
            self._see(record)
        if self._switch.arrivals is self._arrivals:
            return
        self._arrivals = self._switch.arrivals
        for queue, rate in self._arrivals.items():
            if queue not in self._called:
                continue  # nobody calls a queue of chats
            if queue not in self._rates or self._rates[queue][0] != rate:
                self._draw(queue, rate)

    def _see(self, record: Record) -> None:
        match record.after:
            case Party() as party:
                self._see_party(record, party)
            case Segment(phase="wrap_up") as segment if record.kind == "segment-wrap-up":
                if self._plans[segment.agent].self_acting:
                    self._intend(self._after_call(segment), Finish(segment=segment.id))
            case Agent() as agent if self._plans[agent.id].self_acting:
                self._see_agent(agent)
            case Agent(state="ready") as agent if agent.id in self._to_greet:
                self._to_greet.remove(agent.id)
                self._intend(self._rng.uniform(2, 4), Greet(agent=agent.id))
            case _:
                pass

    def _see_party(self, record: Record, party: Party) -> None:
        if record.kind == "delivered":
            if party.agent is not None:
                if self._plans[party.agent].self_acting and self._rng.random() >= MISSES:
                    self._intend(self._rng.uniform(1, 6), PickUp(party=party.id))
            elif party.role == "customer" and party.number in self._customers:
                mood = self._switch.centre.mood(self._customers[party.number])
                if self._rng.random() < mood.answers:
                    self._intend(self._rng.uniform(2, 10), PickUp(party=party.id))
        elif record.kind == "established":
            for other in self._switch.picture.of_call(party.call):
                if other.state in ("connected", "hold") and (other.id == party.id or other.agent is None):
                    self._plan_talk(other)

    def _plan_talk(self, party: Party) -> None:
        """How long this party will stay, now that someone is there to talk to."""
        if party.medium != "voice" and party.agent is None:
            return  # whoever writes leaves when everything is said, and a task has nobody in it
        acts = party.agent is None or self._plans[party.agent].self_acting
        if not acts or (party.role == "third_party" and party.number not in self._customers):
            return
        parties = self._switch.picture.of_call(party.call)
        known = next((self._customers[p.number] for p in parties if p.number in self._customers), None)
        queue = self._queues.get(self._switch.picture.calls[party.call].queue or "")
        usual = self._switch.centre.mood(known).talk
        talk = drawn(queue.talk if queue is not None and queue.talk is not None else usual, self._rng)
        others = [p.agent for p in parties if p.agent is not None and p.id != party.id]
        if any(not self._plans[a].self_acting for a in others):
            talk *= PATIENT_WITH_PEOPLE
        self._intend(talk, Leave(party=party.id))
        if party.agent is not None and self._rng.random() < HOLDS:
            self._intend(talk * 0.3, Hold(party=party.id, on=True))
            self._intend(talk * 0.3 + self._rng.uniform(5, 20), Hold(party=party.id, on=False))

    def _after_call(self, segment: Segment) -> float:
        queue = self._queues.get(segment.queue or "")
        takes = queue.after_call if queue is not None else None
        return self._rng.uniform(4, 15) if takes is None else drawn(takes, self._rng)

    def _see_agent(self, agent: Agent) -> None:
        if agent.state == "not_ready":
            self._intend(self._rng.uniform(20, 120), Become(agent=agent.id, ready=True, since=agent.since))
        elif agent.state == "ready" and self._rng.random() < BREAKS:
            self._intend(self._rng.uniform(5, 60), Become(agent=agent.id, ready=False, since=agent.since))

    # --- what they do ------------------------------------------------------------------------------------------------

    def _act(self, intent: Intent) -> None:
        match intent:
            case Arrive(queue=queue, drawn=drawn):
                if self._rates[queue][1] == drawn:
                    self._call_in(f"queue:{queue}")
                    self._draw(queue, self._rates[queue][0])
            case Greet(agent=ident):
                self._call_in(f"agent:{ident}")
            case PickUp(party=ident):
                self._pick_up(ident)
            case Leave(party=ident):
                self._leave(ident)
            case Hold(party=ident, on=on):
                party = self._switch.picture.parties.get(ident)
                if party is not None and party.agent is not None:
                    kind = HoldCall if on else RetrieveCall
                    self._do(kind(agent=party.agent, call=party.call))
            case Finish(segment=ident):
                self._finish(ident)
            case Become(agent=ident, ready=ready, since=since):
                self._become(ident, ready=ready, since=since)
            case _:
                assert_never(intent)

    def _call_in(self, to: str) -> None:
        number = self._free_number()
        if number is None:
            return
        caller = self._customers[number]
        patience = drawn(self._switch.centre.mood(caller).patience, self._rng)
        self._switch.happen(Ring(number=caller.number, to=to, patience=max(1, round(patience))))

    def _free_number(self) -> str | None:
        """The number of someone who is in no call. Few are, as a rule, so that a first guess is mostly right."""
        for _ in range(GUESSES if self._numbers else 0):
            number = self._rng.choice(self._numbers)
            if self._switch.picture.engaged(number) is None:
                return number
        free = [n for n in self._numbers if self._switch.picture.engaged(n) is None]
        return self._rng.choice(free) if free else None

    def _pick_up(self, ident: str) -> None:
        party = self._switch.picture.parties.get(ident)
        if party is None or party.state != "alerting":
            return
        if party.agent is None:
            self._switch.happen(CustomerAnswer(call=party.call, party=party.id))
        else:
            self._do(AnswerCall(agent=party.agent, call=party.call))

    def _leave(self, ident: str) -> None:
        party = self._switch.picture.parties.get(ident)
        if party is None or party.state not in ("connected", "hold"):
            return
        if party.agent is None:
            self._switch.happen(CustomerHangUp(call=party.call, party=party.id))
        else:
            self._do(ClearConnection(agent=party.agent, call=party.call))

    def _finish(self, ident: str) -> None:
        segment = self._switch.picture.segments.get(ident)
        if segment is None or segment.phase != "wrap_up":
            return
        choices = self._switch.centre.dispositions
        if choices:
            chosen = self._rng.choice(choices).code
            self._do(SetDisposition(agent=segment.agent, segment=segment.id, disposition=chosen))
        self._do(CompleteWrapUp(agent=segment.agent, segment=segment.id))

    def _become(self, ident: str, *, ready: bool, since: int) -> None:
        agent = self._switch.picture.agents[ident]
        if agent.since != since:
            return
        if agent.state == "null":
            self._do(LogOn(agent=ident, state="ready"))
        elif ready:
            self._do(SetAgentState(agent=ident, state="ready"))
        else:
            no_answer = self._switch.centre.rules.no_answer_reason
            reasons = [
                r.code for r in self._switch.centre.reasons if r.use == "not_ready" and r.code != no_answer
            ]
            reason = self._rng.choice(reasons) if reasons else None
            self._do(SetAgentState(agent=ident, state="not_ready", reason=reason))

    def _do(self, command: Command) -> None:
        self._commands += 1
        self._switch.execute(f"people-{self._commands}", command)

    def _draw(self, queue: str, rate: float) -> None:
        self._intended += 1
        self._rates[queue] = (rate, self._intended)
        curve = self._switch.centre.curves.get(self._queues[queue].curve)
        now = self._switch.now
        due = arrival(curve, rate, now, self._offset, self._rng)
        if due is not None:
            self._intend((due - now) / 1000, Arrive(queue=queue, drawn=self._rates[queue][1]))

    def _intend(self, seconds: float, intent: Intent) -> None:
        self._intended += 1
        due = self._switch.now + max(1, round(seconds * 1000))
        heapq.heappush(self._heap, (due, self._intended, intent))
