"""Events: past facts. The upper half has CSTA's names (ECMA-269), the lower half is ours and marked so.

Shape, common to all: `link` told it (empty: this hub), at the vendor's time `at`. An event about a call names its contact
and call, and brings the **whole new value** of each connection that it changed, so that a fold needs no arithmetic
and a repeated event changes nothing. Facts that are told late or change are given in `contact_facts` and
`call_facts`: what is `None` there stays as it was.
"""

from __future__ import annotations

import msgspec

from cordboard.model.commands import Command, Outcome
from cordboard.model.entities import (
    Activity,
    AgentProfile,
    AgentState,
    AttachedData,
    Callback,
    CallKind,
    Connection,
    Contact,
    Direction,
    Ending,
    ListRecord,
    Medium,
    Participant,
    PendingState,
    Queue,
    Reason,
    Record,
    Suggestion,
    TeamMessage,
    Utterance,
)
from cordboard.model.ids import CallId, CommandId, ConnectionId, ContactId, LinkId, Millis, ThreadId


class ContactFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a contact; `None` leaves the old value."""

    thread: ThreadId | None = None
    previous: ContactId | None = None
    origin: ContactId | None = None
    medium: Medium | None = None
    direction: Direction | None = None
    queue: Queue | None = None
    queued_at: Millis | None = None
    campaign: str | None = None
    campaign_name: str | None = None
    campaign_mode: str | None = None
    list_record: ListRecord | None = None
    callback: str | None = None
    related: ContactId | None = None
    related_record: Record | None = None
    transferred_by: Participant | None = None
    customer: Participant | None = None
    subject: str | None = None
    text: str | None = None
    links: tuple[Record, ...] | None = None
    variety: str | None = None
    disposition: str | None = None


class CallFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a call; `None` leaves the old value."""

    kind: CallKind | None = None
    direction: Direction | None = None
    vendor_id: str | None = None
    aliases: tuple[str, ...] | None = None
    references: dict[str, str] | None = None
    ani: str | None = None
    dnis: str | None = None
    dialled: str | None = None
    data: AttachedData | None = None
    wrap_up_reason: str | None = None
    recording: str | None = None
    initiation: str | None = None


class _Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Fields of every event; `cause` is a word of `vocabulary.CAUSES` (ADR 0002: structs share fields, and nothing else, by a private base)."""

    link: LinkId = LinkId("")
    at: Millis = 0
    cause: str = ""


class _CallFact(_Fact, frozen=True, kw_only=True, omit_defaults=True):
    """Fields of every event about a call."""

    contact: ContactId
    call: CallId
    by: ConnectionId | None = None
    """Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device."""
    connections: tuple[Connection, ...] = ()
    contact_facts: ContactFacts | None = None
    call_facts: CallFacts | None = None


class ServiceInitiated(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: the agent's device went off hook to call; nothing dialled yet."""


class Originated(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: a call is being set up from the agent's device."""


class Delivered(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: a connection is alerting: the agent's (an offer) or a called party's."""


class Queued(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: the call waits in a queue. On the queue's subject, or on an agent's when a consulted queue holds the call."""


class Established(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: a connection was answered."""


class Held(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: a connection was put on hold; or parked, which the connection says. For chat and task contacts: paused."""


class Retrieved(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: a held or parked connection talks again. For chat and task contacts: resumed."""


class Diverted(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: the call left this device or queue for another, unanswered here."""


class Conferenced(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: two calls became one; `merged` is the call that ceased to be, `call` the one that goes on."""

    merged: CallId | None = None
    aliases: tuple[ThreadId, ...] = ()


class Transferred(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: the call moved from one party to another. `aliases` are thread ids that now mean this contact's thread."""

    merged: CallId | None = None
    aliases: tuple[ThreadId, ...] = ()


class ConnectionCleared(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: a party left the call, the others may go on."""


class CallCleared(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: the call is over for all."""


class Failed(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: a call could not be completed; `cause` tells why (``busy``, ``no-answer``, ``invalid-number`` …)."""


class CallInformation(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: data of the call or contact changed, no connection did."""


class MicrophoneMute(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: a participant was muted or unmuted; `connections` says which."""


class DigitsGenerated(_CallFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA (Generate Digits): DTMF was sent into the call. `digits` may be personal (a card number)."""

    digits: str = ""


class _AgentFact(_Fact, frozen=True, kw_only=True, omit_defaults=True):
    """Fields of every event about an agent's state; the state itself is the event's name."""

    medium: Medium = Medium.VOICE
    reason: Reason | None = None
    pending: PendingState | None = None
    chosen: PendingState | None = None
    """What the agent has chosen beneath a contact, where the vendor tells; else the fold remembers what it was before."""
    fault: str = ""


class AgentLoggedOn(_AgentFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: logged on to the medium, still not ready."""


class AgentLoggedOff(_AgentFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: logged off from the medium."""


class AgentReady(_AgentFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: waits for work."""


class AgentNotReady(_AgentFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: takes no work, for `reason`."""


class AgentBusy(_AgentFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: occupied by a contact, from the moment a routed contact is offered or a call is begun. `cause` is ``reserved``
    when a campaign holds the agent before there is a call.
    """


class AgentWorkingAfterCall(_AgentFact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA: after-call work."""


class WrapUpStarted(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: the contact's talking is over, its after-call work has begun. `ended_by` says how the talking ended."""

    contact: ContactId
    ended_by: Ending = Ending.COMPLETED
    limit: int = 0
    """Seconds that it may last, 0 for no limit."""


class ContactClosed(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: the contact is over for this agent (or queue)."""

    contact: ContactId
    ended_by: Ending = Ending.COMPLETED


class LinkUp(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: the link serves this subject; `services` are the commands that it can do here, `lacks` says of others why not."""

    services: tuple[str, ...] = ()
    lacks: dict[str, str] = {}


class LinkDown(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: the link was lost. `cause` is a kebab-case reason, `retry` one of later, login, give-up; or removed, where the settings have
    the link no more: then nothing is left of it here.
    """

    retry: str = "later"


class Snapshot(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: the vendor's whole state for this subject, in place of all that the link told before.

    An open contact of the link that is missing here ended while nobody told us: it closes as `lost`. `callbacks` is `None` where
    the vendor does not tell of them.
    """

    profile: AgentProfile | None = None
    states: tuple[AgentState, ...] = ()
    contacts: tuple[Contact, ...] = ()
    callbacks: tuple[Callback, ...] | None = None


class ProfileChanged(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: the agent's profile is now this."""

    profile: AgentProfile


class CommandIssued(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: the command is on disk and goes to the link next. `by` is the identity's subject, for the audit."""

    command: Command
    by: str = ""


class CommandSettled(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: what became of a command."""

    command: CommandId
    outcome: Outcome


class Unrecognised(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: a frame that nobody understood, kept. `data` is text, or base64 of what was not UTF-8 (`encoded`)."""

    channel: str = ""
    data: str = ""
    encoded: bool = False
    truncated: bool = False


class Uttered(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="Utterance"):
    """Ours: a piece of a transcript, or a chat message. One of an id that was told before takes the place of that."""

    utterance: Utterance


class Suggested(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: a suggested answer."""

    suggestion: Suggestion


class CallbackScheduled(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: a call was promised, or the promise changed. On the agent's subject, or on the queue's."""

    callback: Callback


class CallbackRemoved(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: a promised call is no longer to come: it is being offered, was kept, or was called off (`cause`)."""

    callback: str


class LookedUp(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: the CRM search for a contact came back with these records."""

    contact: ContactId
    records: tuple[Record, ...] = ()
    failed: str = ""
    """Why the search failed; empty if it did not."""


class ActivitySaved(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: a call-log entry was written to the CRM."""

    activity: Activity


class RecordShared(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: an agent shared a CRM record with the others of the contact."""

    contact: ContactId
    record: Record


class NoteTaken(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: the notes of a contact are now this. Personal."""

    contact: ContactId
    text: str = ""


class LocalDataSet(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: variables that stay on this hub were set; an empty value removes one. Personal."""

    contact: ContactId
    variables: dict[str, str] = {}


class TeamMessagePosted(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: a supervisor wrote to a team."""

    message: TeamMessage


class TeamMessageDeleted(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: a team message was taken back."""

    message: str


CallEvent = (
    ServiceInitiated
    | Originated
    | Delivered
    | Queued
    | Established
    | Held
    | Retrieved
    | Diverted
    | Conferenced
    | Transferred
    | ConnectionCleared
    | CallCleared
    | Failed
    | CallInformation
    | MicrophoneMute
    | DigitsGenerated
)
AgentEvent = AgentLoggedOn | AgentLoggedOff | AgentReady | AgentNotReady | AgentBusy | AgentWorkingAfterCall
OurEvent = (
    WrapUpStarted
    | ContactClosed
    | LinkUp
    | LinkDown
    | Snapshot
    | ProfileChanged
    | CommandIssued
    | CommandSettled
    | Unrecognised
    | Uttered
    | Suggested
    | CallbackScheduled
    | CallbackRemoved
    | LookedUp
    | ActivitySaved
    | RecordShared
    | NoteTaken
    | LocalDataSet
    | TeamMessagePosted
    | TeamMessageDeleted
)
Event = CallEvent | AgentEvent | OurEvent


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """As much of an event as every version has."""

    type: str
    link: LinkId = LinkId("")
    at: Millis = 0


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_heads = msgspec.json.Decoder(_Head)


def encode_event(event: Event) -> bytes:
    """The event as JSON, as it stands in the log and on the native wire."""
    return _encoder.encode(event)


def decode_event(data: bytes) -> Event:
    """The event of these bytes. Raises `msgspec.DecodeError` if they are none.

    A newer version may have written what this one does not know: an event of another type, or with a value that is none
    of ours. That becomes `Unrecognised` with the text as its data, told by the same link at the same time.
    """
    try:
        return _decoder.decode(data)
    except msgspec.ValidationError:
        head = _heads.decode(data)
        if not head.type:
            raise
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise msgspec.DecodeError("not UTF-8") from error
        return Unrecognised(link=head.link, at=head.at, channel="log", data=text)
