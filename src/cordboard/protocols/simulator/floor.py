"""The floor: the switch with its people, the pace of its time, and the faults of the wire between it and the link.

It outlives links: a link that was dropped finds the same calls when it comes back, as with any vendor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import msgspec

from cordboard.model.errors import CallerError
from cordboard.model.ids import Millis
from cordboard.protocols.simulator.centre import Centre, CentreError, loads
from cordboard.protocols.simulator.flavours import Flavour, chosen
from cordboard.protocols.simulator.journal import Record
from cordboard.protocols.simulator.library import builtin_flavours
from cordboard.protocols.simulator.people import People
from cordboard.protocols.simulator.scenario import Play, Scenario, ScenarioError
from cordboard.protocols.simulator.switch import Switch

KEPT_RECORDS = 20_000
KEPT_TIME: Millis = 60 * 60 * 1000
FASTEST = 1000
"""Simulated seconds in a real one: faster than that the link would do nothing but tick."""
TIDY_EVERY = 1000
"""After so many records the floor drops what is older than the two above allow."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a simulator link.

    `centre`: the contact centre as TOML text (the built-in one if empty). `seed`: of everything random. `people`: whether
    callers and colleagues act by themselves. `welcome`: whether an agent who does not act by themselves is called soon
    after they first get ready (with `people`). `speed`: how many simulated seconds pass in a real one. `mark`: what all
    ids of the switch begin with, so that runs can be told apart; random if empty. `statistics`: the counters of one queue, team
    or agent are told at most every so many milliseconds. `flavour`: which vendor's ways the centre has, the name of a built-in
    one or its TOML text (empty: all that it can do).
    """

    centre: str = ""
    seed: int = 1
    people: bool = False
    welcome: bool = False
    speed: float = 1.0
    mark: str = ""
    statistics: Millis = 1000
    flavour: str = ""


class Faults(msgspec.Struct, kw_only=True):
    """What is wrong with the wire right now. The only mutable struct of the house: a panel of switches."""

    delay: Millis = 0
    """How late records arrive."""
    duplicate: bool = False
    """Each record arrives twice."""
    reorder: bool = False
    """Neighbouring records change places."""
    refuse: str = ""
    """The next command is refused with this code."""
    silent: bool = False
    """The next command is done, and never answered."""


class Floor:
    """One simulated contact centre, from the moment it is opened."""

    def __init__(self, settings: Settings, centre: Centre, mark: str, flavour: Flavour) -> None:
        self.settings = settings
        self.centre = flavour.of(centre)
        self.flavour = flavour
        self.faults = Faults()
        self.speed = settings.speed
        self.play: Play | None = None
        """The scenario that is played, or was played last."""
        self.forgotten: Millis = 0
        """What ended before this time is not known any more."""
        self._mark = settings.mark or mark
        self._random = Random(settings.seed)  # noqa: S311 - a simulation, seeded on purpose
        self._switch: Switch | None = None
        self._people: People | None = None
        self._real: Millis = 0
        self._simulated: Millis = 0
        self._plays = 0
        self._steps: Iterator[int] = iter(())
        self._step_due: Millis | None = None
        self._tidied = 0

    def open(self, at: Millis) -> Switch:
        """The switch, opened at this moment if it was not open before."""
        if self._switch is None:
            self._real = self._simulated = at
            self._switch = Switch(self.centre, now=at, mark=self._mark)
            if self.settings.people:
                self._people = People(self._switch, self._random, welcome=self.settings.welcome)
        return self._switch

    @property
    def switch(self) -> Switch:
        """The switch. Open it first."""
        assert self._switch is not None, "open the floor first"  # noqa: S101 - a slip of ours, not bad input
        return self._switch

    def time(self, at: Millis) -> Millis:
        """The simulated time at a real one."""
        return self._simulated + int((at - self._real) * self.speed)

    def advance(self, at: Millis) -> None:
        """Let time pass on the floor until now."""
        now = self.time(at)
        while self._step_due is not None and self._step_due <= now:
            self._move(self._step_due)
            self._next_step()
        self._move(now)
        if self.switch.journal.last >= self._tidied + TIDY_EVERY:
            self._tidied = self.switch.journal.last
            self.forgotten = now - KEPT_TIME
            self.switch.forget(self.forgotten, KEPT_RECORDS)

    def pace(self, speed: float, at: Millis) -> None:
        """Let time run at another speed from now on."""
        self._simulated, self._real, self.speed = self.time(at), at, speed

    def next_due(self, at: Millis) -> Millis | None:
        """Real milliseconds until something happens by itself."""
        due = self._people.next_due() if self._people is not None else self.switch.next_due()
        moments = [item for item in (due, self._step_due) if item is not None]
        if not moments or self.speed <= 0:
            return None
        # Rounded up: a timer that rings before its moment rings again at once, for ever on a virtual clock.
        return max(0, math.ceil((min(moments) - self.time(at)) / self.speed))

    def begin(self, scenario: Scenario, at: Millis, *, pause: Millis = 0) -> Play:
        """Play a scenario from now on; whatever else goes on, goes on. One that is not over yet is left where it is. `pause`: between
        two steps.
        """
        self._plays += 1
        self.play = Play(scenario, self.switch, mark=f"{scenario.name}-{self._plays}", pause=pause)
        self._steps = self.play.go()
        self._step_due = self.time(at)
        self.advance(at)
        return self.play

    def worn(self, records: list[Record]) -> list[Record]:
        """The records as the faulty wire brings them."""
        if self.faults.reorder and len(records) > 1:
            records = [item for pair in zip(records[1::2], records[::2], strict=False) for item in pair] + (
                records[-1:] if len(records) % 2 else []
            )
        if self.faults.duplicate:
            records = [item for record in records for item in (record, record)]
        return records

    def _move(self, now: Millis) -> None:
        if self._people is not None:
            self._people.advance(now)
        else:
            self.switch.advance(now)

    def _next_step(self) -> None:
        try:
            wait = next(self._steps, None)
        except ScenarioError as error:
            wait = None
            if self.play is not None:
                self.play.stop(str(error))
        self._step_due = None if wait is None else self.switch.now + wait


def floor(settings: Mapping[str, Any], mark: str, builtin: str) -> Floor:
    """The floor that the settings describe; `builtin` is the centre's TOML if they name none. `CallerError` if they are wrong."""
    plain = {key: value for key, value in settings.items() if key != "floor"}
    try:
        read = msgspec.convert(plain, Settings)
    except msgspec.ValidationError as error:
        raise CallerError("bad-field", f"simulator settings: {error}", {"field": "links.options"}) from error
    if not 0 < read.speed <= FASTEST:
        raise CallerError(
            "bad-field", f"speed lies between 0 and {FASTEST}", {"field": "links.options.speed"}
        )
    try:
        return Floor(read, loads(read.centre or builtin), mark, chosen(read.flavour, builtin_flavours()))
    except CentreError as error:
        raise CallerError("bad-field", f"the centre is wrong: {error}", {"field": error.field}) from error
