"""The session: the hub's half of a CCP page. It signs in, watches its own agent, and tells the page in the library's words.

A page comes back to the state as it is, by a new document, as Amazon's own does: there are no positions on this wire.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, assert_never

import msgspec

from cordboard import contract as k
from cordboard.model.commands import Outcome, Result
from cordboard.model.entities import Phase
from cordboard.model.errors import CallerError, CordboardError
from cordboard.model.ids import Millis, Subject, agent_subject
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.protocols.streams import wire
from cordboard.protocols.streams.asked import mute_self, own_muted
from cordboard.protocols.streams.ccps import HERE, Ccps
from cordboard.protocols.streams.logout import TERMINATED, Logout
from cordboard.protocols.streams.render import document, render
from cordboard.protocols.streams.requests import Requests
from cordboard.protocols.streams.states import voice_contacts
from cordboard.protocols.streams.topics import Topics

EVENT = "streams:event"
"""The word between the pages of an agent that carries a broadcast."""

STRIKES = 3
"""Frames in a row that are none of ours close the socket."""

_MUTED = "agent::mute_toggle"
# What is offered to be dialled, by a campaign or as a callback, is dialled when it is taken.
_TAKEN = (Phase.ACTIVE, Phase.DIALLING)


class StreamsSession:
    """A session that its first frame makes a page's socket or a request to sign out."""

    def __init__(self, ids: k.Ids) -> None:
        self._ids = ids
        self._end: Page | Logout | None = None

    def start(self, at: Millis) -> k.SessionEffects:  # noqa: ARG002 - it begins with its first frame
        """Waits for the first frame."""
        yield from ()

    def receive(self, frame: k.SessionFrame) -> k.SessionEffects:
        """Something happened."""
        match self._end, frame:
            case None, k.Opened():
                self._end = Page(frame.channel, self._ids)
            case None, k.Called():
                self._end = Logout()
            case Page(), k.Called(call=call):
                yield k.Reply(call=call, status=404)
                return
            case _:
                pass
        if self._end is not None:
            yield from self._end.receive(frame)

    def open(self, joined: k.Joined, at: Millis) -> k.SessionEffects:
        """The agent, with their state."""
        match self._end:
            case Page():
                yield from self._end.open(joined, at)
            case Logout():
                yield from self._end.open(joined)
            case _:
                pass

    def observe(
        self, entry: Entry, before: SubjectState, after: SubjectState, rendered: bytes | None, at: Millis
    ) -> k.SessionEffects:
        """A new entry of the agent's."""
        if isinstance(self._end, Page):
            yield from self._end.observe(entry, before, after, rendered, at)

    def settle(self, command_id: str, outcome: Outcome, at: Millis) -> k.SessionEffects:  # noqa: ARG002
        """What became of a command."""
        if isinstance(self._end, Page):
            yield from self._end.settle(command_id, outcome)

    def answer(self, ask: str, result: Result, at: Millis) -> k.SessionEffects:  # noqa: ARG002
        """The result of a query."""
        if isinstance(self._end, Page):
            yield from self._end.answer(ask, result)

    def peer(self, news: k.News, at: Millis) -> k.SessionEffects:  # noqa: ARG002
        """News among the agent's pages."""
        if self._end is not None:
            yield from self._end.peer(news)


class _Phase(Enum):
    GREETING = "greeting"
    CHECKING = "checking"
    OPEN = "open"
    CLOSED = "closed"


class Page:
    """One CCP page, on its socket."""

    def __init__(self, channel: str, ids: k.Ids) -> None:
        self._channel = channel
        self._ids = ids
        self._phase = _Phase.GREETING
        self._port = ""
        self._me = ""
        self._identity: k.Identity | None = None
        self._renewing = False
        self._strikes = 0
        self._heard: Millis = 0
        self._subject = Subject("")
        self._state: SubjectState | None = None
        self._requests = Requests(channel, self._subject, ids)
        self._topics = Topics(channel, self._subject, "")
        self._ccps = Ccps(self._subject)
        self._counted = 0

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
                yield from self._heard_of(data, at)
            case k.Closed():
                self._phase = _Phase.CLOSED
            case k.Woke():
                yield from self._woke(frame)
            case k.Identified():
                yield from self._identified(frame)
            case k.Gauged() | k.Called():
                pass  # no queue is watched; requests are answered by `StreamsSession`
            case _:
                assert_never(frame)

    def open(self, joined: k.Joined, at: Millis) -> k.SessionEffects:
        """The agent as they are now."""
        if self._phase is _Phase.OPEN and joined.subject == self._subject:
            self._state = joined.state
            yield self._whole(joined.state, at)
            yield self._event(_MUTED, {"muted": own_muted(joined.state)})

    def observe(
        self, entry: Entry, before: SubjectState, after: SubjectState, rendered: bytes | None, at: Millis
    ) -> k.SessionEffects:
        """What happened to the agent: a contact was taken, a document, the microphone."""
        del at
        if self._phase is not _Phase.OPEN or entry.subject != self._subject:
            return
        self._state = after
        for contact in voice_contacts(after):
            known = before.contacts.get(contact.id)
            if known is not None and known.phase is Phase.OFFERED and contact.phase in _TAKEN:
                yield self._send(wire.Accepted(contact_id=contact.id))
        frame = render(entry, before, after) if rendered is None else rendered
        if frame:
            yield k.Send(channel=self._channel, data=frame)
        if own_muted(before) != own_muted(after):
            yield self._event(_MUTED, {"muted": own_muted(after)})

    def settle(self, command_id: str, outcome: Outcome) -> k.SessionEffects:
        """What became of a command."""
        if self._phase is _Phase.OPEN:
            yield from self._requests.settled(command_id, outcome)

    def answer(self, ask: str, result: Result) -> k.SessionEffects:
        """The result of a query."""
        if self._phase is _Phase.OPEN:
            yield from self._requests.answered(ask, result)

    def peer(self, news: k.News) -> k.SessionEffects:
        """News among the agent's pages."""
        if self._phase is not _Phase.OPEN:
            return
        match news:
            case k.Peers(pages=pages, me=me):
                self._me = me
                yield from self._ccps.among(pages)
                yield from self._count()
            case k.Shared(name=name, page=page) if name == HERE:
                self._ccps.here(page)
                yield from self._count()
            case k.Claimed():
                yield from self._topics.told(news)
            case k.Shared(name=name, page=page) if name == EVENT and page != self._me:
                yield from self._passed_on(news.data)
            case k.Shared(name=name) if name == TERMINATED:
                yield self._send(wire.Terminated())
                yield k.SignOut()
                yield from self._close(wire.SIGNED_OUT, "signed-out")
            case k.Barred(code="too-many-requests"):
                yield from self._topics.refused()
            case k.Barred(code=code, message=message):
                yield self._event("access_denied", None)
                yield self._error(CallerError(code, message))
                yield from self._close(wire.NOT_ALLOWED, code)
            case k.Shared() | k.Guarded() | k.Asked() | k.Maintenance():
                pass  # Streams has no word for maintenance: a page comes back after its close code
            case _:
                assert_never(news)

    # --- signing in ------------------------------------------------------------------------------------------------

    def _identified(self, frame: k.Identified) -> k.SessionEffects:
        identity = frame.identity
        if self._renewing:
            self._renewing = False
            yield from self._renewed(frame)
        elif self._phase is not _Phase.CHECKING:
            return
        elif identity is None:
            code = frame.error or "token-invalid"
            yield self._error(CallerError(code, "sign in again"))
            expired = code == "token-expired"
            yield from self._close(wire.TOKEN_EXPIRED if expired else wire.TOKEN_INVALID, code)
        elif not identity.agent:
            yield self._event("access_denied", None)
            yield self._error(CallerError("not-allowed", "the token is no agent's: mint one with `agent`"))
            yield from self._close(wire.NOT_ALLOWED, "no-agent")
        else:
            self._phase = _Phase.OPEN
            self._identity = identity
            self._subject = agent_subject(identity.agent)
            self._requests = Requests(self._channel, self._subject, self._ids)
            self._topics = Topics(self._channel, self._subject, self._port)
            self._ccps = Ccps(self._subject)
            yield k.Cancel(name="hello")
            yield self._send(wire.Welcome(agent=identity.agent, expires=identity.expires, at=frame.at))
            yield k.Wake(name="silence", after=wire.SILENCE_LIMIT)
            yield from self._expires(identity, frame.at)
            yield k.Watch(subjects={self._subject: None})

    def _renewed(self, frame: k.Identified) -> k.SessionEffects:
        old, new = self._identity, frame.identity
        if new is None:
            yield self._error(CallerError(frame.error or "token-invalid", "the token in use still holds"))
        elif old is None or new.subject != old.subject or new.agent != old.agent:
            yield self._error(CallerError("not-allowed", "renew with a token of the same agent"))
            yield from self._close(wire.NOT_ALLOWED, "other-identity")
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
                yield from self._close(wire.NO_HELLO, "no-hello")
            case "expiry" if self._identity is not None and self._identity.expires:
                if frame.at >= self._identity.expires:
                    yield self._error(CallerError("token-expired", "renew before the token expires"))
                    yield from self._close(wire.TOKEN_EXPIRED, "token-expired")
                else:
                    yield from self._expires(self._identity, frame.at)
            case "silence":
                idle = frame.at - self._heard
                if idle >= wire.SILENCE_LIMIT:
                    yield from self._close(wire.HEARTBEAT_LOST, "heartbeat-lost")
                else:
                    yield k.Wake(name="silence", after=wire.SILENCE_LIMIT - idle)
            case _:
                pass

    # --- frames ----------------------------------------------------------------------------------------------------

    def _heard_of(self, data: str | bytes, at: Millis) -> k.SessionEffects:
        try:
            message = wire.decode_client(data)
            self._in_order(message)
        except CallerError as error:
            yield self._error(error)
            self._strikes += 1
            if self._strikes >= STRIKES:
                yield from self._close(wire.BAD_FRAMES, "bad-frames")
            return
        self._strikes = 0
        yield from self._do(message, at)

    def _in_order(self, message: wire.ClientMessage) -> None:
        """Raises unless this message may come now."""
        due = _Phase.GREETING if isinstance(message, wire.Hello) else _Phase.OPEN
        if self._phase is not due:
            raise CallerError("not-authenticated", "say `hello` with a token, once, and wait for `welcome`")

    def _do(self, message: wire.ClientMessage, at: Millis) -> k.SessionEffects:
        state = self._state or SubjectState(subject=self._subject)
        match message:
            case wire.Hello(token=token, id=port):
                self._phase = _Phase.CHECKING
                self._port = port[: wire.NAME_LIMIT]
                yield k.SignIn(kind="bearer", secret=token)
            case wire.Renew(token=token):
                self._renewing = True
                yield k.SignIn(kind="bearer", secret=token)
            case wire.Api():
                yield from self._requests.take(message, state)
            case wire.Master():
                yield from self._topics.ask(message)
            case wire.Broadcast(event=event, data=data):
                yield from self._pass_on(event, data)
            case wire.Mute(mute=None):
                yield self._event(_MUTED, {"muted": own_muted(state)})
            case wire.Mute(mute=mute):
                service = mute_self(state, on=bool(mute))
                if service is None:
                    yield self._event(_MUTED, {"muted": False})
                else:
                    yield from self._requests.do(service)
            case wire.Reload():
                yield self._whole(state, at)
            case wire.Terminate():
                yield k.Share(subject=self._subject, name=TERMINATED, data=b"null")
            case wire.Ping():
                yield self._send(wire.Pong(at=at))
            case _:
                assert_never(message)

    def _pass_on(self, event: str, data: msgspec.Raw) -> k.SessionEffects:
        if not 0 < len(event) <= wire.NAME_LIMIT or len(data) > wire.EVENT_BYTES:
            limits = f"a name of 1 to {wire.NAME_LIMIT} characters, data of at most {wire.EVENT_BYTES} bytes"
            yield self._error(CallerError("too-large", f"broadcast: {limits}", {"field": "data"}))
            return
        word = msgspec.json.encode({"name": event, "data": data})
        yield k.Share(subject=self._subject, name=EVENT, data=word)

    def _count(self) -> k.SessionEffects:
        if len(self._ccps) != self._counted:
            self._counted = len(self._ccps)
            yield self._event("update_connected_ccps", {"length": self._counted})

    def _passed_on(self, data: msgspec.Raw | bytes) -> k.SessionEffects:
        try:
            yield self._send(msgspec.json.decode(data, type=wire.Event, strict=False))
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return  # another protocol's page used our word

    # --- out -------------------------------------------------------------------------------------------------------

    def _whole(self, state: SubjectState, at: Millis) -> k.Send:
        return self._send(wire.Agent(documents=(document(state, at),)))

    def _event(self, name: str, data: Any) -> k.Send:  # noqa: ANN401 - JSON
        return self._send(wire.Event(name=name, data=data))

    def _error(self, error: CordboardError) -> k.Send:
        return self._send(wire.Error(error=error.body().error))

    def _send(self, message: wire.ServerMessage) -> k.Send:
        return k.Send(channel=self._channel, data=wire.encode(message))

    def _close(self, code: int, reason: str) -> k.SessionEffects:
        self._phase = _Phase.CLOSED
        yield k.Close(channel=self._channel, code=code, reason=reason)
