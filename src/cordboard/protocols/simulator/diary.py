"""The diary of people who act by themselves: what they will do and when. They share it, and their dice.

They see what anyone could see (the journal) and do what anyone could do (commands and happenings).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from random import Random

from cordboard.protocols.simulator.centre import AgentPlan, Customer, QueuePlan, normal
from cordboard.protocols.simulator.commands import Command, Happening, Outcome
from cordboard.protocols.simulator.curves import drawn
from cordboard.protocols.simulator.picture import Party
from cordboard.protocols.simulator.switch import Switch

PATIENT_WITH_PEOPLE = 4.0
"""How much longer customers and colleagues stay on the line with someone who does not act by itself."""


class Diary:
    """What is to be done on one switch, in order of time and then of intention."""

    def __init__(self, switch: Switch, rng: Random) -> None:
        self.switch = switch
        self.rng = rng
        self.habits = switch.centre.habits
        self.plans: dict[str, AgentPlan] = {a.id: a for a in switch.centre.agents}
        self.queues: dict[str, QueuePlan] = {q.id: q for q in switch.centre.queues}
        self.customers: dict[str, Customer] = {normal(c.number): c for c in switch.centre.customers}
        self._heap: list[tuple[int, int, Callable[[], object]]] = []
        self._intended = 0
        self._commands = 0

    def later(self, seconds: float, what: Callable[[], object]) -> None:
        """Do it in so many seconds."""
        self._intended += 1
        heapq.heappush(self._heap, (self.switch.now + max(1, round(seconds * 1000)), self._intended, what))

    def due(self) -> int | None:
        """When something is to be done next."""
        return self._heap[0][0] if self._heap else None

    def next(self, until: int) -> Callable[[], object] | None:
        """What is to be done next at or before this time; it is then crossed out."""
        return heapq.heappop(self._heap)[2] if self._heap and self._heap[0][0] <= until else None

    def happens(self, probability: float) -> bool:
        """Whether something of this probability is so this time. What never is so takes no throw of the dice."""
        return probability > 0 and self.rng.random() < probability

    def do(self, command: Command) -> Outcome:
        """At a desk."""
        self._commands += 1
        return self.switch.execute(f"people-{self._commands}", command)

    def happen(self, happening: Happening) -> Outcome:
        """Outside."""
        return self.switch.happen(happening)

    def party(self, ident: str, *states: str) -> Party | None:
        """The party, if it is in one of these states still."""
        found = self.switch.picture.parties.get(ident)
        return found if found is not None and found.state in states else None

    def acts(self, agent: str) -> bool:
        """Whether the agent acts by itself."""
        return self.plans[agent].self_acting

    def talk(self, party: Party) -> float:
        """How long this party will talk, now that someone is there to talk to."""
        parties = self.switch.picture.of_call(party.call)
        known = next((self.customers[p.number] for p in parties if p.number in self.customers), None)
        queue = self.queues.get(self.switch.picture.calls[party.call].queue or "")
        usual = self.switch.centre.mood(known).talk
        seconds = drawn(queue.talk if queue is not None and queue.talk is not None else usual, self.rng)
        others = [p.agent for p in parties if p.agent is not None and p.id != party.id]
        patient = any(not self.acts(agent) for agent in others)
        return seconds * PATIENT_WITH_PEOPLE if patient else seconds
