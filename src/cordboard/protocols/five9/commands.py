"""A command, from its service to its outcome: the requests one after the other, and a look at what is told where an answer says nothing."""

from __future__ import annotations

from cordboard import contract as k
from cordboard.kit.script import Steps, paused
from cordboard.model import commands as c, events as e
from cordboard.model.entities import Availability
from cordboard.model.errors import CallerError
from cordboard.model.ids import Millis, Subject, agent_subject
from cordboard.protocols.five9 import words as w
from cordboard.protocols.five9.account import Account
from cordboard.protocols.five9.follow import Follower
from cordboard.protocols.five9.login import Access
from cordboard.protocols.five9.replies import told_of
from cordboard.protocols.five9.services import LACKS, Order, offered, orders, outcome
from cordboard.protocols.five9.snapshot import Now, steady

LOOKS: tuple[Millis, ...] = (500, 1_500, 3_000)
"""When to look whether an order was done of which nobody has said so."""


class Commands:
    """What is done for one agent. It remembers dispositions until Five9 takes them: when a call is closed."""

    def __init__(self, account: Account, access: Access, scope: k.Scope) -> None:
        self._account = account
        self._access = access
        self._name = scope.link
        self._subject: Subject = agent_subject(scope.agent)
        self._chosen: dict[str, str] = {}
        """Dispositions by contact."""

    def done(self, service: c.Service, at: Follower) -> Steps[c.Outcome]:
        """Do it: what it has come to, as soon as that is known."""
        if type(service).__name__ not in offered(self._account):
            why = LACKS.get(type(service).__name__, f"Five9 has no {type(service).__name__}")
            return c.Refused(code="impossible-here", message=why)
        if isinstance(service, c.SetDisposition):
            return (yield from self._dispose(service, at))
        leaves = isinstance(service, c.SetAgentState) and service.state is Availability.NULL
        if isinstance(service, c.SetAgentState) and not leaves and at.login != w.WORKING:
            told = yield from self._log_on(at)
            if told is not None:
                return told
        chosen = self._chosen.get(getattr(service, "contact", ""), "")
        try:
            asked = orders(service, at, self._account, chosen)
        except CallerError as error:
            return c.Refused(code=error.code, message=error.message)
        result: c.Outcome = c.Done()
        for order in asked:
            self._expects(service, order, at)
            result = yield from self._asked(order, at)
            self._learns(service, order, result, at)
            if not isinstance(result, c.Done):
                return result
        if leaves:
            yield from self._access.drive(log_on=False)
        return result

    def _expects(self, service: c.Service, order: Order, at: Follower) -> None:
        """What is told next may be what is asked for now: it may come before the answer."""
        if isinstance(service, c.SetAgentState):
            at.wished(self._access.now)
        if order.consults:
            at.consulting(order.consults, self._access.now)

    def _learns(self, service: c.Service, order: Order, result: c.Outcome, at: Follower) -> None:
        """What is known by the outcome alone."""
        if isinstance(result, c.Refused):
            if isinstance(service, c.SetAgentState):
                at.wished(None)
            if order.consults:
                at.consulting("")  # no call comes of it that would be one
        elif isinstance(service, c.StopRecording | c.StartRecording):
            on = isinstance(service, c.StopRecording) and service.pause
            at.pause(order.about, on=on)

    def _asked(self, order: Order, at: Follower) -> Steps[c.Outcome]:
        failures = at.failures[order.fails]
        reply = yield from self._access.ask(order.how, order.method, order.path, order.body)
        told = outcome(order, reply)
        if told is not None:
            found = order.shown(at) if told == c.Done() and order.shown is not None else None
            return c.Done(data=dict(found)) if found else told
        for pause in (*LOOKS, 0) if order.shown is not None else ():
            if order.shown is not None and (found := order.shown(at)) is not None:
                return c.Done(data=dict(found))
            if at.failures[order.fails] != failures:
                return c.Refused(code="vendor-refused", message="Five9 says that it failed")
            if pause:
                yield from paused(self._access.name("look"), pause)
        return c.Unconfirmed(reason=reply.reason if isinstance(reply, k.Failed) else told_of(reply))

    def _log_on(self, at: Follower) -> Steps[c.Outcome | None]:
        """Start the agent's session; `None` if it runs."""
        found = yield from self._access.drive(log_on=True)
        if isinstance(found, k.Down):
            return c.Refused(code="vendor-refused", message=found.reason)
        begun = at.heard

        def begin() -> None:
            nonlocal begun
            begun = at.heard

        told = yield from steady(self._access, begin, lambda: at.heard != begun)
        if isinstance(told, Now):
            yield _emit(
                self._subject, at.begin(self._access.state, told.presence, told.calls, self._access.now)
            )
            at.doubtful = at.heard != begun
        return None

    def _dispose(self, service: c.SetDisposition, at: Follower) -> Steps[c.Outcome]:
        contact = at.contact(service.contact)
        if contact is None:
            return c.Refused(code="unknown-contact", message="Five9 has no such call")
        self._chosen = {ident: code for ident, code in self._chosen.items() if at.contact(ident) is not None}
        self._chosen[service.contact] = service.disposition
        facts = e.ContactFacts(disposition=service.disposition)
        yield _emit(
            self._subject,
            e.CallInformation(
                link=self._name,
                at=self._access.now,
                contact=contact.id,
                call=contact.calls[0].id,
                contact_facts=facts,
            ),
        )
        return c.Done()


def _emit(subject: Subject, event: e.Event) -> k.Emit:
    return k.Emit(subject=subject, event=event)
