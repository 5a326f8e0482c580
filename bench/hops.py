"""Two hubs in a row, each a process of its own. ``python -m bench.hops near|far JSON``, the JSON being `Near` or `Far`

- `near`: a hub with the simulated centre, driven by its console (`console.py`). Where `tls` is wanted it serves the Five9 session too; what ends
  TLS before it is in its process.
- `far`: a hub that hangs on the other by a Five9 link for each agent, over TLS.

When it can be used (`far`: when every link is up) it prints a `Said` and runs until it is ended.
"""

from __future__ import annotations

import asyncio
import gc
import ssl
import sys
from pathlib import Path
from typing import cast

import msgspec
import uvloop
from argon2 import PasswordHasher

from bench.console import Console
from cordboard.app import App, running
from cordboard.app.logs import configure
from cordboard.protocols.five9 import protocol as five9
from cordboard.protocols.native import protocol as native
from cordboard.settings import Settings, parsed
from cordboard.testing.certificates import Authority
from cordboard.web.accounts import Account

PASSWORD = "northquay-1"  # noqa: S105 - of everybody in a simulated centre
NUMBER = "5550100"
"""Picks up at once."""
LOGGING_IN = 180.0
"""Seconds that all links together may take."""


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """`console`: where the bench waits for its link."""

    folder: str
    console: str
    agents: int
    tls: bool


class Far(msgspec.Struct, frozen=True, kw_only=True):
    """`url`: the other hub's, for these agents."""

    folder: str
    url: str
    ca_file: str
    password_file: str
    agents: tuple[int, ...]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is reached, and with which `token` every agent is seen; of `near`, what a `Far` needs."""

    port: int
    token: str
    url: str = ""
    ca_file: str = ""
    password_file: str = ""


async def near(asked: Near) -> None:
    folder = Path(asked.folder)
    options = {"url": asked.console, "centre": _centre(asked.agents)}
    settings = _settings(folder, [{"name": "sim", "protocol": "console", "options": options}])
    protocols = {"native": native, "console": Console()}
    if not asked.tls:
        async with running(settings, protocols=protocols) as app:
            await _ready(app)
        return
    _accounts(folder, asked.agents)
    authority = Authority(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.issue("127.0.0.1"))
    async with running(settings, protocols={**protocols, "five9": five9}) as app:
        port, loop = app.edge.port, asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: _Outside(port),
            "127.0.0.1",
            0,
            ssl=context,
            backlog=1024,
            ssl_handshake_timeout=LOGGING_IN,
        )
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await _ready(app, url, str(authority.ca_file), str(folder / "word"))


async def far(asked: Far) -> None:
    links: list[dict[str, object]] = [
        {
            "name": f"five9-a{number}",
            "protocol": "five9",
            "agent": f"a{number}",
            "options": {"url": asked.url, "username": f"a{number}", "password_file": asked.password_file},
            "network": {"ca_file": asked.ca_file},
        }
        for number in asked.agents
    ]
    settings = _settings(Path(asked.folder), links)
    async with running(settings, protocols={"native": native, "five9": five9}) as app:
        async with asyncio.timeout(LOGGING_IN):
            while not all(status.state == "up" for status in app.hub.links.values()):  # noqa: ASYNC110 - none tells of it
                await asyncio.sleep(0.05)
        await app.hub.settled()
        await _ready(app)


class _Inside(asyncio.Protocol):
    """From the hub to whoever is outside."""

    def __init__(self, outside: asyncio.Transport) -> None:
        self._outside = outside

    def data_received(self, data: bytes) -> None:
        self._outside.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._outside.close()


class _Outside(asyncio.Protocol):
    """From outside, where TLS is spoken, to the hub."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._waiting: list[bytes] = []
        self._hub: asyncio.Transport | None = None
        self._calling: asyncio.Task[None] | None = None
        self._gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._calling = asyncio.ensure_future(self._call(cast("asyncio.Transport", transport)))

    async def _call(self, outside: asyncio.Transport) -> None:
        loop = asyncio.get_running_loop()
        hub, _ = await loop.create_connection(lambda: _Inside(outside), "127.0.0.1", self._port)
        hub.writelines(self._waiting)
        self._hub = hub
        if self._gone:
            hub.close()

    def data_received(self, data: bytes) -> None:
        if self._hub is None:
            self._waiting.append(data)
        else:
            self._hub.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._gone = True
        if self._hub is not None:
            self._hub.close()


def _accounts(folder: Path, agents: int) -> None:
    """One for each agent, all with one password, which is hashed cheaply: many come at once, and logins are not what is measured."""
    hashed = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    names = [f"a{number}" for number in range(agents)]
    book = {name: Account(hash=hashed, scopes=(f"agent:{name}",), agent=name) for name in names}
    folder.mkdir(parents=True)
    (folder / "accounts.json").write_bytes(msgspec.json.encode(book))
    (folder / "word").write_text(PASSWORD, encoding="utf-8")


def _settings(folder: Path, links: list[dict[str, object]]) -> Settings:
    """As delivered, but for the limits: all agents log in from one address at once."""
    rate = {"address_per_second": 0, "identity_per_second": 0, "login_per_minute": 0}
    web = {"port": 0, "rate": rate}
    settings = parsed({"data": str(folder), "web": web, "log": {"level": "error"}, "links": links})
    configure(settings.log)
    return settings


def _centre(agents: int) -> str:
    parts = [
        'name = "Bench"',
        f'[[numbers]]\nnumber = "{NUMBER}"\nname = "Somebody"\nbehaviour = "answer"\nafter = 0',
        *(
            f'[[agents]]\nid = "a{number}"\nlogin = "a{number}"\nname = "Agent {number}"\nextension = "{20_000 + number}"'
            for number in range(agents)
        ),
    ]
    return "\n".join(parts)


async def _ready(app: App, url: str = "", ca_file: str = "", password_file: str = "") -> None:
    """Say so, and run until whoever started this ends it."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    token, _ = app.tokens.mint("all", frozenset({"tenant"}), seconds=3600, now=app.hub.clock.now())
    said = Said(port=app.edge.port, token=token, url=url, ca_file=ca_file, password_file=password_file)
    print(msgspec.json.encode(said).decode(), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main(kind: str, asked: str) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if kind == "near":
            runner.run(near(msgspec.json.decode(asked, type=Near)))
        else:
            runner.run(far(msgspec.json.decode(asked, type=Far)))


if __name__ == "__main__":
    main(*sys.argv[1:])
