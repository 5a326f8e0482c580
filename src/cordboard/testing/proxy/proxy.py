"""The proxy: a listener, the connections through it, and what is wrong for all of them."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, assert_never
from urllib.parse import urlsplit

from cordboard.testing.certificates import Authority, Flaw
from cordboard.testing.proxy import framing
from cordboard.testing.proxy.pipe import Ending, Ends, Pipe
from cordboard.testing.proxy.troubles import Trouble

_BACKLOG = 128


class FaultProxy:
    """Stands on a port of the loopback in front of `upstream` (``http://…``, ``https://…`` or ``tcp://host:port``) and passes all on,
    but for what `make` was told. With `tls` it shows a certificate for `host` that whoever is given `ca_file` trusts. HTTP and
    WebSockets are understood; anything else goes through as it comes. It lives on the loop that it is entered on.
    """

    def __init__(
        self,
        upstream: str,
        *,
        tls: bool = False,
        host: str = "localhost",
        upstream_ca: Path | None = None,
        client_ca: Path | None = None,
    ) -> None:
        """`client_ca`: whoever connects must show a certificate signed by this one."""
        parts = urlsplit(upstream)
        assert parts.hostname, f"{upstream!r} names no host"
        self._scheme = parts.scheme
        self._to = (
            parts.hostname,
            parts.port or {"https": 443, "wss": 443, "http": 80, "ws": 80}[parts.scheme],
        )
        self._onward = (
            ssl.create_default_context(cafile=upstream_ca) if parts.scheme in {"https", "wss"} else None
        )
        self._tls = tls
        self._host = host
        self._client_ca = client_ca
        self._folder = tempfile.TemporaryDirectory(prefix="cordboard-")
        self._authority = Authority(Path(self._folder.name)) if tls else None
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._pipes: set[Pipe] = set()
        self._coming: dict[socket.socket, Ending | None] = {}
        """Connections that do not stand yet, and what is to become of them."""
        self._timers: dict[str, Callable[[], object]] = {}
        self._open = asyncio.Event()
        self._open.set()
        self._delay = 0.0
        self._rate = 0
        self._mute = False
        self._flaw: Flaw = ""
        self._frames: list[str] = []
        self._rules: list[Trouble] = []
        self.port = 0
        self.connections = 0
        """How many were let in."""
        self.requests: list[tuple[str, str]] = []
        """Method and path of all requests that came, answered by whomever."""
        self.made: list[Trouble] = []
        """What was made to go wrong, in order."""
        self.met: Counter[str] = Counter()
        """How many frames, requests and connections met each kind of what goes wrong for those alone."""

    async def __aenter__(self) -> Self:
        """Listen."""
        self._listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all."""
        self.heal()
        await self._shut()
        for pipe in tuple(self._pipes):
            pipe.end("reset")
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._folder.cleanup()

    @property
    def url(self) -> str:
        """Where the proxy is to be had, in place of the upstream."""
        kind = {"https": "http", "wss": "ws", "tls": "tcp"}.get(self._scheme, self._scheme)
        secure = {"http": "https", "ws": "wss", "tcp": "tls"}
        return f"{secure[kind] if self._tls else kind}://{self._host}:{self.port}"

    @property
    def authority(self) -> Authority:
        """Who signs; with `tls` only."""
        assert self._authority is not None, "this proxy has no TLS"
        return self._authority

    @property
    def ca_file(self) -> Path:
        """The certificate of who signs, for whoever is to trust the proxy."""
        return self.authority.ca_file

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self._pipes)

    async def make(self, trouble: Trouble) -> None:
        """Let this go wrong from now on."""
        self.made.append(trouble)
        match trouble.kind:
            case "cut" | "reset" | "half-open":
                self.met[trouble.kind] += len(self._pipes)
                for pipe in tuple(self._pipes):
                    pipe.end(trouble.kind)
                # Those that are being made now meet it when they stand: to their clients they may stand already.
                self._coming = dict.fromkeys(self._coming, trouble.kind)
            case "stall":
                self._open.clear()
            case "delay":
                self._delay = trouble.by
            case "throttle":
                self._rate = trouble.rate
            case "duplicate" | "reorder":
                self._frames.extend([trouble.kind] * trouble.times)
            case "answer" | "lose-answer" | "spoil-answer":
                self._rules.extend([trouble] * trouble.times)
            case "refuse":
                await self._shut()
            case "mute":
                self._mute = True
            case "certificate":
                self._flaw = trouble.flaw
            case "say":
                for pipe in tuple(self._pipes):
                    self.met["say"] += await pipe.say(framing.TEXT, trouble.body)
            case "close":
                for pipe in tuple(self._pipes):
                    self.met["close"] += await pipe.say(
                        framing.CLOSE, trouble.status.to_bytes(2) + trouble.body
                    )
            case _:
                assert_never(trouble.kind)
        if trouble.seconds:
            loop = asyncio.get_running_loop()
            self._stop_timer(trouble.kind)
            self._timers[trouble.kind] = loop.call_later(trouble.seconds, self._over, trouble.kind).cancel

    def heal(self) -> None:
        """Nothing is wrong any more. Connections that are half open stay so."""
        for kind in ("stall", "delay", "throttle", "refuse", "mute", "certificate"):
            self._over(kind)
        self._frames.clear()
        self._rules.clear()

    # --- the weather of all connections ----------------------------------------------------------------------------

    async def passage(self, size: int) -> None:
        """Returns when so many bytes may pass."""
        if self._delay:
            await asyncio.sleep(self._delay)
        if self._rate:
            await asyncio.sleep(size / self._rate)
        await self._open.wait()

    def frame(self) -> str:
        """What becomes of the next frame."""
        if not self._frames:
            return ""
        what = self._frames.pop(0)
        self.met[what] += 1
        return what

    def request(self, method: str, path: str) -> Trouble | None:
        """What becomes of this request."""
        self.requests.append((method, path))
        rule = next((item for item in self._rules if path.startswith(item.path)), None)
        if rule is not None:
            self._rules.remove(rule)
            self.met[rule.kind] += 1
        return rule

    # --- connections -------------------------------------------------------------------------------------------------

    def _over(self, kind: str) -> None:
        self._stop_timer(kind)
        match kind:
            case "stall":
                self._open.set()
            case "delay":
                self._delay = 0.0
            case "throttle":
                self._rate = 0
            case "refuse":
                if self._listener is None:
                    self._listen()
            case "mute":
                self._mute = False
            case "certificate":
                self._flaw = ""
            case _:
                pass

    def _stop_timer(self, kind: str) -> None:
        cancel = self._timers.pop(kind, None)
        if cancel is not None:
            cancel()

    def _listen(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(_BACKLOG)
        listener.setblocking(False)  # noqa: FBT003 - the socket's own
        self.port = int(listener.getsockname()[1])
        self._listener = listener
        self._accepting = asyncio.ensure_future(self._accept(listener))

    async def _shut(self) -> None:
        if self._listener is None or self._accepting is None:
            return
        listener, accepting = self._listener, self._accepting
        self._listener = self._accepting = None
        accepting.cancel()
        await asyncio.wait((accepting,))
        listener.close()

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(listener)
            self.connections += 1
            task = asyncio.ensure_future(self._serve(connection))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket) -> None:
        if self._flaw:
            self.met["certificate"] += 1
        if self._mute:
            self.met["mute"] += 1
            await self._ignore(connection)
            return
        self._coming[connection] = None
        near: Ends | None = None
        try:
            near = await _streams(connection, self._context())
            far = await asyncio.open_connection(*self._to, ssl=self._onward)
        except (OSError, asyncio.CancelledError):  # TLS that failed is an OSError as well
            if near is not None:
                near[1].transport.abort()
            _drop(connection)
            return
        finally:
            ending = self._coming.pop(connection)
        pipe = Pipe(near, far, connection, self)
        self._pipes.add(pipe)
        if ending is not None:
            pipe.end(ending)
        try:
            await pipe.run()
        finally:
            self._pipes.discard(pipe)
        await pipe.gone()

    async def _ignore(self, connection: socket.socket) -> None:
        """Hear what is said and say nothing, until they go."""
        try:
            while await asyncio.get_running_loop().sock_recv(connection, 65_536):
                pass
        except OSError:
            pass
        finally:
            connection.close()

    def _context(self) -> ssl.SSLContext | None:
        if self._authority is None:
            return None
        context = self._contexts.get(self._flaw)
        if context is None:
            hosts = (self._host,) if self._host == "127.0.0.1" else (self._host, "127.0.0.1")
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=self._client_ca)
            context.load_cert_chain(self._authority.issue(*hosts, flaw=self._flaw))
            if self._client_ca is not None:
                context.verify_mode = ssl.CERT_REQUIRED
            self._contexts[self._flaw] = context
        return context


async def _streams(connection: socket.socket, context: ssl.SSLContext | None) -> Ends:
    """Reader and writer over a connection that was accepted."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**16, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=context)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


def _drop(connection: socket.socket) -> None:
    if connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
