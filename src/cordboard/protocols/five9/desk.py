"""A login over HTTP: whoever has one reads the agent's state and has things done.

The first request of a login is a session of its own; it keeps itself under the token that it got. When that session is let go of (the hub was
restarted, nobody asked for long) the next request with the token makes another one, which finds the agent as the contact centre has
them. What the agent's other logins and sockets have to know, they are told by a word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

import msgspec

from cordboard import contract as k
from cordboard.model import commands as c
from cordboard.model.entities import TargetKind
from cordboard.model.ids import Millis, Subject, agent_subject, is_subject, subject_id
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import answers, centre, lists, wire, words as w
from cordboard.protocols.five9.admission import WORD, Admission, Roles, Word, word_of
from cordboard.protocols.five9.barriers import Standing, barred
from cordboard.protocols.five9.credentials import SIGNING_IN, Credentials
from cordboard.protocols.five9.entrance import ENTRANCE, Arrival, started, station_of, stopped
from cordboard.protocols.five9.errands import TIMER, Errands, nobody
from cordboard.protocols.five9.figures import FILTER
from cordboard.protocols.five9.inquiries import INQUIRIES, Sight
from cordboard.protocols.five9.moving import is_left, is_over
from cordboard.protocols.five9.orders import GoneError
from cordboard.protocols.five9.overview import TIMER as GATHERED, Overview
from cordboard.protocols.five9.presence import logged_on
from cordboard.protocols.five9.requests import plan_of
from cordboard.protocols.five9.routes import APPS, LOGIN, LOGIN_BY_TOKEN, LOGOUT, METADATA, SWITCHOVER, row_of
from cordboard.protocols.five9.settings import Settings

JOINING: Millis = 3_000
"""How long a request waits for the agent's state before it is answered without."""
TARGETS = 500
_ASKED: Mapping[str, TargetKind] = {
    **dict.fromkeys(("users", "logged_in", "transferable", "conferees"), TargetKind.AGENT),
    "org_skills": TargetKind.QUEUE,
}
"""What the contact centre is asked for: whom of which kind there is."""
_NOTHING_TO_SEE = SIGNING_IN | {METADATA}
"""Who signs in, or asks where to go, need not wait for what the contact centre says of the agent."""


class _Phase(Enum):
    FRESH = "fresh"
    CHECKING = "checking"
    JOINING = "joining"
    OPEN = "open"
    OVER = "over"


class Desk:
    """One login's requests."""

    def __init__(self, settings: Settings, ids: k.Ids, maintenance: k.Maintenance | None = None) -> None:
        """`maintenance`: as far as it was told already."""
        self._maintenance = maintenance
        self._settings = settings
        self._ids = ids
        self._phase = _Phase.FRESH
        self._identity: k.Identity | None = None
        self._shown = Credentials(settings)
        self._me = ""
        self._state = nobody(Subject(""))
        self._waiting: list[k.Called] = []
        self._roles = Roles(settings, maintenance)
        self._errands = Errands(ids)
        self._overview = Overview()
        self._asks: dict[str, k.Called] = {}
        self._options: tuple[str, ...] = ()
        self._filter: object = FILTER
        self.own: Mapping[str, Callable[[k.Called], k.SessionEffects]] = {
            LOGIN: self._where,
            LOGIN_BY_TOKEN: self._where,
            METADATA: self._where,
            LOGOUT: self._logout,
            SWITCHOVER: self._switchover,
            "session_start": self._start,
            "session_restart": self._restart,
            "session_stop": self._stop,
            "can_stop": self._can_stop,
            "expiration": self._expiration,
            "ping": self._nothing,
            "station_restart": self._restart_station,
            "options": self._optional,
            "set_options": self._optional,
            "statistics": self._statistics,
            "stats_filter": self._statistics,
            "set_stats_filter": self._statistics,
        }
        """What a login answers by itself."""

    def receive(self, frame: k.SessionFrame) -> k.SessionEffects:
        """Something happened."""
        match frame:
            case k.Called():
                yield from self._called(frame)
            case k.Identified():
                yield from self._identified(frame)
            case k.Woke(name="joining", at=at) if self._phase is _Phase.JOINING:
                yield from self._joined(at)
            case k.Woke(name=name) if name == GATHERED:
                for effect in self._overview.gathered():
                    yield self._shown.keeping(effect) if isinstance(effect, k.Reply) else effect
            case k.Woke(name="expiry", at=at):
                yield from self._end(at)
            case k.Woke(name=name, at=at) if name.startswith(TIMER):
                yield from self._errands.woke(name, self._state, at)
                yield from self._share_state()
            case _:
                pass  # there are no channels here

    def open(self, joined: k.Joined, at: Millis) -> k.SessionEffects:
        """The agent, as they are."""
        if joined.subject != self._state.subject:
            self._overview.saw(joined.state)
            return
        self._state = joined.state
        if self._phase is _Phase.JOINING:
            yield from self._joined(at)
        elif self._shown.kept:
            yield from self._errands.looked(self._state, at)
            yield from self._greet()

    def observe(self, entry: Entry, after: SubjectState, at: Millis) -> k.SessionEffects:
        """Something happened to the agent."""
        if entry.subject != self._state.subject:
            self._overview.saw(after)
        elif self._phase is not _Phase.OVER:
            self._state = after
            yield from self._errands.looked(after, at)
            yield from self._share_state()

    def settle(self, command_id: str, outcome: c.Outcome, at: Millis) -> k.SessionEffects:
        """What became of a command."""
        yield from self._errands.settled(command_id, outcome, self._state, at)
        yield from self._share_state()

    def answer(self, ask: str, result: c.Result, at: Millis) -> k.SessionEffects:
        """Colleagues, or skills."""
        called = self._asks.pop(ask, None)
        if called is None:
            return
        match result:
            case _ if row_of(called).name == "org_skills":
                others = result.targets if isinstance(result, c.Targets) else ()
                yield self._reply(called, lists.org_skills(self._state.profile, others))
            case c.Targets(targets=targets):
                me = subject_id(self._state.subject)
                found = lists.users(item for item in targets if item.id != me)
                if row_of(called).name == "users":
                    found = [lists.user(self._state), *found]
                yield self._reply(called, found)
            case c.NoAnswer(code=code, message=message):
                yield answers.refused(called.call, code, message, at)
            case _:
                yield answers.refused(called.call, "vendor-failed", "", at)

    def peer(self, news: k.News, at: Millis) -> k.SessionEffects:
        """News among the agent's logins and sockets."""
        match news:
            case k.Maintenance():
                yield from self._maintained(news)
            case k.Peers() | k.Shared() if news.subject != self._state.subject:
                pass  # who may command all is a page of everybody whom they look at
            case k.Peers(pages=pages, me=me):
                self._me = me
                self._roles.here(pages)
            case k.Shared(name=name, data=data, page=page) if name == WORD:
                word = word_of(data)
                if word is not None and page != self._me:
                    yield from self._heard(word, page, at)
            case k.Barred() if self._phase is _Phase.JOINING:
                yield from self._joined(at)
            case _:
                pass

    # --- coming in ---------------------------------------------------------------------------------------------------------

    def _called(self, called: k.Called) -> k.SessionEffects:
        if not self._settings.open or self._phase is _Phase.OVER:
            yield answers.not_logged_in(called.call, called.at)
        elif self._phase is _Phase.OPEN:
            yield from self._inside(called)
        elif self._phase is not _Phase.FRESH:
            self._waiting.append(called)
        else:
            effect = self._shown.show(called)
            if isinstance(effect, k.SignIn):
                self._phase = _Phase.CHECKING
                self._waiting.append(called)
                if self._shown.resumed:
                    self._roles.resume()
            yield effect

    def _identified(self, frame: k.Identified) -> k.SessionEffects:
        if self._phase is not _Phase.CHECKING:
            return
        identity = frame.identity
        if identity is None or not is_subject(agent_subject(centre.user_id(identity))):
            self._phase = _Phase.OVER
            waiting, self._waiting = self._waiting, []
            for called in waiting:
                yield answers.refused(called.call, frame.error or "not-allowed", "", frame.at)
            return
        self._identity = identity
        self._shown.granted(self._waiting[0], frame)
        self._state = nobody(agent_subject(centre.user_id(identity)))
        if identity.expires:
            yield k.Wake(name="expiry", after=max(0, identity.expires - frame.at))
        if len(self._waiting) == 1 and row_of(self._waiting[0]).name in _NOTHING_TO_SEE:
            yield from self._joined(frame.at)
            return
        self._phase = _Phase.JOINING
        yield k.Wake(name="joining", after=JOINING)
        yield k.Watch(subjects={self._state.subject: None})

    def _joined(self, at: Millis) -> k.SessionEffects:
        self._phase = _Phase.OPEN
        yield k.Cancel(name="joining")
        if self._shown.policy == w.ATTACH_EXISTING:
            self._roles.attach(moved=self._begins_anew)
        waiting, self._waiting = self._waiting, []
        for called in waiting:
            yield from self._inside(msgspec.structs.replace(called, at=at))

    def _reply(self, called: k.Called, body: object = None, status: int = 0) -> k.Reply:
        """The first good answer keeps the session."""
        return self._shown.keeping(answers.reply(called.call, body, status))

    def _greet(self) -> k.SessionEffects:
        """Say to the agent's others that this login is here."""
        if self._shown.policy == w.FORCE_IN:
            self._shown.policy = ""
            yield self._word("forced")
        yield self._word("hello")
        yield from self._share_state(again=True)

    # --- inside ----------------------------------------------------------------------------------------------------------------

    def _inside(self, called: k.Called) -> k.SessionEffects:
        """One request of somebody who has signed in. The first one keeps the session, before it is answered by a plan."""
        first = not self._shown.kept
        try:
            for effect in self._done(called):
                yield self._shown.keeping(effect) if isinstance(effect, k.Reply) else effect
        except GoneError as error:
            yield self._shown.keeping(answers.gone(called.call, str(error), called.at))
        except ValueError as error:
            yield self._shown.keeping(answers.bad(called.call, str(error), called.at))
        if first and self._shown.kept and self._phase is _Phase.OPEN:
            # Only who is kept is one of the agent's pages.
            yield k.Watch(subjects={self._state.subject: None})
        yield from self._share_state()

    def _done(self, called: k.Called) -> k.SessionEffects:
        row, identity = row_of(called), self._identity
        if identity is None:
            yield answers.not_logged_in(called.call, called.at)
            return
        standing = Standing(
            me=centre.user_id(identity),
            state=self._admission(called).state(on=self._is_on),
            is_known=self._shown.is_known(called.at),
            is_elsewhere=is_left(self._maintenance),
        )
        if (refusal := barred(called, standing, self._settings)) is not None:
            yield refusal
        elif row.name in INQUIRIES:
            found = INQUIRIES[row.name](Sight(called, self._state, self._settings))
            yield self._reply(called, found)
        elif row.name in _ASKED and not self._is_agent:
            yield from self._overview.ask(called, row.name)
        elif row.name in _ASKED:
            ask = self._ids.new("ask")
            self._asks[ask] = called
            query = c.GetTargets(kinds=(_ASKED[row.name],), limit=TARGETS)
            yield k.Ask(id=ask, subject=self._state.subject, query=query)
        elif row.name in ENTRANCE:
            yield self._reply(called, ENTRANCE[row.name](self._arrival(called)))
        elif row.name in self.own:
            yield from self.own[row.name](called)
        else:
            plan = plan_of(row.name, called, self._look, self._settings)
            yield from self._errands.begin(called.call, plan, self._state, called.at)

    def _look(self) -> SubjectState:
        return self._state

    @property
    def _is_agent(self) -> bool:
        return self._identity is not None and bool(self._identity.agent)

    @property
    def _is_on(self) -> bool:
        """Whether the contact centre has them on, which is not asked of who only supervises."""
        return not self._is_agent or logged_on(self._state)

    def _admission(self, called: k.Called) -> Admission:
        """Of the role in which it was called."""
        return self._roles[_role(called)]

    @property
    def _begins_anew(self) -> bool:
        """Whether a session of the user's is one from before a maintenance that ended here."""
        news = self._maintenance
        return news is not None and is_over(news) and not is_left(news) and not self._shown.borrowed

    def _where(self, called: k.Called) -> k.SessionEffects:
        """Who signs in, or asks where to go."""
        identity = self._identity
        if identity is not None:
            host, to = called.headers.get("host", ""), centre.destination(self._maintenance)
            body = centre.login(self._shown.token, identity, host, self._settings, to)
            given = row_of(called).name in SIGNING_IN
            reply = self._reply(called, body)
            cookies = centre.cookies(self._shown.token, self._settings) if given else ()
            yield msgspec.structs.replace(reply, cookies=cookies)

    def _switchover(self, called: k.Called) -> k.SessionEffects:
        host, to = called.headers.get("host", ""), centre.destination(self._maintenance)
        yield self._reply(called, centre.metadata(host, self._settings, to))

    def _logout(self, called: k.Called) -> k.SessionEffects:
        yield self._word("over")
        yield from self._errands.given_up(called.at)
        yield k.Reply(call=called.call, status=204, cookies=centre.crumbs(self._settings))
        yield from self._end(called.at)

    # --- the login's states --------------------------------------------------------------------------------------------------------

    def _arrival(self, called: k.Called) -> Arrival:
        return Arrival(called=called, admission=self._admission(called), state=self._state, on=self._is_on)

    def _start(self, called: k.Called) -> k.SessionEffects:
        station = station_of(called)
        force = called.query.get("force", "").lower() == "true"
        arrival = self._arrival(called)
        if arrival.admission.has_rival() and not force:
            yield answers.duplicate_login(called.call, called.at)
            return
        if arrival.admission.has_rival():
            self._roles.rid()
            yield self._word("forced")
        yield from self._errands.begin(called.call, started(arrival, station), self._state, called.at)

    def _restart(self, called: k.Called) -> k.SessionEffects:
        arrival = self._arrival(called)
        plan = started(arrival, arrival.admission.station)
        yield from self._errands.begin(called.call, plan, self._state, called.at)

    def _stop(self, called: k.Called) -> k.SessionEffects:
        plan = stopped(self._arrival(called), self._look)
        yield from self._errands.begin(called.call, plan, self._state, called.at)

    def _restart_station(self, called: k.Called) -> k.SessionEffects:
        yield self._word("station", state=self._admission(called).station.state, role=_role(called))
        yield self._reply(called)

    def _can_stop(self, called: k.Called) -> k.SessionEffects:
        yield self._reply(called, not self._state.contacts)

    def _expiration(self, called: k.Called) -> k.SessionEffects:
        expires = self._identity.expires if self._identity is not None else 0
        yield self._reply(called, max(0, expires - called.at) if expires else -1)

    def _nothing(self, called: k.Called) -> k.SessionEffects:
        yield self._reply(called)

    def _optional(self, called: k.Called) -> k.SessionEffects:
        if row_of(called).name == "set_options":
            self._options = wire.options_of(called.body)[:64]
        yield self._reply(called, wire.Options(options=self._options))

    def _statistics(self, called: k.Called) -> k.SessionEffects:
        match row_of(called).name:
            case "statistics":
                yield self._word("statistics")
                yield self._reply(called)
            case "set_stats_filter":
                self._filter = wire.decoded(called.body, dict[str, object])
                yield self._reply(called, self._filter)
            case _:
                yield self._reply(called, self._filter)

    # --- among the agent's own -----------------------------------------------------------------------------------------------------

    def _heard(self, word: Word, page: str, at: Millis) -> k.SessionEffects:
        match word.kind:
            case "hello" if word.login != self._shown.login:
                yield from self._share_state(again=True)
            case "state" if word.login != self._shown.login:
                self._roles.heard(word, page)
                yield from self._share_state()
            case "forced" if word.login != self._shown.login:
                yield from self._end(at)
            case "over":
                self._roles.gone(page)
            case _:
                pass

    def _maintained(self, news: k.Maintenance) -> k.SessionEffects:
        """The operator says how it is. Only its end changes where a login is, and only of one that stays here."""
        self._maintenance = news
        self._roles.told(news)
        if self._begins_anew:
            self._roles.move(on=self._is_on)
        yield from ()

    def _share_state(self, *, again: bool = False) -> k.SessionEffects:
        """Tell the others where this login is, if that is news."""
        if self._phase is _Phase.OPEN and self._shown.kept and self._me:
            for role, state in self._roles.news(on=self._is_on, again=again):
                yield self._word("state", state=state, role=role)

    def _word(self, kind: str, state: str = "", role: str = APPS) -> k.Share:
        data = msgspec.json.encode(Word(kind=kind, login=self._shown.login, state=state, role=role))
        return k.Share(subject=self._state.subject, name=WORD, data=data)

    def _end(self, at: Millis) -> k.SessionEffects:
        """This login is over, for good."""
        if self._phase is _Phase.OVER:
            return
        self._phase = _Phase.OVER
        yield from self._errands.given_up(at)
        waiting = (*self._waiting, *self._asks.values(), *self._overview.given_up())
        self._waiting.clear()
        self._asks.clear()
        for called in waiting:
            yield answers.not_logged_in(called.call, at)
        yield k.SignOut()
        yield k.Close(channel="")


def _role(called: k.Called) -> str:
    return called.route.partition(".")[0]
