"""Pages on hub B that do what their controls allow, leave and come back; and a world that calls in and hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

from cordboard.client import Client
from cordboard.model import commands as c
from cordboard.model.entities import AttachedData, Availability, Target, TargetKind
from cordboard.model.ids import ContactId
from cordboard.model.view import View
from cordboard.protocols.native import wire
from tests.delivery.rig import AGENTS, QUEUES, Rig


class Kept:
    """Every (subject, seq, sum) that any client ever received, with the event's bytes."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, int], tuple[str, bytes]] = {}
        self.twice = 0

    def __call__(self, entry: wire.Entry) -> None:
        place = (str(entry.subject), entry.seq)
        told = (entry.sum, bytes(entry.event))
        assert self.entries.setdefault(place, told) == told, f"two different entries at {place}"
        self.twice += 1


class Page:
    """One agent's page. Its socket comes and goes; the client is the same."""

    def __init__(self, rig: Rig, agent: str, kept: Kept, random: Random) -> None:
        self.agent = agent
        self.subject = f"agent/{agent}"
        self.outcomes: dict[str, c.Outcome] = {}
        self._random = random
        self._count = 0
        self.client = Client(
            rig.b.url, token=rig.token_b, received=kept, random=random, first_pause=5, longest_pause=40
        )

    @property
    def view(self) -> View:
        """What the page shows."""
        return self.client.views[self.subject]  # type: ignore[index]

    async def act(self) -> None:
        """Do one of the things that the page's controls allow now, most of the time."""
        choice = self._choice()
        if choice is None:
            return
        self._count += 1
        name = f"{self.agent}-{self._count}"
        self.outcomes[name] = await self.client.execute(self.subject, choice, command_id=name)

    def _choice(self) -> c.Service | None:
        view, random = self.view, self._random
        (state,) = (item for item in view.states.values() if item.medium == "voice")
        if state.state is Availability.NULL:
            return c.SetAgentState(state=Availability.READY)
        options: list[c.Service] = [_agent_state(random, view)] if random.random() < 0.15 else []
        if not view.controls.get("", {}).get("MakeCall", "?"):
            options += [c.MakeCall(target=_target(random))] * (random.random() < 0.2)
        for contact, controls in view.controls.items():
            options += [
                make(ContactId(contact), random)
                for name, make in MAKERS.items()
                if contact and controls.get(name) == ""
            ]
        return random.choice(options) if options else None


def _target(random: Random) -> Target:
    match random.randrange(4):
        case 0:
            return Target(kind=TargetKind.AGENT, id=random.choice(AGENTS))
        case 1:
            return Target(kind=TargetKind.QUEUE, id=random.choice(QUEUES))
        case _:
            return Target(kind=TargetKind.NUMBER, number=f"+4420794600{random.randrange(10, 99)}")


def _agent_state(random: Random, view: View) -> c.SetAgentState:
    if random.random() < 0.6 or view.profile is None:
        return c.SetAgentState(state=Availability.READY)
    reason = random.choice([item for item in view.profile.reasons if item.kind.value == "not_ready"])
    return c.SetAgentState(state=Availability.NOT_READY, reason=reason.code)


MAKERS: dict[str, Callable[[ContactId, Random], c.Service]] = {
    "AnswerCall": lambda contact, _: c.AnswerCall(contact=contact),
    "DeflectCall": lambda contact, _: c.DeflectCall(contact=contact),
    "ClearConnection": lambda contact, _: c.ClearConnection(contact=contact),
    "HoldCall": lambda contact, _: c.HoldCall(contact=contact),
    "RetrieveCall": lambda contact, _: c.RetrieveCall(contact=contact),
    "ConsultationCall": lambda contact, random: c.ConsultationCall(contact=contact, target=_target(random)),
    "AlternateCall": lambda contact, _: c.AlternateCall(contact=contact),
    "ReconnectCall": lambda contact, _: c.ReconnectCall(contact=contact),
    "TransferCall": lambda contact, _: c.TransferCall(contact=contact),
    "ConferenceCall": lambda contact, _: c.ConferenceCall(contact=contact),
    "SingleStepTransferCall": lambda contact, random: c.SingleStepTransferCall(
        contact=contact, target=_target(random)
    ),
    "SingleStepConferenceCall": lambda contact, random: c.SingleStepConferenceCall(
        contact=contact, target=_target(random)
    ),
    "GenerateDigits": lambda contact, random: c.GenerateDigits(
        contact=contact, digits=str(random.randrange(100))
    ),
    "AssociateData": lambda contact, random: c.AssociateData(
        contact=contact, data=AttachedData(peripheral={"PerVar1": str(random.randrange(10))})
    ),
    "SetMicrophoneMute": lambda contact, random: c.SetMicrophoneMute(
        contact=contact, mute=random.random() < 0.5
    ),
    "StartRecording": lambda contact, _: c.StartRecording(contact=contact),
    "StopRecording": lambda contact, _: c.StopRecording(contact=contact),
    "CompleteContact": lambda contact, _: c.CompleteContact(contact=contact),
    "TakeNote": lambda contact, random: c.TakeNote(contact=contact, text=f"note {random.randrange(100)}"),
}


async def world(rig: Rig, random: Random) -> None:
    """Something happens outside."""
    truth: dict[str, Any] = await rig.truth()
    calls = {
        call["id"]: call
        for agent in truth["agents"].values()
        for seg in agent["segments"]
        for call in seg["calls"]
    }
    calls.update(truth["calls"])
    live = [call for call in calls.values() if call["ended"] is None]
    dice = random.random()
    if dice < 0.6 or not live:
        number = f"+1202555{random.randrange(100, 200):04d}"
        await rig.act("ring", number=number, to=f"queue:{random.choice(QUEUES)}")
    elif dice < 0.8:
        await rig.act("customer_hang_up", call=random.choice(live)["id"])
    else:
        await rig.act("customer_answer", call=random.choice(live)["id"])


async def scenario(rig: Rig, pages: list[Page], random: Random, steps: int) -> None:
    """A random story: pages act, the world acts, pages lose their sockets and come back."""
    for _ in range(steps):
        dice = random.random()
        if dice < 0.3:
            await world(rig, random)
        elif dice < 0.4:
            await random.choice(pages).client.drop()
        elif dice < 0.5:
            await asyncio.gather(*(page.act() for page in random.sample(pages, 3)))
        else:
            await random.choice(pages).act()
