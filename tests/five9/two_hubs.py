"""Two hubs on this machine: one serves Five9 with the simulated contact centre behind it, the other is linked to it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from cordboard.app import App
from cordboard.contract import Called
from cordboard.model.ids import LinkId, agent_subject
from cordboard.settings import parsed
from tests.five9.gaps import picture

SIM, LINK = LinkId("sim"), LinkId("five9")
MIA = agent_subject("mia")
WORD = "northquay-1"
PATIENCE = 60.0


def hub(folder: Path, link: Mapping[str, object], port: int = 0, **network: Any) -> Any:  # noqa: ANN401 - settings
    """The settings of one of them."""
    return parsed(
        {
            "data": str(folder),
            "web": {
                "port": port,
                "rate": {"address_per_second": 0, "identity_per_second": 0, "login_per_minute": 0},
            },
            "log": {"level": "error"},
            "network": network,
            "links": [link],
        }
    )


async def act(near: App, name: str, **params: object) -> None:
    """Something happens at the switch, if it makes sense now."""
    body = msgspec.json.encode({"name": name, "params": params})
    called = Called(call="c", route="POST act", method="POST", at=0, body=body)
    reply = await near.hub.call_link(SIM, called)
    assert reply.status in (200, 409), reply
    await near.hub.settled()


def same(near: App, far: App) -> bool:
    """Whether the link is up, and shows the agent as the vendor has them."""
    shown = far.hub.states.get(MIA)
    up = far.hub.links[LINK].state == "up" and shown is not None
    return up and shown is not None and picture(near.hub.states[MIA], far=True) == picture(shown)


async def until_same(near: App, far: App) -> float:
    """Wait for it; how long that took."""
    await near.hub.settled()
    begun = asyncio.get_running_loop().time()
    pressed = 0.0
    while not same(near, far):
        took = asyncio.get_running_loop().time() - begun
        assert took < PATIENCE, (far.hub.links[LINK], near.hub.states[MIA], far.hub.states.get(MIA))
        if far.hub.links[LINK].state == "login" and took >= pressed and (driver := far.hub.driver(LINK)):
            driver.start()  # a person has looked
            pressed = took + 5
        await asyncio.sleep(0.02)
    return asyncio.get_running_loop().time() - begun
