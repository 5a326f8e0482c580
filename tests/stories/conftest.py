"""A hub with the simulated contact centre behind it, and two of its agents, Mia and Noor, at their desks."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator

import msgspec
import pytest

from cordboard.contract import Called, Identity
from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.model import commands as c
from cordboard.model.controls import controls
from cordboard.model.entities import Availability, ConnectionState, Contact, Phase, Target, TargetKind
from cordboard.model.ids import CommandId, ContactId, LinkId, agent_subject
from cordboard.model.state import SubjectState
from cordboard.protocols.simulator import Simulator, new_floor
from cordboard.protocols.simulator.floor import Floor
from cordboard.store.memory import MemoryStore

SIM = LinkId("sim")


class Centre:
    """What happens outside, and what is true on the switch."""

    def __init__(self, hub: Hub, clock: VirtualClock, floor: Floor) -> None:
        self.hub = hub
        self.clock = clock
        self._floor = floor
        self.desks: list[Desk] = []

    async def happens(self, name: str, /, **params: object) -> dict[str, str]:
        """Something that the world does, at the console's door. What it says."""
        told = await self._console("POST act", {"name": name, "params": params})
        await self.passes(1)
        return told

    async def drops(self, seconds: int) -> None:
        """The link is cut, for so long at least."""
        await self._console("POST fault", {"drop": seconds * 1000})
        await self.hub.settled()

    async def _console(self, route: str, body: object) -> dict[str, str]:
        at = self.clock.now()
        called = Called(call="x", route=route, method="POST", at=at, body=msgspec.json.encode(body))
        reply = await self.hub.call_link(SIM, called)
        assert reply.status == 200, reply.body
        told: dict[str, str] = msgspec.json.decode(reply.body)
        return told

    async def passes(self, seconds: float) -> None:
        """Let so much time pass; afterwards every desk shows what is true."""
        await self.clock.advance(int(seconds * 1000))
        for desk in self.desks:
            desk.agrees()

    def segments(self, agent: str) -> dict[str, dict[str, object]]:
        """The agent's open parts, as the switch has them: it was written without the fold."""
        state = msgspec.json.decode(msgspec.json.encode(self._floor.switch.state()))
        found = state["agents"][agent]["segments"]
        return {item["id"]: item for item in found if item["phase"] != "closed"}


class Desk:
    """One agent's desk: commands go through the hub, and what it shows comes from there."""

    _numbers = itertools.count()

    def __init__(self, centre: Centre, name: str) -> None:
        self._centre = centre
        self.name = name
        self.subject = agent_subject(name)
        centre.desks.append(self)

    async def does(self, service: c.Service) -> c.Outcome:
        """The outcome of a command, after a second in which its events came."""
        command = c.Command(
            id=CommandId(f"{self.name}-{next(self._numbers)}"), subject=self.subject, service=service
        )
        who = Identity(subject=self.name, scopes=frozenset({f"agent:{self.name}"}), agent=self.name)
        outcome = await self._centre.hub.dispatch.run(command, who)
        await self._centre.passes(1)
        return outcome

    async def must(self, service: c.Service) -> None:
        """A command that has to be done, and that the page had not greyed."""
        contact = getattr(service, "contact", "")
        shown = controls(self.state)[contact].get(type(service).__name__, "")
        assert shown == "", f"{type(service).__name__} is greyed: {shown}"
        outcome = await self.does(service)
        assert isinstance(outcome, c.Done), outcome

    async def ready(self) -> None:
        """Log on and be ready."""
        await self.must(c.SetAgentState(state=Availability.READY))

    @property
    def state(self) -> SubjectState:
        found = self._centre.hub.state(self.subject)
        assert found is not None
        return found

    @property
    def contact(self) -> Contact:
        """The one open contact, or else the one that closed last."""
        if self.state.contacts:
            [item] = self.state.contacts.values()
            return item
        return self.state.recent[0]

    @property
    def id(self) -> ContactId:
        return self.contact.id

    def shows(self) -> tuple[str, dict[str, list[str]]]:
        """The phase of the contact, and for each live call, by its kind, who is in it how."""
        calls = {}
        for item in self.contact.calls:
            if not item.cleared:
                live = [part for part in item.connections if part.state is not ConnectionState.NULL]
                words = [f"{part.participant.id or part.participant.role} {part.state}" for part in live]
                calls[item.kind.value] = sorted(words)
        return self.contact.phase.value, calls

    def agrees(self) -> None:
        """The page's view equals the switch's own state, part by part."""
        true = self._centre.segments(self.name)
        assert set(self.state.contacts) == set(true)
        for name, segment in true.items():
            item = self.state.contacts[ContactId(name)]
            assert item.phase.value == segment["phase"]
            assert item.flags == ()
            if item.phase is not Phase.WRAP_UP:
                shown = {
                    call.id: {p.id: p.state.value for p in call.connections if p.state.value != "null"}
                    for call in item.calls
                    if not call.cleared
                }
                assert shown == _live(segment)
        assert self.state.flags == ()


def _live(segment: dict[str, object]) -> dict[str, dict[str, str]]:
    calls = msgspec.convert(segment["calls"], list[dict[str, object]])
    return {
        str(call["id"]): {
            str(party["id"]): "hold" if party.get("held_by") else str(party["state"])
            for party in msgspec.convert(call["parties"], list[dict[str, object]])
            if party["state"] != "null"
        }
        for call in calls
        if call.get("ended") is None
    }


@pytest.fixture
async def centre() -> AsyncIterator[Centre]:
    clock = VirtualClock()
    floor = new_floor({"mark": "s"}, RandomIds(2))
    hub = Hub(MemoryStore(), clock=clock, ids=RandomIds(1), protocols={"simulator": Simulator()})
    await hub.start()
    await hub.add_link(SIM, "simulator", {"floor": floor})
    await hub.settled()
    yield Centre(hub, clock, floor)
    await hub.stop()


@pytest.fixture
async def mia(centre: Centre) -> Desk:
    desk = Desk(centre, "mia")
    await desk.ready()
    return desk


@pytest.fixture
async def talking(centre: Centre, mia: Desk) -> Desk:
    """Mia, who has answered a customer's call."""
    await centre.happens("ring", number="+441632960100", to="8001", name="Cleo")
    await mia.must(c.AnswerCall(contact=mia.id))
    return mia


@pytest.fixture
async def noor(centre: Centre, talking: Desk) -> Desk:
    desk = Desk(centre, "noor")
    await desk.ready()
    return desk


@pytest.fixture
async def consulting(talking: Desk, noor: Desk) -> Desk:
    """Mia, who has put the customer on hold and talks to Noor."""
    await talking.must(c.ConsultationCall(contact=talking.id, target=_agent("noor")))
    await noor.must(c.AnswerCall(contact=noor.id))
    return talking


def _agent(name: str) -> Target:
    return Target(kind=TargetKind.AGENT, id=name)
