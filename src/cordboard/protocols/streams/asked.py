"""The plans of the library's requests: what each needs done, read from the folded state alone."""

from __future__ import annotations

from typing import Any

from cordboard.model import commands as c
from cordboard.model.entities import (
    Availability,
    CallKind,
    Contact,
    Phase,
    Role,
    SuperviseAction,
    Target,
    TargetKind,
)
from cordboard.model.ids import AgentId, CallId, ContactId, QueueId
from cordboard.model.state import SubjectState
from cordboard.protocols.streams import legs
from cordboard.protocols.streams.names import ident_of, target_of
from cordboard.protocols.streams.parties import BARGE, SILENT_MONITOR, others, own_states
from cordboard.protocols.streams.plans import (
    BAD_ENDPOINT,
    INVALID_CONFIGURATION,
    INVALID_STATE,
    Do,
    Fail,
    Look,
    Params,
    Plan,
    Say,
)
from cordboard.protocols.streams.states import chosen, missed_contact, voice_contacts

MOST_TARGETS = 500
_FILLING = str.maketrans("", "", " -.()/")


def put_agent_state(state: SubjectState, params: Params) -> Plan:
    """Become something else: at once, or after the contact if it says so. In after-call work it ends that, as it did in 1.x."""
    wanted = params.get("state")
    wanted = wanted if isinstance(wanted, dict) else {}
    found = chosen(
        state, _text(wanted, "name"), _text(wanted, "type"), _text(wanted, "agentStateARN") or None
    )
    if found is None:
        return Fail(type=INVALID_STATE, message="there is no such agent state")
    setting = c.SetAgentState(state=found[0], reason=found[1])
    contacts = voice_contacts(state)
    if params.get("enqueueNextState"):
        return Do(services=(setting,))
    if any(item.phase is not Phase.WRAP_UP for item in contacts):
        return Fail(type=INVALID_STATE, message="finish the contact, or enqueue the state")
    finishing = tuple(c.CompleteContact(contact=item.id) for item in contacts)
    if found[0] is Availability.NULL:
        return Do(services=(*finishing, setting))
    return Do(services=(setting, *finishing))


def create_outbound_contact(_: SubjectState, params: Params) -> Plan:
    """Dial."""
    target = _endpoint(params)
    if isinstance(target, Fail):
        return target
    queue = ident_of(_text(params, "queueARN"))
    own = "/agent/" in _text(params, "queueARN")
    related = _text(params, "relatedContactId")
    service = c.MakeCall(
        target=target,
        queue=QueueId(queue) if queue and not own else None,
        related=ContactId(related) if related else None,
    )
    return Do(services=(service,), returns={"contact": "contactId"})


def get_endpoints(_: SubjectState, params: Params) -> Plan:
    """Whom one can call. All queues have the same ones here."""
    limit = params.get("maxResults")
    limit = limit if isinstance(limit, int) and not isinstance(limit, bool) else MOST_TARGETS
    return Look(
        query=c.GetTargets(limit=max(1, min(limit, MOST_TARGETS)), after=_text(params, "nextToken")[:200])
    )


def update_agent_configuration(state: SubjectState, params: Params) -> Plan:
    """Only a configuration that changes nothing: no service sets the device."""
    asked = params.get("configuration")
    asked = asked if isinstance(asked, dict) else {}
    profile = state.profile
    kind = profile.device.kind if profile is not None and profile.device is not None else ""
    softphone = asked.get("softphoneEnabled")
    extension = asked.get("extension")
    if softphone is not None and bool(softphone) != (kind == "softphone"):
        return Fail(type=INVALID_CONFIGURATION, message="the contact centre sets what an agent answers on")
    if extension and extension != (profile.extension if profile is not None else ""):
        return Fail(type=INVALID_CONFIGURATION, message="the contact centre sets an agent's extension")
    return Say()


def accept_contact(state: SubjectState, params: Params) -> Plan:
    """Answer."""
    found = _contact(state, params)
    return found if isinstance(found, Fail) else Do(services=(c.AnswerCall(contact=found.id),))


def reject_contact(state: SubjectState, params: Params) -> Plan:
    """Decline."""
    found = _contact(state, params)
    return found if isinstance(found, Fail) else Do(services=(c.DeflectCall(contact=found.id),))


def clear_contact(state: SubjectState, params: Params) -> Plan:
    """Finish the after-call work. A missed call goes when the agent takes calls again."""
    missed = missed_contact(state)
    if missed is not None and missed.id == params.get("contactId"):
        return Do(services=(c.SetAgentState(state=Availability.READY),))
    found = _contact(state, params)
    return found if isinstance(found, Fail) else Do(services=(c.CompleteContact(contact=found.id),))


def destroy_contact(state: SubjectState, params: Params) -> Plan:
    """Hang up."""
    found = _contact(state, params)
    return found if isinstance(found, Fail) else legs.leave(found)


def notify_issue(state: SubjectState, params: Params) -> Plan:
    """Keep it in the contact's notes."""
    found = _contact(state, params)
    if isinstance(found, Fail):
        return found
    issue = f"[{_text(params, 'issueCode')}] {_text(params, 'description')}".strip()
    return Do(services=(c.TakeNote(contact=found.id, text=f"{found.notes}\n{issue}".strip()[:8000]),))


def add_connection(state: SubjectState, params: Params) -> Plan:
    """Consult."""
    return _to_endpoint(state, params, lambda found, to: c.ConsultationCall(contact=found.id, target=to))


def add_participant(state: SubjectState, params: Params) -> Plan:
    """Bring somebody in at once."""
    return _to_endpoint(
        state, params, lambda found, to: c.SingleStepConferenceCall(contact=found.id, target=to)
    )


def transfer_contact(state: SubjectState, params: Params) -> Plan:
    """Hand over without a word."""
    return _to_endpoint(
        state, params, lambda found, to: c.SingleStepTransferCall(contact=found.id, target=to)
    )


def destroy_connection(state: SubjectState, params: Params) -> Plan:
    """Drop a party; on the agent's own connection: leave."""
    found = _contact(state, params)
    if isinstance(found, Fail):
        return found
    connection = _text(params, "connectionId")
    place = legs.place_of(found, connection)
    if place is not None:
        return legs.drop(found, place)
    return legs.leave(found) if legs.is_own(found, connection) else _nobody(connection)


def hold_connection(state: SubjectState, params: Params) -> Plan:
    """Hold a party."""
    found = _contact(state, params)
    return found if isinstance(found, Fail) else legs.hold(found, _text(params, "connectionId"))


def resume_connection(state: SubjectState, params: Params) -> Plan:
    """Take a party from hold."""
    found = _contact(state, params)
    return found if isinstance(found, Fail) else legs.resume(found, _text(params, "connectionId"))


def toggle_active_connections(state: SubjectState, params: Params) -> Plan:
    """Swap. The connection named may be the agent's own, so it is not looked at."""
    found = _contact(state, params)
    return found if isinstance(found, Fail) else legs.toggle(found)


def conference_connections(state: SubjectState, params: Params) -> Plan:
    """Join all."""
    found = _contact(state, params)
    return found if isinstance(found, Fail) else legs.conference(found)


def send_digits(state: SubjectState, params: Params) -> Plan:
    """DTMF."""
    found = _contact(state, params)
    if isinstance(found, Fail):
        return found
    place = legs.place_of(found, _text(params, "connectionId"))
    call: CallId | None = place.call.id if place is not None else None
    digits = _text(params, "digits").upper()
    return Do(services=(c.GenerateDigits(contact=found.id, call=call, digits=digits),))


def mute_participant(state: SubjectState, params: Params) -> Plan:
    """Mute a party."""
    return _mute(state, params, on=True)


def unmute_participant(state: SubjectState, params: Params) -> Plan:
    """Unmute a party."""
    return _mute(state, params, on=False)


def update_monitor_state(state: SubjectState, params: Params) -> Plan:
    """Listen, or barge in."""
    found = _contact(state, params)
    if isinstance(found, Fail):
        return found
    actions = {SILENT_MONITOR: SuperviseAction.LISTEN, BARGE: SuperviseAction.BARGE}
    action = actions.get(_text(params, "targetMonitorMode"))
    agents = [item.party.participant for item in others(found) if item.party.participant.role is Role.AGENT]
    monitors = any(item.kind is CallKind.MONITOR for item in found.calls)
    if action is None or not monitors or found.related is None or not agents:
        return Fail(type=INVALID_STATE, message="this contact is not one that is listened to")
    agent = AgentId(agents[0].id)
    return Do(services=(c.Supervise(agent=agent, contact=found.related, action=action),))


def pause_contact(state: SubjectState, params: Params) -> Plan:
    """Pause a task."""
    found = _contact(state, params)
    return found if isinstance(found, Fail) else Do(services=(c.PauseContact(contact=found.id),))


def resume_contact(state: SubjectState, params: Params) -> Plan:
    """Resume a task."""
    found = _contact(state, params)
    return found if isinstance(found, Fail) else Do(services=(c.ResumeContact(contact=found.id),))


def mute_self(state: SubjectState, *, on: bool) -> c.SetMicrophoneMute | None:
    """What mutes the agent, wherever they talk; `None` if they talk nowhere."""
    for contact in voice_contacts(state):
        if contact.phase is Phase.ACTIVE:
            return c.SetMicrophoneMute(contact=contact.id, mute=on)
    return None


def own_muted(state: SubjectState) -> bool:
    """Whether the agent is muted where they talk."""
    return any(own.muted for contact in voice_contacts(state) for _, own in own_states(contact))


def _mute(state: SubjectState, params: Params, *, on: bool) -> Plan:
    found = _contact(state, params)
    if isinstance(found, Fail):
        return found
    connection = _text(params, "connectionId")
    place = legs.place_of(found, connection)
    if place is not None:
        service = c.SetMicrophoneMute(
            contact=found.id, call=place.call.id, connection=place.party.id, mute=on
        )
        return Do(services=(service,))
    if not legs.is_own(found, connection):
        return _nobody(connection)
    return Do(services=(c.SetMicrophoneMute(contact=found.id, mute=on),))


def _to_endpoint(state: SubjectState, params: Params, make: Any) -> Plan:  # noqa: ANN401 - one of three services
    found = _contact(state, params)
    if isinstance(found, Fail):
        return found
    target = _endpoint(params)
    return target if isinstance(target, Fail) else Do(services=(make(found, target),))


def _contact(state: SubjectState, params: Params) -> Contact | Fail:
    wanted = _text(params, "contactId")
    found = next((item for item in voice_contacts(state) if item.id == wanted), None)
    return found or Fail(type=INVALID_STATE, message=f"unknown-contact: no open contact {wanted[:100]!r}")


def _endpoint(params: Params) -> Target | Fail:
    told = params.get("endpoint")
    told = told if isinstance(told, dict) else {}
    number = _text(told, "phoneNumber")
    if _text(told, "type") != "phone_number":
        named = target_of(_text(told, "endpointARN"))
        if named is not None:
            return named
        login = _text(told, "agentLogin")
        if login:
            return Target(kind=TargetKind.AGENT, id=login)
        queue = ident_of(_text(told, "queue"))
        if queue:
            return Target(kind=TargetKind.QUEUE, id=queue)
    number = number.removeprefix("sip:").partition("@")[0].translate(_FILLING)
    if not number:
        return Fail(type=BAD_ENDPOINT, message="the endpoint has no number, and no name of ours")
    return Target(kind=TargetKind.NUMBER, number=number)


def _nobody(connection: str) -> Fail:
    return Fail(type=INVALID_STATE, message=f"unknown-connection: no live connection {connection[:100]!r}")


def _text(told: Params, key: str) -> str:
    value = told.get(key)
    return value if isinstance(value, str) else ""
