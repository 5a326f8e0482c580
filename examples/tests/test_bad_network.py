"""A link to another hub finds out that its wire is dead, and comes back, whatever goes wrong with it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from cordboard.app import App, running
from cordboard.model.ids import LinkId
from cordboard.settings import parsed
from cordboard.testing import FaultProxy, Trouble, random_troubles
from cordboard.testing.served import ServedCentre

CENTRE = LinkId("centre")


async def until(app: App, state: str) -> None:
    """Wait for the link."""
    for _ in range(3000):
        if app.hub.links[CENTRE].state == state:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(app.hub.links[CENTRE])


async def test_a_bad_day(
    served_centre: ServedCentre, fault_proxy: Callable[..., Awaitable[FaultProxy]], tmp_path: Path
) -> None:
    proxy = await fault_proxy(served_centre.url, tls=True)
    token = tmp_path / "token"
    token.write_text(served_centre.token("noor"))
    options = {"url": proxy.url, "token_file": str(token), "scopes": ["agent:noor"]}
    settings = parsed(
        {
            "data": str(tmp_path / "data"),
            "web": {"port": 0},
            "network": {"ca_file": str(proxy.ca_file), "ping_seconds": 0.5},
            "links": [{"name": CENTRE, "protocol": "native", "agent": "noor", "options": options}],
        }
    )
    async with running(settings) as app:
        await until(app, "up")
        await proxy.make(Trouble(kind="half-open"))
        await until(app, "down")
        assert app.hub.links[CENTRE].reason == "heartbeat-lost"
        for trouble in random_troubles(seed=3, count=5, longest=0.5):
            await proxy.make(trouble)
        proxy.heal()
        await until(app, "up")
