"""Names and lists, which change seldom: who the agent is, what ids mean, and who can be called."""

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
from cordboard.protocols.five9.leniency import read, read_list
from cordboard.protocols.five9.login import Access
from cordboard.protocols.five9.nouns import Book
from cordboard.protocols.five9.replies import fine, told_of

T = TypeVar("T")

_ROLES = {name: role for role, name in w.ROLES.items()}
_VARIABLES = "{O}/call_variables"
_LISTS = (
    "{A}/skills",
    "{O}/skills",
    "{O}/not_ready_reason_codes",
    "{O}/logout_reason_codes",
    "{O}/dispositions",
    _VARIABLES,
    "{O}/campaigns",
    "{O}/users",
)


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


class Library:
    """Names and lists, as they were read last: what cannot be read anew is as it was, and nothing keeps a call from being followed."""

    def __init__(self, access: Access, link: LinkId, agent: AgentId) -> None:
        self._access = access
        self._link = link
        self._agent = agent
        self._known: dict[str, list[_Item]] = {}
        self._me: _Item | None = None
        self._station = wire.Station()

    def book(self) -> Steps[Book]:
        """All of it, read anew."""
        self._me = (yield from _read(self._access, "{A}", _Item)) or self._me
        for path in _LISTS:
            yield from self._list(path)
        self._station = (yield from _read(self._access, "{A}/station", wire.Station)) or self._station
        return self._written()

    def definitions(self) -> Steps[Book]:
        """What call variables are called, read anew; the rest as it was."""
        yield from self._list(_VARIABLES)
        return self._written()

    def concern(self, address: str) -> bool:
        """Whether what stands at this address is read here."""
        path = address.partition("?")[0].rstrip("/")
        ends = [item.rpartition("/")[2] for item in (*_LISTS, "{A}/station")]
        return path.endswith(f"/agents/{self._access.door.user}") or any(
            path.endswith(f"/{end}") for end in ends
        )

    def _list(self, path: str) -> Steps[None]:
        reply = yield from self._access.ask("read", "GET", path)
        if isinstance(reply, k.Replied) and fine(reply):
            self._known[path] = _items(reply.data)

    def _written(self) -> Book:
        me = self._me or _Item(id=self._access.door.user)
        skills, every, reasons, logouts, dispositions, variables, campaigns, users = (
            self._known.get(path, []) for path in _LISTS
        )
        profile = AgentProfile(
            id=self._agent,
            login=me.user_name,
            name=me.full_name,
            extension=me.extension,
            device=_device(self._station),
            roles=tuple(_ROLES.get(role, role.lower()) for role in me.roles) or ("agent",),
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
            link=self._link,
            agent=self._agent,
            user=self._access.door.user,
            profile=profile,
            variables={item.id: f"{item.group}.{item.name}" for item in variables},
            parts={item.id: (item.group, item.name) for item in variables},
            ids={f"{item.group}.{item.name}": item.id for item in reversed(variables)},
            campaigns={item.id: item.name for item in campaigns},
            skills={item.id: item.name for item in (*every, *skills)},
            users={item.id: item.full_name or item.user_name for item in users},
        )


def targets(
    access: Access, text: str, kinds: tuple[TargetKind, ...], limit: int, after: str
) -> Steps[Result]:
    """Colleagues, skills and speed dials whose name or number has the text in it."""
    wanted = kinds or tuple(TargetKind)
    found: list[Target] = []
    refused: NoAnswer | None = None
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
            # Not everybody may see everything.
            refused = NoAnswer(code="vendor-refused", message=told_of(reply))
            continue
        found += [target for item in _items(reply.data) if (target := _target(kind, item)) is not None]
    if refused is not None and not found:
        return refused
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


def _read(access: Access, path: str, kind: type[T]) -> Steps[T | None]:
    reply = yield from access.ask("read", "GET", path)
    if isinstance(reply, k.Failed) or not fine(reply):
        return None
    try:
        return read(reply.data, kind)
    except ValueError:
        return None


def _items(data: bytes) -> list[_Item]:
    """A list of anything; what is none has nothing in it."""
    try:
        return read_list(data, _Item)
    except ValueError:
        return []


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
