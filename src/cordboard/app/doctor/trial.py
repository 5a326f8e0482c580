"""A link logs in for real, in a hub of its own that keeps nothing: whether its credentials are accepted."""

from __future__ import annotations

import asyncio
from functools import partial

from cordboard.app import configured, installed_protocols
from cordboard.app.doctor.findings import Finding, fine, found
from cordboard.contract import Scope
from cordboard.hub.channels import Channels
from cordboard.hub.clock import RandomIds, SystemClock
from cordboard.hub.driver import LinkStatus
from cordboard.hub.hub import Hub
from cordboard.hub.network.network import Networks
from cordboard.model.errors import CordboardError
from cordboard.model.ids import LinkId
from cordboard.settings import LinkSettings, Settings, link_network, link_options
from cordboard.store.memory import MemoryStore

PATIENCE = 30.0
"""Seconds that a login may take."""
_LOOK_AGAIN = 0.05


async def tried(settings: Settings, link: LinkSettings, networks: Networks) -> Finding:
    """What became of it. A vendor that allows one login an agent may end that of a running hub for it."""
    about, name = f"links.{link.name}", LinkId(link.name)
    scope = Scope(kind="agent" if link.agent else "tenant", link=name, agent=link.agent)
    try:
        hub = Hub(
            MemoryStore(),
            clock=SystemClock(),
            ids=RandomIds(),
            protocols=configured(installed_protocols(), settings),
        )
        ways = partial(Channels, network=networks.of(link_network(settings, link)))
        await hub.start()
        try:
            await hub.add_link(name, link.protocol, link_options(link), scope, ways)
            status = await _turned(hub, name)
        finally:
            await hub.stop()
    except CordboardError as error:
        return found("settings-wrong", about, error.message)
    match status.state:
        case "up":
            return fine(about, "it logged in")
        case "login":
            return found("link-login", about, status.reason)
        case "gave-up":
            return found("link-gave-up", about, status.reason)
        case _:
            return found("link-down", about, status.reason or f"it was not up within {PATIENCE:.0f} s")


async def _turned(hub: Hub, name: LinkId) -> LinkStatus:
    """The link's state once it has one, or when patience is over."""
    for _ in range(round(PATIENCE / _LOOK_AGAIN)):
        if hub.links[name].state != "starting":
            break
        await asyncio.sleep(_LOOK_AGAIN)  # a hub's links tell nobody but its log how they are
    return hub.links[name]
