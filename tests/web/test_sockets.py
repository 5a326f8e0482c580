"""Pages on sockets: who gets in, how they end, and that nobody waits for one that stopped reading."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
from collections.abc import Awaitable, Callable
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from cordboard.app import App
from cordboard.contract import Send
from cordboard.model.events import Unrecognised
from cordboard.model.ids import LinkId, Subject
from cordboard.model.log import draft
from cordboard.web.outgoing import frame
from cordboard.web.sockets import TOO_LARGE, TOO_SLOW

Start = Callable[..., Awaitable[App]]
Bearer = Callable[..., dict[str, str]]
Opens = Callable[[App], Awaitable[aiohttp.ClientWebSocketResponse]]
Until = Callable[[Callable[[], object]], Awaitable[None]]
ANN = Subject("agent/ann")


@pytest.fixture
def opened(client: aiohttp.ClientSession) -> Opens:
    async def open_(app: App) -> aiohttp.ClientWebSocketResponse:
        page = await client.ws_connect(app.url + "/echo/socket")
        async with asyncio.timeout(5):
            assert (await page.receive_str()).startswith("opened ")
        return page

    return open_


async def heard(page: aiohttp.ClientWebSocketResponse, said: str) -> str:
    await page.send_str(said)
    async with asyncio.timeout(5):
        return await page.receive_str()


async def ended(page: aiohttp.ClientWebSocketResponse) -> int | None:
    async with asyncio.timeout(10):
        while (await page.receive()).type not in {WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR}:
            pass
    return page.close_code


async def appended(app: App, count: int) -> None:
    event = Unrecognised(link=LinkId("hop"), at=1, channel="main", data="?")
    await app.hub.append([draft(ANN, event, app.hub.clock.now()) for _ in range(count)])


async def test_text_and_bytes_come_and_go_as_they_are(app: App, opened: Opens, until: Until) -> None:
    page = await opened(app)
    for size in (1, 125, 126, 1000):
        assert await heard(page, "é" * (size // 2) + "x") == "é" * (size // 2) + "x"
    await page.send_bytes(b"\x00\xff")
    assert await page.receive_bytes() == b"\x00\xff"
    await page.close()
    await until(lambda: not app.hub.metrics.pages)


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 70_000])
def test_a_frame_says_how_long_it_is(size: int) -> None:
    found = frame(b"x" * size, text=True)
    short = found[1]
    told, head = (short, 2) if short < 126 else (0, 0)
    if short == 126:
        told, head = int.from_bytes(found[2:4], "big"), 4
    elif short == 127:
        told, head = int.from_bytes(found[2:10], "big"), 10
    assert (found[0], told, len(found) - head) == (0x81, size, size)


async def test_compression_is_not_agreed_to(app: App, client: aiohttp.ClientSession) -> None:
    async with client.ws_connect(app.url + "/echo/socket", compress=15) as page:
        assert not page.compress


async def test_pages_of_foreign_origins_do_not_get_in(app: App, client: aiohttp.ClientSession) -> None:
    for origin in ("https://evil.example", "null", "http://crm.example", "https://crm.example.evil.example"):
        with pytest.raises(WSServerHandshakeError) as refused:
            await client.ws_connect(app.url + "/echo/socket", origin=origin)
        assert refused.value.status == 403
    for origin in ("https://crm.example", app.url):
        async with client.ws_connect(app.url + "/echo/socket", origin=origin) as page:
            assert (await page.receive_str()).endswith(origin)


async def test_pages_of_a_pattern_get_in(start: Start, client: aiohttp.ClientSession) -> None:
    app = await start(web={"origins": ["https://*.lightning.example"]})
    async with client.ws_connect(app.url + "/echo/socket", origin="https://acme.lightning.example") as page:
        assert (await page.receive_str()).endswith("https://acme.lightning.example")
    for origin in (
        "https://lightning.example",
        "http://acme.lightning.example",
        "https://lightning.example.evil",
    ):
        with pytest.raises(WSServerHandshakeError) as refused:
            await client.ws_connect(app.url + "/echo/socket", origin=origin)
        assert refused.value.status == 403


async def test_a_door_that_is_not_anonymous_wants_a_token(
    app: App, client: aiohttp.ClientSession, bearer: Bearer
) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await client.ws_connect(app.url + "/echo/private")
    assert refused.value.status == 401
    async with client.ws_connect(app.url + "/echo/private", headers=bearer()) as page:
        assert (await page.receive_str()).startswith("opened ann")


async def test_a_handshake_that_is_none_is_a_bad_request(app: App, client: aiohttp.ClientSession) -> None:
    for headers in (
        {},
        {"Upgrade": "websocket"},
        {"Upgrade": "websocket", "Connection": "Upgrade"},
        {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"},
        {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "99"},
        {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "no",
        },
    ):
        async with client.get(app.url + "/echo/socket", headers=headers) as answer:
            assert answer.status == 400
            assert (await answer.json())["error"]["code"] == "bad-request"


async def test_a_session_signs_in_by_its_first_words(app: App, opened: Opens, bearer: Bearer) -> None:
    page = await opened(app)
    token = bearer()["Authorization"].removeprefix("Bearer ")
    assert await heard(page, f"hello {token}x") == "identified token-invalid"
    assert await heard(page, "cookie abc") == "identified token-invalid"
    assert await heard(page, "basic ann:guess") == "identified wrong-password"
    assert await heard(page, f"hello {token}") == "identified ann"


async def test_frames_over_the_limit_close_the_page_with_a_name(app: App, opened: Opens) -> None:
    for size in (1025, 200_000, 2_000_000):
        page = await opened(app)
        await page.send_str("x" * size)
        assert await ended(page) == TOO_LARGE, size
    assert await heard(await opened(app), "still here") == "still here"


async def test_garbage_on_a_socket_ends_that_socket_alone(app: App, opened: Opens, until: Until) -> None:
    bystander = await opened(app)
    for garbage in (b"\xff\xff\xff\xff", b"\x81\x05hello", b"\x81\xfe\x00", b"\x83\x80\x00\x00\x00\x00"):
        reader, writer = await handshaken(app)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(garbage)
        writer.write_eof()
        async with asyncio.timeout(10):
            assert b"Traceback" not in await reader.read()
        writer.close()
    assert await heard(bystander, "still here") == "still here"
    await bystander.close()
    await until(lambda: not app.hub.metrics.pages)


async def test_a_session_closes_its_page_and_a_faulty_one_ends_alone(app: App, opened: Opens) -> None:
    page = await opened(app)
    await page.send_str("close 4202")
    assert await ended(page) == 4202
    page = await opened(app)
    await page.send_str("raise")
    assert await ended(page) == 4000


async def test_a_page_that_stops_reading_is_closed_and_slows_nobody(
    start: Callable[..., Any], opened: Opens
) -> None:
    app = await start(web={"backlog": 200_000})
    token = app.tokens.mint("ann", frozenset({"agent:ann"}), seconds=60, now=app.hub.clock.now())[0]
    good = await opened(app)
    assert await heard(good, f"hello {token}") == "identified ann"
    assert await heard(good, "watch agent/ann") == "joined agent/ann"

    reader, writer = await handshaken(app)
    await watching(reader, writer, token)
    transport = cast("asyncio.Transport", writer.transport)
    transport.pause_reading()

    seen = 0
    async with asyncio.timeout(60):
        while not app.edge.counts.slow_pages:
            await appended(app, 20)
            for _ in range(20):
                seen += 1
                assert f'"entry": {seen},' in await good.receive_str()
    assert app.hub.metrics.pages == 1, "the slow one has left at once"
    await appended(app, 1)
    assert f'"entry": {seen + 1},' in await good.receive_str()

    transport.resume_reading()
    async with asyncio.timeout(10):
        tail = await reader.read()
        while more := await reader.read():
            tail += more
    assert tail[-12:-8] == b"\x88\x0a" + TOO_SLOW.to_bytes(2, "big")
    assert tail.endswith(b"too slow")
    writer.close()


async def test_a_slow_page_that_never_reads_again_is_cut_off(
    start: Callable[..., Any], until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cordboard.web.sockets.GRACE", 0.2)
    app = await start(web={"backlog": 100_000})
    token = app.tokens.mint("ann", frozenset({"agent:ann"}), seconds=60, now=app.hub.clock.now())[0]
    reader, writer = await handshaken(app)
    await watching(reader, writer, token)
    cast("asyncio.Transport", writer.transport).pause_reading()
    async with asyncio.timeout(30):
        while not app.edge.counts.slow_pages:
            await appended(app, 20)
    await until(lambda: not app.edge._manager.connections)
    writer.transport.abort()


async def test_a_page_whose_wire_was_cut_this_moment_is_told_nothing(
    app: App, opened: Opens, until: Until
) -> None:
    await opened(app)
    (page,) = app.edge._sockets._pages
    page._transport.abort()
    for _ in range(10):
        page.send(Send(channel="page", data="too late"))
        await asyncio.sleep(0)
    await until(lambda: not app.hub.metrics.pages)


async def test_what_is_sent_in_one_turn_arrives_whole_and_in_order_and_the_close_behind_it(
    app: App, opened: Opens
) -> None:
    page = await opened(app)
    (ours,) = app.edge._sockets._pages
    said = [f"{number} {'x' * number * 100}" for number in range(10)]
    for data in said:
        ours.send(Send(channel="page", data=data))
    ours.end(4000, "that was all")
    ours.send(Send(channel="page", data="too late"))
    async with asyncio.timeout(5):
        assert [await page.receive_str() for _ in said] == said
    assert await ended(page) == 4000


async def test_a_flood_of_frames_is_read_at_its_pace(start: Callable[..., Any], opened: Opens) -> None:
    app = await start(web={"rate": {"frames_per_second": 50, "frames_burst": 5}})
    page = await opened(app)
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(20):
        await page.send_str(str(number))
    assert [await page.receive_str() for _ in range(20)] == [str(number) for number in range(20)]
    assert loop.time() - began > 0.25


async def test_a_stopping_hub_tells_its_pages_to_come_back(start: Callable[..., Any], opened: Opens) -> None:
    app = await start()
    page = await opened(app)
    _, code = await asyncio.gather(app.edge.stop(), ended(page))
    assert code == 4000


async def handshaken(app: App) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A raw connection with small buffers, on which a handshake was sent."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.settimeout(0)
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", app.edge.port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=4096)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /echo/socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    return reader, writer


async def watching(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
    async with asyncio.timeout(5):
        await reader.readuntil(b"opened")
        writer.write(masked(f"hello {token}"))
        await reader.readuntil(b"identified ann")
        writer.write(masked("watch agent/ann"))
        await reader.readuntil(b"joined agent/ann")


def masked(text: str) -> bytes:
    """A text frame as a browser sends it, masked with zeros."""
    data = text.encode()
    size = bytes((0x80 | len(data),)) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return b"\x81" + size + bytes(4) + data
