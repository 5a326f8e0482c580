"""Thousands of random actions on random moments; whatever happens, these things hold."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from cordboard.protocols.simulator.centre import Centre, normal
from cordboard.protocols.simulator.commands import REFUSALS, Done, Refused
from cordboard.protocols.simulator.console import act
from cordboard.protocols.simulator.journal import Record
from cordboard.protocols.simulator.people import People
from cordboard.protocols.simulator.picture import (
    LIVE,
    Agent,
    Call,
    Duty,
    Entry,
    Interaction,
    Party,
    Picture,
    Segment,
    everything,
)
from cordboard.protocols.simulator.switch import Switch
from tests.simulator.generator import ACTIONS, an_action, parameters


def walk(centre: Centre, seed: int, steps: int, *, media: bool = True) -> Switch:
    rng = Random(seed)
    switch = Switch(centre, now=0)
    mirror = switch.snapshot()
    for step in range(steps):
        name, params = an_action(switch, rng, media=media)
        before = switch.journal.last
        outcome = act(switch, name, params, ident=f"w{step}")
        assert isinstance(outcome, Done | Refused)
        if isinstance(outcome, Refused):
            assert outcome.code in REFUSALS
            assert switch.journal.last == before
        _hold(switch)
        switch.advance(switch.now + rng.choice([0, 0, 300, 700, 2000, 5000, 20000]))
        _hold(switch)
        for record in switch.drain():
            mirror.put(record.after)
    assert list(everything(mirror)) == list(everything(switch.picture))
    assert mirror.state() == switch.state()
    return switch


@pytest.mark.parametrize("seed", range(8))
def test_a_random_walk_breaks_nothing(northquay: Centre, seed: int) -> None:
    switch = walk(northquay, seed, 2500)
    _check_journal(list(switch.journal.records))
    kinds = Counter(r.kind for r in switch.journal.records)
    assert kinds["established"] > 20
    assert kinds["held"] > 5
    assert set(switch.commands_seen.values()) == {1}


def test_random_walks_meet_every_kind_of_record(northquay: Centre) -> None:
    met: Counter[str] = Counter()
    for seed in range(100, 106):
        met.update(r.kind for r in walk(northquay, seed, 1500, media=seed % 2 == 0).journal.records)
    missing = {
        "conferenced", "transferred", "failed", "held-alone", "retrieved-alone", "digits", "muted", "unmuted",
        "parked", "disposition-set", "agent-pending", "agent-logged-off", "recording-started", "segment-wrap-up", "diverted",
    } - set(met)  # fmt: skip
    assert missing == set()


def test_the_same_walk_leaves_the_same_journal(northquay: Centre) -> None:
    first, second = walk(northquay, 7, 800), walk(northquay, 7, 800)
    assert first.journal.records == second.journal.records
    assert first.state() == second.state()
    assert walk(northquay, 8, 800).journal.records != first.journal.records


@pytest.mark.parametrize("seed", range(3))
def test_a_day_with_people_breaks_nothing(northquay: Centre, seed: int) -> None:
    switch = Switch(northquay, now=0)
    people = People(switch, Random(seed))
    rng = Random(seed)
    for step in range(400):
        people.advance(switch.now + rng.randrange(1, 20_000))
        _hold(switch)
        action = rng.choice(ACTIONS)
        if action.name not in ("set_arrivals", "log_off"):
            act(switch, action.name, parameters(switch, rng, action.name), ident=f"w{step}")
            _hold(switch)
    _check_journal(list(switch.journal.records))
    assert set(switch.commands_seen.values()) == {1}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([a.name for a in ACTIONS] + ["", "dance"]),
            st.dictionaries(
                st.sampled_from(
                    ["agent", "call", "to", "party", "number", "digits", "state", "data", "on", "do"]
                ),
                st.one_of(
                    st.none(),
                    st.integers(),
                    st.text(max_size=8),
                    st.sampled_from(["mia", "c1", "p1", "8001", "ready"]),
                ),
            ),
        ),
        max_size=12,
    )
)
def test_nonsense_is_refused_and_never_raises(
    northquay: Centre, asked: list[tuple[str, dict[str, object]]]
) -> None:
    switch = Switch(northquay, now=0)
    act(switch, "log_on", {"agent": "mia", "state": "ready"})
    act(switch, "ring", {"number": "+44 20 7946 0101", "to": "8001"})
    for name, params in asked:
        outcome = act(switch, name, params)
        assert isinstance(outcome, Done) or outcome.code in REFUSALS
        _hold(switch)
    _check_journal(list(switch.journal.records))


def _hold(switch: Switch) -> None:
    """What is true of the switch at any moment."""
    picture = switch.picture
    for agent in picture.agents.values():
        _hold_agent(picture, agent, reserved=agent.id in switch._exchange.campaigns.reserved)
    for duty in picture.duties.values():
        _hold_duty(switch.centre, picture, duty)
    for call in picture.calls.values():
        parties = picture.of_call(call.id)
        if call.ended is not None:
            assert {p.state for p in parties} <= {"null"}
            continue
        on_line = [p for p in parties if p.state in ("connected", "hold", "initiated")]
        assert on_line, call
        assert len([p for p in parties if p.state != "null"]) > 1 or on_line[0].state == "initiated"
        agents = [p.agent for p in parties if p.agent and p.state in LIVE]
        assert len(agents) == len(set(agents)), "an agent is in a call once"
    numbers = Counter(
        p.number
        for p in picture.parties.values()
        if p.state in LIVE and p.role == "customer" and p.medium == "voice"
    )
    listed = {normal(n.number) for n in switch.centre.numbers}
    assert {n for n, c in numbers.items() if c > 1} <= listed
    for interaction in picture.interactions.values():
        assert (interaction.ended is None) == bool(picture.running(interaction.id))
    due = switch.next_due()
    assert due is None or due > switch.now
    waiting = {p.id for p in picture.parties.values() if p.state == "queued"}
    assert set(switch._exchange.waiting) == waiting


def _hold_agent(picture: Picture, agent: Agent, *, reserved: bool) -> None:
    parties = (p for p in picture.parties.values() if p.medium == "voice")
    live = [p for p in parties if p.agent == agent.id and p.state in LIVE]
    assert not live or agent.state != "null"
    here = [p for p in live if not p.parked]
    assert (agent.state == "busy") == (bool(here) or reserved)
    assert all(p.state == "hold" for p in live if p.parked)
    assert sum(p.state in ("connected", "initiated") for p in live) <= 1
    assert sum(p.state == "alerting" for p in live) <= 1
    assert len(here) <= 3
    segments = [s for s in picture.open_segments(agent.id) if s.medium == "voice"]
    wrapping = [s for s in segments if s.phase == "wrap_up"]
    if not here and not reserved:
        assert (agent.state == "working_after_call") == bool(wrapping)
    if live and agent.pending is not None and agent.state == "not_ready":
        assert agent.pending.state == "null", "nobody logs off with a parked call"
    elif agent.state not in ("busy", "working_after_call"):
        assert agent.pending is None
        assert (agent.resume.state, agent.resume.reason) == (agent.state, agent.reason)
    assert {p.segment for p in live} == {s.id for s in segments if s.phase != "wrap_up"}
    for party in live:
        assert party.segment is not None
        assert party.call in picture.segments[party.segment].calls
        assert party.interaction == picture.segments[party.segment].interaction


def _hold_duty(centre: Centre, picture: Picture, duty: Duty) -> None:
    live = [
        p
        for p in picture.parties.values()
        if p.agent == duty.agent and p.medium == duty.medium and p.state in LIVE
    ]
    segments = [s for s in picture.open_segments(duty.agent) if s.medium == duty.medium]
    assert (duty.state == "busy") == bool(live)
    assert {p.state for p in live} <= {"alerting", "connected", "hold"}
    assert {p.segment for p in live} == {s.id for s in segments if s.phase != "wrap_up"}
    assert {s.id for s in segments if s.phase == "paused"} == {p.segment for p in live if p.state == "hold"}
    if not live:
        assert (duty.state == "working_after_call") == bool(segments)
    capacity = next(plan.capacity for plan in centre.agents if plan.id == duty.agent)
    assert len(segments) <= capacity[duty.medium]
    assert duty.willing == (duty.resume.state == "ready" and duty.pending is None)


def _check_journal(records: list[Record]) -> None:
    assert [r.n for r in records] == list(range(1, len(records) + 1))
    assert all(a.at <= b.at for a, b in pairwise(records))
    last: dict[tuple[type, str], object] = {}
    ended: Counter[str] = Counter()
    started: Counter[str] = Counter()
    for record in records:
        key = (type(record.after), record.after.id)
        if not isinstance(record.after, Agent | Duty | Entry) or key in last:
            assert record.before == last.get(key), record
        last[key] = record.after
        assert record.before != record.after or record.kind == "digits", record
        match record.before, record.after:
            case Interaction(), Interaction(id=ident, ended=int()):
                ended[ident] += 1
            case None, Interaction(id=ident):
                started[ident] += 1
            case Party(state=before), Party(state=after):
                assert before != "null"
                assert (before, after) != ("connected", "alerting")
            case Call(ended=before_ended), Call():
                assert before_ended is None
            case Segment(phase=phase), Segment():
                assert phase != "closed"
            case _:
                pass
    assert set(ended.values()) <= {1}
    assert set(started.values()) <= {1}
    assert set(ended) <= set(started)
    decoded = msgspec.json.decode(msgspec.json.encode(records), type=list[Record])
    assert decoded == records
