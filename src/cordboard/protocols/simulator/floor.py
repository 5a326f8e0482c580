"""The floor: the switch with its people, the pace of its time, and the faults of the wire between it and the link.

It outlives links: a link that was dropped finds the same calls when it comes back, as with any vendor.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import msgspec

from cordboard.model.errors import CallerError
from cordboard.model.ids import Millis
from cordboard.protocols.simulator.centre import Centre, CentreError, loads
from cordboard.protocols.simulator.journal import Record
from cordboard.protocols.simulator.people import People
from cordboard.protocols.simulator.switch import Switch

KEPT_RECORDS = 200_000
KEPT_TIME: Millis = 60 * 60 * 1000


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a simulator link.

    `centre`: the contact centre as TOML text (the built-in one if empty). `seed`: of everything random. `people`: whether
    callers and colleagues act by themselves. `speed`: how many simulated seconds pass in a real one.
    `human`: the agent whom a person plays in the demo; the others act by themselves if their plan says so.
    """

    centre: str = ""
    seed: int = 1
    people: bool = False
    speed: float = 1.0
    mark: str = ""


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

    def __init__(self, settings: Settings, centre: Centre, mark: str) -> None:
        self.settings = settings
        self.centre = centre
        self.faults = Faults()
        self.speed = settings.speed
        self._mark = settings.mark or mark
        self._random = Random(settings.seed)  # noqa: S311 - a simulation, seeded on purpose
        self._switch: Switch | None = None
        self._people: People | None = None
        self._real: Millis = 0
        self._simulated: Millis = 0

    def open(self, at: Millis) -> Switch:
        """The switch, opened at this moment if it was not open before."""
        if self._switch is None:
            self._real = self._simulated = at
            self._switch = Switch(self.centre, now=at, mark=self._mark)
            if self.settings.people:
                self._people = People(self._switch, self._random)
        return self._switch

    @property
    def switch(self) -> Switch:
        """The switch. Open it first."""
        assert self._switch is not None, "open the floor first"  # noqa: S101 - a slip of ours, not bad input
        return self._switch

    def time(self, at: Millis) -> Millis:
        """The simulated time at a real one."""
        return self._simulated + round((at - self._real) * self.speed)

    def advance(self, at: Millis) -> None:
        """Let time pass on the floor until now."""
        now = self.time(at)
        if self._people is not None:
            self._people.advance(now)
        else:
            self.switch.advance(now)
        if self.switch.journal.last % 1000 == 0 and len(self.switch.journal.records) > KEPT_RECORDS:
            self.switch.forget(now - KEPT_TIME)

    def pace(self, speed: float, at: Millis) -> None:
        """Let time run at another speed from now on."""
        self._simulated, self._real, self.speed = self.time(at), at, speed

    def next_due(self, at: Millis) -> Millis | None:
        """Real milliseconds until something happens by itself."""
        due = self._people.next_due() if self._people is not None else self.switch.next_due()
        if due is None or self.speed <= 0:
            return None
        return max(0, round((due - self.time(at)) / self.speed))

    def worn(self, records: list[Record]) -> list[Record]:
        """The records as the faulty wire brings them."""
        if self.faults.reorder and len(records) > 1:
            records = [item for pair in zip(records[1::2], records[::2], strict=False) for item in pair] + (
                records[-1:] if len(records) % 2 else []
            )
        if self.faults.duplicate:
            records = [item for record in records for item in (record, record)]
        return records


def floor(settings: Mapping[str, Any], mark: str, builtin: str) -> Floor:
    """The floor that the settings describe; `builtin` is the centre's TOML if they name none. `CallerError` if they are wrong."""
    plain = {key: value for key, value in settings.items() if key != "floor"}
    try:
        read = msgspec.convert(plain, Settings)
    except msgspec.ValidationError as error:
        raise CallerError("bad-field", f"simulator settings: {error}", {"field": "links.options"}) from error
    try:
        return Floor(read, loads(read.centre or builtin), mark)
    except CentreError as error:
        raise CallerError("bad-field", f"the centre is wrong: {error}", {"field": error.field}) from error
