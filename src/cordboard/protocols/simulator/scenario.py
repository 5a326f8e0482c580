"""Scenarios: named steps with expectations, as data, and the one who plays them on a switch.

A scenario is a TOML text: `name`, `about`, optionally `ready` (agents who log on ready first), what the centre has to be (its
`flavour`; `people` who act by themselves), and `[[step]]` tables.
In a step `do` names an action (see `console.actions`) whose parameters stand beside it; `refused` the code with which
it should be refused; `as` a name for what it made; `advance` the seconds that pass after it; `expect` what must then
be seen. A text parameter `$name` stands for the call of the step called so, `$name.party` (or `.segment`,
`.interaction`) for its other ids.

What can be expected is what `glance` shows, and `records`: those that must be among the step's, in that order. Every
expectation is partial: only what is written is compared. A number can be `{ at-least = 3, at-most = 9 }`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterator, Mapping, Set as AbstractSet

import msgspec

from cordboard.protocols.simulator.commands import Done, Outcome, Refused
from cordboard.protocols.simulator.console import act
from cordboard.protocols.simulator.journal import Record
from cordboard.protocols.simulator.picture import Agent, Call, Party, Picture
from cordboard.protocols.simulator.switch import Switch


class ScenarioError(ValueError):
    """The scenario's text is wrong; the message says where."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step: do, let time pass, look."""

    do: str | None = None
    params: dict[str, object] = {}
    named: str | None = None
    refused: str | None = None
    advance: float = 0
    expect: dict[str, object] = {}


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A story with a name."""

    name: str
    about: str
    ready: tuple[str, ...] = ()
    flavour: str = ""
    people: bool = False
    steps: tuple[Step, ...]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """What differed at a step (counted from 1): the place, what was expected, what was seen."""

    step: int
    where: str
    expected: object
    actual: object


def loads(text: str) -> Scenario:
    """The scenario described by a TOML text."""
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"not TOML: {error}") from error
    steps = plain.pop("step", [])
    try:
        return msgspec.convert({**plain, "steps": [_step(s) for s in steps]}, Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError(str(error)) from error


class Play:
    """One performance of a scenario on a switch, step by step. `mark` goes before the ids of its commands; `pause` are milliseconds
    between two steps, for whoever watches.
    """

    def __init__(self, scenario: Scenario, switch: Switch, *, mark: str = "", pause: int = 0) -> None:
        self.scenario = scenario
        self.failures: list[Failure] = []
        self.step = 0
        """The steps begun."""
        self.over = False
        self._switch = switch
        self._mark = mark or scenario.name
        self._pause = pause
        self._older = frozenset(switch.picture.segments)

    def go(self) -> Iterator[int]:
        """Play; yields the milliseconds to let pass before going on. A step that cannot be done ends it."""
        made: dict[str, Done] = {}
        for agent in self.scenario.ready:
            self._ready(agent)
        for step in self.scenario.steps:
            self.step += 1
            reader = self._switch.reader()
            if step.do is not None and not self._do(step, step.do, made):
                break
            yield round(step.advance * 1000)
            expect = dict(step.expect)
            wanted = _resolved_list(expect.pop("records", []), made)
            self.failures += _differences(self.step, "", expect, glance(self._switch, made, self._older))
            self.failures += _missing(self.step, wanted, reader.read())
            if self._pause:
                yield self._pause
        self.over = True

    def stop(self, why: str) -> None:
        """End it here, as failed."""
        self.failures.append(Failure(step=self.step, where="", expected="to go on", actual=why))
        self.over = True

    def _ready(self, agent: str) -> None:
        """On a live floor the agent may be logged on already."""
        for name in ("log_on", "set_agent_state"):
            asked = {"agent": agent, "state": "ready"}
            outcome = act(self._switch, name, asked, ident=f"{self._mark}-{agent}-{name}")
            if isinstance(outcome, Done):
                return

    def _do(self, step: Step, name: str, made: dict[str, Done]) -> bool:
        params = _resolved(step.params, made)
        outcome = act(self._switch, name, params, ident=f"{self._mark}-{self.step}")
        wrong = _unexpected(step, outcome)
        if wrong is not None:
            wanted = step.refused or "done"
            self.failures.append(Failure(step=self.step, where=name, expected=wanted, actual=wrong))
            return False
        if step.named is not None and isinstance(outcome, Done):
            made[step.named] = outcome
        return True


def run(scenario: Scenario, switch: Switch, advance: Callable[[int], None] | None = None) -> list[Failure]:
    """Play the scenario from the switch's present on; the failures, in order. `ScenarioError` if it refers to nothing. `advance`: lets
    time pass, where people have to hear of it.
    """
    play = Play(scenario, switch)
    for wait in play.go():
        (advance or switch.advance)(switch.now + wait)
    return play.failures


def glance(
    switch: Switch, made: Mapping[str, Done], older: AbstractSet[str] = frozenset()
) -> dict[str, object]:
    """What a scenario can see: each agent with their newest segment but for `older` ones, and the calls it has names for.

    A call's `parties` maps who (an agent's id, a queue's id, `customer`, or a number) to the connection state. `queues` and `teams`
    have their counters.
    """
    picture = switch.picture
    calls = {name: _call(picture, picture.calls[d.call]) for name, d in made.items() if d.call}
    boards: dict[str, dict[str, object]] = {"queue": {}, "team": {}, "agent": {}}
    for kind, ident in switch.statistics.keys:
        boards[kind][ident] = switch.statistics.gauges((kind, ident))
    return {
        "agents": {a.id: _agent(picture, a, older) for a in picture.agents.values()},
        "calls": calls,
        "queues": boards["queue"],
        "teams": boards["team"],
    }


def _step(plain: object) -> dict[str, object]:
    if not isinstance(plain, dict):
        raise ScenarioError("step: must be a table")
    params = {k: v for k, v in plain.items() if k not in {"do", "as", "refused", "advance", "expect"}}
    step: dict[str, object] = {k: plain[k] for k in ("do", "refused", "advance", "expect") if k in plain}
    return {**step, "params": params, "named": plain.get("as")}


def _resolved(params: Mapping[str, object], made: Mapping[str, Done]) -> dict[str, object]:
    return {name: _value(value, made) for name, value in params.items()}


def _resolved_list(wanted: object, made: Mapping[str, Done]) -> list[dict[str, object]]:
    if not isinstance(wanted, list):
        raise ScenarioError("expect.records: must be a list")
    return [_resolved(w, made) for w in wanted]


def _value(value: object, made: Mapping[str, Done]) -> object:
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    name, _, part = value[1:].partition(".")
    found = getattr(made.get(name), part or "call", None)
    if found is None:
        raise ScenarioError(f"{value}: no earlier step made this")
    return found


def _unexpected(step: Step, outcome: Outcome) -> object:
    if isinstance(outcome, Refused):
        return None if outcome.code == step.refused else f"{outcome.code} ({outcome.message})"
    return None if step.refused is None else "done"


def _agent(picture: Picture, agent: Agent, older: AbstractSet[str]) -> dict[str, object]:
    segments = [s for s in picture.segments.values() if s.agent == agent.id and s.id not in older]
    newest = segments[-1] if segments else None
    return {
        "state": agent.state,
        "reason": agent.reason,
        "pending": agent.pending.state if agent.pending else None,
        "phase": newest.phase if newest else None,
        "ended_by": newest.ended_by if newest else None,
        "disposition": newest.disposition if newest else None,
        "segments": len(segments),
        "media": {d.medium: d.state for d in picture.duties.values() if d.agent == agent.id},
    }


def _call(picture: Picture, call: Call) -> dict[str, object]:
    parties = {_label(p): p for p in picture.of_call(call.id)}
    return {
        "kind": call.kind,
        "medium": call.medium,
        "said": [said.text for said in picture.said_in(call.id)],
        "suggested": [made.title for made in picture.suggested_in(call.id)],
        "direction": call.direction,
        "queue": call.queue,
        "ended": call.ended is not None,
        "cause": call.cause,
        "recording": call.recording,
        "wrap_up_reason": call.wrap_up_reason,
        "data": call.data,
        "parties": {label: p.state for label, p in parties.items()},
        "causes": {label: p.cause for label, p in parties.items()},
        "muted": [label for label, p in parties.items() if p.muted],
        "held_alone": [label for label, p in parties.items() if p.held_by],
        "parked": [label for label, p in parties.items() if p.parked],
        "supervises": {label: p.supervises for label, p in parties.items() if p.supervises},
    }


def _label(party: Party) -> str:
    if party.role == "customer":
        return "customer"
    return party.agent or party.queue or party.number


def _differences(step: int, where: str, expected: object, actual: object) -> list[Failure]:
    if isinstance(actual, tuple):
        actual = list(actual)
    if isinstance(expected, dict) and expected and expected.keys() <= {"at-least", "at-most"}:
        low, high = expected.get("at-least", -math.inf), expected.get("at-most", math.inf)
        if isinstance(actual, int | float) and low <= actual <= high:
            return []
        return [Failure(step=step, where=where, expected=expected, actual=actual)]
    if isinstance(expected, dict):
        seen = actual if isinstance(actual, dict) else {}
        return [
            failure
            for key, value in expected.items()
            for failure in _differences(step, f"{where}.{key}".strip("."), value, seen.get(key))
        ]
    # TOML has no null: "none" is how a scenario says that there is nothing.
    if actual == expected or (actual is None and expected == "none"):
        return []
    return [Failure(step=step, where=where, expected=expected, actual=actual)]


def _missing(step: int, wanted: list[dict[str, object]], records: list[Record]) -> list[Failure]:
    plain = [msgspec.to_builtins(r) for r in records]
    place = 0
    for want in wanted:
        while place < len(plain) and _differences(step, "", want, plain[place]):
            place += 1
        if place == len(plain):
            seen = [r.kind for r in records]
            return [Failure(step=step, where="records", expected=want, actual=seen)]
        place += 1
    return []
