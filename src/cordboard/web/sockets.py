"""A page on a WebSocket. Frames are written to the transport when the turn of the loop is over: nobody ever waits for a page.

What a page does not take piles up in its transport's buffer; past a bound the page is closed as too slow, and comes back
with its position. `ws.send_str` would wait for a page that stopped reading, and whoever called it with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aiohttp import WSCloseCode, WSMsgType, web

from cordboard.contract import (
    Close,
    Closed,
    Closings,
    CtiProtocol,
    Opened,
    Received,
    Reply,
    Send,
    SignIn,
)
from cordboard.hub.hub import Hub
from cordboard.hub.seat import Seat
from cordboard.web.config import WebSettings
from cordboard.web.counts import Counts
from cordboard.web.doors import Visit, headers_of
from cordboard.web.limits import Bucket
from cordboard.web.outgoing import Outgoing
from cordboard.web.signing import Signing

GOING_AWAY = 4000
TOO_SLOW = 4001
TOKEN_INVALID = 4101
TOO_LARGE = 4203
GRACE = 3.0
"""Seconds that a page gets to take the rest and our close; then its connection is cut."""
_SLACK = 256 * 1024
"""A frame that much over the limit is still read, so that the page surely hears why it is closed."""


class Page:
    """One connected page: the outlet of its seat."""

    def __init__(
        self,
        hub: Hub,
        socket: _Socket,
        transport: asyncio.Transport,
        signing: Signing,
        outgoing: Outgoing,
        *,
        channel: str,
        backlog: int,
        too_slow: Callable[[], None],
        closing: Callable[[int], int],
    ) -> None:
        self._hub = hub
        self._socket = socket
        self._transport = transport
        self._signing = signing
        self._outgoing = outgoing
        self._channel = channel
        self._backlog = backlog
        self._allowed = backlog
        self._frames: list[bytes] = []
        """Of this turn of the loop."""
        self._waiting = 0
        """With these, what waits for the page."""
        self._too_slow = too_slow
        self._closing_code = closing
        self._seat: Seat | None = None
        self._ended = False
        self._closing: asyncio.Task[None] | None = None

    def seated(self, seat: Seat) -> None:
        """The seat, known once the session has begun."""
        self._seat = seat
        self._signing.seated(seat, lambda refused: self.end(TOKEN_INVALID, refused.code))
        if self._ended:
            self._leave(WSCloseCode.OK, "")

    @property
    def ended(self) -> bool:
        """Whether we have closed it."""
        return self._ended

    def send(self, effect: Send) -> None:
        """Put a frame on its way and go on."""
        if self._ended:
            return
        waiting = self._waiting
        if not self._frames:
            # The transport knows first that a wire was cut: the socket hears of it a turn of the loop later.
            if self._socket.closed or self._transport.is_closing():
                return
            waiting = self._transport.get_write_buffer_size()
        if waiting > self._allowed and self._frames:  # the wire has not been asked yet
            self.write()
            waiting = self._transport.get_write_buffer_size()
        if waiting > self._allowed:
            self._too_slow()
            self.end(TOO_SLOW, "too slow")
            return
        whole = self._outgoing.frame(effect)
        size = len(whole)
        # One large frame (a tail, a view) is no sign of slowness: the page gets the time to take it.
        self._allowed = max(self._allowed if waiting else 0, self._backlog + size)
        self._waiting = waiting + size
        if not self._frames:
            self._outgoing.soon(self)
        self._frames.append(whole)

    def write(self) -> None:
        """Write what was sent."""
        frames = self._frames
        if frames:
            self._frames = []
            if not (self._socket.closed or self._transport.is_closing()):
                self._transport.write(frames[0] if len(frames) == 1 else b"".join(frames))

    @property
    def full(self) -> bool:
        """Whether half of what may wait for the page waits already; if so by our own count, what was sent is written, and the wire asked."""
        if self._frames and self._waiting <= self._backlog // 2:
            return False
        self.write()
        return not self._ended and self._transport.get_write_buffer_size() > self._backlog // 2

    def reply(self, effect: Reply) -> None:
        """No request was made over a socket: nothing to answer."""

    def close(self, effect: Close) -> None:
        """Close the socket."""
        self.end(effect.code, effect.reason)

    def sign_in(self, effect: SignIn) -> None:
        """Check credentials."""
        self._signing.sign_in(effect)

    def sign_out(self) -> None:
        """End the login."""
        self._signing.sign_out()

    def end(self, code: int, reason: str) -> None:
        """Close the page; what is still in its buffer goes out first, if it takes it in time."""
        if self._ended:
            return
        self._ended = True
        self.write()
        code = self._closing_code(code)
        loop = asyncio.get_running_loop()
        loop.call_soon(self._leave, code, reason)
        self._closing = loop.create_task(self._close(code, reason))

    async def over(self, code: int, reason: str) -> None:
        """The socket is at its end, by whomever: the seat is left, the rest is out."""
        self._ended = True
        self._leave(code, reason)
        if self._closing is not None:
            await self._closing

    def _leave(self, code: int, reason: str) -> None:
        seat = self._seat
        if seat is not None and not seat.left:
            seat.receive(Closed(channel=self._channel, code=code, reason=reason, at=self._hub.clock.now()))
            seat.leave()

    async def _close(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(GRACE):
                await self._socket.close(code=code, message=reason.encode()[:120])
        except (TimeoutError, ConnectionError):
            if self._transport.get_write_buffer_size():
                self._transport.abort()
            else:
                self._transport.close()


class Sockets:
    """All connected pages."""

    def __init__(
        self, hub: Hub, settings: WebSettings, counts: Counts, signing: Callable[[Visit], Signing]
    ) -> None:
        self._hub = hub
        self._settings = settings
        self._counts = counts
        self._signing = signing
        self._outgoing = Outgoing()
        self._pages: set[Page] = set()

    async def serve(self, protocol: CtiProtocol, visit: Visit) -> web.StreamResponse:
        """One page, from its upgrade to its end."""
        closing = protocol.closing if isinstance(protocol, Closings) else _ours
        socket = _Socket(
            closing(TOO_LARGE),
            heartbeat=self._settings.heartbeat,
            compress=False,
            max_msg_size=visit.route.limit + _SLACK,
            timeout=2 * GRACE,
        )
        await socket.prepare(visit.request)
        transport = visit.request.transport
        if transport is None:
            return socket
        hub = self._hub
        channel = hub.ids.new("socket")
        page = Page(
            hub,
            socket,
            transport,
            self._signing(visit),
            self._outgoing,
            channel=channel,
            backlog=self._settings.backlog,
            too_slow=self._counts.slow,
            closing=closing,
        )
        self._pages.add(page)
        code, reason = int(WSCloseCode.ABNORMAL_CLOSURE), ""
        try:
            session = protocol.session(visit.identity, hub.ids)
            seat = hub.seat(protocol, session, visit.identity, page, full=lambda: page.full)
            page.seated(seat)
            seat.receive(
                Opened(
                    channel=channel,
                    at=hub.clock.now(),
                    route=visit.route.name,
                    params=visit.params,
                    query=dict(visit.request.query),
                    origin=visit.origin,
                    headers=headers_of(visit),
                    cookies=dict(visit.request.cookies),
                )
            )
            code, reason = await self._read(socket, page, seat, channel, visit.route.limit)
        finally:
            self._pages.discard(page)
            await page.over(code, reason)
        return socket

    async def stop(self) -> None:
        """Tell every page to come back later, and wait until they know or their time is up."""
        pages = tuple(self._pages)
        for page in pages:
            page.end(GOING_AWAY, "going away")
        await asyncio.gather(*(page.over(GOING_AWAY, "going away") for page in pages))

    async def _read(
        self, socket: _Socket, page: Page, seat: Seat, channel: str, limit: int
    ) -> tuple[int, str]:
        clock, time = self._hub.clock, asyncio.get_running_loop().time
        rate = self._settings.rate
        bucket = Bucket(rate.frames_per_second, rate.frames_burst, time())
        while True:
            message = await socket.receive()
            if message.type is WSMsgType.CLOSE:
                return message.data or WSCloseCode.OK, message.extra or ""
            if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                return socket.close_code or WSCloseCode.ABNORMAL_CLOSURE, ""
            data: str | bytes = message.data
            if len(data) > limit or (isinstance(data, str) and len(data.encode()) > limit):
                self._counts.refused("too-large")
                page.end(TOO_LARGE, "too large")
            if wait := bucket.pace(time()):
                await asyncio.sleep(wait)
            if not page.ended:
                seat.receive(Received(channel=channel, data=data, at=clock.now()))


def _ours(code: int) -> int:
    """The code as it is, for protocols that have none of their own."""
    return code


class _Socket(web.WebSocketResponse):
    """aiohttp's, but for the code with which a page hears that its frame was too large even to be read."""

    def __init__(
        self, too_large: int, *, heartbeat: float, compress: bool, max_msg_size: int, timeout: float
    ) -> None:
        super().__init__(heartbeat=heartbeat, compress=compress, max_msg_size=max_msg_size, timeout=timeout)
        self._too_large = too_large

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        """Close with this code."""
        if code == WSCloseCode.MESSAGE_TOO_BIG:
            code, message = self._too_large, b"too large"
        with suppress(ConnectionError):
            return await super().close(code=code, message=message, drain=drain)
        return True
