"""The doors for machines that watch us: alive, ready, and the numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from cordboard.contract import Route
from cordboard.hub.driver import LinkStatus
from cordboard.hub.hub import Hub
from cordboard.model.ids import Millis
from cordboard.web.answers import GUARDED, json_answer
from cordboard.web.counts import Counts
from cordboard.web.doors import Door, Visit
from cordboard.web.origins import Origins

if TYPE_CHECKING:
    from prometheus_client import Metric

LINK_STATES = ("starting", "up", "down", "login", "gave-up", "stopped")


class StoreReadiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the log can be written, and why not."""

    writable: bool
    reason: str = ""


class OriginsSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Whose pages came, since when: listed origins of which none did, and some of those that were refused, with how often."""

    since: Millis
    unused: tuple[str, ...]
    refused: dict[str, int]


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `/readyz`: ready when the log can be written and every link is up."""

    ready: bool
    store: StoreReadiness
    links: tuple[LinkStatus, ...]
    origins: OriginsSeen | None = None
    """For callers on the hub's own machine."""


def readiness(hub: Hub, origins: Origins | None = None, *, reasons: bool) -> Readiness:
    """How the hub is, truthfully. `reasons` may name hosts and files: they are for callers on this machine."""
    links = tuple(
        link if reasons else msgspec.structs.replace(link, reason="") for link in hub.links.values()
    )
    return Readiness(
        ready=not hub.broken and all(link.state == "up" for link in links),
        store=StoreReadiness(writable=not hub.broken, reason=hub.broken if reasons else ""),
        links=links,
        origins=OriginsSeen(since=origins.since, unused=origins.unused, refused=dict(origins.refused))
        if reasons and origins is not None
        else None,
    )


def health_doors(hub: Hub, counts: Counts, origins: Origins, *, metrics: bool) -> Iterable[Door]:
    """`/healthz`, `/readyz` and `/metrics`."""

    async def alive(_: Visit) -> web.StreamResponse:
        return json_answer({"alive": True})

    async def ready(visit: Visit) -> web.StreamResponse:
        found = readiness(hub, origins, reasons=visit.local)
        return json_answer(found, 200 if found.ready else 503)

    async def numbers(_: Visit) -> web.StreamResponse:
        return web.Response(
            body=exposition(hub, counts),
            headers={**GUARDED, "Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )

    yield Door(route=_route("/healthz", "alive"), serve=alive, open=True)
    yield Door(route=_route("/readyz", "ready"), serve=ready, open=True)
    if metrics:
        yield Door(route=_route("/metrics", "metrics"), serve=numbers, open=True)


def exposition(hub: Hub, counts: Counts) -> bytes:
    """All numbers in Prometheus' text form, from a registry of their own: two hubs in one process do not mix."""
    from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 - first asked for long after the start

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(hub, counts))
    return generate_latest(registry)


class _Numbers:
    """Renders the counters of hub and web when Prometheus asks."""

    def __init__(self, hub: Hub, counts: Counts) -> None:
        self._hub = hub
        self._counts = counts

    def collect(self) -> Iterable[Metric]:
        """All metrics now."""
        from prometheus_client.core import (  # noqa: PLC0415 - as in `exposition`
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        hub, counts = self._hub.metrics, self._counts
        yield CounterMetricFamily("cordboard_entries", "Entries appended to the log.", value=hub.entries)
        yield CounterMetricFamily(
            "cordboard_unrecognised", "Vendor frames that no one understood.", value=hub.unrecognised
        )
        yield GaugeMetricFamily("cordboard_pages", "Sessions seated now.", value=hub.pages)
        yield GaugeMetricFamily("cordboard_subjects", "Subjects known.", value=len(self._hub.states))
        yield GaugeMetricFamily(
            "cordboard_store_writable", "1 while the log can be written.", value=0 if self._hub.broken else 1
        )
        outcomes = CounterMetricFamily("cordboard_commands", "Commands by outcome.", labels=["outcome"])
        for outcome, count in sorted(hub.outcomes.items()):
            outcomes.add_metric([outcome], count)
        yield outcomes
        links = GaugeMetricFamily(
            "cordboard_link_state", "1 for the state that a link is in.", labels=["link", "state"]
        )
        for name, link in sorted(self._hub.links.items()):
            for state in LINK_STATES:
                links.add_metric([name, state], 1 if link.state == state else 0)
        yield links
        latency = HistogramMetricFamily(
            "cordboard_append_seconds", "From the call until the entries are on disk."
        )
        buckets = [(str(bound / 1000), float(count)) for bound, count in sorted(hub.histogram().items())]
        latency.add_metric([], [*buckets, ("+Inf", float(hub.appends))], hub.append_ms / 1000)
        yield latency
        refused = CounterMetricFamily(
            "cordboard_refused_requests", "Requests refused, by error code.", labels=["code"]
        )
        for code, count in sorted(counts.refusals.items()):
            refused.add_metric([code], count)
        yield refused
        yield CounterMetricFamily(
            "cordboard_slow_pages_closed",
            "Pages closed because they took frames too slowly.",
            value=counts.slow_pages,
        )
        yield CounterMetricFamily(
            "cordboard_failed_requests", "Requests that met a fault of ours.", value=counts.failures
        )


def _route(path: str, name: str) -> Route:
    return Route(kind="http", path=path, name=name, anonymous=True, limit=0)
