"""A day's course: when people come, and how long things take. Data, and what is drawn from it.

A `Curve` is the course of one day: factors of a queue's `arrivals_per_hour`, each for an equal part of the day from the
centre's midnight on. Who comes, comes by a Poisson process of that rate, exactly: within a part it is constant, and what
is left of a wait goes on at the next part's rate. A `Spread` is how long something takes, where it differs from time to time.
"""

from __future__ import annotations

import math
from random import Random
from typing import Literal

import msgspec

DAY = 24 * 60 * 60 * 1000
HOUR = 60 * 60 * 1000


class Curve(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Factors of the rate over one day: 24 of them are hours, 48 are half hours."""

    factors: tuple[float, ...]


class Spread(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long something takes, in seconds: `mean`, and by `shape` what `spread` means.

    `even`: anything from mean * (1 - spread) to mean * (1 + spread). `lognormal`: mostly shorter, sometimes much longer, as
    talks are; `spread` is the sigma of the logarithm. `exponential`: as patience is often taken to be; no spread.
    """

    mean: float
    shape: Literal["even", "lognormal", "exponential"] = "even"
    spread: float = 0.5


Duration = int | Spread
"""A plain number of seconds is a `Spread` of that mean."""


def drawn(duration: Duration, rng: Random) -> float:
    """The seconds that it takes this time."""
    spread = Spread(mean=duration) if isinstance(duration, int) else duration
    match spread.shape:
        case "even":
            return spread.mean * rng.uniform(1 - spread.spread, 1 + spread.spread)
        case "lognormal":
            return rng.lognormvariate(math.log(spread.mean) - spread.spread**2 / 2, spread.spread)
        case "exponential":
            return rng.expovariate(1 / spread.mean)


def wrong(duration: Duration) -> str:
    """What is wrong with it; empty if nothing is."""
    if isinstance(duration, int):
        return "" if duration > 0 else "must be positive"
    if duration.mean <= 0:
        return "its mean must be positive"
    if duration.spread < 0 or (duration.shape == "even" and duration.spread > 1):
        return "its spread lies between 0 and 1 for the even shape, and is never negative"
    return ""


def factor(curve: Curve | None, time: int) -> float:
    """The factor at a time of the centre's own clock (milliseconds)."""
    if curve is None:
        return 1.0
    return curve.factors[time % DAY * len(curve.factors) // DAY]


def arrival(curve: Curve | None, per_hour: float, now: int, offset: int, rng: Random) -> int | None:
    """When the next one comes; None if nobody ever does. `offset`: the centre's clock minus UTC, in milliseconds."""
    if per_hour <= 0 or (curve is not None and not any(curve.factors)):
        return None
    left = rng.expovariate(1.0)
    if curve is None:
        return now + max(1, round(left * HOUR / per_hour))
    parts = len(curve.factors)
    at = now
    while True:
        time = (at + offset) % DAY
        place = time * parts // DAY
        end = at - (time - -(-(place + 1) * DAY // parts))
        rate = per_hour * curve.factors[place] / HOUR
        if rate * (end - at) >= left:
            return max(now + 1, round(at + left / rate))
        left -= rate * (end - at)
        at = end
