"""The two plugs of a CTI protocol, and what they are made with."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Literal, Protocol, runtime_checkable

import msgspec

from cordboard.contract.effects import LinkEffects, Reply, SessionEffects
from cordboard.contract.frames import Called, Identity, LinkFrame, SessionFrame
from cordboard.contract.news import News
from cordboard.model.commands import Command, Outcome, Query, Result
from cordboard.model.errors import CordboardError
from cordboard.model.ids import LinkId, Millis, Subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A door of a protocol, as data. The web edge enforces all of it before the protocol hears of a request."""

    kind: Literal["http", "ws", "tcp"]
    path: str
    name: str
    method: str = "GET"
    end: Literal["session", "link"] = "session"
    """Which plug gets the request. Links have doors too: webhooks, and the simulator's console."""
    anonymous: bool = False
    """Open to callers who have not signed in (they do it in the session, by `SignIn`)."""
    scope: str = ""
    """The scope that a caller needs, beside a valid token."""
    cors: bool = False
    """Answer pre-flights for the allowed origins."""
    credentials: bool = False
    """With `cors`: also to requests that bring the browser's cookies."""
    headers: tuple[str, ...] = ()
    """With `cors`: what pages may send beside ``Authorization`` and ``Content-Type``."""
    page: str = ""
    """A built page that the web edge serves here by itself: no session hears of it, and it is open to everyone."""
    embed: bool = False
    """Whether the allowed origins may put the page into a frame. Others never can."""
    limit: int = 64 * 1024
    """Largest body or frame in bytes."""
    port: int = 0
    """For ``tcp`` only."""


class Ids(Protocol):
    """Where new ids and randomness come from; seeded in tests."""

    random: Random

    def new(self, prefix: str) -> str:
        """A new id: the prefix, a dash and something unique."""
        ...


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a link serves: one agent's login, or a tenant (a feed for many)."""

    kind: Literal["agent", "tenant"]
    link: LinkId
    agent: str = ""


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a `Watch` of one subject: the state now, and what was missed since the position given. The position now
    is `position(epoch, state.seq)`.

    `recovered`: `None` when no position was given; `True` when `tail` is exactly what was missed; `False` when it
    could not be found (trimmed, or another epoch): then only `state` counts. A single request, whose session ends with its
    reply, gets of a long tail the first part, 1001 entries or more, and may ask again from where that ends.
    """

    subject: Subject
    state: SubjectState
    epoch: str
    tail: tuple[Entry, ...] = ()
    recovered: bool | None = None
    gauges: Mapping[str, float] = {}


def position(epoch: str, seq: int) -> str:
    """Where a watcher stands in a subject's stream: what it gives back to go on from there. Opaque to pages."""
    return f"{epoch}.{seq}"


def parse_position(text: str) -> tuple[str, int] | None:
    """The epoch and seq of a position, or `None` if it is none."""
    epoch, dot, seq = text.rpartition(".")
    return (epoch, int(seq)) if dot and epoch and seq.isascii() and seq.isdigit() else None


class Link(Protocol):
    """Our live session with a vendor."""

    def start(self, at: Millis, resume: Mapping[Subject, str]) -> LinkEffects:
        """Begin. `resume` has, for each subject, the origin of the last event of this link that is in the log."""
        ...

    def receive(self, frame: LinkFrame) -> LinkEffects:
        """Something happened."""
        ...

    def execute(self, command: Command, at: Millis) -> LinkEffects:
        """Do a command of kind switch. It is settled exactly once, now or later."""
        ...

    def ask(self, ask: str, subject: Subject, query: Query, at: Millis) -> LinkEffects:
        """Answer a query, now or later, exactly once."""
        ...


class Session(Protocol):
    """A page's or client's live conversation with us."""

    def start(self, at: Millis) -> SessionEffects:
        """Begin."""
        ...

    def open(self, joined: Joined, at: Millis) -> SessionEffects:
        """A watched subject, with its state."""
        ...

    def observe(
        self, entry: Entry, before: SubjectState, after: SubjectState, rendered: bytes | None, at: Millis
    ) -> SessionEffects:
        """A new entry of a watched subject. `rendered` is what the protocol's `render` made of it, once for all."""
        ...

    def receive(self, frame: SessionFrame) -> SessionEffects:
        """Something happened."""
        ...

    def settle(self, command_id: str, outcome: Outcome, at: Millis) -> SessionEffects:
        """What became of a command that this session executed."""
        ...

    def answer(self, ask: str, result: Result, at: Millis) -> SessionEffects:
        """The result of a query that this session asked."""
        ...

    def peer(self, news: News, at: Millis) -> SessionEffects:
        """News among the pages of an agent, or of the hub's maintenance: that may come at any time, also before the first frame."""
        ...


class CtiProtocol(Protocol):
    """One wire protocol, both ends of it; one object per folder, found by the entry point ``cordboard.protocols``."""

    @property
    def name(self) -> str:
        """The folder's name."""
        ...

    @property
    def routes(self) -> tuple[Route, ...]:
        """Its doors."""
        ...

    @property
    def services(self) -> frozenset[str]:
        """Commands that a link of this protocol can do."""
        ...

    @property
    def ignores(self) -> frozenset[str]:
        """Events that a session of this protocol has no word for."""
        ...

    def key(self, called: Called) -> str | None:
        """Which session this request belongs to; `None`: one of its own, that ends with the reply unless that keeps it.

        At a door for signed-in callers the first request with a key begins its session. At an anonymous one only a session that was
        kept (`Reply.keep`) has a key: a made-up one begins nothing that stays.
        """
        ...

    def link(self, settings: Mapping[str, Any], scope: Scope, ids: Ids) -> Link:
        """A link. Raises `CallerError` naming the field if the settings are wrong."""
        ...

    def session(self, identity: Identity | None, ids: Ids) -> Session:
        """A session; `None` before anyone has signed in."""
        ...

    def render(self, entry: Entry, before: SubjectState, after: SubjectState) -> bytes | None:
        """What every session that watches the subject sends for the entry, encoded once; `None`: each does its own."""
        ...


@runtime_checkable
class Faults(Protocol):
    """What a `CtiProtocol` may have besides: its own words for what the web edge refuses at its doors, before or after a session hears
    of it: too large, too many, another origin, no reply in time, our own failure. Without it that is JSON.
    """

    def fault(self, route: Route, error: CordboardError) -> Reply | None:
        """How a client of this protocol is told; `None`: in JSON. `call` is empty. Headers that go with the error (`Retry-After`) are
        there whatever this gives.
        """
        ...


@runtime_checkable
class Closings(Protocol):
    """What a `CtiProtocol` may have besides: its own codes for sockets that the web edge closes, for clients who know no others."""

    def closing(self, code: int) -> int:
        """The code on this protocol's wire for one of ours (4000 come back later, 4001 too slow, 4203 too large)."""
        ...


@runtime_checkable
class Configurable(Protocol):
    """What a `CtiProtocol` may have besides: settings of its own for its sessions, ``[protocols.<name>]`` in Cordboard's. Whoever has
    doors that need a decision (a credential in an address, none at all) keeps them shut until they are set.
    """

    def configured(self, settings: Mapping[str, Any]) -> CtiProtocol:
        """The same protocol with these settings. Raises `CallerError` naming the field if they are wrong."""
        ...
