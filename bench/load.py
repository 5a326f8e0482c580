"""The load: the vendor and all pages of one peer, in this process, by hand-rolled sockets. The peer is a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from bench.frames import Story, age, beginning, subject_of
from bench.wire import Wire

TOGETHER = 100
"""Pages that knock at once: more than a listening socket lets wait are turned away by the machine."""
WINDOW = 5000
"""Messages on their way at once when it goes as fast as it can."""
PATIENCE = 30.0
_PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


class _Back(msgspec.Struct):
    """Of the hub's `joined`: what a page that comes back gives, and gets."""

    position: str
    recovered: bool | None = None
    tail: list[msgspec.Raw] = []


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Messages a second at the pages, how old they were, and how busy the two processes were (1 is one core)."""

    rate: float
    ages: Sequence[int]
    """Nanoseconds, in order."""
    bytes_each: float
    peer_busy: float
    load_busy: float

    def age(self, share: float) -> float:
        """Milliseconds at this share of the messages."""
        return self.ages[min(len(self.ages) - 1, int(len(self.ages) * share))] / 1e6


class Load:
    """A peer under load. `fan` pages for each of `agents` agents are what `connect` opens."""

    def __init__(self, kind: str, agents: int) -> None:
        self.kind = kind
        self.agents = agents
        self.process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._tokens: dict[str, str] = {}
        self._vendor: Wire | None = None
        self._story = Story(agents)
        self._pages: list[Wire] = []
        self._joined = 0
        self._fan = 0
        self._sent = 0
        self._got = 0
        self._bytes = 0
        self._ages: list[int] = []
        self._full = False
        self._last: dict[Wire, bytes] = {}
        """Of pages that may come back: the last that each was told."""
        self._engine_io = kind in {"socketio", "socketio-told"}
        self._head = b'{"type":"entry"' if kind == "hub" else b'42["entry"' if self._engine_io else b"{"

    # --- the vendor's side ---------------------------------------------------------------------------------------------------

    def vendor(self) -> Wire:
        """The end that the peer's link calls."""
        return Wire(lambda _, __: None, opened=self._called)

    def _called(self, wire: Wire) -> None:
        self._vendor = wire
        wire.send(*beginning(self.agents))

    def send(self, count: int) -> None:
        """So many frames."""
        assert self._vendor is not None
        assert self._vendor.transport is not None, "the peer has hung up"
        self._vendor.send(*self._story.take(count))
        self._sent += count

    # --- the pages' side -----------------------------------------------------------------------------------------------------

    async def connect(self, fan: int, agents: range) -> None:
        """Open pages, `fan` for each of these agents, and wait until they are served."""
        loop = asyncio.get_running_loop()
        self._fan = fan
        path = "/v1/socket" if self.kind == "hub" else "/"
        if self._engine_io:
            path = "/socket.io/?EIO=4&transport=websocket"
        for number in agents:
            for _ in range(fan):
                page = self._page(number, path)
                await loop.create_connection(lambda page=page: page, "127.0.0.1", self._port)  # type: ignore[misc]
                self._pages.append(page)
        await self._until(lambda: self._joined >= len(self._pages), "all pages joined")

    async def look_on(self) -> None:
        """Open one page that watches every agent of the hub, and wait until it has them all."""
        self._fan = 1

        def opened(page: Wire) -> None:
            page.send(
                _json(type="hello", token=self._tokens["*"]), _json(type="watch", subjects={"agent/*": None})
            )

        def heard(_: Wire, payload: bytes) -> None:
            if payload.startswith(self._head):
                self._count(payload)
            elif payload.startswith(b'{"type":"joined"'):
                self._joined += 1

        page = Wire(heard, path="/v1/socket", opened=opened)
        self._pages.append(page)
        await asyncio.get_running_loop().create_connection(lambda: page, "127.0.0.1", self._port)
        await self._until(lambda: self._joined >= self.agents, "all agents joined")

    async def come_back(self) -> float:
        """Cut all pages of the hub at once, let each agent's call move on once, and bring the pages back, each by its position. The
        answer is how many seconds it took until all had what they missed.
        """
        agents, back = range(self.agents), 0
        places: dict[int, str] = {}
        loop = asyncio.get_running_loop()

        def returning(number: int) -> Wire:
            subject = subject_of(number)

            def opened(page: Wire) -> None:
                token = self._tokens[subject.removeprefix("agent/")]
                page.send(
                    _json(type="hello", token=token), _json(type="watch", subjects={subject: places[number]})
                )

            def heard(_: Wire, payload: bytes) -> None:
                nonlocal back
                if payload.startswith(b'{"type":"joined"'):
                    told = msgspec.json.decode(payload, type=_Back)
                    assert told.recovered is True, payload[:300]
                    assert told.tail, "something was missed"
                    back += 1

            return Wire(heard, path="/v1/socket", opened=opened)

        for number, page in zip(agents, self._pages, strict=True):
            places[number] = msgspec.json.decode(self._last[page], type=_Back).position
            page.close()
        self._pages, self._last = [], {}
        self.send(self.agents)
        await asyncio.sleep(1)  # the peer sees who is gone, and writes down what happened
        self._pages = [returning(number) for number in agents]
        began = time.monotonic()
        for start in range(0, self.agents, TOGETHER):
            part = self._pages[start : start + TOGETHER]
            await asyncio.gather(
                *(loop.create_connection(lambda page=page: page, "127.0.0.1", self._port) for page in part)  # type: ignore[misc]
            )
        await self._until(lambda: back >= self.agents, "all pages are back")
        return time.monotonic() - began

    def _page(self, number: int, path: str) -> Wire:
        subject = subject_of(number)

        def opened(page: Wire) -> None:
            match self.kind:
                case "hub":
                    token = self._tokens[subject.removeprefix("agent/")]
                    page.send(_json(type="hello", token=token), _json(type="watch", subjects={subject: None}))
                case "socketio" | "socketio-told":
                    pass
                case _:
                    page.send(subject.encode())

        def heard(page: Wire, payload: bytes) -> None:
            if payload.startswith(self._head):
                self._count(payload)
            elif self._engine_io:
                self._engine(page, payload, subject)
            elif payload == b"ready" or payload.startswith(b'{"type":"joined"'):
                self._joined += 1
                self._last[page] = payload

        return Wire(heard, path=path, opened=opened)

    def _engine(self, page: Wire, payload: bytes, subject: str) -> None:
        """What socket.io says before and beside its events."""
        if payload.startswith(b"0"):
            page.send(b"40")
        elif payload.startswith(b"40"):
            page.send(b"42" + json.dumps(["watch", subject]).encode())
        elif payload == b"2":
            page.send(b"3")
        elif payload.startswith(b'42["ready"'):
            self._joined += 1

    def _count(self, payload: bytes) -> None:
        taken = age(payload, time.monotonic_ns())
        if not taken:
            return
        self._got += 1
        self._bytes += len(payload)
        self._ages.append(taken)
        if self._full and self.on_the_way <= WINDOW // 2:
            self._fill()

    @property
    def on_the_way(self) -> int:
        """Messages that have not arrived."""
        return self._sent * self._fan - self._got

    def _fill(self) -> None:
        self.send(max(1, (WINDOW - self.on_the_way) // self._fan))

    # --- measuring -----------------------------------------------------------------------------------------------------------

    async def flat_out(self, seconds: float) -> Measured:
        """As fast as it goes with a window full of messages on their way; everything has to arrive."""
        before, self._full = self._got, True
        self._fill()
        await self._until(lambda: self._got > before + WINDOW, f"{self.kind}: it runs")
        found = await self._measured(asyncio.sleep(seconds))
        self._full = False
        await self._until(lambda: self.on_the_way == 0, f"{self.kind}: everything arrived")
        return found

    async def paced(self, rate: float, seconds: float) -> Measured:
        """So many frames a second, each at its moment, whatever the peer does."""

        async def pace() -> None:
            loop = asyncio.get_running_loop()
            began, sent, total = loop.time(), 0, int(rate * seconds)
            while sent < total:
                due = min(total, int((loop.time() - began) * rate) + 1)
                if due > sent:
                    self.send(due - sent)
                    sent = due
                await asyncio.sleep(max(0.0, began + sent / rate - loop.time()))
            await self._until(lambda: self.on_the_way == 0, f"{self.kind}: everything arrived")

        self.send(self.agents)
        await self._until(lambda: self.on_the_way == 0, f"{self.kind}: warm")
        return await self._measured(pace())

    async def _measured(self, what: Awaitable[None]) -> Measured:
        before, self._bytes, self._ages = self._got, 0, []
        began, load, peer = time.monotonic(), time.process_time(), self._peer_cpu()
        await what
        took, got, ages = time.monotonic() - began, self._got - before, sorted(self._ages)
        assert got, f"{self.kind}: nothing arrived"
        return Measured(
            rate=got / took,
            ages=ages,
            bytes_each=self._bytes / got,
            peer_busy=(self._peer_cpu() - peer) / took,
            load_busy=(time.process_time() - load) / took,
        )

    def resident(self) -> int:
        """Bytes of memory that the peer holds."""
        assert self.process is not None
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * _PAGE_SIZE

    def _peer_cpu(self) -> float:
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    async def _until(self, what: Callable[[], bool], what_for: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not what():
            assert time.monotonic() < deadline, f"not within {PATIENCE:.0f} s: {what_for}"
            await asyncio.sleep(0.005)

    def begin(self, process: subprocess.Popen[bytes], port: int, tokens: dict[str, str]) -> None:
        """The peer runs."""
        self.process, self._port, self._tokens = process, port, tokens

    def end(self) -> None:
        """Hang up."""
        for page in self._pages:
            page.close()


@asynccontextmanager
async def peer(kind: str, agents: int, folder: Path) -> AsyncIterator[Load]:
    """A peer of this kind, up, with a vendor of so many agents."""
    loop = asyncio.get_running_loop()
    load = Load(kind, agents)
    server = await loop.create_server(load.vendor, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "bench.peers",
        kind,
        f"http://127.0.0.1:{port}",
        str(folder),
        str(agents),
    ]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: ASYNC220 - it returns at once
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(loop.run_in_executor(None, process.stdout.readline), PATIENCE)
        assert line, f"{kind} did not start"
        said = json.loads(line)
        load.begin(process, said["port"], said["tokens"])
        yield load
    finally:
        load.end()
        server.close()
        process.kill()  # nothing of what it holds is wanted
        process.communicate()


def _json(**fields: object) -> bytes:
    return msgspec.json.encode(fields)
