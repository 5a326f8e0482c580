"""What we answer: one JSON error body everywhere, and the headers that keep browsers careful."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from aiohttp import web

from cordboard.model.errors import CordboardError

_encode = msgspec.json.Encoder().encode

GUARDED: Mapping[str, str] = {
    "Server": "cordboard",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""On every answer that is data."""


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A value of msgspec's as JSON."""
    return web.Response(
        body=_encode(value),
        status=status,
        content_type="application/json",
        headers={**GUARDED, **(headers or {})},
    )


def error_answer(error: CordboardError) -> web.Response:
    """The error as its JSON body, with the headers that go with its code."""
    headers = {}
    match error.code:
        case "too-many-requests":
            headers["Retry-After"] = error.details.get("seconds", "1")
        case "method-not-allowed":
            headers["Allow"] = error.details.get("allow", "")
        case "not-authenticated" | "token-expired" | "token-invalid":
            headers["WWW-Authenticate"] = "Bearer"
        case _:
            pass
    return json_answer(error.body(), error.status, headers)


def protocol_page_policy(ancestors: Iterable[str] | None) -> Mapping[str, str]:
    """The headers of a protocol's page. It may be opened by pages of other origins and speak to its opener. `ancestors`: who may embed
    it, `None` for nobody at all; where it may be embedded, then also by a page that wants the consent of all it embeds.
    """
    policy = {**page_policy(ancestors)}
    del policy["Cross-Origin-Opener-Policy"]
    if ancestors is not None:
        policy["Cross-Origin-Resource-Policy"] = "cross-origin"
        policy["Cross-Origin-Embedder-Policy"] = "require-corp"
    return policy


def page_policy(ancestors: Iterable[str] | None) -> Mapping[str, str]:
    """The headers of our pages: nothing but our own files. `ancestors`: the origins that may embed it beside our own, `None` for
    nobody at all.
    """
    allowed = "'none'" if ancestors is None else " ".join(["'self'", *ancestors])
    return {
        "Server": "cordboard",
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src 'self' data:; frame-ancestors {allowed}; base-uri 'none'; form-action 'self'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
