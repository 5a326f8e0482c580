"""A whole contact centre for tests: a hub with the simulator behind it, on a clock that stands until it is advanced."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, Self

import msgspec

from cordboard.contract import Called
from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.model.entities import Contact
from cordboard.model.ids import LinkId
from cordboard.protocols.simulator import Simulator, new_floor
from cordboard.store.memory import MemoryStore
from cordboard.testing.page import AgentPage

LINK = LinkId("sim")
PATIENCE = 3600
"""Seconds of the centre's clock within which a scenario is over."""


class ContactCentre:
    """Northquay Ferries, or the centre of your own TOML (`centre`), with everyone under the test's thumb.

    With pytest and pytest-asyncio, the fixture `contact_centre` is one, started::

        async def test_a_caller_is_served(contact_centre):
            mia = contact_centre.agent("mia")
            await mia.ready()
            call = await contact_centre.ring("bookings", number="+44 20 7946 0101")
            await mia.answer()
            await contact_centre.advance(30)
            await contact_centre.customer(call).hang_up()
            assert mia.contact.phase == "wrap_up"
            await mia.finish("booked")
            assert contact_centre.truth()["agents"]["mia"]["state"] == "ready"

    Nothing happens by itself but what the switch does: it dials, rings, times out. With ``people=True`` callers and
    colleagues act by themselves. The same `seed` gives the same day. All of `simulator.floor.Settings` may be given.
    """

    def __init__(self, **settings: object) -> None:
        self.clock = VirtualClock()
        self.hub = Hub(
            MemoryStore(), clock=self.clock, ids=RandomIds(1), protocols={"simulator": Simulator()}
        )
        self.floor = new_floor({"mark": "-", **settings}, self.hub.ids)
        self._doors = 0

    async def __aenter__(self) -> Self:
        """Open for business."""
        await self.hub.start()
        await self.hub.add_link(LINK, "simulator", {"floor": self.floor})
        await self.hub.settled()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.hub.stop()

    def agent(self, ident: str) -> AgentPage:
        """A page of this agent; each call opens another one."""
        return AgentPage(self.hub, ident)

    async def ring(self, to: str, *, number: str, **more: object) -> str:
        """Somebody calls a queue (by its id or number) or an agent (by id or extension); the id of their call.

        `more`: `name`, `patience` in seconds, `data`.
        """
        done = await self.act("ring", to=self._reached(to), number=number, **more)
        return str(done["call"])

    def customer(self, call: str | Contact) -> Outside:
        """The customer in a call: one that `ring` gave, or the first of a contact's."""
        return self.outside(call, "customer")

    def outside(self, call: str | Contact, who: str) -> Outside:
        """Anyone else outside the centre who is in a call, by their number."""
        return Outside(self, call.calls[0].id if isinstance(call, Contact) else call, who)

    async def advance(self, seconds: float) -> None:
        """Let time pass; whatever falls due happens on the way, in order."""
        await self.clock.advance(round(seconds * 1000))

    async def fault(self, **faults: object) -> None:
        """Break the wire between centre and hub: `drop`, `delay` (milliseconds), `duplicate`, `reorder`, `refuse`, `silent`."""
        status, said = await self._door("POST fault", faults)
        assert status == 200, said

    async def play(self, scenario: str) -> list[dict[str, Any]]:
        """Play one of the simulator's scenarios to its end; what went otherwise than it expects."""
        await self.begin(scenario)
        waited = 0
        while not (said := await self._progress())["over"]:
            assert waited < PATIENCE, f"{scenario} is not over after {PATIENCE} s of its time: {said}"
            await self.advance(1)
            waited += 1
        failures: list[dict[str, Any]] = said["failures"]
        return failures

    async def begin(self, scenario: str, *, pause: float = 0) -> None:
        """Begin to play a scenario; it goes on as time passes. `pause`: seconds between two steps."""
        status, said = await self._door("POST scenario", {"name": scenario, "pause": pause})
        assert status == 200, said

    async def over(self) -> bool:
        """Whether the scenario is over; fails if it went otherwise than it expects."""
        said = await self._progress()
        assert not said["failures"], said["failures"]
        return bool(said["over"])

    async def act(self, name: str, /, **params: object) -> dict[str, Any]:
        """Anything that the switch can be told; fails if it refuses."""
        status, said = await self._door("POST act", {"name": name, "params": params})
        assert status == 200, said
        return dict(said)

    def truth(self) -> dict[str, Any]:
        """What is so on the switch: agents with their segments, calls and parties."""
        return self.floor.switch.state()

    def _reached(self, to: str) -> str:
        for kind, plans in (("queue", self.floor.centre.queues), ("agent", self.floor.centre.agents)):
            if any(plan.id == to for plan in plans):
                return f"{kind}:{to}"
        return to

    async def _progress(self) -> dict[str, Any]:
        _, said = await self._door("GET scenario", None)
        return dict(said)

    async def _door(self, route: str, body: object) -> tuple[int, Any]:
        """The simulator's console, by the way that the web takes to it."""
        self._doors += 1
        called = Called(
            call=f"test-{self._doors}",
            route=route,
            method=route.split(maxsplit=1)[0],
            at=self.clock.now(),
            body=msgspec.json.encode(body),
        )
        reply = await self.hub.call_link(LINK, called)
        await self.hub.settled()
        return reply.status, json.loads(reply.body)


class Outside:
    """Someone outside the centre in one call."""

    def __init__(self, centre: ContactCentre, call: str, who: str) -> None:
        self._centre = centre
        self._call = call
        self._who = who

    async def hang_up(self) -> None:
        """Leave the call."""
        await self._centre.act("customer_hang_up", call=self._call, party=self._who)

    async def answer(self) -> None:
        """Pick up."""
        await self._centre.act("customer_answer", call=self._call, party=self._who)

    async def press(self, digits: str) -> None:
        """Send DTMF."""
        await self._centre.act("customer_digits", call=self._call, party=self._who, digits=digits)
