"""Answers over HTTP: bodies, errors and their statuses."""

from __future__ import annotations

from collections.abc import Mapping

from cordboard import contract as k
from cordboard.model.errors import ERRORS
from cordboard.model.ids import Millis
from cordboard.protocols.five9 import wire, words as w

JSON: Mapping[str, str] = {"content-type": "application/json"}

UNCONFIRMED = 504
"""Nobody knows whether it was done. Every other status of an error says that it was not."""

_STATUS: Mapping[int, int] = {
    401: 401,
    403: 403,
    404: 404,
    405: 405,
    413: 413,
    429: 429,
    500: 500,
    503: 503,
    504: 504,
}
"""By ours. What is neither is 400: the one that Five9 has for everything else."""
_CODES: Mapping[str, int] = {"link-down": 503}


def reply(call: str, body: object = None, status: int = 0) -> k.Reply:
    """A good answer: 200 with a body, 204 without."""
    if body is None:
        return k.Reply(call=call, status=status or 204)
    return k.Reply(call=call, status=status or 200, headers=JSON, body=wire.encoded(body))


def refused(call: str, code: str, message: str, at: Millis) -> k.Reply:
    """One of our codes, as an error of Five9's. Its context has our code, so that it can be told from another."""
    if code in ("not-authenticated", "token-invalid", "token-expired"):
        return not_logged_in(call, at)
    return _fault(call, status_of(code), message or _text(code), at, code.upper().replace("-", "_"))


def not_logged_in(call: str, at: Millis) -> k.Reply:
    """The token holds no more, or there is none."""
    return _fault(call, w.NOT_LOGGED_IN, w.LOGGED_OUT_TEXT, at, None)


def wrong_state(call: str, name: str, state: str, at: Millis) -> k.Reply:
    """The login is not there yet. `name`: what was asked for, as `called` has it."""
    text = f"Improper agent login state {state} while calling {name}. Allowed is {w.WORKING}"
    return _fault(call, (w.STATUS, w.WRONG_STATE), text, at, w.CONTEXT_LOGIN)


def called(name: str, method: str) -> str:
    """What Five9 calls a request in its errors: ``getUsers``. One such name was seen; the others are made like it."""
    first, *rest = (["get"] if method == "GET" else []) + name.split("_")
    return first + "".join(map(str.capitalize, rest))


def duplicate_login(call: str, at: Millis) -> k.Reply:
    """Somebody else has the session."""
    text = "The user has a session already: start with force=true to take it"
    return _fault(call, (w.STATUS, 409), text, at, w.DUPLICATE_LOGIN)


def migrated(call: str, farm: str, at: Millis) -> k.Reply:
    """The service is elsewhere now: metadata says where."""
    body = wire.fault(w.MIGRATED, w.MIGRATED_TEXT, at, context=None, farm=farm)
    return k.Reply(call=call, status=w.STATUS, headers=JSON, body=body)


def gone(call: str, message: str, at: Millis) -> k.Reply:
    """There is no such thing."""
    return _fault(call, 404, message, at, "NOT_FOUND")


def bad(call: str, message: str, at: Millis) -> k.Reply:
    """The request cannot be read."""
    return _fault(call, 400, message, at, "BAD_FIELD")


def unconfirmed(call: str, reason: str, at: Millis) -> k.Reply:
    """Whether it was done, nobody knows."""
    return _fault(call, UNCONFIRMED, reason or "no answer in time", at, "UNCONFIRMED")


def status_of(code: str) -> int:
    """The status of one of our codes."""
    if code in _CODES:
        return _CODES[code]
    return _STATUS.get(ERRORS[code].status, 400) if code in ERRORS else 400


def _text(code: str) -> str:
    return ERRORS[code].text if code in ERRORS else code


def _fault(call: str, number: int | tuple[int, int], text: str, at: Millis, context: str | None) -> k.Reply:
    """`number`: the status, and Five9's own number where that is another."""
    status, own = number if isinstance(number, tuple) else (number, number)
    return k.Reply(call=call, status=status, headers=JSON, body=wire.fault(own, text, at, context=context))
