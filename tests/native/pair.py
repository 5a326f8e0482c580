"""Both ends of the protocol in memory: a hub with its own session end, and a link plugged into it.

The socket between them is two queues that the test pours, frame by frame, so that it can be cut after any of them.
What the link tells is kept as another hub would keep it: as entries, folded, with the link's cursor.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import msgspec

from cordboard import contract as k
from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.hub.seat import Seat
from cordboard.model.commands import Command, Outcome, Query, Result
from cordboard.model.events import CommandIssued, CommandSettled, Event, Snapshot
from cordboard.model.fold import fold, initial
from cordboard.model.ids import LinkId, Subject
from cordboard.model.log import Entry, draft, placed
from cordboard.model.state import SubjectState
from cordboard.protocols.native import protocol
from cordboard.protocols.native.session import NativeSession
from cordboard.store.memory import MemoryStore

SIM = LinkId("sim")
HOP = LinkId("hop")
TENANT = k.Identity(subject="hop", scopes=frozenset({"tenant", "tenant:command"}))


class Outlet:
    """The web edge of the far hub, for one page."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self.seat: Seat | None = None

    def send(self, effect: k.Send) -> None:
        assert isinstance(effect.data, bytes)
        self._pair.down.append(effect.data.decode())

    def close(self, effect: k.Close) -> None:
        self._pair.down.append(effect)

    def reply(self, effect: k.Reply) -> None:
        raise AssertionError(effect)

    def sign_in(self, effect: k.SignIn) -> None:
        assert self.seat is not None
        identity = self._pair.tokens.get(effect.secret)
        self.seat.identity = identity
        error = "" if identity is not None else "token-invalid"
        self.seat.receive(k.Identified(identity=identity, error=error, at=self._pair.clock.now()))

    def sign_out(self) -> None:
        raise AssertionError


class Pair:
    """The far hub, the link to it, and what the link told."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.hub = Hub(MemoryStore(), clock=self.clock, ids=RandomIds(1), protocols={"native": protocol})
        self.tokens: dict[str, k.Identity] = {"token": TENANT}
        self.settings: dict[str, object] = {"url": "ws://far.example", "token": "token"}
        self.link: k.Link | None = None
        self.seat: Seat | None = None
        self.up: deque[str] = deque()
        self.down: deque[str | k.Close | k.Opened] = deque()
        self.log: dict[Subject, list[Entry]] = {}
        self.states: dict[Subject, SubjectState] = {}
        self.outcomes: dict[str, list[Outcome]] = {}
        self.results: dict[str, list[Result]] = {}
        self.gauges: dict[tuple[str, str], float] = {}
        self.downs: list[k.Down] = []
        self.requests: list[k.Request] = []
        self.sent: list[str] = []
        self.timers: dict[str, Callable[[], None]] = {}
        self.cut_after: int | None = None
        """Cut the socket once so many frames have been carried."""
        self.carried = 0

    # --- the far hub ---------------------------------------------------------------------------------------------------

    async def tell(self, subject: Subject, *events: Event) -> None:
        """Something happens at the far hub."""
        await self.hub.append([draft(subject, event, self.clock.now()) for event in events])
        await self.hub.settled()

    def far(self, subject: Subject) -> SubjectState:
        return self.hub.state(subject) or initial(subject)

    # --- the link ------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """A fresh link, as the driver would start it, up to where nothing more comes."""
        self.link = protocol.link(self.settings, k.Scope(kind="tenant", link=HOP), RandomIds(2))
        resume = {
            subject: state.cursors[HOP] for subject, state in self.states.items() if HOP in state.cursors
        }
        self.do(self.link.start(self.clock.now(), resume))
        await self.pour()

    async def pour(self) -> None:
        """Carry frames both ways until all is quiet; a cut starts a fresh link when all was carried."""
        await self.hub.settled()
        while self.up or self.down:
            if self.cut_after is not None and self.carried >= self.cut_after:
                self.cut_after = None
                await self.cut()
                return
            self.carried += 1
            if self.up:
                data = self.up.popleft()
                if self.seat is not None:
                    self.seat.receive(k.Received(channel="page", data=data, at=self.clock.now()))
            else:
                frame = self.down.popleft()
                if isinstance(frame, k.Close):
                    self.lose(frame.code, frame.reason)
                elif isinstance(frame, k.Opened):
                    self.feed(frame)
                else:
                    self.feed(k.Received(channel="hub", data=frame, at=self.clock.now()))
            await self.hub.settled()

    def lose(self, code: int = 1006, reason: str = "") -> None:
        """The socket is gone, with all that was on its way."""
        self.up.clear()
        self.down.clear()
        if self.seat is not None:
            self.seat.leave()
            self.seat = None
        self.feed(k.Closed(channel="hub", code=code, reason=reason, at=self.clock.now()))

    async def cut(self) -> None:
        """The network fails, and the driver starts a fresh link."""
        self.lose()
        await self.start()

    async def execute(self, command: Command) -> None:
        assert self.link is not None
        self.do(self.link.execute(command, self.clock.now()))
        await self.pour()

    async def ask(self, ask: str, subject: Subject, query: Query) -> None:
        assert self.link is not None
        self.do(self.link.ask(ask, subject, query, self.clock.now()))
        await self.pour()

    def feed(self, frame: k.LinkFrame) -> None:
        assert self.link is not None
        self.do(self.link.receive(frame))

    def do(self, effects: k.LinkEffects) -> None:
        for effect in effects:
            match effect:
                case k.Open(channel="hub", kind="ws"):
                    outlet = Outlet(self)
                    self.seat = self.hub.seat(protocol, NativeSession(None), None, outlet)
                    outlet.seat = self.seat
                    self.seat.receive(k.Opened(channel="page", at=self.clock.now()))
                    self.down.append(k.Opened(channel="hub", at=self.clock.now()))
                case k.Send(channel="hub", data=str(data)):
                    self.sent.append(data)
                    self.up.append(data)
                case k.Emit():
                    self._keep(effect)
                case k.Settle(command=command, outcome=outcome):
                    self.outcomes.setdefault(command, []).append(outcome)
                case k.Answer(ask=ask, result=result):
                    self.results.setdefault(ask, []).append(result)
                case k.Gauge():
                    self.gauges[effect.subject, effect.name] = effect.value
                case k.Down():
                    self.downs.append(effect)
                case k.Wake(name=name, after=after):
                    self._cancel(name)
                    self.timers[name] = self.clock.call_after(after, lambda name=name: self._woke(name))  # type: ignore[misc]
                case k.Cancel(name=name):
                    self._cancel(name)
                case k.Request():
                    self.requests.append(effect)
                case k.Close():
                    pass
                case _:
                    raise AssertionError(effect)

    def _woke(self, name: str) -> None:
        self.timers.pop(name, None)
        self.feed(k.Woke(name=name, at=self.clock.now()))

    def _cancel(self, name: str) -> None:
        if (cancel := self.timers.pop(name, None)) is not None:
            cancel()

    def _keep(self, effect: k.Emit) -> None:
        state = self.states.get(effect.subject) or initial(effect.subject)
        entry = placed(draft(effect.subject, effect.event, self.clock.now(), effect.origin), state.seq + 1)
        self.log.setdefault(effect.subject, []).append(entry)
        self.states[effect.subject] = fold(state, entry)


async def told(pair: Pair, subject: Subject) -> list[Event]:
    """What the far hub's log has for us, in our words."""
    entries = await pair.hub._store.read(subject, 0, 10_000)
    found: list[Event] = []
    for entry in entries:
        event = msgspec.structs.replace(entry.event, link=HOP)
        if isinstance(event, Snapshot):
            states = tuple(msgspec.structs.replace(item, link=HOP) for item in event.states)
            contacts = tuple(msgspec.structs.replace(item, link=HOP) for item in event.contacts)
            event = msgspec.structs.replace(event, states=states, contacts=contacts)
        if not isinstance(event, CommandIssued | CommandSettled):
            found.append(event)
    return found
