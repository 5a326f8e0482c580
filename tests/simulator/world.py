"""A simulator behind a hub, on a virtual clock: what the tests of the link stand on."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import msgspec

from cordboard.contract import Called, Identity, Reply
from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.model import commands as c
from cordboard.model.entities import Contact
from cordboard.model.ids import CommandId, ContactId, LinkId, Subject, agent_subject
from cordboard.model.log import Entry
from cordboard.protocols.simulator import Simulator, new_floor
from cordboard.protocols.simulator.console import act
from cordboard.protocols.simulator.journal import Record
from cordboard.store.memory import MemoryStore
from tests.simulator.likeness import Plain, shown, truth

LINK = LinkId("sim")
EVERYONE = Identity(subject="user:test", scopes=frozenset({"tenant", "tenant:command"}))


class World:
    """A hub, its simulator, and all records of the switch's journal, which the floor may have forgotten."""

    def __init__(self, hub: Hub, clock: VirtualClock, **settings: object) -> None:
        self.hub = hub
        self.clock = clock
        self.link = LINK
        self.floor = new_floor({"mark": "t", **settings}, hub.ids)
        self.floor.open(clock.now())
        self.switch = self.floor.switch
        self._reader = self.switch.reader()
        self._records: list[Record] = []
        self._asked = 0
        self.commands: dict[CommandId, asyncio.Future[c.Outcome]] = {}
        """All that pages asked for, with what became of it."""

    @property
    def records(self) -> list[Record]:
        """All that happened on the switch so far."""
        self._records += self._reader.read()
        return self._records

    async def door(self, route: str, body: object = None, **query: str) -> Reply:
        """A request at one of the link's doors, as the web edge hands it in."""
        return await self.raw(route, b"" if body is None else msgspec.json.encode(body), query)

    async def raw(self, route: str, body: bytes, query: Mapping[str, str] | None = None) -> Reply:
        """The same with a body that need not be JSON."""
        self._asked += 1
        called = Called(
            call=f"call-{self._asked}",
            route=route,
            method=route.split(maxsplit=1)[0],
            at=self.clock.now(),
            body=body,
            query=query or {},
        )
        reply = await self.hub.call_link(self.link, called)
        await self.hub.settled()
        return reply

    async def act(self, name: str, **params: object) -> Plain:
        """Something that happens on the switch without us: the world's doing, or another desk's."""
        reply = await self.door("POST act", {"name": name, "params": params})
        done: Plain = json.loads(reply.body)
        return done

    async def do(self, agent: str, service: c.Service, ident: str = "") -> c.Outcome | None:
        """A command of a page; its outcome if it is settled by the time that all is quiet."""
        self._asked += 1
        command = c.Command(
            id=CommandId(ident or f"cmd-{self._asked}"), subject=agent_subject(agent), service=service
        )
        task = asyncio.ensure_future(self.hub.dispatch.run(command, EVERYONE))
        self.commands[command.id] = task
        await self.hub.settled()
        return task.result() if task.done() else None

    async def fault(self, **faults: object) -> None:
        """Break something, or mend it."""
        assert (await self.door("POST fault", faults)).status == 200

    def contact(self, agent: str, place: int = -1) -> Contact:
        """One of the agent's open contacts, the newest if none is named."""
        return list(self.hub.states[agent_subject(agent)].contacts.values())[place]

    def newest(self, agent: str) -> ContactId:
        """Its id."""
        return self.contact(agent).id

    def truth(self) -> Plain:
        """What is so on the switch."""
        so = truth(self.switch.state())
        for queue in self.floor.centre.queues:
            so["queues"].setdefault(queue.id, {})
        return so

    def shown(self) -> Plain:
        """What the hub shows."""
        return shown(self.hub.states)

    def unseen(self, name: str, params: Mapping[str, object]) -> None:
        """Something happens on the switch itself, whether or not the link is there."""
        act(self.switch, name, dict(params))

    def flags(self) -> Counter[str]:
        """All transitions that the tables lacked."""
        found: Counter[str] = Counter()
        for state in self.hub.states.values():
            found.update(state.flags)
            for contact in (*state.contacts.values(), *state.recent):
                found.update(contact.flags)
        return found

    async def log(self, subject: Subject) -> list[Entry]:
        """The subject's whole log."""
        return list(await self.hub._store.read(subject, 0, 1_000_000))


@asynccontextmanager
async def world(**settings: object) -> AsyncIterator[World]:
    """A world with the link up."""
    clock = VirtualClock()
    hub = Hub(MemoryStore(), clock=clock, ids=RandomIds(1), protocols={"simulator": Simulator()})
    await hub.start()
    made = World(hub, clock, **settings)
    await hub.add_link(LINK, "simulator", {"floor": made.floor})
    await hub.settled()
    try:
        yield made
    finally:
        await hub.stop()
