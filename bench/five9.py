"""Through the Five9 link, beside the simulator's own: what happens on the simulated floor, to the pages of either hub.

This process is the console of the floor and all pages, by hand-rolled sockets; the hubs (`hops.py`) are processes of their own. Events of the
Five9 wire carry no word of ours, so how old a message is follows from its place: one agent's calls are held and retrieved in turn, and told in order.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count, islice, pairwise
from pathlib import Path

import msgspec

from bench.hops import LOGGING_IN, NUMBER, Far, Near, Said
from bench.load import TOGETHER, Measured
from bench.wire import Wire

WINDOW = 500
"""Messages on their way at once when it goes as fast as it can."""
PATIENCE = 30.0
_TICKS = os.sysconf("SC_CLK_TCK")
_HELD, _RETRIEVED = b'"event":{"type":"Held"', b'"event":{"type":"Retrieved"'
_ESTABLISHED = b'"event":{"type":"Established"'


class Answered(msgspec.Struct):
    """What the floor's console says of an action."""

    type: str
    call: str | None = None


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What the pages heard; `near_busy`: how busy the hub with the floor was, where it is not the one that was measured (1 is one core)."""

    pages: Measured
    near_busy: float = 0.0


class Hub:
    """A process that runs a hub."""

    def __init__(self, process: subprocess.Popen[bytes], said: Said) -> None:
        self.said = said
        self._process = process

    def cpu(self) -> float:
        """Seconds of processor that it has used."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


class Floor:
    """The simulated floor's console, and a page for each agent."""

    def __init__(self, agents: int) -> None:
        self.agents = agents
        self._wire: Wire | None = None
        self._answers = 0
        self._calls: list[str] = []
        self._asked = 0
        self._pages: list[Wire] = []
        self._joined = 0
        self._talking = 0
        self._turns = count()
        self._sent: list[deque[int]] = [deque() for _ in range(agents)]
        self._told = 0
        self._got = 0
        self._bytes = 0
        self._ages: list[int] = []
        self._full = False

    def console(self) -> Wire:
        """The end that the floor's link calls."""
        return Wire(self._answered, opened=self._called)

    def _called(self, wire: Wire) -> None:
        self._wire = wire

    def _answered(self, _: Wire, payload: bytes) -> None:
        self._answers += 1
        answer = msgspec.json.decode(payload, type=Answered)
        if answer.call is not None and len(self._calls) < self.agents:
            self._calls.append(answer.call)

    async def log_on(self) -> None:
        """Everybody logs on, who has not yet."""
        await self._until(lambda: self._wire is not None, "the floor's link called")
        await self._asks("log_on", [{"agent": f"a{number}"} for number in range(self.agents)])

    async def talk(self, port: int, token: str) -> None:
        """A page for each agent, at this hub, and a call for each agent."""
        loop = asyncio.get_running_loop()
        for start in range(0, self.agents, TOGETHER):
            pages = [self._page(number, token) for number in range(self.agents)[start : start + TOGETHER]]
            await asyncio.gather(
                *(loop.create_connection(lambda page=page: page, "127.0.0.1", port) for page in pages)  # type: ignore[misc]
            )
            self._pages += pages
        await self._until(lambda: self._joined >= self.agents, "all pages joined")
        await self._asks(
            "make_call", [{"agent": f"a{number}", "to": NUMBER} for number in range(self.agents)]
        )
        assert len(self._calls) == self.agents, "not everybody could dial"
        await self._until(lambda: self._talking >= self.agents, "everybody talks")

    async def flat_out(self, seconds: float, hubs: Sequence[Hub]) -> Heard:
        """As fast as it goes with a window full of messages on their way; everything has to arrive. The last of the hubs is measured."""
        before, self._full = self._got, True
        self._fill()
        await self._until(lambda: self._got > before + WINDOW, "it runs")
        found = await self._measured(asyncio.sleep(seconds), hubs)
        self._full = False
        await self._until(lambda: self._got == self._told, "everything arrived")
        return found

    async def paced(self, rate: float, seconds: float, hubs: Sequence[Hub]) -> Heard:
        """So many events a second, each at its moment, whatever the hubs do."""

        async def pace() -> None:
            loop = asyncio.get_running_loop()
            began, sent, total = loop.time(), 0, int(rate * seconds)
            while sent < total:
                due = min(total, int((loop.time() - began) * rate) + 1)
                self._send(due - sent)
                sent = due
                await asyncio.sleep(max(0.0, began + sent / rate - loop.time()))
            await self._until(lambda: self._got == self._told, "everything arrived")

        self._send(2 * self.agents)
        await self._until(lambda: self._got == self._told, "warm")
        return await self._measured(pace(), hubs)

    def hang_up(self) -> None:
        """All pages at once."""
        for page in self._pages:
            page.close()

    def _page(self, number: int, token: str) -> Wire:
        subject = f"agent/a{number}"

        def opened(page: Wire) -> None:
            page.send(
                msgspec.json.encode({"type": "hello", "token": token}),
                msgspec.json.encode({"type": "watch", "subjects": {subject: None}}),
            )

        def heard(_: Wire, payload: bytes) -> None:
            if payload.startswith(b'{"type":"joined"'):
                self._joined += 1
            elif _HELD in payload or _RETRIEVED in payload:
                self._count(number, payload)
            elif _ESTABLISHED in payload:
                self._talking += 1

        return Wire(heard, path="/v1/socket", opened=opened)

    def _count(self, number: int, payload: bytes) -> None:
        self._ages.append(time.monotonic_ns() - self._sent[number].popleft())
        self._got += 1
        self._bytes += len(payload)
        if self._full and self._told - self._got <= WINDOW // 2:
            self._fill()

    def _fill(self) -> None:
        self._send(WINDOW - (self._told - self._got))

    def _send(self, many: int) -> None:
        """One agent after the other holds, then one after the other comes back."""
        frames = []
        now = time.monotonic_ns()
        for turn in islice(self._turns, many):
            back, number = divmod(turn % (2 * self.agents), self.agents)
            frames.append(
                b'{"name":"%b_call","params":{"agent":"a%d","call":"%b"}}'
                % (b"retrieve" if back else b"hold", number, self._calls[number].encode())
            )
            self._sent[number].append(now)
        self._told += many
        self._tell(frames)

    async def _asks(self, name: str, each: Sequence[Mapping[str, str]]) -> None:
        self._tell([msgspec.json.encode({"name": name, "params": params}) for params in each])
        await self._until(lambda: self._answers >= self._asked, f"the console answered: {name}")

    def _tell(self, frames: Sequence[bytes]) -> None:
        assert self._wire is not None
        assert self._wire.transport is not None, "the floor's link has hung up"
        self._asked += len(frames)
        self._wire.send(*frames)

    async def _measured(self, what: Awaitable[None], hubs: Sequence[Hub]) -> Heard:
        got, self._bytes, self._ages = self._got, 0, []
        began, load, before = time.monotonic(), time.process_time(), [hub.cpu() for hub in hubs]
        await what
        took, got, ages = time.monotonic() - began, self._got - got, sorted(self._ages)
        assert got, "nothing arrived"
        busy = [(hub.cpu() - used) / took for hub, used in zip(hubs, before, strict=True)]
        pages = Measured(
            rate=got / took,
            ages=ages,
            bytes_each=self._bytes / got,
            peer_busy=busy[-1],
            load_busy=(time.process_time() - load) / took,
        )
        return Heard(pages=pages, near_busy=sum(busy[:-1]))

    async def _until(self, what: Callable[[], bool], what_for: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not what():
            assert time.monotonic() < deadline, f"not within {PATIENCE:.0f} s: {what_for}"
            await asyncio.sleep(0.005)


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of processor in a minute, of hubs whose agents do nothing: `far` by Five9 links, `near` by the simulator's; by agents. And of the
    hub that serves the Five9 session to all of `far`.
    """

    far: Mapping[int, float]
    near: Mapping[int, float]
    serving: float


def more(found: Mapping[int, float]) -> dict[int, float]:
    """What 1,000 agents more cost, by each number of agents and the next smaller one: the same each time, if it is a line."""
    steps = pairwise(sorted(found))
    return {many: (found[many] - found[few]) / (many - few) * 1000 for few, many in steps}


async def events(link: str, agents: int, folder: Path, rate: float, seconds: float) -> tuple[Heard, Heard]:
    """What pages hear at this rate, and as fast as it goes, by this link: `simulator` or `five9`."""
    async with AsyncExitStack() as stack:
        floor, near = await _floor(stack, agents, folder, tls=link == "five9")
        hubs = [near]
        if link == "five9":
            hubs.append(await _far(stack, near.said, folder, range(agents)))
        await floor.log_on()
        await floor.talk(hubs[-1].said.port, hubs[-1].said.token)
        return await floor.paced(rate, seconds, hubs), await floor.flat_out(seconds, hubs)


async def idle(sizes: Sequence[int], folder: Path, seconds: float) -> Idle:
    """All hubs at once, in one span of time: they have next to nothing to do."""
    async with AsyncExitStack() as stack:
        floor, serving = await _floor(stack, sum(sizes), folder / "serving", tls=True)
        far: dict[int, Hub] = {}
        first = 0
        for size in sizes:
            agents = range(first, first + size)
            far[size] = await _far(stack, serving.said, folder / f"far-{size}", agents)
            first += size
        near: dict[int, Hub] = {}
        for size in sizes:
            alone, near[size] = await _floor(stack, size, folder / f"near-{size}", tls=False)
            await alone.log_on()
        await floor.log_on()
        hubs = [serving, *far.values(), *near.values()]
        await asyncio.sleep(seconds / 20)  # what came of it is over then
        before = [hub.cpu() for hub in hubs]
        began = time.monotonic()
        await asyncio.sleep(seconds)
        minutes = (time.monotonic() - began) / 60
        used = [(hub.cpu() - then) / minutes for hub, then in zip(hubs, before, strict=True)]
        many = len(sizes)
        return Idle(
            serving=used[0],
            far=dict(zip(sizes, used[1 : 1 + many], strict=True)),
            near=dict(zip(sizes, used[1 + many :], strict=True)),
        )


async def _floor(stack: AsyncExitStack, agents: int, folder: Path, *, tls: bool) -> tuple[Floor, Hub]:
    floor = Floor(agents)
    server = await asyncio.get_running_loop().create_server(floor.console, "127.0.0.1", 0)
    stack.callback(server.close)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    asked = Near(folder=str(folder / "near"), console=url, agents=agents, tls=tls)
    hub = await stack.enter_async_context(_hub("near", asked))
    stack.callback(floor.hang_up)
    return floor, hub


async def _far(stack: AsyncExitStack, said: Said, folder: Path, agents: range) -> Hub:
    asked = Far(
        folder=str(folder / "far"),
        url=said.url,
        ca_file=said.ca_file,
        password_file=said.password_file,
        agents=tuple(agents),
    )
    return await stack.enter_async_context(_hub("far", asked))


@asynccontextmanager
async def _hub(kind: str, asked: Near | Far) -> AsyncIterator[Hub]:
    command = [sys.executable, "-m", "bench.hops", kind, msgspec.json.encode(asked).decode()]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: ASYNC220 - it returns at once
    try:
        assert process.stdout is not None
        loop = asyncio.get_running_loop()
        line = await asyncio.wait_for(
            loop.run_in_executor(None, process.stdout.readline), LOGGING_IN + PATIENCE
        )
        assert line, f"{kind} did not start"
        yield Hub(process, msgspec.json.decode(line, type=Said))
    finally:
        process.kill()  # nothing of what it holds is wanted
        process.communicate()
