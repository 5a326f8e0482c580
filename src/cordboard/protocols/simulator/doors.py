"""The simulator's console over HTTP: what the page, the command line and tests of other languages drive it by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from cordboard.contract import Called, Ids, Route
from cordboard.model.errors import ERRORS, ErrorBody, ErrorReply
from cordboard.model.ids import Millis
from cordboard.protocols.simulator import commands as s
from cordboard.protocols.simulator.console import act, actions
from cordboard.protocols.simulator.floor import FASTEST, Floor
from cordboard.protocols.simulator.library import builtin_scenarios
from cordboard.protocols.simulator.scenario import Failure, Scenario, loads

SCOPE = "simulate"
MOST_RECORDS = 1000
"""Records in one answer of ``GET journal``."""
MOST_DIGITS = 15


def _route(method: str, name: str) -> Route:
    return Route(
        kind="http", method=method, path=f"/console/{name}", name=f"{method} {name}", end="link", scope=SCOPE
    )


ROUTES: tuple[Route, ...] = (
    _route("GET", "state"),
    _route("GET", "centre"),
    _route("GET", "actions"),
    _route("GET", "journal"),
    _route("GET", "commands"),
    _route("GET", "faults"),
    _route("GET", "scenarios"),
    _route("GET", "scenario"),
    _route("POST", "act"),
    _route("POST", "fault"),
    _route("POST", "scenario"),
)


class Act(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of ``POST act``: an action of ``GET actions`` and its parameters."""

    name: str
    params: dict[str, Any] = {}
    id: str | None = None


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of ``POST fault``: what is left out stays as it is. Times in milliseconds.

    `drop`: cut the link for so long, now. `delay`: records arrive so late. `duplicate`, `reorder`: the wire doubles or
    shuffles them. `refuse`: the next command is refused with this code. `silent`: the next one is never answered. `speed`:
    simulated seconds in a real one.
    """

    drop: Millis | None = None
    delay: Millis | None = None
    duplicate: bool | None = None
    reorder: bool | None = None
    refuse: str | None = None
    silent: bool | None = None
    speed: float | None = None


class Start(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of ``POST scenario``: the name of one of ``GET scenarios``. `pause`: seconds between two steps, to watch them."""

    name: str
    pause: Annotated[float, Meta(ge=0, le=3600)] = 0


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario, for a floor of this `flavour` (empty: of any) and, if so, with `people`. `why` it cannot be played on this one,
    empty if it can.
    """

    name: str
    about: str
    steps: int
    flavour: str = ""
    people: bool = False
    why: str = ""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How the scenario of ``GET scenario`` goes: `step` of `steps` has begun."""

    name: str
    about: str
    step: int
    steps: int
    over: bool
    failures: list[Failure]


class DoorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a door says; `drop` cuts the link afterwards, for so long."""

    body: bytes
    status: int = 200
    drop: Millis | None = None


class Doors:
    """The doors of one floor."""

    def __init__(self, floor: Floor, ids: Ids) -> None:
        self._floor = floor
        self._ids = ids
        self._doors: Mapping[str, Callable[[Called], DoorAnswer]] = {
            "GET state": self._state,
            "GET centre": lambda _: _json(self._floor.centre),
            "GET actions": lambda _: _json(actions()),
            "GET journal": self._journal,
            "GET commands": lambda _: _json(self._floor.switch.commands_seen),
            "GET faults": lambda _: self._faults(),
            "GET scenarios": lambda _: _json([self._offer(item) for item in self._scenarios().values()]),
            "GET scenario": lambda _: self._progress(),
            "POST act": self._act,
            "POST fault": self._fault,
            "POST scenario": self._begin,
        }

    def open(self, called: Called) -> DoorAnswer:
        """Answer a request; bad input gets an error that names the field."""
        door = self._doors.get(called.route)
        if door is None:
            return _wrong("not-found", f"the console has no {called.route}", "route")
        try:
            return door(called)
        except msgspec.ValidationError as error:
            return _wrong("bad-field", str(error), "body")
        except (msgspec.DecodeError, RecursionError) as error:
            return _wrong("bad-json", str(error), "body")

    def _state(self, called: Called) -> DoorAnswer:
        switch = self._floor.switch
        return _json(
            {
                "now": self._floor.time(called.at),
                "speed": self._floor.speed,
                "people": self._floor.settings.people,
                "journal": switch.journal.last,
                "arrivals": switch.arrivals,
                **switch.state(closed=called.query.get("all") == "1"),
            }
        )

    def _journal(self, called: Called) -> DoorAnswer:
        after, limit = called.query.get("after", "0"), called.query.get("limit", "200")
        for field, text in (("after", after), ("limit", limit)):
            if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
                return _wrong("bad-field", f"{field} is a whole number", field)
        return _json(self._floor.switch.journal.after(int(after))[: min(int(limit), MOST_RECORDS)])

    def _act(self, called: Called) -> DoorAnswer:
        asked = msgspec.json.decode(called.body, type=Act)
        now = self._floor.time(called.at)
        ident = asked.id or self._ids.new("console")
        outcome = act(self._floor.switch, asked.name, asked.params, ident=ident, now=now)
        return _json(outcome, status=409 if isinstance(outcome, s.Refused) else 200)

    def _fault(self, called: Called) -> DoorAnswer:
        asked = msgspec.json.decode(called.body, type=Fault)
        faults = self._floor.faults
        if asked.refuse and asked.refuse not in ERRORS:
            return _wrong("bad-field", f"{asked.refuse} is no error code", "refuse")
        if asked.speed is not None:
            if not 0 < asked.speed <= FASTEST:
                return _wrong("bad-field", f"speed lies between 0 and {FASTEST}", "speed")
            self._floor.pace(asked.speed, called.at)
        faults.delay = faults.delay if asked.delay is None else max(0, asked.delay)
        faults.duplicate = faults.duplicate if asked.duplicate is None else asked.duplicate
        faults.reorder = faults.reorder if asked.reorder is None else asked.reorder
        faults.refuse = faults.refuse if asked.refuse is None else asked.refuse
        faults.silent = faults.silent if asked.silent is None else asked.silent
        answer = self._faults()
        return DoorAnswer(body=answer.body, drop=None if asked.drop is None else max(0, asked.drop))

    def _faults(self) -> DoorAnswer:
        return _json({**msgspec.to_builtins(self._floor.faults), "speed": self._floor.speed})

    def _begin(self, called: Called) -> DoorAnswer:
        asked = msgspec.json.decode(called.body, type=Start)
        text = builtin_scenarios().get(asked.name)
        if text is None:
            return _wrong("not-found", f"there is no scenario {asked.name!r}", "name")
        playing = self._floor.play
        if playing is not None and not playing.over:
            return _wrong("wrong-state", f"{playing.scenario.name} is being played", "name")
        scenario = loads(text)
        if why := self._unfit(scenario):
            return _wrong("wrong-state", why, "name")
        self._floor.begin(scenario, called.at, pause=round(asked.pause * 1000))
        return self._progress()

    def _offer(self, scenario: Scenario) -> Offer:
        return Offer(
            name=scenario.name,
            about=scenario.about,
            steps=len(scenario.steps),
            flavour=scenario.flavour,
            people=scenario.people,
            why=self._unfit(scenario),
        )

    def _unfit(self, scenario: Scenario) -> str:
        """Why the scenario cannot be played on this floor; empty if it can."""
        if scenario.flavour not in ("", self._floor.flavour.name):
            return f"{scenario.name} is of a centre with the flavour {scenario.flavour}"
        if scenario.people and not self._floor.settings.people:
            return f"{scenario.name} is of a centre with people"
        return ""

    def _progress(self) -> DoorAnswer:
        play = self._floor.play
        if play is None:
            return _json(None)
        return _json(
            Progress(
                name=play.scenario.name,
                about=play.scenario.about,
                step=play.step,
                steps=len(play.scenario.steps),
                over=play.over,
                failures=play.failures,
            )
        )

    def _scenarios(self) -> Mapping[str, Scenario]:
        return {name: loads(text) for name, text in builtin_scenarios().items()}


def _json(value: object, status: int = 200) -> DoorAnswer:
    return DoorAnswer(body=msgspec.json.encode(value), status=status)


def _wrong(code: str, message: str, field: str) -> DoorAnswer:
    body = ErrorReply(error=ErrorBody(code=code, message=message, details={"field": field}))
    return _json(body, status=ERRORS[code].status)
