"""A hundred faults on a real network: a hub's Five9 session behind a proxy with TLS that makes a bad one, and another hub's link.

Every kind is there that can be made on sockets. What is not: to hold a gap against the vendor's log at the very position of which the
snapshot speaks. Nobody on a real network can know that position, so it is looked for between the moments before and after the gap.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import msgspec
import pytest
from argon2 import PasswordHasher

from cordboard.app import App, running
from cordboard.hub.driver import STEADY
from cordboard.hub.maintenance import Order
from cordboard.model import commands as c
from cordboard.model.entities import AttachedData, Availability, Phase
from cordboard.model.events import LinkDown, LinkUp, Snapshot
from cordboard.protocols.five9 import wire
from cordboard.testing import AgentPage, FaultProxy, Trouble
from cordboard.testing.plugin import Measured
from cordboard.web.accounts import Account
from tests.five9.gaps import Logs, Moment, gaps_are_told_between
from tests.five9.once import done_once
from tests.five9.rough import AGENTS, CREDENTIALS, LOGIN, METADATA, SOCKET, refusals
from tests.five9.two_hubs import LINK, MIA, PATIENCE, SIM, WORD, act, hub, same, until_same

LATE = 15_000
"""Milliseconds by which a request may come later than the command is settled: what it asked for was so already."""


class Near:
    """The vendor: a hub with the simulated contact centre behind a Five9 session, which can be restarted."""

    app: App

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = AsyncExitStack()
        self.new_password_hash()

    def new_password_hash(self) -> None:
        """Every login of the account is over with that; the password is the same."""
        word = PasswordHasher(1, 64, 1).hash(WORD)
        book = {"mia": Account(hash=word, scopes=("agent:mia",), agent="mia")}
        (self._folder / "accounts.json").write_bytes(msgspec.json.encode(book))

    async def start(self, port: int = 0) -> None:
        options = {"people": False, "speed": 20}
        centre = {"name": SIM, "protocol": "simulator", "options": options}
        self.app = await self._stack.enter_async_context(running(hub(self._folder, centre, port)))

    async def restart(self) -> None:
        """All that was on the switch is gone with it."""
        port = int(self.app.url.rpartition(":")[2].rstrip("/"))
        await self.stop()
        self._stack = AsyncExitStack()
        await self.start(port)
        await self.app.hub.settled()

    async def stop(self) -> None:
        await self._stack.aclose()

    async def rival(self) -> None:
        """Somebody else logs in as the agent, past the proxy."""
        credentials = {**CREDENTIALS, "passwordCredentials": {"username": "mia", "password": WORD}}
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(self.app.url, cookie_jar=jar) as client:
            async with client.post(f"{LOGIN}/login", json=credentials) as reply:
                token = (await reply.json())["tokenId"]
            headers = {"authorization": f"Bearer-{token}"}
            async with client.get(f"{AGENTS}/mia/login_state", headers=headers) as reply:
                await reply.read()


class Day:
    """Faults and calls, from one seed."""

    def __init__(self, near: Near, far: App, proxy: FaultProxy, seed: int) -> None:
        self.near, self.far, self.proxy = near, far, proxy
        self.random = Random(seed)
        self.moments: list[Moment] = []
        self.recovery: dict[str, list[float]] = {}
        self.page = AgentPage(far.hub, "mia")
        self._numbers = itertools.count(1)
        self._loop = asyncio.get_running_loop()
        self.kinds: Mapping[str, Callable[[], Awaitable[object]]] = {
            **{kind: self._wire(kind) for kind in ("cut", "reset", "half-open", "duplicate", "reorder")},
            **{
                kind: self._wire(kind)
                for kind in ("stall", "delay", "throttle", "refuse", "mute", "certificate")
            },
            "garbage": lambda: self.proxy.make(Trouble(kind="say", body=b'{"context": 7}')),
            **{kind: self._answered(kind, AGENTS, cut=False) for kind in refusals("") if kind != "429-long"},
            **{
                f"login-{kind}": self._answered(kind, LOGIN, cut=True)
                for kind in refusals("")
                if kind != "429-long"
            },
            "socket-503": self._answered("503", SOCKET, cut=True),
            "snapshot-401": self._answered("401", f"{AGENTS}/mia/interactions/calls", cut=True),
            "expired": self._expired,
            "restarted": self.near.restart,
            "migration": self._migration,
            "maintenance": self._maintenance,
            "gone-1003": lambda: self._vendor(1003, 1003),
            "duplicate-login": lambda: self._vendor(1020, 3000),
            "rival": self.near.rival,
            "rival-at-once": self._rival_at_once,
        }

    async def fault(self, *kinds: str) -> None:
        """These at once, work in them, and the way back."""
        near, number = self.near, next(self._numbers)
        await self._until(self._steady)
        await act(near.app, "set_agent_state", agent="mia", state="ready")
        await act(near.app, "ring", to="8001", number=f"+4420794{number:05}", patience=60)
        for kind in kinds:
            await self.kinds[kind]()
        for _ in range(self.random.randint(1, 4)):
            await self._work()
        for call in self._calls():
            await act(near.app, "customer_hang_up", call=call)
        await act(near.app, "complete_wrap_up", agent="mia")
        # Something that nobody can have been told of yet: only a link that lives shows it.
        reason = ("break", "lunch")[number % 2]
        await act(near.app, "log_on", agent="mia")
        await act(near.app, "set_agent_state", agent="mia", state="not_ready", reason=reason)
        took = await self.until_same()
        self.recovery.setdefault(kinds[0] if len(kinds) == 1 else "two at once", []).append(took)

    def _steady(self) -> bool:
        """Whether the link has come back: whoever falls before that is tried more and more seldom, and the day would not end."""
        status = self.far.hub.links[LINK]
        return status.state == "up" and self.far.hub.clock.now() - status.since >= STEADY

    async def until_same(self) -> float:
        """Wait until all is shown as it is, both logs standing still; how long that took."""
        took = 0.0
        while True:
            took += await until_same(self.near.app, self.far)
            if await self._quiet():
                self.moments.append(self._now())
                return took

    async def _quiet(self) -> bool:
        """Whether what is on its way changes nothing."""
        before = self._now()
        await asyncio.sleep(0.1)
        return self._now() == before and same(self.near.app, self.far)

    def _now(self) -> Moment:
        return Moment(self.far.hub.states[MIA].seq, self.near.app.hub.states[MIA].seq)

    # --- work --------------------------------------------------------------------------------------------------------------

    def _calls(self) -> list[str]:
        contacts = self.near.app.hub.states[MIA].contacts.values()
        return [str(call.id) for item in contacts for call in item.calls if not call.cleared]

    async def _work(self) -> None:
        if self.random.random() < 0.4:
            name = self.random.choice(("answer_call", "hold", "retrieve", "customer_hang_up"))
            call = next(iter(self._calls()), "none")
            agent = {} if name == "customer_hang_up" else {"agent": "mia"}
            await act(self.near.app, name, **agent, call=call)
            return
        possible: list[c.Service] = []
        for contact in self.page.contacts:
            if contact.phase is Phase.WRAP_UP:
                possible.append(c.CompleteContact(contact=contact.id))
            possible += [
                kind(contact=contact.id)
                for kind in (c.AnswerCall, c.HoldCall, c.RetrieveCall, c.ClearConnection, c.StartRecording)
                if not self.page.refusal(kind.__name__, contact)
            ]
            if not self.page.refusal("AssociateData", contact):
                data = AttachedData(peripheral={"colour": self.random.choice(("blue", "red"))})
                possible.append(c.AssociateData(contact=contact.id, data=data))
        if possible:
            self.page.begin(self.random.choice(possible))
        await asyncio.sleep(0.02)

    # --- faults ------------------------------------------------------------------------------------------------------------

    def _wire(self, kind: Any) -> Callable[[], Awaitable[None]]:  # noqa: ANN401 - a kind of trouble
        async def make() -> None:
            lasts = kind in ("stall", "delay", "throttle", "refuse", "mute", "certificate")
            trouble = Trouble(
                kind=kind,
                seconds=round(self.random.uniform(0.05, 0.5), 2) if lasts else 0,
                times=self.random.randint(1, 5),
                by=0.03,
                rate=10_000,
            )
            await self.proxy.make(trouble)
            if kind in ("refuse", "mute", "certificate"):
                await self.proxy.make(Trouble(kind="cut"))  # only who comes anew meets it

        return make

    def _answered(self, kind: str, path: str, *, cut: bool) -> Callable[[], Awaitable[None]]:
        trouble = refusals(path)[kind]

        async def make() -> None:
            before = self.proxy.met[trouble.kind]
            await self.proxy.make(trouble)
            if cut:
                await self.proxy.make(Trouble(kind="cut"))
            await self._until(lambda: self.proxy.met[trouble.kind] > before, asks=not cut)

        return make

    async def _until(self, done: Callable[[], bool], *, asks: bool = False) -> None:
        """Wait for it. What nothing meets was no fault, so the page asks for something that is always possible, if need be."""
        begun = asked = self._loop.time()
        while not done():
            now = self._loop.time()
            assert now - begun < PATIENCE, self.far.hub.links[LINK]
            if now >= asked:
                asked = now + 0.5
                if self.far.hub.links[LINK].state == "login" and (driver := self.far.hub.driver(LINK)):
                    driver.start()  # a person has looked
                elif asks:
                    self.page.begin(c.SetAgentState(state=self.random.choice(READY)))
            await asyncio.sleep(0.01)

    async def _expired(self) -> None:
        seen = len(self.proxy.requests)
        self.near.new_password_hash()
        await self._logs_in(seen, asks=True)

    async def _logs_in(self, seen: int, *, asks: bool = False) -> None:
        """Wait for a login after so many requests."""
        await self._until(
            lambda: any(path.startswith(f"{LOGIN}/login") for _, path in self.proxy.requests[seen:]),
            asks=asks,
        )

    async def _migration(self) -> None:
        await self._say(70, "STARTED")
        # The same place as before: there is one proxy.
        await self._say(self.random.choice((1001, 1002)), "Domain Migrated", METADATA)
        await self._say(73, "COMPLETED", "IDLE_MAINTENANCE")

    async def _maintenance(self) -> None:
        hub = self.near.app.hub
        hub.maintain(Order(do="start", graceful=self.random.random() < 0.5), "ops")
        await self._work()
        hub.maintain(Order(do="complete"), "ops")

    async def _vendor(self, event: int, code: int) -> None:
        await self._say(event)
        await self.proxy.make(Trouble(kind="close", status=code))

    async def _say(self, event: int, reason: str | None = None, payload: object = None) -> None:
        context = wire.Context(event_id=str(event), event_reason=reason, time_stamp=self.far.hub.clock.now())
        await self.proxy.make(Trouble(kind="say", body=wire.frame(context, payload)))

    async def _rival_at_once(self) -> None:
        """In the instant in which the link logs in, as far as there is one."""
        seen = len(self.proxy.requests)
        await self.proxy.make(Trouble(kind="cut"))
        await self._logs_in(seen)
        await self.near.rival()

    async def logs(self) -> Logs:
        """Both, as they are now."""
        far = await self.far.hub.entries(MIA, 0, 1_000_000)
        near = await self.near.app.hub.entries(MIA, 0, 1_000_000)
        return Logs(list(far), list(near))


READY = (Availability.READY, Availability.NOT_READY)


async def known(far: App) -> None:
    """Wait until the link has told of its agent."""
    begun = asyncio.get_running_loop().time()
    while MIA not in far.hub.states:
        assert asyncio.get_running_loop().time() - begun < PATIENCE, far.hub.links[LINK]
        await asyncio.sleep(0.02)


@asynccontextmanager
async def day(folder: Path, seed: int) -> AsyncIterator[Day]:
    (folder / "near").mkdir()
    word = folder / "word"
    word.write_text(WORD, encoding="utf-8")
    near = Near(folder / "near")
    await near.start()
    try:
        async with FaultProxy(near.app.url, tls=True) as proxy:
            login = {"url": proxy.url, "username": "mia", "password_file": str(word)}
            row = {"name": LINK, "protocol": "five9", "agent": "mia", "options": login}
            network: dict[str, Any] = {
                "ca_file": str(proxy.ca_file),
                "ping_seconds": 0.5,
                "silence_seconds": 2,
            }
            async with running(hub(folder / "far", row, **network)) as far:
                await known(far)
                yield Day(near, far, proxy, seed)
    finally:
        await near.stop()


@pytest.mark.matrix
@pytest.mark.timeout(900)
async def test_a_hundred_faults_over_tls_end_in_what_is_so(tmp_path: Path, measured: Measured) -> None:
    async with day(tmp_path, seed=5) as made:
        await made.until_same()
        left: list[str] = []
        while len(left) < 100:
            left += made.random.sample(list(made.kinds), len(made.kinds))
        faults = Counter(left)
        while left:
            count = 2 if made.random.random() < 0.15 else 1
            kinds, left = left[:count], left[count:]
            await made.fault(*kinds)
        logs = await made.logs()
    assert sum(faults.values()) >= 100
    assert set(faults) == set(made.kinds)
    events = Counter(type(item.event) for item in logs.near)
    # Each gap is told, and followed by the whole picture; and what happened in it is what the picture changed.
    assert events[LinkDown] < events[LinkUp] + 1
    assert events[Snapshot] >= events[LinkUp]
    told = gaps_are_told_between(logs, made.moments)
    done = done_once(logs, (), late=LATE)
    measured("Five9 link over TLS: back after a fault, seconds", made.recovery)
    counted = {
        "faults": sum(faults.values()),
        "gaps": told.gaps,
        "gaps, something happened": told.eventful,
        "gaps that cut an instant": told.torn,
        "calls lost in a gap": told.lost,
        "commands done": sum(done.values()),
    }
    measured("Five9 link over TLS: counted", {name: [count] for name, count in counted.items()})
