"""A login that the browser keeps, and the pages that protocols bring along."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from cordboard.app import App, running
from cordboard.contract import LOGIN_COOKIE, Route
from cordboard.settings import Settings
from cordboard.web.doors import Door, Visit
from cordboard.web.statics import page_door

CRM = "https://crm.example"


@pytest.fixture
async def app(settings: Callable[..., Settings]) -> AsyncIterator[App]:
    made = settings(links=[], demo={"agent": "mia"}, web={"origins": [CRM]})
    async with running(made) as started:
        yield started


async def asked(
    app: App, path: str, body: object, *, cookie: str = "", token: str = "", origin: str | None = None
) -> tuple[int, Any, list[str]]:
    headers = {"Origin": app.url if origin is None else origin}
    if not headers["Origin"]:
        headers = {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if cookie:
        headers["Cookie"] = f"{LOGIN_COOKIE}={cookie}"
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.post(app.url + path, data=msgspec.json.encode(body), headers=headers) as answer,
    ):
        return answer.status, await answer.json(), answer.headers.getall("Set-Cookie", [])


async def kept(app: App, *, framed: bool = False) -> tuple[str, str, str]:
    """A token, the cookie that keeps its login, and how the cookie was set."""
    _, login, _ = await asked(app, "/v1/demo", {})
    status, _, cookies = await asked(app, "/v1/remember", {"framed": framed}, token=login["token"])
    assert status == 200
    return login["token"], cookies[0].partition(";")[0].partition("=")[2], cookies[0]


async def test_a_kept_login_gives_new_tokens(app: App) -> None:
    _, cookie, how = await kept(app)
    assert "HttpOnly" in how
    assert "SameSite=Lax" in how
    assert "Partitioned" not in how
    status, login, _ = await asked(app, "/v1/recall", {}, cookie=cookie)
    assert (status, login["identity"]["agent"]) == (200, "mia")
    assert app.identities.bearer(login["token"]).identity.agent == "mia"


async def test_within_another_site_the_cookie_is_kept_apart(app: App) -> None:
    _, _, how = await kept(app, framed=True)
    assert {"Partitioned", "Secure", "SameSite=None", "HttpOnly"} <= {part.strip() for part in how.split(";")}


async def test_neither_passes_for_the_other(app: App) -> None:
    token, cookie, _ = await kept(app)
    status, login, cookies = await asked(app, "/v1/recall", {}, cookie=token)
    assert (status, login) == (200, None)
    assert all("Max-Age=0" in item for item in cookies)
    status, refused, _ = await asked(app, "/v1/renew", {}, token=cookie)
    assert (status, refused["error"]["code"]) == (401, "token-invalid")


@pytest.mark.parametrize("origin", [CRM, CRM + ":8443", "null"])
async def test_pages_of_others_recall_nothing(app: App, origin: str) -> None:
    _, cookie, _ = await kept(app)
    for body in ({}, {"forget": True}):
        status, refused, _ = await asked(app, "/v1/recall", body, cookie=cookie, origin=origin)
        assert (status, refused["error"]["code"]) == (403, "origin-refused")
    assert (await asked(app, "/v1/recall", {}, cookie=cookie))[1] is not None, "the login was not ended"


async def test_who_says_no_origin_recalls_nothing(app: App) -> None:
    _, cookie, _ = await kept(app)
    status, refused, _ = await asked(app, "/v1/recall", {}, cookie=cookie, origin="")
    assert (status, refused["error"]["code"]) == (403, "origin-refused")


async def test_a_forgotten_login_is_over(app: App) -> None:
    _, cookie, _ = await kept(app)
    status, _, cookies = await asked(app, "/v1/recall", {"forget": True}, cookie=cookie)
    assert status == 200
    assert len(cookies) == 2
    assert all("Max-Age=0" in item for item in cookies)
    assert (await asked(app, "/v1/recall", {}, cookie=cookie))[1] is None


async def test_a_browser_that_keeps_nothing_did_nothing_wrong(app: App) -> None:
    assert await asked(app, "/v1/recall", {}) == (200, None, [])


async def test_a_minted_token_is_no_login_to_keep(app: App) -> None:
    token, _ = app.tokens.mint("mia", frozenset({"agent:mia"}), seconds=60, now=app.hub.clock.now())
    status, refused, _ = await asked(app, "/v1/remember", {}, token=token)
    assert (status, refused["error"]["code"]) == (403, "not-allowed")


async def served(door: Door, *, local: bool = True) -> tuple[str, dict[str, str]]:
    visit = Visit(request=None, route=door.route, params={}, address="", local=local)  # type: ignore[arg-type]
    answer = await door.serve(visit)
    assert isinstance(answer, aiohttp.web.Response)
    return answer.text or "", dict(answer.headers)


async def test_a_page_that_may_be_embedded_names_its_embedders(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<meta content="{{embedders}}">')
    route = Route(kind="http", path="/a", name="a", page="a.html", embed=True)
    text, headers = await served(page_door(route, [CRM], tmp_path))
    assert text == f'<meta content="{CRM}">'
    assert f"frame-ancestors 'self' {CRM};" in headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in headers
    assert "Cross-Origin-Opener-Policy" not in headers


async def test_a_page_is_told_whether_it_may_sign_in_by_the_demo(tmp_path: Path) -> None:
    """One that had to ask would put an error into its console wherever there is none."""
    (tmp_path / "a.html").write_text("{{demo}}")
    route = Route(kind="http", path="/a", name="a", page="a.html")
    shown = page_door(route, [], tmp_path, demo=True)
    assert (await served(shown))[0] == "yes"
    assert (await served(shown, local=False))[0] == "no"
    assert (await served(page_door(route, [], tmp_path)))[0] == "no"


async def test_any_other_page_of_a_protocol_is_embedded_by_nobody(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("{{embedders}}")
    route = Route(kind="http", path="/a", name="a", page="a.html")
    text, headers = await served(page_door(route, [CRM], tmp_path))
    assert text == ""
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert CRM not in headers["Content-Security-Policy"]
