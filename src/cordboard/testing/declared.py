"""What a protocol says of itself, held against what can be said."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from cordboard.contract import CtiProtocol, Route
from cordboard.model.commands import SwitchService
from cordboard.model.events import Event

_SERVICES = frozenset(kind.__name__ for kind in get_args(SwitchService))
_EVENTS = frozenset(kind.__name__ for kind in get_args(Event))
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})
LARGEST = 16 * 1024 * 1024
"""Bytes: who needs frames beyond this should ask why."""


def wrong_with(protocol: CtiProtocol) -> list[str]:
    """What is wrong with the declarations, each with what to do about it."""
    name = protocol.name
    wrong = []
    if not name or name != name.lower() or not name.replace("-", "").replace("_", "").isalnum():
        wrong.append(f"`name` is {name!r}: give a word in lower case, the one of the entry point")
    if strange := sorted(protocol.services - _SERVICES):
        wrong.append(
            f"`services` names {strange}: these are no switch services (`cordboard.model.commands.SwitchService`)"
        )
    if strange := sorted(protocol.ignores - _EVENTS):
        wrong.append(f"`ignores` names {strange}: these are no events (`cordboard.model.events.Event`)")
    routes = protocol.routes
    for field, count in Counter(route.name for route in routes).items():
        if count > 1:
            wrong.append(f"{count} routes are named {field!r}: names tell requests apart, each is given once")
    places = Counter((route.end, route.method, _shape(route.path)) for route in routes if route.kind != "tcp")
    for (_, method, path), count in places.items():
        if count > 1:
            wrong.append(f"{count} routes want {method} {path}: one of them is never reached")
    for route in routes:
        wrong += [f"route {route.name!r}: {what}" for what in _wrong_with_route(route)]
    return wrong


def _wrong_with_route(route: Route) -> list[str]:
    wrong = []
    if route.kind == "tcp":
        if not route.port:
            wrong.append("a tcp door needs a `port`")
        return wrong
    if not route.path.startswith("/"):
        wrong.append(f"its path {route.path!r} has to begin with a slash")
    if route.method not in _METHODS:
        wrong.append(f"there is no method {route.method!r}")
    if not 0 < route.limit <= LARGEST:
        wrong.append(f"its limit of {route.limit} bytes protects nobody")
    if route.credentials and not route.cors:
        wrong.append("`credentials` says something only with `cors`")
    if route.embed and not route.page:
        wrong.append("`embed` says something only with `page`")
    if route.scope and route.anonymous:
        wrong.append("who is anonymous has no scope: choose one")
    if route.page and route.method != "GET":
        wrong.append("a page is fetched by GET")
    return wrong


def _shape(path: str) -> str:
    """The path with its names left out: `/a/{b}` and `/a/{c}` are one place."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
