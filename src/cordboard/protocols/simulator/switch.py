"""A small telephone switch with agents and queues: the truth against which the rest of Cordboard is measured.

It knows nothing of Cordboard's model. It is pure and deterministic: time is passed in (`now`, epoch milliseconds),
nothing is random, and the same commands at the same times give the same journal. `Switch.execute` takes what desks
ask for, `Switch.happen` what the world does, `Switch.advance` lets time pass; none of them raises.

For whoever writes the link
===========================

`drain()` gives the records since the last call; `reader()` gives a further place of its own. Start from
`snapshot()`, a `Picture` of the present, and `put` each record's `after` into it: that picture is then, record by
record, what the switch was at that moment, with all look-ups (`of_call`, `open_segments` ...). `state()` is the same
as plain JSON. A link that comes up in mid-life takes a snapshot and a reader at the same moment.

Each record is one transition of one thing: `before` and `after` are its whole values (`before` is None for a new
thing), and `before` is always the `after` of the thing's previous record. `cause` is a kebab-case word, `command` the
id of the command in whose execution it happened (None when the world or a timer did it).

====================================  ======================================================================
interaction-started, -ended           the matter as a whole; its id joins all agents' segments
call-started                          a call: `main`, or a `consult` with its `parent`
call-answered                         two parties are on the line for the first time
call-information                      data, queue, wrap-up reason, parent or previous segment changed
recording-started, -paused, -resumed, -stopped
                                      the call's `recording`; `data["by"]` is the party that did it
call-cleared                          the end; `into` names the call it was merged into, if it was
service-initiated                     new agent party, `initiated`: off hook, dialling
originated                            that party, or a caller as a new party, is `connected`
queued                                new party of role `queue`; cause `returned` when nobody took the call
delivered                             new party, `alerting`: an agent's phone or an outside number rings
established                           alerting -> connected
held, retrieved                       the party itself holds (state `hold`) and comes back
parked                                it holds and is put aside (`parked`): its agent is free for others
held-alone, retrieved-alone           another agent holds this one party; its state stays, `held_by` changes
diverted                              -> null because the call moves on: `routed`, `no-answer`, `rejected`, `deflected`
failed                                `fail`, with `busy`, `no-answer`, `invalid-number`, `unavailable`, `rejected`; a
                                      tone sounds for a few seconds, then connection-cleared. The party may be new.
transferred, conferenced              a live party, unchanged, now belongs to another call (`before.call`); where two matters
                                      were joined, also to another interaction, as do its segment and the call it comes from
connection-cleared                    -> null; the party never comes back
supervising                           new supervisor's party, or another way to supervise (None: taken over)
muted, unmuted, digits                microphone; DTMF (`data["digits"]`, the value is unchanged)
segment-offered, -dialling            a new segment: an agent's part in the interaction
segment-active, -paused               the agent talks, or works on the chat or task; it is paused
segment-changed                       `calls` or `wraps` changed
segment-wrap-up, -closed              `ended_by` and `cause` say how the calls ended
disposition-set                       the segment's `disposition`
agent-logged-on, -logged-off, -ready, -not-ready, -busy, -working-after-call
                                      the agent's new state, with its reason
agent-pending                         only `pending` (or what to resume) changed
said                                  a new utterance, or (`before`) one that was not final goes on
suggested                             a new suggestion
message-posted                        what a supervisor wrote to teams
====================================  ======================================================================

Order. A step is one command, one happening or one timer. Within it the direct changes come first, as they are made.
Then, once for each step: each touched call (holds released, parties cleared, call-answered or call-cleared), each
touched segment, each touched agent, each touched interaction. Then, one by one, waiting calls are offered to ready
agents (diverted, segment-offered, delivered, agent-busy). A new call's records are interaction-started, call-started,
segment-dialling, then its parties. When a consult ends by transfer or conference: call-information if data or a queue
came along, the consulting agent's consult party cleared, the other parties moved (for agents a segment-changed first),
the consult call-cleared with `into`, then the agent's own party cleared or retrieved.

Chats and tasks are calls of another medium. Their agents' states are `Duty` things, with the records of agents: one for each agent
and medium. Paused is the agent's party on hold.

A customer who is in a call cannot be in another; listed numbers can. An agent logged off during a call or wrap-up is
pending `null`; so is one with a parked call, who is not ready meanwhile. A queue's call that is rejected is not offered to the same agent for `declined_rest` seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import assert_never

from cordboard.protocols.simulator import desk, supervision, telephony, world
from cordboard.protocols.simulator.centre import Centre
from cordboard.protocols.simulator.commands import (
    REFUSALS,
    AgentCommand,
    Command,
    Done,
    Happening,
    Outcome,
    Refused,
    RefusedError,
    SupervisorCommand,
)
from cordboard.protocols.simulator.consequences import duty_id
from cordboard.protocols.simulator.exchange import Exchange
from cordboard.protocols.simulator.journal import Journal, Reader, Record
from cordboard.protocols.simulator.picture import Party, Picture, Stance
from cordboard.protocols.simulator.statistics import Statistics
from cordboard.protocols.simulator.timers import (
    Answers,
    Deliver,
    Distribute,
    Leaves,
    MaxWait,
    NoAnswer,
    Patience,
    Reacts,
    Speaks,
    Timer,
    ToneEnds,
    WrapUpEnds,
)

KEPT_COMMANDS = 50_000
"""Ids of commands that are remembered at least, so that none is done twice."""


class Switch:
    """One contact centre's switch, from `now` on. `mark` goes into every id it mints, so that runs can be told apart."""

    def __init__(self, centre: Centre, *, now: int, mark: str = "") -> None:
        self._exchange = Exchange(centre, now=now, mark=mark)
        self._drain: Reader | None = None
        self.commands_seen: dict[str, int] = {}

    @property
    def centre(self) -> Centre:
        """The centre it serves."""
        return self._exchange.centre

    @property
    def now(self) -> int:
        """The time it has reached."""
        return self._exchange.now

    @property
    def arrivals(self) -> Mapping[str, float]:
        """Callers an hour for each queue, for whoever sends them: another object whenever one changed."""
        return self._exchange.arrivals

    @property
    def courses(self) -> Mapping[str, str]:
        """By queue the curve that its arrivals follow: another object whenever one changed."""
        return self._exchange.courses

    @property
    def picture(self) -> Picture:
        """The present truth, to look at."""
        return self._exchange.picture

    @property
    def journal(self) -> Journal:
        """All that has happened."""
        return self._exchange.journal

    @property
    def statistics(self) -> Statistics:
        """The counters of its queues, teams and agents."""
        return self._exchange.statistics

    def execute(self, ident: str, command: Command, now: int | None = None) -> Outcome:
        """Do what a desk asks. `ident` is the caller's; one that was seen before is refused, and counted."""
        self.advance(self.now if now is None else now)
        self.commands_seen[ident] = self.commands_seen.get(ident, 0) + 1
        if self.commands_seen[ident] > 1:
            return Refused(code="duplicate-command", message=REFUSALS["duplicate-command"])
        self._exchange.command = ident
        try:
            if isinstance(command, AgentCommand):
                done = desk.perform(self._exchange, command)
            elif isinstance(command, SupervisorCommand):
                done = supervision.perform(self._exchange, command)
            else:
                done = telephony.perform(self._exchange, command)
            self._exchange.settle()
        except RefusedError as error:
            return error.refused
        finally:
            self._exchange.command = None
        return done

    def happen(self, happening: Happening, now: int | None = None) -> Outcome:
        """Let something happen in the world."""
        self.advance(self.now if now is None else now)
        try:
            done: Done = world.happen(self._exchange, happening)
        except RefusedError as error:
            return error.refused
        self._exchange.settle()
        return done

    def advance(self, now: int) -> None:
        """Let time pass until `now`, firing what is due on the way. Time does not go back."""
        exchange = self._exchange
        while (due := exchange.timers.pop(now)) is not None:
            at, timer = due
            exchange.now = max(exchange.now, at)
            _fire(exchange, timer)
            exchange.settle()
        exchange.now = max(exchange.now, now)

    def next_due(self) -> int | None:
        """When something next happens by itself."""
        return self._exchange.timers.next_due()

    def drain(self) -> list[Record]:
        """The records since the last drain. Who never drains keeps no records from being forgotten."""
        if self._drain is None:
            self._drain = self._exchange.journal.reader()
            self._drain.place = 0
        return self._drain.read()

    def reader(self) -> Reader:
        """A further reader of the journal, from now on."""
        return self._exchange.journal.reader()

    def snapshot(self) -> Picture:
        """The present truth, to keep and to bring forward by records."""
        return self._exchange.picture.copy()

    def state(self, *, closed: bool = True) -> dict[str, object]:
        """The present truth as plain JSON: see `Picture.state`."""
        return self._exchange.picture.state(closed=closed)

    def forget(self, before: int, keep: int = 0) -> None:
        """Drop what ended before this time, records that every reader has read but for the newest `keep`, and old commands' ids."""
        self._exchange.picture.forget(before)
        self._exchange.journal.trim(keep)
        for ident in tuple(islice(self.commands_seen, max(0, len(self.commands_seen) - KEPT_COMMANDS))):
            del self.commands_seen[ident]


def _fire(exchange: Exchange, timer: Timer) -> None:
    match timer:
        case Deliver(party=party, to=to):
            _deliver(exchange, exchange.picture.parties[party], to)
        case NoAnswer(party=party):
            _no_answer(exchange, exchange.picture.parties[party])
        case Answers(party=party):
            exchange.move("established", exchange.picture.parties[party], "connected")
        case ToneEnds(party=party):
            failed = exchange.picture.parties[party]
            exchange.move("connection-cleared", failed, "null", cause=failed.cause)
        case MaxWait(party=party):
            exchange.move("connection-cleared", exchange.picture.parties[party], "null", cause="max-wait")
        case Patience(party=party):
            if exchange.out_of_patience(timer):
                world.hang_up(exchange, exchange.picture.parties[party])
        case WrapUpEnds(segment=segment):
            desk.end_wrap_up(exchange, exchange.picture.segments[segment], "timer")
        case Speaks(call=call, line=line, whole=whole):
            exchange.conversations.speak(exchange.picture.calls[call], line, whole=whole)
        case Reacts(call=call):
            exchange.conversations.react(exchange.picture.calls[call])
        case Leaves(party=party):
            world.hang_up(exchange, exchange.picture.parties[party])
        case Distribute():
            pass
        case _:
            assert_never(timer)


def _deliver(exchange: Exchange, party: Party, to: str) -> None:
    call = exchange.picture.calls[party.call]
    target = exchange.directory.target(to)
    exchange.move("originated", party, "connected")
    exchange.reach(call, target, outside="customer" if call.kind == "main" else "third_party")


def _no_answer(exchange: Exchange, party: Party) -> None:
    exchange.unanswered(party, "no-answer", verdict="missed")
    routed = party.queue is not None or exchange.picture.calls[party.call].kind == "reservation"
    if party.agent is not None and routed:
        reason = exchange.centre.rules.no_answer_reason
        missed = duty_id(party.agent, party.medium)
        exchange.touched.stances[missed] = Stance(state="not_ready", reason=reason)
