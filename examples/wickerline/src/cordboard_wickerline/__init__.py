"""Wickerline Attendant 4, a contact centre that nobody sells: both ends of its wire, as an example for those who write one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordboard.contract import Called, CtiProtocol, Identity, Ids, Link, Reply, Route, Scope, Session
from cordboard.model.errors import CordboardError
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard_wickerline import wire, words
from cordboard_wickerline.link import WickerlineLink, link_settings
from cordboard_wickerline.routes import COOKIE, ENTRY, ROUTES
from cordboard_wickerline.session import SessionSettings, WickerlineSession, render, session_settings

IGNORED = frozenset(
    {
        "ActivitySaved",
        "CallbackRemoved",
        "CallbackScheduled",
        "CommandIssued",
        "CommandSettled",
        "LocalDataSet",
        "LookedUp",
        "NoteTaken",
        "RecordShared",
        "Suggested",
        "TeamMessageDeleted",
        "TeamMessagePosted",
        "Unrecognised",
        "Uttered",
    }
)
"""Events that Attendant has no word for: they are the hub's own, or of another medium than voices."""


class Wickerline:
    """Both ends."""

    name: str = "wickerline"
    routes: tuple[Route, ...] = ROUTES
    services: frozenset[str] = frozenset(kind.__name__ for kind in words.ORDERS)
    ignores: frozenset[str] = IGNORED

    def __init__(self, settings: SessionSettings = SessionSettings()) -> None:  # noqa: B008 - frozen
        self._settings = settings

    def configured(self, settings: Mapping[str, Any]) -> CtiProtocol:
        """The same with other settings for its sessions. `CallerError` naming the one that is wrong."""
        return Wickerline(session_settings(settings))

    def key(self, called: Called) -> str | None:
        """The cookie of who has entered. An entry begins a session of its own, also for who brings an old cookie."""
        return called.cookies.get(COOKIE) if called.route != ENTRY else None

    def link(self, settings: Mapping[str, Any], scope: Scope, ids: Ids) -> Link:
        """A link to an Attendant. `CallerError` naming the setting that is wrong."""
        return WickerlineLink(link_settings(settings), scope, ids)

    def session(self, identity: Identity | None, ids: Ids) -> Session:  # noqa: ARG002 - it asks by itself
        """A client's session."""
        return WickerlineSession(self._settings, ids)

    def render(self, entry: Entry, before: SubjectState, after: SubjectState) -> bytes:
        """The notice of an entry, once for all clients."""
        return render(entry, before, after)

    def fault(self, route: Route, error: CordboardError) -> Reply:  # noqa: ARG002 - the same words at every door
        """What the web edge refuses, as an Attendant would."""
        body = wire.Fault(code=error.code, text=error.message).written()
        return Reply(call="", status=error.status, headers={"content-type": wire.TYPE}, body=body)


protocol: CtiProtocol = Wickerline()
