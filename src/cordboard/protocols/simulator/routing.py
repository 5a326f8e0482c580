"""Who is offered which waiting call. Pure: given the picture, the same answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

import msgspec

from cordboard.protocols.simulator.centre import AgentPlan, QueuePlan


class Idle(Protocol):
    """Who could take something: an agent, how many contacts of the medium they have, and since when they are what they are."""

    @property
    def id(self) -> str:
        """The agent's id."""

    @property
    def load(self) -> int:
        """What they have already."""

    @property
    def since(self) -> int:
        """Since when they wait."""


_I = TypeVar("_I", bound=Idle)


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A call that stands in a queue. `entered` stays what it was when the call comes back unanswered.

    `declined` are the agents who rejected it, each with the time until which they are not asked again.
    """

    call: str
    party: str
    queue: str
    entered: int
    place: int
    declined: Mapping[str, int] = {}


def in_order(waiting: Iterable[Waiting], queues: Mapping[str, QueuePlan]) -> list[Waiting]:
    """Waiting calls in the order they are served: higher queue priority first, then who came first."""
    return sorted(waiting, key=lambda w: (-queues[w.queue].priority, w.entered, w.place))


def serves(plan: AgentPlan, queue: QueuePlan) -> bool:
    """Whether the agent takes this queue's calls at all: a member, with the skill it asks for."""
    return queue.id in plan.queues and (queue.skill is None or plan.skills.get(queue.skill, 0) > 0)


def choice(
    call: Waiting, queue: QueuePlan, ready: Sequence[_I], plans: Mapping[str, AgentPlan], now: int
) -> _I | None:
    """The ready agent to offer the call to, or None. Ties go to whoever has the least to do, has been ready longest, then by id."""
    able = [a for a in ready if serves(plans[a.id], queue) and call.declined.get(a.id, now) <= now]

    def order(agent: Idle) -> tuple[int, int, int, str]:
        plan = plans[agent.id]
        first = 0
        match queue.routing:
            case "longest_idle":
                pass
            case "priority":
                first = plan.queues[queue.id]
            case "skill":
                first = -plan.skills.get(queue.skill or "", 0)
        return first, agent.load, agent.since, agent.id

    return min(able, key=order, default=None)
