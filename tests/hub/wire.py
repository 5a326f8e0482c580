"""A link's way to the network in a test: effects in, frames out; a vendor, and the proxies of a company before it."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from aiohttp import web

from cordboard.contract import Closed, Failed, LinkFrame, Open, Opened, Replied, Request
from cordboard.hub.channels import Channels
from cordboard.hub.clock import SystemClock
from cordboard.hub.network.network import Network
from cordboard.hub.network.settings import NetworkSettings

F = TypeVar("F", bound=LinkFrame)


class Wire:
    """The channels of one link."""

    def __init__(self, network: Network) -> None:
        self.frames: asyncio.Queue[LinkFrame] = asyncio.Queue()
        self.channels = Channels(SystemClock(), self.frames.put_nowait, network)

    async def next(self, kind: type[F]) -> F:
        async with asyncio.timeout(20):
            frame = await self.frames.get()
        assert isinstance(frame, kind), frame
        return frame

    async def replied(self, url: str, method: str = "GET", **fields: object) -> Replied:
        self.channels.request(Request(name="r", method=method, url=url, **fields))  # type: ignore[arg-type]
        return await self.next(Replied)

    async def failed(self, url: str, method: str = "GET", **fields: object) -> tuple[str, bool]:
        """The reason, and whether it may have been sent."""
        self.channels.request(Request(name="r", method=method, url=url, **fields))  # type: ignore[arg-type]
        frame = await self.next(Failed)
        return frame.reason, frame.sent

    async def opened(self, url: str, kind: str = "ws", **fields: object) -> None:
        self.channels.open(Open(channel="c", kind=kind, url=url, **fields))  # type: ignore[arg-type]
        await self.next(Opened)

    async def unopened(self, url: str, kind: str = "ws") -> Closed:
        self.channels.open(Open(channel="c", kind=kind, url=url))  # type: ignore[arg-type]
        closed = await self.next(Closed)
        assert closed.code == 0
        return closed


@asynccontextmanager
async def wire(**settings: object) -> AsyncIterator[Wire]:
    made = Wire(Network(NetworkSettings(**settings), environment={}))  # type: ignore[arg-type]
    try:
        yield made
    finally:
        await made.channels.close()


@asynccontextmanager
async def vendor(**doors: Callable[[web.Request], object]) -> AsyncIterator[str]:
    """A server with a door for each name; its address."""
    app = web.Application()
    for name, door in doors.items():
        app.router.add_route("*", f"/{name}", door)  # type: ignore[arg-type]
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def echo(request: web.Request) -> web.WebSocketResponse:
    """A WebSocket that says again what it hears, and leaves when it is told to."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        if message.data == "leave":
            await socket.close(code=4001, message=b"so long")
        else:
            await socket.send_str(message.data)
    return socket


class CompanyProxy:
    """A proxy that speaks SOCKS5 and HTTP, for `ann` with the password `secret`; every name leads to this machine."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        """Hosts and ports, as they were asked for."""
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = await reader.readexactly(1)
            onward = await (
                self._socks(reader, writer) if first == b"\x05" else self._http(first, reader, writer)
            )
            if onward is not None:
                far, back = onward
                await asyncio.gather(_pump(reader, back), _pump(far, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _socks(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(b"\x05\x02")
        await reader.readexactly(1)
        user = await reader.readexactly((await reader.readexactly(1))[0])
        password = await reader.readexactly((await reader.readexactly(1))[0])
        good = (user, password) == (b"ann", b"secret")
        writer.write(b"\x01\x00" if good else b"\x01\x01")
        if not good:
            return None
        kind = (await reader.readexactly(4))[3]
        if kind == 1:
            host = str(ipaddress.ip_address(await reader.readexactly(4)))
        else:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        port = int.from_bytes(await reader.readexactly(2))
        self.asked.append(f"{host}:{port}")
        onward = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        return onward

    async def _http(
        self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        head = first + await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b" ", 2)
        if b"proxy-authorization: basic yw5uonnly3jlda==" not in head.lower():
            writer.write(b"HTTP/1.1 407 Who are you?\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return None
        tunnel = method == b"CONNECT"
        place = target.decode() if tunnel else target.decode().split("/")[2]
        self.asked.append(f"{method.decode()} {place}")
        far, back = await asyncio.open_connection("127.0.0.1", int(place.rpartition(":")[2]))
        if tunnel:
            writer.write(b"HTTP/1.1 200 Go on\r\n\r\n")
        else:
            back.write(head)
        return far, back


@asynccontextmanager
async def company_proxy(certificate: Path | None = None) -> AsyncIterator[CompanyProxy]:
    """`certificate`: what it shows, with its key, if it is itself reached with TLS."""
    made = CompanyProxy()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=context)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    except OSError:
        pass
    finally:
        sink.close()
