"""What is measured: each a process that takes frames from the vendor's socket and tells pages. ``python -m bench.peers KIND PORT FOLDER``

- `hub`: the whole of Cordboard: link, log, fold, native session, web edge.
- `best-told`, `best`: the same steps and nothing else: decode, SQLite FULL with group commit, fold, aiohttp send. The first
  sends what the hub's pages get, change and controls included, the second the bare entry.
- `socketio-told`: those steps again, with python-socketio to send: what the hub's pages get, from the same log.
- `aiohttp`, `uvloop`, `socketio`: the frame as it came, to whoever asked for its subject. Nothing is kept.

When it can be used it prints a line of JSON: the `port`, and for `hub` a `token` for each agent asked for.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import sqlite3
import sys
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from itertools import chain
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import aiohttp
import msgspec
import uvloop
from aiohttp import web

from bench.frames import LINK, decode_envelope, subject_of
from bench.scripted import Scripted
from bench.wire import Wire
from cordboard.app import running
from cordboard.app.logs import configure
from cordboard.model.events import decode_event
from cordboard.model.fold import fold, initial
from cordboard.model.ids import Subject
from cordboard.model.log import Entry, checksum
from cordboard.model.state import SubjectState
from cordboard.model.view import change
from cordboard.protocols.native import protocol as native, wire
from cordboard.settings import parsed

Run = Callable[[str, Path, int], Coroutine[Any, Any, None]]
Sending = asyncio.Queue[list[tuple[Subject, str]]]
decode_json = msgspec.json.Decoder().decode
_COLUMNS = "(?,?,?,?,?,?)"
_GROUP = 512


async def hub(vendor: str, folder: Path, agents: int) -> None:
    settings = parsed(
        {
            "data": str(folder),
            "web": {"port": 0, "rate": {"address_per_second": 0, "identity_per_second": 0}},
            "log": {"level": "error"},
            "links": [{"name": LINK, "protocol": "scripted", "options": {"url": vendor}}],
        }
    )
    configure(settings.log)
    async with running(settings, protocols={"native": native, "scripted": Scripted()}) as app:
        tokens = {}
        for name in (subject_of(number).removeprefix("agent/") for number in range(agents)):
            scopes, now = frozenset({f"agent:{name}"}), app.hub.clock.now()
            tokens[name], _ = app.tokens.mint(name, scopes, seconds=3600, now=now, agent=name)
        tokens["*"], _ = app.tokens.mint("all", frozenset({"tenant"}), seconds=3600, now=app.hub.clock.now())
        await _ready(app.edge.port, tokens)


async def best(vendor: str, folder: Path, agents: int, *, told: bool = False) -> None:
    del agents
    pages, sending, port = await _pages()
    await asyncio.gather(_sent(sending, pages), _kept(vendor, folder, sending, told=told), _ready(port))


async def _kept(vendor: str, folder: Path, sending: Sending, *, told: bool) -> None:
    """Decode, log, fold; what is on disk is put into `sending` as the text of a message, for each subject in order."""
    states: dict[Subject, SubjectState] = {}
    seqs: defaultdict[Subject, int] = defaultdict(int)
    log = _Log(folder / "best.db", asyncio.get_running_loop())

    def committed(group: list[Entry]) -> None:
        texts = []
        for entry in group:
            before = states.get(entry.subject) or initial(entry.subject)
            after = states[entry.subject] = fold(before, entry)
            message = wire.told(entry, change(before, after) if told else None)
            texts.append((entry.subject, wire.encode(message).decode()))
        sending.put_nowait(texts)

    log.committed = committed

    def heard(data: str) -> None:
        frame = decode_envelope(data)
        body, subject = bytes(frame.event), frame.subject
        seqs[subject] = seq = seqs[subject] + 1
        log.queue.put(
            Entry(
                subject=subject,
                seq=seq,
                at=1,
                event=decode_event(body),
                body=body,
                origin=frame.origin,
                sum=checksum(subject, seq, 1, frame.origin, body),
            )
        )

    await _heard(vendor, heard)


async def best_told(vendor: str, folder: Path, agents: int) -> None:
    await best(vendor, folder, agents, told=True)


async def bare_aiohttp(vendor: str, folder: Path, agents: int) -> None:
    del folder, agents
    pages, sending, port = await _pages()
    await asyncio.gather(
        _sent(sending, pages),
        _heard(vendor, lambda data: sending.put_nowait([(decode_envelope(data).subject, data)])),
        _ready(port),
    )


async def bare_uvloop(vendor: str, folder: Path, agents: int) -> None:
    del folder, agents
    loop = asyncio.get_running_loop()
    pages: defaultdict[str, list[Wire]] = defaultdict(list)

    def asked(page: Wire, payload: bytes) -> None:
        pages[payload.decode()].append(page)
        page.send(b"ready")

    def heard(_: Wire, payload: bytes) -> None:
        for page in pages[decode_envelope(payload).subject]:
            page.send(payload)

    server = await loop.create_server(lambda: Wire(asked), "127.0.0.1", 0)
    await loop.create_connection(lambda: Wire(heard, path="/"), "127.0.0.1", int(vendor.rpartition(":")[2]))
    await _ready(server.sockets[0].getsockname()[1])


async def socketio(vendor: str, folder: Path, agents: int) -> None:
    del folder, agents
    server, port = await _socketio()

    async def heard(data: str) -> None:
        message = json.loads(data)
        await server.emit("entry", message, to=message["subject"])

    await asyncio.gather(_heard(vendor, heard), _ready(port))


async def socketio_told(vendor: str, folder: Path, agents: int) -> None:
    del agents
    server, port = await _socketio()
    sending: Sending = asyncio.Queue()

    async def sent() -> None:
        while True:
            for subject, text in await sending.get():
                await server.emit(
                    "entry", decode_json(text), to=subject
                )  # it takes objects and encodes them itself

    await asyncio.gather(sent(), _kept(vendor, folder, sending, told=True), _ready(port))


async def _socketio() -> tuple[Any, int]:
    """A server of python-socketio whose pages are in the room of the subject that they ask for; and the port."""
    server = importlib.import_module("socketio").AsyncServer(async_mode="aiohttp")

    async def watch(sid: str, subject: str) -> None:
        await server.enter_room(sid, subject)
        await server.emit("ready", to=sid)

    server.on("watch", watch)
    app = web.Application()
    server.attach(app)
    return server, await _serving(app)


KINDS: dict[str, Run] = {
    "hub": hub,
    "best-told": best_told,
    "best": best,
    "aiohttp": bare_aiohttp,
    "uvloop": bare_uvloop,
    "socketio-told": socketio_told,
    "socketio": socketio,
}


class _Log:
    """SQLite, WAL and FULL, one thread; what was queued while it committed is its next commit, one statement each."""

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop) -> None:
        self.queue: SimpleQueue[Entry] = SimpleQueue()
        self.committed: Callable[[list[Entry]], None] = lambda _: None
        self._path = path
        self._loop = loop
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        database = sqlite3.connect(self._path, isolation_level=None, cached_statements=_GROUP)
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("CREATE TABLE log (subject, seq, at, origin, sum, body)")
        while True:
            group = [self.queue.get()]
            while len(group) < _GROUP:
                try:
                    group.append(self.queue.get_nowait())
                except Empty:
                    break
            rows = [(item.subject, item.seq, item.at, item.origin, item.sum, item.body) for item in group]
            statement = f"INSERT INTO log VALUES {','.join([_COLUMNS] * len(rows))}"  # noqa: S608 - no value in it
            database.execute(statement, tuple(chain.from_iterable(rows)))
            self._loop.call_soon_threadsafe(self.committed, group)


async def _pages() -> tuple[dict[str, list[web.WebSocketResponse]], Sending, int]:
    """Pages on aiohttp, by the subject that their first frame names; and the port."""
    pages: defaultdict[str, list[web.WebSocketResponse]] = defaultdict(list)

    async def page(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        pages[await socket.receive_str()].append(socket)
        await socket.send_str("ready")
        async for _ in socket:
            pass
        return socket

    app = web.Application()
    app.router.add_get("/", page)
    return pages, asyncio.Queue(), await _serving(app)


async def _sent(sending: Sending, pages: dict[str, list[web.WebSocketResponse]]) -> None:
    while True:
        for subject, text in await sending.get():
            for socket in pages[subject]:
                if not socket.closed:
                    await socket.send_str(text)


async def _heard(vendor: str, heard: Callable[[str], Awaitable[None] | None]) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(vendor, compress=0) as socket:
        async for message in socket:
            if (waiting := heard(message.data)) is not None:
                await waiting


async def _serving(app: web.Application) -> int:
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return int(runner.addresses[0][1])


async def _ready(port: int, tokens: dict[str, str] | None = None) -> None:
    """Say so, and run until whoever started this ends it."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    print(json.dumps({"port": port, "tokens": tokens or {}}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    raise SystemExit


def main(kind: str, vendor: str, folder: str, agents: str) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(KINDS[kind](vendor, Path(folder), int(agents)))


if __name__ == "__main__":
    main(*sys.argv[1:])
