"""Who calls: tokens, local accounts, API keys. Every kind of login ends in an `Identity`."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Annotated, assert_never

import msgspec

from cordboard.contract import Identity, SignIn
from cordboard.hub.clock import Clock
from cordboard.model.errors import CallerError
from cordboard.model.ids import Millis
from cordboard.web.accounts import Accounts
from cordboard.web.api_keys import ApiKeys
from cordboard.web.config import IdentitySettings
from cordboard.web.limits import Buckets, source
from cordboard.web.logins import Logins
from cordboard.web.scopes import checked, missing
from cordboard.web.tokens import Claims, Roots, Tokens, new_login

Text = Annotated[str, msgspec.Meta(max_length=200)]


class Password(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of `POST /v1/login`."""

    user: Text
    password: str


class Mint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of `POST /v1/tokens`. Without `scopes` a token gets ``agent:<agent>``. `ttl` in seconds."""

    agent: Text = ""
    scopes: tuple[str, ...] = ()
    ttl: Annotated[int, msgspec.Meta(ge=1)] | None = None
    subject: Text = ""
    """Who the token is for, in the audit trail. Without it: the agent, or the key's name."""


class Demo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of `POST /v1/demo`."""

    agent: Text = ""


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """An identity as pages see it."""

    subject: str
    agent: str
    scopes: tuple[str, ...]
    expires: Millis


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of all doors that give tokens."""

    token: str
    expires: Millis
    identity: Who


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """An identity, and the token's claims if it came by a token. `roots`: what a token for a login by password hangs on."""

    identity: Identity
    claims: Claims | None = None
    roots: Roots | None = None


class Identities:
    """Checks credentials and gives tokens."""

    def __init__(
        self,
        settings: IdentitySettings,
        *,
        tokens: Tokens,
        accounts: Accounts,
        keys: ApiKeys,
        logins: Logins,
        tries: Buckets,
        clock: Clock,
        demo_agent: str = "",
    ) -> None:
        """`tries`: how often a login may be tried. `demo_agent`: whom `POST /v1/demo` signs in; empty switches that door off."""
        self._settings = settings
        self.logins = logins
        self._tokens = tokens
        self._accounts = accounts
        self._keys = keys
        self._tries = tries
        self._clock = clock
        self._demo_agent = demo_agent

    def bearer(self, token: str) -> SignedIn:
        """Who bears this token."""
        claims = self._tokens.verify(token, self._clock.now())
        self.logins.check(claims)
        return SignedIn(identity=claims.identity(), claims=claims)

    async def sign_in(self, effect: SignIn, address: str) -> SignedIn:
        """Who shows these credentials in a session. `CallerError` with the code that `Identified` carries."""
        match effect.kind:
            case "bearer":
                return self.bearer(effect.secret)
            case "password":
                found, roots = await self._password(effect.user, effect.secret, address)
                expires = self._clock.now() + self._settings.login_seconds * 1000
                return SignedIn(identity=msgspec.structs.replace(found, expires=expires), roots=roots)
            case "cookie":
                return self.by_cookie(effect.secret)
            case "ticket":
                return self._by(effect.secret, "ticket")
            case _:
                assert_never(effect.kind)

    def sign_out(self, claims: Claims) -> Awaitable[None]:
        """End a login: no token of it is accepted any more, and who sits here by it has to go. Awaited, that outlives the hub."""
        return self.logins.end(claims)

    async def login(self, body: Password, address: str) -> Login:
        """A token for a name and a password."""
        found, roots = await self._password(body.user, body.password, address)
        now = self._clock.now()
        return self._give(found, self._settings.token_seconds, now, login=now // 1000, roots=roots)

    def renew(self, signed: SignedIn) -> Login:
        """A fresh token for the bearer of one that came by `login`, until the password is due again."""
        now = self._clock.now()
        claims, left = self._left(signed, now)
        seconds = min(left, self._settings.token_seconds)
        return self._give(signed.identity, seconds, now, login=claims.login, roots=claims.roots)

    def remembered(self, signed: SignedIn) -> tuple[str, int]:
        """The login of the bearer of a token that came by `login`, for a cookie: its value, and for how many seconds it holds."""
        now = self._clock.now()
        claims, left = self._left(signed, now)
        identity = signed.identity
        value, _ = self._tokens.mint(
            identity.subject,
            identity.scopes,
            seconds=left,
            now=now,
            agent=identity.agent,
            login=claims.login,
            use="cookie",
            roots=claims.roots,
        )
        return value, left

    def ticket(self, signed: SignedIn) -> tuple[str, SignedIn]:
        """A token that stands for this very login, as long as it holds, and is good for `SignIn` alone. And the login with its claims.
        Of one that came by a token it is an heir: to end the ticket leaves that as it is.
        """
        identity, now, shown = signed.identity, self._clock.now(), signed.claims
        value, claims = self._tokens.mint(
            identity.subject,
            identity.scopes,
            seconds=max(1, (identity.expires - now) // 1000)
            if identity.expires
            else self._settings.login_seconds,
            now=now,
            agent=identity.agent,
            # Without claims it came by a password, just now.
            login=shown.login if shown is not None else now // 1000,
            use="ticket",
            roots=shown.heir() if shown is not None else signed.roots or Roots(),
        )
        return value, SignedIn(identity=claims.identity(), claims=claims)

    def by_cookie(self, value: str) -> SignedIn:
        """Whose login the cookie keeps."""
        return self._by(value, "cookie")

    def mint_by_key(self, body: Mint, key: str, address: str) -> Login:
        """A token for a back end that shows an API key. It is over when the key is taken away."""
        try:
            id_, found = self._keys.verify(key)
        except CallerError:
            self._tries.take(source(address))
            raise
        return self._mint(body, frozenset(found.grants), f"key:{found.name}:{id_}", Roots(key=id_))

    def mint_by_token(self, body: Mint, bearer: SignedIn) -> Login:
        """A token for the bearer of one with the scope ``mint``, of no more than the bearer may do, and over when that one's login is.
        It mints none itself: else one token could be handed on for ever.
        """
        identity, claims = bearer.identity, bearer.claims
        if "mint" not in identity.scopes or claims is None:
            raise CallerError("not-allowed", "the token has no scope 'mint'", {"scope": "mint"})
        return self._mint(body, identity.scopes - {"mint"}, identity.subject, claims.heir())

    @property
    def demo(self) -> bool:
        """Whether anyone on this machine is let in as an agent of the demo."""
        return bool(self._demo_agent)

    def demo_login(self, body: Demo) -> Login:
        """A token without a password. The caller has made sure that this is the demo, and the asker local."""
        agent = body.agent or self._demo_agent
        scopes = checked({f"agent:{agent}", "tenant", "simulate", "inspect", "operate"})
        identity = Identity(subject=agent, scopes=scopes, agent=agent)
        now = self._clock.now()
        roots = Roots(logins=(new_login(),))
        return self._give(identity, self._settings.token_seconds, now, login=now // 1000, roots=roots)

    def _by(self, value: str, use: str) -> SignedIn:
        claims = self._tokens.verify(value, self._clock.now(), use=use)
        self.logins.check(claims)
        return SignedIn(identity=claims.identity(), claims=claims)

    def _left(self, signed: SignedIn, now: Millis) -> tuple[Claims, int]:
        """The login of a token's bearer, and the seconds until its password is due again."""
        claims = signed.claims
        if claims is None or not claims.login:
            raise CallerError(
                "not-allowed", "only a login's token can be renewed: ask whoever minted this one"
            )
        left = claims.login + self._settings.login_seconds - now // 1000
        if left <= 0:
            raise CallerError("token-expired", "this login is too old: sign in with the password again")
        return claims, left

    async def _password(self, user: str, password: str, address: str) -> tuple[Identity, Roots]:
        self._tries.take(source(address))
        self._tries.take(f"name:{user}")
        # As the account is before: a login by a password that is changed meanwhile is none.
        roots = Roots(logins=(new_login(),), account=user, seal=self._accounts.seal(user))
        return await self._accounts.verify(user, password), roots

    def _mint(self, body: Mint, grants: frozenset[str], minter: str, roots: Roots) -> Login:
        scopes = checked(body.scopes or ({f"agent:{body.agent}"} if body.agent else ()))
        if not scopes:
            raise CallerError("bad-field", "name an agent, or scopes", {"field": "scopes"})
        if body.agent and f"agent:{body.agent}" not in scopes and "tenant:command" not in scopes:
            raise CallerError(
                "bad-field",
                f"a token of agent {body.agent} needs the scope agent:{body.agent}",
                {"field": "scopes"},
            )
        if lacking := missing(grants, scopes):
            raise CallerError("not-allowed", f"you may not mint the scope {lacking}", {"scope": lacking})
        seconds = body.ttl or self._settings.token_seconds
        if seconds > self._settings.token_seconds_max:
            limit = self._settings.token_seconds_max
            raise CallerError("bad-field", f"a token lives at most {limit} seconds", {"field": "ttl"})
        subject = body.subject or body.agent or minter
        identity = Identity(subject=subject, scopes=scopes, agent=body.agent)
        return self._give(identity, seconds, self._clock.now(), login=0, roots=roots)

    def _give(self, identity: Identity, seconds: int, now: Millis, *, login: int, roots: Roots) -> Login:
        token, claims = self._tokens.mint(
            identity.subject,
            identity.scopes,
            seconds=seconds,
            now=now,
            agent=identity.agent,
            login=login,
            roots=roots,
        )
        who = Who(subject=claims.sub, agent=claims.agent, scopes=claims.scopes, expires=claims.exp * 1000)
        return Login(token=token, expires=who.expires, identity=who)
