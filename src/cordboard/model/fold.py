"""`fold(state, entry) -> state`: total, never raises. The switch is right; what a table lacks is applied and flagged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar, cast
from zlib import crc32

import msgspec
from msgspec.structs import replace

from cordboard.model import events as e
from cordboard.model.calls import kept, opened, over, own_connection, still_rings, with_call, with_facts
from cordboard.model.commands import Command
from cordboard.model.entities import (
    AgentState,
    Availability,
    Call,
    CallKind,
    ConnectionState,
    Contact,
    Ending,
    Medium,
    PendingState,
    Phase,
    Stamp,
    Suggestion,
    Utterance,
)
from cordboard.model.ids import AgentId, ContactId, LinkId, Millis, Subject, subject_id
from cordboard.model.log import Entry
from cordboard.model.state import RECENT, CommandRecord, LinkState, SubjectState, state_key
from cordboard.model.tables import AGENT_MOVES, AGENT_STATES, CONNECTION_MOVES, PAUSING, PHASE_MOVES

FOLD_VERSION = 2
"""Counts up when the same log would fold into something else; saved states of another version are not used."""

COMMAND_MEMORY: Millis = 24 * 60 * 60 * 1000
"""For how long a command id is remembered."""
COMMANDS_KEPT = 2000
"""How many of an agent's commands are remembered at most: the newest, and all that are not settled."""


def initial(subject: Subject) -> SubjectState:
    """A subject before its first entry."""
    return SubjectState(subject=subject)


def fold(state: SubjectState, entry: Entry) -> SubjectState:
    """The state after the entry. An entry that the state has already seen changes nothing."""
    if entry.seq <= state.seq:
        return state
    event = entry.event
    after = _FOLDS[type(event)](state, event, entry.at)
    link = event.link
    if entry.origin and state.cursors.get(link) != entry.origin:
        return replace(after, seq=entry.seq, at=entry.at, cursors={**state.cursors, link: entry.origin})
    return replace(after, seq=entry.seq, at=entry.at)


def command_digest(command: Command) -> str:
    """Tells whether two commands of one id ask for the same."""
    return f"{crc32(msgspec.json.encode((command.subject, command.service))):08x}"


_Of = TypeVar("_Of")

# --- contacts and calls --------------------------------------------------------------------------------------------

_OPENING = (e.ServiceInitiated, e.Originated, e.Delivered, e.Queued, e.Established)


def _on_call(state: SubjectState, event: e.CallEvent, now: Millis) -> SubjectState:
    stamp = Stamp(vendor=event.at, ours=now)
    contact = state.contacts.get(event.contact)
    if contact is None:
        closed = next((item for item in state.recent if item.id == event.contact), None)
        if not _opens(state, event, closed):
            return _late(state, event, closed, stamp)
        contact = opened(event, _agent(state), closed, stamp)
        if closed is not None:
            state = replace(state, recent=tuple(item for item in state.recent if item is not closed))
    contact, flags = with_call(with_facts(contact, event.contact_facts, stamp), event, stamp)
    return _moved(state, contact, type(event), stamp, flags, stays=still_rings(contact, event))


def _agent(state: SubjectState) -> AgentId | None:
    return AgentId(subject_id(state.subject)) if state.subject.startswith("agent/") else None


def _opens(state: SubjectState, event: e.CallEvent, closed: Contact | None) -> bool:
    """Whether an event about a contact that is not open opens it: late news of a closed one must not bring it back."""
    agent = _agent(state)
    own = own_connection(event, agent)
    if own is not None:
        return own.state is not ConnectionState.NULL
    of_others = closed is not None and agent is not None and len(event.connections) > 0
    return isinstance(event, _OPENING) and not of_others


def _late(state: SubjectState, event: e.CallEvent, closed: Contact | None, stamp: Stamp) -> SubjectState:
    """News of a contact that is closed, or of one that nobody knows."""
    if closed is None:
        return _flagged(state, f"{type(event).__name__}: unknown contact {event.contact}")
    contact, flags = with_call(with_facts(closed, event.contact_facts, stamp), event, stamp)
    contact = replace(
        contact,
        calls=tuple(over(item, stamp) for item in contact.calls),
        flags=(*contact.flags, *flags)[-RECENT:],
    )
    return replace(state, recent=tuple(contact if item is closed else item for item in state.recent))


def _moved(
    state: SubjectState,
    contact: Contact,
    kind: type[e.Event],
    stamp: Stamp,
    flags: list[str],
    *,
    stays: bool = False,
    **more: object,
) -> SubjectState:
    """The state with the contact put back, its phase moved by the table unless it `stays`."""
    table = PAUSING if kind is e.Held and contact.medium is not Medium.VOICE else PHASE_MOVES[kind]
    phase = contact.phase if stays else table.get(contact.phase)
    if phase is None:
        phase = _forced(kind, contact.phase)
        flags.append(f"{kind.__name__}: {contact.phase.value} -> {phase.value}")
    if phase is not contact.phase:
        more["phase"] = phase
        more["phase_since"] = stamp
        if contact.phase is Phase.WRAP_UP:
            more["ended_by"] = None
    if flags:
        more["flags"] = (*contact.flags, *flags)[-RECENT:]
    if more:
        contact = replace(contact, **more)
    return replace(state, contacts={**state.contacts, contact.id: contact})


def _forced(kind: type[e.Event], phase: Phase) -> Phase:
    """Where an unexpected event leads all the same."""
    match kind:
        case e.Established | e.Conferenced | e.Retrieved:
            return Phase.ACTIVE
        case e.WrapUpStarted:
            return Phase.WRAP_UP
        case e.ContactClosed:
            return Phase.CLOSED
        case _:
            return phase


def _wrap_up(state: SubjectState, event: e.WrapUpStarted, now: Millis) -> SubjectState:
    contact = state.contacts.get(event.contact)
    if contact is None:
        return _flagged(state, f"WrapUpStarted: unknown contact {event.contact}")
    stamp = Stamp(vendor=event.at, ours=now)
    # Whoever goes on in the call does so without this agent, who is told no more of it.
    calls = tuple(_wrapped_up(call if call.cleared else over(call, stamp), stamp) for call in contact.calls)
    changed = replace(contact, calls=calls, wrap_up_limit=event.limit)
    return _moved(state, changed, e.WrapUpStarted, stamp, [], ended_by=event.ended_by)


def _wrapped_up(call: Call, stamp: Stamp) -> Call:
    if call.kind is not CallKind.MAIN or call.stamps.wrapped_up.ours:
        return call
    return replace(call, stamps=replace(call.stamps, wrapped_up=stamp))


def _closed(state: SubjectState, event: e.ContactClosed, now: Millis) -> SubjectState:
    contact = state.contacts.get(event.contact)
    if contact is None:
        known = any(item.id == event.contact for item in state.recent)
        return state if known else _flagged(state, f"ContactClosed: unknown contact {event.contact}")
    return _retired(state, contact, event.ended_by, Stamp(vendor=event.at, ours=now))


def _retired(state: SubjectState, contact: Contact, ended_by: Ending, stamp: Stamp) -> SubjectState:
    closed = replace(
        contact,
        phase=Phase.CLOSED,
        phase_since=stamp,
        ended_by=contact.ended_by or ended_by,
        calls=tuple(call if call.cleared else over(call, stamp) for call in contact.calls),
    )
    contacts = {key: item for key, item in state.contacts.items() if key != contact.id}
    rest = tuple(item for item in state.recent if item.id != contact.id)
    return replace(
        state,
        contacts=contacts,
        recent=(closed, *rest)[:RECENT],
        utterances=_without(state.utterances, contact.id),
        suggestions=_without(state.suggestions, contact.id),
    )


def _without(table: dict[ContactId, _Of], contact: ContactId) -> dict[ContactId, _Of]:
    return {key: item for key, item in table.items() if key != contact} if contact in table else table


def _flagged(state: SubjectState, text: str) -> SubjectState:
    return replace(state, flags=(*state.flags, text)[-RECENT:])


def _with_contact(state: SubjectState, contact: ContactId, **changes: object) -> SubjectState:
    """Changes fields of an open contact, or of a recently closed one."""
    found = state.contacts.get(contact)
    if found is not None:
        return replace(state, contacts={**state.contacts, contact: replace(found, **changes)})
    recent = tuple(replace(item, **changes) if item.id == contact else item for item in state.recent)
    return replace(state, recent=recent)


def _contact(state: SubjectState, contact: ContactId) -> Contact | None:
    return state.contacts.get(contact) or next((item for item in state.recent if item.id == contact), None)


# --- agents and links ----------------------------------------------------------------------------------------------


def _on_agent(state: SubjectState, event: e.AgentEvent, now: Millis) -> SubjectState:
    kind = type(event)
    key = state_key(event.link, event.medium)
    old = state.states.get(key)
    target = AGENT_STATES[kind]
    if old is not None and old.state not in AGENT_MOVES[kind]:
        state = _flagged(state, f"{kind.__name__}: {old.state.value} -> {target.value}")
    same = old is not None and old.state is target and old.reason == event.reason
    new = AgentState(
        link=event.link,
        medium=event.medium,
        state=target,
        reason=event.reason,
        pending=event.pending,
        chosen=_chosen(event, old, target),
        fault=event.fault,
        since=old.since if same and old is not None else event.at or now,
    )
    return replace(state, states={**state.states, key: new})


def _chosen(event: e.AgentEvent, old: AgentState | None, target: Availability) -> PendingState | None:
    """What the agent had chosen, for as long as a contact or its after-call work hides it."""
    if event.chosen is not None or target not in (Availability.BUSY, Availability.WORKING_AFTER_CALL):
        return event.chosen
    if old is None:
        return None
    if old.state in (Availability.READY, Availability.NOT_READY):
        return PendingState(state=old.state, reason=old.reason)
    return old.chosen


def _link_up(state: SubjectState, event: e.LinkUp, now: Millis) -> SubjectState:
    services = _services(event.services)
    new = LinkState(up=True, since=event.at or now, services=services, lacks=event.lacks)
    return replace(state, links={**state.links, event.link: new})


@lru_cache(maxsize=256)
def _services(names: tuple[str, ...]) -> frozenset[str]:
    """One set for all whose link can do the same: it is a few KiB, and compared with every entry that changes controls."""
    return frozenset(names)


def _link_down(state: SubjectState, event: e.LinkDown, now: Millis) -> SubjectState:
    if event.retry == "removed":
        return replace(state, links={key: item for key, item in state.links.items() if key != event.link})
    old = state.links.get(event.link)
    down = LinkState(up=False) if old is None else old
    new = replace(down, up=False, since=event.at or now, cause=event.cause, retry=event.retry)
    return replace(state, links={**state.links, event.link: new})


def _snapshot(state: SubjectState, event: e.Snapshot, now: Millis) -> SubjectState:
    stamp = Stamp(vendor=event.at, ours=now)
    agent = _agent(state)
    open_now = {item.id: item for item in event.contacts if item.phase is not Phase.CLOSED}
    for old in tuple(state.contacts.values()):
        if old.link == event.link and old.id not in open_now:
            told = next((item for item in event.contacts if item.id == old.id), None)
            last = old if told is None else kept(told, old, stamp, agent)
            state = _retired(state, last, (told.ended_by if told else None) or Ending.LOST, stamp)
    contacts = {key: item for key, item in state.contacts.items() if item.link != event.link}
    for key, item in open_now.items():
        contacts[key] = kept(item, state.contacts.get(key), stamp, agent)
    states = {key: item for key, item in state.states.items() if item.link != event.link}
    states.update((state_key(item.link, item.medium), item) for item in event.states)
    profile = event.profile if event.profile is not None else state.profile
    if any(item.id in open_now for item in state.recent):
        state = replace(state, recent=tuple(item for item in state.recent if item.id not in open_now))
    callbacks = state.callbacks if event.callbacks is None else {item.id: item for item in event.callbacks}
    return replace(state, profile=profile, states=states, contacts=contacts, callbacks=callbacks)


def _profile(state: SubjectState, event: e.ProfileChanged, _now: Millis) -> SubjectState:
    return replace(state, profile=event.profile)


# --- commands ------------------------------------------------------------------------------------------------------


def _issued(state: SubjectState, event: e.CommandIssued, now: Millis) -> SubjectState:
    live = {key: item for key, item in state.commands.items() if item.issued > now - COMMAND_MEMORY}
    if len(live) >= COMMANDS_KEPT:
        settled = (key for key, item in live.items() if item.outcome is not None)
        for key in tuple(islice(settled, len(live) - COMMANDS_KEPT + 1)):
            del live[key]
    live[event.command.id] = CommandRecord(
        issued=now,
        service=type(event.command.service).__name__,
        digest=command_digest(event.command),
        link=event.link or event.command.link or LinkId(""),
    )
    return replace(state, commands=live)


def _settled(state: SubjectState, event: e.CommandSettled, _now: Millis) -> SubjectState:
    known = state.commands.get(event.command)
    if known is None or known.outcome is not None:
        return state
    return replace(state, commands={**state.commands, event.command: replace(known, outcome=event.outcome)})


# --- what surrounds a contact ----------------------------------------------------------------------------------------


def _unrecognised(state: SubjectState, _event: e.Unrecognised, _now: Millis) -> SubjectState:
    return state


def _uttered(state: SubjectState, event: e.Uttered, _now: Millis) -> SubjectState:
    said = event.utterance
    known = state.utterances.get(said.contact, {})
    if said.contact not in state.contacts or known.get(said.id) == said:
        return state
    return replace(state, utterances={**state.utterances, said.contact: _told_last(known, said)})


def _suggested(state: SubjectState, event: e.Suggested, _now: Millis) -> SubjectState:
    new = event.suggestion
    known = state.suggestions.get(new.contact, {})
    if new.contact not in state.contacts or known.get(new.id) == new:
        return state
    return replace(state, suggestions={**state.suggestions, new.contact: _told_last(known, new)})


_Told = TypeVar("_Told", Utterance, Suggestion)


def _told_last(known: dict[str, _Told], new: _Told) -> dict[str, _Told]:
    """The table with the new one at its end. A copy of pointers: some nanoseconds for each that there is."""
    table = known.copy()
    table.pop(new.id, None)
    table[new.id] = new
    return table


def _promised(state: SubjectState, event: e.CallbackScheduled, _now: Millis) -> SubjectState:
    return replace(state, callbacks={**state.callbacks, event.callback.id: event.callback})


def _no_longer_promised(state: SubjectState, event: e.CallbackRemoved, _now: Millis) -> SubjectState:
    if event.callback not in state.callbacks:
        return state
    return replace(
        state, callbacks={key: item for key, item in state.callbacks.items() if key != event.callback}
    )


def _looked_up(state: SubjectState, event: e.LookedUp, _now: Millis) -> SubjectState:
    return _with_contact(state, event.contact, records=event.records, lookup=event.failed or "done")


def _saved(state: SubjectState, event: e.ActivitySaved, _now: Millis) -> SubjectState:
    known = _contact(state, event.activity.contact)
    if known is None:
        return state
    record = event.activity.record
    records = known.records if record is None or record in known.records else (*known.records, record)
    older = tuple(item for item in known.activities if item.id != event.activity.id)
    return _with_contact(state, known.id, records=records, activities=(*older, event.activity))


def _shared(state: SubjectState, event: e.RecordShared, _now: Millis) -> SubjectState:
    known = _contact(state, event.contact)
    if known is None or event.record in known.records:
        return state
    return _with_contact(state, event.contact, records=(*known.records, event.record))


def _noted(state: SubjectState, event: e.NoteTaken, _now: Millis) -> SubjectState:
    return _with_contact(state, event.contact, notes=event.text)


def _local(state: SubjectState, event: e.LocalDataSet, _now: Millis) -> SubjectState:
    known = _contact(state, event.contact)
    if known is None:
        return state
    merged = {key: value for key, value in {**known.variables, **event.variables}.items() if value}
    return _with_contact(state, event.contact, variables=merged)


def _posted(state: SubjectState, event: e.TeamMessagePosted, now: Millis) -> SubjectState:
    new = event.message if event.message.created else replace(event.message, created=event.at or now)
    live = tuple(
        item
        for item in state.messages
        if item.id != new.id and (not item.duration or item.created + item.duration * 1000 > now)
    )
    return replace(state, messages=(*live, new))


def _deleted(state: SubjectState, event: e.TeamMessageDeleted, _now: Millis) -> SubjectState:
    return replace(state, messages=tuple(item for item in state.messages if item.id != event.message))


_Fold = Callable[[SubjectState, Any, Millis], SubjectState]

_FOLDS: Mapping[type[e.Event], _Fold] = {
    **cast("dict[type[e.Event], _Fold]", dict.fromkeys(CONNECTION_MOVES, _on_call)),
    **cast("dict[type[e.Event], _Fold]", dict.fromkeys(AGENT_STATES, _on_agent)),
    e.WrapUpStarted: _wrap_up,
    e.ContactClosed: _closed,
    e.LinkUp: _link_up,
    e.LinkDown: _link_down,
    e.Snapshot: _snapshot,
    e.ProfileChanged: _profile,
    e.CommandIssued: _issued,
    e.CommandSettled: _settled,
    e.Unrecognised: _unrecognised,
    e.Uttered: _uttered,
    e.Suggested: _suggested,
    e.CallbackScheduled: _promised,
    e.CallbackRemoved: _no_longer_promised,
    e.LookedUp: _looked_up,
    e.ActivitySaved: _saved,
    e.RecordShared: _shared,
    e.NoteTaken: _noted,
    e.LocalDataSet: _local,
    e.TeamMessagePosted: _posted,
    e.TeamMessageDeleted: _deleted,
}
