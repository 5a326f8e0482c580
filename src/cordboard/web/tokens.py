"""Signed short-lived tokens (JWT, HS256). The first key signs, all verify, so that keys can be rotated.

What signs is loaded with the first token that is made or shown: it is a tenth of what a start takes, and no start needs it.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cordboard.contract import Identity
from cordboard.model.errors import CallerError
from cordboard.model.ids import Millis
from cordboard.web.vault import Vault

if TYPE_CHECKING:
    from joserfc.jwk import GuestProtocol, OctKey

KEYS_KEPT = 3
LONGEST = 4096
"""Characters of a token; ours are far shorter."""
_SECRET_BYTES = 32


class SigningKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key with the id that stands in the header of the tokens that it signed. `secret` is base64url."""

    kid: str
    secret: str


class Roots(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a token hangs on: it is over when any of it is."""

    logins: tuple[str, ...] = ()
    """Logins, the last its own: the same in all that renews or keeps one."""
    account: str = ""
    """The account that the first of them came from."""
    seal: str = ""
    """How that was then."""
    key: str = ""
    """The id of the API key that it, or what minted it, was minted by."""


_NONE = Roots()


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a token says. Times in seconds since 1970. `login` is when the password was asked, 0 if it was not."""

    sub: str
    scopes: tuple[str, ...]
    exp: int
    iat: int
    jti: str
    agent: str = ""
    login: int = 0
    use: str = ""
    """What else it is than a bearer's token: ``cookie``, ``ticket``, or empty. One is never taken for the other."""
    roots: Roots = _NONE
    """What it hangs on."""

    def heir(self) -> Roots:
        """What a token hangs on that its bearer is given, and that can be ended without ending this one."""
        before = self.roots.logins or (self.jti,)
        return msgspec.structs.replace(self.roots, logins=(*before, new_login()))

    def identity(self) -> Identity:
        """Who bears the token."""
        return Identity(
            subject=self.sub, scopes=frozenset(self.scopes), expires=self.exp * 1000, agent=self.agent
        )


def new_login() -> str:
    """A name for a login."""
    return secrets.token_urlsafe(9)


class Tokens:
    """Mints and verifies. `keys` is asked each time, so that a rotation is seen at once."""

    def __init__(self, keys: Callable[[], Sequence[SigningKey]]) -> None:
        self._keys = keys
        self._prepared: tuple[Sequence[SigningKey], dict[str, OctKey]] = ((), {})

    def prepare(self) -> None:
        """Load the keys, which makes the first one. `CallerError` if they cannot be read or made."""
        self._keys()

    def mint(
        self,
        subject: str,
        scopes: frozenset[str],
        *,
        seconds: int,
        now: Millis,
        agent: str = "",
        login: int = 0,
        use: str = "",
        roots: Roots = _NONE,
    ) -> tuple[str, Claims]:
        """A token that lives so many seconds from now, and what it says. `roots`: what it hangs on, if on anything."""
        from joserfc import jwt  # noqa: PLC0415 - see above

        issued = now // 1000
        claims = Claims(
            sub=subject,
            scopes=tuple(sorted(scopes)),
            exp=issued + seconds,
            iat=issued,
            jti=secrets.token_urlsafe(12),
            agent=agent,
            login=login,
            use=use,
            roots=roots,
        )
        keys = self._usable()
        kid = next(iter(keys))
        return jwt.encode({"alg": "HS256", "kid": kid}, msgspec.to_builtins(claims), keys[kid]), claims

    def verify(self, token: str, now: Millis, use: str = "") -> Claims:
        """What the token of this use says. `CallerError` `token-invalid` if it is not ours or was changed, `token-expired` if it is over."""
        from joserfc import jwt  # noqa: PLC0415 - see above
        from joserfc.errors import JoseError  # noqa: PLC0415

        if len(token) > LONGEST or not token.isascii():
            raise _invalid()
        keys = self._usable()

        def find(guest: GuestProtocol) -> OctKey:
            key = keys.get(str(guest.headers().get("kid")))
            if key is None:
                raise _invalid()
            return key

        try:
            claims = msgspec.convert(jwt.decode(token, find, algorithms=["HS256"]).claims, Claims)
        except (JoseError, msgspec.ValidationError, ValueError, TypeError):
            raise _invalid() from None
        if claims.use != use:
            raise _invalid()
        if claims.exp * 1000 <= now:
            raise CallerError("token-expired", "the token has expired: get a new one")
        return claims

    def _usable(self) -> dict[str, OctKey]:
        keys = self._keys()
        if keys is not self._prepared[0]:
            from joserfc.jwk import OctKey  # noqa: PLC0415 - see above

            self._prepared = (keys, {key.kid: OctKey.import_key(_secret(key)) for key in keys})
        return self._prepared[1]


def key_file(path: Path) -> Callable[[], Sequence[SigningKey]]:
    """Keys from a file; the first asking makes the file, with one key, if there is none."""
    vault: Vault[tuple[SigningKey, ...]] = Vault(path, tuple[SigningKey, ...], ())

    def keys() -> Sequence[SigningKey]:
        return vault.read() or vault.change(lambda found: found or (_fresh(),))

    return keys


def key_text(text: str) -> Callable[[], Sequence[SigningKey]]:
    """Keys from the environment: ``<id>:<secret>``, several joined by commas. `CallerError` if one is too weak."""
    keys = []
    for item in text.split(","):
        kid, _, secret = item.strip().partition(":")
        key = SigningKey(kid=kid, secret=secret)
        if not kid or len(_secret(key)) < _SECRET_BYTES:
            raise CallerError(
                "bad-field",
                "a key is <id>:<secret>, the secret at least 32 bytes in base64url",
                {"field": "CORDBOARD_TOKEN_KEYS"},
            )
        keys.append(key)
    found = tuple(keys)
    return lambda: found


def rotate(path: Path) -> str:
    """Put a new key in front of those in the file; returns its id. Older tokens stay valid until the third rotation."""
    vault: Vault[tuple[SigningKey, ...]] = Vault(path, tuple[SigningKey, ...], ())
    return vault.change(lambda found: (_fresh(), *found)[:KEYS_KEPT])[0].kid


def _fresh() -> SigningKey:
    return SigningKey(kid=secrets.token_hex(4), secret=secrets.token_urlsafe(_SECRET_BYTES))


def _secret(key: SigningKey) -> bytes:
    try:
        return base64.urlsafe_b64decode(key.secret + "=" * (-len(key.secret) % 4))
    except ValueError:
        return b""


def _invalid() -> CallerError:
    return CallerError("token-invalid", "the token is not one of ours, or was changed")
