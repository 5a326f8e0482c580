"""A bad network in virtual time: what `FaultProxy` does on real sockets, between a link and its vendor's double in process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import assert_never
from urllib.parse import urlsplit

from msgspec.structs import replace

from cordboard.contract import (
    Close,
    Closed,
    Failed,
    LinkFrame,
    Open,
    Received,
    Replied,
    Request,
    Send,
)
from cordboard.hub.clock import VirtualClock
from cordboard.hub.hub import Hub
from cordboard.hub.network.asking import retry_after
from cordboard.model.ids import LinkId, Millis, Subject
from cordboard.model.state import SubjectState
from cordboard.testing.bad_way import Asked, Way, Wire
from cordboard.testing.proxy.troubles import KINDS, Kind, Trouble
from cordboard.testing.vendor import CUT, Housed, Inward, Outward, Vendor

_FLAWS: Mapping[str, str] = {
    "expired": "certificate-expired",
    "not-yet-valid": "certificate-expired",
    "wrong-host": "certificate-wrong-host",
    "untrusted": "certificate-untrusted",
}
_CONNECTING: Millis = 5_000
"""After which whoever connects to a mute vendor gives up."""
_BEHIND: Millis = 1_000
"""After which a frame that was to come behind its next comes all the same."""


class BadLine:
    """A vendor's double behind a line on which everything goes wrong that `make` is told, with the same `Trouble` as for `FaultProxy`.

    It is a `Vendor` itself, for `link_rig` or `LinkSuite.vendor`. What a vendor is to do that has forgotten a login, say, is `refuses`'
    business: it is asked before all else what becomes of a request. Of `throttle` each frame takes its time by its size.
    """

    def __init__(
        self,
        vendor: Vendor,
        *,
        refuses: Callable[[Request], Trouble | None] = lambda _: None,
        deaf: Callable[[str | bytes], bool] = lambda _: False,
        position: Callable[[], int] = lambda: 0,
    ) -> None:
        """`deaf`: frames of the vendor's that are lost. `position`: what is to be noted with each request."""
        self.vendor = vendor
        self.asked: list[Asked] = []
        """All requests, in order."""
        self.hosts: set[str] = set()
        """To which sockets were opened."""
        self.made: list[Trouble] = []
        self.met: Counter[str] = Counter()
        """How often something met each kind of trouble: what nothing met was none."""
        self.torn: list[Millis] = []
        """When a channel ended with something of the vendor's still on its way."""
        self._refuses = refuses
        self._deaf = deaf
        self._position = position
        self._channels: dict[str, Wire] = {}
        self._waiting: dict[str, Wire] = {}
        self._up = Way(self)
        self._down = Way(self)
        self._lasting: dict[str, int] = {}
        """What is wrong for a while: by kind, which making of it counts."""
        self._delay: Millis = 0
        self._rate = 0
        self._flaw = ""
        self._frames: list[str] = []
        self._rules: list[Trouble] = []
        self._behind: list[Callable[[], None]] = []

    # --- a vendor's double -------------------------------------------------------------------------------------------------

    @property
    def clock(self) -> VirtualClock:
        """The double's."""
        return self.vendor.clock

    @property
    def hub(self) -> Hub:
        """The double's, if it has one."""
        assert isinstance(self.vendor, Housed), "this double has no hub of its own"
        return self.vendor.hub

    @property
    def settings(self) -> Mapping[str, object]:
        """The double's."""
        return self.vendor.settings

    async def open(self) -> None:
        """Begin the day."""
        await self.vendor.open()

    async def close(self) -> None:
        """End it."""
        await self.vendor.close()

    def plugged(self, hub: Hub, link: LinkId) -> None:
        """As the double."""
        self.vendor.plugged(hub, link)

    async def settled(self) -> None:
        """As the double: what is held up on the line does not count."""
        await self.vendor.settled()

    async def act(self, name: str, /, **params: object) -> dict[str, object]:
        """Something happens at the double."""
        return await self.vendor.act(name, **params)

    async def begin(self, story: str, *, pause: float = 0) -> None:
        """As the double."""
        await self.vendor.begin(story, pause=pause)

    async def over(self) -> bool:
        """As the double."""
        return await self.vendor.over()

    def truth(self) -> Mapping[Subject, SubjectState]:
        """The double's."""
        return self.vendor.truth()

    # --- troubles ------------------------------------------------------------------------------------------------------------

    async def make(self, trouble: Trouble) -> None:
        """Let this go wrong from now on."""
        self.made.append(trouble)
        kind = trouble.kind
        match kind:
            case "cut" | "reset" | "half-open":
                self._end(dead=kind == "half-open", kind=kind)
            case "delay":
                self._delay = round(trouble.by * 1000)
            case "throttle":
                self._rate = trouble.rate
            case "duplicate" | "reorder":
                self._frames += [kind] * trouble.times
            case "answer" | "lose-answer" | "spoil-answer":
                self._rules += [trouble] * trouble.times
            case "certificate":
                self._flaw = trouble.flaw
            case "stall" | "refuse" | "mute":
                pass
            case "say":
                for channel, wire in self._channels.items():
                    self._told(
                        kind, wire, Received(channel=channel, data=trouble.body.decode(), at=self.clock.now())
                    )
            case "close":
                for channel, wire in tuple(self._channels.items()):
                    reason = trouble.body.decode()
                    self._told(kind, wire, self._closed(channel, trouble.status, reason))
            case _:
                assert_never(kind)
        if kind in ("stall", "delay", "throttle", "refuse", "mute", "certificate"):
            making = self._lasting[kind] = len(self.made)
            if trouble.seconds:
                self.clock.call_after(round(trouble.seconds * 1000), lambda: self._over(kind, making))

    def heal(self, *kinds: Kind) -> None:
        """Nothing of these kinds is wrong any more, or of any. Channels that are half open stay so."""
        meant = kinds or KINDS
        for kind in meant:
            self._over(kind, self._lasting.get(kind, 0))
        self._frames = [kind for kind in self._frames if kind not in meant]
        self._rules = [rule for rule in self._rules if rule.kind not in meant]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong, and nothing that was said is still on its way."""
        dead = any(wire.dead for wire in (*self._channels.values(), *self._waiting.values()))
        wrong = self._lasting or self._frames or self._rules or self._behind
        return not (dead or wrong or self._up.busy or self._down.busy)

    @property
    def stalled(self) -> bool:
        """Whether nothing passes."""
        return "stall" in self._lasting

    def takes(self, size: int) -> tuple[Millis, Millis]:
        """By how much so many bytes come later, and for how long they keep the way to themselves."""
        slow = size * 1000 // self._rate if self._rate else 0
        if self._delay:
            self.met["delay"] += 1
        if slow:
            self.met["throttle"] += 1
        return self._delay, slow

    def early(self) -> list[str]:
        """Requests that were made again before the time that a refusal of the same one had named."""
        found, until = [], dict[tuple[str, str, bytes], Millis]()
        for item in self.asked:
            key = item.method, item.path, item.body
            if item.at < until.get(key, 0):
                found.append(f"{item.method} {item.path} {until[key] - item.at} ms too early")
            until[key] = max(until.get(key, 0), item.until)
        return found

    # --- what passes -----------------------------------------------------------------------------------------------------------

    def do(self, effect: Outward, feed: Inward) -> None:
        """Take it to the double, if it comes through."""
        match effect:
            case Open():
                self._opening(effect, feed)
            case Request():
                self._asking(effect, feed)
            case Send(channel=channel, data=data):
                if channel in self._channels:
                    there = self._channels[channel]
                    self._up.carry(len(data), lambda: None if there.gone else self.vendor.do(effect, feed))
            case Close(channel=channel):
                wire = self._channels.pop(channel, None)
                if wire is not None and not wire.dead:
                    wire.over = True
                    self._tear()
                    self.vendor.do(effect, feed)

    def _opening(self, effect: Open, feed: Inward) -> None:
        channel, clock = effect.channel, self.clock

        def refused(reason: str, after: Millis = 5, **more: int | None) -> None:
            frame = Closed(channel=channel, code=0, reason=reason, at=clock.now(), **more)  # type: ignore[arg-type] # `status`, `retry_after`
            clock.call_after(after, lambda: feed(replace(frame, at=clock.now())))

        hindered = self._hindered()
        if hindered:
            refused(hindered, _CONNECTING if hindered == "connect-timeout" else 5)
            return
        rule = self._rule(urlsplit(effect.url).path)
        if rule is not None and rule.kind == "answer":
            refused("handshake-refused", status=rule.status, retry_after=self._after(rule))
            return
        if rule is not None:
            refused("connection-lost")
            return
        self.hosts.add(urlsplit(effect.url).netloc)
        wire = self._channels[channel] = Wire(feed)
        self.vendor.do(effect, lambda frame: self._heard(wire, frame))

    def _asking(self, effect: Request, feed: Inward) -> None:
        parts, clock = urlsplit(effect.url), self.clock
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        asked = Asked(at=clock.now(), method=effect.method, path=path, body=effect.body)
        self.asked.append(asked)

        def given(frame: LinkFrame) -> None:
            asked.reply = frame
            if isinstance(frame, Replied):
                asked.status = frame.status
                asked.until = frame.at + frame.retry_after if frame.retry_after else 0
            feed(frame)

        def failed(reason: str, after: Millis = 5, *, sent: bool) -> None:
            clock.call_after(
                after, lambda: given(Failed(name=effect.name, reason=reason, sent=sent, at=clock.now()))
            )

        hindered = self._hindered()
        if hindered:
            slow = hindered == "connect-timeout"
            failed(hindered, min(_CONNECTING, effect.timeout - 1) if slow else 5, sent=False)
            return
        trouble = self._refuses(effect) or self._rule(path)
        wire = self._waiting[effect.name] = Wire(given)

        def told(frame: LinkFrame) -> None:
            if self._waiting.get(effect.name) is wire:
                del self._waiting[effect.name]
            asked.seen = asked.seen[0], self._position()
            if trouble is not None and trouble.kind == "lose-answer":
                frame = Failed(name=effect.name, reason="connection-lost", sent=True, at=clock.now())
            elif trouble is not None:
                frame = self._said(effect.name, trouble)
            size = len(frame.data) if isinstance(frame, Replied) else 0
            self._down.carry(size, lambda: None if wire.gone else given(_now(frame, clock.now())))

        def arrived() -> None:
            if wire.over or wire.dead:
                return  # it was cut, or swallowed, on the way there
            asked.seen = self._position(), 0
            if trouble is not None and trouble.kind == "answer":
                clock.call_after(5, lambda: told(self._said(effect.name, trouble)))
                return
            asked.done, asked.arrived = True, self.clock.now()
            self.vendor.do(effect, told)

        self._up.carry(len(effect.body), arrived)

    def _heard(self, wire: Wire, frame: LinkFrame) -> None:
        """A frame of the vendor's on a channel."""
        if wire.gone or (isinstance(frame, Received) and self._deaf(frame.data)):
            return
        if not isinstance(frame, Received):
            self._passed(wire, frame)
            return
        how = self._frames.pop(0) if self._frames else ""
        if how:
            self.met[how] += 1
        if how == "reorder" and not self._behind:
            self._behind.append(lambda: self._passed(wire, frame))
            self.clock.call_after(_BEHIND, self._let_go)
            return
        for _ in range(2 if how == "duplicate" else 1):
            self._passed(wire, frame)
        self._let_go()

    def _passed(self, wire: Wire, frame: LinkFrame) -> None:
        def arrived() -> None:
            if wire.gone:
                return
            if isinstance(frame, Closed):
                wire.over = True
                if self._channels.get(frame.channel) is wire:
                    del self._channels[frame.channel]
            wire.feed(_now(frame, self.clock.now()))

        self._down.carry(len(frame.data) if isinstance(frame, Received) else 0, arrived)

    # --- private -----------------------------------------------------------------------------------------------------------------

    def _told(self, kind: str, wire: Wire, frame: LinkFrame) -> None:
        if not wire.dead:
            self.met[kind] += 1
            self._passed(wire, frame)

    def _closed(self, channel: str, code: int, reason: str = "connection-lost") -> Closed:
        """The double hears that the link has gone, and the link that the vendor has."""
        self.vendor.do(Close(channel=channel, code=code), lambda _: None)
        return Closed(channel=channel, code=code, reason=reason, at=self.clock.now())

    def _end(self, *, dead: bool, kind: str) -> None:
        """All that is open is over, or carries nothing any more."""
        self.met[kind] += len(self._channels) + len(self._waiting)
        self._tear()
        if dead:
            for wire in (*self._channels.values(), *self._waiting.values()):
                wire.dead = True
            self._waiting.clear()
            return
        channels, self._channels = self._channels, {}
        waiting, self._waiting = self._waiting, {}
        self._behind.clear()
        for channel, wire in channels.items():
            if not wire.gone:
                wire.over = True
                wire.feed(self._closed(channel, CUT))
        for name, wire in waiting.items():
            if not wire.gone:
                wire.over = True
                wire.feed(Failed(name=name, reason="connection-lost", sent=True, at=self.clock.now()))

    def _tear(self) -> None:
        if self._down.busy or self._behind:
            self.torn.append(self.clock.now())

    def _hindered(self) -> str:
        """Why nobody comes through to the vendor; empty if they do."""
        for kind, reason in (
            ("refuse", "connect-refused"),
            ("mute", "connect-timeout"),
            ("certificate", _FLAWS.get(self._flaw, "")),
        ):
            if kind in self._lasting:
                self.met[kind] += 1
                return reason
        return ""

    def _rule(self, path: str) -> Trouble | None:
        rule = next((item for item in self._rules if path.startswith(item.path)), None)
        if rule is not None:
            self._rules.remove(rule)
            self.met[rule.kind] += 1
        return rule

    def _said(self, name: str, trouble: Trouble) -> Replied:
        headers = {key.lower(): value for key, value in trouble.headers.items()}
        return Replied(
            name=name,
            status=trouble.status,
            headers=headers,
            data=trouble.body,
            at=self.clock.now(),
            retry_after=self._after(trouble),
        )

    def _after(self, trouble: Trouble) -> Millis | None:
        headers = {key.lower(): value for key, value in trouble.headers.items()}
        return retry_after(headers, self.clock.now())

    def _let_go(self) -> None:
        """What was to come behind its next has it before itself."""
        behind, self._behind = self._behind, []
        for pass_on in behind:
            pass_on()

    def _over(self, kind: str, making: int) -> None:
        if not making or self._lasting.get(kind) != making:
            return
        del self._lasting[kind]
        match kind:
            case "stall":
                self._up.go_on()
                self._down.go_on()
            case "delay":
                self._delay = 0
            case "throttle":
                self._rate = 0
            case "certificate":
                self._flaw = ""
            case _:
                pass


def _now(frame: LinkFrame, at: Millis) -> LinkFrame:
    """As it arrives."""
    return frame if frame.at == at else replace(frame, at=at)
