"""The server: one handler through which every request goes, enforcing what its door says before anyone hears of it."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import cast
from urllib.parse import urlsplit

import msgspec
import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from cordboard.contract import CtiProtocol, Faults, Reply, Route
from cordboard.hub.hub import Hub
from cordboard.hub.network.network import watched
from cordboard.model.errors import CallerError, CordboardError, InternalError
from cordboard.model.ids import LinkId
from cordboard.web.answers import error_answer, json_answer
from cordboard.web.calls import Calls
from cordboard.web.config import WebSettings
from cordboard.web.counts import Counts
from cordboard.web.doors import Door, Doors, Visit
from cordboard.web.health import health_doors
from cordboard.web.identity import Identities, SignedIn
from cordboard.web.identity_doors import identity_doors
from cordboard.web.inspector import inspector_doors
from cordboard.web.limits import Buckets, source
from cordboard.web.links import link_doors
from cordboard.web.maintenance import maintenance_doors
from cordboard.web.origins import Origins, around, checked, cors, own_origins
from cordboard.web.recordings import recording_doors
from cordboard.web.signing import Signing
from cordboard.web.sockets import Sockets
from cordboard.web.statics import crm_doors, page_door, static_doors
from cordboard.web.vault import UnreadableError

KEEP_ALIVE = 75.0
PATIENCE = 20.0
"""Seconds that a new connection gets for its first request, and each request for its body."""
STUCK = 20.0
"""Seconds after which, and half as many more, the system ends a connection that takes nothing of what is sent, or whose other end is gone:
else answers that nobody fetches would pile up here.
"""
LINGERING = 2.0
"""Seconds for which the rest of a refused body is read, so that the caller hears why."""
SHUTDOWN = 1.0
"""Seconds that requests under way get when the hub stops."""
_BACKLOG = 4096

_log = structlog.get_logger(__name__)


class Edge:
    """The web edge over one hub. Links are added to the hub before it starts, so that their doors are mounted."""

    def __init__(self, hub: Hub, settings: WebSettings, identities: Identities) -> None:
        """`CallerError` naming the setting if an origin is misspelt."""
        self._hub = hub
        self._settings = settings
        self._identities = identities
        self.counts = Counts()
        self.origins = Origins(checked(settings.origins, "web.origins"), since=hub.clock.now())
        checked([settings.public] if settings.public else [], "web.public", patterns=False)
        self._proxies = frozenset(settings.trusted_proxies)
        time, rate = asyncio.get_running_loop().time, settings.rate
        self._addresses = Buckets(rate.address_per_second, rate.address_burst, time)
        self._callers = Buckets(rate.identity_per_second, rate.identity_burst, time)
        self._calls = Calls(hub, settings, self._signing)
        self._sockets = Sockets(hub, settings, self.counts, self._signing)
        self._doors = Doors()
        self._manager = web.Server(self._handle)
        self._server: asyncio.Server | None = None
        self.port = settings.port

    async def start(self) -> None:
        """Mount all doors and listen. `CallerError` if the port is not to be had."""
        for door in self._all_doors():
            self._doors.add(door)
        loop = asyncio.get_running_loop()
        settings = self._settings
        try:
            self._server = await loop.create_server(
                self._connection,
                settings.host or None,
                settings.port,
                backlog=_BACKLOG,
                reuse_port=settings.reuse_port,
            )
        except OSError as error:
            raise CallerError(
                "bad-field",
                f"cannot listen on {settings.host}:{settings.port} ({error.strerror}): is something else running there? "
                "Choose another port",
                {"field": "web.port"},
            ) from None
        for listening in self._server.sockets:
            # Connections inherit it. Each loop has its own kind of socket, and not all can be told.
            with socket.socket(fileno=os.dup(listening.fileno())) as same:
                watched(same, STUCK)
        self.port = self._server.sockets[0].getsockname()[1]
        self.origins.own = own_origins(settings.host, self.port, settings.public)
        self._identities.logins.start()

    async def stop(self) -> None:
        """Take no more requests, tell the pages to come back later, end what is under way."""
        if self._server is not None:
            self._server.close()
        self._calls.stop()
        await self._sockets.stop()
        self._manager.pre_shutdown()
        await self._manager.shutdown(SHUTDOWN)
        await self._identities.logins.stop()

    def _connection(self) -> _Requests:
        return _Requests(
            self._manager,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type] # aiohttp takes it, and then logs no requests
            keepalive_timeout=KEEP_ALIVE,
            lingering_time=LINGERING,
        )

    def _all_doors(self) -> Iterable[Door]:
        yield from health_doors(self._hub, self.counts, self.origins, metrics=self._settings.metrics)
        yield from static_doors(self.origins.listed, demo=self._identities.demo)
        yield from identity_doors(self._identities)
        if self._identities.demo:
            yield from crm_doors()
        yield from inspector_doors(self._hub)
        yield from link_doors(self._hub)
        yield from recording_doors(self._hub)
        yield from maintenance_doors(self._hub)
        for protocol in self._hub.protocols.values():
            for route in protocol.routes:
                if route.kind == "tcp" or (route.end == "link" and route.kind != "http"):
                    raise InternalError(
                        "internal",
                        f"door {route.name} of {protocol.name}: no {route.kind} door of a {route.end} is served",
                    )
                if route.page:
                    yield page_door(route, self.origins.listed, demo=self._identities.demo)
                elif route.end == "session":
                    server = self._sockets.serve if route.kind == "ws" else self._calls.serve
                    yield Door(route=route, serve=partial(server, protocol), fault=_fault(protocol, route))
        for link, status in self._hub.links.items():
            protocol = self._hub.protocols[status.protocol]
            for route in protocol.routes:
                if route.end == "link" and not route.page:
                    yield self._link_door(link, protocol, route)

    def _link_door(self, link: LinkId, protocol: CtiProtocol, route: Route) -> Door:
        placed = msgspec.structs.replace(route, path=f"/links/{link}{route.path}")
        return Door(route=placed, serve=partial(self._calls.serve_link, link), fault=_fault(protocol, route))

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Any request to its answer. Whatever goes wrong ends as the JSON error body, or in the words of the door's protocol."""
        if isinstance(request.protocol, _Requests):
            request.protocol.heard()
        origin = request.headers.get("Origin", "")
        readable = credentials = False
        door: Door | None = None
        try:
            _check_once(request)
            if request.method == "OPTIONS":
                return self._preflight(request, origin)
            door, params = self._doors.find(request.method, request.rel_url.raw_path)
            readable = door.route.cors and origin in self.origins
            credentials = door.route.credentials
            response = await self._enter(request, door, params, origin)
        except web.HTTPException as refused:
            response = self._refuse(CallerError("bad-request", refused.text or refused.reason), door)
        except UnreadableError:
            response = self._failed(request, door)
        except CordboardError as refused:
            if door is None and refused.code == "method-not-allowed":
                # Whoever takes another method at this address says so, in its own words and to whom it talks.
                door = next(iter(self._doors.methods(request.rel_url.raw_path).values()))
                readable = door.route.cors and origin in self.origins
                credentials = door.route.credentials
            response = self._refuse(refused, door)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception:  # noqa: BLE001 - logged with its trace; the caller gets the reference
            response = self._failed(request, door)
        if readable and not response.prepared:
            response.headers.update(cors(origin, credentials=credentials))
        return response

    async def _enter(
        self, request: web.BaseRequest, door: Door, params: Mapping[str, str], origin: str
    ) -> web.StreamResponse:
        route = door.route
        address, local = self._address(request)
        signed: SignedIn | None = None
        if not door.open:
            if origin and not self.origins.let_in(origin):
                raise CallerError(
                    "origin-refused",
                    "pages of this origin may not call: add it to web.origins",
                    {"origin": origin[:200]},
                )
            if not origin and (outer := around(request.headers)):
                self.origins.let_in(outer)
            if door.own and origin not in self.origins.own:
                raise CallerError("origin-refused", "a page of this hub may ask, nobody else")
            self._addresses.take(source(address))
            signed = self._signed_in(request, route)
            if signed is not None:
                self._callers.take(signed.identity.subject)
        if route.kind == "ws":
            _check_upgrade(request)
        visit = Visit(
            request=request,
            route=route,
            params=params,
            address=address,
            local=local,
            origin=origin,
            identity=signed.identity if signed else None,
            claims=signed.claims if signed else None,
            body=await _body(request, route.limit) if route.kind == "http" else b"",
        )
        return await door.serve(visit)

    def _signed_in(self, request: web.BaseRequest, route: Route) -> SignedIn | None:
        if route.anonymous:
            return None
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise CallerError("not-authenticated", "send a token: Authorization: Bearer <token>")
        signed = self._identities.bearer(token.strip())
        if route.scope and route.scope not in signed.identity.scopes:
            raise CallerError(
                "not-allowed", f"the token has no scope {route.scope!r}", {"scope": route.scope}
            )
        return signed

    def _preflight(self, request: web.BaseRequest, origin: str) -> web.StreamResponse:
        doors = self._doors.methods(request.rel_url.raw_path)
        methods = [method for method, door in doors.items() if door.route.cors]
        if not methods:
            allowed = ", ".join(sorted(doors))
            raise CallerError("method-not-allowed", f"this address takes {allowed}", {"allow": allowed})
        if not self.origins.let_in(origin):
            raise CallerError(
                "origin-refused",
                "pages of this origin may not call: add it to web.origins",
                {"origin": origin[:200]},
            )
        credentials = any(door.route.credentials for door in doors.values())
        sends = {name for door in doors.values() for name in door.route.headers}
        return web.Response(status=204, headers=cors(origin, methods, credentials=credentials, sends=sends))

    def _signing(self, visit: Visit) -> Signing:
        return Signing(self._identities, self._hub.clock, visit.address, visit.claims)

    def _address(self, request: web.BaseRequest) -> tuple[str, bool]:
        """The caller's address, and whether they are on this machine. A proxy's word counts if it is a trusted one's."""
        peer = request.remote or ""
        told = request.headers.getall("X-Forwarded-For", [])
        proxied = bool(told) or "Forwarded" in request.headers
        if peer in self._proxies:
            hops = [hop.strip() for line in told for hop in line.split(",")]
            for hop in reversed(hops):
                if hop not in self._proxies:
                    return hop[:64], False
        return peer, not proxied and _is_loopback(peer) and self._is_named(request.host)

    def _is_named(self, host: str) -> bool:
        """Whether that is a name of this hub. A page from elsewhere whose name leads here is sent by a browser on this machine, and is no
        caller of this machine for that.
        """
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        ours = {self._settings.host, urlsplit(self._settings.public).hostname, "localhost"}
        return name in ours or name.endswith(".localhost") or _is_loopback(name)

    def _refuse(self, refused: CordboardError, door: Door | None) -> web.StreamResponse:
        self.counts.refused(refused.code)
        answer = error_answer(refused)
        try:
            told = door.fault(refused) if door is not None and door.fault is not None else None
        except Exception:  # noqa: BLE001 - a protocol that has no words after all: then ours
            _log.exception("fault-failed", code=refused.code)
            told = None
        if told is not None:
            answer.set_status(told.status)
            answer.body = told.body
            answer.headers.update({name.title(): value for name, value in told.headers.items()})
        return answer

    def _failed(self, request: web.BaseRequest, door: Door | None) -> web.StreamResponse:
        self.counts.failed()
        ref = self._hub.ids.new("ref")
        _log.exception("request-failed", ref=ref, method=request.method)
        return self._refuse(
            InternalError("internal", "Cordboard failed; the log says why", {"ref": ref}), door
        )


class _Requests(web.RequestHandler):
    """aiohttp's, but for how it answers what is not even HTTP: in JSON like all else, and without a word in the log."""

    __slots__ = ("_patience",)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection that never says what it wants is cut off."""
        super().connection_made(transport)
        abort = cast("asyncio.Transport", transport).abort  # uvloop's are none by inheritance
        self._patience = asyncio.get_running_loop().call_later(PATIENCE, abort)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Nothing to wait for any more."""
        self.heard()
        super().connection_lost(exc)

    def heard(self) -> None:
        """The first request is here."""
        self._patience.cancel()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to a request that never reached the handler, or that the handler could not be run for."""
        del message  # may quote what was sent
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was begun already")
        if isinstance(exc, HttpProcessingError) or status < 500:  # noqa: PLR2004 - HTTP
            error: CordboardError = CallerError("bad-request", "this is not valid HTTP")
        else:
            _log.error("server-failed", kind=type(exc).__name__)
            error = InternalError("internal", "Cordboard failed; the log says why")
        response = json_answer(error.body(), error.status)
        response.force_close()
        return response


async def _body(request: web.BaseRequest, limit: int) -> bytes:
    """The whole body, or `CallerError("too-large")` as soon as that is certain."""
    if request.content_length is not None and request.content_length > limit:
        raise _too_large(limit)
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.content.iter_any():
                size += len(chunk)
                if size > limit:
                    raise _too_large(limit)
                chunks.append(chunk)
    except TimeoutError:
        raise CallerError("bad-request", "the body did not come in time") from None
    return b"".join(chunks)


def _fault(protocol: CtiProtocol, route: Route) -> Callable[[CordboardError], Reply | None] | None:
    """The protocol's own words for what is refused at its door, if it has any."""
    return partial(protocol.fault, route) if isinstance(protocol, Faults) else None


def _too_large(limit: int) -> CallerError:
    return CallerError("too-large", f"this door takes at most {limit} bytes", {"limit": str(limit)})


def _check_once(request: web.BaseRequest) -> None:
    """What says who calls is said once: whoever stands before us may have looked at another one than we do."""
    for name in ("Origin", "Authorization", "Content-Type"):
        if len(request.headers.getall(name, ())) > 1:
            raise CallerError("bad-request", f"{name} stands there twice")


def _check_upgrade(request: web.BaseRequest) -> None:
    if request.headers.get("Upgrade", "").lower().strip() != "websocket":
        raise CallerError("bad-request", "this address is a WebSocket: connect with ws:// or wss://")


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
