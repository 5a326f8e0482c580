"""A hub is put in maintenance for real, and the link of another one finds its way: back, or on to the hub that its agents moved to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from cordboard.contract import Close, CtiProtocol, Open, Request, Send
from cordboard.hub.clock import RandomIds
from cordboard.hub.hub import Hub
from cordboard.hub.maintenance import Address, Order
from cordboard.model import events as e
from cordboard.model.entities import Availability, Medium, Phase
from cordboard.model.ids import LinkId
from cordboard.protocols.simulator import Simulator
from cordboard.store.memory import MemoryStore
from cordboard.testing.centre import LINK
from cordboard.testing.edge import Edge
from cordboard.testing.rig import LinkRig, likeness
from cordboard.testing.vendor import Inward, Outward
from tests.five9.link_rig import AGENT, SUBJECT, Five9, configured, plugged

pytestmark = pytest.mark.asyncio

SOUTH = Address(host="south.test", port=8443)
LOST = (e.LinkDown, e.LinkUp, e.Snapshot)


class TwoPlaces(Five9):
    """One contact centre with two hubs that serve it to clients of Five9. `asked`: what each was asked for, and where."""

    def __init__(self, protocol: CtiProtocol) -> None:
        super().__init__(protocol)
        self.south = Hub(
            MemoryStore(), clock=self.clock, ids=RandomIds(7), protocols={"simulator": Simulator()}
        )
        self.asked: list[tuple[str, str]] = []
        self._north = self.edge
        self._north_hub = self.centre.hub
        self._there = Edge(self.south, configured(data_centre={"host": SOUTH.host, "port": SOUTH.port}))

    async def open(self) -> None:
        await super().open()
        await self.south.start()
        await self.south.add_link(LINK, "simulator", {"floor": self.centre.floor})
        await self.south.settled()

    async def close(self) -> None:
        self._there.leave()
        await self.south.stop()
        self.edge, self.centre.hub = self._north, self._north_hub
        await super().close()

    def moves(self) -> None:
        """From now on the world is looked at from the south: the north has stopped looking."""
        self.centre.hub = self.south

    async def settled(self) -> None:
        await self._north_hub.settled()
        await self.south.settled()

    def do(self, effect: Outward, feed: Inward) -> None:
        match effect:
            case Open(url=url) | Request(url=url):
                parts = urlsplit(url)
                self.asked.append((parts.netloc, parts.path.rpartition("/")[2]))
                self.edge = self._there if parts.hostname == SOUTH.host else self._north
            case Send() | Close():
                pass
        super().do(effect, feed)


class Story:
    """Mia's link, the hub that it is linked to, and its operator."""

    def __init__(self, rig: LinkRig, vendor: TwoPlaces) -> None:
        self.rig = rig
        self.vendor = vendor

    async def says(self, do: Any, **more: Any) -> None:  # noqa: ANN401 - an order's fields
        self.vendor.centre.hub.maintain(Order(do=do, **more), "ops")
        await self.rig.settled()

    async def happens(self, name: str, **params: object) -> str:
        """At the switch."""
        call = str((await self.vendor.act(name, **params)).get("call", ""))
        await self.rig.settled()
        return call

    async def rings(self, number: str) -> str:
        return await self.happens("ring", to="2001", number=number, patience=600)

    def shows(self) -> object:
        return likeness(self.rig.hub.states[SUBJECT], (Medium.VOICE,))

    def is_so(self) -> object:
        return likeness(self.vendor.truth()[SUBJECT], (Medium.VOICE,))

    async def told(self) -> Sequence[e.Event]:
        return [item.event for item in await self.rig.hub.entries(SUBJECT, 0, 10_000)]

    async def gaps(self) -> list[str]:
        return [type(item).__name__ for item in await self.told() if isinstance(item, LOST)]

    async def serves_a_call(self, number: str) -> None:
        """From the first ring to the end, told as it happens."""
        await self.happens("set_agent_state", agent=AGENT, state="ready")
        call = await self.rings(number)
        assert {item.phase for item in self.rig.hub.states[SUBJECT].contacts.values()} == {Phase.OFFERED}
        await self.happens("answer_call", agent=AGENT, call=call)
        await self.rig.settled()
        assert self.shows() == self.is_so()
        await self.happens("customer_hang_up", call=call)
        await self.happens("complete_wrap_up", agent=AGENT)
        await self.rig.settled()
        assert self.shows() == self.is_so()
        (last,) = [item for item in self.rig.hub.states[SUBJECT].recent if item.calls[0].ani == number]
        assert last.ended_by == "completed"


@asynccontextmanager
async def story() -> AsyncIterator[Story]:
    vendor = TwoPlaces(configured())
    async with plugged(vendor) as rig:
        await vendor.act("set_agent_state", agent=AGENT, state="ready")
        await rig.settled()
        yield Story(rig, vendor)


@pytest.mark.parametrize("graceful", [True, False])
async def test_the_link_begins_anew_where_it_is(graceful: bool) -> None:
    async with story() as mia:
        call = await mia.rings("+442079460101")
        await mia.happens("answer_call", agent=AGENT, call=call)
        await mia.says("announce", after=1_000)
        await mia.says("start", graceful=graceful)
        # While a call is under way the link stays.
        assert await mia.gaps() == ["LinkUp", "Snapshot"]
        await mia.says("complete")
        now = mia.rig.clock.now()
        assert (await mia.told())[-1] == e.LinkDown(link=LinkId("lk"), at=now, cause="migrated")
        # What happens while nobody is told is the snapshot's difference.
        await mia.happens("customer_hang_up", call=call)
        await mia.happens("complete_wrap_up", agent=AGENT)
        await mia.rig.until_up()
        await mia.rig.settled()
        assert ("dc.vendor.test:8443", "session_restart") in mia.vendor.asked
        assert await mia.gaps() == ["LinkUp", "Snapshot", "LinkDown", "LinkUp", "Snapshot"]
        assert mia.shows() == mia.is_so()
        assert not mia.rig.hub.states[SUBJECT].contacts
        await mia.serves_a_call("+442079460102")


async def test_an_idle_link_goes_as_soon_as_it_may_and_comes_back_once_it_is_over() -> None:
    async with story() as mia:
        await mia.says("start")
        await mia.rig.advance(1)
        assert "LinkDown" in await mia.gaps()
        await mia.rig.until_up()
        await mia.serves_a_call("+442079460101")
        await mia.says("complete")
        await mia.rig.until_up()
        assert mia.vendor.asked.count(("dc.vendor.test:8443", "session_restart")) == 1
        assert await mia.gaps() == ["LinkUp", "Snapshot", *["LinkDown", "LinkUp", "Snapshot"] * 2]
        await mia.serves_a_call("+442079460102")


async def test_the_link_follows_to_another_hub() -> None:
    async with story() as mia:
        call = await mia.rings("+442079460101")
        await mia.happens("answer_call", agent=AGENT, call=call)
        await mia.says("announce", after=1_000, to=SOUTH)
        await mia.says("start", graceful=False)
        assert await mia.gaps() == ["LinkUp", "Snapshot"]
        await mia.says("complete")
        assert (await mia.gaps())[-1] == "LinkDown"
        mia.vendor.moves()
        await mia.rig.until_up()
        await mia.rig.settled()
        before = len(mia.vendor.asked)
        # The call that went on meanwhile is followed to its end from there.
        assert mia.shows() == mia.is_so()
        assert [item.phase for item in mia.rig.hub.states[SUBJECT].contacts.values()] == [Phase.ACTIVE]
        await mia.happens("customer_hang_up", call=call)
        await mia.happens("complete_wrap_up", agent=AGENT)
        await mia.rig.settled()
        assert mia.shows() == mia.is_so()
        await mia.serves_a_call("+442079460102")
        assert {host for host, _ in mia.vendor.asked[before:]} <= {"south.test:8443"}
        assert ("south.test:8443", "login_state") in mia.vendor.asked
        assert await mia.gaps() == ["LinkUp", "Snapshot", "LinkDown", "LinkUp", "Snapshot"]
        voice = mia.rig.hub.states[SUBJECT].states
        assert any(item.state is Availability.READY for item in voice.values())
