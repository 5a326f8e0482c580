from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from msgspec.structs import replace

from cordboard.protocols.simulator.centre import Centre, CentreError, centre
from cordboard.protocols.simulator.commands import (
    AnswerCall,
    ClearConnection,
    CompleteWrapUp,
    Done,
    LogOn,
    MakeCall,
    SetArrivals,
)
from cordboard.protocols.simulator.habits import Habits, Shift
from cordboard.protocols.simulator.people import People
from cordboard.protocols.simulator.picture import Agent, Notice, Party, Segment
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
    switch = Switch(replace(northquay, habits=Habits()), now=0)
    people = People(switch, Random(1))
    for queue in switch.arrivals:
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


def test_chats_and_tasks_come_and_are_worked_on(northquay: Centre) -> None:
    switch = day(northquay, 1, HOUR)
    ended = Counter((s.medium, s.ended_by) for s in switch.picture.segments.values())
    assert ended["chat", "completed"] > 20
    assert ended["task", "completed"] > 10
    chats = [call for call in switch.picture.calls.values() if call.medium == "chat"]
    said = [switch.picture.said_in(call.id) for call in chats if call.answered]
    assert {item.role for items in said for item in items} == {"customer", "agent"}
    assert sum(len(items) > 3 for items in said) > len(said) / 2
    pia = [s for s in switch.picture.segments.values() if s.agent == "pia" and s.medium == "chat"]
    together = [s for s in pia for t in pia if s is not t and s.started < t.started < (s.ended or 0)]
    assert together, "two chats at once, as her capacity is"


def test_a_chat_without_a_dialogue_is_talked_in_all_the_same(northquay: Centre) -> None:
    switch = day(replace(northquay, dialogues=()), 1, HOUR)
    chats = [call for call in switch.picture.calls.values() if call.medium == "chat" and call.answered]
    lengths = [len(switch.picture.said_in(call.id)) for call in chats]
    assert min(lengths) >= 1
    assert max(lengths) > 5
    assert all(call.ended for call in chats[:-5])


def test_habits_are_what_people_do(northquay: Centre) -> None:
    habits = Habits(
        declines=0.1, consults=0.3, hands_on=0.2, promises=0.2, records=0.5, dials=0.3, asks=0.3, pauses=0.5
    )
    kinds: Counter[str] = Counter()
    for record in day(replace(northquay, habits=habits), 2, HOUR).journal.records:
        kinds[record.kind] += 1
        if record.kind == "segment-closed" and isinstance(record.after, Segment):
            kinds[record.after.ended_by or ""] += 1
    wanted = {
        "conferenced",
        "transferred",
        "callback-done",
        "recording-started",
        "segment-paused",
        "declined",
        "failed",
    }
    assert {kind for kind in wanted if kinds[kind] < 3} == set()
    quiet = day(replace(northquay, habits=Habits(misses=0, breaks=0, holds=0, pauses=0)), 2, HOUR)
    met = {record.kind for record in quiet.journal.records}
    assert not met & {"held", "conferenced", "transferred", "callback-promised", "agent-not-ready"}


def test_supervisors_write_to_their_teams_and_listen_in(northquay: Centre) -> None:
    ruth = next(plan for plan in northquay.agents if plan.id == "ruth")
    others = tuple(plan for plan in northquay.agents if plan is not ruth)
    habits = Habits(posts=2, listens=6)
    switch = day(
        replace(northquay, agents=(*others, replace(ruth, self_acting=True)), habits=habits), 1, HOUR
    )
    records = switch.journal.records
    posted = [record.after for record in records if isinstance(record.after, Notice)]
    assert 2 < len(posted) < 20
    assert {(item.agent, item.teams) for item in posted} == {("ruth", ("harbour", "crew"))}
    ways = {r.after.supervises for r in records if isinstance(r.after, Party) and r.kind == "supervising"}
    assert ways == {"listen", "whisper", "barge"}


# --- shifts ----------------------------------------------------------------------------------------------------------


def shifted(northquay: Centre, agent: str, start: float, end: float) -> Centre:
    agents = (
        replace(plan, shift=Shift(start=start, end=end)) if plan.id == agent else plan
        for plan in northquay.agents
    )
    return replace(northquay, agents=tuple(agents))


def there(centre: Centre, agent: str, begin: int, hours: int) -> list[bool]:
    """Whether the agent is logged on, in the middle of each hour."""
    switch = Switch(centre, now=begin)
    for queue in switch.arrivals:
        switch.happen(SetArrivals(queue=queue, per_hour=0))
    people = People(switch, Random(1))
    seen = []
    for hour in range(hours):
        people.advance(begin + hour * HOUR + HOUR // 2)
        seen.append(switch.picture.agents[agent].state != "null")
    return seen


def test_agents_come_and_go_by_their_shift(northquay: Centre) -> None:
    seen = there(shifted(northquay, "otto", 8, 16), "otto", 0, 48)
    assert seen == [8 <= hour % 24 < 16 for hour in range(48)]


def test_a_shift_may_go_past_midnight_and_be_half_over_at_the_start(northquay: Centre) -> None:
    seen = there(shifted(northquay, "otto", 22, 30), "otto", 2 * HOUR, 26)
    assert seen == [(hour + 2) % 24 < 6 or (hour + 2) % 24 >= 22 for hour in range(26)]


def test_a_shift_is_told_by_the_centres_clock(northquay: Centre) -> None:
    centre = shifted(northquay, "otto", 8, 16)
    seen = there(replace(centre, rules=replace(centre.rules, utc_offset=120)), "otto", 0, 24)
    assert seen == [6 <= hour < 14 for hour in range(24)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"habits": {"misses": 1.5}}, "habits.misses"),
        ({"habits": {"posts": -1}}, "habits.posts"),
        ({"shift": {"start": 9, "end": 9}}, "agents[0].shift"),
        ({"shift": {"start": 25, "end": 30}}, "agents[0].shift"),
        ({"shift": {"start": 9, "end": 40}}, "agents[0].shift"),
    ],
)
def test_what_is_wrong_with_them_is_named(change: dict[str, dict[str, float]], field: str) -> None:
    agent = {"id": "a", "login": "a", "name": "A", "extension": "2001"}
    plain = {"name": "N", "agents": [agent], **change}
    if "shift" in change:
        plain = {"name": "N", "agents": [{**agent, **change}]}
    with pytest.raises(CentreError) as caught:
        centre(plain)
    assert caught.value.field == field
