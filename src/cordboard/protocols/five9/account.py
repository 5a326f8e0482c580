"""The link's settings: whose login it is, where, and what of Five9's ways it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from cordboard import contract as k
from cordboard.model.errors import CallerError
from cordboard.model.ids import Millis
from cordboard.protocols.five9 import words as w

Auth = Literal["header+cookie", "cookie", "header"]
StationType = Literal["EMPTY", "PSTN", "SOFTPHONE", "STATION", "GATEWAY"]
Unverified = Literal["mute", "dtmf"]


class Account(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One agent's login at Five9."""

    url: str
    """The front host: ``https://app.five9.com``. The data centre is found at login."""
    username: str
    password: str
    tenant: str = ""
    """`tenantName` of the credentials, where one is needed."""
    app_key: str = "cordboard"
    policy: Literal["AttachExisting", "ForceIn"] = "AttachExisting"
    """Join a session that the user has elsewhere, or end it. A login that is renewed joins in either case."""
    duplicate: Literal["refuse", "force"] = "refuse"
    """What to do when Five9 says that the user works elsewhere (DUPLICATE_LOGIN)."""
    auth: Auth = "header+cookie"
    """What proves the login. Five9's own clients disagree: some data centres answer 401 to the header."""
    log_on: bool = True
    """Start the agent's session with the link. Otherwise the agent's first wish for a state does it."""
    station_type: StationType = "EMPTY"
    station: str = ""
    """The station's id; for PSTN the agent's telephone number."""
    skills: tuple[str, ...] = ()
    """The ids chosen where Five9 asks for skills; empty: all that the agent has."""
    channels: tuple[str, ...] = ("CALL", "VOICE_MAIL")
    """What ready is for."""
    campaign: str = ""
    """The id of the campaign in whose name numbers are dialled, if a command says none."""
    disposition: str = "0"
    """The id with which a call is closed for which nobody chose one. Five9's own for none is 0."""
    check: Millis = 120_000
    """How often the calls are compared with what the vendor lists, in milliseconds; 0 for never."""
    unverified: tuple[Unverified, ...] = ()
    """Paths that one client was seen to use and no document has: they may not be there."""


def account(settings: Mapping[str, Any], scope: k.Scope) -> Account:
    """The settings, checked. `CallerError` naming the field that is wrong."""
    try:
        found = msgspec.convert(dict(settings), Account)
    except msgspec.ValidationError as error:
        raise CallerError("bad-field", str(error), {"field": _field(str(error))}) from None
    if not _is_address(found.url):
        raise _wrong("url", "give Five9's login address: https://app.five9.com")
    if scope.kind != "agent" or not scope.agent:
        raise _wrong("agent", "a Five9 login is one agent's: name the agent of the link")
    if not found.username or not found.password:
        raise _wrong("username" if not found.username else "password", "give the agent's login at Five9")
    if found.station_type == "PSTN" and not found.station:
        raise _wrong("station", "a station of type PSTN is a telephone number: give it")
    if w.CALL not in found.channels:
        raise _wrong("channels", "name CALL: who is ready for no calls is not ready here")
    if found.check < 0:
        raise _wrong("check", "give milliseconds, or 0 for never")
    return found


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _field(text: str) -> str:
    """The field that msgspec's sentence names."""
    return next((part for part in reversed(text.split("`")) if part and " " not in part), "options").lstrip(
        "$."
    )


def _wrong(field: str, message: str) -> CallerError:
    return CallerError("bad-field", message, {"field": field})
