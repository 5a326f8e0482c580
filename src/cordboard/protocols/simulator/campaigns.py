"""Campaigns, which have lists of people dialled, and promised calls (callbacks) when they are due.

- *preview*: a free agent is shown an entry of the list by a reservation call; if they take it, they dial.
- *progressive*: a free agent is held, an entry is dialled, and whoever answers is connected with that agent at once.
- *predictive*: more entries are dialled than agents are free; whoever answers gets a free agent at once, or waits a moment in
  the campaign's queue.
- A callback that is due is offered like a preview, to the agent who promised it or to a free one of its queue.

What came of it is noted at the entry: it is done, is tried again after a while, or never. The dialler is a party of the call for
as long as there is no agent, and of a reservation; agents do not hear of it.
"""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from cordboard.protocols.simulator.centre import AgentPlan, CampaignPlan, normal
from cordboard.protocols.simulator.commands import (
    AskCallback,
    CancelCallback,
    Done,
    OfferEntry,
    RefusedError,
    ScheduleCallback,
    StartCampaign,
    StopCampaign,
)
from cordboard.protocols.simulator.picture import Call, Callback, Entry, Party
from cordboard.protocols.simulator.timers import Distribute, NoAnswer

if TYPE_CHECKING:
    from cordboard.protocols.simulator.exchange import Exchange

DECIDE = 30
"""Seconds in which an agent takes a callback or leaves it."""
AGAIN = 300
"""Seconds after which a callback that was not kept is offered again."""
STAY = 5
"""Seconds that somebody whom a campaign called waits for an agent."""


class Campaigns:
    """The campaigns and callbacks of one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._plans = {plan.id: plan for plan in exchange.centre.campaigns}
        self._running = {plan.id for plan in exchange.centre.campaigns if plan.running}
        self._dialling: dict[str, str | None] = {}
        """Calls that the dialler makes, with the agent who is held for them."""
        self._out: Counter[str] = Counter()
        """By campaign: how many of those there are."""
        self._answered: list[str] = []
        """Those of them that were answered, and whose agent is not there yet."""
        self.reserved: dict[str, str] = {}
        """Agents who are held, with their calls."""
        self._lists: dict[str, list[tuple[int, int, str]]] = {}
        """By campaign: the entries to be tried, a heap by when and by place."""
        self._promises: list[tuple[int, str]] = []
        """Promised calls that are not due yet, a heap."""
        self._owed: dict[str, None] = {}
        """Promised calls that are due."""
        for plan in exchange.centre.campaigns:
            self._lists[plan.id] = []
            for number, record in enumerate(plan.entries, 1):
                entry = Entry(
                    id=f"{plan.id}-{number}",
                    campaign=plan.id,
                    number=normal(record.number),
                    name=record.name,
                    fields=record.fields,
                )
                exchange.picture.put(entry)
                self._lists[plan.id].append((0, number, entry.id))

    # --- what is asked for ---------------------------------------------------------------------------------------------

    def turn(self, campaign: str, *, on: bool) -> None:
        """Start or stop a campaign. What it dials already goes on."""
        self._known(campaign)
        (self._running.add if on else self._running.discard)(campaign)

    def offer(self, campaign: str, agent: str) -> Done:
        """Show the campaign's next entry to this agent now, running or not."""
        plan = self._known(campaign)
        found = self._exchange.directory.agents.get(agent)
        if found is None:
            raise RefusedError("unknown-agent", agent)
        if agent not in self._exchange.picture.ready:
            raise RefusedError("wrong-state", agent)
        entry = self._next(plan)
        if entry is None:
            raise RefusedError("wrong-state", "no entry is due")
        party = self._preview(plan, entry, found)
        return Done(interaction=party.interaction, call=party.call, party=party.id, segment=party.segment)

    def promise(self, command: ScheduleCallback) -> Done:
        """An agent promises a call."""
        exchange = self._exchange
        segments = exchange.picture.open_segments(command.agent)
        segment = next((item for item in segments if item.id == command.segment), None)
        if segment is None:
            raise RefusedError("unknown-segment", command.segment)
        if segment.phase not in ("active", "paused", "wrap_up"):
            raise RefusedError("wrong-state", segment.phase)
        call = exchange.picture.calls[segment.calls[0]]
        customer = next((p for p in exchange.picture.of_call(call.id) if p.role == "customer"), None)
        number = normal(command.number or (customer.number if customer is not None else call.called))
        if not number:
            raise RefusedError("invalid-destination", "nobody's number is known here")
        if command.queue is not None:
            self._voice_queue(command.queue)
        known = exchange.directory.customers.get(number)
        name = customer.name if customer is not None and customer.number == number else ""
        made = self._promised(
            number=number,
            name=name or (known.name if known is not None else ""),
            due=exchange.later(command.seconds) if command.due is None else command.due,
            agent=None if command.queue is not None else command.agent,
            queue=command.queue,
            interaction=segment.interaction,
            segment=segment.id,
            text=command.text,
        )
        return Done(interaction=made.interaction, segment=segment.id, callback=made.id)

    def ask(self, happening: AskCallback, customer: Party) -> Done:
        """A caller who waits in a queue asks to be called back, and leaves."""
        exchange = self._exchange
        waiting = next((p for p in exchange.picture.of_call(customer.call) if p.state == "queued"), None)
        if waiting is None or waiting.queue is None or waiting.medium != "voice":
            raise RefusedError("wrong-state", "the caller waits in no queue")
        made = self._promised(
            number=normal(happening.number or customer.number),
            name=customer.name,
            due=exchange.later(happening.seconds),
            queue=waiting.queue,
            interaction=customer.interaction,
        )
        exchange.move("diverted", waiting, "null", cause="redirected")
        exchange.move("connection-cleared", customer, "null", cause="hang-up")
        return Done(interaction=customer.interaction, call=customer.call, party=customer.id, callback=made.id)

    def cancel(self, command: CancelCallback) -> Done:
        """Call a promised call off."""
        found = self._exchange.picture.callbacks.get(command.callback)
        if found is None or found.state != "promised":
            raise RefusedError("unknown-callback", command.callback)
        plan = self._exchange.directory.agents[command.agent]
        if found.agent != plan.id and found.queue not in plan.queues:
            raise RefusedError("unknown-callback", command.callback)
        self._exchange.change("callback-done", found, state="cancelled")
        self._promises = [item for item in self._promises if item[1] != found.id]
        heapq.heapify(self._promises)
        self._owed.pop(found.id, None)
        return Done(callback=found.id)

    # --- reservations -----------------------------------------------------------------------------------------------

    def accept(self, own: Party, call: Call) -> Done:
        """The agent takes what they were shown: they dial, and the reservation is over."""
        exchange = self._exchange
        plan = exchange.directory.agents[own.agent or ""]
        taken = exchange.move("originated", own, "connected")
        made = exchange.start_call(
            direction="outbound",
            calling=plan.extension,
            called=call.called,
            interaction=call.interaction,
            data=call.data,
            campaign=call.campaign,
            entry=call.entry,
            callback=call.callback,
        )
        segment = exchange.picture.segments[own.segment or ""]
        segment = exchange.change(
            "segment-dialling", segment, phase="dialling", calls=(*segment.calls, made.id)
        )
        party = exchange.dial(plan, made, segment, call.called)
        exchange.move("connection-cleared", taken, "null", cause="hang-up")
        return Done(interaction=call.interaction, call=made.id, party=party.id, segment=segment.id)

    def discard(self, call: Call) -> None:
        """Never offer this again."""
        entry = self._exchange.picture.entries.get(call.entry or "")
        if entry is not None:
            self._exchange.change("entry-changed", entry, state="never")

    def over(self, call: Call) -> None:
        """A call ended: note what came of it."""
        self._got_through(call)
        went_on = call.kind == "reservation" and any(
            other.id != call.id for other in self._exchange.picture.running(call.interaction)
        )
        if went_on:
            return
        reached = (
            call.kind == "main"
            and any(
                p.role == "agent" and p.cause not in FAILED for p in self._exchange.picture.of_call(call.id)
            )
            and call.answered is not None
        )
        entry = self._exchange.picture.entries.get(call.entry or "")
        if entry is not None and entry.state == "out":
            self._note(entry, call, reached=reached)
        callback = self._exchange.picture.callbacks.get(call.callback or "")
        if callback is not None and callback.state == "offered":
            if reached:
                self._exchange.change("callback-done", callback, state="kept")
            else:
                due = self._exchange.later(AGAIN)
                self._exchange.change("callback-promised", callback, state="promised", due=due)
                self._owe(callback, due)

    # --- what happens by itself -------------------------------------------------------------------------------------

    def step(self) -> bool:
        """Do the next thing that can be done now; whether there was one."""
        return self._connect() or self._keep_promise() or self._dial()

    def answered(self, call: Call) -> None:
        """Somebody took a call. If the dialler made it, an agent is needed."""
        if call.id in self._dialling:
            self._answered.append(call.id)

    def _connect(self) -> bool:
        """Whoever answered a call of the dialler gets an agent."""
        exchange = self._exchange
        while self._answered:
            call = exchange.picture.calls[self._answered.pop(0)]
            if call.id not in self._dialling:
                continue  # it is over already
            parties = exchange.picture.of_call(call.id)
            customer = next(p for p in parties if p.role == "customer")
            dialler = next(p for p in parties if p.role == "dialler")
            plan = self._plans[call.campaign or ""]
            chosen = self._got_through(call) or self._free(plan.queue)
            if chosen is None:
                exchange.give_patience(customer, STAY)
                exchange.enqueue(call, exchange.directory.queues[plan.queue])
            else:
                who = exchange.directory.agents[chosen]
                segment = exchange.open_segment(chosen, call, dialling=False, queue=plan.queue)
                exchange.add_party(
                    "established",
                    call,
                    "agent",
                    "connected",
                    number=who.extension,
                    name=who.name,
                    agent=chosen,
                    segment=segment.id,
                )
            exchange.move("connection-cleared", dialler, "null", cause="hang-up")
            return True
        return False

    def _got_through(self, call: Call) -> str | None:
        """The dialler has done its part in the call; the agent who was held for it, and is so no longer."""
        if call.id not in self._dialling:
            return None
        agent = self._dialling.pop(call.id)
        self._out[call.campaign or ""] -= 1
        if agent is not None:
            self.reserved.pop(agent, None)
            self._exchange.touched.agents[agent] = None
        return agent

    def _keep_promise(self) -> bool:
        """Offer a callback that is due."""
        exchange = self._exchange
        while self._promises and self._promises[0][0] <= exchange.now:
            self._owed[heapq.heappop(self._promises)[1]] = None
        if not exchange.picture.ready:
            return False
        for ident in self._owed:
            callback = exchange.picture.callbacks[ident]
            if exchange.engaged(callback.number):
                continue
            chosen = self._free(callback.queue) if callback.queue is not None else callback.agent
            if chosen in exchange.picture.ready:
                del self._owed[ident]
                exchange.change("callback-done", callback, state="offered")
                self._reserve(
                    exchange.directory.agents[chosen or ""],
                    DECIDE,
                    queue=callback.queue,
                    called=callback.number,
                    callback=callback.id,
                    text=callback.text,
                )
                return True
        return False

    def _dial(self) -> bool:
        exchange = self._exchange
        for ident in sorted(self._running) if exchange.picture.ready else ():
            plan = self._plans[ident]
            free = len(exchange.ready[plan.queue])
            if not free or (plan.mode == "predictive" and self._out[ident] >= int(free * plan.lines)):
                continue
            entry, agent = self._next(plan), self._free(plan.queue)
            if entry is None or agent is None:
                continue
            if plan.mode == "preview":
                self._preview(plan, entry, exchange.directory.agents[agent])
            else:
                self._call(plan, entry, agent if plan.mode == "progressive" else None)
            return True
        return False

    # --- private ----------------------------------------------------------------------------------------------------

    def _known(self, campaign: str) -> CampaignPlan:
        if campaign not in self._plans:
            raise RefusedError("unknown-campaign", campaign)
        return self._plans[campaign]

    def _voice_queue(self, ident: str) -> None:
        queue = self._exchange.directory.queues.get(ident)
        if queue is None:
            raise RefusedError("unknown-queue", ident)
        if queue.medium != "voice":
            raise RefusedError("wrong-medium", ident)

    def _promised(self, *, queue: str | None, **fields: str | int | None) -> Callback:
        plain = {"id": self._exchange.mint("b"), "queue": queue, **fields}
        made = msgspec.convert(plain, Callback)
        self._exchange.put("callback-promised", made)
        self._owe(made, made.due)
        return made

    def _owe(self, callback: Callback, due: int) -> None:
        heapq.heappush(self._promises, (due, callback.id))
        self._look_again(due)

    def _look_again(self, due: int) -> None:
        """See then who is free. What is due already is seen to at once."""
        if due > self._exchange.now:
            self._exchange.timers.set(due, Distribute())

    def _free(self, queue: str) -> str | None:
        """The agent of the queue who has been ready longest."""
        agents = self._exchange.picture.agents
        ready = self._exchange.ready[queue]
        return min(ready, key=lambda ident: (agents[ident].since, ident), default=None)

    def _next(self, plan: CampaignPlan) -> Entry | None:
        """The entry to be tried now, which is then off the list."""
        exchange, entries = self._exchange, self._lists[plan.id]
        engaged = []
        found = None
        while found is None and entries and entries[0][0] <= exchange.now:
            item = heapq.heappop(entries)
            entry = exchange.picture.entries[item[2]]
            if exchange.engaged(entry.number):
                engaged.append(item)
            else:
                found = entry
        for item in engaged:
            heapq.heappush(entries, item)
        return found

    def _preview(self, plan: CampaignPlan, entry: Entry, agent: AgentPlan) -> Party:
        self._exchange.change("entry-changed", entry, state="out", attempt=entry.attempt + 1)
        return self._reserve(
            agent,
            plan.decide,
            queue=plan.queue,
            called=entry.number,
            data=entry.fields,
            campaign=plan.id,
            entry=entry.id,
        )

    def _reserve(
        self,
        agent: AgentPlan,
        decide: int,
        *,
        queue: str | None,
        called: str,
        **more: Any,  # noqa: ANN401 - further fields of a call
    ) -> Party:
        """A reservation call: the agent is asked whether to dial."""
        exchange = self._exchange
        fields = {key: value for key, value in more.items() if value is not None}
        call = exchange.start_call(
            direction="outbound", calling="", called=called, **{"kind": "reservation", **fields}
        )
        exchange.add_party("originated", call, "dialler", "connected", number="", name="")
        segment = exchange.open_segment(agent.id, call, dialling=False, queue=queue)
        party = exchange.add_party(
            "delivered",
            call,
            "agent",
            "alerting",
            number=agent.extension,
            name=agent.name,
            agent=agent.id,
            segment=segment.id,
        )
        exchange.timers.set(exchange.later(decide), NoAnswer(party=party.id))
        return party

    def _call(self, plan: CampaignPlan, entry: Entry, agent: str | None) -> None:
        """The dialler calls an entry, with an agent held for it or without."""
        exchange = self._exchange
        self._exchange.change("entry-changed", entry, state="out", attempt=entry.attempt + 1)
        call = exchange.start_call(
            direction="outbound",
            calling=normal(exchange.directory.queues[plan.queue].number),
            called=entry.number,
            data=entry.fields,
            campaign=plan.id,
            entry=entry.id,
        )
        self._dialling[call.id] = agent
        self._out[plan.id] += 1
        if agent is not None:
            self.reserved[agent] = call.id
            exchange.touched.reasons[agent] = "reserved"
            exchange.touched.agents[agent] = None
        exchange.add_party("originated", call, "dialler", "connected", number="", name="")
        exchange.reach(call, exchange.directory.target(entry.number), outside="customer")

    def _note(self, entry: Entry, call: Call, *, reached: bool) -> None:
        plan = self._plans[entry.campaign]
        if reached:
            self._exchange.change("entry-changed", entry, state="done", result="reached")
            return
        # What an agent was shown and did not take has not been tried.
        tried = entry.attempt if call.kind == "main" else entry.attempt - 1
        state = "done" if tried >= plan.attempts else "new"
        wait = plan.again if call.kind == "main" else self._exchange.centre.rules.declined_rest
        due = self._exchange.later(wait)
        self._exchange.change(
            "entry-changed", entry, state=state, attempt=tried, due=due, result=call.cause or ""
        )
        if state == "new":
            place = int(entry.id.rpartition("-")[2])
            heapq.heappush(self._lists[plan.id], (due, place, entry.id))
            self._look_again(due)


FAILED = frozenset({"rejected", "no-answer"})
"""Causes of an agent's party that was in the call without taking it."""


def happen(exchange: Exchange, happening: StartCampaign | StopCampaign | OfferEntry) -> Done:
    """Start or stop a campaign, or show one of its entries to an agent."""
    match happening:
        case OfferEntry(campaign=campaign, agent=agent):
            return exchange.campaigns.offer(campaign, agent)
        case StartCampaign(campaign=campaign) | StopCampaign(campaign=campaign):
            exchange.campaigns.turn(campaign, on=isinstance(happening, StartCampaign))
            return Done()
