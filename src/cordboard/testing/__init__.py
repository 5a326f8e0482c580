"""What Cordboard's own tests stand on, shipped so that a third party's tests can stand on it too."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordboard.testing.bad_line import BadLine
    from cordboard.testing.centre import ContactCentre
    from cordboard.testing.certificates import Authority
    from cordboard.testing.emulator import Emulator
    from cordboard.testing.link_suite import LinkSuite
    from cordboard.testing.page import AgentPage
    from cordboard.testing.proxy import FaultProxy, Trouble, random_troubles
    from cordboard.testing.session_suite import SessionSuite
    from cordboard.testing.store_suite import StoreSuite
    from cordboard.testing.vendor import Vendor
    from cordboard.testing.visit import Answer, Ask, Call, Say, Visit

__all__ = [
    "AgentPage",
    "Answer",
    "Ask",
    "Authority",
    "BadLine",
    "Call",
    "ContactCentre",
    "Emulator",
    "FaultProxy",
    "LinkSuite",
    "Say",
    "SessionSuite",
    "StoreSuite",
    "Trouble",
    "Vendor",
    "Visit",
    "random_troubles",
]

_HOMES = {
    "AgentPage": "page",
    "Answer": "visit",
    "Ask": "visit",
    "Authority": "certificates",
    "BadLine": "bad_line",
    "Call": "visit",
    "ContactCentre": "centre",
    "Emulator": "emulator",
    "FaultProxy": "proxy",
    "LinkSuite": "link_suite",
    "Say": "visit",
    "SessionSuite": "session_suite",
    "StoreSuite": "store_suite",
    "Trouble": "proxy",
    "Vendor": "vendor",
    "Visit": "visit",
    "random_troubles": "proxy",
}


def __getattr__(name: str) -> object:
    """Loaded when asked for: the plugin is imported by every pytest, and must not bring a hub with it."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
