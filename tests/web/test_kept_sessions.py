"""Sessions that a cookie leads back to: they keep themselves with the reply to a login, and nobody else begins one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from cordboard.app import App

Until = Callable[[Callable[[], object]], Awaitable[None]]


async def asked(
    client: aiohttp.ClientSession, app: App, method: str, path: str, cookies: dict[str, str] | None = None
) -> tuple[int, str, list[str]]:
    async with client.request(method, f"{app.url}{path}", cookies=cookies) as answer:
        return answer.status, await answer.text(), answer.headers.getall("Set-Cookie", [])


def named(set_cookie: str) -> dict[str, str]:
    name, _, value = set_cookie.partition(";")[0].partition("=")
    return {name: value}


async def entered(client: aiohttp.ClientSession, app: App) -> dict[str, str]:
    _, _, (cookie,) = await asked(client, app, "POST", "/echo/enter")
    return named(cookie)


async def test_a_session_that_keeps_itself_gets_the_requests_with_its_key(
    app: App, client: aiohttp.ClientSession
) -> None:
    one, two = await entered(client, app), await entered(client, app)
    counts = [
        (await asked(client, app, "GET", "/echo/inside", cookies=who))[1] for who in (one, one, two, one)
    ]
    assert counts == ["1", "2", "1", "3"]
    assert app.hub.metrics.pages == 2


async def test_who_waits_is_answered_although_another_session_has_the_key_now(
    app: App, client: aiohttp.ClientSession, until: Until
) -> None:
    """Several requests with a token that outlived its session may each begin one; the last one is kept."""
    cookie = {"desk": "the-token"}
    await asked(client, app, "POST", "/echo/enter?key=the-token")
    waiting = asyncio.ensure_future(asked(client, app, "GET", "/echo/inside?held=1", cookies=cookie))
    kept = app.edge._calls._kept["echo", "the-token"]
    await until(lambda: not kept.caller.idle)
    await asked(client, app, "POST", "/echo/enter?key=the-token")
    assert app.edge._calls._kept["echo", "the-token"] is not kept
    assert (await asked(client, app, "GET", "/echo/inside", cookies=cookie))[1] == "1"
    assert (await waiting)[:2] == (200, "late")
    await until(lambda: app.hub.metrics.pages == 1)


async def test_a_made_up_key_begins_nothing_that_stays(app: App, client: aiohttp.ClientSession) -> None:
    for _ in range(3):
        status, body, _ = await asked(client, app, "GET", "/echo/inside", cookies={"desk": "made-up"})
        assert (status, body) == (200, "1")
    assert app.hub.metrics.pages == 0


async def test_a_kept_session_ends_when_it_closes_itself(
    app: App, client: aiohttp.ClientSession, until: Until
) -> None:
    cookie = await entered(client, app)
    assert (await asked(client, app, "GET", "/echo/inside", cookies=cookie))[1] == "1"
    assert (await asked(client, app, "POST", "/echo/leave", cookies=cookie))[0] == 200
    await until(lambda: not app.hub.metrics.pages)
    assert (await asked(client, app, "GET", "/echo/inside", cookies=cookie))[1] == "1"
    assert app.hub.metrics.pages == 0


async def test_a_kept_session_that_nobody_uses_is_forgotten(
    start: Callable[..., Any], client: aiohttp.ClientSession, until: Until
) -> None:
    app = await start(web={"session_idle": 1})
    await entered(client, app)
    assert app.hub.metrics.pages == 1
    await until(lambda: not app.hub.metrics.pages)


@pytest.mark.parametrize(
    ("web", "headers", "secure"),
    [
        ({}, {}, False),
        ({}, {"X-Forwarded-Proto": "https"}, False),
        ({"trusted_proxies": ["127.0.0.1"]}, {"X-Forwarded-Proto": "https"}, True),
        ({"trusted_proxies": ["127.0.0.1"]}, {"X-Forwarded-Proto": "http"}, False),
        ({"public": "https://cti.example"}, {"Host": "cti.example"}, True),
        ({"public": "https://cti.example"}, {}, False),
    ],
)
async def test_a_cookie_is_for_https_alone_where_the_caller_came_that_way(
    start: Callable[..., Any],
    client: aiohttp.ClientSession,
    web: dict[str, Any],
    headers: dict[str, str],
    *,
    secure: bool,
) -> None:
    app = await start(web=web)
    url = f"http://127.0.0.1:{app.edge.port}/echo/enter"
    async with client.post(url, headers=headers) as answer:
        (cookie,) = answer.headers.getall("Set-Cookie")
    assert ("Secure" in cookie) is secure
