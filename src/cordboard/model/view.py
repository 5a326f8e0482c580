"""What a page gets: the state of a subject, what an entry changed in it, and which controls are possible now.

A page folds nothing. It replaces what a `Change` brings, drops what it says is gone, and greys a button with the code
that stands under it in `controls`.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from cordboard.model import commands as c
from cordboard.model.entities import AgentProfile, AgentState, Contact, Suggestion, TeamMessage, Utterance
from cordboard.model.ids import ContactId, LinkId, Subject
from cordboard.model.rules import RULES, contact_controls, possible, services_of, standing
from cordboard.model.state import LinkState, SubjectState

K = TypeVar("K")
V = TypeVar("V")

AGENT_CONTROLS: tuple[type[c.Service], ...] = (c.MakeCall, c.SetAgentState)
"""Services that concern no contact, in the order of `View.controls[""]`."""

CONTACT_CONTROLS: tuple[type[c.Service], ...] = tuple(RULES)

_NOTHING: frozenset[str] = frozenset()

Controls = dict[str, dict[str, str]]
"""By contact id (empty: the agent's own): service name -> refusal code, empty where it is possible."""


class View(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a page may see of a subject."""

    subject: Subject
    profile: AgentProfile | None = None
    links: dict[LinkId, LinkState] = {}
    states: dict[str, AgentState] = {}
    contacts: dict[ContactId, Contact] = {}
    recent: tuple[Contact, ...] = ()
    utterances: dict[ContactId, tuple[Utterance, ...]] = {}
    suggestions: dict[ContactId, tuple[Suggestion, ...]] = {}
    messages: tuple[TeamMessage, ...] = ()
    controls: Controls = {}


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an entry changed. A key with the value `null` is gone; a field that is not there stays as it was."""

    profile: AgentProfile | None = None
    links: dict[LinkId, LinkState | None] = {}
    states: dict[str, AgentState | None] = {}
    contacts: dict[ContactId, Contact | None] = {}
    recent: tuple[Contact, ...] | None = None
    """The whole new list, where it changed."""
    utterances: dict[ContactId, tuple[Utterance, ...] | None] = {}
    suggestions: dict[ContactId, tuple[Suggestion, ...] | None] = {}
    messages: tuple[TeamMessage, ...] | None = None
    controls: dict[str, dict[str, str] | None] = {}


def view(state: SubjectState) -> View:
    """The page's whole picture of the subject."""
    return View(
        subject=state.subject,
        profile=state.profile,
        links=state.links,
        states=state.states,
        contacts=state.contacts,
        recent=state.recent,
        utterances=state.utterances,
        suggestions=state.suggestions,
        messages=state.messages,
        controls=controls(state),
    )


def change(before: SubjectState, after: SubjectState) -> Change:
    """What a page has to replace to get from one state to the next. Costs by identity: what fold left alone is not compared."""
    touched = (
        before.links is not after.links
        or before.states is not after.states
        or before.contacts is not after.contacts
    )
    return Change(
        profile=after.profile if after.profile is not before.profile else None,
        links=_differences(before.links, after.links),
        states=_differences(before.states, after.states),
        contacts=_differences(before.contacts, after.contacts),
        recent=after.recent if after.recent is not before.recent else None,
        utterances=_differences(before.utterances, after.utterances),
        suggestions=_differences(before.suggestions, after.suggestions),
        messages=after.messages if after.messages is not before.messages else None,
        controls=_differences(controls(before), controls(after)) if touched else {},
    )


def controls(state: SubjectState) -> Controls:
    """For each open contact and for the agent: which services are refused now, and with which code."""
    if not state.subject.startswith("agent/"):
        return {}
    everywhere = services_of(state)
    result: Controls = {
        "": {kind.__name__: _code(possible(state, everywhere, kind)) for kind in AGENT_CONTROLS}
    }
    for contact in state.contacts.values():
        link = state.links.get(contact.link)
        up, here = (link.up, link.services) if link is not None else (False, _NOTHING)
        result[contact.id] = contact_controls(standing(contact), here, up=up)
    return result


def _code(refused: c.Refused | None) -> str:
    return "" if refused is None else refused.code


def _differences(before: dict[K, V], after: dict[K, V]) -> dict[K, V | None]:
    if before is after:
        return {}
    changed: dict[K, V | None] = {
        key: value
        for key, value in after.items()
        if before.get(key) is not value and before.get(key) != value
    }
    changed.update((key, None) for key in before if key not in after)
    return changed
