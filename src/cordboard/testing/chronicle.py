"""A log in which everything happens: calls as the simulated centre tells them, and one of each event that it does not tell."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, get_args, get_origin

import msgspec

from cordboard.model import events as e
from cordboard.model.ids import CallId, ContactId, LinkId, Subject, agent_subject
from cordboard.model.log import Draft, Entry, draft
from cordboard.testing.centre import LINK, ContactCentre
from cordboard.testing.workday import AGENT

STORIES = (
    "warm-transfer",
    "hold",
    "alternate",
    "conference",
    "outbound-busy",
    "dtmf",
    "mute",
    "declined",
    "missed",
    "blind-transfer-number",
)
"""Scenarios in which one agent sees much."""
EVENTS: tuple[type[e.Event], ...] = get_args(e.Event)


async def story(*names: str) -> tuple[Draft, ...]:
    """What the simulated centre tells while it plays these scenarios, one after the other."""
    async with ContactCentre() as centre:
        for name in names:
            await centre.play(name)
            for agent in centre.truth()["agents"]:
                await _rest(centre, agent)
        entries = [
            item
            for subject in centre.hub.subjects()
            for item in await centre.hub.entries(subject, 0, 100_000)
        ]
    entries.sort(key=lambda item: item.at)
    return tuple(_again(item) for item in entries)


async def everything() -> tuple[Draft, ...]:
    """The same with one of each event that was not in it, while the agent talks."""
    told = await story(*STORIES)
    place = next(
        number
        for number, item in enumerate(told)
        if isinstance(item.event, e.Established) and item.subject == agent_subject(AGENT)
    )
    talking = told[place].event
    assert isinstance(talking, e.Established)
    known = {type(item.event) for item in told_of(told, agent_subject(AGENT))}
    more = [
        draft(agent_subject(AGENT), _Filler(talking.contact, talking.call).made(kind), told[place].at)
        for kind in EVENTS
        if kind not in known
    ]
    up = next(
        item for item in told if isinstance(item.event, e.LinkUp) and item.subject == agent_subject(AGENT)
    )
    return (*told[: place + 1], *more, up, *told[place + 1 :])


async def _rest(centre: ContactCentre, agent: str) -> None:
    """Let the agent end what a scenario has left, and log off, so that the next one finds everybody as it expects them."""
    for segment in centre.truth()["agents"][agent]["segments"]:
        if segment["phase"] == "closed":
            continue
        for call in segment["calls"]:
            for party in call["parties"]:
                if party["agent"] is None and party["state"] != "null" and call["ended"] is None:
                    await _tried(centre, "customer_hang_up", call=call["id"], party=party["id"])
            await _tried(centre, "clear_connection", agent=agent, call=call["id"])
        await _tried(centre, "complete_wrap_up", agent=agent, segment=segment["id"])
    await _tried(centre, "log_off", agent=agent)


async def _tried(centre: ContactCentre, name: str, **params: object) -> None:
    try:
        await centre.act(name, **params)
    except AssertionError:
        return


def _again(entry: Entry) -> Draft:
    return draft(entry.subject, entry.event, entry.at, entry.origin)


class _Filler:
    """Values with something in each field that they need."""

    def __init__(self, contact: ContactId, call: CallId) -> None:
        self._known: dict[object, object] = {
            ContactId: contact,
            CallId: call,
            LinkId: LINK,
            Subject: agent_subject(AGENT),
        }

    def made(self, kind: Any) -> Any:  # noqa: ANN401 - any type of the model
        """A value of the type."""
        origin, arguments = get_origin(kind), get_args(kind)
        if kind in self._known:
            return self._known[kind]
        if isinstance(kind, typing.NewType):
            return f"some-{kind.__name__.lower()}"
        if origin in (types.UnionType, typing.Union):
            return self.made(arguments[0])
        if origin is typing.Annotated:
            return self.made(arguments[0])
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return kind(**dict(self._fields(kind)))
        if isinstance(kind, type) and issubclass(kind, Enum):
            return next(iter(kind))
        plain: dict[object, object] = {
            str: "some text",
            int: 1,
            float: 1.0,
            bool: True,
            bytes: b"",
            tuple: (),
            dict: {},
        }
        return plain[origin or kind]

    def _fields(self, kind: type[msgspec.Struct]) -> Iterator[tuple[str, object]]:
        for field in msgspec.structs.fields(kind):
            if field.required or field.name in ("link", "contact", "call", "text", "content"):
                yield field.name, self.made(field.type)


def told_of(log: Sequence[Draft], subject: Subject) -> tuple[Draft, ...]:
    """The part of a log that is about a subject."""
    return tuple(item for item in log if item.subject == subject)
