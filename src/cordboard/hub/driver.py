"""The one driver that runs any link: sockets, HTTP, timers, and supervision.

A link goes down in three ways: *later* (tried again with growing pauses), *log in again* and *give up* (both wait
for a person). Each loss is logged once, and each return once. What the link had not settled is unconfirmed, and
LinkDown stands in the log of every subject that it served.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, assert_never

import msgspec
import structlog

from cordboard.contract import (
    Answer,
    Called,
    Cancel,
    Close,
    CtiProtocol,
    Down,
    Emit,
    Gauge,
    Link,
    LinkEffect,
    LinkEffects,
    LinkFrame,
    Open,
    Reply,
    Request,
    Scope,
    Send,
    Settle,
    Wake,
    Woke,
)
from cordboard.hub.recorder import Cause
from cordboard.kit.backoff import backoff
from cordboard.model.commands import Command, NoAnswer, Query, Refused
from cordboard.model.errors import CallerError, VendorError
from cordboard.model.events import LinkDown, LinkUp, Unrecognised
from cordboard.model.ids import LinkId, Millis, Subject
from cordboard.model.log import Draft, draft

if TYPE_CHECKING:
    from cordboard.hub.hub import Hub, Ways

_log = structlog.get_logger(__name__)

_NOTED = frozenset({LinkUp, LinkDown, Unrecognised})
"""Events that tell the driver something too."""


STEADY: Millis = 2_000
"""Who was up for so long has come back: the next pause is a first one again. Who falls at once each time is tried more and more seldom."""


class LinkStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How a link is. `subjects`: how many it serves now."""

    link: LinkId
    protocol: str
    state: Literal["starting", "up", "down", "login", "gave-up", "stopped"]
    reason: str = ""
    since: Millis = 0
    subjects: int = 0


class Driver:
    """Runs one link, and a fresh one after each loss. Frames for a link that is gone fall on the floor."""

    def __init__(
        self, hub: Hub, protocol: CtiProtocol, settings: Mapping[str, Any], scope: Scope, ways: Ways
    ) -> None:
        self._hub = hub
        self._protocol = protocol
        self._settings = settings
        self._scope = scope
        self._name = scope.link
        self._made: Link | None = protocol.link(settings, scope, hub.ids)  # wrong settings show now
        """The next one, where it is made already."""
        self._link: Link | None = None
        self._channels = ways(hub.clock, self._feed)
        self._timers: dict[str, Callable[[], None]] = {}
        self._served: set[Subject] = set()
        self._asked: set[str] = set()
        self._calls: dict[str, asyncio.Future[Reply]] = {}
        self._written: asyncio.Future[bool] | None = None
        """Of the turn of the loop in which it last told something."""
        self._left: asyncio.Future[bool] | None = None
        """Of the last that there was to tell of the one before."""
        self._attempt = 0
        self._restart: Callable[[], None] | None = None
        self._state: Literal["starting", "up", "down", "login", "gave-up", "stopped"] = "starting"
        self._reason = ""
        self._since = hub.clock.now()

    @property
    def status(self) -> LinkStatus:
        """How the link is now."""
        return LinkStatus(
            link=self._name,
            protocol=self._protocol.name,
            state=self._state,
            reason=self._reason,
            since=self._since,
            subjects=len(self._served),
        )

    @property
    def protocol(self) -> CtiProtocol:
        """The protocol that the link speaks."""
        return self._protocol

    @property
    def settings(self) -> Mapping[str, Any]:
        """What each of its links is made with."""
        return self._settings

    @property
    def scope(self) -> Scope:
        """Whom it serves."""
        return self._scope

    def start(self) -> None:
        """Begin, going on behind the last event of each subject that is in the log."""
        link = self._made or self._protocol.link(self._settings, self._scope, self._hub.ids)
        self._made, self._link = None, link
        resume = {
            subject: state.cursors[self._name]
            for subject, state in self._hub.states.items()
            if self._name in state.cursors
        }
        cause = self._hub.recorder.deed(self._name, "start")
        self._run(lambda: link.start(self._hub.clock.now(), resume), cause)

    def restart(self, settings: Mapping[str, Any] | None = None) -> None:
        """End the link, if it lives, and begin a fresh one as soon as the log has all of that one, whatever it waits for: a person says
        so. `settings`: what it and all after it are made with; `CallerError` if they are wrong, and then nothing has changed.
        """
        if self._state == "stopped":
            raise CallerError("going-away", "the hub is stopping")
        made = self._protocol.link(
            self._settings if settings is None else settings, self._scope, self._hub.ids
        )
        if self._restart is not None:
            self._restart()
        self._leave("restarted", "later")
        self._settings = self._settings if settings is None else settings
        self._made = made
        self._attempt = 0
        self._turn("starting", "restarted")
        self._again()

    async def stop(self, reason: str) -> None:
        """End for good: the log says so, and nobody waits for an answer any more."""
        if self._restart is not None:
            self._restart()
            self._restart = None
        self._leave(reason, "later")
        self._turn("stopped", reason)
        await self._channels.close()

    def execute(self, command: Command) -> None:
        """Let the link do a command that is on disk."""
        link = self._link
        if link is None:
            outcome = Refused(code="link-down", message=self._reason)
            settled = self._hub.dispatch.from_link(command.id, outcome)
            self._append([settled] if settled is not None else [])
            return
        cause = self._hub.recorder.deed(self._name, "command", command.id)
        self._run(lambda: link.execute(command, self._hub.clock.now()), cause)

    def ask(self, ask: str, subject: Subject, query: Query) -> None:
        """Let the link answer a query."""
        link = self._link
        if link is None:
            self._hub.queries.answered(ask, NoAnswer(code="link-down", message=self._reason))
            return
        self._asked.add(ask)
        self._run(lambda: link.ask(ask, subject, query, self._hub.clock.now()))

    def asked_too_late(self, ask: str) -> None:
        """Nobody waits for this answer any more."""
        self._asked.discard(ask)

    async def call(self, called: Called) -> Reply:
        """An HTTP request at the link's own door."""
        if self._link is None:
            raise VendorError("link-down", f"link {self._name} is down", {"reason": self._reason})
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._calls[called.call] = future
        try:
            self._feed(called)
            return await future
        finally:
            self._calls.pop(called.call, None)

    # --- running -----------------------------------------------------------------------------------------------------

    def _feed(self, frame: LinkFrame) -> None:
        link = self._link
        if link is not None:
            self._run(lambda: link.receive(frame), self._hub.recorder.frame(self._name, frame))

    def _run(self, make: Callable[[], LinkEffects], cause: Cause | None = None) -> None:
        """Do the effects; all facts of one frame go to the log together, in order."""
        drafts: list[Draft] = []
        try:
            for effect in make():
                if type(effect) is Emit:  # nearly all are
                    event = effect.event
                    if type(event) in _NOTED:
                        self._note(effect.subject, effect)
                    drafts.append(draft(effect.subject, event, self._hub.clock.now(), effect.origin))
                elif isinstance(effect, Down):
                    self._append(drafts, cause)
                    self._down(effect)
                    return
                else:
                    self._do(effect, drafts)
        except Exception as error:  # noqa: BLE001 - see below
            # A link must not raise. One that does is taken down like one whose socket broke, and what it told so far is kept.
            _log.exception("link-failed", link=self._name)
            self._append(drafts, cause)
            self._down(Down(retry="later", reason=f"link-failed: {type(error).__name__}"))
            return
        self._append(drafts, cause)

    def _do(self, effect: LinkEffect, drafts: list[Draft]) -> None:
        match effect:
            case Settle(command=command, outcome=outcome):
                if (settled := self._hub.dispatch.from_link(command, outcome)) is not None:
                    drafts.append(settled)
            case Gauge():
                self._hub.gauge(effect)
            case Answer(ask=ask, result=result):
                self._asked.discard(ask)
                self._hub.queries.answered(ask, result)
            case Wake(name=name, after=after):
                self._cancel(name)
                self._timers[name] = self._hub.clock.call_after(after, lambda: self._woke(name))
            case Cancel(name=name):
                self._cancel(name)
            case Reply(call=call):
                future = self._calls.get(call)
                if future is not None and not future.done():
                    future.set_result(effect)
            case Open():
                self._channels.open(effect)
            case Send():
                self._channels.send(effect)
            case Close():
                self._channels.close_one(effect)
            case Request():
                self._channels.request(effect)
            case Emit() | Down():
                raise AssertionError  # taken by the caller
            case _:
                assert_never(effect)

    def _append(self, drafts: Sequence[Draft], cause: Cause | None = None) -> None:
        if drafts:
            written = self._hub.append(drafts, cause)
            if written is not self._written:  # those of one turn of the loop are written together
                self._written = written
                written.add_done_callback(self._appended)

    def _appended(self, written: asyncio.Future[bool]) -> None:
        if self._written is written:
            self._written = None
        if not written.result() and self._link is not None:
            # Facts that could not be kept are a gap like any other: start afresh, from a snapshot.
            self._down(Down(retry="later", reason="store-failed"))

    def _note(self, subject: Subject, effect: Emit) -> None:
        match effect.event:
            case LinkUp():
                self._served.add(subject)
                if self._state != "up":
                    self._turn("up", "")
            case LinkDown():
                self._served.discard(subject)
            case Unrecognised():
                self._hub.metrics.unrecognised += 1
            case _:
                pass

    def _woke(self, name: str) -> None:
        self._timers.pop(name, None)
        self._feed(Woke(name=name, at=self._hub.clock.now()))

    def _cancel(self, name: str) -> None:
        cancel = self._timers.pop(name, None)
        if cancel is not None:
            cancel()

    # --- supervision ---------------------------------------------------------------------------------------------------

    def _down(self, effect: Down) -> None:
        self._leave(effect.reason, effect.retry)
        match effect.retry:
            case "later":
                if self._state == "up" and self._hub.clock.now() - self._since >= STEADY:
                    self._attempt = 0
                self._turn("down", effect.reason)
                pause = max(effect.after, backoff(self._attempt, self._hub.ids.random))
                self._attempt += 1
                self._restart = self._hub.clock.call_after(pause, self._again)
            case "login":
                self._turn("login", effect.reason)
            case "give-up":
                self._turn("gave-up", effect.reason)
            case _:
                assert_never(effect.retry)

    def _leave(self, reason: str, retry: str) -> None:
        """Let go of the link and write down what its loss means."""
        if self._link is None:
            return
        self._link = None
        self._channels.drop()
        for cancel in self._timers.values():
            cancel()
        self._timers.clear()
        now = self._hub.clock.now()
        drafts = self._hub.dispatch.link_lost(self._name)
        for subject in sorted(self._served):
            event = LinkDown(link=self._name, at=now, cause=reason, retry=retry)
            drafts.append(draft(subject, event, now))
        self._served.clear()
        for ask in tuple(self._asked):
            self._hub.queries.answered(ask, NoAnswer(code="link-down", message=reason))
        self._asked.clear()
        for future in self._calls.values():
            if not future.done():
                future.set_exception(
                    VendorError("link-down", f"link {self._name} went down", {"reason": reason})
                )
        self._left = self._hub.append(drafts) if drafts else self._written

    def _again(self) -> None:
        """Begin a fresh one once the log has all of the one before: it goes on behind that, and would hear twice of what is on its way."""
        if self._left is None or self._left.done():
            self._begin()
            return
        called_off: list[None] = []
        self._restart = partial(called_off.append, None)
        self._left.add_done_callback(lambda _: None if called_off else self._begin())

    def _begin(self) -> None:
        self._restart = self._left = None
        try:
            self.start()
        except CallerError as error:
            self._turn("gave-up", str(error))
        except Exception as error:  # noqa: BLE001 - a protocol that cannot make a link now may be able to later
            _log.exception("link-failed", link=self._name)
            self._down(Down(retry="later", reason=f"link-failed: {type(error).__name__}"))

    def _turn(
        self, state: Literal["starting", "up", "down", "login", "gave-up", "stopped"], reason: str
    ) -> None:
        if state == self._state:
            self._reason = reason
            return
        self._state, self._reason, self._since = state, reason, self._hub.clock.now()
        log = _log.info if state in ("up", "stopped") else _log.warning
        log("link-turned", link=self._name, protocol=self._protocol.name, state=state, reason=reason)
