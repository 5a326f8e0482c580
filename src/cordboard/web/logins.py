"""Which logins hold: those that were ended, those whose account or API key is another by now, and who sits here by one.

Asked with each token that is shown, so it costs three looks at the folder (`stat`) and no store. What is ended is ended at once, also for
sockets that are open, and for good: it stands in a file of the data folder. What another process changes there (the command line) is
seen within `LOOK_SECONDS`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container
from pathlib import Path
from typing import Protocol
from weakref import WeakSet

import structlog

from cordboard.hub.clock import Clock
from cordboard.model.errors import CallerError, CordboardError
from cordboard.web.accounts import Accounts
from cordboard.web.api_keys import ApiKeys
from cordboard.web.config import IdentitySettings
from cordboard.web.tokens import Claims
from cordboard.web.vault import UnreadableError, Vault

LOOK_SECONDS = 1.0
_ENDED_LOGIN = "this login has been ended: sign in again"
ENDED = "ended-logins.json"
"""The file with the ended ones, in the data folder."""

_log = structlog.get_logger(__name__)


def ended(path: Path) -> dict[str, int]:
    """What stands in the file with the ended ones. `UnreadableError` if that is something else."""
    return Vault(path, dict[str, int], {}).read()


class Sitter(Protocol):
    """Somebody who is here by a login, and not only for one request."""

    @property
    def claims(self) -> Claims | None:
        """By which; nothing if by none any more."""
        ...

    def over(self, refused: CallerError) -> None:
        """The login is over: whoever sits here by it has to go."""
        ...


class Logins:
    """All logins of this hub."""

    def __init__(
        self, path: Path, settings: IdentitySettings, *, accounts: Accounts, keys: ApiKeys, clock: Clock
    ) -> None:
        """`path`: of the file with the ended ones."""
        self._settings = settings
        self._accounts = accounts
        self._keys = keys
        self._clock = clock
        self._file: Vault[dict[str, int]] = Vault(path, dict[str, int], {})
        self._writing: Vault[dict[str, int]] = Vault(path, dict[str, int], {})
        """The same, for the thread that writes it."""
        self._ended: dict[str, int] = {}
        """By this process, with the second after which nobody has a token of it any more."""
        self._unwritten: dict[str, int] = {}
        self._writer: asyncio.Task[None] | None = None
        self._sitters: WeakSet[Sitter] = WeakSet()
        self._known: tuple[object, ...] = (None, None, None)
        self._readable = self._writable = True
        self._look_again: Callable[[], None] | None = None

    def start(self) -> None:
        """From now on look what others change."""
        self._later()

    async def stop(self) -> None:
        """Look no more; what was ended is on disk."""
        if self._look_again is not None:
            self._look_again()
            self._look_again = None
        await self._written()

    def check(self, claims: Claims) -> None:
        """`CallerError` `token-invalid` if the login that the token came from holds no more."""
        if why := self._why(claims, self._file.read(), self._keys, self._accounts.seal):
            raise CallerError("token-invalid", why)

    def sit(self, sitter: Sitter) -> None:
        """Tell them when their login is over. They are forgotten with their last reference."""
        self._sitters.add(sitter)

    def end(self, claims: Claims) -> Awaitable[None]:
        """End a login, with all that was made of it: tokens renewed, kept, or minted by its bearer. Awaited, it is on disk; if that
        cannot be, the log says so, and it is tried again.
        """
        now = self._clock.now() // 1000
        name = claims.roots.logins[-1] if claims.roots.logins else claims.jti
        self._ended = {name: until for name, until in self._ended.items() if until > now}
        self._ended[name] = self._unwritten[name] = self._last(claims, now)
        # Whoever ended it may be about to tell the others in their own words.
        asyncio.get_running_loop().call_soon(self._leave, name)
        return self._written()

    def _written(self) -> Awaitable[None]:
        if self._writer is None or self._writer.done():
            self._writer = asyncio.ensure_future(self._write())
        return asyncio.shield(self._writer)

    def _last(self, claims: Claims, now: int) -> int:
        """The second after which no token of this login can be left."""
        found = claims.exp
        if claims.login and claims.use != "ticket":  # it may have been renewed, or be kept
            found = max(found, claims.login + self._settings.login_seconds)
        if "mint" in claims.scopes:
            found = max(found, now + self._settings.token_seconds_max)
        return found

    async def _write(self) -> None:
        while batch := self._unwritten:
            self._unwritten = {}
            now = self._clock.now() // 1000

            def joined(file: dict[str, int], batch: dict[str, int] = batch, now: int = now) -> dict[str, int]:
                return {name: until for name, until in {**file, **batch}.items() if until > now}

            try:
                await asyncio.to_thread(self._writing.change, joined)
            except CordboardError as error:
                self._unwritten = {**batch, **self._unwritten}  # for the next look
                if self._writable:
                    _log.error("logouts-not-kept", error=str(error))
                self._writable = False
                return
            self._writable = True

    def _all(self) -> tuple[object, ...]:
        """What is looked at: each another object once its file was written, even if it says again what it said before."""
        return self._file.read(), self._accounts.version, self._keys.version

    def _later(self) -> None:
        self._look_again = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look).cancel

    def _look(self) -> None:
        self._later()
        if self._unwritten:
            self._written()
        try:
            found = self._all()
        except UnreadableError as error:
            # Who shows a token now is refused; who sits here may stay until it can be read again.
            if self._readable:
                _log.error("logins-unreadable", error=str(error))
            self._readable = False
        else:
            self._readable = True
            if any(new is not old for new, old in zip(found, self._known, strict=True)):
                self._known = found
                self._sweep()

    def _leave(self, name: str) -> None:
        """A login was ended here: whoever sits by it has to go."""
        for sitter in tuple(self._sitters):
            claims = sitter.claims
            if claims is not None and (name in claims.roots.logins or name == claims.jti):
                sitter.over(CallerError("token-invalid", _ENDED_LOGIN))

    def _sweep(self) -> None:
        """Something was changed elsewhere: all are looked through, with one look at the files."""
        file, keys, seals = self._file.read(), self._keys.ring(), self._accounts.seals()
        for sitter in tuple(self._sitters):
            claims = sitter.claims
            if claims is not None and (
                why := self._why(claims, file, keys, lambda name: seals.get(name, ""))
            ):
                sitter.over(CallerError("token-invalid", why))

    def _why(
        self, claims: Claims, file: Container[str], keys: Container[str], seal: Callable[[str], str]
    ) -> str:
        """Why a login holds no more; empty if it does."""
        roots, ended = claims.roots, self._ended
        if claims.login and not roots.logins:
            return "this login is one of an older Cordboard: sign in again"
        if any(name in ended or name in file for name in (claims.jti, *roots.logins)):
            return _ENDED_LOGIN
        if roots.key and roots.key not in keys:
            return "the API key that minted this token was taken away"
        if roots.account and seal(roots.account) != roots.seal:
            return "the account of this login was changed or taken away: sign in again"
        return ""
