"""The built-in contact centre: a link that needs no vendor, no account and no network. It has no session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from cordboard.contract import Called, Identity, Ids, Link, Scope, Session
from cordboard.model.errors import CallerError
from cordboard.model.ids import LinkId
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.protocols.simulator.doors import ROUTES
from cordboard.protocols.simulator.floor import Floor, floor
from cordboard.protocols.simulator.library import builtin_centre
from cordboard.protocols.simulator.link import SimulatorLink
from cordboard.protocols.simulator.orders import SERVICES


class Simulator:
    """The protocol. `link` takes the fields of `floor.Settings`, or a ready `Floor` under ``floor``.

    A floor outlives its links, as a vendor does: it goes on while a dropped link is away, and ends with the hub.
    """

    name = "simulator"
    routes = ROUTES
    services = SERVICES
    ignores: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self._floors: WeakKeyDictionary[Ids, dict[LinkId, Floor]] = WeakKeyDictionary()
        """By the hub's source of ids, which is one object for as long as the hub lives, and by link."""

    def key(self, called: Called) -> str | None:  # noqa: ARG002 - no sessions, no keys
        """No sessions."""
        return None

    def link(self, settings: Mapping[str, Any], scope: Scope, ids: Ids) -> Link:
        """A link to the floor in the settings, or to the one that they describe, opened with the hub's first link to it."""
        if scope.kind != "tenant":
            raise CallerError(
                "bad-field", "a simulator link serves the whole centre", {"field": "links.scope"}
            )
        ready = settings.get("floor")
        if isinstance(ready, Floor):
            return SimulatorLink(ready, scope.link, ids)
        floors = self._floors.setdefault(ids, {})
        if scope.link not in floors:
            floors[scope.link] = new_floor(settings, ids)
        return SimulatorLink(floors[scope.link], scope.link, ids)

    def session(self, identity: Identity | None, ids: Ids) -> Session:  # noqa: ARG002 - there is none
        """There is none: a simulated centre is driven by its console's doors."""
        raise CallerError(
            "not-supported", "the simulator has no session; use its console or the native protocol"
        )

    def render(self, entry: Entry, before: SubjectState, after: SubjectState) -> bytes | None:  # noqa: ARG002
        """Nothing to render."""
        return None


def new_floor(settings: Mapping[str, Any], ids: Ids) -> Floor:
    """A floor as the settings describe it."""
    return floor(settings, ids.new("m")[2:6], builtin_centre())


protocol = Simulator()
