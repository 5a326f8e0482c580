"""What the panel has to show, in its English words, from the switch's own state alone."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

STATES = {
    "null": "Logged off",
    "not_ready": "Not ready",
    "ready": "Ready",
    "busy": "On a contact",
    "working_after_call": "After-call work",
}
PHASES = {"offered": "Ringing", "dialling": "Calling", "active": "In progress", "wrap_up": "Wrap-up"}
CONNECTIONS = {
    "initiated": "dialling",
    "alerting": "ringing",
    "connected": "connected",
    "hold": "on hold",
    "queued": "in the queue",
    "fail": "not reached",
}
ROLES = {"agent": "Agent", "third_party": "Third party", "queue": "Queue", "supervisor": "Supervisor"}
ENDINGS = {
    "completed": "Completed",
    "missed": "Missed",
    "declined": "Declined",
    "abandoned": "Abandoned",
    "failed": "Failed",
    "transferred": "Transferred",
    "diverted": "Diverted",
}


def panel_truth(state: Json, centre: Json, agent: str) -> Json:
    """The state, the reason, and of each contact its name, phase and, in a call, who is in it."""
    return _Truth(state, centre, agent).panel()


class _Truth:
    def __init__(self, state: Json, centre: Json, agent: str) -> None:
        self._centre = centre
        self._calls = dict(state["calls"])
        for them in state["agents"].values():
            for segment in them["segments"]:
                self._calls.update((call["id"], call) for call in segment["calls"])
        self._agent = state["agents"][agent]
        self._name = agent
        self._open = [item for item in self._agent["segments"] if item["phase"] != "closed"]

    def panel(self) -> Json:
        return {
            "state": STATES[self._agent["state"]],
            "why": self._why(),
            "contacts": sorted((self._card(item) for item in self._open), key=str),
        }

    def _card(self, segment: Json) -> Json:
        ended = segment["ended_by"]
        calls = [call for call in segment["calls"] if call["ended"] is None]
        return {
            "name": self._customer(segment),
            "phase": PHASES[segment["phase"]]
            + (f" ({ENDINGS[ended]})" if segment["phase"] == "wrap_up" and ended else ""),
            "calls": []
            if segment["phase"] in ("offered", "wrap_up")
            else sorted(
                sorted(self._line(item) for item in _live(call) if self._hears(item)) for call in calls
            ),
        }

    def _hears(self, party: Json) -> bool:
        """Whether the agent knows that the party is there: not of a supervisor who listens, or whispers to somebody else."""
        if party["supervises"] == "whisper":
            return bool(party["supervised"] == self._name)
        return bool(party["supervises"] != "listen")

    def _line(self, party: Json) -> str:
        muted = ", muted" if party["muted"] else ""
        state = "put on hold" if party["held_by"] is not None else CONNECTIONS[party["state"]]
        state = "parked" if party["parked"] else state
        if party["agent"] == self._name:
            return f"You {state}{muted}"
        name = party["name"] or party["number"] or party["agent"] or party["queue"]
        word = "supervisor" if party["supervises"] else party["role"]
        role = f"{ROLES[word]} · " if word in ROLES else ""
        return f"{name} {role}{state}{muted}"

    def _customer(self, segment: Json) -> str:
        """Whom the contact is with: the customer of the matter, else whoever is at the other end."""
        at: Json | None = segment["calls"][0]
        while at is not None:
            for party in at["parties"]:
                if party["role"] == "customer":
                    return str(party["name"] or party["number"])
            at = self._calls.get(at["into"] or at["parent"] or "")
        far = (
            party for call in segment["calls"] for party in call["parties"] if party["agent"] != self._name
        )
        dialled = str(segment["calls"][0]["called"])
        return next((str(party["name"] or party["number"]) for party in far), dialled)

    def _why(self) -> str:
        code = self._agent["reason"]
        for item in self._centre["reasons"]:
            if item["code"] == code and item["use"] != "wrap_up":
                return f"{item['label']} productive" if item["productive"] else str(item["label"])
        return code or ""


def _live(call: Json) -> list[Json]:
    return [party for party in call["parties"] if party["state"] != "null"]
