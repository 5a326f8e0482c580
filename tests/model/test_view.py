from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import replace

from cordboard.model import events as e
from cordboard.model.controls import controls
from cordboard.model.entities import AgentProfile, ConnectionState as S, Phase
from cordboard.model.fold import fold, initial
from cordboard.model.ids import AgentId, Subject, agent_subject, queue_subject
from cordboard.model.log import Entry, draft, placed
from cordboard.model.state import SubjectState
from cordboard.model.view import Change, View, change, view
from tests.model.builders import ANN, ANSWER, CLOSE, HOLD, NOON, OFFER, SIM, UP, after, ann, call
from tests.model.strategies import stories

LISTS = ("recent", "messages")


def merged(page: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What a page makes of a change: all that it ever does."""
    result = dict(page)
    for field, news in told.items():
        if field in LISTS or field == "profile":
            result[field] = news
            continue
        known = result.get(field, {})
        if field == "controls":
            keyed = {name: codes and {**known.get(name, {}), **codes} for name, codes in news.items()}
        else:
            keyed = news
        keyed = {**known, **keyed}
        result[field] = {key: value for key, value in keyed.items() if value is not None}
    return result


def wire(value: View | Change) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return found


def read(page: dict[str, Any]) -> View:
    return msgspec.convert(page, View)


def law(subject: Subject, story: list[Entry]) -> None:
    state = initial(subject)
    page = wire(view(state))
    for entry in story:
        new = fold(state, replace(entry, subject=subject))
        page = merged(page, wire(change(state, new)))
        assert read(page) == view(new)
        state = new


@given(stories)
def test_what_a_page_merges_is_what_a_page_that_comes_now_gets(story: list[Entry]) -> None:
    law(ANN, [placed(draft(ANN, UP, NOON), 1), *(replace(item, seq=item.seq + 1) for item in story)])


@pytest.mark.parametrize("subject", [queue_subject("sales"), Subject("team/blue")])
def test_the_same_holds_for_queues_and_teams(subject: Subject) -> None:
    events: list[e.Event] = [OFFER, ANSWER, HOLD, CLOSE, OFFER]
    law(subject, [placed(draft(subject, event, NOON + seq), seq) for seq, event in enumerate(events, 1)])


@given(stories)
def test_a_view_survives_its_json(story: list[Entry]) -> None:
    state = initial(ANN)
    for entry in story:
        before, state = state, fold(state, entry)
        assert read(wire(view(state))) == view(state)
        told = change(before, state)
        assert msgspec.json.decode(msgspec.json.encode(told), type=Change) == told


def test_a_change_tells_only_what_changed() -> None:
    before = after(UP, OFFER)
    assert wire(change(before, before)) == {}
    told = wire(change(before, after(ANSWER, state=before)))
    assert set(told) == {"contacts", "controls"}
    assert set(told["contacts"]) == {"k1"}
    assert set(told["controls"]) == {"k1"}
    assert wire(change(before, after(e.Unrecognised(link=SIM), state=before))) == {}


def test_a_contact_that_closes_is_told_as_gone() -> None:
    before = after(UP, OFFER)
    told = wire(change(before, after(CLOSE, state=before)))
    assert told["contacts"] == {"k1": None}
    assert told["controls"]["k1"] is None
    assert [item["id"] for item in told["recent"]] == ["k1"]


def test_pages_are_not_told_of_commands_and_of_places_in_the_vendors_stream() -> None:
    assert set(View.__struct_fields__) == set(SubjectState.__struct_fields__) - {
        "seq",
        "at",
        "commands",
        "cursors",
        "flags",
    } | {"controls"}
    assert set(Change.__struct_fields__) == set(View.__struct_fields__) - {"subject"}


def test_controls_change_with_the_link_and_the_agents_state() -> None:
    before = after(UP, e.AgentReady(link=SIM), OFFER)
    down = after(e.LinkDown(link=SIM), state=before)
    told = wire(change(before, down))["controls"]
    assert told["k1"]["AnswerCall"] == "link-down"
    assert told[""]["MakeCall"] == "link-down"
    assert "TakeNote" not in told["k1"], "it needs no link: its code stays as it was"
    off = after(e.AgentLoggedOff(link=SIM), state=after(UP, e.AgentReady(link=SIM)))
    assert controls(off)[""]["MakeCall"] == "wrong-state"


def test_only_agents_have_controls() -> None:
    subject = queue_subject("sales")
    assert controls(after(UP, OFFER, subject=subject)) == {}
    assert set(controls(after(UP, OFFER, subject=agent_subject("ann")))) == {"", "k1"}


def test_a_contact_of_a_link_that_never_came_up_can_be_noted_on_and_no_more() -> None:
    shown = controls(after(OFFER))["k1"]
    assert shown["AnswerCall"] == "link-down"
    assert {name for name, code in shown.items() if not code} == {
        "ShareRecord",
        "TakeNote",
        "SetLocalData",
        "SaveActivity",
    }


def test_what_one_page_gets_does_not_leak_into_another() -> None:
    """Controls are remembered: whoever gets them must not find them changed later."""
    state = after(UP, OFFER)
    first = msgspec.json.encode(controls(state))
    controls(after(ANSWER, state=state))
    assert msgspec.json.encode(controls(state)) == first


def test_the_view_is_the_state_as_it_is() -> None:
    profile = AgentProfile(id=AgentId("ann"))
    state = after(UP, e.ProfileChanged(profile=profile), call(e.Originated, ann(S.CONNECTED)))
    shown = view(state)
    assert (shown.subject, shown.profile) == (ANN, profile)
    assert [item.phase for item in shown.contacts.values()] == [Phase.DIALLING]
