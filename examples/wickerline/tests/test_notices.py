"""Notices: what the log's events become, and what becomes of them at the other end."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest
from hypothesis import given, strategies as st

from cordboard.model import entities as n, events as e
from cordboard.model.fold import fold, initial
from cordboard.model.ids import (
    AgentId,
    CallId,
    ConnectionId,
    ContactId,
    LinkId,
    QueueId,
    Subject,
    TeamId,
    ThreadId,
)
from cordboard.model.log import Entry, draft, placed
from cordboard.model.state import SubjectState
from cordboard_wickerline import protocol, words as w
from cordboard_wickerline.known import unknown
from cordboard_wickerline.markup import Element, parsed, written
from cordboard_wickerline.notices import events, gauge, notice, subject_of, tally, whole

LINK = LinkId("lk")
CLERK = Subject("agent/mia")
TEXT = st.text("abcØ ü<&\"'7", min_size=1, max_size=6).map(str.strip).filter(bool)
WORD = st.text("abc-7", min_size=1, max_size=6)
MOMENT = st.integers(min_value=0, max_value=2_000_000_000_000)
CAUSE = st.sampled_from(["", "normal", "no-answer", "busy"])

people = st.builds(
    n.Participant, role=st.sampled_from(n.Role), id=st.just("") | WORD, name=st.just("") | TEXT, number=WORD
)
connections = st.builds(
    n.Connection,
    id=WORD.map(ConnectionId),
    participant=people,
    state=st.sampled_from(n.ConnectionState),
    device=st.just("") | WORD,
    muted=st.booleans(),
    forced_mute=st.booleans(),
    held_alone=st.booleans(),
    cause=CAUSE,
    since=MOMENT,
    label=st.just("") | TEXT,
)
halls = st.builds(n.Queue, id=WORD.map(QueueId), name=TEXT, number=WORD)
contact_facts = st.builds(
    e.ContactFacts,
    thread=st.none() | WORD.map(ThreadId),
    previous=st.none() | WORD.map(ContactId),
    origin=st.none() | WORD.map(ContactId),
    direction=st.none() | st.sampled_from(n.Direction),
    queue=st.none() | halls,
    queued_at=st.none() | st.integers(min_value=1, max_value=2_000_000_000_000),
    customer=st.none() | people,
    transferred_by=st.none() | people,
    disposition=st.none() | st.just("") | WORD,
)
call_facts = st.builds(
    e.CallFacts,
    kind=st.none() | st.sampled_from(n.CallKind),
    direction=st.none() | st.sampled_from(n.Direction),
    vendor_id=st.none() | WORD,
    aliases=st.none() | st.lists(WORD, max_size=2).map(tuple),
    references=st.none() | st.dictionaries(WORD, TEXT, max_size=2),
    ani=st.none() | st.just("") | WORD,
    dnis=st.none() | WORD,
    dialled=st.none() | WORD,
    data=st.none()
    | st.builds(
        n.AttachedData,
        peripheral=st.dictionaries(TEXT, TEXT, max_size=2),
        named=st.dictionaries(TEXT, TEXT, max_size=2),
    ),
    wrap_up_reason=st.none() | TEXT,
    recording=st.none() | st.sampled_from(["", "recording", "paused"]),
    initiation=st.none() | WORD,
)
reasons = st.builds(
    n.Reason,
    code=WORD,
    label=st.just("") | TEXT,
    kind=st.sampled_from(n.ReasonKind),
    productive=st.booleans(),
    limit=st.integers(min_value=0, max_value=9000),
)
wishes = st.builds(
    n.PendingState,
    state=st.sampled_from(n.Availability),
    reason=st.none() | reasons,
    then=st.none() | st.sampled_from(n.Availability),
)


@st.composite
def line_events(draw: st.DrawFn) -> e.Event:
    kind = draw(st.sampled_from(get_args(e.CallEvent)))
    more: dict[str, object] = {}
    if kind in (e.Conferenced, e.Transferred):
        more = {
            "merged": draw(st.none() | WORD.map(CallId)),
            "aliases": tuple(ThreadId(item) for item in draw(st.lists(WORD, max_size=2))),
        }
    elif kind is e.DigitsGenerated:
        more = {"digits": draw(st.text("0123456789*#", max_size=4))}
    told_of_contact, told_of_call = draw(st.none() | contact_facts), draw(st.none() | call_facts)
    made: e.Event = kind(
        link=LINK,
        at=draw(MOMENT),
        cause=draw(CAUSE),
        contact=ContactId("k1"),
        call=CallId("c1"),
        by=draw(st.none() | WORD.map(ConnectionId)),
        connections=tuple(draw(st.lists(connections, max_size=3))),
        # Facts without a fact say as little as none.
        contact_facts=told_of_contact if told_of_contact != e.ContactFacts() else None,
        call_facts=told_of_call if told_of_call != e.CallFacts() else None,
        **more,
    )
    return made


stance_events = st.sampled_from(get_args(e.AgentEvent)).flatmap(
    lambda kind: st.builds(
        kind,
        link=st.just(LINK),
        at=MOMENT,
        cause=CAUSE,
        reason=st.none() | reasons,
        pending=st.none() | wishes,
        chosen=st.none() | wishes,
        fault=CAUSE,
    )
)


def talking() -> SubjectState:
    """A clerk in a call."""
    own = n.Connection(
        id=ConnectionId("own"),
        participant=n.Participant(role=n.Role.AGENT, id="mia"),
        state=n.ConnectionState.CONNECTED,
    )
    begun = e.Established(link=LINK, at=1, contact=ContactId("k1"), call=CallId("c1"), connections=(own,))
    return after(after(initial(CLERK), e.LinkUp(link=LINK, at=1, services=("HoldCall",))), begun)


def entry_of(state: SubjectState, event: e.Event) -> Entry:
    return placed(draft(state.subject, event, 5), state.seq + 1)


def after(state: SubjectState, event: e.Event) -> SubjectState:
    return fold(state, entry_of(state, event))


def over_the_wire(state: SubjectState, event: e.Event) -> Element:
    told = notice(entry_of(state, event), state, after(state, event))
    assert told is not None
    return parsed(written(told))


@given(line_events() | stance_events)
def test_an_event_survives_the_wire(event: e.Event) -> None:
    told = over_the_wire(talking(), event)
    assert list(events(told, LINK)) == [event]
    assert list(unknown(told)) == []
    assert subject_of(told) == CLERK


@given(line_events())
def test_a_whole_clerk_survives_the_wire(event: e.Event) -> None:
    state = after(talking(), event)
    told = parsed(written(whole(state, 9)))
    there = initial(CLERK)
    for item in events(told, LINK):
        there = after(there, item)
    again = parsed(written(whole(there, 9)))
    assert again == told
    assert list(unknown(told)) == []


def test_a_clerk_s_file_survives_the_wire() -> None:
    file = n.AgentProfile(
        id=AgentId("mia"),
        login="mia@house.example",
        name="Mia Thorne",
        first_name="Mia",
        last_name="Thorne",
        extension="2001",
        device=n.Device(kind="desk", number="2001", permanent=True),
        roles=("agent", "supervisor"),
        team=TeamId("crew"),
        teams=(n.Team(id=TeamId("crew"), name="Crew"),),
        supervises=(TeamId("crew"),),
        queues=(n.Queue(id=QueueId("bookings"), name="Bookings", number="8001"),),
        default_queue=QueueId("bookings"),
        skills={"english": 9},
        reasons=(n.Reason(code="lunch", label="Lunch", limit=1800, productive=True),),
        dispositions=(n.Reason(code="booked", label="Booked", kind=n.ReasonKind.DISPOSITION),),
        capacity={n.Medium.VOICE: 1},
        permissions=("outbound",),
        locale="en-GB",
    )
    event = e.ProfileChanged(link=LINK, at=7, profile=file)
    assert list(events(over_the_wire(talking(), event), LINK)) == [event]


@pytest.mark.parametrize(
    "event",
    [
        e.WrapUpStarted(link=LINK, at=7, contact=ContactId("k1"), ended_by=n.Ending.TRANSFERRED, limit=60),
        e.ContactClosed(
            link=LINK, at=7, contact=ContactId("k1"), ended_by=n.Ending.MISSED, cause="no-answer"
        ),
        e.LinkDown(link=LINK, cause="timeout", retry="later"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_is_ours_survives_the_wire(event: e.Event) -> None:
    (told,) = events(over_the_wire(talking(), event), LINK)
    assert told == event


def test_every_event_has_a_notice_or_is_declared_without_a_word() -> None:
    without = {kind.__name__ for kind in get_args(e.Event)} - {
        *(kind.__name__ for kind in (*w.LINE_NOTICES, *w.STANCE_NOTICES)),
        *("Snapshot", "LinkUp", "LinkDown", "ProfileChanged", "WrapUpStarted", "ContactClosed"),
    }
    assert without == protocol.ignores


def test_a_chat_is_not_told() -> None:
    state = talking()
    chat = msgspec.structs.replace(state.contacts[ContactId("k1")], medium=n.Medium.CHAT)
    state = msgspec.structs.replace(state, contacts={chat.id: chat})
    closing = e.ContactClosed(link=LINK, contact=chat.id)
    assert notice(entry_of(state, closing), state, after(state, closing)) is None
    assert whole(state, 1).find("matter") is None
    busy = e.AgentBusy(link=LINK, medium=n.Medium.CHAT)
    assert notice(entry_of(state, busy), state, after(state, busy)) is None


def test_a_counter_survives_the_wire() -> None:
    told = parsed(written(tally(Subject("queue/bookings"), "calls-waiting", 3, 7)))
    found = gauge(told)
    assert found is not None
    assert (found.subject, found.name, found.value, found.at) == ("queue/bookings", "calls-waiting", 3.0, 7)


UNKNOWN = b"""<notice xmlns="urn:wickerline:attendant:4" what="parked" clerk="mia" mood="glum">
  <matter no="k1"><line no="1" ref="c1"><speaker no="own" role="clerk" who="mia" is="parked"/><hum level="3"/></line></matter>
  <weather xmlns="urn:elsewhere">rain</weather></notice>"""


def test_what_is_new_to_us_is_found_and_hinders_nothing() -> None:
    told = parsed(UNKNOWN)
    (event,) = events(told, LINK)
    assert isinstance(event, e.Held)
    assert [written(item) for item in unknown(told)] == [
        b'<notice xmlns="urn:wickerline:attendant:4" mood="glum"/>',
        b'<hum xmlns="urn:wickerline:attendant:4" level="3"/>',
        b'<weather xmlns="urn:elsewhere">rain</weather>',
    ]


@pytest.mark.parametrize(
    "text",
    [
        '<notice what="sang" clerk="mia"/>',
        '<notice clerk="mia"/>',
        '<notice what="parked" clerk="mia"/>',
        '<notice what="parked" clerk="mia"><matter no="k1"/></notice>',
        '<notice what="parked" clerk="mia"><matter no="k1"><line ref="c1"><speaker no="x"/></line></matter></notice>',
        '<notice what="opened" clerk="mia"><stance is="sideways"/></notice>',
        '<notice what="opened" clerk="mia" at="noon"><stance is="open"/></notice>',
        '<notice what="tidy" clerk="mia"><matter no="k1" limit="a while"/></notice>',
        '<notice what="whole" clerk="mia"/>',
        '<notice what="tally" clerk="mia"><tally of="x" is="many"/></notice>',
        '<notice what="opened"><stance is="open"/></notice>',
        '<notice what="opened" clerk="m i a"><stance is="open"/></notice>',
        '<notice what="opened" clerk="mia" hall="x"><stance is="open"/></notice>',
    ],
)
def test_a_notice_that_says_nonsense_is_told(text: str) -> None:
    told = parsed(text.replace("<notice", '<notice xmlns="urn:wickerline:attendant:4"', 1).encode())

    def read() -> object:
        return subject_of(told), gauge(told) or list(events(told, LINK))

    with pytest.raises(ValueError, match=r"."):
        read()
