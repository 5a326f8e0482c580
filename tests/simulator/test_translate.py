from __future__ import annotations

from random import Random
from typing import get_args

import pytest

from cordboard.model.entities import Availability
from cordboard.model.ids import LinkId, Subject
from cordboard.model.vocabulary import CAUSES, INITIATIONS
from cordboard.protocols.simulator.centre import Centre
from cordboard.protocols.simulator.console import act
from cordboard.protocols.simulator.journal import AgentKind, DiallerKind, Kind, NoticeKind, SaidKind
from cordboard.protocols.simulator.picture import AgentState, everything
from cordboard.protocols.simulator.switch import Switch
from cordboard.protocols.simulator.translate import (
    AGENT_EVENTS,
    CALL_EVENTS,
    PARTY_EVENTS,
    SEGMENT_KINDS,
    UNTOLD,
    Translator,
)
from tests.simulator.generator import an_action
from tests.simulator.test_random_walk import walk
from tests.simulator.world import world

LINK = LinkId("sim")


def test_every_kind_of_record_has_its_place_once() -> None:
    kinds = [
        kind
        for part in get_args(Kind)
        for kind in (get_args(part) or [part])
        if kind not in get_args(AgentKind)
    ]
    placed = [
        *PARTY_EVENTS,
        *CALL_EVENTS,
        *SEGMENT_KINDS,
        *UNTOLD,
        *get_args(SaidKind),
        *get_args(DiallerKind),
        *get_args(NoticeKind),
    ]
    assert sorted(kinds) == sorted(placed)
    assert set(get_args(AgentState)) == set(AGENT_EVENTS)
    assert set(AGENT_EVENTS) == {state.value for state in Availability}


@pytest.mark.parametrize("seed", range(200, 203))
def test_words_are_of_the_vocabulary(northquay: Centre, seed: int) -> None:
    start = Switch(northquay, now=0).snapshot()
    translator = Translator(LINK, northquay, start)
    causes: set[str] = set()
    begun: set[str] = set()
    for record in walk(northquay, seed, 1500).journal.records:
        for _, event in translator.translate(record):
            causes.add(event.cause)
            causes |= {item.cause for item in getattr(event, "connections", ())}
            facts = getattr(event, "call_facts", None)
            if facts is not None and facts.initiation is not None:
                begun.add(facts.initiation)
    assert causes <= {"", *CAUSES}
    assert {"normal", "no-answer", "transferred"} <= causes
    assert {"routed", "direct", "dialled", "consult"} <= begun <= set(INITIATIONS)


def test_the_translator_follows_the_switch(northquay: Centre) -> None:
    switch = Switch(northquay, now=0)
    translator = Translator(LINK, northquay, switch.snapshot())
    rng = Random(1)
    for step in range(300):
        name, params = an_action(switch, rng, media=True)
        act(switch, name, params, ident=f"w{step}")
        switch.advance(switch.now + rng.choice([0, 500, 4000]))
        for record in switch.drain():
            list(translator.translate(record))
    assert list(everything(translator._picture)) == list(everything(switch.picture))


async def test_a_fresh_link_tells_the_same_as_one_that_was_there_all_along() -> None:
    """Two links to one floor, the second opened in mid-life: what it snapshots is what the first has folded into."""
    async with world(seed=4) as at:
        rng = Random(4)
        for _ in range(12):
            for _ in range(40):
                name, params = an_action(at.switch, rng, media=True)
                await at.act(name, **params)
                await at.clock.advance(rng.choice([0, 700, 5000]))
            translator = Translator(LINK, at.floor.centre, at.switch.snapshot())
            for subject, snapshot in translator.snapshots(at.switch.now):
                state = at.hub.states[subject]
                told = {item.id: item for item in snapshot.contacts}
                assert set(told) == set(state.contacts)
                for ident, contact in told.items():
                    known = state.contacts[ident]
                    for field in ("thread", "previous", "origin", "direction", "queue", "customer", "phase",
                                  "transferred_by", "disposition", "medium", "subject", "text", "links", "variety"):  # fmt: skip
                        assert getattr(contact, field) == getattr(known, field), (subject, ident, field)
                for agent in snapshot.states:
                    known_state = state.states[f"sim/{agent.medium.value}"]
                    for field in ("state", "reason", "pending", "fault", "since"):
                        assert getattr(agent, field) == getattr(known_state, field), (subject, field)


def test_what_is_forgotten_is_told_no_more(northquay: Centre) -> None:
    switch = walk(northquay, 5, 400)
    translator = Translator(LINK, northquay, switch.snapshot())
    kept = [(subject, snapshot.contacts) for subject, snapshot in translator.snapshots(switch.now)]
    assert any(contacts for _, contacts in kept)
    translator.forget(switch.now)
    told = [(subject, snapshot.contacts) for subject, snapshot in translator.snapshots(switch.now)]
    assert told == kept
    assert len(translator._picture.calls) < len(switch.picture.calls)


def test_a_profile_says_who_supervises(northquay: Centre) -> None:
    translator = Translator(LINK, northquay, Switch(northquay, now=0).snapshot())
    profiles = {
        subject: snapshot.profile for subject, snapshot in translator.snapshots(0) if snapshot.profile
    }
    ruth, mia = profiles[Subject("agent/ruth")], profiles[Subject("agent/mia")]
    assert (ruth.supervises, mia.supervises) == (("harbour", "crew"), ())
    assert [team.name for team in ruth.teams] == ["harbour", "crew"]
    assert [queue.name for queue in mia.queues] == [
        "Bookings",
        "Changes and refunds",
        "Freight desk",
        "Messages",
        "Back office",
    ]
    assert mia.device is not None
    assert mia.device.number == "2001"
    assert {reason.kind.value for reason in mia.reasons} == {"not_ready", "wrap_up", "logout"}
