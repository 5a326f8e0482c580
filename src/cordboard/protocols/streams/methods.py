"""Every request that a page can send, and what becomes of it. Data: the session looks here, and so do tests and the reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from cordboard.model import commands as c
from cordboard.model.state import SubjectState
from cordboard.protocols.streams import asked
from cordboard.protocols.streams.plans import INVALID_STATE, Fail, Params, Plan, Say


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """A request. `services`: what it may come to; `fails`: why it never works here."""

    does: str
    plan: Callable[[SubjectState, Params], Plan]
    services: tuple[type[c.Service], ...] = ()
    fails: str = ""


def _says(does: str, data: object = None) -> Method:
    answer = Say(data={} if data is None else data)
    return Method(does=does, plan=lambda _state, _params: answer)


def _never(why: str, kind: str = INVALID_STATE) -> Method:
    answer = Fail(type=kind, message=why)
    return Method(does="", plan=lambda _state, _params: answer, fails=why)


def _does(does: str, plan: Callable[[SubjectState, Params], Plan], *services: type[c.Service]) -> Method:
    return Method(does=does, plan=plan, services=services)


_NO_TASKS = "tasks and their templates are Amazon's own service"
_NO_VOICE_ID = (
    "Voice ID is Amazon's own service; leave it alone unless the agent has the permission `voiceId`"
)
_NO_MEDIA = "Cordboard carries no media: chat tokens, video and browser audio are Amazon's own services"
_WORKER = "only Amazon's own worker asks this; the document has it"

METHODS: Mapping[str, Method] = {
    "putAgentState": _does(
        "Sets the agent's state; with `enqueueNextState` after the contact. In after-call work it ends that too.",
        asked.put_agent_state,
        c.SetAgentState,
        c.CompleteContact,
    ),
    "createOutboundContact": _does("Dials.", asked.create_outbound_contact, c.MakeCall),
    "getEndpoints": _does(
        "Quick connects: agents, queues and numbers, in pages. The same for all queues.", asked.get_endpoints
    ),
    "updateAgentConfiguration": _does(
        "Done if extension and softphone stay as they are; refused otherwise, since no contact centre here lets a page "
        "set them. A language is taken and not kept.",
        asked.update_agent_configuration,
    ),
    "acceptContact": _does("Answers.", asked.accept_contact, c.AnswerCall),
    "rejectContact": _does("Declines; the contact becomes *missed*.", asked.reject_contact, c.DeflectCall),
    "clearContact": _does(
        "Ends after-call work. A missed contact goes, and the agent takes calls again.",
        asked.clear_contact,
        c.CompleteContact,
        c.SetAgentState,
    ),
    "completeContact": _does("As `clearContact`.", asked.clear_contact, c.CompleteContact, c.SetAgentState),
    "destroyContact": _does(
        "1.x: hangs up. In a consultation the two others are joined.",
        asked.destroy_contact,
        c.ClearConnection,
        c.TransferCall,
        c.DeflectCall,
    ),
    "notifyContactIssue": _does("Adds a line to the contact's notes.", asked.notify_issue, c.TakeNote),
    "createAdditionalConnection": _does(
        "Consults: the customer is held, the third party dialled.", asked.add_connection, c.ConsultationCall
    ),
    "addNewConnection": _does(
        "Rings somebody into the call.", asked.add_participant, c.SingleStepConferenceCall
    ),
    "transferContact": _does(
        "Hands over without a consultation.", asked.transfer_contact, c.SingleStepTransferCall
    ),
    "destroyConnection": _does(
        "Drops the party. On the agent's own: leaves; in a consultation the two others are joined; a call that rings is declined.",
        asked.destroy_connection,
        c.ClearConnection,
        c.TransferCall,
        c.DeflectCall,
    ),
    "holdConnection": _does(
        "Holds the call, or in a conference this party alone.", asked.hold_connection, c.HoldCall
    ),
    "resumeConnection": _does(
        "Takes it from hold. While a consulted party talks, the held one joins in.",
        asked.resume_connection,
        c.RetrieveCall,
        c.ConferenceCall,
    ),
    "toggleActiveConnections": _does(
        "Swaps the held and the active call, or the parties of a conference.",
        asked.toggle_active_connections,
        c.AlternateCall,
        c.HoldCall,
        c.RetrieveCall,
    ),
    "conferenceConnections": _does(
        "Joins all who are held.", asked.conference_connections, c.ConferenceCall, c.RetrieveCall
    ),
    "sendDigits": _does("Sends DTMF.", asked.send_digits, c.GenerateDigits),
    "muteParticipant": _does("Mutes the party.", asked.mute_participant, c.SetMicrophoneMute),
    "unmuteParticipant": _does("Unmutes the party.", asked.unmute_participant, c.SetMicrophoneMute),
    "updateMonitorParticipantState": _does("Listens or barges in.", asked.update_monitor_state, c.Supervise),
    "pauseContact": _does("Pauses a task; a voice contact cannot be.", asked.pause_contact, c.PauseContact),
    "resumeContact": _does("Resumes a paused task.", asked.resume_contact, c.ResumeContact),
    "createTransport": _never(_NO_MEDIA),
    "sendSoftphoneCallMetrics": _says("Taken and dropped."),
    "sendSoftphoneCallReport": _says("Taken and dropped."),
    "createTaskContact": _never(_NO_TASKS),
    "listTaskTemplates": _never(_NO_TASKS),
    "getTaskTemplate": _never(_NO_TASKS),
    "createTemplatedTask": _never(_NO_TASKS),
    "updateContact": _never(_NO_TASKS),
    "updateContactAttributes": _never("no version of the library sends what it would need"),
    "qrIntegrationExists": _says("Answers `false`: there are no quick responses.", data=False),
    "qrSearchQuickResponses": _never("there are no quick responses: `isEnabled` says so"),
    "startScreenSharing": _never(_NO_MEDIA),
    "AgentAppService.Lcms.getContact": _never(_NO_VOICE_ID),
    "AgentAppService.Lcms.updateVoiceIdData": _never(_NO_VOICE_ID),
    "AgentAppService.VoiceId.deleteSpeaker": _never(_NO_VOICE_ID),
    "AgentAppService.VoiceId.enrollBySession": _never(_NO_VOICE_ID),
    "AgentAppService.VoiceId.evaluateSession": _never(_NO_VOICE_ID),
    "AgentAppService.VoiceId.describeSpeaker": _never(_NO_VOICE_ID),
    "AgentAppService.VoiceId.optOutSpeaker": _never(_NO_VOICE_ID),
    "AgentAppService.VoiceId.describeSession": _never(_NO_VOICE_ID),
    "AgentAppService.VoiceId.updateSession": _never(_NO_VOICE_ID),
    "AgentAppService.Nasa.startVoiceIdSession": _never(_NO_VOICE_ID),
    "AgentAppService.Acs.listIntegrationAssociations": _never(_NO_VOICE_ID),
    "getAgentSnapshot": _never(_WORKER),
    "getAgentConfiguration": _never(_WORKER),
    "getAgentStates": _never(_WORKER),
    "getAgentPermissions": _never(_WORKER),
    "getDialableCountryCodes": _never(_WORKER),
    "getRoutingProfileQueues": _never(_WORKER),
    "getNewAuthToken": _never(_WORKER),
    "sendClientLogs": _says("Taken and dropped."),
}


def plan(state: SubjectState, method: str, params: Params) -> Plan:
    """What the request comes to now. One that nobody knows fails, too: the library waits for an answer for ever."""
    found = METHODS.get(method)
    if found is None:
        return Fail(type=INVALID_STATE, message=f"there is no method {method[:100]!r}")
    return found.plan(state, params)
