"""A small third-party protocol, and a Cordboard with it on a free port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Literal

import aiohttp
import pytest
import uvloop

from cordboard.app import App, running
from cordboard.contract import (
    Called,
    Close,
    Closed,
    Cookie,
    CtiProtocol,
    Identified,
    Identity,
    Ids,
    Joined,
    Link,
    LinkEffects,
    LinkFrame,
    News,
    Opened,
    Received,
    Reply,
    Route,
    Scope,
    Send,
    SessionEffects,
    SessionFrame,
    SignIn,
    SignOut,
    Wake,
    Watch,
    Woke,
)
from cordboard.model.commands import Command, Outcome, Query, Result
from cordboard.model.errors import CallerError, CordboardError
from cordboard.model.ids import Millis, Subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.settings import Settings, parsed

LIMIT = 1024


def door(
    method: str,
    path: str,
    *,
    end: Literal["session", "link"] = "session",
    anonymous: bool = False,
    cors: bool = False,
    scope: str = "",
) -> Route:
    return Route(
        kind="http",
        method=method,
        path=path,
        name=path.rpartition("/")[2],
        limit=LIMIT,
        end=end,
        anonymous=anonymous,
        cors=cors,
        scope=scope,
    )


class Echo:
    """A protocol of a few words, as anybody might install one."""

    name = "echo"
    services: frozenset[str] = frozenset()
    ignores: frozenset[str] = frozenset()
    routes: tuple[Route, ...] = (
        Route(kind="ws", path="/echo/socket", name="socket", anonymous=True, limit=LIMIT),
        Route(kind="ws", path="/echo/private", name="private", limit=LIMIT),
        door("GET", "/echo/things/{thing}/{part}", anonymous=True),
        door("POST", "/echo/say", cors=True),
        door("POST", "/echo/simulate", scope="simulate"),
        door("POST", "/echo/login", anonymous=True),
        door("POST", "/echo/logout"),
        door("GET", "/echo/held"),
        door("GET", "/echo/never"),
        door("GET", "/echo/raises"),
        door("GET", "/echo/kept"),
        door("POST", "/echo/enter", anonymous=True),
        door("GET", "/echo/inside", anonymous=True),
        door("POST", "/echo/leave", anonymous=True),
        door("POST", "/echo/polite"),
        door("POST", "/echo/rude"),
        door("POST", "/echo/hook", end="link", anonymous=True),
        door("POST", "/echo/drive", end="link", scope="simulate"),
        door("POST", "/echo/raises", end="link", anonymous=True),
    )

    def __init__(self, word: str = "") -> None:
        self.word = word

    def configured(self, settings: Mapping[str, Any]) -> CtiProtocol:
        if not isinstance(settings.get("word"), str):
            raise CallerError("bad-field", "give a word", {"field": "word"})
        return Echo(settings["word"])

    def key(self, called: Called) -> str | None:
        match called.route:
            case "kept":
                return called.query.get("session")
            case "inside" | "leave":
                return called.cookies.get("desk")
            case _:
                return None

    def fault(self, route: Route, error: CordboardError) -> Reply | None:
        match route.name:
            case "polite":
                text = f"sorry: {error.code}".encode()
                return Reply(call="", status=499, headers={"content-type": "text/plain"}, body=text)
            case "rude":
                raise ZeroDivisionError("a secret of ours")
            case _:
                return None

    def link(self, settings: Mapping[str, Any], scope: Scope, ids: Ids) -> Link:
        if settings.get("wrong"):
            raise CallerError("bad-field", "that is wrong", {"field": "wrong"})
        return EchoLink()

    def session(self, identity: Identity | None, ids: Ids) -> EchoSession:
        return EchoSession(identity, ids, self.word)

    def render(self, entry: Entry, before: SubjectState, after: SubjectState) -> bytes | None:
        return json.dumps({"entry": entry.seq, "filling": "x" * 4000}).encode()


class EchoLink:
    def start(self, at: Millis, resume: Mapping[Subject, str]) -> LinkEffects:
        return iter(())

    def receive(self, frame: LinkFrame) -> LinkEffects:
        match frame:
            case Called(route="raises"):
                raise ZeroDivisionError("a secret of ours")
            case Called():
                yield Reply(call=frame.call, body=frame.body, headers={"content-type": "text/plain"})
            case _:
                pass

    def execute(self, command: Command, at: Millis) -> LinkEffects:
        return iter(())

    def ask(self, ask: str, subject: Subject, query: Query, at: Millis) -> LinkEffects:
        return iter(())


class EchoSession:
    def __init__(self, identity: Identity | None, ids: Ids, word: str = "") -> None:
        self.identity = identity
        self.ids = ids
        self.word = word
        self.channel = ""
        self.held = ""
        self.count = 0

    def start(self, at: Millis) -> SessionEffects:
        return iter(())

    def receive(self, frame: SessionFrame) -> SessionEffects:
        match frame:
            case Opened():
                self.channel = frame.channel
                who = self.identity.subject if self.identity else "nobody"
                yield Send(channel=self.channel, data=f"opened {who} {frame.origin}")
            case Received(data=str(data)):
                yield from self.told(data)
            case Received():
                yield Send(channel=self.channel, data=frame.data, text=False)
            case Identified():
                self.identity = frame.identity
                if self.held:
                    status = 200 if frame.identity else 401
                    yield Reply(call=self.held, status=status, body=frame.error.encode())
                else:
                    who = frame.identity.subject if frame.identity else frame.error
                    yield Send(channel=self.channel, data=f"identified {who}")
            case Called():
                yield from self.called(frame)
            case Woke():
                yield Reply(call=self.held, body=b"late")
            case Closed():
                pass
            case _:
                pass

    def told(self, data: str) -> SessionEffects:
        word, _, rest = data.partition(" ")
        match word:
            case "hello":
                yield SignIn(kind="bearer", secret=rest)
            case "basic":
                user, _, secret = rest.partition(":")
                yield SignIn(kind="password", user=user, secret=secret)
            case "cookie":
                yield SignIn(kind="cookie", secret=rest)
            case "watch":
                yield Watch(subjects={rest: None})
            case "close":
                yield Close(channel=self.channel, code=int(rest), reason="asked for")
            case "raise":
                raise ZeroDivisionError("a secret of ours")
            case _:
                yield Send(channel=self.channel, data=data)

    def called(self, called: Called) -> SessionEffects:
        match called.route:
            case "login":
                self.held = called.call
                yield SignIn(kind="password", user="ann", secret=called.body.decode())
            case "logout":
                yield SignOut()
                yield Reply(call=called.call)
            case "held":
                self.held = called.call
                yield Wake(name="later", after=20)
            case "never":
                pass
            case "raises":
                raise ZeroDivisionError("a secret of ours")
            case "inside" if "held" in called.query:
                self.held = called.call
                yield Wake(name="later", after=200)
            case "kept" | "inside":
                self.count += 1
                yield Reply(call=called.call, body=str(self.count).encode())
            case "enter":
                key = called.query.get("key") or self.ids.new("desk")
                cookie = Cookie(name="desk", value=key)
                yield Reply(call=called.call, cookies=(cookie,), keep=key)
            case "leave":
                yield Reply(call=called.call)
                yield Close(channel="")
            case _:
                told = {
                    "params": called.params,
                    "headers": sorted(called.headers),
                    "body": called.body.decode(),
                    "who": self.identity.subject if self.identity else "",
                    "word": self.word,
                }
                yield Reply(
                    call=called.call,
                    body=json.dumps(told).encode(),
                    headers={"content-type": "application/json"},
                    cookies=(Cookie(name="taste", value="sweet"),),
                )

    def open(self, joined: Joined, at: Millis) -> SessionEffects:
        yield Send(channel=self.channel, data=f"joined {joined.subject}")

    def observe(
        self, entry: Entry, before: SubjectState, after: SubjectState, rendered: bytes | None, at: Millis
    ) -> SessionEffects:
        assert rendered is not None
        yield Send(channel=self.channel, data=rendered)

    def settle(self, command_id: str, outcome: Outcome, at: Millis) -> SessionEffects:
        return iter(())

    def answer(self, ask: str, result: Result, at: Millis) -> SessionEffects:
        return iter(())

    def peer(self, news: News, at: Millis) -> SessionEffects:
        return iter(())


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> Mapping[str, Any]:
    """The loop that the hub runs on in earnest: its transports differ from asyncio's own."""
    return {"uvloop": uvloop.new_event_loop}


Start = Callable[..., Awaitable[App]]


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings for a free port and a store in memory; what is given goes over it."""

    def made(**more: object) -> Settings:
        raw: dict[str, Any] = {
            "data": str(tmp_path / "data"),
            "store": {"kind": "memory"},
            "links": [{"name": "hop", "protocol": "echo"}],
            **more,
        }
        raw["web"] = {"port": 0, "origins": ["https://crm.example"], **raw.get("web", {})}
        return parsed(raw)

    return made


@pytest.fixture
async def start(settings: Callable[..., Settings]) -> AsyncIterator[Start]:
    """Starts a Cordboard with the echo protocol; it is stopped after the test."""
    async with AsyncExitStack() as stack:

        async def started(**more: object) -> App:
            return await stack.enter_async_context(running(settings(**more), protocols={"echo": Echo()}))

        yield started


@pytest.fixture
async def app(start: Start) -> App:
    return await start()


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def bearer(app: App) -> Callable[..., dict[str, str]]:
    """The header that signs in; `ann` and her scopes if nothing else is asked."""

    def header(*scopes: str, subject: str = "ann", seconds: int = 60, ago: int = 0) -> dict[str, str]:
        now = app.hub.clock.now() - ago * 1000
        wanted = frozenset(scopes or ("agent:ann",))
        token, _ = app.tokens.mint(subject, wanted, seconds=seconds, now=now, agent="ann")
        return {"Authorization": f"Bearer {token}"}

    return header


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """Waits until something is so."""

    async def so(what: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not what():  # noqa: ASYNC110 - what tells of it is in the server
                await asyncio.sleep(0.01)

    return so
