"""What the vendor of the bench tells: agents who hold a call and come back, for ever, with the time in each frame."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec

from cordboard.model.entities import AttachedData, Connection, ConnectionState, Participant, Role
from cordboard.model.events import (
    AgentLoggedOn,
    AgentReady,
    CallFacts,
    ContactFacts,
    Delivered,
    Established,
    Event,
    Held,
    LinkUp,
    Retrieved,
)
from cordboard.model.ids import CallId, ConnectionId, ContactId, LinkId, Subject, ThreadId
from cordboard.model.rules import SWITCH_SERVICES

LINK = LinkId("bench")
STAMP = b'"origin"'


class Frame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One frame of the vendor's socket. `origin`: nanoseconds of the machine's monotonic clock at which it was sent."""

    subject: Subject
    event: Event
    origin: str = ""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The same with the event as it came."""

    subject: Subject
    event: msgspec.Raw
    origin: str = ""


decode_frame = msgspec.json.Decoder(Frame).decode
decode_envelope = msgspec.json.Decoder(Envelope).decode


def subject_of(number: int) -> Subject:
    """The agent of this number."""
    return Subject(f"agent/a{number}")


def beginning(agents: int) -> Iterator[bytes]:
    """Each agent logs on and is in a call. These frames carry no time."""
    for number in range(agents):
        told: list[Event] = [
            LinkUp(link=LINK, at=1, services=tuple(sorted(SWITCH_SERVICES))),
            AgentLoggedOn(link=LINK, at=1),
            AgentReady(link=LINK, at=1),
            Delivered(
                **_of_call(number, ConnectionState.ALERTING),
                contact_facts=ContactFacts(thread=ThreadId(f"t{number}")),
                call_facts=CallFacts(
                    ani="+441632960100",
                    dnis="8001",
                    data=AttachedData(peripheral={"customer": f"NQ-{number}", "reason": "a booking"}),
                ),
            ),
            Established(**_of_call(number, ConnectionState.CONNECTED)),
        ]
        for event in told:
            yield msgspec.json.encode(Frame(subject=subject_of(number), event=event))


class Story:
    """The frames that follow: one agent after the other holds, then one after the other comes back."""

    def __init__(self, agents: int) -> None:
        self._next = 0
        self._parts = [
            msgspec.json.encode(Frame(subject=subject_of(number), event=kind(**_of_call(number, state))))[:-1]
            for kind, state in ((Held, ConnectionState.HOLD), (Retrieved, ConnectionState.CONNECTED))
            for number in range(agents)
        ]

    def take(self, count: int) -> list[bytes]:
        """So many frames, of now."""
        parts, at = self._parts, self._next
        end = b',"origin":"%d"}' % time.monotonic_ns()
        self._next = (at + count) % len(parts)
        return [parts[(at + step) % len(parts)] + end for step in range(count)]


def age(payload: bytes, now: int) -> int:
    """Nanoseconds since the frame was sent that this message tells of. Zero if it tells of none."""
    found = payload.find(STAMP)
    if found < 0:
        return 0
    start = payload.index(b'"', found + len(STAMP)) + 1
    return now - int(payload[start : payload.index(b'"', start)])


def _of_call(number: int, state: ConnectionState) -> dict[str, Any]:
    own = Connection(
        id=ConnectionId(f"p{number}"), participant=Participant(role=Role.AGENT, id=f"a{number}"), state=state
    )
    customer = Connection(
        id=ConnectionId(f"q{number}"),
        participant=Participant(role=Role.CUSTOMER, number="+441632960100", name="Cleo"),
        state=ConnectionState.CONNECTED,
    )
    return {
        "link": LINK,
        "at": 1,
        "contact": ContactId(f"k{number}"),
        "call": CallId(f"c{number}"),
        "connections": (own, customer) if state is ConnectionState.ALERTING else (own,),
    }
