"""A Five9 with bad days: our session end behind a line on which everything happens that can, from a seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from cordboard.contract import (
    Close,
    Closed,
    CtiProtocol,
    Failed,
    LinkFrame,
    Open,
    Received,
    Replied,
    Request,
    Send,
)
from cordboard.protocols.five9 import wire, words as w
from cordboard.testing import Emulator
from cordboard.testing.vendor import Inward, Outward

CHANNEL = "five9"
METADATA = {
    "freedomUrl": "https://vendor.test",
    "dataCenters": [
        {"name": "Other", "active": True, "apiUrls": [{"host": "other.vendor.test", "port": "443"}]}
    ],
}


class RoughVendor(Emulator):
    """`refuse`: what becomes of the next requests. `requests`: all that were made, by what they asked for."""

    def __init__(self, protocol: CtiProtocol) -> None:
        super().__init__(protocol)
        self.refuse: list[str] = []
        self.requests: list[str] = []
        """Those that were let through."""
        self.logins = 0
        self.expired = False
        self.doubled = 0
        self.swapped = 0
        self.stalled_until = 0
        self.muted = False
        self.hosts: set[str] = set()
        self._held: Callable[[], None] | None = None
        self._feed: Inward | None = None

    # --- what happens on purpose ------------------------------------------------------------------------------------------

    def say(self, event: int, reason: str | None = None, payload: object = None) -> bool:
        """A frame of the vendor's own; whether there is a socket."""
        if self._feed is None:
            return False
        now = self.clock.now()
        data = wire.frame(wire.Context(event_id=str(event), event_reason=reason, time_stamp=now), payload)
        self._feed(Received(channel=CHANNEL, data=data.decode(), at=now))
        return True

    def hang_up(self, code: int, reason: str = "") -> None:
        """Close the socket."""
        feed, self._feed = self._feed, None
        if feed is not None:
            super().do(Close(channel=CHANNEL, code=code), _nowhere)
            feed(Closed(channel=CHANNEL, code=code, reason=reason, at=self.clock.now()))

    # --- the line ----------------------------------------------------------------------------------------------------------

    def do(self, effect: Outward, feed: Inward) -> None:
        match effect:
            case Open():
                self.muted = False
                self._held = None
                self._feed = feed
                self.hosts.add(effect.url.split("/")[2])
                super().do(effect, self._frames(feed))
            case Request():
                self._asked(effect, feed)
            case Close(channel="five9"):
                self._feed = None
                super().do(effect, feed)
            case Send() | Close():
                super().do(effect, feed)

    def _asked(self, effect: Request, feed: Inward) -> None:
        path = effect.url.split("/rs/svc", 1)[-1]
        login = path.startswith("/auth/login")
        if login:
            self.logins += 1
            self.expired = False
        how = self.refuse.pop(0) if self.refuse and not login else ""
        if self.expired:
            how = "401"
        refusal = _refusal(effect.name, how, self.clock.now())
        if refusal is not None:
            self.clock.call_after(5, lambda: self._timely(refusal, feed))
            return
        self.requests.append(f"{effect.method} {path}")

        def answered(frame: LinkFrame) -> None:
            if isinstance(frame, Replied) and how == "500-after":
                frame = replace(frame, status=500, data=b"<html>Internal Server Error</html>")
            elif isinstance(frame, Replied) and how == "bad-json":
                frame = replace(frame, data=b'{"unfinished": [')
            elif isinstance(frame, Replied) and how == "lost":
                frame = Failed(name=effect.name, reason="reset", sent=True, at=self.clock.now())
            self._timely(frame, feed)

        super().do(effect, answered)

    def _frames(self, feed: Inward) -> Inward:
        def heard(frame: LinkFrame) -> None:
            if not isinstance(frame, Received):
                self._timely(frame, feed)
                return
            if self.muted and b'"1202"' not in _bytes(frame.data):
                return
            if self._held is not None:
                held, self._held = self._held, None
                self._timely(frame, feed)
                held()
            elif self.swapped:
                self.swapped -= 1
                self._held = lambda: self._timely(frame, feed)
                self.clock.call_after(1_000, self._let_go)
            else:
                self._timely(frame, feed)
            if self.doubled:
                self.doubled -= 1
                self._timely(frame, feed)

        return heard

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held()

    def _timely(self, frame: LinkFrame, feed: Inward) -> None:
        """Now, or when the line moves again; in order."""
        now = self.clock.now()
        if now < self.stalled_until:
            self.clock.call_after(self.stalled_until - now, lambda: feed(frame))
        else:
            feed(frame)


def _refusal(name: str, how: str, at: int) -> Replied | None:
    """An answer for which nothing was done."""

    def told(
        status: int,
        code: int = 0,
        context: dict[str, Any] | None = None,
        message: str = "",
        after: int | None = None,
    ) -> Replied:
        detail = {"timestamp": at, "errorCode": code or status, "message": message, "context": context or {}}
        body = msgspec.json.encode({"five9ExceptionDetail": detail})
        return Replied(name=name, status=status, headers={}, data=body, at=at, retry_after=after)

    match how:
        case "401":
            return told(401, message=w.LOGGED_OUT_TEXT)
        case "429":
            return told(429, after=2_000)
        case "435":
            return told(435, 3, {"contextCode": "LOGIN"}, "Improper agent login state")
        case "435-moved":
            return told(435, 5001, {"farmId": "150"}, "Service migrated")
        case "503":
            return told(503, after=1_000)
        case "500":
            return Replied(name=name, status=500, headers={}, data=b"<html>", at=at)
        case _:
            return None


def _bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data


def _nowhere(frame: LinkFrame) -> None:
    """Nobody listens any more."""
