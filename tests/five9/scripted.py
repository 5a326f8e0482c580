"""A Five9 that answers by the book: what a test has not laid down is answered as published clients show it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cordboard.contract import (
    Answer,
    Closed,
    Down,
    Emit,
    LinkEffects,
    LinkFrame,
    Open,
    Opened,
    Received,
    Replied,
    Request,
    Scope,
    Send,
    Settle,
    Wake,
    Woke,
)
from cordboard.hub.clock import RandomIds
from cordboard.model import commands as c, events as e
from cordboard.model.entities import Availability
from cordboard.model.fold import fold, initial
from cordboard.model.ids import CommandId, LinkId, agent_subject
from cordboard.model.log import draft, placed
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import protocol

USER, ORG = "3570000", "131000"
A, ORGS = f"/agents/{USER}", f"/orgs/{ORG}"
CALL = "C86E1F0A2B3C4D5E6F708192A3B4C846"
SUBJECT = agent_subject("ann")
Said = tuple[int, Any]


def fault(
    status: int, *, code: int = 0, context: str | None = None, farm: str | None = None, text: str = "no"
) -> Said:
    """An error of Five9's."""
    about = {"contextCode": context, "objectId": None, "farmId": farm}
    return status, {
        "five9ExceptionDetail": {"timestamp": 1, "errorCode": code, "message": text, "context": about}
    }


def call(state: str, **more: object) -> dict[str, object]:
    """A call as it is seen on the wire, with no field that is only assumed."""
    return {
        "id": CALL,
        "state": state,
        "callType": "INBOUND",
        "ani": "9255550101",
        "dnis": "8005550199",
        "addressType": "EXTERNAL",
        "variables": {},
        **more,
    }


def presence(*ready: str, reason: str = "0") -> dict[str, object]:
    """Ready for what, or why not."""
    return {
        "currentState": {"readyChannels": ready, "notReadyReasonCodeId": reason},
        "pendingState": None,
        "currentStateTime": 0,
        "pendingStateDelayTime": 0,
        "gracefulModeOn": False,
    }


class Scripted:
    """A link and its vendor. `laid`: by path, what is said; a list is said one by one, and its last goes on."""

    def __init__(self, **settings: object) -> None:
        options = {"url": "https://app.five9.com", "username": "ann@acme", "password": "word", **settings}
        self.link = protocol.link(options, Scope(kind="agent", link=LinkId("lk"), agent="ann"), RandomIds(1))
        self.at = 1_700_000_000_000
        self.asked: list[str] = []
        self.bodies: dict[str, Any] = {}
        self.headers: dict[str, str] = {}
        self.opened: list[str] = []
        self.events: list[e.Event] = []
        self.state: SubjectState = initial(SUBJECT)
        self.outcomes: dict[str, c.Outcome] = {}
        self.answers: dict[str, c.Result] = {}
        self.down: Down | None = None
        self.pongs = True
        self.timers: dict[str, int] = {}
        self._queue: list[Callable[[], LinkFrame | None]] = []
        self._count = 0
        self.on: dict[str, Callable[[], None]] = {}
        """By path: what happens when it is asked for, before the answer."""
        self.slow: dict[str, float] = {}
        """By path: seconds until the answer; time has to be passed for it."""
        self.after: dict[str, int] = {}
        """By path: the milliseconds of `Retry-After`, with whatever is no success."""
        self.hold: set[str] = set()
        """Paths that are never answered; `held` has the names of what was asked for there."""
        self.held: dict[str, str] = {}
        self.refuses_sockets = 0
        """So many are answered 401."""
        self.socket_headers: dict[str, str] = {}
        self._late: list[tuple[int, Callable[[], LinkFrame]]] = []
        self.laid: dict[str, list[Said]] = {
            "/auth/login": [(200, login("app-atl.five9.com"))],
            "/auth/metadata": [(200, login("app-atl.five9.com"))],
            f"{A}/login_state": [(200, "WORKING")],
            f"{A}/presence": [(200, presence(reason="501"))],
            f"{A}/interactions/calls": [(200, [])],
            A: [(200, {"id": USER, "userName": "ann@acme", "fullName": "Ann", "extension": "2001"})],
            f"{ORGS}/call_variables": [(200, [{"id": "31", "group": "Custom", "name": "order"}])],
            f"{ORGS}/not_ready_reason_codes": [(200, [{"id": "501", "name": "Lunch", "selectable": True}])],
        }

    def start(self) -> None:
        """Up to where nothing more comes."""
        self._do(self.link.start(self.at, {}))
        self._drain()

    def told(self, event: int, reason: str | None = None, payload: object = None, *, at: int = 0) -> None:
        """A frame of the socket's. `at`: its own time, if it is late."""
        self.at += 10
        self._count += 1
        context = {
            "eventId": str(event),
            "eventReason": reason,
            "messageId": str(self._count),
            "timeStamp": at or self.at,
            "tenantId": ORG,
            "broadCast": False,
        }
        data = msgspec.json.encode({"context": context, "payLoad": payload}).decode()
        self.feed(Received(channel="five9", data=data, at=self.at))

    def closed(self, code: int) -> None:
        """The socket is gone."""
        self.feed(Closed(channel="five9", code=code, reason="", at=self.at))

    def execute_all(self, *services: c.Service) -> None:
        """Commands, all before an answer to any of them."""
        for service in services:
            self._count += 1
            ident = CommandId(f"c{self._count}")
            self._do(self.link.execute(c.Command(id=ident, subject=SUBJECT, service=service), self.at))
        self._drain()

    def execute(self, service: c.Service) -> c.Outcome | None:
        """A command, and what it has come to by now."""
        self._count += 1
        ident = CommandId(f"c{self._count}")
        self._do(self.link.execute(c.Command(id=ident, subject=SUBJECT, service=service), self.at))
        self._drain()
        return self.outcomes.get(ident)

    def passes(self, seconds: float) -> None:
        """Time goes by, and timers ring."""
        end = self.at + round(seconds * 1000)
        while self.down is None:
            self._late.sort(key=lambda item: item[0])
            name, due = min(self.timers.items(), key=lambda item: item[1], default=("", end + 1))
            if self._late and self._late[0][0] <= min(due, end):
                self.at, frame = self._late.pop(0)
                self._queue.append(frame)
                self._drain()
                continue
            if due > end:
                break
            del self.timers[name]
            self.at = max(self.at, due)
            self.feed(Woke(name=name, at=self.at))
        self.at = end

    def feed(self, frame: LinkFrame) -> None:
        """Anything, and what follows from it."""
        self._do(self.link.receive(frame))
        self._drain()

    def times(self, path: str) -> int:
        """How often this was asked for."""
        return sum(asked.split()[1].partition("?")[0] == path for asked in self.asked)

    # --- private -----------------------------------------------------------------------------------------------------------

    def _drain(self) -> None:
        while self._queue:
            frame = self._queue.pop(0)()
            if frame is not None:
                self._do(self.link.receive(frame))

    def _do(self, effects: LinkEffects) -> None:
        for effect in effects:
            match effect:
                case Request():
                    self._request(effect)
                case Open(url=url, headers=headers):
                    self.opened.append(url)
                    self.socket_headers = dict(headers)
                    self._queue.append(self._opened)
                case Send(data=data):
                    assert data == "ping"
                    if self.pongs:
                        self._queue.append(self._pong)
                case Emit(event=event):
                    self.events.append(event)
                    entry = placed(draft(SUBJECT, event, self.at), self.state.seq + 1)
                    self.state = fold(self.state, entry)
                case Settle(command=command, outcome=outcome):
                    assert command not in self.outcomes
                    self.outcomes[command] = outcome
                case Answer(ask=ask, result=result):
                    self.answers[ask] = result
                case Wake(name=name, after=after):
                    self.timers[name] = self.at + after
                case Down():
                    assert self.down is None
                    self.down = effect
                case _:
                    pass

    def _request(self, request: Request) -> None:
        path = request.url.split("/rs/svc", 1)[1]
        self.asked.append(f"{request.method} {path}")
        self.headers = dict(request.headers)
        plain = path.partition("?")[0]
        if plain in self.on:
            self._queue.append(self.on[plain])
        if request.body:
            self.bodies[plain] = msgspec.json.decode(request.body)
        rows = self.laid.get(path) or self.laid.get(plain) or [(200, [] if request.method == "GET" else None)]
        status, body = rows.pop(0) if len(rows) > 1 else rows[0]
        data = b"" if body is None else msgspec.json.encode(body)
        name, after = request.name, self.after.get(plain) if status >= 400 else None

        def replied() -> LinkFrame:
            return Replied(name=name, status=status, headers={}, data=data, at=self.at, retry_after=after)

        if plain in self.hold:
            self.held[plain] = name
        elif plain in self.slow:
            self._late.append((self.at + round(self.slow[plain] * 1000), replied))
        else:
            self._queue.append(replied)

    def _opened(self) -> LinkFrame:
        if self.refuses_sockets:
            self.refuses_sockets -= 1
            return Closed(channel="five9", code=0, reason="handshake-refused", status=401, at=self.at)
        return Opened(channel="five9", at=self.at)

    def _pong(self) -> LinkFrame:
        data = '{"context":{"eventId":"1202","eventReason":null},"payLoad":"pong"}'
        return Received(channel="five9", data=data, at=self.at)


def login(host: str) -> dict[str, object]:
    """What a login says, with this data centre as the active one."""
    centre = {"name": "Other", "active": False, "apiUrls": [{"host": "no.five9.com", "port": "443"}]}
    active = {"name": "Active", "active": True, "apiUrls": [{"host": host, "port": "443"}]}
    return {
        "tokenId": "token-1",
        "sessionId": "s",
        "orgId": ORG,
        "userId": USER,
        "context": {"cloudClientUrl": "", "cloudTokenUrl": "", "farmId": "149"},
        "metadata": {"freedomUrl": "https://app.five9.com", "dataCenters": [centre, active]},
    }


def up(**settings: object) -> Scripted:
    """A link that is up."""
    five9 = Scripted(**settings)
    five9.start()
    assert five9.down is None, five9.down
    assert any(isinstance(item, e.Snapshot) for item in five9.events)
    return five9


def over(five9: Scripted) -> tuple[str, str]:
    """How the link ended: with what hope, and why; nothing if it has not."""
    return (five9.down.retry, five9.down.reason) if five9.down is not None else ("", "")


def voice(five9: Scripted) -> Availability:
    """The agent's state."""
    return five9.state.states["lk/voice"].state
