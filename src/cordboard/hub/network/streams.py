"""One TCP connection of a link, plain or with TLS, direct or through a proxy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from python_socks.async_.asyncio import Proxy

from cordboard.contract import Close, Closed, LinkFrame, Open, Opened, Received
from cordboard.hub.clock import Clock
from cordboard.hub.network.asking import host_of
from cordboard.hub.network.client import tunnelling
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


async def _opened(network: Network, url: str) -> Ends:
    # Links of the first days wrote `host:port`.
    parts = urlsplit(url if "://" in url else f"tcp://{url}")
    host, port = parts.hostname, parts.port
    if not host or not port or parts.scheme not in {"tcp", "tls"}:
        raise NetworkError("bad-address")
    settings = network.settings
    tls, name = (network.tls, host) if parts.scheme == "tls" else (None, None)
    proxy = network.proxies.of(parts.geturl())
    async with asyncio.timeout(settings.open_seconds), network.limits.place(host_of(parts.geturl())):
        async with asyncio.timeout(settings.connect_seconds):
            if not proxy:
                return await asyncio.open_connection(host, port, ssl=tls, server_hostname=name)
            tunnel = await Proxy.from_url(tunnelling(proxy), rdns=True).connect(
                host, port, timeout=settings.connect_seconds
            )
            return await asyncio.open_connection(sock=tunnel, ssl=tls, server_hostname=name)


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
