"""Situations an agent can be in, each folded from the events that lead there, and whether a service is refused in one."""

from __future__ import annotations

from msgspec.structs import replace

from cordboard.model import commands as c, events as e
from cordboard.model.entities import (
    AgentProfile,
    AttachedData,
    Availability,
    ConnectionState as S,
    Reason,
    ReasonKind,
    Record,
    SuperviseAction,
    Target,
    TargetKind,
)
from cordboard.model.errors import ERRORS
from cordboard.model.ids import AgentId, CommandId, ContactId, LinkId, TeamId
from cordboard.model.rules import SWITCH_SERVICES, refusal
from cordboard.model.state import SubjectState
from tests.model.builders import (
    ANN,
    ANSWER,
    CLOSE,
    HOLD,
    OFFER,
    SIM,
    UP,
    WRAP_UP,
    after,
    ann,
    bob,
    call,
    customer,
    digital,
)

K1 = ContactId("k1")
SUPERVISOR = AgentProfile(id=AgentId("ann"), roles=("agent", "supervisor"))
LISTS = AgentProfile(
    id=AgentId("ann"),
    reasons=(Reason(code="lunch"), Reason(code="home", kind=ReasonKind.LOGOUT)),
    dispositions=(Reason(code="sold", kind=ReasonKind.WRAP_UP),),
)

READY = e.AgentReady(link=SIM)
BUSY = e.AgentBusy(link=SIM)
CONSULT = call(e.Established, ann(S.CONNECTED, "ann2"), bob(S.CONNECTED), call="c2")
CHAT = call(e.Delivered, contact_facts=digital())

IDLE = after(UP, READY)
OFFERED = after(OFFER, state=IDLE)
ACTIVE = after(ANSWER, BUSY, state=OFFERED)
HELD = after(HOLD, state=ACTIVE)
PARKED = after(call(e.Held, replace(ann(S.HOLD), parked=True), cause="parked"), READY, state=ACTIVE)
CONSULTING = after(CONSULT, state=HELD)
ALONE = after(
    call(e.Conferenced, bob(S.CONNECTED)),
    call(e.Held, customer(S.HOLD, held_alone=True)),
    state=ACTIVE,
)
DIALLING = after(call(e.Originated, ann(S.CONNECTED)), state=IDLE)
WRAPPING = after(call(e.CallCleared), WRAP_UP, state=ACTIVE)
CLOSED = after(CLOSE, state=WRAPPING)
CHAT_OFFERED = after(CHAT, state=IDLE)
CHAT_ACTIVE = after(ANSWER, state=CHAT_OFFERED)
CHAT_PAUSED = after(HOLD, state=CHAT_ACTIVE)
CHAT_WRAPPING = after(WRAP_UP, state=CHAT_ACTIVE)
ALL = {
    "idle": IDLE,
    "offered": OFFERED,
    "active": ACTIVE,
    "held": HELD,
    "parked": PARKED,
    "consulting": CONSULTING,
    "alone": ALONE,
    "dialling": DIALLING,
    "wrapping": WRAPPING,
    "closed": CLOSED,
    "chat offered": CHAT_OFFERED,
    "chat active": CHAT_ACTIVE,
    "chat paused": CHAT_PAUSED,
    "chat wrapping": CHAT_WRAPPING,
}

NUMBER = Target(kind=TargetKind.NUMBER, number="+493012345")

RECORD = Record(kind="person", id="7")
SAMPLES: tuple[c.Service, ...] = (
    c.MakeCall(target=NUMBER),
    c.AnswerCall(contact=K1),
    c.DeflectCall(contact=K1),
    c.ClearConnection(contact=K1),
    c.HoldCall(contact=K1),
    c.RetrieveCall(contact=K1),
    c.ParkCall(contact=K1),
    c.ConsultationCall(contact=K1, target=NUMBER),
    c.AlternateCall(contact=K1),
    c.ReconnectCall(contact=K1),
    c.TransferCall(contact=K1),
    c.ConferenceCall(contact=K1),
    c.SingleStepTransferCall(contact=K1, target=NUMBER),
    c.SingleStepConferenceCall(contact=K1, target=NUMBER),
    c.GenerateDigits(contact=K1, digits="1#"),
    c.AssociateData(contact=K1, data=AttachedData(named={"a": "b"})),
    c.SetMicrophoneMute(contact=K1, mute=True),
    c.SetAgentState(state=Availability.NOT_READY),
    c.SetDisposition(contact=K1, disposition="sold"),
    c.CompleteContact(contact=K1),
    c.PauseContact(contact=K1),
    c.ResumeContact(contact=K1),
    c.SendMessage(contact=K1, text="hi"),
    c.ScheduleCallback(contact=K1, due=1, number="+493012345"),
    c.CancelCallback(callback="b"),
    c.StartRecording(contact=K1),
    c.StopRecording(contact=K1),
    c.Supervise(agent=AgentId("bob"), contact=ContactId("k9"), action=SuperviseAction.LISTEN),
    c.SuperviseAgent(agent=AgentId("bob"), state=Availability.READY),
    c.PostTeamMessage(content="hi", teams=(TeamId("blue"),)),
    c.DeleteTeamMessage(message="m", teams=(TeamId("blue"),)),
    c.ShareRecord(contact=K1, record=RECORD),
    c.TakeNote(contact=K1, text="n"),
    c.SetLocalData(contact=K1, variables={"a": "b"}),
    c.SearchRecords(contact=K1),
    c.SaveActivity(contact=K1),
    c.ScreenPop(kind=c.PopKind.URL, what="x"),
    c.SetToolbarSize(toolbar="t", height=1),
    c.ShowError(text="x"),
    c.SetVisibility(visible=True),
)
"""One of each service."""


def refused(state: SubjectState, service: c.Service, *, link: LinkId | None = None) -> str:
    """The code with which the service is refused, or nothing."""
    command = c.Command(id=CommandId("m"), subject=ANN, service=service, link=link)
    found = refusal(state, SWITCH_SERVICES, command)
    assert found is None or found.code in ERRORS
    return "" if found is None else found.code
