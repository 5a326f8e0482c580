from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from msgspec.structs import replace

from cordboard.model import events as e
from cordboard.model.entities import (
    AgentProfile,
    AgentState,
    AttachedData,
    Availability,
    Call,
    CallKind,
    ConnectionState as S,
    Contact,
    Direction,
    Ending,
    Medium,
    Participant,
    Phase,
    Queue,
    Record,
    Role,
    Stamp,
    Stamps,
    Suggestion,
    Utterance,
)
from cordboard.model.ids import (
    AgentId,
    CallId,
    ContactId,
    LinkId,
    QueueId,
    ThreadId,
)
from cordboard.model.state import RECENT
from tests.model.builders import (
    ANSWER,
    CLOSE,
    HOLD,
    NOON,
    OFFER,
    RETRIEVE,
    SIM,
    UP,
    WRAP_UP,
    after,
    ann,
    bob,
    call,
    contact,
    customer,
    digital,
    facts,
)
from tests.model.strategies import values

K1 = ContactId("k1")


# --- contacts and calls --------------------------------------------------------------------------------------------------


def test_a_call_from_offer_to_end() -> None:
    offered = contact(after(UP, OFFER))
    assert (offered.phase, offered.agent, offered.link) == (Phase.OFFERED, "ann", "sim")
    assert offered.created == offered.phase_since == Stamp(vendor=NOON, ours=NOON + 2000)
    answered = contact(after(UP, OFFER, ANSWER))
    assert answered.phase is Phase.ACTIVE
    assert answered.calls[0].stamps.connected == Stamp(vendor=NOON, ours=NOON + 3000)
    held = contact(after(UP, OFFER, ANSWER, HOLD))
    assert [part.state for part in held.calls[0].connections] == [S.CONNECTED, S.HOLD]
    wrapping = contact(after(UP, OFFER, ANSWER, call(e.CallCleared), WRAP_UP))
    assert (wrapping.phase, wrapping.ended_by) == (Phase.WRAP_UP, Ending.COMPLETED)
    assert wrapping.calls[0].cleared
    assert wrapping.calls[0].stamps.ended.ours == NOON + 4000
    assert wrapping.calls[0].stamps.wrapped_up.ours == NOON + 5000
    state = after(UP, OFFER, ANSWER, call(e.CallCleared), WRAP_UP, CLOSE)
    assert state.contacts == {}
    assert [(item.id, item.phase, item.flags) for item in state.recent] == [("k1", Phase.CLOSED, ())]


@pytest.mark.parametrize(
    ("event", "phase"),
    [
        (OFFER, Phase.OFFERED),
        (call(e.Delivered), Phase.OFFERED),
        (call(e.Queued, customer(S.QUEUED)), Phase.OFFERED),
        (call(e.ServiceInitiated, ann(S.INITIATED)), Phase.DIALLING),
        (call(e.Originated, ann(S.CONNECTED)), Phase.DIALLING),
        (call(e.Originated), Phase.DIALLING),
        (call(e.Delivered, ann(S.CONNECTED), customer(S.ALERTING)), Phase.DIALLING),
        (call(e.Delivered, ann(S.CONNECTED), customer(S.CONNECTED), bob(S.ALERTING)), Phase.ACTIVE),
        (call(e.Established, ann(S.CONNECTED)), Phase.ACTIVE),
        (call(e.Established, ann(S.ALERTING), bob(S.CONNECTED)), Phase.OFFERED),
        (call(e.Transferred, ann(S.CONNECTED), customer(S.CONNECTED)), Phase.ACTIVE),
        (call(e.Transferred, ann(S.ALERTING), customer(S.CONNECTED)), Phase.OFFERED),
        (call(e.Conferenced, ann(S.HOLD), customer(S.CONNECTED)), Phase.ACTIVE),
        (call(e.Held, ann(S.HOLD)), Phase.ACTIVE),
        (call(e.CallInformation, ann(S.CONNECTED), customer(S.CONNECTED)), Phase.ACTIVE),
    ],
)
def test_where_a_contact_begins(event: e.CallEvent, phase: Phase) -> None:
    assert contact(after(event)).phase is phase


def test_the_answer_of_another_party_does_not_answer_for_an_agent_who_is_still_rung() -> None:
    state = after(OFFER, call(e.Established, bob(S.CONNECTED)))
    assert contact(state).phase is Phase.OFFERED
    assert contact(state).flags == ()


@pytest.mark.parametrize(
    "kind",
    [e.CallInformation, e.ConnectionCleared, e.CallCleared, e.Diverted, e.MicrophoneMute, e.Transferred],
)
def test_late_news_of_a_closed_contact_reaches_it_and_does_not_bring_it_back(kind: type[e.CallEvent]) -> None:
    late = call(kind, call_facts=e.CallFacts(wrap_up_reason="sale"))
    state = after(OFFER, ANSWER, CLOSE, late)
    assert state.contacts == {}
    assert [(item.id, item.calls[0].wrap_up_reason) for item in state.recent] == [("k1", "sale")]
    assert state.recent[0].calls[0].cleared


def test_news_of_the_others_does_not_bring_a_closed_contact_back() -> None:
    state = after(OFFER, ANSWER, CLOSE, call(e.Delivered, bob(S.ALERTING)))
    assert state.contacts == {}
    assert state.recent[0].phase is Phase.CLOSED


@pytest.mark.parametrize("kind", [e.CallInformation, e.ConnectionCleared, e.CallCleared, e.Diverted, e.Held])
def test_news_of_a_contact_that_nobody_knows_is_flagged(kind: type[e.CallEvent]) -> None:
    state = after(call(kind))
    assert (state.contacts, state.recent) == ({}, ())
    assert state.flags == (f"{kind.__name__}: unknown contact k1",)


@pytest.mark.parametrize("event", [WRAP_UP, CLOSE])
def test_the_end_of_a_contact_that_nobody_knows_is_flagged(event: e.Event) -> None:
    state = after(event)
    assert state.flags == (f"{type(event).__name__}: unknown contact k1",)


def test_a_contact_that_is_offered_once_more_leaves_the_closed_ones() -> None:
    missed = e.ContactClosed(link=SIM, at=NOON, contact=K1, ended_by=Ending.MISSED)
    note = e.NoteTaken(contact=K1, text="called before")
    again = after(
        OFFER, note, call(e.Diverted, ann(S.NULL)), missed, call(e.Delivered, ann(S.ALERTING, "ann2"))
    )
    assert again.recent == ()
    item = contact(again)
    assert (item.phase, item.ended_by, item.notes, item.thread) == (
        Phase.OFFERED,
        None,
        "called before",
        "t1",
    )
    assert [part.id for part in item.calls[0].connections] == ["ann2"]
    assert not item.calls[0].cleared


def test_an_answer_from_after_call_work_takes_back_how_it_ended() -> None:
    item = contact(after(OFFER, ANSWER, WRAP_UP, call(e.Established, ann(S.CONNECTED))))
    assert (item.phase, item.ended_by) == (Phase.ACTIVE, None)
    assert item.flags == ("Established: cleared -> live", "Established: wrap_up -> active")


def test_after_call_work_told_twice_began_once() -> None:
    once, twice = (
        after(OFFER, ANSWER, WRAP_UP),
        after(OFFER, ANSWER, WRAP_UP, replace(WRAP_UP, limit=30)),
    )
    assert contact(twice) == replace(contact(once), wrap_up_limit=30)


def test_a_second_call_is_a_consult_unless_told_otherwise() -> None:
    state = after(OFFER, ANSWER, HOLD, call(e.Originated, ann(S.CONNECTED, "ann2"), call="c2"))
    first, second = contact(state).calls
    assert (first.kind, second.kind) == (CallKind.MAIN, CallKind.CONSULT)
    assert second.stamps.created == Stamp(vendor=NOON, ours=NOON + 4000)
    told = call(e.Delivered, call="c2", call_facts=e.CallFacts(kind=CallKind.RESERVATION))
    assert contact(after(OFFER, told)).calls[1].kind is CallKind.RESERVATION


def test_a_call_after_the_first_one_is_over_is_the_main_one_again() -> None:
    state = after(OFFER, ANSWER, call(e.CallCleared), call(e.Originated, ann(S.CONNECTED), call="c2"))
    assert [item.kind for item in contact(state).calls] == [CallKind.MAIN, CallKind.MAIN]


def test_the_end_of_a_call_ends_all_its_connections() -> None:
    [item] = contact(after(OFFER, ANSWER, call(e.CallCleared))).calls
    assert item.cleared
    assert {part.state for part in item.connections} == {S.NULL}
    assert {part.since for part in item.connections} == {NOON}


def test_a_call_that_was_over_and_goes_on_is_flagged() -> None:
    item = contact(after(OFFER, ANSWER, call(e.CallCleared), call(e.Held, ann(S.HOLD))))
    assert not item.calls[0].cleared
    assert item.calls[0].stamps.ended == Stamp()
    assert item.flags == ("Held: cleared -> live",)


def test_a_merged_call_is_over_and_its_parties_stand_in_the_other() -> None:
    consult = call(e.Established, ann(S.CONNECTED, "ann2"), bob(S.CONNECTED), call="c2")
    merge = call(e.Conferenced, ann(S.CONNECTED), bob(S.CONNECTED), merged=CallId("c2"))
    main, merged = contact(after(OFFER, ANSWER, HOLD, consult, merge)).calls
    assert [part.id for part in main.connections] == ["cust", "ann", "bob"]
    assert (merged.cleared, merged.connections, merged.stamps.ended.ours) == (True, (), NOON + 5000)


def test_a_customer_call_that_takes_the_place_of_a_consult_is_the_main_one() -> None:
    """Ann was consulted: she knows the consult only, until the transfer puts the customer's call in its place."""
    consult = call(
        e.Established,
        ann(S.CONNECTED),
        bob(S.CONNECTED),
        call="c2",
        call_facts=e.CallFacts(kind=CallKind.CONSULT, direction=Direction.INTERNAL),
    )
    transfer = call(e.Transferred, ann(S.CONNECTED), customer(S.CONNECTED), bob(S.NULL), merged=CallId("c2"))
    consulted, main = contact(after(consult, transfer)).calls
    assert (consulted.kind, consulted.cleared) == (CallKind.CONSULT, True)
    assert (main.kind, main.cleared) == (CallKind.MAIN, False)
    assert main.stamps.connected.ours == NOON + 2000


def test_a_consult_that_swallows_an_unknown_call_becomes_the_main_one() -> None:
    consult = call(e.Established, ann(S.CONNECTED), call="c2", call_facts=e.CallFacts(kind=CallKind.CONSULT))
    transfer = call(e.Transferred, customer(S.CONNECTED), call="c2", merged=CallId("c1"))
    [only] = contact(after(consult, transfer)).calls
    assert (only.id, only.kind, only.cleared) == ("c2", CallKind.MAIN, False)


def test_facts_are_told_one_by_one() -> None:
    first = call(e.Delivered, contact_facts=facts("t1", queued_at=5), call_facts=e.CallFacts(ani="1"))
    second = call(
        e.CallInformation, contact_facts=facts("t1", campaign="x"), call_facts=e.CallFacts(dnis="2")
    )
    third = call(e.CallInformation, contact_facts=e.ContactFacts(queued_at=5, campaign=""))
    item = contact(after(first, second, third))
    assert (item.thread, item.campaign) == ("t1", "")
    assert item.queued == Stamp(vendor=5, ours=NOON + 1000)
    assert (item.calls[0].ani, item.calls[0].dnis) == ("1", "2")


def test_chats_are_paused_and_resumed_by_hold_and_retrieve() -> None:
    offer = call(e.Delivered, contact_facts=digital())
    phases = [
        contact(after(offer, *more)).phase
        for more in ([], [ANSWER], [ANSWER, HOLD], [ANSWER, HOLD, RETRIEVE])
    ]
    assert phases == [Phase.OFFERED, Phase.ACTIVE, Phase.PAUSED, Phase.ACTIVE]


def test_recent_contacts_are_bounded_newest_first() -> None:
    story: list[e.Event] = []
    for number in range(RECENT + 5):
        name = f"k{number}"
        story += [call(e.Delivered, contact=name), e.ContactClosed(link=SIM, contact=ContactId(name))]
    state = after(*story)
    assert [item.id for item in state.recent] == [f"k{n}" for n in range(RECENT + 4, 4, -1)]


# --- snapshots -----------------------------------------------------------------------------------------------------------


def snapshot(*contacts: Contact, **more: object) -> e.Snapshot:
    return e.Snapshot(link=SIM, at=NOON, contacts=contacts, **more)  # type: ignore[arg-type]


TOLD = Contact(id=K1, link=SIM, agent=AgentId("ann"), phase=Phase.ACTIVE, created=Stamp(vendor=NOON - 9))


def test_a_snapshot_takes_the_place_of_what_its_link_told() -> None:
    far = call(e.Delivered, contact="k9", link=LinkId("far"))
    before = after(OFFER, far, e.AgentReady(link=SIM), e.AgentBusy(link=LinkId("far")))
    told = snapshot(
        replace(TOLD, id=ContactId("k2")),
        states=(AgentState(link=SIM, medium=Medium.CHAT, state=Availability.READY),),
        profile=AgentProfile(id=AgentId("ann"), name="Ann"),
    )
    state = after(told, state=before)
    assert list(state.contacts) == ["k9", "k2"]
    assert set(state.states) == {"far/voice", "sim/chat"}
    assert state.profile is not None
    assert [(item.id, item.ended_by) for item in state.recent] == [("k1", Ending.LOST)]
    assert after(snapshot(), state=state).profile == state.profile


def test_a_snapshot_keeps_what_only_we_know() -> None:
    record = Record(kind="person", id="7")
    before = after(
        OFFER,
        ANSWER,
        e.NoteTaken(contact=K1, text="nice"),
        e.LocalDataSet(contact=K1, variables={"a": "b"}),
        e.LookedUp(contact=K1, records=(record,)),
        e.Uttered(utterance=Utterance(id="u", contact=K1, role=Role.CUSTOMER, text="hi")),
        e.Suggested(suggestion=Suggestion(id="s", contact=K1, title="say hi")),
    )
    told = replace(TOLD, calls=(Call(id=CallId("c1"), stamps=Stamps(connected=Stamp(vendor=1))),))
    state = after(snapshot(told), state=before)
    item, old = contact(state), contact(before)
    assert (item.notes, item.variables, item.records) == ("nice", {"a": "b"}, (record,))
    assert (item.created, item.phase_since, item.thread) == (old.created, old.phase_since, "t1")
    assert item.calls[0].stamps == old.calls[0].stamps
    assert (state.utterances, state.suggestions) == (before.utterances, before.suggestions)
    assert before.utterances


def test_what_a_snapshot_leaves_out_stays_as_it_was() -> None:
    queue, cleo = Queue(id=QueueId("sales")), Participant(role=Role.CUSTOMER, name="Cleo")
    offer = call(
        e.Delivered,
        ann(S.ALERTING),
        contact_facts=facts("t1", queue=queue, customer=cleo, disposition="old"),
        call_facts=e.CallFacts(ani="+49", data=AttachedData(named={"a": "b"})),
    )
    told = replace(TOLD, disposition="new", calls=(Call(id=CallId("c1"), dnis="100"),))
    item = contact(after(offer, snapshot(told)))
    assert (item.queue, item.customer, item.disposition) == (queue, cleo, "new")
    assert (item.calls[0].ani, item.calls[0].dnis, item.calls[0].data.named) == ("+49", "100", {"a": "b"})


def test_a_recording_that_a_snapshot_does_not_tell_of_has_stopped() -> None:
    started = call(e.CallInformation, call_facts=e.CallFacts(recording="recording"))
    told = replace(TOLD, calls=(Call(id=CallId("c1")),))
    assert contact(after(OFFER, ANSWER, started)).calls[0].recording == "recording"
    assert contact(after(OFFER, ANSWER, started, snapshot(told))).calls[0].recording == ""


def test_what_a_snapshot_tells_first_is_heard_now() -> None:
    told = replace(TOLD, calls=(Call(id=CallId("c1"), stamps=Stamps(connected=Stamp(vendor=NOON - 5))),))
    item = contact(after(snapshot(told), call(e.Established, customer(S.CONNECTED))))
    assert item.created == Stamp(vendor=NOON - 9, ours=NOON + 1000)
    assert item.calls[0].stamps.connected == Stamp(vendor=NOON - 5, ours=NOON + 1000)
    assert item.calls[0].stamps.ended == Stamp()


def test_a_call_that_a_snapshot_lacks_is_over_and_not_forgotten() -> None:
    consult = call(e.Originated, ann(S.CONNECTED, "ann2"), call="c2")
    told = replace(TOLD, calls=(Call(id=CallId("c1"), connections=(ann(S.CONNECTED),)),))
    main, second = contact(after(OFFER, ANSWER, HOLD, consult, snapshot(told))).calls
    assert (main.cleared, main.connections) == (False, (ann(S.CONNECTED),))
    assert (second.cleared, second.connections[0].state) == (True, S.NULL)


def test_a_contact_that_a_snapshot_tells_as_closed_closes_as_it_says() -> None:
    told = replace(TOLD, phase=Phase.CLOSED, ended_by=Ending.ABANDONED, disposition="gone")
    state = after(OFFER, snapshot(told))
    assert state.contacts == {}
    assert [(item.ended_by, item.disposition) for item in state.recent] == [(Ending.ABANDONED, "gone")]


def test_a_contact_that_was_lost_and_is_found_again_is_open_only() -> None:
    state = after(OFFER, snapshot(), snapshot(TOLD))
    assert (list(state.contacts), state.recent) == ([K1], ())


def test_attached_data_is_told_whole() -> None:
    def data(**named: str) -> e.CallInformation:
        return call(e.CallInformation, call_facts=e.CallFacts(data=AttachedData(named=named)))

    item = contact(after(OFFER, data(a="1"), data(b="2")))
    assert item.calls[0].data.named == {"b": "2"}


def test_older_ids_of_a_thread_are_remembered() -> None:
    joined = call(
        e.Transferred, ann(S.CONNECTED), contact_facts=facts("t2"), aliases=(ThreadId("t1"), ThreadId("t2"))
    )
    item = contact(after(OFFER, ANSWER, joined, joined, snapshot(replace(TOLD, thread=ThreadId("t2")))))
    assert (item.thread, item.thread_aliases) == ("t2", ("t1",))


@given(values(e.CallEvent), values(e.CallEvent))
def test_a_call_that_is_over_has_nobody_in_it(first: e.CallEvent, second: e.CallEvent) -> None:
    state = after(first, second)
    for item in (*state.contacts.values(), *state.recent):
        for one in item.calls:
            assert not one.cleared or all(part.state is S.NULL for part in one.connections)


@pytest.mark.parametrize("kind", get_args(e.CallEvent))
def test_the_same_news_told_twice_changes_nothing_but_its_moment(kind: type[e.CallEvent]) -> None:
    left = S.NULL if kind is e.CallCleared else S.CONNECTED
    news = call(kind, ann(left), customer(left))
    once, twice = after(OFFER, ANSWER, news), after(OFFER, ANSWER, news, news)
    assert twice.contacts == once.contacts
