"""Why a request of somebody who has signed in is not done."""

from __future__ import annotations

import msgspec

from cordboard import contract as k
from cordboard.protocols.five9 import answers, words as w
from cordboard.protocols.five9.requests import PLANS
from cordboard.protocols.five9.routes import LOGIN, LOGIN_BY_TOKEN, LOGOUT, METADATA, SENT, SWITCHOVER, row_of
from cordboard.protocols.five9.settings import Settings

_AT_THE_FRONT = frozenset({LOGIN, LOGIN_BY_TOKEN, METADATA, LOGOUT})
"""What works from the moment of a login on."""
_STAYS = _AT_THE_FRONT | {SWITCHOVER}
"""What is answered here also when the service has moved: whoever asks is told where to."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Of the login that a request came with. `state`: of the role in which it was called."""

    me: str
    state: str
    is_known: bool
    is_elsewhere: bool


def barred(called: k.Called, standing: Standing, settings: Settings) -> k.Reply | None:
    """The refusal, if there is a reason for one."""
    row, call, at = row_of(called), called.call, called.at
    if not standing.is_known and row.name not in _AT_THE_FRONT:
        return answers.not_logged_in(call, at)
    if standing.is_elsewhere and row.name not in _STAYS:
        return answers.migrated(call, settings.farm, at)
    if called.params.get("agent", standing.me) != standing.me:
        return answers.refused(call, "not-allowed", "this is another user", at)
    if row.name in PLANS and called.method == "HEAD":
        return answers.refused(call, "method-not-allowed", "who only looks has nothing done", at)
    if row.name in PLANS and row.method == "GET" and _forgeable(called):
        return answers.refused(call, "not-allowed", "a page has to say whose it is", at)
    if called.params.get("org", settings.org) != settings.org:
        return answers.refused(call, "not-allowed", "this is another organisation", at)
    if settings.strict and not (row.free or row.alone) and standing.state != w.WORKING:
        return answers.wrong_state(call, answers.called(row.name, row.method), standing.state, at)
    return None


def _forgeable(called: k.Called) -> bool:
    """Whether any site's page may have made a browser send this, as it fetches pictures: cookies, and nothing that says from where."""
    return not (called.origin or {"authorization", *SENT} & called.headers.keys())
