"""A whole Cordboard with a simulated contact centre, served on this machine: for tests of a page in a real browser."""

from __future__ import annotations

import asyncio
import json
import tempfile
import threading
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from cordboard.app import App, running
from cordboard.contract import Called
from cordboard.model.ids import LinkId
from cordboard.settings import parsed
from cordboard.web.scopes import checked

LINK = LinkId("sim")
PATIENCE = 30.0
"""Seconds that anything may take."""
TOKEN_SECONDS = 3600

T = TypeVar("T")


class ServedCentre:
    """A hub on a free port of the loopback, with Northquay Ferries (or the centre of your own TOML, `centre`) behind it.

    With pytest the fixture `served_centre` is one, started; pages of the fixture `crm_origins` may use it. Nothing happens by
    itself but what the switch does, and time is the machine's, `speed` times as fast. All of `simulator.floor.Settings` may be
    given. It runs on a thread of its own, so the methods here simply wait, and any browser driver will do.
    """

    def __init__(self, *, origins: Sequence[str] = (), speed: float = 20.0, **settings: object) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="cordboard-")
        self._settings = parsed(
            {
                "data": self._folder.name,
                "store": {"kind": "memory"},
                "web": {"port": 0, "origins": list(origins)},
                "log": {"level": "error"},
                "links": [
                    {
                        "name": LINK,
                        "protocol": "simulator",
                        "options": {"people": False, "speed": speed, **settings},
                    }
                ],
            }
        )
        self._ready: Future[tuple[App, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(target=self._run, name="cordboard-served", daemon=True)
        self._doors = 0

    def __enter__(self) -> Self:
        """Serve, and wait until it does."""
        self._thread.start()
        self._ready.result(PATIENCE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, as an operator would."""
        _, loop, over = self._ready.result(PATIENCE)
        loop.call_soon_threadsafe(over.set)
        self._thread.join(PATIENCE)
        self._folder.cleanup()

    @property
    def url(self) -> str:
        """Where it is."""
        return self._ready.result(PATIENCE)[0].url

    def token(self, agent: str) -> str:
        """A token for a page of this agent, as your back end would get one with its API key."""
        app = self._ready.result(PATIENCE)[0]
        scopes, now = checked([f"agent:{agent}"]), app.hub.clock.now()
        return app.tokens.mint(agent, scopes, seconds=TOKEN_SECONDS, now=now, agent=agent)[0]

    def ring(self, to: str, *, number: str, **more: object) -> str:
        """Somebody calls a queue or an agent by its number or extension; the id of their call. `more`: `name`, `patience`, `data`."""
        return str(self.act("ring", to=to, number=number, **more)["call"])

    def act(self, name: str, /, **params: object) -> dict[str, Any]:
        """Anything that the switch can be told (`cordboard sim actions` lists it); `AssertionError` if it refuses."""
        status, said = self._door("POST act", {"name": name, "params": params})
        assert status == 200, said
        return dict(said)

    def play(self, scenario: str) -> None:
        """Play one of the simulator's scenarios to its end; `AssertionError` if it goes otherwise than it expects."""
        status, said = self._door("POST scenario", {"name": scenario})
        assert status == 200, said
        end = time.monotonic() + PATIENCE
        while not said["over"]:
            assert time.monotonic() < end, f"{scenario} is not over after {PATIENCE:.0f} s: {said}"
            time.sleep(0.01)  # the switch goes by the machine's time: there is nothing else to wait for
            _, said = self._door("GET scenario", None)
        assert not said["failures"], said["failures"]

    def state(self) -> dict[str, Any]:
        """What is so on the switch: agents with their segments, calls and parties."""
        return dict(self._door("GET state", None)[1])

    # --- the thread ----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    async def _serve(self) -> None:
        over = asyncio.Event()
        async with running(self._settings) as app:
            await app.hub.settled()
            self._ready.set_result((app, asyncio.get_running_loop(), over))
            await over.wait()

    def _door(self, route: str, body: object) -> tuple[int, Any]:
        """The simulator's console, by the way that the web takes to it."""
        app = self._ready.result(PATIENCE)[0]
        self._doors += 1
        called = Called(
            call=f"test-{self._doors}",
            route=route,
            method=route.split(maxsplit=1)[0],
            at=app.hub.clock.now(),
            body=msgspec.json.encode(body),
        )
        reply = self._wait(app.hub.call_link(LINK, called))
        return reply.status, json.loads(reply.body)

    def _wait(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._ready.result(PATIENCE)[1]).result(PATIENCE)
