"""Requests over HTTP to sessions and links. Each gets exactly one reply, which may come late, or 504."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from cordboard.contract import Called, Close, CtiProtocol, Identity, Reply, Send, SignIn
from cordboard.hub.hub import Hub
from cordboard.hub.seat import Seat
from cordboard.model.errors import CallerError, InternalError
from cordboard.model.ids import LinkId, Millis
from cordboard.web.answers import GUARDED
from cordboard.web.config import WebSettings
from cordboard.web.doors import Visit, headers_of
from cordboard.web.signing import Signing

_log = structlog.get_logger(__name__)


class Caller:
    """The outlet of a seat whose page calls over HTTP."""

    def __init__(self, signing: Signing, keep: Callable[[str], None]) -> None:
        """`keep` is told the key under which the session wants to go on."""
        self._signing = signing
        self._keep = keep
        self._seat: Seat | None = None
        self._retired = False
        self._waiting: dict[str, asyncio.Future[Reply]] = {}

    @property
    def idle(self) -> bool:
        """Whether nobody waits for a reply."""
        return not self._waiting

    def expect(self, call: str) -> asyncio.Future[Reply]:
        """The reply to this call, to come."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[call] = future

        def answered(_: asyncio.Future[Reply]) -> None:
            self._waiting.pop(call, None)
            self._leave_if_over()

        future.add_done_callback(answered)
        return future

    def retire(self) -> None:
        """Another session has the key now. This one ends when whoever waits has been answered."""
        self._retired = True
        self._leave_if_over()

    def reply(self, effect: Reply) -> None:
        """Answer the call. A second reply to one call is the protocol's fault and reaches nobody."""
        future = self._waiting.get(effect.call)
        if future is None or future.done():
            _log.warning("reply-to-nobody", status=effect.status)
        else:
            future.set_result(effect)
            if effect.keep:
                self._keep(effect.keep)

    def send(self, effect: Send) -> None:
        """Over HTTP there is no channel to send on."""
        _log.warning("send-without-channel", channel=effect.channel)

    def close(self, effect: Close) -> None:
        """The session ends; whoever still waits hears that we failed."""
        self.fail(InternalError("internal", effect.reason or "the session ended without a reply"))
        if self._seat is not None:
            self._seat.leave()

    def fail(self, error: Exception) -> None:
        """Nobody gets a reply any more."""
        for future in tuple(self._waiting.values()):
            if not future.done():
                future.set_exception(error)

    def sign_in(self, effect: SignIn) -> None:
        """Check credentials."""
        self._signing.sign_in(effect)

    def sign_out(self) -> None:
        """End the login."""
        self._signing.sign_out()

    def seated(self, seat: Seat) -> None:
        """Whose outlet it is."""
        self._seat = seat
        self._signing.seated(seat, self._signed_out)

    def _signed_out(self, refused: CallerError) -> None:
        """The login is over: the next request begins anew, and is asked who it is."""
        self.fail(refused)
        if self._seat is not None:
            self._seat.leave()

    def _leave_if_over(self) -> None:
        if self._retired and self.idle and self._seat is not None:
            self._seat.leave()


@dataclass(slots=True)
class _Kept:
    """A session that lives over many requests."""

    seat: Seat
    caller: Caller
    used: Millis


class Calls:
    """All requests under way, and the sessions that outlive one."""

    def __init__(self, hub: Hub, settings: WebSettings, signing: Callable[[Visit], Signing]) -> None:
        self._hub = hub
        self._settings = settings
        self._signing = signing
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._callers: set[Caller] = set()

    async def serve(self, protocol: CtiProtocol, visit: Visit) -> web.StreamResponse:
        """One request to a session."""
        called = self._called(visit)
        key = protocol.key(called)
        secure = self._secure(visit)
        kept = self._kept_for(protocol, key, visit) if key is not None else None
        if kept is not None:
            return _response(await self._replied(kept.seat, kept.caller, called), secure=secure)
        seat, caller = self._seat(protocol, visit, passing=True)
        try:
            return _response(await self._replied(seat, caller, called), secure=secure)
        finally:
            if seat.passing:
                seat.leave()
                self._callers.discard(caller)

    async def serve_link(self, link: LinkId, visit: Visit) -> web.StreamResponse:
        """One request at a link's own door."""
        try:
            async with asyncio.timeout(self._settings.reply_timeout):
                reply = await self._hub.call_link(link, self._called(visit))
                return _response(reply, secure=self._secure(visit))
        except TimeoutError:
            raise _late() from None

    def stop(self) -> None:
        """Whoever waits hears that the hub stops; sessions end."""
        for caller in tuple(self._callers):
            caller.fail(CallerError("going-away", "the hub is stopping: try again"))
        for kept in self._kept.values():
            kept.seat.leave()
        self._kept.clear()

    async def _replied(self, seat: Seat, caller: Caller, called: Called) -> Reply:
        future = caller.expect(called.call)
        seat.receive(called)
        try:
            async with asyncio.timeout(self._settings.reply_timeout):
                return await future
        except TimeoutError:
            raise _late() from None

    def _called(self, visit: Visit) -> Called:
        request = visit.request
        return Called(
            call=self._hub.ids.new("call"),
            route=visit.route.name,
            method=request.method,
            at=self._hub.clock.now(),
            params=visit.params,
            query=dict(request.query),
            headers=headers_of(visit),
            cookies=dict(request.cookies),
            body=visit.body,
            origin=visit.origin,
        )

    def _seat(self, protocol: CtiProtocol, visit: Visit, *, passing: bool) -> tuple[Seat, Caller]:
        def keep(key: str) -> None:
            seat.keep()
            self._keep((protocol.name, key), seat, caller)

        caller = Caller(self._signing(visit), keep)
        self._callers.add(caller)
        session = protocol.session(visit.identity, self._hub.ids)
        seat = self._hub.seat(protocol, session, visit.identity, caller, passing=passing)
        caller.seated(seat)
        return seat, caller

    def _kept_for(self, protocol: CtiProtocol, key: str, visit: Visit) -> _Kept | None:
        """The session of this key. At a door for signed-in callers it begins with the first request."""
        place = (protocol.name, key)
        kept = self._kept.get(place)
        if kept is None or kept.seat.left:
            return (
                None
                if visit.route.anonymous
                else self._keep(place, *self._seat(protocol, visit, passing=False))
            )
        if not visit.route.anonymous:
            if kept.seat.owner != _subject(visit.identity):
                raise CallerError("not-allowed", "this session is somebody else's")
            kept.seat.identity = visit.identity
        kept.used = self._hub.clock.now()
        return kept

    def _keep(self, place: tuple[str, str], seat: Seat, caller: Caller) -> _Kept:
        older = self._kept.get(place)
        if older is not None and older.seat is not seat:
            older.caller.retire()
            if older.caller.idle:
                self._callers.discard(older.caller)
        kept = self._kept[place] = _Kept(seat, caller, self._hub.clock.now())
        self._look_later(place, kept)
        return kept

    def _secure(self, visit: Visit) -> bool:
        """Whether the caller came over HTTPS, here or at the proxy before us."""
        public = urlsplit(self._settings.public)
        if public.scheme == "https" and visit.request.host == public.netloc:
            return True
        trusted = visit.request.remote in self._settings.trusted_proxies
        return trusted and visit.request.headers.get("X-Forwarded-Proto", "") == "https"

    def _look_later(self, place: tuple[str, str], kept: _Kept) -> None:
        idle = int(self._settings.session_idle * 1000)

        def look() -> None:
            if self._kept.get(place) is not kept:
                return
            if kept.caller.idle and self._hub.clock.now() - kept.used >= idle:
                del self._kept[place]
                self._callers.discard(kept.caller)
                kept.seat.leave()
            else:
                self._look_later(place, kept)

        self._hub.clock.call_after(idle, look)


def _subject(identity: Identity | None) -> str:
    return identity.subject if identity is not None else ""


def _late() -> InternalError:
    return InternalError("timeout", "no answer in time: look what became of it before you repeat it")


def _response(reply: Reply, *, secure: bool) -> web.Response:
    response = web.Response(status=reply.status, headers={**GUARDED, **_titled(reply)}, body=reply.body)
    for cookie in reply.cookies:
        response.set_cookie(
            cookie.name,
            cookie.value,
            max_age=cookie.max_age,
            path=cookie.path,
            samesite=cookie.same_site,
            secure=secure if cookie.secure is None else cookie.secure,
            httponly=cookie.http_only,
        )
    return response


def _titled(reply: Reply) -> dict[str, str]:
    """The reply's headers, spelled so that they replace the guarding ones of the same name."""
    return {name.title(): value for name, value in reply.headers.items()}
