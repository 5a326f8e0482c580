"""A real process of `cordboard serve`: it starts fast, ends politely, and its log knows nobody."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType

from cordboard.web.tokens import Tokens, key_file

CALLER, CALLER_NAME, SECRET = "+44 20 7946 0191", "Wilhelmina Quillfeather", "passport 533380006"

Body = dict[str, Any]


@asynccontextmanager
async def serving(tmp_path: Path, *more: str) -> AsyncIterator[tuple[Process, str]]:
    """The process and its address. Its standard error goes to the file `log`."""
    settings = tmp_path / "cordboard.toml"
    settings.write_text(
        f'data = "{tmp_path / "data"}"\n[web]\nport = 0\n[log]\nform = "json"\nlevel = "debug"\n'
        '[[links]]\nname = "sim"\nprotocol = "simulator"\n'
    )
    words = ["-c", "from cordboard.cli import main; main()", "serve", "--config", str(settings), *more]
    with (tmp_path / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=PIPE, stderr=log)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            line = (await process.stdout.readline()).decode()
        assert line.startswith("Cordboard at http://127.0.0.1:"), (tmp_path / "log").read_text()
        yield process, line.split()[-1]
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await process.stdout.read()


def header(tmp_path: Path, *scopes: str) -> dict[str, str]:

    keys = Tokens(key_file(tmp_path / "data" / "token-keys.json"))
    token, _ = keys.mint("mia", frozenset(scopes), seconds=600, now=time.time_ns() // 1_000_000, agent="mia")
    return {"Authorization": f"Bearer {token}"}


async def test_a_whole_call_leaves_no_personal_data_in_the_log(
    tmp_path: Path, client: aiohttp.ClientSession
) -> None:
    async with serving(tmp_path) as (process, url):
        console, agent = header(tmp_path, "simulate"), header(tmp_path, "agent:mia")
        token = agent["Authorization"].removeprefix("Bearer ")

        async def act(action: str, **params: object) -> Body:
            body = {"name": action, "params": params}
            async with client.post(f"{url}/links/sim/console/act", json=body, headers=console) as answer:
                told: Body = await answer.json()
                assert answer.status == 200, told
                return told

        async def command(service: Body, id_: str) -> Body:
            body = {"id": id_, "service": service}
            async with client.post(
                f"{url}/v1/subjects/agent/mia/commands", json=body, headers=agent
            ) as answer:
                told: Body = await answer.json()
                assert answer.status == 200, told
                return told

        page = await client.ws_connect(f"{url}/v1/socket")
        await page.send_json({"type": "hello", "token": token})
        await page.send_json({"type": "watch", "subjects": {"agent/mia": None}})
        await act("log_on", agent="mia", state="ready")
        await act("ring", number=CALLER, to="2001", name=CALLER_NAME, data={"note": SECRET})
        contact = await told(page, "Delivered")
        await command({"service": "AnswerCall", "contact": contact["contact"]}, "c1")
        await told(page, "Established")
        await command({"service": "ClearConnection", "contact": contact["contact"]}, "c2")
        await told(page, "WrapUpStarted")
        for path, body in (
            ("/v1/login", {"user": "mia", "password": SECRET}),
            ("/v1/tokens", {"agent": "mia", "nonsense": CALLER}),
            (
                "/v1/subjects/agent/mia/commands",
                {"id": "c3", "service": {"service": "MakeCall", "target": CALLER}},
            ),
            (f"/v1/subjects/agent/{SECRET}/queries", {}),
        ):
            async with client.post(url + path, json=body, headers=agent) as answer:
                assert answer.status >= 400
        await page.send_str(json.dumps({"type": "nonsense", "number": CALLER}))
        await page.send_str("{" + SECRET)
        await told(page, "", "error")
        await page.close()
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            assert await process.wait() == 0

    log = (tmp_path / "log").read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert {"ready", "stopping"} <= {line["event"] for line in lines}
    digits = CALLER.replace(" ", "")
    for personal in (
        CALLER,
        digits,
        digits[-8:],
        CALLER_NAME,
        "Wilhelmina",
        SECRET,
        "533380006",
        "Thorne",
        token,
    ):
        assert personal not in log
    assert console["Authorization"].removeprefix("Bearer ") not in log


async def test_a_terminated_process_tells_its_pages_to_come_back(
    tmp_path: Path, client: aiohttp.ClientSession
) -> None:
    async with serving(tmp_path) as (process, url):
        page = await client.ws_connect(f"{url}/v1/socket")
        await page.send_json(
            {"type": "hello", "token": header(tmp_path, "agent:mia")["Authorization"].removeprefix("Bearer ")}
        )
        assert (await page.receive_json())["type"] == "welcome"
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            while (await page.receive()).type not in {WSMsgType.CLOSE, WSMsgType.CLOSED}:
                pass
            assert page.close_code == 4000
            assert await process.wait() == 0
    async with serving(tmp_path) as (_, url), client.get(f"{url}/readyz") as answer:
        assert answer.status == 200, "what was left behind is no obstacle"


async def test_the_demo_rings_within_ten_seconds(tmp_path: Path, client: aiohttp.ClientSession) -> None:
    words = ["-c", "from cordboard.cli import main; main()", "demo", "--port", "0", "--no-people"]
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=PIPE, cwd=tmp_path)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            while not (line := (await process.stdout.readline()).decode().strip()).startswith("Open "):
                pass
        url = line.split()[1].removesuffix("/desk/")
        async with client.post(f"{url}/v1/demo", json={}) as answer:
            login: Body = await answer.json()
        page = await client.ws_connect(f"{url}/v1/socket")
        await page.send_json({"type": "hello", "token": login["token"]})
        subject = f"agent/{login['identity']['agent']}"
        await page.send_json({"type": "watch", "subjects": {subject: None}})
        ready = {"id": "r1", "subject": subject, "service": {"service": "SetAgentState", "state": "ready"}}
        await page.send_json({"type": "execute", "command": ready})
        await told(page, "AgentReady")
        assert (await told(page, "Delivered"))["contact"]
        await page.close()
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(15):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await process.stdout.read()
    left_behind(tmp_path)


def left_behind(folder: Path) -> None:
    assert not list(folder.iterdir())


@pytest.mark.parametrize("setting", ["web.prot", "store.kind"])
async def test_a_process_with_wrong_settings_says_what_is_wrong(tmp_path: Path, setting: str) -> None:
    table, _, key = setting.partition(".")
    settings = tmp_path / "cordboard.toml"
    settings.write_text(f'data = "{tmp_path / "data"}"\n[{table}]\n{key} = "nonsense"\n')
    words = ["-c", "from cordboard.cli import main; main()", "serve", "--config", str(settings)]
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=PIPE, stderr=PIPE)
    async with asyncio.timeout(30):
        _, said = await process.communicate()
    assert process.returncode == 2
    assert said.startswith(b"cordboard: ")
    assert setting.encode() in said
    assert b"Traceback" not in said


async def told(page: aiohttp.ClientWebSocketResponse, event: str, kind: str = "entry") -> Body:
    """The next entry of this event, or the next frame of this kind."""
    async with asyncio.timeout(10):
        while True:
            frame: Body = await page.receive_json()
            found: Body = frame.get("event", {})
            if frame["type"] == kind and (not event or found.get("type") == event):
                return found or frame
