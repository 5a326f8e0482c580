"""Doors: what a request can knock at. Data first (`Route`), so that one place enforces it for all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from aiohttp import web

from cordboard.contract import Identity, Reply, Route
from cordboard.model.errors import CallerError, CordboardError, InternalError
from cordboard.web.tokens import Claims


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One request, after everything that its door asks for was enforced."""

    request: web.BaseRequest
    route: Route
    params: Mapping[str, str]
    address: str
    local: bool
    """From this machine, and through no proxy."""
    origin: str = ""
    identity: Identity | None = None
    claims: Claims | None = None
    body: bytes = b""


def headers_of(visit: Visit) -> dict[str, str]:
    """What a session hears of the request's headers: names in lower case, cookies apart."""
    headers = {
        name.lower(): value for name, value in visit.request.headers.items() if name.lower() != "cookie"
    }
    if visit.identity is not None:
        headers.pop("authorization", None)  # checked by the edge; the token is nobody else's business
    return headers


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """A route and who serves it. `open` doors are for machines that watch us: no rate limit, any origin may look. `own` ones are for
    the hub's own pages alone. `fault` has the protocol's own words for what is refused here.
    """

    route: Route
    serve: Callable[[Visit], Awaitable[web.StreamResponse]]
    open: bool = False
    own: bool = False
    fault: Callable[[CordboardError], Reply | None] | None = None


@dataclass(slots=True)
class _Node:
    """One segment of the tree of paths."""

    fixed: dict[str, _Node] = field(default_factory=dict)
    named: _Node | None = None
    doors: dict[str, tuple[Door, tuple[str, ...]]] = field(default_factory=dict)


class Doors:
    """All doors by path. A segment ``{name}`` fits any one segment; a fixed one goes before it."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, door: Door) -> None:
        """Mount a door. Two at one place are a fault of the protocols installed."""
        route = door.route
        node, names = self._root, []
        for segment in route.path.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment.strip("{}"))
                node.named = node.named or _Node()
                node = node.named
            else:
                node = node.fixed.setdefault(segment, _Node())
        method = "GET" if route.kind == "ws" else route.method
        if method in node.doors:
            other = node.doors[method][0].route
            raise InternalError(
                "internal", f"two doors want {method} {route.path}: {other.name} and {route.name}"
            )
        node.doors[method] = (door, tuple(names))

    def find(self, method: str, raw_path: str) -> tuple[Door, dict[str, str]]:
        """The door and the values of its path's names. `CallerError` `not-found` or `method-not-allowed`."""
        doors, values = self._at(raw_path)
        found = doors.get(method) or (doors.get("GET") if method == "HEAD" else None)
        if found is None:
            allowed = ", ".join(sorted(doors))
            raise CallerError("method-not-allowed", f"this address takes {allowed}", {"allow": allowed})
        door, names = found
        return door, dict(zip(names, values, strict=True))

    def methods(self, raw_path: str) -> dict[str, Door]:
        """The doors at an address, by method. `CallerError` `not-found` if there is none."""
        return {method: door for method, (door, _) in self._at(raw_path)[0].items()}

    def _at(self, raw_path: str) -> tuple[dict[str, tuple[Door, tuple[str, ...]]], list[str]]:
        values: list[str] = []
        node = self._walk(self._root, raw_path.strip("/").split("/"), 0, values)
        if node is None:
            raise CallerError("not-found", "there is nothing at this address")
        return node.doors, values

    def _walk(self, node: _Node, segments: list[str], at: int, values: list[str]) -> _Node | None:
        if at == len(segments):
            return node if node.doors else None
        segment = unquote(segments[at])
        fixed = node.fixed.get(segment)
        if fixed is not None:
            found = self._walk(fixed, segments, at + 1, values)
            if found is not None:
                return found
        if node.named is not None and segment:
            values.append(segment)
            found = self._walk(node.named, segments, at + 1, values)
            if found is not None:
                return found
            values.pop()
        return None
