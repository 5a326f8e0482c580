"""What the web edge refuses is told in the words of the door's protocol, where it has any."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp
import pytest

from cordboard.app import App

Bearer = Callable[..., dict[str, str]]
TOO_MUCH = b"x" * 100_000


@pytest.mark.parametrize(
    ("body", "signed_in", "code"),
    [(TOO_MUCH, True, "too-large"), (b"", False, "not-authenticated")],
)
async def test_a_protocol_has_its_own_words(
    app: App, client: aiohttp.ClientSession, bearer: Bearer, body: bytes, code: str, *, signed_in: bool
) -> None:
    headers = bearer() if signed_in else {}
    async with client.post(f"{app.url}/echo/polite", data=body, headers=headers) as answer:
        assert (answer.status, answer.content_type) == (499, "text/plain")
        assert await answer.text() == f"sorry: {code}"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        # What goes with the error goes with it in any words.
        assert ("WWW-Authenticate" in answer.headers) is not signed_in
    assert app.edge.counts.refusals[code] == 1


@pytest.mark.parametrize("door", ["say", "rude"])
async def test_who_has_no_words_or_fails_to_find_them_is_told_in_json(
    app: App, client: aiohttp.ClientSession, bearer: Bearer, door: str
) -> None:
    async with client.post(f"{app.url}/echo/{door}", data=TOO_MUCH, headers=bearer()) as answer:
        assert (answer.status, answer.content_type) == (413, "application/json")
        told = await answer.json()
        assert told["error"]["code"] == "too-large"
        assert "secret" not in str(told)
