"""What the inspector answers: which contacts there are, and the way that one of them went."""

from __future__ import annotations

import msgspec

from cordboard.model.commands import Outcome
from cordboard.model.entities import Contact, Direction, Ending, Medium, Participant, Phase, Queue
from cordboard.model.events import Event
from cordboard.model.ids import CommandId, ContactId, LinkId, Millis, Subject, ThreadId


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A contact in the inspector's list: one agent's (or queue's) part in a thread."""

    subject: Subject
    name: str
    """Of the agent or queue."""
    contact: ContactId
    thread: ThreadId
    """As it is called today: parts of one thread have the same."""
    link: LinkId
    medium: Medium
    direction: Direction
    phase: Phase
    ended_by: Ending | None
    customer: Participant | None
    queue: Queue | None
    created: Millis
    since: Millis
    """When this phase began; for a closed one, when it closed."""
    flags: tuple[str, ...]


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `GET /v1/inspect/contacts`, the latest first. `more`: there are others that `limit` left out."""

    mark: str
    now: Millis
    contacts: tuple[Line, ...]
    more: bool


class Same(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing has happened since the mark that was given as `after`."""

    mark: str
    now: Millis
    unchanged: bool = True


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What the link was told or given, and what came of it."""

    at: Millis
    link: LinkId
    kind: str
    """`received`, `replied`, `opened`, `closed`, `failed`, `called`, `woke`, `start` or `command`."""
    where: str
    text: str
    """Its beginning; nothing of a frame that led to entries which the asker may not see."""
    size: int
    whole: bool
    """Whether `text` is all of it."""
    led: int
    """Entries that it led to, of all subjects."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The pages of one protocol that were told of an entry. `bytes`: to each, `None` where each got words of its own."""

    protocol: str
    pages: int
    bytes: int | None


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """The way of a command. A time is 0 where it never came to that, or where nobody saw it."""

    id: CommandId
    service: str
    by: str
    taken: Millis = 0
    on_disk: Millis = 0
    given: Millis = 0
    """To the link."""
    answered: Millis = 0
    """By the link."""
    settled: Millis = 0
    """Whoever asked was told."""
    outcome: Outcome | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the way: an entry with how it came and went, or a command that left none."""

    at: Millis
    gap: Millis
    """Since the step before; 0 for the first."""
    subject: Subject
    seq: int = 0
    """0 for a command that was refused before it reached the log."""
    event: Event | None = None
    origin: str = ""
    frame: Frame | None = None
    appended: Millis = 0
    on_disk: Millis = 0
    shown: Millis = 0
    told: tuple[Told, ...] = ()
    errand: Errand | None = None
    seen: bool = False
    """Whether the flight recorder saw it. If not, only what the log has is told."""


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which nobody told us anything of the subject. `until` is 0 while it lasts."""

    subject: Subject
    link: LinkId
    since: Millis
    until: Millis
    cause: str


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `GET /v1/inspect/contacts/<subject>/<contact>`: the whole thread, as far as the asker may see it."""

    mark: str
    now: Millis
    subject: Subject
    contact: ContactId
    thread: ThreadId
    parts: tuple[Contact, ...]
    lines: tuple[Line, ...]
    unseen: int
    """Parts of the thread that the asker may not see."""
    steps: tuple[Step, ...]
    gaps: tuple[Gap, ...]
    recorded: int
    """How much the flight recorder holds; 0 if it is off."""


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `GET /v1/inspect/entries`. `position` is the next `after`."""

    now: Millis
    subject: Subject
    steps: tuple[Step, ...]
    position: str
    more: bool
    recorded: int


class Oddities(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `GET /v1/inspect/unrecognised`: frames that nobody understood, the latest first."""

    now: Millis
    steps: tuple[Step, ...]
    recorded: int
