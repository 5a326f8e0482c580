"""Queries: unlogged reads. What the folded states know is answered here, the rest by the agent's link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cordboard.hub.access import may_see
from cordboard.model import commands as c
from cordboard.model.entities import TeamMessage
from cordboard.model.ids import Millis, Subject, team_subject

if TYPE_CHECKING:
    from cordboard.contract import Ask
    from cordboard.hub.hub import Hub
    from cordboard.hub.seat import Seat
    from cordboard.model.state import SubjectState

PATIENCE: Millis = 10_000
"""How long a link may take to answer."""


class Queries:
    """Asks of seats under way at links."""

    def __init__(self, hub: Hub, texts: Mapping[str, str]) -> None:
        self._hub = hub
        self._texts = texts
        self._asked: dict[str, tuple[Seat, str, Callable[[], None]]] = {}

    def ask(self, effect: Ask, seat: Seat) -> None:
        """Answer now or when the link has answered; after `PATIENCE` with ``timeout``."""
        state = self._hub.state(effect.subject)
        if not may_see(seat.identity, effect.subject, self._hub.states):
            seat.answer(
                effect.id,
                c.NoAnswer(code="not-allowed", message=f"your scopes do not cover {effect.subject}"),
            )
        elif state is None:
            seat.answer(
                effect.id, c.NoAnswer(code="unknown-agent", message=f"nothing is known of {effect.subject}")
            )
        elif isinstance(effect.query, c.GetTeamMessages) and not self._may_read(seat, effect.query.team):
            seat.answer(
                effect.id,
                c.NoAnswer(code="not-allowed", message=f"your scopes do not cover team {effect.query.team}"),
            )
        elif (known := self._known(state, effect.query)) is not None:
            seat.answer(effect.id, known)
        else:
            self._ask_link(effect, seat, state)

    def answered(self, ask: str, result: c.Result) -> None:
        """A link's answer. One that comes too late falls on the floor."""
        waiting = self._asked.pop(ask, None)
        if waiting is not None:
            seat, seats_id, cancel = waiting
            cancel()
            seat.answer(seats_id, result)

    def _known(self, state: SubjectState, query: c.Query) -> c.Result | None:
        match query:
            case c.GetReasons(kind=kind):
                reasons = state.profile.reasons if state.profile is not None else ()
                return c.Reasons(reasons=tuple(item for item in reasons if item.kind is kind))
            case c.GetLastContacts(medium=medium):
                return c.LastContacts(
                    contacts=tuple(item for item in state.recent if medium is None or item.medium is medium)
                )
            case c.GetSettings(name=name):
                text = self._texts.get(name)
                return (
                    c.SettingsText(text=text)
                    if text is not None
                    else c.NoAnswer(code="not-found", message=name)
                )
            case c.GetTeamMessages(team=team):
                return c.TeamMessages(messages=self._messages(state, team))
            case c.GetTargets():
                return None

    def _may_read(self, seat: Seat, team: str | None) -> bool:
        return team is None or may_see(seat.identity, team_subject(team), self._hub.states)

    def _messages(self, state: SubjectState, team: str | None) -> tuple[TeamMessage, ...]:
        mine = state.profile.team if state.profile is not None else None
        now = self._hub.clock.now()
        teams: list[Subject] = [
            team_subject(name) for name in ((team,) if team is not None else (mine,)) if name
        ]
        found = (message for name in teams if (known := self._hub.state(name)) for message in known.messages)
        return tuple(item for item in found if not item.duration or item.created + item.duration * 1000 > now)

    def _ask_link(self, effect: Ask, seat: Seat, state: SubjectState) -> None:
        driver = next(
            (found for link, known in state.links.items() if known.up and (found := self._hub.driver(link))),
            None,
        )
        if driver is None:
            seat.answer(effect.id, c.NoAnswer(code="link-down", message="no link of this agent is up"))
            return
        ask = self._hub.ids.new("ask")
        late = c.NoAnswer(code="timeout", message="the contact centre did not answer in time")

        def too_late() -> None:
            driver.asked_too_late(ask)
            self.answered(ask, late)

        cancel = self._hub.clock.call_after(PATIENCE, too_late)
        self._asked[ask] = (seat, effect.id, cancel)
        driver.ask(ask, effect.subject, effect.query)
