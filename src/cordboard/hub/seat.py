"""A session plugged into the hub: the seat runs its effects, of which some are the hub's and some the web edge's."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVarTuple, assert_never

import structlog

from cordboard.contract import (
    Ask,
    Cancel,
    Claim,
    Close,
    CtiProtocol,
    Execute,
    Guard,
    Identity,
    Joined,
    News,
    Reply,
    Send,
    Session,
    SessionEffect,
    SessionEffects,
    SessionFrame,
    Settle,
    Share,
    SignIn,
    SignOut,
    Unwatch,
    Wake,
    Watch,
    Woke,
)

if TYPE_CHECKING:
    from cordboard.hub.clock import Canceller
    from cordboard.hub.hub import Hub
    from cordboard.model.commands import Outcome, Result
    from cordboard.model.ids import Millis, Subject
    from cordboard.model.log import Entry
    from cordboard.model.state import SubjectState

Ts = TypeVarTuple("Ts")

GRACE: Millis = 1000
"""How long after its token expired a session may go on telling its page so, before the seat is nobody's."""

_log = structlog.get_logger(__name__)


class Outlet(Protocol):
    """What the web edge does for a session. Called on the event loop; must not block."""

    def send(self, effect: Send) -> None:
        """Put data on the way out; a page that does not take it is closed, never waited for."""
        ...

    def reply(self, effect: Reply) -> None:
        """Answer an HTTP request."""
        ...

    def close(self, effect: Close) -> None:
        """Close the page's channel."""
        ...

    def sign_in(self, effect: SignIn) -> None:
        """Check credentials; later set the seat's identity and hand in `Identified`."""
        ...

    def sign_out(self) -> None:
        """End the login."""
        ...


class Seat:
    """One session, its identity and its timers. `id` names the page to the agent's other pages."""

    def __init__(
        self,
        hub: Hub,
        protocol: CtiProtocol,
        session: Session,
        identity: Identity | None,
        outlet: Outlet,
        *,
        page: str,
        passing: bool,
        full: Callable[[], bool],
    ) -> None:
        self.id = page
        self.protocol = protocol
        self.passing = passing
        self.watched: set[Subject] = set()
        self.joining: dict[Subject, int] = {}
        """What is being read for it from the log, with the seq that it has."""
        self.to_come: dict[Subject, tuple[str | None, bool]] = {}
        """What is opened once the page has taken what is on the way to it."""
        self.full = full
        self.paused = False
        self.kinds: dict[str, str | None] = {}
        """Kinds watched by a wildcard, with the position that subjects not named start from."""
        self._hub = hub
        self._session = session
        self._outlet = outlet
        self._timers: dict[str, Canceller] = {}
        self._todo: deque[Callable[[], SessionEffects]] | None = None
        """Made when something has to wait: a deque is large, and pages are many."""
        self._busy = False
        self._expiry: Canceller | None = None
        self.left = False
        self._identity = identity
        self.owner = identity.subject if identity is not None else ""
        """Whose seat it is, also when the token is over and a fresh one is still to come."""
        self._expire_later()

    @property
    def identity(self) -> Identity | None:
        """Who sits here. An identity that sees less takes from the seat what it watched beyond that."""
        return self._identity

    @identity.setter
    def identity(self, identity: Identity | None) -> None:
        self._identity = identity
        self.owner = identity.subject if identity is not None else self.owner
        self._expire_later()
        self._hub.rooms.recheck(self)

    @property
    def behind(self) -> int:
        """How much the session has not been told yet, since it is still busy with something else."""
        return len(self._todo or ())

    def start(self) -> None:
        """Begin the session."""
        self._feed(self._session.start, self._hub.clock.now())

    def keep(self) -> None:
        """The session does not end with its reply, as it was going to."""
        self.passing = False
        self._expire_later()

    def receive(self, frame: SessionFrame) -> None:
        """Hand in what happened on the page's side."""
        self._feed(self._session.receive, frame)

    def leave(self) -> None:
        """The page is gone: its watches, claims, guards and timers end."""
        if not self.left:
            self.left = True
            self._hub.leave(self)
            if self._expiry is not None:
                self._expiry()
            for cancel in self._timers.values():
                cancel()
            self._timers.clear()
            self._todo = None

    def open(self, joined: Joined) -> None:
        """A watched subject is there."""
        self._feed(self._session.open, joined, self._hub.clock.now())

    def observe(
        self, entry: Entry, before: SubjectState, after: SubjectState, rendered: bytes | None, at: int
    ) -> None:
        """A new entry of a watched subject."""
        self._feed(self._session.observe, entry, before, after, rendered, at)

    def settle(self, command_id: str, outcome: Outcome) -> None:
        """What became of a command of this session."""
        self._feed(self._session.settle, command_id, outcome, self._hub.clock.now())

    def answer(self, ask: str, result: Result) -> None:
        """The result of a query of this session."""
        self._feed(self._session.answer, ask, result, self._hub.clock.now())

    def peer(self, news: News) -> None:
        """News among the pages of an agent."""
        self._feed(self._session.peer, news, self._hub.clock.now())

    def _feed(self, make: Callable[[*Ts], SessionEffects], *given: *Ts) -> None:
        """Run what the session answers to this; what happens meanwhile waits its turn, so that no generator runs within another."""
        if self.left:
            return
        if self._busy:
            if self._todo is None:
                self._todo = deque()
            self._todo.append(lambda: make(*given))
            return
        self._busy = True
        try:
            self._run(make, *given)
            while self._todo and not self.left:
                self._run(self._todo.popleft())
        finally:
            self._busy = False
            self._todo = None

    def _run(self, make: Callable[[*Ts], SessionEffects], *given: *Ts) -> None:
        try:
            for effect in make(*given):
                if type(effect) is Send:  # nearly all are
                    self._outlet.send(effect)
                else:
                    self._do(effect)
                if self.left:
                    return
        except Exception:  # noqa: BLE001 - see below
            # A session must not raise; one that does is our fault and ends alone, and its page may come back.
            _log.exception("session-failed", protocol=self.protocol.name, page=self.id)
            self._outlet.close(Close(channel="", code=4000, reason="internal"))

    def _do(self, effect: SessionEffect) -> None:
        match effect:
            case Send():
                self._outlet.send(effect)
            case Reply():
                self._outlet.reply(effect)
            case Close():
                self._outlet.close(effect)
            case Wake(name=name, after=after):
                self._cancel(name)
                self._timers[name] = self._hub.clock.call_after(after, lambda: self._woke(name))
            case Cancel(name=name):
                self._cancel(name)
            case Execute(command=command):
                self._hub.dispatch.execute(command, self)
            case Ask():
                self._hub.ask(effect, self)
            case Watch(subjects=subjects):
                self._hub.rooms.watch(self, subjects)
            case Unwatch(subjects=names):
                self._hub.rooms.unwatch(self, names)
            case Share() | Claim() | Guard():
                self._hub.rooms.among_pages(self, effect)
            case Settle(command=command_id, outcome=outcome):
                self._hub.dispatch.settle_desk(self, command_id, outcome)
            case SignIn():
                self._outlet.sign_in(effect)
            case SignOut():
                self._outlet.sign_out()
            case _:
                assert_never(effect)

    def _expire_later(self) -> None:
        """An identity does not outlive its token, whether or not the session minds."""
        if self._expiry is not None:
            self._expiry()
            self._expiry = None
        if self._identity is not None and self._identity.expires and not self.passing:
            left = self._identity.expires - self._hub.clock.now()
            self._expiry = self._hub.clock.call_after(max(0, left) + GRACE, self._expired)

    def _expired(self) -> None:
        self._expiry = None
        self.identity = None

    def _cancel(self, name: str) -> None:
        cancel = self._timers.pop(name, None)
        if cancel is not None:
            cancel()

    def _woke(self, name: str) -> None:
        self._timers.pop(name, None)
        self._feed(self._session.receive, Woke(name=name, at=self._hub.clock.now()))
