"""Frames: what happened, told to a link or a session."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cordboard.model.ids import Millis, Subject

LOGIN_COOKIE = "cordboard-login"
"""The cookie in which the web edge keeps a login, where a browser was asked to. A session shows its value by `SignIn`."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls. `scopes`: ``agent:<id>`` (see and command that agent), ``team:<id>`` (see and supervise), ``tenant`` (see
    all), ``tenant:command`` (command all), ``simulate`` (drive the simulator), ``inspect`` (look at the way of what one sees:
    frames, entries, commands), ``mint`` (mint tokens), ``operate`` (announce maintenance of the hub, restart its
    links). `expires` in Millis, 0 for never.
    """

    subject: str
    scopes: frozenset[str]
    expires: Millis = 0
    agent: str = ""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A channel is open. To sessions: `route`, `query`, `headers` and `cookies` of the socket's request, and its `origin`."""

    channel: str
    at: Millis
    route: str = ""
    params: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    origin: str = ""
    headers: Mapping[str, str] = {}
    """Names in lower case. What the web edge has checked itself (a bearer's token at a door that asks for one) is not among them."""
    cookies: Mapping[str, str] = {}


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """Data came in: `str` from a text frame, `bytes` from a binary frame or a TCP stream."""

    channel: str
    data: str | bytes
    at: Millis


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """A channel is closed, or could not be opened (code 0). To links: `reason` with code 0 and 1006 is one of `REASONS`, otherwise the
    vendor's own. `status`: the HTTP status that the opening was refused with; `retry_after`: as in `Replied`.
    """

    channel: str
    code: int
    reason: str
    at: Millis
    status: int = 0
    retry_after: Millis | None = None


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
    """To links: the answer to the `Request` of this name. Header names in lower case. `retry_after`: so many milliseconds from now the
    vendor asks to be left alone (`Retry-After`, in seconds or as a date): give it to `Down.after`, or to a `Wake`.
    """

    name: str
    status: int
    headers: Mapping[str, str]
    data: bytes
    at: Millis
    retry_after: Millis | None = None


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """To links: no answer to the `Request` of this name. `reason`: one of `REASONS`. `sent`: whether it may have reached the vendor."""

    name: str
    reason: str
    sent: bool
    at: Millis


class Identified(msgspec.Struct, frozen=True, kw_only=True):
    """To sessions: what `SignIn` came to: an identity, or the error code why not.

    `token`, where it was asked for (`SignIn.remember`): what `SignIn` of the kind `ticket` takes for this login as long as it holds, here,
    on other nodes and after a restart. `SignOut` ends it.
    """

    identity: Identity | None
    error: str
    at: Millis
    token: str = ""


class Gauged(msgspec.Struct, frozen=True, kw_only=True):
    """To sessions: a counter of a watched queue or team has a new last value."""

    subject: Subject
    name: str
    value: float
    at: Millis


LinkFrame = Opened | Received | Closed | Woke | Called | Replied | Failed
SessionFrame = Opened | Received | Closed | Woke | Called | Identified | Gauged
