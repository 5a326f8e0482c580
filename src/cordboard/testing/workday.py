"""A day at the desk: an agent's page asks for every service that a link offers, each where it makes sense."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import get_args

from cordboard.model import commands as c
from cordboard.model.entities import Availability, Phase, SuperviseAction
from cordboard.model.ids import AgentId, Subject, agent_subject
from cordboard.model.rules import services_of
from cordboard.testing.page import AgentPage
from cordboard.testing.rig import LinkRig

AGENT, COLLEAGUE, SUPERVISOR = "mia", "noor", "ruth"
CALLER, FRIEND = "+44 20 7946 0101", "+44 20 7946 0107"
NUMBER = CALLER.replace(" ", "")
LATER = 24 * 60 * 60 * 1000
"""When a promised call is due: not in this day's work."""
PATIENCE = 40
"""Seconds of the test's clock within which each command is settled: the hub itself gives up after 30."""


@dataclass(slots=True)
class Workday:
    """What a day came to."""

    outcomes: dict[str, list[c.Outcome]] = field(default_factory=dict)
    """By service, in the order in which they were asked for."""

    @property
    def done(self) -> frozenset[str]:
        """The services that were done at least once."""
        return frozenset(
            name for name, found in self.outcomes.items() if any(isinstance(item, c.Done) for item in found)
        )


def offered(rig: LinkRig, agent: str = AGENT) -> frozenset[str]:
    """What the link says that it can do for the agent."""
    state = rig.hub.state(agent_subject(agent))
    return services_of(state) if state is not None else frozenset()


async def workday(rig: LinkRig, check: Callable[[str], Awaitable[None]]) -> Workday:
    """The whole day. `check` is called after each command with what was asked."""
    day = Workday()
    desk = _Desk(rig, day, check)
    for scene in (
        _a_call,
        _a_consultation,
        _a_transfer,
        _a_conference,
        _a_blind_transfer,
        _a_decline,
        _a_dial,
        _a_task,
        _two_matters,
        _a_chat,
        _a_promise,
        _supervision,
    ):
        async with desk.opened():
            await scene(desk)
    return day


class _NotOffered(Exception):  # noqa: N818 - no error: the scene ends here
    pass


class _Desk:
    """Two agents, and the customer."""

    def __init__(self, rig: LinkRig, day: Workday, check: Callable[[str], Awaitable[None]]) -> None:
        self.rig = rig
        self._day = day
        self._check = check
        self._rung: list[str] = []
        self.agent = rig.page(AGENT)
        self.colleague = rig.page(COLLEAGUE)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """A scene: both agents are ready, and what it leaves is tidied up at the vendor."""
        for agent in (AGENT, COLLEAGUE):
            await self._world("log_on", agent=agent, state="ready")
            await self._world("set_agent_state", agent=agent, state="ready")
        try:
            yield
        except _NotOffered:
            pass
        finally:
            await self.tidy()

    async def tidy(self) -> None:
        """Let the vendor's world end what a scene has left."""
        for rung in self._rung:
            await self._leave(rung)
        truth = self.rig.vendor.truth()
        for _ in range(3):
            for agent in (AGENT, COLLEAGUE):
                for contact in truth[agent_subject(agent)].contacts.values():
                    for call in contact.calls:
                        await self._leave(str(call.id))
                        await self._world("clear_connection", agent=agent, call=str(call.id))
                    await self._world("complete_wrap_up", agent=agent, segment=str(contact.id))
            await self.rig.advance(1)

    async def _leave(self, call: str) -> None:
        for party in ("customer", FRIEND):
            await self._world("customer_hang_up", call=call, party=party)

    async def ring(self, number: str = CALLER) -> None:
        """Somebody calls, and the agent's page shows it."""
        made = await self.rig.vendor.act("ring", to="8001", number=number)
        self._rung.append(str(made["call"]))
        await self.shown(lambda: any(item.phase is Phase.OFFERED for item in self.agent.contacts), "the call")

    async def comes(self, medium: str, how: str, **params: object) -> None:
        """A chat or task comes for the agent, who is ready for such, and the page shows it."""
        await self._world("log_on", agent=AGENT, medium=medium, state="ready")
        made = await self.rig.vendor.act(how, **params)
        self._rung.append(str(made["call"]))
        await self.shown(
            lambda: any(item.phase is Phase.OFFERED for item in self.agent.contacts), f"the {medium}"
        )

    async def shown(self, what: Callable[[], bool], name: str) -> None:
        """Wait on the test's clock until a page shows something."""
        for _ in range(PATIENCE):
            await self.rig.settled()
            if what():
                return
            await self.rig.advance(1)
        raise AssertionError(f"no page shows {name} within {PATIENCE} s")

    async def do(
        self,
        kind: type[c.Service],
        asked: Callable[[], Awaitable[c.Outcome | None]],
        page: AgentPage | None = None,
    ) -> None:
        """Ask for a service; ends the scene if the link has it not."""
        page = page or self.agent
        name = kind.__name__
        # A colleague whom the link does not serve sits at a page of the vendor's own.
        if not any(name in link.services for link in page.view.links.values() if link.up):
            raise _NotOffered
        known = set(page.outcomes)
        await asked()
        for _ in range(PATIENCE):
            await self.rig.settled()
            if set(page.outcomes) - known:
                break
            await self.rig.advance(1)
        new = [page.outcomes[ident] for ident in page.outcomes if ident not in known]
        assert len(new) == 1, (
            f"{name} was settled {len(new)} times within {PATIENCE} s: exactly once, now or later"
        )
        assert not isinstance(new[0], c.Unconfirmed), (
            f"{name} was not settled by the link: on a sound wire every command is settled as done or refused, in time"
        )
        self._day.outcomes.setdefault(name, []).append(new[0])
        await self.rig.advance(1)
        await self._check(name)

    async def optional(self, kind: type[c.Service], asked: Callable[[], Awaitable[c.Outcome | None]]) -> None:
        """As `do`, but the scene goes on without it."""
        if kind.__name__ in offered(self.rig):
            await self.do(kind, asked)

    async def _world(self, name: str, **params: object) -> None:
        """What the vendor's side does; not everything is possible at every time."""
        try:
            await self.rig.vendor.act(name, **params)
        except AssertionError:
            return


async def _a_call(desk: _Desk) -> None:
    page = desk.agent
    await desk.optional(c.SetAgentState, lambda: page.not_ready("break"))
    await desk.optional(c.SetAgentState, page.ready)
    await desk.ring()
    await desk.do(c.AnswerCall, page.answer)
    await desk.optional(c.AssociateData, lambda: page.attach(colour="blue"))
    await desk.optional(c.SetMicrophoneMute, page.mute)
    await desk.optional(c.GenerateDigits, lambda: page.press("12#"))
    await desk.optional(c.StartRecording, lambda: page.do(c.StartRecording(contact=page.contact.id)))
    await desk.optional(c.StopRecording, lambda: page.do(c.StopRecording(contact=page.contact.id)))
    await desk.optional(c.HoldCall, page.hold)
    await desk.optional(c.RetrieveCall, page.retrieve)
    if c.ParkCall.__name__ in offered(desk.rig):
        await desk.do(c.ParkCall, page.park)
        await desk.do(c.RetrieveCall, page.retrieve)
    await desk.do(c.ClearConnection, page.hang_up)
    disposition = next((item for item in (page.view.profile.dispositions if page.view.profile else ())), None)
    if disposition is not None:
        await desk.optional(
            c.SetDisposition,
            lambda: page.do(c.SetDisposition(contact=page.contact.id, disposition=disposition.code)),
        )
    if page.contacts:
        await desk.do(c.CompleteContact, page.finish)


async def _consulting(desk: _Desk) -> None:
    await desk.ring()
    await desk.do(c.AnswerCall, desk.agent.answer)
    await desk.do(c.ConsultationCall, lambda: desk.agent.consult(COLLEAGUE))
    await desk.shown(lambda: bool(desk.colleague.contacts), "the consultation")
    await desk.do(c.AnswerCall, desk.colleague.answer, desk.colleague)


async def _a_consultation(desk: _Desk) -> None:
    await _consulting(desk)
    await desk.optional(c.AlternateCall, desk.agent.alternate)
    await desk.optional(c.AlternateCall, desk.agent.alternate)
    await desk.optional(c.ReconnectCall, desk.agent.reconnect)
    await desk.optional(
        c.SingleStepConferenceCall,
        lambda: desk.agent.do(
            c.SingleStepConferenceCall(contact=desk.agent.contact.id, target=desk.agent.target(FRIEND))
        ),
    )


async def _a_transfer(desk: _Desk) -> None:
    await _consulting(desk)
    await desk.do(c.TransferCall, desk.agent.transfer)


async def _a_conference(desk: _Desk) -> None:
    await _consulting(desk)
    await desk.do(c.ConferenceCall, desk.agent.conference)


async def _a_blind_transfer(desk: _Desk) -> None:
    await desk.ring()
    await desk.do(c.AnswerCall, desk.agent.answer)
    await desk.do(c.SingleStepTransferCall, lambda: desk.agent.transfer(COLLEAGUE))


async def _two_matters(desk: _Desk) -> None:
    """One call is parked, another comes, and the two become one: with the agent in it, or without."""
    page = desk.agent
    if c.ParkCall.__name__ not in offered(desk.rig):
        return
    for kind in (c.ConferenceCall, c.TransferCall):
        await desk.ring(FRIEND)
        await desk.do(c.AnswerCall, page.answer)
        parked = page.contact.id
        await desk.do(c.ParkCall, page.park)
        await desk.ring()
        await desk.do(c.AnswerCall, page.answer)
        (active,) = (item.id for item in page.contacts if item.id != parked)
        await desk.do(kind, partial(page.do, kind(contact=active, other=parked)))
        await desk.tidy()


async def _a_decline(desk: _Desk) -> None:
    await desk.ring()
    await desk.do(c.DeflectCall, desk.agent.decline)


async def _a_dial(desk: _Desk) -> None:
    await desk.optional(c.SetAgentState, lambda: desk.agent.not_ready("break"))
    await desk.do(c.MakeCall, lambda: desk.agent.dial(FRIEND))


async def _a_task(desk: _Desk) -> None:
    page = desk.agent
    if c.PauseContact.__name__ not in offered(desk.rig):
        return
    await desk.comes("task", "create_task", to="8201", subject="A refund")
    await desk.do(c.AnswerCall, page.answer)
    await desk.do(c.PauseContact, lambda: page.do(c.PauseContact(contact=page.contact.id)))
    await desk.do(c.ResumeContact, lambda: page.do(c.ResumeContact(contact=page.contact.id)))


async def _a_chat(desk: _Desk) -> None:
    page = desk.agent
    if c.SendMessage.__name__ not in offered(desk.rig):
        return
    await desk.comes("chat", "start_chat", to="8101", number=CALLER, text="Good day")
    await desk.do(c.AnswerCall, page.answer)
    await desk.do(c.SendMessage, lambda: page.do(c.SendMessage(contact=page.contact.id, text="Hello")))


async def _a_promise(desk: _Desk) -> None:
    page = desk.agent
    if c.ScheduleCallback.__name__ not in offered(desk.rig):
        return
    await desk.ring()
    await desk.do(c.AnswerCall, page.answer)
    due = desk.rig.clock.now() + LATER
    await desk.do(
        c.ScheduleCallback,
        lambda: page.do(c.ScheduleCallback(contact=page.contact.id, due=due, number=NUMBER)),
    )
    await desk.shown(lambda: bool(page.view.callbacks), "the callback")
    (promised,) = page.view.callbacks
    await desk.do(c.CancelCallback, lambda: page.do(c.CancelCallback(callback=promised)))


async def _supervision(desk: _Desk) -> None:
    rig = desk.rig
    if (
        not {"Supervise", "SuperviseAgent"} & offered(rig, SUPERVISOR)
        or rig.hub.state(Subject(f"agent/{SUPERVISOR}")) is None
    ):
        return
    boss = rig.page(SUPERVISOR)
    if "SuperviseAgent" in offered(rig, SUPERVISOR):
        asked = c.SuperviseAgent(agent=AgentId(COLLEAGUE), state=Availability.NOT_READY, reason="break")
        await desk.do(c.SuperviseAgent, lambda: boss.do(asked), boss)
    await rig.vendor.act("log_on", agent=SUPERVISOR)
    await desk.ring()
    await desk.do(c.AnswerCall, desk.agent.answer)
    await desk.do(
        c.Supervise,
        lambda: boss.do(
            c.Supervise(agent=AgentId(AGENT), contact=desk.agent.contact.id, action=SuperviseAction.LISTEN)
        ),
        boss,
    )


SWITCH: Mapping[str, type[c.Service]] = {kind.__name__: kind for kind in get_args(c.SwitchService)}
"""All services that a link can have, by name."""
