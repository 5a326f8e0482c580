"""Who comes when, and how long things take: the drawn numbers have the shape that the data says."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random
from statistics import fmean, median

import pytest

from cordboard.protocols.simulator.centre import Centre, CentreError, centre
from cordboard.protocols.simulator.curves import DAY, HOUR, Curve, Duration, Spread, arrival, drawn, factor
from cordboard.protocols.simulator.people import People
from cordboard.protocols.simulator.switch import Switch

OFFICE = Curve(factors=(0.0,) * 8 + (1.0, 2.0, 2.0, 1.0) + (0.5,) * 4 + (0.0,) * 8)


def coming(curve: Curve | None, per_hour: float, days: int, offset: int = 0) -> list[int]:
    """The moments at which someone comes."""
    rng, now, found = Random(1), 0, []
    while (due := arrival(curve, per_hour, now, offset, rng)) is not None and due < days * DAY:
        assert due > now
        found.append(due)
        now = due
    return found


def test_arrivals_follow_their_curve() -> None:
    hours = Counter(at % DAY // HOUR for at in coming(OFFICE, 40, 100))
    assert set(hours) == set(range(8, 16))
    for hour, seen in hours.items():
        assert seen == pytest.approx(4000 * OFFICE.factors[hour], rel=0.08)


def test_arrivals_follow_the_centres_own_clock() -> None:
    hours = {at % DAY // HOUR for at in coming(OFFICE, 40, 5, offset=-5 * HOUR)}
    assert hours == set(range(13, 21))


def test_waits_are_those_of_a_poisson_process() -> None:
    moments = coming(None, 60, 30)
    waits = [b - a for a, b in pairwise(moments)]
    assert fmean(waits) == pytest.approx(60_000, rel=0.03)
    # Of exponential waits, 63 in 100 are shorter than the mean, and 5 in 100 longer than three times that.
    assert sum(wait < 60_000 for wait in waits) / len(waits) == pytest.approx(0.632, abs=0.01)
    assert sum(wait > 180_000 for wait in waits) / len(waits) == pytest.approx(0.05, abs=0.005)


def test_nobody_comes_where_the_curve_is_flat() -> None:
    assert coming(Curve(factors=(0.0, 0.0)), 60, 2) == []
    assert coming(OFFICE, 0, 2) == []
    assert [factor(OFFICE, hour * HOUR) for hour in (7, 9, 33)] == [0, 2, 2]


@pytest.mark.parametrize(
    ("duration", "middle"),
    [
        (100, 100),
        (Spread(mean=100, spread=0.1), 100),
        (Spread(mean=100, shape="lognormal", spread=0.8), 72.6),
        (Spread(mean=100, shape="exponential"), 69.3),
    ],
)
def test_durations_have_their_mean_and_their_shape(duration: Duration, middle: float) -> None:
    rng = Random(2)
    seconds = [drawn(duration, rng) for _ in range(20_000)]
    assert fmean(seconds) == pytest.approx(100, rel=0.03)
    assert median(seconds) == pytest.approx(middle, rel=0.03)
    assert min(seconds) > 0


def test_people_come_by_the_curve_and_talk_as_the_queue_says(northquay: Centre) -> None:
    plain = {
        "name": "Curved",
        "agents": [
            {"id": f"a{i}", "login": f"a{i}", "name": f"A {i}", "extension": f"2{i:02}", "self_acting": True,
             "queues": {"q": 1}}
            for i in range(20)
        ],
        "queues": [
            {"id": "q", "name": "Q", "number": "8001", "arrivals_per_hour": 60, "curve": "office",
             "talk": {"mean": 200, "spread": 0.0}, "after_call": {"mean": 30, "spread": 0.0}}
        ],
        "curves": {"office": {"factors": list(OFFICE.factors)}},
        "customers": [{"number": f"+44 20 7946 {i:04}", "name": f"C {i}"} for i in range(100)],
    }  # fmt: skip
    switch = Switch(centre(plain), now=0)
    people = People(switch, Random(1))
    people.advance(8 * HOUR)
    assert not switch.picture.interactions
    people.advance(12 * HOUR)
    assert len(switch.picture.interactions) == pytest.approx(360, rel=0.15)
    now = switch.statistics.gauges(("queue", "q"))
    assert now["average-wrap-up-time"] == pytest.approx(30_000, rel=0.01)
    assert now["average-talk-time"] <= 200_500
    assert northquay.queues[0].curve == ""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"queues": [{"id": "q", "name": "Q", "number": "1", "curve": "no"}]}, "queues[0].curve"),
        ({"queues": [{"id": "q", "name": "Q", "number": "1", "talk": 0}]}, "queues[0].talk"),
        ({"moods": {"calm": {"talk": {"mean": -1}}}}, "moods.calm.talk"),
        ({"moods": {"calm": {"patience": {"mean": 9, "spread": 2}}}}, "moods.calm.patience"),
        ({"curves": {"c": {"factors": []}}}, "curves.c.factors"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], field: str) -> None:
    agent = {"id": "a", "login": "a", "name": "A", "extension": "2001"}
    with pytest.raises(CentreError) as caught:
        centre({"name": "N", "agents": [agent], **change})
    assert caught.value.field == field
