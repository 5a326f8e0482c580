"""What a client holds of a subject. It folds nothing: it replaces what a change brings (of controls service by service) and
drops what it says is gone.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from cordboard.model.entities import Suggestion, Utterance
from cordboard.model.ids import ContactId
from cordboard.model.view import Change, View

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T", bound=Utterance | Suggestion)


def merged(view: View, change: Change) -> View:
    """The view after a change."""
    return replace(
        view,
        profile=view.profile if change.profile is None else change.profile,
        links=_merged(view.links, change.links),
        states=_merged(view.states, change.states),
        contacts=_merged(view.contacts, change.contacts),
        recent=view.recent if change.recent is None else change.recent,
        utterances=_continued(view.utterances, change.utterances),
        suggestions=_continued(view.suggestions, change.suggestions),
        callbacks=_merged(view.callbacks, change.callbacks),
        messages=view.messages if change.messages is None else change.messages,
        controls=_merged(
            view.controls,
            {
                name: None if codes is None else {**view.controls.get(name, {}), **codes}
                for name, codes in change.controls.items()
            },
        ),
    )


def _merged(old: dict[K, V], change: dict[K, V | None]) -> dict[K, V]:
    if not change:
        return old
    new = dict(old)
    for key, value in change.items():
        if value is None:
            new.pop(key, None)
        else:
            new[key] = value
    return new


def _continued(
    old: dict[ContactId, tuple[T, ...]], change: dict[ContactId, tuple[T, ...] | None]
) -> dict[ContactId, tuple[T, ...]]:
    """What is told goes to the end of what there is, and takes the place of what had its id."""
    if not change:
        return old
    new = dict(old)
    for contact, told in change.items():
        if told is None:
            new.pop(contact, None)
        else:
            new[contact] = _with(new.get(contact, ()), told)
    return new


def _with(known: tuple[T, ...], told: tuple[T, ...]) -> tuple[T, ...]:
    again = {item.id for item in told}
    return (*(item for item in known if item.id not in again), *told)
