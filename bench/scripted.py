"""A CTI protocol whose link passes on what the bench's vendor says. It has no session: the pages speak the native one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.frames import decode_frame
from cordboard.contract import (
    Called,
    Down,
    Emit,
    Identity,
    Ids,
    Link,
    LinkEffects,
    LinkFrame,
    Open,
    Received,
    Route,
    Scope,
    Session,
    Settle,
)
from cordboard.model.commands import Command, Query, Refused
from cordboard.model.errors import CallerError
from cordboard.model.ids import Millis, Subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState


class ScriptedLink:
    """Opens the socket, decodes, emits."""

    def __init__(self, url: str) -> None:
        self._url = url

    def start(self, at: Millis, resume: Mapping[Subject, str]) -> LinkEffects:
        del at, resume
        yield Open(channel="vendor", kind="ws", url=self._url)

    def receive(self, frame: LinkFrame) -> LinkEffects:
        if isinstance(frame, Received):
            told = decode_frame(frame.data)
            yield Emit(subject=told.subject, event=told.event, origin=told.origin)

    def execute(self, command: Command, at: Millis) -> LinkEffects:
        del at
        yield Settle(command=command.id, outcome=Refused(code="not-supported"))

    def ask(self, ask: str, subject: Subject, query: Query, at: Millis) -> LinkEffects:
        del ask, subject, query, at
        yield Down(retry="give-up", reason="the bench asks nothing")


class Scripted:
    """The protocol."""

    name = "scripted"
    routes: tuple[Route, ...] = ()
    services: frozenset[str] = frozenset()
    ignores: frozenset[str] = frozenset()

    def key(self, called: Called) -> str | None:
        del called
        return None

    def link(self, settings: Mapping[str, Any], scope: Scope, ids: Ids) -> Link:
        del scope, ids
        return ScriptedLink(settings["url"])

    def session(self, identity: Identity | None, ids: Ids) -> Session:
        del identity, ids
        raise CallerError("not-supported", "no session")

    def render(self, entry: Entry, before: SubjectState, after: SubjectState) -> bytes | None:
        del entry, before, after
        return None
