"""Getting a token over plain HTTP."""

from __future__ import annotations

from collections.abc import Sequence

import aiohttp
import msgspec

from cordboard.contract import Identity
from cordboard.model.errors import CallerError, CordboardError, ErrorReply, InternalError, VendorError
from cordboard.model.ids import Millis

TIMEOUT = aiohttp.ClientTimeout(total=10)


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """A token, until when it holds (Millis), and whose it is."""

    token: str
    expires: Millis
    identity: Identity


async def login(http: aiohttp.ClientSession, url: str, user: str, password: str) -> Login:
    """A token for a local account. `CallerError` `wrong-password` if that is not it."""
    return await _posted(http, f"{url}/v1/login", {"user": user, "password": password}, {})


async def mint(
    http: aiohttp.ClientSession,
    url: str,
    api_key: str,
    *,
    agent: str = "",
    scopes: Sequence[str] = (),
    seconds: int | None = None,
) -> Login:
    """A token for a page, minted with a back end's API key."""
    body: dict[str, object] = {"scopes": tuple(scopes)}
    body.update({"agent": agent} if agent else {})
    body.update({"ttl": seconds} if seconds is not None else {})
    return await _posted(http, f"{url}/v1/tokens", body, {"Authorization": f"ApiKey {api_key}"})


def error_of(status: int, data: bytes) -> CordboardError:
    """The error that an HTTP answer carries."""
    try:
        error = msgspec.json.decode(data, type=ErrorReply).error
        code, message, details = error.code, error.message, error.details
    except (msgspec.DecodeError, UnicodeError):
        code, message, details = "internal", f"HTTP {status} without an error body", {}
    kind = (
        CallerError
        if 400 <= status < 500  # noqa: PLR2004 - HTTP's own ranges
        else VendorError
        if status in (502, 504)
        else InternalError
    )
    return kind(code, message, details)


async def _posted(
    http: aiohttp.ClientSession, url: str, body: dict[str, object], headers: dict[str, str]
) -> Login:
    headers = {"Content-Type": "application/json", **headers}
    async with http.post(url, data=msgspec.json.encode(body), headers=headers, timeout=TIMEOUT) as answer:
        data = await answer.read()
        if answer.status != 200:  # noqa: PLR2004 - HTTP's own number
            raise error_of(answer.status, data)
        return msgspec.json.decode(data, type=Login)
