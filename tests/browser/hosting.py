"""A Cordboard in a thread of the tests' own process: a hub, its web edge and real sockets, there in a moment.

Whatever is about the process itself (its start, its end, `kill -9`) has one of its own: `running.py`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import uvloop
from argon2 import PasswordHasher
from structlog.testing import capture_logs

from cordboard.app import App, running
from cordboard.hub.clock import SystemClock
from cordboard.settings import Settings, parsed
from cordboard.web.accounts import Account, Book
from cordboard.web.vault import Vault

PASSWORD = "correct horse battery"
ADA = "+44 20 7946 0101"
"""The number of a customer, Ada Whitlow."""
QUIET = """
[demo]
agent = "mia"
[hub]
record = 5000
[[links]]
name = "sim"
protocol = "simulator"
[links.options]
people = false
"""
"""Settings of a demo in which nobody acts by themselves."""


class Hosted:
    """A hub by these settings (TOML), its simulator up, at a port of its own unless they name one."""

    def __init__(self, text: str, *, data: str, accounts: Mapping[str, Sequence[str]] | None = None) -> None:
        """`accounts`: who may log in with `PASSWORD`, and their scopes."""
        raw = tomllib.loads(text)
        settings = parsed({**raw, "data": data, "web": {"port": 0, **raw.get("web", {})}})
        settings.folder.mkdir(parents=True, exist_ok=True)
        if accounts:
            write_accounts(settings.folder, accounts)
        self._begun: Future[App] = Future()
        self._over: Future[None] = Future()
        self._thread = Thread(target=self._live, args=(settings,), name="hub")
        self._thread.start()
        self.app = self._begun.result(30)
        self.port = self.app.edge.port
        self.url = f"http://127.0.0.1:{self.port}"

    def token(self, *scopes: str, agent: str = "") -> str:
        """A token with these scopes, or the agent's own."""
        wanted = frozenset(scopes or (f"agent:{agent}",))
        return self.app.tokens.mint("test", wanted, seconds=3600, now=SystemClock().now(), agent=agent)[0]

    def post(self, path: str, body: object, token: str = "") -> Any:  # noqa: ANN401 - JSON
        """What the hub answers, a refusal included."""
        return posted(self.url + path, body, token)

    def get(self, path: str, token: str) -> Any:  # noqa: ANN401 - JSON
        """What the hub answers."""
        return got(self.url + path, token)

    def stop(self) -> None:
        """An orderly end."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(20)
        self._over.result(0)

    def _live(self, settings: Settings) -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._serve(settings))
        except BaseException as error:  # noqa: BLE001 - whoever waits is told
            (self._over if self._begun.done() else self._begun).set_exception(error)
        finally:
            if not self._over.done():
                self._over.set_result(None)

    async def _serve(self, settings: Settings) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with running(settings) as app:
            await app.hub.settled()
            assert {status.state for status in app.hub.links.values()} == {"up"}
            self._begun.set_result(app)
            await self._end.wait()


def write_accounts(data: Path, accounts: Mapping[str, Sequence[str]]) -> None:
    """The accounts of a hub that keeps its data here, with a hash that costs next to nothing: what a real one costs is not what these tests are about."""
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    book = {
        name: Account(hash=hashed, scopes=tuple(scopes), agent=name if f"agent:{name}" in scopes else "")
        for name, scopes in accounts.items()
    }
    Vault(data / "accounts.json", Book, {}).change(lambda _: book)


@contextmanager
def faultless() -> Iterator[None]:
    """Nothing that runs here meanwhile may log an error."""
    heard = _Errors(logging.ERROR)
    root = logging.getLogger()
    root.addHandler(heard)
    try:
        with capture_logs() as said:
            yield
    finally:
        root.removeHandler(heard)
    errors = [entry for entry in said if entry["log_level"] in {"error", "critical"}]
    assert [*errors, *heard.texts] == []


def ring(demo: str, number: str, to: str = "2001") -> str:
    """A customer calls Mia, or another extension, at the demo of this address; the id of the call."""
    token = posted(f"{demo}/v1/demo", {})["token"]
    params = {"number": number, "to": to}
    answer = posted(f"{demo}/links/sim/console/act", {"name": "ring", "params": params}, token)
    return str(answer["call"])


def posted(url: str, body: object, token: str = "") -> Any:  # noqa: ANN401 - JSON
    """What a hub answers to JSON, a refusal included."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - our own hub
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - the same
            return json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return json.loads(refused.read())


def got(url: str, token: str) -> Any:  # noqa: ANN401 - JSON
    """What a hub answers."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - our own hub
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - the same
        return json.loads(answer.read())


class _Errors(logging.Handler):
    """What libraries log as an error."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))
