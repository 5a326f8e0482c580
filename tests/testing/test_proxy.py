"""The fault-injecting proxy: what it makes of a server that does nothing wrong itself."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from cordboard.testing.certificates import Authority
from cordboard.testing.proxy import KINDS, FaultProxy, Trouble, answer, random_troubles
from cordboard.testing.proxy.framing import Cutter, answers, raw, requests

Put = Callable[..., Awaitable[FaultProxy]]


class Vendor:
    """Counts what it is asked, and tells whoever has a socket what the test says."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.heard: list[str] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.url = ""

    async def count(self, request: web.Request) -> web.Response:
        self.asked.append(await request.text())
        return web.Response(text=f"{len(self.asked)}")

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        async for message in socket:
            self.heard.append(message.data)
            await socket.send_str(f"you said {message.data}")
        return socket


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    vendor = Vendor()
    app = web.Application()
    app.router.add_route("*", "/count", vendor.count)
    app.router.add_get("/socket", vendor.socket)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    vendor.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield vendor
    await runner.cleanup()


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


def trusting(proxy: FaultProxy) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=proxy.ca_file)


async def test_nothing_goes_wrong_of_itself_over_tls(
    vendor: Vendor, client: aiohttp.ClientSession, fault_proxy: Put
) -> None:
    proxy = await fault_proxy(vendor.url, tls=True)
    assert proxy.url.startswith("https://localhost:")

    async def chunked() -> AsyncIterator[bytes]:
        yield b"in "
        yield b"parts"

    for body in (b"", b"plain", chunked()):
        async with client.post(f"{proxy.url}/count", data=body, ssl=trusting(proxy)) as reply:
            assert reply.status == 200
    assert vendor.asked == ["", "plain", "in parts"]
    async with client.ws_connect(f"{proxy.url}/socket", ssl=trusting(proxy)) as socket:
        for text in ("one", "x" * 70_000):
            await socket.send_str(text)
            assert (await socket.receive_str()) == f"you said {text}"
    assert proxy.requests == [("POST", "/count")] * 3 + [("GET", "/socket")]


async def test_answers_in_place_of_the_vendor(
    vendor: Vendor, client: aiohttp.ClientSession, fault_proxy: Put
) -> None:
    proxy = await fault_proxy(vendor.url)
    await proxy.make(answer(429, b"{}", retry_after=2, times=2, path="/count"))
    for _ in range(2):
        async with client.post(f"{proxy.url}/count", data=b"body") as reply:
            assert (reply.status, reply.headers["Retry-After"], await reply.text()) == (429, "2", "{}")
    async with client.get(f"{proxy.url}/count") as reply:
        assert (reply.status, await reply.text()) == (200, "1")
    await proxy.make(answer(503))
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await client.ws_connect(f"{proxy.url}/socket")
    assert refused.value.status == 503


async def test_an_answer_is_lost_after_the_vendor_did_what_it_was_asked(
    vendor: Vendor, client: aiohttp.ClientSession, fault_proxy: Put
) -> None:
    proxy = await fault_proxy(vendor.url)
    await proxy.make(Trouble(kind="lose-answer"))
    with pytest.raises(aiohttp.ClientError):
        await client.post(f"{proxy.url}/count", data=b"do it")
    assert vendor.asked == ["do it"]


@pytest.mark.parametrize("kind", ["cut", "reset"])
async def test_connections_end(
    vendor: Vendor, client: aiohttp.ClientSession, fault_proxy: Put, kind: str
) -> None:
    proxy = await fault_proxy(vendor.url, tls=True)
    socket = await client.ws_connect(f"{proxy.url}/socket", ssl=trusting(proxy))
    await proxy.make(Trouble(kind=kind))  # type: ignore[arg-type]
    said = await socket.receive(5)
    assert said.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
    assert socket.close_code == 1006
    again = await client.ws_connect(f"{proxy.url}/socket", ssl=trusting(proxy))
    await again.close()


async def test_half_open_connections_carry_nothing_and_new_ones_do(
    vendor: Vendor, client: aiohttp.ClientSession, fault_proxy: Put
) -> None:
    proxy = await fault_proxy(vendor.url)
    old = await client.ws_connect(f"{proxy.url}/socket", heartbeat=0.2)
    await proxy.make(Trouble(kind="half-open"))
    await old.send_str("lost")
    new = await client.ws_connect(f"{proxy.url}/socket")
    await new.send_str("there")
    assert await new.receive_str() == "you said there"
    await vendor.sockets[0].send_str("lost too")
    assert (await old.receive(5)).type is not aiohttp.WSMsgType.TEXT, "only its own heartbeat finds out"
    assert vendor.heard == ["there"]
    await new.close()


async def test_frames_come_twice_or_in_another_order(
    vendor: Vendor, client: aiohttp.ClientSession, fault_proxy: Put
) -> None:
    proxy = await fault_proxy(vendor.url)
    async with client.ws_connect(f"{proxy.url}/socket", compress=15) as socket:
        await proxy.make(Trouble(kind="duplicate", times=1))
        await proxy.make(Trouble(kind="reorder", times=1))
        for text in ("a", "b", "c", "d"):
            await socket.send_str(text)
        said = [(await socket.receive_str())[-1] for _ in range(5)]
    assert said == ["a", "a", "c", "b", "d"]


async def test_what_lasts_is_over_by_itself(
    vendor: Vendor, client: aiohttp.ClientSession, fault_proxy: Put
) -> None:
    proxy = await fault_proxy(vendor.url)
    async with client.ws_connect(f"{proxy.url}/socket") as socket:
        for trouble in (
            Trouble(kind="stall", seconds=0.2),
            Trouble(kind="delay", seconds=0.2, by=0.01),
            Trouble(kind="throttle", seconds=0.2, rate=1000),
        ):
            await proxy.make(trouble)
            for text in ("a", "b"):
                await socket.send_str(text)
            assert [await socket.receive_str(timeout=5) for _ in range(2)] == ["you said a", "you said b"]


async def test_nobody_listens_and_nobody_speaks(
    vendor: Vendor, client: aiohttp.ClientSession, fault_proxy: Put
) -> None:
    proxy = await fault_proxy(vendor.url, tls=True)
    await proxy.make(Trouble(kind="refuse"))
    with pytest.raises(aiohttp.ClientConnectorError) as refused:
        await client.get(f"{proxy.url}/count", ssl=trusting(proxy))
    assert isinstance(refused.value.os_error, ConnectionRefusedError)
    proxy.heal()
    await proxy.make(Trouble(kind="mute"))
    with pytest.raises(TimeoutError):
        await client.get(f"{proxy.url}/count", ssl=trusting(proxy), timeout=aiohttp.ClientTimeout(total=0.2))
    proxy.heal()
    async with client.get(f"{proxy.url}/count", ssl=trusting(proxy)) as reply:
        assert reply.status == 200
    assert vendor.asked == [""]


@pytest.mark.parametrize(
    ("flaw", "words"),
    [
        ("expired", "expired"),
        ("not-yet-valid", "not yet valid"),
        ("wrong-host", "mismatch"),
        ("untrusted", "self"),
    ],
)
async def test_certificates_that_nobody_takes(
    vendor: Vendor, client: aiohttp.ClientSession, fault_proxy: Put, flaw: str, words: str
) -> None:
    proxy = await fault_proxy(vendor.url, tls=True)
    await proxy.make(Trouble(kind="certificate", flaw=flaw))  # type: ignore[arg-type]
    with pytest.raises(aiohttp.ClientConnectorCertificateError) as refused:
        await client.get(f"{proxy.url}/count", ssl=trusting(proxy))
    assert words in str(refused.value.certificate_error)
    proxy.heal()
    async with client.get(f"{proxy.url}/count", ssl=trusting(proxy)) as reply:
        assert reply.status == 200


async def test_a_client_shows_its_certificate(
    vendor: Vendor, client: aiohttp.ClientSession, fault_proxy: Put, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    proxy = await fault_proxy(vendor.url, tls=True, client_ca=authority.ca_file)
    context = trusting(proxy)
    with pytest.raises(aiohttp.ClientError):
        await client.get(f"{proxy.url}/count", ssl=context)
    known = trusting(proxy)
    known.load_cert_chain(authority.issue("a hub"))
    async with client.get(f"{proxy.url}/count", ssl=known) as reply:
        assert reply.status == 200


async def test_what_is_no_http_passes_as_it_is(fault_proxy: Put) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    proxy = await fault_proxy(f"tcp://127.0.0.1:{port}", tls=True)
    assert proxy.url == f"tls://localhost:{proxy.port}"
    reader, writer = await asyncio.open_connection("localhost", proxy.port, ssl=trusting(proxy))
    for line in (b"<stream>\n", b"GET lost\n", b"\x00\xff\n"):
        writer.write(line)
        assert await reader.readline() == line
    writer.close()
    await writer.wait_closed()
    server.close()
    assert not proxy.requests


def test_the_same_seed_is_the_same_bad_day() -> None:
    day = random_troubles(7, 200, longest=3)
    assert day == random_troubles(7, 200, longest=3)
    assert day != random_troubles(8, 200, longest=3)
    assert {trouble.kind for trouble in day} == set(KINDS)
    assert max(trouble.seconds for trouble in day) <= 3


def test_streams_are_cut_alike_however_they_come() -> None:
    up = (
        b"GET /a HTTP/1.1\r\nhost: x\r\n\r\n"
        b"POST /b HTTP/1.1\r\ncontent-length: 4\r\n\r\nbody"
        b"PUT /c HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        b"GET /d HTTP/1.1\r\n\r\n"
        b"\x81\x01a"
    )
    frames = b"\x81\x01a" + b"\x82\x7e\x00\x80" + b"b" * 128 + b"\x01\x01c\x80\x01d" + b"\x89\x00"
    down = b"HTTP/1.1 101 Switching\r\nupgrade: websocket\r\n\r\n" + frames
    for make, stream, heads, lasts in (
        (requests, up, ["/a", "/b", "/c", "/d"], 4),
        (answers, down, [], 2),
        (raw, up, [], 0),
    ):
        for size in (1, 3, len(stream)):
            cutter = Cutter(make())
            pieces = [
                piece for at in range(0, len(stream), size) for piece in cutter.feed(stream[at : at + size])
            ]
            assert b"".join(piece.data for piece in pieces) == stream
            assert [piece.path for piece in pieces if piece.method] == heads
            assert sum(piece.last for piece in pieces) == lasts


async def test_the_vendor_says_what_it_never_said_and_spoils_what_it_did(
    vendor: Vendor, client: aiohttp.ClientSession, fault_proxy: Put
) -> None:
    proxy = await fault_proxy(vendor.url, tls=True)
    await proxy.make(Trouble(kind="spoil-answer", status=500, body=b"<html>"))
    async with client.post(f"{proxy.url}/count", data=b"do it", ssl=trusting(proxy)) as reply:
        assert (reply.status, await reply.read()) == (500, b"<html>")
    assert vendor.asked == ["do it"]
    long = b"x" * 70_000
    async with client.ws_connect(f"{proxy.url}/socket", ssl=trusting(proxy)) as socket:
        await socket.send_str("a")
        assert await socket.receive_str() == "you said a"
        for body in (b"boo", b"x" * 200, long):
            await proxy.make(Trouble(kind="say", body=body))
            assert (await socket.receive_str()).encode() == body
        await socket.send_str("b")
        assert await socket.receive_str() == "you said b"
        await proxy.make(Trouble(kind="close", status=4001, body=b"gone"))
        said = await socket.receive(5)
        assert (said.type, said.data, said.extra) == (aiohttp.WSMsgType.CLOSE, 4001, "gone")


async def test_who_never_says_good_bye_is_left_when_the_proxy_goes() -> None:
    """A vendor hangs up at once; the client's TLS hears it and answers nothing."""
    hung_up = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = hung_up.sockets[0].getsockname()[1]
    async with FaultProxy(f"tcp://127.0.0.1:{port}", tls=True) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = trusting(proxy).wrap_bio(heard, said, server_hostname="localhost")
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                writer.write(said.read())
                heard.write(await reader.read(65_536))
        writer.write(said.read())
        async with asyncio.timeout(10):
            while proxy.open or not proxy.connections:
                await reader.read(65_536)  # its good-bye
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionResetError):
            while await reader.read(65_536):
                pass
    writer.close()
    hung_up.close()
