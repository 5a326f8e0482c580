"""A login and its states: station, skills, notices, and who else of the same user there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

import msgspec

from cordboard.contract import Maintenance
from cordboard.protocols.five9 import wire, words as w
from cordboard.protocols.five9.lines import hex_id
from cordboard.protocols.five9.routes import APPS, SUPS
from cordboard.protocols.five9.settings import Notice, Settings

WORD = "five9"
"""Under which the sessions of an agent tell each other of their logins."""


PLANNED = "maintenance"
"""The id of the notice of what an operator has announced."""


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What one session of an agent tells the others.

    `hello`: I am here, say where you are. `state`: I am in this one now. `forced`: every other login is over. `over`: mine is. `station`: mine
    changed. `socket`: my socket has this key. `taken`: another socket has it, and stays. `statistics`: send them all. Of `state` and `station` the
    `role` says whose.
    """

    kind: str
    login: str
    state: str = ""
    role: str = APPS
    key: str = ""
    number: str = ""


def word_of(data: msgspec.Raw | bytes) -> Word | None:
    """The word, or `None` if it is somebody else's under our name."""
    try:
        return msgspec.json.decode(data, type=Word)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def login_id(token: str) -> str:
    """What a login is called among sessions: nobody finds the token from it."""
    return hex_id("login", token)


class Admission:
    """The login states of one login in one role: the agent's, or the supervisor's. What the contact centre knows (`on`: the agent is
    logged on) is asked each time; a supervisor is at work without being logged on there.
    """

    def __init__(self, settings: Settings, role: str, accepted: set[str]) -> None:
        """`accepted`: the notices that the user has accepted, in whichever role."""
        self._settings = settings
        self.planned: tuple[Notice, ...] = ()
        """What an operator has announced."""
        self._accepted = accepted
        self.logs_on = role == APPS
        self._started = False
        self._attached = False
        self._resumed = False
        self._moved = settings.start_state == w.RELOGIN
        self._skilled = not (settings.select_skills and self.logs_on)
        self.station = wire.Station()
        self.others: dict[str, str] = {}
        """Where the user's other logins are in this role, by their pages."""

    def attach(self, *, moved: bool) -> None:
        """Join the session that there is, if the user has one. `moved`: it is one from before a migration."""
        self._attached = True
        self._started = self._started or self.logs_on
        self._moved = self._moved or (moved and not self._resumed)

    def resume(self) -> None:
        """Go on where this login was, of which nothing is remembered but its token: what it had to go through it went through."""
        self._resumed = self._started = self._skilled = True
        self._moved = False
        self._accepted.update(item.id for item in self.notices())

    def start(self, station: wire.Station) -> None:
        """The user has a station."""
        self._started = True
        self._moved = False
        self.station = msgspec.structs.replace(station, state="CONNECTED")

    def stop(self) -> None:
        """The session is over; the login is not."""
        self._started = self._moved = False
        self.station = wire.Station()

    def move(self) -> None:
        """A migration is over, and nobody has to go anywhere: the sessions that there were are begun anew."""
        self._moved = True
        self.others.clear()

    def choose_skills(self) -> None:
        """The agent has said with which skills."""
        self._skilled = True

    def state(self, *, on: bool) -> str:
        """Where the login is."""
        begun = self._started and (on or not self.logs_on)
        if self._open_notices():
            return w.ACCEPT_NOTICE
        if self._moved and (begun or self._settings.start_state == w.RELOGIN):
            return w.RELOGIN
        if not begun:
            return w.SELECT_STATION
        return w.WORKING if self._skilled else w.SELECT_SKILLS

    def heard(self, page: str, state: str) -> None:
        """Another login of the user is there now. One session has all who attach to it: who works has begun it for them too."""
        self.others[page] = state
        if state == w.WORKING and self._attached:
            self._started = True
            self._moved = self._moved and self._settings.start_state == w.RELOGIN

    def has_rival(self) -> bool:
        """Whether another login of the user has the session."""
        return any(state == w.WORKING for state in self.others.values())

    def notices(self) -> tuple[wire.Notice, ...]:
        """What the user has to accept, with whether that was done."""
        return tuple(
            wire.Notice(id=item.id, annotation=item.title, text=item.text, accepted=item.id in self._accepted)
            for item in (*self._settings.notices, *self.planned)
        )

    def notice(self, ident: str) -> wire.Notice | None:
        """One of them."""
        return next((item for item in self.notices() if item.id == ident), None)

    def accept(self, ident: str) -> None:
        """The user has read it."""
        self._accepted.add(ident)

    def _open_notices(self) -> bool:
        return any(not item.accepted for item in self.notices())


class Roles:
    """One login in both of its roles. Each has a station and a login state of its own."""

    def __init__(self, settings: Settings, news: Maintenance | None = None) -> None:
        """`news`: what an operator has said of maintenance before there was this login. It has to accept that."""
        self._accepted: set[str] = set()
        self._each = {role: Admission(settings, role, self._accepted) for role in (APPS, SUPS)}
        self._plan(news)
        self._said = {APPS: "", SUPS: w.SELECT_STATION}
        """What the others were told of each. Of whom nobody has heard as a supervisor, nobody has to hear that they are none."""

    def __getitem__(self, role: str) -> Admission:
        return self._each[role]

    def attach(self, *, moved: bool) -> None:
        """Join what the user has."""
        for each in self._each.values():
            each.attach(moved=moved)

    def resume(self) -> None:
        """Go on with a login of which nothing is remembered."""
        for each in self._each.values():
            each.resume()

    def told(self, news: Maintenance) -> None:
        """An operator says something of maintenance: to be read, but nobody who is in already is held up by it."""
        self._accepted.add(PLANNED)
        self._plan(news)

    def move(self, *, on: bool) -> None:
        """A migration is over. Sockets were told so in other words than by a change of state."""
        for role, each in self._each.items():
            each.move()
            self._said[role] = each.state(on=on)

    def heard(self, word: Word, page: str) -> None:
        """Where another login is in one of its roles."""
        if word.role in self._each:
            self._each[word.role].heard(page, word.state)

    def gone(self, page: str) -> None:
        """Another login is over."""
        for each in self._each.values():
            each.others.pop(page, None)

    def rid(self) -> None:
        """Whoever else there was has been forced out."""
        for each in self._each.values():
            each.others.clear()

    def here(self, pages: Iterable[str]) -> None:
        """Who else is there still."""
        left = set(pages)
        for each in self._each.values():
            for page in tuple(each.others):
                if page not in left:
                    del each.others[page]

    def news(self, *, on: bool, again: bool) -> Iterator[tuple[str, str]]:
        """What the others have not heard yet: a role, and its state. `again`: somebody new is there."""
        for role, each in self._each.items():
            now = each.state(on=on)
            if now != self._said[role] or (again and (role == APPS or now != w.SELECT_STATION)):
                self._said[role] = now
                yield role, now

    def _plan(self, news: Maintenance | None) -> None:
        held = news is not None and news.state in ("announced", "started") and news.text
        planned = (Notice(id=PLANNED, title="Maintenance", text=escape(news.text)),) if news and held else ()
        for each in self._each.values():
            each.planned = planned
