"""An agent's page for tests: on the real hub, in process, driven by method calls instead of a mouse."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Container
from typing import Any, TypeVar

from cordboard.contract import (
    Called,
    Close,
    Execute,
    Identity,
    Ids,
    Joined,
    Link,
    News,
    Reply,
    Scope,
    Send,
    SessionEffect,
    SessionEffects,
    SessionFrame,
    SignIn,
    Watch,
    Woke,
)
from cordboard.hub.hub import Hub
from cordboard.model import commands as c
from cordboard.model.entities import (
    AgentState,
    AttachedData,
    Availability,
    Connection,
    ConnectionState,
    Contact,
    Role,
    Target,
    TargetKind,
)
from cordboard.model.errors import CallerError
from cordboard.model.ids import AgentId, CommandId, ContactId, Millis, Subject, agent_subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState, voice_state
from cordboard.model.view import Change, View, change, view
from cordboard.protocols.native.views import merged

S = TypeVar("S", bound=c.Service)


class AgentPage:
    """One agent's page. Every command method answers with the outcome, or `None` while it is under way.

    Without `contact` the newest one that the page's controls allow it for is meant. `to` is an agent's or queue's id, or a
    number. `view` is what a page would show now; `views` all that it has shown, one for each entry of the log.
    """

    def __init__(
        self,
        hub: Hub,
        agent: str,
        *,
        settled: Callable[[], Awaitable[None]] | None = None,
        known: Container[Subject] | None = None,
    ) -> None:
        """`settled`: how to wait until what the page asked for is done, where that is not the hub's to say alone. `known`: which agents
        and queues there are to call, where the hub is told of one agent alone.
        """
        self.agent = agent
        self.subject: Subject = agent_subject(AgentId(agent))
        assert hub.state(self.subject) is not None, f"the hub knows no agent {agent}"
        self._hub = hub
        self._settled = settled or hub.settled
        self._known = hub.states if known is None else known
        self._session = _Session(self.subject)
        self._count = itertools.count(1)
        identity = Identity(subject=f"user:{agent}", scopes=frozenset({f"agent:{agent}"}), agent=agent)
        self._seat = hub.seat(_Pages(), self._session, identity, _Outlet())

    # --- what it shows -----------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """What the page shows now: joined once, then changed by each entry, as a page over the wire does."""
        return self.views[-1]

    @property
    def views(self) -> list[View]:
        """All that the page has shown, oldest first."""
        return self._session.views

    @property
    def outcomes(self) -> dict[CommandId, c.Outcome]:
        """What became of the page's commands."""
        return self._session.outcomes

    @property
    def state(self) -> AgentState:
        """The agent's state for voice."""
        found = voice_state(self._hub.states[self.subject])
        assert found is not None, f"{self.subject} has no state"
        return self.view.states[f"{found.link}/{found.medium.value}"]

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """The open contacts, oldest first."""
        return tuple(self.view.contacts.values())

    @property
    def contact(self) -> Contact:
        """The newest open contact."""
        assert self.contacts, f"{self.agent} has no open contact"
        return self.contacts[-1]

    def refusal(self, service: str, contact: Contact | None = None) -> str:
        """The code with which the page greys the button of a service; empty where it is possible."""
        return self.view.controls[contact.id if contact is not None else ""][service]

    def leave(self) -> None:
        """Close the page."""
        self._seat.leave()

    # --- what it asks for --------------------------------------------------------------------------------------------

    async def do(self, service: c.Service, *, command: str = "") -> c.Outcome | None:
        """Any command; `command` is its id, if it matters."""
        ident = self.begin(service, command=command)
        await self._settled()
        return self.outcomes.get(ident)

    def begin(self, service: c.Service, *, command: str = "") -> CommandId:
        """Ask for any command and wait for nothing: two of them are asked for in the same instant."""
        ident = CommandId(command or f"{self._seat.id}-{next(self._count)}")
        self._session.outgoing.append(
            Execute(command=c.Command(id=ident, subject=self.subject, service=service))
        )
        self._seat.receive(Woke(name="go", at=self._hub.clock.now()))
        return ident

    async def ready(self) -> c.Outcome | None:
        """Log on if need be, and wait for work."""
        return await self.do(c.SetAgentState(state=Availability.READY))

    async def not_ready(self, reason: str = "") -> c.Outcome | None:
        """Take no work, for one of the listed reasons."""
        return await self.do(c.SetAgentState(state=Availability.NOT_READY, reason=reason))

    async def log_off(self, reason: str = "") -> c.Outcome | None:
        """Log off."""
        return await self.do(c.SetAgentState(state=Availability.NULL, reason=reason))

    async def dial(self, to: str | Target, **data: str) -> c.Outcome | None:
        """Call somebody."""
        return await self.do(c.MakeCall(target=self.target(to), data=AttachedData(peripheral=data)))

    async def answer(self, contact: Contact | None = None) -> c.Outcome | None:
        """Take what rings."""
        return await self.do(c.AnswerCall(contact=self._meant(c.AnswerCall, contact)))

    async def decline(
        self, to: str | Target | None = None, contact: Contact | None = None
    ) -> c.Outcome | None:
        """Decline what rings, or send it elsewhere."""
        target = self.target(to) if to is not None else None
        return await self.do(c.DeflectCall(contact=self._meant(c.DeflectCall, contact), target=target))

    async def hang_up(self, contact: Contact | None = None) -> c.Outcome | None:
        """Leave the call."""
        return await self.do(c.ClearConnection(contact=self._meant(c.ClearConnection, contact)))

    async def hold(self, who: str = "", contact: Contact | None = None) -> c.Outcome | None:
        """Hold the call, or one other party alone (an agent's id, a number, or ``customer``)."""
        meant = self._meant(c.HoldCall, contact)
        return await self.do(c.HoldCall(contact=meant, connection=self._party(meant, who)))

    async def retrieve(self, who: str = "", contact: Contact | None = None) -> c.Outcome | None:
        """Come back to the call, or let one party back in."""
        meant = self._meant(c.RetrieveCall, contact)
        return await self.do(c.RetrieveCall(contact=meant, connection=self._party(meant, who)))

    async def park(self, contact: Contact | None = None) -> c.Outcome | None:
        """Put the call aside, to be free for others; `retrieve` takes it back."""
        return await self.do(c.ParkCall(contact=self._meant(c.ParkCall, contact)))

    async def drop(self, who: str, contact: Contact | None = None) -> c.Outcome | None:
        """Drop another party of the call."""
        meant = self._meant(c.ClearConnection, contact)
        return await self.do(c.ClearConnection(contact=meant, connection=self._party(meant, who)))

    async def consult(self, to: str | Target, contact: Contact | None = None) -> c.Outcome | None:
        """Hold the call and ask somebody about it."""
        meant = self._meant(c.ConsultationCall, contact)
        return await self.do(c.ConsultationCall(contact=meant, target=self.target(to)))

    async def alternate(self, contact: Contact | None = None) -> c.Outcome | None:
        """Swap the held and the active call."""
        return await self.do(c.AlternateCall(contact=self._meant(c.AlternateCall, contact)))

    async def reconnect(self, contact: Contact | None = None) -> c.Outcome | None:
        """Drop the consult and come back to the call."""
        return await self.do(c.ReconnectCall(contact=self._meant(c.ReconnectCall, contact)))

    async def conference(self, contact: Contact | None = None) -> c.Outcome | None:
        """Join the consult with the call, and stay."""
        return await self.do(c.ConferenceCall(contact=self._meant(c.ConferenceCall, contact)))

    async def transfer(
        self, to: str | Target | None = None, contact: Contact | None = None
    ) -> c.Outcome | None:
        """Join the consult with the call, and leave; with `to`, hand the call over without asking."""
        if to is None:
            return await self.do(c.TransferCall(contact=self._meant(c.TransferCall, contact)))
        meant = self._meant(c.SingleStepTransferCall, contact)
        return await self.do(c.SingleStepTransferCall(contact=meant, target=self.target(to)))

    async def add(self, to: str | Target, contact: Contact | None = None) -> c.Outcome | None:
        """Ring somebody into the call at once."""
        meant = self._meant(c.SingleStepConferenceCall, contact)
        return await self.do(c.SingleStepConferenceCall(contact=meant, target=self.target(to)))

    async def mute(self, contact: Contact | None = None, *, on: bool = True) -> c.Outcome | None:
        """Switch the own microphone off, or on again."""
        meant = self._meant(c.SetMicrophoneMute, contact)
        return await self.do(c.SetMicrophoneMute(contact=meant, mute=on))

    async def press(self, digits: str, contact: Contact | None = None) -> c.Outcome | None:
        """Send DTMF."""
        return await self.do(c.GenerateDigits(contact=self._meant(c.GenerateDigits, contact), digits=digits))

    async def attach(self, contact: Contact | None = None, **data: str) -> c.Outcome | None:
        """Attach data to the call; an empty value removes one."""
        meant = self._meant(c.AssociateData, contact)
        return await self.do(c.AssociateData(contact=meant, data=AttachedData(peripheral=data)))

    async def finish(self, disposition: str = "", contact: Contact | None = None) -> c.Outcome | None:
        """End wrap-up, with a disposition if one is given; what refused it, if something did."""
        meant = self._meant(c.CompleteContact, contact)
        if disposition:
            outcome = await self.do(c.SetDisposition(contact=meant, disposition=disposition))
            if not isinstance(outcome, c.Done):
                return outcome
        return await self.do(c.CompleteContact(contact=meant))

    def target(self, to: str | Target) -> Target:
        """Whom a short name means: an agent, a queue, else a number."""
        if isinstance(to, Target):
            return to
        for kind in (TargetKind.AGENT, TargetKind.QUEUE):
            if Subject(f"{kind.value}/{to}") in self._known:
                return Target(kind=kind, id=to)
        return Target(kind=TargetKind.NUMBER, number="".join(to.split()))

    def _meant(self, service: type[S], contact: Contact | None) -> ContactId:
        if contact is not None:
            return contact.id
        fitting = [item for item in self.contacts if not self.refusal(service.__name__, item)]
        return (fitting[-1] if fitting else self.contact).id

    def _party(self, contact: ContactId, who: str) -> Any:  # noqa: ANN401 - an id, or None for the own connection
        if not who:
            return None
        live = [
            item
            for call in self.view.contacts[contact].calls
            for item in call.connections
            if item.state is not ConnectionState.NULL and _is(item, who)
        ]
        assert len(live) == 1, f"{len(live)} connections of {who} in {contact}"
        return live[0].id


def _is(item: Connection, who: str) -> bool:
    party = item.participant
    if who == Role.CUSTOMER.value:
        return party.role is Role.CUSTOMER
    return who == party.id or "".join(who.split()) == party.number


class _Session:
    """Watches one agent, keeps what it is shown, and sends what it is told to."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.views: list[View] = []
        self.outcomes: dict[CommandId, c.Outcome] = {}
        self.outgoing: list[SessionEffect] = []

    def start(self, at: Millis) -> SessionEffects:  # noqa: ARG002
        yield Watch(subjects={self.subject: None})

    def open(self, joined: Joined, at: Millis) -> SessionEffects:  # noqa: ARG002
        self.views.append(view(joined.state))
        yield from ()

    def observe(
        self,
        entry: Entry,  # noqa: ARG002
        before: SubjectState,
        after: SubjectState,
        rendered: bytes | None,  # noqa: ARG002
        at: Millis,  # noqa: ARG002
    ) -> SessionEffects:
        told: Change = change(before, after)
        self.views.append(merged(self.views[-1], told))
        yield from ()

    def receive(self, frame: SessionFrame) -> SessionEffects:  # noqa: ARG002
        outgoing, self.outgoing = self.outgoing, []
        yield from outgoing

    def settle(self, command_id: str, outcome: c.Outcome, at: Millis) -> SessionEffects:  # noqa: ARG002
        self.outcomes[CommandId(command_id)] = outcome
        yield from ()

    def answer(self, ask: str, result: c.Result, at: Millis) -> SessionEffects:  # noqa: ARG002
        yield from ()

    def peer(self, news: News, at: Millis) -> SessionEffects:  # noqa: ARG002
        yield from ()


class _Outlet:
    """Nothing goes out: the session is the page."""

    def send(self, effect: Send) -> None:
        raise AssertionError(effect)

    def reply(self, effect: Reply) -> None:
        raise AssertionError(effect)

    def close(self, effect: Close) -> None:
        raise AssertionError(effect)

    def sign_in(self, effect: SignIn) -> None:
        raise AssertionError(effect)

    def sign_out(self) -> None:
        raise AssertionError


class _Pages:
    """The protocol of pages that are in process."""

    name = "test-page"
    routes = ()
    services: frozenset[str] = frozenset()
    ignores: frozenset[str] = frozenset()

    def key(self, called: Called) -> str | None:  # noqa: ARG002
        return None

    def link(self, settings: object, scope: Scope, ids: Ids) -> Link:  # noqa: ARG002
        raise CallerError("not-supported", "a page for tests has no link")

    def session(self, identity: Identity | None, ids: Ids) -> _Session:  # noqa: ARG002
        raise CallerError("not-supported", "make an AgentPage")

    def render(self, entry: Entry, before: SubjectState, after: SubjectState) -> bytes | None:  # noqa: ARG002
        return None
