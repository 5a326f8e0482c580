"""Short words for what tests of the model are made of. The agent is Ann, at subject agent/ann, told by the link sim."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from cordboard.model import events as e
from cordboard.model.entities import (
    Connection,
    ConnectionState as S,
    Contact,
    Medium,
    Participant,
    Role,
)
from cordboard.model.fold import fold, initial
from cordboard.model.ids import (
    CallId,
    ConnectionId,
    ContactId,
    LinkId,
    Subject,
    ThreadId,
    agent_subject,
)
from cordboard.model.log import Entry, draft, placed
from cordboard.model.rules import SWITCH_SERVICES
from cordboard.model.state import SubjectState
from cordboard.model.threads import Threads

ANN = agent_subject("ann")
BOB = agent_subject("bob")
SIM = LinkId("sim")
NOON = 1_700_000_000_000
UP = e.LinkUp(link=SIM, services=tuple(sorted(SWITCH_SERVICES)))

K = TypeVar("K", bound=e.CallEvent)


def ann(state: S, party: str = "ann") -> Connection:
    """Ann's connection."""
    return agent("ann", state, party)


def bob(state: S, party: str = "bob") -> Connection:
    """Bob's connection."""
    return agent("bob", state, party)


def agent(name: str, state: S, party: str) -> Connection:
    """An agent's connection."""
    who = Participant(role=Role.AGENT, id=name)
    return Connection(id=ConnectionId(party), participant=who, state=state)


def customer(state: S, party: str = "cust", *, held_alone: bool = False) -> Connection:
    """The customer's connection."""
    who = Participant(role=Role.CUSTOMER, number="+493012345", name="Cleo")
    return Connection(id=ConnectionId(party), participant=who, state=state, held_alone=held_alone)


def call(kind: type[K], *connections: Connection, contact: str = "k1", call: str = "c1", **more: object) -> K:
    """An event about a call."""
    fields: dict[str, Any] = {"link": SIM, "at": NOON, **more}
    return kind(contact=ContactId(contact), call=CallId(call), connections=connections, **fields)


def facts(thread: str, **more: object) -> e.ContactFacts:
    """Facts of a contact of this thread."""
    fields: dict[str, Any] = {"thread": ThreadId(thread), **more}
    return e.ContactFacts(**fields)


def digital(medium: Medium = Medium.CHAT) -> e.ContactFacts:
    """Facts of a contact that is not voice."""
    return e.ContactFacts(medium=medium)


def after(*events: e.Event, subject: Subject = ANN, state: SubjectState | None = None) -> SubjectState:
    """The state after these events, a second apart, the first at a second past noon."""
    return folded(events, subject, state)


def folded(
    events: Iterable[e.Event], subject: Subject = ANN, state: SubjectState | None = None
) -> SubjectState:
    """The state after these events, going on from `state` if given."""
    state = initial(subject) if state is None else state
    for event in events:
        seq = state.seq + 1
        state = fold(state, placed(draft(subject, event, NOON + 1000 * seq), seq))
    return state


def contact(state: SubjectState, name: str = "k1") -> Contact:
    """An open contact of the state."""
    return state.contacts[ContactId(name)]


class Log:
    """Subjects that fold, with an index that watches."""

    def __init__(self) -> None:
        self.states: dict[Subject, SubjectState] = {}
        self.threads = Threads()

    def tell(self, subject: Subject, event: e.Event) -> None:
        before = self.states.get(subject, initial(subject))
        seq = before.seq + 1
        self.enter(placed(draft(subject, event, NOON + seq), seq))

    def enter(self, entry: Entry) -> None:
        before = self.states.get(entry.subject, initial(entry.subject))
        self.states[entry.subject] = fold(before, entry)
        self.threads.observe(entry, before, self.states[entry.subject])

    def reloaded(self) -> Threads:
        threads = Threads()
        threads.load(self.states)
        return threads


OFFER = call(e.Delivered, customer(S.CONNECTED), ann(S.ALERTING), contact_facts=facts("t1"))
ANSWER = call(e.Established, ann(S.CONNECTED))
HOLD = call(e.Held, ann(S.HOLD))
RETRIEVE = call(e.Retrieved, ann(S.CONNECTED))
WRAP_UP = e.WrapUpStarted(link=SIM, at=NOON, contact=ContactId("k1"))
CLOSE = e.ContactClosed(link=SIM, at=NOON, contact=ContactId("k1"))
