"""What is so now: presence and calls, as they are read by REST."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cordboard import contract as k
from cordboard.kit.script import Steps
from cordboard.protocols.five9 import wire, words as w
from cordboard.protocols.five9.leniency import fault_of, read, read_list
from cordboard.protocols.five9.login import Access
from cordboard.protocols.five9.replies import refused

READS = 3
"""How often it is read again because something happened meanwhile."""


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """What is so: presence and calls."""

    presence: wire.Presence = wire.Presence()
    calls: tuple[wire.Call, ...] = ()


def now(access: Access) -> Steps[Now | k.Down]:
    """Presence and calls; of an agent whose session is not started there is nothing."""
    told = yield from access.ask("read", "GET", "{A}/presence")
    if (down := refused(told)) is not None:
        return Now() if _not_started(told) else down
    calls = yield from access.ask("read", "GET", "{A}/interactions/calls")
    if (down := refused(calls)) is not None:
        return Now() if _not_started(calls) else down
    try:
        return Now(
            presence=read(told.data.strip() or b"{}", wire.Presence)
            if isinstance(told, k.Replied)
            else wire.Presence(),
            calls=tuple(read_list(calls.data, wire.Call)) if isinstance(calls, k.Replied) else (),
        )
    except ValueError:
        return k.Down(retry="later", reason="bad-snapshot")


def steady(access: Access, begin: Callable[[], None], heard: Callable[[], bool]) -> Steps[Now | k.Down]:
    """The same, read in a moment in which nothing happens; else, what happens in the last of them is the later word. `begin`: a reading begins;
    `heard`: whether anything was told since.
    """
    told: Now | k.Down = Now()
    for _ in range(READS):
        begin()
        told = yield from now(access)
        if isinstance(told, k.Down) or not heard():
            return told
    return told


def _not_started(reply: k.Replied | k.Failed) -> bool:
    """Whether it was refused because the agent does not work."""
    detail = fault_of(reply.data) if isinstance(reply, k.Replied) and reply.status == w.STATUS else None
    return detail is not None and detail.context.context_code == w.CONTEXT_LOGIN
