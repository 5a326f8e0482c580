"""Getting in and staying in: login, data centre, login states; and every request, with the remedies that Five9 wants.

What a remedy repeats was refused for certain: by 401, by 429, or by 435 since the service moved or the login state is no longer what it
was. A request whose fate nobody knows is not repeated here, and one that is to be sent once not even then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec.structs import replace

from cordboard import contract as k
from cordboard.kit.script import Steps, paused, requested
from cordboard.model.ids import Millis
from cordboard.protocols.five9 import wire, words as w
from cordboard.protocols.five9.account import Account
from cordboard.protocols.five9.door import AGENTS, JSON, Door, written
from cordboard.protocols.five9.leniency import fault_of, read
from cordboard.protocols.five9.replies import Where, centre, fine, ids_of, not_in, refused, remedy, told_of

ROUNDS = 6
"""Steps through the login states before that is called hopeless."""
PROPAGATES: Millis = 10_000
"""For so long after a login other parts of Five9 may not know of it, and answer 401."""
AGAIN: Millis = 2_000
TRIES = 3
FRESH: Millis = 60_000
"""Who was answered so lately is still logged in, as far as one can know."""
MOST_RETRY_AFTER: Millis = 10_000
"""Nobody waits longer for an order; the link itself waits as long as it is told."""
ENOUGH: Millis = 15_000
"""Whoever asked so long ago does not wait any more: what is done then would surprise."""
WAITS = 20
"""Half seconds that a request waits for a login, or for its states, which another one has begun."""
LAG: Millis = 1_000
"""For so long a login state may be told that has been done with already."""

How = Literal["read", "order", "once"]
"""`read`: as often as need be. `order`: again if it was refused for certain. `once`: never a second time."""


class Access:
    """One login, renewed where it has to be. `down` is set when it cannot be had any more."""

    def __init__(self, account: Account) -> None:
        self.door = Door(base=account.url.rstrip("/"), auth=account.auth)
        self.state = ""
        """The login state, as far as it is known; empty before the first."""
        self.down: k.Down | None = None
        self.moved = False
        """Whether Five9 has said that the service is elsewhere now: the socket has to follow."""
        self.renewals = 0
        """How often the login was had anew."""
        self.now: Millis = 0
        """The time of what happened last; the link sets it."""
        self._account = account
        self._entered: Millis = 0
        self._answered: Millis = 0
        self._logins = 0
        self._named: dict[tuple[str, str], Millis] = {}
        """By method and path: when Five9 has asked to be asked for it again, at the earliest."""
        self._names = 0
        self._busy = False
        """Whether somebody logs in, or goes through the login states."""

    @property
    def settling(self) -> bool:
        """Whether the login state is being worked on: what it is by then counts, and nothing before."""
        return self._busy

    @property
    def young(self) -> bool:
        """Whether the login was had so lately that it may not be known everywhere yet."""
        return self.now - self._entered < PROPAGATES

    def name(self, what: str) -> str:
        """A name of its own for each request and pause: what comes late of an earlier one is not taken for a later one's."""
        self._names += 1
        return f"{what}-{self._names}"

    # --- getting in ----------------------------------------------------------------------------------------------------

    def enter(self, *, log_on: bool) -> Steps[k.Down | None]:
        """Log in, find the data centre and go through the login states; `None` if that came to something."""
        self._busy = True
        down = yield from self._login()
        if down is None:
            found = yield from self._driven(log_on=log_on)
            down = found if isinstance(found, k.Down) else None
        self._busy = False
        return down

    def drive(self, *, log_on: bool) -> Steps[str | k.Down]:
        """Go through the login states until the agent works; without `log_on` a session that nobody has started stays so."""
        if not (yield from self._at_rest()):
            return k.Down(retry="later", reason="login-state does not settle")
        self._busy = True
        found = yield from self._driven(log_on=log_on)
        self._busy = False
        return found

    def turned(self, said: str) -> Steps[None]:
        """Five9 said that the login state is another one: look, since such a word may be late, and do what it wants."""
        was = self.state
        if self._busy:
            return
        told = yield from self.ask("read", "GET", "{A}/login_state")
        if self.settling:
            return
        found = wire.state_of(told.data) if isinstance(told, k.Replied) and fine(told) else ""
        self.state = found or said or was
        if self.state in (w.RELOGIN, w.ACCEPT_NOTICE, w.SELECT_SKILLS):
            down = yield from self.drive(log_on=was == w.WORKING)
            self.down = down if isinstance(down, k.Down) else self.down

    def _driven(self, *, log_on: bool) -> Steps[str | k.Down]:
        done = ""
        for _ in range(2 * ROUNDS):
            reply = yield from self._patient("GET", "{A}/login_state")
            if (down := refused(reply)) is not None:
                return down
            self.state = wire.state_of(reply.data) if isinstance(reply, k.Replied) else ""
            if self.state == w.WORKING or (self.state == w.SELECT_STATION and not log_on):
                return self.state
            if self.state == done:
                done = ""
                yield from paused(self.name("wait"), LAG)
                continue
            done = self.state
            match self.state:
                case w.SELECT_STATION:
                    down = yield from self._start_session()
                case w.SELECT_SKILLS:
                    down = yield from self._choose_skills()
                case w.ACCEPT_NOTICE:
                    down = yield from self._accept_notices()
                case w.RELOGIN:
                    down = refused((yield from self._patient("PUT", "{A}/session_restart")))
                case _:
                    return k.Down(retry="later", reason=f"login-state {self.state[:40]}")
            if down is not None:
                return down
        return k.Down(retry="later", reason=f"login-state {self.state} does not end")

    def _at_rest(self) -> Steps[bool]:
        """Wait for whoever works on the login state."""
        for _ in range(WAITS):
            if not self._busy:
                return True
            yield from paused(self.name("wait"), AGAIN // 4)
        return not self._busy

    # --- asking --------------------------------------------------------------------------------------------------------------

    def ask(self, how: How, method: str, path: str, body: Any = None) -> Steps[k.Replied | k.Failed]:  # noqa: ANN401 - JSON
        """What Five9 says to a request, after the remedies."""
        if how == "once" and self._stale:
            # It gets one try: let that not be wasted on a login that has run out meanwhile.
            told = yield from self.ask("read", "GET", "{A}/login_state")
            if isinstance(told, k.Replied) and fine(told):
                self.state = wire.state_of(told.data) or self.state
        cured: set[str] = set()
        begun, tries = self.now, TRIES
        while True:
            entered = self._entered
            reply = yield from self._said_to(how, method, path, body)
            if isinstance(reply, k.Failed) or not reply.name:
                return reply
            if fine(reply):
                self._answered = reply.at
            cure = remedy(reply)
            if cure == "login" and self.young and tries:
                if how == "once":
                    return reply
                tries -= 1
                yield from paused(self.name("wait"), AGAIN)
                continue
            if not cure or cure in cured or reply.at - begun > ENOUGH:
                return reply
            cured.add(cure)
            if how == "once" and cure == "wait":
                return reply
            helped = yield from self._cured(cure, reply, entered)
            if not helped or how == "once" or (how == "order" and self.now - begun > ENOUGH):
                return reply

    def _cured(self, cure: str, reply: k.Replied, entered: Millis) -> Steps[bool]:
        """Do what the answer wants; whether asking again makes sense."""
        match cure:
            case "login":
                return (yield from self._fresh(entered, reply.at))
            case "move":
                return (yield from self._follow(reply))
            case "state":
                found = yield from self.drive(log_on=self.state == w.WORKING)
                return found == w.WORKING
            case _:
                pause = AGAIN if reply.retry_after is None else reply.retry_after
                if pause > MOST_RETRY_AFTER:
                    return False
                yield from paused(self.name("wait"), pause)
                return True

    def _fresh(self, entered: Millis, at: Millis) -> Steps[bool]:
        """One fresh login for all who were answered 401."""
        if not (yield from self._at_rest()):
            return False
        if self._entered == entered:
            if self._account.policy == w.FORCE_IN and at - entered < FRESH:
                # Thrown out just now: someone else insists as well. A person has to say who may.
                self.down = k.Down(retry="login", reason="duplicate-login")
                return False
            self.down = yield from self.enter(log_on=self.state == w.WORKING)
            self.renewals += self.down is None
        return self.down is None

    def _follow(self, reply: k.Replied) -> Steps[bool]:
        """The service moved: read where to."""
        detail = fault_of(reply.data)
        farm = (detail.context.farm_id or "") if detail is not None else ""
        self.door = replace(self.door, farm=farm or self.door.farm)
        self.moved = True
        told = yield from self._patient("GET", "/auth/metadata")
        if isinstance(told, k.Replied) and fine(told) and self._found(told.data):
            return True
        return (yield from self._fresh(self._entered, reply.at))

    # --- steps of getting in -----------------------------------------------------------------------------------------------------

    def _login(self) -> Steps[k.Down | None]:
        first = self._logins == 0
        self._logins += 1
        account, base = self._account, self._account.url.rstrip("/")
        credentials = wire.Credentials(
            username=account.username, password=account.password, tenant_name=account.tenant or None
        )
        # Whoever renews a login joins what is there: two who throw each other out would never end.
        policy = account.policy if first else w.ATTACH_EXISTING
        login = wire.SignIn(password_credentials=credentials, app_key=account.app_key, policy=policy)
        reply = yield from requested(
            k.Request(
                name=self.name("login"),
                method="POST",
                url=f"{base}{AGENTS}/auth/login",
                headers=JSON,
                body=written(login),
            )
        )
        if isinstance(reply, k.Failed):
            return k.Down(retry="later", reason=reply.reason or "no-answer")
        if not fine(reply):
            return not_in(reply)
        try:
            found = read(reply.data, wire.Login)
        except ValueError:
            return k.Down(retry="later", reason="bad-login")
        if not found.user_id:
            return k.Down(retry="later", reason="bad-login")
        self._entered = self._answered = reply.at
        self.door = Door(
            base=base,
            auth=account.auth,
            token=found.token_id,
            farm=found.context.farm_id,
            user=found.user_id,
            org=found.org_id,
        )
        told = yield from self._patient("GET", "/auth/metadata")
        if not (isinstance(told, k.Replied) and fine(told) and self._found(told.data)):
            self._found(reply.data)
        return None

    def _start_session(self) -> Steps[k.Down | None]:
        station = wire.Station(station_id=self._account.station, station_type=self._account.station_type)
        reply = yield from self._patient("PUT", "{A}/session_start", station)
        detail = fault_of(reply.data) if isinstance(reply, k.Replied) and not fine(reply) else None
        if detail is not None and detail.context.context_code == w.DUPLICATE_LOGIN:
            if self._account.duplicate == "refuse":
                return k.Down(retry="login", reason="duplicate-login")
            reply = yield from self._patient("PUT", "{A}/session_start?force=true", station)
        if isinstance(reply, k.Replied) and reply.status in (400, 403, 404):
            return k.Down(retry="give-up", reason=f"session_start: {told_of(reply)}")
        return refused(reply)

    def _choose_skills(self) -> Steps[k.Down | None]:
        chosen: Sequence[str] = self._account.skills
        if not chosen:
            reply = yield from self._patient("GET", "{A}/skills")
            if (down := refused(reply)) is not None:
                return down
            chosen = ids_of(reply)
        body = [{"id": ident} for ident in chosen]
        return refused((yield from self._patient("PUT", "{A}/active_skills", body)))

    def _accept_notices(self) -> Steps[k.Down | None]:
        reply = yield from self._patient("GET", "{A}/maintenance_notices")
        if (down := refused(reply)) is not None:
            return down
        for ident in ids_of(reply):
            # Also those that are marked as accepted: the mark is known to lag behind.
            told = yield from self._patient("PUT", f"{{A}}/maintenance_notices/{ident}/accept")
            if (down := refused(told)) is not None:
                return down
        return None

    def _patient(self, method: str, path: str, body: Any = None) -> Steps[k.Replied | k.Failed]:  # noqa: ANN401 - JSON
        """A step of getting in, with patience for a login that is not known everywhere yet."""
        for attempt in range(TRIES + 1):
            how: How = "read" if method == "GET" else "order"
            reply = yield from self._said_to(how, method, path, body)
            unknown = isinstance(reply, k.Replied) and reply.status == w.NOT_LOGGED_IN
            if not unknown or attempt == TRIES or reply.at - self._entered >= PROPAGATES:
                return reply
            yield from paused(self.name("wait"), AGAIN)
        raise AssertionError

    # --- private -------------------------------------------------------------------------------------------------------------------

    @property
    def _stale(self) -> bool:
        return self.now - self._answered >= FRESH

    def _said_to(self, how: How, method: str, path: str, body: Any) -> Steps[k.Replied | k.Failed]:  # noqa: ANN401 - JSON
        """The answer to one request; it has no name if it was not made. Nobody asks for it before the time that Five9 has named: a reading waits,
        an order is refused, since many that have waited would all be done at once.
        """
        rest = self._named.get((method, path), 0) - self.now
        if rest > MOST_RETRY_AFTER or (rest > 0 and how != "read"):
            busy = wire.fault(429, f"Five9 asks to wait for {-(-rest // 1000)} s", self.now)
            return k.Replied(name="", status=429, headers={}, data=busy, at=self.now, retry_after=rest)
        if rest > 0:
            yield from paused(self.name("wait"), rest)
        request = self.door.request(self.name("ask"), method, path, body, repeatable=how == "read")
        reply = yield from requested(request)
        if isinstance(reply, k.Replied) and reply.retry_after:
            self._named[method, path] = reply.at + reply.retry_after
        return reply

    def _found(self, data: bytes) -> bool:
        """Take the data centre from a login or from metadata; whether there is one."""
        try:
            found = read(data, Where)
        except ValueError:
            return False
        place = centre(found.metadata) or centre(wire.Metadata(data_centers=found.data_centers))
        if place:
            self.door = replace(self.door, base=place)
        return bool(place)
