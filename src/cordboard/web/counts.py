"""What the web edge counts, besides what the hub does."""

from __future__ import annotations

from collections import Counter


class Counts:
    """Counters since start."""

    def __init__(self) -> None:
        self.refusals: Counter[str] = Counter()
        self.slow_pages = 0
        self.failures = 0

    def refused(self, code: str) -> None:
        """A request or page was refused with this code."""
        self.refusals[code] += 1

    def slow(self) -> None:
        """A page was closed because it took its frames too slowly."""
        self.slow_pages += 1

    def failed(self) -> None:
        """A request met a fault of ours."""
        self.failures += 1
