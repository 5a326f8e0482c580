"""What a supervisor who is no agent asks for: nobody's link answers them, so it is read from those whom they may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from cordboard import contract as k
from cordboard.model.ids import Millis, Subject
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import answers, lists
from cordboard.protocols.five9.presence import logged_on

EVERYBODY = "agent/*"
GATHERING: Millis = 250
"""How long they are gathered: they come one by one, and nobody says which is the last."""
TIMER = "gathered"


class Overview:
    """Questions that wait until everybody was seen."""

    def __init__(self) -> None:
        self._waiting: list[tuple[k.Called, str]] = []
        self._seen: dict[Subject, SubjectState] = {}

    def ask(self, called: k.Called, what: str) -> k.SessionEffects:
        """Answer it in a moment. `what`: the name of the row."""
        self._waiting.append((called, what))
        if len(self._waiting) == 1:
            yield k.Watch(subjects={EVERYBODY: None})
            yield k.Wake(name=TIMER, after=GATHERING)

    def saw(self, state: SubjectState) -> None:
        """Somebody, as they are now."""
        if self._waiting:
            self._seen[state.subject] = state

    def gathered(self) -> k.SessionEffects:
        """Answer, and look no longer."""
        waiting, seen = self._waiting, self._seen
        self._waiting, self._seen = [], {}
        for called, what in waiting:
            yield answers.reply(called.call, _READ[what](seen.values()))
        if waiting:
            yield k.Unwatch(subjects=(EVERYBODY, *seen))

    def given_up(self) -> Iterable[k.Called]:
        """Whose question will not be answered."""
        waiting, self._waiting = self._waiting, []
        return [called for called, _ in waiting]


def _users(states: Iterable[SubjectState]) -> object:
    return [lists.user(state) for state in states if state.profile is not None]


def _logged_in(states: Iterable[SubjectState]) -> object:
    return _users(state for state in states if logged_on(state))


def _skills(states: Iterable[SubjectState]) -> object:
    found = {item["id"]: item for state in states for item in lists.skills(state.profile)}
    return list(found.values())


_READ: Mapping[str, Callable[[Iterable[SubjectState]], object]] = {
    "users": _users,
    "logged_in": _logged_in,
    "transferable": _users,
    "conferees": _users,
    "org_skills": _skills,
}
