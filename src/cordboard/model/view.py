"""What a page gets: the state of a subject, what an entry changed in it, and which controls are possible now.

A page folds nothing. It replaces what a `Change` brings (of `controls` service by service), drops what it says is gone, and greys
a button with the code that stands under it in `controls`.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from cordboard.model.controls import Controls, controls, controls_changed
from cordboard.model.entities import (
    AgentProfile,
    AgentState,
    Callback,
    Contact,
    Suggestion,
    TeamMessage,
    Utterance,
)
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
    """Transcripts, chats included: what was told last stands last."""
    suggestions: dict[ContactId, tuple[Suggestion, ...]] = {}
    callbacks: dict[str, Callback] = {}
    """The calls that were promised, by their ids."""
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
    """What was told, and no more: each takes the place of the one of its id, and stands last."""
    suggestions: dict[ContactId, tuple[Suggestion, ...] | None] = {}
    """As `utterances`."""
    callbacks: dict[str, Callback | None] = {}
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
        utterances={key: tuple(said.values()) for key, said in state.utterances.items()},
        suggestions={key: tuple(offered.values()) for key, offered in state.suggestions.items()},
        callbacks=state.callbacks,
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
        utterances=_news(before.utterances, after.utterances),
        suggestions=_news(before.suggestions, after.suggestions),
        callbacks=_differences(before.callbacks, after.callbacks),
        messages=after.messages if after.messages is not before.messages else None,
        controls=controls_changed(before, after),
    )


def _differences(before: dict[K, V], after: dict[K, V]) -> dict[K, V | None]:
    if before is after:
        return {}
    changed: dict[K, V | None] = {}
    stayed = 0
    for key, value in after.items():
        old = before.get(key)
        if old is not None:
            stayed += 1
        if old is not value and old != value:
            changed[key] = value
    if stayed < len(before):
        changed.update((key, None) for key in before if key not in after)
    return changed


def _news(
    before: dict[ContactId, dict[str, V]], after: dict[ContactId, dict[str, V]]
) -> dict[ContactId, tuple[V, ...] | None]:
    """What was told of each contact since. It stands last, so the search ends at the first that was there before."""
    if before is after:
        return {}
    news: dict[ContactId, tuple[V, ...] | None] = {key: None for key in before if key not in after}
    for key, table in after.items():
        if table is not (known := before.get(key)):
            news[key] = _told_since(known or {}, table)
    return news


def _told_since(known: dict[str, V], table: dict[str, V]) -> tuple[V, ...]:
    news: list[V] = []
    for key, item in reversed(table.items()):
        if known.get(key) is item:
            break
        news.append(item)
    return tuple(reversed(news))
