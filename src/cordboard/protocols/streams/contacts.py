"""A contact of ours as the library's."""

from __future__ import annotations

from collections.abc import Mapping

from cordboard.model.entities import CallKind, Contact, Direction, Ending, Phase, Queue
from cordboard.model.state import SubjectState
from cordboard.protocols.streams import document as d
from cordboard.protocols.streams.names import arn
from cordboard.protocols.streams.parties import connections, is_inbound, main_call

VOICE, CALLBACK = "voice", "queue_callback"

INITIATIONS: Mapping[str, str] = {
    "api": "api",
    "callback": "callback",
    "campaign": "outbound",
    "consult": "transfer",
    "dialled": "outbound",
    "direct": "inbound",
    "monitor": "monitor",
    "preview": "campaign_preview",
    "queue_transfer": "queue_transfer",
    "routed": "inbound",
    "transfer": "transfer",
}
"""How a call began -> the library's word."""

ENDED = frozenset({"ended", "missed", "error", "rejected"})
"""States of a contact that is over and waits to be cleared."""

_ENDINGS: Mapping[Ending, str] = {
    Ending.MISSED: "missed",
    Ending.DECLINED: "missed",  # for voice the library knows no `rejected`
    Ending.FAILED: "error",
    Ending.ABANDONED: "ended",
    Ending.COMPLETED: "ended",
    Ending.DIVERTED: "ended",
    Ending.LOST: "ended",
    Ending.TRANSFERRED: "ended",
}


def contact_of(contact: Contact, state: SubjectState, *, forced: str = "") -> d.Contact:
    """The contact's part of the document. `forced`: its state, where it was told too late to be in the phase."""
    call = main_call(contact)
    monitored = any(item.kind is CallKind.MONITOR for item in contact.calls)
    moment = d.Moment(type=forced or state_type(contact), timestamp=contact.phase_since.ours)
    link = state.links.get(contact.link)
    services = link.services if link is not None else frozenset[str]()
    parties = connections(contact, answerable="AnswerCall" in services)
    return d.Contact(
        contact_id=contact.id,
        initial_contact_id=contact.origin,
        related_contact_id=contact.related,
        contact_association_id=contact.thread or None,
        type=kind_of(contact),
        state=moment,
        status=moment,
        queue=None if monitored else queue_of(contact.queue),
        queue_timestamp=(contact.queued.ours or contact.queued.vendor or None) if not monitored else None,
        connections=parties,
        attributes=None if monitored else attributes_of(contact),
        contact_duration=str(max(0, state.at - contact.created.ours) // 1000),
        name=contact.subject or None,
        initiation_method=_initiation(contact),
        contact_features=d.Features(multi_party_conference_enabled="SingleStepConferenceCall" in services),
        segment_attributes={"connect:Subtype": d.Text(text="connect:Telephony")},
        customer_endpoint=next(item.endpoint for item in parties if item.initial),
        connect_system_endpoint=d.Endpoint(type="phone_number", phone_number=call.dnis)
        if call is not None and call.dnis
        else None,
    )


def kind_of(contact: Contact) -> str:
    """The library's type of a voice contact."""
    call = main_call(contact)
    return CALLBACK if call is not None and call.initiation == "callback" else VOICE


def state_type(contact: Contact) -> str:
    """The library's state of the contact."""
    match contact.phase:
        case Phase.OFFERED:
            return "incoming" if kind_of(contact) == CALLBACK else "connecting"
        case Phase.DIALLING:
            return "connecting"
        case Phase.ACTIVE:
            return "connected"
        case Phase.PAUSED:
            return "paused"
        case Phase.WRAP_UP | Phase.CLOSED:
            return ended_type(contact)


def ended_type(contact: Contact, before: Phase | None = None) -> str:
    """How a contact ended. One that never was answered was missed, whatever else it was (`before`: its last phase)."""
    ended_by = contact.ended_by or Ending.COMPLETED
    if ended_by in (Ending.ABANDONED, Ending.DIVERTED, Ending.LOST) and is_inbound(contact):
        answered = any(call.stamps.connected.ours for call in contact.calls)
        if before is Phase.OFFERED or (before is None and not answered):
            return "missed"
    return _ENDINGS[ended_by]


def queue_of(queue: Queue | None) -> d.Queue | None:
    """A queue."""
    if queue is None:
        return None
    return d.Queue(name=queue.name or queue.id, arn=arn("queue", queue.id), queue_id=arn("queue", queue.id))


def attributes_of(contact: Contact) -> dict[str, d.Attribute]:
    """The attached data of the main call."""
    call = main_call(contact)
    if call is None:
        return {}
    return {
        key: d.Attribute(name=key, value=value)
        for key, value in {**call.data.peripheral, **call.data.named}.items()
    }


def _initiation(contact: Contact) -> str:
    call = main_call(contact)
    if call is None:
        return "outbound" if contact.direction is Direction.OUTBOUND else "inbound"
    told = call.references.get("initiationMethod", "")
    default = "inbound" if is_inbound(contact) else "outbound"
    return told or INITIATIONS.get(call.initiation, default)
