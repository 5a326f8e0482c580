"""Bodies of requests and answers, besides orders: the entry, the feed, the book, faults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from cordboard.model.entities import Target
from cordboard.model.ids import Millis
from cordboard_wickerline import words as w
from cordboard_wickerline.known import unknown
from cordboard_wickerline.markup import HOUSE, BadMarkupError, Element, element, parsed, written
from cordboard_wickerline.nouns import needed
from cordboard_wickerline.orders import goal, goal_of

TYPE = "application/vnd.wickerline.attendant+xml; charset=utf-8"
"""The content type of all bodies."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``POST /attendant/4/entry``: who comes in, and the word that shows it."""

    name: str
    word: str

    def written(self) -> bytes:
        """As a body."""
        return written(element("entry", {"name": self.name, "word": self.word}))


class Welcome(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to an entry. `clerk` is empty for who serves the whole house; `hold` is for how many seconds a feed is held."""

    clerk: str = ""
    hold: int
    at: Millis

    def written(self) -> bytes:
        """As a body."""
        attributes = {"clerk": self.clerk or None, "hold": str(self.hold), "at": w.local(self.at)}
        return written(element("welcome", attributes))


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong: one of our codes, and a sentence."""

    code: str
    text: str = ""

    def written(self) -> bytes:
        """As a body."""
        number = w.FAULTS.get(self.code, w.OTHER_FAULT)
        return written(element("fault", {"code": number, "said": self.text or None}))


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of the feed: notices with their numbers, and the last number that there is. `strange` is what we do not know of it."""

    upto: int
    items: tuple[tuple[int, Element | None], ...] = ()
    strange: tuple[Element, ...] = ()


def entry_of(body: bytes) -> Entry:
    """The entry in a body. `ValueError` if it is none."""
    found = _named(body, "entry")
    return Entry(name=needed(found, "name"), word=needed(found, "word"))


def welcome_of(body: bytes) -> Welcome:
    """The welcome in a body. `ValueError` if it is none."""
    found = _named(body, "welcome")
    hold = int(needed(found, "hold"))
    return Welcome(clerk=found.get("clerk") or "", hold=hold, at=w.millis(found.get("at")))


def fault_of(body: bytes) -> Fault:
    """The fault in a body. One that is not Attendant's (a proxy's page) is a fault without a code."""
    try:
        found = _named(body, "fault")
    except ValueError:
        return Fault(code="")
    return Fault(code=w.CODES.get(found.get("code") or "", ""), text=found.get("said") or "")


def feed(upto: int, notices: Sequence[tuple[int, bytes]]) -> bytes:
    """A feed of notices that are written already: each is encoded once, whoever reads it."""
    items = b"".join(b'<item n="%d">%s</item>' % item for item in notices)
    return b'<feed xmlns="%s" upto="%d">%s</feed>' % (HOUSE.encode(), upto, items)


def feed_of(body: bytes) -> Feed:
    """The feed in a body. `ValueError` if it is none."""
    found = _named(body, "feed")
    items = tuple((int(needed(item, "n")), item.find("notice")) for item in found.all("item"))
    emptied = replace(found, children=tuple(_without_notice(item) for item in found.children))
    return Feed(upto=int(needed(found, "upto")), items=items, strange=tuple(unknown(emptied)))


def book(targets: Sequence[Target], leaf: str) -> bytes:
    """A leaf of the book, and the mark of the next."""
    return written(element("book", {"next": leaf or None}, *(goal(item) for item in targets)))


def book_of(body: bytes) -> tuple[tuple[Target, ...], str]:
    """The targets on a leaf, and the mark of the next. `ValueError` if it is none."""
    found = _named(body, "book")
    return tuple(goal_of(item) for item in found.all("to")), found.get("next") or ""


def done(made: dict[str, str]) -> bytes:
    """An order was done; `made` are the ids of what it made."""
    return written(element("done", None, *_made(made)))


def done_of(body: bytes) -> dict[str, str]:
    """What an order made. `ValueError` if the body does not say that it was done."""
    return {needed(item, "what"): item.get("no") or "" for item in _named(body, "done").all("made")}


def doubt(why: str) -> bytes:
    """Nobody knows whether an order was done."""
    return written(element("doubt", {"why": why or None}))


def _made(made: dict[str, str]) -> Iterator[Element]:
    for what, number in made.items():
        yield element("made", {"what": what, "no": number})


def _without_notice(item: Element) -> Element:
    return replace(item, children=tuple(one for one in item.children if one.name != "notice"))


def _named(body: bytes, name: str) -> Element:
    found = parsed(body)
    if found.name != name or found.space != HOUSE:
        raise BadMarkupError(f"a <{name}> of {HOUSE} was to come")
    return found
