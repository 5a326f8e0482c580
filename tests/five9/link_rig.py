"""A link of one agent in a rig: the others of the story sit at pages of the vendor's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from cordboard.contract import CtiProtocol, Scope
from cordboard.model.entities import Availability, Medium, Target, TargetKind
from cordboard.model.ids import LinkId, Subject
from cordboard.protocols.five9 import protocol
from cordboard.protocols.simulator.library import builtin_scenarios
from cordboard.testing import Emulator
from cordboard.testing.page import AgentPage
from cordboard.testing.rig import LinkRig

AGENT = "mia"
SCOPE = Scope(kind="agent", link=LinkId("lk"), agent=AGENT)
SUBJECT = Subject(f"agent/{AGENT}")
VENDORS = {"variables": ["Custom.colour"], "data_centre": {"host": "dc.vendor.test", "port": 8443}}
"""Settings of the session end, as the vendor's double has them."""
LINKS: Mapping[str, Any] = {
    "url": "https://vendor.test",
    "username": AGENT,
    "password": "secret",
    "unverified": [],
}


class Five9(Emulator):
    """The vendor: our own session end. The link has logged its agent on already: what a story wants of that is a state."""

    async def act(self, name: str, /, **params: object) -> dict[str, object]:
        known = self.truth()[SUBJECT].states
        on = any(
            item.medium is Medium.VOICE and item.state is not Availability.NULL for item in known.values()
        )
        if name == "log_on" and on and params.get("agent") == AGENT and "medium" not in params:
            return await super().act("set_agent_state", agent=AGENT, state=params.get("state", "not_ready"))
        return await super().act(name, **params)

    async def begin(self, story: str, *, pause: float = 0) -> None:
        if (
            f'agent = "{AGENT}"'
            in builtin_scenarios()[story].partition("[[step]]")[2].partition("[[step]]")[0]
        ):
            await self.act("log_off", agent=AGENT)  # the story begins with the agent's coming
        await super().begin(story, pause=pause)


def configured(**settings: object) -> CtiProtocol:
    """Our session end with these settings."""
    five9: Any = protocol
    made: CtiProtocol = five9.configured({**VENDORS, **settings})
    return made


def double(**settings: object) -> Five9:
    """The vendor's double."""
    return Five9(configured(**settings))


class FarPage(AgentPage):
    """A page of the linked agent, who knows colleagues and queues by the vendor's words."""

    def target(self, to: str | Target) -> Target:
        if not isinstance(to, Target) and to.isalpha():
            return Target(kind=TargetKind.QUEUE if to in ("bookings", "refunds") else TargetKind.AGENT, id=to)
        return super().target(to)


class OneAgent(LinkRig):
    """The rig."""

    def page(self, agent: str) -> AgentPage:
        if agent == AGENT:
            return FarPage(self.hub, agent, settled=self.settled)
        assert isinstance(self.vendor, Emulator)
        return AgentPage(self.vendor.centre.hub, agent, settled=self.settled)


@asynccontextmanager
async def plugged(
    vendor: Emulator,
    settings: Mapping[str, Any] = LINKS,
    prepare: Callable[[LinkRig], None] = lambda _: None,
    plug: CtiProtocol = protocol,
) -> AsyncIterator[OneAgent]:
    """A rig with the vendor open and the link plugged in. `prepare` is called between the two."""
    await vendor.open()
    rig = OneAgent(plug, vendor, settings, SCOPE)
    prepare(rig)
    try:
        with rig.tap.breaches.first():
            await rig.begin()
            yield rig
    finally:
        await rig.end()
        await vendor.close()
