"""One page at a session in a test: what it says goes to the doors in memory, what it is told is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

import msgspec

from cordboard.contract import Reply, Send
from cordboard.model.ids import Millis
from cordboard.testing.edge import Edge, Socket


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The reply to a call. Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Say(msgspec.Struct, frozen=True, kw_only=True):
    """A request on the page's socket: text, bytes, or anything that is JSON."""

    data: object


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request over HTTP."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = {}
    body: bytes = b""


Ask = Say | Call
"""A request of a page, as its protocol documents it."""


class Visit:
    """A page of one agent. `told` is all that it was told, oldest first: frames as they came, and bodies of replies."""

    def __init__(
        self,
        edge: Edge,
        agent: str,
        *,
        settled: Callable[[], Awaitable[None]],
        advance: Callable[[Millis], Awaitable[None]],
    ) -> None:
        self.agent = agent
        self.user = agent
        self.secret = f"agent:{agent}"
        """A bearer's, for `SignIn` and ``Authorization``."""
        self.told: list[str | bytes] = []
        self.sent: list[Send] = []
        """The frames as the session gave them, before any wire."""
        self.cookies: dict[str, str] = {}
        self.closed: int | None = None
        """The code with which the session closed the page, if it did."""
        self._edge = edge
        self._settled = settled
        self._advance = advance
        self._socket: Socket | None = None

    async def open(
        self, path: str, *, headers: Mapping[str, str] | None = None, origin: str = "", **query: str
    ) -> None:
        """Connect a socket."""
        target = f"{path}?{urlencode(query)}" if query else path
        self._socket = self._edge.socket(
            target,
            headers=headers,
            cookies=dict(self.cookies),
            origin=origin,
            heard=self._heard,
            over=self._over,
        )
        await self._settled()

    def say(self, data: object) -> None:
        """Send a frame: text, bytes, or anything that is JSON."""
        assert self._socket is not None, "open a socket first"
        self._socket.say(data if isinstance(data, str | bytes) else json.dumps(data))

    def begin(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> asyncio.Future[Answer]:
        """Call, and wait for the reply another time."""
        target = f"{path}?{urlencode(query)}" if query else path
        reply = self._edge.call(method, target, headers=headers, cookies=dict(self.cookies), body=body)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def replied(future: asyncio.Future[Reply]) -> None:
            if not future.cancelled() and not answer.done():
                answer.set_result(self._kept(future.result()))

        reply.add_done_callback(replied)
        return answer

    async def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """Call, and let the test's clock run until the reply comes, a minute at most."""
        answer = self.begin(method, path, headers=headers, query=query, body=body)
        for _ in range(60):
            await self._settled()
            if answer.done():
                return answer.result()
            await self._advance(1_000)
        raise AssertionError(f"no reply to {method} {path} within a minute")

    async def ask(self, request: Ask) -> None:
        """Make a request of either kind, and let what it leads to happen."""
        match request:
            case Say(data=data):
                self.say(data)
            case Call(method=method, path=path, headers=headers, body=body):
                self.begin(method, path, headers=headers, body=body)
        await self._settled()

    async def settled(self) -> None:
        """Wait until all that was begun is done, and told."""
        await self._settled()

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        await self._advance(round(seconds * 1000))

    def leave(self) -> None:
        """The page is closed."""
        if self._socket is not None:
            self._socket.leave()

    def _heard(self, sent: Send) -> None:
        data = sent.data
        self.sent.append(sent)
        self.told.append(data.decode() if isinstance(data, bytes) and sent.text else data)

    def _over(self, code: int, reason: str) -> None:
        del reason
        self.closed = code

    def _kept(self, said: Reply) -> Answer:
        for cookie in said.cookies:
            if cookie.max_age == 0:
                self.cookies.pop(cookie.name, None)
            else:
                self.cookies[cookie.name] = cookie.value
        self.told.append(said.body)
        headers = {name.lower(): value for name, value in said.headers.items()}
        return Answer(status=said.status, headers=headers, body=said.body)
