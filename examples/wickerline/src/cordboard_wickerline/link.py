"""The link end: an Attendant somewhere is our contact centre.

It enters with name and word, and the driver keeps the cookie. Then it reads: one script asks for the feed again and again, each
time saying how far it has come, so that an answer that got lost is told once more and none twice. Attendant forgets who
does not ask for long, and cannot tell what happened before somebody entered: a link that has lost its place goes down, and the fresh one
begins with whole clerks and halls.

A notice that nobody understands is kept on its clerk's or hall's subject; what is no notice at all, on ``team/link-<our link>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from cordboard import contract as k
from cordboard.kit.backoff import backoff
from cordboard.kit.script import Script, Steps, paused, requested
from cordboard.model import commands as c, events as e
from cordboard.model.entities import TargetKind
from cordboard.model.errors import ERRORS, CallerError
from cordboard.model.fold import fold, initial
from cordboard.model.ids import Millis, Subject, agent_subject, subject_id
from cordboard.model.log import draft, placed
from cordboard.model.state import SubjectState
from cordboard_wickerline import routes, wire, words as w
from cordboard_wickerline.known import unknown
from cordboard_wickerline.markup import Element, written
from cordboard_wickerline.notices import events, gauge, subject_of
from cordboard_wickerline.orders import order

TRIES = 3
"""Polls in a row that may fail before the link is down."""
SHOWN = 4096
"""Characters kept of what nobody understood."""
_OK, _DOUBT, _NO_ENTRY = 200, 202, 401


class LinkSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url`: where Attendant is. `name` and `password`: whose entry. `hold`: for how many seconds it is asked to hold a poll."""

    url: str
    name: str
    password: str
    hold: int = 20


def link_settings(settings: Mapping[str, Any]) -> LinkSettings:
    """The settings, checked. `CallerError` naming the field that is wrong."""
    try:
        found = msgspec.convert(dict(settings), LinkSettings)
    except msgspec.ValidationError as error:
        raise CallerError("bad-field", str(error), {"field": "options"}) from None
    parts = urlsplit(found.url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise CallerError("bad-field", "give Attendant's address: https://host", {"field": "url"})
    if not 0 < found.hold <= 60:  # noqa: PLR2004 - what Attendant's manual allows
        raise CallerError("bad-field", "hold is 1 to 60 seconds", {"field": "hold"})
    return found


class WickerlineLink:
    """A live session with an Attendant."""

    def __init__(self, settings: LinkSettings, scope: k.Scope, ids: k.Ids) -> None:
        self._settings = settings
        self._scope = scope
        self._name = scope.link
        self._random = ids.random
        self._life: Script[k.Down] | None = None
        self._over = False
        self._ready = False
        self._after = 0
        self._polls = 0
        self._states: dict[Subject, SubjectState] = {}
        """What we have told, folded: an order has to name a line by its number."""
        self._orders: dict[str, None] = {}
        self._asks: dict[str, None] = {}

    def start(self, at: Millis, resume: Mapping[Subject, str]) -> k.LinkEffects:  # noqa: ARG002 - it cannot tell what was missed
        """Enter, and read."""
        self._life = Script(self._lived(), self._lost)
        yield from self._life.start()

    def receive(self, frame: k.LinkFrame) -> k.LinkEffects:
        """Something happened."""
        if self._over or self._life is None:
            return
        if self._life.wants(frame):
            yield from self._life.receive(frame)
            return
        match frame:
            case k.Replied(name=name) | k.Failed(name=name):
                kind, _, ident = name.partition(":")
                if kind == "order" and ident in self._orders:
                    del self._orders[ident]
                    yield k.Settle(command=ident, outcome=_outcome(frame))
                elif kind == "book" and ident in self._asks:
                    del self._asks[ident]
                    yield k.Answer(ask=ident, result=_leaf(frame))
            case _:
                pass

    def execute(self, command: c.Command, at: Millis) -> k.LinkEffects:  # noqa: ARG002
        """Give the order."""
        if self._over or not self._ready:
            refused = c.Refused(code="link-down", message="nobody has entered")
            yield k.Settle(command=command.id, outcome=refused)
            return
        state = self._states.get(command.subject) or initial(command.subject)
        try:
            told = order(command.service, state)
        except CallerError as error:
            yield k.Settle(command=command.id, outcome=c.Refused(code=error.code, message=error.message))
            return
        self._orders[command.id] = None
        yield k.Request(
            name=f"order:{command.id}",
            method="POST",
            url=self._url("/orders"),
            headers={"content-type": wire.TYPE},
            body=written(told),
            timeout=40_000,
        )

    def ask(self, ask: str, subject: Subject, query: c.Query, at: Millis) -> k.LinkEffects:  # noqa: ARG002
        """Look something up in the book; the rest the hub knows."""
        if self._over or not self._ready:
            yield k.Answer(ask=ask, result=c.NoAnswer(code="link-down", message="nobody has entered"))
        elif not isinstance(query, c.GetTargets):
            yield k.Answer(ask=ask, result=c.NoAnswer(code="not-supported", message="the hub knows that"))
        else:
            self._asks[ask] = None
            wanted = {
                "clerk": subject_id(subject),
                "like": query.text,
                "kinds": " ".join(w.GOALS[kind] for kind in query.kinds or tuple(TargetKind)),
                "most": str(query.limit),
                "leaf": query.after,
            }
            address = f"{self._url('/book')}?{urlencode(wanted)}"
            yield k.Request(name=f"book:{ask}", method="GET", url=address, repeatable=True)

    # --- entering and reading -----------------------------------------------------------------------------------------------

    def _lived(self) -> Steps[k.Down]:
        """The link's whole life, read straight down: what it ended with."""
        entry = wire.Entry(name=self._settings.name, word=self._settings.password)
        reply = yield from requested(
            k.Request(
                name="entry",
                method="POST",
                url=self._url("/entry"),
                headers={"content-type": wire.TYPE},
                body=entry.written(),
            )
        )
        if (down := _not_in(reply)) is not None:
            return down
        self._ready = True
        failed = 0
        while failed < TRIES:
            reply = yield from requested(self._poll())
            match reply:
                case k.Replied(status=200, data=data, at=at):
                    try:
                        found = wire.feed_of(data)
                    except ValueError:
                        yield self._unrecognised(self._own(), data, at)
                        failed += 1
                    else:
                        failed = 0
                        if (gap := (yield from self._read(found, at))) is not None:
                            return gap
                case k.Replied(status=status) if status in (401, 410):
                    # It has forgotten us, or we have not been there for too long. What we missed it cannot tell.
                    return k.Down(retry="later", reason=wire.fault_of(reply.data).code or "feed-lost")
                case _:
                    failed += 1
            if failed:
                yield from paused("again", backoff(failed - 1, self._random))
        return k.Down(retry="later", reason=_why(reply))

    def _poll(self) -> k.Request:
        self._polls += 1
        hold = self._settings.hold
        wanted = urlencode({"after": self._after, "hold": hold})
        return k.Request(
            # A name of its own for each: what comes late of an earlier poll is not taken for this one's answer.
            name=f"feed-{self._polls}",
            method="GET",
            url=f"{self._url('/feed')}?{wanted}",
            timeout=(hold + 10) * 1000,
        )

    def _read(self, found: wire.Feed, at: Millis) -> Steps[k.Down | None]:
        """Tell what is new in the feed. One that left something out has lost us."""
        if found.strange:
            data = b"".join(written(item) for item in found.strange)
            yield self._unrecognised(self._own(), data, at)
        for number, told in found.items:
            if number <= self._after:
                continue
            if number != self._after + 1:
                return k.Down(retry="later", reason="feed-gap")
            self._after = number
            if told is not None:
                yield from self._told(told, at)
        return None

    def _told(self, told: Element, at: Millis) -> k.LinkEffects:
        """The events of a notice, and what in it nobody understood."""
        subject = self._own()
        try:
            subject = subject_of(told)
            if self._scope.kind == "agent" and subject != agent_subject(self._scope.agent):
                return
            counter = gauge(told)
            if counter is not None:
                yield counter
            else:
                for event in tuple(events(told, self._name)):
                    yield self._emit(subject, event)
        except ValueError:
            yield self._unrecognised(subject, written(told), at)
            return
        strange = b"".join(written(item) for item in unknown(told))
        if strange:
            yield self._unrecognised(subject, strange, at)

    def _emit(self, subject: Subject, event: e.Event) -> k.Emit:
        state = self._states.get(subject) or initial(subject)
        entry = placed(draft(subject, event, event.at), state.seq + 1)
        self._states[subject] = fold(state, entry)
        return k.Emit(subject=subject, event=event)

    def _lost(self, down: k.Down) -> k.LinkEffects:
        """Nobody waits for an answer of this link any more."""
        self._over, self._ready = True, False
        for command in self._orders:
            yield k.Settle(command=command, outcome=c.Unconfirmed(reason="link-lost"))
        for ask in self._asks:
            yield k.Answer(ask=ask, result=c.NoAnswer(code="link-down"))
        self._orders.clear()
        self._asks.clear()
        yield down

    def _own(self) -> Subject:
        return Subject(f"team/link-{self._name}")

    def _unrecognised(self, subject: Subject, data: bytes, at: Millis) -> k.Emit:
        text = data.decode(errors="replace")
        event = e.Unrecognised(
            link=self._name, at=at, channel="feed", data=text[:SHOWN], truncated=len(text) > SHOWN
        )
        return k.Emit(subject=subject, event=event)

    def _url(self, path: str) -> str:
        return f"{self._settings.url.rstrip('/')}{routes.BASE}{path}"


def _not_in(reply: k.Replied | k.Failed) -> k.Down | None:
    """Why the entry did not succeed, and what that means; `None` if it did."""
    if isinstance(reply, k.Failed):
        return k.Down(retry="later", reason=reply.reason or "no-answer")
    if reply.status == 201:  # noqa: PLR2004 - HTTP's own number
        try:
            wire.welcome_of(reply.data)
        except ValueError:
            return k.Down(retry="later", reason="bad-welcome")
        return None
    fault = wire.fault_of(reply.data)
    reason = fault.code or f"http-{reply.status}"
    match reply.status:
        case 401:
            return k.Down(retry="login", reason=reason)
        case 400 | 403 | 404:
            return k.Down(retry="give-up", reason=reason)
        case _:
            return k.Down(retry="later", reason=reason)


def _why(reply: k.Replied | k.Failed) -> str:
    if isinstance(reply, k.Failed):
        return reply.reason or "no-answer"
    return "bad-feed" if reply.status == _OK else f"http-{reply.status}"


def _outcome(reply: k.Replied | k.Failed) -> c.Outcome:
    """What became of an order. Only what is certain is called refused."""
    if isinstance(reply, k.Failed):
        if reply.sent:
            return c.Unconfirmed(reason=reply.reason)
        return c.Refused(code="link-down", message=reply.reason)
    if reply.status == _OK:
        try:
            return c.Done(data=wire.done_of(reply.data))
        except ValueError:
            return c.Unconfirmed(reason="bad-answer")
    if reply.status == _DOUBT or reply.status >= 500:  # noqa: PLR2004 - HTTP's own number
        return c.Unconfirmed(reason=f"http-{reply.status}")
    fault = wire.fault_of(reply.data)
    return c.Refused(code=fault.code if fault.code in ERRORS else "vendor-refused", message=fault.text)


def _leaf(reply: k.Replied | k.Failed) -> c.Result:
    if isinstance(reply, k.Failed):
        return c.NoAnswer(code="link-down", message=reply.reason)
    if reply.status == _OK:
        try:
            targets, leaf = wire.book_of(reply.data)
        except ValueError:
            return c.NoAnswer(code="vendor-failed", message="that was no leaf of the book")
        return c.Targets(targets=targets, after=leaf)
    fault = wire.fault_of(reply.data)
    code = fault.code if fault.code in ERRORS else "vendor-refused"
    return c.NoAnswer(code=code, message=fault.text)
