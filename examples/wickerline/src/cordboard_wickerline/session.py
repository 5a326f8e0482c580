"""The session end: we are the Attendant that pages and clients of Wickerline's call.

The request that enters is a session of its own until the password has been checked; then it keeps itself under the value of
the cookie. What happens from then on is numbered and kept until the client has said, with its next poll, that it has it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from itertools import islice
from typing import Any, assert_never

import msgspec

from cordboard import contract as k
from cordboard.model import commands as c
from cordboard.model.entities import TargetKind
from cordboard.model.errors import CallerError
from cordboard.model.ids import CommandId, Millis, Subject, agent_subject, is_subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard_wickerline import routes, wire, words as w
from cordboard_wickerline.markup import parsed, written
from cordboard_wickerline.notices import notice, out_of_reach, tally, whole
from cordboard_wickerline.orders import clerk_of, service_of

PAGE = 200
"""Notices in one answer; who is told that there are more asks at once."""
_GOAL = w.back(w.GOALS)
_STATUS = {
    "bad-request": 400,
    "bad-field": 400,
    "not-authenticated": 401,
    "wrong-password": 401,
    "not-allowed": 403,
    "not-found": 404,
    "feed-lost": 410,
    "too-many-requests": 429,
}


class SessionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`hold`: for how many seconds a poll is held; stay under the patience of any proxy. `idle`: who does not ask for so many seconds has
    entered for nothing; what is kept for them is let go, and they enter anew.
    """

    hold: int = 25
    idle: int = 60


def session_settings(settings: Mapping[str, Any]) -> SessionSettings:
    """The settings, checked. `CallerError` naming the field that is wrong."""
    try:
        found = msgspec.convert(dict(settings), SessionSettings)
    except msgspec.ValidationError as error:
        raise CallerError("bad-field", str(error), {"field": ""}) from None
    for name, value, most in (("hold", found.hold, 50), ("idle", found.idle, 3600)):
        if not 0 < value <= most:
            raise CallerError("bad-field", f"it is 1 to {most} seconds", {"field": name})
    return found


def render(entry: Entry, before: SubjectState, after: SubjectState) -> bytes:
    """The notice of an entry, written once for all; empty for none."""
    told = notice(entry, before, after)
    return b"" if told is None else written(told)


class WickerlineSession:
    """One client: from its entry until it leaves."""

    def __init__(self, settings: SessionSettings, ids: k.Ids) -> None:
        self._settings = settings
        self._ids = ids
        self._entering = ""
        """The call that waits for its password to be checked."""
        self._identity: k.Identity | None = None
        self._states: dict[Subject, SubjectState] = {}
        self._notices: deque[tuple[int, bytes]] = deque()
        self._last = 0
        self._poll = ""
        """The call that is held."""
        self._orders: dict[str, str] = {}
        self._asks: dict[str, str] = {}

    def start(self, at: Millis) -> k.SessionEffects:  # noqa: ARG002 - it begins with its first request
        """Waits for a request."""
        yield from ()

    def receive(self, frame: k.SessionFrame) -> k.SessionEffects:
        """A request, an answer about a password, or the end of a poll."""
        match frame:
            case k.Called():
                yield from self._called(frame)
            case k.Identified():
                yield from self._identified(frame)
            case k.Woke(name="idle" | "expiry"):
                yield from self._forget()
            case k.Woke():
                yield from self._answer_poll()
            case k.Gauged():
                yield from self._tell(written(tally(frame.subject, frame.name, frame.value, frame.at)))
            case k.Opened() | k.Received() | k.Closed():
                pass  # there are no channels on this wire
            case _:
                assert_never(frame)

    def open(self, joined: k.Joined, at: Millis) -> k.SessionEffects:
        """A clerk or hall as it is now."""
        if not joined.state.seq:
            return  # nothing is known of it yet
        self._states[joined.subject] = joined.state
        yield from self._tell(written(whole(joined.state, at)))
        for name, value in joined.gauges.items():
            yield from self._tell(written(tally(joined.subject, name, value, at)))

    def observe(
        self, entry: Entry, before: SubjectState, after: SubjectState, rendered: bytes | None, at: Millis
    ) -> k.SessionEffects:
        """Something happened to a clerk or in a hall."""
        first = entry.subject not in self._states
        self._states[entry.subject] = after
        if first:
            yield from self._tell(written(whole(after, at)))
        else:
            yield from self._tell(render(entry, before, after) if rendered is None else rendered)

    def settle(self, command_id: str, outcome: c.Outcome, at: Millis) -> k.SessionEffects:  # noqa: ARG002
        """What became of an order."""
        call = self._orders.pop(command_id, None)
        if call is None:
            return
        match outcome:
            case c.Done(data=made):
                yield _reply(call, 200, wire.done(made))
            case c.Refused(code=code, message=message):
                yield _fault(call, code, message)
            case c.Unconfirmed(reason=reason):
                yield _reply(call, 202, wire.doubt(reason))
            case _:
                assert_never(outcome)

    def answer(self, ask: str, result: c.Result, at: Millis) -> k.SessionEffects:  # noqa: ARG002
        """A leaf of the book."""
        call = self._asks.pop(ask, None)
        if call is None:
            return
        match result:
            case c.Targets(targets=targets, after=leaf):
                yield _reply(call, 200, wire.book(targets, leaf))
            case c.NoAnswer(code=code, message=message):
                yield _fault(call, code, message)
            case _:
                yield _fault(call, "vendor-failed", "that was no leaf of the book")

    def peer(self, news: k.News, at: Millis) -> k.SessionEffects:
        """What the hub does not let us see any more is out of reach for this client."""
        if isinstance(news, k.Barred) and self._states.pop(Subject(news.subject), None) is not None:
            yield from self._tell(written(out_of_reach(Subject(news.subject), news.code, at)))

    # --- coming in and going --------------------------------------------------------------------------------------------

    def _called(self, called: k.Called) -> k.SessionEffects:
        if called.route == routes.ENTRY:
            yield from self._enter(called)
        elif self._identity is None:
            yield _fault(called.call, "not-authenticated", "enter first")
        else:
            try:
                yield from self._inside(called)
            except CallerError as error:
                yield _fault(called.call, error.code, error.message)
            except ValueError as error:
                yield _fault(called.call, "bad-field", str(error))

    def _enter(self, called: k.Called) -> k.SessionEffects:
        if self._entering or self._identity is not None:
            yield _fault(called.call, "bad-request", "this is under way already")
            return
        try:
            found = wire.entry_of(called.body)
        except ValueError as error:
            yield _fault(called.call, "bad-field", str(error))
            return
        self._entering = called.call
        yield k.SignIn(kind="password", user=found.name, secret=found.word)

    def _identified(self, frame: k.Identified) -> k.SessionEffects:
        call, self._entering = self._entering, ""
        identity = frame.identity
        if not call:
            return
        if identity is None:
            yield _fault(call, frame.error or "wrong-password", "name or word is wrong")
            return
        self._identity = identity
        key = self._ids.new("desk")
        welcome = wire.Welcome(clerk=identity.agent, hold=self._settings.hold, at=frame.at)
        yield k.Reply(
            call=call,
            status=201,
            headers={"content-type": wire.TYPE},
            cookies=(k.Cookie(name=routes.COOKIE, value=key, path=routes.BASE),),
            body=welcome.written(),
            keep=key,
        )
        yield k.Wake(name="idle", after=self._settings.idle * 1000)
        if identity.expires:
            yield k.Wake(name="expiry", after=max(0, identity.expires - frame.at))
        mine = [agent_subject(identity.agent)] if identity.agent else ["agent/*", "queue/*", "team/*"]
        yield k.Watch(subjects=dict.fromkeys(mine, None))

    def _inside(self, called: k.Called) -> k.SessionEffects:
        match called.route:
            case routes.LEAVING:
                yield from self._leave(called.call)
            case routes.FEED:
                yield from self._feed(called)
            case routes.ORDERS:
                yield from self._order(called)
            case routes.BOOK:
                yield from self._book(called)
            case _:
                yield _fault(called.call, "not-found", "there is no such door")

    def _leave(self, call: str) -> k.SessionEffects:
        self._identity = None
        yield from self._answer_poll()
        gone = k.Cookie(name=routes.COOKIE, value="", path=routes.BASE, max_age=0)
        yield k.Reply(call=call, status=204, cookies=(gone,))
        yield k.SignOut()
        yield k.Close(channel="")

    def _forget(self) -> k.SessionEffects:
        """Whoever still asks hears that they have to enter anew."""
        self._notices.clear()
        self._identity = None
        call, self._poll = self._poll, ""
        if call:
            yield _fault(call, "not-authenticated", "enter anew")
        yield k.Close(channel="")

    # --- the feed -------------------------------------------------------------------------------------------------------

    def _feed(self, called: k.Called) -> k.SessionEffects:
        after = _number(called.query, "after", 0, self._last)
        hold = _number(called.query, "hold", self._settings.hold, 3600)
        yield from self._answer_poll()  # one that was given up, if the client asks again
        first = self._notices[0][0] if self._notices else self._last + 1
        if after is None or hold is None or not first - 1 <= after <= self._last:
            yield _fault(called.call, "feed-lost", "that is not where you are: enter anew")
            return
        while self._notices and self._notices[0][0] <= after:
            self._notices.popleft()
        self._poll = called.call
        yield k.Cancel(name="idle")
        if self._notices or not hold:
            yield from self._answer_poll()
        else:
            yield k.Wake(name="hold", after=min(hold, self._settings.hold) * 1000)

    def _tell(self, told: bytes) -> k.SessionEffects:
        """Number a notice and keep it until the client has it."""
        if not told:
            return
        self._last += 1
        self._notices.append((self._last, told))
        yield from self._answer_poll()

    def _answer_poll(self) -> k.SessionEffects:
        call, self._poll = self._poll, ""
        if call:
            yield k.Cancel(name="hold")
            yield k.Wake(name="idle", after=self._settings.idle * 1000)
            yield _reply(call, 200, wire.feed(self._last, tuple(islice(self._notices, PAGE))))

    # --- what it asks for -------------------------------------------------------------------------------------------------

    def _order(self, called: k.Called) -> k.SessionEffects:
        found = parsed(called.body)
        if found.name != "order":
            raise ValueError("an <order> was to come")
        subject = self._clerk(clerk_of(found))
        state = self._states.get(subject) or SubjectState(subject=subject)
        service = service_of(found, state)
        command = c.Command(id=CommandId(self._ids.new("wl")), subject=subject, service=service)
        self._orders[command.id] = called.call
        yield k.Execute(command=command)

    def _book(self, called: k.Called) -> k.SessionEffects:
        query = called.query
        clerk = query.get("clerk") or (self._identity.agent if self._identity is not None else "")
        kinds = tuple(w.said(word, _GOAL) for word in query.get("kinds", "").split())
        most = _number(query, "most", 100, 500)
        if most is None:
            raise ValueError("most is a number up to 500")
        ask = self._ids.new("leaf")
        self._asks[ask] = called.call
        yield k.Ask(
            id=ask,
            subject=self._clerk(clerk),
            query=c.GetTargets(
                text=query.get("like", ""),
                kinds=kinds or tuple(TargetKind),
                limit=max(1, most),
                after=query.get("leaf", ""),
            ),
        )

    def _clerk(self, name: str) -> Subject:
        subject = agent_subject(name)
        if not is_subject(subject):
            raise CallerError("unknown-agent", "there is no clerk of this name")
        return subject


def _number(query: Mapping[str, str], name: str, usual: int, most: int) -> int | None:
    """A number up to `most`, `usual` if it is not there, `None` if it is none."""
    text = query.get(name)
    if text is None:
        return usual
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 and int(text) <= most else None  # noqa: PLR2004


def _reply(call: str, status: int, body: bytes) -> k.Reply:
    return k.Reply(call=call, status=status, headers={"content-type": wire.TYPE}, body=body)


def _fault(call: str, code: str, text: str) -> k.Reply:
    return _reply(call, _STATUS.get(code, 409), wire.Fault(code=code, text=text).written())
