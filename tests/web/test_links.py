"""The operator's doors to links, and the words of the command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from cordboard.app import App, running
from cordboard.contract import Down
from cordboard.model.ids import LinkId
from cordboard.settings import parsed

CORDBOARD = (sys.executable, "-c", "from cordboard.cli import main; main()")
Until = Callable[[Callable[[], object]], Awaitable[None]]


async def cordboard(*words: str, url: str, data: Path) -> tuple[int, str]:
    """A word of the command line in a process of its own: how it ended, what it printed."""
    process = await asyncio.create_subprocess_exec(
        *CORDBOARD,
        *("link", *words, "--url", url, "--data", str(data)),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_an_operator_looks_and_restarts(tmp_path: Path, until: Until) -> None:
    secret = tmp_path / "secret"
    secret.write_text("wrong")
    north = parsed({"data": str(tmp_path / "north"), "web": {"port": 0}, "links": [SIM]})
    async with running(north) as vendor:
        options = {"url": vendor.url, "token_file": str(secret), "scopes": ["agent:mia"]}
        link = {"name": "north", "protocol": "native", "agent": "mia", "options": options}
        south = parsed({"data": str(tmp_path / "south"), "web": {"port": 0}, "links": [link]})
        async with running(south) as app:
            await until(lambda: app.hub.links[LinkId("north")].state == "login")
            code, told = await cordboard("list", url=app.url, data=tmp_path / "south")
            name, protocol, state, _, why = told.strip().split("\t")
            assert (code, name, protocol, state) == (0, "north", "native", "login")
            assert "token-invalid" in why
            now = vendor.hub.clock.now()
            secret.write_text(vendor.tokens.mint("mia", frozenset({"agent:mia"}), seconds=60, now=now)[0])
            code, told = await cordboard("restart", "north", url=app.url, data=tmp_path / "south")
            assert code == 0
            assert told.startswith("north\tnative\t")
            await until(lambda: app.hub.links[LinkId("north")].state == "up")


SIM = {"name": "sim", "protocol": "simulator", "options": {"people": False}}


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/links"), ("POST", "/v1/links/hop/restart")])
async def test_nobody_else_may(
    app: App, client: aiohttp.ClientSession, bearer: Callable[..., dict[str, str]], method: str, path: str
) -> None:
    for header, status in ((bearer("tenant:command", "tenant"), 403), ({}, 401), (bearer("operate"), 200)):
        async with client.request(method, app.url + path, headers=header) as answer:
            assert answer.status == status


async def test_a_restart_is_answered_with_how_the_link_is(
    app: App, client: aiohttp.ClientSession, bearer: Callable[..., dict[str, str]]
) -> None:
    driver = app.hub.driver(LinkId("hop"))
    assert driver is not None
    driver._down(Down(retry="login", reason="duplicate-login"))
    async with client.get(app.url + "/v1/links", headers=bearer("operate")) as answer:
        (link,) = (await answer.json())["links"]
        assert (link["state"], link["reason"]) == ("login", "duplicate-login")
    async with client.post(app.url + "/v1/links/hop/restart", headers=bearer("operate")) as answer:
        assert (await answer.json())["state"] == "starting"
    async with client.post(app.url + "/v1/links/nowhere/restart", headers=bearer("operate")) as answer:
        assert answer.status == 404
