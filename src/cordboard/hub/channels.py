"""The links' way to the network: WebSockets, TCP streams and HTTP, each with a time-out. Frames come back by `feed`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol, assert_never

import aiohttp

from cordboard.contract import (
    Close,
    Closed,
    Failed,
    LinkFrame,
    Open,
    Opened,
    Received,
    Replied,
    Request,
    Send,
)

if TYPE_CHECKING:
    from cordboard.hub.clock import Clock

CONNECT_SECONDS = 10
FRAME_LIMIT = 8 * 1024 * 1024
"""Largest frame that a vendor may send, in bytes."""
REPEATS = 2
"""How often a repeatable request is sent again when there was no answer."""


class Way(Protocol):
    """What carries a link's effects to its vendor, and frames back. What comes after a `drop` is not fed any more."""

    def open(self, effect: Open) -> None:
        """Open a channel."""
        ...

    def send(self, effect: Send) -> None:
        """Send on a channel, in order."""
        ...

    def close_one(self, effect: Close) -> None:
        """Close a channel; `Closed` follows."""
        ...

    def request(self, effect: Request) -> None:
        """Do an HTTP request; `Replied` or `Failed` follows."""
        ...

    def drop(self) -> None:
        """End everything at once; no frame tells of it."""
        ...

    async def close(self) -> None:
        """End everything and wait for it."""
        ...


class Channels:
    """All open channels and requests of one link. `drop` ends them at once and without a frame."""

    def __init__(self, clock: Clock, feed: Callable[[LinkFrame], None]) -> None:
        self._clock = clock
        self._feed = feed
        self._http: aiohttp.ClientSession | None = None
        self._ways: dict[str, asyncio.Queue[str | bytes | Close]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._by_name: dict[str, asyncio.Task[None]] = {}

    def open(self, effect: Open) -> None:
        """Open a channel in the background."""
        match effect.kind:
            case "ws":
                self._begin(self._socket(effect), effect.channel)
            case "tcp":
                self._begin(self._stream(effect), effect.channel)
            case "bridge":
                # No protocol of this hub has a bridge page; a link that asks for one hears so at once.
                self._begin(self._absent(effect), effect.channel)
            case _:
                assert_never(effect.kind)

    def send(self, effect: Send) -> None:
        """Send in order. On a channel that is not open the data is lost, as the link will learn by `Closed`."""
        way = self._ways.get(effect.channel)
        if way is not None:
            data = effect.data
            way.put_nowait(data.decode() if isinstance(data, bytes) and effect.text else data)

    def close_one(self, effect: Close) -> None:
        """Close a channel; `Closed` follows."""
        way = self._ways.get(effect.channel)
        if way is not None:
            way.put_nowait(effect)

    def request(self, effect: Request) -> None:
        """Do an HTTP request in the background."""
        self._begin(self._ask(effect), f"request:{effect.name}")

    def drop(self) -> None:
        """End everything at once; no frame tells of it."""
        for task in tuple(self._tasks):
            task.cancel()
        self._ways.clear()
        self._by_name.clear()
        if self._http is not None:
            self._http.cookie_jar.clear()  # a fresh link logs in without its predecessor's cookies

    async def close(self) -> None:
        """End everything and wait for it."""
        tasks = tuple(self._tasks)
        self.drop()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
            self._http = None

    # --- the workers -----------------------------------------------------------------------------------------------

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        older = self._by_name.get(name)
        if older is not None:
            older.cancel()
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        self._by_name[name] = task

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if self._by_name.get(name) is task:
                del self._by_name[name]

        task.add_done_callback(ended)

    def _client(self) -> aiohttp.ClientSession:
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
            self._http = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.CookieJar(unsafe=True))
        return self._http

    def _closed(self, channel: str, code: int, reason: str) -> None:
        self._ways.pop(channel, None)
        self._feed(Closed(channel=channel, code=code, reason=reason, at=self._clock.now()))

    async def _absent(self, effect: Open) -> None:
        self._closed(effect.channel, 0, "bridge-absent")

    async def _socket(self, effect: Open) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                socket = await self._client().ws_connect(
                    effect.url, headers=dict(effect.headers), max_msg_size=FRAME_LIMIT, compress=0
                )
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            self._closed(effect.channel, 0, _words(error))
            return
        way: asyncio.Queue[str | bytes | Close] = asyncio.Queue()
        self._ways[effect.channel] = way
        sender = asyncio.ensure_future(_pour(way, socket))
        try:
            self._feed(Opened(channel=effect.channel, at=self._clock.now()))
            async for message in socket:
                if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                    self._feed(Received(channel=effect.channel, data=message.data, at=self._clock.now()))
        finally:
            sender.cancel()
            if not socket.closed:
                # Cancelled by `drop`: a vendor that does not answer the close handshake must not hold us.
                await _quietly(socket.close(code=1001), seconds=1)
        self._closed(effect.channel, socket.close_code or 1006, _words(socket.exception()))

    async def _stream(self, effect: Open) -> None:
        host, _, port = effect.url.rpartition(":")
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await asyncio.open_connection(host.removeprefix("tcp://"), int(port))
        except (OSError, TimeoutError, ValueError) as error:
            self._closed(effect.channel, 0, _words(error))
            return
        way: asyncio.Queue[str | bytes | Close] = asyncio.Queue()
        self._ways[effect.channel] = way
        sender = asyncio.ensure_future(_pour_stream(way, writer))
        reason = ""
        try:
            self._feed(Opened(channel=effect.channel, at=self._clock.now()))
            while data := await reader.read(65536):
                self._feed(Received(channel=effect.channel, data=data, at=self._clock.now()))
        except OSError as error:
            reason = _words(error)
        finally:
            sender.cancel()
            writer.close()
        self._closed(effect.channel, 1006 if reason else 1000, reason)

    async def _ask(self, effect: Request) -> None:
        attempts = REPEATS + 1 if effect.repeatable else 1
        reason, sent = "", False
        for _ in range(attempts):
            try:
                async with asyncio.timeout(effect.timeout / 1000):
                    async with self._client().request(
                        effect.method,
                        effect.url,
                        headers=dict(effect.headers),
                        data=effect.body or None,
                        allow_redirects=False,
                    ) as answer:
                        data = await answer.read()
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                reason = _words(error)
                sent = sent or not isinstance(
                    error, aiohttp.ClientConnectorError | aiohttp.InvalidURL | ValueError
                )
                continue
            headers = {name.lower(): value for name, value in answer.headers.items()}
            self._feed(
                Replied(
                    name=effect.name, status=answer.status, headers=headers, data=data, at=self._clock.now()
                )
            )
            return
        self._feed(Failed(name=effect.name, reason=reason, sent=sent, at=self._clock.now()))


async def _pour(way: asyncio.Queue[str | bytes | Close], socket: aiohttp.ClientWebSocketResponse) -> None:
    while True:
        item = await way.get()
        try:
            match item:
                case str():
                    await socket.send_str(item)
                case bytes():
                    await socket.send_bytes(item)
                case Close(code=code, reason=reason):
                    await _quietly(socket.close(code=code, message=reason.encode()), seconds=5)
                    return
        except (ConnectionError, aiohttp.ClientError):
            return  # the reader sees the loss and tells it


async def _pour_stream(way: asyncio.Queue[str | bytes | Close], writer: asyncio.StreamWriter) -> None:
    while True:
        item = await way.get()
        if isinstance(item, Close):
            writer.close()
            return
        writer.write(item.encode() if isinstance(item, str) else item)
        try:
            await writer.drain()
        except OSError:
            return  # the reader sees the loss and tells it


async def _quietly(closing: Coroutine[Any, Any, object], *, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await closing
    except (TimeoutError, OSError, aiohttp.ClientError):
        return


def _words(error: BaseException | None) -> str:
    return f"{type(error).__name__}: {error}" if error is not None else ""
