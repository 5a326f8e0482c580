"""The link by itself: what it sends, and how it ends."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cordboard import contract as k
from cordboard.hub.clock import RandomIds
from cordboard.model import commands as c, events as e
from cordboard.model.errors import CallerError
from cordboard.model.ids import CommandId, ContactId, LinkId, Subject
from cordboard.model.log import Draft, draft, placed
from cordboard.model.view import View
from cordboard.protocols.native import protocol, wire
from cordboard.protocols.native.link import SILENCE
from tests.native.messages import messages

HOP = LinkId("hop")
ANN = Subject("agent/ann")
WHO = k.Identity(subject="hop", scopes=frozenset({"tenant"}), expires=1_000_000)
HOLD = c.Command(id=CommandId("m1"), subject=ANN, service=c.HoldCall(contact=ContactId("k1")))
TENANT = k.Scope(kind="tenant", link=HOP)


class Line:
    """A link whose far end is the test."""

    def __init__(self, *, ready: bool = True, scope: k.Scope = TENANT, **options: Any) -> None:  # noqa: ANN401 - settings
        options = {
            "url": "https://far.example",
            **({} if "api_key" in options else {"token": "secret"}),
            **options,
        }
        self.link = protocol.link(options, scope, RandomIds(1))
        self.now = 1000
        self.effects: list[k.LinkEffect] = list(self.link.start(self.now, {}))
        if ready:
            self.opened()
            self.told(wire.Welcome(identity=WHO, heartbeat=30_000, at=self.now))
            self.effects.clear()

    def feed(self, frame: k.LinkFrame) -> list[k.LinkEffect]:
        found = list(self.link.receive(frame))
        self.effects += found
        return found

    def opened(self) -> list[k.LinkEffect]:
        return self.feed(k.Opened(channel="hub", at=self.now))

    def told(self, message: object) -> list[k.LinkEffect]:
        data = message if isinstance(message, str | bytes) else wire.encode(message).decode()  # type: ignore[arg-type]
        return self.feed(k.Received(channel="hub", data=data, at=self.now))

    def closed(self, code: int, reason: str = "") -> list[k.LinkEffect]:
        return self.feed(k.Closed(channel="hub", code=code, reason=reason, at=self.now))

    def woke(self, name: str) -> list[k.LinkEffect]:
        return self.feed(k.Woke(name=name, at=self.now))

    def replied(self, status: int, body: object) -> list[k.LinkEffect]:
        data = json.dumps(body).encode()
        return self.feed(k.Replied(name="mint", status=status, headers={}, data=data, at=self.now))

    def sent(self) -> list[Any]:
        return [json.loads(effect.data) for effect in self.effects if isinstance(effect, k.Send)]

    def down(self) -> tuple[str, str]:
        (down,) = [effect for effect in self.effects if isinstance(effect, k.Down)]
        assert self.effects[-1] is down, "nothing follows the end"
        return down.retry, down.reason


# --- settings --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({}, "url"),
        ({"url": 7, "token": "t"}, "url"),
        ({"url": "far.example", "token": "t"}, "url"),
        ({"url": "ftp://far.example", "token": "t"}, "url"),
        ({"url": "https://far.example"}, "token"),
        ({"url": "https://far.example", "token": "t", "api_key": "k"}, "token"),
        ({"url": "https://far.example", "token": "t", "subjects": ["everything"]}, "subjects"),
        ({"url": "https://far.example", "token": "t", "tokn": "t"}, "tokn"),
    ],
)
def test_wrong_settings_are_named(options: dict[str, object], field: str) -> None:
    with pytest.raises(CallerError) as caught:
        protocol.link(options, TENANT, RandomIds(1))
    assert (caught.value.code, caught.value.details) == ("bad-field", {"field": field})


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://far.example", "wss://far.example/v1/socket"),
        ("http://far.example:8080/", "ws://far.example:8080/v1/socket"),
        ("wss://far.example/v1/socket", "wss://far.example/v1/socket"),
        ("https://far.example/hub", "wss://far.example/hub/v1/socket"),
    ],
)
def test_the_address_of_the_socket(url: str, address: str) -> None:
    line = Line(ready=False, url=url)
    assert k.Open(channel="hub", kind="ws", url=address) in line.effects


def test_a_tenant_watches_all_and_an_agents_login_that_agent() -> None:
    line = Line(ready=False)
    line.opened()
    assert line.sent() == [{"type": "hello", "token": "secret", "client": "cordboard link hop"}]
    line.told(wire.Welcome(identity=WHO, heartbeat=30_000, at=1))
    assert line.sent()[-1] == {
        "type": "watch",
        "subjects": {"agent/*": None, "queue/*": None, "team/*": None},
    }
    alone = Line(ready=False, scope=k.Scope(kind="agent", link=HOP, agent="ann"))
    alone.opened()
    alone.told(wire.Welcome(identity=WHO, heartbeat=30_000, at=1))
    assert alone.sent()[-1] == {"type": "watch", "subjects": {"agent/ann": None}}


def test_it_goes_on_from_where_the_log_ends() -> None:
    link = protocol.link(
        {"url": "ws://far", "token": "t", "subjects": ["agent/*", "queue/sales"]}, TENANT, RandomIds(1)
    )
    resume = {ANN: "e.7", Subject("team/blue"): "e.3", Subject("queue/sales"): "nonsense"}
    effects = list(link.start(1, resume))
    effects += link.receive(k.Opened(channel="hub", at=1))
    welcome = wire.encode(wire.Welcome(identity=WHO, heartbeat=30_000, at=1)).decode()
    effects += link.receive(k.Received(channel="hub", data=welcome, at=1))
    watch = json.loads([effect.data for effect in effects if isinstance(effect, k.Send)][-1])
    assert watch["subjects"] == {"agent/ann": "e.7", "queue/sales": None, "agent/*": "e.0"}


def test_ten_thousand_subjects_fit_into_frames() -> None:
    link = protocol.link({"url": "ws://far", "token": "t"}, TENANT, RandomIds(1))
    resume = {Subject(f"agent/{'x' * 100}{number}"): f"{'e' * 40}.{number}" for number in range(10_000)}
    effects = list(link.start(1, resume))
    effects += link.receive(k.Opened(channel="hub", at=1))
    welcome = wire.encode(wire.Welcome(identity=WHO, heartbeat=30_000, at=1)).decode()
    effects += link.receive(k.Received(channel="hub", data=welcome, at=1))
    frames = [effect.data for effect in effects if isinstance(effect, k.Send)][1:]
    limit = next(route.limit for route in protocol.routes if route.kind == "ws")
    assert all(len(frame) <= limit for frame in frames)
    watched = [json.loads(frame)["subjects"] for frame in frames]
    assert sum(map(len, watched)) == 10_003
    assert "agent/*" in watched[-1]


# --- signing in with an API key ---------------------------------------------------------------------------------------------


def test_an_api_key_mints_a_token_and_renews_it() -> None:
    line = Line(ready=False, api_key="key")
    (mint,) = [effect for effect in line.effects if isinstance(effect, k.Request)]
    assert (mint.method, mint.url) == ("POST", "https://far.example/v1/tokens")
    assert mint.headers["authorization"] == "ApiKey key"
    assert json.loads(mint.body) == {"scopes": ["tenant", "tenant:command"]}
    line.replied(200, {"token": "minted", "expires": 1_000_000, "identity": {}})
    line.opened()
    assert line.sent()[0]["token"] == "minted"
    line.told(wire.Welcome(identity=WHO, heartbeat=30_000, at=400_000))
    assert k.Wake(name="renew", after=540_000) in line.effects
    line.effects.clear()
    line.now += 540_000
    line.woke("renew")
    line.feed(k.Failed(name="mint", reason="refused", sent=False, at=line.now))
    assert line.effects[-1] == k.Wake(name="renew", after=5_000)
    line.now += 5_000
    line.woke("renew")
    line.replied(200, {"token": "newer", "expires": 2_000_000})
    assert line.sent() == [{"type": "renew", "token": "newer"}]
    (again,) = [effect for effect in line.effects[-1:] if isinstance(effect, k.Wake)]
    assert again.name == "renew"
    assert 900_000 < again.after < 1_100_000
    assert line.told(wire.Renewed(expires=2_000_000)) == []


def test_an_agents_link_mints_for_that_agent() -> None:
    line = Line(ready=False, api_key="key", scope=k.Scope(kind="agent", link=HOP, agent="ann"))
    (mint,) = [effect for effect in line.effects if isinstance(effect, k.Request)]
    assert json.loads(mint.body) == {"scopes": ["agent:ann"], "agent": "ann"}


@pytest.mark.parametrize(
    ("status", "code", "retry"),
    [
        (401, "wrong-api-key", "login"),
        (403, "not-allowed", "give-up"),
        (400, "bad-field", "give-up"),
        (429, "too-many-requests", "later"),
        (503, "going-away", "later"),
    ],
)
def test_a_key_that_mints_nothing(status: int, code: str, retry: str) -> None:
    line = Line(ready=False, api_key="key")
    line.replied(status, {"error": {"code": code, "message": "no", "details": {}}})
    assert line.down() == (retry, code)


def test_a_minting_door_that_talks_nonsense_is_asked_again_later() -> None:
    line = Line(ready=False, api_key="key")
    line.replied(502, ["<html>"])
    assert line.down() == ("later", "http-502")
    line = Line(ready=False, api_key="key")
    line.feed(k.Failed(name="mint", reason="no route", sent=False, at=1))
    assert line.down() == ("later", "no route")


# --- the end ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "token", "key"),
    [
        (0, "later", "later"),
        (1006, "later", "later"),
        (4000, "later", "later"),
        (4001, "later", "later"),
        (4101, "login", "later"),
        (4102, "login", "later"),
        (4200, "give-up", "give-up"),
        (4202, "give-up", "give-up"),
    ],
)
def test_what_a_close_code_means(code: int, token: str, key: str) -> None:
    line = Line()
    line.closed(code)
    assert line.down() == (token, f"closed-{code}")
    line = Line(ready=False, api_key="key")
    line.replied(200, {"token": "minted"})
    line.opened()
    line.closed(code, "why")
    assert line.down() == (key, "why")


def test_a_refused_token_is_named() -> None:
    line = Line(ready=False)
    line.opened()
    line.told('{"type":"error","error":{"code":"token-expired","message":"","details":{}}}')
    line.closed(4102)
    assert line.down() == ("login", "token-expired")


def test_what_was_under_way_is_unconfirmed_once_and_never_repeated() -> None:
    line = Line()
    line.effects += line.link.execute(HOLD, 1)
    line.effects += line.link.ask("q1", ANN, c.GetReasons(), 1)
    line.told(wire.Settled(command="other", outcome=c.Done()))
    line.closed(1006)
    assert line.effects[-3:-1] == [
        k.Settle(command="m1", outcome=c.Unconfirmed(reason="link-lost")),
        k.Answer(ask="q1", result=c.NoAnswer(code="link-down")),
    ]
    line.down()
    assert line.closed(1006) == []
    assert line.told(wire.Settled(command="m1", outcome=c.Done())) == []
    assert line.woke("ping") == []
    assert len([message for message in line.sent() if message["type"] == "execute"]) == 1


def test_without_a_hub_nothing_is_promised() -> None:
    for line in (Line(ready=False), Line()):
        if line.effects == []:
            line.closed(1006)
        (settle,) = line.link.execute(HOLD, 1)
        assert isinstance(settle, k.Settle)
        assert isinstance(settle.outcome, c.Refused)
        assert settle.outcome.code == "link-down"
        (answer,) = line.link.ask("q1", ANN, c.GetReasons(), 1)
        assert answer == k.Answer(ask="q1", result=c.NoAnswer(code="link-down"))


def test_outcomes_and_answers_come_once() -> None:
    line = Line()
    line.effects += line.link.execute(HOLD, 1)
    line.effects += line.link.ask("q1", ANN, c.GetReasons(), 1)
    settled = wire.Settled(command="m1", outcome=c.Refused(code="wrong-state"))
    assert line.told(settled) == [k.Settle(command="m1", outcome=settled.outcome)]
    assert line.told(settled) == []
    answer = wire.Answer(ask="q1", result=c.Reasons())
    assert line.told(answer) == [k.Answer(ask="q1", result=c.Reasons())]
    assert line.told(answer) == []
    line.closed(1006)
    assert not [effect for effect in line.effects[-2:] if isinstance(effect, k.Settle)]


def test_a_hub_in_maintenance_is_left_for_that_reason() -> None:
    for state, reason in (("announced", "maintenance"), ("none", "going-away")):
        line = Line()
        assert line.told(wire.Maintenance(state="started", at=1)) == []
        line.told(wire.Maintenance(state=state, at=1))  # type: ignore[arg-type] # one of its words
        line.closed(4000, "going-away")
        assert line.down() == ("later", reason)


def test_a_hub_that_falls_silent_is_given_up() -> None:
    line = Line()
    line.now += 10_000
    assert line.woke("ping") == [
        k.Send(channel="hub", data='{"type":"ping"}'),
        k.Wake(name="ping", after=10_000),
    ]
    line.told(wire.Pong())
    line.now += SILENCE - 1
    line.woke("ping")
    line.now += 1
    line.woke("ping")
    assert line.down() == ("later", "heartbeat-lost")
    assert k.Close(channel="hub", code=4002, reason="heartbeat-lost") in line.effects


def test_a_hub_that_never_welcomes_is_given_up() -> None:
    line = Line(ready=False)
    assert k.Wake(name="patience", after=20_000) in line.effects
    line.opened()
    line.woke("patience")
    assert line.down() == ("later", "timeout")


def test_a_subject_that_we_may_not_see_is_a_wrong_setting() -> None:
    line = Line(subjects=["agent/ann"])
    line.told('{"type":"error","error":{"code":"not-allowed","message":"","details":{}},"about":"agent/ann"}')
    assert line.down() == ("give-up", "not-allowed: agent/ann")


# --- what is told ----------------------------------------------------------------------------------------------------------


def joined(**changes: Any) -> wire.Joined:  # noqa: ANN401 - fields of `Joined`
    fields: dict[str, Any] = {
        "subject": ANN,
        "epoch": "e",
        "position": "e.1",
        "recovered": None,
        "view": View(subject=ANN),
        **changes,
    }
    return wire.Joined(**fields)


def entry(seq: int, event: e.Event) -> wire.Entry:
    return wire.told(placed(draft(ANN, event, 5), seq))


def emitted(effects: list[k.LinkEffect]) -> list[e.Event]:
    return [effect.event for effect in effects if isinstance(effect, k.Emit)]


def test_a_doubled_entry_is_dropped_and_a_missing_one_ends_the_link() -> None:
    line = Line()
    line.told(joined())
    ready = e.AgentReady(link=LinkId("sim"), at=3)
    assert len(emitted(line.told(entry(2, ready)))) == 1
    assert line.told(entry(2, ready)) == []
    line.told(entry(4, ready))
    assert line.down() == ("later", "entry-missing")


def test_a_torn_entry_ends_the_link() -> None:
    line = Line()
    line.told(joined())
    good = wire.encode(entry(2, e.AgentReady(link=LinkId("sim"), at=3)))
    line.told(good.replace(b'"at":3', b'"at":4'))
    assert line.down() == ("later", "entry-torn")


def test_what_no_link_there_can_do_is_told_with_its_reason() -> None:
    line = Line()
    line.told(joined())
    why = {"SetMicrophoneMute": "The phone does it.", "HoldCall": "Not here."}
    first = e.LinkUp(link=LinkId("a"), at=3, services=("AnswerCall",), lacks=why)
    second = e.LinkUp(link=LinkId("b"), at=4, services=("HoldCall",))
    (one,) = emitted(line.told(entry(2, first)))
    assert isinstance(one, e.LinkUp)
    assert one.lacks == why
    (both,) = emitted(line.told(entry(3, second)))
    assert isinstance(both, e.LinkUp)
    assert both.services == ("AnswerCall", "HoldCall")
    assert both.lacks == {"SetMicrophoneMute": "The phone does it."}, (
        "what another link can do is not lacking"
    )


def test_a_link_that_was_removed_there_is_down_no_more() -> None:
    line = Line()
    old, new = LinkId("old"), LinkId("new")
    line.told(joined())
    line.told(entry(2, e.LinkUp(link=old, at=3, services=("HoldCall",))))
    (down,) = emitted(line.told(entry(3, e.LinkDown(link=old, at=4))))
    assert isinstance(down, e.LinkDown)
    (up,) = emitted(line.told(entry(4, e.LinkUp(link=new, at=5, services=("AnswerCall",)))))
    assert isinstance(up, e.LinkUp)
    (gone,) = emitted(line.told(entry(5, e.Snapshot(link=old, at=6))))
    assert isinstance(gone, e.Snapshot)
    assert emitted(line.told(entry(6, e.LinkDown(link=old, at=6, retry="removed")))) == []
    (down,) = emitted(line.told(entry(7, e.LinkDown(link=new, at=7, cause="cut"))))
    assert isinstance(down, e.LinkDown)
    assert down.cause == "cut"


def test_a_subject_joined_twice_is_not_told_twice() -> None:
    line = Line()
    tail = tuple(entry(seq, e.AgentReady(link=LinkId("sim"), at=seq)) for seq in (1, 2))
    first = emitted(line.told(joined(position="e.2", recovered=True, tail=tail)))
    assert [type(event) for event in first] == [e.LinkUp, e.AgentReady, e.AgentReady]
    assert emitted(line.told(joined(position="e.2", recovered=True, tail=tail))) == []


def test_an_event_that_we_do_not_know_is_kept_on_its_subject() -> None:
    line = Line()
    line.told(joined())
    body = b'{"type":"AgentTeleported","at":7}'
    strange = placed(Draft(subject=ANN, at=5, event=e.AgentReady(), body=body), 2)
    (effect,) = line.told(wire.told(strange))
    assert isinstance(effect, k.Emit)
    assert (effect.subject, effect.origin) == (ANN, "e.2")
    assert isinstance(effect.event, e.Unrecognised)
    assert effect.event.data == body.decode()


@pytest.mark.parametrize(
    "data", ["{", '{"type":"dance"}', b"\xff\x00", "x" * 10_000, '{"type":"error","error":{}}']
)
def test_a_frame_that_we_do_not_know_is_kept_and_not_fatal(data: str | bytes) -> None:
    line = Line()
    (effect,) = line.told(data)
    assert isinstance(effect, k.Emit)
    assert effect.subject == "team/link-hop"
    assert isinstance(effect.event, e.Unrecognised)
    assert effect.event.truncated == (len(data) > 4096)
    assert line.told(wire.Pong()) == []


def test_an_entry_of_a_subject_that_nobody_joined_is_kept_too() -> None:
    line = Line()
    (event,) = emitted(line.told(entry(1, e.AgentReady())))
    assert isinstance(event, e.Unrecognised)


FRAMES = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60),
    st.sampled_from(get_args(wire.ServerMessage)).flatmap(messages).map(wire.encode),
    st.sampled_from(get_args(wire.ServerMessage))
    .flatmap(messages)
    .map(lambda item: wire.encode(item)[:-4] + b"7}"),
    st.sampled_from(get_args(wire.ClientMessage)).flatmap(messages).map(wire.encode),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(frames=st.lists(FRAMES, max_size=8), ready=st.booleans())
def test_garbage_never_raises(frames: list[bytes | str], ready: bool) -> None:
    line = Line(ready=ready)
    line.opened()
    for frame in frames:
        line.told(frame)
    line.closed(1006)
    line.down()
