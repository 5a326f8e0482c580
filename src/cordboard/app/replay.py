"""A recording as a link's vendor: its frames come again at the pace at which they came, or at another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cordboard.contract import Close, LinkFrame, Open, Request, Send
from cordboard.hub.hub import Ways
from cordboard.kit.recording import Heard, Recording, frame
from cordboard.model.ids import LinkId
from cordboard.settings import Settings, parsed

if TYPE_CHECKING:
    from cordboard.app import App
    from cordboard.hub.clock import Clock

LINK = LinkId("replay")
QUICK = 0.0
"""A pace without pauses."""


def replay_settings(folder: str, port: int, agent: str = "") -> Settings:
    """A hub without links, that signs in `agent` without a password."""
    return parsed(
        {"data": folder, "web": {"port": port}, "demo": {"agent": agent}, "log": {"level": "error"}}
    )


async def begun(app: App, recording: Recording) -> None:
    """Plug the recorded link in. `CallerError` if its protocol is not installed."""
    told = recording.provenance
    scope = replace(told.scope, link=LINK) if told.scope is not None else None
    await app.hub.add_link(LINK, told.protocol, told.settings, scope)


def replaying(recording: Recording, speed: float, over: Callable[[], None]) -> Ways:
    """Ways that play the recording to the first life of a link. `speed`: how many recorded seconds pass in a real one, `QUICK` for
    no pauses; `over` is called at the end.
    """
    frames = [
        told
        for step in recording.steps
        if isinstance(step, Heard) and isinstance(told := frame(step.frame), LinkFrame)
    ]
    return lambda clock, feed: _Replay(frames, speed, clock, feed, over)


class _Replay:
    """Nobody hears what the link sends: what was answered then comes anyway."""

    def __init__(
        self,
        frames: Sequence[LinkFrame],
        speed: float,
        clock: Clock,
        feed: Callable[[LinkFrame], None],
        over: Callable[[], None],
    ) -> None:
        self._frames = frames
        self._speed = speed
        self._clock = clock
        self._feed = feed
        self._over = over
        self._task: asyncio.Task[None] | None = None

    def open(self, effect: Open) -> None:
        """The first thing that a link wants begins the recording."""
        del effect
        self._begin()

    def request(self, effect: Request) -> None:
        """As `open`."""
        del effect
        self._begin()

    def send(self, effect: Send) -> None:
        """Nobody hears it."""

    def close_one(self, effect: Close) -> None:
        """Nobody minds."""

    def drop(self) -> None:
        """The link is gone: so is its recording."""
        if self._task is not None:
            self._task.cancel()

    async def close(self) -> None:
        """The same."""
        self.drop()

    def _begin(self) -> None:
        if self._task is None:
            self._task = asyncio.ensure_future(self._play())

    async def _play(self) -> None:
        at = self._frames[0].at if self._frames else 0
        for item in self._frames:
            if self._speed != QUICK:
                await asyncio.sleep(max(0, item.at - at) / 1000 / self._speed)
            else:
                await asyncio.sleep(0)
            at = item.at
            self._feed(replace(item, at=self._clock.now()))
        self._over()
