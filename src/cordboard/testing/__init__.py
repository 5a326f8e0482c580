"""What Cordboard's own tests stand on, shipped so that a third party's tests can stand on it too."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordboard.testing.centre import ContactCentre
    from cordboard.testing.emulator import Emulator
    from cordboard.testing.link_suite import LinkSuite
    from cordboard.testing.page import AgentPage
    from cordboard.testing.store_suite import StoreSuite
    from cordboard.testing.vendor import Vendor

__all__ = ["AgentPage", "ContactCentre", "Emulator", "LinkSuite", "StoreSuite", "Vendor"]

_HOMES = {
    "AgentPage": "page",
    "ContactCentre": "centre",
    "Emulator": "emulator",
    "LinkSuite": "link_suite",
    "StoreSuite": "store_suite",
    "Vendor": "vendor",
}


def __getattr__(name: str) -> object:
    """Loaded when asked for: the plugin is imported by every pytest, and must not bring a hub with it."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
