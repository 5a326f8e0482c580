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
    Availability,
    Call,
    ConnectionState as S,
    Contact,
    Medium,
    PendingState,
    Phase,
    Reason,
    Record,
    Role,
    Suggestion,
    TeamMessage,
    Utterance,
)
from cordboard.model.fold import _FOLDS, COMMAND_MEMORY, COMMANDS_KEPT, command_digest, fold, initial
from cordboard.model.ids import (
    AgentId,
    CallId,
    CommandId,
    ConnectionId,
    ContactId,
    LinkId,
    queue_subject,
)
from cordboard.model.log import Entry, draft, placed
from cordboard.model.state import RECENT, SubjectState
from cordboard.model.tables import AGENT_MOVES, AGENT_STATES, CONNECTION_MOVES, PAUSING, PHASE_MOVES
from tests.model.builders import (
    ANN,
    CLOSE,
    NOON,
    OFFER,
    SIM,
    WRAP_UP,
    after,
    ann,
    call,
    contact,
    customer,
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
    assert after(e.LinkDown(link=SIM, retry="removed"), state=up).links == {}


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


def test_no_more_than_so_many_commands_are_remembered_and_none_under_way_is_forgotten() -> None:
    story: list[e.Event] = [issue("under-way")]
    for n in range(COMMANDS_KEPT + 5):
        story += [issue(f"m{n}"), e.CommandSettled(command=CommandId(f"m{n}"), outcome=c.Done())]
    kept = list(after(*story).commands)
    assert len(kept) == COMMANDS_KEPT
    assert (kept[0], kept[1], kept[-1]) == ("under-way", "m6", f"m{COMMANDS_KEPT + 4}")


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
    assert [item.text for item in state.utterances[K1].values()] == ["ho", "hey"]
    assert list(state.suggestions[K1]) == ["s"]
    assert after(said("u2", "ho"), suggested, state=state).utterances is state.utterances
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
