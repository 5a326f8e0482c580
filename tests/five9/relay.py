"""What stands between a hub and other people's clients in these tests: TLS, as a proxy before a hub has it, and a pencil."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, WSMessage, WSMsgType, web

from cordboard.testing.certificates import Authority

PATIENCE = 30
NOT_PASSED_ON = {
    "connection",
    "transfer-encoding",
    "content-length",
    "content-encoding",
    "date",
    "server",
}
SHAKEN = {
    "upgrade",
    "sec-websocket-key",
    "sec-websocket-version",
    "sec-websocket-extensions",
    "sec-websocket-accept",
}
TOLD = ("accept", "authorization", "content-type", "cookie", "farmid", "host", "origin")
"""Headers of requests that the transcript has."""

Line = dict[str, Any]


class Relay:
    """A TLS server on the loopback that passes everything on to `upstream`, which may be set later, and writes it down.

    `lines`, in the order in which they came by: ``ask`` (a request), ``answer``, ``open`` (a socket), ``up`` and ``down`` (its
    frames), ``close``; each with the number of its request or socket.
    """

    def __init__(self, host: str = "localhost") -> None:
        self.upstream = ""
        self.lines: list[Line] = []
        self._host = host
        self._news = Condition()
        self._numbers = 0
        self._folder = tempfile.TemporaryDirectory(prefix="cordboard-")
        self._authority = Authority(Path(self._folder.name))
        self.ca_file = self._authority.ca_file
        self._begun: Future[int] = Future()
        self._sockets: set[web.WebSocketResponse] = set()
        self._thread = Thread(target=lambda: asyncio.run(self._live()), name="relay", daemon=True)

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        self.port = self._begun.result(PATIENCE)
        self.url = f"https://{self._host}:{self.port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(PATIENCE)
        self._folder.cleanup()

    def until(self, wanted: Callable[[Line], bool]) -> Line:
        """The first line that is wanted, once it has come by."""
        with self._news:
            found = self._news.wait_for(
                lambda: next((line for line in self.lines if wanted(line)), None), PATIENCE
            )
        assert found is not None, "it did not come by"
        return found

    async def _live(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._authority.issue(self._host, "127.0.0.1"))
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._pass)
        # Cookies are the two ends' business: one jar for all who come would mix them up.
        timeout = ClientTimeout(total=PATIENCE)
        async with ClientSession(
            cookie_jar=DummyCookieJar(), auto_decompress=False, timeout=timeout
        ) as self._onward:
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
            await site.start()
            self._begun.set_result(runner.addresses[0][1])
            await self._end.wait()
            for socket in tuple(self._sockets):
                await socket.close()
            await runner.cleanup()

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        self._numbers += 1
        number = self._numbers
        if request.headers.get("upgrade", "").lower() == "websocket":
            return await self._join(request, number)
        body = await request.read()
        self.note(
            "ask",
            number,
            method=request.method,
            path=request.raw_path,
            headers=_told(request),
            body=body.decode(),
        )
        headers = {name: text for name, text in request.headers.items() if name.lower() not in NOT_PASSED_ON}
        async with self._onward.request(
            request.method,
            self.upstream + request.raw_path,
            headers=headers,
            data=body,
            allow_redirects=False,
        ) as said:
            data = await said.read()
            self.note(
                "answer",
                number,
                status=said.status,
                cookies=_cookies(said.headers.getall("set-cookie", [])),
                body=data.decode(),
            )
            reply = web.Response(status=said.status, body=data)
            for name, text in said.headers.items():
                if name.lower() not in NOT_PASSED_ON:
                    reply.headers.add(name, text) if name.lower() == "set-cookie" else reply.headers.update(
                        {name: text}
                    )
            return reply

    async def _join(self, request: web.Request, number: int) -> web.StreamResponse:
        headers = {
            name: text for name, text in request.headers.items() if name.lower() not in NOT_PASSED_ON | SHAKEN
        }
        upstream = self.upstream.replace("http", "ws", 1) + request.raw_path
        async with self._onward.ws_connect(upstream, headers=headers) as beyond:
            near = web.WebSocketResponse()
            await near.prepare(request)
            self._sockets.add(near)
            self.note("open", number, path=request.raw_path, headers=_told(request))
            down = asyncio.create_task(self._carry(number, "down", beyond, near))
            up = asyncio.create_task(self._carry(number, "up", near, beyond))
            await asyncio.wait((down, up), return_when=asyncio.FIRST_COMPLETED)
            code, by = (beyond.close_code, "hub") if down.done() else (near.close_code, "client")
            self.note("close", number, code=code, by=by)
            await near.close(code=code if code and code not in {1005, 1006} else 1000)
            await beyond.close(code=code if code and code not in {1005, 1006} else 1000)
            await asyncio.wait((down, up))
            self._sockets.discard(near)
            return near

    async def _carry(self, number: int, way: str, source: Any, target: Any) -> None:  # noqa: ANN401 - either kind of socket
        message: WSMessage
        async for message in source:
            if message.type is WSMsgType.TEXT:
                self.note(way, number, text=message.data)
                await target.send_str(message.data)

    def note(self, what: str, number: int, **said: object) -> None:
        """Write a line."""
        with self._news:
            self.lines.append({"do": what, "number": number, **said})
            self._news.notify_all()


def _told(request: web.Request) -> dict[str, str]:
    return {name.lower(): text for name, text in request.headers.items() if name.lower() in TOLD}


def _cookies(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition(";")[0].split("=", 1) for line in lines)
    return {name: value.strip('"') for name, value in pairs}
