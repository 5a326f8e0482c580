from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import replace

from cordboard.model import events as e
from cordboard.model.controls import controls
from cordboard.model.entities import AgentProfile, Callback, ConnectionState as S, Phase, Role, Utterance
from cordboard.model.fold import fold, initial
from cordboard.model.ids import AgentId, ContactId, Subject, agent_subject, queue_subject
from cordboard.model.log import Entry, draft, placed
from cordboard.model.state import SubjectState
from cordboard.model.view import Change, View, change, view
from tests.model.builders import ANN, ANSWER, CLOSE, HOLD, NOON, OFFER, SIM, UP, after, ann, call
from tests.model.strategies import stories

K1 = ContactId("k1")
LISTS = ("recent", "messages")
TOLD_ON = ("utterances", "suggestions")


def merged(page: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What a page makes of a change: all that it ever does."""
    result = dict(page)
    for field, news in told.items():
        if field in LISTS or field == "profile":
            result[field] = news
            continue
        known = result.get(field, {})
        if field in TOLD_ON:
            keyed = {key: item and told_on(known.get(key, []), item) for key, item in news.items()}
        elif field == "controls":
            keyed = {name: codes and {**known.get(name, {}), **codes} for name, codes in news.items()}
        else:
            keyed = news
        keyed = {**known, **keyed}
        result[field] = {key: value for key, value in keyed.items() if value is not None}
    return result


def told_on(known: list[Any], news: list[Any]) -> list[Any]:
    again = {item["id"] for item in news}
    return [*(item for item in known if item["id"] not in again), *news]


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


def test_of_a_transcript_only_what_was_said_is_told() -> None:
    def said(name: str, text: str, *, final: bool = True) -> e.Uttered:
        heard = Utterance(id=name, contact=K1, role=Role.CUSTOMER, text=text, final=final)
        return e.Uttered(utterance=heard)

    before = after(UP, OFFER, *(said(f"u{number}", "so") for number in range(50)))
    begun = after(said("new", "I wo", final=False), state=before)
    ended = after(said("new", "I would"), state=begun)
    first, then = change(before, begun).utterances[K1], change(begun, ended).utterances[K1]
    assert [[(item.text, item.final) for item in told or ()] for told in (first, then)] == [
        [("I wo", False)],
        [("I would", True)],
    ]
    assert len(view(ended).utterances[K1]) == 51
    assert change(before, ended).utterances[K1] == then
    assert change(ended, after(CLOSE, state=ended)).utterances == {K1: None}


def test_promised_calls_come_and_go() -> None:
    promise = Callback(id="b1", number="+493012345", due=NOON, agent=AgentId("ann"))
    state = after(e.CallbackScheduled(link=SIM, callback=promise))
    assert view(state).callbacks == {"b1": promise}
    gone = after(e.CallbackRemoved(link=SIM, callback="b1"), state=state)
    assert change(state, gone).callbacks == {"b1": None}
    assert after(e.CallbackRemoved(link=SIM, callback="b1"), state=gone).callbacks == {}
    told = after(e.Snapshot(link=SIM, callbacks=(promise,)), e.Snapshot(link=SIM), state=gone)
    assert told.callbacks == {"b1": promise}, "a vendor that tells of none leaves them"
