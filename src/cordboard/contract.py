"""What a third party imports besides the model: the two plugs of a CTI protocol, the store, and what they exchange.

Links and sessions are **sans-I/O**: they are told what happened (frames) and answer with what to do next (effects). They
never open a socket, read a clock or raise. Every method is a generator of effects; a login of several steps is one
generator run by `cordboard.kit.script`. Randomness and ids come from the injected `Ids`. Times are `Millis`.

Who runs them: `cordboard.hub.driver` every link, `cordboard.web` every session, `cordboard.hub` what they ask of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any, Literal, Protocol

import msgspec

from cordboard.model.commands import Command, Outcome, Query, Result
from cordboard.model.events import Event
from cordboard.model.ids import LinkId, Millis, Subject
from cordboard.model.log import Draft, Entry
from cordboard.model.state import SubjectState

# --- frames: what happened -----------------------------------------------------------------------------------------


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A channel is open. To sessions: `route` and `query` of the socket's request, and its `origin`."""

    channel: str
    at: Millis
    route: str = ""
    params: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    origin: str = ""


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """Data came in: `str` from a text frame, `bytes` from a binary frame or a TCP stream."""

    channel: str
    data: str | bytes
    at: Millis


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """A channel is closed, or could not be opened (code 0)."""

    channel: str
    code: int
    reason: str
    at: Millis


class Woke(msgspec.Struct, frozen=True, kw_only=True):
    """The timer of this name rang."""

    name: str
    at: Millis


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP request at one of the protocol's own doors. It gets exactly one `Reply`, which may come late."""

    call: str
    route: str
    method: str
    at: Millis
    params: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    """Names in lower case."""
    cookies: Mapping[str, str] = {}
    body: bytes = b""
    origin: str = ""


class Replied(msgspec.Struct, frozen=True, kw_only=True):
    """To links: the answer to the `Request` of this name. Header names in lower case."""

    name: str
    status: int
    headers: Mapping[str, str]
    data: bytes
    at: Millis


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """To links: no answer to the `Request` of this name. `sent`: whether it may have reached the vendor."""

    name: str
    reason: str
    sent: bool
    at: Millis


class Identified(msgspec.Struct, frozen=True, kw_only=True):
    """To sessions: what `SignIn` came to: an identity, or the error code why not."""

    identity: Identity | None
    error: str
    at: Millis


class Gauged(msgspec.Struct, frozen=True, kw_only=True):
    """To sessions: a counter of a watched queue or team has a new last value."""

    subject: Subject
    name: str
    value: float
    at: Millis


LinkFrame = Opened | Received | Closed | Woke | Called | Replied | Failed
SessionFrame = Opened | Received | Closed | Woke | Called | Identified | Gauged


# --- effects: what to do next --------------------------------------------------------------------------------------


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """Open a channel to the vendor. A failure to open comes back as `Closed` with code 0."""

    channel: str
    kind: Literal["ws", "tcp", "bridge"]
    url: str
    headers: Mapping[str, str] = {}


class Send(msgspec.Struct, frozen=True, kw_only=True):
    """Send on a channel: `str` as a text frame; `bytes` as a text frame too where `text` is set (already UTF-8)."""

    channel: str
    data: str | bytes
    text: bool = True


class Close(msgspec.Struct, frozen=True, kw_only=True):
    """Close a channel."""

    channel: str
    code: int = 1000
    reason: str = ""


class Wake(msgspec.Struct, frozen=True, kw_only=True):
    """Ring a timer after so many milliseconds; the same name again replaces it."""

    name: str
    after: Millis


class Cancel(msgspec.Struct, frozen=True, kw_only=True):
    """Forget a timer."""

    name: str


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP request to the vendor. Only a `repeatable` one is repeated by the driver. `timeout` in milliseconds."""

    name: str
    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    timeout: Millis = 10_000
    repeatable: bool = False


class Emit(msgspec.Struct, frozen=True, kw_only=True):
    """A fact for the log. `origin`: its place in the vendor's stream, where the vendor has one."""

    subject: Subject
    event: Event
    origin: str = ""


class Settle(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a command."""

    command: str
    outcome: Outcome


class Gauge(msgspec.Struct, frozen=True, kw_only=True):
    """A counter of a queue or team: last value kept, newest vendor time wins, never logged."""

    subject: Subject
    name: str
    value: float
    at: Millis


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a query that the hub asked the link."""

    ask: str
    result: Result


class Down(msgspec.Struct, frozen=True, kw_only=True):
    """The link cannot go on. `later`: try again (after `after` ms at the earliest); `login`: the credentials need a person;
    `give-up`: the settings are wrong. The driver closes what is open, records LinkDown and, for `later`, starts a
    fresh link.
    """

    retry: Literal["later", "login", "give-up"]
    reason: str
    after: Millis = 0


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a `Called`."""

    call: str
    status: int = 200
    headers: Mapping[str, str] = {}
    cookies: tuple[Cookie, ...] = ()
    body: bytes = b""


class Cookie(msgspec.Struct, frozen=True, kw_only=True):
    """A cookie to set. `max_age` in seconds, `None` for the browser's session, 0 to delete."""

    name: str
    value: str
    max_age: int | None = None
    path: str = "/"
    same_site: Literal["Lax", "Strict", "None"] = "Lax"
    secure: bool = True
    http_only: bool = True


class Execute(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the hub to do a command; `Session.settle` tells what became of it."""

    command: Command


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the hub a query on behalf of an agent; `Session.answer` brings the result."""

    id: str
    subject: Subject
    query: Query


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """Show credentials; `Identified` comes back. `kind`: what `secret` is. `user` only with a password."""

    kind: Literal["password", "bearer", "cookie", "ticket"]
    secret: str
    user: str = ""


class SignOut(msgspec.Struct, frozen=True, kw_only=True):
    """End the identity's login."""


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """Follow subjects; each is opened by `Session.open`. The value is the position to go on from, or `None`.

    A key may end in ``/*``: all subjects of that kind which the identity may see, those to come included.
    """

    subjects: Mapping[str, str | None]


class Unwatch(msgspec.Struct, frozen=True, kw_only=True):
    """Follow these no longer; named as they were watched."""

    subjects: tuple[str, ...]


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """Tell the agent's other pages a volatile word."""

    subject: Subject
    name: str
    data: msgspec.Raw | bytes


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """Become the page that does a once-only thing; `take` takes it from another. `give` gives it back."""

    subject: Subject
    name: str
    take: bool = False
    give: bool = False


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """Stand before a service of the agent (onBeforeDial), or stop. The guard gets the command by `Session.peer`."""

    subject: Subject
    service: str
    on: bool


LinkEffect = Open | Send | Close | Wake | Cancel | Request | Emit | Settle | Gauge | Answer | Down | Reply
SessionEffect = (
    Send
    | Reply
    | Close
    | Wake
    | Cancel
    | Execute
    | Ask
    | SignIn
    | SignOut
    | Watch
    | Unwatch
    | Share
    | Claim
    | Guard
    | Settle
)
LinkEffects = Iterator[LinkEffect]
SessionEffects = Iterator[SessionEffect]


# --- news among the pages of one agent, told by `Session.peer` --------------------------------------------------------


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """Another page (or this one) shared a word."""

    subject: Subject
    name: str
    data: msgspec.Raw | bytes
    page: str


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """Who now does the once-only thing: `page` is empty when nobody does; `mine` when it is this page."""

    subject: Subject
    name: str
    page: str
    mine: bool


class Peers(msgspec.Struct, frozen=True, kw_only=True):
    """The pages that watch this agent now; `me` is this one."""

    subject: Subject
    pages: tuple[str, ...]
    me: str


class Guarded(msgspec.Struct, frozen=True, kw_only=True):
    """A command that this page guards. It has been settled as handed over; the page may issue it again."""

    subject: Subject
    command: Command


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A desk command for this page, which claimed it. The page settles it with a `Settle` effect."""

    subject: Subject
    command: Command


class Barred(msgspec.Struct, frozen=True, kw_only=True):
    """A `Watch`, `Claim`, `Guard` or `Share` that was not granted; `code` is one of `ERRORS`."""

    subject: str
    code: str
    message: str


News = Shared | Claimed | Peers | Guarded | Asked | Barred


# --- the two plugs -------------------------------------------------------------------------------------------------


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
    limit: int = 64 * 1024
    """Largest body or frame in bytes."""
    port: int = 0
    """For ``tcp`` only."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls. `scopes`: ``agent:<id>`` (see and command that agent), ``team:<id>`` (see and supervise), ``tenant`` (see
    all), ``tenant:command`` (command all), ``simulate`` (drive the simulator), ``mint`` (mint tokens). `expires`
    in Millis, 0 for never.
    """

    subject: str
    scopes: frozenset[str]
    expires: Millis = 0
    agent: str = ""


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
    could not be found (trimmed, or another epoch): then only `state` counts.
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
        """News among the pages of an agent."""
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
        """Which session this request belongs to; `None`: one of its own, that ends with the reply."""
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


# --- the log -------------------------------------------------------------------------------------------------------


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Where a subject's stream begins (the first entry kept) and ends. An empty stream has `first` one above `last`."""

    first: int
    last: int


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """A folded state as of `seq`, with the version of the fold that made it."""

    subject: Subject
    seq: int
    version: int
    data: bytes


Deliver = Callable[[Sequence[Entry]], None]


class Store(Protocol):
    """The log. One object per database; used from one event loop."""

    @property
    def epoch(self) -> str:
        """Changes only when history was lost."""
        ...

    async def open(self, deliver: Deliver) -> None:
        """Open, check the tail (a torn one is cut), start. `deliver` is called on the loop with each committed batch, in order,
        before the `append` of it returns.
        """
        ...

    def append(self, drafts: Sequence[Draft]) -> Awaitable[Sequence[Entry]]:
        """Append, in the order of the calls; done when on disk. All or nothing. `InternalError("store-failed")` if it cannot."""
        ...

    async def read(self, subject: Subject, after: int, limit: int = 1000) -> Sequence[Entry]:
        """Entries with `seq > after`, in order, at most `limit`. Never a torn one: `InternalError("store-failed")` instead."""
        ...

    async def heads(self) -> Mapping[Subject, Head]:
        """All subjects with their streams' ends."""
        ...

    async def save(self, states: Sequence[Saved]) -> None:
        """Keep folded states, each in place of the subject's older one."""
        ...

    async def saved(self, version: int) -> Sequence[Saved]:
        """The folded states of this version of the fold."""
        ...

    async def trim(self, before: Millis) -> int:
        """Drop entries older than `before` that a saved state covers; returns how many. Seq goes on counting."""
        ...

    async def close(self) -> None:
        """Finish what was begun and close."""
        ...
