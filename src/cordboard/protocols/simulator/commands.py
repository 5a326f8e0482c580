"""What can be asked of the switch (commands, by agents' desks) and what the world does to it (happenings).

Commands bear the names of CSTA's services. `agent` is always who acts. `to` is whatever `Directory.target` takes: an
extension, a queue's number, any number, `agent:<id>` or `queue:<id>`. `party` names a party of the call by its id, an
agent's id, a number, or `customer`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from cordboard.protocols.simulator.centre import Medium

SuperviseHow = Literal["listen", "whisper", "barge", "take_over", "leave"]


class _Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    pass


class LogOn(_Asked, frozen=True, kw_only=True, tag="log_on"):
    """Log on, at a station, ready or (as usual) not ready. Each medium has a state of its own."""

    agent: str
    medium: Medium = "voice"
    station: str | None = None
    state: Literal["not_ready", "ready"] = "not_ready"
    reason: str | None = None


class LogOff(_Asked, frozen=True, kw_only=True, tag="log_off"):
    """Log off; during a call or wrap-up it becomes pending."""

    agent: str
    medium: Medium = "voice"
    reason: str | None = None


class SetAgentState(_Asked, frozen=True, kw_only=True, tag="set_agent_state"):
    """Become ready, or not ready with a reason; during a call or wrap-up it becomes pending."""

    agent: str
    medium: Medium = "voice"
    state: Literal["ready", "not_ready"]
    reason: str | None = None


class MakeCall(_Asked, frozen=True, kw_only=True, tag="make_call"):
    """Dial a number, an extension or a queue. `queue`: on whose behalf."""

    agent: str
    to: str
    queue: str | None = None
    data: dict[str, str] = {}


class AnswerCall(_Asked, frozen=True, kw_only=True, tag="answer_call"):
    """Take a ringing call. A call the agent is talking on goes on hold."""

    agent: str
    call: str


class DeflectCall(_Asked, frozen=True, kw_only=True, tag="deflect_call"):
    """Send a ringing call elsewhere; without `to` it is rejected: back to its queue, or refused to the caller. `discard`: a preview
    that shall never be offered again.
    """

    agent: str
    call: str
    to: str | None = None
    discard: bool = False


class ClearConnection(_Asked, frozen=True, kw_only=True, tag="clear_connection"):
    """Leave a call, or drop one of its other parties."""

    agent: str
    call: str
    party: str | None = None


class HoldCall(_Asked, frozen=True, kw_only=True, tag="hold_call"):
    """Put the agent's own connection on hold."""

    agent: str
    call: str


class RetrieveCall(_Asked, frozen=True, kw_only=True, tag="retrieve_call"):
    """Come back from hold, or take a parked call back."""

    agent: str
    call: str


class ParkCall(_Asked, frozen=True, kw_only=True, tag="park_call"):
    """Put the call aside, to be free for others until it is retrieved."""

    agent: str
    call: str


class HoldParty(_Asked, frozen=True, kw_only=True, tag="hold_party"):
    """Hold one other party of a conference alone."""

    agent: str
    call: str
    party: str


class RetrieveParty(_Asked, frozen=True, kw_only=True, tag="retrieve_party"):
    """Bring a party held alone back into the conversation."""

    agent: str
    call: str
    party: str


class ConsultationCall(_Asked, frozen=True, kw_only=True, tag="consultation_call"):
    """Hold the call and dial someone about it."""

    agent: str
    call: str
    to: str


class AlternateCall(_Asked, frozen=True, kw_only=True, tag="alternate_call"):
    """Hold the call one talks on and retrieve the held one (`call`, if there are several)."""

    agent: str
    call: str | None = None


class ReconnectCall(_Asked, frozen=True, kw_only=True, tag="reconnect_call"):
    """Drop the consult and come back to the call it was made from. `call` is either of the two."""

    agent: str
    call: str


class TransferCall(_Asked, frozen=True, kw_only=True, tag="transfer_call"):
    """Complete a consult: the others are joined, the agent leaves. `call` is either of the two; with `other`, a call that is no consult,
    it is the one that goes on.
    """

    agent: str
    call: str
    other: str | None = None


class ConferenceCall(_Asked, frozen=True, kw_only=True, tag="conference_call"):
    """Merge an answered consult into the call it was made from. `call` is either of the two; with `other` as for a transfer."""

    agent: str
    call: str
    other: str | None = None


class SingleStepTransferCall(_Asked, frozen=True, kw_only=True, tag="single_step_transfer_call"):
    """Hand the call to someone without talking to them first."""

    agent: str
    call: str
    to: str


class SingleStepConferenceCall(_Asked, frozen=True, kw_only=True, tag="single_step_conference_call"):
    """Ring someone else into the call."""

    agent: str
    call: str
    to: str


class GenerateDigits(_Asked, frozen=True, kw_only=True, tag="generate_digits"):
    """Send DTMF into the call."""

    agent: str
    call: str
    digits: str


class SetMute(_Asked, frozen=True, kw_only=True, tag="set_mute"):
    """Mute or unmute the agent's own microphone in a call."""

    agent: str
    call: str
    on: bool


class AssociateData(_Asked, frozen=True, kw_only=True, tag="associate_data"):
    """Set attached data by name; a null removes one."""

    agent: str
    call: str
    data: dict[str, str | None]


class SetWrapUpReason(_Asked, frozen=True, kw_only=True, tag="set_wrap_up_reason"):
    """Say what one call was about."""

    agent: str
    call: str
    reason: str


class ScheduleCallback(_Asked, frozen=True, kw_only=True, tag="schedule_callback"):
    """Promise the customer of a contact a call, at `due` (milliseconds since 1970) or so many `seconds` from now; by this agent, or by
    whoever is free in `queue`.
    """

    agent: str
    segment: str
    due: int | None = None
    seconds: int = 0
    number: str = ""
    queue: str | None = None
    text: str = ""


class CancelCallback(_Asked, frozen=True, kw_only=True, tag="cancel_callback"):
    """Call off a promised call of the agent's, or of one of their queues."""

    agent: str
    callback: str


class PauseWork(_Asked, frozen=True, kw_only=True, tag="pause_contact"):
    """Pause a chat or task."""

    agent: str
    call: str


class ResumeWork(_Asked, frozen=True, kw_only=True, tag="resume_contact"):
    """Go on with a paused chat or task."""

    agent: str
    call: str


class SendMessage(_Asked, frozen=True, kw_only=True, tag="send_message"):
    """Write into a chat."""

    agent: str
    call: str
    text: str


class SetDisposition(_Asked, frozen=True, kw_only=True, tag="set_disposition"):
    """Say how the contact came out. Without `segment` the newest open one is meant."""

    agent: str
    disposition: str
    segment: str | None = None


class CompleteWrapUp(_Asked, frozen=True, kw_only=True, tag="complete_wrap_up"):
    """End wrap-up. Without `segment` the oldest one in wrap-up is meant."""

    agent: str
    segment: str | None = None


class StartRecording(_Asked, frozen=True, kw_only=True, tag="start_recording"):
    """Record the call."""

    agent: str
    call: str


class PauseRecording(_Asked, frozen=True, kw_only=True, tag="pause_recording"):
    """Leave out what is said from now on, such as a card's number."""

    agent: str
    call: str


class ResumeRecording(_Asked, frozen=True, kw_only=True, tag="resume_recording"):
    """Go on recording after a pause."""

    agent: str
    call: str


class StopRecording(_Asked, frozen=True, kw_only=True, tag="stop_recording"):
    """Stop recording the call."""

    agent: str
    call: str


class Supervise(_Asked, frozen=True, kw_only=True, tag="supervise"):
    """Listen to another agent's call, whisper to that agent, talk with all, take the call over, or leave it again.

    `other` is the agent whose call it is; one who is in the call already need not name them.
    """

    agent: str
    call: str
    action: SuperviseHow
    other: str | None = None


class SetStateOf(_Asked, frozen=True, kw_only=True, tag="set_state_of"):
    """A supervisor sets another agent's state, or logs them off (`null`); during a call or wrap-up it becomes pending."""

    agent: str
    other: str
    state: Literal["ready", "not_ready", "null"]
    reason: str | None = None


class PostMessage(_Asked, frozen=True, kw_only=True, tag="post_message"):
    """A supervisor writes to their teams, or to these of them. It holds for so many `seconds`, or for ever."""

    agent: str
    text: str
    teams: tuple[str, ...] = ()
    seconds: int = 0


class Ring(_Asked, frozen=True, kw_only=True, tag="ring"):
    """Someone calls the centre. `patience` seconds later they give up if nobody has answered by then. `dialogue`: what is said once
    somebody has answered, as one of the centre's dialogues has it, for a recogniser to hear.
    """

    number: str
    to: str
    name: str | None = None
    data: dict[str, str] = {}
    patience: int | None = None
    dialogue: str | None = None


class StartChat(_Asked, frozen=True, kw_only=True, tag="start_chat"):
    """Someone opens a chat, with a first message. `dialogue`: they go on by themselves, as one of the centre's dialogues says."""

    to: str
    text: str = ""
    number: str = ""
    name: str | None = None
    subject: str = ""
    data: dict[str, str] = {}
    dialogue: str | None = None
    patience: int | None = None


class CreateTask(_Asked, frozen=True, kw_only=True, tag="create_task"):
    """A task comes in: an e-mail, a ticket, something to be done. `links` are addresses by name."""

    to: str
    subject: str
    text: str = ""
    variety: str = "ticket"
    number: str = ""
    name: str | None = None
    links: dict[str, str] = {}
    data: dict[str, str] = {}


class CustomerWrite(_Asked, frozen=True, kw_only=True, tag="customer_write"):
    """The customer writes into their chat."""

    call: str
    text: str


class Say(_Asked, frozen=True, kw_only=True, tag="say"):
    """Somebody speaks in a call, and a recogniser listens. With `final` false they are still speaking: the next `say` of that party
    completes it.
    """

    call: str
    text: str
    party: str | None = None
    confidence: float = 1.0
    seconds: float = 0.0
    final: bool = True


class Suggest(_Asked, frozen=True, kw_only=True, tag="suggest"):
    """Something suggests an answer to the agents of a call."""

    call: str
    title: str
    text: str = ""
    url: str = ""
    source: str = ""
    confidence: float = 1.0
    snippets: tuple[str, ...] = ()


class AskCallback(_Asked, frozen=True, kw_only=True, tag="ask_callback"):
    """A caller who waits in a queue asks to be called back, in so many `seconds` at the earliest, and hangs up."""

    call: str
    seconds: int = 0
    number: str = ""


class StartCampaign(_Asked, frozen=True, kw_only=True, tag="start_campaign"):
    """The campaign dials from now on."""

    campaign: str


class StopCampaign(_Asked, frozen=True, kw_only=True, tag="stop_campaign"):
    """The campaign begins nothing more."""

    campaign: str


class OfferEntry(_Asked, frozen=True, kw_only=True, tag="offer_entry"):
    """Show the campaign's next entry to an agent who is ready, whether the campaign runs or not."""

    campaign: str
    agent: str


class CustomerHangUp(_Asked, frozen=True, kw_only=True, tag="customer_hang_up"):
    """An outside party (the customer, if none is named) leaves the call; or whoever is in one at this `number`."""

    call: str = ""
    party: str | None = None
    number: str = ""


class CustomerAnswer(_Asked, frozen=True, kw_only=True, tag="customer_answer"):
    """An outside party that rings picks up: in this call, or at this `number`."""

    call: str = ""
    party: str | None = None
    number: str = ""


class CustomerDigits(_Asked, frozen=True, kw_only=True, tag="customer_digits"):
    """An outside party presses keys."""

    call: str
    digits: str
    party: str | None = None


class SetArrivals(_Asked, frozen=True, kw_only=True, tag="set_arrivals"):
    """How many callers (or chats, or tasks) an hour the autonomous world sends to a queue, and by which of the centre's curves; empty
    for none, as it was if not said.
    """

    queue: str
    per_hour: float
    curve: str | None = None


AgentCommand = (
    LogOn | LogOff | SetAgentState | SetDisposition | CompleteWrapUp | ScheduleCallback | CancelCallback
)
CallCommand = (
    MakeCall
    | AnswerCall
    | DeflectCall
    | ClearConnection
    | HoldCall
    | RetrieveCall
    | ParkCall
    | HoldParty
    | RetrieveParty
    | ConsultationCall
    | AlternateCall
    | ReconnectCall
    | TransferCall
    | ConferenceCall
    | SingleStepTransferCall
    | SingleStepConferenceCall
    | GenerateDigits
    | SetMute
    | AssociateData
    | SetWrapUpReason
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | PauseWork
    | ResumeWork
    | SendMessage
)
SupervisorCommand = Supervise | SetStateOf | PostMessage
Command = AgentCommand | CallCommand | SupervisorCommand
MediaHappening = StartChat | CreateTask | CustomerWrite | Say | Suggest
DiallerHappening = StartCampaign | StopCampaign | OfferEntry | AskCallback
Happening = (
    DiallerHappening | Ring | CustomerHangUp | CustomerAnswer | CustomerDigits | SetArrivals | MediaHappening
)


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """It is done; these are the ids it concerned or made."""

    interaction: str | None = None
    call: str | None = None
    party: str | None = None
    segment: str | None = None
    utterance: str | None = None
    callback: str | None = None


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """It is not done and nothing has changed."""

    code: str
    message: str


Outcome = Done | Refused


class RefusedError(Exception):
    """Raised inside the switch, before anything has changed, and caught at its edge."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.refused = Refused(code=code, message=f"{REFUSALS[code]}: {detail}" if detail else REFUSALS[code])


REFUSALS = {
    "already-in-call": "whoever is asked for has a part in this interaction already",
    "already-logged-on": "the agent is logged on",
    "another-call-active": "the agent is talking on another call; hold it first",
    "call-being-set-up": "the call is still being dialled",
    "call-ended": "the call, or the one it was made from, has ended",
    "consult-exists": "a consult made from this call is still there",
    "consult-not-answered": "nobody has answered the consult",
    "disposition-required": "wrap-up ends only with a disposition here",
    "duplicate-command": "this command id was seen before; it is not executed again",
    "invalid-destination": "nothing can be reached by this text",
    "invalid-digits": "DTMF knows 0-9, A-D, * and #",
    "invalid-parameters": "the parameters do not fit the action",
    "line-busy": "this outside number is in a call already",
    "no-consult": "the agent has no consult here",
    "no-pending-state": "a state can be chosen here only while no contact holds the agent",
    "no-wrap-up": "the segment is not in wrap-up",
    "not-a-conference": "a party can be held alone only among three or more",
    "not-established": "nobody else is on the call yet",
    "not-a-supervisor": "only a supervisor can do this",
    "not-in-call": "the agent, or the party, has no part in this call",
    "not-logged-on": "the agent is logged off",
    "not-recording": "the call is not in a state of recording that allows it",
    "not-transferable": "a consult is not handed on in a single step",
    "not-your-team": "the agent is in none of the supervisor's teams",
    "supervising": "who supervises a call does not hold it or hand it on",
    "target-unavailable": "the agent asked for cannot take a call now",
    "too-many-calls": "the agent has all the calls they can have",
    "unknown-action": "there is no such action",
    "unknown-agent": "there is no such agent",
    "unknown-call": "there is no such call",
    "unknown-disposition": "the centre has no such disposition",
    "unknown-party": "the call has no such party, or more than one",
    "unknown-queue": "there is no such queue",
    "unknown-reason": "the centre has no such reason for this",
    "unknown-segment": "the agent has no such open segment",
    "unknown-callback": "there is no such promised call of this agent's",
    "unknown-campaign": "the centre has no such campaign",
    "unknown-dialogue": "the centre has no such dialogue",
    "wrong-medium": "this is not for a contact, a queue or an agent of this medium",
    "wrong-state": "the connection or the agent is not in a state that allows it",
}
"""Every code of a refusal, and what it says."""
