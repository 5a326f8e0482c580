"""One request over HTTP: each is a session of its own that ends with its reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from cordboard import contract as k
from cordboard.model.commands import Command, Done, NoAnswer, Outcome, Refused, Result, Unconfirmed
from cordboard.model.errors import ERRORS, CallerError, CordboardError, VendorError
from cordboard.model.ids import SUBJECT_KINDS, Millis, Subject, is_subject
from cordboard.model.view import view
from cordboard.protocols.native import routes, wire
from cordboard.protocols.native.asyncapi import asyncapi
from cordboard.protocols.native.openapi import ENTRIES_MOST, ENTRIES_USUAL, openapi
from cordboard.protocols.native.schema import json_schema

PATIENCE: Millis = 10_000
"""How long a request is held for a command's outcome or the hub's answer."""

_DOCUMENTS: Mapping[str, Callable[[], bytes]] = {
    routes.OPENAPI: openapi,
    routes.ASYNCAPI: asyncapi,
    routes.SCHEMA: json_schema,
}


class Rest:
    """A request and what it waits for. Exactly one reply, also when the hub never answers."""

    def __init__(self, identity: k.Identity | None) -> None:
        self._identity = identity
        self._called: k.Called | None = None
        self._subject = Subject("")
        self._found: list[wire.SubjectAt] = []
        self._limit = ENTRIES_USUAL
        self._after: str | None = None
        self._command = ""
        self._replied = False

    def receive(self, frame: k.SessionFrame) -> k.SessionEffects:
        """The request, or the timer that ends the wait."""
        match frame:
            case k.Called() if self._called is None:
                self._called = frame
                try:
                    yield from self._begin(frame)
                except CordboardError as error:
                    yield from self._refuse(error)
            case k.Called():
                second = CallerError("not-found", "this session has had its request")
                yield k.Reply(call=frame.call, status=second.status, body=wire.encode(second.body()))
            case k.Woke(name="listed"):
                yield from self._reply(wire.SubjectList(subjects=tuple(self._found)))
            case k.Woke(name="patience"):
                yield from self._too_late()
            case _:
                pass

    def open(self, joined: k.Joined, at: Millis) -> k.SessionEffects:  # noqa: ARG002 - the state has its own times
        """A subject that was looked at."""
        if self._called is None:
            return
        here = k.position(joined.epoch, joined.state.seq)
        match self._called.route:
            case routes.SUBJECTS:
                if joined.state.seq:
                    self._found.append(wire.SubjectAt(subject=joined.subject, position=here))
            case _ if not joined.state.seq:
                yield from self._refuse(CallerError("not-found", f"Nothing is known of {joined.subject}"))
            case routes.SUBJECT:
                yield from self._reply(
                    wire.SubjectNow(
                        subject=joined.subject,
                        position=here,
                        view=view(joined.state),
                        gauges=dict(joined.gauges),
                    )
                )
            case routes.ENTRIES if self._after is None:
                # From the beginning: only now do we know which history that is.
                self._after = k.position(joined.epoch, 0)
                yield k.Watch(subjects={self._subject: self._after})
            case routes.ENTRIES if joined.recovered is not None:
                tail = joined.tail[: self._limit]
                more = len(joined.tail) > len(tail)
                yield from self._reply(
                    wire.EntryList(
                        entries=tuple(wire.told(entry) for entry in tail),
                        position=k.position(joined.epoch, tail[-1].seq) if more else here,
                        more=more,
                        recovered=joined.recovered,
                    )
                )
            case _:
                pass

    def settle(self, command_id: str, outcome: Outcome, at: Millis) -> k.SessionEffects:  # noqa: ARG002
        """What became of the command."""
        match outcome:
            case Done():
                yield from self._reply(wire.CommandReply(command=command_id, outcome=outcome))
            case Refused(code=code, message=message):
                yield from self._refuse(CallerError(code, message or "refused", {"command": command_id}))
            case Unconfirmed(reason=reason):
                details = {"command": command_id, "reason": reason}
                yield from self._refuse(
                    VendorError("timeout", "Nobody knows whether it was done: look first", details)
                )

    def answer(self, ask: str, result: Result, at: Millis) -> k.SessionEffects:  # noqa: ARG002
        """The result of the query."""
        if isinstance(result, NoAnswer):
            yield from self._refuse(CallerError(result.code, result.message or "no answer"))
        else:
            yield from self._reply(result)

    def peer(self, news: k.News, at: Millis) -> k.SessionEffects:  # noqa: ARG002
        """The hub did not let us look."""
        if isinstance(news, k.Barred):
            yield from self._refuse(CallerError(news.code, news.message))

    def _begin(self, called: k.Called) -> k.SessionEffects:
        document = _DOCUMENTS.get(called.route)
        if document is not None:
            yield from self._answer(200, document())
            return
        if self._identity is None:
            raise CallerError("not-authenticated", "Send `Authorization: Bearer` with a token")
        if called.route == routes.SUBJECTS:
            yield k.Watch(subjects=dict.fromkeys((f"{kind}/*" for kind in SUBJECT_KINDS), None))
            # What there is, the hub opens at once; the timer rings behind that.
            yield k.Wake(name="listed", after=0)
            return
        self._subject = _subject(called.params)
        yield k.Wake(name="patience", after=PATIENCE)
        match called.route:
            case routes.SUBJECT:
                yield k.Watch(subjects={self._subject: None})
            case routes.ENTRIES:
                self._limit, self._after = _limit(called.query), _after(called.query)
                yield k.Watch(subjects={self._subject: self._after})
            case routes.COMMANDS:
                body = wire.decode_command(called.body)
                self._command = body.id
                yield k.Execute(
                    command=Command(
                        id=body.id,
                        subject=self._subject,
                        service=body.service,
                        link=body.link,
                        immediate=body.immediate,
                    )
                )
            case routes.QUERIES:
                yield k.Ask(id="rest", subject=self._subject, query=wire.decode_query(called.body))
            case _:
                raise CallerError("not-found", f"There is no door {called.route!r}")

    def _too_late(self) -> k.SessionEffects:
        if self._command:
            yield from self._reply(wire.CommandReply(command=self._command, outcome=None), 202)
        else:
            yield from self._refuse(VendorError("timeout", "No answer in time"))

    def _reply(self, body: msgspec.Struct, status: int = 200) -> k.SessionEffects:
        yield from self._answer(status, wire.encode(body))

    def _refuse(self, error: CordboardError) -> k.SessionEffects:
        if error.code not in ERRORS:
            error = CallerError("vendor-refused", error.message, {**error.details, "code": error.code})
        yield from self._answer(error.status, wire.encode(error.body()))

    def _answer(self, status: int, body: bytes) -> k.SessionEffects:
        if self._replied or self._called is None:
            return
        self._replied = True
        yield k.Cancel(name="patience")
        yield k.Reply(
            call=self._called.call, status=status, headers={"content-type": "application/json"}, body=body
        )


def _subject(params: Mapping[str, str]) -> Subject:
    name = f"{params.get('kind', '')}/{params.get('id', '')}"
    if not is_subject(name):
        raise CallerError("bad-subject", f"{name!r} is no subject")
    return Subject(name)


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("limit", str(ENTRIES_USUAL))
    if (
        text.isascii()
        and text.isdigit()
        and len(text) <= len(str(ENTRIES_MOST))
        and 0 < int(text) <= ENTRIES_MOST
    ):
        return int(text)
    raise CallerError("bad-field", f"`limit` is 1 to {ENTRIES_MOST}", {"field": "limit"})


def _after(query: Mapping[str, str]) -> str | None:
    text = query.get("after")
    if text is not None and (len(text) > wire.NAME_LIMIT or k.parse_position(text) is None):
        raise CallerError("bad-position", "Give positions back exactly as received")
    return text
