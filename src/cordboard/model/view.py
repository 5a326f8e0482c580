"""What a page gets: the state of a subject, what an entry changed in it, and which controls are possible now.

A page folds nothing. It replaces what a `Change` brings (of `controls` service by service), drops what it says is gone, and greys
a button with the code that stands under it in `controls`.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from cordboard.model.controls import Controls, controls, controls_changed
from cordboard.model.entities import AgentProfile, AgentState, Contact, Suggestion, TeamMessage, Utterance
from cordboard.model.ids import ContactId, LinkId, Subject
from cordboard.model.state import LinkState, SubjectState

K = TypeVar("K")
V = TypeVar("V")


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
    """By contact: the services whose code is another one now; the others keep theirs."""


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
    return Change(
        profile=after.profile if after.profile is not before.profile else None,
        links=_differences(before.links, after.links),
        states=_differences(before.states, after.states),
        contacts=_differences(before.contacts, after.contacts),
        recent=after.recent if after.recent is not before.recent else None,
        utterances=_differences(before.utterances, after.utterances),
        suggestions=_differences(before.suggestions, after.suggestions),
        messages=after.messages if after.messages is not before.messages else None,
        controls=controls_changed(before, after),
    )


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
