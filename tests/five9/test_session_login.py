"""Signing in: states, policies, notices, proofs of a login, sockets and who else is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cordboard.contract import LOGIN_COOKIE, Identified, Identity, Opened, Received, Send, SignIn
from cordboard.hub.clock import RandomIds
from cordboard.model.errors import ERRORS, CallerError
from cordboard.protocols.five9 import Five9, protocol, wire, words as w
from cordboard.protocols.five9.feed import Feed
from cordboard.protocols.five9.settings import Settings
from cordboard.testing import Visit
from cordboard.testing.centre import ContactCentre
from cordboard.testing.stage import Stage, live_stage
from tests.five9.client import BASE, HOST, frames, get, post, put, read, seen, sign_in, working

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def hub(**settings: object) -> AsyncIterator[tuple[Stage, ContactCentre]]:
    """A hub that serves Five9, with a contact centre where nobody is logged on."""
    async with live_stage(Five9().configured(settings)) as (stage, centre):
        yield stage, centre
        stage.tap.breaches.none()


async def state(page: Visit) -> str:
    return wire.state_of((await get(page, "A/login_state")).body)


def told_states(page: Visit) -> list[str]:
    return [wire.payload(item, str) for item in frames(page) if item.context.event_id == "17"]


async def test_a_login_tells_where_to_go() -> None:
    async with hub() as (stage, _):
        page = stage.visit("mia")
        login = await sign_in(page)
        assert (login.user_id, login.org_id, login.context.farm_id) == ("mia", "100000", "1")
        assert len(login.session_id) == 64
        (centre,) = login.metadata.data_centers
        assert centre.active
        assert [(item.host, item.port) for item in centre.api_urls] == [("hub.example", "443")]
        assert set(page.cookies) == {"Authorization", "farmId", "apiRouteKey", "f9-sessionId"}
        told = wire.decoded((await page.call("GET", f"{BASE}/auth/metadata", headers=HOST)).body, wire.Login)
        assert told == login


@pytest.mark.parametrize(
    ("settings", "host", "port", "front"),
    [
        ({}, "hub.example", "8443", "https://hub.example:8443"),
        ({"form": "joined"}, "hub.example:8443", "8443", "https://hub.example:8443"),
        ({"host": "dc1.example"}, "dc1.example", "443", "https://dc1.example"),
        ({"host": "dc1.example", "port": 9443}, "dc1.example", "9443", "https://dc1.example:9443"),
    ],
)
async def test_the_data_centre_is_the_operators_to_name(
    settings: dict[str, object], host: str, port: str, front: str
) -> None:
    async with hub(data_centre=settings) as (stage, _):
        page = stage.visit("mia")
        await sign_in(page)
        answer = await page.call("GET", f"{BASE}/auth/metadata", headers={"host": "hub.example:8443"})
        login = wire.decoded(answer.body, wire.Login)
        place = login.metadata.data_centers[0].api_urls[0]
        assert (place.host, place.port, login.metadata.freedom_url) == (host, port, front)


async def test_the_states_of_a_login_are_gone_through() -> None:
    notices = [{"id": "8300", "title": "Service update", "text": "<p>tonight</p>"}]
    async with hub(notices=notices, select_skills=True) as (stage, centre):
        page = stage.visit("mia")
        await sign_in(page)
        await page.open("/appsvcs/ws/mia")
        assert await state(page) == w.ACCEPT_NOTICE
        refused = await get(page, "A/presence")
        detail = wire.fault_of(refused.body)
        assert detail is not None
        assert (refused.status, detail.error_code, detail.context.context_code) == (435, 3, "LOGIN")
        assert "ACCEPT_NOTICE while calling getPresence. Allowed is WORKING" in detail.message
        assert read(await get(page, "A/maintenance_notices"))[0]["accepted"] is False
        await put(page, "A/maintenance_notices/8300/accept")
        assert read(await get(page, "A/maintenance_notices/8300"))["accepted"] is True
        assert (await put(page, "A/maintenance_notices/none/accept")).status == 404
        assert await state(page) == w.SELECT_STATION
        assert (await put(page, "A/session_start", {"stationType": "TELEGRAPH"})).status == 400
        station = {"stationId": "+442079460001", "stationType": "PSTN", "state": "DISCONNECTED"}
        assert (await put(page, "A/session_start", station)).status == 204
        assert read(await get(page, "A/station"))["stationType"] == "PSTN"
        assert await state(page) == w.SELECT_SKILLS
        skills = read(await get(page, "A/skills"))
        assert {"id": "bookings", "name": "Bookings"} in skills
        await put(page, "A/active_skills", skills)
        assert await state(page) == w.WORKING
        assert centre.truth()["agents"]["mia"]["state"] == "not_ready"
        assert told_states(page) == [w.ACCEPT_NOTICE, w.SELECT_STATION, w.SELECT_SKILLS, w.WORKING]
        assert read(await get(page, "A/can_stop_session")) is True
        assert (await put(page, "A/session_stop", {"reasonCodeId": "0"})).status == 204
        await page.settled()
        assert centre.truth()["agents"]["mia"]["state"] == "null"
        assert await state(page) == w.SELECT_STATION


async def test_whoever_attaches_finds_the_session_that_there_is() -> None:
    async with hub() as (stage, centre):
        await centre.act("log_on", agent="mia", state="ready")
        page = stage.visit("mia")
        await sign_in(page, w.ATTACH_EXISTING)
        assert await state(page) == w.WORKING


async def test_a_second_login_is_a_duplicate_unless_it_is_forced() -> None:
    async with hub() as (stage, _):
        first, second = stage.visit("mia"), stage.visit("mia")
        await sign_in(first, "")
        await working(first)
        await first.open("/appsvcs/ws/first")
        await sign_in(second, "")
        assert await state(second) == w.SELECT_STATION
        refused = await put(second, "A/session_start", {"stationType": "EMPTY"})
        detail = wire.fault_of(refused.body)
        assert detail is not None
        assert detail.context.context_code == w.DUPLICATE_LOGIN
        assert (await put(second, "A/session_start", {"stationType": "EMPTY"}, force="true")).status == 204
        await first.settled()
        answer = await get(first, "A/login_state")
        assert (answer.status, wire.fault_of(answer.body)) != (200, None)
        assert answer.status == 401
        assert first.closed == 1000
        assert await state(second) == w.WORKING


async def test_who_forces_their_way_in_ends_the_older_login() -> None:
    async with hub() as (stage, _):
        first, second = stage.visit("mia"), stage.visit("mia")
        await sign_in(first)
        await working(first)
        await sign_in(second, w.FORCE_IN)
        await working(second)
        answer = await get(first, "A/login_state")
        detail = wire.fault_of(answer.body)
        assert detail is not None
        assert (answer.status, detail.error_code, detail.message) == (401, 401, "User is not logged in")
        assert (await get(second, "A/presence")).status == 200


async def test_a_logout_ends_login_and_sockets() -> None:
    async with hub() as (stage, _):
        page = stage.visit("mia")
        await sign_in(page)
        token = wire.BEARER + page.cookies["Authorization"].removeprefix(wire.BEARER)
        await page.open("/appsvcs/ws/mia")
        answer = await page.call("POST", f"{BASE}/auth/logout", headers=HOST)
        assert answer.status == 204
        assert not page.cookies
        assert page.closed == 1000
        again = await page.call("GET", f"{BASE}/auth/metadata", headers={**HOST, "authorization": token})
        assert again.status == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{}", 400),
        (b'{"passwordCredentials":{"username":"mia","password":"wrong"}}', 401),
        (b'{"passwordCredentials":{"username":"","password":"secret"}}', 401),
    ],
)
async def test_who_shows_no_good_password_stays_out(body: bytes, status: int) -> None:
    async with hub() as (stage, _):
        answer = await stage.visit("mia").call("POST", f"{BASE}/auth/login", headers=HOST, body=body)
        assert answer.status == status
        assert wire.fault_of(answer.body) is not None


async def test_a_bearers_token_is_as_good_as_a_password() -> None:
    async with hub() as (stage, _):
        page = stage.visit("mia")
        proof = {**HOST, "authorization": "Bearer agent:mia"}
        answer = await page.call(
            "POST", f"{BASE}/auth/login_by_token", headers=proof, body=b'{"policy":"AttachExisting"}'
        )
        assert wire.decoded(answer.body, wire.Login).user_id == "mia"
        await working(page)
        nobody = await stage.visit("mia").call(
            "POST", f"{BASE}/auth/login_by_token", headers=HOST, body=b"{}"
        )
        assert nobody.status == 401


async def test_before_a_login_the_answer_is_always_an_error_in_json() -> None:
    """Salesforce's component asks for metadata every five seconds until there is a login."""
    async with hub() as (stage, _):
        for path in (f"{BASE}/auth/metadata", f"{BASE}/orgs/100000/call_variables"):
            answer = await stage.visit("mia").call("GET", path, headers=HOST)
            assert answer.status == 401
            assert answer.headers["content-type"] == "application/json"
            detail = wire.fault_of(answer.body)
            assert detail is not None
            assert detail.message == "User is not logged in"


@pytest.mark.parametrize(
    ("auth", "header", "cookie"), [("either", 200, 200), ("header", 200, 401), ("cookie", 401, 200)]
)
async def test_the_proof_of_a_login_is_header_or_cookie(auth: str, header: int, cookie: int) -> None:
    async with hub(auth=auth) as (stage, centre):
        await centre.act("log_on", agent="mia", state="ready")
        page = stage.visit("mia")
        token = (await sign_in(page)).token_id
        with_cookie = await get(page, "A/presence")
        page.cookies = {}
        place = f"{BASE}/agents/mia/presence"
        with_header = await page.call(
            "GET", place, headers={**HOST, "authorization": f"Bearer-{token}", "farmid": "1"}
        )
        assert (with_header.status, with_cookie.status) == (header, cookie)
        spaced = await page.call("GET", place, headers={**HOST, "authorization": f"Bearer {token}"})
        assert spaced.status == header


async def test_the_login_that_a_browser_keeps_for_this_hub_is_enough_where_the_operator_says_so() -> None:
    async with hub() as (stage, _):
        page = stage.visit("mia")
        page.cookies = {LOGIN_COOKIE: "agent:mia~kept"}
        assert (await page.call("GET", f"{BASE}/auth/metadata", headers=HOST)).status == 401
    async with hub(browser_login=True) as (stage, _):
        page = stage.visit("mia")
        page.cookies = {LOGIN_COOKIE: "agent:mia~kept"}
        answer = await page.call("GET", f"{BASE}/auth/metadata", headers=HOST)
        login = wire.decoded(answer.body, wire.Login)
        assert login.user_id == "mia"
        assert login.token_id != "agent:mia~kept"
        await page.open("/appsvcs/ws/0055e000003XYZ")
        assert seen(page)[0] == "1010"
        assert page.closed is None


async def test_a_login_outlives_the_session_that_kept_it() -> None:
    """A hub that was restarted knows the token, and finds the agent as they are."""
    async with hub(notices=[{"id": "8300"}], select_skills=True) as (stage, centre):
        page = stage.visit("mia")
        await sign_in(page)
        await working(page)
        stage.edge.leave()
        assert await state(page) == w.WORKING
        assert (await put(page, "A/session_restart")).status == 204
        call = await centre.ring("bookings", number="+44 20 7946 0101")
        assert call
        assert (await get(page, "A/presence")).status == 200


async def test_nobody_reads_or_does_what_is_another_users() -> None:
    async with hub() as (stage, centre):
        await centre.act("log_on", agent="mia", state="ready")
        page = stage.visit("mia")
        await sign_in(page)
        other = await page.call("GET", f"{BASE}/agents/noor/interactions/calls", headers=HOST)
        assert other.status == 403
        org = await page.call("GET", f"{BASE}/orgs/7/call_variables", headers=HOST)
        assert org.status == 403


async def test_a_call_centre_of_another_name_lets_nobody_in_and_says_nothing() -> None:
    async with hub(call_center="Front desk") as (stage, _):
        page = stage.visit("mia")
        answer = await page.call("GET", f"{BASE}/auth/metadata", headers=HOST)
        assert answer.status == 401
        page.cookies = {"Authorization": "Bearer-agent:mia"}
        await page.open("/appsvcs/ws/mia")
        assert page.sent == []
        assert page.closed == 1003


@pytest.mark.parametrize("path", ["/appsvcs/ws/key", "/appsvcs/ws", "/supsvcs/sws/key", "/supsvcs/ws/key"])
async def test_a_socket_says_hello_and_answers_pings(path: str) -> None:
    async with hub() as (stage, _):
        page = stage.visit("mia")
        await sign_in(page)
        await page.open(path)
        first = next(frames(page))
        assert (first.context.event_id, first.context.event_reason) == (
            "1010",
            "Successful WebSocket Connection",
        )
        assert bytes(first.pay_load) == b"null"
        page.sent.clear()
        for said in ("ping", b"ping", "pong", "", '{"ping":1}', "PING", "ping"):
            page.say(said)
        await page.settled()
        pongs = [(item.context.event_id, bytes(item.pay_load)) for item in frames(page)]
        assert pongs == [("1202", b'"pong"')] * 2
        for item in (first, *frames(page)):
            about = item.context
            assert (about.user_id, about.user_name, about.message_id) == ("mia", None, None)


async def test_a_page_hears_the_events_that_it_asks_for_and_all_that_are_about_its_socket() -> None:
    async with hub(replay=True) as (stage, centre):
        page = stage.visit("mia")
        await sign_in(page)
        await page.open("/appsvcs/ws/mia", codes="3, 5")
        await working(page)
        await centre.act("set_agent_state", agent="mia", state="ready")
        call = await centre.ring("bookings", number="+44 20 7946 0101")
        await centre.act("answer_call", agent="mia", call=call)
        page.say("ping")
        await page.advance(1)
        assert seen(page) == ["1010", "3", "1202"]


async def test_a_ping_that_comes_before_the_page_is_let_in_is_answered_after_it() -> None:
    """Five9's own pack says it at once."""
    feed = Feed(Settings(), RandomIds(1))
    cookies = {"Authorization": "Bearer-agent:mia"}
    opened = Opened(channel="c", route="appsvcs.socket", at=1, params={"key": "k"}, cookies=cookies)
    (*_, asked) = feed.receive(opened)
    assert isinstance(asked, SignIn)
    assert list(feed.receive(Received(channel="c", data="ping", at=2))) == []
    mia = Identity(subject="user:mia", scopes=frozenset({"agent:mia"}), agent="mia")
    sent = [item for item in feed.receive(Identified(identity=mia, error="", at=3)) if isinstance(item, Send)]
    assert [wire.frame_of(item.data).context.event_id for item in sent] == ["1010", "1202"]


async def test_a_socket_without_a_login_is_sent_back_to_where_one_finds_out() -> None:
    async with hub() as (stage, _):
        page = stage.visit("mia")
        await page.open("/appsvcs/ws/mia")
        assert page.sent == []
        assert page.closed == 1003
        page.closed, page.cookies = None, {"Authorization": "Bearer-nonsense"}
        await page.open("/appsvcs/ws/mia")
        assert page.sent == []
        assert page.closed == 1003


async def test_a_token_in_the_address_is_taken_only_where_the_operator_says_so() -> None:
    for allowed in (False, True):
        async with hub(token_in_address=allowed) as (stage, _):
            page = stage.visit("mia")
            await page.open("/appsvcs/ws/mia", Authorization="Bearer-agent:mia", farmId="1")
            assert (page.closed is None) is allowed


@pytest.mark.parametrize(
    ("which", "older", "newer"), [("allow", None, None), ("old", 3000, None), ("new", None, 3000)]
)
async def test_of_two_sockets_with_one_key_the_operator_says_which_one_goes(
    which: str, older: int | None, newer: int | None
) -> None:
    async with hub(same_socket=which) as (stage, _):
        first, second, another = (stage.visit("mia") for _ in range(3))
        await sign_in(first)
        second.cookies = another.cookies = first.cookies
        await first.open("/appsvcs/ws/one")
        await another.open("/appsvcs/ws/two")
        await second.open("/appsvcs/ws/one")
        await second.settled()
        assert (first.closed, second.closed, another.closed) == (older, newer, None)
        for page in (first, second):
            assert ("1020" in seen(page)) is (page.closed == 3000)


async def test_one_socket_more_than_an_agent_may_have_ends_the_oldest() -> None:
    async with hub(sockets=3) as (stage, _):
        pages = [stage.visit("mia") for _ in range(5)]
        await sign_in(pages[0])
        for number, page in enumerate(pages[:4]):
            page.cookies = pages[0].cookies
            await page.open(f"/appsvcs/ws/{number}")
            await page.settled()
        assert [page.closed for page in pages[:4]] == [3000, None, None, None]
        assert seen(pages[0])[-1] == "1020"
        pages[2].leave()
        await pages[2].settled()
        pages[4].cookies = pages[0].cookies
        await pages[4].open("/appsvcs/ws/4")
        await pages[4].settled()
        assert [page.closed for page in (pages[1], pages[3], pages[4])] == [None, None, None]


async def test_what_the_edge_refuses_has_five9s_body_and_status() -> None:
    route = next(item for item in protocol.routes if item.name == "appsvcs.presence")
    assert isinstance(protocol, Five9)
    for code, status in (
        ("too-many-requests", 429),
        ("origin-refused", 403),
        ("too-large", 413),
        ("going-away", 503),
        ("timeout", 504),
        ("bad-request", 400),
    ):
        reply = protocol.fault(route, CallerError(code, ERRORS[code].text))
        assert reply is not None
        assert reply.status == status
        assert wire.fault_of(reply.body) is not None


async def test_codes_of_the_hub_are_those_after_which_clients_come_back() -> None:
    assert isinstance(protocol, Five9)
    assert {code: protocol.closing(code) for code in (1000, 4000, 4001, 4203)} == {
        1000: 1000,
        4000: 1003,
        4001: 1003,
        4203: 1000,
    }


async def test_what_is_asked_about_the_session_is_answered() -> None:
    async with hub() as (stage, _):
        page = stage.visit("mia")
        await sign_in(page)
        await working(page)
        assert read(await get(page, "A/session_expiration")) == -1
        assert (await put(page, "A/ping")).status == 204
        assert (await put(page, "A/station/restart", {"value": None})).status == 204
        options = ["AUTO_ANSWER_INTERNAL_CALLS", "ALERT_ON_INCOMING_MESSAGE"]
        assert read(await put(page, "A/options", options))["options"] == options
        told = read(await get(page, "A/options"))
        assert (told["options"], "userFilter" in told) == (options, True)
        assert read(await put(page, "A/options", {"options": options[:1]}))["options"] == options[:1]
        assert (await put(page, "A/options", "all")).status == 400
        assert "bookings" in read(await get(page, "A/campaigns_config"))["campaignIds"]
        place = read(await get(page, "A/switchover_metadata"))
        assert set(place) == {"freedomUrl", "dataCenters"}
        assert (await post(page, "A/session_start", {})).status == 405
