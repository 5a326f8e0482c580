"""The link end: a Five9 somewhere is our contact centre, and this is one agent's login there.

It logs in, opens the socket, reads what is so, and follows. Whatever it loses, a socket or a data centre, it goes down for: the driver starts a
fresh one, which logs in again and joins what the vendor has, so that each gap stands in the log as LinkDown … Snapshot. A login that runs out
in the middle of an order is renewed without that. Someone else who insists on the same login is let be: a person has to say who may.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from cordboard import contract as k
from cordboard.kit.script import Script, Steps, opened, paused
from cordboard.model import commands as c, events as e
from cordboard.model.ids import AgentId, Millis, Subject, agent_subject
from cordboard.protocols.five9 import events as v, signals, wire, words as w
from cordboard.protocols.five9.account import Account
from cordboard.protocols.five9.commands import Commands
from cordboard.protocols.five9.follow import Follower, Place
from cordboard.protocols.five9.leniency import read
from cordboard.protocols.five9.library import Library, targets
from cordboard.protocols.five9.login import AGAIN as PROPAGATION, TRIES, Access
from cordboard.protocols.five9.services import LACKS, offered
from cordboard.protocols.five9.snapshot import now, steady

CHANNEL: Final = "five9"
PING_EVERY: Millis = 15_000
MISSED = 2
"""Pings in a row without an answer after which nobody is there any more."""
MOVES_WITHIN: Millis = 30_000
"""How long a move that was announced may take to be completed."""
AGAIN: Millis = 3_000
"""After which a list is read once more that is another one than ours."""
SOON: Millis = 1_000
"""After which it is looked at what may be otherwise than we have it, and lists are read of which several may change at once."""
UNPROVEN: Millis = 10_000
"""How often it is looked at, while a socket has brought nothing since its login was had anew."""
PROVES_WITHIN: Millis = 300_000
"""For so long."""
QUIET: Millis = 500
"""How long a link that is to move waits after the last call: the end of one is told in several frames."""
SHOWN = 4096
"""Characters kept of what nobody understood."""


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
        self._library = Library(self._access, scope.link, self._agent)
        self._at: Follower | None = None
        self._life: Script[k.Down] | None = None
        self._reading: Script[None] | None = None
        self._read_again = False
        self._turning: Script[None] | None = None
        self._said: str | None = None
        """What Five9 has said of the login state, and nobody has looked at yet."""
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
        self._packing = False
        """Whether it waits a moment before it leaves."""
        self._at_leisure = False
        """Whether the move may wait for all that is under way."""
        self._frames = 0
        self._resting = False
        """Whether the next look at what is so may be had sooner."""
        self._renewals = 0
        self._unproven: Millis = 0
        """Until when the socket may be deaf, since the login that it was opened with is over."""

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
        down = yield from self._opened()
        if down is not None:
            return down
        self._open = True
        yield from self._ping()
        self._at = Follower((yield from self._library.book()))
        told = yield from steady(access, self._anew, lambda: bool(self._early))
        if isinstance(told, k.Down):
            return told
        at = access.now
        services = offered(self._account)
        lacks = {name: why for name, why in LACKS.items() if name not in services}
        yield self._emit(e.LinkUp(link=self._name, at=at, services=services, lacks=lacks))
        yield self._emit(self._at.begin(access.state, told.presence, told.calls, at))
        self._up = True
        early, self._early = self._early, []
        for item in early:
            yield from self._told(item, at)
        while True:
            self._resting = True
            yield from paused("check", self._rest())
            self._resting = False
            if self._account.check and (yield from self._out_of_step(self._at)):
                return k.Down(retry="later", reason="out-of-step")

    def _opened(self) -> Steps[k.Down | None]:
        """Open the socket, with patience for a login that is not known everywhere yet."""
        for attempt in range(TRIES + 1):
            there = yield from opened(self._access.door.socket(CHANNEL, self._key))
            if isinstance(there, k.Opened):
                return None
            if there.status == w.NOT_LOGGED_IN and self._access.young and attempt < TRIES:
                yield from paused(self._access.name("wait"), PROPAGATION)
                continue
            after = there.retry_after or 0
            return k.Down(retry="later", reason=there.reason or "socket-refused", after=after)
        raise AssertionError

    def _anew(self) -> None:
        """What is so is read once more: of what was told before only the ends of calls still count."""
        for item in self._early:
            if self._at is not None and int(item.context.event_id) in signals.CALLS:
                with suppress(ValueError):
                    call = read(item.pay_load, wire.Call)
                    self._at.passed(int(item.context.event_id), call, self._place(item))
        self._early = []

    def _rest(self) -> Millis:
        """How long until it is looked again whether all is as it is shown."""
        if not self._account.check:
            return PING_EVERY
        if self._at is not None and self._at.doubtful:
            return SOON
        unproven = self._access.now < self._unproven
        return min(UNPROVEN, self._account.check) if unproven else self._account.check

    def _out_of_step(self, at: Follower) -> Steps[bool]:
        """Whether the vendor's list is another one than ours, twice, and nothing was told in between."""
        doubtful, at.doubtful = at.doubtful, False
        for _ in range(2):
            frames = self._frames
            told = yield from now(self._access)
            if isinstance(told, k.Down):
                if doubtful:
                    self._unproven = self._access.now + PROVES_WITHIN  # later, then
                return False
            if frames != self._frames:
                at.doubtful = at.doubtful or doubtful
                return False
            if at.agrees(told.calls):
                for event in at.looked(told.presence, self._access.now):
                    yield self._emit(event)
                return False
            yield from paused("check", AGAIN)
        return True

    def _ping(self) -> k.LinkEffects:
        self._missed += 1
        yield k.Send(channel=CHANNEL, data=wire.PING)
        yield k.Wake(name="ping", after=PING_EVERY)

    def _lists_changed(self, at: Follower, *, strange: bool) -> Steps[None]:
        """Read again what the variables are called that calls have; or else all lists, when no more of them change."""
        if strange:
            found = yield from self._library.definitions()
        else:
            yield from paused(self._access.name("lists"), SOON)
            self._read_again = False
            found = yield from self._library.book()
        for event in at.known(found, self._access.now):
            yield self._emit(event)

    # --- what happens ---------------------------------------------------------------------------------------------------------

    def _heard(self, frame: k.LinkFrame) -> k.LinkEffects:
        for script in (
            self._life,
            self._reading,
            self._turning,
            *self._orders.values(),
            *self._asks.values(),
        ):
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
            case k.Woke(name="quiet") if self._packing:
                self._packing = False
                if self._idle:
                    yield from self._lost(k.Down(retry="later", reason=self._leaving))
            case _:
                pass

    def _received(self, data: str | bytes, at: Millis) -> k.LinkEffects:
        try:
            item = read(data, wire.Frame)
            number = int(item.context.event_id)
        except ValueError:
            yield self._unrecognised(data, at)
            return
        if number == v.PONG:
            self._missed = 0
            return
        self._frames += 1
        self._unproven = 0
        if not self._up and number in (*signals.CALLS, v.PRESENCE):
            self._early.append(item)
            return
        yield from self._told(item, at)

    def _told(self, item: wire.Frame, at: Millis) -> k.LinkEffects:
        try:
            yield from self._frame(item, at)
        except ValueError:
            if self._at is not None and int(item.context.event_id) in (*signals.CALLS, v.PRESENCE):
                self._at.doubtful = True
            yield self._unrecognised(wire.encoded(item), at)

    def _frame(self, item: wire.Frame, at: Millis) -> k.LinkEffects:
        """What a frame of the catalogue means. `ValueError` for a payload that is none."""
        number = int(item.context.event_id)
        if number in signals.CALLS and self._at is not None:
            call = read(item.pay_load, wire.Call)
            reason = item.context.event_reason or ""
            for event in tuple(self._at.told(number, reason, call, self._place(item), at)):
                yield self._emit(event)
        elif number == v.PRESENCE and self._at is not None:
            for event in tuple(self._at.ready(read(item.pay_load, wire.Presence), self._place(item), at)):
                yield self._emit(event)
        elif number == v.LOGIN_STATE:
            self._said = signals.login_state(item)
            if self._said == w.WORKING and not self._access.settling:
                self._access.state = w.WORKING  # at once: a call may be the next thing
        elif number == v.DUPLICATE_CONNECTION:
            yield from self._lost(k.Down(retry="login", reason="duplicate-connection"))
        elif number in signals.GONE:
            yield from self._lost(k.Down(retry="later", reason=signals.GONE[number]))
        elif number in (v.MIGRATED, v.MIGRATED_GRACEFULLY):
            yield from self._leaves(at_leisure=number == v.MIGRATED_GRACEFULLY)
        elif number in signals.LISTS:
            self._read_again = True
        elif number == v.RESOURCES:
            self._invalidated(item)
        elif number in signals.FAILED and self._at is not None:
            self._at.failed(number, item.context.event_reason or "")
        elif number not in v.EVENTS:
            raise ValueError(item.context.event_id)

    def _invalidated(self, item: wire.Frame) -> None:
        """What stands at some addresses changed."""
        named = signals.addresses(item)
        self._read_again = self._read_again or named is None or any(map(self._library.concern, named))
        if self._at is not None and any(name.endswith(("/presence", "/calls")) for name in named or ()):
            self._at.doubtful = True

    def _leaves(self, *, at_leisure: bool) -> k.LinkEffects:
        """Five9 goes elsewhere, and the link with it."""
        self._at_leisure = at_leisure and (self._at_leisure or not self._leaving)
        self._leaving = "migrated"
        if not at_leisure:
            yield k.Wake(name="move", after=MOVES_WITHIN)

    def _afterwards(self, at: Millis) -> k.LinkEffects:
        """What follows from what was just done."""
        if self._over:
            return
        if self._access.down is not None:
            yield from self._lost(self._access.down)
            return
        if self._at is None or not self._up:
            return
        if self._said is not None and (self._turning is None or self._turning.over):
            said, self._said = self._said, None
            self._turning = Script(self._access.turned(said), lambda _: iter(()))
            yield from self._turning.start()
        if self._at.login != self._access.state and not self._access.settling:
            for event in tuple(self._at.entered(self._access.state, at)):
                yield self._emit(event)
            # Before, Five9 may have told a part of its lists to nobody who does not work.
            self._read_again = self._read_again or not self._account.log_on
        if self._access.moved and not self._leaving:
            yield from self._leaves(at_leisure=False)
        if self._leaving and self._idle and not self._packing:
            self._packing = True
            yield k.Wake(name="quiet", after=QUIET)
        if self._reading is None or self._reading.over:
            strange = self._at.strange
            if strange or self._read_again:
                self._reading = Script(self._lists_changed(self._at, strange=strange), lambda _: iter(()))
                yield from self._reading.start()
        if self._access.renewals != self._renewals:
            self._renewals, self._unproven = self._access.renewals, at + PROVES_WITHIN
            self._at.doubtful = True
        if self._at.doubtful and self._resting:
            self._resting = False
            yield k.Wake(name="check", after=self._rest())

    @property
    def _idle(self) -> bool:
        """Whether there is nothing that leaving now would tear."""
        under_way = self._at is None or (self._at.calls if self._at_leisure else self._at.busy)
        return not self._orders and not under_way

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
        # What the login came to says more than what came of that.
        yield self._access.down or down

    def _emit(self, event: e.Event) -> k.Emit:
        return k.Emit(subject=self._subject, event=event)

    def _unrecognised(self, data: str | bytes, at: Millis) -> k.Emit:
        text = data.decode(errors="replace") if isinstance(data, bytes) else data
        event = e.Unrecognised(
            link=self._name, at=at, channel=CHANNEL, data=text[:SHOWN], truncated=len(text) > SHOWN
        )
        return self._emit(event)
