"""A CTI protocol whose link is the simulator's own, and whose console is at hand over a socket: it calls the bench, which tells it what
to do, one action of the console in each frame, and answers each. It has no session.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordboard.contract import (
    Called,
    Closed,
    Identity,
    Ids,
    Link,
    LinkEffects,
    LinkFrame,
    Open,
    Opened,
    Received,
    Reply,
    Route,
    Scope,
    Send,
    Session,
)
from cordboard.model.commands import Command, Query
from cordboard.model.errors import CallerError
from cordboard.model.ids import Millis, Subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.protocols.simulator import protocol as simulator

CHANNEL = "console"


class ConsoleLink:
    """The simulator's link; what comes by the socket is asked at its console."""

    def __init__(self, inner: Link, url: str) -> None:
        self._inner = inner
        self._url = url

    def start(self, at: Millis, resume: Mapping[Subject, str]) -> LinkEffects:
        yield Open(channel=CHANNEL, kind="ws", url=self._url)
        yield from self._inner.start(at, resume)

    def receive(self, frame: LinkFrame) -> LinkEffects:
        match frame:
            case Received(data=data, at=at):
                body = data if isinstance(data, bytes) else data.encode()
                asked = Called(call="bench", route="POST act", method="POST", at=at, body=body)
                for effect in self._inner.receive(asked):
                    yield Send(channel=CHANNEL, data=effect.body) if isinstance(effect, Reply) else effect
            case Opened() | Closed():
                return
            case _:
                yield from self._inner.receive(frame)

    def execute(self, command: Command, at: Millis) -> LinkEffects:
        yield from self._inner.execute(command, at)

    def ask(self, ask: str, subject: Subject, query: Query, at: Millis) -> LinkEffects:
        yield from self._inner.ask(ask, subject, query, at)


class Console:
    """The protocol. Settings: the `url` to call; the rest is the simulator's."""

    name = "console"
    routes: tuple[Route, ...] = ()
    services = simulator.services
    ignores: frozenset[str] = frozenset()

    def key(self, called: Called) -> str | None:
        del called
        return None

    def link(self, settings: Mapping[str, Any], scope: Scope, ids: Ids) -> Link:
        rest = {name: value for name, value in settings.items() if name != "url"}
        return ConsoleLink(simulator.link(rest, scope, ids), settings["url"])

    def session(self, identity: Identity | None, ids: Ids) -> Session:
        del identity, ids
        raise CallerError("not-supported", "no session")

    def render(self, entry: Entry, before: SubjectState, after: SubjectState) -> bytes | None:
        del entry, before, after
        return None
