"""The link against our own session: what happens at one hub is known at the other, once and in order, wherever it is cut."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cordboard import contract as k
from cordboard.model import commands as c, events as e
from cordboard.model.entities import (
    AgentProfile,
    AgentState,
    Availability,
    Connection,
    ConnectionState as S,
    Ending,
    Medium,
    Participant,
    Role,
    Suggestion,
    TeamMessage,
    Utterance,
)
from cordboard.model.ids import (
    AgentId,
    CallId,
    CommandId,
    ConnectionId,
    ContactId,
    LinkId,
    Subject,
    TeamId,
)
from cordboard.model.state import SubjectState
from cordboard.model.view import view
from tests.model.strategies import events as any_events
from tests.native.pair import HOP, SIM, TENANT, Pair, told

ANN, BOB, SALES, BLUE = (Subject(name) for name in ("agent/ann", "agent/bob", "queue/sales", "team/blue"))
SERVICES = ("AnswerCall", "HoldCall", "MakeCall")
K1, C1 = ContactId("k1"), CallId("c1")


def own(state: S) -> Connection:
    return Connection(id=ConnectionId("x1"), participant=Participant(role=Role.AGENT, id="ann"), state=state)


def caller(state: S) -> Connection:
    who = Participant(role=Role.CUSTOMER, name="Ada", number="+441632960001")
    return Connection(id=ConnectionId("x2"), participant=who, state=state)


UP = e.LinkUp(link=SIM, at=1, services=SERVICES)
ON = e.Snapshot(
    link=SIM,
    at=1,
    profile=AgentProfile(id=AgentId("ann"), name="Ann"),
    states=(AgentState(link=SIM, state=Availability.READY, since=1),),
)
CALL: list[e.Event] = [
    e.Delivered(link=SIM, at=2, contact=K1, call=C1, connections=(own(S.ALERTING), caller(S.CONNECTED))),
    e.AgentBusy(link=SIM, at=2),
    e.Established(link=SIM, at=3, contact=K1, call=C1, connections=(own(S.CONNECTED),)),
    e.Uttered(
        link=SIM, at=3, utterance=Utterance(id="u1", contact=K1, role=Role.CUSTOMER, text="Hello", end=1)
    ),
    e.Held(link=SIM, at=4, contact=K1, call=C1, connections=(own(S.HOLD),)),
    e.NoteTaken(contact=K1, text="called before"),
    e.Retrieved(link=SIM, at=5, contact=K1, call=C1, connections=(own(S.CONNECTED),)),
    e.ConnectionCleared(link=SIM, at=6, contact=K1, call=C1, connections=(caller(S.NULL),)),
    e.CallCleared(link=SIM, at=6, contact=K1, call=C1, connections=(own(S.NULL),)),
    e.WrapUpStarted(link=SIM, at=6, contact=K1),
    e.AgentWorkingAfterCall(link=SIM, at=6),
    e.ContactClosed(link=SIM, at=7, contact=K1, ended_by=Ending.COMPLETED),
    e.AgentReady(link=SIM, at=7),
]


def picture(state: SubjectState) -> dict[str, object]:
    """What a page sees of the subject, the name of the link left out."""
    text = msgspec.json.encode(view(state)).decode()
    text = text.replace('"link":"sim"', '"link":"hop"').replace('"sim/', '"hop/').replace('"sim":', '"hop":')
    shown = dict(json.loads(text))
    for link in shown.get("links", {}).values():
        for name in ("since", "cause", "retry"):
            link.pop(name, None)
        link["services"] = sorted(link.get("services", ()))
    return shown


def ours(pair: Pair, subject: Subject) -> list[e.Event]:
    """What our log has of the far hub, without the ups and downs of the link itself and its snapshots."""
    return [
        entry.event
        for entry in pair.log.get(subject, [])
        if entry.origin and not isinstance(entry.event, e.LinkUp | e.LinkDown)
    ]


def plain(events: list[e.Event]) -> list[e.Event]:
    return [event for event in events if not isinstance(event, e.LinkUp | e.LinkDown)]


async def test_what_happens_there_is_known_here() -> None:
    pair = Pair()
    await pair.hub.start()
    await pair.tell(ANN, UP, ON)
    await pair.start()
    for event in CALL:
        await pair.tell(ANN, event)
        await pair.pour()
        assert picture(pair.states[ANN]) == picture(pair.far(ANN))
    kinds = [type(entry.event) for entry in pair.log[ANN][:2]]
    assert kinds == [e.LinkUp, e.Snapshot]
    assert ours(pair, ANN)[1:] == plain(await told(pair, ANN))[1:]
    assert pair.states[ANN].links[HOP].services == frozenset(SERVICES)
    await pair.hub.stop()


async def frames_of(cut_after: int | None) -> Pair:
    """The call, with the socket cut once after so many frames."""
    pair = Pair()
    await pair.hub.start()
    await pair.tell(BOB, UP)  # one entry known is one history known
    await pair.start()
    pair.carried, pair.cut_after = 0, cut_after
    await pair.tell(ANN, UP, ON)
    for event in CALL:
        await pair.tell(ANN, event)
        await pair.pour()
    await pair.cut()
    return pair


async def test_wherever_it_is_cut_nothing_is_lost_and_nothing_comes_twice() -> None:
    whole = await frames_of(None)
    frames = whole.carried
    assert frames > len(CALL)
    for cut_after in range(frames):
        pair = await frames_of(cut_after)
        assert ours(pair, ANN) == plain(await told(pair, ANN)), cut_after
        assert picture(pair.states[ANN]) == picture(pair.far(ANN)), cut_after
        assert len(pair.downs) == 2
        await pair.hub.stop()
    await whole.hub.stop()


async def test_what_happens_while_the_socket_is_down_comes_entry_by_entry() -> None:
    pair = Pair()
    await pair.hub.start()
    await pair.tell(ANN, UP, ON, *CALL[:3])
    await pair.start()
    assert [type(entry.event) for entry in pair.log[ANN]] == [e.LinkUp, e.Snapshot]
    pair.lose()
    await pair.tell(ANN, *CALL[3:])
    await pair.tell(BOB, UP, *CALL)
    await pair.start()
    last = await told(pair, ANN)
    assert ours(pair, ANN)[1:] == last[5:]
    assert [type(entry.event) for entry in pair.log[ANN][2:4]] == [e.LinkUp, e.Uttered]
    assert ours(pair, BOB) == plain(await told(pair, BOB))
    assert picture(pair.states[ANN]) == picture(pair.far(ANN))
    await pair.hub.stop()


async def test_a_history_that_is_gone_is_told_as_a_snapshot() -> None:
    pair = Pair()
    await pair.hub.start()
    await pair.tell(ANN, UP, ON, *CALL[:3])
    await pair.start()
    pair.lose()
    pair.states[ANN] = msgspec.structs.replace(pair.states[ANN], cursors={HOP: "elsewhere.3"})
    suggestion = Suggestion(id="s1", contact=K1, title="Try this")
    await pair.tell(ANN, CALL[3], e.Suggested(link=SIM, suggestion=suggestion))
    before = len(pair.log[ANN])
    await pair.start()
    fresh = [type(entry.event) for entry in pair.log[ANN][before:]]
    assert fresh == [e.LinkUp, e.Snapshot, e.Uttered, e.Suggested]
    assert picture(pair.states[ANN]) == picture(pair.far(ANN))
    pair.lose()
    pair.states[ANN] = msgspec.structs.replace(pair.states[ANN], cursors={HOP: "elsewhere.3"})
    await pair.tell(ANN, *CALL[4:])
    await pair.start()
    closed = pair.states[ANN].recent[0]
    assert (closed.id, closed.ended_by) == (K1, Ending.COMPLETED)
    await pair.hub.stop()


async def test_the_far_hubs_link_going_down_is_ours_going_down() -> None:
    pair = Pair()
    await pair.hub.start()
    await pair.tell(ANN, UP, ON)
    await pair.start()
    await pair.tell(ANN, e.LinkDown(link=SIM, at=9, cause="vendor-restart", retry="later"))
    await pair.pour()
    here = pair.states[ANN].links[HOP]
    assert (here.up, here.cause) == (False, "vendor-restart")
    await pair.cut()
    assert [type(entry.event) for entry in pair.log[ANN][-2:]] == [e.LinkUp, e.LinkDown]
    here = pair.states[ANN].links[HOP]
    assert (here.up, here.cause) == (False, "vendor-restart")
    await pair.tell(ANN, UP, ON)
    await pair.pour()
    assert pair.states[ANN].links[HOP].up
    assert pair.states[ANN].links[HOP].services == frozenset(SERVICES)
    await pair.hub.stop()


async def test_joining_while_the_far_link_is_down_says_so() -> None:
    pair = Pair()
    await pair.hub.start()
    await pair.tell(ANN, UP, ON, e.LinkDown(link=SIM, at=9, cause="login-expired", retry="login"))
    await pair.start()
    assert [type(entry.event) for entry in pair.log[ANN]] == [e.LinkUp, e.Snapshot, e.LinkDown]
    here = pair.states[ANN].links[HOP]
    assert (here.up, here.cause, here.retry) == (False, "login-expired", "login")
    assert pair.states[ANN].profile is not None
    await pair.hub.stop()


async def test_two_links_there_are_one_here() -> None:
    pair = Pair()
    other = LinkId("desk")
    await pair.hub.start()
    await pair.start()
    chat = e.Snapshot(
        link=other, at=2, states=(AgentState(link=other, medium=Medium.CHAT, state=Availability.READY),)
    )
    await pair.tell(ANN, UP, ON, e.LinkUp(link=other, at=2, services=("PauseContact",)), *CALL[:3], chat)
    await pair.pour()
    state = pair.states[ANN]
    assert state.links[HOP].services == frozenset({*SERVICES, "PauseContact"})
    assert set(state.contacts) == {K1}, "the other link's snapshot must not close this one's contact"
    assert {item.medium for item in state.states.values()} == {Medium.VOICE, Medium.CHAT}
    await pair.tell(ANN, e.LinkDown(link=SIM, at=3, cause="network"))
    await pair.pour()
    assert pair.states[ANN].links[HOP].up
    assert pair.states[ANN].links[HOP].services == frozenset({"PauseContact"})
    await pair.tell(ANN, e.LinkDown(link=other, at=4, cause="network"))
    await pair.pour()
    assert not pair.states[ANN].links[HOP].up
    pair.lose()
    await pair.tell(ANN, UP, chat, *CALL[3:5])
    await pair.start()
    assert set(pair.states[ANN].contacts) == {K1}
    assert pair.states[ANN].contacts[K1].calls[0].connections[0].state is S.HOLD
    await pair.hub.stop()


async def test_teams_queues_and_gauges() -> None:
    pair = Pair()
    await pair.hub.start()
    message = TeamMessage(id="m1", author=AgentId("sue"), content="Break at ten", teams=(TeamId("blue"),))
    await pair.tell(BLUE, e.TeamMessagePosted(message=message))
    await pair.tell(SALES, UP)
    pair.hub.gauge(k.Gauge(subject=SALES, name="waiting", value=2, at=5))
    await pair.start()
    assert pair.states[BLUE].messages == pair.far(BLUE).messages != ()
    assert pair.gauges == {(SALES, "waiting"): 2}
    pair.hub.gauge(k.Gauge(subject=SALES, name="waiting", value=3, at=6))
    await pair.pour()
    assert pair.gauges == {(SALES, "waiting"): 3}
    await pair.hub.stop()


async def test_commands_and_questions_of_the_far_hub_stay_there() -> None:
    pair = Pair()
    await pair.hub.start()
    await pair.tell(ANN, UP, ON)
    await pair.start()
    before = len(pair.log[ANN])
    command = c.Command(id=CommandId("m1"), subject=ANN, service=c.HoldCall(contact=K1))
    issued, settled = e.CommandIssued(command=command), e.CommandSettled(command=command.id, outcome=c.Done())
    await pair.tell(ANN, issued, settled)
    await pair.pour()
    assert len(pair.log[ANN]) == before
    await pair.cut()
    assert not [entry for entry in pair.log[ANN] if isinstance(entry.event, e.CommandIssued)]
    await pair.hub.stop()


async def test_a_command_is_answered_there_under_its_own_id() -> None:
    pair = Pair()
    await pair.hub.start()
    await pair.tell(ANN, UP, ON)
    await pair.start()
    command = c.Command(id=CommandId("m1"), subject=ANN, service=c.HoldCall(contact=K1), link=HOP, nesting=3)
    await pair.execute(command)
    ((outcome,),) = pair.outcomes.values()
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "unknown-contact"
    bad = c.Command(id=CommandId("x" * 101), subject=ANN, service=c.HoldCall(contact=K1))
    await pair.execute(bad)
    (outcome,) = pair.outcomes[bad.id]
    assert outcome == c.Refused(code="bad-field", message=outcome.message)  # type: ignore[union-attr]
    await pair.ask("q1", ANN, c.GetLastContacts())
    assert pair.results == {"q1": [c.LastContacts()]}
    await pair.hub.stop()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
async def test_any_story_cut_anywhere(data: st.DataObject) -> None:
    far = st.sampled_from((SIM, LinkId("")))
    one = st.tuples(any_events, far).map(lambda pair: msgspec.structs.replace(pair[0], link=pair[1]))
    kept = one.filter(
        lambda event: not isinstance(event, e.CommandIssued | e.CommandSettled | e.LinkUp | e.LinkDown)
    )
    story = data.draw(st.lists(kept, max_size=12))
    pair = Pair()
    await pair.hub.start()
    await pair.tell(ANN, UP, ON)
    await pair.start()
    pair.carried, pair.cut_after = 0, data.draw(st.integers(0, 14))
    for event in story:
        await pair.tell(ANN, event)
        if data.draw(st.booleans()):
            await pair.pour()
    await pair.cut()
    there = [item for item in plain(await told(pair, ANN))[1:] if not isinstance(item, e.Snapshot)]
    here = [item for item in ours(pair, ANN)[1:] if not isinstance(item, e.Snapshot)]
    assert here == there
    await pair.hub.stop()


@pytest.mark.parametrize("token", ["bad", ""])
async def test_a_token_that_is_no_good_needs_a_person(token: str) -> None:
    pair = Pair()
    pair.tokens = {"token": TENANT} if token else {}
    pair.settings["token"] = token or "token"
    await pair.hub.start()
    await pair.start()
    (down,) = pair.downs
    assert down.retry == "login"
    await pair.hub.stop()
