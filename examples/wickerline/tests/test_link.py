"""The link, under Cordboard's own suite: against our session end, with the simulated contact centre behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordboard.model.entities import Medium
from cordboard.testing.link_suite import LinkSuite
from cordboard_wickerline import protocol


class TestWickerlineLink(LinkSuite):
    protocol = protocol
    media = (Medium.VOICE,)

    def settings(self, address: str) -> Mapping[str, Any]:
        return {"url": address, "name": "cordboard", "password": "secret"}
