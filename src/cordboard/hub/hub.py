"""The hub: one path for everything that happens: append -> (on disk) -> fold -> fan out.

Whatever a link tells or a command leads to is appended first. The store delivers what is on disk, in order; only then
is it folded and shown. So no page ever sees what a crash could take back, and a restarted hub is where its log is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
import structlog

from cordboard.contract import (
    Ask,
    Called,
    CtiProtocol,
    Gauge,
    Identity,
    Ids,
    LinkFrame,
    Maintenance,
    Reply,
    Saved,
    Scope,
    Session,
    Store,
)
from cordboard.hub.channels import Channels, Way
from cordboard.hub.clock import Clock, VirtualClock
from cordboard.hub.dispatch import Dispatch, Gate, Rules
from cordboard.hub.driver import Driver, LinkStatus
from cordboard.hub.maintenance import Order, turned
from cordboard.hub.metrics import HubMetrics
from cordboard.hub.queries import Queries
from cordboard.hub.recorder import Audience, Cause, Recorder
from cordboard.hub.rooms import Rooms
from cordboard.hub.seat import Outlet, Seat
from cordboard.model.commands import Command, Unconfirmed
from cordboard.model.errors import CallerError, CordboardError
from cordboard.model.events import CommandIssued, CommandSettled, LinkDown, Snapshot
from cordboard.model.fold import FOLD_VERSION, fold, initial
from cordboard.model.ids import LinkId, Millis, Subject, agent_subject
from cordboard.model.log import Draft, Entry, draft
from cordboard.model.state import SubjectState
from cordboard.model.threads import Threads

_log = structlog.get_logger(__name__)

SAVE_AFTER = 500
"""Entries of a subject after which its folded state is saved, so that a restart folds little."""
HOUSEKEEPING: Millis = 30_000
DAY: Millis = 24 * 60 * 60 * 1000

Ways = Callable[[Clock, Callable[[LinkFrame], None]], Way]
"""What makes a link's way to its vendor, given the clock and where frames go."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(SubjectState).decode


BATCH = 256
"""Entries that one turn of the loop hands to the store at most at once: delivering them holds the loop."""


def _never() -> bool:
    return False


class _Batch:
    """What was appended in one turn of the loop: written together, and heard of together."""

    __slots__ = ("began", "done", "drafts", "parts")

    def __init__(self, began: Millis, done: asyncio.Future[bool]) -> None:
        self.began = began
        self.done = done
        self.drafts: list[Draft] = []
        self.parts: list[tuple[Cause | None, int]] = []
        """What led to them, and to how many, in order."""


class Hub:
    """States, links and seats over one store. All methods are called on the event loop."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        ids: Ids,
        protocols: Mapping[str, CtiProtocol],
        rules: Rules | None = None,
        gate: Gate | None = None,
        texts: Mapping[str, str] | None = None,
        retention: Millis = 0,
        record: int = 0,
        ways: Ways = Channels,
    ) -> None:
        """`retention`: how long entries are kept, 0 for ever. `texts`: what `GetSettings` answers. `record`: how many steps of each
        kind the flight recorder holds. `ways`: what makes the links' way to their vendors, the network if nothing else.
        """
        self.clock = clock
        self.ids = ids
        self.threads = Threads()
        self.metrics = HubMetrics()
        self.ways = ways
        self.recorder = Recorder(clock, record)
        self.dispatch = Dispatch(self, rules or Rules(), gate)
        self.queries = Queries(self, texts or {})
        self._store = store
        self._protocols = protocols
        self._retention = retention
        self._states: dict[Subject, SubjectState] = {}
        self._saved: dict[Subject, int] = {}
        self._drivers: dict[LinkId, Driver] = {}
        self._anew: dict[LinkId, Callable[[], Mapping[str, Any]]] = {}
        self._pending: set[asyncio.Future[Any]] = set()
        self._batch: _Batch | None = None
        self._housekeeper: Callable[[], None] | None = None
        self._seats: dict[Seat, None] = {}
        self.maintenance = Maintenance()
        """What the operator said of it last. A hub that begins anew knows of none."""
        self.rooms = Rooms(store, clock, self._states, self._track)
        self.broken = ""
        """Why the log cannot be written any more; empty while it can."""
        if isinstance(clock, VirtualClock):
            clock.settle = self.settled

    # --- life --------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the store, fold what it holds, and settle what a crash left unsettled. Links are added afterwards."""
        await self._store.open(self._deliver)
        heads = await self._store.heads()
        for version in range(FOLD_VERSION, 0, -1):
            for saved in await self._store.saved(version):
                # A state of an older fold is taken only where its entries are gone and nothing better is left.
                if saved.subject not in self._states and (
                    version == FOLD_VERSION or heads[saved.subject].first > 1
                ):
                    self._load(saved)
        for subject, head in heads.items():
            state = self._states.get(subject, initial(subject))
            while state.seq < head.last:
                entries = await self._store.read(subject, max(state.seq, head.first - 1), 5000)
                if not entries:
                    break
                for entry in entries:
                    state = fold(state, entry)
            self._states[subject] = state
        self.threads.load(self._states)
        drafts = []
        now = self.clock.now()
        for subject, state in self._states.items():
            for command, record in state.commands.items():
                if record.outcome is None:
                    drafts.append(self.dispatch.lost(subject, command, record.link, "hub-restarted", now))
            for link, known in state.links.items():
                if known.up:
                    drafts.append(draft(subject, LinkDown(link=link, at=now, cause="hub-restarted"), now))
        if drafts:
            await self._store.append(drafts)
        self._housekeeper = self.clock.call_after(HOUSEKEEPING, self._housekeep)

    async def stop(self) -> None:
        """Stop the links, save the folded states and close the store."""
        if self._housekeeper is not None:
            self._housekeeper()
            self._housekeeper = None
        for driver in self._drivers.values():
            await driver.stop("hub-stopped")
        await self.settled()
        if not self.broken:
            await self._save(1)
        await self._store.close()

    async def add_link(
        self,
        link: LinkId,
        protocol: str,
        settings: Mapping[str, Any],
        scope: Scope | None = None,
        ways: Ways | None = None,
        *,
        anew: Callable[[], Mapping[str, Any]] | None = None,
    ) -> None:
        """Start a link. `CallerError` if the protocol is not installed, has no link, or its settings are wrong. `ways`: this link's,
        if not the hub's. `anew`: what its settings are when a person restarts it, if they may be others by then.
        """
        found = self._protocols.get(protocol)
        if found is None:
            raise CallerError(
                "bad-field", f"no protocol {protocol!r} is installed", {"field": "links.protocol"}
            )
        if link in self._drivers:
            raise CallerError("bad-field", f"two links are named {link!r}", {"field": "links.name"})
        served = scope or Scope(kind="tenant", link=link)
        driver = Driver(self, found, settings, served, ways or self.ways)
        self._drivers[link] = driver
        if anew is not None:
            self._anew[link] = anew
        driver.start()

    def restart_link(self, link: LinkId, by: str = "") -> LinkStatus:
        """End a link, if it lives, and begin a fresh one at once, because a person says so: one that waits for that, or any other.
        `CallerError` if there is none, or if it could not be made. `by`: who said so.
        """
        driver = self._drivers.get(link)
        if driver is None:
            raise CallerError("not-found", f"no link {link!r}", {"field": "link"})
        anew = self._anew.get(link)
        driver.restart(anew() if anew is not None else None)
        _log.info("link-restarted", link=link, by=by)
        return driver.status

    async def forget_others(self) -> None:
        """Links that are in the log and were not added are gone for good: what they told of is over, and nobody waits for them. So are
        those of one agent for all other agents.
        """
        now = self.clock.now()
        gone = [
            (subject, link)
            for subject, state in self._states.items()
            for link in state.links
            if not self._serves(link, subject)
        ]
        drafts = []
        for subject, link in gone:
            drafts.append(draft(subject, Snapshot(link=link, at=now), now))
            drafts.append(
                draft(subject, LinkDown(link=link, at=now, cause="link-removed", retry="removed"), now)
            )
        if drafts:
            await self._store.append(drafts)

    def _serves(self, link: LinkId, subject: Subject) -> bool:
        driver = self._drivers.get(link)
        if driver is None:
            return False
        scope = driver.scope
        return (
            scope.kind == "tenant"
            or not subject.startswith("agent/")
            or subject == agent_subject(scope.agent)
        )

    async def settled(self) -> None:
        """Wait until all that was appended so far is on disk, folded and shown, and what that led to as well."""
        quiet = 0
        while quiet < 3:  # noqa: PLR2004 - a callback may schedule a callback that appends
            if self._pending:
                await asyncio.wait(tuple(self._pending))
                quiet = 0
            await asyncio.sleep(0)
            quiet = 0 if self._pending or self.dispatch.gating else quiet + 1

    # --- what is known ------------------------------------------------------------------------------------------

    @property
    def epoch(self) -> str:
        """The store's epoch."""
        return self._store.epoch

    @property
    def links(self) -> Mapping[LinkId, LinkStatus]:
        """How each link is."""
        return {link: driver.status for link, driver in self._drivers.items()}

    @property
    def protocols(self) -> Mapping[str, CtiProtocol]:
        """The installed protocols by name."""
        return self._protocols

    @property
    def states(self) -> Mapping[Subject, SubjectState]:
        """All folded states."""
        return self._states

    def state(self, subject: Subject) -> SubjectState | None:
        """The folded state of a subject."""
        return self._states.get(subject)

    def subjects(self) -> tuple[Subject, ...]:
        """All subjects that have a log."""
        return tuple(self._states)

    async def entries(self, subject: Subject, after: int, limit: int) -> Sequence[Entry]:
        """What stands in the log of a subject behind this place, in order."""
        return await self._store.read(subject, after, limit)

    def driver(self, link: LinkId) -> Driver | None:
        """The driver of a link."""
        return self._drivers.get(link)

    # --- events in ------------------------------------------------------------------------------------------------

    def append(self, drafts: Sequence[Draft], cause: Cause | None = None) -> asyncio.Future[bool]:
        """Append in the order of the calls; all that is appended in one turn of the loop is written together. The answer is whether
        they are on disk; it need not be awaited, and is shared, so nobody may cancel it. `cause`: what led to them.
        """
        alone = False
        for item in drafts:
            alone = alone or not (item.origin.isascii() and item.subject.isascii())
        if alone and self._batch is not None:
            # A store refuses what is no Unicode, and all that came with it: what might be refused comes with nothing else.
            self._write(self._batch)
        batch = self._batch
        if batch is None:
            loop = asyncio.get_running_loop()
            batch = self._batch = _Batch(self.clock.now(), loop.create_future())
            self._pending.add(batch.done)
            loop.call_soon(self._write, batch)
        batch.drafts.extend(drafts)
        batch.parts.append((cause, len(drafts)))
        if alone or len(batch.drafts) >= BATCH:
            self._write(batch)
        return batch.done

    def _write(self, batch: _Batch) -> None:
        if batch is self._batch:  # else it was full before the turn was over
            self._batch = None
            future = asyncio.ensure_future(self._store.append(batch.drafts))
            future.add_done_callback(partial(self._written, batch))

    def _written(self, batch: _Batch, result: asyncio.Future[Sequence[Entry]]) -> None:
        self._pending.discard(batch.done)
        error = None if result.cancelled() else result.exception()
        if error is not None:
            self.broken = str(error)
            _log.error("append-failed", error=str(error))
            for item in batch.drafts:
                if isinstance(item.event, CommandSettled):
                    self.dispatch.settled(item.event.command, Unconfirmed(reason="store-failed"))
        else:
            self.broken = ""
            self.metrics.appended(len(batch.drafts), self.clock.now() - batch.began)
            self.recorder.appended(batch.parts, batch.began, result.result())
        if not batch.done.done():
            batch.done.set_result(error is None)

    def gauge(self, effect: Gauge) -> None:
        """A counter's last value, for those who watch its subject."""
        self.rooms.gauge(effect)

    def _deliver(self, entries: Sequence[Entry]) -> None:
        """What the store has on disk: fold it, show it."""
        states, publish, observe = self._states, self.rooms.publish, self.threads.observe
        on_disk = self.clock.now()
        audiences: list[Audience] = []
        for entry in entries:
            subject = entry.subject
            before = states.get(subject)
            if before is None:
                before = states[subject] = initial(subject)
                self.rooms.born(subject)
            after = states[subject] = fold(before, entry)
            observe(entry, before, after)
            audiences.append(publish(entry, before, after, on_disk))
            event = entry.event
            if isinstance(event, CommandIssued):
                self.dispatch.issued(event.command)
            elif isinstance(event, CommandSettled):
                self.dispatch.settled(event.command, event.outcome)
        if self.recorder.limit:
            self.recorder.shown(entries, on_disk, self.clock.now(), audiences)

    # --- seats -----------------------------------------------------------------------------------------------------

    def seat(
        self,
        protocol: CtiProtocol,
        session: Session,
        identity: Identity | None,
        outlet: Outlet,
        *,
        passing: bool = False,
        full: Callable[[], bool] = _never,
    ) -> Seat:
        """Plug a session in and begin it. A `passing` one ends with its reply: it is no page to the agent's pages. While it is
        `full`, its page has enough to take, and what it watches is opened a little later.
        """
        page = self.ids.new("page")
        seat = Seat(self, protocol, session, identity, outlet, page=page, passing=passing, full=full)
        self.metrics.pages += 1
        self._seats[seat] = None
        seat.start()
        if self.maintenance.state != "none":
            seat.peer(self.maintenance)
        return seat

    def leave(self, seat: Seat) -> None:
        """The page is gone (called by the seat, once)."""
        self.metrics.pages -= 1
        self._seats.pop(seat, None)
        self.rooms.leave(seat)
        self.dispatch.forget(seat)

    def maintain(self, order: Order, by: str) -> Maintenance:
        """Take an operator's word on maintenance, and tell every session. `CallerError` where it cannot follow what was said before."""
        self.maintenance = turned(self.maintenance, order, self.clock.now())
        _log.info("maintenance", state=self.maintenance.state, by=by)
        for seat in tuple(self._seats):
            seat.peer(self.maintenance)
        return self.maintenance

    def ask(self, effect: Ask, seat: Seat) -> None:
        """Answer a query of a seat."""
        self.queries.ask(effect, seat)

    async def call_link(self, link: LinkId, called: Called) -> Reply:
        """An HTTP request at a link's own door. `CallerError("not-found")` if there is no such link."""
        driver = self._drivers.get(link)
        if driver is None:
            raise CallerError("not-found", f"no link {link!r}", {"field": "link"})
        return await driver.call(called)

    def _load(self, saved: Saved) -> None:
        try:
            self._states[saved.subject] = _decode(saved.data)
            self._saved[saved.subject] = saved.seq
        except msgspec.DecodeError:
            _log.warning("saved-state-unreadable", subject=saved.subject, version=saved.version)

    # --- housekeeping ------------------------------------------------------------------------------------------------

    def _track(self, task: asyncio.Task[None]) -> None:
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    def _housekeep(self) -> None:
        task = asyncio.ensure_future(self._tidy())
        self._track(task)
        task.add_done_callback(self._tidied)

    def _tidied(self, _: asyncio.Future[None]) -> None:
        if self._housekeeper is not None:
            self._housekeeper = self.clock.call_after(HOUSEKEEPING, self._housekeep)

    async def _tidy(self) -> None:
        try:
            await self._save(SAVE_AFTER)
            if self._retention:
                await self._store.trim(self.clock.now() - self._retention)
        except CordboardError:
            _log.exception("housekeeping-failed")

    async def _save(self, least: int) -> None:
        """Save the states that have moved on by at least so many entries. Only what is folded, so only what is on disk."""
        moved = [
            state for state in self._states.values() if state.seq - self._saved.get(state.subject, 0) >= least
        ]
        if moved:
            await self._store.save(
                [
                    Saved(subject=state.subject, seq=state.seq, version=FOLD_VERSION, data=_encode(state))
                    for state in moved
                ]
            )
            self._saved.update((state.subject, state.seq) for state in moved)

    def execute(self, command: Command, identity: Identity | None) -> Awaitable[Any]:
        """A command from inside (CLI, tests): the outcome when it is settled."""
        return self.dispatch.run(command, identity)
