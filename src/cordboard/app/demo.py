"""The demo: settings for one machine, and a caller who sees to it that the visitor's phone rings soon."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import structlog

from cordboard.contract import Called
from cordboard.model.entities import Availability
from cordboard.model.errors import CordboardError
from cordboard.model.ids import LinkId, agent_subject
from cordboard.model.state import voice_state
from cordboard.settings import Settings, parsed

if TYPE_CHECKING:
    from cordboard.app import App

AGENT = "mia"
LINK = LinkId("sim")
EXTENSION = "2001"
RECORD = 5000
RINGS_AFTER = 4.0
"""Seconds that the visitor is ready before somebody calls, if nobody else does."""

_CALLERS = ("+44 20 7946 0101", "+44 20 7946 0102", "+44 20 7946 0103")
_log = structlog.get_logger(__name__)


def demo_settings(data: str, port: int, *, people: bool) -> Settings:
    """A hub with the simulated contact centre, that signs in the visitor without a password from this machine."""
    return parsed(
        {
            "data": data,
            "web": {"port": port},
            "demo": {"agent": AGENT},
            "hub": {"record": RECORD},
            "log": {"level": "warning"},
            "links": [{"name": LINK, "protocol": "simulator", "options": {"people": people}}],
        }
    )


async def caller(app: App) -> None:
    """Whenever the visitor has been ready for a while and nobody called, ring them. Runs until it is cancelled."""
    rung = 0
    idle = 0.0
    while True:
        await asyncio.sleep(1)
        idle = idle + 1 if _waits(app) else 0.0
        if idle >= RINGS_AFTER:
            idle = 0.0
            await _ring(app, _CALLERS[rung % len(_CALLERS)])
            rung += 1


def _waits(app: App) -> bool:
    state = app.hub.state(agent_subject(AGENT))
    voice = voice_state(state) if state is not None else None
    return (
        state is not None and voice is not None and voice.state is Availability.READY and not state.contacts
    )


async def _ring(app: App, number: str) -> None:
    params = {"number": number, "to": EXTENSION}
    called = Called(
        call=app.hub.ids.new("call"),
        route="POST act",
        method="POST",
        at=app.hub.clock.now(),
        body=msgspec.json.encode({"name": "ring", "params": params}),
    )
    try:
        await app.hub.call_link(LINK, called)
    except CordboardError as error:
        _log.warning("demo-caller-failed", code=error.code)
