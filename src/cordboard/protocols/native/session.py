"""The session end: `NativeSession` becomes a page's WebSocket or a single request, by its first frame.

A socket says `hello` first; until then nothing else is heard. Who may watch and command what is the hub's to say. What is
refused here: frames that are not the protocol's (three in a row close the socket), names and positions that are none,
and a renewal that makes the page somebody else.
"""

from __future__ import annotations

from enum import Enum
from typing import assert_never

import msgspec

from cordboard import contract as k
from cordboard.model.commands import SERVICES, Outcome, Result
from cordboard.model.errors import CallerError, CordboardError, ErrorBody
from cordboard.model.ids import SUBJECT_KINDS, Millis, Subject, is_subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.model.view import change, view
from cordboard.protocols.native import wire
from cordboard.protocols.native.rest import Rest
from cordboard.protocols.native.wire import CloseCode

TAIL_BYTES = 4 * 1024 * 1024
"""A page that missed more of one subject than this starts afresh: many WebSocket clients take no larger frame."""

_WILDCARDS = frozenset(f"{kind}/*" for kind in SUBJECT_KINDS)
_SERVICE_NAMES = frozenset(kind.__name__ for kind in SERVICES)


def render(entry: Entry, before: SubjectState, after: SubjectState) -> bytes:
    """The `entry` message for every page that watches the subject."""
    return wire.encode(wire.told(entry, change(before, after)))


class NativeSession:
    """A session that its first frame makes a socket or a single request."""

    def __init__(self, identity: k.Identity | None) -> None:
        self._identity = identity
        self._end: Socket | Rest | None = None
        self._early: k.Maintenance | None = None
        """What was heard of the hub's maintenance before the first frame."""

    def start(self, at: Millis) -> k.SessionEffects:  # noqa: ARG002 - it begins with its first frame
        """Waits for the first frame."""
        yield from ()

    def receive(self, frame: k.SessionFrame) -> k.SessionEffects:
        """Something happened."""
        match self._end, frame:
            case None, k.Opened():
                self._end = Socket(frame.channel, self._early)
            case None, k.Called():
                self._end = Rest(self._identity)
            case Socket(), k.Called(call=call):
                error = CallerError("not-found", "this session is a socket")
                yield k.Reply(call=call, status=error.status, body=wire.encode(error.body()))
            case _:
                pass
        if self._end is not None:
            yield from self._end.receive(frame)

    def open(self, joined: k.Joined, at: Millis) -> k.SessionEffects:
        """A watched subject, with its state."""
        if self._end is not None:
            yield from self._end.open(joined, at)

    def observe(
        self, entry: Entry, before: SubjectState, after: SubjectState, rendered: bytes | None, at: Millis
    ) -> k.SessionEffects:
        """A new entry of a watched subject."""
        if isinstance(self._end, Socket):
            return self._end.observe(entry, before, after, rendered, at)
        return iter(())

    def settle(self, command_id: str, outcome: Outcome, at: Millis) -> k.SessionEffects:
        """What became of a command."""
        if self._end is not None:
            yield from self._end.settle(command_id, outcome, at)

    def answer(self, ask: str, result: Result, at: Millis) -> k.SessionEffects:
        """The result of a query."""
        if self._end is not None:
            yield from self._end.answer(ask, result, at)

    def peer(self, news: k.News, at: Millis) -> k.SessionEffects:
        """News among pages, or of the hub."""
        if self._end is not None:
            yield from self._end.peer(news, at)
        elif isinstance(news, k.Maintenance):
            self._early = news


class _Phase(Enum):
    GREETING = "greeting"
    CHECKING = "checking"
    OPEN = "open"
    CLOSED = "closed"


class Socket:
    """A page's WebSocket."""

    def __init__(self, channel: str, maintenance: k.Maintenance | None = None) -> None:
        self._channel = channel
        self._maintenance = maintenance
        self._phase = _Phase.GREETING
        self._identity: k.Identity | None = None
        self._renewing = False
        self._strikes = 0
        self._heard: Millis = 0

    def receive(self, frame: k.SessionFrame) -> k.SessionEffects:
        """Something happened."""
        if self._phase is _Phase.CLOSED:
            return
        match frame:
            case k.Opened(at=at):
                self._heard = at
                yield k.Wake(name="hello", after=wire.HELLO_WITHIN)
            case k.Received(data=data, at=at):
                self._heard = at
                yield from self._heard_of(data)
            case k.Closed():
                self._phase = _Phase.CLOSED
            case k.Woke():
                yield from self._woke(frame)
            case k.Identified():
                yield from self._identified(frame)
            case k.Gauged():
                if self._phase is _Phase.OPEN:
                    yield self._send(
                        wire.Gauge(subject=frame.subject, name=frame.name, value=frame.value, at=frame.at)
                    )
            case k.Called():
                pass  # answered by `NativeSession`
            case _:
                assert_never(frame)

    def open(self, joined: k.Joined, at: Millis) -> k.SessionEffects:  # noqa: ARG002 - the state has its own times
        """A watched subject: the view, and what was missed, in one message."""
        if self._phase is not _Phase.OPEN:
            return
        recovered, tail = joined.recovered, joined.tail
        if sum(len(entry.body) for entry in tail) > TAIL_BYTES:
            recovered, tail = False, ()
        yield self._send(
            wire.Joined(
                subject=joined.subject,
                epoch=joined.epoch,
                position=k.position(joined.epoch, joined.state.seq),
                recovered=recovered,
                view=view(joined.state),
                tail=tuple(wire.told(entry) for entry in tail),
                gauges=dict(joined.gauges),
            )
        )

    def observe(
        self, entry: Entry, before: SubjectState, after: SubjectState, rendered: bytes | None, at: Millis
    ) -> k.SessionEffects:
        """A new entry, rendered once for all pages. No generator: for every page of every entry this is run."""
        del at
        if self._phase is not _Phase.OPEN:
            return iter(())
        return iter((k.Send(channel=self._channel, data=rendered or render(entry, before, after)),))

    def settle(self, command_id: str, outcome: Outcome, at: Millis) -> k.SessionEffects:  # noqa: ARG002
        """What became of a command."""
        if self._phase is _Phase.OPEN:
            yield self._send(wire.Settled(command=command_id, outcome=outcome))

    def answer(self, ask: str, result: Result, at: Millis) -> k.SessionEffects:  # noqa: ARG002
        """The result of a query."""
        if self._phase is _Phase.OPEN:
            yield self._send(wire.Answer(ask=ask, result=result))

    def peer(self, news: k.News, at: Millis) -> k.SessionEffects:  # noqa: ARG002
        """News among the pages of an agent, why the hub did not grant something, or that it is maintained."""
        if isinstance(news, k.Maintenance):
            self._maintenance = news
        if self._phase is _Phase.OPEN:
            yield self._send(_news(news))

    # --- signing in ----------------------------------------------------------------------------------------------------

    def _identified(self, frame: k.Identified) -> k.SessionEffects:
        if self._phase is _Phase.CHECKING:
            if frame.identity is None:
                yield from self._refused(frame.error)
                return
            self._phase = _Phase.OPEN
            self._identity = frame.identity
            yield k.Cancel(name="hello")
            yield self._send(wire.Welcome(identity=frame.identity, heartbeat=wire.HEARTBEAT, at=frame.at))
            yield k.Wake(name="silence", after=wire.SILENCE_LIMIT)
            yield from self._expires(frame.identity, frame.at)
            if self._maintenance is not None and self._maintenance.state != "none":
                yield self._send(_news(self._maintenance))
        elif self._renewing:
            self._renewing = False
            yield from self._renewed(frame)

    def _refused(self, code: str) -> k.SessionEffects:
        code = code or "token-invalid"
        yield self._error(CallerError(code, "Get a new token and come back"))
        yield from self._close(
            CloseCode.TOKEN_EXPIRED if code == "token-expired" else CloseCode.TOKEN_INVALID, code
        )

    def _renewed(self, frame: k.Identified) -> k.SessionEffects:
        old, new = self._identity, frame.identity
        if new is None:
            code = frame.error or "token-invalid"
            yield self._error(CallerError(code, "The token in use holds until it expires"), "renew")
        elif old is not None and new.subject != old.subject:
            yield self._error(CallerError("not-allowed", "Renew with a token of the same identity"), "renew")
            yield from self._close(CloseCode.NOT_ALLOWED, "other-identity")
        elif old is not None and not old.scopes <= new.scopes:
            # What is watched was granted under the wider scopes: a fresh socket is granted what holds now.
            yield from self._close(CloseCode.GOING_AWAY, "scopes-changed")
        else:
            self._identity = new
            yield self._send(wire.Renewed(expires=new.expires))
            yield from self._expires(new, frame.at)

    def _expires(self, identity: k.Identity, at: Millis) -> k.SessionEffects:
        if identity.expires:
            yield k.Wake(name="expiry", after=max(0, identity.expires - at))
        else:
            yield k.Cancel(name="expiry")

    def _woke(self, frame: k.Woke) -> k.SessionEffects:
        match frame.name:
            case "hello" if self._phase is not _Phase.OPEN:
                yield self._error(CallerError("not-authenticated", "Say `hello` with a token first"))
                yield from self._close(CloseCode.NO_HELLO, "no-hello")
            case "expiry" if self._identity is not None and self._identity.expires:
                if frame.at >= self._identity.expires:
                    yield self._error(CallerError("token-expired", "Renew before the token expires"))
                    yield from self._close(CloseCode.TOKEN_EXPIRED, "token-expired")
                else:
                    yield from self._expires(self._identity, frame.at)
            case "silence":
                idle = frame.at - self._heard
                if idle >= wire.SILENCE_LIMIT:
                    yield from self._close(CloseCode.HEARTBEAT_LOST, "heartbeat-lost")
                else:
                    yield k.Wake(name="silence", after=wire.SILENCE_LIMIT - idle)
            case _:
                pass

    # --- frames ----------------------------------------------------------------------------------------------------------

    def _heard_of(self, data: str | bytes) -> k.SessionEffects:
        try:
            message = wire.decode_client(data)
            self._in_order(message)
        except CallerError as error:
            about = wire.waiting(data)
            yield self._error(error, about)
            if about is not None and self._phase is _Phase.OPEN:
                return  # a frame of the protocol's, with something in it that is none: whoever waits has been told
            self._strikes += 1
            if self._strikes >= wire.STRIKES:
                yield from self._close(CloseCode.BAD_FRAMES, "bad-frames")
            return
        self._strikes = 0
        try:
            yield from self._do(message)
        except CallerError as error:
            yield self._error(error, _about(message))

    def _in_order(self, message: wire.ClientMessage) -> None:
        """Raises unless this message may come now."""
        if isinstance(message, wire.Hello):
            if self._phase is not _Phase.GREETING:
                raise CallerError("bad-field", "`hello` is said once; later it is `renew`", {"field": "type"})
        elif self._phase is not _Phase.OPEN:
            raise CallerError("not-authenticated", "Say `hello` with a token first and wait for `welcome`")

    def _do(self, message: wire.ClientMessage) -> k.SessionEffects:
        match message:
            case wire.Hello(token=token):
                self._phase = _Phase.CHECKING
                yield k.SignIn(kind="bearer", secret=token)
            case wire.Renew(token=token):
                self._renewing = True
                yield k.SignIn(kind="bearer", secret=token)
            case wire.Watch(subjects=subjects):
                yield from self._watch(subjects)
            case wire.Unwatch(subjects=names):
                yield k.Unwatch(subjects=names)
            case wire.Execute(command=command):
                if not 0 < len(command.id) <= wire.NAME_LIMIT:
                    what = f"a command's id has 1 to {wire.NAME_LIMIT} characters"
                    raise CallerError("bad-field", what, {"field": "command.id"})
                _subject("command.subject", command.subject)
                if command.nesting < 0:
                    raise CallerError("bad-field", "nesting counts up from 0", {"field": "command.nesting"})
                yield k.Execute(command=command)
            case wire.Ask():
                yield k.Ask(id=message.id, subject=_subject("subject", message.subject), query=message.query)
            case wire.Share(name=name, data=data):
                subject = _subject("subject", message.subject)
                yield k.Share(subject=subject, name=name, data=data.copy())
            case wire.Claim(name=name):
                subject = _subject("subject", message.subject)
                yield k.Claim(subject=subject, name=name, take=message.take, give=message.give)
            case wire.Guard(service=service):
                if service not in _SERVICE_NAMES:
                    raise CallerError("bad-field", f"There is no service {service!r}", {"field": "service"})
                yield k.Guard(subject=_subject("subject", message.subject), service=service, on=message.on)
            case wire.Settle(command=command_id, outcome=outcome):
                yield k.Settle(command=command_id, outcome=outcome)
            case wire.Ping():
                yield self._send(wire.Pong())
            case _:
                assert_never(message)

    def _watch(self, subjects: dict[str, str | None]) -> k.SessionEffects:
        good: dict[str, str | None] = {}
        for name, place in subjects.items():
            if name not in _WILDCARDS and not is_subject(name):
                yield self._error(CallerError("bad-subject", f"{name!r} is no subject"), name)
            elif place is not None and (len(place) > wire.NAME_LIMIT or k.parse_position(place) is None):
                yield self._error(
                    CallerError("bad-position", "Give positions back exactly as received"), name
                )
            else:
                good[name] = place
        if good:
            yield k.Watch(subjects=good)

    def _send(self, message: msgspec.Struct) -> k.Send:
        return k.Send(channel=self._channel, data=wire.encode(message))

    def _error(self, error: CordboardError, about: str | None = None) -> k.Send:
        return self._send(wire.Error(error=error.body().error, about=about))

    def _close(self, code: CloseCode, reason: str) -> k.SessionEffects:
        self._phase = _Phase.CLOSED
        yield k.Close(channel=self._channel, code=code, reason=reason)


def _news(news: k.News) -> msgspec.Struct:
    match news:
        case k.Shared():
            data = news.data if isinstance(news.data, msgspec.Raw) else msgspec.Raw(news.data)
            return wire.Shared(subject=news.subject, name=news.name, data=data, page=news.page)
        case k.Claimed():
            return wire.Claimed(subject=news.subject, name=news.name, page=news.page, mine=news.mine)
        case k.Peers():
            return wire.Peers(subject=news.subject, pages=news.pages, me=news.me)
        case k.Guarded():
            return wire.Guarded(subject=news.subject, command=news.command)
        case k.Asked():
            return wire.Asked(subject=news.subject, command=news.command)
        case k.Barred():
            error = ErrorBody(code=news.code, message=news.message)
            return wire.Error(error=error, about=news.subject)
        case k.Maintenance(to=to):
            return wire.Maintenance(
                state=news.state,
                at=news.at,
                begins=news.begins,
                to=wire.Elsewhere(host=to.host, port=to.port) if to is not None else None,
                graceful=news.graceful,
                text=news.text,
            )
        case _:
            assert_never(news)


def _about(message: wire.ClientMessage) -> str | None:
    """What an error about this message names."""
    match message:
        case wire.Execute(command=command):
            return command.id
        case wire.Ask(id=name) | wire.Settle(command=name):
            return name
        case wire.Share(subject=name) | wire.Claim(subject=name) | wire.Guard(subject=name):
            return name
        case _:
            return None


def _subject(field: str, name: str) -> Subject:
    if not is_subject(name):
        raise CallerError("bad-subject", f"`{field}` is no subject", {"field": field})
    return Subject(name)
