"""Which services are possible now, for a page that greys its buttons; and what of that an entry changed.

Every entry is told with this, so what the rules look at is gathered once (a `Ground`) and what follows from it is remembered:
agents and contacts of the same ground have the same controls, and grounds are few.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple, assert_never

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
_NONE: Mapping[str, Ground] = MappingProxyType({})


class Ground(NamedTuple):
    """What decides the controls of a contact, or of the agent: its link's services, whether it is up, and how it stands."""

    services: frozenset[str]
    up: bool
    at: Standing | AgentStanding


def controls(state: SubjectState) -> Controls:
    """For each open contact and for the agent: which services are refused now, and with which code."""
    if not state.subject.startswith("agent/"):
        return {}
    found: Controls = {"": dict(_codes(_own_ground(state)))}
    found.update((name, dict(_codes(_ground(state, item)))) for name, item in state.contacts.items())
    return found


def controls_changed(before: SubjectState, after: SubjectState) -> dict[str, dict[str, str] | None]:
    """What differs in `controls`: by contact the services whose code is another one now, `None` for a contact that is gone."""
    contacts, known = after.contacts, before.contacts
    moved = before.links is not after.links
    own = moved or before.states is not after.states or before.profile is not after.profile
    if not (own or known is not contacts) or not after.subject.startswith("agent/"):
        return {}
    changed: dict[str, dict[str, str] | None] = {}
    was: dict[str, Ground] = {}
    now: dict[str, Ground] = {}
    for name, contact in contacts.items():
        old = known.get(name)
        if old is contact and not moved:
            continue
        new = now[name] = _ground(after, contact)
        if old is not None:
            was[name] = _ground(before, old)
        if was.get(name) != new:
            own = True
            if differing := _differing(was.get(name), new):
                changed[name] = differing
    if not known.keys() <= contacts.keys():
        own = True
        changed.update((name, None) for name in known if name not in contacts)
    if own and (differing := _differing(_own_ground(before, was), _own_ground(after, now))):
        changed[""] = differing
    return changed


def _ground(state: SubjectState, contact: Contact) -> Ground:
    link = state.links.get(contact.link)
    if link is None:
        return Ground(_NOTHING, False, standing(contact))  # noqa: FBT003 - a tuple's
    return Ground(link.services, link.up, standing(contact))


def _own_ground(state: SubjectState, known: Mapping[str, Ground] = _NONE) -> Ground:
    """`known`: the grounds of contacts, as far as they were gathered already."""
    calling = False
    for name, contact in state.contacts.items():
        if contact.medium is Medium.VOICE and not calling:
            found = known.get(name)
            calling = on_the_line(standing(contact) if found is None else found.at)
    up = False
    for link in state.links.values():
        up = up or link.up
    return Ground(services_of(state), up, agent_standing(state, calling=calling))


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
