"""The doors of the native protocol, as data. Those of signing in (`/v1/login`, `/v1/tokens`) are the web edge's."""

from __future__ import annotations

from cordboard.contract import Route

FRAME_LIMIT = 1024 * 1024
"""Bytes of a frame: a hub that comes back names all its subjects and their positions in one `watch`."""

SOCKET = "socket"
SUBJECTS = "subjects"
SUBJECT = "subject"
ENTRIES = "entries"
COMMANDS = "commands"
QUERIES = "queries"
OPENAPI = "openapi"
ASYNCAPI = "asyncapi"
SCHEMA = "schema"

_ONE = "/v1/subjects/{kind}/{id}"

ROUTES: tuple[Route, ...] = (
    Route(kind="ws", path="/v1/socket", name=SOCKET, anonymous=True, cors=True, limit=FRAME_LIMIT),
    Route(kind="http", path="/v1/subjects", name=SUBJECTS, cors=True),
    Route(kind="http", path=_ONE, name=SUBJECT, cors=True),
    Route(kind="http", path=f"{_ONE}/entries", name=ENTRIES, cors=True),
    Route(kind="http", method="POST", path=f"{_ONE}/commands", name=COMMANDS, cors=True),
    Route(kind="http", method="POST", path=f"{_ONE}/queries", name=QUERIES, cors=True),
    Route(kind="http", path="/v1/openapi.json", name=OPENAPI, anonymous=True, cors=True),
    Route(kind="http", path="/v1/asyncapi.json", name=ASYNCAPI, anonymous=True, cors=True),
    Route(kind="http", path="/v1/schema.json", name=SCHEMA, anonymous=True, cors=True),
)
