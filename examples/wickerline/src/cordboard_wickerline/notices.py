"""Notices: what Attendant's feed tells, made of the log's entries, and turned into events again.

A notice about a line says only what changed; a `whole` one says all there is of a clerk or hall, and comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from cordboard.contract import Gauge
from cordboard.model import events as e
from cordboard.model.entities import AgentState, Contact, Ending, Medium
from cordboard.model.ids import (
    AgentId,
    CallId,
    ConnectionId,
    ContactId,
    LinkId,
    Millis,
    Subject,
    ThreadId,
    is_subject,
)
from cordboard.model.log import Entry
from cordboard.model.rules import services_of
from cordboard.model.state import SubjectState, voice_state
from cordboard.model.tables import AGENT_STATES
from cordboard_wickerline import words as w
from cordboard_wickerline.markup import Element, element
from cordboard_wickerline.matters import (
    call_facts,
    contact_facts,
    contact_of,
    is_told,
    line_facts,
    line_number,
    matter,
    matter_facts,
)
from cordboard_wickerline.nouns import (
    abilities,
    agent_state,
    connection,
    needed,
    person_file,
    profile,
    services,
    speaker,
    stance,
)

ABLE: Mapping[str, str] = {word: kind.__name__ for kind, word in w.ORDERS.items()}
"""Orders -> services."""

_PLACES = {"agent": "clerk", "queue": "hall", "team": "crew"}
_LINE = w.back(w.LINE_NOTICES)
_STANCE = w.back(w.STANCE_NOTICES)
_ENDING = w.back(w.ENDINGS)


# --- from the log to the feed ----------------------------------------------------------------------------------------


def notice(entry: Entry, before: SubjectState, after: SubjectState) -> Element | None:
    """What the feed tells of an entry; `None` for what Attendant has no word for."""
    place = _place(entry.subject)
    event = entry.event
    told = partial(element, "notice")
    common = {"at": w.local(event.at), "because": event.cause or None, **place}
    match event:
        case e.Snapshot():
            closed = [item for item in after.recent if item.id in before.contacts]
            return whole(after, event.at or entry.at, closed)
        case e.LinkUp() | e.LinkDown():
            now = _reach(after)
            return None if now == _reach(before) else told({**common, "what": "reach"}, now)
        case e.ProfileChanged():
            return told({**common, "what": "file"}, person_file(event.profile))
        case e.WrapUpStarted(contact=contact) if _is_told(after, contact):
            more = {"no": str(contact), "ended": w.ENDINGS[event.ended_by], "limit": w.clock(event.limit)}
            return told({**common, "what": "tidy"}, element("matter", more))
        case e.ContactClosed(contact=contact) if _is_told(after, contact):
            more = {"no": str(contact), "ended": w.ENDINGS[event.ended_by]}
            return told({**common, "what": "filed"}, element("matter", more))
        case _ if isinstance(event, e.CallEvent) and _is_told(after, event.contact):
            return _of_line(event, common, after)
        case _ if isinstance(event, e.AgentEvent) and event.medium is Medium.VOICE:
            standing = AgentState(
                link=event.link,
                state=AGENT_STATES[type(event)],
                reason=event.reason,
                pending=event.pending,
                chosen=event.chosen,
                fault=event.fault,
                since=event.at,
            )
            return told({**common, "what": w.STANCE_NOTICES[type(event)]}, stance(standing))
        case _:
            return None


def whole(state: SubjectState, at: Millis, closed: list[Contact] | None = None) -> Element:
    """All there is of a clerk, hall or crew, and what has been filed lately, so that it is not taken for mislaid."""
    standing = voice_state(state)
    filed = state.recent if closed is None else closed
    matters = [item for item in (*state.contacts.values(), *filed) if is_told(item)]
    return element(
        "notice",
        {"at": w.local(at), "what": "whole", **_place(state.subject)},
        _reach(state),
        person_file(state.profile) if state.profile is not None else None,
        stance(standing) if standing is not None else None,
        *(matter(item, state) for item in matters),
    )


def out_of_reach(subject: Subject, why: str, at: Millis) -> Element:
    """What the feed tells of whom its reader may not see any more."""
    said = {"at": w.local(at), "what": "reach", "because": why, **_place(subject)}
    return element("notice", said, element("reach", {"is": "no", "because": why}))


def tally(subject: Subject, name: str, value: float, at: Millis) -> Element:
    """What the feed tells of a counter."""
    said = {"at": w.local(at), "what": "tally", **_place(subject)}
    return element("notice", said, element("tally", {"of": name, "is": f"{value:g}"}))


def _of_line(event: e.CallEvent, common: Mapping[str, str | None], after: SubjectState) -> Element:
    more: dict[str, str | None] = {
        **common,
        "what": w.LINE_NOTICES[type(event)],
        "by": str(event.by) if event.by is not None else None,
    }
    aliases: tuple[ThreadId, ...] = ()
    match event:
        case e.Conferenced() | e.Transferred():
            more["merged"] = str(event.merged) if event.merged is not None else None
            aliases = event.aliases
        case e.DigitsGenerated(digits=digits):
            more["keys"] = digits
        case _:
            pass
    spoken = (speaker(item) for item in event.connections)
    line = line_facts(event.call, line_number(after, event.call), event.call_facts, *spoken)
    joined = (element("thread", {"no": str(item)}) for item in aliases)
    return element("notice", more, matter_facts(event.contact, event.contact_facts, line), *joined)


def _place(subject: Subject) -> dict[str, str | None]:
    """Whom a notice is about."""
    kind, _, name = subject.partition("/")
    return {_PLACES[kind]: name}


def _reach(state: SubjectState) -> Element:
    """Whether the house reaches the clerk's or hall's telephones, and what it can do there."""
    up = any(item.up for item in state.links.values())
    lost = next((item for item in state.links.values() if not item.up), None)
    attributes = {"is": "yes" if up else "no"}
    if not up and lost is not None:
        attributes |= {"because": lost.cause, "again": lost.retry}
    return element("reach", attributes, abilities(services_of(state)))


def _is_told(state: SubjectState, contact: ContactId) -> bool:
    found = state.contacts.get(contact) or next((one for one in state.recent if one.id == contact), None)
    return found is not None and is_told(found)


# --- from the feed to events -----------------------------------------------------------------------------------------


def subject_of(item: Element) -> Subject:
    """Whom a notice is about. `ValueError` if it does not say."""
    told = [f"{kind}/{name}" for kind, place in _PLACES.items() if (name := item.get(place))]
    if len(told) != 1 or not is_subject(told[0]):
        raise ValueError("a notice is about one clerk, hall or crew")
    return Subject(told[0])


def events(item: Element, link: LinkId) -> Iterator[e.Event]:
    """The events of a notice. `ValueError` if a word of it is none, or something needed is missing."""
    what, at = needed(item, "what"), w.millis(item.get("at"))
    cause = item.get("because") or ""
    if what in _LINE:
        yield _line_event(item, link, at, cause)
    elif what in _STANCE:
        found = agent_state(_child(item, "stance"), link)
        yield _STANCE[what](
            link=link,
            at=at,
            cause=cause,
            reason=found.reason,
            pending=found.pending,
            chosen=found.chosen,
            fault=found.fault,
        )
    else:
        match what:
            case "whole":
                yield from _whole_events(item, link, at)
            case "reach":
                yield from _reach_events(_child(item, "reach"), link, at)
            case "file":
                yield e.ProfileChanged(link=link, at=at, cause=cause, profile=profile(_child(item, "file")))
            case "tidy":
                told = _child(item, "matter")
                yield e.WrapUpStarted(
                    link=link,
                    at=at,
                    cause=cause,
                    contact=ContactId(needed(told, "no")),
                    ended_by=_ended(told),
                    limit=w.seconds(told.get("limit")),
                )
            case "filed":
                told = _child(item, "matter")
                contact = ContactId(needed(told, "no"))
                yield e.ContactClosed(link=link, at=at, cause=cause, contact=contact, ended_by=_ended(told))
            case _:
                raise ValueError(f"{what[:40]!r} is no notice that we know")


def gauge(item: Element) -> Gauge | None:
    """The counter of a notice, if it is about one. `ValueError` if that is no number."""
    if item.get("what") != "tally":
        return None
    told = _child(item, "tally")
    return Gauge(
        subject=subject_of(item),
        name=needed(told, "of"),
        value=float(needed(told, "is")),
        at=w.millis(item.get("at")),
    )


def _line_event(item: Element, link: LinkId, at: Millis, cause: str) -> e.Event:
    about = _child(item, "matter")
    line = _child(about, "line")
    kind = _LINE[needed(item, "what")]
    by = item.get("by")
    more: dict[str, Any] = {}
    if kind in (e.Conferenced, e.Transferred):
        merged = item.get("merged")
        more["merged"] = CallId(merged) if merged else None
        more["aliases"] = tuple(ThreadId(needed(one, "no")) for one in item.all("thread"))
    elif kind is e.DigitsGenerated:
        more["digits"] = item.get("keys") or ""
    return kind(
        link=link,
        at=at,
        cause=cause,
        contact=ContactId(needed(about, "no")),
        call=CallId(needed(line, "ref")),
        by=ConnectionId(by) if by else None,
        connections=tuple(connection(one) for one in line.all("speaker")),
        contact_facts=contact_facts(about),
        call_facts=call_facts(line),
        **more,
    )


def _whole_events(item: Element, link: LinkId, at: Millis) -> Iterator[e.Event]:
    clerk = item.get("clerk")
    agent = AgentId(clerk) if clerk else None
    file, standing = item.find("file"), item.find("stance")
    reach = _child(item, "reach")
    up = e.LinkUp(link=link, at=at, services=services(reach.find("can"), ABLE))
    snapshot = e.Snapshot(
        link=link,
        at=at,
        profile=profile(file) if file is not None else None,
        states=(agent_state(standing, link),) if standing is not None else (),
        contacts=tuple(contact_of(one, link, agent) for one in item.all("matter")),
    )
    yield up
    yield snapshot
    if not w.is_yes(reach.get("is")):
        yield from _reach_events(reach, link, at)


def _reach_events(item: Element, link: LinkId, at: Millis) -> Iterator[e.Event]:
    if w.is_yes(item.get("is")):
        yield e.LinkUp(link=link, at=at, services=services(item.find("can"), ABLE))
    else:
        yield e.LinkDown(
            link=link, at=at, cause=item.get("because") or "", retry=item.get("again") or "later"
        )


def _child(item: Element, name: str) -> Element:
    found = item.find(name)
    if found is None:
        raise ValueError(f"<{item.name}> lacks <{name}>")
    return found


def _ended(item: Element) -> Ending:
    return w.said(item.get("ended") or "settled", _ENDING)
