"""A site of the contact centre in memory: its hub, which can be restarted and killed, the Five9 doors, and Mia's browser."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, Self

from cordboard.contract import Closings, CtiProtocol, Reply
from cordboard.hub.clock import RandomIds
from cordboard.hub.hub import Hub
from cordboard.protocols.five9 import Five9
from cordboard.protocols.simulator import Simulator
from cordboard.store.memory import MemoryStore
from cordboard.testing.centre import LINK, ContactCentre
from cordboard.testing.edge import SECRET, Edge
from tests.five9.consumer import Consumer

GOING_AWAY, CUT = 4000, 1006


class Site:
    """Mia works; a page of hers follows her calls. `settings`: of the Five9 protocol."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - any setting
        self.centre = ContactCentre()
        self.clock = self.centre.clock
        self._protocol: CtiProtocol = Five9().configured(settings)
        assert isinstance(self._protocol, Closings)
        self._come_back = self._protocol.closing(GOING_AWAY)
        self.cookies: dict[str, str] = {}
        self.page = Consumer(self.clock, lambda: self._edge, self.cookies)
        self._store = MemoryStore()
        self._edge: Edge | None = None
        self._lives = 0

    async def __aenter__(self) -> Self:
        """Open, with Mia signed in and ready."""
        await self._up()
        self.page.load()
        await self.sign_in()
        await self.act("set_agent_state", agent="mia", state="ready")
        await self.act("log_on", agent="noor")
        await self.act("set_agent_state", agent="noor", state="ready")
        await self.passes(10)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.centre.hub.stop()

    async def sign_in(self) -> None:
        """As Mia's own Five9 application does it, in the same browser."""
        credentials = {
            "passwordCredentials": {"username": "mia", "password": SECRET},
            "policy": "AttachExisting",
        }
        told = await self.ask("POST", "/appsvcs/rs/svc/auth/login", credentials)
        station = {"stationId": "", "stationType": "EMPTY", "state": "DISCONNECTED"}
        await self.ask("PUT", f"/appsvcs/rs/svc/agents/{told['userId']}/session_start", station)

    async def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """A request of the browser's; what it is told."""
        assert self._edge is not None
        data = b"" if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"} if data else {}
        waiting = self._edge.call(method, path, headers=headers, cookies=dict(self.cookies), body=data)
        await self.passes(1)
        reply: Reply = waiting.result()
        assert reply.status < 300, reply
        self.cookies.update({cookie.name: cookie.value for cookie in reply.cookies})
        return json.loads(reply.body) if reply.body else None

    async def act(self, name: str, /, **params: object) -> dict[str, Any]:
        """Something happens at the switch."""
        return await self.centre.act(name, **params)

    async def passes(self, seconds: float) -> None:
        """Time passes."""
        await self.centre.advance(seconds)
        await self.centre.hub.settled()

    # --- what goes wrong ---------------------------------------------------------------------------------------------------

    async def deafen(self) -> None:
        """The network between page and hub swallows everything; nothing is closed."""
        self.page.deaf = True

    async def fail_over(self) -> None:
        """Another node takes over: the page is told to come back."""
        self._closed(self._come_back)
        await self.passes(0)

    async def cut(self) -> None:
        """The socket is torn; some time later Mia loads the page again."""
        self._closed(CUT)
        await self.passes(12)
        self.page.load()

    async def restart(self) -> None:
        """The hub is stopped in order, and begins again."""
        edge, self._edge = self._edge, None
        assert edge is not None
        await self.centre.hub.stop()
        edge.leave()
        await self._up()
        self._closed(self._come_back)
        await self.passes(0)

    async def upgrade(self) -> None:
        """The same, and it takes a while: the page finds nobody, and is loaded again when the hub is back."""
        self._closed(self._come_back)
        edge, self._edge = self._edge, None
        assert edge is not None
        await self.centre.hub.stop()
        edge.leave()
        await self.clock.advance(20_000)
        await self._up()
        await self.passes(3)
        self.page.load()

    def _closed(self, code: int) -> None:
        """The page is told, if anything reaches it."""
        if not self.page.deaf:
            self.page.lost(code)

    async def _up(self) -> None:
        self._lives += 1
        hub = self.centre.hub = Hub(
            self._store, clock=self.clock, ids=RandomIds(self._lives), protocols={"simulator": Simulator()}
        )
        await hub.start()
        await hub.add_link(LINK, "simulator", {"floor": self.centre.floor})
        self.clock.settle = hub.settled
        self._edge = Edge(hub, self._protocol)
        await self.passes(1)
