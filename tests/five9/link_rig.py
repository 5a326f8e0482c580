"""A link of one agent, and its vendor's double: the others of the story sit at pages of the vendor's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from cordboard.contract import CtiProtocol, Scope
from cordboard.model.entities import Availability, Medium
from cordboard.model.ids import LinkId, Subject
from cordboard.protocols.five9 import protocol
from cordboard.protocols.simulator.library import builtin_scenarios
from cordboard.testing import Emulator, Vendor
from cordboard.testing.rig import LinkRig, link_rig

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


def plugged(
    vendor: Vendor,
    settings: Mapping[str, Any] = LINKS,
    prepare: Callable[[LinkRig], None] = lambda _: None,
    plug: CtiProtocol = protocol,
) -> AbstractAsyncContextManager[LinkRig]:
    """A rig with the vendor open and the link plugged in. `prepare` is called between the two."""
    return link_rig(plug, vendor, settings, SCOPE, prepare)
