"""What frames mean to a link that are about no call: as data."""

from __future__ import annotations

from collections.abc import Mapping

from cordboard.protocols.five9 import events as v, wire
from cordboard.protocols.five9.leniency import read

CALLS = frozenset(
    {v.CALL_CREATED, v.CALL_UPDATED, v.CALL_DELETED, v.CALL_CREATED_AGAIN, v.CALL_DELETED_AGAIN}
)
GONE: Mapping[int, str] = {
    v.SERVER_UNAVAILABLE: "server-unavailable",
    v.EVENTS_UNAVAILABLE: "events-unavailable",
    1004: "farm-changed",
    71: "switched-to-backup",
    72: "switched-to-primary",
    v.MAINTENANCE_COMPLETED: "migrated",
}
"""After these the socket brings nothing any more."""
LISTS = frozenset(
    {
        7,
        v.ACTIVE_SKILLS,
        v.PERMISSIONS,
        v.STATION,
        v.SKILL_REMOVED,
        v.SKILL_ADDED,
        v.NOT_READY_REASONS,
        49,
        v.LOGOUT_REASONS,
        51,
        66,
        67,
        5002,
        5003,
        5005,
        5006,
        5007,
    }
)
"""Names or lists changed: read them again."""
FAILED = frozenset({v.EXCEPTION, v.NO_ANSWER, v.TRANSFER_FAILED, v.MAKE_CALL_FAILED, v.CLICK_TO_DIAL_FAILED})
"""Something that was asked for came to nothing. What is so then is looked at: their payloads nobody has shown."""


def addresses(item: wire.Frame) -> tuple[str, ...] | None:
    """The resources that event 57 names; `None` if it names none that can be read."""
    try:
        found = read(item.pay_load, tuple[str, ...])
    except ValueError:
        found = ()
    try:
        named = () if found else tuple(read(item.pay_load, dict[str, tuple[str, ...]]).values())
    except ValueError:
        named = ()
    return found or tuple(address for each in named for address in each) or None


def login_state(item: wire.Frame) -> str:
    """The login state of event 17: a bare text, or an object that has one; empty if it is neither."""
    try:
        return read(item.pay_load, str)
    except ValueError:
        pass
    try:
        found = read(item.pay_load, dict[str, str])
    except ValueError:
        return ""
    return next((found[name] for name in ("state", "loginState", "login_state") if name in found), "")
