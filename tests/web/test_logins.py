"""A login ends with whatever it came from, everywhere at once, and stays ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import WSMsgType

from cordboard.app import App
from cordboard.contract import SignIn
from cordboard.model.errors import CallerError
from cordboard.web.accounts import Accounts
from cordboard.web.api_keys import ApiKeys
from cordboard.web.signing import Signing
from cordboard.web.sockets import TOKEN_INVALID
from tests.hub.probe import Page, Probe

Start = Callable[..., Awaitable[App]]
Until = Callable[[Callable[[], object]], Awaitable[None]]
ANN = frozenset({"agent:ann"})
PASSWORD = "correct horse"
LOGIN = {"user": "ann", "password": PASSWORD}


@pytest.fixture
async def app(start: Start, tmp_path: Path) -> App:
    accounts(tmp_path).add("ann", PASSWORD, ANN | {"mint"}, "ann")
    return await start()


def accounts(tmp_path: Path) -> Accounts:
    """As another process, the command line, has them."""
    return Accounts(tmp_path / "data" / "accounts.json")


async def ask(app: App, path: str, body: object, authorization: str = "", **more: str) -> tuple[int, Any]:
    headers = {**more, **({"Authorization": authorization} if authorization else {})}
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.post(app.url + path, json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


async def token(app: App) -> str:
    return f"Bearer {(await ask(app, '/v1/login', LOGIN))[1]['token']}"


async def cookie(app: App, bearer: str) -> str:
    """What the browser keeps of this login."""
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.post(app.url + "/v1/remember", json={}, headers={"Authorization": bearer}) as answer,
    ):
        return answer.headers["Set-Cookie"].partition(";")[0]


async def recalled(app: App, kept: str) -> Any:  # noqa: ANN401 - a login, or nothing
    return (await ask(app, "/v1/recall", {}, Cookie=kept, Origin=app.url))[1]


async def code(app: App, bearer: str) -> str:
    """How a request with this token is refused; empty if it is not."""
    status, answer = await ask(app, "/echo/say", {}, bearer)
    return "" if status == 200 else str(answer["error"]["code"])


async def test_a_logout_ends_all_of_the_login_and_no_other(app: App) -> None:
    here, elsewhere = await token(app), await token(app)
    renewed = "Bearer " + (await ask(app, "/v1/renew", {}, here))[1]["token"]
    kept, other = await cookie(app, here), await cookie(app, elsewhere)
    minted = "Bearer " + (await ask(app, "/v1/tokens", {"agent": "ann"}, here))[1]["token"]
    assert (await ask(app, "/v1/logout", {}, minted))[0] == 200
    assert await code(app, minted) == "token-invalid"
    assert await code(app, here) == "", "whoever minted it goes on"
    assert (await ask(app, "/v1/logout", {}, here))[0] == 200
    assert [await code(app, item) for item in (here, renewed)] == ["token-invalid"] * 2
    assert await recalled(app, kept) is None
    assert await code(app, elsewhere) == ""
    assert await recalled(app, other) is not None


async def test_what_a_login_minted_ends_with_it(app: App) -> None:
    here = await token(app)
    minted = (await ask(app, "/v1/tokens", {"agent": "ann"}, here))[1]["token"]
    app.identities.bearer(minted)
    await ask(app, "/v1/logout", {}, here)
    with pytest.raises(CallerError, match="ended"):
        app.identities.bearer(minted)


async def test_a_logout_outlives_the_hub(start: Start, tmp_path: Path) -> None:
    accounts(tmp_path).add("ann", PASSWORD, ANN, "ann")
    before = await start()
    here, other = await token(before), await token(before)
    kept = await cookie(before, here)
    await ask(before, "/v1/logout", {}, here)
    after = await start()
    assert await code(after, here) == "token-invalid"
    assert await recalled(after, kept) is None
    assert await code(after, other) == ""


@pytest.mark.parametrize("change", ["password", "scopes", "removed"])
async def test_an_account_that_changes_ends_its_logins(app: App, tmp_path: Path, change: str) -> None:
    here = await token(app)
    kept = await cookie(app, here)
    minted = (await ask(app, "/v1/tokens", {"agent": "ann"}, here))[1]["token"]
    book = accounts(tmp_path)
    if change == "password":
        book.set_password("ann", "battery staple")
    else:
        book.remove("ann")
    if change == "scopes":
        book.add("ann", PASSWORD, frozenset({"agent:ann", "tenant"}), "ann")
    assert await code(app, here) == "token-invalid"
    assert await recalled(app, kept) is None
    with pytest.raises(CallerError, match="account"):
        app.identities.bearer(minted)
    if change == "scopes":
        assert await code(app, await token(app)) == ""


async def test_an_api_key_that_is_taken_away_ends_its_tokens(app: App, tmp_path: Path) -> None:
    ring = ApiKeys(tmp_path / "data" / "api-keys.json")
    keys = [ring.add("crm", frozenset({"agent:*"})) for _ in range(2)]
    gone, stays = [
        (await ask(app, "/v1/tokens", {"agent": "ann"}, f"ApiKey {key}"))[1]["token"] for key in keys
    ]
    ring.remove(keys[0].split("_")[1])
    with pytest.raises(CallerError, match="API key"):
        app.identities.bearer(gone)
    assert app.identities.bearer(stays).identity.agent == "ann"


async def end_of(page: aiohttp.ClientWebSocketResponse) -> object:
    while (message := await page.receive(timeout=10)).type is not WSMsgType.CLOSE:
        pass
    return message.data


@pytest.mark.parametrize("end", ["logout", "account", "key"])
async def test_sockets_of_a_login_that_is_over_are_closed(
    app: App, client: aiohttp.ClientSession, tmp_path: Path, end: str
) -> None:
    ring = ApiKeys(tmp_path / "data" / "api-keys.json")
    key = ring.add("crm", frozenset({"agent:*"}))
    if end == "key":
        bearer = "Bearer " + (await ask(app, "/v1/tokens", {"agent": "ann"}, f"ApiKey {key}"))[1]["token"]
    else:
        bearer = await token(app)
    signed_in = await client.ws_connect(app.url + "/echo/private", headers={"Authorization": bearer})
    shown = await client.ws_connect(app.url + "/echo/socket")
    by_password = end == "account"
    await shown.send_str(
        f"basic ann:{PASSWORD}" if by_password else f"hello {bearer.removeprefix('Bearer ')}"
    )
    other = await client.ws_connect(
        app.url + "/echo/private", headers={"Authorization": await token_of_bob(app)}
    )
    while "identified" not in (said := await shown.receive_str(timeout=10)):
        pass
    assert "ann" in said
    match end:
        case "logout":
            await ask(app, "/v1/logout", {}, bearer)
        case "account":
            accounts(tmp_path).set_password("ann", "battery staple")
        case _:
            ring.remove(key.split("_")[1])
    assert (await end_of(signed_in), await end_of(shown)) == (TOKEN_INVALID, TOKEN_INVALID)
    assert not other.closed
    await other.close()


@pytest.mark.parametrize("end", ["before", "another"])
async def test_who_sits_down_when_the_login_is_over_already_goes(app: App, end: str) -> None:
    """Between a look at a token and the seat lies a handshake, in which much can happen."""
    bearer, later = await token(app), await token(app)
    claims = app.identities.bearer(bearer.removeprefix("Bearer ")).claims
    await ask(app, "/v1/logout", {}, bearer)
    page = Page(app.hub, Probe(), "agent:ann")
    gone: list[str] = []
    signing = Signing(app.identities, app.hub.clock, "127.0.0.1", claims)
    signing.seated(page.seat, lambda refused: gone.append(refused.code))
    if end == "another":
        signing.sign_in(SignIn(kind="bearer", secret=later.removeprefix("Bearer ")))
    await app.hub.settled()
    assert gone == (["token-invalid"] if end == "before" else [])
    assert (page.seat.identity is None) == (end == "before")
    page.seat.leave()


async def token_of_bob(app: App) -> str:
    return (
        "Bearer " + app.tokens.mint("bob", frozenset({"agent:bob"}), seconds=60, now=app.hub.clock.now())[0]
    )


async def test_what_cannot_be_read_is_our_fault_and_tells_no_path(app: App, tmp_path: Path) -> None:
    here = await token(app)
    (tmp_path / "data" / "ended-logins.json").write_text("{")
    status, answer = await ask(app, "/echo/say", {}, here)
    assert (status, answer["error"]["code"]) == (500, "internal")
    assert "ended-logins" not in str(answer)
    kept = {"Cookie": "cordboard-login=x", "Origin": app.url}
    assert (await ask(app, "/v1/recall", {}, **kept))[0] == 200, "what is no token at all is none"
    (tmp_path / "data" / "ended-logins.json").unlink()
    assert await code(app, here) == ""


async def test_it_is_remembered_for_as_long_as_a_token_may_be_left(app: App, tmp_path: Path) -> None:
    accounts(tmp_path).add("bob", PASSWORD, frozenset({"agent:bob"}), "bob")
    file = tmp_path / "data" / "ended-logins.json"
    file.write_text('{"old": 1, "new": 99999999999}')
    now = app.hub.clock.now() // 1000
    settings = app.settings.identity
    bob = (await ask(app, "/v1/login", {**LOGIN, "user": "bob"}))[1]["token"]
    for shown in (await token_of_bob(app), f"Bearer {bob}", await token(app)):
        await ask(app, "/v1/logout", {}, shown)
    kept = msgspec.json.decode(file.read_bytes(), type=dict[str, int])
    assert "old" not in kept
    found = sorted(until - now for until in kept.values())
    minted, login, minter, other = found
    assert minted <= 60 + 10
    assert settings.login_seconds <= login <= settings.login_seconds + 10
    assert settings.token_seconds_max <= minter <= settings.token_seconds_max + 10
    assert other > 10**9


@pytest.mark.parametrize("then", ["look", "stop"])
async def test_a_logout_that_could_not_be_kept_is_kept_later(
    app: App, tmp_path: Path, until: Until, then: str
) -> None:
    file = tmp_path / "data" / "ended-logins.json"
    lock = file.with_name(f"{file.name}.lock")
    lock.mkdir()  # in the way of what is to be written
    here = await token(app)
    assert (await ask(app, "/v1/logout", {}, here))[0] == 200
    assert await code(app, here) == "token-invalid", "here it is over all the same"
    assert not file.exists()
    lock.rmdir()
    if then == "stop":
        await app.identities.logins.stop()
    await until(file.exists)
    assert len(msgspec.json.decode(file.read_bytes(), type=dict[str, int])) == 1


@pytest.mark.parametrize("word", ["hello {token}", "basic ann:correct horse", "cookie {cookie}"])
async def test_who_signs_in_is_answered_whatever_went_wrong(
    app: App, client: aiohttp.ClientSession, tmp_path: Path, word: str
) -> None:
    """A session waits for the answer: without one it would wait for ever."""
    here = await token(app)
    shown = {"token": here.partition(" ")[2], "cookie": (await cookie(app, here)).partition("=")[2]}
    for name in ("ended-logins.json", "accounts.json"):
        (tmp_path / "data" / name).write_text("{")
    async with client.ws_connect(app.url + "/echo/socket") as page:
        await page.send_str(word.format(**shown))
        assert [await page.receive_str(timeout=10) for _ in range(2)][1] == "identified internal"
