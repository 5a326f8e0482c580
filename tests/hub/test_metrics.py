from __future__ import annotations

from cordboard.hub.metrics import BUCKETS, HubMetrics


def test_the_histogram_counts_each_append_under_every_bound_that_it_kept() -> None:
    metrics = HubMetrics()
    for millis in (0, 1, 2, 3, 5, 250, 251, 1000, 9999):
        metrics.appended(2, millis)
    assert metrics.histogram() == {1: 2, 2: 3, 5: 5, 10: 5, 20: 5, 50: 5, 100: 5, 250: 6, 1000: 8}
    assert tuple(metrics.histogram()) == BUCKETS
    assert (metrics.entries, metrics.appends, metrics.append_ms) == (18, 9, 11511)
