"""Every door of every protocol of ours, and the web edge's own, against everything that a door may be thrown at."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from cordboard.app import App, installed_protocols, running
from cordboard.contract import Closings, Faults, Reply, Route
from cordboard.model.errors import ERRORS, CallerError
from cordboard.settings import Settings
from cordboard.web.doors import Doors
from cordboard.web.sockets import GOING_AWAY, TOO_LARGE

GARBAGE = (
    b"",
    b"\x00\xff\xfe",
    b"{",
    b"[]",
    b"null",
    b"7",
    b'"text"',
    b"{}",
    b'{"nonsense": 1}',
    b'{"id": 7, "service": []}',
    b'{"type": 7}',
    b'{"type": "nonsense"}',
    b'{"name": {}, "params": "x"}',
    b"[" * 5000,
    b'{"a":' * 2000,
    json.dumps({"id": "x" * 5000, "service": {"service": "MakeCall"}}).encode(),
    json.dumps({"user": "u" * 300, "password": "p" * 5000}).encode(),
)


@pytest.fixture
async def app(settings: Callable[..., Settings]) -> AsyncIterator[App]:
    """A Cordboard with all of our protocols, and no limit of rates: here many bad requests come on purpose."""
    free = {"address_per_second": 0, "identity_per_second": 0, "login_per_minute": 0}
    made = settings(
        links=[{"name": "sim", "protocol": "simulator"}], web={"rate": free}, demo={"agent": "mia"}
    )
    async with running(made, protocols=installed_protocols("cordboard")) as started:
        yield started


def routes(app: App) -> Iterator[Route]:
    """All that is mounted, read from the edge itself, so that none can be forgotten."""
    yield from mounted(app.edge._doors)


def distinct(app: App) -> Iterator[Route]:
    """The same, but that of doors that are one door at several addresses one stands for all: Five9 has each of its rows at two
    contexts, and many that are not offered.
    """
    for route in routes(app):
        twice = route.path.startswith("/supsvcs/rs") and "statistics" not in route.path
        if not twice and not ("missing" in route.name and not route.name.endswith("missing-0")):
            yield route


def mounted(doors: Doors) -> Iterator[Route]:
    nodes = [doors._root]
    while nodes:
        node = nodes.pop()
        nodes.extend([*node.fixed.values(), *([node.named] if node.named else [])])
        yield from (door.route for door, _ in node.doors.values())


def address(app: App, route: Route) -> str:
    path = route.path
    for name, value in {"{kind}": "agent", "{id}": "mia", "{contact}": "c1", "{file}": "desk.js"}.items():
        path = path.replace(name, value)
    return app.url + path


async def refused(answer: aiohttp.ClientResponse) -> str:
    """The stable code of a refusal."""
    text = await answer.text()
    assert "Traceback" not in text
    error = json.loads(text)["error"]
    assert error["code"] in ERRORS, text
    assert answer.status == ERRORS[error["code"]].status
    assert answer.content_type == "application/json"
    return str(error["code"])


async def is_refused(app: App, route: Route, answer: aiohttp.ClientResponse, code: str) -> None:
    """Refused with this code: in the words of the door's protocol, if it has some."""
    told = in_own_words(app, route, code)
    if told is None:
        assert await refused(answer) == code, route
    else:
        text = await answer.text()
        assert "Traceback" not in text
        assert answer.status == told.status, (route, text)
        assert answer.headers["Content-Type"] == told.headers["content-type"]


def in_own_words(app: App, route: Route, code: str) -> Reply | None:
    """What the door's protocol makes of a refusal; `None` if it leaves that to us."""
    for protocol in app.hub.protocols.values():
        if isinstance(protocol, Faults) and route in protocol.routes:
            return protocol.fault(route, CallerError(code, ERRORS[code].text))
    return None


def closed_with(app: App, route: Route, code: int) -> int:
    """The code with which a socket's protocol closes."""
    for protocol in app.hub.protocols.values():
        if isinstance(protocol, Closings) and route in protocol.routes:
            return protocol.closing(code)
    return code


async def alive(client: aiohttp.ClientSession, app: App) -> None:
    async with client.get(app.url + "/readyz") as answer:
        assert answer.status == 200, await answer.text()


def all_scopes(app: App) -> dict[str, str]:
    scopes = frozenset({"agent:mia", "tenant", "tenant:command", "simulate", "inspect", "mint", "operate"})
    token, _ = app.tokens.mint("mia", scopes, seconds=600, now=app.hub.clock.now(), agent="mia")
    return {"Authorization": f"Bearer {token}"}


async def test_all_installed_protocols_are_mounted(app: App) -> None:
    found = {(route.method, route.path) for route in routes(app)}
    for protocol in installed_protocols("cordboard").values():
        for route in protocol.routes:
            path = route.path if route.end == "session" else f"/links/sim{route.path}"
            assert (route.method, path) in found
    assert {("POST", path) for path in ("/v1/login", "/v1/tokens", "/v1/renew", "/v1/demo")} <= found


async def test_no_door_opens_without_what_it_asks_for(app: App, client: aiohttp.ClientSession) -> None:
    now = app.hub.clock.now()
    good = all_scopes(app)["Authorization"]
    head, claims, signature = good.removeprefix("Bearer ").split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    edited = json.loads(base64.urlsafe_b64decode(claims + "=="))
    edited["scopes"] = ["tenant:command"]
    body = base64.urlsafe_b64encode(json.dumps(edited).encode()).rstrip(b"=").decode()
    expired, _ = app.tokens.mint("mia", frozenset({"simulate"}), seconds=10, now=now - 20_000)
    headers = {
        "": "not-authenticated",
        "Bearer nonsense": "token-invalid",
        f"Bearer {none}.{claims}.": "token-invalid",
        f"Bearer {head}.{body}.{signature}": "token-invalid",
        f"Bearer {head}.{claims}.{signature[::-1]}": "token-invalid",
        f"Bearer {expired}": "token-expired",
    }
    for route in routes(app):
        if not route.anonymous:
            for header, code in headers.items():
                sent = {"Authorization": header} if header else {}
                async with client.request(route.method, address(app, route), headers=sent) as answer:
                    assert await refused(answer) == code, (route, header)
        if route.scope:
            token, _ = app.tokens.mint("mia", frozenset({"tenant:command"}), seconds=60, now=now)
            sent = {"Authorization": f"Bearer {token}"}
            async with client.request(route.method, address(app, route), headers=sent) as answer:
                assert await refused(answer) == "not-allowed", route
    await alive(client, app)


async def test_no_door_opens_to_a_foreign_page_or_another_method(
    app: App, client: aiohttp.ClientSession
) -> None:
    open_to_all = {"/healthz", "/readyz", "/metrics"}
    for route in distinct(app):
        url, headers = address(app, route), all_scopes(app)
        if route.path not in open_to_all:
            for origin in ("https://evil.example", "null", app.url + ".evil.example"):
                async with client.request(route.method, url, headers={**headers, "Origin": origin}) as answer:
                    await is_refused(app, route, answer, "origin-refused")
                    assert "Access-Control-Allow-Origin" not in answer.headers
        async with client.request("PATCH", url, headers=headers) as answer:
            await is_refused(app, route, answer, "method-not-allowed")
            assert answer.headers["Allow"]
    await alive(client, app)


async def test_no_door_takes_more_than_it_says(app: App, client: aiohttp.ClientSession) -> None:
    for route in distinct(app):
        if route.kind == "http":
            data = b"x" * (route.limit + 1)
            ours = {**all_scopes(app), "Origin": app.url}
            async with client.request(route.method, address(app, route), headers=ours, data=data) as answer:
                await is_refused(app, route, answer, "too-large")
        else:
            async with client.ws_connect(address(app, route), headers=all_scopes(app)) as page:
                await page.send_bytes(b"x" * (route.limit + 1))
                async with asyncio.timeout(10):
                    while (await page.receive()).type not in {WSMsgType.CLOSE, WSMsgType.CLOSED}:
                        pass
                # A protocol may have closed it before: nobody has signed in.
                assert page.close_code in {closed_with(app, route, code) for code in (TOO_LARGE, GOING_AWAY)}
    await alive(client, app)


async def test_garbage_hurts_no_door(app: App, client: aiohttp.ClientSession) -> None:
    for route in distinct(app):
        for data in GARBAGE:
            if route.kind == "ws":
                await thrown_at_socket(client, address(app, route), data)
            elif len(data) <= route.limit:
                await thrown(client, app, route, data)
    for query in (
        "?after=nonsense",
        "?after=%00",
        "?limit=-1",
        "?limit=x",
        "?after=" + "9" * 5000,
        "?a=1&a=2",
    ):
        for route in distinct(app):
            if route.kind == "http" and route.method == "GET":
                async with client.get(address(app, route) + query, headers=all_scopes(app)) as answer:
                    text = await answer.text()
                    assert answer.status < 500, (route, query, text)
                    assert "Traceback" not in text
    await alive(client, app)


async def thrown(client: aiohttp.ClientSession, app: App, route: Route, data: bytes) -> None:
    async with client.request(
        route.method, address(app, route), headers=all_scopes(app), data=data
    ) as answer:
        text = await answer.text()
        assert "Traceback" not in text
        assert answer.status < 500, (route, data[:60], text)
        if answer.status >= 400 and answer.content_type == "application/json":
            own = in_own_words(app, route, "bad-request")
            told = json.loads(text)
            assert own is not None or told["error"]["code"] in ERRORS, (route, text)


async def thrown_at_socket(client: aiohttp.ClientSession, url: str, data: bytes) -> None:
    async with client.ws_connect(url) as page:
        for kind in (page.send_bytes(data), page.send_str(data.decode(errors="replace"))):
            try:
                await kind
            except ConnectionError:
                return
        async with asyncio.timeout(5):
            message = await page.receive()
        if message.type is WSMsgType.TEXT:
            told: dict[str, Any] = json.loads(message.data)
            assert told["type"] == "error"
            assert told["error"]["code"] in ERRORS
        else:
            assert message.type in {WSMsgType.CLOSE, WSMsgType.CLOSED}


async def test_a_socket_door_answers_a_plain_request_in_json(app: App, client: aiohttp.ClientSession) -> None:
    for route in routes(app):
        if route.kind == "ws":
            async with client.get(address(app, route), headers=all_scopes(app)) as answer:
                assert await refused(answer) == "bad-request"
            with pytest.raises(WSServerHandshakeError):
                await client.ws_connect(address(app, route), origin="https://evil.example")
