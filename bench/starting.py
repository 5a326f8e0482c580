"""From the start of the process to the first `ready`, beside the least that an aiohttp server takes."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from bench.frames import LINK, Story, beginning, decode_frame
from cordboard.model.log import draft
from cordboard.store.sqlite import SqliteStore

PATIENCE = 20.0
BARE = """
import sys
from aiohttp import web
app = web.Application()
app.router.add_get("/readyz", lambda _: web.Response())
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
"""


async def of_hub(folder: Path, *, entries: int) -> float:
    """Seconds until a hub with the simulated centre is ready, over a log of so many entries."""
    port = _free_port()
    if entries:
        await _logged(folder / "log.db", entries)
    config = folder / "cordboard.toml"
    config.write_text(
        f"data = {json.dumps(str(folder))}\n[web]\nport = {port}\n[log]\nlevel = 'error'\n"
        "[[links]]\nname = 'sim'\nprotocol = 'simulator'\n",
        encoding="utf-8",
    )
    program = str(Path(sys.executable).with_name("cordboard"))
    return await _started([program, "serve", "--config", str(config)], port)


async def of_bare() -> float:
    """Seconds until a bare aiohttp server answers."""
    port = _free_port()
    return await _started([sys.executable, "-c", BARE, str(port)], port)


async def _started(command: Sequence[str], port: int) -> float:
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: ASYNC220 - it returns at once
    try:
        async with aiohttp.ClientSession() as http:
            while (took := time.monotonic() - began) < PATIENCE:
                try:
                    async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
                        if answer.status == 200:
                            return time.monotonic() - began
                except aiohttp.ClientError:
                    pass
                assert process.poll() is None, "it ended"
                await asyncio.sleep(0.005)
        raise AssertionError(f"not ready within {took:.0f} s")
    finally:
        process.terminate()
        process.wait(PATIENCE)


async def _logged(path: Path, entries: int) -> None:
    """A log as a hub that was killed leaves it: no folded state is saved."""
    agents = 100
    store = SqliteStore(path)
    await store.open(lambda _: None)
    frames = [*beginning(agents), *Story(agents).take(entries - 5 * agents)]
    drafts = [draft(found.subject, found.event, 1, found.origin) for found in map(decode_frame, frames)]
    for start in range(0, len(drafts), 1000):
        await store.append(drafts[start : start + 1000])
    await store.close()
    assert drafts[0].event.link == LINK


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
