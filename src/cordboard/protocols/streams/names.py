"""Amazon resource names, made from our ids and read back into them.

The library needs their form only: a routing profile's name has to fit ``:<digits>:instance/<hex and dashes>/``, and an
agent's own queue has ``/agent/<id>`` in it. They name no account: its number is all zeros, and so is most of the instance.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from cordboard.model.entities import Target, TargetKind

REGION = "xx-local-1"
INSTANCE_ID = "c04dbea4-0000-4000-8000-000000000000"
INSTANCE = f"arn:aws:connect:{REGION}:000000000000:instance/{INSTANCE_ID}"


def arn(kind: str, ident: str) -> str:
    """The name of something of ours, of a kind like ``queue``, ``agent`` or ``agent-state``."""
    return f"{INSTANCE}/{kind}/{quote(ident, safe='')}"


def own_queue_arn(agent: str) -> str:
    """The queue that an agent is for itself."""
    return f"{INSTANCE}/queue/agent/{quote(agent, safe='')}"


def ident_of(text: str | None) -> str:
    """The id behind the last slash of a name; empty if there is none."""
    return unquote((text or "").rpartition("/")[2])


def target_arn(target: Target) -> str:
    """The name of someone that can be called."""
    return arn("transfer-destination", f"{target.kind.value}:{target.id or target.number}")


def target_of(text: str | None) -> Target | None:
    """The target behind a name that `target_arn` made, or behind a queue's or agent's name; `None` if it is neither."""
    place, _, last = (text or "").rpartition("/")
    ident = unquote(last)
    if place == f"{INSTANCE}/transfer-destination":
        kind, _, name = ident.partition(":")
        if kind == TargetKind.NUMBER and name:
            return Target(kind=TargetKind.NUMBER, number=name)
        if kind in {TargetKind.AGENT, TargetKind.QUEUE} and name:
            return Target(kind=TargetKind(kind), id=name)
    for found in (TargetKind.AGENT, TargetKind.QUEUE):
        if ident and place == f"{INSTANCE}/{found.value}":
            return Target(kind=found, id=ident)
    return None
