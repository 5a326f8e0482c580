"""The operator's doors: how maintenance is, and what is to become of it."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from cordboard.contract import Route
from cordboard.hub.hub import Hub
from cordboard.hub.maintenance import Order
from cordboard.web.answers import json_answer
from cordboard.web.bodies import body_of
from cordboard.web.doors import Door, Visit

SCOPE = "operate"
PATH = "/v1/maintenance"


def maintenance_doors(hub: Hub) -> Iterable[Door]:
    """The doors, as data and what serves them."""

    async def show(visit: Visit) -> web.StreamResponse:  # noqa: ARG001 - all who may ask are told the same
        return json_answer(hub.maintenance)

    async def order(visit: Visit) -> web.StreamResponse:
        by = visit.identity.subject if visit.identity is not None else ""
        return json_answer(hub.maintain(body_of(visit.body, Order), by))

    yield Door(route=Route(kind="http", path=PATH, name="maintenance", scope=SCOPE), serve=show)
    yield Door(
        route=Route(kind="http", method="POST", path=PATH, name="maintain", scope=SCOPE, limit=8 * 1024),
        serve=order,
    )
