"""Two hubs as they run in earnest, each a process of its own: A has the simulator, B hangs on A, pages hang on B."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp

from cordboard.app import tokens_of
from cordboard.hub.clock import SystemClock
from cordboard.settings import load
from tests.ports import free_port

AGENTS = ("mia", "noor", "otto", "pia", "remy", "sana", "tomas", "ruth")
QUEUES = ("bookings", "changes", "freight")
HOUR = 3600
CORDBOARD = str(Path(sys.executable).with_name("cordboard"))

Json = dict[str, Any]


class Process:
    """One `cordboard serve`, that can be killed and started again over the same data."""

    def __init__(self, folder: Path, config: str, port: int) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        folder.mkdir()
        self.config = folder / "cordboard.toml"
        self.config.write_text(config, encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder / "process.log"

    def token(self, *scopes: str) -> str:
        """A token with these scopes, as `cordboard token mint` makes it over the same folder."""
        tokens = tokens_of(load(self.config))
        return tokens.mint("test", frozenset(scopes), seconds=HOUR, now=SystemClock().now())[0]

    async def start(self) -> float:
        """Start it; seconds until it was ready."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            command = [CORDBOARD, "serve", "--config", str(self.config)]
            self._process = subprocess.Popen(  # noqa: ASYNC220 - it returns at once
                command, stdout=log, stderr=log, env={**os.environ, "CORDBOARD_LOG_FORM": "json"}
            )
        async with aiohttp.ClientSession() as http:

            async def ready() -> bool:
                assert self._process is not None
                assert self._process.poll() is None, self._log.read_text()
                try:
                    async with http.get(f"{self.url}/readyz") as answer:
                        return answer.status == 200
                except aiohttp.ClientError:
                    return False

            await until(ready, seconds=30, what_for=f"{self.folder.name} ready")
        return time.monotonic() - began

    def kill(self) -> None:
        """`kill -9`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """An orderly end."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=20)


async def until(what: Callable[[], Awaitable[object]], *, seconds: float, what_for: str) -> None:
    """Wait for a condition, and fail with its last word."""
    deadline = time.monotonic() + seconds
    while True:
        result = await what()
        if result is True:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what_for}: {result}")
        await asyncio.sleep(0.01)


class Rig:
    """Hub A with the simulator, hub B linked to it by `native`."""

    def __init__(self, folder: Path, *, speed: float) -> None:
        port_a, port_b = free_port(), free_port()
        self.a = Process(
            folder / "a",
            f"""
data = "{folder}/a/data"
[web]
port = {port_a}
[web.rate]
address_per_second = 0
identity_per_second = 0
[[links]]
name = "sim"
protocol = "simulator"
[links.options]
people = false
speed = {speed}
""",
            port_a,
        )
        self.token_a = self.a.token("tenant", "tenant:command", "simulate")
        (folder / "token").write_text(self.token_a, encoding="utf-8")
        self.b = Process(
            folder / "b",
            f"""
data = "{folder}/b/data"
[web]
port = {port_b}
[web.rate]
address_per_second = 0
identity_per_second = 0
[[links]]
name = "up"
protocol = "native"
[links.options]
url = "{self.a.url}"
token_file = "{folder}/token"
""",
            port_b,
        )
        self.token_b = self.b.token("tenant", "tenant:command")
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Start both."""
        self._http = aiohttp.ClientSession()
        await self.a.start()
        await self.b.start()

    async def stop(self) -> None:
        """Stop both."""
        self.b.stop()
        self.a.stop()
        if self._http is not None:
            await self._http.close()

    async def get(self, path: str, *, hub: str = "a") -> Any:  # noqa: ANN401 - JSON
        """A GET at a hub."""
        url, token = (self.a.url, self.token_a) if hub == "a" else (self.b.url, self.token_b)
        assert self._http is not None
        async with self._http.get(url + path, headers={"Authorization": f"Bearer {token}"}) as answer:
            assert answer.status == 200, (path, answer.status, await answer.text())
            return json.loads(await answer.read())

    async def act(self, name: str, **params: object) -> Json:
        """Something happens in the simulated centre; its answer, a refusal included."""
        return await self._post("/links/sim/console/act", {"name": name, "params": params})

    async def pace(self, speed: float) -> None:
        """Let the centre's time run at this speed."""
        await self._post("/links/sim/console/fault", {"speed": speed})

    async def truth(self) -> Json:
        """The switch's own state: written without a fold."""
        state: Json = await self.get("/links/sim/console/state")
        return state

    async def entries(self, hub: str, subject: str) -> list[Json]:
        """The whole log of a subject."""
        found: list[Json] = []
        epoch = (await self.get(f"/v1/subjects/{subject}", hub=hub))["position"].rpartition(".")[0]
        place = f"{epoch}.0"
        while True:
            page = await self.get(f"/v1/subjects/{subject}/entries?after={place}&limit=1000", hub=hub)
            assert page["recovered"] is True
            found.extend(page["entries"])
            place = page["position"]
            if not page["more"]:
                return found

    async def _post(self, path: str, body: Json) -> Json:
        assert self._http is not None
        headers = {"Authorization": f"Bearer {self.token_a}"}
        async with self._http.post(self.a.url + path, json=body, headers=headers) as answer:
            assert answer.status in (200, 409), (path, answer.status, await answer.text())
            found: Json = json.loads(await answer.read())
            return found
