"""Exchanges of several steps, written to be read straight down.

A script is a generator. It yields effects, which are done at once, and waits with the functions below, each of which is
given the frame that it waited for::

    def login(url: str) -> Steps[str]:
        reply = yield from requested(Request(name="login", method="POST", url=url))
        if isinstance(reply, Failed):
            return ""
        yield Wake(name="later", after=1000)
        ...

`Script` runs it: whoever owns it offers each frame, and does the effects that come out.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Generic, TypeAlias, TypeGuard, TypeVar

import msgspec

from cordboard.contract import (
    Closed,
    Failed,
    LinkEffect,
    LinkEffects,
    LinkFrame,
    Open,
    Opened,
    Received,
    Replied,
    Request,
    Wake,
    Woke,
)
from cordboard.model.ids import Millis

T = TypeVar("T")
F = TypeVar("F")


class Until(msgspec.Struct, frozen=True, kw_only=True):
    """What a waiting script yields: which frame it goes on with."""

    wanted: Callable[[LinkFrame], bool]


Steps: TypeAlias = Generator[LinkEffect | Until, LinkFrame | None, T]
"""A script that ends with a `T`."""


def until(wanted: Callable[[LinkFrame], TypeGuard[F]]) -> Steps[F]:
    """The next frame that is wanted."""
    frame = yield Until(wanted=wanted)
    if frame is None or not wanted(frame):
        raise AssertionError("a script was resumed with a frame that it did not want")
    return frame


def requested(request: Request) -> Steps[Replied | Failed]:
    """Make an HTTP request; what came of it."""
    yield request

    def wanted(frame: LinkFrame) -> TypeGuard[Replied | Failed]:
        return isinstance(frame, Replied | Failed) and frame.name == request.name

    return (yield from until(wanted))


def opened(effect: Open) -> Steps[Opened | Closed]:
    """Open a channel; whether it is open."""
    yield effect

    def wanted(frame: LinkFrame) -> TypeGuard[Opened | Closed]:
        return isinstance(frame, Opened | Closed) and frame.channel == effect.channel

    return (yield from until(wanted))


def received(channel: str) -> Steps[Received | Closed]:
    """The next frame on a channel, or its end."""

    def wanted(frame: LinkFrame) -> TypeGuard[Received | Closed]:
        return isinstance(frame, Received | Closed) and frame.channel == channel

    return (yield from until(wanted))


def paused(name: str, after: Millis) -> Steps[Woke]:
    """Wait for so many milliseconds, on the timer of this name."""
    yield Wake(name=name, after=after)

    def wanted(frame: LinkFrame) -> TypeGuard[Woke]:
        return isinstance(frame, Woke) and frame.name == name

    return (yield from until(wanted))


class Script(Generic[T]):
    """A running script. Frames that it does not wait for are not its own: `wants` tells."""

    def __init__(self, steps: Steps[T], ended: Callable[[T], LinkEffects]) -> None:
        """`ended` is given what the script returned, and says what to do then."""
        self._steps = steps
        self._ended = ended
        self._until: Until | None = None
        self.over = False

    def start(self) -> LinkEffects:
        """Run up to the first frame that is waited for."""
        return self._run(None)

    def wants(self, frame: LinkFrame) -> bool:
        """Whether the script waits for this frame."""
        return self._until is not None and self._until.wanted(frame)

    def receive(self, frame: LinkFrame) -> LinkEffects:
        """Go on with a wanted frame; one that is not wanted does nothing."""
        if self.wants(frame):
            self._until = None
            yield from self._run(frame)

    def stop(self) -> None:
        """Give the script up where it stands; its result is not asked for."""
        self._until = None
        self.over = True
        self._steps.close()

    def _run(self, frame: LinkFrame | None) -> LinkEffects:
        while not self.over:
            try:
                step = self._steps.send(frame)
            except StopIteration as end:
                self.over = True
                yield from self._ended(end.value)
                return
            frame = None
            if isinstance(step, Until):
                self._until = step
                return
            yield step
