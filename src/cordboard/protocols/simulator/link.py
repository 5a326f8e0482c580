"""The link to the built-in contact centre: the one that needs no network and no vendor.

The switch's records are its frames. They come numbered without gaps, over a wire that can be made late, doubling and
shuffling (`Faults`); the link puts them in order, drops what it has had, and translates the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from cordboard.contract import (
    Answer,
    Called,
    Closed,
    Down,
    Emit,
    Failed,
    Gauge,
    Ids,
    LinkEffects,
    LinkFrame,
    Opened,
    Received,
    Replied,
    Reply,
    Settle,
    Wake,
    Woke,
)
from cordboard.model import commands as c
from cordboard.model.entities import Target, TargetKind
from cordboard.model.events import LinkUp
from cordboard.model.ids import LinkId, Millis, Subject
from cordboard.protocols.simulator.centre import normal
from cordboard.protocols.simulator.doors import Doors
from cordboard.protocols.simulator.floor import Floor
from cordboard.protocols.simulator.journal import Record
from cordboard.protocols.simulator.orders import SERVICES, carry_out
from cordboard.protocols.simulator.statistics import Bulletin
from cordboard.protocols.simulator.translate import Translator

QUIET: Millis = 60_000
"""How long the link sleeps at most: an idle floor must be looked at all the same, since its pace may change."""


class SimulatorLink:
    """One link's life on a floor."""

    def __init__(self, floor: Floor, link: LinkId, ids: Ids) -> None:
        self._floor = floor
        self._link = link
        self._doors = Doors(floor, ids)
        self._late: list[tuple[Millis, list[Record]]] = []
        self._shuffled: dict[int, Record] = {}
        self._forgotten: Millis = 0

    def start(self, at: Millis, resume: Mapping[Subject, str]) -> LinkEffects:  # noqa: ARG002 - see below
        """Begin with a snapshot: what the floor did while no link was there is a gap, and stands so in the log."""
        switch = self._floor.open(at)
        self._floor.advance(at)
        self._reader = switch.reader()
        self._next = self._reader.place + 1
        self._translator = Translator(self._link, self._floor.centre, switch.snapshot())
        lacks = self._floor.flavour.lacks
        services = tuple(sorted(SERVICES - set(lacks)))
        up = LinkUp(link=self._link, at=switch.now, services=services, lacks=lacks)
        for subject, snapshot in self._translator.snapshots(switch.now):
            yield Emit(subject=subject, event=up)
            yield Emit(subject=subject, event=snapshot)
        for subject, event in self._translator.history(switch.now):
            yield Emit(subject=subject, event=event)
        self._bulletin = Bulletin(switch.statistics, self._floor.settings.statistics)
        yield from self._tick(at)

    def receive(self, frame: LinkFrame) -> LinkEffects:
        """Time passed, or someone is at the console."""
        match frame:
            case Woke(name="late", at=at):
                yield from self._overdue(at)
            case Woke(name="gauges", at=at):
                yield from self._gauges(at)
            case Woke(at=at):
                self._floor.advance(at)
                yield from self._tick(at)
            case Called(at=at):
                self._floor.advance(at)
                yield from self._console(frame)
                yield from self._tick(at)
            case Opened() | Received() | Closed() | Replied() | Failed():
                return  # nothing was opened or requested
            case _:
                assert_never(frame)

    def execute(self, command: c.Command, at: Millis) -> LinkEffects:
        """Have the switch do it. The answer goes before the events, as with the real ones."""
        faults = self._floor.faults
        self._floor.advance(at)
        if faults.refuse:
            code, faults.refuse = faults.refuse, ""
            yield Settle(
                command=command.id, outcome=c.Refused(code=code, message="refused on purpose, by a fault")
            )
            return
        now = self._floor.time(at)
        outcome = carry_out(self._floor.switch, command, now, self._floor.flavour.lacks)
        if isinstance(outcome, c.Done):
            self._note_origin(command.service, outcome)
        if faults.silent:
            faults.silent = False
        else:
            yield Settle(command=command.id, outcome=outcome)
        yield from self._tick(at)

    def ask(self, ask: str, subject: Subject, query: c.Query, at: Millis) -> LinkEffects:  # noqa: ARG002 - the same for all agents
        """Only targets are asked of a link; the rest the hub knows."""
        match query:
            case c.GetTargets():
                yield Answer(ask=ask, result=self._targets(query))
            case c.GetReasons() | c.GetLastContacts() | c.GetSettings() | c.GetTeamMessages():
                yield Answer(
                    ask=ask, result=c.NoAnswer(code="not-supported", message="the hub answers this itself")
                )
            case _:
                assert_never(query)

    # --- records ---------------------------------------------------------------------------------------------------------

    def _tick(self, at: Millis) -> LinkEffects:
        """Tell what has happened, and see when something happens next."""
        if self._forgotten != self._floor.forgotten:
            self._forgotten = self._floor.forgotten
            self._translator.forget(self._forgotten)
        records = self._floor.worn(self._reader.read())
        if records:
            if self._floor.faults.delay or self._late:
                due = max(at + self._floor.faults.delay, self._late[-1][0] if self._late else 0)
                self._late.append((due, records))
                yield Wake(name="late", after=max(0, self._late[0][0] - at))
            else:
                yield from self._take(records)
        yield from self._gauges(at)
        due_in = self._floor.next_due(at)
        yield Wake(name="tick", after=QUIET if due_in is None else min(due_in, QUIET))

    def _overdue(self, at: Millis) -> LinkEffects:
        while self._late and self._late[0][0] <= at:
            yield from self._take(self._late.pop(0)[1])
        if self._late:
            yield Wake(name="late", after=self._late[0][0] - at)

    def _take(self, records: list[Record]) -> Iterator[Emit]:
        """Put records in their order, each once, and translate them."""
        for record in records:
            if record.n >= self._next:
                self._shuffled[record.n] = record
        while self._next in self._shuffled:
            record = self._shuffled.pop(self._next)
            self._next += 1
            told: set[Subject] = set()
            for subject, event in self._translator.translate(record):
                # One place in the stream for each record: what a subject is told besides belongs to its first event.
                origin = "" if subject in told else str(record.n)
                told.add(subject)
                yield Emit(subject=subject, event=event, origin=origin)

    def _gauges(self, at: Millis) -> LinkEffects:
        """Tell the counters that changed, and come back for those whose turn it is not yet."""
        now = self._floor.switch.now
        for (kind, ident), name, value in self._bulletin.news(at):
            yield Gauge(subject=Subject(f"{kind}/{ident}"), name=name, value=value, at=now)
        wait = self._bulletin.wait(at)
        if wait is not None:
            yield Wake(name="gauges", after=wait)

    def _note_origin(self, service: c.Service, done: c.Done) -> None:
        """Where a dial came from, in the CRM: told with the contact, since the switch knows nothing of it."""
        match service:
            case c.MakeCall(record=record, related=related) if record is not None or related is not None:
                self._translator.begun_from(done.data["contact"], record, related)
            case c.ConsultationCall(record=record) if record is not None:
                self._translator.begun_from(done.data["contact"], record, None)
            case _:
                pass

    # --- the console and the directory --------------------------------------------------------------------------------------

    def _console(self, called: Called) -> LinkEffects:
        answer = self._doors.open(called)
        yield Reply(
            call=called.call,
            status=answer.status,
            headers={"content-type": "application/json; charset=utf-8"},
            body=answer.body,
        )
        if answer.drop is not None:
            yield Down(retry="later", reason="dropped-on-purpose", after=answer.drop)

    def _targets(self, query: c.GetTargets) -> c.Targets:
        centre, picture = self._floor.centre, self._floor.switch.picture
        everyone = [
            *(
                Target(
                    kind=TargetKind.AGENT,
                    id=plan.id,
                    name=plan.name,
                    number=normal(plan.extension),
                    state=picture.agents[plan.id].state,
                )
                for plan in centre.agents
            ),
            *(
                Target(kind=TargetKind.QUEUE, id=plan.id, name=plan.name, number=normal(plan.number))
                for plan in centre.queues
            ),
            *(
                Target(kind=TargetKind.NUMBER, name=plan.name, number=normal(plan.number))
                for plan in centre.numbers
            ),
            *(
                Target(kind=TargetKind.NUMBER, name=plan.name, number=normal(plan.number))
                for plan in centre.customers
            ),
        ]
        text, number = query.text.casefold(), normal(query.text)
        found = [
            item
            for item in everyone
            if (not query.kinds or item.kind in query.kinds)
            and (
                text in item.name.casefold()
                or text in item.id.casefold()
                or (number and number in item.number)
            )
        ]
        start = int(query.after) if query.after.isascii() and query.after.isdigit() else 0
        end = start + max(1, min(query.limit, 500))
        return c.Targets(targets=tuple(found[start:end]), after=str(end) if end < len(found) else "")
