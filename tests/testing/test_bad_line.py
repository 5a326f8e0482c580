"""A bad network in virtual time: each trouble by itself before a vendor that does nothing wrong, and a bad day of a link of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from cordboard.contract import (
    REASONS,
    Close,
    Closed,
    Failed,
    LinkFrame,
    Open,
    Opened,
    Received,
    Replied,
    Request,
    Scope,
    Send,
)
from cordboard.hub.clock import VirtualClock
from cordboard.hub.hub import Hub
from cordboard.model.ids import LinkId, Subject
from cordboard.model.state import SubjectState
from cordboard.protocols import native
from cordboard.testing import BadLine, Emulator, Trouble, random_troubles
from cordboard.testing.proxy import KINDS, answer
from cordboard.testing.rig import likeness, link_rig
from cordboard.testing.vendor import ADDRESS, Inward, Outward

SOCKET = "ws"


class Counting:
    """A vendor that counts what it is asked, and says on its socket what it hears there."""

    settings: Mapping[str, object] = {}

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.asked: list[str] = []
        self.heard: list[str] = []
        self.closed: list[int] = []
        self._feed: Inward | None = None

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    def plugged(self, hub: Hub, link: LinkId) -> None: ...

    async def settled(self) -> None:
        await asyncio.sleep(0)

    async def act(self, name: str, /, **params: object) -> dict[str, object]:
        raise NotImplementedError

    async def begin(self, story: str, *, pause: float = 0) -> None:
        raise NotImplementedError

    async def over(self) -> bool:
        raise NotImplementedError

    def truth(self) -> Mapping[Subject, SubjectState]:
        return {}

    def do(self, effect: Outward, feed: Inward) -> None:
        loop, at = asyncio.get_running_loop(), self.clock.now()
        match effect:
            case Open(channel=channel):
                self._feed = feed
                loop.call_soon(feed, Opened(channel=channel, at=at))
            case Send(data=data):
                self.heard.append(str(data))
                assert self._feed is not None
                loop.call_soon(self._feed, Received(channel=SOCKET, data=data, at=at))
            case Close(code=code):
                self.closed.append(code)
            case Request(name=name, url=url):
                self.asked.append(url)
                data = str(len(self.asked)).encode()
                loop.call_soon(feed, Replied(name=name, status=200, headers={}, data=data, at=at))


class Link:
    """What a link would be told."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - of BadLine
        self.vendor = Counting()
        self.line = BadLine(self.vendor, **options)
        self.told: list[LinkFrame] = []

    async def open(self) -> None:
        self.line.do(Open(channel=SOCKET, kind="ws", url="wss://vendor.test/socket"), self.told.append)
        await self.passes()

    async def say(self, *texts: str) -> None:
        for text in texts:
            self.line.do(Send(channel=SOCKET, data=text), self.told.append)
            await self.passes()

    async def ask(self, path: str = "/count", name: str = "r") -> None:
        request = Request(name=name, method="POST", url=f"https://vendor.test{path}", timeout=8_000)
        self.line.do(request, self.told.append)
        await self.passes()

    async def passes(self, seconds: float = 0.01) -> None:
        await self.line.clock.advance(round(seconds * 1000))
        await self.line.settled()

    @property
    def heard(self) -> list[str]:
        return [str(frame.data) for frame in self.told if isinstance(frame, Received)]

    @property
    def last(self) -> Any:  # noqa: ANN401 - whichever frame
        return self.told[-1]


@pytest.fixture
async def link() -> Link:
    link = Link()
    await link.open()
    return link


async def test_nothing_goes_wrong_of_itself(link: Link) -> None:
    await link.say("a", "b")
    await link.ask()
    assert link.heard == ["a", "b"]
    assert link.last.status == 200
    assert link.line.sound
    (asked,) = link.line.asked
    assert (asked.method, asked.path, asked.done, asked.status) == ("POST", "/count", True, 200)
    assert link.line.hosts == {"vendor.test"}


async def test_answers_in_place_of_the_vendor_and_who_comes_too_early(link: Link) -> None:
    await link.line.make(answer(429, b"{}", retry_after=2, times=2, path="/count"))
    await link.ask("/other")
    assert link.last.status == 200
    await link.ask()
    assert (link.last.status, link.last.retry_after, link.last.data) == (429, 2_000, b"{}")
    await link.passes(1)
    assert not link.line.early()
    await link.ask()
    assert len(link.line.early()) == 1
    assert link.vendor.asked == ["https://vendor.test/other"]


async def test_an_answer_is_lost_or_spoilt_after_the_vendor_did_what_it_was_asked(link: Link) -> None:
    await link.line.make(Trouble(kind="lose-answer"))
    await link.ask()
    assert link.last == Failed(name="r", reason="connection-lost", sent=True, at=link.last.at)
    await link.line.make(Trouble(kind="spoil-answer", status=500, body=b"<html>"))
    await link.ask()
    assert (link.last.status, link.last.data) == (500, b"<html>")
    assert len(link.vendor.asked) == 2
    assert link.line.met == {"lose-answer": 1, "spoil-answer": 1}


@pytest.mark.parametrize("kind", ["cut", "reset"])
async def test_everything_that_is_open_ends(link: Link, kind: Any) -> None:  # noqa: ANN401 - a kind
    await link.line.make(Trouble(kind="stall"))
    await link.ask()
    await link.line.make(Trouble(kind=kind))
    link.line.heal()
    await link.passes()
    closed, failed = link.told[-2:]
    assert isinstance(closed, Closed)
    assert (closed.code, closed.reason) == (1006, "connection-lost")
    assert isinstance(failed, Failed)
    assert failed.sent
    assert not link.vendor.asked, "it was cut on the way there"
    assert link.vendor.closed == [1006]
    await link.open()
    await link.say("again")
    assert link.heard == ["again"]


async def test_half_open_channels_carry_nothing_and_new_ones_do(link: Link) -> None:
    await link.line.make(Trouble(kind="half-open"))
    await link.say("lost")
    assert not link.line.sound
    assert not link.vendor.heard
    assert not link.heard
    link.line.do(Close(channel=SOCKET), link.told.append)
    assert not link.vendor.closed, "the vendor hears of nothing"
    await link.open()
    await link.say("there")
    assert link.heard == ["there"]
    assert link.line.sound


async def test_frames_come_twice_or_in_another_order(link: Link) -> None:
    await link.line.make(Trouble(kind="duplicate"))
    await link.line.make(Trouble(kind="reorder"))
    await link.say("a", "b", "c", "d")
    assert link.heard == ["a", "a", "c", "b", "d"]
    await link.line.make(Trouble(kind="reorder"))
    await link.say("e")
    assert link.heard[-1] == "d"
    await link.passes(1)
    assert link.heard[-1] == "e", "nothing came after it"


async def test_what_lasts_is_over_by_itself_and_keeps_the_order(link: Link) -> None:
    await link.line.make(Trouble(kind="stall", seconds=2))
    await link.say("a", "b")
    assert not link.vendor.heard
    await link.passes(2)
    assert link.heard == ["a", "b"]
    await link.line.make(Trouble(kind="delay", seconds=1, by=0.8))
    await link.say("c")
    await link.passes(1)
    await link.say("d")
    assert link.heard == ["a", "b"], "half way"
    await link.passes(1)
    assert link.heard == ["a", "b", "c", "d"]
    await link.line.make(Trouble(kind="throttle", rate=10, seconds=10))
    await link.say("x" * 20)
    await link.passes(3)
    assert len(link.heard) == 4, "two seconds there, two back"
    await link.passes(2)
    assert len(link.heard) == 5
    await link.passes(10)
    assert link.line.sound


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Trouble(kind="refuse"), "connect-refused"),
        (Trouble(kind="mute"), "connect-timeout"),
        (Trouble(kind="certificate", flaw="untrusted"), "certificate-untrusted"),
        (Trouble(kind="certificate", flaw="not-yet-valid"), "certificate-expired"),
    ],
)
async def test_nobody_comes_through(link: Link, trouble: Trouble, reason: str) -> None:
    await link.line.make(trouble)
    await link.ask()
    await link.passes(8)
    assert isinstance(link.last, Failed)
    assert (link.last.reason, link.last.sent) == (reason, False)
    await link.open()
    await link.passes(8)
    assert isinstance(link.last, Closed)
    assert (link.last.code, link.last.reason) == (0, reason)
    assert reason in REASONS
    link.line.heal()
    await link.ask()
    assert link.last.status == 200


async def test_a_socket_is_refused_with_a_status(link: Link) -> None:
    await link.line.make(answer(503, retry_after=3, path="/socket"))
    await link.open()
    closed = link.last
    assert isinstance(closed, Closed)
    assert (closed.code, closed.reason, closed.status, closed.retry_after) == (
        0,
        "handshake-refused",
        503,
        3_000,
    )


async def test_the_vendor_says_what_it_never_said(link: Link) -> None:
    await link.line.make(Trouble(kind="say", body=b"boo"))
    await link.line.make(Trouble(kind="close", status=4001, body=b"gone"))
    await link.passes()
    assert link.heard == ["boo"]
    assert (link.last.code, link.last.reason) == (4001, "gone")
    assert link.vendor.closed == [4001]


async def test_a_vendor_that_has_forgotten_and_a_socket_that_is_deaf() -> None:
    link = Link(
        refuses=lambda request: answer(401) if "private" in request.url else None,
        deaf=lambda data: data == "b",
    )
    await link.open()
    await link.say("a", "b")
    await link.ask("/private")
    assert link.heard == ["a"]
    assert link.last.status == 401
    assert not link.vendor.asked


async def test_a_bad_day_of_the_native_link() -> None:
    line = BadLine(Emulator(native.protocol))
    scope = Scope(kind="tenant", link=LinkId("lk"))
    kinds = tuple(
        kind for kind in KINDS if kind not in ("reorder", "answer", "spoil-answer")
    )  # its frames are in order, or it is not
    async with link_rig(native.protocol, line, {"url": ADDRESS, "token": "tenant"}, scope) as rig:
        await line.act("log_on", agent="mia", state="ready")
        for number, trouble in enumerate(random_troubles(seed=11, count=60, kinds=kinds)):
            await line.make(trouble)
            if trouble.kind in ("refuse", "mute", "certificate"):
                await line.make(Trouble(kind="cut"))  # only who comes anew meets it
            made = await line.act("ring", to="8001", number=f"+4420794{number:05}")
            await rig.advance(1)
            await line.act("customer_hang_up", call=made["call"])
            await rig.advance(60)
            await rig.until_up()
            line.heal()
            await rig.settled()
            for subject, so in line.truth().items():
                assert likeness(rig.hub.states[subject]) == likeness(so), (trouble, subject)
        rig.tap.breaches.none()
    assert line.met.keys() >= {"cut", "half-open", "stall", "refuse", "mute", "duplicate"}
