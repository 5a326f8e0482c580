"""What is special about this wire: cookies, held polls, what is kept and for how long, and what a link makes of answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from msgspec.structs import replace

from cordboard import contract as k
from cordboard.hub.clock import RandomIds
from cordboard.model import commands as c, events as e
from cordboard.model.entities import Availability
from cordboard.model.errors import CallerError
from cordboard.model.ids import CommandId, LinkId, agent_subject
from cordboard.testing import Visit
from cordboard.testing.centre import ContactCentre
from cordboard.testing.stage import Stage, live_stage
from cordboard_wickerline import Wickerline, protocol, wire
from cordboard_wickerline.link import WickerlineLink, link_settings
from cordboard_wickerline.markup import element, parsed, written
from cordboard_wickerline.notices import events, subject_of
from cordboard_wickerline.routes import BASE, COOKIE
from cordboard_wickerline.session import PAGE, SessionSettings, WickerlineSession

LINK = LinkId("lk")
SETTINGS = {"url": "https://attendant.example/", "name": "hub", "password": "word"}
FEED = f"{BASE}/feed"


@pytest.fixture
async def house() -> AsyncIterator[tuple[Stage, ContactCentre]]:
    async with live_stage(protocol) as stage_and_centre:
        yield stage_and_centre


async def entered(stage: Stage, name: str = "house") -> Visit:
    visit = stage.visit(name)
    answer = await visit.call("POST", f"{BASE}/entry", body=wire.Entry(name=name, word="secret").written())
    assert answer.status == 201
    return visit


async def read(visit: Visit) -> int:
    """Ask until there is no more; the last number."""
    last = 0
    while True:
        answer = await visit.call("GET", FEED, query={"after": str(last), "hold": "0"})
        found = wire.feed_of(answer.body)
        if not found.items:
            return found.upto
        last = found.items[-1][0]


# --- the session -----------------------------------------------------------------------------------------------------


async def test_a_wrong_word_opens_nothing(house: tuple[Stage, ContactCentre]) -> None:
    visit = house[0].visit("mia")
    answer = await visit.call("POST", f"{BASE}/entry", body=wire.Entry(name="mia", word="guess").written())
    assert (answer.status, wire.fault_of(answer.body).code) == (401, "wrong-password")
    assert visit.cookies == {}


async def test_without_the_cookie_nothing_is_told(house: tuple[Stage, ContactCentre]) -> None:
    visit = await entered(house[0])
    visit.cookies[COOKIE] += "x"
    answer = await visit.call("GET", FEED)
    assert (answer.status, wire.fault_of(answer.body).code) == (401, "not-authenticated")


async def test_a_poll_is_held_until_something_happens(house: tuple[Stage, ContactCentre]) -> None:
    stage, centre = house
    visit = await entered(stage, "mia")
    last = await read(visit)
    held = visit.begin("GET", FEED, query={"after": str(last), "hold": "20"})
    await visit.advance(19)
    assert not held.done()
    await centre.act("log_on", agent="mia", state="ready")
    (item,) = wire.feed_of(held.result().body).items
    assert item[0] == last + 1
    assert item[1] is not None
    assert item[1].get("what") == "opened"


async def test_a_poll_is_answered_in_the_end_and_by_the_next_one(house: tuple[Stage, ContactCentre]) -> None:
    stage, _ = house
    visit = await entered(stage, "mia")
    query = {"after": str(await read(visit)), "hold": "20"}
    first = visit.begin("GET", FEED, query=query)
    await visit.settled()
    second = visit.begin("GET", FEED, query=query)
    await visit.settled()
    assert (first.done(), second.done()) == (True, False)
    await visit.advance(20)
    assert wire.feed_of(second.result().body).items == ()


async def test_an_answer_that_got_lost_is_told_again(house: tuple[Stage, ContactCentre]) -> None:
    stage, centre = house
    visit = await entered(stage, "mia")
    last = str(await read(visit))
    await centre.act("log_on", agent="mia", state="ready")
    answers = [await visit.call("GET", FEED, query={"after": last, "hold": "0"}) for _ in range(2)]
    assert answers[0].body == answers[1].body
    assert len(wire.feed_of(answers[0].body).items) == 1


async def test_who_has_said_that_it_has_something_is_not_told_it_again(
    house: tuple[Stage, ContactCentre],
) -> None:
    visit = await entered(house[0])
    last = await read(visit)
    answer = await visit.call("GET", FEED, query={"after": "0", "hold": "0"})
    assert answer.status == 410
    answer = await visit.call("GET", FEED, query={"after": str(last), "hold": "0"})
    assert answer.status == 200


async def test_who_does_not_ask_is_forgotten(house: tuple[Stage, ContactCentre]) -> None:
    stage, centre = house
    visit = await entered(stage)
    assert centre.hub.metrics.pages == 1
    await visit.advance(61)
    assert centre.hub.metrics.pages == 0
    assert (await visit.call("GET", FEED)).status == 401


async def test_a_held_poll_is_no_silence(house: tuple[Stage, ContactCentre]) -> None:
    visit = await entered(house[0])
    last = await read(visit)
    for _ in range(4):
        held = visit.begin("GET", FEED, query={"after": str(last), "hold": "25"})
        await visit.advance(25)
        assert held.result().status == 200


async def test_much_is_told_in_pages(house: tuple[Stage, ContactCentre]) -> None:
    stage, centre = house
    visit = await entered(stage)
    for _ in range(PAGE // 2):
        await centre.act("log_on", agent="mia", state="ready")
        await centre.act("log_off", agent="mia")
    answer = await visit.call("GET", FEED, query={"after": "0"})
    found = wire.feed_of(answer.body)
    assert len(found.items) == PAGE
    assert found.upto > PAGE


async def test_who_leaves_is_gone(house: tuple[Stage, ContactCentre]) -> None:
    stage, centre = house
    visit = await entered(stage)
    last = await read(visit)
    held = visit.begin("GET", FEED, query={"after": str(last)})
    await visit.settled()
    old = dict(visit.cookies)
    answer = await visit.call("DELETE", f"{BASE}/entry")
    assert (answer.status, held.result().status, visit.cookies) == (204, 200, {})
    visit.cookies.update(old)
    assert (await visit.call("GET", FEED)).status == 401
    assert centre.hub.metrics.pages == 0


async def test_the_book_is_read_leaf_by_leaf(house: tuple[Stage, ContactCentre]) -> None:
    visit = await entered(house[0], "mia")
    first = await visit.call("GET", f"{BASE}/book", query={"kinds": "clerk", "most": "3"})
    targets, leaf = wire.book_of(first.body)
    assert (len(targets), {item.kind for item in targets}) == (3, {"agent"})
    second = await visit.call("GET", f"{BASE}/book", query={"kinds": "clerk", "most": "3", "leaf": leaf})
    assert {item.id for item in wire.book_of(second.body)[0]}.isdisjoint({item.id for item in targets})
    wrong = await visit.call("GET", f"{BASE}/book", query={"kinds": "ghosts"})
    assert wrong.status == 400


def test_an_entry_lasts_no_longer_than_the_login() -> None:
    who = k.Identity(subject="house", scopes=frozenset({"tenant"}))
    session = WickerlineSession(SessionSettings(), RandomIds(9))
    entry = k.Called(
        call="c1", route="entry", method="POST", at=1, body=wire.Entry(name="a", word="b").written()
    )
    list(session.receive(entry))
    limited = replace(who, expires=5_000)
    woken = [
        item
        for item in session.receive(k.Identified(identity=limited, error="", at=1_000))
        if isinstance(item, k.Wake)
    ]
    assert [(item.name, item.after) for item in woken] == [("idle", 60_000), ("expiry", 4_000)]
    list(session.receive(k.Called(call="c2", route="feed", method="GET", at=2)))
    told = list(session.receive(k.Woke(name="expiry", at=5_000)))
    assert [(item.call, item.status) for item in told if isinstance(item, k.Reply)] == [("c2", 401)]
    assert isinstance(told[-1], k.Close)


async def test_whom_a_client_may_not_see_any_more_is_out_of_reach(house: tuple[Stage, ContactCentre]) -> None:
    stage, centre = house
    visit = await entered(stage)
    last = await read(visit)
    seat = next(iter(centre.hub.rooms._wild))
    assert seat.identity is not None
    seat.identity = replace(seat.identity, scopes=frozenset({"agent:mia"}))
    answer = await visit.call("GET", FEED, query={"after": str(last)})
    told = [item for _, item in wire.feed_of(answer.body).items if item is not None]
    gone = {subject_of(item) for item in told}
    assert agent_subject("noor") in gone
    assert agent_subject("mia") not in gone
    (event,) = events(told[0], LINK)
    assert isinstance(event, e.LinkDown)
    assert event.cause == "not-allowed"


@pytest.mark.parametrize(
    ("settings", "field"),
    [({"hold": 0}, "hold"), ({"hold": 51}, "hold"), ({"idle": 0}, "idle"), ({"a": 1}, "")],
)
def test_settings_of_sessions_that_are_wrong_are_named(settings: dict[str, object], field: str) -> None:
    with pytest.raises(CallerError) as caught:
        Wickerline().configured(settings)
    assert caught.value.details == {"field": field}


async def test_a_house_holds_polls_for_as_long_as_it_is_told() -> None:
    async with live_stage(Wickerline().configured({"hold": 3, "idle": 5})) as (stage, centre):
        visit = await entered(stage)
        held = visit.begin("GET", FEED, query={"after": str(await read(visit)), "hold": "20"})
        await visit.advance(3)
        assert held.done()
        await visit.advance(6)
        assert centre.hub.metrics.pages == 0


# --- the link --------------------------------------------------------------------------------------------------------


def begun(scope: k.Scope | None = None) -> tuple[WickerlineLink, list[k.LinkEffect]]:
    """A link that has entered and holds its first poll."""
    link = WickerlineLink(link_settings(SETTINGS), scope or k.Scope(kind="tenant", link=LINK), RandomIds(1))
    asked = [item for item in link.start(1, {}) if isinstance(item, k.Request)]
    assert [item.url for item in asked] == ["https://attendant.example/attendant/4/entry"]
    assert wire.entry_of(asked[0].body) == wire.Entry(name="hub", word="word")
    return link, list(link.receive(reply("entry", 201, wire.Welcome(hold=25, at=1).written())))


def reply(name: str, status: int, data: bytes) -> k.Replied:
    return k.Replied(name=name, status=status, headers={}, data=data, at=7)


def facts(effects: Iterator[k.LinkEffect]) -> list[tuple[str, e.Event]]:
    return [(item.subject, item.event) for item in effects if isinstance(item, k.Emit)]


def downs(effects: Iterator[k.LinkEffect]) -> list[tuple[str, str]]:
    return [(item.retry, item.reason) for item in effects if isinstance(item, k.Down)]


@pytest.mark.parametrize(
    ("status", "code", "retry"),
    [(401, "wrong-password", "login"), (403, "not-allowed", "give-up"), (503, "", "later")],
)
def test_an_entry_that_fails_says_what_it_means(status: int, code: str, retry: str) -> None:
    link = WickerlineLink(link_settings(SETTINGS), k.Scope(kind="tenant", link=LINK), RandomIds(1))
    list(link.start(1, {}))
    body = wire.Fault(code=code).written() if code else b"<html>we are moving house</html>"
    assert downs(link.receive(reply("entry", status, body))) == [(retry, code or f"http-{status}")]


def test_what_is_no_xml_is_told_and_three_of_it_are_the_end() -> None:
    link, _ = begun()
    told = []
    for number in (1, 2, 3):
        told += facts(link.receive(reply(f"feed-{number}", 200, b"<feed><!DOCTYPE x>")))
        effects = list(link.receive(k.Woke(name="again", at=9)))
        assert bool(downs(iter(effects))) == (number == 3)
    assert [(subject, type(event)) for subject, event in told] == [("team/link-lk", e.Unrecognised)] * 3


def test_what_is_new_in_a_feed_is_kept_where_it_belongs() -> None:
    link, _ = begun()
    notice = element(
        "notice", {"what": "opened", "clerk": "mia", "mood": "glum"}, element("stance", {"is": "open"})
    )
    strange = element("notice", {"what": "sang", "clerk": "mia"})
    body = wire.feed(2, [(1, written(notice)), (2, written(strange))]).replace(
        b'upto="2"', b'upto="2" moon="full"'
    )
    told = facts(link.receive(reply("feed-1", 200, body)))
    assert [(subject, type(event).__name__) for subject, event in told] == [
        ("team/link-lk", "Unrecognised"),
        ("agent/mia", "AgentReady"),
        ("agent/mia", "Unrecognised"),
        ("agent/mia", "Unrecognised"),
    ]
    kept = [event.data for _, event in told if isinstance(event, e.Unrecognised)]
    assert ["moon" in kept[0], "glum" in kept[1], "sang" in kept[2]] == [True, True, True]


def test_a_number_that_is_missing_is_the_end_and_one_that_is_known_is_nothing() -> None:
    link, _ = begun()
    body = wire.feed(
        1,
        [
            (
                1,
                written(
                    element("notice", {"what": "opened", "clerk": "mia"}, element("stance", {"is": "open"}))
                ),
            )
        ],
    )
    assert len(facts(link.receive(reply("feed-1", 200, body)))) == 1
    assert facts(link.receive(reply("feed-1", 200, body))) == []
    assert facts(link.receive(reply("feed-2", 200, body))) == []
    later = body.replace(b'n="1"', b'n="3"')
    assert downs(link.receive(reply("feed-3", 200, later))) == [("later", "feed-gap")]


@pytest.mark.parametrize(("status", "code"), [(401, "not-authenticated"), (410, "")])
def test_a_link_that_is_forgotten_enters_anew(status: int, code: str) -> None:
    link, _ = begun()
    body = wire.Fault(code=code).written()
    assert downs(link.receive(reply("feed-1", status, body))) == [("later", code or "feed-lost")]


def test_a_link_of_one_agent_tells_of_nobody_else() -> None:
    link, _ = begun(k.Scope(kind="agent", link=LINK, agent="mia"))
    stance = element("stance", {"is": "open"})
    notices = [
        written(element("notice", {"what": "opened", "clerk": name}, stance)) for name in ("noor", "mia")
    ]
    told = facts(link.receive(reply("feed-1", 200, wire.feed(2, list(enumerate(notices, 1))))))
    assert [subject for subject, _ in told] == ["agent/mia"]


@pytest.mark.parametrize(
    ("frame", "outcome"),
    [
        (reply("order:m1", 200, wire.done({"call": "c1"})), c.Done(data={"call": "c1"})),
        (reply("order:m1", 202, wire.doubt("asleep")), c.Unconfirmed(reason="http-202")),
        (reply("order:m1", 504, b"{}"), c.Unconfirmed(reason="http-504")),
        (reply("order:m1", 200, b"<html/>"), c.Unconfirmed(reason="bad-answer")),
        (
            reply("order:m1", 409, wire.Fault(code="wrong-state", text="no").written()),
            c.Refused(code="wrong-state", message="no"),
        ),
        (reply("order:m1", 409, b"<html/>"), c.Refused(code="vendor-refused")),
        (k.Failed(name="order:m1", reason="cut", sent=True, at=7), c.Unconfirmed(reason="cut")),
        (
            k.Failed(name="order:m1", reason="refused", sent=False, at=7),
            c.Refused(code="link-down", message="refused"),
        ),
    ],
)
def test_only_what_is_certain_is_called_done_or_refused(frame: k.LinkFrame, outcome: c.Outcome) -> None:
    link, _ = begun()
    ready = c.Command(
        id=CommandId("m1"), subject=agent_subject("mia"), service=c.SetAgentState(state=Availability.READY)
    )
    (asked,) = link.execute(ready, 5)
    assert isinstance(asked, k.Request)
    assert parsed(asked.body).get("do") == "stance"
    assert list(link.receive(frame)) == [k.Settle(command="m1", outcome=outcome)]
    assert list(link.receive(frame)) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"url": "ftp://x"}, "url"), ({"hold": 0}, "hold"), ({"hold": 61}, "hold"), ({"name": 7}, "options")],
)
def test_settings_that_are_wrong_are_named(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(CallerError) as caught:
        link_settings({**SETTINGS, **wrong})
    assert caught.value.details == {"field": field}
