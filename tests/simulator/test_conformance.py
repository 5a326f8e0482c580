"""The simulator's link by the shipped suite. Its vendor is the floor itself: no wire lies between, so the floor has the faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from cordboard.contract import Called
from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.model.fold import fold, initial
from cordboard.model.ids import LinkId, Subject
from cordboard.model.log import draft, placed
from cordboard.model.state import SubjectState
from cordboard.protocols import simulator
from cordboard.protocols.simulator import new_floor
from cordboard.protocols.simulator.floor import Floor
from cordboard.protocols.simulator.journal import Journal
from cordboard.protocols.simulator.translate import Translator
from cordboard.testing import LinkSuite, Vendor
from cordboard.testing.vendor import Inward, Outward
from tests.simulator.likeness import shown, truth

LINK = LinkId("lk")


class FloorDouble:
    """A floor that is reached by its console, which is the link's own door."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.floor = new_floor({"mark": "-"}, RandomIds(1))
        self.settings: Mapping[str, object] = {"floor": self.floor}
        self._hub: Hub | None = None
        self._calls = 0

    async def open(self) -> None:
        self.floor.open(self.clock.now())

    async def close(self) -> None:
        pass

    def plugged(self, hub: Hub, link: LinkId) -> None:
        assert link == LINK
        self._hub = hub

    async def settled(self) -> None:
        await asyncio.sleep(0)

    def do(self, effect: Outward, feed: Inward) -> None:
        raise AssertionError(f"the simulator has no wire, and was asked for {effect}")

    async def act(self, name: str, /, **params: object) -> dict[str, object]:
        return await self._door("POST act", {"name": name, "params": params})

    async def begin(self, story: str, *, pause: float = 0) -> None:
        await self._door("POST scenario", {"name": story, "pause": pause})

    async def over(self) -> bool:
        said = await self._door("GET scenario", None)
        assert not said["failures"], said["failures"]
        return bool(said["over"])

    def truth(self) -> Mapping[Subject, SubjectState]:
        switch, found = self.floor.switch, {}
        for subject, snapshot in Translator(LINK, self.floor.centre, switch.snapshot()).snapshots(switch.now):
            found[subject] = fold(initial(subject), placed(draft(subject, snapshot, 0), 1))
        return found

    async def _door(self, route: str, body: object) -> dict[str, Any]:
        assert self._hub is not None
        self._calls += 1
        called = Called(
            call=f"double-{self._calls}",
            route=route,
            method=route.split(maxsplit=1)[0],
            at=self.clock.now(),
            body=msgspec.json.encode(body),
        )
        while self._hub.links[LINK].state == "down":
            # While its link is away nobody is at the console: the floor goes on by itself.
            self.clock.settle, settle = self.settled, self.clock.settle
            await self.clock.advance(1_000)
            self.clock.settle = settle
        reply = await self._hub.call_link(LINK, called)
        await self._hub.settled()
        assert reply.status == 200, reply.body
        said: dict[str, Any] = json.loads(reply.body)
        return said


class TestSimulatorLink(LinkSuite):
    protocol = simulator.protocol
    not_its_state = (Floor, Journal)
    keeps = (75, 3_700)
    can_be_silent = False
    has_frames = False

    def settings(self, address: str) -> Mapping[str, object]:
        del address
        return {}

    def vendor(self) -> Vendor:
        return FloorDouble()

    def likeness(self, state: SubjectState) -> object:
        kind, _, ident = state.subject.partition("/")
        return shown({state.subject: state})[f"{kind}s"][ident]

    @pytest.mark.matrix
    async def test_a_link_does_not_grow_for_ever(self) -> None:
        """The floor keeps an hour: that takes many calls."""
        await super().test_a_link_does_not_grow_for_ever()

    def so(self, vendor: Vendor) -> Mapping[Subject, object]:
        assert isinstance(vendor, FloorDouble)
        agents = truth(vendor.floor.switch.state())["agents"]
        return {Subject(f"agent/{ident}"): said for ident, said in agents.items()}
