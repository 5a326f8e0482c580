"""What Five9's answers mean: whether it was done, why not, what helps, and where they lead to."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

import msgspec

from cordboard import contract as k
from cordboard.protocols.five9 import wire, words as w
from cordboard.protocols.five9.leniency import fault_of, read_list


def centre(metadata: wire.Metadata) -> str:
    """The address of the active data centre, else of the first; empty if there is none."""
    centres = sorted(metadata.data_centers, key=lambda item: not item.active)
    place = next((item.api_urls[0] for item in centres if item.api_urls), None)
    if place is None or not place.host:
        return ""
    # Some put the port behind the host, for clients that leave it out.
    named = ":" in place.host.rpartition("]")[2]
    return f"https://{place.host}" if named else f"https://{place.host}:{place.port or '443'}"


def fine(reply: k.Replied) -> bool:
    """Whether Five9 did it; the body may be empty all the same."""
    return 200 <= reply.status < 300  # noqa: PLR2004 - HTTP's own numbers


def told_of(reply: k.Replied) -> str:
    """What a refusal says, for people; without a body that says anything, its status."""
    detail = fault_of(reply.data)
    said = detail.message or (detail.context.context_code or "") if detail is not None else ""
    return said[:200] or f"http-{reply.status}"


def refused(reply: k.Replied | k.Failed) -> k.Down | None:
    """What a step that failed means for the link."""
    if isinstance(reply, k.Failed):
        return k.Down(retry="later", reason=reply.reason or "no-answer")
    if fine(reply):
        return None
    return k.Down(retry="later", reason=told_of(reply), after=reply.retry_after or 0)


def not_in(reply: k.Replied) -> k.Down:
    """Why the login itself did not succeed, and what that means."""
    detail = fault_of(reply.data)
    if detail is not None and detail.context.context_code == w.DUPLICATE_LOGIN:
        return k.Down(retry="login", reason="duplicate-login")
    match reply.status:
        case 400 | 401 | 403:
            return k.Down(retry="login", reason=told_of(reply))
        case 404 | 405 | 410:
            return k.Down(retry="give-up", reason=told_of(reply))
        case _:
            return refused(reply) or k.Down(retry="later", reason=f"http-{reply.status}")


def remedy(reply: k.Replied) -> Literal["", "login", "move", "state", "wait"]:
    """What helps against a refusal."""
    if reply.status == w.NOT_LOGGED_IN:
        return "login"
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return "wait"
    detail = fault_of(reply.data) if reply.status == w.STATUS else None
    if detail is None:
        return ""
    if detail.error_code == w.MIGRATED:
        return "move"
    return "state" if detail.context.context_code == w.CONTEXT_LOGIN else ""


def ids_of(reply: k.Replied | k.Failed) -> list[str]:
    """The ids of a list of anything."""
    try:
        found = read_list(reply.data, _Item) if isinstance(reply, k.Replied) else []
    except ValueError:
        return []
    return [item.id for item in found]


class _Item(msgspec.Struct, frozen=True, kw_only=True):
    id: str


class Where(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a login and `auth/metadata` say of places, whole or bare."""

    metadata: wire.Metadata = wire.Metadata()
    data_centers: tuple[wire.DataCenter, ...] = ()
