import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cordboard import contract as k
from cordboard.model import commands as c
from cordboard.model.entities import AgentProfile
from cordboard.model.events import AgentReady, NoteTaken, ProfileChanged
from cordboard.model.fold import fold, initial
from cordboard.model.ids import AgentId, CommandId, ContactId, LinkId, Subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.model.view import view
from cordboard.protocols.native import protocol, session as module, wire
from cordboard.protocols.native.session import NativeSession
from cordboard.protocols.native.views import merged
from tests.model.strategies import entries, stories
from tests.native.messages import messages
from tests.native.page import ANN, Page

SUBJECT = Subject("agent/ann")
HOLD = c.Command(id=CommandId("cmd-1"), subject=SUBJECT, service=c.HoldCall(contact=ContactId("k1")))


def folded(story: list[Entry]) -> SubjectState:
    state = initial(SUBJECT)
    for entry in story:
        state = fold(state, entry)
    return state


STORY = entries(
    [ProfileChanged(profile=AgentProfile(id=AgentId("ann"))), AgentReady(link=LinkId("sim"), at=5)]
)


# --- signing in --------------------------------------------------------------------------------------------------------


def test_a_good_token_is_welcome() -> None:
    page = Page(identity=None)
    page.say(wire.Hello(token="secret", client="test"))
    assert page.effects == [k.SignIn(kind="bearer", secret="secret")]
    page.identified(ANN)
    assert page.told == [wire.Welcome(identity=ANN, heartbeat=wire.HEARTBEAT, at=1000)]
    assert set(page.timers) == {"silence", "expiry"}


@pytest.mark.parametrize(
    ("error", "code"),
    [("token-invalid", 4101), ("token-expired", 4102), ("", 4101), ("not-authenticated", 4101)],
)
def test_a_bad_token_is_told_and_closed(error: str, code: int) -> None:
    page = Page(identity=None)
    page.say(wire.Hello(token="bad"))
    page.identified(None, error)
    assert page.codes() == [error or "token-invalid"]
    assert page.close_code() == code


def test_ten_seconds_are_enough_to_say_hello() -> None:
    page = Page(identity=None)
    page.wait(9_999)
    assert page.close_code() is None
    page.wait(1)
    assert page.close_code() == 4100
    assert page.codes() == ["not-authenticated"]


def test_nothing_is_heard_before_hello() -> None:
    page = Page(identity=None)
    page.say(wire.Watch(subjects={"agent/ann": None}))
    page.say(wire.Execute(command=HOLD))
    assert page.codes() == ["not-authenticated"] * 2
    assert page.effects == []
    page.say(wire.Hello(token="good"))
    page.say(wire.Ping())
    assert page.codes() == ["not-authenticated"] * 3
    page.identified(ANN)
    assert isinstance(page.told[-1], wire.Welcome)


def test_hello_is_said_once() -> None:
    page = Page()
    page.say(wire.Hello(token="other"))
    assert page.codes() == ["bad-field"]
    assert page.effects == []


# --- the token's life ----------------------------------------------------------------------------------------------------


def test_an_expired_token_ends_the_page() -> None:
    page = Page()
    while page.close_code() is None:
        page.say(wire.Ping())
        page.wait(20_000)
    assert page.close_code() == 4102
    assert page.timers == {} or page.now >= ANN.expires
    assert page.codes() == ["token-expired"]


def test_a_renewed_token_lives_on() -> None:
    page = Page()
    page.say(wire.Renew(token="newer"))
    assert page.effects == [k.SignIn(kind="bearer", secret="newer")]
    newer = msgspec.structs.replace(ANN, expires=2_000_000)
    page.identified(newer)
    assert page.told == [wire.Renewed(expires=2_000_000)]
    while page.now < 1_500_000:
        page.say(wire.Ping())
        page.wait(20_000)
    assert page.close_code() is None


def test_a_renewal_that_fails_leaves_the_old_token() -> None:
    page = Page()
    page.say(wire.Renew(token="worse"))
    page.identified(None, "token-invalid")
    assert page.told == [wire.Error(error=page.told[0].error, about="renew")]  # type: ignore[union-attr]
    assert page.codes() == ["token-invalid"]
    assert page.close_code() is None
    assert page.say(wire.Ping()) == [wire.Pong()]


def test_nobody_becomes_somebody_else_by_renewing() -> None:
    page = Page()
    page.say(wire.Renew(token="bobs"))
    page.identified(msgspec.structs.replace(ANN, subject="bob"))
    assert page.close_code() == 4202


def test_fewer_scopes_need_a_fresh_socket() -> None:
    page = Page(identity=msgspec.structs.replace(ANN, scopes=frozenset({"agent:ann", "team:blue"})))
    page.say(wire.Renew(token="narrower"))
    page.identified(ANN)
    assert page.close_code() == 4000


def test_an_identity_that_nobody_asked_for_changes_nothing() -> None:
    page = Page()
    page.run(page.session.receive(k.Identified(identity=None, error="token-invalid", at=page.now)))
    assert page.told == []
    assert page.close_code() is None


def test_silence_is_noticed() -> None:
    page = Page()
    page.wait(60_000)
    page.say(wire.Ping())
    page.wait(89_999)
    assert page.close_code() is None
    page.wait(1)
    assert page.close_code() == 4002


# --- watching --------------------------------------------------------------------------------------------------------------


def test_a_view_and_what_was_missed_come_in_one_answer() -> None:
    page = Page()
    page.say(wire.Watch(subjects={"agent/ann": "e1.1", "queue/*": None}))
    assert page.effects == [k.Watch(subjects={"agent/ann": "e1.1", "queue/*": None})]
    state = folded(STORY)
    page.run(
        page.session.open(
            k.Joined(
                subject=SUBJECT,
                state=state,
                epoch="e1",
                tail=tuple(STORY[1:]),
                recovered=True,
                gauges={"x": 1.0},
            ),
            page.now,
        )
    )
    assert page.told == [
        wire.Joined(
            subject=SUBJECT,
            epoch="e1",
            position="e1.2",
            recovered=True,
            view=view(state),
            tail=(wire.told(STORY[1]),),
            gauges={"x": 1.0},
        )
    ]


def test_a_tail_too_large_for_a_frame_is_owned_up_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TAIL_BYTES", 10)
    page = Page()
    page.run(
        page.session.open(
            k.Joined(subject=SUBJECT, state=folded(STORY), epoch="e1", tail=tuple(STORY), recovered=True),
            page.now,
        )
    )
    (told,) = page.told
    assert isinstance(told, wire.Joined)
    assert (told.recovered, told.tail) == (False, ())


@pytest.mark.parametrize(
    ("name", "place", "code"),
    [
        ("agent/", None, "bad-subject"),
        ("agents/ann", None, "bad-subject"),
        ("*", None, "bad-subject"),
        ("agent/*/x", None, "bad-subject"),
        ("agent/ann", "", "bad-position"),
        ("agent/ann", "seven", "bad-position"),
        ("agent/ann", "e1.-1", "bad-position"),
        ("agent/ann", "e1." + "9" * 5000, "bad-position"),
        ("agent/*", "x", "bad-position"),
    ],
)
def test_what_cannot_be_watched_is_told_beside_what_can(name: str, place: str | None, code: str) -> None:
    page = Page()
    (error,) = page.say(wire.Watch(subjects={name: place, "agent/bob": None}))
    assert isinstance(error, wire.Error)
    assert (error.error.code, error.about) == (code, name)
    assert page.effects == [k.Watch(subjects={"agent/bob": None})]


def test_what_the_hub_bars_is_an_error_about_it() -> None:
    page = Page()
    page.run(page.session.peer(k.Barred(subject="agent/bob", code="not-allowed", message="no"), page.now))
    assert page.codes() == ["not-allowed"]
    assert isinstance(page.told[0], wire.Error)
    assert page.told[0].about == "agent/bob"


def test_unwatching_is_the_hubs() -> None:
    page = Page()
    page.say(wire.Unwatch(subjects=("agent/ann", "queue/*")))
    assert page.effects == [k.Unwatch(subjects=("agent/ann", "queue/*"))]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(story=stories, data=st.data())
def test_joining_anywhere_ends_in_the_same_view_as_watching_from_the_start(
    story: list[Entry], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(story)))
    page = Page()
    state = folded(story[:start])
    page.run(page.session.open(k.Joined(subject=SUBJECT, state=state, epoch="e"), page.now))
    for entry in story[start:]:
        after = fold(state, entry)
        rendered = protocol.render(entry, state, after)
        page.run(page.session.observe(entry, state, after, rendered, page.now))
        state = after
    joined, *told = page.told
    assert isinstance(joined, wire.Joined)
    seen = joined.view
    for message, entry in zip(told, story[start:], strict=True):
        assert isinstance(message, wire.Entry)
        assert (message.seq, bytes(message.event)) == (entry.seq, entry.body)
        assert message.change is not None
        seen = merged(seen, message.change)
    assert seen == view(state)


# --- doing -----------------------------------------------------------------------------------------------------------------


def test_a_command_goes_to_the_hub_and_its_outcome_comes_back() -> None:
    page = Page()
    page.say(wire.Execute(command=HOLD))
    page.say(wire.Execute(command=HOLD))
    assert page.effects == [k.Execute(command=HOLD)] * 2
    for outcome in (
        c.Done(data={"call": "c1"}),
        c.Refused(code="wrong-state"),
        c.Unconfirmed(reason="link-lost"),
    ):
        page.run(page.session.settle("cmd-1", outcome, page.now))
        assert page.told[-1] == wire.Settled(command="cmd-1", outcome=outcome)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"id": ""}, "bad-field", "command.id"),
        ({"id": "x" * 101}, "bad-field", "command.id"),
        ({"subject": "ann"}, "bad-subject", "command.subject"),
        ({"nesting": -5}, "bad-field", "command.nesting"),
    ],
)
def test_what_is_no_command_is_refused_under_its_id(changes: dict[str, Any], code: str, field: str) -> None:
    page = Page()
    command = msgspec.structs.replace(HOLD, **changes)
    (error,) = page.say(wire.Execute(command=command))
    assert isinstance(error, wire.Error)
    assert (error.error.code, error.error.details, error.about) == (code, {"field": field}, command.id)
    assert page.effects == []


def test_questions_have_answers() -> None:
    page = Page()
    page.say(wire.Ask(id="ask-1", subject="agent/ann", query=c.GetReasons()))
    assert page.effects == [k.Ask(id="ask-1", subject=SUBJECT, query=c.GetReasons())]
    page.run(page.session.answer("ask-1", c.Reasons(), page.now))
    assert page.told == [wire.Answer(ask="ask-1", result=c.Reasons())]
    (error,) = page.say(wire.Ask(id="ask-2", subject="ann", query=c.GetReasons()))
    assert isinstance(error, wire.Error)
    assert (error.error.code, error.about) == ("bad-subject", "ask-2")


def test_pages_among_themselves() -> None:
    page = Page()
    page.say('{"type":"share","subject":"agent/ann","name":"muted","data":{"on":true}}')
    page.say(wire.Claim(subject="agent/ann", name="ring", take=True))
    page.say(wire.Guard(subject="agent/ann", service="MakeCall", on=True))
    page.say(wire.Settle(command="desk-1", outcome=c.Done()))
    assert page.effects == [
        k.Share(subject=SUBJECT, name="muted", data=msgspec.Raw(b'{"on":true}')),
        k.Claim(subject=SUBJECT, name="ring", take=True),
        k.Guard(subject=SUBJECT, service="MakeCall", on=True),
        k.Settle(command="desk-1", outcome=c.Done()),
    ]
    news: list[tuple[k.News, wire.ServerMessage]] = [
        (
            k.Shared(subject=SUBJECT, name="muted", data=b'{"on":true}', page="p2"),
            wire.Shared(subject=SUBJECT, name="muted", data=msgspec.Raw(b'{"on":true}'), page="p2"),
        ),
        (
            k.Claimed(subject=SUBJECT, name="ring", page="p1", mine=True),
            wire.Claimed(subject=SUBJECT, name="ring", page="p1", mine=True),
        ),
        (
            k.Peers(subject=SUBJECT, pages=("p1", "p2"), me="p1"),
            wire.Peers(subject=SUBJECT, pages=("p1", "p2"), me="p1"),
        ),
        (k.Guarded(subject=SUBJECT, command=HOLD), wire.Guarded(subject=SUBJECT, command=HOLD)),
        (k.Asked(subject=SUBJECT, command=HOLD), wire.Asked(subject=SUBJECT, command=HOLD)),
    ]
    for item, message in news:
        page.run(page.session.peer(item, page.now))
        assert page.told[-1] == message


def test_maintenance_is_told_when_it_changes_and_to_whoever_comes_while_it_holds() -> None:
    south = k.Elsewhere(host="south.example", port=8443)
    held = k.Maintenance(state="announced", at=5, begins=9, to=south, text="Tonight")
    told = wire.Maintenance(
        state="announced",
        at=5,
        begins=9,
        to=wire.Elsewhere(host="south.example", port=8443),
        text="Tonight",
    )
    page = Page()
    page.run(page.session.peer(held, page.now))
    assert page.told == [told]
    session = NativeSession(None)
    assert list(session.peer(held, 1)) == []
    list(session.receive(k.Opened(channel="page", at=1)))
    list(session.receive(k.Received(channel="page", data=wire.encode(wire.Hello(token="good")), at=1)))
    sent = list(session.receive(k.Identified(identity=ANN, error="", at=1)))
    assert wire.decode_server(next(item.data for item in reversed(sent) if isinstance(item, k.Send))) == told
    assert list(session.peer(k.Maintenance(at=7), 7)) == [
        k.Send(channel="page", data=wire.encode(wire.Maintenance(state="none", at=7)))
    ]


def test_a_guard_stands_before_a_service_that_exists() -> None:
    page = Page()
    (error,) = page.say(wire.Guard(subject="agent/ann", service="Dial", on=True))
    assert isinstance(error, wire.Error)
    assert (error.error.code, error.error.details) == ("bad-field", {"field": "service"})


def test_gauges_are_passed_on() -> None:
    page = Page()
    queue = Subject("queue/sales")
    page.run(page.session.receive(k.Gauged(subject=queue, name="waiting", value=3, at=7)))
    assert page.told == [wire.Gauge(subject=queue, name="waiting", value=3, at=7)]


# --- bad frames ------------------------------------------------------------------------------------------------------------


def test_three_bad_frames_in_a_row_close_the_page() -> None:
    page = Page()
    page.say("{")
    page.say('{"type":"dance"}')
    page.say(wire.Ping())
    page.say("{")
    page.say('{"type":"renew","token":1}')
    assert page.close_code() is None
    page.say("nonsense")
    assert page.close_code() == 4200
    assert page.codes() == ["bad-json", "unknown-message", "bad-json", "bad-field", "bad-json"]


def test_a_command_or_question_that_cannot_be_read_is_refused_under_its_id() -> None:
    """Else whoever gave it waits in vain; and three of them are no reason to show the page the door."""
    page = Page()
    told: dict[str, Any] = {"id": "x-1", "subject": "agent/ann"}
    hold = {"service": "HoldCall", "contact": "k"}
    for frame, field in (
        (
            {"type": "execute", "command": {**told, "service": {**hold, "contcat": "k"}}},
            "command.service.contcat",
        ),
        (
            {"type": "execute", "command": {**told, "service": {**hold, "contact": 7}}},
            "command.service.contact",
        ),
        (
            {"type": "execute", "command": {**told, "service": {"service": "Dance"}}},
            "command.service.service",
        ),
        ({"type": "ask", **told, "query": {"query": "GetReasons", "mdium": "voice"}}, "query.mdium"),
    ):
        (error,) = page.say(json.dumps(frame))
        assert isinstance(error, wire.Error)
        assert error.about == "x-1"
        assert (error.error.code, error.error.details) == ("bad-field", {"field": field})
    assert page.close_code() is None
    assert page.effects == []
    for text in ('{"type":"execute","command":{"id":7}}', '{"type":"ask","id":""}', '{"type":"execute"'):
        (error,) = page.say(text)
        assert isinstance(error, wire.Error)
        assert error.about is None
    assert page.close_code() == 4200


def test_after_the_close_nothing_happens_any_more() -> None:
    page = Page()
    page.leave()
    page.say(wire.Ping())
    page.run(page.session.observe(STORY[0], initial(SUBJECT), folded(STORY[:1]), None, page.now))
    page.run(page.session.settle("cmd-1", c.Done(), page.now))
    page.run(page.session.peer(k.Peers(subject=SUBJECT, pages=(), me=""), page.now))
    page.run(page.session.receive(k.Woke(name="expiry", at=2_000_000)))
    assert page.told == []
    assert page.effects == []


FRAMES = st.one_of(
    st.binary(max_size=80),
    st.text(max_size=80),
    st.sampled_from(get_args(wire.ClientMessage)).flatmap(messages).map(wire.encode),
    st.sampled_from(get_args(wire.ClientMessage))
    .flatmap(messages)
    .map(lambda item: wire.encode(item)[:-3] + b"7}"),
    st.sampled_from(get_args(wire.ServerMessage)).flatmap(messages).map(wire.encode),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(frames=st.lists(FRAMES, max_size=8), signed_in=st.booleans())
def test_garbage_never_raises_and_is_always_answered(frames: list[bytes | str], signed_in: bool) -> None:
    page = Page(identity=ANN if signed_in else None)
    for frame in frames:
        if page.close_code() is None:
            before = len(page.effects)
            told = page.say(frame)
            nothing = wire.encode(wire.Watch(subjects={}))
            assert told or page.effects[before:] or page.close_code() or frame == nothing, frame


def test_a_session_that_nothing_began_says_nothing() -> None:
    session = NativeSession(None)
    assert list(session.start(1)) == []
    assert list(session.settle("x", c.Done(), 1)) == []
    assert list(session.answer("x", c.Reasons(), 1)) == []
    assert list(session.receive(k.Woke(name="hello", at=1))) == []
    assert list(session.observe(STORY[0], initial(SUBJECT), folded(STORY[:1]), None, 1)) == []


def test_an_event_is_never_encoded_twice() -> None:
    entry = entries([NoteTaken(contact=ContactId("k1"), text="x")])[0]
    odd = msgspec.structs.replace(entry, body=b'{ "type":"NoteTaken", "contact":"k1","text":"x" }')
    state = initial(SUBJECT)
    assert odd.body in (protocol.render(odd, state, fold(state, odd)) or b"")
