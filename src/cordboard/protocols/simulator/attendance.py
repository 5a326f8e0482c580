"""When agents who act by themselves are there: shifts, breaks, coming back after a missed contact; and what supervisors do meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cordboard.protocols.simulator.centre import AgentPlan, Medium
from cordboard.protocols.simulator.commands import (
    Done,
    LogOff,
    LogOn,
    PostMessage,
    SetAgentState,
    Supervise,
    SuperviseHow,
)
from cordboard.protocols.simulator.consequences import duty_id
from cordboard.protocols.simulator.curves import DAY, HOUR
from cordboard.protocols.simulator.diary import Diary
from cordboard.protocols.simulator.journal import Record
from cordboard.protocols.simulator.picture import Agent, Duty

PUNCTUAL = 180
"""Seconds around the beginning and the end of a shift within which everybody comes and goes."""
MESSAGES = (
    "The queue is long this morning: please take your breaks one after the other.",
    "Thank you all, the waiting time is back to normal.",
    "The booking system is slow. Tell callers that we call back.",
    "Team meeting at four in the blue room.",
)
KEPT = 4 * 3600
"""Seconds for which such a message holds."""


class Attendance:
    """The comings and goings on one switch. `dial`: what an agent does who has nothing better to do."""

    def __init__(self, diary: Diary, dial: Callable[[str], None]) -> None:
        self._diary = diary
        self._dial = dial
        self._switch = diary.switch
        self._rng = diary.rng
        self._habits = diary.habits
        self._offset = diary.switch.centre.rules.utc_offset * 60_000
        for plan in diary.switch.centre.agents:
            if plan.self_acting:
                self._begin(plan)

    def see(self, record: Record) -> None:
        """Something happened on the switch."""
        match record.after:
            case Agent(id=agent) as now if self._diary.acts(agent):
                self._changed(agent, "voice", now)
            case Duty(agent=agent, medium=medium) as now if self._diary.acts(agent):
                self._changed(agent, medium, now)
            case _:
                pass

    # --- shifts ------------------------------------------------------------------------------------------------------

    def _begin(self, plan: AgentPlan) -> None:
        """The first coming; who is in the middle of their shift comes at once."""
        diary, rng = self._diary, self._rng
        if plan.shift is None or self._at_work(plan):
            diary.later(rng.uniform(0, 3), partial(self._come, plan))
        else:
            diary.later(self._until(plan.shift.start) + rng.uniform(0, PUNCTUAL), partial(self._come, plan))
        if "supervisor" in plan.roles:
            self._plan_hourly(self._habits.posts, partial(self._post, plan))
            self._plan_hourly(self._habits.listens, partial(self._listen, plan))

    def _come(self, plan: AgentPlan) -> None:
        for medium in plan.capacity:
            self._diary.do(LogOn(agent=plan.id, medium=medium, state="ready"))
        if plan.shift is not None:
            end = self._until(plan.shift.end) + self._rng.uniform(-PUNCTUAL, PUNCTUAL)
            self._diary.later(max(1, end), partial(self._go, plan))

    def _go(self, plan: AgentPlan) -> None:
        """The end of a shift. What is open is brought to its end first: the switch waits."""
        reason = next((r.code for r in self._switch.centre.reasons if r.use == "logout"), None)
        for medium in plan.capacity:
            self._diary.do(LogOff(agent=plan.id, medium=medium, reason=reason))
        if plan.shift is not None:
            self._diary.later(
                self._until(plan.shift.start) + self._rng.uniform(0, PUNCTUAL), partial(self._come, plan)
            )

    def _at_work(self, plan: AgentPlan) -> bool:
        if plan.shift is None:
            return True
        hour = (self._switch.now + self._offset) % DAY / HOUR
        return plan.shift.start <= hour < plan.shift.end or hour + 24 < plan.shift.end

    def _until(self, hour: float) -> float:
        """The seconds until the centre's clock next says so."""
        now = self._switch.now + self._offset
        return (round(hour * HOUR) - now) % DAY / 1000

    # --- ready and not ready -----------------------------------------------------------------------------------------

    def _changed(self, agent: str, medium: Medium, now: Agent | Duty) -> None:
        match now.state:
            case "not_ready":
                back = partial(self._become, agent, medium, now.since, ready=True)
                self._diary.later(self._rng.uniform(20, 120), back)
            case "ready" if medium == "voice":
                if self._rng.random() < self._habits.breaks:
                    leave = partial(self._become, agent, medium, now.since, ready=False)
                    self._diary.later(self._rng.uniform(5, 60), leave)
                elif self._diary.happens(self._habits.dials):
                    self._diary.later(self._rng.uniform(1, 20), partial(self._dial, agent))
            case _:
                pass

    def _become(self, agent: str, medium: Medium, since: int, *, ready: bool) -> None:
        """Only if nothing has changed since."""
        picture = self._switch.picture
        now = picture.agents[agent] if medium == "voice" else picture.duties[duty_id(agent, medium)]
        if now.since != since:
            return
        if ready:
            self._diary.do(SetAgentState(agent=agent, medium=medium, state="ready"))
            return
        centre = self._switch.centre
        no_answer = centre.rules.no_answer_reason
        reasons = [r.code for r in centre.reasons if r.use == "not_ready" and r.code != no_answer]
        reason = self._rng.choice(reasons) if reasons else None
        self._diary.do(SetAgentState(agent=agent, medium=medium, state="not_ready", reason=reason))

    # --- supervisors -------------------------------------------------------------------------------------------------

    def _plan_hourly(self, rate: float, what: Callable[[], None]) -> None:
        if rate > 0:
            self._diary.later(self._rng.expovariate(rate / 3600), what)

    def _post(self, plan: AgentPlan) -> None:
        self._plan_hourly(self._habits.posts, partial(self._post, plan))
        if self._switch.picture.agents[plan.id].state != "null" and plan.teams:
            self._diary.do(PostMessage(agent=plan.id, text=self._rng.choice(MESSAGES), seconds=KEPT))

    def _listen(self, plan: AgentPlan) -> None:
        """Listen in for a while, whisper something perhaps; refused if the call is over, or the supervisor is in one."""
        self._plan_hourly(self._habits.listens, partial(self._listen, plan))
        picture = self._switch.picture
        if picture.agents[plan.id].state not in ("ready", "not_ready"):
            return
        crew = [
            other for other in self._diary.plans.values() if other.team in plan.teams and other.id != plan.id
        ]
        talks = [p for other in crew for p in picture.of_agent(other.id) if p.state == "connected"]
        if not talks:
            return
        party = self._rng.choice(talks)
        entered = self._diary.do(
            Supervise(agent=plan.id, call=party.call, action="listen", other=party.agent)
        )
        if isinstance(entered, Done):
            ways: tuple[SuperviseHow, ...] = ("whisper", "barge", "leave")
            for number, action in enumerate(ways, 1):
                step = Supervise(agent=plan.id, call=party.call, action=action)
                self._diary.later(number * self._rng.uniform(10, 30), partial(self._diary.do, step))
