"""What clients fetch to fill their lists: skills, reasons, dispositions, campaigns, users, callbacks, previews."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from cordboard.model.entities import (
    AgentProfile,
    Callback,
    Contact,
    Queue,
    Reason,
    ReasonKind,
    Target,
    TargetKind,
)
from cordboard.model.ids import Millis, subject_id
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import wire, words as w
from cordboard.protocols.five9.lines import hex_id, session_id
from cordboard.protocols.five9.variables import SESSION_ID

JsonObject = dict[str, Any]


class SkillLevel(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How well a user knows a skill."""

    skill_id: str
    level: int = 1


class User(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A user. What is not known of somebody else is empty."""

    id: str
    user_name: str = ""
    full_name: str = ""
    extension: str = ""
    email: str = ""
    roles: tuple[str, ...] = ("Agent",)
    permissions: tuple[str, ...] = ()
    skill_levels: tuple[SkillLevel, ...] = ()
    user_profile_set: bool = False


class Preview(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A call that a campaign offers to make (*assumed*)."""

    id: str
    campaign_id: str | None = None
    campaign_name: str = ""
    number: str = ""
    name: str = ""
    state: str = "OFFERED"
    attempt: int = 1
    active_contact: wire.ActiveContact | None = None
    variables: dict[str, str] = {}


class CallbackItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A promised call. `due_date` in Millis."""

    id: str
    number: str = ""
    agent: str | None = None
    user_group: str | None = None
    campaign_id: str | None = None
    comments: str = ""
    due_date: Millis = 0
    flags: tuple[str, ...] = ()
    name: str = ""


PERMISSIONS: dict[str, str] = {
    "CAN_RUN_WEB_AGENT": "",
    "CAN_REJECT_CALLS": "DeflectCall",
    "CAN_PLACE_CALL_ON_HOLD": "HoldCall",
    "CAN_WRAPUP_CALL": "CompleteContact",
    "CAN_MAKE_CALLS_TO_EXTERNAL": "MakeCall",
    "CAN_TRANSFER_TO_EXTERNAL": "SingleStepTransferCall",
    "CAN_TRANSFER_TO_AGENT": "SingleStepTransferCall",
    "CAN_TRANSFER_TO_SPEED_DIAL": "SingleStepTransferCall",
    "CAN_CREATE_CONFERENCE_WITH_EXTERNAL": "SingleStepConferenceCall",
    "CAN_CREATE_CONFERENCE_WITH_AGENT": "SingleStepConferenceCall",
    "CAN_RECORD_CALLS": "StartRecording",
}
"""Five9's permission and the service that it stands for."""


def skill(queue: Queue) -> JsonObject:
    """A skill: a queue of ours."""
    return {"id": queue.id, "name": queue.name or queue.id}


def skills(profile: AgentProfile | None) -> list[JsonObject]:
    """The agent's skills."""
    return [skill(item) for item in profile.queues] if profile is not None else []


def org_skills(profile: AgentProfile | None, queues: Iterable[Target]) -> list[JsonObject]:
    """The agent's, and all others that there are."""
    own = skills(profile)
    known = {item["id"] for item in own}
    others = (item for item in queues if item.kind is TargetKind.QUEUE and item.id not in known)
    return [*own, *({"id": item.id, "name": item.name or item.id} for item in others)]


def reasons(profile: AgentProfile | None, kind: ReasonKind) -> list[JsonObject]:
    """The reason codes of a kind."""
    return [
        {"id": item.code, "name": item.label or item.code, "selectable": True}
        for item in (profile.reasons if profile is not None else ())
        if item.kind is kind
    ]


def dispositions(profile: AgentProfile | None) -> list[JsonObject]:
    """What a call can come to: all may end it and go along with a transfer."""
    return [disposition(item) for item in (profile.dispositions if profile is not None else ())]


def disposition(item: Reason) -> JsonObject:
    """One of them."""
    name = item.label or item.code
    return {
        "id": item.code,
        "name": name,
        "displayName": name,
        "description": "",
        "flags": [],
        "channelTypes": {w.CALL: {"filters": [w.MAY_END, w.MAY_TRANSFER]}},
        "timeout": -1,
        "numberForTransfersAndConferences": None,
        "type": None,
    }


def campaigns(state: SubjectState) -> list[JsonObject]:
    """A campaign for each queue, and those of which the agent has contacts."""
    profile = state.profile
    found: dict[str, JsonObject] = {
        queue.id: _campaign(queue.id, queue.name, "INBOUND", [queue.id])
        for queue in (profile.queues if profile is not None else ())
    }
    for contact in (*state.contacts.values(), *state.recent):
        if contact.campaign:
            name = contact.campaign_name or contact.campaign
            found[contact.campaign] = _campaign(contact.campaign, name, "OUTBOUND", [])
    return list(found.values())


def _campaign(ident: str, name: str, kind: str, queues: list[str]) -> JsonObject:
    return {
        "id": ident,
        "name": name or ident,
        "campaignType": kind,
        "state": "RUNNING",
        "skillIds": queues,
        "flags": [],
        "attributes": [],
    }


def user(state: SubjectState, services: Iterable[str] = ()) -> User:
    """The agent."""
    profile = state.profile
    ident = subject_id(state.subject)
    if profile is None:
        return User(id=ident, user_name=ident, full_name=ident)
    return User(
        id=ident,
        user_name=profile.login or ident,
        full_name=profile.name,
        extension=profile.extension,
        email=profile.login if "@" in profile.login else "",
        roles=tuple(w.ROLES.get(item, item) for item in profile.roles),
        permissions=permissions(profile, services),
        skill_levels=tuple(SkillLevel(skill_id=item.id) for item in profile.queues),
    )


def users(targets: Iterable[Target]) -> list[User]:
    """Colleagues."""
    return [
        User(id=item.id, user_name=item.id, full_name=item.name, extension=item.number)
        for item in targets
        if item.kind is TargetKind.AGENT
    ]


def permissions(profile: AgentProfile, services: Iterable[str] = ()) -> tuple[str, ...]:
    """What the agent may do, by what the contact centre can do."""
    can = set(services)
    found = [name for name, service in PERMISSIONS.items() if not service or not can or service in can]
    return (*found, *profile.permissions)


def preview(contact: Contact) -> Preview:
    """A call that a campaign offers to make."""
    entry, customer = contact.list_record, contact.customer
    about = wire.ActiveContact(id=entry.id, fields=dict(entry.fields)) if entry is not None else None
    return Preview(
        id=preview_id(contact),
        campaign_id=contact.campaign or None,
        campaign_name=contact.campaign_name,
        number=customer.number if customer is not None else "",
        name=customer.name if customer is not None else "",
        attempt=entry.attempt if entry is not None else 1,
        active_contact=about,
        variables={SESSION_ID: session_id(contact)},
    )


def preview_id(contact: Contact) -> str:
    """The id of a preview."""
    return hex_id("preview", contact.id)


def callback(item: Callback) -> CallbackItem:
    """A promised call."""
    return CallbackItem(
        id=item.id,
        number=item.number,
        agent=item.agent,
        user_group=item.queue,
        campaign_id=item.campaign or None,
        comments=item.text,
        due_date=item.due,
        name=item.name,
    )


def live_addresses(state: SubjectState) -> list[str]:
    """What changes with every call: to be fetched anew when the contact centre is back."""
    agent = f"/agents/{subject_id(state.subject)}"
    return [f"{agent}/presence", f"{agent}/interactions", f"{agent}/interactions/calls"]


def list_addresses(state: SubjectState) -> list[str]:
    """What changes with the agent's profile."""
    agent = f"/agents/{subject_id(state.subject)}"
    return [agent, f"{agent}/skills", f"{agent}/permissions", f"{agent}/campaigns"]
