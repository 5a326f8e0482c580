"""One subject of another hub, as a link tells it here.

The other hub's entries become events of our link, each with its position as origin. All of its links are one to us, so
their ups and downs are added up: we are up while one of them is, and can do what those that are up can do.
Its commands are its own affair and stay there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from cordboard.contract import Down, Emit, LinkEffects, parse_position, position
from cordboard.model.entities import AgentState
from cordboard.model.events import (
    CommandIssued,
    CommandSettled,
    Event,
    LinkDown,
    LinkUp,
    Snapshot,
    Suggested,
    TeamMessagePosted,
    Unrecognised,
    Uttered,
    decode_event,
)
from cordboard.model.ids import LinkId, Millis, Subject
from cordboard.model.log import checksum
from cordboard.model.state import LinkState
from cordboard.model.view import View
from cordboard.protocols.native import wire
from cordboard.protocols.native.views import merged

SHOWN = 4096
"""Characters kept of a frame that nobody understood."""


class Feed:
    """Where we stand in the subject's stream, and what the other hub's links are."""

    def __init__(self, subject: Subject, link: LinkId, seq: int = 0) -> None:
        """`seq`: of the last entry that our log has."""
        self._subject = subject
        self._link = link
        self._seq = seq
        self._epoch = ""
        self._view = View(subject=subject)
        self._links: dict[LinkId, LinkState] = {}
        self._told: _Able | None = None

    def joined(self, message: wire.Joined, at: Millis) -> LinkEffects:
        """The subject as it is now. Where the other hub knows what we missed, that is told entry by entry."""
        self._epoch = message.epoch
        place = parse_position(message.position)
        if place is None or place[1] == 0:
            self._view = message.view
            return  # nothing has happened there yet
        missed = [entry for entry in message.tail if entry.seq > self._seq]
        events = [_event(entry) for entry in missed]
        # A snapshot replaces all that a link told, and here several are one: only the whole view can stand for it then.
        mixed = len(message.view.links) > 1 and any(isinstance(event, Snapshot) for event in events)
        if message.recovered is True and not mixed:
            self._links = _before(message.view.links, events)
            yield from self._turn(at)
            for entry in missed:
                yield from self._told_of(entry)
            self._view, self._links = message.view, dict(message.view.links)
            yield from self._turn(at)
        else:
            self._seq = place[1]
            self._view, self._links = message.view, dict(message.view.links)
            yield from self._afresh(at, message.position)

    def entry(self, entry: wire.Entry) -> LinkEffects:
        """A new entry. One that we have is dropped; one too far ahead means that the stream broke."""
        if entry.seq <= self._seq:
            return
        if entry.change is not None:
            self._view = merged(self._view, entry.change)
        yield from self._told_of(entry)

    def _told_of(self, entry: wire.Entry) -> LinkEffects:
        body = bytes(entry.event)
        if entry.seq != self._seq + 1:
            yield Down(retry="later", reason="entry-missing")
            return
        if checksum(entry.subject, entry.seq, entry.at, entry.origin, body) != entry.sum:
            yield Down(retry="later", reason="entry-torn")
            return
        self._seq = entry.seq
        origin = position(self._epoch, entry.seq)
        event = _event(entry)
        if self._told is None and not isinstance(event, LinkUp | LinkDown):
            yield from self._turn(entry.at)
        match event:
            case CommandIssued() | CommandSettled():
                pass
            case None:
                yield self._emit(unrecognised(self._link, entry.at, "entry", body), origin)
            case LinkUp():
                services, lacks = frozenset(event.services), event.lacks
                self._links[event.link] = LinkState(up=True, services=services, lacks=lacks)
                yield from self._turn(event.at, origin)
            case LinkDown(retry="removed"):
                self._links.pop(event.link, None)
                yield from self._turn(event.at, origin)
            case LinkDown():
                self._links[event.link] = LinkState(up=False, cause=event.cause, retry=event.retry)
                yield from self._turn(event.at, origin, event.cause)
            case Snapshot() if len(self._links) > 1:
                yield self._emit(self._snapshot(event.at), origin)
            case Snapshot():
                states = tuple(replace(item, link=self._link) for item in event.states)
                contacts = tuple(replace(item, link=self._link) for item in event.contacts)
                yield self._emit(replace(event, link=self._link, states=states, contacts=contacts), origin)
            case _:
                yield self._emit(replace(event, link=self._link), origin)

    def _afresh(self, at: Millis, origin: str) -> LinkEffects:
        """All there is, without the way there."""
        self._told = None
        able = _added_up(self._links)
        yield self._emit(LinkUp(link=self._link, at=at, services=able.services, lacks=able.lacks))
        yield self._emit(self._snapshot(at), origin)
        for said in self._view.utterances.values():
            for utterance in said:
                yield self._emit(Uttered(link=self._link, at=at, utterance=utterance))
        for offered in self._view.suggestions.values():
            for suggestion in offered:
                yield self._emit(Suggested(link=self._link, at=at, suggestion=suggestion))
        for message in self._view.messages:
            yield self._emit(TeamMessagePosted(link=self._link, at=at, message=message))
        self._told = replace(able, up=True)
        yield from self._turn(at)

    def _snapshot(self, at: Millis) -> Snapshot:
        """The view as a snapshot. Closed contacts are in it, so that what ended meanwhile is not taken for lost."""
        view = self._view
        states: dict[str, AgentState] = {}
        for item in sorted(view.states.values(), key=lambda item: not _is_up(self._links, item.link)):
            states.setdefault(item.medium, replace(item, link=self._link))
        contacts = (*view.contacts.values(), *view.recent)
        return Snapshot(
            link=self._link,
            at=at,
            profile=view.profile,
            states=tuple(states.values()),
            contacts=tuple(replace(item, link=self._link) for item in contacts),
            callbacks=tuple(view.callbacks.values()),
        )

    def _turn(self, at: Millis, origin: str = "", cause: str = "") -> LinkEffects:
        """Say how the other hub's links stand together, if that is new."""
        able = _added_up(self._links)
        if self._told == able:
            return
        if able.up:
            yield self._emit(LinkUp(link=self._link, at=at, services=able.services, lacks=able.lacks), origin)
        elif self._told is None:
            # Down at first is told as up and down: that we hear of the subject at all is what our own link is for.
            yield self._emit(LinkUp(link=self._link, at=at))
        if not able.up:
            lost = [item for item in self._links.values() if not item.up]
            cause = cause or next((item.cause for item in lost if item.cause), "")
            retry = next((item.retry for item in lost if item.retry), "later")
            yield self._emit(LinkDown(link=self._link, at=at, cause=cause, retry=retry), origin)
        self._told = able

    def _emit(self, event: Event, origin: str = "") -> Emit:
        return Emit(subject=self._subject, event=event, origin=origin)


def unrecognised(link: LinkId, at: Millis, channel: str, data: str | bytes) -> Unrecognised:
    """A frame, or an entry's event, that this version does not know."""
    text = data if isinstance(data, str) else data.decode(errors="replace")
    return Unrecognised(
        link=link,
        at=at,
        channel=channel,
        data=text[:SHOWN].encode(errors="replace").decode(),
        truncated=len(text) > SHOWN,
    )


def _event(entry: wire.Entry) -> Event | None:
    try:
        return decode_event(bytes(entry.event))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _is_up(links: Mapping[LinkId, LinkState], link: LinkId) -> bool:
    known = links.get(link)
    return known is not None and known.up


class _Able(msgspec.Struct, frozen=True, kw_only=True):
    """How the other hub's links stand together."""

    up: bool
    services: tuple[str, ...] = ()
    lacks: dict[str, str] = {}


def _added_up(links: Mapping[LinkId, LinkState]) -> _Able:
    """Whether the subject is served, and what can be done. One that no link serves (a team) is not down for that."""
    there = [item for item in links.values() if item.up]
    services = frozenset[str]().union(*(item.services for item in there))
    # What one link lacks and another can do is not lacking.
    lacks = {name: why for item in there for name, why in item.lacks.items() if name not in services}
    return _Able(up=not links or bool(there), services=tuple(sorted(services)), lacks=lacks)


def _before(links: Mapping[LinkId, LinkState], events: Sequence[Event | None]) -> dict[LinkId, LinkState]:
    """How the links stood before these events: as after them, but for those that turned."""
    before = dict(links)
    turned: Iterable[LinkUp | LinkDown] = [item for item in events if isinstance(item, LinkUp | LinkDown)]
    for event in reversed(list(turned)):
        known = links.get(event.link)
        before[event.link] = replace(
            known or LinkState(up=True), up=isinstance(event, LinkDown) and event.retry != "removed"
        )
    return before
