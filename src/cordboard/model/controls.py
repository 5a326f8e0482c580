"""Which services are possible now, for a page that greys its buttons; and what of that an entry changed.

Every entry is told with this, so what the rules look at is gathered once (a `Ground`) and what follows from it is remembered:
agents and contacts of the same ground have the same controls, and grounds are few.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import assert_never

import msgspec
from msgspec.structs import replace

from cordboard.model import commands as c
from cordboard.model.entities import Contact, Medium
from cordboard.model.rules import (
    RULES,
    AgentStanding,
    Standing,
    agent_refusal,
    agent_standing,
    contact_refusal,
    on_the_line,
    reachable,
    services_of,
    standing,
)
from cordboard.model.state import SubjectState

AGENT_CONTROLS: tuple[type[c.Service], ...] = (
    c.MakeCall,
    c.SetAgentState,
    c.Supervise,
    c.SuperviseAgent,
)
"""Services that concern no contact, in the order of ``controls[""]``."""

CONTACT_CONTROLS: tuple[type[c.Service], ...] = tuple(RULES)

Controls = dict[str, dict[str, str]]
"""By contact id (empty: the agent's own): service name -> refusal code, empty where it is possible."""

Codes = Mapping[str, str]

_NOTHING: frozenset[str] = frozenset()


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What decides the controls of a contact, or of the agent: its link's services, whether it is up, and how it stands."""

    services: frozenset[str]
    up: bool
    at: Standing | AgentStanding


def controls(state: SubjectState) -> Controls:
    """For each open contact and for the agent: which services are refused now, and with which code."""
    if not state.subject.startswith("agent/"):
        return {}
    found: Controls = {"": {}}
    calling = False
    for name, contact in state.contacts.items():
        at = standing(contact)
        calling = calling or _calls(contact, at)
        found[name] = dict(_codes(_ground(state, contact, at)))
    found[""] = dict(_codes(_own_ground(state, agent_standing(state, calling=calling))))
    return found


def controls_changed(before: SubjectState, after: SubjectState) -> dict[str, dict[str, str] | None]:
    """What differs in `controls`: by contact the services whose code is another one now, `None` for a contact that is gone."""
    contacts, known = after.contacts, before.contacts
    moved = before.links is not after.links
    own = moved or before.states is not after.states or before.profile is not after.profile
    if not (own or known is not contacts) or not after.subject.startswith("agent/"):
        return {}
    changed: dict[str, dict[str, str] | None] = {}
    calling = was_calling = False
    for name, contact in contacts.items():
        old = known.get(name)
        if old is contact and not moved:
            if not (calling and was_calling) and _calls(contact, standing(contact)):
                calling = was_calling = True
            continue
        at = standing(contact)
        calling = calling or _calls(contact, at)
        was: Ground | None = None
        if old is not None:
            was_at = standing(old)
            was_calling = was_calling or _calls(old, was_at)
            was = _ground(before, old, was_at)
        now = _ground(after, contact, at)
        if was != now and (differing := _differing(was, now)):
            changed[name] = differing
    for name, contact in known.items():
        if name not in contacts:
            changed[name] = None
            was_calling = was_calling or _calls(contact, standing(contact))
    if own or calling is not was_calling:
        agent = agent_standing(after, calling=calling)
        agent_was = (
            agent_standing(before, calling=was_calling) if own else replace(agent, calling=was_calling)
        )
        mine, mine_was = _own_ground(after, agent), _own_ground(before, agent_was)
        if mine_was != mine and (differing := _differing(mine_was, mine)):
            changed[""] = differing
    return changed


def _ground(state: SubjectState, contact: Contact, at: Standing) -> Ground:
    link = state.links.get(contact.link)
    if link is None:
        return Ground(services=_NOTHING, up=False, at=at)
    return Ground(services=link.services, up=link.up, at=at)


def _own_ground(state: SubjectState, at: AgentStanding) -> Ground:
    up = False
    for link in state.links.values():
        up = up or link.up
    return Ground(services=services_of(state), up=up, at=at)


def _calls(contact: Contact, at: Standing) -> bool:
    """Whether it is a voice contact that keeps the agent from beginning another call."""
    return contact.medium is Medium.VOICE and on_the_line(at)


@lru_cache(maxsize=4096)
def _codes(ground: Ground) -> Codes:
    """By service: the code of the refusal, empty where there is none. Remembered: never changed in place."""
    kinds = AGENT_CONTROLS if isinstance(ground.at, AgentStanding) else CONTACT_CONTROLS
    return {kind.__name__: _code(ground, kind) for kind in kinds}


def _code(ground: Ground, kind: type[c.Service]) -> str:
    refused = reachable(kind, ground.services, up=ground.up)
    if refused is None:
        match ground.at:
            case AgentStanding() as at:
                refused = agent_refusal(at, kind)
            case Standing() as at:
                refused = contact_refusal(at, kind, at.places)
            case _:
                assert_never(ground.at)
    return "" if refused is None else refused.code


@lru_cache(maxsize=4096)
def _differing(old: Ground | None, new: Ground) -> dict[str, str]:
    """The codes that are others than before. Remembered: never changed in place."""
    before = _codes(old) if old is not None else {}
    return {name: code for name, code in _codes(new).items() if before.get(name) != code}
