"""What shows that something was done of which no answer says so: what is told of calls and of the agent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import assert_never

from cordboard.model.entities import Target, TargetKind
from cordboard.protocols.five9 import nouns, wire, words as w
from cordboard.protocols.five9.follow import Follower

Shown = Callable[[Follower], Mapping[str, str] | None]
"""What shows that an order was done: what is to be said of it, or `None` as long as nothing does."""
_SO: Mapping[str, str] = {}
"""It is shown, and there is nothing more to be said."""


def stands(ident: str, *states: str) -> Shown:
    """Whether the call stands so; an empty state is that it is over."""

    def shown(at: Follower) -> Mapping[str, str] | None:
        call = at.call(ident)
        return _SO if (call.state if call is not None else "") in states else None

    return shown


def are_gone(calls: Sequence[str]) -> Shown:
    """Whether none of these calls goes on."""

    def shown(at: Follower) -> Mapping[str, str] | None:
        states = [found.state for ident in calls if (found := at.call(ident)) is not None]
        return _SO if all(state in nouns.OVER for state in states) else None

    return shown


def comes(at: Follower, target: Target) -> Shown:
    """Whether there is a new call to this target, made by the agent; which one."""
    before = {call.id for call in at.calls}

    def shown(now: Follower) -> Mapping[str, str] | None:
        made = (item for item in now.calls if item.id not in before and nouns.outward(now.book, item))
        return next(({"call": item.id} for item in made if _is_to(item, target)), None)

    return shown


def is_recorded(ident: str, *, on: bool) -> Shown:
    """Whether the call is recorded, or not."""

    def shown(at: Follower) -> Mapping[str, str] | None:
        call = at.call(ident)
        return _SO if call is not None and call.recording is on else None

    return shown


def chose(*, ready: bool) -> Shown:
    """Whether the agent has chosen to be ready, now or after the present call."""

    def shown(at: Follower) -> Mapping[str, str] | None:
        found = at.presence.pending_state or at.presence.current_state
        return _SO if (w.CALL in found.ready_channels) == ready else None

    return shown


def has(ident: str, variables: Mapping[str, str]) -> Shown:
    """Whether the call has these variables; one that is empty is as good as none."""

    def shown(at: Follower) -> Mapping[str, str] | None:
        call = at.call(ident)
        same = call is not None and all(
            call.variables.get(key, "") == value for key, value in variables.items()
        )
        return _SO if same else None

    return shown


def _is_to(call: wire.Call, target: Target) -> bool:
    """Whether the call goes to this target, as far as the call says to whom it goes."""
    match target.kind:
        case TargetKind.NUMBER:
            told = [text for text in (call.number, call.dnis) if text]
            return not told or any(nouns.same_number(text, target.number) for text in told)
        case TargetKind.AGENT:
            return call.agent_id in (None, target.id)
        case TargetKind.QUEUE:
            return call.skill_id in (None, target.id)
        case _:
            assert_never(target.kind)
