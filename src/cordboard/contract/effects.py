"""Effects: what a link or a session wants done next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from cordboard.model.commands import Command, Outcome, Query, Result
from cordboard.model.events import Event
from cordboard.model.ids import Millis, Subject


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """Open a channel to the vendor. A failure to open comes back as `Closed` with code 0.

    `url` of a ``tcp`` channel: ``tcp://host:port``, or ``tls://host:port``. `ping`: whether the driver may send WebSocket pings, so that
    a connection that is dead is found; ``False`` for a vendor that breaks on them.
    """

    channel: str
    kind: Literal["ws", "tcp", "bridge"]
    url: str
    headers: Mapping[str, str] = {}
    ping: bool = True


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
    """An HTTP request to the vendor. Only a `repeatable` one is repeated by the driver: where no answer came, and where the answer is
    429 or 503 with a `Retry-After` that there is time for. `timeout` in milliseconds, for all of it, repetitions included. Redirects
    are not followed.
    """

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
    """The answer to a `Called`. With `keep` the session does not end with it, where it would have: it goes on under this key, and
    gets the requests for which `CtiProtocol.key` gives that. A key is as good as a login: mint it with `Ids`, and let it be no part of a
    body or an address. `Close` of no channel ends such a session.
    """

    call: str
    status: int = 200
    headers: Mapping[str, str] = {}
    cookies: tuple[Cookie, ...] = ()
    body: bytes = b""
    keep: str = ""


class Cookie(msgspec.Struct, frozen=True, kw_only=True):
    """A cookie to set. `max_age` in seconds, `None` for the browser's session, 0 to delete. `secure`: for HTTPS alone; `None` if that
    is how the caller came.
    """

    name: str
    value: str
    max_age: int | None = None
    path: str = "/"
    same_site: Literal["Lax", "Strict", "None"] = "Lax"
    secure: bool | None = None
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
    """Show credentials; `Identified` comes back. `kind`: what `secret` is. `user` only with a password. `remember`: with a token that
    stands for this login from now on, for wires whose login gives one.
    """

    kind: Literal["password", "bearer", "cookie", "ticket"]
    secret: str
    user: str = ""
    remember: bool = False


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
