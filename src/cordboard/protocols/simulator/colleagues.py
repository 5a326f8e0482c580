"""Agents who act by themselves: what is offered to them they take, or not; they talk, write, work, and see to what comes after."""

from __future__ import annotations

from functools import partial

from cordboard.protocols.simulator.commands import (
    AlternateCall,
    AnswerCall,
    ClearConnection,
    CompleteWrapUp,
    ConferenceCall,
    ConsultationCall,
    DeflectCall,
    Done,
    HoldCall,
    HoldParty,
    MakeCall,
    PauseWork,
    ReconnectCall,
    ResumeWork,
    RetrieveCall,
    RetrieveParty,
    ScheduleCallback,
    SendMessage,
    SetDisposition,
    SingleStepTransferCall,
    StartRecording,
    TransferCall,
)
from cordboard.protocols.simulator.curves import drawn
from cordboard.protocols.simulator.diary import Diary
from cordboard.protocols.simulator.journal import Record
from cordboard.protocols.simulator.picture import Call, Party, Segment, Utterance

WORK = (60, 300)
"""Seconds that a task takes where its queue does not say."""
SILENCE = 90
"""Seconds after which an agent ends a chat in which nobody writes any more."""
LINES = ("Good day, how can I help?", "I am looking into it.", "That is done now.", "Is there anything else?")
"""What is written where the chat has no dialogue."""


class Colleagues:
    """All agents of one switch who act by themselves, at their contacts."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary
        self._switch = diary.switch
        self._rng = diary.rng
        self._habits = diary.habits
        centre = diary.switch.centre
        self._lines = {
            item.id: tuple(line.text for line in item.lines if line.who == "agent")
            for item in centre.dialogues
        }
        self._written: dict[str, int] = {}
        """By chat: how many messages agents wrote who act by themselves."""
        self._others = [f"agent:{plan.id}" for plan in centre.agents if plan.self_acting]
        self._queues: dict[str, list[str]] = {}
        for queue in centre.queues:
            self._queues.setdefault(queue.medium, []).append(f"queue:{queue.id}")
        self._outside = [item.number for item in centre.numbers] + [c.number for c in centre.customers]

    def see(self, record: Record) -> None:
        """Something happened on the switch."""
        match record.after:
            case Party(agent=str() as agent) as party if self._diary.acts(agent):
                if record.kind == "delivered":
                    self._offered(party)
                elif record.kind == "established":
                    self._joined(party)
                elif record.kind == "retrieved" and party.medium == "chat":
                    self._soon_write(party)
            case Party(role="customer", medium="voice") as party if record.kind == "established":
                self._got_through(party)
            case Segment(phase="wrap_up") as segment if record.kind == "segment-wrap-up":
                if self._diary.acts(segment.agent):
                    self._diary.later(self._after_call(segment), partial(self._finish, segment.id))
            case Call() as call if record.kind == "call-cleared":
                self._written.pop(call.id, None)
            case Utterance(role="customer") as said if said.final:
                self._read(said)
            case _:
                pass

    def dial(self, agent: str) -> None:
        """Call somebody, if nothing has come up: else it is refused."""
        if self._switch.picture.agents[agent].state == "ready":
            self._diary.do(MakeCall(agent=agent, to=self._whom(agent)))

    # --- what is offered ---------------------------------------------------------------------------------------------

    def _offered(self, party: Party) -> None:
        what = self._rng.random()
        if what < self._habits.misses:
            return
        take = self._decline if what < self._habits.misses + self._habits.declines else self._pick_up
        self._diary.later(self._rng.uniform(1, 6), partial(take, party.id))

    def _pick_up(self, ident: str) -> None:
        party = self._diary.party(ident, "alerting")
        if party is not None:
            self._diary.do(AnswerCall(agent=party.agent or "", call=party.call))

    def _decline(self, ident: str) -> None:
        party = self._diary.party(ident, "alerting")
        if party is not None:
            self._diary.do(DeflectCall(agent=party.agent or "", call=party.call))

    # --- calls -------------------------------------------------------------------------------------------------------

    def _joined(self, party: Party) -> None:
        match party.medium:
            case "voice":
                self._plan_talk(party)
            case "chat":
                self._soon_write(party)
                self._diary.later(self._diary.talk(party), partial(self._leave_in_silence, party.id))
                self._plan_break_in(party, self._diary.talk(party))
            case "task":
                queue = self._diary.queues.get(party.queue or "")
                takes = queue.talk if queue is not None else None
                work = self._rng.uniform(*WORK) if takes is None else drawn(takes, self._rng)
                self._diary.later(work, partial(self._leave, party.id))
                self._plan_break_in(party, work)
        self._plan_promise(party)

    def _plan_talk(self, party: Party) -> None:
        diary, talk = self._diary, self._diary.talk(party)
        diary.later(talk, partial(self._leave, party.id))
        if self._rng.random() < self._habits.holds:
            diary.later(talk * 0.3, partial(self._hold, party.id))
            diary.later(talk * 0.3 + self._rng.uniform(5, 20), partial(self._retrieve, party.id))
        if diary.happens(self._habits.records):
            diary.later(1, partial(diary.do, StartRecording(agent=party.agent or "", call=party.call)))
        if diary.happens(self._habits.consults):
            diary.later(talk * self._rng.uniform(0.2, 0.8), partial(self._consult, party.id))
        elif diary.happens(self._habits.hands_on):
            diary.later(talk * self._rng.uniform(0.2, 0.8), partial(self._hand_on, party.id))

    def _got_through(self, customer: Party) -> None:
        """Whom an agent called is there: the agent, too, leaves some time, when nobody else did."""
        for party in self._switch.picture.of_call(customer.call):
            if party.agent is not None and party.state == "connected" and self._diary.acts(party.agent):
                self._diary.later(self._diary.talk(party) * 3, partial(self._leave, party.id))
                self._plan_promise(party)

    def _consult(self, ident: str) -> None:
        party = self._diary.party(ident, "connected")
        if party is None:
            return
        agent = party.agent or ""
        made = self._diary.do(ConsultationCall(agent=agent, call=party.call, to=self._whom(agent)))
        if isinstance(made, Done) and made.call is not None:
            self._diary.later(self._rng.uniform(4, 30), partial(self._conclude, agent, made.call))

    def _conclude(self, agent: str, call: str) -> None:
        """Hand over, join the calls, or go back to the caller; that as well where nobody has answered."""
        diary = self._diary
        if diary.happens(self._habits.consults):
            diary.do(AlternateCall(agent=agent))
        how = self._rng.choices((TransferCall, ConferenceCall, ReconnectCall), (5, 3, 2))[0]
        done = diary.do(how(agent=agent, call=call))
        if not isinstance(done, Done):
            diary.do(ReconnectCall(agent=agent, call=call))
        elif how is ConferenceCall and done.call is not None and diary.happens(self._habits.holds):
            alone = HoldParty(agent=agent, call=done.call, party="customer")
            again = RetrieveParty(agent=agent, call=done.call, party="customer")
            diary.later(self._rng.uniform(3, 10), partial(diary.do, alone))
            diary.later(self._rng.uniform(15, 30), partial(diary.do, again))

    def _hand_on(self, ident: str) -> None:
        party = self._diary.party(ident, "connected")
        if party is not None:
            agent = party.agent or ""
            to = self._whom(agent, party.medium)
            self._diary.do(SingleStepTransferCall(agent=agent, call=party.call, to=to))

    def _hold(self, ident: str) -> None:
        party = self._switch.picture.parties.get(ident)
        if party is not None and party.agent is not None:
            self._diary.do(HoldCall(agent=party.agent, call=party.call))

    def _retrieve(self, ident: str) -> None:
        party = self._switch.picture.parties.get(ident)
        if party is not None and party.agent is not None:
            self._diary.do(RetrieveCall(agent=party.agent, call=party.call))

    def _leave(self, ident: str) -> None:
        party = self._diary.party(ident, "connected", "hold")
        if party is not None:
            self._diary.do(ClearConnection(agent=party.agent or "", call=party.call))

    def _whom(self, agent: str, medium: str = "voice") -> str:
        """Someone to ask, or to hand something on to: mostly a colleague, sometimes a queue or somebody outside."""
        what = self._rng.random()
        queues = self._queues.get(medium, [])
        if what < 0.25 and queues:  # noqa: PLR2004 - one in four
            return self._rng.choice(queues)
        if what < 0.4 and medium == "voice" and self._outside:  # noqa: PLR2004
            return self._rng.choice(self._outside)
        others = [self._rng.choice(self._others) for _ in range(2)]
        return others[0] if others[0] != f"agent:{agent}" else others[1]

    # --- chats and tasks ---------------------------------------------------------------------------------------------

    def _soon_write(self, party: Party) -> None:
        self._diary.later(self._rng.uniform(4, 20), partial(self._write, party.id))

    def _write(self, ident: str) -> None:
        party = self._diary.party(ident, "connected")
        if party is None:
            return
        call = self._switch.picture.calls[party.call]
        place = self._written.get(call.id, 0)
        self._written[call.id] = place + 1
        lines = self._lines.get(call.dialogue or "") or LINES
        self._diary.do(
            SendMessage(agent=party.agent or "", call=call.id, text=lines[min(place, len(lines) - 1)])
        )

    def _read(self, said: Utterance) -> None:
        """The customer of a chat wrote: whoever is in it answers."""
        for party in self._switch.picture.of_call(said.call):
            here = party.medium == "chat" and party.state == "connected"
            if here and party.agent is not None and self._diary.acts(party.agent):
                self._soon_write(party)

    def _leave_in_silence(self, ident: str) -> None:
        party = self._diary.party(ident, "connected", "hold")
        if party is None:
            return
        said = self._switch.picture.said_in(party.call)
        quiet = not said or said[-1].end < self._switch.now - SILENCE * 1000
        if quiet and party.state == "connected":
            self._leave(ident)
        else:
            self._diary.later(SILENCE / 2, partial(self._leave_in_silence, ident))

    def _plan_break_in(self, party: Party, seconds: float) -> None:
        """Something else comes first for a while, or the matter is for somebody else."""
        agent, call = party.agent or "", party.call
        if self._diary.happens(self._habits.pauses):
            pause = self._rng.uniform(0.2, 0.6) * seconds
            self._diary.later(pause, partial(self._diary.do, PauseWork(agent=agent, call=call)))
            goes_on = pause + self._rng.uniform(20, 120)
            self._diary.later(goes_on, partial(self._diary.do, ResumeWork(agent=agent, call=call)))
        elif self._diary.happens(self._habits.hands_on):
            self._diary.later(self._rng.uniform(0.2, 0.8) * seconds, partial(self._hand_on, party.id))

    # --- what comes after --------------------------------------------------------------------------------------------

    def _plan_promise(self, party: Party) -> None:
        if party.segment is not None and self._diary.happens(self._habits.promises):
            seconds = self._rng.choice((600, 1800, 7200))
            promise = ScheduleCallback(agent=party.agent or "", segment=party.segment, seconds=seconds)
            self._diary.later(self._rng.uniform(5, 60), partial(self._diary.do, promise))

    def _after_call(self, segment: Segment) -> float:
        queue = self._diary.queues.get(segment.queue or "")
        takes = queue.after_call if queue is not None else None
        return self._rng.uniform(4, 15) if takes is None else drawn(takes, self._rng)

    def _finish(self, ident: str) -> None:
        segment = self._switch.picture.segments.get(ident)
        if segment is None or segment.phase != "wrap_up":
            return
        choices = self._switch.centre.dispositions
        if choices:
            chosen = self._rng.choice(choices).code
            self._diary.do(SetDisposition(agent=segment.agent, segment=segment.id, disposition=chosen))
        self._diary.do(CompleteWrapUp(agent=segment.agent, segment=segment.id))
