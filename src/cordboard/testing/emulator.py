"""A vendor's double for free: a protocol's own session end, on a hub with the simulated contact centre behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from cordboard.contract import (
    Close,
    Closed,
    Cookie,
    CtiProtocol,
    LinkFrame,
    Open,
    Opened,
    Received,
    Replied,
    Reply,
    Request,
    Send,
)
from cordboard.hub.clock import VirtualClock
from cordboard.hub.hub import Hub
from cordboard.model.errors import CordboardError
from cordboard.model.ids import LinkId, Subject
from cordboard.model.state import SubjectState
from cordboard.testing.centre import ContactCentre
from cordboard.testing.edge import Edge, Socket
from cordboard.testing.vendor import Inward, Outward


class Emulator:
    """What the link calls is answered by the session end, whatever host it names; the world is a `ContactCentre`."""

    settings: Mapping[str, object] = {}

    def __init__(self, protocol: CtiProtocol) -> None:
        self.centre = ContactCentre()
        self.edge = Edge(self.centre.hub, protocol)
        """The doors of the session end, for whoever else comes to them."""
        self._sockets: dict[str, Socket] = {}
        self._cookies: dict[str, str] = {}
        self._story = ""

    @property
    def hub(self) -> Hub:
        """The centre's, at which its agents' own pages are."""
        return self.centre.hub

    @property
    def clock(self) -> VirtualClock:
        """The centre's."""
        return self.centre.clock

    async def open(self) -> None:
        """Open for business."""
        await self.centre.__aenter__()

    async def close(self) -> None:
        """Close."""
        self.edge.leave()
        await self.centre.__aexit__(None, None, None)

    def plugged(self, hub: Hub, link: LinkId) -> None:
        """Nothing: the link comes to the doors by itself."""

    async def settled(self) -> None:
        """All that happened is told."""
        await self.centre.hub.settled()

    async def act(self, name: str, /, **params: object) -> dict[str, object]:
        """Something happens on the switch."""
        return await self.centre.act(name, **params)

    async def begin(self, story: str, *, pause: float = 0) -> None:
        """Begin one of the simulator's scenarios. `pause`: seconds between two steps."""
        await self.centre.begin(story, pause=pause)

    async def over(self) -> bool:
        """Whether it is over, and went as it should."""
        return await self.centre.over()

    def truth(self) -> Mapping[Subject, SubjectState]:
        """The centre's hub, which the simulator's own tests hold against the switch."""
        return self.centre.hub.states

    def do(self, effect: Outward, feed: Inward) -> None:
        """Take it to the doors of the session end."""
        match effect:
            case Open():
                asyncio.get_running_loop().call_soon(self._open, effect, feed)
            case Send(channel=channel, data=data):
                if channel in self._sockets:
                    self._sockets[channel].say(data)
            case Close(channel=channel, code=code, reason=reason):
                socket = self._sockets.pop(channel, None)
                if socket is not None:
                    socket.leave(code, reason)
            case Request():
                self._request(effect, feed)

    def _open(self, effect: Open, feed: Inward) -> None:
        channel = effect.channel
        here: list[Socket] = []

        def heard(sent: Send) -> None:
            data = sent.data.decode() if isinstance(sent.data, bytes) and sent.text else sent.data
            feed(Received(channel=channel, data=data, at=self.clock.now()))

        def over(code: int, reason: str) -> None:
            if here == [self._sockets.get(channel)]:  # not one that the link has opened since
                del self._sockets[channel]
            feed(Closed(channel=channel, code=code, reason=reason, at=self.clock.now()))

        feed(Opened(channel=channel, at=self.clock.now()))
        try:
            here.append(
                self.edge.socket(
                    _target(effect.url),
                    headers=effect.headers,
                    cookies={**self._cookies, **_named(effect.headers)},
                    heard=heard,
                    over=over,
                )
            )
            self._sockets[channel] = here[0]
        except CordboardError as error:
            feed(Closed(channel=channel, code=0, reason=error.code, at=self.clock.now()))

    def _request(self, effect: Request, feed: Inward) -> None:
        reply = self.edge.call(
            effect.method,
            _target(effect.url),
            headers=effect.headers,
            cookies={**self._cookies, **_named(effect.headers)},
            body=effect.body,
        )

        def answered(future: asyncio.Future[Reply]) -> None:
            if not future.cancelled():
                said = future.result()
                for cookie in said.cookies:
                    self._keep(cookie)
                feed(self._replied(effect.name, said))

        reply.add_done_callback(answered)

    def _replied(self, name: str, said: Reply) -> LinkFrame:
        headers = {key.lower(): value for key, value in said.headers.items()}
        return Replied(name=name, status=said.status, headers=headers, data=said.body, at=self.clock.now())

    def _keep(self, cookie: Cookie) -> None:
        if cookie.max_age == 0:
            self._cookies.pop(cookie.name, None)
        else:
            self._cookies[cookie.name] = cookie.value


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    """The cookies that the link sends by itself."""
    jar = SimpleCookie(next((value for name, value in headers.items() if name.lower() == "cookie"), ""))
    return {name: morsel.value for name, morsel in jar.items()}
