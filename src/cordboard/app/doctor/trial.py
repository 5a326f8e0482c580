"""A link logs in for real, in a hub of its own that keeps nothing: whether its credentials are accepted, and where its login leads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection

from cordboard.app import configured, installed_protocols
from cordboard.app.doctor import hosts
from cordboard.app.doctor.findings import Finding, fine, found, of_down
from cordboard.contract import Close, LinkFrame, Open, Request, Scope, Send
from cordboard.hub.channels import Channels
from cordboard.hub.clock import Clock, RandomIds, SystemClock
from cordboard.hub.driver import LinkStatus
from cordboard.hub.hub import Hub
from cordboard.hub.network.network import Network, Networks
from cordboard.model.errors import CordboardError
from cordboard.model.ids import LinkId
from cordboard.settings import LinkSettings, Settings, link_network, link_options
from cordboard.store.memory import MemoryStore

PATIENCE = 30.0
"""Seconds that a login may take."""
_LOOK_AGAIN = 0.05


async def tried(
    settings: Settings, link: LinkSettings, networks: Networks, known: Collection[hosts.Place]
) -> AsyncIterator[Finding]:
    """What became of it, and what is found at the hosts that it went to, but for the `known` ones. A vendor that allows one login an agent
    may end that of a running hub for it.
    """
    about, name = f"links.{link.name}", LinkId(link.name)
    scope = Scope(kind="agent" if link.agent else "tenant", link=name, agent=link.agent)
    gone_to: dict[hosts.Place, str] = {}
    try:
        network = networks.of(link_network(settings, link))
        hub = Hub(
            MemoryStore(),
            clock=SystemClock(),
            ids=RandomIds(),
            protocols=configured(installed_protocols(), settings),
        )

        def way(clock: Clock, feed: Callable[[LinkFrame], None]) -> _Noting:
            return _Noting(Channels(clock, feed, network), gone_to)

        await hub.start()
        try:
            await hub.add_link(name, link.protocol, link_options(link), scope, way)
            status = await _turned(hub, name)
        finally:
            await hub.stop()
    except CordboardError as error:
        yield found("settings-wrong", about, error.message)
        return
    if status.state == "up":
        yield fine(about, "it logged in")
    else:
        yield of_down(about, status.state, status.reason or f"it was not up within {PATIENCE:.0f} s")
    async for finding in _there(
        network, [url for place, url in gone_to.items() if place not in known], about
    ):
        yield finding


async def _there(network: Network, urls: Collection[str], about: str) -> AsyncIterator[Finding]:
    for url in urls:
        async for finding in hosts.of_host(network, url, about):
            yield finding


async def _turned(hub: Hub, name: LinkId) -> LinkStatus:
    """The link's state once it has one, or when patience is over."""
    for _ in range(round(PATIENCE / _LOOK_AGAIN)):
        if hub.links[name].state != "starting":
            break
        await asyncio.sleep(_LOOK_AGAIN)  # a hub's links tell nobody but its log how they are
    return hub.links[name]


class _Noting:
    """A link's way to its vendor, which notes where that leads."""

    def __init__(self, way: Channels, gone_to: dict[hosts.Place, str]) -> None:
        self._way = way
        self._gone_to = gone_to

    def open(self, effect: Open) -> None:
        """Open a channel."""
        if effect.kind != "bridge":
            self._note(effect.url)
        self._way.open(effect)

    def send(self, effect: Send) -> None:
        """Send on a channel."""
        self._way.send(effect)

    def close_one(self, effect: Close) -> None:
        """Close a channel."""
        self._way.close_one(effect)

    def request(self, effect: Request) -> None:
        """Do an HTTP request."""
        self._note(effect.url)
        self._way.request(effect)

    def drop(self) -> None:
        """End everything at once."""
        self._way.drop()

    async def close(self) -> None:
        """End everything and wait for it."""
        await self._way.close()

    def _note(self, url: str) -> None:
        if (place := hosts.place(url)) is not None:
            self._gone_to.setdefault(place, url)
