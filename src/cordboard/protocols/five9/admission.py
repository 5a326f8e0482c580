"""A login and its states: station, skills, notices, and who else of the same user there is."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cordboard.protocols.five9 import wire, words as w
from cordboard.protocols.five9.lines import hex_id
from cordboard.protocols.five9.settings import Settings

WORD = "five9"
"""Under which the sessions of an agent tell each other of their logins."""


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What one session of an agent tells the others.

    `hello`: I am here, say where you are. `state`: I am in this one now. `forced`: every other login is over. `over`: mine is. `station`: mine
    changed. `socket`: my socket has this key. `statistics`: send them all.
    """

    kind: str
    login: str
    state: str = ""
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
    """The login states of one login. What the contact centre knows (`on`: the agent is logged on) is asked each time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._started = False
        self._skilled = not settings.select_skills
        self._accepted: set[str] = set()
        self.station = wire.Station()
        self.others: dict[str, str] = {}
        """Where the agent's other logins are, by their pages."""

    def attach(self) -> None:
        """Join the session that there is, if the agent has one."""
        self._started = True

    def resume(self) -> None:
        """Go on where this login was, of which nothing is remembered but its token: what it had to go through it went through."""
        self.attach()
        self._skilled = True
        self._accepted.update(item.id for item in self._settings.notices)

    def start(self, station: wire.Station) -> None:
        """The agent has a station."""
        self._started = True
        self.station = msgspec.structs.replace(station, state="CONNECTED")

    def stop(self) -> None:
        """The agent's session is over; the login is not."""
        self._started = False
        self.station = wire.Station()

    def choose_skills(self) -> None:
        """The agent has said with which skills."""
        self._skilled = True

    def state(self, *, on: bool) -> str:
        """Where the login is."""
        if self._open_notices():
            return w.ACCEPT_NOTICE
        if not (self._started and on):
            return w.SELECT_STATION
        return w.WORKING if self._skilled else w.SELECT_SKILLS

    def has_rival(self) -> bool:
        """Whether another login of the agent has the session."""
        return any(state == w.WORKING for state in self.others.values())

    def notices(self) -> tuple[wire.Notice, ...]:
        """What the agent has to accept, with whether that was done."""
        return tuple(
            wire.Notice(id=item.id, annotation=item.title, text=item.text, accepted=item.id in self._accepted)
            for item in self._settings.notices
        )

    def notice(self, ident: str) -> wire.Notice | None:
        """One of them."""
        return next((item for item in self.notices() if item.id == ident), None)

    def accept(self, ident: str) -> None:
        """The agent has read it."""
        self._accepted.add(ident)

    def here(self, pages: Iterable[str]) -> None:
        """Who else is there still."""
        left = set(pages)
        for page in tuple(self.others):
            if page not in left:
                del self.others[page]

    def _open_notices(self) -> bool:
        return any(not item.accepted for item in self.notices())
