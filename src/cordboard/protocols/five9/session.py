"""The session end: we are the Five9 that agents' and supervisors' clients call. Its first frame makes a session a socket or a login."""

from __future__ import annotations

from cordboard import contract as k
from cordboard.model.commands import Outcome, Result
from cordboard.model.ids import Millis
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import answers
from cordboard.protocols.five9.desk import Desk
from cordboard.protocols.five9.feed import Feed
from cordboard.protocols.five9.routes import MISSING
from cordboard.protocols.five9.settings import Settings

_NOT_OFFERED = frozenset(row.name for row in MISSING)


class Five9Session:
    """A client's socket, or a login's requests."""

    def __init__(self, settings: Settings, ids: k.Ids) -> None:
        self._settings = settings
        self._ids = ids
        self._end: Desk | Feed | None = None
        self._early: k.Maintenance | None = None
        """What was heard of the hub's maintenance before the first frame."""

    def start(self, at: Millis) -> k.SessionEffects:  # noqa: ARG002 - it begins with its first frame
        """Waits for the first frame."""
        yield from ()

    def receive(self, frame: k.SessionFrame) -> k.SessionEffects:
        """Something happened."""
        match self._end, frame:
            case None, k.Opened():
                self._end = Feed(self._settings, self._ids, self._early)
            case _, k.Called(call=call, at=at) if frame.route.partition(".")[2] in _NOT_OFFERED:
                yield answers.refused(call, "not-found", "This is not offered here", at)
                return
            case None, k.Called():
                self._end = Desk(self._settings, self._ids, self._early)
            case Feed(), k.Called(call=call, at=at):
                yield answers.not_logged_in(call, at)
                return
            case _:
                pass
        if self._end is not None:
            yield from self._end.receive(frame)

    def open(self, joined: k.Joined, at: Millis) -> k.SessionEffects:
        """A watched subject, with its state."""
        if self._end is not None:
            yield from self._end.open(joined, at)

    def observe(
        self, entry: Entry, before: SubjectState, after: SubjectState, rendered: bytes | None, at: Millis
    ) -> k.SessionEffects:
        """A new entry. Frames have numbers of their socket's own, so nothing is rendered for all."""
        del rendered
        match self._end:
            case Desk():
                yield from self._end.observe(entry, after, at)
            case Feed():
                yield from self._end.observe(entry, before, after, at)
            case None:
                pass

    def settle(self, command_id: str, outcome: Outcome, at: Millis) -> k.SessionEffects:
        """What became of a command."""
        if isinstance(self._end, Desk):
            yield from self._end.settle(command_id, outcome, at)

    def answer(self, ask: str, result: Result, at: Millis) -> k.SessionEffects:
        """The result of a query."""
        if isinstance(self._end, Desk):
            yield from self._end.answer(ask, result, at)

    def peer(self, news: k.News, at: Millis) -> k.SessionEffects:
        """News among the agent's pages, or of the hub."""
        if self._end is not None:
            yield from self._end.peer(news, at)
        elif isinstance(news, k.Maintenance):
            self._early = news
