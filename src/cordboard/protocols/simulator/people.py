"""People who act by themselves: callers, customers who are called, and the agents marked `self_acting`.

They see what anyone could see (the journal) and do what anyone could do (commands and happenings), at times drawn from
an injected source of randomness: the same seed gives the same day. Whoever has people lets time pass through
`People.advance`, which moves the switch too. What they are like is in the centre's `habits`.
"""

from __future__ import annotations

from functools import partial
from random import Random

from cordboard.protocols.simulator.attendance import Attendance
from cordboard.protocols.simulator.callers import Callers
from cordboard.protocols.simulator.colleagues import Colleagues
from cordboard.protocols.simulator.diary import Diary
from cordboard.protocols.simulator.picture import Agent
from cordboard.protocols.simulator.switch import Switch


class People:
    """Everyone in and around one switch who acts by themselves.

    With `welcome`, an agent who does not act by themselves is called a few seconds after they first get ready, so that
    whoever tries the centre out need not wait for their turn.
    """

    def __init__(self, switch: Switch, rng: Random, *, welcome: bool = False) -> None:
        self._switch = switch
        self._rng = rng
        self._reader = switch.reader()
        self._diary = Diary(switch, rng)
        self._callers = Callers(self._diary)
        self._colleagues = Colleagues(self._diary)
        self._attendance = Attendance(self._diary, self._colleagues.dial)
        self._to_greet = {a.id for a in switch.centre.agents if welcome and not a.self_acting}

    def next_due(self) -> int | None:
        """When something next happens by itself, on the switch or among the people."""
        self._watch()
        own, switch = self._diary.due(), self._switch.next_due()
        return min((due for due in (own, switch) if due is not None), default=None)

    def advance(self, now: int) -> None:
        """Let time pass until `now`, on the switch and among the people, in the order it happens."""
        while (due := self.next_due()) is not None and due <= now:
            self._switch.advance(due)
            self._watch()
            while (what := self._diary.next(due)) is not None:
                what()
                self._watch()
        self._switch.advance(now)

    def _watch(self) -> None:
        for record in self._reader.read():
            self._callers.see(record)
            self._colleagues.see(record)
            self._attendance.see(record)
            match record.after:
                case Agent(id=agent, state="ready") if agent in self._to_greet:
                    self._to_greet.remove(agent)
                    greet = partial(self._callers.call_in, f"agent:{agent}")
                    self._diary.later(self._rng.uniform(2, 4), greet)
                case _:
                    pass
        self._callers.look()
