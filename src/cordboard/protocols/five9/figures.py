"""Rows of the supervisors' statistics: every field that a Five9 was seen to send, with what is known here or else nothing.

Their names, and which are numbers, are as recorded by others. What stands in some of them is not: which word each of the channels has when it is
free, and what `mediaAvailability` says besides `NOT_AVAILABLE`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from cordboard.model.entities import Medium
from cordboard.model.ids import Millis, subject_id
from cordboard.model.state import SubjectState, voice_state
from cordboard.protocols.five9 import wire, words as w
from cordboard.protocols.five9.lines import lines
from cordboard.protocols.five9.presence import NO_REASON, presence, supervised

Row = dict[str, Any]

ALL_SKILLS, ALL_AGENTS = "0", ""
"""The ids of the rows that have all together."""

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
    "average-talk-time": "averageCallTime",
    "average-wrap-up-time": "averageWrapTime",
}
"""A gauge of an agent that is an average over their contacts, and Five9's name for it."""
HANDLED = "contacts-handled"
_HANDLED_AS = ("totalCallsCount", "agentCallsCount", "totalCallsWithoutInternalsCount")

FILTER: Row = {
    "groups": [],
    "groupSelectionType": "ALL",
    "range": "CURRENT_DAY",
    "rollingTimePeriod": "TODAY",
    "shiftHours": 0,
    "skills": [],
    "skillsSelectionType": "ALL",
    "subscribedHourOffset": 0,
    "timeZone": None,
    "timeZoneID": None,
    "useAdminTimeZone": False,
}
"""What a supervisor is told of until they choose otherwise. Nothing is left out here, whatever they choose."""

_NO_SKILL: Row = dict.fromkeys(
    [
        "callsInQueue",
        "callbacksInQueue",
        "voicemailsInQueue",
        "voicemailsInProgress",
        "voicemailsTotal",
        "agentsInVoicemailQueue",
        "agentsActive",
        "agentsLoggedIn",
        "agentsInQueue",
        "agentsOnCall",
        "agentsNotReadyForCalls",
        "longestQueueTime",
        "currentLongestQueueTime",
        "vivrCallsInQueue",
    ],
    0,
)
_NO_AGENT: Row = {
    **dict.fromkeys(
        [
            "totalCallsCount",
            "agentCallsCount",
            "totalCallsWithoutInternalsCount",
            "breaksCount",
            "averageBreakTime",
            "averageCallTime",
            "averageHoldTime",
            "averageIdleTime",
            "internalCallsCount",
            "averageInternalCallTime",
            "previewCallsCount",
            "previewTime",
            "averagePreviewTime",
            "averageHandleTime",
            "processedVoicemailCount",
            "averageVoicemailProcessingTime",
            "averageVoicemailReadyTime",
            "averageWrapTime",
            "callCharges",
            "skippedInPreviewCallsCount",
            "firstCallResolution",
            "inboundCallsCount",
            "successfulInternalCallsCount",
            "loginTime",
            "occupancy",
            "outboundCallsCount",
            "offBreakTime",
            "utilization",
        ],
        0,
    ),
    "dispositions": {},
}
_SINCE: Mapping[str, str] = {
    "onHold": w.ON_HOLD,
    "onPark": w.PARKED,
    "afterCallWork": w.ACW,
    "loggedOut": w.LOGGED_OUT,
    "notReady": w.NOT_READY,
    "onCall": w.ON_CALL,
    "ready": w.READY,
}
"""Which state each of an agent's moments and durations is about."""


def agent_row(state: SubjectState, at: Millis) -> Row:
    """What an agent is doing."""
    voice = voice_state(state)
    told = presence(state)
    whole = [line.told for line in lines(state).values()]
    parked = [call for call in whole if call.state == w.PARKED]
    calls = [call for call in whole if call.state != w.PARKED]
    reason = told.current_state.not_ready_reason_code_id
    where = supervised(state)
    if where == w.ON_CALL and calls and all(call.state == w.OFFERED for call in calls):
        where = w.IS_RINGING
    since = {where: voice.since if voice is not None else 0}
    held = next((call for call in calls if call.state == w.ON_HOLD), None)
    if held is not None:
        since[w.ON_HOLD] = held.hold_timestamp or 0
    if parked:
        since[w.PARKED] = parked[0].hold_timestamp or 0
    reason_since = since[where] if reason != NO_REASON else 0
    first = calls[0] if calls else None
    ready = told.current_state.ready_channels
    row: Row = {
        "id": subject_id(state.subject),
        "callType": first.call_type if first is not None else None,
        "campaignId": first.campaign_id if first is not None else None,
        "customer": first.number if first is not None else None,
        "mediaAvailability": "VOICE" if w.CALL in ready else "NOT_AVAILABLE",
        "parkedCallsCount": len(parked),
        "reasonCodeId": reason,
        "state": where,
        "stateSince": since[where],
        "stateDuration": _lasted(since[where], at),
        "reasonCodeSince": reason_since,
        "reasonCodeDuration": _lasted(reason_since, at),
    }
    for name, word in _SINCE.items():
        row[f"{name}StateSince"] = since.get(word, 0)
        row[f"{name}StateDuration"] = _lasted(since.get(word, 0), at)
    others = [item.medium for item in state.contacts.values() if item.medium is not Medium.VOICE]
    return {
        **row,
        "permanentRecording": False,
        "sessionRecording": any(call.recording for call in whole),
        "presence": {
            "currentState": _chosen(told.current_state),
            # Who wants nothing else later has the same in both.
            "pendingState": _chosen(told.pending_state or told.current_state),
            "onVoice": bool(calls),
            "onSCC": bool(others),
            "changeTimestamp": since[where],
            "nextStateChangeTimestamp": 0,
            "gracefulModeOn": False,
        },
        "channelAvailability": _channels(ready, len(calls), others.count(Medium.CHAT)),
        "currentVideoChatsCount": 0,
        "currentEmailsCount": others.count(Medium.TASK),
        "currentCasesCount": 0,
        "currentChatsCount": others.count(Medium.CHAT),
        "readyChannels": f"[{', '.join(ready)}]",
    }


def skill_row(ident: str, known: Mapping[str, float], at: Millis) -> Row:
    """What a skill's queue has."""
    row = {**_NO_SKILL, "id": ident, **{word: int(known.get(name, 0)) for name, word in COUNTERS.items()}}
    since = int(known.get("longest-waiting-since", 0))
    row["currentLongestQueueTime"] = _lasted(since, at)
    row["agentsActive"] = row["agentsLoggedIn"]
    return row


def all_skills(rows: Iterable[Row], agents: Iterable[Row]) -> Row:
    """All skills together. Agents are counted once each, however many skills they have."""
    total = {**_NO_SKILL, "id": ALL_SKILLS}
    for row in rows:
        for name in ("callsInQueue", "callbacksInQueue"):
            total[name] += row[name]
        for name in ("longestQueueTime", "currentLongestQueueTime"):
            total[name] = max(total[name], row[name])
    states = [row["state"] for row in agents if row["state"] != w.LOGGED_OUT]
    return {
        **total,
        "agentsActive": len(states),
        "agentsLoggedIn": len(states),
        "agentsInQueue": states.count(w.READY),
        "agentsOnCall": states.count(w.ON_CALL) + states.count(w.IS_RINGING),
        "agentsNotReadyForCalls": states.count(w.NOT_READY) + states.count(w.ACW),
    }


def counts_row(ident: str, known: Mapping[str, float]) -> Row:
    """How an agent's day was."""
    handled = int(known.get(HANDLED, 0))
    return {
        **_NO_AGENT,
        "id": ident,
        **dict.fromkeys(_HANDLED_AS, handled),
        **{word: int(known.get(name, 0)) for name, word in AVERAGES.items()},
    }


def all_counts(rows: Iterable[Row]) -> Row:
    """All agents together: averages weigh by calls."""
    listed = tuple(rows)
    handled = sum(row[_HANDLED_AS[0]] for row in listed)
    total = {**_NO_AGENT, "id": ALL_AGENTS, **dict.fromkeys(_HANDLED_AS, handled)}
    for word in AVERAGES.values():
        total[word] = sum(row[word] * row[_HANDLED_AS[0]] for row in listed) // handled if handled else 0
    return total


def reason_number(code: str) -> int:
    """The number of a reason code: itself, where it is one. Clients take nothing else there, so one that is a word of the contact centre's has a
    number made from it.
    """
    if code.isascii() and code.isdigit():
        return int(code)
    return int.from_bytes(sha256(code.encode()).digest()[:4]) >> 1 if code else 0


def _chosen(state: wire.PresenceState) -> Row:
    number = reason_number(state.not_ready_reason_code_id)
    return {"readyChannels": list(state.ready_channels), "notReadyReasonCode": number}


def _channels(ready: tuple[str, ...], calls: int, chats: int) -> Row:
    voice, chat = "ready" if w.CALL in ready else "not-ready", w.CHAT in ready
    return {
        "Video": {"current": 0, "max": 1, "status": "not-enabled"},
        "Total": {"current": calls + chats, "max": 2, "status": "ready" if ready else "not-ready"},
        "Chat": {"current": chats, "max": int(chat), "status": "ready" if chat else "not-enabled"},
        "Voicemail": {"current": 0, "max": 1, "status": "not-ready"},
        "Voice": {"current": calls, "max": 1, "status": voice},
    }


def _lasted(since: Millis, at: Millis) -> Millis:
    return max(0, at - since) if since else 0
