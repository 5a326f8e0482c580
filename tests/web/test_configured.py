"""Protocols with settings of their own: given to their sessions, and named when they are wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from cordboard.app import configured
from cordboard.model.errors import CallerError
from cordboard.protocols.native import protocol as native
from cordboard.settings import Settings, parsed, protocol_options


async def test_a_session_is_made_with_its_protocol_s_settings(
    start: Callable[..., Any], client: aiohttp.ClientSession
) -> None:
    app = await start(protocols={"echo": {"word": "hello"}})
    async with client.get(f"{app.url}/echo/things/a/b") as answer:
        assert (await answer.json())["word"] == "hello"


@pytest.mark.parametrize(
    ("protocols", "field", "said"),
    [
        ({"echo": {"word": 7}}, "protocols.echo.word", "give a word"),
        ({"nothing": {}}, "protocols.nothing", "there is no protocol 'nothing' with settings, only: echo"),
        ({"native": {"a": 1}}, "protocols.native", "there is no protocol 'native' with settings"),
        ({"echo": {"secret": "abc"}}, "protocols.echo.secret", "secret_env"),
    ],
)
async def test_settings_that_are_wrong_are_named(
    start: Callable[..., Any], protocols: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(CallerError, match=said) as caught:
        await start(protocols=protocols)
    assert caught.value.details == {"field": field}


def test_who_has_no_settings_is_left_as_it_is() -> None:
    assert configured({"native": native}, Settings()) == {"native": native}


def test_secrets_come_from_outside() -> None:
    settings = parsed({"protocols": {"x": {"secret_env": "X_SECRET", "a": 1}}})
    assert protocol_options(settings, {"X_SECRET": "word"}) == {"x": {"secret": "word", "a": 1}}
