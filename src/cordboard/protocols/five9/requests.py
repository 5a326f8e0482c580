"""From a request to the plan that does it: which body it has, and what that means. Data first: a row of the table, one way."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from cordboard.contract import Called
from cordboard.model import commands as c
from cordboard.model.entities import Availability, Contact, ReasonKind
from cordboard.protocols.five9 import orders as o, wire, words as w
from cordboard.protocols.five9.inquiries import known_variables
from cordboard.protocols.five9.lines import Line
from cordboard.protocols.five9.presence import presence, services
from cordboard.protocols.five9.settings import Settings


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request, where it is to be done."""

    called: Called
    look: o.Look
    settings: Settings

    @property
    def line(self) -> Line:
        """The call that it is about. `GoneError`."""
        return o.line_of(self.look(), self.called.params["call"])

    @property
    def target(self) -> wire.Target:
        """Its body, where it names somebody."""
        return wire.asked(self.called.body or b"{}", wire.Target)


def plan_of(name: str, called: Called, look: o.Look, settings: Settings) -> o.Plan:
    """The plan of a request. `GoneError` and other `ValueError`s if it cannot be done."""
    return PLANS[name](Request(called=called, look=look, settings=settings))


def _set_presence(request: Request) -> o.Plan:
    asked = wire.asked(request.called.body, wire.Presence)
    yield from tuple(services(asked.current_state, request.look()))
    ready = w.CALL in asked.current_state.ready_channels
    yield o.Until(lambda state: _is_ready(presence(state)) is ready)
    return o.Answer(presence(request.look()))


def _is_ready(told: wire.Presence) -> bool:
    """Ready for calls, now or when the present one is over."""
    return w.CALL in (told.pending_state or told.current_state).ready_channels


def _not_ready(request: Request) -> o.Plan:
    state = request.look()
    listed = [
        item
        for item in (state.profile.reasons if state.profile is not None else ())
        if item.kind is ReasonKind.NOT_READY
    ]
    yield c.SetAgentState(state=Availability.NOT_READY, reason=listed[0].code if listed else "")
    yield o.Until(lambda state: not _is_ready(presence(state)))
    return o.Answer(presence(request.look()))


def _make_external(request: Request) -> o.Plan:
    body = wire.asked(request.called.body, wire.MakeExternalCall)
    return o.make(request.look, o.number(body.number), body.campaign_id)


def _click_to_dial(request: Request) -> o.Plan:
    query = request.called.query
    return o.make(request.look, o.number(query.get("number", "")), query.get("campaignId"))


def _make(kind: str) -> Callable[[Request], o.Plan]:
    def plan(request: Request) -> o.Plan:
        target = o.target_of(request.target, kind, request.settings)
        return o.make(request.look, target, request.target.campaign_id)

    return plan


def _transfer(kind: str) -> Callable[[Request], o.Plan]:
    def plan(request: Request) -> o.Plan:
        body = request.target
        return o.transfer(request.look, request.line, o.target_of(body, kind, request.settings), body)

    return plan


def _add(kind: str) -> Callable[[Request], o.Plan]:
    def plan(request: Request) -> o.Plan:
        body = request.target
        target = o.target_of(body, kind, request.settings)
        return o.add(request.look, request.line, target, warm=body.warm)

    return plan


def _dispose(request: Request) -> o.Plan:
    body = wire.asked(request.called.body, wire.Dispose)
    return o.dispose(request.look, request.line, body.disposition_id)


def _transfer_to_call(request: Request) -> o.Plan:
    body = request.target
    return o.transfer_to_call(request.look, request.line, body.call_id or "", body.disposition_id)


def _complete_transfer(request: Request) -> o.Plan:
    return o.complete_transfer(request.look, request.line, request.target.disposition_id)


def _leave(request: Request) -> o.Plan:
    body = wire.asked(request.called.body or b"{}", wire.Leave)
    return o.leave(request.look, request.line, body.disposition_id)


def _record(how: str) -> Callable[[Request], o.Plan]:
    return lambda request: o.record(request.line, how)


def _attach(request: Request) -> o.Plan:
    told = {key: _text(value) for key, value in wire.asked(request.called.body, _Values).items()}
    known = {item.id: (item.group, item.name) for item in known_variables(request.look(), request.settings)}
    return o.attach(request.look, request.line, told, known)


_Values = dict[str, str | int | float | bool | None]


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else msgspec.json.encode(value).decode()


def _add_callback(request: Request) -> o.Plan:
    body = wire.asked(request.called.body, o.CallbackBody)
    line = o.line_of(request.look(), body.call_id) if body.call_id else None
    return o.promise(line, request.look(), body)


def _call_back(request: Request) -> o.Plan:
    ident = request.called.params["callback"]
    found = request.look().callbacks.get(ident)
    if found is None:
        raise o.GoneError(f"Callback {ident} not found")
    return o.make(request.look, o.number(found.number), found.campaign or None)


def _preview(request: Request) -> Contact:
    return o.preview_of(request.look(), request.called.params["preview"])


PLANS: Mapping[str, Callable[[Request], o.Plan]] = {
    "set_presence": _set_presence,
    "not_ready": _not_ready,
    "make_external": _make_external,
    "make_agent": _make("agent"),
    "make_skill": _make("skill"),
    "make_speed_dial": _make("speed_dial"),
    "click_to_dial": _click_to_dial,
    "answer": lambda request: o.answer(request.line),
    "accept_any": lambda request: o.answer(request.line),
    "reject": lambda request: o.reject(request.line),
    "reject_any": lambda request: o.reject(request.line),
    "hold": lambda request: o.hold(request.line),
    "unhold": lambda request: o.unhold(request.look, request.line),
    "park": lambda request: o.park(request.line),
    "retrieve": lambda request: o.retrieve(request.line),
    "disconnect": lambda request: o.disconnect(request.line),
    "dispose": _dispose,
    "dispose_any": _dispose,
    "transfer_external": _transfer("external"),
    "transfer_speed_dial": _transfer("speed_dial"),
    "transfer_campaign": _transfer("campaign"),
    "transfer_agent": _transfer("agent"),
    "transfer_skill": _transfer("skill"),
    "transfer_call": _transfer_to_call,
    "complete_transfer": _complete_transfer,
    "cancel_transfer": lambda request: o.cancel_transfer(request.line),
    "conference_external": _add("external"),
    "conference_campaign": _add("campaign"),
    "conference_agent": _add("agent"),
    "conference_skill": _add("skill"),
    "conference_speed_dial": _add("speed_dial"),
    "conference_call": lambda request: o.add_parked(request.look(), request.line),
    "complete_conference": lambda request: o.complete_conference(request.line),
    "drop_participant": lambda request: o.drop(request.look(), request.called.params["call"]),
    "leave_conference": _leave,
    "start_recording": _record("start"),
    "pause_recording": _record("pause"),
    "resume_recording": _record("resume"),
    "stop_recording": _record("stop"),
    "set_variables": _attach,
    "set_variables_2": _attach,
    "add_callback": _add_callback,
    "drop_callback": lambda request: o.call_off(request.called.params["callback"]),
    "call_back": _call_back,
    "preview_call": lambda request: o.take_preview(request.look, _preview(request)),
    "preview_end": lambda request: o.drop_preview(_preview(request), discard=False),
    "preview_dispose": lambda request: o.drop_preview(_preview(request), discard=True),
}
"""By the name of the row."""
