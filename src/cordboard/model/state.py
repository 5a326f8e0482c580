"""What a subject's log folds into, and what of it a page sees. Frozen; dicts in it are never changed in place."""

from __future__ import annotations

import msgspec

from cordboard.model.commands import Outcome
from cordboard.model.entities import (
    AgentProfile,
    AgentState,
    Callback,
    Contact,
    Medium,
    Suggestion,
    TeamMessage,
    Utterance,
)
from cordboard.model.ids import CommandId, ContactId, LinkId, Millis, Subject

RECENT = 20
"""How many closed contacts a subject remembers."""


class LinkState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether a link serves the subject, and what it can do here."""

    up: bool
    since: Millis = 0
    cause: str = ""
    retry: str = ""
    services: frozenset[str] = frozenset()
    lacks: dict[str, str] = {}
    """Of commands that it cannot do here: why, for people to read."""


class CommandRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command of the last 24 hours: `digest` tells another content under the same id; no outcome: still under way."""

    issued: Millis
    service: str
    digest: str
    link: LinkId
    outcome: Outcome | None = None


class SubjectState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything known of a subject at `seq`. The same type serves agents, queues (waiting contacts) and teams."""

    subject: Subject
    seq: int = 0
    at: Millis = 0
    profile: AgentProfile | None = None
    links: dict[LinkId, LinkState] = {}
    states: dict[str, AgentState] = {}
    """By ``<link>/<medium>``."""
    contacts: dict[ContactId, Contact] = {}
    """The open ones, oldest first."""
    recent: tuple[Contact, ...] = ()
    """The closed ones, newest first, at most `RECENT`."""
    utterances: dict[ContactId, dict[str, Utterance]] = {}
    """Of open contacts, by their ids. What was told last stands last: so `view.change` finds what is new without looking at the rest."""
    suggestions: dict[ContactId, dict[str, Suggestion]] = {}
    """As `utterances`."""
    callbacks: dict[str, Callback] = {}
    """The calls that were promised, by their ids."""
    messages: tuple[TeamMessage, ...] = ()
    commands: dict[CommandId, CommandRecord] = {}
    """Of the last 24 hours, and no more than `fold.COMMANDS_KEPT`. Not for pages."""
    cursors: dict[LinkId, str] = {}
    """The origin of the last event of each link. Not for pages."""
    flags: tuple[str, ...] = ()
    """Agent-state transitions that the table lacks, newest last, at most `RECENT`."""


def state_key(link: LinkId, medium: Medium) -> str:
    """The key of an agent state in `SubjectState.states`."""
    return f"{link}/{medium.value}"


def voice_state(state: SubjectState, medium: Medium = Medium.VOICE) -> AgentState | None:
    """The agent's state on a medium: of a link that is up if there is one, else of any."""
    found: AgentState | None = None
    for item in state.states.values():
        if item.medium is medium:
            link = state.links.get(item.link)
            if link is not None and link.up:
                return item
            found = found or item
    return found
