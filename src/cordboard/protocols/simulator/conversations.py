"""What is said in calls and written in chats, and what is suggested to the agents.

A call may follow one of the centre's dialogues: once it is answered its lines are spoken one after the other, each heard first
half (not `final`) and then whole. In a chat the customer writes the first line, and answers what the agent writes: with the reply
that a word of the message calls for, or else with their next line. After their last they leave. Nothing here is random.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.protocols.simulator.centre import Answer, Dialogue, Line, Medium
from cordboard.protocols.simulator.commands import Done, RefusedError, Say, Suggest
from cordboard.protocols.simulator.lines import party_named
from cordboard.protocols.simulator.picture import Call, Party, Suggestion, Utterance
from cordboard.protocols.simulator.timers import Leaves, Reacts, Speaks

if TYPE_CHECKING:
    from cordboard.protocols.simulator.exchange import Exchange

A_WORD = 350
"""Milliseconds that it takes to say one."""
SURE = 0.97
"""How sure a recogniser is of an agent, whose voice it knows."""
HALF_SURE = 0.8
"""What is left of the confidence while somebody is still speaking."""
THINKS = 3.0
"""Seconds before a customer answers in a chat."""
STAYS = 20.0
"""Seconds that a customer stays in a chat after their last word."""
INTERRUPTED = 2.0
"""Seconds after which a line is tried again that nobody could have heard."""


class Conversations:
    """All that is being said on one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._dialogues = {item.id: item for item in exchange.centre.dialogues}
        self._places: dict[str, int] = {}
        """By chat: how many of their lines the customer has written."""
        self._given: dict[str, set[int]] = {}
        """By chat: the replies that were given."""
        self._thinking: set[str] = set()
        """The chats in which the customer is about to answer."""
        self._speaking: dict[str, str] = {}
        """By party: the utterance that is not over yet."""

    def known(self, ident: str | None, medium: Medium = "voice") -> str | None:
        """The dialogue's id, if the centre has it for this medium."""
        if ident is None:
            return None
        found = self._dialogues.get(ident)
        if found is None or found.medium != medium:
            raise RefusedError("unknown-dialogue", ident)
        return ident

    # --- calls -------------------------------------------------------------------------------------------------------

    def answered(self, call: Call) -> None:
        """Somebody answered: the dialogue of the call begins."""
        if call.dialogue is not None and call.medium == "voice":
            self._speak_next(call, 0)

    def over(self, call: Call) -> None:
        """Nothing more is said in it."""
        for table in (self._places, self._given):
            table.pop(call.id, None)
        self._thinking.discard(call.id)
        for party in self._exchange.picture.of_call(call.id):
            self._speaking.pop(party.id, None)

    def speak(self, call: Call, line: int, *, whole: bool) -> None:
        """A line of the call's dialogue is half spoken, or wholly. It waits while nobody would hear it."""
        spoken = self._dialogues[call.dialogue or ""].lines[line]
        party = self._speaker(call, spoken)
        if party is None:
            again = Speaks(call=call.id, line=line, whole=whole)
            self._exchange.timers.set(self._exchange.now + round(INTERRUPTED * 1000), again)
            return
        confidence = spoken.confidence if spoken.who == "customer" else SURE
        seconds = _seconds(spoken.text)
        if not whole:
            words = spoken.text.split()
            text = " ".join(words[: (len(words) + 1) // 2])
            self.heard(call, party, text, confidence * HALF_SURE, seconds / 2, final=False)
            rest = round(seconds * 500)
            self._exchange.timers.set(self._exchange.now + rest, Speaks(call=call.id, line=line, whole=True))
            return
        said = self.heard(call, party, spoken.text, confidence, seconds, final=True)
        for answer in spoken.suggest:
            self.suggest(call, answer, said.id)
        self._speak_next(call, line + 1)

    def heard(
        self, call: Call, party: Party, text: str, confidence: float, seconds: float, *, final: bool
    ) -> Utterance:
        """Somebody spoke, or speaks still; what they were saying before is completed by it."""
        now = self._exchange.now
        known = self._exchange.picture.utterances.get(self._speaking.pop(party.id, ""))
        start = known.start if known is not None else now - round(seconds * 1000)
        said = Utterance(
            id=known.id if known is not None else self._exchange.mint("u"),
            interaction=call.interaction,
            call=call.id,
            party=party.id,
            role=party.role,
            agent=party.agent,
            name=party.name,
            text=text,
            confidence=round(confidence, 3),
            start=start,
            end=now,
            final=final,
        )
        self._exchange.put("said", said)
        if not final:
            self._speaking[party.id] = said.id
        return said

    # --- chats -------------------------------------------------------------------------------------------------------

    def opening(self, call: Call) -> str:
        """What the chat's dialogue begins with."""
        line = self._line(call, 0)
        if line is None:
            return ""
        self._places[call.id] = 1
        return line.text

    def written(self, call: Call, party: Party, text: str) -> Utterance:
        """Somebody wrote. A customer with a dialogue answers an agent after a moment's thought."""
        now = self._exchange.now
        said = Utterance(
            id=self._exchange.mint("u"),
            interaction=call.interaction,
            call=call.id,
            party=party.id,
            role=party.role,
            agent=party.agent,
            name=party.name,
            text=text,
            start=now,
            end=now,
        )
        self._exchange.put("said", said)
        if party.role == "customer":
            for answer in self._answers(call, text):
                self.suggest(call, answer, said.id)
        elif call.dialogue is not None and call.id not in self._thinking:
            self._thinking.add(call.id)
            self._exchange.timers.set(now + round(THINKS * 1000), Reacts(call=call.id))
        return said

    def react(self, call: Call) -> None:
        """The customer answers what the agent wrote last."""
        self._thinking.discard(call.id)
        party = next(p for p in self._exchange.picture.of_call(call.id) if p.role == "customer")
        asked = next(
            (item.text for item in reversed(self._exchange.picture.said_in(call.id)) if item.agent), ""
        ).casefold()
        given = self._given.setdefault(call.id, set())
        for number, reply in enumerate(self._dialogues[call.dialogue or ""].replies):
            if number not in given and any(word.casefold() in asked for word in reply.to):
                given.add(number)
                self.written(call, party, reply.text)
                return
        place = self._places.get(call.id, 0)
        line = self._line(call, place)
        if line is None:
            return
        self._places[call.id] = place + 1
        self.written(call, party, line.text)
        if self._line(call, place + 1) is None:
            self._exchange.timers.set(self._exchange.now + round(STAYS * 1000), Leaves(party=party.id))

    # --- suggestions -------------------------------------------------------------------------------------------------

    def suggest(self, call: Call, answer: Answer, utterance: str = "") -> Suggestion:
        """Suggest an answer, to what was said if that is known."""
        made = Suggestion(
            id=self._exchange.mint("a"),
            interaction=call.interaction,
            call=call.id,
            title=answer.title,
            text=answer.text,
            url=answer.url,
            source=answer.source,
            confidence=answer.confidence,
            snippets=answer.snippets,
            utterance=utterance,
        )
        self._exchange.put("suggested", made)
        return made

    # --- private -----------------------------------------------------------------------------------------------------

    def _speak_next(self, call: Call, number: int) -> None:
        line = self._dialogues[call.dialogue or ""].lines[number : number + 1]
        if line:
            half = line[0].after + _seconds(line[0].text) / 2
            due = self._exchange.now + round(half * 1000)
            self._exchange.timers.set(due, Speaks(call=call.id, line=number, whole=False))

    def _speaker(self, call: Call, line: Line) -> Party | None:
        """Whose line it is, if they are on the line and somebody else is."""
        talking = [p for p in self._exchange.picture.of_call(call.id) if p.state == "connected"]
        mine = [p for p in talking if (p.role == "agent") == (line.who == "agent")]
        return mine[0] if mine and len(talking) > 1 else None

    def _line(self, call: Call, number: int) -> Line | None:
        """The customer's line of this number in the chat's dialogue."""
        dialogue: Dialogue | None = self._dialogues.get(call.dialogue or "")
        theirs = [line for line in dialogue.lines if line.who == "customer"] if dialogue is not None else []
        return theirs[number] if number < len(theirs) else None

    def _answers(self, call: Call, text: str) -> tuple[Answer, ...]:
        dialogue = self._dialogues.get(call.dialogue or "")
        if dialogue is None:
            return ()
        known: dict[str, tuple[Answer, ...]] = {item.text: item.suggest for item in dialogue.lines}
        known.update((item.text, item.suggest) for item in dialogue.replies)
        return known.get(text, ())


def happen(exchange: Exchange, happening: Say | Suggest) -> Done:
    """Let somebody speak, or something be suggested; raise `RefusedError` with nothing changed."""
    call = exchange.picture.calls.get(happening.call)
    if call is None:
        raise RefusedError("unknown-call", happening.call)
    if call.ended is not None:
        raise RefusedError("call-ended", call.id)
    if not 0 <= happening.confidence <= 1:
        raise RefusedError("invalid-parameters", "confidence lies between 0 and 1")
    if isinstance(happening, Suggest):
        exchange.conversations.suggest(
            call,
            Answer(
                title=happening.title,
                text=happening.text,
                url=happening.url,
                source=happening.source,
                confidence=happening.confidence,
                snippets=happening.snippets,
            ),
        )
        return Done(interaction=call.interaction, call=call.id)
    if call.medium != "voice":
        raise RefusedError("wrong-medium", call.id)
    party = party_named(exchange, call.id, happening.party or "customer")
    if party.state != "connected" or not happening.text.strip() or happening.seconds < 0:
        raise RefusedError("wrong-state" if party.state != "connected" else "invalid-parameters", party.state)
    said = exchange.conversations.heard(
        call, party, happening.text, happening.confidence, happening.seconds, final=happening.final
    )
    return Done(interaction=call.interaction, call=call.id, party=party.id, utterance=said.id)


def _seconds(text: str) -> float:
    return max(1.0, len(text.split()) * A_WORD / 1000)
