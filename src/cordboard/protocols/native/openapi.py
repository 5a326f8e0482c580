"""The OpenAPI 3.1 document of the REST doors, made from the routes and the structs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from cordboard.contract import Route
from cordboard.model.errors import ERRORS
from cordboard.model.ids import SUBJECT_KINDS
from cordboard.protocols.native import routes, wire
from cordboard.protocols.native.schema import components, ref

ENTRIES_MOST = 1000
ENTRIES_USUAL = 100


class _Door(msgspec.Struct, frozen=True, kw_only=True):
    """What a route answers: schema names by status, and the codes it may refuse with besides those of every door."""

    summary: str
    replies: Mapping[int, str]
    body: str = ""
    codes: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


_ANY_DOOR = ("too-many-requests", "internal", "going-away")
_TOKEN = ("not-authenticated", "token-expired", "token-invalid")
_SUBJECT = ("bad-subject", "not-allowed", "not-found", "timeout")
_BODY = ("bad-json", "bad-field", "too-large")
_ELSEWHERE = (
    "bad-position",
    "bad-request",
    "method-not-allowed",
    "origin-refused",
    "store-locked",
    "store-newer",
    "unknown-message",
    "wrong-api-key",
    "wrong-password",
)
"""Codes of sockets, of signing in, of starting up."""
_REFUSALS = tuple(code for code in ERRORS if code not in {*_ANY_DOOR, *_TOKEN, *_ELSEWHERE})

_DOORS: Mapping[str, _Door] = {
    routes.SUBJECTS: _Door(
        summary="All subjects that the token lets you see, with their positions",
        replies={200: "SubjectList"},
    ),
    routes.SUBJECT: _Door(
        summary="A subject as it is now",
        replies={200: "SubjectNow"},
        codes=_SUBJECT,
        parameters=("kind", "id"),
    ),
    routes.ENTRIES: _Door(
        summary="Entries of a subject's log, in order, behind a position",
        replies={200: "EntryList"},
        codes=(*_SUBJECT, "bad-position", "bad-field"),
        parameters=("kind", "id", "after", "limit"),
    ),
    routes.COMMANDS: _Door(
        summary="Do a command; waits up to ten seconds for its outcome",
        replies={200: "CommandReply", 202: "CommandReply"},
        body="CommandBody",
        codes=(*_SUBJECT, *_BODY, *_REFUSALS),
        parameters=("kind", "id"),
    ),
    routes.QUERIES: _Door(
        summary="Ask a query on behalf of an agent",
        replies={200: "Result"},
        body="Query",
        codes=(*_SUBJECT, *_BODY, *_REFUSALS),
        parameters=("kind", "id"),
    ),
    routes.OPENAPI: _Door(summary="This document", replies={200: ""}),
    routes.ASYNCAPI: _Door(summary="The WebSocket's messages, as AsyncAPI 3", replies={200: ""}),
    routes.SCHEMA: _Door(summary="All of it as JSON Schema", replies={200: ""}),
}

_PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "kind": {
        "name": "kind",
        "in": "path",
        "required": True,
        "description": "What the subject is.",
        "schema": {"type": "string", "enum": list(SUBJECT_KINDS)},
    },
    "id": {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "The id behind the kind: `ann` of `agent/ann`.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 120, "pattern": r"^[^\s/*\x00-\x1f]+$"},
    },
    "after": {
        "name": "after",
        "in": "query",
        "description": "A position as it was received. Left out: from the beginning.",
        "schema": {"type": "string", "maxLength": wire.NAME_LIMIT, "pattern": r"^.+\.[0-9]+$"},
    },
    "limit": {
        "name": "limit",
        "in": "query",
        "description": "The most entries to give.",
        "schema": {"type": "integer", "minimum": 1, "maximum": ENTRIES_MOST, "default": ENTRIES_USUAL},
    },
}

_MEANINGS: Mapping[int, str] = {
    200: "Here it is.",
    202: "Still under way. The same id and content again is answered, not done again.",
}


@cache
def openapi() -> bytes:
    """The document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes.ROUTES:
        if route.kind == "http":
            paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, _DOORS[route.name])
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Cordboard",
                "summary": "Any contact-centre platform on one side, any CRM page on the other.",
                "description": (
                    "Reading, commanding and asking by single requests. What happens is told on the WebSocket "
                    "`/v1/socket`, described by `/v1/asyncapi.json`. Every error is one JSON body, its code one of "
                    "those listed; the codes are stable."
                ),
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
                "version": "1",
            },
            "paths": paths,
            "components": {
                "schemas": components(),
                "parameters": _PARAMETERS,
                "securitySchemes": {
                    "token": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": "From `/v1/login`, or minted by `/v1/tokens`.",
                    }
                },
            },
        }
    )


def _operation(route: Route, door: _Door) -> dict[str, Any]:
    codes = [*door.codes, *_ANY_DOOR, *(() if route.anonymous else _TOKEN)]
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": door.summary,
        "security": [] if route.anonymous else [{"token": []}],
        "responses": {
            **{str(status): _reply(_MEANINGS[status], name) for status, name in door.replies.items()},
            **_errors(codes),
        },
    }
    if door.parameters:
        operation["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in door.parameters]
    if door.body:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": ref(door.body)}},
        }
    return operation


def _reply(description: str, name: str) -> dict[str, Any]:
    schema = ref(name) if name else {"type": "object"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _errors(codes: list[str]) -> dict[str, Any]:
    """The error replies by status, each with its codes explained."""
    by_status: dict[int, list[str]] = {}
    for code in sorted(set(codes)):
        by_status.setdefault(ERRORS[code].status, []).append(code)
    return {
        str(status): _reply("\n".join(f"- `{code}`: {ERRORS[code].text}" for code in found), "ErrorReply")
        for status, found in sorted(by_status.items())
    }
