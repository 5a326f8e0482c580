"""The client: signs in, watches, comes back where it stopped, commands.

It never does anything twice. A command that was under way when the socket broke is asked for again under its own id, which
the hub answers from memory; where that memory may be gone (another epoch, a subject that is not watched) the
outcome is `Unconfirmed`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from random import Random, SystemRandom
from types import TracebackType
from typing import Any, Self, TypeVar, assert_never

import aiohttp
import msgspec

from cordboard.client.http import error_of
from cordboard.client.stream import Changed, Gap, Stream, advanced, joined
from cordboard.contract import Identity
from cordboard.kit.backoff import backoff
from cordboard.model.commands import Command, NoAnswer, Outcome, Query, Result, Service, Unconfirmed
from cordboard.model.errors import CallerError, CordboardError, InternalError, VendorError
from cordboard.model.ids import CommandId, Subject
from cordboard.model.view import View
from cordboard.protocols.native import wire

FRAME_LIMIT = 64 * 1024 * 1024
HELLO_SECONDS = 10.0
RENEW_PAUSE = 1.0

T = TypeVar("T")

Token = str | Callable[[], Awaitable[str]]
News = (
    wire.Gauge
    | wire.Shared
    | wire.Claimed
    | wire.Peers
    | wire.Guarded
    | wire.Asked
    | wire.Maintenance
    | wire.Error
)


class Client:
    """A connection to a hub that outlives its sockets. Use it as an async context manager."""

    def __init__(
        self,
        url: str,
        *,
        token: Token,
        name: str = "cordboard-python",
        received: Callable[[wire.Entry], None] | None = None,
        random: Random | None = None,
        first_pause: int = 500,
        longest_pause: int = 30_000,
    ) -> None:
        """`token`: a token, or where to get a fresh one: asked at each sign-in and before one expires. `received` is told of
        every entry as it comes, those of tails included. `first_pause`: milliseconds before the first reconnect;
        they double with each, up to `longest_pause`.
        """
        self.identity: Identity | None = None
        self.streams: dict[Subject, Stream] = {}
        self._url = url.rstrip("/")
        self._token = token
        self._name = name
        self._received = received
        self._random = random or SystemRandom()
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._http: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._task: asyncio.Task[None] | None = None
        self._online = asyncio.Event()
        self._attempt = 0
        """Tries to sign in since it last worked."""
        self._fatal: CordboardError | None = None
        self._refusal: CordboardError | None = None
        """The last error that nobody waited for: it tells why a socket was closed."""
        self._watched: dict[str, None] = {}
        self._joining: dict[str, asyncio.Future[View]] = {}
        self._pongs: list[asyncio.Future[None]] = []
        self._commands: dict[str, tuple[Command, asyncio.Future[Outcome]]] = {}
        self._asks: dict[str, tuple[wire.Ask, asyncio.Future[Result]]] = {}
        self._changes: list[asyncio.Queue[Changed | None]] = []
        self._news: list[asyncio.Queue[News | None]] = []

    @property
    def views(self) -> dict[Subject, View]:
        """The watched subjects as they are now."""
        return {subject: stream.view for subject, stream in self.streams.items()}

    async def __aenter__(self) -> Self:
        """Connect and sign in. `CordboardError` if the hub will not have us; a hub that is not there yet is waited for."""
        self._http = aiohttp.ClientSession()
        self._task = asyncio.create_task(self._run())
        try:
            await self._up()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave."""
        await self.close()

    async def close(self) -> None:
        """Leave for good; whoever waits hears that nobody will answer."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._end(CallerError("going-away", "the client was closed"))
        if self._http is not None:
            await self._http.close()

    # --- watching --------------------------------------------------------------------------------------------------------

    async def watch(self, subject: str) -> View:
        """Follow a subject; its view. `CordboardError` if it may not be seen."""
        await self._up()
        self._watched[subject] = None
        future = self._joining.get(subject)
        if future is None:
            future = self._joining[subject] = asyncio.get_running_loop().create_future()
            await self._send(wire.Watch(subjects={subject: self._place(subject)}))
        return await asyncio.shield(future)

    async def watch_kind(self, kind: str) -> None:
        """Follow all subjects of a kind that we may see (``agent``), those to come included. Those there are, are there then, but for
        some of very many, which come as fast as we take them.
        """
        await self._up()
        self._watched[f"{kind}/*"] = None
        await self._send(wire.Watch(subjects={f"{kind}/*": None}))
        pong = asyncio.get_running_loop().create_future()
        self._pongs.append(pong)
        await self._send(wire.Ping())
        await pong

    async def unwatch(self, subject: str) -> None:
        """Follow no longer, named as it was watched."""
        self._watched.pop(subject, None)
        self.streams.pop(Subject(subject), None)
        await self._send(wire.Unwatch(subjects=(subject,)))

    def changes(self) -> AsyncIterator[Changed]:
        """What changes from now on, in order. Ends with the client; raises if it ended for a reason."""
        queue: asyncio.Queue[Changed | None] = asyncio.Queue()
        self._changes.append(queue)
        return self._drained(queue, self._changes)

    def news(self) -> AsyncIterator[News]:
        """What the hub tells besides, from now on: gauges, claims, words of other pages, and errors that nobody waits for."""
        queue: asyncio.Queue[News | None] = asyncio.Queue()
        self._news.append(queue)
        return self._drained(queue, self._news)

    async def _drained(
        self, queue: asyncio.Queue[T | None], queues: list[asyncio.Queue[T | None]]
    ) -> AsyncIterator[T]:
        try:
            while (item := await queue.get()) is not None:
                yield item
        finally:
            queues.remove(queue)
        if self._fatal is not None and self._fatal.code != "going-away":
            raise self._fatal

    # --- doing -----------------------------------------------------------------------------------------------------------

    async def execute(
        self,
        subject: str,
        service: Service,
        *,
        command_id: str = "",
        immediate: bool = False,
    ) -> Outcome:
        """Do a command and wait for its outcome. Without `command_id` one is minted. A second call with the same id waits for the same
        outcome. `CordboardError` if the hub could not even take it as a command.
        """
        await self._up()
        name = command_id or f"cmd-{self._random.getrandbits(96):024x}"
        command = Command(id=CommandId(name), subject=Subject(subject), service=service, immediate=immediate)
        waiting = self._commands.get(name)
        future = waiting[1] if waiting is not None else asyncio.get_running_loop().create_future()
        if waiting is None:
            self._commands[name] = (command, future)
        await self._send(wire.Execute(command=command))
        return await asyncio.shield(future)

    async def ask(self, subject: str, query: Query) -> Result:
        """The answer to a query. `CordboardError` if there is none."""
        await self._up()
        message = wire.Ask(id=f"ask-{self._random.getrandbits(96):024x}", subject=subject, query=query)
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._asks[message.id] = (message, future)
        await self._send(message)
        result = await future
        if isinstance(result, NoAnswer):
            raise VendorError(result.code, result.message or "no answer")
        return result

    async def share(self, subject: str, name: str, data: object) -> None:
        """Tell the agent's other pages a word."""
        await self._send(wire.Share(subject=subject, name=name, data=msgspec.Raw(msgspec.json.encode(data))))

    async def claim(self, subject: str, name: str, *, take: bool = False, give: bool = False) -> None:
        """Become the page that does a once-only thing; `news` tells whether. It ends with the socket: claim again then."""
        await self._send(wire.Claim(subject=subject, name=name, take=take, give=give))

    async def guard(self, subject: str, service: str, *, on: bool = True) -> None:
        """Stand before a service of the agent, or stop. It ends with the socket."""
        await self._send(wire.Guard(subject=subject, service=service, on=on))

    async def settle(self, command: str, outcome: Outcome) -> None:
        """What became of a desk command that this client was asked to do."""
        await self._send(wire.Settle(command=command, outcome=outcome))

    async def drop(self) -> None:
        """Cut the socket, as a network would; the client comes back by itself. For tests and drills."""
        if self._socket is not None:
            self._online.clear()
            await self._socket.close(code=aiohttp.WSCloseCode.GOING_AWAY)

    # --- the connection ----------------------------------------------------------------------------------------------------

    async def _up(self) -> None:
        """Wait until signed in."""
        if self._fatal is None:
            await self._online.wait()
        if self._fatal is not None:
            raise self._fatal

    async def _run(self) -> None:
        while self._fatal is None:
            code = 0
            try:
                code = await self._connected()
            except CordboardError as error:
                if error.status not in (429, 503):
                    self._end(error)
                    return
            except (aiohttp.ClientError, OSError, TimeoutError):
                pass
            except Exception as error:  # noqa: BLE001 - whoever waits must hear of it
                self._end(InternalError("internal", f"{type(error).__name__}: {error}"))
                return
            self._lost()
            match wire.after_close(code):
                case "later":
                    pass
                case "login" if callable(self._token) and self._attempt < 3:  # noqa: PLR2004 - then it is not the token's age
                    pass
                case "login":
                    self._end(self._refusal or CallerError("token-invalid", f"closed with code {code}"))
                case "give-up":
                    self._end(self._refusal or CallerError("not-allowed", f"closed with code {code}"))
            if self._fatal is None:
                pause = backoff(self._attempt, self._random, self._first_pause, self._longest_pause)
                await asyncio.sleep(pause / 1000)
                self._attempt += 1

    async def _connected(self) -> int:
        """One socket, from its opening to its close code."""
        if self._http is None:
            return 0
        token = await self._fresh()
        address = f"{self._url}/v1/socket"
        try:
            socket = await self._http.ws_connect(
                address, max_msg_size=FRAME_LIMIT, compress=0, timeout=_CLOSING
            )
        except aiohttp.WSServerHandshakeError as error:
            if error.status in (401, 403):
                raise error_of(error.status, b"") from None
            raise
        helpers: list[asyncio.Task[None]] = []
        try:
            await socket.send_str(_text(wire.Hello(token=token, client=self._name)))
            patience = HELLO_SECONDS
            while True:
                frame = await socket.receive(timeout=patience)
                if frame.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                    return socket.close_code or 0
                try:
                    message = wire.decode_server(frame.data)
                except CallerError:
                    continue  # a newer hub knows more messages
                if isinstance(message, wire.Welcome):
                    patience = message.heartbeat / 1000 + HELLO_SECONDS
                    await self._welcomed(socket, message)
                    helpers = self._helpers(socket, message)
                else:
                    await self._heard(message)
        finally:
            for helper in helpers:
                helper.cancel()
            await socket.close()

    def _helpers(
        self, socket: aiohttp.ClientWebSocketResponse, welcome: wire.Welcome
    ) -> list[asyncio.Task[None]]:
        helpers = [asyncio.create_task(_pinging(socket, welcome.heartbeat / 1000))]
        if callable(self._token) and welcome.identity.expires:
            ahead = welcome.at / 1000 - asyncio.get_running_loop().time()
            helpers.append(asyncio.create_task(self._renewing(socket, ahead)))
        return helpers

    async def _welcomed(self, socket: aiohttp.ClientWebSocketResponse, welcome: wire.Welcome) -> None:
        self._socket = socket
        self._attempt = 0
        self.identity = welcome.identity
        wildcards: dict[str, str | None] = {name: None for name in self._watched if name.endswith("/*")}
        names = [name for name in self._watched if name not in wildcards]
        names += [subject for subject in self.streams if f"{subject.partition('/')[0]}/*" in wildcards]
        if self._watched:
            places: dict[str, str | None] = {name: self._place(name) for name in names}
            await socket.send_str(_text(wire.Watch(subjects={**places, **wildcards})))
        for message, _ in self._asks.values():
            await socket.send_str(_text(message))
        self._online.set()

    async def _fresh(self) -> str:
        return await self._token() if callable(self._token) else self._token

    async def _renewing(self, socket: aiohttp.ClientWebSocketResponse, ahead: float) -> None:
        """Send a fresh token before the old one expires. `ahead`: the hub's clock before the loop's, in seconds. If none can
        be had the hub closes the socket in time, and we come back and say so.
        """
        loop = asyncio.get_running_loop()
        while self.identity is not None and self.identity.expires:
            left = self.identity.expires / 1000 - ahead - loop.time()
            await asyncio.sleep(max(left - 60, left / 2, RENEW_PAUSE))
            with suppress(CordboardError, aiohttp.ClientError, OSError, TimeoutError):
                await socket.send_str(_text(wire.Renew(token=await self._fresh())))

    def _lost(self) -> None:
        self._online.clear()
        self._socket = None
        for pong in self._pongs:
            if not pong.done():
                pong.set_result(None)
        self._pongs.clear()
        for name, (command, _) in tuple(self._commands.items()):
            if command.subject not in self.streams:
                self._settled(name, Unconfirmed(reason="connection-lost"))

    def _end(self, error: CordboardError) -> None:
        if self._fatal is not None:
            return
        self._fatal = error
        self._online.set()  # whoever waits for it finds `_fatal`
        for name in tuple(self._commands):
            self._settled(name, Unconfirmed(reason=error.code))
        waiting: list[asyncio.Future[View] | asyncio.Future[Result] | asyncio.Future[None]] = [
            *self._joining.values(),
            *(future for _, future in self._asks.values()),
            *self._pongs,
        ]
        for future in waiting:
            _fail(future, error)
        for changes in self._changes:
            changes.put_nowait(None)
        for news in self._news:
            news.put_nowait(None)

    async def _send(self, message: msgspec.Struct) -> None:
        """Send if there is a socket. If there is none, what has to be said is said again after the next `welcome`."""
        if self._fatal is not None:
            raise self._fatal
        if self._socket is not None and not self._socket.closed:
            with suppress(ConnectionError, aiohttp.ClientError):
                await self._socket.send_str(_text(message))

    # --- what the hub tells ----------------------------------------------------------------------------------------------

    async def _heard(self, message: wire.ServerMessage) -> None:
        match message:
            case wire.Joined():
                await self._joined(message)
            case wire.Entry():
                await self._entry(message)
            case wire.Settled(command=command, outcome=outcome):
                self._settled(command, outcome)
            case wire.Answer(ask=ask, result=result):
                waiting = self._asks.pop(ask, None)
                if waiting is not None and not waiting[1].done():
                    waiting[1].set_result(result)
            case wire.Error():
                self._refused(message)
            case wire.Gauge():
                stream = self.streams.get(message.subject)
                if stream is not None:
                    gauges = {**stream.gauges, message.name: message.value}
                    self.streams[message.subject] = msgspec.structs.replace(stream, gauges=gauges)
                self._tell(message)
            case (
                wire.Shared()
                | wire.Claimed()
                | wire.Peers()
                | wire.Guarded()
                | wire.Asked()
                | wire.Maintenance()
            ):
                self._tell(message)
            case wire.Pong():
                if self._pongs:
                    pong = self._pongs.pop(0)
                    if not pong.done():
                        pong.set_result(None)
            case wire.Renewed(expires=expires):
                if self.identity is not None:
                    self.identity = msgspec.structs.replace(self.identity, expires=expires)
            case wire.Welcome():
                pass
            case _:
                assert_never(message)

    async def _joined(self, message: wire.Joined) -> None:
        if not self._follows(message.subject):
            return
        old = self.streams.get(message.subject)
        stream = self.streams[message.subject] = joined(message)
        if self._received is not None:
            for entry in message.tail:
                self._received(entry)
        waiting = self._joining.pop(message.subject, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(stream.view)
        for name, (command, _) in tuple(self._commands.items()):
            if command.subject == message.subject and old is not None:
                if old.epoch == stream.epoch:
                    await self._send(wire.Execute(command=command))
                else:
                    self._settled(name, Unconfirmed(reason="history-lost"))
        self._change(Changed(stream=stream))

    async def _entry(self, entry: wire.Entry) -> None:
        stream = self.streams.get(entry.subject)
        if stream is None:
            return
        if self._received is not None:
            self._received(entry)
        try:
            newer = advanced(stream, entry)
        except Gap:
            await self._send(wire.Watch(subjects={entry.subject: stream.position}))
            return
        if newer is not None:
            self.streams[entry.subject] = newer
            self._change(Changed(stream=newer, entry=entry))

    def _refused(self, message: wire.Error) -> None:
        about, error = message.about or "", message.error
        raised = CallerError(error.code, error.message, error.details)
        if about in self._joining:
            self._watched.pop(about, None)
            _fail(self._joining.pop(about), raised)
        elif about in self._commands:
            _fail(self._commands.pop(about)[1], raised)
        elif about in self._asks:
            _fail(self._asks.pop(about)[1], raised)
        else:
            self._refusal = raised
            self._tell(message)

    def _settled(self, command: str, outcome: Outcome) -> None:
        waiting = self._commands.pop(command, None)
        if waiting is not None and not waiting[1].done():
            waiting[1].set_result(outcome)

    def _place(self, name: str) -> str | None:
        stream = self.streams.get(Subject(name))
        return stream.position if stream is not None else None

    def _follows(self, subject: Subject) -> bool:
        return subject in self._watched or f"{subject.partition('/')[0]}/*" in self._watched

    def _change(self, change: Changed) -> None:
        for queue in self._changes:
            queue.put_nowait(change)

    def _tell(self, news: News) -> None:
        for queue in self._news:
            queue.put_nowait(news)


def _text(message: msgspec.Struct) -> str:
    return wire.encode(message).decode()


def _fail(future: asyncio.Future[Any], error: CordboardError) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # nobody may be waiting: then it is no fault either


_CLOSING = aiohttp.ClientWSTimeout(ws_close=2.0)


async def _pinging(socket: aiohttp.ClientWebSocketResponse, every: float) -> None:
    with suppress(ConnectionError, aiohttp.ClientError):
        while True:
            await asyncio.sleep(every)
            await socket.send_str(_text(wire.Ping()))
