"""What people who act by themselves are like: how often they do what they could do. Data of a centre."""

from __future__ import annotations

import msgspec


class Habits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Probabilities from 0 to 1, each for every time that it could be; the last two are so many an hour.

    Agents: `misses` and `declines` what is offered to them, takes `breaks` once ready, `dials` somebody then, `holds` a caller,
    `pauses` a chat or task, `consults` somebody about a call (and hands it over, joins the calls or comes back), `hands_on` a
    contact in a single step, `promises` to call back, `records` a call. Callers: `asks` to be called back instead of waiting.
    Supervisors: `posts` messages to their teams, `listens` in.
    """

    misses: float = 0.04
    declines: float = 0.0
    breaks: float = 0.08
    dials: float = 0.0
    holds: float = 0.15
    pauses: float = 0.1
    consults: float = 0.0
    hands_on: float = 0.0
    promises: float = 0.0
    records: float = 0.0
    asks: float = 0.0
    posts: float = 0.0
    listens: float = 0.0

    def wrong(self) -> str:
        """The first that is not what it may be; empty if none is."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value < 0 or (value > 1 and name not in ("posts", "listens")):
                return name
        return ""


class Shift(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an agent works, each day: hours of the centre's clock, and parts of them. One that ends at 30 ends at six the next day."""

    start: float
    end: float

    @property
    def wrong(self) -> bool:
        """Whether it is none."""
        return not 0 <= self.start < self.end <= self.start + 24 or self.start >= 24  # noqa: PLR2004 - hours of a day
