"""The switch's truth in the words of Amazon's library, and what a page was told, each in one plain form.

`streams_truth` reads nothing but `switch.state()` and knows none of the session's code; the other two read what a page has:
from a document of ours, or from the library in a browser. Compared are the agent's state and the one chosen for later, and
of each contact its state, the agent's own connection, and everybody else who is there. Not compared: times, names, and
connections of those who have gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cordboard.protocols.streams.document import Document

Json = dict[str, Any]

OWN = ("agent", "monitoring")
TALKING = ("offered", "dialling", "active")
AT_ONCE = 2_000
"""Milliseconds within which a centre holds an agent back for a missed call."""


def streams_truth(state: Json, centre: Json, agent: str) -> Json:
    """What a page of the agent has to be told. `state`: with all that is over."""
    return _Truth(state["agents"][agent], centre).streams()


def of_document(document: Document) -> Json:
    """What a document says."""
    snapshot = document.snapshot
    return of_library(
        {
            "state": snapshot.state.name,
            "next": snapshot.next_state.name if snapshot.next_state else None,
            "contacts": {
                item.contact_id: {
                    "state": item.state.type,
                    "connections": {
                        place.connection_id: [
                            "own" if place.type in OWN else "far",
                            place.state.type,
                            place.initial,
                            place.mute,
                        ]
                        for place in item.connections
                    },
                }
                for item in snapshot.contacts
            },
        }
    )


def of_library(snapshot: Mapping[str, Any]) -> Json:
    """What the library says, connection by connection: whose it is, its state, whether it is `initial`, whether it is muted."""
    contacts = {}
    for ident, contact in snapshot["contacts"].items():
        places = contact["connections"]
        assert [first for _, _, first, _ in places.values()].count(True) == 1, (ident, places)
        ((own, own_muted),) = [(state, muted) for whose, state, _, muted in places.values() if whose == "own"]
        far = {
            place: [state, muted]
            for place, (whose, state, _, muted) in places.items()
            if whose == "far" and state != "disconnected" and not place.endswith(":far")
        }
        contacts[ident] = {"state": contact["state"], "own": [own, own_muted], "far": far}
    return {"state": snapshot["state"], "next": snapshot["next"], "contacts": contacts}


class _Truth:
    def __init__(self, agent: Json, centre: Json) -> None:
        self._agent = agent
        self._centre = centre
        voice = [item for item in agent["segments"] if item["medium"] == "voice"]
        self._open = [item for item in voice if item["phase"] != "closed"]
        self._closed = [item for item in voice if item["phase"] == "closed"]

    def streams(self) -> Json:
        pending = self._agent["pending"]
        missed = self._missed()
        shown = [*self._open, *([missed] if missed else [])]
        return {
            "state": self._state(missed),
            "next": self._presence(pending["state"], pending["reason"]) if pending else None,
            "contacts": {item["id"]: self._contact(item) for item in shown},
        }

    def _state(self, missed: Json | None) -> str:
        talking = [item for item in self._open if item["phase"] in TALKING]
        if talking:
            phase = talking[-1]["phase"]
            return {"offered": "PendingBusy", "dialling": "CallingCustomer", "active": "Busy"}[phase]
        if missed:
            return "MissedCallAgent"
        if self._agent["state"] == "working_after_call" or (self._agent["state"] == "busy" and self._open):
            return "AfterCallWork"
        if self._agent["state"] == "busy":
            return "Busy"
        if self._agent["state"] == "not_ready" and self._agent["reason"] == "no-answer":
            return "MissedCallAgent"
        return self._presence(self._agent["state"], self._agent["reason"])

    def _presence(self, state: str, reason: str | None) -> str:
        if state == "ready":
            return "Available"
        return "Offline" if state == "null" else self._label(reason) or "Not ready"

    def _missed(self) -> Json | None:
        """A call that rang in vain and is shown until the agent goes on."""
        if self._open or not self._closed:
            return None
        last = max(self._closed, key=lambda item: item["ended"])
        held_back = self._agent["state"] == "not_ready" and self._agent["reason"] == "no-answer"
        shown = last["ended_by"] == "missed" and (held_back or self._agent["state"] == "busy")
        # Who was held back, or busy, only later is so for something else.
        return last if shown and self._agent["since"] <= last["ended"] + AT_ONCE else None

    def _contact(self, segment: Json) -> Json:
        phase, ended = segment["phase"], segment["ended_by"]
        if phase in TALKING:
            state = "connected" if phase == "active" else "connecting"
            if phase == "offered" and any(call["callback"] for call in segment["calls"]):
                state = "incoming"
        else:
            state = {"missed": "missed", "declined": "missed", "failed": "error"}.get(ended, "ended")
        far = dict(self._far(segment)) if phase in TALKING else {}
        return {"state": state, "own": self._own(segment), "far": far}

    def _own(self, segment: Json) -> list[object]:
        parties = [party for call in segment["calls"] for party in _live(call) if self._is_own(party)]
        own = {"hold" if party["held_by"] is not None else party["state"] for party in parties}
        muted = any(party["muted"] for party in parties)
        supervises = next((party["supervises"] for party in parties if party["supervises"]), None)
        if supervises is not None:
            return ["barge" if supervises == "barge" else "silent_monitor", muted]
        if segment["phase"] not in TALKING or not own:
            return ["disconnected", muted]
        if "connected" in own:
            return ["connected", muted]
        return ["hold" if own == {"hold"} else "connecting", muted]

    def _far(self, segment: Json) -> Iterator[tuple[str, list[object]]]:
        for call in segment["calls"]:
            live = _live(call)
            own = next((party["state"] for party in live if self._is_own(party)), "null")
            if any(self._is_own(party) and party["supervises"] for party in live):
                continue  # who supervises is shown alone
            for party in live:
                unheard = party["supervises"] not in (None, "barge") or party["role"] == "dialler"
                waits = party["role"] == "queue" and own == "null"
                if self._is_own(party) or party["state"] == "fail" or waits or unheard:
                    continue
                held = party["state"] == "hold" or party["held_by"] is not None
                held = held or (party["state"] == "connected" and own == "hold")
                state = "connected" if party["state"] == "connected" else "connecting"
                yield party["id"], ["hold" if held else state, party["muted"]]

    def _is_own(self, party: Json) -> bool:
        return bool(party["agent"] == self._agent["id"])

    def _label(self, code: str | None) -> str:
        found = (
            item["label"]
            for item in self._centre["reasons"]
            if item["code"] == code and item["use"] != "wrap_up"
        )
        return str(next(found, code or ""))


def _live(call: Json) -> list[Json]:
    return [party for party in call["parties"] if party["state"] != "null"]
