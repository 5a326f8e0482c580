"""A link's sockets on networks that are not always there: found dead in time, closed in time, through whatever stands between."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
import uvloop
from aiohttp import WSMsgType, web

from cordboard.contract import Close, Closed, Received, Request, Send
from cordboard.hub.network.network import watched
from cordboard.testing.proxy import FaultProxy, Trouble, answer
from tests.hub.wire import company_proxy, echo, vendor, wire

Put = Callable[..., Awaitable[FaultProxy]]


def ws(url: str) -> str:
    return url.replace("http", "ws", 1)


async def test_a_socket_over_tls_is_closed_with_the_vendors_words(fault_proxy: Put) -> None:
    async with vendor(echo=echo) as url:
        proxy = await fault_proxy(url, tls=True)
        async with wire(ca_file=str(proxy.ca_file)) as line:
            await line.opened(ws(f"{proxy.url}/echo"))
            line.channels.send(Send(channel="c", data="hello"))
            assert (await line.next(Received)).data == "hello"
            line.channels.send(Send(channel="c", data="leave"))
            closed = await line.next(Closed)
            assert (closed.code, closed.reason) == (4001, "so long")
            await line.opened(ws(f"{proxy.url}/echo"))
            line.channels.close_one(Close(channel="c", code=4000, reason="enough"))
            line.channels.send(Send(channel="c", data="too late"))
            closed = await line.next(Closed)
            assert (closed.code, closed.reason) == (1000, ""), "the vendor's good-bye, whatever ours was"


async def test_a_half_open_socket_is_found_by_a_ping(fault_proxy: Put) -> None:
    async with vendor(echo=echo) as url, wire(ping_seconds=0.2) as line:
        proxy = await fault_proxy(url)
        await line.opened(ws(f"{proxy.url}/echo"))
        await proxy.make(Trouble(kind="half-open"))
        closed = await line.next(Closed)
        assert (closed.code, closed.reason) == (1006, "heartbeat-lost")


async def test_a_vendor_is_pinged_only_while_it_is_silent_and_never_where_the_link_forbids_it() -> None:
    pings: list[int] = []
    heard = asyncio.Event()

    async def watch(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        pings.append(0)
        async for message in socket:
            if message.type is WSMsgType.PING:
                pings[-1] += 1
                await socket.pong(message.data)
                heard.set()
            else:
                await socket.close()
        return socket

    # Silence on a socket is no failure, as it is on a request.
    async with vendor(watch=watch) as url, wire(ping_seconds=0.05, silence_seconds=0.1) as line:
        await line.opened(ws(f"{url}/watch"))
        await asyncio.wait_for(heard.wait(), 10)
        line.channels.send(Send(channel="c", data="bye"))
        await line.next(Closed)
        await line.opened(ws(f"{url}/watch"), ping=False)
        assert (await line.replied(f"{url}/nothing")).status == 404
        await asyncio.sleep(0.2)  # four times as long as the other was silent at most
        line.channels.send(Send(channel="c", data="bye"))
        await line.next(Closed)
        assert pings[0]
        assert not pings[1]


async def test_the_opening_is_refused_with_a_status(fault_proxy: Put) -> None:
    async with vendor(echo=echo) as url, wire() as line:
        proxy = await fault_proxy(url)
        for trouble, status, after in (
            (answer(401), 401, None),
            (answer(429, retry_after=3), 429, 3000),
            (answer(200), 200, None),
        ):
            await proxy.make(trouble)
            closed = await line.unopened(ws(f"{proxy.url}/echo"))
            assert (closed.reason, closed.status, closed.retry_after) == ("handshake-refused", status, after)


async def test_an_opening_that_is_never_answered() -> None:
    over = asyncio.Event()

    async def never(_: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    async with vendor(never=never) as url, wire(open_seconds=0.2) as line:
        closed = await line.unopened(ws(f"{url}/never"))
        assert (closed.reason, closed.status) == ("connect-timeout", 0)
        over.set()


async def test_a_vendor_that_takes_nothing_is_left() -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        await over.wait()
        writer.close()

    over = asyncio.Event()
    server = await asyncio.start_server(deaf, "127.0.0.1", 0)
    async with wire(silence_seconds=0.2) as line:
        await line.opened(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}", kind="tcp")
        for _ in range(40):
            line.channels.send(Send(channel="c", data=b"x" * 1_000_000, text=False))
        closed = await line.next(Closed)
        assert (closed.code, closed.reason) == (1006, "send-timeout")
        over.set()
    server.close()


async def test_frames_that_are_too_large() -> None:
    async with vendor(echo=echo) as url, wire(frame_bytes=1024) as line:
        await line.opened(ws(f"{url}/echo"))
        line.channels.send(Send(channel="c", data="x" * 2000))
        closed = await line.next(Closed)
        assert (closed.code, closed.reason) == (1009, "too-large")


async def test_a_vendor_that_never_says_good_bye() -> None:
    async def stubborn(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoclose=False)
        await socket.prepare(request)
        await socket.receive()
        await over.wait()
        return socket

    over = asyncio.Event()
    async with vendor(stubborn=stubborn) as url, wire(close_seconds=0.1) as line:
        await line.opened(ws(f"{url}/stubborn"))
        line.channels.close_one(Close(channel="c"))
        assert (await line.next(Closed)).code in {1000, 1006}
        over.set()


async def test_tcp_plain_and_with_tls(fault_proxy: Put) -> None:
    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line.upper())
        writer.close()

    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    proxy = await fault_proxy(f"tcp://127.0.0.1:{port}", tls=True)
    async with wire(ca_file=str(proxy.ca_file)) as line:
        for url in (f"tcp://127.0.0.1:{port}", f"127.0.0.1:{port}", proxy.url):
            await line.opened(url, kind="tcp")
            line.channels.send(Send(channel="c", data="hello\n"))
            assert (await line.next(Received)).data == b"HELLO\n"
            line.channels.close_one(Close(channel="c"))
            assert (await line.next(Closed)).code == 1000
        await line.opened(proxy.url, kind="tcp")
        await proxy.make(Trouble(kind="reset"))
        closed = await line.next(Closed)
        assert (closed.code, closed.reason) == (1006, "connection-lost")
    async with wire() as line:
        assert (await line.unopened(proxy.url, "tcp")).reason == "certificate-untrusted"
        assert (await line.unopened("tcp://nowhere", "tcp")).reason == "bad-address"
    server.close()


def test_the_system_watches_connections() -> None:
    with socket.socket() as connection:
        watched(connection, 6)
        found = {
            name: connection.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
            for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")
        }
        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert found["TCP_KEEPIDLE"] + found["TCP_KEEPINTVL"] * found["TCP_KEEPCNT"] <= 10
        assert found["TCP_USER_TIMEOUT"] <= 10_000


async def through(kind: str) -> None:
    """All ways through a company's proxy, by names that only it knows."""
    async with vendor(echo=echo, hello=hello) as url:
        port = url.rpartition(":")[2]
        async with (
            FaultProxy(url, tls=True, host="cti.vendor.example") as front,
            company_proxy(front.authority.issue("127.0.0.1") if kind == "https" else None) as company,
        ):
            secure = f"cti.vendor.example:{front.port}"
            proxy = f"{kind}://ann:secret@127.0.0.1:{company.port}"
            async with wire(proxy=proxy, ca_file=str(front.ca_file), no_proxy=("127.0.0.0/8",)) as line:
                assert (await line.replied(f"https://{secure}/hello")).data == b"hello"
                assert (await line.replied(f"http://plain.vendor.example:{port}/hello")).data == b"hello"
                assert (await line.replied(f"{url}/hello")).data == b"hello"
                for address in (f"wss://{secure}/echo", f"ws://plain.vendor.example:{port}/echo"):
                    await line.opened(address)
                    line.channels.send(Send(channel="c", data="leave"))
                    assert (await line.next(Closed)).code == 4001
                await line.opened(f"tls://{secure}", kind="tcp")
                line.channels.send(Send(channel="c", data=b"GET /hello HTTP/1.0\r\n\r\n", text=False))
                assert b"200" in str((await line.next(Received)).data).encode()
                line.channels.drop()
            hosts = {asked.split()[-1] for asked in company.asked}
            assert hosts == {secure, f"plain.vendor.example:{port}"}
            async with wire(proxy=proxy.replace("secret", "wrong"), ca_file=str(front.ca_file)) as line:
                assert await line.failed(f"https://{secure}/hello") == ("proxy-refused", False)
                assert (await line.unopened(f"wss://{secure}/echo")).reason == "proxy-refused"
                assert (await line.unopened(f"tls://{secure}", "tcp")).reason == "proxy-refused"
            async with wire(proxy=proxy, connect_seconds=5) as line:
                reason = "proxy-failed" if kind == "https" else "certificate-untrusted"
                assert await line.failed(f"https://{secure}/hello") == (reason, False)
                assert (await line.unopened(f"tls://{secure}", "tcp")).reason == reason
            async with wire(proxy=proxy, ca_file=str(front.ca_file)) as line:
                await front.make(Trouble(kind="certificate", flaw="untrusted"))
                assert await line.failed(f"https://{secure}/hello") == ("certificate-untrusted", False)
                assert (await line.unopened(f"tls://{secure}", "tcp")).reason == "certificate-untrusted"
                front.heal()
            async with wire(proxy=proxy, ca_file=str(front.ca_file), connect_seconds=0.2) as line:
                await front.make(Trouble(kind="mute"))
                assert await line.failed(f"https://{secure}/hello") == ("connect-timeout", False)
                assert (await line.unopened(f"wss://{secure}/echo")).reason == "connect-timeout"
                assert (await line.unopened(f"tls://{secure}", "tcp")).reason == "connect-timeout"
    async with wire(proxy=proxy) as line:  # nobody is there any more
        assert await line.failed(f"https://{secure}/hello") == ("proxy-failed", False)
        assert (await line.unopened(f"wss://{secure}/echo")).reason == "proxy-failed"
        assert (await line.unopened(f"tls://{secure}", "tcp")).reason == "proxy-failed"


async def hello(_: web.Request) -> web.Response:
    return web.Response(text="hello")


@pytest.mark.parametrize("kind", ["http", "https", "socks5", "socks5h"])
async def test_through_a_companys_proxy(kind: str) -> None:
    await through(kind)


def test_the_same_on_the_loop_that_a_hub_runs_on() -> None:
    async def all_of_it() -> None:
        for kind in ("http", "https", "socks5"):
            await through(kind)
        async with (
            vendor(echo=echo) as url,
            FaultProxy(url, tls=True) as proxy,
            wire(ping_seconds=0.2, ca_file=str(proxy.ca_file)) as line,
        ):
            await line.opened(ws(f"{proxy.url}/echo"))
            await proxy.make(Trouble(kind="half-open"))
            assert (await line.next(Closed)).reason == "heartbeat-lost"

    main: Coroutine[Any, Any, None] = all_of_it()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


async def test_cookies_go_where_their_domain_says() -> None:
    async def login(request: web.Request) -> web.Response:
        response = web.Response()
        response.set_cookie("session", "s1", domain="vendor.example")
        response.set_cookie("here", "h1")
        response.set_cookie("stolen", "x", domain="other.example")
        response.set_cookie("deep", "d1", path="/deep")
        return response

    async def shown(request: web.Request) -> web.Response:
        return web.Response(text=" ".join(sorted(request.cookies)))

    async with vendor(login=login, shown=shown) as url, company_proxy() as company:
        port = url.rpartition(":")[2]
        proxy = f"socks5://ann:secret@127.0.0.1:{company.port}"
        for kept in (True, False):
            async with wire(proxy=proxy, cookies=kept) as line:
                await line.replied(f"http://login.vendor.example:{port}/login")
                seen = {
                    host: (await line.replied(f"http://{host}:{port}/shown")).data.decode()
                    for host in ("login.vendor.example", "dc7.vendor.example", "other.example", "127.0.0.1")
                }
            expected = {"login.vendor.example": "here session", "dc7.vendor.example": "session"}
            assert seen == {host: expected.get(host, "") if kept else "" for host in seen}


async def test_a_link_that_is_dropped_hears_nothing_more(fault_proxy: Put) -> None:
    async with vendor(echo=echo, hello=hello) as url, wire() as line:
        proxy = await fault_proxy(url)
        await line.opened(ws(f"{proxy.url}/echo"))
        await proxy.make(Trouble(kind="stall"))
        line.channels.send(Send(channel="c", data="hello"))
        line.channels.request(Request(name="r", method="GET", url=f"{proxy.url}/hello"))
        line.channels.drop()
        proxy.heal()
        assert (await line.replied(f"{proxy.url}/hello")).data == b"hello"
        assert line.frames.empty()
