"""A page that follows calls at a Five9 session, written from the notes on what such a page does and from nothing of ours.

It reads who is logged in (again every 5 s while nobody is), looks up the variable of the session, opens a socket, says ``ping`` every
15 s, and starts anew when two of these went by without a pong, or when it is closed with 1003. Any other close is the end of it until
the page is loaded again, and so is an answer that is no JSON. What starts and ends a call are two predicates over frames; a call that it
has heard of before is not started or ended again.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from cordboard.contract import Reply, Send
from cordboard.hub.clock import Canceller, VirtualClock
from cordboard.testing.edge import Edge, Socket

RETRY, BEAT = 5_000, 15_000
COME_BACK = 1003
KEY = "0055g00000AbCdEAAV"


class Consumer:
    """`edge` gives the hub's doors, or `None` while there is no way to them. `cookies` are the browser's."""

    def __init__(
        self, clock: VirtualClock, edge: Callable[[], Edge | None], cookies: Mapping[str, str]
    ) -> None:
        self.started: list[str] = []
        self.ended: list[str] = []
        """Session ids, each once, in order."""
        self.raw: list[Counter[tuple[str, str]]] = []
        """For each socket: how often the predicates were true, by what they said and for which call."""
        self.errors: list[str] = []
        self.dead = False
        self.restarts = 0
        """How often missing pongs made it start anew."""
        self.deaf = False
        """Nothing reaches it on the socket, nor the hub from it: a network that swallows all."""
        self._clock = clock
        self._edge = edge
        self._cookies = cookies
        self._life = 0
        self._socket: Socket | None = None
        self._beating: Canceller | None = None
        self._unanswered = 0
        self._variable = ""

    @property
    def connected(self) -> bool:
        """Whether it has a socket, as far as it knows."""
        return self._socket is not None

    def load(self) -> None:
        """The page is opened, or loaded again."""
        self.dead = False
        self._begin()

    # --- starting ----------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._drop()
        life = self._life = self._life + 1
        self._read("/appsvcs/rs/svc/auth/metadata", life, self._metadata)

    def _metadata(self, told: Any) -> None:  # noqa: ANN401 - JSON
        if not told or "five9ExceptionDetail" in told:
            life = self._life
            self._clock.call_after(RETRY, lambda: self._begin() if life == self._life else None)
            return
        assert told["metadata"]["dataCenters"][0]["apiUrls"][0]["host"]
        self._read(f"/appsvcs/rs/svc/orgs/{told['orgId']}/call_variables", self._life, self._variables)

    def _variables(self, told: Any) -> None:  # noqa: ANN401 - JSON
        named = {f"{item['group'].lower()}.{item['name']}": item["id"] for item in told}
        self._variable = named["call.session_id"]
        edge = self._edge()
        if edge is None:
            self._die("Could not establish connection.")
            return
        self.raw.append(Counter())
        self._socket = edge.socket(
            f"/appsvcs/ws/{KEY}",
            cookies=self._cookies,
            heard=self._heard(self._life),
            over=self._over(self._life),
        )
        self._unanswered = 0
        self._beating = self._clock.call_after(BEAT, self._beat)

    def _read(self, path: str, life: int, then: Callable[[Any], None]) -> None:
        edge = self._edge()
        if edge is None:
            self._die("Could not establish connection.")
            return
        reply = edge.call(
            "GET", path, headers={"content-type": "application/json"}, cookies=dict(self._cookies)
        )

        def told(future: asyncio.Future[Reply]) -> None:
            # The status does not count: what stands in the body does.
            if life == self._life and not future.cancelled():
                then(json.loads(future.result().body))

        reply.add_done_callback(told)

    # --- the socket --------------------------------------------------------------------------------------------------------

    def _beat(self) -> None:
        self._unanswered += 1
        if self._unanswered > 1:
            self.restarts += 1
            self._begin()
            return
        if self._socket is not None and not self.deaf:
            self._socket.say("ping")
        self._beating = self._clock.call_after(BEAT, self._beat)

    def _heard(self, life: int) -> Callable[[Send], None]:
        def heard(sent: Send) -> None:
            if life == self._life and not self.deaf:
                self._frame(json.loads(sent.data))

        return heard

    def _frame(self, frame: Any) -> None:  # noqa: ANN401 - JSON
        context, payload = frame["context"], frame["payLoad"]
        event, reason = context["eventId"], context["eventReason"]
        if event == "1202":
            self._unanswered = 0
        if event not in {"3", "4", "5"}:
            return
        state = payload.get("state") if payload else None
        session = payload.get("variables", {}).get(self._variable) if payload else None
        if event == "4" and reason in {"UPDATED", "CONNECTED"} and state == "TALKING" and session:
            self._count("start", session, self.started)
        elif event == "5" and reason == "DISPOSITIONED" and state == "FINISHED" and session:
            self._count("end", session, self.ended)

    def _count(self, what: str, session: str, known: list[str]) -> None:
        self.raw[-1][what, session] += 1
        if session not in known:
            known.append(session)

    def _over(self, life: int) -> Callable[[int, str], None]:
        def over(code: int, reason: str) -> None:
            if life == self._life and not self.deaf:
                self.lost(code, reason)

        return over

    def lost(self, code: int, reason: str = "") -> None:
        """The socket is over, as the browser says."""
        self._socket = None
        if code == COME_BACK:
            self._begin()
        else:
            self._die(f"{code} {reason}")

    def _drop(self) -> None:
        self.deaf = False
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.leave(1000)
        if self._beating is not None:
            self._beating()
            self._beating = None

    def _die(self, why: str) -> None:
        self._drop()
        self._life += 1
        self.dead = True
        self.errors.append(why)
