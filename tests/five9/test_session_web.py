"""The session behind the real web edge: cookies, other sites' pages, a hub that stops and comes back. On the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from cordboard.app import App, running
from cordboard.contract import LOGIN_COOKIE
from cordboard.protocols.five9 import wire
from cordboard.settings import parsed
from cordboard.web.accounts import Accounts
from tests.browser.hosting import PASSWORD, write_accounts

SITE = "https://acme.lightning.force.com"
LOGIN = {"passwordCredentials": {"username": "mia", "password": PASSWORD}, "policy": "AttachExisting"}
REST = "/appsvcs/rs/svc"
MIA = {"mia": ["agent:mia"]}

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def hub(
    folder: Path,
    accounts: Mapping[str, Sequence[str]] = MIA,
    **more: Any,  # noqa: ANN401 - settings
) -> AsyncIterator[tuple[App, str]]:
    """A Cordboard with a quiet simulator, and where it is."""
    if not (folder / "accounts.json").exists():  # written anew they are others, which ends their logins
        write_accounts(folder, accounts)
    settings = parsed(
        {
            "data": str(folder),
            "web": {"port": 0, "origins": [SITE]},
            "links": [{"name": "sim", "protocol": "simulator", "options": {"people": False}}],
            **more,
        }
    )
    async with running(settings) as app:
        await app.hub.settled()
        yield app, f"http://127.0.0.1:{app.edge.port}"


async def login(client: aiohttp.ClientSession, url: str) -> wire.Login:
    async with client.post(f"{url}{REST}/auth/login", json=LOGIN) as answer:
        assert answer.status == 200
        return wire.decoded(await answer.read(), wire.Login)


async def test_a_page_of_another_site_may_do_what_five9s_pages_do(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, url), aiohttp.ClientSession() as client:
        asks = {
            "Origin": SITE,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "content-type,farmid,x-requested-with",
        }
        async with client.options(f"{url}{REST}/agents/mia/presence", headers=asks) as allowed:
            assert allowed.status == 204
            told = allowed.headers
            assert told["Access-Control-Allow-Origin"] == SITE
            assert told["Access-Control-Allow-Credentials"] == "true"
            assert told["Access-Control-Allow-Headers"] == (
                "authorization, content-type, farmid, x-requested-with"
            )
            assert {"GET", "PUT"} <= set(told["Access-Control-Allow-Methods"].split(", "))
            assert told["Vary"] == "Origin"
        async with client.get(f"{url}{REST}/auth/metadata", headers={"Origin": SITE}) as answer:
            assert answer.status == 401
            assert answer.headers["Access-Control-Allow-Origin"] == SITE
            assert "five9ExceptionDetail" in await answer.json()
        async with client.get(f"{url}{REST}/auth/metadata", headers={"Origin": "https://evil.example"}) as no:
            assert no.status == 403
            assert "five9ExceptionDetail" in await no.json()
        async with client.post(f"{url}{REST}/auth/metadata", headers={"Origin": SITE}) as other:
            assert (other.status, other.headers["Allow"]) == (405, "GET")
            assert other.headers["Access-Control-Allow-Origin"] == SITE
            assert "five9ExceptionDetail" in await other.json()
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.ws_connect(f"{url}/appsvcs/ws/x", headers={"Origin": "https://evil.example"})


async def test_cookies_are_for_pages_of_other_sites(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, url), aiohttp.ClientSession() as client:
        async with client.post(f"{url}{REST}/auth/login", json=LOGIN) as answer:
            cookies = answer.headers.getall("Set-Cookie")
        assert len(cookies) == 4
        assert all("SameSite=None" in item and "HttpOnly" in item for item in cookies)
        assert not any("Domain=" in item for item in cookies)


async def test_a_hub_that_stops_asks_back_and_knows_the_login_again(tmp_path: Path) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        async with hub(tmp_path) as (app, url):
            told = await login(client, url)
            place = told.metadata.data_centers[0].api_urls[0]
            assert (place.host, int(place.port)) == ("127.0.0.1", app.edge.port)
            socket = await client.ws_connect(f"{url}/appsvcs/ws/0055e000003XYZ")
            first = wire.frame_of(await socket.receive_str(timeout=10))
            assert first.context.event_id == "1010"
            await socket.send_str("ping")
            assert wire.frame_of(await socket.receive_str(timeout=10)).context.event_id == "1202"
        while (end := await socket.receive(timeout=10)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert (end.type, end.data) == (aiohttp.WSMsgType.CLOSE, 1003)
        proof = {"Authorization": wire.BEARER + told.token_id, "farmId": told.context.farm_id}
        async with hub(tmp_path) as (_, url):
            async with client.get(f"{url}{REST}/auth/metadata", headers=proof) as answer:
                assert wire.decoded(await answer.read(), wire.Login).user_id == "mia"
            again = await client.ws_connect(f"{url}/appsvcs/ws/0055e000003XYZ", headers=proof)
            assert wire.frame_of(await again.receive_str(timeout=10)).context.event_id == "1010"
            await again.close()
            async with client.post(f"{url}{REST}/auth/logout", headers=proof) as answer:
                assert answer.status == 204
            async with client.get(f"{url}{REST}/auth/metadata", headers=proof) as answer:
                assert answer.status == 401
        async with (
            hub(tmp_path) as (_, url),
            client.get(f"{url}{REST}/auth/metadata", headers=proof) as answer,
        ):
            assert answer.status == 401, "a logout outlives the hub"


async def test_the_token_is_good_for_nothing_else_and_ends_with_the_account(tmp_path: Path) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
        async with hub(tmp_path) as (_, url):
            token = (await login(client, url)).token_id
            bearer = {"Authorization": f"Bearer {token}"}
            async with client.get(f"{url}/v1/subjects", headers=bearer) as answer:
                assert answer.status == 401
            kept = {"Cookie": f"{LOGIN_COOKIE}={token}", "Origin": url}
            async with client.post(f"{url}/v1/recall", json={}, headers=kept) as answer:
                assert await answer.json() is None
            proof = {"Authorization": wire.BEARER + token}
            socket = await client.ws_connect(f"{url}/appsvcs/ws/x", headers=proof)
            Accounts(tmp_path / "accounts.json").remove("mia")
            while (end := await socket.receive(timeout=10)).type is aiohttp.WSMsgType.TEXT:
                pass
            assert (end.type, end.data) == (aiohttp.WSMsgType.CLOSE, 1003), (
                "come back, to be asked who you are"
            )
            async with client.get(f"{url}{REST}/auth/metadata", headers=proof) as answer:
                assert answer.status == 401
                assert wire.fault_of(await answer.read()) is not None
        async with (
            hub(tmp_path) as (_, url),
            client.get(f"{url}{REST}/auth/metadata", headers=proof) as answer,
        ):
            assert answer.status == 401


async def test_many_requests_at_once_after_a_restart_are_all_answered(tmp_path: Path) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
        async with hub(tmp_path) as (_, url):
            told = await login(client, url)
        proof = {"Authorization": wire.BEARER + told.token_id, "farmId": told.context.farm_id}
        async with hub(tmp_path) as (_, url):

            async def ask(method: str, path: str) -> int:
                place = f"{url}{REST}/agents/mia/{path}"
                async with client.request(method, place, headers=proof, json={}) as answer:
                    await answer.read()
                    return answer.status

            asked = [("GET", "login_state"), ("PUT", "session_start")] * 8
            async with asyncio.timeout(10):
                statuses = await asyncio.gather(*(ask(*item) for item in asked))
            assert set(statuses) == {200, 204}


async def test_a_wrong_password_is_said_in_five9s_words(tmp_path: Path) -> None:
    async with hub(tmp_path) as (_, url), aiohttp.ClientSession() as client:
        body = {"passwordCredentials": {"username": "mia", "password": "no"}}
        async with client.post(f"{url}{REST}/auth/login", json=body) as answer:
            assert answer.status == 401
            assert wire.fault_of(await answer.read()) is not None
        async with client.post(f"{url}{REST}/auth/login", data=b"x" * 100_000) as answer:
            assert answer.status == 413
            assert wire.fault_of(await answer.read()) is not None
