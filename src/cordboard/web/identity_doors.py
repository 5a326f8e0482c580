"""The doors at which tokens are given: `/v1/login`, `/v1/renew`, `/v1/tokens` and, in the demo, `/v1/demo`.

A page may have the browser keep its login (`/v1/remember`): in a cookie that no script reads, and that is good for one thing only,
a new token at `/v1/recall`. Pages of ours alone can ask: a listed origin on the same site, whose requests the cookie goes along
with, is refused as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import msgspec
from aiohttp import web

from cordboard.contract import LOGIN_COOKIE, Route
from cordboard.model.errors import CallerError
from cordboard.web.answers import json_answer
from cordboard.web.bodies import body_of
from cordboard.web.doors import Door, Visit
from cordboard.web.identity import Demo, Identities, Mint, Password, SignedIn

_LIMIT = 8 * 1024


class Remember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of `POST /v1/remember`. `framed`: the page stands within a page of another site."""

    framed: bool = False


class Recall(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of `POST /v1/recall`, which is answered with a `Login`, or `null`. `forget`: end the login instead."""

    forget: bool = False


def identity_doors(identities: Identities) -> Iterable[Door]:
    """The doors, as data and what serves them."""

    async def login(visit: Visit) -> web.StreamResponse:
        return json_answer(await identities.login(body_of(visit.body, Password), visit.address))

    async def renew(visit: Visit) -> web.StreamResponse:
        if visit.identity is None:
            raise CallerError("not-authenticated", "show the token to renew: Authorization: Bearer")
        return json_answer(identities.renew(SignedIn(identity=visit.identity, claims=visit.claims)))

    async def logout(visit: Visit) -> web.StreamResponse:
        if visit.claims is not None:
            await identities.sign_out(visit.claims)
        response = json_answer({"signed_out": True})
        _forget(visit, response)
        return response

    async def remember(visit: Visit) -> web.StreamResponse:
        if visit.identity is None:
            raise CallerError("not-authenticated", "show the token of a login: Authorization: Bearer")
        body = body_of(visit.body, Remember)
        value, seconds = identities.remembered(SignedIn(identity=visit.identity, claims=visit.claims))
        response = json_answer({"remembered": True})
        _keep(visit, response, value, seconds, framed=body.framed)
        return response

    async def recall(visit: Visit) -> web.StreamResponse:
        body = body_of(visit.body, Recall)
        kept = visit.request.cookies.get(LOGIN_COOKIE, "")
        response = json_answer(None)  # a browser that keeps nothing, or nothing that holds, did nothing wrong
        with suppress(CallerError):
            signed = identities.by_cookie(kept)
            if not body.forget:
                return json_answer(identities.renew(signed))
            if signed.claims is not None:
                await identities.sign_out(signed.claims)
        _forget(visit, response)
        return response

    async def tokens(visit: Visit) -> web.StreamResponse:
        kind, _, secret = visit.request.headers.get("Authorization", "").partition(" ")
        body = body_of(visit.body, Mint)
        match kind.lower():
            case "apikey":
                return json_answer(identities.mint_by_key(body, secret.strip(), visit.address))
            case "bearer":
                return json_answer(identities.mint_by_token(body, identities.bearer(secret.strip())))
            case _:
                raise CallerError("not-authenticated", "show an API key: Authorization: ApiKey <key>")

    async def demo(visit: Visit) -> web.StreamResponse:
        if not visit.local:
            raise CallerError("not-allowed", "the demo signs in callers from this machine only")
        return json_answer(identities.demo_login(body_of(visit.body, Demo)))

    yield Door(route=_route("/v1/login", "login", anonymous=True, cors=True), serve=login)
    yield Door(route=_route("/v1/renew", "renew", cors=True), serve=renew)
    yield Door(route=_route("/v1/logout", "logout", cors=True), serve=logout)
    yield Door(route=_route("/v1/remember", "remember"), serve=remember)
    yield Door(route=_route("/v1/recall", "recall", anonymous=True), serve=recall, own=True)
    yield Door(route=_route("/v1/tokens", "tokens", anonymous=True), serve=tokens)
    if identities.demo:
        yield Door(route=_route("/v1/demo", "demo", anonymous=True), serve=demo)


def _route(path: str, name: str, *, anonymous: bool = False, cors: bool = False) -> Route:
    return Route(
        kind="http", method="POST", path=path, name=name, anonymous=anonymous, cors=cors, limit=_LIMIT
    )


def _keep(visit: Visit, response: web.StreamResponse, value: str, seconds: int, *, framed: bool) -> None:
    """`framed`: for a page within another site's, where browsers keep cookies apart for each of those (or not at all)."""
    secure = framed or visit.origin.startswith("https:")
    response.headers.add("Set-Cookie", _cookie(value, seconds, framed=framed, secure=secure))


def _forget(visit: Visit, response: web.StreamResponse) -> None:
    if LOGIN_COOKIE in visit.request.cookies:
        # A cookie that is kept apart is another one than that of the same name which is not.
        for framed in (False, True):
            response.headers.add("Set-Cookie", _cookie("", 0, framed=framed, secure=framed))


def _cookie(value: str, seconds: int, *, framed: bool, secure: bool) -> str:
    """By hand: the standard library of Python 3.13 does not know `Partitioned`. The value is one of our tokens."""
    marks = "SameSite=None; Partitioned" if framed else "SameSite=Lax"
    return (
        f"{LOGIN_COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; {marks}{'; Secure' if secure else ''}"
    )
