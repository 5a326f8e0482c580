"""A session's `SignIn` and `SignOut`, run for its seat. The same for pages and for callers over HTTP."""

from __future__ import annotations

import asyncio

from cordboard.contract import Identified, SignIn
from cordboard.hub.clock import Clock
from cordboard.hub.seat import Seat
from cordboard.model.errors import CallerError
from cordboard.web.identity import Identities, SignedIn
from cordboard.web.tokens import Claims


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
        self._tasks: set[asyncio.Task[None]] = set()

    def seated(self, seat: Seat) -> None:
        """Whose login it is. A session may ask to sign in while it is being seated: it is answered just after."""
        self._seat = seat

    def sign_in(self, effect: SignIn) -> None:
        """Check the credentials; `Identified` comes after the effects at hand: for a token before the page's next frame,
        for a password, which takes its time, later.
        """
        if effect.kind == "bearer" and self._seat is not None:
            try:
                self._tell(self._identities.bearer(effect.secret), "", remember=effect.remember)
            except CallerError as refused:
                self._tell(None, refused.code)
            return
        task = asyncio.get_running_loop().create_task(self._check(effect))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def sign_out(self) -> None:
        """End the login: the token is accepted no more, the seat is nobody's."""
        self._identities.sign_out(self._claims)
        self._claims = None
        if self._seat is not None:
            self._seat.identity = None

    async def _check(self, effect: SignIn) -> None:
        try:
            found = await self._identities.sign_in(effect, self._address)
        except CallerError as refused:
            self._tell(None, refused.code)
        else:
            self._tell(found, "", remember=effect.remember)

    def _tell(self, found: SignedIn | None, error: str, *, remember: bool = False) -> None:
        seat = self._seat
        if seat is None or seat.left:
            return
        if found is not None:
            token = ""
            if remember:
                token, found = self._identities.ticket(found)
            seat.identity = found.identity
            self._claims = found.claims
            seat.receive(Identified(identity=found.identity, error=error, at=self._clock.now(), token=token))
        else:
            seat.receive(Identified(identity=None, error=error, at=self._clock.now()))
