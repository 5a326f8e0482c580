"""The switch's own state and a page's view, each brought into the same plain shape. Nothing of `fold` is used here.

What is compared of an open segment: its phase, and while the agent has a part in its calls every live party of them. A
segment in wrap-up has no live part in any call any more: what the others go on to do in it is not told to its agent, so
there only phase, ending and disposition are compared.
"""

from __future__ import annotations

from typing import Any

from cordboard.model.entities import Phase
from cordboard.model.view import View

Json = dict[str, Any]


def of_switch(truth: Json) -> dict[str, Json]:
    """By agent, from the console's state."""
    return {name: _agent(agent) for name, agent in truth["agents"].items()}


def of_view(view: View) -> Json:
    """One agent, from a page's view."""
    (state,) = (item for item in view.states.values() if item.medium == "voice")
    contacts = {}
    for contact in view.contacts.values():
        calls = {}
        if contact.phase is not Phase.WRAP_UP:
            for call in contact.calls:
                live = {
                    str(item.id): [item.state.value, item.muted, item.held_alone]
                    for item in call.connections
                    if item.state.value != "null"
                }
                if live:
                    calls[str(call.id)] = {
                        "parties": live,
                        "data": call.data.peripheral,
                        "recording": call.recording,
                    }
        contacts[str(contact.id)] = {
            "phase": contact.phase.value,
            "ended_by": contact.ended_by.value if contact.ended_by else None,
            "disposition": contact.disposition,
            "queue": contact.queue.id if contact.queue else None,
            "calls": calls,
        }
    pending = state.pending.state.value if state.pending else None
    return {
        "state": state.state.value,
        "reason": state.reason.code if state.reason else None,
        "pending": pending,
        "contacts": contacts,
    }


def _agent(agent: Json) -> Json:
    contacts = {}
    for segment in agent["segments"]:
        if segment["phase"] == "closed":
            continue
        calls = {}
        if segment["phase"] != "wrap_up":
            for call in segment["calls"]:
                live = {
                    party["id"]: [
                        "hold" if party["held_by"] and party["state"] == "connected" else party["state"],
                        party["muted"],
                        party["held_by"] is not None,
                    ]
                    for party in call["parties"]
                    if party["state"] != "null"
                }
                if live:
                    calls[call["id"]] = {
                        "parties": live,
                        "data": call["data"],
                        "recording": call["recording"],
                    }
        contacts[segment["id"]] = {
            "phase": segment["phase"],
            "ended_by": segment["ended_by"],
            "disposition": segment["disposition"] or "",
            "queue": segment["queue"],
            "calls": calls,
        }
    pending = agent["pending"]["state"] if agent["pending"] else None
    return {"state": agent["state"], "reason": agent["reason"], "pending": pending, "contacts": contacts}
