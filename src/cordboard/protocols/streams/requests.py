"""The library's requests under way: each is answered exactly once, since the library itself waits for ever."""

from __future__ import annotations

from typing import Any, assert_never

import msgspec

from cordboard.contract import Ask, Execute, Ids, Send, SessionEffects
from cordboard.model import commands as c
from cordboard.model.entities import Target, TargetKind
from cordboard.model.ids import CommandId, Subject
from cordboard.model.state import SubjectState
from cordboard.protocols.streams import wire
from cordboard.protocols.streams.document import Endpoint
from cordboard.protocols.streams.methods import plan
from cordboard.protocols.streams.names import target_arn
from cordboard.protocols.streams.plans import (
    INVALID_STATE,
    Do,
    Fail,
    Look,
    Say,
    failed,
    no_answer,
    outcome_error,
)

REMEMBERED = 1000
"""Ids of requests kept in mind, so that a replayed one does nothing."""


class _Doing(msgspec.Struct, frozen=True, kw_only=True):
    request: str
    """Empty: nobody waits for an answer."""
    todo: Do
    done: int


class Requests:
    """Those of one page."""

    def __init__(self, channel: str, subject: Subject, ids: Ids) -> None:
        self._channel = channel
        self._subject = subject
        self._ids = ids
        self._doing: dict[str, _Doing] = {}
        self._looking: dict[str, str] = {}
        self._seen: dict[str, None] = {}

    def take(self, request: wire.Api, state: SubjectState) -> SessionEffects:
        """Begin a request, or answer it at once. One that came before is dropped."""
        if request.request_id in self._seen:
            return
        self._seen[request.request_id] = None
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        planned = plan(state, request.method, request.params)
        match planned:
            case Say(data=data):
                yield self._answer(request.request_id, data)
            case Fail(type=kind, message=message, status=status):
                yield self._answer(request.request_id, err=failed(kind, message, status))
            case Look(query=query):
                ask = self._ids.new("ask")
                self._looking[ask] = request.request_id
                yield Ask(id=ask, subject=self._subject, query=query)
            case Do():
                yield from self._next(_Doing(request=request.request_id, todo=planned, done=0))
            case _:
                assert_never(planned)

    def do(self, service: c.Service) -> SessionEffects:
        """Have something done that nobody waits for."""
        yield from self._next(_Doing(request="", todo=Do(services=(service,)), done=0))

    def settled(self, command: str, outcome: c.Outcome) -> SessionEffects:
        """What became of a command: the next one, or the answer."""
        doing = self._doing.pop(command, None)
        if doing is None:
            return
        match outcome:
            case c.Done() if doing.done < len(doing.todo.services):
                yield from self._next(doing)
            case c.Done(data=data):
                returns = doing.todo.returns
                found = {returns[key]: value for key, value in data.items() if key in returns}
                if doing.request:
                    yield self._answer(doing.request, found)
            case c.Refused() | c.Unconfirmed():
                if doing.request:
                    yield self._answer(doing.request, err=outcome_error(outcome))
            case _:
                assert_never(outcome)

    def answered(self, ask: str, result: c.Result) -> SessionEffects:
        """The result of a query."""
        request = self._looking.pop(ask, None)
        if request is None:
            return
        match result:
            case c.Targets(targets=targets, after=after):
                found = [_endpoint(item) for item in targets]
                yield self._answer(request, {"endpoints": found, "nextToken": after or None})
            case c.NoAnswer():
                yield self._answer(request, err=no_answer(result))
            case c.Reasons() | c.LastContacts() | c.SettingsText() | c.TeamMessages():
                yield self._answer(request, err=failed(INVALID_STATE, "another answer than was asked for"))
            case _:
                assert_never(result)

    def _next(self, doing: _Doing) -> SessionEffects:
        ident = self._ids.new("streams")
        service = doing.todo.services[doing.done]
        self._doing[ident] = msgspec.structs.replace(doing, done=doing.done + 1)
        yield Execute(command=c.Command(id=CommandId(ident), subject=self._subject, service=service))

    def _answer(self, request: str, data: Any = None, err: str | None = None) -> Send:  # noqa: ANN401 - JSON
        message = wire.ApiAnswer(request_id=request, data=data, err=err)
        return Send(channel=self._channel, data=wire.encode(message))


def _endpoint(target: Target) -> Endpoint:
    kinds = {
        TargetKind.AGENT: "agent",
        TargetKind.QUEUE: "queue",
        TargetKind.NUMBER: "phone_number",
    }
    name = target_arn(target)
    return Endpoint(
        type=kinds[target.kind],
        arn=name,
        endpoint_id=name,
        phone_number=target.number or None,
        name=target.name or target.number or target.id,
        agent_login=target.id if target.kind is TargetKind.AGENT else None,
        queue=target.id if target.kind is TargetKind.QUEUE else None,
    )
