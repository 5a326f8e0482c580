"""The links' way to their vendors: all channels and requests of one link over the network. Frames come back by `feed`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol, assert_never

import structlog

from cordboard.contract import Close, Closed, Failed, LinkFrame, Open, Opened, Request, Send
from cordboard.hub.network import sockets, streams
from cordboard.hub.network.asking import ask
from cordboard.hub.network.client import Client
from cordboard.hub.network.network import Network
from cordboard.hub.network.queues import Outgoing

if TYPE_CHECKING:
    from cordboard.hub.clock import Clock

_log = structlog.get_logger(__name__)


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

    def __init__(
        self, clock: Clock, feed: Callable[[LinkFrame], None], network: Network | None = None
    ) -> None:
        self._clock = clock
        self._feed = feed
        self._network = network or Network()
        self._client = Client(self._network)
        self._ways: dict[str, Outgoing] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._by_name: dict[str, asyncio.Task[None]] = {}

    def open(self, effect: Open) -> None:
        """Open a channel in the background."""
        match effect.kind:
            case "ws" | "tcp":
                self._begin(self._converse(effect), effect.channel)
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
            way.put(data.decode() if isinstance(data, bytes) and effect.text else data)

    def close_one(self, effect: Close) -> None:
        """Close a channel; `Closed` follows."""
        way = self._ways.get(effect.channel)
        if way is not None:
            way.put(effect)

    def request(self, effect: Request) -> None:
        """Do an HTTP request in the background."""
        self._begin(self._ask(effect), f"request:{effect.name}")

    def drop(self) -> None:
        """End everything at once; no frame tells of it."""
        for task in tuple(self._tasks):
            task.cancel()
        self._ways.clear()
        self._by_name.clear()
        self._client.forget()

    async def close(self) -> None:
        """End everything and wait for it."""
        tasks = tuple(self._tasks)
        self.drop()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.close()

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

    async def _absent(self, effect: Open) -> None:
        self._feed(Closed(channel=effect.channel, code=0, reason="bridge-absent", at=self._clock.now()))

    async def _converse(self, effect: Open) -> None:
        outgoing = Outgoing()
        opened = self._opening(effect.channel, outgoing)
        if effect.kind == "ws":
            closed = await sockets.converse(self._client, effect, outgoing, self._clock, opened)
        else:
            closed = await streams.converse(self._network, effect, outgoing, self._clock, opened)
        if self._ways.get(effect.channel) is outgoing:
            del self._ways[effect.channel]
        self._feed(closed)

    def _opening(self, channel: str, outgoing: Outgoing) -> Callable[[LinkFrame], None]:
        """Feeds, and lets the link send from the first frame (`Opened`) on."""

        def opened(frame: LinkFrame) -> None:
            if isinstance(frame, Opened):
                self._ways[channel] = outgoing
            self._feed(frame)

        return opened

    async def _ask(self, effect: Request) -> None:
        frame = await ask(self._client, effect, self._clock)
        if isinstance(frame, Failed):
            _log.debug("request-failed", request=effect.name, reason=frame.reason, sent=frame.sent)
        self._feed(frame)
