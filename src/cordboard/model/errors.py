"""Errors, split by whose fault they are. Codes are stable kebab-case words, each explained in the reference."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Blame(StrEnum):
    """Who has to do something about an error."""

    CALLER = "caller"
    VENDOR = "vendor"
    US = "us"


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    """The one JSON error body, at every door: ``{"error": {"code", "message", "details"}}``."""

    code: str
    message: str
    details: dict[str, str] = {}


class ErrorReply(msgspec.Struct, frozen=True, kw_only=True):
    """What a door answers: the body under the key ``error``."""

    error: ErrorBody


class CordboardError(Exception):
    """An error with a stable code, a sentence that says what to do, and details that name the field."""

    blame = Blame.US

    def __init__(self, code: str, message: str, details: Mapping[str, str] | None = None) -> None:
        if code not in ERRORS:
            message = f"{message} (undocumented code {code})"
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = dict(details or {})

    @property
    def status(self) -> int:
        """The HTTP status that fits."""
        return ERRORS[self.code].status if self.code in ERRORS else 500

    def body(self) -> ErrorReply:
        """The JSON body that a caller may see."""
        return ErrorReply(error=ErrorBody(code=self.code, message=self.message, details=self.details))


class CallerError(CordboardError):
    """The caller asked for something wrong or not allowed: 4xx."""

    blame = Blame.CALLER


class VendorError(CordboardError):
    """The vendor failed or refused: 502."""

    blame = Blame.VENDOR


class InternalError(CordboardError):
    """We failed: 500. The caller sees the code and never a stack trace."""


class ErrorKind(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the error reference."""

    status: int
    text: str


def _kind(status: int, text: str) -> ErrorKind:
    return ErrorKind(status=status, text=text)


# Codes of HTTP and socket doors, and of refused commands. A test reads this table, and the reference is made from it.
ERRORS: Mapping[str, ErrorKind] = {
    "bad-request": _kind(
        400, "The request is not valid HTTP, or no WebSocket handshake where one is needed."
    ),
    "bad-json": _kind(400, "The body or frame is not JSON. Send one JSON object, UTF-8."),
    "bad-field": _kind(400, "A field is missing, unknown or of the wrong type; `details.field` names it."),
    "bad-subject": _kind(400, "A subject is `agent/<id>`, `team/<id>` or `queue/<id>`."),
    "bad-position": _kind(400, "A position is given back exactly as it was received."),
    "unknown-message": _kind(400, "The `type` of the frame is not one of the native protocol's."),
    "not-authenticated": _kind(
        401, "Send a valid token: the first frame of a socket, or `Authorization: Bearer`."
    ),
    "token-expired": _kind(401, "The token has expired: mint a new one."),
    "token-invalid": _kind(401, "The token is not one of ours, or was changed."),
    "wrong-password": _kind(401, "Name or password is wrong."),
    "wrong-api-key": _kind(401, "The API key is not one of those configured."),
    "not-allowed": _kind(403, "The token's scopes do not cover this; `details.scope` names the missing one."),
    "origin-refused": _kind(403, "The page's origin is not on the allow-list (`web.origins`)."),
    "not-found": _kind(404, "There is nothing at this address or of this id."),
    "method-not-allowed": _kind(405, "The address exists, the HTTP method does not."),
    "too-large": _kind(413, "The body or frame is larger than the door allows."),
    "too-many-requests": _kind(429, "Slow down; `Retry-After` says for how long."),
    "duplicate-command": _kind(409, "A command with this id but another content was sent before."),
    "internal": _kind(500, "Cordboard failed. The log has the reason under `details.ref`."),
    "going-away": _kind(503, "The hub is stopping. Try again in a moment."),
    "store-failed": _kind(500, "The log could not be written. Nothing was sent to the link."),
    "store-locked": _kind(
        409, "Another process writes the log at `store.path`. Stop it, or give each hub its own file."
    ),
    "store-newer": _kind(409, "The log was written by a newer Cordboard. Run that one, or keep another log."),
    "link-down": _kind(502, "The link to the contact centre is down; try again when it is up."),
    "vendor-refused": _kind(502, "The contact centre refused the command and gave no code that we know."),
    "vendor-failed": _kind(502, "The contact centre failed while doing the command."),
    "timeout": _kind(
        504, "No answer in time. The outcome of the command is unconfirmed: look before you repeat."
    ),
    # refusals of commands
    "unknown-agent": _kind(404, "No link serves this agent."),
    "unknown-contact": _kind(404, "The agent has no open contact of this id."),
    "unknown-call": _kind(404, "The contact has no live call of this id."),
    "unknown-connection": _kind(404, "The call has no live connection of this id."),
    "unknown-target": _kind(404, "No agent, queue or number of this name can be called."),
    "unknown-reason": _kind(404, "The reason code is not one of those listed."),
    "unknown-disposition": _kind(404, "The disposition is not one of those listed."),
    "impossible-here": _kind(409, "The link's contact centre cannot do this at all."),
    "wrong-state": _kind(409, "The agent, contact or call is not in a state that allows this."),
    "reason-needed": _kind(409, "Not ready needs one of the listed reason codes."),
    "no-free-line": _kind(409, "The agent already has as many calls as allowed."),
    "invalid-number": _kind(409, "The number cannot be dialled: give E.164 or an extension."),
    "invalid-digits": _kind(409, "DTMF is made of 0-9, *, # and A-D."),
    "dial-rule": _kind(409, "A dialling rule of this hub forbids the number."),
    "gate-closed": _kind(409, "The compliance gate did not allow this dial or recording."),
    "guard-nested": _kind(409, "The guard issued the command again and again; refused at the tenth."),
    "not-supported": _kind(409, "Nobody on this hub does this kind of command yet."),
    "nobody-claimed": _kind(409, "No page of the agent has claimed this desk action."),
}
