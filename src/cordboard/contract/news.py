"""News among the pages of one agent, and of the hub itself, told by `Session.peer`."""

from __future__ import annotations

from typing import Literal

import msgspec

from cordboard.model.commands import Command
from cordboard.model.ids import Millis, Subject


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
    """The agent's pages now: those that watch and may command; `me` is this one. Who only looks on is told of none."""

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


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """Another hub's address: to be called by HTTPS and WebSockets over TLS."""

    host: str
    port: int = 443


class Maintenance(msgspec.Struct, frozen=True, kw_only=True):
    """The operator's planned maintenance of this hub, as it is since `at`. Told to every session whenever it changes, and, unless
    there is none, to each that begins. A protocol that has no word for it passes it over: nothing that works stops because of it.

    `announced`: it is going to start, at `begins`, as far as one knows. `started`: pages should come to an end with what they do
    (`graceful`), or be ready to be cut off. `completed`: whoever was here before goes `to` the other address; without one they begin anew
    here. `none`: called off, or long over.
    """

    state: Literal["none", "announced", "started", "completed"] = "none"
    at: Millis = 0
    begins: Millis = 0
    to: Elsewhere | None = None
    graceful: bool = True
    text: str = ""
    """What the operator wants people to read."""


News = Shared | Claimed | Peers | Guarded | Asked | Barred | Maintenance
