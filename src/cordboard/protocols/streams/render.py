"""Folded state in, agent documents out. Pure: every page of an agent is told the same, so it is encoded once for all.

The library finds out what happened by comparing each document with the one before. So nothing that it has to notice may happen
between two documents, and none may be told of that brings nothing new (each raises a refresh of everything).
"""

from __future__ import annotations

import msgspec

from cordboard.model.entities import AgentProfile, Contact, Medium, Queue
from cordboard.model.ids import AgentId, Millis, subject_id
from cordboard.model.log import Entry
from cordboard.model.rules import services_of
from cordboard.model.state import SubjectState
from cordboard.protocols.streams import document as d, wire
from cordboard.protocols.streams.contacts import ENDED, contact_of, ended_type, queue_of, state_type
from cordboard.protocols.streams.names import arn, own_queue_arn
from cordboard.protocols.streams.states import (
    agent_state,
    availability,
    choices,
    missed_contact,
    next_state,
    voice_contacts,
)

LOCALES = (
    "en_US",
    "de_DE",
    "es_ES",
    "fr_FR",
    "ja_JP",
    "it_IT",
    "ko_KR",
    "pt_BR",
    "zh_CN",
    "zh_TW",
)
"""Those that the library takes; `setConfiguration` fails in the page with any other."""


def render(entry: Entry, before: SubjectState, after: SubjectState) -> bytes:
    """What every page of the agent is sent for the entry; empty where it brings a page nothing new."""
    found = documents(before, after, entry.at)
    return wire.encode(wire.Agent(documents=found)) if found else b""


def documents(before: SubjectState, after: SubjectState, at: Millis) -> tuple[d.Document, ...]:
    """The documents that lead from one state to the next: none if they look alike, two if a contact ended and closed at once."""
    if _untouched(before, after):
        return ()
    final = document(after, at)
    if _same(document(before, at), final):
        return ()
    shown = {item.contact_id for item in final.snapshot.contacts}
    ended = tuple(
        contact_of(_closed(after, item), after, forced=ended_type(_closed(after, item), item.phase))
        for item in voice_contacts(before)
        if item.id not in shown and state_type(item) not in ENDED
    )
    if not ended:
        return (final,)
    contacts = _by_time((*final.snapshot.contacts, *ended))
    between = msgspec.structs.replace(
        final, snapshot=msgspec.structs.replace(final.snapshot, contacts=contacts)
    )
    return between, final


def document(state: SubjectState, at: Millis) -> d.Document:
    """The whole document."""
    now = agent_state(state, at)
    missed = missed_contact(state)
    contacts = [contact_of(item, state) for item in voice_contacts(state)]
    if missed is not None:
        contacts.append(contact_of(missed, state, forced="missed"))
    return d.Document(
        snapshot=d.Snapshot(
            state=now,
            status=now,
            next_state=next_state(state),
            agent_availability_state=availability(state, at),
            contacts=_by_time(contacts),
            snapshot_timestamp=at,
        ),
        configuration=_configuration(state),
    )


def _untouched(before: SubjectState, after: SubjectState) -> bool:
    return (
        before.states is after.states
        and before.contacts is after.contacts
        and before.profile is after.profile
        and before.links is after.links
        and before.recent is after.recent
    )


def _same(one: d.Document, other: d.Document) -> bool:
    """Whether a page would see no difference. That time has passed is none: pages count durations themselves."""
    return _timeless(one) == _timeless(other)


def _timeless(item: d.Document) -> d.Document:
    replace = msgspec.structs.replace
    snapshot = item.snapshot
    later = snapshot.next_state
    return replace(
        item,
        snapshot=replace(
            snapshot,
            contacts=tuple(replace(contact, contact_duration="") for contact in snapshot.contacts),
            agent_availability_state=replace(snapshot.agent_availability_state, time_stamp=0),
            next_state=replace(later, start_timestamp=0) if later is not None else None,
            snapshot_timestamp=0,
        ),
    )


def _closed(after: SubjectState, contact: Contact) -> Contact:
    return next((item for item in after.recent if item.id == contact.id), contact)


def _by_time(contacts: list[d.Contact] | tuple[d.Contact, ...]) -> tuple[d.Contact, ...]:
    return tuple(sorted(contacts, key=lambda item: item.state.timestamp))


def _configuration(state: SubjectState) -> d.Configuration:
    agent = subject_id(state.subject)
    profile = state.profile or AgentProfile(id=AgentId(agent))
    locale = profile.locale.replace("-", "_")
    locale = locale if locale in LOCALES else LOCALES[0]
    queues = [found for item in profile.queues if (found := _voice(item)) is not None]
    own = d.Queue(name=None, arn=own_queue_arn(agent), queue_id=own_queue_arn(agent))
    default = next((item for item in queues if item.arn == arn("queue", profile.default_queue or "")), None)
    name = arn("routing-profile", profile.team or agent)
    return d.Configuration(
        name=profile.name or agent,
        username=profile.login or agent,
        arn=arn("agent", agent),
        softphone_enabled=profile.device is not None and profile.device.kind == "softphone",
        extension=profile.extension or None,
        permissions=("outboundCall",) if "MakeCall" in services_of(state) else (),
        agent_states=choices(state),
        agent_preferences=d.Preferences(language=locale, locale=locale),
        routing_profile=d.RoutingProfile(
            name=next((team.name for team in profile.teams if team.id == profile.team), "") or "Cordboard",
            arn=name,
            routing_profile_id=name,
            queues=(*queues, own),
            default_outbound_queue=default or (queues[0] if queues else own),
            channel_concurrency_map={
                "VOICE": profile.capacity.get(Medium.VOICE, 1),
                "CHAT": 0,
                "TASK": 0,
                "EMAIL": 0,
            },
        ),
    )


def _voice(queue: Queue) -> d.Queue | None:
    return queue_of(queue) if queue.medium is Medium.VOICE else None
