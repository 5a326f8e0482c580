"""HTTP to a running Cordboard, for the words that need one."""

from __future__ import annotations

import http.client
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from cordboard.model.errors import CallerError, ErrorReply, InternalError

TIMEOUT = 70.0


class DoorError(CallerError):
    """A door of the hub refused, in its own words."""


def call(url: str, method: str, path: str, body: object = None, authorization: str = "") -> Any:  # noqa: ANN401 - JSON
    """The JSON answer of a door. `CallerError` with the door's own words if it refuses, or if nobody is there."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise CallerError("bad-field", f"{url!r} is no address: give one like http://127.0.0.1:8765")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=TIMEOUT)
    headers = {"Content-Type": "application/json"}
    if authorization:
        headers["Authorization"] = authorization
    try:
        connection.request(method, path, None if body is None else msgspec.json.encode(body), headers)
        answer = connection.getresponse()
        data = answer.read()
    except (OSError, http.client.HTTPException):
        raise CallerError(
            "not-found",
            f"nobody answers at {url}: is Cordboard running there? Start it with 'cordboard demo'",
        ) from None
    finally:
        connection.close()
    return _read(answer.status, data, url)


def _read(status: int, data: bytes, url: str) -> Any:  # noqa: ANN401 - JSON
    if status < 400:  # noqa: PLR2004 - HTTP
        return msgspec.json.decode(data) if data else None
    try:
        error = msgspec.json.decode(data, type=ErrorReply).error
    except msgspec.MsgspecError:
        try:
            refused = msgspec.json.decode(data)  # the console's outcome: `code` and `message` at the top
            raise DoorError("wrong-state", f"{refused['code']}: {refused['message']}")
        except (msgspec.MsgspecError, KeyError, TypeError):
            raise InternalError("internal", f"{url} answered {status}, and not as a Cordboard does") from None
    field = error.details.get("field", "")
    where = f"{field}: " if error.code == "bad-field" and field else ""
    raise DoorError(error.code, f"{error.code}: {where}{error.message}", error.details)


def authorization(
    url: str, scopes: frozenset[str], *, data: Path | None, variable: str, agent: str = ""
) -> str:
    """A bearer header with these scopes: from the variable, by the keys of the data folder, or from the demo."""
    if variable:
        token = os.environ.get(variable)
        if not token:
            raise CallerError("bad-field", f"the variable {variable} is not set")
        return f"Bearer {token}"
    if data is None:
        try:
            answer = call(url, "POST", "/v1/demo", {"agent": agent} if agent else {})
            return f"Bearer {answer['token']}"
        except DoorError:
            pass  # no demo runs there: sign a token ourselves
    return f"Bearer {_minted(scopes, data, agent)}"


def subject_path(subject: str) -> str:
    """The path of a subject at the native protocol's doors."""
    kind, _, name = subject.partition("/")
    return f"/v1/subjects/{quote(kind, safe='')}/{quote(name, safe='')}"


def _minted(scopes: frozenset[str], data: Path | None, agent: str) -> str:
    from cordboard.app import KEYS_VARIABLE, tokens_of  # noqa: PLC0415 - only where no demo runs
    from cordboard.cli.options import settings_of  # noqa: PLC0415
    from cordboard.hub.clock import SystemClock  # noqa: PLC0415

    settings = settings_of(None, data)
    if not os.environ.get(KEYS_VARIABLE) and not settings.keys_file.exists():
        raise CallerError(
            "not-authenticated",
            f"no signing keys in {settings.folder}: name the hub's data folder by --data, or a token by --token-env",
        )
    token, _ = tokens_of(settings).mint("cli", scopes, seconds=60, now=SystemClock().now(), agent=agent)
    return token
