"""Taps: a link or a session with someone listening, who knows the contract and writes down each breach of it.

A hub would survive most breaches (a link that raises is taken down, a second reply reaches nobody): that is why tests need to
hear of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, assert_never

from cordboard import contract as k
from cordboard.model.commands import Command, NoAnswer, Outcome, Query, Refused, Result
from cordboard.model.errors import ERRORS, CordboardError
from cordboard.model.events import CommandIssued, CommandSettled, LinkUp, Unrecognised
from cordboard.model.ids import Millis, Subject, is_subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.testing.purity import ImpureError, sealed

E = TypeVar("E")

_SENT = frozenset({1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011})
"""Close codes of RFC 6455 that may stand on the wire: some vendors' clients know no others."""


class Breaches(list[str]):
    """What was wrong, each with what to do about it."""

    def none(self) -> None:
        """`AssertionError` with all of them, if there are any."""
        assert not self, str(self)

    @contextmanager
    def first(self) -> Iterator[None]:
        """Where a check fails and there are breaches, these are why: they are told, with what the check said."""
        try:
            yield
        except AssertionError as error:
            if self and str(self) not in str(error):
                raise AssertionError(f"{self}\nand so: {error}") from error
            raise

    def __str__(self) -> str:
        """Each once, a line each."""
        return "\n".join(dict.fromkeys(self))


class TappedLink:
    """A link under observation."""

    def __init__(self, link: k.Link, scope: k.Scope, services: frozenset[str], tap: LinkTap) -> None:
        self.link = link
        self.told: list[Callable[[k.Link], k.LinkEffects]] = []
        """All that it was told, so that another can be told the same."""
        self.heard: list[k.LinkFrame] = []
        """The frames among it."""
        self.done: list[list[k.LinkEffect]] = []
        """What it did at each step."""
        self.causes: list[k.LinkFrame | None] = []
        """The frame of each step; `None` for one that is no frame's."""
        self._scope = scope
        self._services = services
        self._tap = tap
        self._up: set[Subject] = set()
        self._commands: dict[str, bool] = {}
        self._asks: dict[str, bool] = {}
        self._calls: dict[str, bool] = {}
        self._channels: set[str] = set()
        self._over = False

    def start(self, at: Millis, resume: Mapping[Subject, str]) -> k.LinkEffects:
        """As the link."""
        yield from self._watched("start", lambda link: link.start(at, resume))

    def receive(self, frame: k.LinkFrame) -> k.LinkEffects:
        """As the link."""
        self.heard.append(frame)
        if isinstance(frame, k.Called):
            self._calls[frame.call] = False
        where = f"receive({type(frame).__name__})"
        yield from self._watched(where, lambda link: link.receive(frame), frame)
        if self._tap.told(frame) and not self._over:
            self._over = True
            yield k.Down(retry="later", reason="cut")

    def execute(self, command: Command, at: Millis) -> k.LinkEffects:
        """As the link."""
        self._commands[command.id] = False
        name = type(command.service).__name__
        yield from self._watched(f"execute({name})", lambda link: link.execute(command, at))

    def ask(self, ask: str, subject: Subject, query: Query, at: Millis) -> k.LinkEffects:
        """As the link."""
        self._asks[ask] = False
        yield from self._watched(
            f"ask({type(query).__name__})", lambda link: link.ask(ask, subject, query, at)
        )

    def _watched(
        self, where: str, make: Callable[[k.Link], k.LinkEffects], cause: k.LinkFrame | None = None
    ) -> k.LinkEffects:
        self.told.append(make)
        self.causes.append(cause)
        self.done.append([])
        for effect in _safely(where, lambda: make(self.link), self._tap.breaches, "link"):
            if self._over:
                self._tap.breach(
                    where, f"gives {type(effect).__name__} after `Down`: a link that is down is over"
                )
            self._look(where, effect)
            self._tap.effects.append(effect)
            self.done[-1].append(effect)
            yield effect

    def _look(self, where: str, effect: k.LinkEffect) -> None:
        breach = self._tap.breach
        match effect:
            case k.Emit():
                self._fact(where, effect)
            case k.Settle(command=command, outcome=outcome):
                self._once(where, "command", self._commands, command, "Settle")
                self._tap.outcomes[command] = outcome
                if isinstance(outcome, Refused):
                    self._code(where, outcome.code)
            case k.Answer(ask=ask, result=result):
                self._once(where, "query", self._asks, ask, "Answer")
                self._tap.answers[ask] = result
                if isinstance(result, NoAnswer):
                    self._code(where, result.code)
            case k.Reply(call=call):
                self._once(where, "call", self._calls, call, "Reply")
            case k.Open(channel=channel, url=url):
                self._channels.add(channel)
                if not url:
                    breach(where, "opens a channel without an address: give `Open.url`")
            case k.Send(channel=channel) | k.Close(channel=channel):
                if channel not in self._channels:
                    breach(where, f"sends on {channel!r}, which it never opened: `Open` comes first")
            case k.Request(timeout=timeout, url=url):
                if timeout <= 0 or not url:
                    breach(where, "asks without an address or a time-out: give `Request.url` and `timeout`")
            case k.Wake(after=after):
                if after < 0:
                    breach(where, f"sets a timer {after} ms from now: `Wake.after` is not negative")
            case k.Gauge(subject=subject):
                if not is_subject(subject):
                    breach(
                        where, f"tells of {subject!r}, which is no subject: use `agent_subject` and its like"
                    )
            case k.Down(reason=reason):
                self._over = True
                if not reason:
                    breach(where, "goes down without a reason: `Down.reason` stands in the log")
            case k.Cancel():
                pass
            case _:
                assert_never(effect)

    def _fact(self, where: str, effect: k.Emit) -> None:
        subject, event = effect.subject, effect.event
        name = type(event).__name__
        if not is_subject(subject):
            self._tap.breach(
                where, f"tells of {subject!r}, which is no subject: use `agent_subject` and its like"
            )
        if isinstance(event, CommandIssued | CommandSettled):
            self._tap.breach(where, f"tells {name}: what becomes of commands is told by `Settle`")
        if event.link != self._scope.link:
            self._tap.breach(where, f"tells {name} of link {event.link!r}: use the name in its `Scope`")
        if isinstance(event, LinkUp):
            self._up.add(subject)
            undeclared = sorted(set(event.services) - self._services)
            if undeclared:
                self._tap.breach(where, f"LinkUp promises {undeclared}: declare them in `services`")
        elif isinstance(event, Unrecognised):
            self._tap.unrecognised += 1
        elif subject not in self._up:
            self._tap.breach(
                where, f"tells {name} of {subject} before `LinkUp`: each subject begins with that"
            )

    def _once(self, where: str, kind: str, known: dict[str, bool], ident: str, effect: str) -> None:
        if ident not in known:
            self._tap.breach(where, f"gives {effect} for a {kind} {ident!r} that it was never given")
        elif known[ident]:
            self._tap.breach(where, f"gives {effect} twice for {kind} {ident!r}: exactly one, now or later")
        known[ident] = True

    def _code(self, where: str, code: str) -> None:
        if code not in ERRORS:
            self._tap.breach(
                where,
                f"refuses with {code!r}, which is no documented code: see `cordboard.model.errors.ERRORS`",
            )


class LinkTap:
    """A protocol whose links are tapped, all lives of one link together."""

    def __init__(self, protocol: k.CtiProtocol, ids: k.Ids) -> None:
        """`ids`: what the links get."""
        self.name = protocol.name
        self.routes = protocol.routes
        self.services = protocol.services
        self.ignores = protocol.ignores
        self.breaches = Breaches()
        self.frames = 0
        """How many the links were given."""
        self.fall_at: int | None = None
        """End the link's life when it was given so many frames; once."""
        self.may_fall: Callable[[], bool] = lambda: True
        self.unrecognised = 0
        self.effects: list[k.LinkEffect] = []
        self.outcomes: dict[str, Outcome] = {}
        """By command."""
        self.answers: dict[str, Result] = {}
        self.lives: list[TappedLink] = []
        self._protocol = protocol
        self._ids = ids

    def breach(self, where: str, what: str) -> None:
        """Write one down."""
        self.breaches.append(f"{self.name}: {where} {what}")

    def told(self, frame: k.LinkFrame) -> bool:
        """A link was given this frame; whether its life shall end here."""
        del frame
        self.frames += 1
        if self.fall_at is not None and self.frames >= self.fall_at and self.may_fall():
            self.fall_at = None
            return True
        return False

    def key(self, called: k.Called) -> str | None:
        """As the protocol."""
        return self._protocol.key(called)

    def link(self, settings: Mapping[str, Any], scope: k.Scope, ids: k.Ids) -> k.Link:
        """A tapped link."""
        del ids  # the hub takes from them too: what a link gets would depend on what else goes on
        made = TappedLink(self._protocol.link(settings, scope, self._ids), scope, self.services, self)
        self.lives.append(made)
        return made

    def session(self, identity: k.Identity | None, ids: k.Ids) -> k.Session:
        """As the protocol."""
        return self._protocol.session(identity, ids)

    def render(self, entry: Entry, before: SubjectState, after: SubjectState) -> bytes | None:
        """As the protocol."""
        return self._protocol.render(entry, before, after)


class TappedSession:
    """A session under observation."""

    def __init__(self, session: k.Session, identity: k.Identity | None, breaches: Breaches) -> None:
        self.session = session
        self.identity = identity
        self.told: list[Callable[[k.Session], k.SessionEffects]] = []
        """All that it was told, so that another can be told the same."""
        self.done: list[list[k.SessionEffect]] = []
        """What it did at each step."""
        self.calls: dict[str, int] = {}
        """Replies by call."""
        self._breaches = breaches
        self._closed: set[str] = set()

    @property
    def effects(self) -> list[k.SessionEffect]:
        """All that it asked for, in order."""
        return [effect for step in self.done for effect in step]

    def start(self, at: Millis) -> k.SessionEffects:
        """As the session."""
        yield from self._watched("start", lambda session: session.start(at))

    def open(self, joined: k.Joined, at: Millis) -> k.SessionEffects:
        """As the session."""
        yield from self._watched("open", lambda session: session.open(joined, at))

    def observe(
        self, entry: Entry, before: SubjectState, after: SubjectState, rendered: bytes | None, at: Millis
    ) -> k.SessionEffects:
        """As the session."""
        name = type(entry.event).__name__
        yield from self._watched(
            f"observe({name})", lambda session: session.observe(entry, before, after, rendered, at)
        )

    def receive(self, frame: k.SessionFrame) -> k.SessionEffects:
        """As the session."""
        if isinstance(frame, k.Called):
            self.calls[frame.call] = 0
        yield from self._watched(f"receive({type(frame).__name__})", lambda session: session.receive(frame))

    def settle(self, command_id: str, outcome: Outcome, at: Millis) -> k.SessionEffects:
        """As the session."""
        yield from self._watched("settle", lambda session: session.settle(command_id, outcome, at))

    def answer(self, ask: str, result: Result, at: Millis) -> k.SessionEffects:
        """As the session."""
        yield from self._watched("answer", lambda session: session.answer(ask, result, at))

    def peer(self, news: k.News, at: Millis) -> k.SessionEffects:
        """As the session."""
        yield from self._watched(f"peer({type(news).__name__})", lambda session: session.peer(news, at))

    def _watched(self, where: str, make: Callable[[k.Session], k.SessionEffects]) -> k.SessionEffects:
        self.told.append(make)
        self.done.append([])
        for effect in _safely(where, lambda: make(self.session), self._breaches, "session"):
            match effect:
                case k.Send(channel=channel) if channel in self._closed:
                    self._breaches.append(
                        f"{where} sends on {channel!r} after closing it: a closed page is gone"
                    )
                case k.Close(channel=channel, code=code):
                    self._closed.add(channel)
                    if code not in _SENT and not 3000 <= code <= 4999:
                        self._breaches.append(
                            f"{where} closes with {code}: an application's codes are 3000 to 4999, besides those of RFC 6455 that may be sent"
                        )
                case k.Reply(call=call):
                    self._replied(where, call)
                case k.Watch(subjects=subjects):
                    strange = [name for name in subjects if not is_subject(name) and not name.endswith("/*")]
                    if strange:
                        self._breaches.append(f"{where} watches {strange}: these are no subjects")
                case _:
                    pass
            self.done[-1].append(effect)
            yield effect

    def _replied(self, where: str, call: str) -> None:
        if call not in self.calls:
            self._breaches.append(f"{where} replies to {call!r}, which nobody called")
        elif self.calls[call]:
            self._breaches.append(
                f"{where} replies twice to {call!r}: each `Called` gets exactly one `Reply`"
            )
        self.calls[call] = self.calls.get(call, 0) + 1


class SessionTap:
    """A protocol whose sessions are tapped. Each gets ids of its own, seeded, so that another can be given the same."""

    def __init__(self, protocol: k.CtiProtocol, ids: Callable[[int], k.Ids]) -> None:
        """`ids`: those of the session of this number, from 0."""
        self.name = protocol.name
        self.routes = protocol.routes
        self.services = protocol.services
        self.ignores = protocol.ignores
        self.breaches = Breaches()
        self.sessions: list[TappedSession] = []
        self._protocol = protocol
        self._ids = ids

    def key(self, called: k.Called) -> str | None:
        """As the protocol."""
        return self._protocol.key(called)

    def link(self, settings: Mapping[str, Any], scope: k.Scope, ids: k.Ids) -> k.Link:
        """As the protocol."""
        return self._protocol.link(settings, scope, ids)

    def session(self, identity: k.Identity | None, ids: k.Ids) -> k.Session:
        """A tapped session."""
        del ids
        made = TappedSession(
            self._protocol.session(identity, self._ids(len(self.sessions))), identity, self.breaches
        )
        self.sessions.append(made)
        return made

    def fault(self, route: k.Route, error: CordboardError) -> k.Reply | None:
        """As the protocol, where it has words for what the edge refuses."""
        with sealed():
            return self._protocol.fault(route, error) if isinstance(self._protocol, k.Faults) else None

    def render(self, entry: Entry, before: SubjectState, after: SubjectState) -> bytes | None:
        """As the protocol."""
        with sealed():
            return self._protocol.render(entry, before, after)


def _safely(where: str, make: Callable[[], Iterator[E]], breaches: Breaches, end: str) -> Iterator[E]:
    """The effects; what is raised is written down and goes no further."""
    steps = None
    try:
        while True:
            with sealed():
                steps = steps or iter(make())
                effect = next(steps, None)
            if effect is None:
                return
            yield effect
    except ImpureError as error:
        breaches.append(f"{where} is not pure: {error}")
    except Exception as error:  # noqa: BLE001 - any at all is the breach
        breaches.append(
            f"{where} raises {type(error).__name__}: {error}. A {end} never raises: keep what it does not understand as "
            "`Unrecognised` (a link) or answer it with an error (a session)"
        )
