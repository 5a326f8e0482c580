"""Ways through a proxy, by `CONNECT` or SOCKS. Only hubs that have one load this."""

from __future__ import annotations

import asyncio
import socket
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import aiohttp_socks
import python_socks
from aiohttp.client_proto import ResponseHandler
from python_socks.async_.asyncio import Proxy

from cordboard.hub.network.failures import NetworkError


def connector(proxy: str, **options: Any) -> aiohttp.TCPConnector:  # noqa: ANN401 - aiohttp's
    """What an aiohttp session goes through this proxy by."""
    return _Connector.from_url(_spelled(proxy), rdns=True, **options)


async def tunnel(proxy: str, host: str, port: int, seconds: float) -> socket.socket:
    """A connection to a host behind this proxy. `NetworkError` if the proxy is not there, or refuses."""
    try:
        return await Proxy.from_url(_spelled(proxy), rdns=True).connect(host, port, timeout=seconds)
    except _FAILURES as error:
        raise _failed(error) from None


class _Connector(aiohttp_socks.ProxyConnector):
    """The library's, with our words for its failures."""

    async def _connect_via_proxy(
        self,
        host: str,
        port: int,
        ssl: SSLContext | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        try:
            return await super()._connect_via_proxy(host, port, ssl, timeout)
        except _FAILURES as error:
            raise _failed(error) from None


_FAILURES = (python_socks.ProxyError, python_socks.ProxyConnectionError, python_socks.ProxyTimeoutError)


def _failed(error: Exception) -> NetworkError:
    if isinstance(error, python_socks.ProxyTimeoutError):
        return NetworkError("connect-timeout")
    return NetworkError(
        "proxy-failed" if isinstance(error, python_socks.ProxyConnectionError) else "proxy-refused"
    )


def _spelled(proxy: str) -> str:
    """A proxy's address as the library spells it. Names are looked up at the proxy in any case."""
    parts = urlsplit(proxy)
    return urlunsplit(parts._replace(scheme=parts.scheme.removesuffix("h").replace("socks4a", "socks4")))
