"""The doors at which tokens are given: `/v1/login`, `/v1/renew`, `/v1/tokens` and, in the demo, `/v1/demo`."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from cordboard.contract import Route
from cordboard.model.errors import CallerError
from cordboard.web.answers import json_answer
from cordboard.web.bodies import body_of
from cordboard.web.doors import Door, Visit
from cordboard.web.identity import Demo, Identities, Mint, Password, SignedIn

_LIMIT = 8 * 1024


def identity_doors(identities: Identities) -> Iterable[Door]:
    """The doors, as data and what serves them."""

    async def login(visit: Visit) -> web.StreamResponse:
        return json_answer(await identities.login(body_of(visit.body, Password), visit.address))

    async def renew(visit: Visit) -> web.StreamResponse:
        if visit.identity is None:
            raise CallerError("not-authenticated", "show the token to renew: Authorization: Bearer")
        return json_answer(identities.renew(SignedIn(identity=visit.identity, claims=visit.claims)))

    async def logout(visit: Visit) -> web.StreamResponse:
        identities.sign_out(visit.claims)
        return json_answer({"signed_out": True})

    async def tokens(visit: Visit) -> web.StreamResponse:
        kind, _, secret = visit.request.headers.get("Authorization", "").partition(" ")
        body = body_of(visit.body, Mint)
        match kind.lower():
            case "apikey":
                return json_answer(identities.mint_by_key(body, secret.strip(), visit.address))
            case "bearer":
                return json_answer(identities.mint_by_token(body, identities.bearer(secret.strip()).identity))
            case _:
                raise CallerError("not-authenticated", "show an API key: Authorization: ApiKey <key>")

    async def demo(visit: Visit) -> web.StreamResponse:
        if not visit.local:
            raise CallerError("not-allowed", "the demo signs in callers from this machine only")
        return json_answer(identities.demo_login(body_of(visit.body, Demo)))

    yield Door(route=_route("/v1/login", "login", anonymous=True, cors=True), serve=login)
    yield Door(route=_route("/v1/renew", "renew", cors=True), serve=renew)
    yield Door(route=_route("/v1/logout", "logout", cors=True), serve=logout)
    yield Door(route=_route("/v1/tokens", "tokens", anonymous=True), serve=tokens)
    if identities.demo:
        yield Door(route=_route("/v1/demo", "demo", anonymous=True), serve=demo)


def _route(path: str, name: str, *, anonymous: bool = False, cors: bool = False) -> Route:
    return Route(
        kind="http", method="POST", path=path, name=name, anonymous=anonymous, cors=cors, limit=_LIMIT
    )
