"""Planned maintenance: what an operator can say of a hub, and what follows from it. The order of the words is a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from cordboard.contract import Elsewhere, Maintenance
from cordboard.model.errors import CallerError
from cordboard.model.ids import Millis

Act = Literal["announce", "start", "complete", "cancel"]

LONGEST: Final = 30 * 24 * 60 * 60 * 1000
_HOST = r"^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])$(?!\n)"
"""In the words that JSON Schema and Python have in common: `$` alone also stands before a last line's end."""


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The other hub: a name, or an IP address (version 6 in brackets), and the port at which it speaks TLS."""

    host: Annotated[str, Meta(pattern=_HOST)]
    port: Annotated[int, Meta(ge=1, le=65_535)] = 443


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of `POST /v1/maintenance`, which answers how maintenance is now.

    `do`: what the operator wants. `after`: in so many milliseconds it starts, to announce it. `to`: where clients are to go; `null` for
    nowhere else; left out, as said before. `graceful`: to start it, whether clients may finish what they do. `text`: for people to read.
    """

    do: Act
    after: Annotated[int, Meta(ge=0, le=LONGEST)] = 0
    to: Address | UnsetType | None = UNSET
    graceful: bool = True
    text: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET


FOLLOWS: Mapping[Act, frozenset[str]] = {
    "announce": frozenset({"none", "announced", "completed"}),
    "start": frozenset({"none", "announced", "started", "completed"}),
    "complete": frozenset({"started"}),
    "cancel": frozenset({"announced", "completed"}),
}
"""In which states each can be said. What has started is completed, not called off: clients are on their way."""

_WHY: Mapping[Act, str] = {
    "announce": "it has started already: complete it",
    "start": "it cannot start now",
    "complete": "nothing has started that could be completed",
    "cancel": "what has started is completed, not called off; and what there is not cannot be called off",
}


def turned(known: Maintenance, order: Order, at: Millis) -> Maintenance:
    """How maintenance is after this word. `CallerError` `wrong-state` where it cannot follow."""
    if known.state not in FOLLOWS[order.do]:
        raise CallerError("wrong-state", _WHY[order.do], {"state": known.state})
    if known.state == "completed" and order.do != "cancel":
        known = Maintenance()  # the next one: nothing of the last one holds
    to, text = known.to, known.text if order.text is UNSET else order.text
    if order.to is not UNSET:
        to = Elsewhere(host=order.to.host, port=order.to.port) if order.to is not None else None
    match order.do:
        case "announce":
            return Maintenance(state="announced", at=at, begins=at + order.after, to=to, text=text)
        case "start":
            return Maintenance(state="started", at=at, begins=at, to=to, graceful=order.graceful, text=text)
        case "complete":
            return replace(known, state="completed", at=at, to=to, text=text)
        case "cancel":
            return Maintenance(at=at)
