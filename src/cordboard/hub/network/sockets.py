"""One WebSocket of a link: opened, read, pinged, closed, each within its time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp

from cordboard.contract import Close, Closed, LinkFrame, Open, Opened, Received
from cordboard.hub.clock import Clock
from cordboard.hub.network.asking import host_of, retry_after
from cordboard.hub.network.client import Client, RedirectedError
from cordboard.hub.network.failures import EXPECTED, NetworkError, reason_of
from cordboard.hub.network.network import watched
from cordboard.hub.network.queues import Outgoing

_ABNORMAL = 1006
_TOO_LARGE = 1009
_GOING = 1001
_LEAVING_SECONDS = 1.0
"""How long a vendor is waited for when nobody wants the socket any more."""


async def converse(
    client: Client, effect: Open, outgoing: Outgoing, clock: Clock, feed: Callable[[LinkFrame], None]
) -> Closed:
    """Feed what comes until the socket is closed; that is the result."""
    settings = client.network.settings
    try:
        socket = await _opened(client, effect)
    except aiohttp.WSServerHandshakeError as error:
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        return Closed(
            channel=effect.channel,
            code=0,
            reason="handshake-refused",
            at=clock.now(),
            status=error.status,
            retry_after=retry_after(headers, clock.now()),
        )
    except RedirectedError as error:
        return Closed(
            channel=effect.channel, code=0, reason=error.reason, at=clock.now(), status=error.status
        )
    except (*EXPECTED, NetworkError) as error:
        # Our own time is what ends by a bare TimeoutError.
        reason = "connect-timeout" if type(error) is TimeoutError else reason_of(error)
        return Closed(channel=effect.channel, code=0, reason=reason, at=clock.now())
    watched(socket.get_extra_info("socket"), settings.ping_seconds)
    sender = asyncio.ensure_future(_pour(outgoing, socket, settings.silence_seconds))
    try:
        feed(Opened(channel=effect.channel, at=clock.now()))
        said = await _read(effect.channel, socket, clock, feed)
        if not sender.done() and outgoing.closing:
            await asyncio.wait((sender,))  # it is closing the socket, and waits for the vendor's good-bye
    finally:
        sender.cancel()
        if not socket.closed:
            await _left(socket)
    stuck = sender.done() and not sender.cancelled() and sender.result()
    code = socket.close_code or _ABNORMAL
    reason = "send-timeout" if stuck else said or _why(socket, code)
    return Closed(channel=effect.channel, code=code, reason=reason, at=clock.now())


async def _opened(client: Client, effect: Open) -> aiohttp.ClientWebSocketResponse:
    settings = client.network.settings
    session, trust, proxy = client.route(effect.url)
    async with (
        asyncio.timeout(settings.open_seconds),
        client.network.limits.place(host_of(effect.url)),
    ):
        return await session.ws_connect(
            effect.url,
            headers=dict(effect.headers),
            max_msg_size=settings.frame_bytes,
            compress=0,
            heartbeat=(settings.ping_seconds or None) if effect.ping else None,
            timeout=aiohttp.ClientWSTimeout(ws_close=settings.close_seconds),
            ssl=trust,
            proxy=proxy,
        )


async def _read(
    channel: str,
    socket: aiohttp.ClientWebSocketResponse,
    clock: Clock,
    feed: Callable[[LinkFrame], None],
) -> str:
    """Feed all data; the reason that the vendor gives for closing."""
    while True:
        message = await socket.receive()
        match message.type:
            case aiohttp.WSMsgType.TEXT | aiohttp.WSMsgType.BINARY:
                feed(Received(channel=channel, data=message.data, at=clock.now()))
            case aiohttp.WSMsgType.CLOSE:
                return str(message.extra or "")
            case aiohttp.WSMsgType.CLOSED | aiohttp.WSMsgType.CLOSING | aiohttp.WSMsgType.ERROR:
                return ""
            case _:
                pass


async def _pour(outgoing: Outgoing, socket: aiohttp.ClientWebSocketResponse, seconds: float) -> bool:
    """Send in order; whether the vendor stopped taking it."""
    while True:
        item = await outgoing.next()
        try:
            async with asyncio.timeout(seconds):
                match item:
                    case str():
                        await socket.send_str(item)
                    case bytes():
                        await socket.send_bytes(item)
                    case Close(code=code, reason=reason):
                        await socket.close(code=code, message=reason.encode())
                        return False
        except TimeoutError:
            await _left(socket)
            return True
        except (ConnectionError, aiohttp.ClientError):
            return False  # the reader sees the loss and tells it


async def _left(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Close what nobody wants any more: a vendor that does not say good-bye must not hold us."""
    try:
        async with asyncio.timeout(_LEAVING_SECONDS):
            await socket.close(code=_GOING)
    except (TimeoutError, OSError, aiohttp.ClientError):
        return


def _why(socket: aiohttp.ClientWebSocketResponse, code: int) -> str:
    """The reason that we give ourselves for an end without one."""
    error = socket.exception()
    if isinstance(error, aiohttp.ServerTimeoutError):
        return "heartbeat-lost"
    if code == _TOO_LARGE:
        return "too-large"
    if code == _ABNORMAL:
        return reason_of(error)
    return "bad-response" if isinstance(error, aiohttp.WebSocketError) else ""
