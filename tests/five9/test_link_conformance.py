"""The link, under Cordboard's own suite: against our session end, with the simulated contact centre behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from cordboard.contract import Scope
from cordboard.model.entities import Medium
from cordboard.protocols.five9 import protocol
from cordboard.testing import Emulator, LinkSuite
from cordboard.testing.link_suite import STORIES
from tests.five9.link_rig import LINKS, SCOPE, double


class TestFive9Link(LinkSuite):
    protocol = protocol
    scope: ClassVar[Scope] = SCOPE
    media = (Medium.VOICE,)
    stories = (
        *STORIES,
        "blind-transfer-number",
        "blind-transfer-queue",
        "consult-customer-leaves",
        "internal",
        "outbound-invalid",
        "park",
        "predictive",
        "recording",
        "transfer-while-ringing",
        "two-calls",
    )
    keeps: ClassVar[tuple[int, int]] = (50, 0)
    """It knows fifty calls that are over, so that nothing late brings one back."""

    def settings(self, address: str) -> Mapping[str, Any]:
        return {**LINKS, "url": address}

    def vendor(self) -> Emulator:
        return double()
