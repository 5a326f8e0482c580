"""Speakers, halls, reasons, stances and clerks: the model's nouns as Attendant writes them, and back.

For each thing the function that writes it stands before the one that reads it. Reading raises `ValueError` on a word that is
none, never on one that is missing: Attendant leaves out what is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cordboard.model.entities import (
    AgentProfile,
    AgentState,
    Connection,
    Device,
    Medium,
    Participant,
    PendingState,
    Queue,
    Reason,
    ReasonKind,
    Team,
)
from cordboard.model.ids import AgentId, ConnectionId, LinkId, QueueId, TeamId
from cordboard_wickerline import words as w
from cordboard_wickerline.markup import Element, element

_STANCE = w.back(w.STANCES)
_VOICE = w.back(w.VOICES)
_ROLE = w.back(w.ROLES)
_USE = w.back(w.USES)


# --- who speaks --------------------------------------------------------------------------------------------------------


def speaker(item: Connection) -> Element:
    """A voice in a line, always whole."""
    attributes = {
        "no": str(item.id),
        "is": w.VOICES[item.state],
        **_who(item.participant),
        "set": item.device or None,
        "hushed": w.yes(item.muted),
        "silenced": w.yes(item.forced_mute),
        "aside": w.yes(item.held_alone),
        "because": item.cause or None,
        "since": w.local(item.since),
        "as": item.label or None,
    }
    return element("speaker", attributes)


def connection(item: Element) -> Connection:
    """What a speaker is in the model."""
    return Connection(
        id=ConnectionId(needed(item, "no")),
        state=w.said(needed(item, "is"), _VOICE),
        participant=participant(item),
        device=item.get("set") or "",
        muted=w.is_yes(item.get("hushed")),
        forced_mute=w.is_yes(item.get("silenced")),
        held_alone=w.is_yes(item.get("aside")),
        cause=item.get("because") or "",
        since=w.millis(item.get("since")),
        label=item.get("as") or "",
    )


def person(name: str, item: Participant | None) -> Element | None:
    """Somebody, in an element of this name."""
    return None if item is None else element(name, _who(item))


def participant(item: Element) -> Participant:
    """Who somebody is in the model."""
    return Participant(
        role=w.said(needed(item, "role"), _ROLE),
        id=item.get("who") or "",
        name=item.get("name") or "",
        number=item.get("bell") or "",
    )


def _who(item: Participant) -> dict[str, str | None]:
    return {
        "role": w.ROLES[item.role],
        "who": item.id or None,
        "name": item.name or None,
        "bell": item.number or None,
    }


# --- reasons and halls -----------------------------------------------------------------------------------------------


def reason(name: str, item: Reason | None) -> Element | None:
    """A reason, in an element of this name."""
    if item is None:
        return None
    attributes = {
        "code": item.code,
        "label": item.label or None,
        "for": w.USES[item.kind],
        "counts": w.yes(item.productive),
        "limit": w.clock(item.limit),
    }
    return element(name, attributes)


def reason_of(item: Element | None) -> Reason | None:
    """What a reason is in the model."""
    if item is None:
        return None
    return Reason(
        code=needed(item, "code"),
        label=item.get("label") or "",
        kind=w.said(item.get("for") or w.USES[ReasonKind.NOT_READY], _USE),
        productive=w.is_yes(item.get("counts")),
        limit=w.seconds(item.get("limit")),
    )


def hall(item: Queue | None) -> Element | None:
    """A hall, in short."""
    if item is None:
        return None
    return element("hall", {"no": str(item.id), "name": item.name or None, "bell": item.number or None})


def queue(item: Element | None) -> Queue | None:
    """What a hall is in the model."""
    if item is None:
        return None
    return Queue(id=QueueId(needed(item, "no")), name=item.get("name") or "", number=item.get("bell") or "")


# --- stances ---------------------------------------------------------------------------------------------------------


def stance(item: AgentState) -> Element:
    """How a clerk stands."""
    attributes = {"is": w.STANCES[item.state], "trouble": item.fault or None, "since": w.local(item.since)}
    return element(
        "stance",
        attributes,
        reason("why", item.reason),
        wish("then", item.pending),
        wish("beneath", item.chosen),
    )


def agent_state(item: Element, link: LinkId) -> AgentState:
    """What a stance is in the model."""
    return AgentState(
        link=link,
        state=w.said(needed(item, "is"), _STANCE),
        reason=reason_of(item.find("why")),
        pending=wished(item.find("then")),
        chosen=wished(item.find("beneath")),
        fault=item.get("trouble") or "",
        since=w.millis(item.get("since")),
    )


def wish(name: str, item: PendingState | None) -> Element | None:
    """A stance that a clerk chose, for later or beneath a matter."""
    if item is None:
        return None
    after = w.STANCES[item.then] if item.then is not None else None
    return element(name, {"is": w.STANCES[item.state], "after": after}, reason("why", item.reason))


def wished(item: Element | None) -> PendingState | None:
    """What a chosen stance is in the model."""
    if item is None:
        return None
    after = item.get("after")
    return PendingState(
        state=w.said(needed(item, "is"), _STANCE),
        reason=reason_of(item.find("why")),
        then=w.said(after, _STANCE) if after else None,
    )


# --- clerks ----------------------------------------------------------------------------------------------------------


def person_file(item: AgentProfile) -> Element:
    """Who a clerk is, and what the house lets them use."""
    device = item.device
    attributes = {
        "no": str(item.id),
        "signs": item.login or None,
        "name": item.name or None,
        "given": item.first_name or None,
        "family": item.last_name or None,
        "bell": item.extension or None,
        "ranks": " ".join(item.roles) or None,
        "team": str(item.team) if item.team is not None else None,
        "home-hall": str(item.default_queue) if item.default_queue is not None else None,
        "may": " ".join(item.permissions) or None,
        "tongue": item.locale or None,
    }
    return element(
        "file",
        attributes,
        None
        if device is None
        else element(
            "set",
            {"kind": device.kind, "bell": device.number or None, "stays": w.yes(device.permanent)},
        ),
        *(element("team", {"no": str(team.id), "name": team.name or None}) for team in item.teams),
        *(element("oversees", {"no": str(team)}) for team in item.supervises),
        *(hall(one) for one in item.queues),
        *(element("skill", {"name": name, "level": str(level)}) for name, level in item.skills.items()),
        *(reason("reason", one) for one in (*item.reasons, *item.dispositions)),
    )


def profile(item: Element) -> AgentProfile:
    """What a clerk's file is in the model."""
    told = [found for one in item.all("reason") if (found := reason_of(one)) is not None]
    device = item.find("set")
    team, home = item.get("team"), item.get("home-hall")
    return AgentProfile(
        id=AgentId(needed(item, "no")),
        login=item.get("signs") or "",
        name=item.get("name") or "",
        first_name=item.get("given") or "",
        last_name=item.get("family") or "",
        extension=item.get("bell") or "",
        device=None
        if device is None
        else Device(
            kind=device.get("kind") or "",
            number=device.get("bell") or "",
            permanent=w.is_yes(device.get("stays")),
        ),
        roles=tuple((item.get("ranks") or "").split()),
        team=TeamId(team) if team else None,
        teams=tuple(
            Team(id=TeamId(needed(one, "no")), name=one.get("name") or "") for one in item.all("team")
        ),
        supervises=tuple(TeamId(needed(one, "no")) for one in item.all("oversees")),
        queues=tuple(served for one in item.all("hall") if (served := queue(one)) is not None),
        default_queue=QueueId(home) if home else None,
        skills={needed(one, "name"): int(one.get("level") or "0") for one in item.all("skill")},
        reasons=tuple(one for one in told if one.kind is not ReasonKind.DISPOSITION),
        dispositions=tuple(one for one in told if one.kind is ReasonKind.DISPOSITION),
        capacity={Medium.VOICE: 1},
        permissions=tuple((item.get("may") or "").split()),
        locale=item.get("tongue") or "",
    )


def abilities(services: Iterable[str]) -> Element:
    """What a clerk can be ordered to do."""
    able = set(services)
    return element("can", text=" ".join(word for kind, word in w.ORDERS.items() if kind.__name__ in able))


def services(item: Element | None, orders: Mapping[str, str]) -> tuple[str, ...]:
    """The services that these orders stand for. An order that is new to us is none of ours."""
    told = item.text.split() if item is not None else ()
    return tuple(sorted(orders[word] for word in told if word in orders))


def needed(item: Element, name: str) -> str:
    """An attribute that has to be there. `ValueError` if it is not."""
    found = item.get(name)
    if not found:
        raise ValueError(f"<{item.name}> lacks {name}")
    return found
