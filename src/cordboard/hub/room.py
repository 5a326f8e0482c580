"""The pages around one subject: who watches, who holds which claim, who guards what."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import structlog

from cordboard.contract import (
    Barred,
    Claim,
    Claimed,
    CtiProtocol,
    Gauged,
    Guard,
    News,
    Peers,
    Share,
    Shared,
)
from cordboard.hub.recorder import NOBODY, Audience

if TYPE_CHECKING:
    from cordboard.hub.seat import Seat
    from cordboard.model.ids import Millis, Subject
    from cordboard.model.log import Entry
    from cordboard.model.state import SubjectState

_log = structlog.get_logger(__name__)

CLAIMS = 100
"""Things of one agent that may be claimed at once."""
MEMORY = 8
"""Entries of a subject kept at hand, so that a page that was away for a moment costs no read. Few: thousands of agents have each so
many, and what is held for long has left the processor's cache when it is let go.
"""
_NONE: Mapping[str, int] = MappingProxyType({})


class Room:
    """One subject's pages and its last entries."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.last: deque[Entry] = deque(maxlen=MEMORY)
        self._seats: dict[Seat, None] = {}
        self.speak: Mapping[str, int] = _NONE
        """How many pages speak which protocol."""
        self._pages: dict[Seat, None] = {}
        """The agent's own pages among them: what passes between those is no business of who only looks on."""
        self._claims: dict[str, Seat] = {}
        self._guards: dict[str, list[Seat]] = {}

    def publish(self, entry: Entry, before: SubjectState, after: SubjectState, at: Millis) -> Audience:
        """Tell every page of a new entry; each protocol renders it once."""
        self.last.append(entry)
        if not self._seats:
            return NOBODY
        rendered: dict[str, bytes | None] = {}
        audience: dict[str, tuple[int, int | None]] = {}
        for seat in tuple(self._seats):
            name = seat.protocol.name
            if name in rendered:
                data = rendered[name]
            else:
                data = rendered[name] = _rendered(seat.protocol, entry, before, after)
                audience[name] = self.speak[name], None if data is None else len(data)
            seat.observe(entry, before, after, data, at)
        return audience

    def gauge(self, frame: Gauged) -> None:
        """Tell every page of a counter's new value."""
        for seat in tuple(self._seats):
            seat.receive(frame)

    def add(self, seat: Seat) -> None:
        """The seat watches now."""
        if seat not in self._seats:
            self._spoken(seat.protocol.name, 1)
        self._seats[seat] = None
        seat.watched.add(self.subject)

    def enter(self, seat: Seat) -> None:
        """It is one of the agent's own pages, and there to stay."""
        if seat in self._pages:
            return
        self._pages[seat] = None
        for name, holder in self._claims.items():
            seat.peer(Claimed(subject=self.subject, name=name, page=holder.id, mine=False))
        self._tell_peers()

    def remove(self, seat: Seat) -> None:
        """The seat is gone; what it claimed is free, what it guarded is open."""
        if seat not in self._seats:
            return
        del self._seats[seat]
        self._spoken(seat.protocol.name, -1)
        seat.watched.discard(self.subject)
        self.withdraw(seat)

    def withdraw(self, seat: Seat) -> None:
        """It is no page of the agent's any more; it may look on."""
        if seat not in self._pages:
            return
        del self._pages[seat]
        for guards in self._guards.values():
            if seat in guards:
                guards.remove(seat)
        for name in [name for name, holder in self._claims.items() if holder is seat]:
            self._grant(name, None)
        self._tell_peers()

    def share(self, seat: Seat, effect: Share) -> None:
        """Pass a volatile word to all of the agent's pages, the sender included."""
        self._tell(lambda _: Shared(subject=self.subject, name=effect.name, data=effect.data, page=seat.id))

    def claim(self, seat: Seat, effect: Claim) -> None:
        """Grant a claim if it is free or taken over; tell all who holds it."""
        holder = self._claims.get(effect.name)
        if effect.give:
            if holder is seat:
                self._grant(effect.name, None)
        elif holder is None and len(self._claims) >= CLAIMS:
            seat.peer(
                Barred(subject=self.subject, code="too-many-requests", message=f"at most {CLAIMS} claims")
            )
        elif holder is None or effect.take:
            self._grant(effect.name, seat)
        else:
            seat.peer(Claimed(subject=self.subject, name=effect.name, page=holder.id, mine=holder is seat))

    def guard(self, seat: Seat, effect: Guard) -> None:
        """Stand before a service, or stop."""
        guards = self._guards.setdefault(effect.service, [])
        if effect.on and seat not in guards:
            guards.append(seat)
        elif not effect.on and seat in guards:
            guards.remove(seat)

    def guards(self, service: str) -> tuple[Seat, ...]:
        """Who guards the service."""
        return tuple(self._guards.get(service, ()))

    def holder(self, name: str) -> Seat | None:
        """Who holds the claim."""
        return self._claims.get(name)

    def __contains__(self, seat: Seat) -> bool:
        return seat in self._seats

    def __len__(self) -> int:
        return len(self._seats)

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Who watches."""
        return tuple(self._seats)

    def _spoken(self, protocol: str, more: int) -> None:
        self.speak = {**self.speak, protocol: self.speak.get(protocol, 0) + more}

    def _grant(self, name: str, seat: Seat | None) -> None:
        if seat is None:
            self._claims.pop(name, None)
        else:
            self._claims[name] = seat
        page = seat.id if seat is not None else ""
        self._tell(lambda each: Claimed(subject=self.subject, name=name, page=page, mine=each is seat))

    def _tell_peers(self) -> None:
        pages = tuple(seat.id for seat in self._pages)
        self._tell(lambda each: Peers(subject=self.subject, pages=pages, me=each.id))

    def _tell(self, news: Callable[[Seat], News]) -> None:
        for seat in tuple(self._pages):
            seat.peer(news(seat))


def _rendered(protocol: CtiProtocol, entry: Entry, before: SubjectState, after: SubjectState) -> bytes | None:
    try:
        return protocol.render(entry, before, after)
    except Exception:  # noqa: BLE001 - one protocol's fault must not keep the entry from the others
        _log.exception("render-failed", protocol=protocol.name)
        return None
