from __future__ import annotations

from cordboard.protocols.simulator.centre import AgentPlan, QueuePlan, Routing
from cordboard.protocols.simulator.picture import Agent
from cordboard.protocols.simulator.routing import Waiting, choice, in_order, serves


def queue(
    routing: Routing = "longest_idle", skill: str | None = None, priority: int = 0, ident: str = "q"
) -> QueuePlan:
    return QueuePlan(id=ident, name=ident, number="8001", routing=routing, skill=skill, priority=priority)


def plan(ident: str, rank: int = 1, **skills: int) -> AgentPlan:
    return AgentPlan(id=ident, login=ident, name=ident, extension=ident, queues={"q": rank}, skills=skills)


PLANS = {p.id: p for p in (plan("a", 3, french=2), plan("b", 1, french=9), plan("c", 2))}
READY = [
    Agent(id="a", state="ready", since=10),
    Agent(id="b", state="ready", since=30),
    Agent(id="c", state="ready", since=20),
]
CALL = Waiting(call="c1", party="p1", queue="q", entered=0, place=1)


def picked(queue_plan: QueuePlan, call: Waiting = CALL, now: int = 100) -> str | None:
    agent = choice(call, queue_plan, READY, PLANS, now)
    return agent.id if agent else None


def test_longest_idle_takes_who_has_been_ready_longest() -> None:
    assert picked(queue()) == "a"


def test_priority_takes_the_lowest_rank() -> None:
    assert picked(queue("priority")) == "b"


def test_skill_takes_the_highest_level_and_none_without_it() -> None:
    assert picked(queue("skill", "french")) == "b"
    assert picked(queue("longest_idle", "french")) == "a"
    assert picked(queue("skill", "welsh")) is None
    assert not serves(PLANS["c"], queue(skill="french"))


def test_only_members_are_asked() -> None:
    assert picked(queue(ident="other")) is None


def test_who_declined_is_asked_again_only_after_a_rest() -> None:
    call = Waiting(call="c1", party="p1", queue="q", entered=0, place=1, declined={"a": 150})
    assert picked(queue(), call, now=149) == "c"
    assert picked(queue(), call, now=150) == "a"


def test_ties_go_by_id_whatever_the_order() -> None:
    ready = [Agent(id=i, state="ready", since=5) for i in ("c", "a", "b")]
    assert choice(CALL, queue(), ready, PLANS, 100) == ready[1]


def test_calls_of_the_more_important_queue_go_first_then_in_order_of_arrival() -> None:
    queues = {"q": queue(), "vip": queue(ident="vip", priority=5)}
    waiting = [
        Waiting(call="c1", party="p1", queue="q", entered=5, place=1),
        Waiting(call="c2", party="p2", queue="vip", entered=9, place=2),
        Waiting(call="c3", party="p3", queue="q", entered=1, place=3),
        Waiting(call="c4", party="p4", queue="q", entered=5, place=0),
    ]
    assert [w.call for w in in_order(waiting, queues)] == ["c2", "c3", "c4", "c1"]
