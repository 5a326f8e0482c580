from __future__ import annotations

from collections import Counter
from random import Random

from cordboard.protocols.simulator.centre import Centre
from cordboard.protocols.simulator.commands import (
    AnswerCall,
    ClearConnection,
    CompleteWrapUp,
    Done,
    LogOn,
    MakeCall,
    SetArrivals,
)
from cordboard.protocols.simulator.people import People
from cordboard.protocols.simulator.picture import Agent
from cordboard.protocols.simulator.switch import Switch

HOUR = 3_600_000


def day(centre: Centre, seed: int, step: int) -> Switch:
    switch = Switch(centre, now=0)
    people = People(switch, Random(seed))
    for now in range(step, 4 * HOUR + 1, step):
        people.advance(now)
    return switch


def test_a_morning_has_all_that_a_centre_knows(northquay: Centre) -> None:
    switch = day(northquay, 1, HOUR)
    ended = Counter(s.ended_by for s in switch.picture.segments.values())
    assert ended["completed"] > 200
    assert ended["missed"] > 3
    causes = Counter(c.cause for c in switch.picture.calls.values())
    assert causes["abandoned"] > 3
    kinds = Counter(r.kind for r in switch.journal.records)
    assert kinds["held"] > 20
    assert kinds["disposition-set"] > 200
    agents = [r.after for r in switch.journal.records if isinstance(r.after, Agent)]
    assert {a.reason for a in agents} >= {"no-answer", "lunch", "break"}
    assert set(switch.commands_seen.values()) == {1}
    assert len(switch.picture.interactions) > 300


def test_the_same_seed_gives_the_same_day_however_time_is_cut(northquay: Centre) -> None:
    assert day(northquay, 3, HOUR).journal.records == day(northquay, 3, 1000).journal.records
    assert day(northquay, 3, HOUR).journal.records != day(northquay, 4, HOUR).journal.records


def test_those_who_do_not_act_by_themselves_are_left_alone(northquay: Centre) -> None:
    switch = day(northquay, 2, HOUR)
    for plan in switch.centre.agents:
        assert (switch.picture.agents[plan.id].state == "null") == (not plan.self_acting)


def test_arrivals_follow_their_rate(northquay: Centre) -> None:
    switch = Switch(northquay, now=0)
    people = People(switch, Random(1))
    for queue in ("bookings", "changes", "freight"):
        switch.happen(SetArrivals(queue=queue, per_hour=0))
    people.advance(HOUR)
    assert len(switch.picture.interactions) == 0
    switch.happen(SetArrivals(queue="changes", per_hour=60))
    people.advance(3 * HOUR)
    assert 80 < len(switch.picture.interactions) < 160
    assert {s.queue for s in switch.picture.segments.values()} == {"changes"}
    assert switch.arrivals["changes"] == 60


def test_who_tries_the_centre_out_is_called_at_once_and_can_finish_the_call(northquay: Centre) -> None:
    switch = Switch(northquay, now=0)
    people = People(switch, Random(5), welcome=True)
    people.advance(60_000)
    switch.execute("me-1", LogOn(agent="mia", state="ready"))
    people.advance(switch.now + 10_000)
    (segment,) = [s for s in switch.picture.segments.values() if s.agent == "mia"]
    assert segment.phase == "offered"
    (call,) = segment.calls
    switch.execute("me-2", AnswerCall(agent="mia", call=call))
    people.advance(switch.now + 15_000)
    assert switch.picture.segments[segment.id].phase == "active"
    switch.execute("me-3", ClearConnection(agent="mia", call=call))
    switch.execute("me-4", CompleteWrapUp(agent="mia"))
    assert switch.picture.segments[segment.id].phase == "closed"


def test_a_colleague_who_is_called_answers_and_some_time_hangs_up(northquay: Centre) -> None:
    switch = Switch(northquay, now=0)
    people = People(switch, Random(2))
    for queue in switch.arrivals:
        switch.happen(SetArrivals(queue=queue, per_hour=0))
    people.advance(10_000)
    switch.execute("me-1", LogOn(agent="mia"))
    switch.execute("me-2", MakeCall(agent="mia", to="agent:pia"))
    people.advance(switch.now + 10_000)
    assert switch.picture.agents["pia"].state == "busy"
    people.advance(switch.now + HOUR)
    ended = switch.picture.segments.values()
    assert {(s.agent, s.ended_by) for s in ended} == {("mia", "completed"), ("pia", "completed")}


def test_customers_who_are_called_answer_as_their_mood_is(northquay: Centre) -> None:
    answered = 0
    for seed in range(40):
        switch = Switch(northquay, now=0)
        people = People(switch, Random(seed))
        switch.execute("me-1", LogOn(agent="mia"))
        # Bram is hurried: six times in ten he picks up.
        done = switch.execute("me-2", MakeCall(agent="mia", to="+44 20 7946 0102"))
        people.advance(11_500)
        (segment,) = [s for s in switch.picture.segments.values() if s.agent == "mia"]
        answered += segment.phase == "active"
        assert isinstance(done, Done)
    assert 14 < answered < 34
