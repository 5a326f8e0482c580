"""What a client holds of a subject. It folds nothing: it replaces what a change brings (of controls service by service) and
drops what it says is gone.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from cordboard.model.view import Change, View

K = TypeVar("K")
V = TypeVar("V")


def merged(view: View, change: Change) -> View:
    """The view after a change."""
    return replace(
        view,
        profile=view.profile if change.profile is None else change.profile,
        links=_merged(view.links, change.links),
        states=_merged(view.states, change.states),
        contacts=_merged(view.contacts, change.contacts),
        recent=view.recent if change.recent is None else change.recent,
        utterances=_merged(view.utterances, change.utterances),
        suggestions=_merged(view.suggestions, change.suggestions),
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
