"""Matters and their lines: contacts and calls as Attendant writes them, and back.

A notice brings of a matter and of a line only what changed: what is left out stays as it was. Speakers and jots are brought
whole. So one way of writing serves events (facts, of which `None` is left out) and whole matters alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cordboard.model import events as e
from cordboard.model.entities import (
    AttachedData,
    Call,
    CallKind,
    Contact,
    Direction,
    Medium,
    Participant,
    Queue,
    Stamp,
    Stamps,
)
from cordboard.model.ids import AgentId, CallId, ContactId, LinkId, ThreadId
from cordboard.model.state import SubjectState
from cordboard_wickerline import words as w
from cordboard_wickerline.markup import JOTS, Element, element
from cordboard_wickerline.nouns import (
    connection,
    hall,
    needed,
    participant,
    person,
    queue,
    speaker,
)

_STAGE = w.back(w.STAGES)
_ENDING = w.back(w.ENDINGS)
_KIND = w.back(w.KINDS)
_WAY = w.back(w.WAYS)


def lines(state: SubjectState) -> Iterator[tuple[Contact, Call]]:
    """A clerk's lines in the order of their numbers, which begin at 1. When one ends, those behind it move up."""
    for contact in state.contacts.values():
        if contact.medium is Medium.VOICE:
            for call in contact.calls:
                if not call.cleared:
                    yield contact, call


def line_number(state: SubjectState, call: str) -> str | None:
    """The number of a line, or `None` if it has none any more."""
    for number, (_, one) in enumerate(lines(state), 1):
        if one.id == call:
            return str(number)
    return None


# --- as facts --------------------------------------------------------------------------------------------------------


def matter_facts(contact: str, facts: e.ContactFacts | None, *children: Element) -> Element:
    """As much of a matter as an event tells."""
    told = facts or e.ContactFacts()
    attributes = {
        "no": contact,
        "thread": told.thread,
        "before": told.previous,
        "first": told.origin,
        "way": w.WAYS[told.direction] if told.direction is not None else None,
        "outcome": told.disposition,
        "waited-from": w.local(told.queued_at) if told.queued_at is not None else None,
    }
    return element("matter", attributes, *_people(told), *children)


def contact_facts(item: Element) -> e.ContactFacts | None:
    """What a matter in a notice tells; `None` for nothing."""
    thread, before, first = item.get("thread"), item.get("before"), item.get("first")
    way, waited = item.get("way"), item.get("waited-from")
    told = e.ContactFacts(
        thread=ThreadId(thread) if thread is not None else None,
        previous=ContactId(before) if before is not None else None,
        origin=ContactId(first) if first is not None else None,
        direction=w.said(way, _WAY) if way is not None else None,
        disposition=item.get("outcome"),
        queued_at=w.millis(waited) if waited is not None else None,
        queue=queue(item.find("hall")),
        customer=_of(item, "caller"),
        transferred_by=_of(item, "handed-by"),
    )
    return None if told == e.ContactFacts() else told


def line_facts(call: str, number: str | None, facts: e.CallFacts | None, *children: Element) -> Element:
    """As much of a line as an event tells."""
    told = facts or e.CallFacts()
    attributes = {
        "no": number,
        "ref": call,
        "kind": w.KINDS[told.kind] if told.kind is not None else None,
        "way": w.WAYS[told.direction] if told.direction is not None else None,
        "house-ref": told.vendor_id,
        "aka": " ".join(told.aliases) if told.aliases is not None else None,
        "from": told.ani,
        "rung": told.dnis,
        "dialled": told.dialled,
        "outcome": told.wrap_up_reason,
        "tape": told.recording,
        "begun": told.initiation,
    }
    return element("line", attributes, *children, jots(told.data), *words_of_vendor(told.references))


def call_facts(item: Element) -> e.CallFacts | None:
    """What a line in a notice tells; `None` for nothing."""
    kind, way, aka = item.get("kind"), item.get("way"), item.get("aka")
    told = e.CallFacts(
        kind=w.said(kind, _KIND) if kind is not None else None,
        direction=w.said(way, _WAY) if way is not None else None,
        vendor_id=item.get("house-ref"),
        aliases=tuple(aka.split()) if aka is not None else None,
        references=references(item),
        ani=item.get("from"),
        dnis=item.get("rung"),
        dialled=item.get("dialled"),
        data=data(item),
        wrap_up_reason=item.get("outcome"),
        recording=item.get("tape"),
        initiation=item.get("begun"),
    )
    return None if told == e.CallFacts() else told


def jots(told: AttachedData | None) -> Element | None:
    """Attached data, whole, in a namespace of its own."""
    if told is None:
        return None
    notes = [
        element("jot", {"on": on, "name": name}, text=value, space=JOTS)
        for on, named in (("slip", told.peripheral), ("card", told.named))
        for name, value in named.items()
    ]
    return element("jots", None, *notes, space=JOTS)


def data(item: Element) -> AttachedData | None:
    """The attached data of a line; `None` if nothing is said of it."""
    found = next((one for one in item.children if one.name == "jots" and one.space == JOTS), None)
    if found is None:
        return None
    told: dict[str, dict[str, str]] = {"slip": {}, "card": {}}
    for one in found.children:
        w.said(one.get("on") or "", told)[one.get("name") or ""] = one.text
    return AttachedData(peripheral=told["slip"], named=told["card"])


def words_of_vendor(told: Mapping[str, str] | None) -> Iterator[Element]:
    """Further words about a call, of whoever is behind this house."""
    if told is not None:
        yield element("also", None, *(element("word", {"for": key}, text=text) for key, text in told.items()))


def references(item: Element) -> dict[str, str] | None:
    """The further words about a call; `None` if nothing is said of them."""
    found = item.find("also")
    return None if found is None else {one.get("for") or "": one.text for one in found.all("word")}


# --- whole -----------------------------------------------------------------------------------------------------------


def matter(contact: Contact, state: SubjectState) -> Element:
    """A whole matter."""
    facts = e.ContactFacts(
        thread=contact.thread or None,
        previous=contact.previous,
        origin=contact.origin,
        direction=contact.direction,
        disposition=contact.disposition or None,
        queued_at=contact.queued.vendor or None,
        queue=contact.queue,
        customer=contact.customer,
        transferred_by=contact.transferred_by,
    )
    more = {
        "stage": w.STAGES[contact.phase],
        "since": w.local(contact.phase_since.vendor),
        "begun": w.local(contact.created.vendor),
        "ended": w.ENDINGS[contact.ended_by] if contact.ended_by is not None else None,
        "limit": w.clock(contact.wrap_up_limit),
        "aka": " ".join(contact.thread_aliases) or None,
    }
    told = matter_facts(contact.id, facts, *(_line(call, state) for call in contact.calls))
    return element("matter", {**told.attributes, **more}, *told.children)


def contact_of(item: Element, link: LinkId, agent: AgentId | None) -> Contact:
    """What a whole matter is in the model."""
    facts = contact_facts(item) or e.ContactFacts()
    ended = item.get("ended")
    return Contact(
        id=ContactId(needed(item, "no")),
        link=link,
        agent=agent,
        thread=facts.thread or ThreadId(""),
        thread_aliases=tuple(ThreadId(one) for one in (item.get("aka") or "").split()),
        previous=facts.previous,
        origin=facts.origin,
        direction=facts.direction or Direction.INBOUND,
        phase=w.said(needed(item, "stage"), _STAGE),
        phase_since=Stamp(vendor=w.millis(item.get("since"))),
        created=Stamp(vendor=w.millis(item.get("begun"))),
        queued=Stamp(vendor=facts.queued_at or 0),
        ended_by=w.said(ended, _ENDING) if ended else None,
        customer=facts.customer,
        queue=facts.queue,
        transferred_by=facts.transferred_by,
        wrap_up_limit=w.seconds(item.get("limit")),
        disposition=facts.disposition or "",
        calls=tuple(_call(one) for one in item.all("line")),
    )


def is_told(contact: Contact) -> bool:
    """Whether Attendant has a word for it: it knows of voices alone."""
    return contact.medium is Medium.VOICE


def _line(call: Call, state: SubjectState) -> Element:
    facts = e.CallFacts(
        kind=call.kind,
        direction=call.direction,
        vendor_id=call.vendor_id or None,
        aliases=call.aliases or None,
        references=call.references or None,
        ani=call.ani or None,
        dnis=call.dnis or None,
        dialled=call.dialled or None,
        data=call.data if call.data != AttachedData() else None,
        wrap_up_reason=call.wrap_up_reason or None,
        recording=call.recording or None,
        initiation=call.initiation or None,
    )
    more = {
        "since": w.local(call.stamps.created.vendor),
        "through": w.local(call.stamps.connected.vendor),
        "tidied": w.local(call.stamps.wrapped_up.vendor),
        "ended": w.local(call.stamps.ended.vendor),
        "over": w.yes(call.cleared),
    }
    number = line_number(state, call.id)
    told = line_facts(call.id, number, facts, *(speaker(one) for one in call.connections))
    return element("line", {**told.attributes, **more}, *told.children)


def _call(item: Element) -> Call:
    facts = call_facts(item) or e.CallFacts()
    return Call(
        id=CallId(needed(item, "ref")),
        vendor_id=facts.vendor_id or "",
        aliases=facts.aliases or (),
        references=facts.references or {},
        kind=facts.kind or CallKind.MAIN,
        direction=facts.direction or Direction.INBOUND,
        ani=facts.ani or "",
        dnis=facts.dnis or "",
        dialled=facts.dialled or "",
        data=facts.data or AttachedData(),
        wrap_up_reason=facts.wrap_up_reason or "",
        recording=facts.recording or "",
        initiation=facts.initiation or "",
        stamps=Stamps(
            created=Stamp(vendor=w.millis(item.get("since"))),
            connected=Stamp(vendor=w.millis(item.get("through"))),
            wrapped_up=Stamp(vendor=w.millis(item.get("tidied"))),
            ended=Stamp(vendor=w.millis(item.get("ended"))),
        ),
        connections=tuple(connection(one) for one in item.all("speaker")),
        cleared=w.is_yes(item.get("over")),
    )


def _people(told: e.ContactFacts) -> Iterator[Element | None]:
    queued: Queue | None = told.queue
    yield hall(queued)
    yield person("caller", told.customer)
    yield person("handed-by", told.transferred_by)


def _of(item: Element, name: str) -> Participant | None:
    found = item.find(name)
    return None if found is None else participant(found)
