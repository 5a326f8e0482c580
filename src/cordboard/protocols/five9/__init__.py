"""Five9: both ends of its agents' interface, and its supervisors' as far as clients were seen to use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordboard.contract import (
    Called,
    CtiProtocol,
    Identity,
    Ids,
    Link,
    Reply,
    Route,
    Scope,
    Session,
)
from cordboard.model import events as e
from cordboard.model.errors import CordboardError
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import answers, centre, words as w
from cordboard.protocols.five9.account import account
from cordboard.protocols.five9.link import Five9Link
from cordboard.protocols.five9.routes import ENTRIES, ROUTES, SOCKETS
from cordboard.protocols.five9.services import SERVICES
from cordboard.protocols.five9.session import Five9Session
from cordboard.protocols.five9.settings import Settings, settings as session_settings

_IGNORED = (
    e.ActivitySaved,
    e.CommandIssued,
    e.DigitsGenerated,
    e.LocalDataSet,
    e.LookedUp,
    e.MicrophoneMute,
    e.Suggested,
    e.TeamMessageDeleted,
    e.TeamMessagePosted,
    e.Unrecognised,
    e.Uttered,
)
"""Events that Five9 has no word for: the hub's own, of media that are not voice, or what a softphone keeps to itself."""


class Five9:
    """Both ends."""

    name: str = "five9"
    routes: tuple[Route, ...] = ROUTES
    services: frozenset[str] = SERVICES
    ignores: frozenset[str] = frozenset(kind.__name__ for kind in _IGNORED)

    def __init__(self, settings: Settings = Settings()) -> None:  # noqa: B008 - frozen
        self._settings = settings

    def configured(self, settings: Mapping[str, Any]) -> CtiProtocol:
        """The same with other settings for its sessions. `CallerError` naming the one that is wrong."""
        return Five9(session_settings(settings))

    def key(self, called: Called) -> str | None:
        """The token, by whichever way it came, or else the login that the browser keeps for this hub. Who signs in begins anew."""
        if called.route.partition(".")[2] in ENTRIES:
            return None
        proof = centre.proof(called.headers, called.cookies, {}, self._settings)
        return proof or centre.kept(called.cookies, self._settings) or None

    def link(self, settings: Mapping[str, Any], scope: Scope, ids: Ids) -> Link:
        """A link to a Five9. `CallerError` naming the setting that is wrong."""
        return Five9Link(account(settings, scope), scope, ids)

    def session(self, identity: Identity | None, ids: Ids) -> Session:  # noqa: ARG002 - it signs in by itself
        """A client's login, or its socket."""
        return Five9Session(self._settings, ids)

    def render(self, entry: Entry, before: SubjectState, after: SubjectState) -> bytes | None:  # noqa: ARG002
        """Nothing: each socket numbers its frames."""
        return None

    def fault(self, route: Route, error: CordboardError) -> Reply | None:
        """What the web edge refuses, as Five9 would. A socket that is refused has no body to read."""
        return None if route in SOCKETS else answers.refused("", error.code, error.message, 0)

    def closing(self, code: int) -> int:
        """Whom the hub wants back, it closes with the one code after which every client comes back."""
        return self._settings.come_back if code in _COME_BACK else w.NORMAL if code == _TOO_LARGE else code


_COME_BACK = (4000, 4001)
_TOO_LARGE = 4203

protocol: CtiProtocol = Five9()
