"""The link end: a Five9 somewhere is our contact centre, and this is one agent's login there.

It logs in, opens the socket, reads what is so, and follows. Whatever it loses, a socket or a data centre, it goes down for: the driver starts a
fresh one, which logs in again and joins what the vendor has, so that each gap stands in the log as LinkDown … Snapshot. A login that runs out
in the middle of an order is renewed without that. Someone else who insists on the same login is let be: a person has to say who may.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from cordboard import contract as k
from cordboard.kit.script import Script, Steps, opened, paused
from cordboard.model import commands as c, events as e
from cordboard.model.ids import AgentId, Millis, Subject, agent_subject
from cordboard.protocols.five9 import events as v, wire, words as w
from cordboard.protocols.five9.account import Account
from cordboard.protocols.five9.commands import Commands
from cordboard.protocols.five9.follow import Follower, Place
from cordboard.protocols.five9.login import Access
from cordboard.protocols.five9.services import LACKS, offered
from cordboard.protocols.five9.snapshot import Now, book, definitions, now, targets

CHANNEL: Final = "five9"
PING_EVERY: Millis = 15_000
MISSED = 2
"""Pings in a row without an answer after which nobody is there any more."""
FIRST_FRAME: Millis = 10_000
MOVES_WITHIN: Millis = 30_000
"""How long a move that was announced may take to be completed."""
READS = 3
"""How often what is so is read again because something happened meanwhile."""
AGAIN: Millis = 3_000
"""After which a list is read once more that is another one than ours."""
SHOWN = 4096
"""Characters kept of what nobody understood."""

_CALLS = frozenset(
    {v.CALL_CREATED, v.CALL_UPDATED, v.CALL_DELETED, v.CALL_CREATED_AGAIN, v.CALL_DELETED_AGAIN}
)
_GONE: Mapping[int, str] = {
    v.SERVER_UNAVAILABLE: "server-unavailable",
    v.EVENTS_UNAVAILABLE: "events-unavailable",
    1004: "farm-changed",
    71: "switched-to-backup",
    72: "switched-to-primary",
    v.MAINTENANCE_COMPLETED: "migrated",
}
"""After these the socket brings nothing any more."""
_LISTS = frozenset(
    {
        v.ACTIVE_SKILLS,
        v.SKILL_REMOVED,
        v.SKILL_ADDED,
        48,
        49,
        50,
        51,
        v.RESOURCES,
        66,
        67,
        5002,
        5003,
        5005,
        5006,
        5007,
    }
)
"""Names or lists changed: read them again."""


class Five9Link:
    """A live session with Five9."""

    def __init__(self, account: Account, scope: k.Scope, ids: k.Ids) -> None:
        self._account = account
        self._name = scope.link
        self._agent = AgentId(scope.agent)
        self._subject = agent_subject(self._agent)
        self._key = ids.new("cordboard")
        self._access = Access(account)
        self._commands = Commands(account, self._access, scope)
        self._at: Follower | None = None
        self._life: Script[k.Down] | None = None
        self._reading: Script[None] | None = None
        self._read_again = False
        self._orders: dict[str, Script[c.Outcome]] = {}
        self._asks: dict[str, Script[c.Result]] = {}
        self._early: list[wire.Frame] = []
        """What happened while it was read what is so."""
        self._open = False
        self._up = False
        self._over = False
        self._missed = 0
        self._newest: Millis = 0
        self._leaving = ""
        self._frames = 0

    def start(self, at: Millis, resume: Mapping[Subject, str]) -> k.LinkEffects:  # noqa: ARG002 - Five9 replays nothing
        """Log in; the rest follows."""
        self._access.now = at
        self._life = Script(self._lived(), self._lost)
        yield from self._life.start()

    def receive(self, frame: k.LinkFrame) -> k.LinkEffects:
        """Something happened."""
        if self._over:
            return
        self._access.now = frame.at
        yield from self._heard(frame)
        yield from self._afterwards(frame.at)

    def execute(self, command: c.Command, at: Millis) -> k.LinkEffects:
        """Do it by one or more requests; each kind of answer has its outcome."""
        if self._over or self._at is None or not self._up:
            refused = c.Refused(code="link-down", message="nobody is logged in at Five9")
            yield k.Settle(command=command.id, outcome=refused)
            return
        self._access.now = at
        ident = command.id

        def settled(outcome: c.Outcome) -> k.LinkEffects:
            self._orders.pop(ident, None)
            yield k.Settle(command=ident, outcome=outcome)

        script = self._orders[ident] = Script(self._commands.done(command.service, self._at), settled)
        yield from script.start()
        yield from self._afterwards(at)

    def ask(self, ask: str, subject: Subject, query: c.Query, at: Millis) -> k.LinkEffects:  # noqa: ARG002
        """Look up who can be called; the rest the hub knows."""
        if self._over or not self._up:
            yield k.Answer(
                ask=ask, result=c.NoAnswer(code="link-down", message="nobody is logged in at Five9")
            )
            return
        if not isinstance(query, c.GetTargets):
            yield k.Answer(ask=ask, result=c.NoAnswer(code="not-supported", message="the hub knows that"))
            return
        self._access.now = at

        def answered(result: c.Result) -> k.LinkEffects:
            self._asks.pop(ask, None)
            yield k.Answer(ask=ask, result=result)

        found = targets(self._access, query.text, query.kinds, query.limit, query.after)
        script = self._asks[ask] = Script(found, answered)
        yield from script.start()
        yield from self._afterwards(at)

    # --- the life of a link -------------------------------------------------------------------------------------------------

    def _lived(self) -> Steps[k.Down]:
        """The link's whole life, read straight down: what it ended with."""
        access = self._access
        down = yield from access.enter(log_on=self._account.log_on)
        if down is not None:
            return down
        there = yield from opened(access.door.socket(CHANNEL, self._key))
        if isinstance(there, k.Closed):
            after = there.retry_after or 0
            return k.Down(retry="later", reason=there.reason or "socket-refused", after=after)
        self._open = True
        yield from self._ping()
        found = yield from book(access, self._name, self._agent)
        told = yield from self._what_is_so()
        if isinstance(told, k.Down):
            return told
        at = access.now
        self._at = Follower(found)
        services = offered(self._account)
        lacks = {name: why for name, why in LACKS.items() if name not in services}
        yield self._emit(e.LinkUp(link=self._name, at=at, services=services, lacks=lacks))
        yield self._emit(self._at.begin(access.state, told.presence, told.calls, at))
        self._up = True
        early, self._early = self._early, []
        for item in early:
            yield from self._told(item, at)
        while True:
            yield from paused("check", self._account.check or PING_EVERY)
            if self._account.check and (yield from self._out_of_step(self._at)):
                return k.Down(retry="later", reason="out-of-step")

    def _what_is_so(self) -> Steps[Now | k.Down]:
        """Read it in a moment in which nothing happens; else take what happened as the later word."""
        told: Now | k.Down = Now()
        for _ in range(READS):
            self._early = []
            told = yield from now(self._access)
            if isinstance(told, k.Down) or not self._early:
                return told
        return told

    def _out_of_step(self, at: Follower) -> Steps[bool]:
        """Whether the vendor's list is another one than ours, twice, and nothing was told in between."""
        for _ in range(2):
            frames = self._frames
            told = yield from now(self._access)
            if isinstance(told, k.Down) or frames != self._frames:
                return False
            theirs = {item.id: item.state for item in told.calls if item.state != w.FINISHED}
            if theirs == {item.id: item.state for item in at.calls if item.state != w.FINISHED}:
                return False
            yield from paused("check", AGAIN)
        return True

    def _ping(self) -> k.LinkEffects:
        self._missed += 1
        yield k.Send(channel=CHANNEL, data=wire.PING)
        yield k.Wake(name="ping", after=PING_EVERY)

    def _lists_changed(self, at: Follower, *, whole: bool) -> Steps[None]:
        """Read lists again: all of them, or what the variables are called that calls have."""
        if whole:
            found = yield from book(self._access, self._name, self._agent)
        else:
            found = replace(at.book, variables=(yield from definitions(self._access)))
        for event in at.known(found, self._access.now):
            yield self._emit(event)

    # --- what happens ---------------------------------------------------------------------------------------------------------

    def _heard(self, frame: k.LinkFrame) -> k.LinkEffects:
        for script in (self._life, self._reading, *self._orders.values(), *self._asks.values()):
            if script is not None and script.wants(frame):
                yield from script.receive(frame)
                return
        match frame:
            case k.Received(channel="five9", data=data, at=at) if self._open:
                yield from self._received(data, at)
            case k.Closed(channel="five9", code=code, reason=reason):
                yield from self._closed(code, reason)
            case k.Woke(name="ping") if self._open:
                if self._missed >= MISSED:
                    yield k.Close(channel=CHANNEL, reason="no pong")
                    yield from self._lost(k.Down(retry="later", reason="heartbeat-lost"))
                else:
                    yield from self._ping()
            case k.Woke(name="move", at=at) if self._leaving:
                yield from self._lost(k.Down(retry="later", reason=self._leaving))
            case _:
                pass

    def _received(self, data: str | bytes, at: Millis) -> k.LinkEffects:
        try:
            item = wire.frame_of(data)
            number = int(item.context.event_id)
        except ValueError:
            yield self._unrecognised(data, at)
            return
        if number == v.PONG:
            self._missed = 0
            return
        self._frames += 1
        if not self._up and number in (*_CALLS, v.PRESENCE):
            self._early.append(item)
            return
        yield from self._told(item, at)

    def _told(self, item: wire.Frame, at: Millis) -> k.LinkEffects:
        try:
            yield from self._frame(item, at)
        except ValueError:
            yield self._unrecognised(wire.encoded(item), at)

    def _frame(self, item: wire.Frame, at: Millis) -> k.LinkEffects:
        """What a frame of the catalogue means. `ValueError` for a payload that is none."""
        number = int(item.context.event_id)
        if number in _CALLS and self._at is not None:
            call = wire.payload(item, wire.Call)
            reason = item.context.event_reason or ""
            for event in tuple(self._at.told(number, reason, call, self._place(item), at)):
                yield self._emit(event)
        elif number == v.PRESENCE and self._at is not None:
            for event in tuple(self._at.ready(wire.payload(item, wire.Presence), self._place(item), at)):
                yield self._emit(event)
        elif number == v.LOGIN_STATE:
            self._access.state = _login_state(item) or self._access.state
        elif number == v.DUPLICATE_CONNECTION:
            yield from self._lost(k.Down(retry="login", reason="duplicate-connection"))
        elif number in _GONE:
            yield from self._lost(k.Down(retry="later", reason=_GONE[number]))
        elif number in (v.MIGRATED, v.MIGRATED_GRACEFULLY):
            self._leaving = "migrated"
            if number == v.MIGRATED:
                yield k.Wake(name="move", after=MOVES_WITHIN)
        elif number in _LISTS:
            self._read_again = True
        elif number not in v.EVENTS:
            raise ValueError(item.context.event_id)

    def _afterwards(self, at: Millis) -> k.LinkEffects:
        """What follows from what was just done."""
        if self._over:
            return
        if self._access.down is not None:
            yield from self._lost(self._access.down)
            return
        if self._at is None or not self._up:
            return
        if self._at.login != self._access.state:
            for event in tuple(self._at.entered(self._access.state, at)):
                yield self._emit(event)
            # Before, Five9 may have told a part of its lists to nobody who does not work.
            self._read_again = self._read_again or not self._account.log_on
        if self._access.moved and not self._leaving:
            self._leaving = "migrated"
            yield k.Wake(name="move", after=MOVES_WITHIN)
        if self._leaving and not self._orders and not self._at.busy:
            yield from self._lost(k.Down(retry="later", reason=self._leaving))
            return
        if self._reading is None or self._reading.over:
            whole, self._read_again = self._read_again, False
            if whole or self._at.strange:
                self._reading = Script(self._lists_changed(self._at, whole=whole), lambda _: iter(()))
                yield from self._reading.start()

    def _place(self, item: wire.Frame) -> Place:
        """A frame without a time is as new as the newest."""
        self._newest = max(self._newest, item.context.time_stamp)
        # A plain number, or one behind a name. What has more parts than that is not in the order of its numbers.
        _, _, number = (item.context.message_id or "").rpartition(":")
        counts = number.isascii() and number.isdigit() and (item.context.message_id or "").count(":") <= 1
        return item.context.time_stamp or self._newest, int(number) if counts else 0

    # --- the end ----------------------------------------------------------------------------------------------------------------

    def _closed(self, code: int, reason: str) -> k.LinkEffects:
        if code == w.DUPLICATE:
            yield from self._lost(k.Down(retry="login", reason="duplicate-connection"))
        else:
            yield from self._lost(k.Down(retry="later", reason=self._leaving or reason or f"closed-{code}"))

    def _lost(self, down: k.Down) -> k.LinkEffects:
        """Nobody waits for an answer of this link any more."""
        if self._over:
            return
        self._over, self._up, self._open = True, False, False
        for ident in self._orders:
            yield k.Settle(command=ident, outcome=c.Unconfirmed(reason="link-lost"))
        for ask in self._asks:
            yield k.Answer(ask=ask, result=c.NoAnswer(code="link-down"))
        self._orders.clear()
        self._asks.clear()
        yield down

    def _emit(self, event: e.Event) -> k.Emit:
        return k.Emit(subject=self._subject, event=event)

    def _unrecognised(self, data: str | bytes, at: Millis) -> k.Emit:
        text = data.decode(errors="replace") if isinstance(data, bytes) else data
        event = e.Unrecognised(
            link=self._name, at=at, channel=CHANNEL, data=text[:SHOWN], truncated=len(text) > SHOWN
        )
        return self._emit(event)


def _login_state(item: wire.Frame) -> str:
    """The login state of event 17: a bare text, or an object that has one."""
    try:
        return wire.payload(item, str)
    except ValueError:
        found = wire.payload(item, dict[str, msgspec.Raw])
    for name in ("state", "loginState", "login_state"):
        if name in found:
            return wire.decoded(found[name], str)
    return ""
