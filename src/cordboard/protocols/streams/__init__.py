"""Amazon Connect Streams: a CCP page that the real library takes for Amazon's own. It has no link yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordboard.contract import Called, CtiProtocol, Identity, Ids, Link, Route, Scope, Session
from cordboard.model.errors import CallerError
from cordboard.model.events import (
    ActivitySaved,
    CallbackRemoved,
    CallbackScheduled,
    CommandIssued,
    CommandSettled,
    DigitsGenerated,
    LocalDataSet,
    LookedUp,
    NoteTaken,
    RecordShared,
    Suggested,
    TeamMessageDeleted,
    TeamMessagePosted,
    Unrecognised,
    Uttered,
)
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.protocols.streams.render import render
from cordboard.protocols.streams.routes import ROUTES
from cordboard.protocols.streams.session import StreamsSession

_IGNORED = (
    ActivitySaved,
    CallbackRemoved,
    CallbackScheduled,
    CommandIssued,
    CommandSettled,
    DigitsGenerated,
    LocalDataSet,
    LookedUp,
    NoteTaken,
    RecordShared,
    Suggested,
    TeamMessageDeleted,
    TeamMessagePosted,
    Unrecognised,
    Uttered,
)


class Streams:
    """The session end."""

    name: str = "streams"
    routes: tuple[Route, ...] = ROUTES
    services: frozenset[str] = frozenset()
    ignores: frozenset[str] = frozenset(kind.__name__ for kind in _IGNORED)

    def key(self, called: Called) -> str | None:  # noqa: ARG002 - the contract's
        """Every request is a session of its own."""
        return None

    def link(self, settings: Mapping[str, Any], scope: Scope, ids: Ids) -> Link:  # noqa: ARG002 - there is none
        """There is none yet."""
        raise CallerError(
            "not-supported", "streams has no link yet: it serves pages only", {"field": "links.protocol"}
        )

    def session(self, identity: Identity | None, ids: Ids) -> Session:  # noqa: ARG002 - it signs in by itself
        """A session."""
        return StreamsSession(ids)

    def render(self, entry: Entry, before: SubjectState, after: SubjectState) -> bytes:
        """The documents, once for all pages of the agent; empty if there is nothing new in them."""
        return render(entry, before, after)


protocol: CtiProtocol = Streams()
