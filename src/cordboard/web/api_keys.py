"""API keys of back ends (a CRM's server), stored hashed. A key only mints tokens, of the scopes it was given."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from pathlib import Path

import msgspec

from cordboard.model.errors import CallerError
from cordboard.web.scopes import checked
from cordboard.web.vault import Vault

_FORM = re.compile(r"cbk_([0-9a-f]{8})_([A-Za-z0-9_-]{43})\Z")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}\Z")


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it is stored: its name, the hash of its secret, and which scopes it may mint (``agent:*`` allowed)."""

    name: str
    hash: str
    grants: tuple[str, ...]


Ring = dict[str, ApiKey]


class ApiKeys:
    """The keys of one file, by id."""

    def __init__(self, path: Path) -> None:
        self._vault: Vault[Ring] = Vault(path, Ring, {})

    def ring(self) -> dict[str, ApiKey]:
        """All keys by id."""
        return dict(self._vault.read())

    def __contains__(self, id_: object) -> bool:
        """Whether there is a key of this id."""
        return id_ in self._vault.read()

    @property
    def version(self) -> object:
        """Another object once the file was written."""
        return self._vault.read()

    def add(self, name: str, grants: frozenset[str]) -> str:
        """A new key; its text is told this once."""
        if not _NAME.match(name):
            raise CallerError("bad-field", "a name is made of a-z, 0-9, '.', '_' and '-'", {"field": "name"})
        id_, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        key = ApiKey(name=name, hash=_hash(secret), grants=tuple(sorted(checked(grants, grants=True))))
        self._vault.change(lambda ring: {**ring, id_: key})
        return f"cbk_{id_}_{secret}"

    def remove(self, id_: str) -> None:
        """Take a key away, and with it the tokens that it minted."""

        def removed(ring: Ring) -> Ring:
            if id_ not in ring:
                raise CallerError("not-found", f"there is no API key {id_!r}", {"field": "id"})
            return {other: key for other, key in ring.items() if other != id_}

        self._vault.change(removed)

    def verify(self, text: str) -> tuple[str, ApiKey]:
        """The key of this text, with its id. `CallerError("wrong-api-key")` if it is none."""
        form = _FORM.match(text)
        key = self._vault.read().get(form[1]) if form else None
        if form is None or key is None or not hmac.compare_digest(key.hash, _hash(form[2])):
            raise CallerError("wrong-api-key", "the API key is not one of those configured")
        return form[1], key


def _hash(secret: str) -> str:
    """Plain SHA-256 is enough for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
