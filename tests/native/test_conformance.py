"""The native protocol by the shipped suites."""

from __future__ import annotations

from collections.abc import Mapping

from cordboard.protocols import native
from cordboard.testing import LinkSuite


class TestNativeLink(LinkSuite):
    protocol = native.protocol

    def settings(self, address: str) -> Mapping[str, object]:
        return {"url": address, "token": "tenant"}
