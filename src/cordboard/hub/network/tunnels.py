"""Ways through a proxy, by `CONNECT` or SOCKS, the proxy itself reached with TLS or without. Only hubs that have one load this."""

from __future__ import annotations

import asyncio
from asyncio import sslproto
from ssl import SSLContext, SSLError
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import aiohttp_socks
import python_socks
from aiohttp.client_proto import ResponseHandler
from python_socks.async_.asyncio.v2 import Proxy

from cordboard.hub.network.failures import NetworkError
from cordboard.hub.network.network import Network

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def connector(network: Network, proxy: str, **options: Any) -> aiohttp.TCPConnector:  # noqa: ANN401 - aiohttp's
    """What an aiohttp session goes through this proxy by."""
    trust = network.tls if _secure(proxy) else None
    return _Connector.from_url(_spelled(proxy), rdns=True, proxy_ssl=trust, **options)


async def tunnel(network: Network, proxy: str, host: str, port: int, tls: SSLContext | None = None) -> Ends:
    """A connection to a host behind this proxy, with TLS where whom to trust is given. `NetworkError` if the proxy is not there, or refuses."""
    trust = network.tls if _secure(proxy) else None
    try:
        way = Proxy.from_url(_spelled(proxy), rdns=True, proxy_ssl=trust)
        stream = await way.connect(host, port, timeout=network.settings.connect_seconds)
    except _FAILURES as error:
        raise _failed(error) from None
    if tls is not None:
        _mend(stream.writer.transport)
        try:
            await stream.writer.start_tls(tls, server_hostname=host)
        except BaseException:  # a time-out as well: nobody else has a hold of it
            stream.writer.transport.abort()
            raise
    return stream.reader, stream.writer


class _Connector(aiohttp_socks.ProxyConnector):
    """The library's, with our words for its failures: those of the proxy are told from those of whom it leads to."""

    async def _connect_via_proxy(
        self,
        host: str,
        port: int,
        ssl: SSLContext | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        try:
            transport, handler = await super()._connect_via_proxy(host, port, None, timeout)
        except _FAILURES as error:
            raise _failed(error) from None
        if ssl is None:
            return transport, handler
        _mend(transport)
        try:
            loop = asyncio.get_running_loop()
            secured = await loop.start_tls(transport, handler, ssl, server_hostname=host)
        except BaseException:  # as above
            transport.abort()
            raise
        if secured is None:
            raise NetworkError("connection-lost")
        handler.connection_made(secured)
        return secured, handler


def _mend(transport: asyncio.BaseTransport) -> None:
    """TLS within TLS that fails its handshake: asyncio before Python 3.11.8 and 3.12.2 ends the outer one with an argument that it does
    not take, and whoever waits is never told (CPython's issue 113214). uvloop has no such fault.
    """
    if isinstance(transport, sslproto._SSLProtocolTransport):  # noqa: SLF001 - as said above
        transport.__dict__["_force_close"] = lambda _: transport.abort()


_FAILURES = (
    python_socks.ProxyError,
    python_socks.ProxyConnectionError,
    python_socks.ProxyTimeoutError,
    SSLError,  # until the tunnel stands it can only be the proxy's
)


def _failed(error: Exception) -> NetworkError:
    match error:
        case python_socks.ProxyTimeoutError():
            return NetworkError("connect-timeout")
        case python_socks.ProxyError():
            return NetworkError("proxy-refused")
        case _:
            return NetworkError("proxy-failed")


def _secure(proxy: str) -> bool:
    return proxy.startswith("https:")


def _spelled(proxy: str) -> str:
    """A proxy's address as the library spells it. Names are looked up at the proxy in any case."""
    parts = urlsplit(proxy)
    scheme = (
        "http" if parts.scheme == "https" else parts.scheme.removesuffix("h").replace("socks4a", "socks4")
    )
    return urlunsplit(parts._replace(scheme=scheme))
