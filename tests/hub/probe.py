"""A third party's protocol, as small as one can be: its session does what the test says and keeps what it hears."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cordboard.contract import (
    Called,
    Close,
    Emit,
    Identity,
    Ids,
    Joined,
    LinkEffect,
    LinkEffects,
    LinkFrame,
    News,
    Reply,
    Route,
    Scope,
    Send,
    SessionEffect,
    SessionEffects,
    SessionFrame,
    SignIn,
    Woke,
)
from cordboard.hub.hub import Hub
from cordboard.hub.seat import Seat
from cordboard.model.commands import Command, Outcome, Query, Result
from cordboard.model.events import LinkUp, Snapshot
from cordboard.model.ids import LinkId, Millis, Subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState


class ProbeSession:
    """Keeps what the hub tells it."""

    def __init__(self) -> None:
        self.joined: list[Joined] = []
        self.entries: list[Entry] = []
        self.rendered: list[bytes | None] = []
        self.settled: dict[str, list[Outcome]] = {}
        self.answers: dict[str, Result] = {}
        self.news: list[News] = []
        self.frames: list[SessionFrame] = []
        self.outgoing: list[SessionEffect] = []

    def start(self, at: Millis) -> SessionEffects:
        yield from ()

    def open(self, joined: Joined, at: Millis) -> SessionEffects:
        self.joined.append(joined)
        yield from ()

    def observe(
        self, entry: Entry, before: SubjectState, after: SubjectState, rendered: bytes | None, at: Millis
    ) -> SessionEffects:
        self.entries.append(entry)
        self.rendered.append(rendered)
        yield from ()

    def receive(self, frame: SessionFrame) -> SessionEffects:
        self.frames.append(frame)
        effects, self.outgoing = self.outgoing, []
        yield from effects

    def settle(self, command_id: str, outcome: Outcome, at: Millis) -> SessionEffects:
        self.settled.setdefault(command_id, []).append(outcome)
        yield from ()

    def answer(self, ask: str, result: Result, at: Millis) -> SessionEffects:
        self.answers[ask] = result
        yield from ()

    def peer(self, news: News, at: Millis) -> SessionEffects:
        self.news.append(news)
        yield from ()


class ScriptedLink:
    """Does what the test put into its script; commands wait in `commands` until the test settles them."""

    def __init__(self, script: Script, link: LinkId) -> None:
        self._script = script
        self._link = link

    def start(self, at: Millis, resume: Mapping[Subject, str]) -> LinkEffects:
        self._script.starts += 1
        self._script.resumed = dict(resume)
        if self._script.on_start is not None:
            yield from self._script.on_start
            return
        up = LinkUp(link=self._link, at=at, services=tuple(sorted(self._script.services)))
        yield Emit(subject=Subject("agent/ann"), event=up)
        yield Emit(subject=Subject("agent/ann"), event=Snapshot(link=self._link, at=at))

    def receive(self, frame: LinkFrame) -> LinkEffects:
        self._script.frames.append(frame)
        yield from self._script.take()

    def execute(self, command: Command, at: Millis) -> LinkEffects:
        self._script.commands.append(command)
        yield from self._script.take()

    def ask(self, ask: str, subject: Subject, query: Query, at: Millis) -> LinkEffects:
        self._script.asks.append(ask)
        yield from self._script.take()


class Script:
    """What the scripted link does next, and what it was told."""

    def __init__(self) -> None:
        self.services = {"MakeCall", "SetAgentState", "StartRecording", "HoldCall"}
        self.on_start: list[LinkEffect] | None = None
        self.next: list[LinkEffect] = []
        self.starts = 0
        self.resumed: dict[Subject, str] = {}
        self.commands: list[Command] = []
        self.frames: list[LinkFrame] = []
        self.asks: list[str] = []

    def take(self) -> Iterator[LinkEffect]:
        effects, self.next = self.next, []
        yield from effects


class Probe:
    """The protocol."""

    name = "probe"
    routes: tuple[Route, ...] = ()
    services = frozenset({"MakeCall", "SetAgentState", "StartRecording", "HoldCall"})
    ignores: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.script = Script()
        self.renders = 0

    def key(self, called: Called) -> str | None:
        return None

    def link(self, settings: Mapping[str, Any], scope: Scope, ids: Ids) -> ScriptedLink:
        return ScriptedLink(self.script, scope.link)

    def session(self, identity: Identity | None, ids: Ids) -> ProbeSession:
        return ProbeSession()

    def render(self, entry: Entry, before: SubjectState, after: SubjectState) -> bytes | None:
        self.renders += 1
        return entry.body


class Outlet:
    """What a page would have got."""

    def __init__(self) -> None:
        self.sent: list[Send] = []
        self.closed: list[Close] = []

    def send(self, effect: Send) -> None:
        self.sent.append(effect)

    def reply(self, effect: Reply) -> None:
        raise AssertionError(effect)

    def close(self, effect: Close) -> None:
        self.closed.append(effect)

    def sign_in(self, effect: SignIn) -> None:
        raise AssertionError(effect)

    def sign_out(self) -> None:
        raise AssertionError


class Page:
    """A page of one agent on a hub."""

    def __init__(self, hub: Hub, probe: Probe, *scopes: str) -> None:
        self.session = ProbeSession()
        self.outlet = Outlet()
        self._hub = hub
        identity = Identity(subject="user:test", scopes=frozenset(scopes))
        self.seat: Seat = hub.seat(probe, self.session, identity, self.outlet)

    async def do(self, *effects: SessionEffect) -> None:
        """Have the session do this, and wait until all of it has had its consequences."""
        self.session.outgoing.extend(effects)
        self.seat.receive(Woke(name="go", at=self._hub.clock.now()))
        await self._hub.settled()

    def outcome(self, command: str) -> Outcome:
        """How the command was settled: once, or the test fails."""
        (outcome,) = self.session.settled[command]
        return outcome
