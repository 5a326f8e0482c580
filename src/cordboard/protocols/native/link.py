"""The link end: another Cordboard as our contact centre.

It signs in (with a token, or one that it mints with an API key and renews), watches subjects from where our log ends, and
passes on what they tell. Commands keep their ids, so the other hub would know a repeated one; we repeat none.
What is lost with the socket: commands unanswered are unconfirmed, questions have no answer, and the driver
starts a fresh link that goes on from the log.

A frame that we do not know is kept on ``team/link-<our link>``; an event that we do not know, on its own subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, assert_never
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from cordboard import contract as k
from cordboard.contract import Down, LinkEffects, LinkFrame, parse_position
from cordboard.kit.script import Script, Steps, opened, paused, received, requested
from cordboard.model.commands import Command, NoAnswer, Query, Refused, Unconfirmed
from cordboard.model.errors import CallerError, ErrorReply
from cordboard.model.ids import SUBJECT_KINDS, Millis, Subject, is_subject
from cordboard.protocols.native import wire
from cordboard.protocols.native.feed import Feed, unrecognised

CHANNEL = "hub"
PATIENCE: Millis = 20_000
"""From the start to `welcome`."""
PING_EVERY: Millis = 10_000
SILENCE: Millis = 25_000
"""A hub that said nothing for so long is lost, though its socket may stand."""
RENEW_BEFORE: Millis = 60_000
RENEW_AGAIN: Millis = 5_000
WATCHED_AT_ONCE = 4_000
"""Subjects in one `watch`, so that the frame stays within the limit."""

_WILDCARDS = frozenset(f"{kind}/*" for kind in SUBJECT_KINDS)


class LinkSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url`: the other hub's address. Either `token`, used until it expires, or `api_key`, with which tokens of `scopes` are
    minted. `subjects`: what to follow.
    """

    url: str
    token: str = ""
    api_key: str = ""
    scopes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


class _Minted(msgspec.Struct, frozen=True, kw_only=True):
    token: str
    expires: Millis = 0


def link_settings(settings: Mapping[str, Any], scope: k.Scope) -> LinkSettings:
    """The settings, checked and complete. `CallerError` naming the field that is wrong."""
    try:
        found = msgspec.convert(dict(settings), LinkSettings)
    except msgspec.ValidationError as error:
        raise wire.field_error(str(error)) from None
    parts = urlsplit(found.url)
    if parts.scheme not in ("http", "https", "ws", "wss") or not parts.netloc:
        raise _wrong("url", "give the other hub's address: https://host")
    if bool(found.token) == bool(found.api_key):
        raise _wrong("token", "give either `token` or `api_key`")
    for name in found.subjects:
        if name not in _WILDCARDS and not is_subject(name):
            raise _wrong("subjects", f"{name!r} is no subject and no wildcard")
    alone = scope.kind == "agent"
    return replace(
        found,
        scopes=found.scopes or ((f"agent:{scope.agent}",) if alone else ("tenant", "tenant:command")),
        subjects=found.subjects or ((f"agent/{scope.agent}",) if alone else tuple(sorted(_WILDCARDS))),
    )


class NativeLink:
    """A live session with another hub."""

    def __init__(self, settings: LinkSettings, scope: k.Scope) -> None:
        self._settings = settings
        self._scope = scope
        self._name = scope.link
        self._signing_in: Script[wire.Welcome | Down] | None = None
        self._renewal: Script[None] | None = None
        self._resume: Mapping[Subject, str] = {}
        self._feeds: dict[Subject, Feed] = {}
        self._commands: dict[str, None] = {}
        self._asks: dict[str, None] = {}
        self._ready = False
        self._over = False
        self._maintained = False
        """Whether the other hub's operator has said that it is, or is going to be, in maintenance."""
        self._heard: Millis = 0
        self._ahead: Millis = 0
        """How far the other hub's clock is ahead of ours."""

    def start(self, at: Millis, resume: Mapping[Subject, str]) -> LinkEffects:
        """Sign in; the rest follows `welcome`."""
        self._heard = at
        self._resume = {
            subject: place
            for subject, place in resume.items()
            if self._followed(subject) and parse_position(place) is not None
        }
        self._signing_in = Script(self._sign_in(), self._signed_in)
        yield k.Wake(name="patience", after=PATIENCE)
        yield from self._signing_in.start()

    def receive(self, frame: LinkFrame) -> LinkEffects:
        """Something happened."""
        if self._over:
            return
        if isinstance(frame, k.Opened | k.Received):
            self._heard = frame.at
        for script in (self._signing_in, self._renewal):
            if script is not None and script.wants(frame):
                yield from script.receive(frame)
                return
        match frame:
            case k.Received(data=data, at=at) if self._ready:
                yield from self._guarded(self._told(data, at))
            case k.Closed(channel=channel, code=code, reason=reason) if channel == CHANNEL:
                yield from self._lost(self._down(code, reason))
            case k.Woke(name="ping", at=at):
                yield from self._ping(at)
            case k.Woke(name="patience"):
                yield from self._lost(Down(retry="later", reason="timeout"))
            case _:
                pass

    def execute(self, command: Command, at: Millis) -> LinkEffects:  # noqa: ARG002 - the other hub has its clock
        """Pass the command on under its own id."""
        if self._over or not self._ready:
            refused = Refused(code="link-down", message="the other hub is not connected")
            yield k.Settle(command=command.id, outcome=refused)
            return
        self._commands[command.id] = None
        yield _send(wire.Execute(command=replace(command, link=None, nesting=0)))

    def ask(self, ask: str, subject: Subject, query: Query, at: Millis) -> LinkEffects:  # noqa: ARG002
        """Pass the question on."""
        if self._over or not self._ready:
            yield k.Answer(ask=ask, result=NoAnswer(code="link-down"))
            return
        self._asks[ask] = None
        yield _send(wire.Ask(id=ask, subject=subject, query=query))

    # --- signing in ----------------------------------------------------------------------------------------------------

    def _sign_in(self) -> Steps[wire.Welcome | Down]:
        token = self._settings.token
        if self._settings.api_key:
            minted = yield from self._mint()
            if isinstance(minted, Down):
                return minted
            token = minted.token
        there = yield from opened(k.Open(channel=CHANNEL, kind="ws", url=self._address("ws", "/v1/socket")))
        if isinstance(there, k.Closed):
            return replace(self._down(there.code, there.reason), after=there.retry_after or 0)
        yield _send(wire.Hello(token=token, client=f"cordboard link {self._name}"))
        refused = ""
        while True:
            frame = yield from received(CHANNEL)
            if isinstance(frame, k.Closed):
                return self._down(frame.code, frame.reason or refused)
            try:
                message = wire.decode_server(frame.data)
            except CallerError:
                yield self._unrecognised(frame.data, frame.at)
                continue
            if isinstance(message, wire.Welcome):
                self._ahead = message.at - frame.at
                return message
            if isinstance(message, wire.Error):
                refused = message.error.code

    def _signed_in(self, result: wire.Welcome | Down) -> LinkEffects:
        if isinstance(result, Down):
            yield from self._lost(result)
            return
        self._ready = True
        yield k.Cancel(name="patience")
        yield k.Wake(name="ping", after=min(PING_EVERY, max(1, result.heartbeat)))
        yield from self._watch()
        if self._settings.api_key and result.identity.expires:
            self._renewal = Script(self._renew(result.identity.expires - result.at), lambda _: iter(()))
            yield from self._renewal.start()

    def _watch(self) -> LinkEffects:
        named: dict[str, str | None] = {subject: place for subject, place in self._resume.items()}  # noqa: C416 - a wider type
        named.update(
            (name, None) for name in self._settings.subjects if is_subject(name) and name not in named
        )
        for subject, place in self._resume.items():
            known = parse_position(place)
            self._feeds[subject] = Feed(subject, self._name, known[1] if known is not None else 0)
        # Subjects that are new to us are told from their beginning where that is the history we know.
        epoch = next((place.rpartition(".")[0] for place in self._resume.values()), None)
        wild = {
            name: None if epoch is None else k.position(epoch, 0)
            for name in self._settings.subjects
            if name in _WILDCARDS
        }
        rest = iter(named.items())
        while len(part := dict(islice(rest, WATCHED_AT_ONCE))) == WATCHED_AT_ONCE:
            yield _send(wire.Watch(subjects=part))
        yield _send(wire.Watch(subjects={**part, **wild}))

    def _mint(self) -> Steps[_Minted | Down]:
        agent = {"agent": self._scope.agent} if self._scope.kind == "agent" else {}
        request = k.Request(
            name="mint",
            method="POST",
            url=self._address("http", "/v1/tokens"),
            headers={
                "authorization": f"ApiKey {self._settings.api_key}",
                "content-type": "application/json",
            },
            body=msgspec.json.encode({"scopes": self._settings.scopes, **agent}),
            repeatable=True,
        )
        reply = yield from requested(request)
        if isinstance(reply, k.Failed):
            return Down(retry="later", reason=reply.reason or "no-answer")
        try:
            if reply.status == 200:  # noqa: PLR2004 - HTTP's own number
                return msgspec.json.decode(reply.data, type=_Minted)
            code = msgspec.json.decode(reply.data, type=ErrorReply).error.code
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            code = f"http-{reply.status}"
        match reply.status:
            case 401:
                return Down(retry="login", reason=code)
            case 400 | 403:
                return Down(retry="give-up", reason=code)
            case _:
                return Down(retry="later", reason=code, after=reply.retry_after or 0)

    def _renew(self, lifetime: Millis) -> Steps[None]:
        """Forever: a new token before the old one expires. If none can be had, the hub will close the socket, and we come back."""
        pause = max(lifetime - RENEW_BEFORE, lifetime // 2)
        while True:
            woke = yield from paused("renew", max(RENEW_AGAIN, pause))
            minted = yield from self._mint()
            pause = RENEW_AGAIN
            if isinstance(minted, _Minted):
                yield _send(wire.Renew(token=minted.token))
                lifetime = minted.expires - (woke.at + self._ahead)
                pause = max(lifetime - RENEW_BEFORE, lifetime // 2)

    # --- what the hub tells ----------------------------------------------------------------------------------------------

    def _told(self, data: str | bytes, at: Millis) -> LinkEffects:
        try:
            message = wire.decode_server(data)
        except CallerError:
            yield self._unrecognised(data, at)
            return
        match message:
            case wire.Joined(subject=subject):
                if not is_subject(subject):
                    yield self._unrecognised(data, at)
                    return
                feed = self._feeds.setdefault(subject, Feed(subject, self._name))
                yield from feed.joined(message, at)
                for name, value in message.gauges.items():
                    yield k.Gauge(subject=subject, name=name, value=value, at=at + self._ahead)
            case wire.Entry(subject=subject):
                known = self._feeds.get(subject)
                if known is None:
                    yield self._unrecognised(data, at)
                else:
                    yield from known.entry(message)
            case wire.Gauge(subject=subject) if not is_subject(subject):
                yield self._unrecognised(data, at)
            case wire.Gauge():
                yield k.Gauge(subject=message.subject, name=message.name, value=message.value, at=message.at)
            case wire.Settled(command=command, outcome=outcome):
                if command in self._commands:
                    del self._commands[command]
                    yield k.Settle(command=command, outcome=outcome)
            case wire.Answer(ask=ask, result=result):
                if ask in self._asks:
                    del self._asks[ask]
                    yield k.Answer(ask=ask, result=result)
            case wire.Maintenance(state=state):
                self._maintained = state != "none"
            case wire.Error():
                yield from self._refused(message, data, at)
            case (
                wire.Welcome()
                | wire.Renewed()
                | wire.Pong()
                | wire.Shared()
                | wire.Claimed()
                | wire.Peers()
                | wire.Guarded()
                | wire.Asked()
            ):
                pass  # nothing of it concerns a link: it claims, guards and shares nothing
            case _:
                assert_never(message)

    def _refused(self, message: wire.Error, data: str | bytes, at: Millis) -> LinkEffects:
        about, error = message.about or "", message.error
        if about in self._commands:
            del self._commands[about]
            yield k.Settle(command=about, outcome=Refused(code=error.code, message=error.message))
        elif about in self._asks:
            del self._asks[about]
            yield k.Answer(ask=about, result=NoAnswer(code=error.code, message=error.message))
        elif about in self._settings.subjects:
            yield Down(retry="give-up", reason=f"{error.code}: {about}")
        elif error.code != "token-expired":
            # An expired token is told again by the close code that follows.
            yield self._unrecognised(data, at)

    def _guarded(self, effects: LinkEffects) -> LinkEffects:
        """The effects; a `Down` among them ends this link properly."""
        for effect in effects:
            if isinstance(effect, Down):
                yield from self._lost(effect)
                return
            yield effect

    def _ping(self, at: Millis) -> LinkEffects:
        if at - self._heard >= SILENCE:
            yield k.Close(channel=CHANNEL, code=wire.CloseCode.HEARTBEAT_LOST, reason="heartbeat-lost")
            yield from self._lost(Down(retry="later", reason="heartbeat-lost"))
        else:
            yield _send(wire.Ping())
            yield k.Wake(name="ping", after=PING_EVERY)

    # --- the end -----------------------------------------------------------------------------------------------------------

    def _down(self, code: int, reason: str) -> Down:
        retry = wire.after_close(code)
        if retry == "login" and self._settings.api_key:
            retry = "later"  # the next link mints itself a fresh token
        if retry == "later" and self._maintained:
            reason = "maintenance"
        return Down(retry=retry, reason=reason or f"closed-{code}")

    def _lost(self, down: Down) -> LinkEffects:
        """Nobody waits for an answer of this link any more."""
        self._over = True
        self._ready = False
        for script in (self._signing_in, self._renewal):
            # One that led here is running; it ends by itself.
            if script is not None and not script.over:
                script.stop()
        for command in self._commands:
            yield k.Settle(command=command, outcome=Unconfirmed(reason="link-lost"))
        for ask in self._asks:
            yield k.Answer(ask=ask, result=NoAnswer(code="link-down"))
        self._commands.clear()
        self._asks.clear()
        yield down

    def _followed(self, subject: Subject) -> bool:
        kind = subject.partition("/")[0]
        return subject in self._settings.subjects or f"{kind}/*" in self._settings.subjects

    def _unrecognised(self, data: str | bytes, at: Millis) -> k.Emit:
        subject = Subject(f"team/link-{self._name}")
        return k.Emit(subject=subject, event=unrecognised(self._name, at, CHANNEL, data))

    def _address(self, kind: str, path: str) -> str:
        parts = urlsplit(self._settings.url)
        secure = "s" if parts.scheme in ("https", "wss") else ""
        start = parts.path.removesuffix("/v1/socket").rstrip("/")
        return f"{kind}{secure}://{parts.netloc}{start}{path}"


def _send(message: msgspec.Struct) -> k.Send:
    return k.Send(channel=CHANNEL, data=wire.encode(message).decode())


def _wrong(field: str, message: str) -> CallerError:
    return CallerError("bad-field", message, {"field": field})
