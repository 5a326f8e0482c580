"""Bad input on every door: a clear error with a stable code, nothing fatal, no stack trace to a caller."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from cordboard.app import App
from cordboard.contract import Route
from cordboard.model.errors import ERRORS, InternalError
from cordboard.web.doors import Door, Doors
from cordboard.web.limits import source

CRM = "https://crm.example"
Start = Callable[..., Awaitable[App]]
Bearer = Callable[..., dict[str, str]]
Until = Callable[[Callable[[], object]], Awaitable[None]]


async def asked(
    client: aiohttp.ClientSession,
    app: App,
    method: str,
    path: str,
    **more: Any,  # noqa: ANN401 - aiohttp's
) -> tuple[int, Any, aiohttp.ClientResponse]:
    async with client.request(method, app.url + path, **more) as answer:
        text = await answer.text()
        assert "Traceback" not in text
        assert "secret of ours" not in text
        kind = answer.content_type
        return answer.status, json.loads(text) if kind == "application/json" and text else text, answer


def code(body: Mapping[str, Any]) -> str:
    found = body["error"]
    assert set(found) <= {"code", "message", "details"}
    assert found["code"] in ERRORS
    assert found["message"]
    return str(found["code"])


async def test_a_request_reaches_its_session_with_what_its_path_says(
    app: App, client: aiohttp.ClientSession
) -> None:
    status, body, answer = await asked(client, app, "GET", "/echo/things/a%2Fb/%C3%A9")
    assert (status, body["params"]) == (200, {"thing": "a/b", "part": "é"})
    assert answer.cookies["taste"].value == "sweet"
    assert answer.cookies["taste"]["httponly"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_session_hears_who_calls_and_never_the_token(
    app: App, client: aiohttp.ClientSession, bearer: Bearer
) -> None:
    status, body, _ = await asked(client, app, "POST", "/echo/say", data=b"hello", headers=bearer())
    assert (status, body["who"], body["body"]) == (200, "ann", "hello")
    assert "authorization" not in body["headers"]


async def test_every_door_turns_away_what_it_does_not_take(
    app: App, client: aiohttp.ClientSession, bearer: Bearer
) -> None:
    good = bearer("agent:ann", "simulate")
    expired = bearer("simulate", seconds=60, ago=120)
    token = good["Authorization"].removeprefix("Bearer ")
    head, claims, signature = token.split(".")
    forged = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    bad_tokens = {
        "": "not-authenticated",
        "Basic YTpi": "not-authenticated",
        "Bearer": "not-authenticated",
        "Bearer nonsense": "token-invalid",
        f"Bearer {forged}.{claims}.": "token-invalid",
        f"Bearer {head}.{claims}.{signature[:-4]}AAAA": "token-invalid",
        expired["Authorization"]: "token-expired",
    }
    for method, path in (
        ("POST", "/echo/say"),
        ("POST", "/echo/simulate"),
        ("GET", "/echo/held"),
        ("POST", "/links/hop/echo/drive"),
        ("GET", "/echo/private"),
        ("POST", "/v1/renew"),
    ):
        for header, expected in bad_tokens.items():
            headers = {"Authorization": header} if header else {}
            status, body, answer = await asked(client, app, method, path, headers=headers)
            assert (status, code(body)) == (401, expected), (path, header)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        status, body, _ = await asked(
            client, app, method, path, headers={**good, "Origin": "https://evil.example"}
        )
        assert (status, code(body)) == (403, "origin-refused"), path
        wrong = "DELETE" if method == "POST" else "PUT"
        status, body, answer = await asked(client, app, wrong, path, headers=good)
        assert (status, code(body)) == (405, "method-not-allowed"), path
        assert method in answer.headers["Allow"]
    for path in ("/echo/say", "/links/hop/echo/drive", "/links/hop/echo/hook", "/echo/login"):
        status, body, _ = await asked(client, app, "POST", path, headers=good, data=b"x" * 1025)
        assert (status, code(body)) == (413, "too-large"), path
    for path in ("/v1/login", "/v1/tokens"):
        status, body, _ = await asked(client, app, "POST", path, headers=good, data=b"x" * 9000)
        assert (status, code(body)) == (413, "too-large"), path
    for path in (
        "/nothing",
        "/echo",
        "/echo/",
        "/links/hop",
        "/links/nowhere/echo/hook",
        "/echo/things//b",
        "/%00",
    ):
        status, body, _ = await asked(client, app, "POST", path, headers=good)
        assert (status, code(body)) == (404, "not-found"), path
    for data in (b"", b"\xff\xfe", b"[]", b"{", b"null", b'{"user": 1, "password": "x"}', b'{"user": "x"}'):
        status, body, _ = await asked(client, app, "POST", "/v1/login", data=data)
        assert status == 400, data
        assert code(body) in {"bad-json", "bad-field"}
    assert (await asked(client, app, "GET", "/healthz"))[0] == 200


async def test_a_body_in_pieces_is_cut_off_at_the_limit(
    app: App, client: aiohttp.ClientSession, bearer: Bearer
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * 100

    status, body, _ = await asked(client, app, "POST", "/echo/say", headers=bearer(), data=endless())
    assert (status, code(body)) == (413, "too-large")


async def test_a_door_with_a_scope_opens_for_it_alone(
    app: App, client: aiohttp.ClientSession, bearer: Bearer
) -> None:
    for path in ("/echo/simulate", "/links/hop/echo/drive"):
        status, body, _ = await asked(client, app, "POST", path, headers=bearer("tenant:command"))
        assert (status, code(body), body["error"]["details"]) == (403, "not-allowed", {"scope": "simulate"})
        assert (await asked(client, app, "POST", path, headers=bearer("simulate")))[0] == 200


async def test_a_link_has_doors_of_its_own(app: App, client: aiohttp.ClientSession) -> None:
    status, body, _ = await asked(client, app, "POST", "/links/hop/echo/hook", data=b"ding")
    assert (status, body) == (200, "ding")


async def test_a_reply_may_come_late_and_its_absence_is_told(
    start: Callable[..., Any], client: aiohttp.ClientSession
) -> None:
    app = await start(web={"reply_timeout": 0.2})
    token, _ = app.tokens.mint("ann", frozenset({"agent:ann"}), seconds=60, now=app.hub.clock.now())
    headers = {"Authorization": f"Bearer {token}"}
    assert (await asked(client, app, "GET", "/echo/held", headers=headers))[:2] == (200, "late")
    status, body, _ = await asked(client, app, "GET", "/echo/never", headers=headers)
    assert (status, code(body)) == (504, "timeout")
    assert app.hub.metrics.pages == 0


async def test_a_fault_of_a_session_is_told_as_ours_and_ends_nothing_else(
    app: App, client: aiohttp.ClientSession, bearer: Bearer
) -> None:
    status, body, _ = await asked(client, app, "GET", "/echo/raises", headers=bearer())
    assert (status, code(body)) == (500, "internal")
    assert (await asked(client, app, "GET", "/healthz"))[0] == 200
    assert app.hub.metrics.pages == 0


async def test_a_session_may_live_over_many_requests_of_one_caller(
    app: App, client: aiohttp.ClientSession, bearer: Bearer
) -> None:
    counts = [
        (await asked(client, app, "GET", f"/echo/kept?session={name}", headers=bearer()))[1]
        for name in ("a", "a", "b", "a")
    ]
    assert counts == ["1", "2", "1", "3"]
    status, body, _ = await asked(
        client, app, "GET", "/echo/kept?session=a", headers=bearer(subject="mallory")
    )
    assert (status, code(body)) == (403, "not-allowed")


async def test_a_session_that_nobody_uses_is_forgotten(
    start: Callable[..., Any], client: aiohttp.ClientSession, until: Until
) -> None:
    app = await start(web={"session_idle": 1})
    token, _ = app.tokens.mint("ann", frozenset({"agent:ann"}), seconds=60, now=app.hub.clock.now())
    await asked(client, app, "GET", "/echo/kept?session=a", headers={"Authorization": f"Bearer {token}"})
    assert app.hub.metrics.pages == 1
    await until(lambda: not app.hub.metrics.pages)


async def test_a_session_signs_in_with_a_password_and_out_again(
    app: App, client: aiohttp.ClientSession, bearer: Bearer
) -> None:
    app.identities._accounts.add("ann", "correct horse", frozenset({"agent:ann"}))
    assert (await asked(client, app, "POST", "/echo/login", data=b"correct horse"))[0] == 200
    assert (await asked(client, app, "POST", "/echo/login", data=b"guess"))[:2] == (401, "wrong-password")
    header = bearer()
    assert (await asked(client, app, "POST", "/echo/logout", headers=header))[0] == 200
    status, body, _ = await asked(client, app, "POST", "/echo/say", headers=header)
    assert (status, code(body)) == (401, "token-invalid")


async def test_pages_of_allowed_origins_may_read_doors_that_say_so(
    app: App, client: aiohttp.ClientSession, bearer: Bearer
) -> None:
    for origin in (CRM, app.url, app.url.replace("127.0.0.1", "localhost")):
        _, _, answer = await asked(
            client, app, "POST", "/echo/say", headers={**bearer(), "Origin": origin}, data=b"x"
        )
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "Origin" in answer.headers["Vary"]
    _, body, answer = await asked(client, app, "POST", "/echo/say", headers={"Origin": CRM})
    assert code(body) == "not-authenticated"
    assert answer.headers["Access-Control-Allow-Origin"] == CRM, "the page has to see why"
    _, _, answer = await asked(
        client, app, "POST", "/echo/simulate", headers={**bearer("simulate"), "Origin": CRM}
    )
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_pattern_of_origins_is_answered_with_the_origin_itself(
    start: Start, client: aiohttp.ClientSession
) -> None:
    app = await start(web={"origins": ["https://*.lightning.example"]})
    ask = {"Access-Control-Request-Method": "POST"}
    for origin in ("https://acme.lightning.example", "https://acme--uat.sandbox.lightning.example"):
        for method, headers in (("OPTIONS", ask), ("POST", {})):
            _, _, answer = await asked(
                client, app, method, "/echo/say", headers={**headers, "Origin": origin}
            )
            assert answer.headers["Access-Control-Allow-Origin"] == origin
            assert "Origin" in answer.headers["Vary"]
    for origin in (
        "https://lightning.example",
        "https://evil-lightning.example",
        "https://*.lightning.example",
    ):
        status, body, answer = await asked(
            client, app, "OPTIONS", "/echo/say", headers={**ask, "Origin": origin}
        )
        assert (status, code(body)) == (403, "origin-refused"), origin
        assert "Access-Control-Allow-Origin" not in answer.headers
    _, _, panel = await asked(client, app, "GET", "/panel/")
    assert "frame-ancestors 'self' https://*.lightning.example;" in panel.headers["Content-Security-Policy"]


async def test_what_says_who_calls_is_said_once(
    app: App, client: aiohttp.ClientSession, bearer: Bearer
) -> None:
    good = bearer()["Authorization"]
    for twice in (
        [("Origin", CRM), ("Origin", "https://evil.example"), ("Authorization", good)],
        [("Authorization", good), ("Authorization", "Bearer other")],
        [("Authorization", good), ("Content-Type", "text/plain"), ("Content-Type", "application/json")],
    ):
        async with client.post(app.url + "/echo/say", headers=twice, data=b"x") as answer:
            assert (answer.status, code(await answer.json())) == (400, "bad-request")


async def test_a_page_whose_name_leads_here_is_no_caller_of_this_machine(
    start: Start, client: aiohttp.ClientSession
) -> None:
    app = await start(demo={"agent": "mia"})
    for host, local in (
        (f"127.0.0.1:{app.edge.port}", True),
        ("localhost", True),
        ("crm.localhost:80", True),
        (f"[::1]:{app.edge.port}", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("[", False),
    ):
        async with client.get(app.url + "/readyz", headers={"Host": host}) as answer:
            if answer.status != 400:
                assert ((await answer.json())["origins"] is not None) is local, host
        async with client.post(app.url + "/v1/demo", json={}, headers={"Host": host}) as answer:
            assert answer.status == (200 if local else 403) or host == "[", host


def test_who_has_one_address_of_ipv6_has_many() -> None:
    assert source("192.0.2.7") == source("::ffff:192.0.2.7") == "192.0.2.7"
    assert source("2001:db8:1:2:3::1") == source("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert source("2001:db8:1:3::1") != source("2001:db8:1:2::1")
    assert source("nothing at all") == "nothing at all"


async def test_who_fetches_no_answers_is_cut_off(
    start: Start, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks for much and never reads would have the answers pile up here."""
    monkeypatch.setattr("cordboard.web.edge.STUCK", 0.4)
    app = await start()
    with socket.socket() as caller:
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        caller.connect(("127.0.0.1", app.edge.port))
        caller.settimeout(0)
        with suppress(BlockingIOError):
            for _ in range(200):
                caller.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 10)
        await until(lambda: app.edge._manager.connections)
        await until(lambda: not app.edge._manager.connections)


async def test_it_is_counted_whose_pages_came(start: Start, client: aiohttp.ClientSession) -> None:
    app = await start(web={"origins": [CRM, "https://*.desk.example", "https://nobody.example"]})
    framed = {"Sec-Fetch-Dest": "iframe"}
    for headers in (
        {"Origin": CRM},
        {**framed, "Referer": "https://a.desk.example/page?x=1"},
        {**framed, "Referer": "https://evil.example/"},
        {**framed, "Referer": app.url + "/desk/"},
        {**framed},
        {"Referer": "https://nobody.example/", "Sec-Fetch-Dest": "document"},
        {"Origin": "https://evil.example"},
    ):
        await asked(client, app, "GET", "/panel/", headers=headers)
    origins = app.edge.origins
    assert origins.used == {CRM: 1, "https://*.desk.example": 1}
    assert origins.refused == {"https://evil.example": 2}
    assert origins.unused == ("https://nobody.example",)
    async with client.get(app.url + "/readyz") as answer:
        told = (await answer.json())["origins"]
    assert (told["unused"], told["refused"]) == (["https://nobody.example"], {"https://evil.example": 2})
    async with client.get(app.url + "/readyz", headers={"X-Forwarded-For": "192.0.2.7"}) as answer:
        assert (await answer.json())["origins"] is None, "from elsewhere"


async def test_pre_flights_are_answered_for_allowed_origins(app: App, client: aiohttp.ClientSession) -> None:
    headers = {"Origin": CRM, "Access-Control-Request-Method": "POST"}
    status, _, answer = await asked(client, app, "OPTIONS", "/echo/say", headers=headers)
    assert status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == CRM
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"]
    for origin in (
        "https://evil.example",
        "null",
        "https://crm.example.evil.example",
        "https://crm.example:444",
        "",
    ):
        status, body, answer = await asked(
            client, app, "OPTIONS", "/echo/say", headers={**headers, "Origin": origin}
        )
        assert (status, code(body)) == (403, "origin-refused"), origin
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert (await asked(client, app, "OPTIONS", "/echo/simulate", headers=headers))[0] == 405
    assert (await asked(client, app, "OPTIONS", "/nothing", headers=headers))[0] == 404


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GARBAGE\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET http://[::1/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_answered_in_json_and_hurts_nobody(
    app: App, client: aiohttp.ClientSession, garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", app.edge.port)
    writer.write(garbage)
    async with asyncio.timeout(10):
        answer = await reader.read(65_536)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] in {b"400", b"404"}
    assert code(json.loads(body)) in {"bad-request", "not-found"}
    assert b"Traceback" not in answer
    assert not caplog.records
    assert (await asked(client, app, "GET", "/healthz"))[0] == 200


@pytest.mark.parametrize(
    "begun", [b"", b"GET /heal", b"POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{"]
)
async def test_who_never_says_what_they_want_is_cut_off(
    app: App, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cordboard.web.edge.PATIENCE", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", app.edge.port)
    try:
        writer.write(begun)
        async with asyncio.timeout(10):
            with suppress(ConnectionError):
                answer = await reader.read()
                assert not answer or b"bad-request" in answer
    finally:
        writer.close()


async def test_who_asks_too_often_is_told_to_wait(
    start: Callable[..., Any], client: aiohttp.ClientSession
) -> None:
    app = await start(web={"rate": {"address_per_second": 1, "address_burst": 5}})
    statuses = [(await asked(client, app, "GET", "/echo/things/a/b"))[0] for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    _, body, answer = await asked(client, app, "GET", "/echo/things/a/b")
    assert (code(body), answer.headers["Retry-After"]) == ("too-many-requests", "1")
    assert (await asked(client, app, "GET", "/healthz"))[0] == 200, "those who watch us are not counted"


async def test_one_identity_has_its_own_limit(
    start: Callable[..., Any], client: aiohttp.ClientSession
) -> None:
    app = await start(web={"rate": {"identity_per_second": 1, "identity_burst": 2}})
    now = app.hub.clock.now()
    ann, bob = (app.tokens.mint(who, frozenset({"tenant"}), seconds=60, now=now)[0] for who in ("ann", "bob"))
    statuses = [
        (await asked(client, app, "POST", "/echo/say", headers={"Authorization": f"Bearer {token}"}))[0]
        for token in (ann, ann, ann, bob)
    ]
    assert statuses == [200, 200, 429, 200]


async def test_a_proxy_is_believed_if_it_is_a_trusted_one(
    start: Callable[..., Any], client: aiohttp.ClientSession
) -> None:
    app = await start(
        web={"trusted_proxies": ["127.0.0.1"], "rate": {"address_per_second": 1, "address_burst": 1}}
    )
    statuses = [
        (await asked(client, app, "GET", "/echo/things/a/b", headers={"X-Forwarded-For": hops}))[0]
        for hops in ("203.0.113.1", "203.0.113.1", "203.0.113.2", "203.0.113.3, 203.0.113.2")
    ]
    assert statuses == [200, 429, 200, 429]


def test_two_doors_at_one_place_are_refused() -> None:
    async def serve(_: object) -> web.StreamResponse:
        raise AssertionError

    doors = Doors()
    route = Route(kind="http", path="/a/{b}/c", name="one")
    doors.add(Door(route=route, serve=serve))
    with pytest.raises(InternalError, match=r"two doors want GET .*: one and two"):
        doors.add(Door(route=Route(kind="http", path="/a/{x}/c", name="two"), serve=serve))
    doors.add(Door(route=Route(kind="http", path="/a/b/d", name="fixed"), serve=serve))
    assert doors.find("GET", "/a/b/c") == (Door(route=route, serve=serve), {"b": "b"})
    assert doors.find("HEAD", "/a/b/d")[0].route.name == "fixed"
