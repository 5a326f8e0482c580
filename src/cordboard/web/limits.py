"""Token buckets: how often one caller may do something."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable

from cordboard.model.errors import CallerError

REMEMBERED = 20_000
"""Callers kept in mind; the one silent for longest is forgotten first, with a bucket that is full again by then."""


def source(address: str) -> str:
    """Whose limits an address counts to: who has one of IPv6 has a whole /64 of them."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found.packed[:8] + bytes(8), 64)))


class Bucket:
    """Holds `burst` and refills at `rate` per second; a rate of 0 means no limit."""

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = float(burst)
        self._at = now

    def take(self, now: float) -> float:
        """Take one: 0 if there was one, else the seconds until there is (and nothing is taken)."""
        if not self._rate:
            return 0.0
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._rate

    def pace(self, now: float) -> float:
        """Take one, if need be of those to come: the seconds to pause for it."""
        wait = self.take(now)
        if wait:
            self._left -= 1
        return wait


class Buckets:
    """One bucket for each caller."""

    def __init__(self, rate: float, burst: int, now: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = burst
        self._now = now
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, caller: str) -> None:
        """Take one for this caller, or `CallerError("too-many-requests")` with the whole seconds to wait."""
        if not self._rate:
            return
        now = self._now()
        bucket = self._buckets.get(caller)
        if bucket is None:
            bucket = self._buckets[caller] = Bucket(self._rate, self._burst, now)
            if len(self._buckets) > REMEMBERED:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(caller)
        wait = bucket.take(now)
        if wait:
            seconds = str(math.ceil(wait))
            raise CallerError(
                "too-many-requests", f"slow down: try again in {seconds} s", {"seconds": seconds}
            )
