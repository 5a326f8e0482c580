"""Cordboard's own protocol: REST and WebSocket for pages, and hubs linked to hubs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordboard.contract import Called, CtiProtocol, Identity, Ids, Link, Route, Scope, Session
from cordboard.model.log import Entry
from cordboard.model.rules import SWITCH_SERVICES
from cordboard.model.state import SubjectState
from cordboard.protocols.native.link import NativeLink, link_settings
from cordboard.protocols.native.routes import ROUTES
from cordboard.protocols.native.session import NativeSession, render
from cordboard.protocols.native.wire import resealed


class Native:
    """Both ends of the native protocol."""

    name: str = "native"
    routes: tuple[Route, ...] = ROUTES
    services: frozenset[str] = SWITCH_SERVICES
    """Whatever the hub at the other end can do: each subject's `LinkUp` says what that is."""
    ignores: frozenset[str] = frozenset()

    def key(self, called: Called) -> str | None:  # noqa: ARG002 - the contract's
        """Every request is a session of its own."""
        return None

    def link(self, settings: Mapping[str, Any], scope: Scope, ids: Ids) -> Link:  # noqa: ARG002 - the contract's
        """A link to another Cordboard. `CallerError` naming the setting that is wrong."""
        return NativeLink(link_settings(settings, scope), scope)

    def session(self, identity: Identity | None, ids: Ids) -> Session:  # noqa: ARG002 - the contract's
        """A session."""
        return NativeSession(identity)

    def render(self, entry: Entry, before: SubjectState, after: SubjectState) -> bytes:
        """The `entry` message, once for all pages."""
        return render(entry, before, after)

    def mended(self, text: str) -> str:
        """A recorded frame in which personal texts were replaced, with checksums that fit again."""
        return resealed(text)


protocol: CtiProtocol = Native()
