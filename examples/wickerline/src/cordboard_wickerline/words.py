"""Attendant's words and the model's, as tables: every one is one-to-one, and a test holds each against the model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

from cordboard.model import commands as c, events as e
from cordboard.model.entities import (
    Availability,
    CallKind,
    ConnectionState,
    Direction,
    Ending,
    Phase,
    ReasonKind,
    Role,
    TargetKind,
)
from cordboard.model.ids import Millis

K = TypeVar("K")

STANCES: Mapping[Availability, str] = {
    Availability.NULL: "gone",
    Availability.NOT_READY: "resting",
    Availability.READY: "open",
    Availability.BUSY: "engaged",
    Availability.WORKING_AFTER_CALL: "tidying",
}
VOICES: Mapping[ConnectionState, str] = {
    ConnectionState.NULL: "off",
    ConnectionState.INITIATED: "lifted",
    ConnectionState.ALERTING: "ringing",
    ConnectionState.CONNECTED: "through",
    ConnectionState.HOLD: "parked",
    ConnectionState.QUEUED: "in-hall",
    ConnectionState.FAIL: "toned",
}
STAGES: Mapping[Phase, str] = {
    Phase.OFFERED: "called",
    Phase.DIALLING: "calling",
    Phase.ACTIVE: "spoken",
    Phase.PAUSED: "shelved",
    Phase.WRAP_UP: "tidied",
    Phase.CLOSED: "filed",
}
ENDINGS: Mapping[Ending, str] = {
    Ending.COMPLETED: "settled",
    Ending.MISSED: "unheard",
    Ending.DECLINED: "waved-off",
    Ending.ABANDONED: "gave-up",
    Ending.FAILED: "fell-through",
    Ending.TRANSFERRED: "handed-on",
    Ending.DIVERTED: "sent-on",
    Ending.LOST: "mislaid",
}
KINDS: Mapping[CallKind, str] = {
    CallKind.MAIN: "plain",
    CallKind.CONSULT: "aside",
    CallKind.RESERVATION: "kept",
    CallKind.MONITOR: "ear",
}
ROLES: Mapping[Role, str] = {
    Role.CUSTOMER: "caller",
    Role.AGENT: "clerk",
    Role.THIRD_PARTY: "outsider",
    Role.QUEUE: "hall",
    Role.SUPERVISOR: "overseer",
}
WAYS: Mapping[Direction, str] = {
    Direction.INBOUND: "in",
    Direction.OUTBOUND: "out",
    Direction.INTERNAL: "house",
}
USES: Mapping[ReasonKind, str] = {
    ReasonKind.NOT_READY: "rest",
    ReasonKind.WRAP_UP: "line",
    ReasonKind.LOGOUT: "leave",
    ReasonKind.DISPOSITION: "matter",
}
GOALS: Mapping[TargetKind, str] = {
    TargetKind.AGENT: "clerk",
    TargetKind.QUEUE: "hall",
    TargetKind.NUMBER: "outside",
}

LINE_NOTICES: Mapping[type[e.CallEvent], str] = {
    e.ServiceInitiated: "lifted",
    e.Originated: "dialled",
    e.Delivered: "rang",
    e.Queued: "waits",
    e.Established: "answered",
    e.Held: "parked",
    e.Retrieved: "unparked",
    e.Diverted: "sent-on",
    e.Conferenced: "gathered",
    e.Transferred: "handed",
    e.ConnectionCleared: "left",
    e.CallCleared: "ended",
    e.Failed: "failed",
    e.CallInformation: "noted",
    e.MicrophoneMute: "muted",
    e.DigitsGenerated: "keyed",
}
"""What a notice about a line says has happened."""

STANCE_NOTICES: Mapping[type[e.AgentEvent], str] = {
    e.AgentLoggedOn: "came",
    e.AgentLoggedOff: "went",
    e.AgentReady: "opened",
    e.AgentNotReady: "rests",
    e.AgentBusy: "engaged",
    e.AgentWorkingAfterCall: "tidies",
}
"""What a notice about a clerk's stance says has happened."""

ORDERS: Mapping[type[c.Service], str] = {
    c.MakeCall: "dial",
    c.AnswerCall: "answer",
    c.DeflectCall: "wave-off",
    c.ClearConnection: "drop",
    c.HoldCall: "park",
    c.RetrieveCall: "unpark",
    c.ConsultationCall: "take-aside",
    c.AlternateCall: "swap",
    c.ReconnectCall: "go-back",
    c.TransferCall: "hand-on",
    c.ConferenceCall: "gather",
    c.SingleStepTransferCall: "pass-on",
    c.GenerateDigits: "key",
    c.AssociateData: "jot",
    c.SetMicrophoneMute: "mute",
    c.SetAgentState: "stance",
    c.SetDisposition: "outcome",
    c.CompleteContact: "file",
}
"""What a clerk can be ordered to do. What is missing here is in protocol.toml, with the reason."""

FAULTS: Mapping[str, str] = {
    "bad-request": "10",
    "not-authenticated": "11",
    "wrong-password": "12",
    "not-allowed": "13",
    "token-expired": "14",
    "too-many-requests": "15",
    "too-large": "16",
    "origin-refused": "17",
    "bad-field": "20",
    "unknown-agent": "21",
    "unknown-contact": "22",
    "unknown-call": "23",
    "unknown-connection": "24",
    "unknown-target": "25",
    "unknown-reason": "26",
    "unknown-disposition": "27",
    "impossible-here": "30",
    "wrong-state": "31",
    "reason-needed": "32",
    "no-free-line": "33",
    "invalid-number": "34",
    "invalid-digits": "35",
    "dial-rule": "36",
    "gate-closed": "37",
    "guard-nested": "38",
    "duplicate-command": "39",
    "link-down": "50",
    "vendor-refused": "51",
    "vendor-failed": "52",
    "store-failed": "53",
    "timeout": "54",
    "going-away": "55",
    "not-supported": "56",
    "not-found": "57",
    "internal": "58",
}
"""Our codes -> Attendant's, which are numbers written as text."""
OTHER_FAULT = "99"

CODES: Mapping[str, str] = {number: code for code, number in FAULTS.items()}


def back(table: Mapping[K, str]) -> Mapping[str, K]:
    """The table read the other way."""
    return {word: key for key, word in table.items()}


def said(word: str, table: Mapping[str, K]) -> K:
    """What a word of Attendant's means. `ValueError` if it is none."""
    if word not in table:
        raise ValueError(f"{word[:40]!r} is none of Attendant's words here")
    return table[word]


# --- numbers, times and yes or no, all of them texts -----------------------------------------------------------------

HOUSE_TIME = timezone(timedelta(hours=1))
"""Attendant writes the time of its house. It reads any, if the offset is there."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_214_400_000
"""The last day that can be written."""
_LIMIT = re.compile(r"(\d{1,6}):([0-5]\d):([0-5]\d)")


def local(at: Millis) -> str | None:
    """The time in the house; `None` for 0, which is no time, and for what no calendar has."""
    if not 0 < at < _LATEST:
        return None
    return (_EPOCH + timedelta(milliseconds=at)).astimezone(HOUSE_TIME).isoformat(timespec="milliseconds")


def millis(text: str | None) -> Millis:
    """The moment of a local time; 0 if none was told. `ValueError` if it says no offset."""
    if not text:
        return 0
    told = datetime.fromisoformat(text)
    if told.tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    return (told - _EPOCH) // timedelta(milliseconds=1)


def clock(seconds: int) -> str | None:
    """A duration as hours, minutes and seconds; `None` for none."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}" if seconds else None


def seconds(text: str | None) -> int:
    """The seconds of a duration. `ValueError` if it is none."""
    if not text:
        return 0
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no duration")
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])


def yes(so: bool) -> str | None:  # noqa: FBT001 - the word for it
    """``yes``, or nothing."""
    return "yes" if so else None


def is_yes(text: str | None) -> bool:
    """Whether it says so. `ValueError` if it says neither."""
    return said(text, {"yes": True, "no": False}) if text else False
