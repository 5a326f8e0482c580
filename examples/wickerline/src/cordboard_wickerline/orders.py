"""Orders: what a clerk is told to do, made of commands, and turned into services again.

A line is named by its number, which moves when an earlier line ends. The `ref` beside it is a guard: an order for a line that
has moved is refused rather than done to another caller.
"""

from __future__ import annotations

from collections.abc import Mapping

from cordboard.model import commands as c
from cordboard.model.entities import AttachedData, Availability, Medium, Target
from cordboard.model.errors import CallerError
from cordboard.model.ids import CallId, ConnectionId, ContactId, subject_id
from cordboard.model.rules import RULES, addressed
from cordboard.model.state import SubjectState
from cordboard_wickerline import words as w
from cordboard_wickerline.markup import Element, element
from cordboard_wickerline.matters import data, jots, line_number, lines
from cordboard_wickerline.nouns import needed

_ORDER = w.back(w.ORDERS)
_STANCE = w.back(w.STANCES)
_GOAL = w.back(w.GOALS)
_Plain = (
    type[c.AnswerCall]
    | type[c.HoldCall]
    | type[c.RetrieveCall]
    | type[c.AlternateCall]
    | type[c.ReconnectCall]
    | type[c.TransferCall]
    | type[c.ConferenceCall]
)
_PLAIN: Mapping[str, _Plain] = {
    "answer": c.AnswerCall,
    "park": c.HoldCall,
    "unpark": c.RetrieveCall,
    "swap": c.AlternateCall,
    "go-back": c.ReconnectCall,
    "hand-on": c.TransferCall,
    "gather": c.ConferenceCall,
}
"""Orders of a line that say nothing more."""


def order(service: c.Service, state: SubjectState) -> Element:
    """The order for a service on a clerk's behalf. `CallerError` with the code if Attendant has none for it."""
    kind = type(service)
    word = w.ORDERS.get(kind)
    if word is None:
        raise CallerError("impossible-here", f"Attendant has no order for {kind.__name__}")
    attributes: dict[str, str | None] = {"do": word, "clerk": subject_id(state.subject)}
    children: list[Element | None] = []
    contact: ContactId | None = getattr(service, "contact", None)
    if contact is not None:
        attributes["matter"] = contact
        attributes |= _line_of(service, contact, state)
    match service:
        case c.MakeCall(target=target, data=told) | c.ConsultationCall(target=target, data=told):
            children += [goal(target), jots(told)]
        case c.SingleStepTransferCall(target=target):
            children.append(goal(target))
        case c.DeflectCall(target=to):
            children.append(goal(to) if to is not None else None)
        case c.ClearConnection(connection=speaker):
            attributes["speaker"] = speaker
        case (
            c.HoldCall(connection=alone)
            | c.RetrieveCall(connection=alone)
            | c.SetMicrophoneMute(connection=alone)
            | c.GenerateDigits(connection=alone)
        ) if alone is not None:
            raise CallerError("impossible-here", f"Attendant has no {word} for one speaker alone")
        case c.TransferCall(other=other) | c.ConferenceCall(other=other) if other not in (None, contact):
            raise CallerError(
                "impossible-here", "Attendant joins a line with one that was taken aside from it"
            )
        case c.GenerateDigits(digits=digits):
            attributes["keys"] = digits
        case c.AssociateData(data=told, wrap_up_reason=outcome):
            attributes["outcome"] = outcome
            children.append(jots(told))
        case c.SetMicrophoneMute(mute=mute):
            attributes["hushed"] = "yes" if mute else "no"
        case c.SetAgentState():
            if service.medium is not Medium.VOICE:
                raise CallerError("impossible-here", "Attendant knows of voices alone")
            attributes |= {
                "is": w.STANCES[service.state],
                "after": w.STANCES[service.then] if service.then is not None else None,
                "why": service.reason or None,
            }
        case c.SetDisposition(disposition=code):
            attributes["outcome"] = code
        case _:
            pass
    return element("order", attributes, *children)


def clerk_of(item: Element) -> str:
    """Whom an order is for. `ValueError` if it does not say."""
    return needed(item, "clerk")


def service_of(item: Element, state: SubjectState) -> c.Service:
    """The service that an order asks for. `ValueError` if a word of it is none; `CallerError` if the line has moved."""
    kind = w.said(needed(item, "do"), _ORDER)
    contact, call = _place(item, state)
    where = ContactId(contact)
    match kind:
        case c.MakeCall:
            return c.MakeCall(target=_goal(item), data=data(item))
        case c.ConsultationCall:
            return c.ConsultationCall(contact=where, call=call, target=_goal(item), data=data(item))
        case c.SingleStepTransferCall:
            return c.SingleStepTransferCall(contact=where, call=call, target=_goal(item))
        case c.DeflectCall:
            to = _goal(item) if item.find("to") is not None else None
            return c.DeflectCall(contact=where, call=call, target=to)
        case c.ClearConnection:
            speaker = item.get("speaker")
            left = ConnectionId(speaker) if speaker else None
            return c.ClearConnection(contact=where, call=call, connection=left)
        case c.GenerateDigits:
            return c.GenerateDigits(contact=where, call=call, digits=item.get("keys") or "")
        case c.AssociateData:
            told = data(item) or AttachedData()
            return c.AssociateData(contact=where, call=call, data=told, wrap_up_reason=item.get("outcome"))
        case c.SetMicrophoneMute:
            return c.SetMicrophoneMute(contact=where, call=call, mute=w.is_yes(needed(item, "hushed")))
        case c.SetAgentState:
            return _stance(item)
        case c.SetDisposition:
            return c.SetDisposition(contact=where, disposition=item.get("outcome") or "")
        case c.CompleteContact:
            return c.CompleteContact(contact=where)
        case _:
            return _PLAIN[w.ORDERS[kind]](contact=where, call=call)


def _stance(item: Element) -> c.SetAgentState:
    after = item.get("after")
    then: Availability | None = w.said(after, _STANCE) if after else None
    return c.SetAgentState(state=w.said(needed(item, "is"), _STANCE), then=then, reason=item.get("why") or "")


def goal(target: Target) -> Element:
    """Whom an order wants reached."""
    attributes = {
        "kind": w.GOALS[target.kind],
        "no": target.id or None,
        "name": target.name or None,
        "bell": target.number or None,
        "stance": target.state or None,
    }
    return element("to", attributes)


def goal_of(item: Element) -> Target:
    """Whom an order wants reached, in the model."""
    return Target(
        kind=w.said(needed(item, "kind"), _GOAL),
        id=item.get("no") or "",
        name=item.get("name") or "",
        number=item.get("bell") or "",
        state=item.get("stance") or "",
    )


def _goal(item: Element) -> Target:
    found = item.find("to")
    if found is None:
        raise ValueError("<order> lacks <to>")
    return goal_of(found)


def _line_of(service: c.Service, contact: ContactId, state: SubjectState) -> dict[str, str | None]:
    """The number and ref of the line that is meant, where one is."""
    kind = type(service)
    known = state.contacts.get(contact)
    if known is None or kind not in RULES or not hasattr(service, "call"):
        return {}
    call = addressed(known, kind, getattr(service, "call", None))
    return {} if call is None else {"line": line_number(state, call.id), "ref": call.id}


def _place(item: Element, state: SubjectState) -> tuple[str, CallId | None]:
    number, ref = item.get("line"), item.get("ref")
    if number is None:
        return item.get("matter") or "", None
    there = list(lines(state))
    at = int(number) if number.isascii() and number.isdigit() else 0
    if not 1 <= at <= len(there):
        raise CallerError("unknown-call", f"the clerk has no line {number[:9]}")
    contact, call = there[at - 1]
    if ref is not None and ref != call.id:
        raise CallerError("wrong-state", f"line {number} is another one by now")
    return contact.id, call.id
