"""Plans under way: each is one request that waits for its answer while commands are done for it."""

from __future__ import annotations

from typing import NamedTuple, assert_never

from cordboard import contract as k
from cordboard.model import commands as c
from cordboard.model.ids import CommandId, Millis, Subject
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import answers
from cordboard.protocols.five9.orders import Answer, GoneError, Plan, Until

PATIENCE: Millis = 5_000
"""How long a plan waits for what has to be so. Then it goes on: what it asks for next is refused, if it is wrong."""
TIMER = "until:"


class _Errand(NamedTuple):
    call: str
    plan: Plan


class Errands:
    """The plans of one session."""

    def __init__(self, ids: k.Ids) -> None:
        self._ids = ids
        self._settling: dict[CommandId, _Errand] = {}
        self._waiting: dict[str, tuple[_Errand, Until]] = {}

    def __len__(self) -> int:
        return len(self._settling) + len(self._waiting)

    def begin(self, call: str, plan: Plan, state: SubjectState, at: Millis) -> k.SessionEffects:
        """Begin a plan for a request."""
        yield from self._go_on(_Errand(call, plan), state, at)

    def settled(self, command: str, outcome: c.Outcome, state: SubjectState, at: Millis) -> k.SessionEffects:
        """What became of a plan's command. Only what was done lets the plan go on."""
        errand = self._settling.pop(CommandId(command), None)
        if errand is None:
            return
        match outcome:
            case c.Done():
                yield from self._go_on(errand, state, at)
            case c.Refused(code=code, message=message):
                errand.plan.close()
                yield answers.refused(errand.call, code, message, at)
            case c.Unconfirmed(reason=reason):
                errand.plan.close()
                yield answers.unconfirmed(errand.call, reason, at)
            case _:
                assert_never(outcome)

    def looked(self, state: SubjectState, at: Millis) -> k.SessionEffects:
        """The state is another one: whoever waited for it goes on."""
        for call, (errand, until) in tuple(self._waiting.items()):
            if until.so(state):
                del self._waiting[call]
                yield k.Cancel(name=TIMER + call)
                yield from self._go_on(errand, state, at)

    def woke(self, name: str, state: SubjectState, at: Millis) -> k.SessionEffects:
        """A plan has waited long enough."""
        found = self._waiting.pop(name.removeprefix(TIMER), None)
        if found is not None:
            yield from self._go_on(found[0], state, at)

    def given_up(self, at: Millis) -> k.SessionEffects:
        """The session ends: whoever waits hears that nobody knows."""
        left = (*self._settling.values(), *(errand for errand, _ in self._waiting.values()))
        self._settling.clear()
        self._waiting.clear()
        for errand in left:
            yield answers.unconfirmed(errand.call, "the login has ended", at)

    def _go_on(self, errand: _Errand, state: SubjectState, at: Millis) -> k.SessionEffects:
        while True:
            try:
                step = next(errand.plan)
            except StopIteration as over:
                answer: Answer = over.value
                yield answers.reply(errand.call, answer.body, answer.status)
                return
            except GoneError as error:
                yield answers.gone(errand.call, str(error), at)
                return
            except ValueError as error:
                yield answers.bad(errand.call, str(error), at)
                return
            if isinstance(step, Until):
                if step.so(state):
                    continue
                self._waiting[errand.call] = errand, step
                yield k.Wake(name=TIMER + errand.call, after=PATIENCE)
                return
            command = c.Command(id=CommandId(self._ids.new("five9")), subject=state.subject, service=step)
            self._settling[command.id] = errand
            yield k.Execute(command=command)
            return


def nobody(subject: Subject) -> SubjectState:
    """The state of somebody of whom nothing is known."""
    return SubjectState(subject=subject)
