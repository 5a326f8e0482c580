"""A link's HTTP requests on networks that are not always there: what is told, and what is never done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from cordboard.contract import REASONS, Replied, Request
from cordboard.hub.network.asking import retry_after
from cordboard.hub.network.limits import HostLimits
from cordboard.testing.certificates import Authority
from cordboard.testing.proxy import FaultProxy, Trouble, answer
from tests.hub.wire import vendor, wire

Put = Callable[..., Awaitable[FaultProxy]]
NOW = 1_767_225_600_000  # Thu, 01 Jan 2026 00:00:00 GMT


class Counter:
    """A door that counts."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    async def door(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.text())
        return web.Response(text=str(len(self.bodies)))


async def test_whom_a_link_trusts(fault_proxy: Put) -> None:
    async with vendor(count=Counter().door) as url:
        proxy = await fault_proxy(url, tls=True)
        address = f"{proxy.url}/count"
        async with wire() as line:
            assert await line.failed(address) == ("certificate-untrusted", False)
        async with wire(ca_file=str(proxy.ca_file)) as line:
            assert (await line.replied(address)).data == b"1"
        for flaw, reason in (
            ("expired", "certificate-expired"),
            ("not-yet-valid", "certificate-expired"),
            ("wrong-host", "certificate-wrong-host"),
            ("untrusted", "certificate-untrusted"),
        ):
            await proxy.make(Trouble(kind="certificate", flaw=flaw))  # type: ignore[arg-type]
            async with wire(ca_file=str(proxy.ca_file)) as line:
                assert await line.failed(address, repeatable=True) == (reason, False)
                closed = await line.unopened(f"{proxy.url.replace('http', 'ws')}/count")
                assert closed.reason == reason
            proxy.heal()


async def test_a_link_shows_its_certificate(fault_proxy: Put, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with vendor(count=Counter().door) as url:
        proxy = await fault_proxy(url, tls=True, client_ca=authority.ca_file)
        async with wire(ca_file=str(proxy.ca_file)) as line:
            reason, _ = await line.failed(f"{proxy.url}/count", method="POST")
            assert reason in {"tls-failed", "connection-lost"}, "TLS 1.3 says it a moment later"
        async with wire(ca_file=str(proxy.ca_file), client_certificate=str(authority.issue("hub"))) as line:
            assert (await line.replied(f"{proxy.url}/count")).data == b"1"


async def test_where_nobody_is(fault_proxy: Put) -> None:
    async with vendor(count=Counter().door) as url, wire(connect_seconds=0.3) as line:
        proxy = await fault_proxy(url, tls=True)
        assert await line.failed("https://nobody.invalid/") == ("dns-failed", False)
        assert (await line.unopened("wss://nobody.invalid/")).reason == "dns-failed"
        assert (await line.unopened("tcp://nobody.invalid:1", "tcp")).reason == "dns-failed"
        for address in ("", "ftp://x/", "nothing", "http://x:99999/"):
            assert await line.failed(address, repeatable=True) == ("bad-address", False)
        await proxy.make(Trouble(kind="mute"))
        assert await line.failed(f"{proxy.url}/count") == ("connect-timeout", False)
        assert (await line.unopened(f"wss://localhost:{proxy.port}/")).reason == "connect-timeout"
        assert (await line.unopened(f"tls://localhost:{proxy.port}", "tcp")).reason == "connect-timeout"
        await proxy.make(Trouble(kind="refuse"))
        assert await line.failed(f"{proxy.url}/count") == ("connect-refused", False)
        assert (await line.unopened(f"tls://localhost:{proxy.port}", "tcp")).reason == "connect-refused"


async def test_a_name_that_nobody_looks_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", never)
    async with wire(connect_seconds=0.1) as line:
        assert await line.failed("https://vendor.example/") == ("connect-timeout", False)
        assert (await line.unopened("wss://vendor.example/")).reason == "connect-timeout"
        assert (await line.unopened("tls://vendor.example:5223", "tcp")).reason == "connect-timeout"


async def test_an_answer_that_does_not_come_in_time(fault_proxy: Put) -> None:
    counter, over = Counter(), asyncio.Event()

    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"half")
        await over.wait()
        return response

    async def never(_: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    async with vendor(count=counter.door, half=half, never=never) as url, wire(silence_seconds=0.2) as line:
        assert await line.failed(f"{url}/never") == ("response-timeout", True)
        assert await line.failed(f"{url}/half") == ("body-timeout", True)
        assert await line.failed(f"{url}/never", timeout=50) == ("timeout", True)
        proxy = await fault_proxy(url)
        await proxy.make(Trouble(kind="cut", seconds=0))
        await proxy.make(Trouble(kind="lose-answer"))
        assert await line.failed(f"{proxy.url}/count", method="POST", body=b"call") == (
            "connection-lost",
            True,
        )
        assert counter.bodies == ["call"]
        over.set()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "GET"])
async def test_only_what_is_repeatable_is_done_again(fault_proxy: Put, method: str) -> None:
    counter = Counter()
    async with vendor(count=counter.door) as url, wire() as line:
        proxy = await fault_proxy(url)
        await line.replied(f"{proxy.url}/count", method)
        # The next goes over the same connection, on which a library might repeat by itself.
        await proxy.make(Trouble(kind="lose-answer"))
        assert await line.failed(f"{proxy.url}/count", method) == ("connection-lost", True)
        assert len(counter.bodies) == 2
        await proxy.make(Trouble(kind="lose-answer", times=2))
        assert (await line.replied(f"{proxy.url}/count", method, repeatable=True)).data == b"5"
        await proxy.make(Trouble(kind="lose-answer", times=3))
        assert await line.failed(f"{proxy.url}/count", method, repeatable=True) == ("connection-lost", True)
        assert proxy.connections < len(proxy.requests), "connections are kept"


async def test_the_vendor_says_when(fault_proxy: Put) -> None:
    counter = Counter()
    async with vendor(count=counter.door) as url, wire() as line:
        proxy = await fault_proxy(url)
        address = f"{proxy.url}/count"
        await proxy.make(answer(429, retry_after=0, times=2))
        assert (await line.replied(address, repeatable=True)).status == 200
        await proxy.make(answer(503, retry_after=0, times=3))
        assert (await line.replied(address, repeatable=True)).status == 503, "three times is enough"
        await proxy.make(answer(429, retry_after=120))
        reply = await line.replied(address, repeatable=True)
        assert (reply.status, reply.retry_after) == (429, 120_000), "no time for it: the link decides"
        await proxy.make(answer(503, retry_after=7))
        reply = await line.replied(address)
        assert (reply.status, reply.retry_after) == (503, 7_000)
        await proxy.make(answer(503))
        reply = await line.replied(address, repeatable=True)
        assert (reply.status, reply.retry_after) == (503, None), "an answer, and no word of coming back"
        await proxy.make(answer(435, b"{half"))
        reply = await line.replied(address)
        assert (reply.status, reply.data) == (435, b"{half")
        assert counter.bodies == [""]


@pytest.mark.parametrize(
    ("text", "date", "millis"),
    [
        ("5", "", 5_000),
        (" 0 ", "", 0),
        ("Thu, 01 Jan 2026 00:00:09 GMT", "", 9_000),
        # The vendor's clock is an hour ahead of ours, and it means its own.
        ("Thu, 01 Jan 2026 01:00:09 GMT", "Thu, 01 Jan 2026 01:00:00 GMT", 9_000),
        ("Wed, 31 Dec 2025 00:00:00 GMT", "", 0),
        ("99999999999999", "", 86_400_000),
        ("-1", "", None),
        ("soon", "", None),
        ("", "", None),
        ("٣", "", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, date: str, millis: int | None) -> None:
    assert retry_after({"retry-after": text, "date": date}, NOW) == millis


async def test_answers_that_are_too_large_or_no_answers() -> None:
    async def large(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 3000)

    async def small_when_packed(_: web.Request) -> web.Response:
        response = web.Response(body=b"x" * 3000)
        response.enable_compression(web.ContentCoding.gzip)
        return response

    async def long(_: web.Request) -> web.Response:
        return web.Response(headers={"X-Long": "x" * 3000})

    async def noise(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x16\x03\x01 what?\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(noise, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with (
        vendor(large=large, packed=small_when_packed, long=long) as url,
        wire(body_bytes=2048, header_bytes=2048) as line,
    ):
        for door in ("large", "packed", "long"):
            assert await line.failed(f"{url}/{door}", repeatable=True) == ("too-large", True), door
        assert await line.failed(f"http://127.0.0.1:{port}/") == ("bad-response", True)
        assert (await line.unopened(f"ws://127.0.0.1:{port}/")).reason == "bad-response"
    server.close()


async def test_redirects_are_the_links_to_follow() -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "/count"})

    counter = Counter()
    async with vendor(elsewhere=elsewhere, count=counter.door) as url, wire() as line:
        reply = await line.replied(f"{url}/elsewhere", "POST", body=b"secret")
        assert (reply.status, reply.headers["location"]) == (307, "/count")
        closed = await line.unopened(f"{url}/elsewhere".replace("http", "ws"))
        assert (closed.reason, closed.status) == ("redirected", 307)
        assert not counter.bodies


async def test_no_more_than_so_many_at_once_at_one_host() -> None:
    under_way: list[int] = [0]
    both = asyncio.Event()
    over = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        under_way.append(under_way[-1] + 1)
        if under_way[-1] == 2:
            both.set()
        await over.wait()
        under_way.append(under_way[-1] - 1)
        return web.Response()

    async with vendor(slow=slow, count=Counter().door) as url, wire(at_once=2) as line:
        for number in range(5):
            line.channels.request(Request(name=f"r{number}", method="GET", url=f"{url}/slow"))
        await both.wait()
        assert await line.failed(f"{url}/count", timeout=50) == ("host-busy", False)
        over.set()
        for _ in range(5):
            assert (await line.next(Replied)).status == 200
        assert max(under_way) == 2


async def test_no_more_than_so_many_a_second() -> None:
    loop = asyncio.get_running_loop()
    limits = HostLimits(0, 50)
    began = loop.time()
    for _ in range(4):
        async with limits.place("vendor.example"):
            pass
    async with limits.place("other.example"):
        pass
    assert loop.time() - began >= 3 / 50 - 0.005


async def test_who_waits_long_keeps_no_place_from_others() -> None:
    limits = HostLimits(1, 0, held=0.05)
    async with asyncio.timeout(10), limits.place("v"), limits.place("v"):
        pass
    async with asyncio.timeout(10), limits.place("v"):
        assert limits._places["v"].locked(), "each gave its own back, once"


def test_every_reason_is_explained() -> None:
    assert all(text.endswith(".") for text in REASONS.values())
