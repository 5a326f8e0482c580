import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from cordboard import contract as k
from cordboard.model import commands as c
from cordboard.model.entities import ReasonKind
from cordboard.model.events import AgentReady
from cordboard.model.fold import fold, initial
from cordboard.model.ids import CommandId, ContactId, LinkId, Subject
from cordboard.model.state import SubjectState
from cordboard.protocols.native import protocol, routes
from cordboard.protocols.native.session import NativeSession
from tests.model.strategies import entries
from tests.native.page import ANN

SUBJECT = Subject("agent/ann")
PARAMS = {"kind": "agent", "id": "ann"}
STORY = entries([AgentReady(link=LinkId("sim"), at=at) for at in range(5)])
HOLD = {"id": "cmd-1", "service": {"service": "HoldCall", "contact": "k1"}}


def state() -> SubjectState:
    found = initial(SUBJECT)
    for entry in STORY:
        found = fold(found, entry)
    return found


class Request:
    """One request at a session of its own."""

    def __init__(self, route: str, *, identity: k.Identity | None = ANN, **called: Any) -> None:  # noqa: ANN401 - fields of `Called`
        self.session = NativeSession(identity)
        self.effects: list[k.SessionEffect] = []
        self.replies: list[k.Reply] = []
        called.setdefault("params", PARAMS)
        self.run(self.session.receive(k.Called(call="call-1", route=route, method="GET", at=1, **called)))

    def run(self, effects: k.SessionEffects) -> None:
        for effect in effects:
            if isinstance(effect, k.Reply):
                assert effect.call == "call-1"
                self.replies.append(effect)
            else:
                self.effects.append(effect)

    def joined(self, **joined: Any) -> None:  # noqa: ANN401 - fields of `Joined`
        self.run(
            self.session.open(k.Joined(**{"subject": SUBJECT, "state": state(), "epoch": "e", **joined}), 1)
        )

    def woke(self, name: str) -> None:
        self.run(self.session.receive(k.Woke(name=name, at=10_000)))

    @property
    def reply(self) -> tuple[int, Any]:
        (reply,) = self.replies
        assert reply.headers == {"content-type": "application/json"}
        return reply.status, json.loads(reply.body)

    @property
    def refused(self) -> tuple[int, str]:
        status, body = self.reply
        return status, body["error"]["code"]


def test_a_subject_as_it_is_now() -> None:
    request = Request(routes.SUBJECT)
    assert request.effects == [k.Wake(name="patience", after=10_000), k.Watch(subjects={SUBJECT: None})]
    request.joined(gauges={"waiting": 2.0})
    status, body = request.reply
    assert status == 200
    assert body["position"] == "e.5"
    assert body["view"]["states"]["sim/voice"]["state"] == "ready"
    assert body["gauges"] == {"waiting": 2.0}


def test_nothing_known_is_not_found() -> None:
    request = Request(routes.SUBJECT)
    request.joined(state=initial(SUBJECT))
    assert request.refused == (404, "not-found")


def test_what_may_not_be_seen_is_refused() -> None:
    request = Request(routes.SUBJECT)
    request.run(request.session.peer(k.Barred(subject=SUBJECT, code="not-allowed", message="no"), 1))
    assert request.refused == (403, "not-allowed")


def test_all_subjects() -> None:
    request = Request(routes.SUBJECTS, params={})
    watch, wake = request.effects
    assert watch == k.Watch(subjects={"agent/*": None, "team/*": None, "queue/*": None})
    assert wake == k.Wake(name="listed", after=0)
    request.joined()
    request.joined(subject="queue/sales", state=initial(Subject("queue/sales")))
    assert request.replies == []
    request.woke("listed")
    assert request.reply == (200, {"subjects": [{"subject": SUBJECT, "position": "e.5"}]})


def test_entries_from_a_position() -> None:
    request = Request(routes.ENTRIES, query={"after": "e.2", "limit": "2"})
    assert request.effects[-1] == k.Watch(subjects={SUBJECT: "e.2"})
    request.joined(tail=tuple(STORY[2:]), recovered=True)
    status, body = request.reply
    assert status == 200
    assert [entry["seq"] for entry in body["entries"]] == [3, 4]
    assert [entry["sum"] for entry in body["entries"]] == [entry.sum for entry in STORY[2:4]]
    assert (body["position"], body["more"], body["recovered"]) == ("e.4", True, True)


def test_entries_from_the_beginning() -> None:
    request = Request(routes.ENTRIES)
    assert request.effects[-1] == k.Watch(subjects={SUBJECT: None})
    request.joined()
    assert request.effects[-1] == k.Watch(subjects={SUBJECT: "e.0"})
    request.joined(tail=tuple(STORY), recovered=True)
    _, body = request.reply
    assert len(body["entries"]) == 5
    assert (body["position"], body["more"]) == ("e.5", False)


def test_entries_that_are_gone_are_owned_up_to() -> None:
    request = Request(routes.ENTRIES, query={"after": "old.2"})
    request.joined(recovered=False)
    _, body = request.reply
    assert body == {"entries": [], "position": "e.5", "more": False, "recovered": False}


@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [
        (c.Refused(code="wrong-state", message="no"), 409, "wrong-state"),
        (c.Refused(code="unknown-contact"), 404, "unknown-contact"),
        (c.Refused(code="not-allowed"), 403, "not-allowed"),
        (c.Refused(code="link-down"), 502, "link-down"),
        (c.Refused(code="E4711"), 502, "vendor-refused"),
        (c.Unconfirmed(reason="link-lost"), 504, "timeout"),
    ],
)
def test_a_command_that_was_not_done(outcome: c.Outcome, status: int, code: str) -> None:
    request = Request(routes.COMMANDS, body=json.dumps(HOLD).encode())
    request.run(request.session.settle("cmd-1", outcome, 2))
    assert request.refused == (status, code)


def test_a_command_that_was_done() -> None:
    request = Request(routes.COMMANDS, body=json.dumps(HOLD).encode())
    command = c.Command(id=CommandId("cmd-1"), subject=SUBJECT, service=c.HoldCall(contact=ContactId("k1")))
    assert request.effects[-1] == k.Execute(command=command)
    request.run(request.session.settle("cmd-1", c.Done(data={"call": "c1"}), 2))
    assert request.reply == (
        200,
        {"command": "cmd-1", "outcome": {"outcome": "done", "data": {"call": "c1"}}},
    )
    request.woke("patience")
    request.run(request.session.settle("cmd-1", c.Done(), 2))
    assert len(request.replies) == 1


def test_a_command_still_under_way_is_accepted() -> None:
    request = Request(routes.COMMANDS, body=json.dumps(HOLD).encode())
    request.woke("patience")
    assert request.reply == (202, {"command": "cmd-1", "outcome": None})
    request.run(request.session.settle("cmd-1", c.Done(), 2))
    assert len(request.replies) == 1


def test_queries() -> None:
    request = Request(routes.QUERIES, body=b'{"query":"GetReasons","kind":"logout"}')
    (ask,) = [effect for effect in request.effects if isinstance(effect, k.Ask)]
    assert ask.query == c.GetReasons(kind=ReasonKind.LOGOUT)
    request.run(request.session.answer(ask.id, c.Reasons(), 2))
    assert request.reply == (200, {"result": "Reasons"})
    request = Request(routes.QUERIES, body=b'{"query":"GetReasons"}')
    request.run(request.session.answer("rest", c.NoAnswer(code="link-down", message="down"), 2))
    assert request.refused == (502, "link-down")


@pytest.mark.parametrize(
    ("route", "called", "status", "code"),
    [
        (routes.SUBJECT, {"identity": None}, 401, "not-authenticated"),
        (routes.SUBJECT, {"params": {"kind": "person", "id": "ann"}}, 400, "bad-subject"),
        (routes.SUBJECT, {"params": {"kind": "agent", "id": "*"}}, 400, "bad-subject"),
        (routes.SUBJECT, {"params": {}}, 400, "bad-subject"),
        (routes.ENTRIES, {"query": {"limit": "0"}}, 400, "bad-field"),
        (routes.ENTRIES, {"query": {"limit": "1001"}}, 400, "bad-field"),
        (routes.ENTRIES, {"query": {"limit": "ten"}}, 400, "bad-field"),
        (routes.ENTRIES, {"query": {"limit": "٣"}}, 400, "bad-field"),
        (routes.ENTRIES, {"query": {"after": "x"}}, 400, "bad-position"),
        (routes.ENTRIES, {"query": {"after": "e." + "1" * 5000}}, 400, "bad-position"),
        (routes.COMMANDS, {"body": b""}, 400, "bad-json"),
        (routes.COMMANDS, {"body": b"[]"}, 400, "bad-json"),
        (
            routes.COMMANDS,
            {"body": b'{"id":"","service":{"service":"HoldCall","contact":"c"}}'},
            400,
            "bad-field",
        ),
        (routes.COMMANDS, {"body": b'{"id":"1","service":{"service":"Hold"}}'}, 400, "bad-field"),
        (
            routes.COMMANDS,
            {"body": b'{"id":"1","service":{"service":"HoldCall","contact":"c"},"x":1}'},
            400,
            "bad-field",
        ),
        (routes.QUERIES, {"body": b'{"query":"Get"}'}, 400, "bad-field"),
        ("elsewhere", {}, 404, "not-found"),
    ],
)
def test_what_is_wrong_is_said_at_once(route: str, called: dict[str, Any], status: int, code: str) -> None:
    request = Request(route, **called)
    assert request.refused == (status, code)
    assert not [effect for effect in request.effects if isinstance(effect, k.Execute | k.Ask | k.Watch)]


@pytest.mark.parametrize("route", [routes.SUBJECT, routes.ENTRIES, routes.QUERIES])
def test_a_hub_that_never_answers_is_not_waited_for_for_ever(route: str) -> None:
    request = Request(route, body=b'{"query":"GetReasons"}')
    assert k.Wake(name="patience", after=10_000) in request.effects
    request.woke("patience")
    assert request.refused == (504, "timeout")
    request.joined(recovered=True)
    request.run(request.session.answer("rest", c.Reasons(), 2))
    assert len(request.replies) == 1


@pytest.mark.parametrize("route", [routes.OPENAPI, routes.ASYNCAPI, routes.SCHEMA])
def test_documents_need_no_token(route: str) -> None:
    request = Request(route, identity=None, params={})
    status, body = request.reply
    assert status == 200
    assert body.keys() & {"openapi", "asyncapi", "$defs"}


@given(
    route=st.sampled_from([item.name for item in routes.ROUTES if item.kind == "http"]),
    body=st.binary(max_size=100),
    params=st.dictionaries(st.sampled_from(("kind", "id")), st.text(max_size=20)),
    query=st.dictionaries(st.sampled_from(("after", "limit", "x")), st.text(max_size=20)),
)
def test_any_request_gets_exactly_one_reply(
    route: str, body: bytes, params: dict[str, str], query: dict[str, str]
) -> None:
    request = Request(route, body=body, params=params, query=query)
    request.woke("patience" if route != routes.SUBJECTS else "listed")
    assert request.reply[0] >= 200


def test_a_second_request_at_a_session_is_answered_too() -> None:
    request = Request(routes.OPENAPI)
    (reply,) = request.session.receive(k.Called(call="call-2", route=routes.OPENAPI, method="GET", at=1))
    assert isinstance(reply, k.Reply)
    assert (reply.call, reply.status) == ("call-2", 404)
    page = NativeSession(None)
    list(page.receive(k.Opened(channel="page", at=1)))
    (reply,) = page.receive(k.Called(call="call-3", route=routes.OPENAPI, method="GET", at=1))
    assert isinstance(reply, k.Reply)
    assert (reply.call, reply.status) == ("call-3", 404)


def test_requests_share_no_session() -> None:
    called = k.Called(call="1", route=routes.SUBJECT, method="GET", at=1)
    assert protocol.key(called) is None
    assert all(route.end == "session" for route in protocol.routes)
    assert {route.name for route in protocol.routes if route.anonymous} == {
        "socket",
        "openapi",
        "asyncapi",
        "schema",
    }
