"""Those outside who act by themselves: they call, write and send things, pick up, wait, ask to be called back, and leave."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from cordboard.protocols.simulator.commands import (
    AskCallback,
    CreateTask,
    CustomerAnswer,
    CustomerHangUp,
    CustomerWrite,
    Happening,
    Ring,
    StartChat,
)
from cordboard.protocols.simulator.curves import arrival, drawn
from cordboard.protocols.simulator.diary import Diary
from cordboard.protocols.simulator.journal import Record
from cordboard.protocols.simulator.picture import Party, Utterance

GUESSES = 8
"""How often a free customer is sought by guessing before all are looked through."""
WAITS_LONGER = 3
"""How much more patient one is who waits for an answer in writing."""
QUESTIONS = ("Hello, I have a question.", "Good day, can you help me?", "Hi! It is about my order.")
ANSWERS = ("I see.", "Yes, that is right.", "Thank you, that helps.", "One moment, I will look.")
SUBJECTS = ("A refund", "An address has changed", "A question by e-mail", "A complaint")


class Callers:
    """Everyone outside one switch."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary
        self._switch = diary.switch
        self._rng = diary.rng
        self._numbers = tuple(diary.customers)
        self._rates: dict[str, tuple[float, str]] = {}
        """By queue: how many come an hour, by which curve."""
        self._holds: dict[str, int] = {}
        """By queue: which draw of the next one holds."""
        self._draws = 0
        self._arrivals: Mapping[str, float] = {}
        self._courses: Mapping[str, str] = {}
        self._offset = self._switch.centre.rules.utc_offset * 60_000
        self._dialogues = tuple(item.id for item in self._switch.centre.dialogues if item.medium == "chat")

    def look(self) -> None:
        """Look whether more come now, or fewer."""
        switch = self._switch
        if switch.arrivals is self._arrivals and switch.courses is self._courses:
            return
        self._arrivals, self._courses = switch.arrivals, switch.courses
        for queue, rate in self._arrivals.items():
            if self._rates.get(queue) != (rate, self._courses[queue]):
                self._rates[queue] = (rate, self._courses[queue])
                self._draw(queue)

    def see(self, record: Record) -> None:
        """Something happened on the switch."""
        match record.after:
            case Party() as party if record.kind == "delivered" and party.agent is None:
                self._rung(party)
            case Party() as party if record.kind == "established":
                self._in_talk(party)
            case Party(medium="voice") as party if record.kind == "queued" and record.before is None:
                if self._diary.happens(self._diary.habits.asks):
                    self._diary.later(self._rng.uniform(10, 60), partial(self._ask, party.call))
            case Utterance(agent=str()) as said if self._switch.picture.calls[said.call].medium == "chat":
                self._read(said)
            case _:
                pass

    def call_in(self, to: str, medium: str = "voice") -> None:
        """Somebody calls, writes or sends something."""
        number = self._free_number(medium)
        if number is None:
            return
        caller = self._diary.customers[number]
        patience = drawn(self._switch.centre.mood(caller).patience, self._rng)
        happening: Happening
        match medium:
            case "chat":
                dialogue = self._rng.choice(self._dialogues) if self._dialogues else None
                happening = StartChat(
                    to=to,
                    number=caller.number,
                    text="" if dialogue else self._rng.choice(QUESTIONS),
                    dialogue=dialogue,
                    patience=max(1, round(patience * WAITS_LONGER)),
                )
            case "task":
                happening = CreateTask(to=to, number=caller.number, subject=self._rng.choice(SUBJECTS))
            case _:
                happening = Ring(number=caller.number, to=to, patience=max(1, round(patience)))
        self._diary.happen(happening)

    # --- what they do ------------------------------------------------------------------------------------------------

    def _rung(self, party: Party) -> None:
        if party.role != "customer" or party.number not in self._diary.customers:
            return
        mood = self._switch.centre.mood(self._diary.customers[party.number])
        if self._rng.random() < mood.answers:
            self._diary.later(self._rng.uniform(2, 10), partial(self._pick_up, party.id))

    def _in_talk(self, party: Party) -> None:
        """Somebody joined a call: those outside now have someone to talk to. Who writes leaves when everything is said."""
        if party.medium != "voice":
            return
        for other in self._switch.picture.of_call(party.call):
            stays = other.role == "third_party" and other.number not in self._diary.customers
            if other.agent is None and other.state in ("connected", "hold") and not stays:
                self._diary.later(self._diary.talk(other), partial(self._leave, other.id))

    def _read(self, said: Utterance) -> None:
        """An agent wrote. Whoever has no dialogue answers something, or has heard enough."""
        call = self._switch.picture.calls[said.call]
        customer = next((p for p in self._switch.picture.of_call(call.id) if p.role == "customer"), None)
        if call.dialogue is not None or customer is None:
            return
        if self._rng.random() < 0.6:  # noqa: PLR2004 - somewhat more often than not
            answer = CustomerWrite(call=call.id, text=self._rng.choice(ANSWERS))
            self._diary.later(self._rng.uniform(5, 40), partial(self._diary.happen, answer))
        else:
            self._diary.later(self._rng.uniform(5, 20), partial(self._leave, customer.id))

    def _pick_up(self, ident: str) -> None:
        party = self._diary.party(ident, "alerting")
        if party is not None:
            self._diary.happen(CustomerAnswer(call=party.call, party=party.id))

    def _leave(self, ident: str) -> None:
        party = self._diary.party(ident, "connected", "hold")
        if party is not None:
            self._diary.happen(CustomerHangUp(call=party.call, party=party.id))

    def _ask(self, call: str) -> None:
        """Ask to be called back, if still waiting: else it is refused."""
        self._diary.happen(AskCallback(call=call, seconds=self._rng.choice((300, 900, 3600))))

    # --- who comes ---------------------------------------------------------------------------------------------------

    def _arrive(self, queue: str, draw: int) -> None:
        if self._holds[queue] == draw:
            self.call_in(f"queue:{queue}", self._diary.queues[queue].medium)
            self._draw(queue)

    def _draw(self, queue: str) -> None:
        self._draws += 1
        self._holds[queue] = self._draws
        rate, course = self._rates[queue]
        curve = self._switch.centre.curves.get(course)
        now = self._switch.now
        due = arrival(curve, rate, now, self._offset, self._rng)
        if due is not None:
            self._diary.later((due - now) / 1000, partial(self._arrive, queue, self._draws))

    def _free_number(self, medium: str) -> str | None:
        """The number of someone who is in no call. Few are, as a rule, so that a first guess is mostly right."""
        for _ in range(GUESSES if self._numbers else 0):
            number = self._rng.choice(self._numbers)
            if medium != "voice" or self._switch.picture.engaged(number) is None:
                return number
        free = [n for n in self._numbers if self._switch.picture.engaged(n) is None]
        return self._rng.choice(free) if free else None
