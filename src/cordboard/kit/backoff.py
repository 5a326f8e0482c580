"""How long to wait before trying again."""

from __future__ import annotations

from random import Random

from cordboard.model.ids import Millis

_DOUBLINGS = 32


def backoff(attempt: int, random: Random, first: Millis = 500, most: Millis = 30_000) -> Millis:
    """The pause before attempt `attempt + 1` (the first is 0): doubling from `first` up to `most`, its upper half random, so
    that those who were cut off together do not come back together.
    """
    ceiling = min(most, first << min(max(attempt, 0), _DOUBLINGS))
    return ceiling - random.randint(0, ceiling // 2)
