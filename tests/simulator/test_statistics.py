"""The counters, kept record by record, against a count made afresh of what is so on the switch."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest

from cordboard.contract import Watch
from cordboard.model.vocabulary import GAUGES
from cordboard.protocols.simulator.centre import Centre
from cordboard.protocols.simulator.console import act
from cordboard.protocols.simulator.people import People
from cordboard.protocols.simulator.statistics import DAY, Bulletin, Key
from cordboard.protocols.simulator.switch import Switch
from tests.hub.probe import Page, Probe
from tests.simulator.conftest import Do
from tests.simulator.generator import an_action
from tests.simulator.world import World, world

DOING = [
    "agents-ready", "agents-not-ready", "agents-ringing", "agents-talking-inbound", "agents-talking-internal",
    "agents-talking-outbound", "agents-wrap-up-ready", "agents-wrap-up-not-ready",
]  # fmt: skip
ENDED = ["contacts-answered", "contacts-abandoned", "contacts-timed-out", "contacts-diverted"]


def of(switch: Switch, key: Key) -> dict[str, float]:
    """The values now."""
    return switch.statistics.gauges(key)


def balance(switch: Switch) -> None:
    """What must hold of the counters at any moment, by a count of what is so."""
    picture, plans = switch.picture, {plan.id: plan for plan in switch.centre.agents}
    for queue in switch.centre.queues:
        now = of(switch, ("queue", queue.id))
        voice = queue.medium == "voice"
        states = picture.agents.values() if voice else picture.duties.values()
        members = [
            item
            for item in states
            if item.state != "null"
            if queue.id in plans[item.id.partition("/")[0]].queues
            if voice or item.id.endswith(f"/{queue.medium}")
        ]
        assert now["agents-logged-on"] == len(members)
        assert sum(now[name] for name in [*DOING, "agents-busy-other"]) == len(members)
        standing = [p.since for p in picture.parties.values() if p.state == "queued" and p.queue == queue.id]
        assert now["calls-waiting"] == len(standing)
        assert now["longest-waiting-since"] == min(standing, default=0)
        assert now["callbacks-waiting"] == sum(item.queue == queue.id for item in picture.promised())
        ended = sum(now[name] for name in ENDED)
        rung = now["contacts-offered"] - ended - len(standing)
        alerting = [
            p for p in picture.parties.values() if p.agent and p.state == "alerting" and p.queue == queue.id
        ]
        assert 0 <= rung <= len(alerting)
        assert now["contacts-answered-in-time"] <= now["contacts-answered"]
        assert 0 <= now["service-level"] <= 100
    for team in {plan.team for plan in plans.values() if plan.team}:
        now = of(switch, ("team", team))
        crew = [a for a in picture.agents.values() if plans[a.id].team == team and a.state != "null"]
        assert sum(now[name] for name in DOING) == now["agents-logged-on"] == len(crew)
        assert now["agents-busy"] == sum(a.state == "busy" for a in crew)
        assert now["agents-wrap-up"] == sum(a.state == "working_after_call" for a in crew)


@pytest.mark.parametrize("seed", range(3))
def test_the_counters_are_what_a_count_would_give_whatever_happens(northquay: Centre, seed: int) -> None:
    rng, switch = Random(seed), Switch(northquay, now=0)
    for step in range(600):
        act(switch, *an_action(switch, rng, media=True), ident=f"w{step}")
        balance(switch)
        switch.advance(switch.now + rng.choice([0, 300, 2000, 20_000]))
        balance(switch)


def test_a_morning_adds_up(northquay: Centre) -> None:
    switch = Switch(northquay, now=DAY // 3)
    people = People(switch, Random(4))
    people.advance(switch.now + 3 * 3_600_000)
    balance(switch)
    bookings = of(switch, ("queue", "bookings"))
    assert bookings["contacts-offered"] > 100
    assert bookings["contacts-abandoned"] > 0
    assert 5000 < bookings["average-speed-of-answer"] < bookings["longest-wait"]
    assert bookings["average-handle-time"] == pytest.approx(
        bookings["average-talk-time"] + bookings["average-wrap-up-time"], abs=1
    )
    segments = switch.picture.segments.values()
    closed = [s for s in segments if s.phase == "closed" and s.answered and s.agent == "pia"]
    assert of(switch, ("agent", "pia"))["contacts-handled"] == len(closed)
    assert of(switch, ("team", "crew"))["contacts-missed"] > 0


def test_each_number_of_a_call_is_told(switch: Switch, do: Do) -> None:
    do("ring", number="+44 20 7946 0101", to="8001")
    switch.advance(switch.now + 30_000)
    do("ring", number="+44 20 7946 0102", to="8001")
    do("log_on", agent="mia", state="ready")
    assert of(switch, ("queue", "bookings"))["agents-ringing"] == 1
    assert of(switch, ("queue", "changes"))["agents-busy-other"] == 1
    ringing = switch.picture.of_agent("mia")[0]
    switch.advance(switch.now + 2000)
    do("answer_call", agent="mia", call=ringing.call)
    switch.advance(switch.now + 50_000)
    assert of(switch, ("queue", "bookings"))["agents-talking-inbound"] == 1
    do("customer_hang_up", call=ringing.call)
    assert of(switch, ("queue", "bookings"))["agents-wrap-up-ready"] == 1
    do("set_agent_state", agent="mia", state="not_ready", reason="break")
    assert of(switch, ("queue", "bookings"))["agents-wrap-up-not-ready"] == 1
    switch.advance(switch.now + 7000)
    do("complete_wrap_up", agent="mia")
    now = of(switch, ("queue", "bookings"))
    assert (now["contacts-answered"], now["contacts-answered-in-time"], now["service-level"]) == (1, 0, 0)
    assert (now["average-speed-of-answer"], now["average-talk-time"]) == (32_000, 50_000)
    assert (now["average-wrap-up-time"], now["average-handle-time"]) == (7000, 57_000)
    assert (now["contacts-offered"], now["calls-waiting"]) == (2, 1)
    assert set(now) == set(GAUGES)


def test_who_gives_up_early_does_not_count_against_the_service_level(switch: Switch, do: Do) -> None:
    for number, patience in (("0101", 5), ("0102", 60)):
        do("ring", number=f"+44 20 7946 {number}", to="8001", patience=patience)
    switch.advance(switch.now + 10_000)
    assert of(switch, ("queue", "bookings"))["service-level"] == 100
    switch.advance(switch.now + 60_000)
    now = of(switch, ("queue", "bookings"))
    assert (now["contacts-abandoned"], now["service-level"], now["longest-wait"]) == (2, 0, 60_000)


def test_today_begins_at_midnight_and_keeps_who_is_still_there(northquay: Centre) -> None:
    switch = Switch(northquay, now=DAY - 60_000)
    act(switch, "ring", {"number": "+44 20 7946 0101", "to": "8001", "patience": 5})
    act(switch, "ring", {"number": "+44 20 7946 0102", "to": "8001"})
    switch.advance(DAY - 1000)
    assert of(switch, ("queue", "bookings"))["contacts-abandoned"] == 1
    switch.advance(DAY)
    act(switch, "ring", {"number": "+44 20 7946 0103", "to": "8001"})
    now = of(switch, ("queue", "bookings"))
    assert (now["contacts-abandoned"], now["contacts-offered"], now["calls-waiting"]) == (0, 2, 2)


def test_each_subject_is_told_of_at_most_so_often(switch: Switch, do: Do) -> None:
    bulletin = Bulletin(switch.statistics, 1000)
    assert {key for key, _, _ in bulletin.news(0)} == set(switch.statistics.keys)
    assert bulletin.wait(0) is None
    do("ring", number="+44 20 7946 0101", to="8001")
    assert list(bulletin.news(400)) == []
    assert bulletin.wait(400) == 600
    do("ring", number="+44 20 7946 0102", to="8001")
    now = {name: value for key, name, value in bulletin.news(1000) if key == ("queue", "bookings")}
    assert now == {"calls-waiting": 2, "contacts-offered": 2, "longest-waiting-since": switch.now}
    assert bulletin.wait(1000) is None
    do("ring", number="+44 20 7946 0103", to="8002")
    assert {key for key, _, _ in bulletin.news(1001)} == {("queue", "changes")}


def test_a_queue_of_chats_counts_what_its_agents_are_for_chats(switch: Switch, do: Do) -> None:
    do("log_on", agent="mia", state="ready")
    do("log_on", agent="pia", medium="chat", state="ready")
    do("log_on", agent="ruth", medium="chat")
    now = of(switch, ("queue", "messages"))
    assert (now["agents-logged-on"], now["agents-ready"], now["agents-not-ready"]) == (2, 1, 1)
    do("start_chat", to="8101", text="Hello", number="+44 20 7946 0105")
    assert of(switch, ("queue", "messages"))["agents-ringing"] == 1
    do("answer_call", agent="pia", call=switch.picture.of_agent("pia", "chat")[0].call)
    now = of(switch, ("queue", "messages"))
    assert (now["agents-talking-inbound"], now["contacts-answered"]) == (1, 1)
    assert of(switch, ("queue", "bookings"))["agents-logged-on"] == 1
    assert of(switch, ("team", "crew"))["agents-ready"] == 1


async def test_watchers_are_told_by_the_link() -> None:
    async with world(statistics=5000) as at:
        await at.act("log_on", agent="mia", state="ready")
        assert (await told(at, "team/crew"))["agents-ready"] == 0
        await at.clock.advance(5000)
        assert (await told(at, "team/crew"))["agents-ready"] == 1
        assert (await told(at, "queue/freight"))["agents-ready"] == 1
        assert (await told(at, "agent/mia"))["contacts-handled"] == 0


async def told(at: World, subject: str) -> Mapping[str, float]:
    """The counters that a page gets which comes to the subject now."""
    page = Page(at.hub, Probe(), "tenant")
    await page.do(Watch(subjects={subject: None}))
    page.seat.leave()
    return page.session.joined[-1].gauges
