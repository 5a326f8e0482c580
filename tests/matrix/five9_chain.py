"""What comes through a Five9 link of what is so on the switch: both sides of a comparison, brought down to what this wire carries.

It has names of its own for contacts and their calls, made from the switch's; it tells of voice alone; of a call it tells who is in it and how, and
where two calls of the switch became one it goes on with one. Not compared: who muted or held whom alone, threads, recordings' pauses,
what was said, and what queues hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordboard.protocols.five9.lines import hex_id

Plain = dict[str, Any]

_KEPT = ("phase", "direction", "customer", "queue", "disposition")


def renamed(over: Mapping[str, Plain]) -> dict[str, Plain]:
    """How contacts ended, by agent and contact, under the wire's names."""
    return {
        agent: {hex_id("call", ident): ending for ident, ending in ended.items()}
        for agent, ended in over.items()
    }


def carried(agents: Mapping[str, Plain], *, far: bool) -> Plain:
    """The agents with their open contacts; `far`: as the far hub shows them."""
    return {agent: _agent(item, far=far) for agent, item in agents.items()}


def _agent(agent: Plain, *, far: bool) -> Plain:
    reason = agent["reason"] if agent["state"] == "not_ready" else None
    return {
        "state": agent["state"],
        "reason": reason,
        "pending": agent["pending"],
        "contacts": {
            (ident if far else hex_id("call", ident)): _contact(item)
            for ident, item in agent["contacts"].items()
            if item["medium"] == "voice"
        },
    }


def _contact(contact: Plain) -> Plain:
    wrap_up = contact["phase"] == "wrap_up"
    parties = [
        (item["role"], item["id"] or item["number"], item["state"])
        for call in contact["calls"].values()
        for item in call.get("connections", {}).values()
    ]
    return {
        **{name: contact[name] for name in _KEPT},
        "ended_by": contact["ended_by"] if wrap_up else None,
        "parties": [] if wrap_up else sorted(parties),
    }


def in_streams(page: Plain, *, far: bool) -> Plain:
    """What a Streams page shows, or has to; nobody is shown as muted."""
    return {
        **page,
        "contacts": {
            (ident if far else hex_id("call", ident)): {
                "state": item["state"],
                "own": item["own"][0],
                "far": {
                    (place if far else hex_id("party", place)): state
                    for place, (state, _) in item["far"].items()
                },
            }
            for ident, item in page["contacts"].items()
        },
    }
