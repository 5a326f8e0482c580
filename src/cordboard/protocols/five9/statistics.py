"""What supervisors are told: agents' states and skills' counters, all at once or what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cordboard.contract import Joined
from cordboard.model.entities import Medium
from cordboard.model.ids import Millis, Subject, subject_id
from cordboard.model.state import SubjectState, voice_state
from cordboard.protocols.five9 import words as w
from cordboard.protocols.five9.lines import lines
from cordboard.protocols.five9.presence import presence, supervised

AGENT_STATE, ACD_STATUS, AGENT_STATISTIC = "AGENT_STATE", "ACD_STATUS", "AGENT_STATISTIC"
SOURCES = (AGENT_STATE, ACD_STATUS, AGENT_STATISTIC)

COUNTERS: Mapping[str, str] = {
    "calls-waiting": "callsInQueue",
    "callbacks-waiting": "callbacksInQueue",
    "agents-logged-on": "agentsLoggedIn",
    "agents-ready": "agentsInQueue",
    "agents-busy": "agentsOnCall",
    "agents-not-ready": "agentsNotReadyForCalls",
    "longest-wait": "longestQueueTime",
}
"""A gauge of a queue, and Five9's name for it."""

AVERAGES: Mapping[str, str] = {
    "average-handle-time": "averageHandleTime",
    "average-talk-time": "averageTalkTime",
    "average-wrap-up-time": "averageWrapTime",
    "contacts-handled": "totalCalls",
    "contacts-missed": "rejectedCalls",
}
"""A gauge of an agent, and what it is called here. Only the kind of the statistic is known, its names are *assumed*."""

Row = dict[str, Any]
Table = dict[str, Row]


class Statistics:
    """The statistics of what one supervisor may see."""

    def __init__(self) -> None:
        self.watched = False
        self.waiting = False
        self._states: dict[Subject, SubjectState] = {}
        self._gauges: dict[Subject, dict[str, float]] = {}
        self._told: dict[str, Table] = {}
        self._since: dict[str, Millis] = {}

    def opened(self, joined: Joined) -> bool:
        """A subject as it is now; whether statistics changed."""
        self._gauges.setdefault(joined.subject, {}).update(joined.gauges)
        return self.observed(joined.state)

    def observed(self, state: SubjectState) -> bool:
        """Something happened to it."""
        self._states[state.subject] = state
        return state.subject.startswith(("agent/", "queue/"))

    def gauged(self, subject: Subject, name: str, value: float) -> bool:
        """A counter changed."""
        self._gauges.setdefault(subject, {})[name] = value
        return name in COUNTERS or name in AVERAGES

    def all(self, at: Millis) -> list[Row]:
        """Everything: the payload of 5000."""
        self._told = self._tables(at)
        return [{"dataSource": name, "data": list(table.values())} for name, table in self._told.items()]

    def changed(self, at: Millis) -> list[Row]:
        """What changed since anything was told: the payload of 5012. Durations alone are no change."""
        before, self._told = self._told, self._tables(at)
        found = []
        for name, table in self._told.items():
            old = before.get(name, {})
            added = [row for key, row in table.items() if key not in old]
            updated = [
                row for key, row in table.items() if key in old and _lasting(row) != _lasting(old[key])
            ]
            removed = [key for key in old if key not in table]
            if added or updated or removed:
                found.append({"dataSource": name, "added": added, "updated": updated, "removed": removed})
        return found

    def _tables(self, at: Millis) -> dict[str, Table]:
        agents = [state for key, state in self._states.items() if key.startswith("agent/")]
        queues = [key for key in self._states if key.startswith("queue/")]
        return {
            AGENT_STATE: {subject_id(state.subject): _agent(state, at) for state in agents if state.profile},
            ACD_STATUS: {subject_id(key): self._queue(key, at) for key in queues},
            AGENT_STATISTIC: {
                subject_id(state.subject): self._counters(state.subject, AVERAGES)
                for state in agents
                if self._gauges.get(state.subject)
            },
        }

    def _queue(self, subject: Subject, at: Millis) -> Row:
        row = {**dict.fromkeys(COUNTERS.values(), 0), **self._counters(subject, COUNTERS)}
        since = self._gauges.get(subject, {}).get("longest-waiting-since", 0)
        row["currentLongestQueueTime"] = max(0, at - int(since)) if since else 0
        row["agentsActive"] = row["agentsLoggedIn"]
        row.update(voicemailsInQueue=0, voicemailsInProgress=0, voicemailsTotal=0, vivrCallsInQueue=0)
        return row

    def _counters(self, subject: Subject, names: Mapping[str, str]) -> Row:
        known = self._gauges.get(subject, {})
        found = {word: int(known[name]) for name, word in names.items() if name in known}
        return {"id": subject_id(subject), **found}


_PASSING = ("stateDuration", "reasonCodeDuration", "currentLongestQueueTime")


def _lasting(row: Row) -> Row:
    """The row without what changes by itself."""
    return {key: value for key, value in row.items() if key not in _PASSING}


def _agent(state: SubjectState, at: Millis) -> Row:
    voice = voice_state(state)
    since = voice.since if voice is not None else 0
    told = presence(state)
    calls = list(lines(state).values())
    reason = told.current_state.not_ready_reason_code_id
    where = supervised(state)
    if where == w.ON_CALL and calls and all(line.told.state == w.OFFERED for line in calls):
        where = w.IS_RINGING
    first: Callable[[str], Any] = lambda name: getattr(calls[0].told, name) if calls else None  # noqa: E731
    ready = list(told.current_state.ready_channels)
    pending = told.pending_state
    return {
        "id": subject_id(state.subject),
        "callType": first("call_type"),
        "campaignId": first("campaign_id"),
        "customer": first("number"),
        "mediaAvailability": "VOICE" if w.CALL in ready else "NOT_AVAILABLE",
        "parkedCallsCount": 0,
        "reasonCodeId": reason,
        "state": where,
        "stateSince": since,
        "stateDuration": max(0, at - since) if since else 0,
        "reasonCodeSince": since,
        "reasonCodeDuration": max(0, at - since) if since else 0,
        "permanentRecording": False,
        "sessionRecording": any(line.told.recording for line in calls),
        "readyChannels": "[" + ",".join(ready) + "]",
        "presence": {
            "currentState": {"readyChannels": ready, "notReadyReasonCode": _number(reason)},
            "pendingState": None
            if pending is None
            else {
                "readyChannels": list(pending.ready_channels),
                "notReadyReasonCode": _number(pending.not_ready_reason_code_id),
            },
            "onVoice": bool(calls),
            "onSCC": any(item.medium is not Medium.VOICE for item in state.contacts.values()),
            "changeTimestamp": since,
            "nextStateChangeTimestamp": 0,
            "gracefulModeOn": False,
        },
        "channelAvailability": {
            "Voice": {
                "current": len(calls),
                "max": 1,
                "status": "ready" if w.CALL in ready else "not-ready",
            }
        },
    }


def _number(code: str) -> int | str:
    return int(code) if code.isascii() and code.isdigit() else code
