"""Opaque names of things. Each is a string minted by one owner only; nobody else looks inside.

A *subject* names one ordered stream of the log: ``agent/<id>``, ``team/<id>`` or ``queue/<id>``. Times are `Millis`:
whole milliseconds since 1970-01-01 UTC.
"""

from __future__ import annotations

import re
from typing import NewType

LinkId = NewType("LinkId", str)
AgentId = NewType("AgentId", str)
TeamId = NewType("TeamId", str)
QueueId = NewType("QueueId", str)
ThreadId = NewType("ThreadId", str)
"""Joins two agents' views of one customer interaction; minted from a platform-wide id."""
ContactId = NewType("ContactId", str)
CallId = NewType("CallId", str)
ConnectionId = NewType("ConnectionId", str)
CommandId = NewType("CommandId", str)
Subject = NewType("Subject", str)
Millis = int

SUBJECT_KINDS = ("agent", "team", "queue")
_SUBJECT = re.compile(r"(agent|team|queue)/[^\s/*\x00-\x1f]{1,120}\Z")


def agent_subject(agent: AgentId | str) -> Subject:
    """The stream that tells everything about one agent."""
    return Subject(f"agent/{agent}")


def team_subject(team: TeamId | str) -> Subject:
    """The stream of one team: messages, gauges."""
    return Subject(f"team/{team}")


def queue_subject(queue: QueueId | str) -> Subject:
    """The stream of one queue: who waits, gauges."""
    return Subject(f"queue/{queue}")


def is_subject(text: str) -> bool:
    """Whether the text names a stream: a kind, a slash and an id without blanks, slashes or stars."""
    return _SUBJECT.match(text) is not None


def subject_id(subject: Subject) -> str:
    """The id behind the kind: ``agent/ann`` -> ``ann``."""
    return subject.partition("/")[2]
