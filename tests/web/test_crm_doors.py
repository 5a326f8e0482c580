"""The demo's CRM is served in the demo, and only there."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp
import pytest

from cordboard.app import running
from cordboard.settings import Settings
from cordboard.web.statics import DIST


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/crm/native/", "text/html"),
        ("/crm/streams/", "text/html"),
        ("/crm/crm.js", "text/javascript"),
        ("/crm/customers.json", "application/json"),
        ("/crm/streams/connect-streams-min.js", "text/javascript"),
        ("/crm/streams/connect-streams.LICENSE.txt", "text/plain"),
    ],
)
async def test_its_files_are_there(settings: Callable[..., Settings], path: str, form: str) -> None:
    async with running(settings(links=[], demo={"agent": "mia"})) as app, aiohttp.ClientSession() as http:
        answer = await http.get(app.url + path)
        assert (answer.status, answer.content_type) == (200, form)
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert await answer.read()


async def test_nothing_else_of_the_folder_is(settings: Callable[..., Settings]) -> None:
    async with running(settings(links=[], demo={"agent": "mia"})) as app, aiohttp.ClientSession() as http:
        moved = await http.get(f"{app.url}/crm/", allow_redirects=False)
        assert (moved.status, moved.headers["Location"]) == (308, "/crm/native/")
        for path in (
            "/crm/../desk.html",
            "/crm/%2e%2e/desk.html",
            "/crm/native/README.md",
            "/crm/nothing.js",
        ):
            assert (await http.get(app.url + path)).status == 404


async def test_a_hub_that_is_no_demo_has_no_crm(settings: Callable[..., Settings]) -> None:
    assert (DIST / "crm/native/index.html").is_file(), "run `make page` first"
    async with running(settings(links=[])) as app, aiohttp.ClientSession() as http:
        for path in ("/crm/", "/crm/native/", "/crm/customers.json"):
            assert (await http.get(app.url + path)).status == 404
