"""Commands, queries and outcomes. A command changes nothing by itself: only the events that it leads to do.

A command is an envelope (`Command`) around one `Service`. There are four kinds of service: **switch** (done by a link,
CSTA's services), **hub** (done here), **crm** (done by a CRM connector) and **desk** (done by the page that claimed
it, which settles it). `SERVICES` says of each its kind and whether it is logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from cordboard.model.entities import (
    AttachedData,
    Availability,
    Contact,
    Medium,
    Reason,
    ReasonKind,
    Record,
    SuperviseAction,
    Target,
    TargetKind,
    TeamMessage,
)
from cordboard.model.ids import (
    AgentId,
    CallId,
    CommandId,
    ConnectionId,
    ContactId,
    LinkId,
    Millis,
    QueueId,
    Subject,
    TeamId,
)


class _Service(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="service"):
    """What all services share: their name stands under `service` in JSON."""


class _OnContact(_Service, frozen=True, kw_only=True, omit_defaults=True):
    contact: ContactId


class _OnCall(_OnContact, frozen=True, kw_only=True, omit_defaults=True):
    """`call` may be left out: then it is the contact's only call that fits."""

    call: CallId | None = None


# --- switch: to the link -------------------------------------------------------------------------------------------


class MakeCall(_Service, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Make Call. `target` is an agent, queue or number; `record` is where a click-to-dial came from."""

    target: Target
    queue: QueueId | None = None
    campaign: str = ""
    data: AttachedData | None = None
    record: Record | None = None
    related: ContactId | None = None


class AnswerCall(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Answer Call; for chats and tasks: accept."""


class DeflectCall(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Deflect Call: sends an alerting call elsewhere. Without a target: declines it."""

    target: Target | None = None
    discard: bool = False
    """For a preview: never offer it again."""


class ClearConnection(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Clear Connection: drops a party; without `connection` the agent leaves (hangs up)."""

    connection: ConnectionId | None = None


class HoldCall(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Hold Call: the agent's own connection, or one far party alone."""

    connection: ConnectionId | None = None


class RetrieveCall(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Retrieve Call: the agent's own connection, on hold or parked; or one far party that was held alone, who has to be named."""

    connection: ConnectionId | None = None


class ParkCall(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Park Call, at the agent's own device: the caller waits as on hold, and the agent is free for other contacts. There may be
    several. `RetrieveCall` takes it back.
    """


class ConsultationCall(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Consultation Call: holds the call and makes a second one in the same contact."""

    target: Target
    data: AttachedData | None = None
    record: Record | None = None


class AlternateCall(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Alternate Call: swaps the held and the active call."""


class ReconnectCall(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Reconnect Call: drops the consult call and retrieves the held one."""


class TransferCall(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Transfer Call: joins the held and the active call and leaves (warm transfer). `other`: the contact of the second
    call, where it is not a consult call of this one; then two that are parked can be joined, too.
    """

    other: ContactId | None = None


class ConferenceCall(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Conference Call: joins the held (or parked) and the active call and stays. `other` as with `TransferCall`."""

    other: ContactId | None = None


class SingleStepTransferCall(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Single Step Transfer Call (blind transfer)."""

    target: Target
    record: Record | None = None


class SingleStepConferenceCall(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Single Step Conference Call: adds a party at once."""

    target: Target


class GenerateDigits(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Generate Digits: DTMF into the call."""

    digits: str
    connection: ConnectionId | None = None


class AssociateData(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Associate Data: peripheral and named data, merged by key; an empty value removes one."""

    data: AttachedData
    wrap_up_reason: str | None = None


class SetMicrophoneMute(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Set Microphone Mute: the agent's own connection, or another party's."""

    mute: bool
    connection: ConnectionId | None = None


class SetAgentState(_Service, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """CSTA Set Agent State, on one medium. In a contact it becomes pending where the contact centre allows that.

    `then` with `working_after_call`: what shall follow the after-call work.
    """

    state: Availability
    then: Availability | None = None
    medium: Medium = Medium.VOICE
    reason: str = ""


class SetDisposition(_OnContact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: how the contact went, one of the listed codes; empty removes it."""

    disposition: str


class CompleteContact(_OnContact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: ends the after-call work and closes the contact."""


class PauseContact(_OnContact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: pauses a chat or task."""


class ResumeContact(_OnContact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: resumes a paused chat or task."""


class SendMessage(_OnContact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: writes a message into a chat. What was sent comes as an utterance; `Done` has its id, if it is known by then."""

    text: str


class ScheduleCallback(_OnContact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: promises the customer of this contact a call at `due`: by this agent, or by whoever is free in `queue` then.

    Without `number` it is the one that the contact has.
    """

    due: Millis
    number: str = ""
    queue: QueueId | None = None
    text: str = ""


class CancelCallback(_Service, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: calls off a callback of the agent's, or of one of their queues."""

    callback: str


class StartRecording(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: starts recording the call, or resumes a paused recording."""


class StopRecording(_OnCall, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: stops recording, or pauses it (`pause`)."""

    pause: bool = False


class Supervise(_Service, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: a supervisor enters the call of another agent. The command's subject is the supervisor."""

    agent: AgentId
    contact: ContactId
    action: SuperviseAction


class SuperviseAgent(_Service, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Ours: a supervisor sets another agent's state. The command's subject is the supervisor."""

    agent: AgentId
    state: Availability
    medium: Medium = Medium.VOICE
    reason: str = ""


# --- hub: done here ------------------------------------------------------------------------------------------------


class PostTeamMessage(_Service, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Writes to the teams of a supervisor. `duration` in seconds, 0 for ever."""

    content: str
    teams: tuple[TeamId, ...]
    duration: int = 0


class DeleteTeamMessage(_Service, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Takes a team message back."""

    message: str
    teams: tuple[TeamId, ...]


class ShareRecord(_OnContact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Shows a CRM record to every agent of the contact's thread."""

    record: Record


class TakeNote(_OnContact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Sets the notes of the contact."""

    text: str


class SetLocalData(_OnContact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Sets variables that stay on this hub, merged by key; an empty value removes one."""

    variables: dict[str, str]


# --- crm -----------------------------------------------------------------------------------------------------------


class SearchRecords(_Service, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Searches the CRM for a contact's customer, or for `text`."""

    contact: ContactId | None = None
    text: str = ""


class SaveActivity(_OnContact, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Writes the call-log entry of a contact."""

    record: Record | None = None
    fields: dict[str, str] = {}


# --- desk: done by the page that claimed it ------------------------------------------------------------------------


class PopKind(StrEnum):
    """What a screen pop opens."""

    RECORD = "record"
    URL = "url"
    LIST = "list"
    SEARCH = "search"
    FLOW = "flow"
    NEW = "new"


class ScreenPop(_Service, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Opens something in the CRM."""

    kind: PopKind
    what: str
    arguments: dict[str, str] = {}


class SetToolbarSize(_Service, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Height of a custom toolbar in pixels, 0 hides it."""

    toolbar: str
    height: int


class ShowError(_Service, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Shows a text to the agent as an error."""

    text: str


class SetVisibility(_Service, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Shows or hides the panel."""

    visible: bool


SwitchService = (
    MakeCall
    | AnswerCall
    | DeflectCall
    | ClearConnection
    | HoldCall
    | RetrieveCall
    | ParkCall
    | ConsultationCall
    | AlternateCall
    | ReconnectCall
    | TransferCall
    | ConferenceCall
    | SingleStepTransferCall
    | SingleStepConferenceCall
    | GenerateDigits
    | AssociateData
    | SetMicrophoneMute
    | SetAgentState
    | SetDisposition
    | CompleteContact
    | PauseContact
    | ResumeContact
    | SendMessage
    | ScheduleCallback
    | CancelCallback
    | StartRecording
    | StopRecording
    | Supervise
    | SuperviseAgent
)
HubService = PostTeamMessage | DeleteTeamMessage | ShareRecord | TakeNote | SetLocalData
CrmService = SearchRecords | SaveActivity
DeskService = ScreenPop | SetToolbarSize | ShowError | SetVisibility
Service = SwitchService | HubService | CrmService | DeskService


class Kind(StrEnum):
    """Who does a service."""

    SWITCH = "switch"
    HUB = "hub"
    CRM = "crm"
    DESK = "desk"


class ServiceInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Who does a service, whether it stands in the log, and whether it dials (rules and the compliance gate see it)."""

    kind: Kind
    logged: bool
    dials: bool = False


def _info(kind: Kind, *, logged: bool = True, dials: bool = False) -> ServiceInfo:
    return ServiceInfo(kind=kind, logged=logged, dials=dials)


_DIALLING = (MakeCall, DeflectCall, ConsultationCall, SingleStepTransferCall, SingleStepConferenceCall)

SERVICES: Mapping[type[Service], ServiceInfo] = {
    **{kind: _info(Kind.SWITCH, dials=kind in _DIALLING) for kind in SwitchService.__args__},
    **{kind: _info(Kind.HUB) for kind in HubService.__args__},
    SearchRecords: _info(Kind.CRM, logged=False),
    SaveActivity: _info(Kind.CRM),
    **{kind: _info(Kind.DESK, logged=False) for kind in DeskService.__args__},
}


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A service asked for, on behalf of the agent of `subject`.

    The page mints `id` (at most 100 characters); the same id sent again is answered, not executed. `immediate` skips
    dialling rules and guards but never the compliance gate. `nesting` counts how often guards issued it again.
    """

    id: CommandId
    subject: Subject
    service: Service
    link: LinkId | None = None
    immediate: bool = False
    nesting: int = 0


class Done(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="outcome", tag="done"):
    """Accepted by whoever does it. What it changes comes as events. `data` holds ids that were minted, if any."""

    data: dict[str, str] = {}


class Refused(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="outcome", tag="refused"
):
    """Not done, for certain. `code` is one of `ERRORS`."""

    code: str
    message: str = ""


class Unconfirmed(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="outcome", tag="unconfirmed"
):
    """Nobody knows whether it was done. It is never repeated by us."""

    reason: str = ""


Outcome = Done | Refused | Unconfirmed


# --- queries: unlogged reads ---------------------------------------------------------------------------------------


class _Query(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="query"):
    """The query's name stands under `query` in JSON."""


class GetTargets(_Query, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Who can be called: agents, queues, numbers whose name or number contains `text`. Pages by `after` (an opaque mark)."""

    text: str = ""
    kinds: tuple[TargetKind, ...] = ()
    limit: int = 100
    after: str = ""


class GetReasons(_Query, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """The reason codes of a kind."""

    kind: ReasonKind = ReasonKind.NOT_READY


class GetLastContacts(_Query, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """The agent's last closed contacts, newest first, at most 20."""

    medium: Medium | None = None


class GetSettings(_Query, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """A named settings string of the hub."""

    name: str


class GetTeamMessages(_Query, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Live messages of a team, or of all of the agent's teams."""

    team: TeamId | None = None


Query = GetTargets | GetReasons | GetLastContacts | GetSettings | GetTeamMessages


class Targets(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="result", tag=True):
    """Answer to `GetTargets`; `after` is the mark of the next page, empty at the end."""

    targets: tuple[Target, ...] = ()
    after: str = ""


class Reasons(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="result", tag=True):
    """Answer to `GetReasons`."""

    reasons: tuple[Reason, ...] = ()


class LastContacts(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="result", tag=True
):
    """Answer to `GetLastContacts`: newest first."""

    contacts: tuple[Contact, ...] = ()


class SettingsText(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="result", tag=True
):
    """Answer to `GetSettings`."""

    text: str = ""


class TeamMessages(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="result", tag=True
):
    """Answer to `GetTeamMessages`."""

    messages: tuple[TeamMessage, ...] = ()


class NoAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="result", tag=True):
    """The query could not be answered; `code` is one of `ERRORS`."""

    code: str
    message: str = ""


Result = Targets | Reasons | LastContacts | SettingsText | TeamMessages | NoAnswer
