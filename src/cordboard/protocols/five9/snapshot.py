"""What is read by REST: names and lists, which change seldom; and what is so now."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from cordboard import contract as k
from cordboard.kit.script import Steps
from cordboard.model.commands import NoAnswer, Result, Targets
from cordboard.model.entities import (
    AgentProfile,
    Device,
    Medium,
    Queue,
    Reason,
    ReasonKind,
    Target,
    TargetKind,
)
from cordboard.model.ids import AgentId, LinkId, QueueId
from cordboard.protocols.five9 import wire, words as w
from cordboard.protocols.five9.login import Access, fine, refused
from cordboard.protocols.five9.nouns import Book

T = TypeVar("T")


class _Item(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An item of any list: an id and what people call it."""

    id: str
    name: str = ""
    full_name: str = ""
    user_name: str = ""
    extension: str = ""
    group: str = ""
    selectable: bool = True
    number: str = ""
    description: str = ""
    roles: tuple[str, ...] = ()
    channel_types: dict[str, _Filters] | None = None


class _Filters(msgspec.Struct, frozen=True, kw_only=True):
    filters: tuple[str, ...] = ()


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """What is so: presence and calls."""

    presence: wire.Presence = wire.Presence()
    calls: tuple[wire.Call, ...] = ()


def book(access: Access, link: LinkId, agent: AgentId) -> Steps[Book]:
    """Names and lists. What cannot be read now is empty: nothing of it keeps a call from being followed."""
    me = yield from _read(access, "{A}", _Item, _Item(id=access.door.user))
    skills = yield from _list(access, "{A}/skills")
    every = yield from _list(access, "{O}/skills")
    reasons = yield from _list(access, "{O}/not_ready_reason_codes")
    logouts = yield from _list(access, "{O}/logout_reason_codes")
    dispositions = yield from _list(access, "{O}/dispositions")
    variables = yield from definitions(access)
    campaigns = yield from _list(access, "{O}/campaigns")
    users = yield from _list(access, "{O}/users")
    station = yield from _read(access, "{A}/station", wire.Station, wire.Station())
    profile = AgentProfile(
        id=agent,
        login=me.user_name,
        name=me.full_name,
        extension=me.extension,
        device=_device(station),
        roles=tuple(role.lower() for role in me.roles) or ("agent",),
        queues=tuple(Queue(id=QueueId(item.id), name=item.name) for item in skills),
        skills={item.id: 1 for item in skills},
        reasons=(
            *(_reason(item, ReasonKind.NOT_READY) for item in reasons if item.selectable),
            *(_reason(item, ReasonKind.LOGOUT) for item in logouts if item.selectable),
        ),
        dispositions=tuple(_reason(item, ReasonKind.DISPOSITION) for item in dispositions if _ends(item)),
        capacity={Medium.VOICE: 1},
    )
    return Book(
        link=link,
        agent=agent,
        user=access.door.user,
        profile=profile,
        variables=variables,
        campaigns={item.id: item.name for item in campaigns},
        skills={item.id: item.name for item in (*every, *skills)},
        users={item.id: item.full_name or item.user_name for item in users},
    )


def definitions(access: Access) -> Steps[dict[str, str]]:
    """What call variables are called: ``Group.name`` by their ids."""
    found = yield from _list(access, "{O}/call_variables")
    return {item.id: f"{item.group}.{item.name}" for item in found}


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
            presence=wire.decoded(told.data if isinstance(told, k.Replied) else b"", wire.Presence),
            calls=wire.decoded(calls.data if isinstance(calls, k.Replied) else b"", tuple[wire.Call, ...]),
        )
    except ValueError:
        return k.Down(retry="later", reason="bad-snapshot")


def targets(
    access: Access, text: str, kinds: tuple[TargetKind, ...], limit: int, after: str
) -> Steps[Result]:
    """Colleagues, skills and speed dials whose name or number has the text in it."""
    wanted = kinds or tuple(TargetKind)
    found: list[Target] = []
    for kind, path in (
        (TargetKind.AGENT, "{O}/users"),
        (TargetKind.QUEUE, "{O}/skills"),
        (TargetKind.NUMBER, "{O}/speed_dials"),
    ):
        if kind not in wanted:
            continue
        reply = yield from access.ask("read", "GET", path)
        if isinstance(reply, k.Failed):
            return NoAnswer(code="link-down", message=reply.reason)
        if not fine(reply):
            return NoAnswer(code="vendor-refused", message=f"http-{reply.status}")
        found += [target for item in _items(reply.data) if (target := _target(kind, item)) is not None]
    sought = text.casefold()
    fitting = [item for item in found if sought in f"{item.name} {item.id} {item.number}".casefold()]
    begin = int(after) if after.isascii() and after.isdigit() else 0
    end = begin + max(1, limit)
    return Targets(targets=tuple(fitting[begin:end]), after=str(end) if end < len(fitting) else "")


def _target(kind: TargetKind, item: _Item) -> Target | None:
    match kind:
        case TargetKind.AGENT:
            name = item.full_name or item.user_name or item.name
            return Target(kind=kind, id=item.id, name=name, number=item.extension)
        case TargetKind.QUEUE:
            return Target(kind=kind, id=item.id, name=item.name)
        case TargetKind.NUMBER:
            # A speed dial that hides its number cannot be named in a command: those name numbers.
            return (
                Target(kind=kind, name=item.name or item.description, number=item.number)
                if item.number
                else None
            )


def _read(access: Access, path: str, kind: type[T], without: T) -> Steps[T]:
    reply = yield from access.ask("read", "GET", path)
    if isinstance(reply, k.Failed) or not fine(reply):
        return without
    try:
        return wire.decoded(reply.data, kind)
    except ValueError:
        return without


def _list(access: Access, path: str) -> Steps[list[_Item]]:
    reply = yield from access.ask("read", "GET", path)
    return _items(reply.data) if isinstance(reply, k.Replied) and fine(reply) else []


def _items(data: bytes) -> list[_Item]:
    """A list, bare or under the one name that it has."""
    try:
        return wire.decoded(data, list[_Item])
    except ValueError:
        pass
    try:
        named = wire.decoded(data, dict[str, list[_Item]])
    except ValueError:
        return []
    return [item for items in named.values() for item in items]


def _reason(item: _Item, kind: ReasonKind) -> Reason:
    return Reason(code=item.id, label=item.name, kind=kind)


def _ends(item: _Item) -> bool:
    """Whether a call may end with this disposition; one without filters may."""
    voice = (item.channel_types or {}).get(w.CALL)
    return voice is None or not voice.filters or w.MAY_END in voice.filters


def _device(station: wire.Station) -> Device | None:
    if station.station_type == "EMPTY" and not station.station_id:
        return None
    kind = {"SOFTPHONE": "softphone", "PSTN": "mobile"}.get(station.station_type, "desk")
    return Device(kind=kind, number=station.station_id)


def _not_started(reply: k.Replied | k.Failed) -> bool:
    """Whether it was refused because the agent does not work."""
    detail = wire.fault_of(reply.data) if isinstance(reply, k.Replied) and reply.status == w.STATUS else None
    return detail is not None and detail.context.context_code == w.CONTEXT_LOGIN
