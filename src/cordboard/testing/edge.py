"""The web edge in memory: sessions of one protocol on a hub, reached by sockets and requests that are method calls.

It does for a session what `cordboard.web` does, on the test's clock: doors by their routes, one session for each socket and for
each key, held replies, cookies, logins. Who signs in is who `identity` says.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec.structs import replace

from cordboard.contract import (
    Called,
    Close,
    Closed,
    CtiProtocol,
    Faults,
    Identified,
    Identity,
    Opened,
    Received,
    Reply,
    Route,
    Send,
    SignIn,
)
from cordboard.hub.hub import Hub
from cordboard.hub.seat import Seat
from cordboard.model.errors import CallerError, CordboardError
from cordboard.model.ids import agent_subject
from cordboard.web.doors import Door, Doors

SECRET = "secret"  # noqa: S105 - of tests
"""The password of everybody."""
TENANT = Identity(subject="tenant", scopes=frozenset({"tenant", "tenant:command"}))
TOO_LARGE = 4203
LOGIN = "~"
"""What stands between whom a token is for and which login it stands for."""


def identity(hub: Hub, kind: str, secret: str, user: str = "") -> Identity | None:
    """Who shows these credentials. With the password `SECRET`: the agent `user`, or the tenant where the hub knows no such agent.
    Else the secret says it: ``tenant``, or ``agent:<id>``.
    """
    if kind == "password":
        if secret != SECRET or not user:
            return None
        return _agent(user) if hub.state(agent_subject(user)) is not None else TENANT
    secret = secret.partition(LOGIN)[0]
    who, _, agent = secret.partition(":")
    if secret == "tenant":  # noqa: S105 - as `identity` says
        return TENANT
    return _agent(agent) if who == "agent" and agent else None


def _agent(agent: str) -> Identity:
    return Identity(subject=f"user:{agent}", scopes=frozenset({f"agent:{agent}"}), agent=agent)


class Socket:
    """One page's socket, and the outlet of its seat. `heard` gets what is sent, `over` the end."""

    def __init__(
        self,
        edge: Edge,
        route: Route,
        heard: Callable[[Send], None],
        over: Callable[[int, str], None],
    ) -> None:
        self.channel = f"socket-{next(edge.numbers)}"
        self.seat: Seat | None = None
        self._edge = edge
        self._route = route
        self._heard = heard
        self._over = over
        self._ended = False

    def say(self, data: str | bytes) -> None:
        """Send a frame to the session."""
        if len(data if isinstance(data, bytes) else data.encode()) > self._route.limit:
            self.close(Close(channel=self.channel, code=TOO_LARGE, reason="too large"))
        elif self.seat is not None and not self._ended:
            self.seat.receive(Received(channel=self.channel, data=data, at=self._edge.hub.clock.now()))

    def leave(self, code: int = 1001, reason: str = "") -> None:
        """The page's side ends it."""
        if not self._ended:
            self._ended = True
            self._leave(code, reason)

    def send(self, effect: Send) -> None:
        """A frame to the page."""
        if not self._ended:
            self._heard(effect)

    def close(self, effect: Close) -> None:
        """The session ends it."""
        if not self._ended:
            self._ended = True
            asyncio.get_running_loop().call_soon(self._leave, effect.code, effect.reason)
            self._over(effect.code, effect.reason)

    def reply(self, effect: Reply) -> None:
        """No request was made over a socket."""
        raise AssertionError(f"a reply on a socket: {effect}")

    def sign_in(self, effect: SignIn) -> None:
        """Check credentials."""
        self._edge.sign_in(self.seat, effect)

    def sign_out(self) -> None:
        """End the login."""
        self._edge.sign_out(self.seat)

    def _leave(self, code: int, reason: str) -> None:
        seat = self.seat
        if seat is not None and not seat.left:
            seat.receive(
                Closed(channel=self.channel, code=code, reason=reason, at=self._edge.hub.clock.now())
            )
            seat.leave()


class _Caller:
    """The outlet of a seat whose page calls over HTTP."""

    def __init__(self, edge: Edge) -> None:
        self.seat: Seat | None = None
        self.waiting: dict[str, asyncio.Future[Reply]] = {}
        self._edge = edge

    def reply(self, effect: Reply) -> None:
        future = self.waiting.pop(effect.call, None)
        if future is not None and not future.done():
            future.set_result(effect)
            if effect.keep and self.seat is not None:
                self.seat.keep()
                self._edge.keep(effect.keep, self)

    def send(self, effect: Send) -> None:
        raise AssertionError(f"sent where there is no socket: {effect}")

    def close(self, effect: Close) -> None:
        for future in self.waiting.values():
            if not future.done():
                future.set_result(_error("", CallerError("internal", effect.reason or "the session ended")))
        self.waiting.clear()
        if self.seat is not None:
            self.seat.leave()

    def sign_in(self, effect: SignIn) -> None:
        self._edge.sign_in(self.seat, effect)

    def sign_out(self) -> None:
        self._edge.sign_out(self.seat)


class Edge:
    """All doors of one protocol on a hub."""

    def __init__(self, hub: Hub, protocol: CtiProtocol) -> None:
        self.hub = hub
        self.numbers = itertools.count(1)
        self._protocol = protocol
        self._kept: dict[str, _Caller] = {}
        self._logins: dict[str, str] = {}
        self._ended_logins: set[str] = set()
        self._doors = Doors()
        for route in protocol.routes:
            if route.end == "session" and not route.page and route.kind != "tcp":
                self._doors.add(Door(route=route, serve=_never))

    def socket(
        self,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        origin: str = "",
        heard: Callable[[Send], None],
        over: Callable[[int, str], None],
    ) -> Socket:
        """A page connects. `CordboardError` if there is no such door, or not for this one."""
        path, query = _split(target)
        door, params = self._doors.find("GET", path)
        if door.route.kind != "ws":
            raise CallerError("bad-request", f"{path} is no socket")
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        who = self._admitted(door.route, lower)
        if who is not None:
            lower.pop("authorization", None)
        socket = Socket(self, door.route, heard, over)
        hub = self.hub
        session = self._protocol.session(who, hub.ids)
        socket.seat = hub.seat(self._protocol, session, who, socket)
        socket.seat.receive(
            Opened(
                channel=socket.channel,
                at=hub.clock.now(),
                route=door.route.name,
                params=params,
                query=query,
                origin=origin,
                headers=lower,
                cookies=cookies or {},
            )
        )
        return socket

    def call(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        body: bytes = b"",
        origin: str = "",
    ) -> asyncio.Future[Reply]:
        """A request; its reply may come late."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        call = f"call-{next(self.numbers)}"
        door: Door | None = None
        try:
            path, query = _split(target)
            door, params = self._doors.find(method, path)
            if len(body) > door.route.limit:
                raise CallerError("too-large", f"{len(body)} bytes; {door.route.limit} are allowed")
            route, who = door.route, self._admitted(door.route, lower)
        except CordboardError as error:
            future.set_result(self._refused(call, door, error))
            return future
        if who is not None:
            lower.pop("authorization", None)
        called = Called(
            call=call,
            route=door.route.name,
            method=method,
            at=self.hub.clock.now(),
            params=params,
            query=query,
            headers=lower,
            cookies=cookies or {},
            body=body,
            origin=origin,
        )
        self._place(called, route, who, future)
        return future

    def _refused(self, call: str, door: Door | None, error: CordboardError) -> Reply:
        """In the protocol's own words, where it has some."""
        told = None
        if door is not None and isinstance(self._protocol, Faults):
            told = self._protocol.fault(door.route, error)
        return _error(call, error) if told is None else replace(told, call=call)

    def sign_in(self, seat: Seat | None, effect: SignIn) -> None:
        """Check credentials; the answer comes after the effects at hand."""
        assert seat is not None

        def told() -> None:
            if seat.left:
                return
            who = identity(self.hub, effect.kind, effect.secret, effect.user)
            if effect.secret in self._ended_logins:
                who = None
            token = ""
            if who is not None:
                seat.identity = who
                token = self._ticket(who) if effect.remember else ""
                self._logins[seat.id] = token or effect.secret
            error = "wrong-password" if effect.kind == "password" else "token-invalid"
            seat.receive(
                Identified(identity=who, error="" if who else error, at=self.hub.clock.now(), token=token)
            )

        asyncio.get_running_loop().call_soon(told)

    def sign_out(self, seat: Seat | None) -> None:
        """The login of this seat holds no more."""
        if seat is not None:
            seat.identity = None
            self._ended_logins.add(self._logins.pop(seat.id, ""))

    def _ticket(self, who: Identity) -> str:
        """A token that stands for one login: no two are the same."""
        return f"{f'agent:{who.agent}' if who.agent else 'tenant'}{LOGIN}{next(self.numbers)}"

    def _admitted(self, route: Route, headers: Mapping[str, str]) -> Identity | None:
        if route.anonymous:  # what they show is for the session to look at
            return None
        kind, _, secret = headers.get("authorization", headers.get("Authorization", "")).partition(" ")
        who = identity(self.hub, "bearer", secret) if kind.lower() == "bearer" else None
        if who is None:
            raise CallerError("not-authenticated", "send `Authorization: Bearer`")
        if route.scope and route.scope not in who.scopes:
            raise CallerError("not-allowed", "the scope is missing", {"scope": route.scope})
        return who

    def _place(
        self, called: Called, route: Route, who: Identity | None, future: asyncio.Future[Reply]
    ) -> None:
        key = self._protocol.key(called)
        caller = self._kept.get(key) if key is not None else None
        if caller is None or caller.seat is None or caller.seat.left:
            # At an anonymous door a key that no session has kept begins nothing that stays.
            passing = key is None or route.anonymous
            caller = _Caller(self)
            session = self._protocol.session(who, self.hub.ids)
            seat = caller.seat = self.hub.seat(self._protocol, session, who, caller, passing=passing)
            if passing:
                future.add_done_callback(lambda _: _ended(seat))
            elif key is not None:
                self._kept[key] = caller
        caller.waiting[called.call] = future
        caller.seat.receive(called)

    def keep(self, key: str, caller: _Caller) -> None:
        """The session goes on under this key."""
        self._kept[key] = caller

    def leave(self) -> None:
        """Everybody who called is gone."""
        for caller in self._kept.values():
            if caller.seat is not None:
                caller.seat.leave()
        self._kept.clear()


def _ended(seat: Seat) -> None:
    """A request has its reply; its session ends with it, unless that kept it."""
    if seat.passing:
        seat.leave()


def _split(target: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(target)
    return parts.path, dict(parse_qsl(parts.query, keep_blank_values=True))


def _error(call: str, error: CordboardError) -> Reply:
    body = msgspec.json.encode(error.body())
    headers = {"content-type": "application/json"}
    return Reply(call=call, status=HTTPStatus(error.status), headers=headers, body=body)


async def _never(visit: Any) -> Any:  # noqa: ANN401 - the edge in memory serves by itself
    raise AssertionError(visit)
