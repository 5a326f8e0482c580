"""The switch's truth and the hub's folded state, each brought into one plain form, so that they can be held side by side.

`truth` reads nothing but `switch.state()`; `shown` nothing but what a page may see. Neither knows of the other's rules.

What is compared of a contact depends on its phase:

- offered, dialling, active: everything, with all live connections of all its calls. An agent who has left one of them
  (a consult that others went on with) goes on hearing of it for as long as the contact is not in wrap-up.
- wrap-up: the agent has left all calls, and the switch tells them nothing more of these (data that a colleague attaches
  to the call that goes on, parties that come and go). So only what cannot change any more is compared: the calls, their
  kinds and numbers, and that the agent's own connection is gone.
- closed: how it ended and what was chosen, for those that the hub still remembers.

Not compared: times (two clocks), names of a call's past parties, what is only the hub's (notes, records, flags).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

from cordboard.model.entities import (
    AgentState,
    Call,
    Connection,
    ConnectionState,
    Contact,
    Phase,
    Suggestion,
    Utterance,
)
from cordboard.model.ids import ContactId, Subject, subject_id

Plain = dict[str, Any]


_Told = TypeVar("_Told", Utterance, Suggestion)


class Shown(Protocol):
    """As much of a `SubjectState` or a `View` as is compared."""

    @property
    def states(self) -> Mapping[str, AgentState]: ...
    @property
    def utterances(
        self,
    ) -> Mapping[ContactId, Mapping[str, Utterance]] | Mapping[ContactId, tuple[Utterance, ...]]: ...
    @property
    def suggestions(
        self,
    ) -> Mapping[ContactId, Mapping[str, Suggestion]] | Mapping[ContactId, tuple[Suggestion, ...]]: ...
    @property
    def contacts(self) -> Mapping[ContactId, Contact]: ...


def differences(seen: object, so: object, where: str = "") -> list[str]:
    """Where two plain forms differ, each with both: of large ones nobody would find it otherwise."""
    if isinstance(seen, dict) and isinstance(so, dict):
        return [
            found
            for key in dict.fromkeys((*seen, *so))
            for found in differences(seen.get(key), so.get(key), f"{where}/{key}")
        ]
    return [] if seen == so else [f"{where}: {seen!r} is shown, {so!r} is so"]


# --- the hub's side --------------------------------------------------------------------------------------------------


def shown(states: Mapping[Subject, Shown]) -> Plain:
    """What the hub shows of all agents and queues."""
    agents, queues = {}, {}
    for subject, state in states.items():
        if subject.startswith("agent/"):
            agents[subject_id(subject)] = _shown_agent(state)
        elif subject.startswith("queue/"):
            queues[subject_id(subject)] = {
                str(contact.id): {
                    "thread": contact.thread,
                    "customer": contact.customer.number if contact.customer else None,
                    "queue": contact.queue.id if contact.queue else None,
                    "since": contact.queued.vendor,
                }
                for contact in state.contacts.values()
            }
    return {"agents": agents, "queues": queues}


def _shown_agent(state: Shown) -> Plain:
    states = {item.medium.value: _shown_state(item) for item in state.states.values()}
    return {
        **states.pop("voice"),
        "media": states,
        "contacts": {
            str(contact.id): {
                **_shown_contact(contact),
                "said": _read(state, contact),
                "suggested": _suggested(state, contact),
            }
            for contact in state.contacts.values()
        },
    }


def _told(table: Mapping[str, _Told] | tuple[_Told, ...]) -> Iterable[_Told]:
    return table if isinstance(table, tuple) else table.values()


def _read(state: Shown, contact: Contact) -> list[list[object]]:
    """The contact's transcript, as one reads it. In wrap-up the others may go on talking."""
    if contact.phase is Phase.WRAP_UP:
        return []
    said = sorted(_told(state.utterances.get(contact.id, ())), key=lambda said: (said.start, said.id))
    return [[item.id, item.role.value, item.author, item.text, item.final] for item in said]


def _suggested(state: Shown, contact: Contact) -> list[str]:
    """What was suggested to the agent. In wrap-up the others may go on being helped."""
    if contact.phase is Phase.WRAP_UP:
        return []
    return sorted(made.id for made in _told(state.suggestions.get(contact.id, ())))


def _shown_state(agent: AgentState) -> Plain:
    pending = agent.pending
    return {
        "state": agent.state.value,
        "reason": agent.reason.code if agent.reason else None,
        "pending": [pending.state.value, pending.reason.code if pending.reason else None]
        if pending
        else None,
    }


def _shown_contact(contact: Contact) -> Plain:
    wrap_up = contact.phase is Phase.WRAP_UP
    return {
        "phase": contact.phase.value,
        "medium": contact.medium.value,
        "subject": contact.subject,
        "ended_by": contact.ended_by.value if contact.ended_by else None,
        "disposition": contact.disposition,
        "queue": contact.queue.id if contact.queue else None,
        "thread": contact.thread,
        "previous": contact.previous,
        "direction": contact.direction.value,
        "customer": contact.customer.number if contact.customer else None,
        "calls": {
            str(call.id): _shown_call(call, contact.agent or "", wrap_up=wrap_up) for call in contact.calls
        },
    }


def _shown_call(call: Call, agent: str, *, wrap_up: bool) -> Plain:
    numbers = {
        "kind": call.kind.value,
        "direction": call.direction.value,
        "calling": call.ani,
        "called": call.dnis or call.dialled,
    }
    if wrap_up:
        own = [
            c for c in call.connections if c.participant.id == agent and c.state is not ConnectionState.NULL
        ]
        return {**numbers, "own": [c.state.value for c in own]}
    return {
        **numbers,
        "data": {**call.data.peripheral, **call.data.named},
        "recording": call.recording,
        "wrap_up_reason": call.wrap_up_reason,
        "ended": call.cleared,
        "connections": {
            str(item.id): _shown_connection(item)
            for item in call.connections
            if item.state is not ConnectionState.NULL
        },
    }


def _shown_connection(item: Connection) -> Plain:
    return {
        "role": item.participant.role.value,
        "id": item.participant.id,
        "number": item.participant.number,
        "state": item.state.value,
        "muted": item.muted,
        "held_alone": item.held_alone,
        "parked": item.parked,
        "supervises": item.supervises.value if item.supervises else None,
    }


def remembered(contacts: Iterable[Contact]) -> Plain:
    """How the closed ones ended."""
    return {
        str(contact.id): [contact.ended_by.value if contact.ended_by else None, contact.disposition]
        for contact in contacts
    }


# --- the switch's side -----------------------------------------------------------------------------------------------


def truth(state: Mapping[str, Any]) -> Plain:
    """What is so on the switch, from `switch.state()`."""
    calls: dict[str, Plain] = dict(state["calls"])
    for agent in state["agents"].values():
        for segment in agent["segments"]:
            calls.update((call["id"], call) for call in segment["calls"])
    waiting: Plain = {}
    for call in calls.values():
        for party in call["parties"]:
            if party["role"] == "queue" and party["state"] == "queued":
                waiting.setdefault(party["queue"], {})[party["id"]] = {
                    "thread": party["interaction"],
                    "customer": _customer(call, calls),
                    "queue": party["queue"],
                    "since": party["since"],
                }
    return {
        "agents": {ident: _true_agent(agent, calls) for ident, agent in state["agents"].items()},
        "queues": waiting,
    }


def closed(state: Mapping[str, Any], agent: str) -> Plain:
    """How the agent's closed segments ended."""
    return {
        segment["id"]: [segment["ended_by"], segment["disposition"] or ""]
        for segment in state["agents"][agent]["segments"]
        if segment["phase"] == "closed"
    }


def _true_agent(agent: Plain, calls: dict[str, Plain]) -> Plain:
    return {
        **_true_state(agent),
        "media": {medium: _true_state(item) for medium, item in agent["media"].items()},
        "contacts": {
            segment["id"]: _true_contact(segment, calls)
            for segment in agent["segments"]
            if segment["phase"] != "closed"
        },
    }


def _true_state(agent: Plain) -> Plain:
    pending = agent["pending"]
    return {
        "state": agent["state"],
        "reason": agent["reason"],
        "pending": [pending["state"], pending["reason"]] if pending else None,
    }


def _true_contact(segment: Plain, calls: dict[str, Plain]) -> Plain:
    wrap_up = segment["phase"] == "wrap_up"
    return {
        "phase": segment["phase"],
        "medium": segment["medium"],
        "subject": segment["calls"][0]["subject"],
        "said": _true_transcript(segment),
        "suggested": []
        if wrap_up
        else sorted(made["id"] for call in segment["calls"] for made in call["suggested"]),
        "ended_by": segment["ended_by"],
        "disposition": segment["disposition"] or "",
        "queue": segment["queue"],
        "thread": segment["interaction"],
        "previous": segment["previous"],
        "direction": segment["direction"],
        "customer": _customer(segment["calls"][0], calls),
        "calls": {call["id"]: _true_call(call, segment, wrap_up=wrap_up) for call in segment["calls"]},
    }


def _true_transcript(segment: Plain) -> list[list[object]]:
    """What was said in the agent's calls, while they are in them."""
    if segment["phase"] == "wrap_up":
        return []
    said = [item for call in segment["calls"] for item in call["said"]]
    return [
        [item["id"], item["role"], item["agent"], item["text"], item["final"]]
        for item in sorted(said, key=lambda item: (item["start"], item["id"]))
    ]


def _true_call(call: Plain, segment: Plain, *, wrap_up: bool) -> Plain:
    agent = segment["agent"]
    numbers = {name: call[name] for name in ("kind", "direction", "calling", "called")}
    if segment["watches"] == call["id"]:
        numbers["kind"] = "monitor"
    live = [party for party in call["parties"] if party["state"] != "null" and _known(party, agent)]
    if wrap_up:
        return {**numbers, "own": [party["state"] for party in live if party["segment"] == segment["id"]]}
    return {
        **numbers,
        "data": call["data"],
        "recording": call["recording"],
        "wrap_up_reason": call["wrap_up_reason"] or "",
        "ended": call["ended"] is not None,
        "connections": {party["id"]: _true_party(party) for party in live},
    }


def _known(party: Plain, agent: str) -> bool:
    """Whether the agent hears of this party: not of one who listens, and only as the supervised one of one who whispers."""
    if party["role"] == "dialler":
        return False
    if party["agent"] == agent:
        return True
    if party["supervises"] == "whisper":
        return bool(party["supervised"] == agent)
    return bool(party["supervises"] != "listen")


def _true_party(party: Plain) -> Plain:
    # Who has put the call on hold themselves is on hold by their own doing, whoever else holds them.
    alone = party["held_by"] is not None and party["state"] == "connected"
    return {
        "role": "supervisor" if party["supervises"] else party["role"],
        "id": {"agent": party["agent"], "queue": party["queue"]}.get(party["role"], ""),
        "number": party["number"],
        # Someone held alone by another is on hold, although their own line is not.
        "state": "hold" if alone else party["state"],
        "muted": party["muted"],
        "held_alone": alone,
        "parked": party["parked"],
        "supervises": party["supervises"],
    }


def _customer(call: Plain, calls: dict[str, Plain]) -> str | None:
    """The number of the customer of the matter: of this call, of that which it came into, or of that which it is a consult about."""
    at: Plain | None = call
    while at is not None:
        if at["kind"] == "reservation":
            return str(at["called"])
        for party in at["parties"]:
            if party["role"] == "customer":
                return str(party["number"])
        at = calls.get(at["into"] or at["parent"] or "")
    return None
