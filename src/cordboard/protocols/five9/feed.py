"""An agent's or supervisor's socket: what happens, as frames. Clients say nothing on it but `ping`."""

from __future__ import annotations

from enum import Enum

import msgspec

from cordboard import contract as k
from cordboard.model.ids import Millis, Subject, agent_subject, is_subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import centre, events as ids, wire, words as w
from cordboard.protocols.five9.admission import WORD, Word, login_id, word_of
from cordboard.protocols.five9.errands import nobody
from cordboard.protocols.five9.events import ABOUT_SOCKETS
from cordboard.protocols.five9.moving import frames, is_left, is_over
from cordboard.protocols.five9.routes import APPS, SUPERVISOR_SOCKET, SUPS
from cordboard.protocols.five9.settings import Settings
from cordboard.protocols.five9.statistics import Statistics
from cordboard.protocols.five9.telling import Told, present, told

GREETING: Millis = 10_000
"""How long a socket may take to be let in."""
EARLY = 8
"""How many of a page's first pings, said before it is let in, are answered."""
GATHERING: Millis = 250
"""How long what a supervisor may see is gathered before it is told for the first time."""
STATISTICS: Millis = 2_000
"""How often supervisors are told what of the statistics changed."""


class _Phase(Enum):
    CHECKING = "checking"
    OPEN = "open"
    LEFT = "left"
    """The service has moved: it answers pings, and carries nothing."""
    CLOSED = "closed"


class Feed:
    """One socket."""

    def __init__(self, settings: Settings, ids: k.Ids, maintenance: k.Maintenance | None = None) -> None:
        """`maintenance`: as far as it was told already."""
        self._maintenance = maintenance
        self._settings = settings
        self._ids = ids
        self._phase = _Phase.CHECKING
        self._channel = ""
        self._key = ""
        self._host = ""
        self._login = ""
        self._number = ""
        self._me = ""
        self._supervises = False
        self._younger: frozenset[str] = frozenset()
        """The agent's sockets that were opened after this one, by their pages."""
        self._codes: frozenset[str] | None = None
        """The events that the page asked for, if not for all."""
        self._early = 0
        """How often it said `ping` before it was let in."""
        self._identity: k.Identity | None = None
        self._state = nobody(Subject(""))
        self._known = False
        self._statistics = Statistics()
        self._count = 0

    def receive(self, frame: k.SessionFrame) -> k.SessionEffects:
        """Something happened."""
        if self._phase is _Phase.CLOSED:
            return
        match frame:
            case k.Opened():
                yield from self._opened(frame)
            case k.Identified():
                yield from self._identified(frame)
            case k.Received(data=data, at=at) if self._is_up and data == wire.PING:
                yield from self._tell(Told(ids.PONG, None, "pong"), at, mine=False)
            case k.Received(data=data) if self._phase is _Phase.CHECKING and data == wire.PING:
                self._early = min(self._early + 1, EARLY)
            case k.Closed():
                self._phase = _Phase.CLOSED
            case k.Woke(name="greeting") if self._phase is _Phase.CHECKING:
                yield from self._close(self._settings.come_back, "no login")
            case k.Woke(name="expiry"):
                yield from self._close(self._settings.come_back, "the login has expired")
            case k.Woke(name="left") if self._phase is _Phase.LEFT:
                yield from self._close(self._settings.come_back, "the service has moved")
            case k.Woke() | k.Gauged() if self._phase is _Phase.LEFT:
                pass
            case k.Woke(name="all", at=at):
                yield from self._all_statistics(at)
            case k.Woke(name="statistics", at=at):
                yield from self._changed_statistics(at)
            case k.Gauged(subject=subject, name=name, value=value):
                yield from self._later(self._statistics.gauged(subject, name, value))
            case _:
                pass  # what is none of our words is passed over, as Five9 does

    def open(self, joined: k.Joined, at: Millis) -> k.SessionEffects:
        """A subject as it is now."""
        if self._phase is not _Phase.OPEN:
            return
        if self._supervises:
            yield from self._later(self._statistics.opened(joined))
        if joined.subject == self._state.subject and not self._known:
            self._known = True
            self._state = joined.state
            if self._settings.replay:
                for item in present(joined.state, self._settings, at):
                    yield from self._tell(item, at)

    def observe(
        self, entry: Entry, before: SubjectState, after: SubjectState, at: Millis
    ) -> k.SessionEffects:
        """A new entry."""
        if self._phase is not _Phase.OPEN:
            return
        if self._supervises:
            yield from self._later(self._statistics.observed(after))
        if entry.subject == self._state.subject:
            self._state = after
            for item in told(entry.event, before, after, self._settings):
                yield from self._tell(item, at)

    def peer(self, news: k.News, at: Millis) -> k.SessionEffects:
        """News among the agent's logins and sockets."""
        if isinstance(news, k.Maintenance):
            yield from self._maintained(news, at)
            return
        if not self._is_up:
            return
        match news:
            case k.Peers() | k.Shared() if news.subject != self._state.subject:
                pass  # who may command all is a page of everybody whom they look at
            case k.Peers(me=me, pages=pages):
                first = not self._me
                self._me = me
                self._younger &= frozenset(pages)
                if first and (self._settings.sockets or self._settings.same_socket != "allow"):
                    yield self._word("socket")
            case k.Shared(name=name, data=data, page=page) if name == WORD:
                word = word_of(data)
                if word is not None:
                    yield from self._heard(word, page, at)
            case k.Barred(subject=subject) if subject != self._state.subject:
                yield from self._later(self._statistics.lost(subject))
            case k.Barred():
                yield from self._close(self._settings.come_back, "the login has ended")
            case _:
                pass

    # --- coming in -----------------------------------------------------------------------------------------------------------

    def _opened(self, frame: k.Opened) -> k.SessionEffects:
        self._channel = frame.channel
        self._key = frame.params.get("key", "")
        self._host = frame.headers.get("host", "")
        self._supervises = frame.route.startswith(SUPERVISOR_SOCKET)
        if codes := frame.query.get("codes", ""):
            self._codes = frozenset(code.strip() for code in codes.split(","))
        proof = centre.proof(frame.headers, frame.cookies, frame.query, self._settings)
        kept = centre.kept(frame.cookies, self._settings)
        if not (proof or kept) or not self._settings.open:
            yield from self._close(self._settings.come_back, "no login")
            return
        self._login = login_id(proof or kept)
        yield k.Wake(name="greeting", after=GREETING)
        yield k.SignIn(kind="ticket" if proof else "cookie", secret=proof or kept)

    def _identified(self, frame: k.Identified) -> k.SessionEffects:
        identity = frame.identity
        if self._phase is not _Phase.CHECKING:
            return
        if identity is None or not is_subject(agent_subject(centre.user_id(identity))):
            yield from self._close(self._settings.come_back, frame.error or "not allowed")
            return
        if is_left(self._maintenance):
            yield from self._close(self._settings.come_back, "the service has moved")
            return
        self._phase = _Phase.OPEN
        self._identity = identity
        self._number = self._ids.new("feed")
        self._state = nobody(agent_subject(centre.user_id(identity)))
        yield k.Cancel(name="greeting")
        if identity.expires:
            yield k.Wake(name="expiry", after=max(0, identity.expires - frame.at))
        yield from self._tell(Told(ids.CONNECTED, w.CONNECTED_TEXT), frame.at, mine=False)
        for _ in range(self._early):
            yield from self._tell(Told(ids.PONG, None, "pong"), frame.at, mine=False)
        if self._maintenance is not None:
            for item in frames(None, self._maintenance, self._host, self._settings, frame.at):
                yield from self._tell(item, frame.at, mine=False)
        if identity.agent:
            yield k.Watch(subjects={self._state.subject: None})
        # Who is no agent has no sessions of an agent's by which a socket hears that they were asked for.
        if self._supervises and (self._settings.statistics == "pushed" or not identity.agent):
            yield from self._all_statistics(frame.at)

    # --- among the agent's own -------------------------------------------------------------------------------------------------

    def _heard(self, word: Word, page: str, at: Millis) -> k.SessionEffects:
        mine = word.login == self._login
        match word.kind:
            case "forced" if not mine:
                yield from self._close(w.NORMAL, "another login took the session")
            case "over" if mine:
                yield from self._close(w.NORMAL, "logged out")
            case _ if self._phase is _Phase.LEFT:
                pass
            case "state" if mine and word.role == self._role:
                yield from self._tell(Told(ids.LOGIN_STATE, w.UPDATED, word.state), at)
            case "station" if mine and word.role == self._role:
                yield from self._tell(Told(ids.STATION, w.UPDATED, wire.Station(state=word.state)), at)
            case "statistics" if mine and self._supervises:
                yield from self._all_statistics(at)
            case "socket" if page != self._me and word.number != self._number:
                yield from self._met(word, page, at)
            case "taken" if word.number == self._number:
                yield from self._duplicate(at)
            case _:
                pass

    def _met(self, word: Word, page: str, at: Millis) -> k.SessionEffects:
        """Another socket of the agent's was opened."""
        self._younger |= {page}
        match self._settings.same_socket:
            case "old" if word.key and word.key == self._key:
                yield from self._duplicate(at)
                return
            case "new" if word.key and word.key == self._key:
                yield self._word("taken", number=word.number)
                return
            case _:
                pass
        if 0 < self._settings.sockets <= len(self._younger):
            yield from self._duplicate(at)

    def _maintained(self, news: k.Maintenance, at: Millis) -> k.SessionEffects:
        """The operator says how it is."""
        before, self._maintenance = self._maintenance, news
        if self._phase is not _Phase.OPEN:
            return
        for item in frames(before or k.Maintenance(), news, self._host, self._settings, at):
            yield from self._tell(item, at, mine=False)
        if is_over(news):
            self._phase = _Phase.LEFT
            # Who knows no 73 would stay for ever, answered and told nothing: one code brings every client back.
            yield k.Wake(name="left", after=self._settings.lingering)

    @property
    def _is_up(self) -> bool:
        return self._phase in (_Phase.OPEN, _Phase.LEFT)

    @property
    def _role(self) -> str:
        return SUPS if self._supervises else APPS

    def _word(self, kind: str, number: str = "") -> k.Share:
        word = Word(kind=kind, login=self._login, key=self._key, number=number or self._number)
        return k.Share(subject=self._state.subject, name=WORD, data=msgspec.json.encode(word))

    def _duplicate(self, at: Millis) -> k.SessionEffects:
        yield from self._tell(Told(ids.DUPLICATE_CONNECTION, None), at, mine=False)
        yield from self._close(w.DUPLICATE, "duplicate connection")

    # --- statistics --------------------------------------------------------------------------------------------------------------

    def _all_statistics(self, at: Millis) -> k.SessionEffects:
        """All of them, and from now on what changes."""
        if not self._statistics.watched:
            self._statistics.watched = True
            yield k.Watch(subjects={"agent/*": None, "queue/*": None})
            # They come one by one, and nobody says which is the last.
            yield k.Wake(name="all", after=GATHERING)
            return
        yield from self._tell(Told(ids.STATS, w.UPDATED, self._statistics.all(at)), at)

    def _later(self, changed: bool) -> k.SessionEffects:  # noqa: FBT001 - what came of it
        if changed and self._statistics.watched and not self._statistics.waiting:
            self._statistics.waiting = True
            yield k.Wake(name="statistics", after=STATISTICS)

    def _changed_statistics(self, at: Millis) -> k.SessionEffects:
        self._statistics.waiting = False
        found = self._statistics.changed(at)
        if found:
            yield from self._tell(
                Told(ids.INCREMENTAL_STATS, w.UPDATED, found, broadcast=True), at, mine=False
            )

    # --- out ---------------------------------------------------------------------------------------------------------------------

    def _tell(self, item: Told, at: Millis, *, mine: bool = True) -> k.SessionEffects:
        """A frame, if the page wants such."""
        if self._codes is None or str(item.event) in self._codes or item.event in ABOUT_SOCKETS:
            yield self._frame(item, at, mine=mine)

    def _frame(self, item: Told, at: Millis, *, mine: bool = True) -> k.Send:
        """A frame. It says whose socket it is, unless it goes to all; `mine`: it is about them, and has their name."""
        identity = self._identity
        mine = mine and identity is not None
        profile = self._state.profile
        self._count += 1
        user = centre.user_id(identity) if identity is not None else ""
        context = wire.Context(
            event_id=str(item.event),
            event_reason=item.reason,
            message_id=f"{self._number}:{self._count}" if mine or item.broadcast else None,
            user_id=user or None if not item.broadcast else None,
            user_name=(profile.login or user if profile is not None else user) if mine else None,
            correlation_id=None,
            time_stamp=at,
            tenant_id=self._settings.org,
            broad_cast=item.broadcast,
        )
        return k.Send(channel=self._channel, data=wire.frame(context, item.payload))

    def _close(self, code: int, reason: str) -> k.SessionEffects:
        self._phase = _Phase.CLOSED
        yield k.Close(channel=self._channel, code=code, reason=reason)
