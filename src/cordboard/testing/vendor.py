"""The other end of a link in a test: the vendor's double, and the wire to it, which can be broken on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from msgspec.structs import replace

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
from cordboard.hub.clock import VirtualClock
from cordboard.hub.hub import Hub
from cordboard.model.ids import LinkId, Subject
from cordboard.model.state import SubjectState

ADDRESS = "http://vendor.test"
"""Where a double answers that is asked for no other address."""
CUT = 1006

Outward = Open | Send | Close | Request
"""What a link does to its vendor."""
Inward = Callable[[LinkFrame], None]


class Vendor(Protocol):
    """A vendor's double, in process. All of its time is `clock`'s."""

    @property
    def clock(self) -> VirtualClock:
        """The one clock of the test."""
        ...

    @property
    def settings(self) -> Mapping[str, object]:
        """Settings that the link needs to reach this very double, beside the suite's own."""
        ...

    async def open(self) -> None:
        """Begin the day."""
        ...

    async def close(self) -> None:
        """End it."""
        ...

    def plugged(self, hub: Hub, link: LinkId) -> None:
        """The hub that the link is plugged into, for a double that is reached through it."""
        ...

    async def settled(self) -> None:
        """Wait until all that was begun is done, and told."""
        ...

    def do(self, effect: Outward, feed: Inward) -> None:
        """Something comes in from the link: answer it by `feed`, now or later, never before this returns."""
        ...

    async def act(self, name: str, /, **params: object) -> dict[str, object]:
        """Something happens in the world, in the words of the simulated centre (`cordboard sim actions`)."""
        ...

    async def begin(self, story: str, *, pause: float = 0) -> None:
        """Begin to play one of the simulated centre's scenarios. `pause`: seconds between two steps."""
        ...

    async def over(self) -> bool:
        """Whether the story is at its end; `AssertionError` if it went otherwise than it should."""
        ...

    def truth(self) -> Mapping[Subject, SubjectState]:
        """What is so, for every subject."""
        ...


@runtime_checkable
class Housed(Protocol):
    """A double with a hub of its own, at which agents have pages whom no link serves."""

    @property
    def hub(self) -> Hub:
        """That hub."""
        ...


class Faults:
    """What is wrong with the wire. `carried` counts the frames that the link was given."""

    def __init__(self) -> None:
        self.carried = 0
        self.cut_at: int | None = None
        """Cut everything when so many frames were carried; once."""
        self.doubled = False
        """Each frame of a channel comes twice."""
        self.silent = False
        """Nothing comes any more, and nothing is closed: the network swallows it."""
        self.lose_replies = 0
        """So many of the next requests reach the vendor, and their replies are lost."""
        self.replace: bytes | None = None
        """The body of the next reply, in place of what the vendor said."""
        self.late = 0
        """Milliseconds by which all frames come late, in their order."""


class Wires:
    """The ways of one link, in memory: what `cordboard.hub.channels` is over the network."""

    def __init__(self, vendor: Vendor, faults: Faults, clock: VirtualClock, feed: Inward) -> None:
        self.used = False
        """Whether the link ever opened a channel or asked anything."""
        self._vendor = vendor
        self._faults = faults
        self._clock = clock
        self._feed = feed
        self._life = 0
        self._channels: dict[str, int] = {}
        self._requests: dict[str, int] = {}
        self._openings = 0

    def open(self, effect: Open) -> None:
        """Open a channel at the double."""
        self.used = True
        self._openings += 1
        number = self._channels[effect.channel] = self._openings
        self._vendor.do(effect, self._inward(lambda: self._channels.get(effect.channel) == number))

    def send(self, effect: Send) -> None:
        """Send to the double; on a channel that is not open, to nobody."""
        if effect.channel in self._channels and not self._faults.silent:
            data = effect.data
            text = data.decode() if isinstance(data, bytes) and effect.text else data
            self._vendor.do(Send(channel=effect.channel, data=text), _nowhere)

    def close_one(self, effect: Close) -> None:
        """Close a channel."""
        if effect.channel in self._channels:
            self._vendor.do(effect, _nowhere)
            self._end(effect.channel, effect.code, effect.reason)

    def request(self, effect: Request) -> None:
        """Ask the double."""
        self.used = True
        self._openings += 1
        number = self._requests[effect.name] = self._openings

        def wanted() -> bool:
            return self._requests.get(effect.name) == number

        inward = self._inward(wanted)

        def answered(frame: LinkFrame) -> None:
            if self._faults.lose_replies:
                self._faults.lose_replies -= 1
                frame = Failed(name=effect.name, reason="connection-lost", sent=True, at=self._clock.now())
            elif isinstance(frame, Replied) and self._faults.replace is not None:
                frame, self._faults.replace = replace(frame, data=self._faults.replace), None
            inward(frame)

        def patience() -> None:
            # The driver's own: it comes also where nothing else does.
            if wanted():
                del self._requests[effect.name]
                self._given(Failed(name=effect.name, reason="timeout", sent=True, at=self._clock.now()))

        self._clock.call_after(effect.timeout, patience)
        self._vendor.do(effect, answered)

    def cut(self) -> bool:
        """The network fails: all that is open is closed, all that is asked is lost. Whether there was anything."""
        had = bool(self._channels or self._requests)
        for channel in tuple(self._channels):
            self._vendor.do(Close(channel=channel, code=CUT), _nowhere)
            self._end(channel, CUT, "connection-lost")
        for name in tuple(self._requests):
            del self._requests[name]
            self._given(Failed(name=name, reason="connection-lost", sent=True, at=self._clock.now()))
        return had

    def inject(self, data: str | bytes) -> bool:
        """Let this come on every open channel; whether there is one."""
        for channel in tuple(self._channels):
            self._given(Received(channel=channel, data=data, at=self._clock.now()))
        return bool(self._channels)

    def drop(self) -> None:
        """The link is gone; nothing is fed to it any more."""
        self._life += 1
        for channel in tuple(self._channels):
            self._vendor.do(Close(channel=channel, code=1001), _nowhere)
        self._channels.clear()
        self._requests.clear()

    async def close(self) -> None:
        """The same for good."""
        self.drop()

    def _end(self, channel: str, code: int, reason: str) -> None:
        del self._channels[channel]
        self._given(Closed(channel=channel, code=code, reason=reason, at=self._clock.now()))

    def _inward(self, wanted: Callable[[], bool]) -> Inward:
        """A way in for frames, open as long as `wanted`."""

        def feed(frame: LinkFrame) -> None:
            if not wanted() or self._faults.silent:
                return
            match frame:
                case Closed(channel=channel):
                    del self._channels[channel]
                case Replied(name=name) | Failed(name=name):
                    del self._requests[name]
                case _:
                    pass
            self._given(frame)
            if self._faults.doubled and isinstance(frame, Received):
                self._given(frame)

        return feed

    def _given(self, frame: LinkFrame) -> None:
        """Feed soon: the link may be in the middle of its effects."""
        life = self._life

        def now() -> None:
            if life != self._life:
                return
            self._feed(frame)
            self._faults.carried += 1
            if self._faults.cut_at is not None and self._faults.carried >= self._faults.cut_at:
                self._faults.cut_at = None
                self.cut()

        if self._faults.late:
            self._clock.call_after(self._faults.late, now)
        else:
            asyncio.get_running_loop().call_soon(now)


def _nowhere(frame: LinkFrame) -> None:
    """What a closing or sending leads to comes by the way that opening made."""
    assert isinstance(frame, Opened | Received | Closed), frame
