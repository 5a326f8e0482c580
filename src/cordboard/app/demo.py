"""The demo: settings for one machine, and a caller who sees to it that the visitor's phone rings soon."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
import structlog

from cordboard.contract import Called
from cordboard.model.entities import Availability, Medium
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
_TALKS = ("dog-on-board", "move-a-booking")
_CHATS = (("+44 20 7946 0105", "lost-scarf"), ("+44 20 7946 0106", "where-is-my-ferry"))
_CAMPAIGN = "winter"
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


async def caller(app: App, *, voice_only: bool = False) -> None:
    """Whenever the visitor has been ready for a while and nobody called, let something ring. Runs until it is cancelled.

    A call comes first; then one with a chat beside it, for which the visitor is logged on; then a campaign's preview; and so on.
    With `voice_only` it is a call each time.
    """
    turn = 0
    idle = 0.0
    while True:
        await asyncio.sleep(1)
        idle = idle + 1 if _waits(app) else 0.0
        if idle >= RINGS_AFTER:
            idle = 0.0
            await (_ring(app, turn) if voice_only else _take_turn(app, turn))
            turn += 1


def _waits(app: App) -> bool:
    state = app.hub.state(agent_subject(AGENT))
    voice = voice_state(state) if state is not None else None
    return (
        state is not None
        and voice is not None
        and voice.state is Availability.READY
        and not any(contact.medium is Medium.VOICE for contact in state.contacts.values())
    )


async def _take_turn(app: App, turn: int) -> None:
    if turn % 3 == 2 and await _act(app, "offer_entry", campaign=_CAMPAIGN, agent=AGENT):  # noqa: PLR2004 - the third
        return
    await _ring(app, turn)
    if turn % 3 == 1:
        await _act(app, "log_on", agent=AGENT, medium="chat", state="ready")
        number, chat = _CHATS[turn % len(_CHATS)]
        await _act(app, "start_chat", number=number, to=f"agent:{AGENT}", dialogue=chat)


async def _ring(app: App, turn: int) -> None:
    number, talk = _CALLERS[turn % len(_CALLERS)], _TALKS[turn % len(_TALKS)]
    await _act(app, "ring", number=number, to=EXTENSION, dialogue=talk)


async def _act(app: App, name: str, **params: str) -> bool:
    """Tell the switch; whether it did it."""
    called = Called(
        call=app.hub.ids.new("call"),
        route="POST act",
        method="POST",
        at=app.hub.clock.now(),
        body=msgspec.json.encode({"name": name, "params": params}),
    )
    try:
        reply = await app.hub.call_link(LINK, called)
    except CordboardError as error:
        _log.warning("demo-caller-failed", code=error.code)
        return False
    return reply.status == HTTPStatus.OK
