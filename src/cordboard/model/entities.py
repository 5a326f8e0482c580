"""The nouns. Frozen, keyword-only, every later field with a default, since old logs load for ever.

States are CSTA's (ECMA-269): of agents null, not_ready, ready, busy, working_after_call; of connections null,
initiated, alerting, connected, hold, queued, fail. Everything personal (names, numbers, attached data, notes) sits in
the few fields marked *personal*, so that it can be left out of logs and erased.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from cordboard.model.ids import (
    AgentId,
    CallId,
    ConnectionId,
    ContactId,
    LinkId,
    Millis,
    QueueId,
    TeamId,
    ThreadId,
)


class Medium(StrEnum):
    """What a contact is made of."""

    VOICE = "voice"
    CHAT = "chat"
    TASK = "task"


class Availability(StrEnum):
    """CSTA's agent states."""

    NULL = "null"
    NOT_READY = "not_ready"
    READY = "ready"
    BUSY = "busy"
    WORKING_AFTER_CALL = "working_after_call"


class ConnectionState(StrEnum):
    """CSTA's connection states."""

    NULL = "null"
    INITIATED = "initiated"
    ALERTING = "alerting"
    CONNECTED = "connected"
    HOLD = "hold"
    QUEUED = "queued"
    FAIL = "fail"


class Phase(StrEnum):
    """Where a contact stands, as its agent sees it. Ours: CSTA has no word for a contact."""

    OFFERED = "offered"
    DIALLING = "dialling"
    ACTIVE = "active"
    PAUSED = "paused"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"


class Ending(StrEnum):
    """Why a contact ended for this agent. `lost`: it vanished while the link was down, nobody told us how."""

    COMPLETED = "completed"
    MISSED = "missed"
    DECLINED = "declined"
    ABANDONED = "abandoned"
    FAILED = "failed"
    TRANSFERRED = "transferred"
    DIVERTED = "diverted"
    LOST = "lost"


class CallKind(StrEnum):
    """What a call is for within its contact."""

    MAIN = "main"
    CONSULT = "consult"
    RESERVATION = "reservation"
    MONITOR = "monitor"


class Role(StrEnum):
    """Who a participant is."""

    CUSTOMER = "customer"
    AGENT = "agent"
    THIRD_PARTY = "third_party"
    QUEUE = "queue"
    SUPERVISOR = "supervisor"


class Direction(StrEnum):
    """Who began: `internal` is agent to agent."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class ReasonKind(StrEnum):
    """What a reason code explains."""

    NOT_READY = "not_ready"
    WRAP_UP = "wrap_up"
    LOGOUT = "logout"
    DISPOSITION = "disposition"


class SuperviseAction(StrEnum):
    """What a supervisor does in an agent's call."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"
    TAKE_OVER = "take_over"
    LEAVE = "leave"


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reason code of the contact centre. `limit` in seconds, 0 for none."""

    code: str
    label: str = ""
    kind: ReasonKind = ReasonKind.NOT_READY
    productive: bool = False
    limit: int = 0


class PendingState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A state that an agent chose: to be had when the present contact is over, or to return to then.

    `then` with `working_after_call`: what follows the after-call work.
    """

    state: Availability
    reason: Reason | None = None
    then: Availability | None = None


class AgentState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An agent's state for one link and one medium."""

    link: LinkId
    medium: Medium = Medium.VOICE
    state: Availability = Availability.NULL
    reason: Reason | None = None
    pending: PendingState | None = None
    chosen: PendingState | None = None
    """What the agent had chosen before a contact made it busy; `None` when `state` is the choice itself."""
    fault: str = ""
    """Why the contact centre holds the agent back (``no-answer``, ``line-engaged`` …), kebab-case; empty for none."""
    since: Millis = 0
    """By the vendor's clock where it told, else by ours."""


class Participant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is at the other end of a connection. `name` and `number` are personal for customers."""

    role: Role
    id: str = ""
    name: str = ""
    number: str = ""


class Connection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A participant's place in a call. Hold lies on the holder's own connection.

    `held_alone`: this party was put on hold by itself while the others go on talking (Streams can do that to each
    party; then its connection is `hold` although another holds it). Not of a party that has put the call on hold itself.
    """

    id: ConnectionId
    participant: Participant
    state: ConnectionState
    device: str = ""
    muted: bool = False
    forced_mute: bool = False
    held_alone: bool = False
    parked: bool = False
    """Of the agent's own that is on hold: the call is put aside, and leaves the agent free for others (CSTA Park Call)."""
    supervises: SuperviseAction | None = None
    """How a supervisor takes part: listen, whisper or barge."""
    cause: str = ""
    """A word of `vocabulary.CAUSES`."""
    since: Millis = 0
    """By the vendor's clock where it told, else by ours."""
    label: str = ""
    """The quick-connect name by which the party was called, where there was one."""


class AttachedData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Data of a call, personal; it travels with a transfer. Peripheral: PerVar1 … Call.*. What stays on this hub is
    `Contact.variables`.
    """

    peripheral: dict[str, str] = {}
    named: dict[str, str] = {}


class Stamp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One moment, on the vendor's clock and on ours. 0: not yet, or not told."""

    vendor: Millis = 0
    ours: Millis = 0


class Stamps(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The four moments of a call."""

    created: Stamp = Stamp()
    connected: Stamp = Stamp()
    wrapped_up: Stamp = Stamp()
    ended: Stamp = Stamp()


class Call(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A CSTA call within a contact. `ani`, `dialled` and `data` are personal."""

    id: CallId
    vendor_id: str = ""
    aliases: tuple[str, ...] = ()
    references: dict[str, str] = {}
    """Further ids and words of the vendor by its own names: ``callKeyCallId``, ``session_id``, ``connId``, ``callType`` …"""
    kind: CallKind = CallKind.MAIN
    direction: Direction = Direction.INBOUND
    ani: str = ""
    dnis: str = ""
    dialled: str = ""
    data: AttachedData = AttachedData()
    wrap_up_reason: str = ""
    recording: str = ""
    """Empty, ``recording`` or ``paused``."""
    stamps: Stamps = Stamps()
    connections: tuple[Connection, ...] = ()
    cleared: bool = False
    initiation: str = ""
    """How it began, a word of `vocabulary.INITIATIONS`; the vendor's own word stands in `references`."""


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A CRM record that was found or shared."""

    kind: str
    id: str
    name: str = ""
    url: str = ""
    fields: dict[str, str] = {}
    """Further columns of a hit. Personal."""


class Activity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call-log entry that a CRM saved."""

    id: str
    contact: ContactId
    record: Record | None = None
    created: bool | None = None


class ListRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The entry of a campaign's list that a contact is about. `fields` are personal."""

    id: str
    list: str = ""
    """The name of the list."""
    fields: dict[str, str] = {}
    attempt: int = 1
    """How often it has been tried, this time included."""


class Callback(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call that was promised: to be offered at `due`, to `agent` or to whoever is free in `queue`."""

    id: str
    number: str
    """Personal."""
    name: str = ""
    """Personal."""
    due: Millis = 0
    agent: AgentId | None = None
    queue: QueueId | None = None
    campaign: str = ""
    thread: ThreadId = ThreadId("")
    contact: ContactId | None = None
    """The contact in which it was promised, as its agent sees it."""
    text: str = ""
    """What it is about. Personal."""


class Queue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A queue of the contact centre."""

    id: QueueId
    name: str = ""
    number: str = ""
    medium: Medium = Medium.VOICE


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One agent's view of a customer interaction, start to end. `thread` joins it with the others' views of it."""

    id: ContactId
    link: LinkId
    agent: AgentId | None = None
    thread: ThreadId = ThreadId("")
    thread_aliases: tuple[ThreadId, ...] = ()
    """Older ids of the thread, that mean the same since a transfer or conference joined them."""
    previous: ContactId | None = None
    """The contact that this one was transferred from; `None` for the first of the chain."""
    origin: ContactId | None = None
    """The first contact of the transfer chain (Streams' initialContactId); `None` if this is it."""
    medium: Medium = Medium.VOICE
    direction: Direction = Direction.INBOUND
    phase: Phase = Phase.OFFERED
    phase_since: Stamp = Stamp()
    created: Stamp = Stamp()
    queued: Stamp = Stamp()
    ended_by: Ending | None = None
    customer: Participant | None = None
    queue: Queue | None = None
    """With its name and number: a transferred contact may come from a queue that the agent's profile lacks."""
    campaign: str = ""
    campaign_name: str = ""
    campaign_mode: str = ""
    """Empty, ``preview``, ``direct_preview``, ``progressive`` or ``predictive``."""
    list_record: ListRecord | None = None
    """The entry of the campaign's list."""
    callback: str = ""
    """The callback that this contact keeps, by its id."""
    related: ContactId | None = None
    """Another contact that this one belongs to without being its continuation."""
    related_record: Record | None = None
    """Where a click-to-dial came from."""
    transferred_by: Participant | None = None
    wrap_up_limit: int = 0
    """Seconds that after-call work may last, 0 for no limit."""
    subject: str = ""
    """Title of a chat or task. Personal."""
    text: str = ""
    """What a task or a callback is about. Personal."""
    links: tuple[Record, ...] = ()
    """What a task refers to: records and addresses by `kind`, `name` and `url`."""
    variety: str = ""
    """The vendor's word beneath the medium: ``email``, ``ticket``, ``queue_callback`` …"""
    disposition: str = ""
    notes: str = ""
    """What the agent wrote. Personal."""
    variables: dict[str, str] = {}
    """Local to this hub, by SetLocalData. Personal."""
    records: tuple[Record, ...] = ()
    lookup: str = ""
    """The CRM search: empty while there was none, ``done``, or why it failed."""
    activities: tuple[Activity, ...] = ()
    calls: tuple[Call, ...] = ()
    flags: tuple[str, ...] = ()
    """Transitions that the tables lack, as ``Event: from -> to``; the switch is right, so they were applied."""


class Team(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A team of agents."""

    id: TeamId
    name: str = ""


class Device(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an agent answers on. `permanent`: the line stays up between calls."""

    kind: str = "desk"
    """``softphone``, ``desk`` or ``mobile``."""
    number: str = ""
    permanent: bool = False


class AgentProfile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who an agent is and what the agent may use."""

    id: AgentId
    login: str = ""
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    extension: str = ""
    device: Device | None = None
    roles: tuple[str, ...] = ("agent",)
    """Of ``agent``, ``supervisor``, ``admin``."""
    team: TeamId | None = None
    teams: tuple[Team, ...] = ()
    """Teams by name: the own and the supervised ones."""
    supervises: tuple[TeamId, ...] = ()
    queues: tuple[Queue, ...] = ()
    default_queue: QueueId | None = None
    skills: dict[str, int] = {}
    reasons: tuple[Reason, ...] = ()
    dispositions: tuple[Reason, ...] = ()
    capacity: dict[Medium, int] = {}
    """How many contacts of each medium at once; a medium that is missing is not the agent's."""
    permissions: tuple[str, ...] = ()
    locale: str = ""


class TargetKind(StrEnum):
    """What can be called."""

    AGENT = "agent"
    QUEUE = "queue"
    NUMBER = "number"


class Target(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Someone that can be called, consulted or transferred to."""

    kind: TargetKind
    id: str = ""
    name: str = ""
    number: str = ""
    state: str = ""
    """For agents their voice state, where known."""


class TeamMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a supervisor tells teams. `author` is their id, `name` what they are called, where known. `duration` in seconds."""

    id: str
    author: AgentId
    name: str = ""
    content: str
    teams: tuple[TeamId, ...] = ()
    created: Millis = 0
    duration: int = 0


class Utterance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A piece of a transcript; in a chat, a message. Personal. `confidence` 0 to 1.

    One that is not `final` comes again under the same id, until it is. Transcripts are read in the order of `start`.
    """

    id: str
    contact: ContactId
    role: Role
    text: str
    confidence: float = 1.0
    start: Millis = 0
    end: Millis = 0
    final: bool = True
    call: CallId | None = None
    author: AgentId | None = None
    """The agent whose words these are, if they are an agent's."""
    name: str = ""
    """Whose words these are, as far as that is known."""


class Suggestion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An answer that the contact centre suggests to the agent."""

    id: str
    contact: ContactId
    title: str
    text: str = ""
    url: str = ""
    source: str = ""
    confidence: float = 1.0
    snippets: tuple[str, ...] = ()
    """The passages of the source that it rests on."""
    utterance: str = ""
    """What it answers, by the id of the utterance."""
