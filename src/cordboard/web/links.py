"""The operator's doors to links: how each is, and a fresh start for one."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from cordboard.contract import Route
from cordboard.hub.hub import Hub
from cordboard.model.ids import LinkId
from cordboard.web.answers import json_answer
from cordboard.web.doors import Door, Visit

SCOPE = "operate"
PATH = "/v1/links"


def link_doors(hub: Hub) -> Iterable[Door]:
    """The doors, as data and what serves them."""

    async def show(visit: Visit) -> web.StreamResponse:  # noqa: ARG001 - all who may ask are told the same
        return json_answer({"links": tuple(hub.links.values())})

    async def restart(visit: Visit) -> web.StreamResponse:
        by = visit.identity.subject if visit.identity is not None else ""
        return json_answer(hub.restart_link(LinkId(visit.params["link"]), by))

    yield Door(route=Route(kind="http", path=PATH, name="links", scope=SCOPE), serve=show)
    yield Door(
        route=Route(
            kind="http",
            method="POST",
            path=f"{PATH}/{{link}}/restart",
            name="restart-link",
            scope=SCOPE,
            limit=1024,
        ),
        serve=restart,
    )
