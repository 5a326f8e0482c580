"""Local accounts: names and argon2 hashes in a private file. For the embedded default; larger houses bring their own login."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
from pathlib import Path

import msgspec

from cordboard.contract import Identity
from cordboard.model.errors import CallerError
from cordboard.web.scopes import checked
from cordboard.web.vault import Vault

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024
REMEMBERED = 300.0
"""Seconds for which a verified password is not hashed again (some wires send it with each request)."""
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$cpL1t5eZ66CWdqUszrDldA$Wj/qFw0jaGEgmkFKQfPKDb5u1ZoXbDyudWC00Pz+Jjg"
"""What the password of an unknown name is held against, for the same work as a known one's; whatever fits it opens nothing."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,79}\Z")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Who may log in. `agent` is whose pages they see, if they are one."""

    hash: str
    scopes: tuple[str, ...]
    agent: str = ""


Book = dict[str, Account]


class Accounts:
    """The accounts of one file. Verifying runs in a thread, two at most at once: argon2 takes memory on purpose."""

    def __init__(self, path: Path) -> None:
        self._vault: Vault[Book] = Vault(path, Book, {})
        self._threads = asyncio.Semaphore(2)
        self._salt = secrets.token_bytes(16)
        self._known: dict[str, tuple[bytes, str, float]] = {}

    def names(self) -> dict[str, Account]:
        """All accounts by name."""
        return dict(self._vault.read())

    def __contains__(self, name: str) -> bool:
        """Whether there is an account of this name."""
        return name in self._vault.read()

    @property
    def version(self) -> object:
        """Another object once the file was written."""
        return self._vault.read()

    def seal(self, name: str) -> str:
        """What is another one once the account is: its password, its scopes, or its agent. Empty if there is none."""
        account = self._vault.read().get(name)
        return _sealed(account) if account is not None else ""

    def seals(self) -> dict[str, str]:
        """That of each."""
        return {name: _sealed(account) for name, account in self._vault.read().items()}

    def add(self, name: str, password: str, scopes: frozenset[str], agent: str = "") -> None:
        """Add an account. `CallerError` if it is there, or the name, password or a scope is no good."""
        if not _NAME.match(name):
            raise CallerError(
                "bad-field", "a name is made of a-z, 0-9, '.', '_', '@' and '-'", {"field": "name"}
            )
        account = Account(hash=_hashed(password), scopes=tuple(sorted(checked(scopes))), agent=agent)

        def added(book: Book) -> Book:
            if name in book:
                raise CallerError("bad-field", f"there is an account {name!r} already", {"field": "name"})
            return {**book, name: account}

        self._vault.change(added)

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password. Whoever logged in by the old one is signed out."""
        fresh = _hashed(password)
        self._vault.change(
            lambda book: {**book, name: msgspec.structs.replace(_found(book, name), hash=fresh)}
        )

    def remove(self, name: str) -> None:
        """Take an account away. Whoever logged in by it is signed out."""

        def removed(book: Book) -> Book:
            _found(book, name)
            return {other: account for other, account in book.items() if other != name}

        self._vault.change(removed)

    async def verify(self, name: str, password: str) -> Identity:
        """Who this is. `CallerError("wrong-password")`, after the same work, whether the name or the password is wrong."""
        account = self._vault.read().get(name)
        print_ = hmac.digest(self._salt, f"{name}\0{password}".encode(), "sha256")
        now = asyncio.get_running_loop().time()
        known = self._known.get(name)
        if (
            account is not None
            and known is not None
            and known[1] == account.hash
            and known[2] > now
            and hmac.compare_digest(known[0], print_)
        ):
            return _identity(name, account)
        if len(password) > LONGEST_PASSWORD:
            raise _wrong()
        async with self._threads:
            stored = account.hash if account is not None else NOBODY
            right = await asyncio.to_thread(_matches, stored, password)
        if account is None or not right:
            self._known.pop(name, None)
            raise _wrong()
        self._known[name] = (print_, account.hash, now + REMEMBERED)
        return _identity(name, account)


def _sealed(account: Account) -> str:
    return hashlib.sha256(msgspec.json.encode(account)).hexdigest()[:16]


def _identity(name: str, account: Account) -> Identity:
    return Identity(subject=name, scopes=frozenset(account.scopes), agent=account.agent)


def _found(book: Book, name: str) -> Account:
    account = book.get(name)
    if account is None:
        raise CallerError("not-found", f"there is no account {name!r}", {"field": "name"})
    return account


def _hashed(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise CallerError(
            "bad-field", f"a password has at least {SHORTEST_PASSWORD} characters", {"field": "password"}
        )
    return _hash(password)


def _hash(password: str) -> str:
    from argon2 import PasswordHasher  # noqa: PLC0415 - a hub that nobody logs in to starts without it

    return PasswordHasher().hash(password)


def _matches(stored: str, password: str) -> bool:
    from argon2 import PasswordHasher  # noqa: PLC0415 - as above
    from argon2.exceptions import Argon2Error, InvalidHashError  # noqa: PLC0415 - as above

    try:
        return PasswordHasher().verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False


def _wrong() -> CallerError:
    return CallerError("wrong-password", "name or password is wrong")
