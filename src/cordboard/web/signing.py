"""A session's `SignIn` and `SignOut`, run for its seat. The same for pages and for callers over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from cordboard.contract import Identified, SignIn
from cordboard.hub.clock import Clock
from cordboard.hub.seat import Seat
from cordboard.model.errors import CallerError
from cordboard.web.identity import Identities, SignedIn
from cordboard.web.tokens import Claims
from cordboard.web.vault import UnreadableError

_log = structlog.get_logger(__name__)


class Signing:
    """The login of one seat."""

    def __init__(
        self, identities: Identities, clock: Clock, address: str, claims: Claims | None = None
    ) -> None:
        self._identities = identities
        self._clock = clock
        self._address = address
        self._claims = claims
        self._seat: Seat | None = None
        self._gone: Callable[[CallerError], None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def seated(self, seat: Seat, gone: Callable[[CallerError], None]) -> None:
        """Whose login it is. A session may ask to sign in while it is being seated: it is answered just after. `gone`: called when
        the login was ended elsewhere, and the seat is nobody's already.
        """
        self._seat = seat
        self._gone = gone
        if self._claims is not None:
            self._sit(self._claims)

    @property
    def claims(self) -> Claims | None:
        """What the login's token says; nothing without one, and once the seat is left."""
        return None if self._seat is None or self._seat.left else self._claims

    def sign_in(self, effect: SignIn) -> None:
        """Check the credentials; `Identified` comes after the effects at hand: for a token before the page's next frame,
        for a password, which takes its time, later.
        """
        if effect.kind == "bearer" and self._seat is not None:
            try:
                found, token = self._held(self._identities.bearer(effect.secret), effect)
            except Exception as error:  # noqa: BLE001 - told as what it is
                self._refused(error)
            else:
                self._tell(found, "", token)
            return
        task = asyncio.get_running_loop().create_task(self._check(effect))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def sign_out(self) -> None:
        """End the login: its tokens are accepted no more, all seats of it are nobody's."""
        claims, self._claims = self._claims, None
        if claims is not None:
            self._identities.sign_out(claims)
        if self._seat is not None:
            self._seat.identity = None

    def over(self, refused: CallerError) -> None:
        """The login was ended elsewhere."""
        self._claims = None
        if self._seat is not None and self._gone is not None:
            self._seat.identity = (
                None  # what it watched is barred: the session may say good-bye in its own words
            )
            self._gone(refused)

    async def _check(self, effect: SignIn) -> None:
        try:
            signed = await self._identities.sign_in(effect, self._address)
            found, token = self._held(signed, effect)
        except Exception as error:  # noqa: BLE001 - as above
            self._refused(error)
        else:
            self._tell(found, "", token)

    def _refused(self, error: Exception) -> None:
        """Whatever went wrong, the session hears of it: it waits for an answer."""
        if isinstance(error, CallerError):
            self._tell(None, error.code)
        else:
            _log.error("sign-in-failed", exc_info=error)
            self._tell(None, "internal")

    def _held(self, found: SignedIn, effect: SignIn) -> tuple[SignedIn, str]:
        """The login with what it hangs on, also of one that came by a password alone; and the token, where one is asked for."""
        if not effect.remember and found.claims is not None:
            return found, ""
        token, held = self._identities.ticket(found)
        return held, token if effect.remember else ""

    def _tell(self, found: SignedIn | None, error: str, token: str = "") -> None:
        seat = self._seat
        if seat is None or seat.left:
            return
        identity = found.identity if found is not None else None
        if found is not None:
            self._claims = found.claims
            seat.identity = found.identity
            if found.claims is not None:
                self._sit(found.claims)
        seat.receive(Identified(identity=identity, error=error, at=self._clock.now(), token=token))

    def _sit(self, claims: Claims) -> None:
        """Be told when the login is over, or soon if that came about since it was looked at: by a handshake, or a password's hashing."""
        self._identities.logins.sit(self)
        try:
            self._identities.logins.check(claims)
        except CallerError as refused:
            asyncio.get_running_loop().call_soon(self._late, claims, refused)
        except UnreadableError:
            pass  # nobody goes for what may hold

    def _late(self, claims: Claims, refused: CallerError) -> None:
        if self.claims is claims:  # not another one by now
            self.over(refused)
