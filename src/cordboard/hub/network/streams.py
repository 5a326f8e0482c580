"""One TCP connection of a link, plain or with TLS, direct or through a proxy."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

from cordboard.contract import Close, Closed, LinkFrame, Open, Opened, Received
from cordboard.hub.clock import Clock
from cordboard.hub.network.asking import host_of
from cordboard.hub.network.failures import EXPECTED, NetworkError, reason_of
from cordboard.hub.network.network import Network, watched
from cordboard.hub.network.queues import Outgoing

CHUNK = 65_536
_NORMAL, _ABNORMAL = 1000, 1006

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def converse(
    network: Network, effect: Open, outgoing: Outgoing, clock: Clock, feed: Callable[[LinkFrame], None]
) -> Closed:
    """Feed what comes until the connection is closed; that is the result. The codes are those of a WebSocket."""
    try:
        reader, writer = await _opened(network, effect.url)
    except (*EXPECTED, NetworkError) as error:
        reason = "connect-timeout" if type(error) is TimeoutError else reason_of(error)
        return Closed(channel=effect.channel, code=0, reason=reason, at=clock.now())
    watched(writer.get_extra_info("socket"), network.settings.ping_seconds)
    sender = asyncio.ensure_future(_pour(outgoing, writer, network.settings.silence_seconds))
    reason = ""
    try:
        feed(Opened(channel=effect.channel, at=clock.now()))
        while data := await reader.read(CHUNK):
            feed(Received(channel=effect.channel, data=data, at=clock.now()))
    except OSError as error:
        reason = reason_of(error)
    finally:
        sender.cancel()
        writer.close()
    if sender.done() and not sender.cancelled() and sender.result():
        reason = "send-timeout"
    return Closed(
        channel=effect.channel, code=_ABNORMAL if reason else _NORMAL, reason=reason, at=clock.now()
    )


async def connection(
    network: Network, host: str, port: int, *, secure: bool, trust: ssl.SSLContext | None = None
) -> Ends:
    """A connection on this network's way: by its proxy, with its time-out and, where it is `secure`, with its trust (or this one)."""
    tls, name = (trust or network.tls, host) if secure else (None, None)
    proxy = network.proxies.of(f"{'tls' if secure else 'tcp'}://{_written(host)}:{port}")
    async with asyncio.timeout(network.settings.connect_seconds):
        if not proxy:
            return await asyncio.open_connection(host, port, ssl=tls, server_hostname=name)
        from cordboard.hub.network.tunnels import tunnel  # noqa: PLC0415 - only who has a proxy loads it

        return await tunnel(network, proxy, host, port, tls)


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def _opened(network: Network, url: str) -> Ends:
    # Links of the first days wrote `host:port`.
    parts = urlsplit(url if "://" in url else f"tcp://{url}")
    host, port = parts.hostname, parts.port
    if not host or not port or parts.scheme not in {"tcp", "tls"}:
        raise NetworkError("bad-address")
    async with (
        asyncio.timeout(network.settings.open_seconds),
        network.limits.place(host_of(parts.geturl())),
    ):
        return await connection(network, host, port, secure=parts.scheme == "tls")


async def _pour(outgoing: Outgoing, writer: asyncio.StreamWriter, seconds: float) -> bool:
    """Send in order; whether the vendor stopped taking it."""
    while True:
        item = await outgoing.next()
        if isinstance(item, Close):
            writer.close()
            return False
        writer.write(item.encode() if isinstance(item, str) else item)
        try:
            async with asyncio.timeout(seconds):
                await writer.drain()
        except TimeoutError:
            writer.transport.abort()
            return True
        except OSError:
            return False  # the reader sees the loss and tells it
