"""A page at a native session, without a socket: what it says goes in, what it is told comes out."""

from __future__ import annotations

import msgspec

from cordboard.contract import (
    Cancel,
    Close,
    Closed,
    Identified,
    Identity,
    Opened,
    Received,
    Send,
    SessionEffect,
    SessionEffects,
    SignIn,
    Wake,
    Woke,
)
from cordboard.model.ids import Millis
from cordboard.protocols.native import wire
from cordboard.protocols.native.session import NativeSession

ANN = Identity(subject="ann", agent="ann", scopes=frozenset({"agent:ann"}), expires=1_000_000)


class Page:
    """Sorts the session's effects: `told` are messages, `effects` all the rest, `timers` those running."""

    def __init__(self, *, identity: Identity | None = ANN) -> None:
        self.session = NativeSession(None)
        self.now: Millis = 1000
        self.told: list[wire.ServerMessage] = []
        self.effects: list[SessionEffect] = []
        self.timers: dict[str, Millis] = {}
        self.closed: Close | None = None
        self.run(self.session.start(self.now))
        self.run(self.session.receive(Opened(channel="page", at=self.now)))
        if identity is not None:
            self.say(wire.Hello(token="good"))
            self.identified(identity)
            self.told.clear()
            self.effects.clear()

    def run(self, effects: SessionEffects) -> None:
        for effect in effects:
            assert self.closed is None, "nothing may follow a close"
            match effect:
                case Send(channel="page", data=bytes(data), text=True):
                    self.told.append(wire.decode_server(data))
                case Wake(name=name, after=after):
                    self.timers[name] = self.now + after
                case Cancel(name=name):
                    self.timers.pop(name, None)
                case Close():
                    self.closed = effect
                case _:
                    self.effects.append(effect)

    def say(self, message: msgspec.Struct | str | bytes) -> list[wire.ServerMessage]:
        """Send a frame; what the session said to it at once."""
        before = len(self.told)
        data = message if isinstance(message, str | bytes) else wire.encode(message).decode()
        self.run(self.session.receive(Received(channel="page", data=data, at=self.now)))
        return self.told[before:]

    def identified(self, identity: Identity | None, error: str = "") -> None:
        assert any(isinstance(effect, SignIn) for effect in self.effects)
        self.run(self.session.receive(Identified(identity=identity, error=error, at=self.now)))

    def wait(self, millis: Millis) -> None:
        """Let time pass, ringing what falls due."""
        end = self.now + millis
        while self.timers and min(self.timers.values()) <= end and self.closed is None:
            name = min(self.timers, key=lambda name: self.timers[name])
            self.now = max(self.now, self.timers.pop(name))
            self.run(self.session.receive(Woke(name=name, at=self.now)))
        self.now = end

    def leave(self) -> None:
        self.run(self.session.receive(Closed(channel="page", code=1001, reason="", at=self.now)))

    def close_code(self) -> int | None:
        """The code that the session closed the page with, if it did."""
        return self.closed.code if self.closed is not None else None

    def codes(self) -> list[str]:
        """The codes of the errors told so far."""
        return [message.error.code for message in self.told if isinstance(message, wire.Error)]
