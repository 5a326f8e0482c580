"""The session: signing in and out, several pages, topics, and whatever a page may send."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cordboard.contract import (
    LOGIN_COOKIE,
    Barred,
    Called,
    Close,
    Closed,
    Identified,
    Identity,
    Joined,
    Opened,
    Received,
    Reply,
    Send,
    SessionEffect,
    Share,
    SignIn,
    SignOut,
    Wake,
    Watch,
    Woke,
)
from cordboard.hub.clock import RandomIds
from cordboard.model.ids import agent_subject
from cordboard.model.state import SubjectState
from cordboard.protocols.streams import protocol, wire
from cordboard.protocols.streams.ccps import HERE, Ccps
from cordboard.protocols.streams.logout import TEXT
from cordboard.protocols.streams.session import StreamsSession
from cordboard.testing.centre import ContactCentre
from tests.streams.page import CcpPage

ANN = Identity(subject="ann", agent="ann", scopes=frozenset({"agent:ann"}), expires=1_000_000)
HELLO = wire.encode(wire.Hello(token="t", id="port"))


class Alone:
    """A session without a hub."""

    def __init__(self) -> None:
        self.session = protocol.session(None, RandomIds(1))
        assert isinstance(self.session, StreamsSession)
        self.now = 1000
        self.effects: list[SessionEffect] = []
        self.hears(Opened(channel="page", at=self.now))

    def hears(self, frame: Any) -> list[SessionEffect]:  # noqa: ANN401 - any frame
        found = list(self.session.receive(frame))
        self.effects += found
        return found

    def says(self, data: str | bytes) -> list[SessionEffect]:
        return self.hears(Received(channel="page", data=data, at=self.now))

    def signs_in(self, identity: Identity | None = ANN, error: str = "") -> list[SessionEffect]:
        self.says(HELLO)
        return self.hears(Identified(identity=identity, error=error, at=self.now))

    @property
    def closed(self) -> int | None:
        return next((effect.code for effect in self.effects if isinstance(effect, Close)), None)


def messages(effects: list[SessionEffect]) -> list[wire.ServerMessage]:
    return [wire.decode_server(effect.data) for effect in effects if isinstance(effect, Send)]


def test_a_page_signs_in_with_its_first_frame_and_watches_its_own_agent() -> None:
    page = Alone()
    effects = page.signs_in()
    assert isinstance(messages(effects)[0], wire.Welcome)
    assert Watch(subjects={agent_subject("ann"): None}) in effects


@pytest.mark.parametrize(
    ("identity", "error", "code"),
    [
        (None, "token-expired", wire.TOKEN_EXPIRED),
        (None, "token-invalid", wire.TOKEN_INVALID),
        (Identity(subject="wall", scopes=frozenset({"tenant"})), "", wire.NOT_ALLOWED),
    ],
)
def test_who_is_no_agent_is_closed_with_the_reason(identity: Identity | None, error: str, code: int) -> None:
    page = Alone()
    effects = page.signs_in(identity, error)
    assert page.closed == code
    assert isinstance(messages(effects)[-1], wire.Error)


def test_nothing_is_heard_before_hello_or_while_it_is_checked() -> None:
    page = Alone()
    asked = wire.encode(wire.Api(request_id="r", method="acceptContact"))
    (refused,) = messages(page.says(asked))
    assert isinstance(refused, wire.Error)
    page.says(HELLO)
    (refused,) = messages(page.says(asked))
    assert isinstance(refused, wire.Error)
    assert refused.error.code == "not-authenticated"


def test_a_silent_page_is_closed_before_and_after_signing_in() -> None:
    page = Alone()
    page.hears(Woke(name="hello", at=page.now))
    assert page.closed == wire.NO_HELLO
    page = Alone()
    page.signs_in()
    page.hears(Woke(name="silence", at=page.now + wire.SILENCE_LIMIT))
    assert page.closed == wire.HEARTBEAT_LOST


def test_a_token_is_renewed_or_over() -> None:
    page = Alone()
    page.signs_in()
    page.says(wire.encode(wire.Renew(token="t2")))
    longer = msgspec.structs.replace(ANN, expires=2_000_000)
    (renewed,) = messages(page.hears(Identified(identity=longer, error="", at=page.now)))
    assert renewed == wire.Renewed(expires=2_000_000)
    page.hears(Woke(name="expiry", at=1_500_000))
    assert page.closed is None
    page.hears(Woke(name="expiry", at=2_000_000))
    assert page.closed == wire.TOKEN_EXPIRED


def test_a_renewal_makes_nobody_else_of_the_page() -> None:
    page = Alone()
    page.signs_in()
    page.says(wire.encode(wire.Renew(token="t2")))
    bob = Identity(subject="bob", agent="bob", scopes=frozenset({"agent:bob"}))
    page.hears(Identified(identity=bob, error="", at=page.now))
    assert page.closed == wire.NOT_ALLOWED


def test_an_agent_who_may_not_watch_is_told_so() -> None:
    page = Alone()
    page.signs_in()
    effects = list(page.session.peer(Barred(subject="agent/ann", code="not-allowed", message="no"), page.now))
    told = messages(effects)
    assert told[0] == wire.Event(name="access_denied")


@given(st.lists(st.binary(max_size=60) | st.text(max_size=60), max_size=8), st.booleans())
@settings(deadline=None)
def test_garbage_never_raises(frames: list[str | bytes], signed_in: bool) -> None:
    page = Alone()
    if signed_in:
        page.signs_in()
    for frame in frames:
        page.says(frame)
    page.hears(Closed(channel="page", code=1006, reason="", at=page.now))
    assert page.says(HELLO) == [] or page.closed is not None or page.effects


_INNER = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "type": st.sampled_from(
                    ["api", "master", "broadcast", "mute", "reload", "terminate", "ping", "hello"]
                )
            },
            optional={
                "requestId": st.text(max_size=4),
                "method": st.sampled_from(["acceptContact", "becomeMaster", "checkMaster", "putAgentState"]),
                "params": st.dictionaries(st.sampled_from(["topic", "state", "contactId"]), _INNER),
                "event": st.text(max_size=6),
                "data": _INNER,
                "mute": st.booleans(),
            },
        ),
        max_size=6,
    )
)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_frames_of_the_right_kind_never_raise(frames: list[dict[str, Any]]) -> None:
    page = Alone()
    page.signs_in()
    for frame in frames:
        page.says(json.dumps(frame))


def test_three_bad_frames_in_a_row_close_the_page() -> None:
    page = Alone()
    page.signs_in()
    for text in ("{", "[]", '{"type": "x"}'):
        page.says(text)
    assert page.closed == wire.BAD_FRAMES


# --- several pages ------------------------------------------------------------------------------------------------------


def test_names_of_requests_are_short_since_they_are_remembered() -> None:
    page = Alone()
    page.signs_in()
    for kind in (wire.Api, wire.Master):
        told = messages(page.says(wire.encode(kind(request_id="r" * 201, method="checkMaster"))))
        assert [message.error.code for message in told if isinstance(message, wire.Error)] == ["bad-field"]
    assert messages(page.says(wire.encode(wire.Api(request_id="r" * 200, method="nothing"))))


def test_a_word_for_other_pages_that_is_too_large_is_refused_with_what_it_may_be() -> None:
    page = Alone()
    page.signs_in()
    for event, data in (("e" * 201, b"1"), ("", b"1"), ("e", b'"' + b"x" * 16_384 + b'"')):
        [told] = messages(page.says(wire.encode(wire.Broadcast(event=event, data=msgspec.Raw(data)))))
        assert isinstance(told, wire.Error)
        assert told.error.code == "too-large"
        assert "200 characters" in told.error.message
    assert page.closed is None, "it is no bad frame: the page stays"


async def two(centre: ContactCentre) -> tuple[CcpPage, CcpPage]:
    pages = CcpPage(centre.hub, "mia"), CcpPage(centre.hub, "mia")
    await centre.hub.settled()
    return pages


async def test_pages_know_how_many_they_are(contact_centre: ContactCentre) -> None:
    one, other = await two(contact_centre)
    assert ("update_connected_ccps", {"length": 2}) in one.events
    other.leave()
    assert one.events[-1] == ("update_connected_ccps", {"length": 1})
    assert all(data is not None for name, data in one.events if name == "update_connected_ccps")


def test_pages_of_other_protocols_are_none_of_them() -> None:
    known = Ccps(agent_subject("mia"))
    says = [Share(subject=agent_subject("mia"), name=HERE, data=b"null")]
    assert list(known.among(["one"])) == says
    known.here("one")
    assert list(known.among(["one", "panel"])) == says
    known.here("one")
    assert len(known) == 1
    assert list(known.among(["one", "panel", "other"])) == says
    for page in ("one", "other", "gone"):
        known.here(page)
    assert len(known) == 2
    assert list(known.among(["one", "panel"])) == []
    assert len(known) == 1


async def test_a_broadcast_goes_to_the_other_pages_of_the_agent_alone(contact_centre: ContactCentre) -> None:
    one, other = await two(contact_centre)
    noor = CcpPage(contact_centre.hub, "noor")
    one.say(wire.Broadcast(event="contact::view", data=msgspec.Raw(b'{"contactId":"k"}')))
    assert ("contact::view", {"contactId": "k"}) in other.events
    assert "contact::view" not in [name for name, _ in (*one.events, *noor.events)]
    one.say(wire.Broadcast(event="big", data=msgspec.Raw(json.dumps("x" * 20_000).encode())))
    assert "big" not in [name for name, _ in other.events]


@pytest.mark.parametrize("preview", [True, False])
async def test_every_page_hears_once_that_a_contact_was_accepted(
    contact_centre: ContactCentre,
    preview: bool,
) -> None:
    await contact_centre.agent("mia").ready()
    pages = await two(contact_centre)
    if preview:
        await contact_centre.act("start_campaign", campaign="winter")
    else:
        await contact_centre.ring("bookings", number="+442079460101")
    await contact_centre.advance(1)
    contact = pages[0].contact.contact_id
    await pages[0].does("acceptContact", contactId=contact)
    await contact_centre.advance(20)
    for page in pages:
        assert [frame.contact_id for frame in page.frames if isinstance(frame, wire.Accepted)] == [contact]


async def test_one_page_is_master_of_a_topic(contact_centre: ContactCentre) -> None:
    one, other = await two(contact_centre)
    topic = "connect::ringtone"
    none = await one.master("checkMaster", topic, shouldNotBecomeMasterIfNone=True)
    assert none == {"masterId": None, "isMaster": False, "topic": topic}
    mine = await one.master("checkMaster", topic)
    assert mine["isMaster"]
    theirs = await other.master("checkMaster", topic)
    assert not theirs["isMaster"]
    assert theirs["masterId"]
    assert (await one.master("checkMaster", topic))["masterId"] == mine["masterId"]
    taken = await other.master("becomeMaster", topic)
    assert taken["takeOver"]
    told = [f for f in one.frames if isinstance(f, wire.MasterAnswer) and f.request_id == ""]
    assert [f.data["takeOver"] for f in told] == [True]
    assert not (await one.master("checkMaster", topic))["isMaster"]
    other.leave()
    assert (await one.master("checkMaster", topic))["isMaster"]


async def test_nobody_is_master_of_the_softphone(contact_centre: ContactCentre) -> None:
    """Trap 17: else the library asks for the microphone, and for a script that nobody loaded."""
    one, _ = await two(contact_centre)
    assert not (await one.master("checkMaster", "connect::softphone"))["isMaster"]
    wanted = await one.master("becomeMaster", "connect::softphone")
    assert wanted == {"masterId": None, "takeOver": False, "topic": "connect::softphone"}
    assert not (await one.master("checkMaster", "connect::softphone"))["isMaster"]


async def test_more_topics_than_there_can_be_are_answered_too(contact_centre: ContactCentre) -> None:
    one, _ = await two(contact_centre)
    for number in range(130):
        assert (await one.master("checkMaster", f"topic-{number}"))["topic"] == f"topic-{number}"
    assert one.closed is None


async def test_one_page_signs_all_of_them_out(contact_centre: ContactCentre) -> None:
    one, other = await two(contact_centre)
    noor = CcpPage(contact_centre.hub, "noor")
    one.say(wire.Terminate())
    for page in (one, other):
        assert wire.Terminated() in page.frames
        assert page.signed_out
        assert page.closed is not None
        assert page.closed.code == wire.SIGNED_OUT
    assert noor.closed is None


# --- logging out over HTTP ----------------------------------------------------------------------------------------------


def called(**cookies: str) -> Called:
    return Called(call="c", route="logout", method="GET", at=0, cookies=cookies)


def test_whoever_is_not_signed_in_hears_the_same() -> None:
    session = protocol.session(None, RandomIds(1))
    (reply,) = session.receive(called())
    assert isinstance(reply, Reply)
    assert (reply.status, reply.body) == (200, TEXT)
    assert reply.cookies[0].max_age == 0


def test_the_login_that_the_browser_keeps_is_ended_on_all_pages() -> None:
    session = protocol.session(None, RandomIds(1))
    assert list(session.receive(called(**{LOGIN_COOKIE: "v"}))) == [SignIn(kind="cookie", secret="v")]
    subject = agent_subject("ann")
    assert list(session.receive(Identified(identity=ANN, error="", at=0))) == [
        Watch(subjects={subject: None})
    ]
    joined = Joined(subject=subject, state=SubjectState(subject=subject), epoch="e")
    assert list(session.open(joined, 0)) == [Wake(name="tell", after=0)]
    share, out, reply = session.receive(Woke(name="tell", at=0))
    assert isinstance(share, Share)
    assert isinstance(out, SignOut)
    assert isinstance(reply, Reply)
