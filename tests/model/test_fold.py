from __future__ import annotations

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import replace

from cordboard.model import commands as c, events as e
from cordboard.model.entities import (
    Activity,
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
    PendingState,
    Phase,
    Queue,
    Reason,
    Record,
    Role,
    Stamp,
    Stamps,
    Suggestion,
    TeamMessage,
    Utterance,
)
from cordboard.model.fold import _FOLDS, COMMAND_MEMORY, command_digest, fold, initial
from cordboard.model.ids import (
    AgentId,
    CallId,
    CommandId,
    ConnectionId,
    ContactId,
    LinkId,
    QueueId,
    ThreadId,
    queue_subject,
)
from cordboard.model.log import Entry, draft, placed
from cordboard.model.state import RECENT, SubjectState
from cordboard.model.tables import AGENT_MOVES, AGENT_STATES, CONNECTION_MOVES, PAUSING, PHASE_MOVES
from tests.model.builders import (
    ANN,
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
from tests.model.strategies import EVENT_TYPES, entries, events, stories, values

K1 = ContactId("k1")


# --- laws --------------------------------------------------------------------------------------------------------------


def test_there_is_a_fold_for_every_event() -> None:
    assert set(_FOLDS) == set(EVENT_TYPES)


@given(stories)
def test_any_log_folds_into_a_state_of_which_these_hold(story: list[Entry]) -> None:
    state = initial(ANN)
    for entry in story:
        old = msgspec.json.encode(state)
        new = fold(state, entry)
        assert msgspec.json.encode(state) == old, "the state before is never changed in place"
        assert fold(new, entry) is new, "an entry that was seen changes nothing"
        _check(new)
        state = new
    assert state.seq == len(story)


@given(stories)
def test_a_saved_state_is_the_state(story: list[Entry]) -> None:
    state = initial(ANN)
    for entry in story:
        state = fold(state, entry)
    assert msgspec.json.decode(msgspec.json.encode(state), type=SubjectState) == state


@given(values(SubjectState), events)
def test_a_state_of_any_shape_folds(state: SubjectState, event: e.Event) -> None:
    [entry] = entries([event], first=state.seq + 1)
    assert fold(state, entry).seq == state.seq + 1


@given(stories)
def test_a_log_folds_the_same_from_wherever_the_state_was_saved(story: list[Entry]) -> None:
    states = [initial(ANN)]
    for entry in story:
        states.append(fold(states[-1], entry))
    middle = len(story) // 2
    state = msgspec.json.decode(msgspec.json.encode(states[middle]), type=SubjectState)
    for entry in story:
        state = fold(state, entry)
    assert state == states[-1]


@given(stories)
def test_queues_and_teams_fold_anything_too(story: list[Entry]) -> None:
    subject = queue_subject("sales")
    state = initial(subject)
    for entry in story:
        state = fold(state, replace(entry, subject=subject))
    assert state.seq == len(story)
    assert all(item.agent is None or item.link for item in state.contacts.values())


def _check(state: SubjectState) -> None:
    assert all(item.phase is not Phase.CLOSED for item in state.contacts.values())
    assert all(item.phase is Phase.CLOSED for item in state.recent)
    closed = [item.id for item in state.recent]
    assert len(set(closed)) == len(closed) <= RECENT
    assert not set(closed) & set(state.contacts), "a contact is open or closed, never both"
    assert set(state.utterances) | set(state.suggestions) <= set(state.contacts)
    assert len(state.flags) <= RECENT
    for item in state.contacts.values():
        assert len(item.flags) <= RECENT


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


# --- the tables --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", get_args(e.CallEvent))
@pytest.mark.parametrize("old", list(S))
@pytest.mark.parametrize("new", list(S))
def test_a_move_of_a_connection_is_made_and_flagged_if_the_table_lacks_it(
    kind: type[e.CallEvent], old: S, new: S
) -> None:
    told = Contact(
        id=K1,
        link=SIM,
        agent=AgentId("ann"),
        phase=Phase.ACTIVE,
        calls=(Call(id=CallId("c1"), connections=(ann(S.CONNECTED), customer(old))),),
    )
    state = after(e.Snapshot(link=SIM, contacts=(told,)), call(kind, customer(new)))
    item = contact(state)
    left = {part.id: part.state for part in item.calls[0].connections}
    assert left[ConnectionId("cust")] is (S.NULL if kind is e.CallCleared else new)
    flag = f"{kind.__name__}: {old.value} -> {new.value}"
    assert (flag in item.flags) == ((old, new) not in CONNECTION_MOVES[kind])


@pytest.mark.parametrize("kind", list(PHASE_MOVES))
@pytest.mark.parametrize("old", [phase for phase in Phase if phase is not Phase.CLOSED])
@pytest.mark.parametrize("medium", [Medium.VOICE, Medium.CHAT])
def test_a_move_of_a_contact_is_made_and_flagged_if_the_table_lacks_it(
    kind: type[e.Event], old: Phase, medium: Medium
) -> None:
    told = Contact(id=K1, link=SIM, agent=AgentId("ann"), phase=old, medium=medium)
    event: e.Event
    if kind in (e.WrapUpStarted, e.ContactClosed):
        event = WRAP_UP if kind is e.WrapUpStarted else CLOSE
    else:
        event = call(kind)  # type: ignore[type-var]
    state = after(e.Snapshot(link=SIM, contacts=(told,)), event)
    table = PAUSING if kind is e.Held and medium is Medium.CHAT else PHASE_MOVES[kind]
    item = state.recent[0] if kind is e.ContactClosed else contact(state)
    forced = {
        e.Established: Phase.ACTIVE,
        e.Conferenced: Phase.ACTIVE,
        e.Retrieved: Phase.ACTIVE,
        e.WrapUpStarted: Phase.WRAP_UP,
    }
    assert item.phase is table.get(old, forced.get(kind, old))
    flagged = [f"{kind.__name__}: {old.value} -> {item.phase.value}"] if old not in table else []
    assert list(item.flags) == flagged
    moved = item.phase is not old
    assert (item.phase_since.vendor == NOON) == moved


@pytest.mark.parametrize("kind", get_args(e.AgentEvent))
@pytest.mark.parametrize("first", get_args(e.AgentEvent))
def test_a_move_of_an_agent_is_made_and_flagged_if_the_table_lacks_it(
    first: type[e.AgentEvent], kind: type[e.AgentEvent]
) -> None:
    state = after(first(link=SIM), kind(link=SIM))
    old, new = AGENT_STATES[first], AGENT_STATES[kind]
    assert state.states["sim/voice"].state is new
    flagged = () if old in AGENT_MOVES[kind] else (f"{kind.__name__}: {old.value} -> {new.value}",)
    assert state.flags == flagged


def test_the_first_state_of_an_agent_is_never_odd() -> None:
    assert after(e.AgentBusy(link=SIM)).flags == ()


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
    assert item.flags == ("Established: wrap_up -> active",)


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


# --- agents, links, commands, and what surrounds a contact -----------------------------------------------------------------


def test_an_agents_state_is_kept_by_link_and_medium() -> None:
    lunch = Reason(code="lunch")
    state = after(
        e.AgentLoggedOn(link=SIM, at=1),
        e.AgentNotReady(link=SIM, at=2, reason=lunch),
        e.AgentNotReady(link=SIM, at=3, reason=lunch, fault="no-answer"),
        e.AgentReady(link=SIM, at=4, medium=Medium.CHAT),
    )
    voice = state.states["sim/voice"]
    assert (voice.state, voice.reason, voice.fault) == (Availability.NOT_READY, lunch, "no-answer")
    assert voice.since == 2, "the same state told again did not begin again"
    assert state.states["sim/chat"].since == 4
    assert after(e.AgentReady(link=SIM)).states["sim/voice"].since == NOON + 1000


def test_what_an_agent_chose_is_kept_while_a_contact_hides_it() -> None:
    lunch = Reason(code="lunch")
    story: list[e.Event] = [
        e.AgentNotReady(link=SIM, reason=lunch),
        e.AgentBusy(link=SIM),
        e.AgentWorkingAfterCall(link=SIM),
        e.AgentReady(link=SIM),
    ]
    chosen = [after(*story[:length]).states["sim/voice"].chosen for length in range(1, 5)]
    was = PendingState(state=Availability.NOT_READY, reason=lunch)
    assert chosen == [None, was, was, None]


def test_a_link_that_goes_down_keeps_what_it_could_do() -> None:
    up = after(e.LinkUp(link=SIM, at=1, services=("HoldCall",)))
    assert up.links[SIM].up
    assert up.links[SIM].services == {"HoldCall"}
    down = after(e.LinkDown(link=SIM, at=2, cause="cut", retry="login"), state=up).links[SIM]
    assert (down.up, down.since, down.cause, down.retry) == (False, 2, "cut", "login")
    assert down.services == {"HoldCall"}
    assert after(e.LinkDown(link=SIM)).links[SIM].services == frozenset()


def issue(name: str) -> e.CommandIssued:
    service = c.HoldCall(contact=K1)
    return e.CommandIssued(link=SIM, command=c.Command(id=CommandId(name), subject=ANN, service=service))


def test_a_command_is_remembered_with_its_first_outcome() -> None:
    settle = [
        e.CommandSettled(command=CommandId("m1"), outcome=outcome) for outcome in (c.Done(), c.Unconfirmed())
    ]
    state = after(issue("m1"), *settle, e.CommandSettled(command=CommandId("m2"), outcome=c.Done()))
    assert list(state.commands) == ["m1"]
    record = state.commands[CommandId("m1")]
    assert (record.service, record.link, record.outcome) == ("HoldCall", SIM, c.Done())
    assert record.digest == command_digest(issue("other").command)


def test_a_command_is_forgotten_after_a_day() -> None:
    state = after(issue("m1"))
    later = placed(draft(ANN, issue("m2"), NOON + 1000 + COMMAND_MEMORY), 2)
    assert list(fold(state, later).commands) == ["m2"]
    sooner = placed(draft(ANN, issue("m2"), NOON + 999 + COMMAND_MEMORY), 2)
    assert list(fold(state, sooner).commands) == ["m1", "m2"]


def test_another_content_has_another_digest() -> None:
    one = c.Command(id=CommandId("m"), subject=ANN, service=c.HoldCall(contact=K1))
    assert command_digest(one) == command_digest(replace(one, id=CommandId("n")))
    assert command_digest(one) != command_digest(replace(one, service=c.RetrieveCall(contact=K1)))
    assert command_digest(one) != command_digest(replace(one, service=c.HoldCall(contact=ContactId("k2"))))


def test_the_place_in_each_links_stream_is_kept() -> None:
    state = initial(ANN)
    for seq, (link, origin) in enumerate([("sim", "o1"), ("far", "p1"), ("sim", "o2"), ("sim", "")], 1):
        state = fold(state, placed(draft(ANN, e.AgentReady(link=LinkId(link)), NOON, origin), seq))
    assert state.cursors == {"sim": "o2", "far": "p1"}


def test_an_event_of_a_newer_version_moves_the_place_all_the_same() -> None:
    odd = e.Unrecognised(link=SIM, channel="log", data="{}")
    state = fold(initial(ANN), placed(draft(ANN, odd, NOON, "o7"), 1))
    assert state == SubjectState(subject=ANN, seq=1, at=NOON, cursors={SIM: "o7"})


def test_transcripts_and_suggestions_live_as_long_as_their_contact() -> None:
    def said(name: str, text: str, of: str = "k1") -> e.Uttered:
        return e.Uttered(utterance=Utterance(id=name, contact=ContactId(of), role=Role.CUSTOMER, text=text))

    suggested = e.Suggested(suggestion=Suggestion(id="s", contact=K1, title="x"))
    state = after(OFFER, said("u1", "he"), said("u2", "ho"), said("u1", "hey"), suggested)
    assert [item.text for item in state.utterances[K1]] == ["ho", "hey"]
    assert [item.id for item in state.suggestions[K1]] == ["s"]
    closed = after(CLOSE, said("u3", "late"), said("u4", "whose", "k9"), suggested, state=state)
    assert (closed.utterances, closed.suggestions) == ({}, {})


def test_what_the_hub_and_the_crm_add_reaches_open_and_closed_contacts() -> None:
    record, other = Record(kind="person", id="7"), Record(kind="deal", id="8")
    added: list[e.Event] = [
        e.LookedUp(contact=K1, records=(record,)),
        e.RecordShared(contact=K1, record=other),
        e.RecordShared(contact=K1, record=other),
        e.ActivitySaved(activity=Activity(id="a", contact=K1, record=record)),
        e.ActivitySaved(activity=Activity(id="b", contact=K1)),
        e.NoteTaken(contact=K1, text="n"),
        e.LocalDataSet(contact=K1, variables={"a": "1", "b": "2"}),
        e.LocalDataSet(contact=K1, variables={"a": "", "c": "3"}),
    ]
    opened = contact(after(OFFER, *added))
    closed = after(OFFER, CLOSE, *added).recent[0]
    for item in (opened, closed):
        assert item.records == (record, other)
        assert item.lookup == "done"
        assert [saved.id for saved in item.activities] == ["a", "b"]
        assert (item.notes, item.variables) == ("n", {"b": "2", "c": "3"})
    nobody = after(*added)
    assert (nobody.contacts, nobody.recent) == ({}, ())


def test_team_messages_stay_until_taken_back_or_their_time_is_over() -> None:
    def message(name: str, duration: int = 0) -> e.TeamMessagePosted:
        told = TeamMessage(id=name, author=AgentId("bob"), content="x", duration=duration)
        return e.TeamMessagePosted(message=told)

    state = after(message("short", 1), message("long", 60), message("ever"))
    assert [item.id for item in state.messages] == ["long", "ever"]
    assert state.messages[0].created == NOON + 2000
    assert [item.id for item in after(message("long", 60), message("long")).messages] == ["long"]
    gone = after(e.TeamMessageDeleted(message="long"), state=state)
    assert [item.id for item in gone.messages] == ["ever"]


def test_a_profile_is_replaced() -> None:
    profile = AgentProfile(id=AgentId("ann"), name="Ann")
    assert after(e.ProfileChanged(profile=profile)).profile is profile


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
