"""News among the pages of one agent, told by `Session.peer`."""

from __future__ import annotations

import msgspec

from cordboard.model.commands import Command
from cordboard.model.ids import Subject


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


News = Shared | Claimed | Peers | Guarded | Asked | Barred
