"""How a login came in: what was shown for it, and what stands for it from then on."""

from __future__ import annotations

from msgspec.structs import replace

from cordboard import contract as k
from cordboard.model.ids import Millis
from cordboard.protocols.five9 import answers, centre, wire, words as w
from cordboard.protocols.five9.admission import login_id
from cordboard.protocols.five9.routes import LOGIN, LOGIN_BY_TOKEN, row_of
from cordboard.protocols.five9.settings import Settings

SIGNING_IN = frozenset({LOGIN, LOGIN_BY_TOKEN})
"""Rows that begin a login."""


class Credentials:
    """What one login has to show. Five9's policies (`FORCE_IN`, `ATTACH_EXISTING`) say what becomes of its user's others."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept = False
        self.token = ""
        """What its client shows from now on."""
        self.key = ""
        """What its session is kept under."""
        self.login = ""
        """Its name among the user's logins and sockets."""
        self.policy = ""
        self.resumed = False
        """Whether it is a login from before, of which nothing is remembered."""
        self.borrowed = False
        """Whether it is the login of the hub's own pages: Five9's ways of signing in are not for those who use them."""
        self._known_from: Millis = 0

    @property
    def kept(self) -> bool:
        """Whether the session goes on behind its first answer."""
        return self._kept

    def show(self, called: k.Called) -> k.SignIn | k.Reply:
        """What signs in; or what is answered to a first request that shows nothing, or wrongly."""
        row = row_of(called)
        return self._new(called) if row.name in SIGNING_IN else self._old(called)

    def granted(self, called: k.Called, frame: k.Identified) -> None:
        """They are believed. `called`: the first request."""
        self.token = frame.token or self.token
        self.key = self.key or self.token
        self.login = login_id(self.key)
        if row_of(called).name in SIGNING_IN:
            self._known_from = frame.at + self._settings.propagation

    def is_known(self, at: Millis) -> bool:
        """Whether the login is known everywhere by now: a new one is at the front only."""
        return at >= self._known_from

    def keeping(self, reply: k.Reply) -> k.Reply:
        """The first good answer keeps the session."""
        if self._kept:
            return reply
        self._kept = True
        return replace(reply, keep=self.key)

    def _old(self, called: k.Called) -> k.SignIn | k.Reply:
        proof = centre.proof(called.headers, called.cookies, {}, self._settings)
        key = proof or centre.kept(called.cookies, self._settings)
        if not key:
            return answers.not_logged_in(called.call, called.at)
        self.token, self.key = proof, key
        self.policy = w.ATTACH_EXISTING
        self.resumed, self.borrowed = bool(proof), not proof
        return k.SignIn(kind="ticket" if proof else "cookie", secret=key, remember=not proof)

    def _new(self, called: k.Called) -> k.SignIn | k.Reply:
        try:
            body = wire.decoded(called.body, wire.SignIn)
        except ValueError as error:
            return answers.bad(called.call, str(error), called.at)
        self.policy = body.policy
        shown = body.password_credentials
        if row_of(called).name == LOGIN_BY_TOKEN:
            kind, _, secret = called.headers.get("authorization", "").partition(" ")
            if kind.lower() != "bearer" or not secret:
                return answers.not_logged_in(called.call, called.at)
            return k.SignIn(kind="bearer", secret=secret.strip(), remember=True)
        if shown is None:
            return answers.bad(called.call, "passwordCredentials are missing", called.at)
        return k.SignIn(kind="password", user=shown.username, secret=shown.password, remember=True)
