"""What a request of the library comes to, and how it is told that it failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cordboard.model import commands as c

Params = Mapping[str, Any]

INVALID_STATE = "InvalidStateException"
BAD_ENDPOINT = "BadEndpointException"
ACCESS_DENIED = "AccessDeniedException"
INVALID_CONFIGURATION = "InvalidConfigurationException"
SEND_FAILED = "SendDataFailedException"

TYPES: Mapping[str, str] = {
    "dial-rule": BAD_ENDPOINT,
    "gate-closed": BAD_ENDPOINT,
    "invalid-number": BAD_ENDPOINT,
    "link-down": SEND_FAILED,
    "not-allowed": ACCESS_DENIED,
    "store-failed": SEND_FAILED,
    "timeout": SEND_FAILED,
    "unknown-target": BAD_ENDPOINT,
    "vendor-failed": SEND_FAILED,
}
"""Codes of refusals -> the library's names of errors. All others are `InvalidStateException`."""


class Do(msgspec.Struct, frozen=True, kw_only=True):
    """Have these done, one after the other; the first that is not ends it. `returns`: ids of the last outcome to give back."""

    services: tuple[c.Service, ...]
    returns: Mapping[str, str] = {}
    """Key of `Done.data` -> key in the answer."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the hub."""

    query: c.GetTargets


class Say(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing has to be done."""

    data: Any = {}


class Fail(msgspec.Struct, frozen=True, kw_only=True):
    """It cannot be done."""

    type: str
    message: str
    status: int = 400


Plan = Do | Look | Say | Fail


def failed(type_: str, message: str, status: int = 400) -> str:
    """A failure as the library's callers read it: JSON in a string. `status` too, which the Voice ID callers look at."""
    body = {
        "type": type_,
        "message": message,
        "stack": [],
        "retryStatus": "none",
        "statusCode": status,
        "status": status,
    }
    return msgspec.json.encode(body).decode()


def outcome_error(outcome: c.Refused | c.Unconfirmed) -> str:
    """A command that was not done, as a failure."""
    match outcome:
        case c.Refused(code=code, message=message):
            return failed(TYPES.get(code, INVALID_STATE), f"{code}: {message}" if message else code)
        case c.Unconfirmed(reason=reason):
            return failed(
                SEND_FAILED, f"nobody knows whether it was done ({reason}): look before repeating", 504
            )


def no_answer(answer: c.NoAnswer) -> str:
    """A query without an answer, as a failure."""
    return failed(TYPES.get(answer.code, INVALID_STATE), f"{answer.code}: {answer.message}")
