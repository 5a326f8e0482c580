"""A link in its suite: what a subclass says of it, the rig that it is plugged into, and what all checks look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar

import pytest

from cordboard.contract import Closed, CtiProtocol, Failed, Link, LinkFrame, Opened, Replied, Scope, Woke
from cordboard.hub.clock import RandomIds
from cordboard.model import commands as c
from cordboard.model.entities import Medium
from cordboard.model.ids import CommandId, LinkId, Subject, agent_subject
from cordboard.model.state import SubjectState
from cordboard.testing.emulator import Emulator
from cordboard.testing.recorded import RecordedLink
from cordboard.testing.rig import LinkRig, likeness, link_rig
from cordboard.testing.vendor import ADDRESS, Vendor
from cordboard.testing.workday import AGENT

STORIES = (
    "inbound",
    "missed",
    "declined",
    "abandoned-while-ringing",
    "outbound-answered",
    "outbound-busy",
    "hold",
    "consult-reconnect",
    "alternate",
    "warm-transfer",
    "blind-transfer-agent",
    "conference",
    "wrap-up",
)
"""What is told over every wire: scenarios of the simulated centre."""
CUT_STORY = "inbound"
"""The one in which the wire is cut after each frame."""
AT = 1_767_225_600_000
"""A time."""

WIRE_FAULTS: Mapping[str, Callable[[LinkRig], None]] = {
    "doubled": lambda rig: setattr(rig.faults, "doubled", True),
    "late": lambda rig: setattr(rig.faults, "late", 2_000),
    "reply-lost": lambda rig: setattr(rig.faults, "lose_replies", 2),
}
"""By their names in the catalogue: faults under which a story ends as it should all the same."""


class PluggedLink(RecordedLink):
    """What the checks of `LinkSuite` stand on."""

    protocol: ClassVar[CtiProtocol]
    scope: ClassVar[Scope] = Scope(kind="tenant", link=LinkId("lk"))
    stories: ClassVar[tuple[str, ...]] = STORIES
    media: ClassVar[tuple[Medium, ...]] = tuple(Medium)
    """What the wire tells of; nothing is expected of the others."""
    services_untried: ClassVar[Mapping[str, str]] = {}
    """Services that the link offers and no double can do: why."""
    not_its_state: ClassVar[tuple[type, ...]] = ()
    """Types of what a link can reach but does not own: they may grow."""
    keeps: ClassVar[tuple[int, int]] = (15, 0)
    """How many calls, and how many seconds after them, it takes until a link has let go of the first ones."""
    can_be_silent: ClassVar[bool] = True
    """Whether there is a wire on which a vendor can fall silent."""
    has_frames: ClassVar[bool] = True
    """Whether frames of the vendor's come in by channels or replies, which can be garbage."""

    def settings(self, address: str) -> Mapping[str, Any]:
        """The link's settings against a vendor at this address."""
        raise NotImplementedError

    def vendor(self) -> Vendor:
        """A vendor's double, not open yet."""
        return Emulator(self.protocol)

    def likeness(self, state: SubjectState) -> object:
        """What has to be the same at the vendor and here."""
        return likeness(state, self.media)

    def so(self, vendor: Vendor) -> Mapping[Subject, object]:
        """What has to be shown of each subject, by the vendor's own account; a link of one agent tells of that one alone."""
        mine = agent_subject(self.scope.agent) if self.scope.kind == "agent" else None
        return {
            subject: self.likeness(state)
            for subject, state in vendor.truth().items()
            if mine in (None, subject)
        }

    def plugged(
        self, prepare: Callable[[LinkRig], None] = lambda _: None
    ) -> AbstractAsyncContextManager[LinkRig]:
        """A rig with this link and its double. `prepare` is called before it is plugged in."""
        return link_rig(self.protocol, self.vendor(), self.settings(ADDRESS), self.scope, prepare)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Stories, faults and recordings as parameters."""
        given: Mapping[str, Callable[[], list[str]]] = {
            "story": lambda: list(self.stories),
            "wire_fault": lambda: sorted(WIRE_FAULTS),
            "recording": self.recording_names,
        }
        for name in set(given) & set(metafunc.fixturenames):
            metafunc.parametrize(name, given[name]())

    def _link(self) -> Link:
        vendor = self.vendor()
        return self.protocol.link({**self.settings(ADDRESS), **vendor.settings}, self.scope, RandomIds(1))

    def _same(self, rig: LinkRig, when: str) -> None:
        for subject, so in self.so(rig.vendor).items():
            mine = rig.hub.state(subject)
            shown = self.likeness(mine) if mine is not None else None
            assert shown == so, (
                f"{when}, {subject} is not shown as it is at the vendor.\n  is:    {so}\n  shown: {shown}"
            )

    def _unflagged(self, rig: LinkRig) -> None:
        for subject, state in rig.hub.states.items():
            flags = [
                *state.flags,
                *(flag for item in (*state.contacts.values(), *state.recent) for flag in item.flags),
            ]
            assert not flags, (
                f"{subject}: {flags}. The events are not in an order that CSTA knows (`cordboard.model.tables`): tell the steps "
                "between, or another event"
            )


def of_no_concern() -> tuple[LinkFrame, ...]:
    """Frames of channels, timers and requests that no link ever had."""
    return (
        Opened(channel="no-such", at=AT),
        Closed(channel="no-such", code=1006, reason="", at=AT),
        Woke(name="no-such", at=AT),
        Replied(name="no-such", status=200, headers={}, data=b"", at=AT),
        Failed(name="no-such", reason="", sent=True, at=AT),
    )


def command_of(service: c.Service, ident: str) -> c.Command:
    """A command for the suite's agent."""
    return c.Command(id=CommandId(ident), subject=agent_subject(AGENT), service=service)
