"""The door by which a link's frames are taken out of the flight recorder, as a recording that tests can play.

It needs the scopes ``inspect`` and ``tenant``: frames tell of everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from aiohttp import web

from cordboard.contract import Closed, Failed, LinkFrame, Opened, Received, Replied, Route, Scope
from cordboard.hub.driver import Driver
from cordboard.hub.hub import Hub
from cordboard.hub.recorder import Cause
from cordboard.kit import recording as r
from cordboard.kit.redaction import HIDDEN, Aliases, redacted, secretless
from cordboard.model.errors import CallerError
from cordboard.model.ids import CommandId, LinkId
from cordboard.web.answers import json_answer
from cordboard.web.doors import Door, Visit

SCOPE, SIGHT = "inspect", "tenant"
_SECRET = ("token", "password", "secret", "key")


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What the recorder has of a link, since it last began. `changed`: what is not as it was."""

    protocol: str
    scope: Scope
    settings: dict[str, Any]
    changed: str
    steps: list[Any]


def recording_doors(hub: Hub) -> Iterable[Door]:
    """The door, as data and what serves it."""

    async def one(visit: Visit) -> web.StreamResponse:
        if visit.identity is None or SIGHT not in visit.identity.scopes:
            raise CallerError("not-allowed", "frames tell of everybody", {"scope": SIGHT})
        driver = hub.driver(LinkId(visit.params["link"]))
        if driver is None:
            raise CallerError("not-found", f"no link {visit.params['link']!r}", {"field": "link"})
        return json_answer(taken(hub, driver, as_is=visit.request.query.get("as-is") == "1"))

    path = "/v1/inspect/recordings/{link}"
    yield Door(route=Route(kind="http", path=path, name="inspect recording", scope=SCOPE), serve=one)


def taken(hub: Hub, driver: Driver, *, as_is: bool) -> Taken:
    """The recording of a link. `CallerError` if the recorder has lost its beginning, or part of a frame.

    Secrets are left out in any case, those of the settings and those that the vendor told. Unless `as_is`, personal texts are replaced wherever they stand: those that the states of all subjects know.
    """
    name = driver.status.link
    causes = hub.recorder.of_link(name)
    begun = max((n for n, cause in enumerate(causes) if cause.kind == "start"), default=None)
    if begun is None:
        raise CallerError(
            "not-found",
            f"the flight recorder does not hold the beginning of link {name} any more: raise hub.record",
            {"link": name},
        )
    commands = {item.command.id: item.command for item in hub.recorder.commands}
    hide = _hiding(hub, driver, as_is=as_is)
    steps: list[r.Step] = []
    for cause in causes[begun:]:
        if cause.size > len(cause.data):
            raise CallerError(
                "too-large",
                f"a frame of {cause.size} bytes is longer than the recorder keeps",
                {"link": name},
            )
        frame = _frame(cause, hide)
        if cause.kind == "start":
            steps.append(r.Start(at=cause.at))
        elif frame is not None:
            steps.append(r.Heard(at=cause.at, frame=r.plain(frame)))
        elif cause.where in commands:
            command = commands[CommandId(cause.where)]
            steps.append(r.Executed(at=cause.at, command=command if as_is else redacted(command)))
    return Taken(
        protocol=driver.protocol.name,
        scope=driver.scope,
        settings=_without_secrets(driver.settings),
        changed="secrets left out"
        if as_is
        else "secrets left out; personal texts replaced by others, each always by the same one",
        steps=[msgspec.to_builtins(step) for step in steps],
    )


def _hiding(hub: Hub, driver: Driver, *, as_is: bool) -> Callable[[str], str]:
    """What takes secrets out of a frame, and personal texts unless `as_is`. A protocol whose frames carry checksums makes them right
    again by `mended`, where something was taken out: a frame that came with a wrong one keeps it.
    """
    aliases = Aliases()
    if not as_is:
        for state in hub.states.values():
            redacted(state, aliases)
    mended: Callable[[str], str] = getattr(driver.protocol, "mended", lambda text: text)

    def hide(text: str) -> str:
        found = secretless(text)
        found = found if as_is else aliases.swept(found)
        return text if found == text else mended(found)

    return hide


def _frame(cause: Cause, hide: Callable[[str], str]) -> LinkFrame | None:
    """The frame that the recorder noted; `None` if it was none."""
    first, _, rest = cause.where.rpartition(" ")
    match cause.kind:
        case "opened":
            return Opened(channel=cause.where, at=cause.at)
        case "received":
            data = hide(cause.data) if isinstance(cause.data, str) else cause.data
            return Received(channel=cause.where, data=data, at=cause.at)
        case "closed":
            return Closed(channel=first, code=int(rest), reason=cause.text, at=cause.at)
        case "replied":
            data = hide(cause.text).encode()
            return Replied(name=first, status=int(rest), headers={}, data=data, at=cause.at)
        case "failed":
            return Failed(name=cause.where, reason=cause.text, sent=True, at=cause.at)
        case _:
            return None


def _without_secrets(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as JSON, with the secrets hidden and what is no plain value left out."""
    return {
        name: HIDDEN if any(part in name for part in _SECRET) else value
        for name, value in settings.items()
        if isinstance(value, str | int | float | bool | list | tuple | None)
    }
