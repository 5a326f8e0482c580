"""The HTTP client of one link: its cookies, its connections, direct and through a proxy."""

from __future__ import annotations

import socket
import ssl
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import aiohttp

from cordboard.hub.network.failures import NetworkError
from cordboard.hub.network.network import Network, watched

_WHOLE_SECONDS = 3600.0
"""aiohttp rounds time-outs from five seconds up to whole seconds; ours are as they are set."""


class Sent:
    """Whether a request may have reached the vendor."""

    __slots__ = ("any",)

    def __init__(self) -> None:
        self.any = False


class Route(NamedTuple):
    """The session to ask an address by, and what to tell it besides."""

    session: aiohttp.ClientSession
    trust: ssl.SSLContext | bool
    proxy: str | None = None


class Client:
    """Made when it is first used, on the loop. `forget` drops the cookies, `close` all."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        settings = network.settings
        self._jar: aiohttp.abc.AbstractCookieJar | None = None
        self._timeout = aiohttp.ClientTimeout(
            total=None,
            connect=settings.connect_seconds,  # with the name's look-up, which `sock_connect` leaves out
            sock_read=settings.silence_seconds,
            ceil_threshold=_WHOLE_SECONDS,
        )

    def route(self, url: str) -> Route:
        """What to ask an address by. `NetworkError` or `ValueError` if it is no address.

        A proxy tunnels all but plain HTTP, which an HTTP proxy is asked for itself.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https", "ws", "wss"} or not parts.hostname:
            raise NetworkError("bad-address")
        proxy = self.network.proxies.of(url)
        # Whom to trust is read when it is first needed.
        trust = self.network.tls if parts.scheme in {"https", "wss"} else True
        if not proxy:
            return Route(self._session(""), trust)
        if parts.scheme == "http" and proxy.startswith("http:"):
            return Route(self._session(""), trust, proxy)
        return Route(self._session(proxy), trust)

    def forget(self) -> None:
        """Drop the cookies: a fresh link logs in without its predecessor's."""
        if self._jar is not None:
            self._jar.clear()

    async def close(self) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    def _session(self, proxy: str) -> aiohttp.ClientSession:
        if (session := self._sessions.get(proxy)) is None:
            session = self._sessions[proxy] = self._made(proxy)
        return session

    def _made(self, proxy: str) -> aiohttp.ClientSession:
        settings = self.network.settings
        if self._jar is None:
            # `unsafe`: cookies of hosts that are named by address as well, back to that address alone.
            self._jar = aiohttp.CookieJar(unsafe=True) if settings.cookies else aiohttp.DummyCookieJar()
        tracing = aiohttp.TraceConfig()
        tracing.on_request_headers_sent.append(_noted)
        tracing.on_request_redirect.append(_refused)
        session = aiohttp.ClientSession(
            connector=self._connector(proxy),
            timeout=self._timeout,
            cookie_jar=self._jar,
            max_line_size=settings.header_bytes,
            max_field_size=settings.header_bytes,
            trace_configs=[tracing],
        )
        # aiohttp would repeat a PUT or DELETE by itself on a connection that was lost: only we say what is repeated.
        session._retry_connection = False  # noqa: SLF001 - there is no public way; a test holds it
        return session

    def _connector(self, proxy: str) -> aiohttp.TCPConnector:
        common: dict[str, Any] = {
            "limit": 0,
            "timeout_ceil_threshold": _WHOLE_SECONDS,
        }
        if not proxy:
            return aiohttp.TCPConnector(socket_factory=self._socket, **common)
        from cordboard.hub.network.tunnels import connector  # noqa: PLC0415 - only who has a proxy loads it

        return connector(self.network, proxy, **common)

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, _ = info
        made = socket.socket(family=family, type=kind, proto=protocol)
        watched(made, self.network.settings.ping_seconds)
        return made


async def _noted(
    session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestHeadersSentParams
) -> None:
    del session, params
    sent: Sent | None = context.trace_request_ctx
    if sent is not None:
        sent.any = True


async def _refused(
    session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestRedirectParams
) -> None:
    """Only the opening of a WebSocket comes here: requests are made without following."""
    del session, context
    raise RedirectedError(params.response.status)


class RedirectedError(NetworkError):
    """A WebSocket's opening was answered with a redirect."""

    def __init__(self, status: int) -> None:
        super().__init__("redirected")
        self.status = status
