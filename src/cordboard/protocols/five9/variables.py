"""Call variables: what is known of a call, under ids that clients look up by group and name.

Those of the groups `Call`, `Agent` and `Customer` are ours to fill. Data that is attached to a call has groups of its own: `Custom` for
peripheral variables, `Named` for named ones, or what stands before a dot in the name. An id is made from group and name, so that
it is the same on every hub and after every restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

import msgspec

from cordboard.model.entities import AgentProfile, AttachedData, Call, Contact

SESSION_ID: Final = "300000000000001"
"""The id of ``Call.session_id``, for ever."""
CUSTOM: Final = "Custom"
NAMED: Final = "Named"

SYSTEM: Mapping[str, tuple[str, str]] = {
    SESSION_ID: ("Call", "session_id"),
    "300000000000002": ("Call", "call_id"),
    "300000000000003": ("Call", "campaign_id"),
    "300000000000004": ("Call", "campaign_name"),
    "300000000000005": ("Call", "type"),
    "300000000000006": ("Call", "ANI"),
    "300000000000007": ("Call", "DNIS"),
    "300000000000008": ("Call", "number"),
    "300000000000009": ("Call", "skill_name"),
    "300000000000010": ("Call", "skill_id"),
    "300000000000011": ("Agent", "user_name"),
    "300000000000012": ("Agent", "full_name"),
    "300000000000013": ("Customer", "name"),
    "300000000000014": ("Customer", "number1"),
}
"""By id: group and name. Clients cannot set these."""

_IDS: Mapping[tuple[str, str], str] = {place: ident for ident, place in SYSTEM.items()}
_OURS: Final = frozenset(group for group, _ in SYSTEM.values())


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """An item of `GET .../call_variables`."""

    id: str
    group: str
    name: str
    type: str = "STRING"
    restrictions: tuple[str, ...] = ()


def variable_id(group: str, name: str) -> str:
    """The id of a variable: decimal, as Five9's are."""
    known = _IDS.get((group, name))
    if known is not None:
        return known
    digest = sha256(f"{group}.{name}".encode()).digest()
    return f"3{int.from_bytes(digest[:6]) % 10**14:014d}"


def definition(group: str, name: str) -> Definition:
    """A variable, as clients look it up."""
    return Definition(id=variable_id(group, name), group=group, name=name)


def definitions(attached: Iterable[tuple[str, str]]) -> tuple[Definition, ...]:
    """The system's, and those of attached data: each once."""
    places = dict.fromkeys((*SYSTEM.values(), *attached))
    return tuple(definition(group, name) for group, name in places)


def places(data: AttachedData) -> Mapping[tuple[str, str], str]:
    """Attached data by group and name."""
    found = {_place(CUSTOM, key): value for key, value in data.peripheral.items()}
    found.update((_place(NAMED, key), value) for key, value in data.named.items())
    return found


def place(text: str) -> tuple[str, str]:
    """Group and name of ``Group.name``; what has no group is `Custom`'s."""
    return _place(CUSTOM, text)


def attached(values: Mapping[tuple[str, str], str]) -> AttachedData:
    """The other way. `ValueError` for a variable that is not the client's to set."""
    peripheral: dict[str, str] = {}
    named: dict[str, str] = {}
    for (group, name), value in values.items():
        if group in _OURS:
            raise ValueError(f"{group}.{name} cannot be set")
        if group == NAMED:
            named[name] = value
        else:
            peripheral[name if group == CUSTOM else f"{group}.{name}"] = value
    return AttachedData(peripheral=peripheral, named=named)


def values(
    contact: Contact, call: Call, system: Mapping[tuple[str, str], str], profile: AgentProfile | None
) -> dict[str, str]:
    """The variables of a call, by id. `system`: those that depend on which of the contact's calls it is."""
    customer = contact.customer
    queue = contact.queue
    told: dict[tuple[str, str], str] = {
        **system,
        ("Call", "campaign_id"): contact.campaign,
        ("Call", "campaign_name"): contact.campaign_name or contact.campaign,
        ("Call", "skill_name"): queue.name or queue.id if queue is not None else "",
        ("Call", "skill_id"): queue.id if queue is not None else "",
        ("Agent", "user_name"): profile.login or profile.id if profile is not None else "",
        ("Agent", "full_name"): profile.name if profile is not None else "",
        ("Customer", "name"): customer.name if customer is not None else "",
        ("Customer", "number1"): customer.number if customer is not None else "",
        **places(call.data),
    }
    return {variable_id(*where): value for where, value in told.items() if value}


def _place(usual: str, key: str) -> tuple[str, str]:
    group, dot, name = key.partition(".")
    return (group, name) if dot and group and name and group not in _OURS else (usual, key)
