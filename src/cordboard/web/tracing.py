"""The way of a contact: its entries from the log of everyone who had a part in it, each with what the flight recorder knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from cordboard.contract import Identity
from cordboard.hub.access import may_see
from cordboard.hub.hub import Hub
from cordboard.hub.recorder import Cause, Passage, Place, Recording, Taken
from cordboard.kit.redaction import secretless
from cordboard.model import events as e
from cordboard.model.commands import Done, Outcome
from cordboard.model.entities import Contact, Phase, Role
from cordboard.model.ids import (
    CommandId,
    ContactId,
    LinkId,
    Millis,
    Subject,
    agent_subject,
    is_subject,
    queue_subject,
)
from cordboard.model.log import Entry
from cordboard.web.contacts import Contacts, entries, line, place_at
from cordboard.web.ways import Errand, Frame, Gap, Step, Told, Way

BEFORE: Millis = 30_000
"""How long before a contact the command may have been given that led to it."""
AFTER: Millis = 600_000
"""How long after its end something of it may still come: notes, activities, outcomes."""

_OF_THE_LINK = (e.LinkUp, e.LinkDown, e.Snapshot, e.Unrecognised)


Sees = Callable[[Subject], bool]


class _Part(NamedTuple):
    subject: Subject
    contact: Contact


async def way(
    contacts: Contacts, identity: Identity | None, subject: Subject, contact: Contact, mark: str
) -> Way:
    """The whole way of the contact, with the other parts of its thread that the identity may see."""
    hub = contacts.hub
    parts, unseen = await _parts(contacts, identity, subject, contact)
    sees = partial(may_see, identity, states=hub.states)
    recording = hub.recorder.look()
    steps: list[Step] = []
    gaps: list[Gap] = []
    for place in dict.fromkeys(part.subject for part in parts):
        own = [part.contact for part in parts if part.subject == place]
        told = await _told_of(hub, place, own)
        steps.extend(told_steps(told, recording, sees, own))
        steps.extend(_unlogged(place, own, recording, told))
        gaps.extend(_gaps(place, own, told))
    return Way(
        mark=mark,
        now=hub.clock.now(),
        subject=subject,
        contact=contact.id,
        thread=hub.threads.thread(contact.thread),
        parts=tuple(part.contact for part in parts),
        lines=tuple(line(hub, part.subject, part.contact) for part in parts),
        unseen=unseen,
        steps=tuple(in_order(steps)),
        gaps=tuple(sorted(gaps, key=lambda gap: gap.since)),
        recorded=hub.recorder.limit,
    )


def told_steps(
    told: Sequence[Entry], recording: Recording, sees: Sees, contacts: Sequence[Contact] | None = None
) -> list[Step]:
    """The entries as steps. `contacts`: those that the reader asked about; snapshots show no others. `sees`: what else the reader
    may see, since one frame may tell of many.
    """
    outcomes = {
        item.event.command: (item, recording.passages.get((item.subject, item.seq), Passage()))
        for item in told
        if isinstance(item.event, e.CommandSettled)
    }
    wanted = None if contacts is None else {contact.id for contact in contacts}
    return [_step(item, recording, sees, outcomes, wanted) for item in told]


def in_order(steps: Iterable[Step]) -> list[Step]:
    """By time, with the time between them. Those of one subject stay in the order of its log."""
    ordered = sorted(steps, key=lambda step: (step.at, step.subject, step.seq))
    return [
        replace(step, gap=step.at - ordered[number - 1].at if number else 0)
        for number, step in enumerate(ordered)
    ]


# --- who had a part in it ----------------------------------------------------------------------------------------------


async def _parts(
    contacts: Contacts, identity: Identity | None, subject: Subject, contact: Contact
) -> tuple[list[_Part], int]:
    """This contact and the others of its thread, in the order in which they began; and how many may not be seen."""
    hub = contacts.hub
    found: dict[tuple[Subject, ContactId], Contact | None] = {(subject, contact.id): contact}
    unseen = 0
    if contact.thread:
        found.update(dict.fromkeys(hub.threads.contacts(contact.thread)))
        found[subject, contact.id] = contact
    parts: list[_Part] = []
    for (place, name), known in found.items():
        if place != subject and not may_see(identity, place, hub.states):
            unseen += 1
            continue
        item = known or await contacts.get(place, name)
        if item is not None:
            parts.append(_Part(place, item))
    for place in _others(contact) if contact.thread else ():
        if place in {part.subject for part in parts} or place not in hub.states:
            continue
        # A thread is forgotten with its contacts: who was in the calls still says where to look.
        if not may_see(identity, place, hub.states):
            unseen += not any(where == place for where, _ in found)
            continue
        parts.extend(_Part(place, item) for item in await contacts.of_thread(place, contact))
    parts.sort(key=lambda part: part.contact.created.ours)
    return parts, unseen


def _others(contact: Contact) -> Iterable[Subject]:
    """The other agents, and the queues, that were in the contact's calls."""
    places: dict[Subject, None] = {}
    if contact.queue is not None:
        places[queue_subject(contact.queue.id)] = None
    for call in contact.calls:
        for connection in call.connections:
            who = connection.participant
            if who.id and who.role in (Role.AGENT, Role.SUPERVISOR):
                places[agent_subject(who.id)] = None
            elif who.id and who.role is Role.QUEUE:
                places[queue_subject(who.id)] = None
    return [place for place in places if is_subject(place)]


# --- what the log tells of it --------------------------------------------------------------------------------------------


async def _told_of(hub: Hub, subject: Subject, contacts: Sequence[Contact]) -> list[Entry]:
    """The entries of the subject that are about these contacts, and what befell their link meanwhile."""
    began = min(contact.created.ours for contact in contacts) - BEFORE
    start = await place_at(hub, subject, began) if began > 0 else 0
    ends = [contact.phase_since.ours for contact in contacts if contact.phase is Phase.CLOSED]
    until = max(ends) + AFTER if len(ends) == len(contacts) else 0
    read = [
        entry
        for entry in await entries(hub, subject, start, _last(hub, subject))
        if entry.at >= began and not (until and entry.at > until)
    ]
    names = {contact.id for contact in contacts}
    commands = _commands(read, names)
    about = [number for number, entry in enumerate(read) if _is_about(entry, names, commands)]
    if not about:
        return []
    links = {contact.link for contact in contacts}
    last = about[-1] if until else len(read)
    return [
        entry
        for number, entry in enumerate(read)
        if _is_about(entry, names, commands)
        or (isinstance(entry.event, _OF_THE_LINK) and entry.event.link in links and about[0] < number <= last)
    ]


def _commands(read: Sequence[Entry], names: set[ContactId]) -> set[CommandId]:
    """The commands that were about one of the contacts, or that led to it."""
    found: set[CommandId] = set()
    for entry in read:
        match entry.event:
            case e.CommandIssued(command=command) if getattr(command.service, "contact", None) in names:
                found.add(command.id)
            case e.CommandSettled(command=command_id, outcome=Done(data=data)) if (
                data.get("contact") in names
            ):
                found.add(command_id)
            case _:
                pass
    return found


def _is_about(entry: Entry, names: set[ContactId], commands: set[CommandId]) -> bool:
    match entry.event:
        case e.CommandIssued(command=command):
            return command.id in commands
        case e.CommandSettled(command=command_id):
            return command_id in commands
        case e.Uttered(utterance=thing):
            return thing.contact in names
        case e.Suggested(suggestion=thing):
            return thing.contact in names
        case e.CallbackScheduled(callback=thing):
            return thing.contact in names
        case e.ActivitySaved(activity=thing):
            return thing.contact in names
        case event:
            return getattr(event, "contact", None) in names


def _last(hub: Hub, subject: Subject) -> int:
    state = hub.state(subject)
    return state.seq if state is not None else 0


# --- what the recorder knows of it ---------------------------------------------------------------------------------------


def _step(
    entry: Entry,
    recording: Recording,
    sees: Sees,
    outcomes: Mapping[CommandId, tuple[Entry, Passage]],
    wanted: set[ContactId] | None,
) -> Step:
    passage = recording.passages.get((entry.subject, entry.seq))
    known = passage or Passage()
    event = entry.event
    if isinstance(event, e.Snapshot) and wanted is not None:
        event = replace(
            event, profile=None, contacts=tuple(item for item in event.contacts if item.id in wanted)
        )
    cause = known.cause
    return Step(
        at=entry.at,
        gap=0,
        subject=entry.subject,
        seq=entry.seq,
        event=event,
        origin=entry.origin,
        frame=None if cause is None else _frame(cause, recording.led.get(id(cause), ()), sees),
        appended=known.appended,
        on_disk=known.on_disk,
        shown=known.shown,
        told=tuple(
            Told(protocol=name, pages=pages, bytes=size) for name, (pages, size) in known.audience.items()
        ),
        errand=_errand(entry, known, recording, outcomes),
        seen=passage is not None,
    )


def _frame(cause: Cause, led: Sequence[Place], sees: Sees) -> Frame:
    whole = all(sees(subject) for subject, _ in led)
    return Frame(
        at=cause.at,
        link=cause.link,
        kind=cause.kind,
        where=cause.where,
        text=secretless(cause.text) if whole else "",
        size=cause.size,
        led=len(led),
        whole=whole and cause.size == len(cause.data),
    )


def _errand(
    entry: Entry,
    passage: Passage,
    recording: Recording,
    outcomes: Mapping[CommandId, tuple[Entry, Passage]],
) -> Errand | None:
    if not isinstance(entry.event, e.CommandIssued):
        return None
    command = entry.event.command
    taken = next(iter(recording.taken.get(command.id, ())), None)
    answer = outcomes.get(command.id)
    outcome: Outcome | None = taken.outcome if taken is not None else None
    if outcome is None and answer is not None and isinstance(answer[0].event, e.CommandSettled):
        outcome = answer[0].event.outcome
    return Errand(
        id=command.id,
        service=type(command.service).__name__,
        by=entry.event.by,
        taken=taken.at if taken is not None else 0,
        on_disk=passage.on_disk,
        given=recording.given.get(command.id, 0),
        answered=answer[0].at if answer is not None else 0,
        settled=taken.settled if taken is not None else 0,
        outcome=outcome,
    )


def _unlogged(
    subject: Subject, contacts: Sequence[Contact], recording: Recording, told: Sequence[Entry]
) -> Iterable[Step]:
    """The commands about these contacts that never reached the log, and those that were asked again under an old id."""
    names = {contact.id for contact in contacts}
    logged = {entry.event.command.id for entry in told if isinstance(entry.event, e.CommandIssued)}
    for command_id, asked in recording.taken.items():
        for item in asked[1:] if command_id in logged else asked:
            if item.command.subject == subject and getattr(item.command.service, "contact", None) in names:
                yield _refused(item)


def _refused(item: Taken) -> Step:
    errand = Errand(
        id=item.command.id,
        service=type(item.command.service).__name__,
        by=item.by,
        taken=item.at,
        settled=item.settled,
        outcome=item.outcome,
    )
    return Step(at=item.at, gap=0, subject=item.command.subject, errand=errand, seen=True)


def _gaps(subject: Subject, contacts: Sequence[Contact], told: Sequence[Entry]) -> Iterable[Gap]:
    """From each loss of a link until its snapshot."""
    down: dict[LinkId, tuple[Millis, str]] = {}
    links = {contact.link for contact in contacts}
    for entry in told:
        event = entry.event
        if isinstance(event, e.LinkDown) and event.link in links:
            down.setdefault(event.link, (entry.at, event.cause))
        elif isinstance(event, e.Snapshot) and event.link in down:
            since, cause = down.pop(event.link)
            yield Gap(subject=subject, link=event.link, since=since, until=entry.at, cause=cause)
    for link, (since, cause) in down.items():
        yield Gap(subject=subject, link=link, since=since, until=0, cause=cause)
