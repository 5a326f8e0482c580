"""Statistics: counters of queues, teams and agents, brought forward record by record. Nothing is ever counted again.

An agent who is logged on counts, for each of their queues and for their team, in exactly one of ready, not ready, ringing,
talking (inbound, outbound, internal), wrap-up (ready, not ready) and, for a queue, busy with other work; the sum is
`agents-logged-on`. For a queue of chats or tasks it is their state for these that counts, for the team that for calls. A contact that came to a queue today is in exactly one place as well::

    offered = answered + abandoned + timed-out + diverted + waiting + ringing

`Bulletin` tells what has changed, each subject at most so often.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from cordboard.model.ids import Millis
from cordboard.protocols.simulator.centre import Centre, Medium
from cordboard.protocols.simulator.consequences import duty_id
from cordboard.protocols.simulator.journal import Kind
from cordboard.protocols.simulator.picture import Agent, Callback, Duty, Party, Picture, Segment, Thing

DAY: Millis = 24 * 60 * 60 * 1000
NONE_YET = 100.0
"""The service level of a queue to which nobody has come."""

Board = Literal["queue", "team", "agent"]
Key = tuple[Board, str]
"""Whose counters: the kind and the id of a subject."""

OCCUPATIONS: Mapping[str, tuple[str, ...]] = {
    "ready": ("agents-ready",),
    "not-ready": ("agents-not-ready",),
    "ringing": ("agents-busy", "agents-ringing"),
    "inbound": ("agents-busy", "agents-talking-inbound"),
    "outbound": ("agents-busy", "agents-talking-outbound"),
    "internal": ("agents-busy", "agents-talking-internal"),
    "other": ("agents-busy", "agents-busy-other"),
    "wrap-up-ready": ("agents-wrap-up", "agents-wrap-up-ready"),
    "wrap-up-not-ready": ("agents-wrap-up", "agents-wrap-up-not-ready"),
}
"""What an agent does -> the gauges in which they count, besides `agents-logged-on`."""
_AGENT_GAUGES = ("agents-logged-on", *sorted({name for names in OCCUPATIONS.values() for name in names}))

_ENDS: Mapping[str | None, str] = {"abandoned": "contacts-abandoned", "max-wait": "contacts-timed-out"}


class Occupation(NamedTuple):
    """What an agent does, and for which queue, if it is one's."""

    doing: str
    queue: str | None


class _Visit(NamedTuple):
    """One contact's stay with one queue, from its coming until an answer or its going; offers included."""

    queue: str
    entered: Millis


class Counters:
    """The gauges of one subject; those that are not kept as they are follow from sums."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.now: dict[str, float] = dict.fromkeys(names, 0)
        """What is so at present."""
        self.today: dict[str, int] = {}
        """What happened since midnight, and the sums that averages are made of."""

    def add(self, name: str, amount: int = 1) -> None:
        """Count what happened today."""
        self.today[name] = self.today.get(name, 0) + amount


class Statistics:
    """The counters of one switch. It is told of each record as it is written (`see`), and looks at nothing else."""

    def __init__(self, centre: Centre, picture: Picture, now: Millis) -> None:
        self._picture = picture
        self._plans = {plan.id: plan for plan in centre.agents}
        self._queues = {plan.id: plan for plan in centre.queues}
        self._offset = centre.rules.utc_offset * 60_000
        self._midnight = self._next_midnight(now)
        self._boards: dict[Key, Counters] = {}
        for queue in centre.queues:
            self._boards["queue", queue.id] = Counters(
                (*_AGENT_GAUGES, "calls-waiting", "callbacks-waiting", "longest-waiting-since")
            )
        for agent in centre.agents:
            self._boards["agent", agent.id] = Counters(())
            if agent.team:
                self._boards.setdefault(("team", agent.team), Counters(_AGENT_GAUGES))
        self._waiting: dict[str, dict[str, Millis]] = {queue.id: {} for queue in centre.queues}
        """By queue: who stands in it, oldest first."""
        self._visits: dict[str, _Visit] = {}
        """By the party that stands for the contact now: the queue's, or the agent's to whom it is offered."""
        self._between: dict[tuple[str, str], _Visit] = {}
        """On the way from a queue to an agent or back, by call and queue."""
        self._wrapping: dict[str, Millis] = {}
        self._occupied: dict[str, Occupation] = {}
        self._restless: dict[str, None] = {}
        """Agents who may be doing something else by now, by the id of their state for a medium."""
        self._changed: dict[Key, None] = dict.fromkeys(self._boards)

    @property
    def keys(self) -> tuple[Key, ...]:
        """All who have counters."""
        return tuple(self._boards)

    def see(self, kind: Kind, before: Thing | None, after: Thing, at: Millis, cause: str | None) -> None:
        """A record was written."""
        if at >= self._midnight:
            self._begin_day(at)
        match after:
            case Party():
                if after.agent is not None:
                    self._restless[duty_id(after.agent, after.medium)] = None
                moved = not isinstance(before, Party) or before.state != after.state
                if after.queue is not None and moved:
                    self._visit(kind, after, at, cause, new=before is None)
            case Agent() | Duty():
                self._restless[after.id] = None
            case Segment():
                self._restless[duty_id(after.agent, after.medium)] = None
                self._segment(kind, after, at)
            case Callback(queue=str() as queue):
                self._promise_changed(queue, before, after)
            case _:
                pass

    def changed(self) -> dict[Key, None]:
        """Whose counters may have changed since this was asked last, in the order of the change."""
        self._catch_up()
        found, self._changed = self._changed, {}
        return found

    def gauges(self, key: Key) -> dict[str, float]:
        """The values of one subject by name."""
        self._catch_up()
        board = self._boards[key]
        today = board.today
        found = {**board.now}
        for name in _TODAY[key[0]]:
            found[name] = today.get(name, 0)
        for name, (total, count) in _AVERAGES[key[0]].items():
            found[name] = round(today.get(total, 0) / today[count]) if today.get(count) else 0
        if key[0] == "queue":
            found["service-level"] = _service_level(today)
        return found

    # --- contacts of queues ------------------------------------------------------------------------------------------

    def _visit(self, kind: Kind, party: Party, at: Millis, cause: str | None, *, new: bool) -> None:
        queue = party.queue or ""
        place = (party.call, queue)
        if party.role == "queue":
            waiting = self._waiting[queue]
            if party.state == "queued":
                back = self._between.pop(place, None) if cause == "returned" else None
                if back is None:
                    back = _Visit(queue, at)
                    self._count(queue, "contacts-offered")
                self._visits[party.id] = back
                waiting[party.id] = at
            elif party.state == "null":
                waiting.pop(party.id, None)
                visit = self._visits.pop(party.id, None)
                if visit is not None and kind == "diverted" and cause == "routed":
                    self._between[place] = visit
                elif visit is not None:
                    self._leave(visit, _ENDS.get(cause, "contacts-diverted"), at)
            self._stand(queue)
        elif new and kind == "delivered":
            visit = self._between.pop(place, None)
            if visit is not None:
                self._visits[party.id] = visit
        elif party.id in self._visits and party.state != "alerting":
            visit = self._visits.pop(party.id)
            if party.state in ("connected", "hold"):
                self._answered(visit, at)
            elif kind == "diverted" and cause in ("no-answer", "rejected"):
                self._between[place] = visit
            else:
                gone = "contacts-abandoned" if kind == "connection-cleared" else "contacts-diverted"
                self._leave(visit, gone, at)

    def _promise_changed(self, queue: str, before: Thing | None, after: Callback) -> None:
        """A callback waits in a queue from its promise until it is kept or called off; while it is being offered it does not."""
        waited = isinstance(before, Callback) and before.state == "promised"
        more = (after.state == "promised") - waited
        if more:
            self._boards["queue", queue].now["callbacks-waiting"] += more
            self._changed["queue", queue] = None

    def _stand(self, queue: str) -> None:
        waiting = self._waiting[queue]
        now = self._boards["queue", queue].now
        now["calls-waiting"] = len(waiting)
        now["longest-waiting-since"] = next(iter(waiting.values()), 0)
        self._changed["queue", queue] = None

    def _answered(self, visit: _Visit, at: Millis) -> None:
        self._leave(visit, "contacts-answered", at)
        self._count(visit.queue, "waited", at - visit.entered)
        if at - visit.entered <= self._promise(visit.queue):
            self._count(visit.queue, "contacts-answered-in-time")

    def _leave(self, visit: _Visit, how: str, at: Millis) -> None:
        self._count(visit.queue, how)
        waited = at - visit.entered
        if how in ("contacts-abandoned", "contacts-timed-out") and waited > self._promise(visit.queue):
            self._count(visit.queue, "too-late")
        today = self._boards["queue", visit.queue].today
        today["longest-wait"] = max(today.get("longest-wait", 0), waited)

    def _promise(self, queue: str) -> Millis:
        return self._queues[queue].answer_within * 1000

    def _count(self, queue: str, name: str, amount: int = 1) -> None:
        self._boards["queue", queue].add(name, amount)
        self._changed["queue", queue] = None

    # --- agents ------------------------------------------------------------------------------------------------------

    def _segment(self, kind: Kind, segment: Segment, at: Millis) -> None:
        if kind == "segment-wrap-up":
            self._wrapping[segment.id] = at
        if kind != "segment-closed":
            return
        wrapped = self._wrapping.pop(segment.id, at)
        for key in self._concerned(segment):
            board = self._boards[key]
            if segment.ended_by in ("missed", "declined"):
                board.add("contacts-missed")
            elif segment.answered is not None:
                board.add("contacts-handled")
                board.add("talked", wrapped - segment.answered)
                board.add("wrapped", at - wrapped)
                board.add("handled", at - segment.answered)
            self._changed[key] = None

    def _concerned(self, segment: Segment) -> Iterator[Key]:
        yield "agent", segment.agent
        team = self._plans[segment.agent].team
        if team:
            yield "team", team
        if segment.queue is not None:
            yield "queue", segment.queue

    def _catch_up(self) -> None:
        """Only now is it looked what agents do who may be doing something else: in a step they often do one thing after another."""
        for ident in self._restless:
            self._occupy(ident)
        self._restless = {}

    def _occupy(self, ident: str) -> None:
        who = self._picture.duties.get(ident) or self._picture.agents[ident]
        old, new = self._occupied.get(ident), self._occupation(who)
        if old == new:
            return
        for occupation, amount in ((old, -1), (new, 1)):
            if occupation is not None:
                for key, doing in self._places(who, occupation):
                    now = self._boards[key].now
                    now["agents-logged-on"] += amount
                    for name in OCCUPATIONS[doing]:
                        now[name] += amount
                    self._changed[key] = None
        if new is None:
            del self._occupied[ident]
        else:
            self._occupied[ident] = new

    def _places(self, who: Agent | Duty, at: Occupation) -> Iterator[tuple[Key, str]]:
        """Where the agent counts, and as doing what."""
        ident, medium = _of(who)
        plan = self._plans[ident]
        if plan.team and medium == "voice":
            yield ("team", plan.team), at.doing
        for queue in plan.queues:
            if self._queues[queue].medium == medium:
                elsewhere = at.queue is not None and at.queue != queue
                other = elsewhere and at.doing not in ("ready", "not-ready")
                yield ("queue", queue), "other" if other else at.doing

    def _occupation(self, who: Agent | Duty) -> Occupation | None:
        match who.state:
            case "null":
                return None
            case "ready":
                return Occupation("ready", None)
            case "not_ready":
                return Occupation("not-ready", None)
            case "working_after_call":
                then = (who.pending or who.resume).state
                doing = "wrap-up-ready" if then == "ready" else "wrap-up-not-ready"
                ident, medium = _of(who)
                open_now = (item for item in self._picture.open_segments(ident) if item.medium == medium)
                first = next(open_now, None)
                return Occupation(doing, None if first is None else first.queue)
            case "busy":
                return self._contact(*_of(who))

    def _contact(self, agent: str, medium: Medium) -> Occupation:
        own = self._picture.of_agent(agent, medium)
        if not own:
            return Occupation("ringing", None)
        first = min(own, key=self._rank)
        segment = self._picture.segments.get(first.segment or "")
        queue = segment.queue if segment is not None else None
        if first.state == "alerting":
            return Occupation("ringing", queue)
        if first.silent:
            return Occupation("internal", queue)
        return Occupation(self._picture.calls[first.call].direction, queue)

    def _rank(self, party: Party) -> tuple[bool, bool]:
        """An agent's main matter comes first: what they talk in before what rings, a call before a consult about it."""
        return party.state == "alerting", self._picture.calls[party.call].kind != "main"

    # --- days --------------------------------------------------------------------------------------------------------

    def _begin_day(self, at: Millis) -> None:
        self._midnight = self._next_midnight(at)
        for board in self._boards.values():
            board.today.clear()
        for visit in (*self._visits.values(), *self._between.values()):  # who is still there came today, too
            self._boards["queue", visit.queue].add("contacts-offered")
        self._changed.update(dict.fromkeys(self._boards))

    def _next_midnight(self, now: Millis) -> Millis:
        return ((now + self._offset) // DAY + 1) * DAY - self._offset


class Bulletin:
    """What watchers are told of the counters: what has changed, and of one subject at most every so many milliseconds."""

    def __init__(self, statistics: Statistics, every: Millis) -> None:
        self._statistics = statistics
        self._every = every
        self._told: dict[Key, dict[str, float]] = {}
        self._when: dict[Key, Millis] = {}
        self._late: set[Key] = set()
        """Changed and not told yet."""
        self._turns: list[tuple[Millis, Key]] = []
        """Their turns, a heap."""
        self._note(statistics.keys)

    def news(self, at: Millis) -> Iterator[tuple[Key, str, float]]:
        """The values to be told now, in real time `at`; the rest when `wait` is over."""
        self._note(self._statistics.changed())
        while self._turns and self._turns[0][0] <= at:
            _, key = heapq.heappop(self._turns)
            self._late.discard(key)
            told = self._told.setdefault(key, {})
            for name, value in self._statistics.gauges(key).items():
                if told.get(name) != value:
                    told[name] = value
                    self._when[key] = at
                    yield key, name, value

    def wait(self, at: Millis) -> Millis | None:
        """How long until there is something to tell that has already happened."""
        return max(0, self._turns[0][0] - at) if self._turns else None

    def _note(self, changed: Iterable[Key]) -> None:
        for key in changed:
            if key not in self._late:
                self._late.add(key)
                heapq.heappush(self._turns, (self._when.get(key, -self._every) + self._every, key))


def _of(who: Agent | Duty) -> tuple[str, Medium]:
    """Whose state it is, and for what."""
    return (who.agent, who.medium) if isinstance(who, Duty) else (who.id, "voice")


_TIMES: Mapping[str, tuple[str, str]] = {
    "average-handle-time": ("handled", "contacts-handled"),
    "average-talk-time": ("talked", "contacts-handled"),
    "average-wrap-up-time": ("wrapped", "contacts-handled"),
}
_TODAY: Mapping[Board, tuple[str, ...]] = {
    "queue": (
        "contacts-abandoned",
        "contacts-answered",
        "contacts-answered-in-time",
        "contacts-diverted",
        "contacts-handled",
        "contacts-missed",
        "contacts-offered",
        "contacts-timed-out",
        "longest-wait",
    ),
    "team": ("contacts-handled", "contacts-missed"),
    "agent": ("contacts-handled", "contacts-missed"),
}
_AVERAGES: Mapping[Board, Mapping[str, tuple[str, str]]] = {
    "queue": {**_TIMES, "average-speed-of-answer": ("waited", "contacts-answered")},
    "team": _TIMES,
    "agent": _TIMES,
}


def _service_level(today: Mapping[str, int]) -> float:
    counted = today.get("contacts-answered", 0) + today.get("too-late", 0)
    return round(100 * today.get("contacts-answered-in-time", 0) / counted, 1) if counted else NONE_YET
