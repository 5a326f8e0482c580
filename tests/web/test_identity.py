from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec

import aiohttp
import pytest
from argon2 import PasswordHasher
from joserfc import jwt
from joserfc.jwk import OctKey

from cordboard.app import App
from cordboard.model.errors import CallerError
from cordboard.web.accounts import NOBODY, Accounts
from cordboard.web.api_keys import ApiKeys
from cordboard.web.scopes import checked, missing
from cordboard.web.tokens import Tokens, key_file, key_text, rotate
from cordboard.web.vault import UnreadableError, Vault

P = ParamSpec("P")

NOW = 1_767_225_600_000
ANN = frozenset({"agent:ann"})


def code_of(what: Callable[P, object], *args: P.args, **more: P.kwargs) -> str:
    with pytest.raises(CallerError) as refused:
        what(*args, **more)
    return refused.value.code


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def b64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(key_file(tmp_path / "keys.json"))


def test_a_token_says_who_bears_it(tokens: Tokens) -> None:
    token, _ = tokens.mint("ann", ANN, seconds=60, now=NOW, agent="ann")
    identity = tokens.verify(token, NOW).identity()
    assert (identity.subject, identity.agent, identity.scopes) == ("ann", "ann", ANN)
    assert identity.expires == NOW + 60_000


def test_a_token_is_over_at_its_second(tokens: Tokens) -> None:
    token, _ = tokens.mint("ann", ANN, seconds=60, now=NOW)
    tokens.verify(token, NOW + 59_999)
    assert code_of(tokens.verify, token, NOW + 60_000) == "token-expired"


def test_what_is_not_a_token_of_ours_is_invalid(tokens: Tokens, tmp_path: Path) -> None:
    token, claims = tokens.mint("ann", ANN, seconds=60, now=NOW)
    head, body, signature = token.split(".")
    edited = json.loads(base64.urlsafe_b64decode(body + "=="))
    foreign, _ = Tokens(key_file(tmp_path / "other.json")).mint("ann", ANN, seconds=60, now=NOW)
    kid = json.loads(base64.urlsafe_b64decode(head + "=="))["kid"]
    other_key = jwt.encode({"alg": "HS256", "kid": kid}, edited, OctKey.import_key(os.urandom(32)))
    forged = {
        "nothing": "",
        "no token": "x",
        "two parts": f"{head}.{body}",
        "edited claims": f"{head}.{b64({**edited, 'scopes': ['tenant:command']})}.{signature}",
        "no algorithm": f"{b64({'alg': 'none', 'kid': kid})}.{body}.",
        "no algorithm, signed": f"{b64({'alg': 'none', 'kid': kid})}.{body}.{signature}",
        "no key id": f"{b64({'alg': 'HS256'})}.{body}.{signature}",
        "another hub's": foreign,
        "another key of this id": other_key,
        "cut": token[:-1],
        "too long": token + "A" * 5000,
        "not ASCII": "é" + token,
        "with a surrogate": "\udc80" + token,
        "nested header": f"{b64([])}.{body}.{signature}",
    }
    codes = {name: code_of(tokens.verify, text, NOW) for name, text in forged.items()}
    assert set(codes.values()) == {"token-invalid"}, codes
    assert claims.sub == "ann"


def test_signed_claims_of_another_shape_are_invalid() -> None:
    secret = base64.urlsafe_b64encode(b"s" * 32).decode()
    tokens = Tokens(key_text(f"one:{secret}"))
    key = OctKey.import_key(b"s" * 32)
    for claims in ({}, {"sub": "ann"}, {"sub": 1, "scopes": "tenant", "exp": "soon", "iat": 0, "jti": ""}):
        signed = jwt.encode({"alg": "HS256", "kid": "one"}, claims, key)
        assert code_of(tokens.verify, signed, NOW) == "token-invalid"


def test_keys_rotate_under_a_running_hub(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    tokens = Tokens(key_file(path))
    old, _ = tokens.mint("ann", ANN, seconds=60, now=NOW)
    kid = rotate(path)
    new, _ = tokens.mint("ann", ANN, seconds=60, now=NOW)
    head = json.loads(base64.urlsafe_b64decode(new.split(".")[0] + "=="))
    assert head["kid"] == kid
    assert tokens.verify(old, NOW).sub == tokens.verify(new, NOW).sub == "ann"
    rotate(path)
    rotate(path)
    assert code_of(tokens.verify, old, NOW) == "token-invalid"


def test_keys_of_the_environment_have_to_be_strong() -> None:
    assert code_of(key_text, "one:c2hvcnQ") == "bad-field"
    assert code_of(key_text, "nothing") == "bad-field"


def test_secrets_on_disk_are_their_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    Tokens(key_file(folder / "keys.json")).mint("ann", ANN, seconds=60, now=NOW)
    ApiKeys(folder / "api-keys.json").add("crm", frozenset({"agent:*"}))
    assert mode(folder) == 0o700
    assert {mode(file) for file in folder.iterdir()} == {0o600}


def test_a_vault_sees_what_another_process_wrote_and_refuses_what_is_broken(tmp_path: Path) -> None:
    one: Vault[dict[str, int]] = Vault(tmp_path / "v.json", dict[str, int], {})
    two: Vault[dict[str, int]] = Vault(tmp_path / "v.json", dict[str, int], {})
    assert one.read() == {}
    two.change(lambda value: {**value, "a": 1})
    assert one.read() == {"a": 1}
    (tmp_path / "v.json").write_text("{")
    with pytest.raises(UnreadableError, match="cannot read"):
        one.read()


async def test_an_account_logs_in_with_its_password_alone(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path / "accounts.json")
    accounts.add("ann", "correct horse", ANN, "ann")
    found = await accounts.verify("ann", "correct horse")
    assert (found.subject, found.scopes, found.agent) == ("ann", ANN, "ann")
    for name, password in (
        ("ann", "wrong horse"),
        ("bob", "correct horse"),
        ("ann", ""),
        ("ann", "x" * 5000),
    ):
        with pytest.raises(CallerError) as refused:
            await accounts.verify(name, password)
        assert refused.value.code == "wrong-password"


async def test_a_changed_password_is_the_only_one_from_then_on(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path / "accounts.json")
    accounts.add("ann", "correct horse", ANN)
    await accounts.verify("ann", "correct horse")
    Accounts(tmp_path / "accounts.json").set_password("ann", "battery staple")
    with pytest.raises(CallerError):
        await accounts.verify("ann", "correct horse")
    assert (await accounts.verify("ann", "battery staple")).subject == "ann"
    accounts.remove("ann")
    with pytest.raises(CallerError):
        await accounts.verify("ann", "battery staple")


async def test_a_verified_password_is_not_hashed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = Accounts(tmp_path / "accounts.json")
    accounts.add("ann", "correct horse", ANN)
    await accounts.verify("ann", "correct horse")
    monkeypatch.setattr("cordboard.web.accounts._matches", lambda *_: pytest.fail("hashed again"))
    assert (await accounts.verify("ann", "correct horse")).subject == "ann"


def test_accounts_refuse_what_makes_no_sense(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path / "accounts.json")
    assert code_of(accounts.remove, "ann") == "not-found"
    accounts.add("ann", "correct horse", ANN)
    assert code_of(accounts.add, "ann", "correct horse", ANN) == "bad-field"
    assert code_of(accounts.add, "Ann!", "correct horse", ANN) == "bad-field"
    assert code_of(accounts.add, "bob", "short", ANN) == "bad-field"
    assert code_of(accounts.add, "bob", "correct horse", frozenset({"root"})) == "bad-field"
    assert code_of(accounts.remove, "bob") == "not-found"
    assert code_of(accounts.set_password, "bob", "correct horse") == "not-found"
    assert set(accounts.names()) == {"ann"}


def test_an_api_key_is_stored_hashed_and_told_once(tmp_path: Path) -> None:
    keys = ApiKeys(tmp_path / "keys.json")
    text = keys.add("crm", frozenset({"agent:*"}))
    id_, found = keys.verify(text)
    assert found.grants == ("agent:*",)
    assert text.rpartition("_")[2] not in (tmp_path / "keys.json").read_text()
    assert code_of(keys.verify, text[:-1] + ("A" if text[-1] != "A" else "B")) == "wrong-api-key"
    assert code_of(keys.verify, "nonsense") == "wrong-api-key"
    keys.remove(id_)
    assert code_of(keys.verify, text) == "wrong-api-key"
    assert code_of(keys.remove, id_) == "not-found"


@pytest.mark.parametrize(
    ("grants", "wanted", "lacking"),
    [
        ({"agent:ann"}, {"agent:ann"}, ""),
        ({"agent:*"}, {"agent:ann", "agent:bob"}, ""),
        ({"agent:*"}, {"team:crew"}, "team:crew"),
        ({"tenant"}, {"agent:ann"}, "agent:ann"),
        ({"tenant:command"}, {"agent:ann", "team:crew", "tenant"}, ""),
        ({"tenant:command"}, {"simulate"}, "simulate"),
        ({"tenant:command"}, {"mint"}, "mint"),
        ({"tenant"}, {"tenant:command"}, "tenant:command"),
    ],
)
def test_grants_cover_no_more_than_they_say(grants: set[str], wanted: set[str], lacking: str) -> None:
    assert missing(grants, wanted) == lacking


def test_scopes_are_well_formed() -> None:
    assert checked(["agent:ann", "tenant"]) == {"agent:ann", "tenant"}
    for scope in ("agent:*", "agent:", "root", "agent:a b", "tenant:x", ""):
        assert code_of(checked, [scope]) == "bad-field"
    assert checked(["agent:*"], grants=True) == {"agent:*"}


# --- the doors ------------------------------------------------------------------------------------------------------


async def post(
    client: aiohttp.ClientSession, app: App, path: str, body: object, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    async with client.post(app.url + path, json=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_login_gives_a_token_that_renews_itself_and_can_be_ended(
    app: App, client: aiohttp.ClientSession
) -> None:
    accounts = Accounts(app.settings.folder / "accounts.json")
    accounts.add("ann", "correct horse", ANN, "ann")
    status, login = await post(client, app, "/v1/login", {"user": "ann", "password": "correct horse"})
    assert status == 200
    assert login["identity"]["scopes"] == ["agent:ann"]
    assert login["expires"] == login["identity"]["expires"]
    header = {"Authorization": f"Bearer {login['token']}"}
    status, renewed = await post(client, app, "/v1/renew", {}, header)
    assert (status, renewed["identity"]["subject"]) == (200, "ann")
    assert renewed["token"] != login["token"]
    assert (await post(client, app, "/v1/logout", {}, header))[0] == 200
    status, error = await post(client, app, "/v1/renew", {}, header)
    assert (status, error["error"]["code"]) == (401, "token-invalid")
    status, error = await post(client, app, "/v1/login", {"user": "ann", "password": "wrong horse"})
    assert (status, error["error"]["code"]) == (401, "wrong-password")


async def test_the_login_of_an_account_that_was_taken_away_is_carried_on_by_nothing(
    app: App, client: aiohttp.ClientSession
) -> None:
    accounts = Accounts(app.settings.folder / "accounts.json")
    accounts.add("ann", "correct horse", ANN, "ann")
    _, login = await post(client, app, "/v1/login", {"user": "ann", "password": "correct horse"})
    header = {"Authorization": f"Bearer {login['token']}"}
    async with client.post(app.url + "/v1/remember", json={}, headers=header) as answer:
        kept = {"Origin": app.url, "Cookie": answer.headers["Set-Cookie"].partition(";")[0]}
    assert "token" in (await post(client, app, "/v1/recall", {}, kept))[1]
    accounts.remove("ann")
    for path in ("/v1/renew", "/v1/remember"):
        status, error = await post(client, app, path, {}, header)
        assert (status, error["error"]["code"]) == (401, "token-invalid")
    status, recalled = await post(client, app, "/v1/recall", {}, kept)
    assert status == 200
    assert not recalled


async def test_a_minted_token_cannot_renew_itself(
    app: App, client: aiohttp.ClientSession, bearer: Callable[..., dict[str, str]]
) -> None:
    status, error = await post(client, app, "/v1/renew", {}, bearer())
    assert (status, error["error"]["code"]) == (403, "not-allowed")


async def test_a_back_end_mints_within_its_grants(app: App, client: aiohttp.ClientSession) -> None:
    key = ApiKeys(app.settings.folder / "api-keys.json").add("crm", frozenset({"agent:*"}))
    header = {"Authorization": f"ApiKey {key}"}
    status, login = await post(client, app, "/v1/tokens", {"agent": "bob", "ttl": 30}, header)
    assert (status, login["identity"]["scopes"], login["identity"]["agent"]) == (200, ["agent:bob"], "bob")
    assert app.tokens.verify(login["token"], app.hub.clock.now()).sub == "bob"
    for body, status, code, detail in (
        ({"scopes": ["tenant"]}, 403, "not-allowed", {"scope": "tenant"}),
        ({"agent": "bob", "scopes": ["agent:ann"]}, 400, "bad-field", {"field": "scopes"}),
        ({"scopes": ["agent:*"]}, 400, "bad-field", {"field": "scopes"}),
        ({}, 400, "bad-field", {"field": "scopes"}),
        ({"agent": "bob", "ttl": 10**9}, 400, "bad-field", {"field": "ttl"}),
        ({"agent": "bob", "ttl": 0}, 400, "bad-field", {"field": "ttl"}),
        ({"agent": 7}, 400, "bad-field", {"field": "agent"}),
        ({"agnet": "bob"}, 400, "bad-field", {"field": "agnet"}),
    ):
        found, error = await post(client, app, "/v1/tokens", body, header)
        assert (found, error["error"]["code"], error["error"]["details"]) == (status, code, detail), body
    found, error = await post(
        client, app, "/v1/tokens", {"agent": "bob"}, {"Authorization": f"ApiKey {key}x"}
    )
    assert (found, error["error"]["code"]) == (401, "wrong-api-key")
    found, error = await post(client, app, "/v1/tokens", {"agent": "bob"})
    assert (found, error["error"]["code"]) == (401, "not-authenticated")


async def test_the_scope_mint_mints_no_more_than_its_bearer_may(
    app: App, client: aiohttp.ClientSession, bearer: Callable[..., dict[str, str]]
) -> None:
    assert (await post(client, app, "/v1/tokens", {"agent": "bob"}, bearer("mint", "tenant:command")))[
        0
    ] == 200
    for header, scope in ((bearer("agent:bob"), "mint"), (bearer("mint", "agent:ann"), "agent:bob")):
        status, error = await post(client, app, "/v1/tokens", {"agent": "bob"}, header)
        assert (status, error["error"]["details"]) == (403, {"scope": scope})
    body = {"subject": "heir", "scopes": ["mint", "tenant"]}
    status, error = await post(client, app, "/v1/tokens", body, bearer("mint", "tenant"))
    assert (status, error["error"]["details"]) == (403, {"scope": "mint"}), "who mints cannot make minters"


async def test_the_demo_lets_in_callers_of_this_machine_alone(
    start: Callable[..., Any], client: aiohttp.ClientSession
) -> None:
    plain = await start()
    assert (await post(client, plain, "/v1/demo", {}))[0] == 404
    demo = await start(demo={"agent": "mia"}, data=str(plain.settings.folder) + "-demo")
    status, login = await post(client, demo, "/v1/demo", {})
    assert (status, login["identity"]["agent"]) == (200, "mia")
    assert login["identity"]["scopes"] == ["agent:mia", "inspect", "operate", "simulate", "tenant"]
    status, error = await post(client, demo, "/v1/demo", {}, {"X-Forwarded-For": "203.0.113.9"})
    assert (status, error["error"]["code"]) == (403, "not-allowed")
    status, error = await post(client, demo, "/v1/demo", {}, {"Origin": "http://evil.example"})
    assert (status, error["error"]["code"]) == (403, "origin-refused")


def test_an_unknown_name_costs_as_much_as_a_known_one() -> None:
    assert not PasswordHasher().check_needs_rehash(NOBODY), "hash it anew, as passwords are hashed now"


async def test_logins_are_tried_a_few_times_only(
    start: Callable[..., Any], client: aiohttp.ClientSession
) -> None:
    app = await start(web={"rate": {"login_per_minute": 0.01, "login_burst": 4}})  # none comes back meanwhile
    statuses = [
        (await post(client, app, "/v1/login", {"user": "nobody", "password": "guess"}))[0]
        for _ in range(app.settings.web.rate.login_burst)
    ]
    assert set(statuses) == {401}
    async with client.post(app.url + "/v1/login", json={"user": "nobody", "password": "guess"}) as answer:
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) > 60
        assert (await answer.json())["error"]["code"] == "too-many-requests"
