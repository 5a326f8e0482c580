"""What the hub counts. Plain numbers; the web edge renders them for Prometheus."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate

BUCKETS = (1, 2, 5, 10, 20, 50, 100, 250, 1000)
"""Upper bounds in milliseconds of the append-latency histogram."""


class HubMetrics:
    """Counters since start, and how many pages are there now."""

    def __init__(self) -> None:
        self.entries = 0
        self.appends = 0
        self.append_ms = 0
        self._appends_within = [0] * (len(BUCKETS) + 1)
        """How many appends took longer than one bound and no longer than the next."""
        self.pages = 0
        self.outcomes: Counter[str] = Counter()
        self.unrecognised = 0

    def appended(self, entries: int, millis: int) -> None:
        """A batch is on disk."""
        self.entries += entries
        self.appends += 1
        self.append_ms += millis
        self._appends_within[bisect_left(BUCKETS, millis)] += 1

    def histogram(self) -> Mapping[int, int]:
        """Cumulative counts by upper bound in milliseconds."""
        return dict(zip(BUCKETS, accumulate(self._appends_within), strict=False))
