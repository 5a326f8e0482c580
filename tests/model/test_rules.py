from __future__ import annotations

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import replace

from cordboard.model import commands as c, events as e
from cordboard.model.controls import AGENT_CONTROLS, controls
from cordboard.model.entities import (
    AgentProfile,
    AttachedData,
    Availability,
    ConnectionState as S,
    Contact,
    Medium,
    Participant,
    Phase,
    Reason,
    ReasonKind,
    Record,
    Role,
    SuperviseAction,
    Target,
    TargetKind,
)
from cordboard.model.errors import ERRORS
from cordboard.model.ids import AgentId, CallId, CommandId, ConnectionId, ContactId, LinkId, TeamId
from cordboard.model.log import Entry
from cordboard.model.rules import RULES, SWITCH_SERVICES, addressed, possible, refusal, services_of
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
    contact,
    customer,
    digital,
    folded,
)
from tests.model.strategies import SUBJECT, stories, values

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

TALK = {"active", "held", "consulting", "alone"}
WITH = TALK | {"parked"}
VOICE = {"offered", "dialling", "wrapping"} | WITH
CHATS = {"chat offered", "chat active", "chat paused", "chat wrapping"}
OPEN = VOICE | CHATS
WHEN: dict[type[c.Service], set[str]] = {
    c.MakeCall: {"idle", "held", "parked", "wrapping", "closed"} | CHATS,
    c.AnswerCall: {"offered", "chat offered"},
    c.DeflectCall: {"offered", "chat offered"},
    c.ClearConnection: WITH | {"dialling", "chat active", "chat paused"},
    c.HoldCall: {"active", "consulting", "alone"},
    c.RetrieveCall: {"held", "parked", "consulting"},
    c.ParkCall: {"active", "held", "alone"},
    c.ConsultationCall: {"active", "held", "alone"},
    c.AlternateCall: {"consulting"},
    c.ReconnectCall: {"consulting"},
    c.TransferCall: {"consulting"},
    c.ConferenceCall: {"consulting"},
    c.SingleStepTransferCall: {"active", "held", "alone", "chat active", "chat paused"},
    c.SingleStepConferenceCall: {"active", "consulting", "alone"},
    c.GenerateDigits: {"dialling", "active", "consulting", "alone"},
    c.AssociateData: OPEN,
    c.SetMicrophoneMute: TALK,
    c.SetAgentState: set(ALL),
    c.SetDisposition: WITH | {"wrapping", "chat active", "chat paused", "chat wrapping"},
    c.CompleteContact: {"wrapping", "chat wrapping"},
    c.PauseContact: {"chat active"},
    c.ResumeContact: {"chat paused"},
    c.SendMessage: {"chat active"},
    c.ScheduleCallback: WITH | {"wrapping", "chat active", "chat paused", "chat wrapping"},
    c.CancelCallback: set(ALL),
    c.StartRecording: TALK,
    c.StopRecording: TALK,
    c.Supervise: set(),
    c.SuperviseAgent: set(),
    c.PostTeamMessage: set(ALL),
    c.DeleteTeamMessage: set(ALL),
    c.ShareRecord: OPEN,
    c.TakeNote: OPEN | {"closed"},
    c.SetLocalData: OPEN,
    c.SearchRecords: OPEN | {"closed"},
    c.SaveActivity: OPEN | {"closed"},
    c.ScreenPop: set(ALL),
    c.SetToolbarSize: set(ALL),
    c.ShowError: set(ALL),
    c.SetVisibility: set(ALL),
}
"""In which of the situations each service is possible."""


def refused(state: SubjectState, service: c.Service, *, link: LinkId | None = None) -> str:
    """The code with which the service is refused, or nothing."""
    command = c.Command(id=CommandId("m"), subject=ANN, service=service, link=link)
    found = refusal(state, SWITCH_SERVICES, command)
    assert found is None or found.code in ERRORS
    return "" if found is None else found.code


def test_the_tables_here_cover_all_services() -> None:
    every = set(get_args(c.Service))
    assert {type(item) for item in SAMPLES} == set(WHEN) == every


@pytest.mark.parametrize("service", SAMPLES, ids=lambda item: type(item).__name__)
def test_when_a_service_is_possible(service: c.Service) -> None:
    assert {name for name, state in ALL.items() if not refused(state, service)} == WHEN[type(service)]


@pytest.mark.parametrize("service", SAMPLES, ids=lambda item: type(item).__name__)
@pytest.mark.parametrize("state", ALL.values(), ids=ALL.keys())
def test_what_is_possible_is_what_is_not_refused(state: SubjectState, service: c.Service) -> None:
    contact_id = getattr(service, "contact", None)
    if isinstance(service, c.SearchRecords) or (state is ALONE and isinstance(service, c.RetrieveCall)):
        return  # this needs to be told which connection
    found = possible(state, SWITCH_SERVICES, type(service), contact_id)
    assert refused(state, service) == ("" if found is None else found.code)


def test_there_is_a_rule_for_every_service_on_a_contact_of_the_agents_own() -> None:
    on_contact = {
        kind
        for kind in get_args(c.Service)
        if any(item.name == "contact" and item.required for item in msgspec.structs.fields(kind))
    }
    assert set(RULES) == on_contact - {c.Supervise}


@given(stories, values(c.Command))
def test_any_command_in_any_state_is_answered(story: list[Entry], command: c.Command) -> None:
    state = folded([item.event for item in story])
    command = replace(command, subject=SUBJECT)
    found = refusal(state, services_of(state, command.link), command)
    assert found is None or (found.code in ERRORS and found.message)


@given(stories)
def test_controls_are_what_is_possible(story: list[Entry]) -> None:
    state = folded([UP, *(item.event for item in story)])
    shown = controls(state)
    assert set(shown) == {"", *state.contacts}
    for name, item in state.contacts.items():
        here = services_of(state, item.link)
        for kind in RULES:
            found = possible(state, here, kind, name)
            assert shown[name][kind.__name__] == ("" if found is None else found.code)


# --- the link ------------------------------------------------------------------------------------------------------------

SWITCH = [item for item in SAMPLES if c.SERVICES[type(item)].kind is c.Kind.SWITCH]
OURS = [item for item in SAMPLES if c.SERVICES[type(item)].kind is not c.Kind.SWITCH]
DOWN = e.LinkDown(link=SIM)


@pytest.mark.parametrize("service", SWITCH, ids=lambda item: type(item).__name__)
def test_what_a_contact_centre_cannot_do_is_impossible_here(service: c.Service) -> None:
    command = c.Command(id=CommandId("m"), subject=ANN, service=service)
    found = refusal(CONSULTING, SWITCH_SERVICES - {type(service).__name__}, command)
    assert found is not None
    assert found.code == "impossible-here"


@pytest.mark.parametrize("service", SWITCH, ids=lambda item: type(item).__name__)
def test_a_link_that_is_down_does_nothing(service: c.Service) -> None:
    assert refused(after(DOWN, state=CONSULTING), service) == "link-down"


@pytest.mark.parametrize("service", OURS, ids=lambda item: type(item).__name__)
def test_what_is_done_here_needs_no_link(service: c.Service) -> None:
    state = after(DOWN, state=ACTIVE)
    command = c.Command(id=CommandId("m"), subject=ANN, service=service)
    assert refusal(state, frozenset(), command) is None


def test_the_link_that_is_asked_is_the_contacts_or_the_one_named() -> None:
    far = e.LinkUp(link=LinkId("far"))
    assert refused(after(far, DOWN, state=ACTIVE), c.HoldCall(contact=K1)) == "link-down"
    state = after(far, DOWN, state=IDLE)
    call_out = c.MakeCall(target=NUMBER)
    assert refused(state, call_out) == ""
    assert refused(state, call_out, link=SIM) == "link-down"
    assert refused(state, call_out, link=LinkId("none")) == "link-down"


def test_an_agent_whose_links_are_down_is_told_so_and_not_that_it_is_impossible() -> None:
    state = after(DOWN, state=IDLE)
    assert services_of(state) == frozenset()
    assert controls(state)[""] == {kind.__name__: "link-down" for kind in AGENT_CONTROLS}


def test_the_services_of_links() -> None:
    two = after(
        e.LinkUp(link=SIM, services=("HoldCall",)), e.LinkUp(link=LinkId("far"), services=("MakeCall",))
    )
    assert services_of(two) == {"HoldCall", "MakeCall"}
    assert services_of(two, SIM) == {"HoldCall"}
    assert services_of(two, LinkId("none")) == frozenset()


# --- which contact, call and connection -----------------------------------------------------------------------------------


@pytest.mark.parametrize("service", [item for item in SAMPLES if type(item) in RULES])
def test_a_contact_that_nobody_knows(service: c.Service) -> None:
    assert refused(IDLE, service) == "unknown-contact"


def test_a_search_for_a_contact_that_nobody_knows_or_for_none() -> None:
    assert refused(IDLE, c.SearchRecords(contact=K1)) == "unknown-contact"
    assert refused(IDLE, c.SearchRecords(text="cleo")) == ""


@pytest.mark.parametrize("service", [item for item in SAMPLES if hasattr(item, "call")])
def test_a_call_that_nobody_knows(service: c.Service) -> None:
    assert refused(CONSULTING, msgspec.structs.replace(service, call=CallId("c9"))) == "unknown-call"


def test_a_call_that_is_over_is_unknown() -> None:
    state = after(call(e.CallCleared, call="c2"), state=CONSULTING)
    assert refused(state, c.HoldCall(contact=K1, call=CallId("c2"))) == "unknown-call"


def test_a_call_in_which_the_agent_has_no_place() -> None:
    state = after(call(e.ConnectionCleared, ann(S.NULL, "ann2"), call="c2"), state=CONSULTING)
    assert refused(state, c.ClearConnection(contact=K1, call=CallId("c2"))) == "wrong-state"


@pytest.mark.parametrize(
    ("state", "service", "named"),
    [
        (CONSULTING, c.HoldCall, "c2"),
        (CONSULTING, c.RetrieveCall, "c1"),
        (CONSULTING, c.ClearConnection, "c2"),
        (CONSULTING, c.ReconnectCall, "c1"),
        (CONSULTING, c.GenerateDigits, "c2"),
        (CONSULTING, c.AnswerCall, None),
        (after(call(e.Held, ann(S.HOLD, "ann2"), call="c2"), state=CONSULTING), c.ClearConnection, "c1"),
        (CONSULTING, c.AssociateData, "c1"),
        (ALONE, c.RetrieveCall, "c1"),
        (CHAT_ACTIVE, c.ClearConnection, "c1"),
        (WRAPPING, c.AssociateData, None),
        (WRAPPING, c.ClearConnection, None),
    ],
)
def test_the_call_that_is_meant_when_none_is_named(
    state: SubjectState, service: type[c.Service], named: str | None
) -> None:
    found = addressed(contact(state), service)
    assert (found.id if found is not None else None) == named


def test_after_alternating_the_consult_is_what_can_be_retrieved() -> None:
    swapped = after(
        call(e.Held, ann(S.HOLD, "ann2"), call="c2"), call(e.Retrieved, ann(S.CONNECTED)), state=CONSULTING
    )
    assert refused(swapped, c.RetrieveCall(contact=K1)) == ""
    found = addressed(contact(swapped), c.RetrieveCall)
    assert found is not None
    assert found.id == "c2"
    assert refused(swapped, c.RetrieveCall(contact=K1, call=CallId("c1"))) == "wrong-state"


@pytest.mark.parametrize(
    "service",
    [
        c.ClearConnection(contact=K1, connection=ConnectionId("bob")),
        c.HoldCall(contact=K1, connection=ConnectionId("bob")),
        c.RetrieveCall(contact=K1, connection=ConnectionId("bob")),
        c.SetMicrophoneMute(contact=K1, mute=True, connection=ConnectionId("bob")),
        c.GenerateDigits(contact=K1, digits="1", connection=ConnectionId("bob")),
    ],
)
def test_a_connection_has_to_be_live(service: c.Service) -> None:
    assert refused(ALONE, service) == ""
    gone = after(call(e.ConnectionCleared, bob(S.NULL)), state=ALONE)
    assert refused(gone, service) == "unknown-connection"
    elsewhere = after(CONSULT, call(e.CallCleared, call="c2"), state=ALONE)
    named = msgspec.structs.replace(service, connection=ConnectionId("ann2"))
    assert refused(elsewhere, named) == "unknown-connection"


def test_who_is_held_alone_is_retrieved_by_name() -> None:
    assert possible(ALONE, SWITCH_SERVICES, c.RetrieveCall, K1) is None
    assert refused(ALONE, c.RetrieveCall(contact=K1)) == "wrong-state"
    assert refused(ALONE, c.RetrieveCall(contact=K1, call=CallId("c1"))) == "wrong-state"
    assert refused(ALONE, c.RetrieveCall(contact=K1, connection=ConnectionId("cust"))) == ""
    assert refused(HELD, c.RetrieveCall(contact=K1)) == ""


def test_whom_somebody_else_holds_alone_cannot_come_back_by_themselves() -> None:
    held = replace(ann(S.HOLD), held_alone=True)
    state = after(call(e.Conferenced, bob(S.CONNECTED)), call(e.Held, held), state=ACTIVE)
    assert refused(state, c.RetrieveCall(contact=K1)) == "wrong-state"
    assert possible(state, SWITCH_SERVICES, c.RetrieveCall, K1) is not None
    assert refused(state, c.ClearConnection(contact=K1)) == ""


def test_a_party_who_came_back_has_a_place_again() -> None:
    state = after(
        call(e.ConnectionCleared, ann(S.NULL)), call(e.Conferenced, ann(S.CONNECTED, "ann2")), state=ACTIVE
    )
    assert refused(state, c.HoldCall(contact=K1)) == ""


# --- arguments -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", ["1", "0123456789*#ABCD", "1" * 64])
def test_digits_that_are_dtmf(digits: str) -> None:
    assert refused(ACTIVE, c.GenerateDigits(contact=K1, digits=digits)) == ""


@pytest.mark.parametrize("digits", ["", "a", "1 2", "E", "1" * 65, "1\n", "\u0661"])
def test_digits_that_are_not(digits: str) -> None:
    assert refused(ACTIVE, c.GenerateDigits(contact=K1, digits=digits)) == "invalid-digits"


DIALS = [item for item in SAMPLES if c.SERVICES[type(item)].dials]


@pytest.mark.parametrize("service", DIALS, ids=lambda item: type(item).__name__)
@pytest.mark.parametrize(
    ("target", "code"),
    [
        (Target(kind=TargetKind.NUMBER, number="+49 30"), "invalid-number"),
        (Target(kind=TargetKind.NUMBER, number="+"), "invalid-number"),
        (Target(kind=TargetKind.NUMBER, id="x"), "invalid-number"),
        (Target(kind=TargetKind.NUMBER, number="1" * 33), "invalid-number"),
        (Target(kind=TargetKind.NUMBER, number="*21#"), ""),
        (Target(kind=TargetKind.AGENT, number="1"), "bad-field"),
        (Target(kind=TargetKind.QUEUE), "bad-field"),
        (Target(kind=TargetKind.AGENT, id="bob"), ""),
    ],
)
def test_targets(service: c.Service, target: Target, code: str) -> None:
    state = {c.MakeCall: IDLE, c.DeflectCall: OFFERED}.get(type(service), ACTIVE)
    assert refused(state, msgspec.structs.replace(service, target=target)) == code


def told(state: SubjectState, profile: AgentProfile) -> SubjectState:
    return after(e.ProfileChanged(profile=profile), state=state)


@pytest.mark.parametrize(
    ("disposition", "code"),
    [("sold", ""), ("", ""), ("lunch", "unknown-disposition"), ("x", "unknown-disposition")],
)
def test_dispositions_are_listed_where_there_is_a_list(disposition: str, code: str) -> None:
    service = c.SetDisposition(contact=K1, disposition=disposition)
    assert refused(told(ACTIVE, LISTS), service) == code
    assert refused(ACTIVE, service) == ""


@pytest.mark.parametrize(
    ("state", "wanted", "reason", "code"),
    [
        (IDLE, Availability.READY, "", ""),
        (IDLE, Availability.BUSY, "", "wrong-state"),
        (IDLE, Availability.NOT_READY, "", "reason-needed"),
        (IDLE, Availability.NOT_READY, "lunch", ""),
        (IDLE, Availability.NOT_READY, "home", "unknown-reason"),
        (IDLE, Availability.NULL, "", ""),
        (IDLE, Availability.NULL, "home", ""),
        (IDLE, Availability.NULL, "lunch", "unknown-reason"),
        (IDLE, Availability.WORKING_AFTER_CALL, "", "wrong-state"),
        (ACTIVE, Availability.READY, "", ""),
        (ACTIVE, Availability.NOT_READY, "lunch", ""),
        (ACTIVE, Availability.NULL, "", ""),
        (ACTIVE, Availability.WORKING_AFTER_CALL, "", ""),
        (CHAT_ACTIVE, Availability.NULL, "", ""),
        (after(UP), Availability.NOT_READY, "", ""),
        (after(UP), Availability.NULL, "", "wrong-state"),
    ],
)
def test_states_that_can_be_asked_for(
    state: SubjectState, wanted: Availability, reason: str, code: str
) -> None:
    assert refused(told(state, LISTS), c.SetAgentState(state=wanted, reason=reason)) == code


def test_without_a_list_of_reasons_any_will_do() -> None:
    assert refused(IDLE, c.SetAgentState(state=Availability.NOT_READY, reason="any")) == ""
    chat = c.SetAgentState(state=Availability.NULL, medium=Medium.CHAT)
    assert refused(IDLE, chat) == "wrong-state"


@pytest.mark.parametrize(
    "service", [item for item in SAMPLES if type(item) in (c.Supervise, c.SuperviseAgent)]
)
def test_only_a_supervisor_supervises(service: c.Service) -> None:
    assert refused(IDLE, service) == "not-allowed"
    assert refused(told(IDLE, LISTS), service) == "not-allowed"
    assert refused(told(IDLE, SUPERVISOR), service) == ""


def test_nobody_can_be_made_busy() -> None:
    service = c.SuperviseAgent(agent=AgentId("bob"), state=Availability.BUSY)
    assert refused(told(IDLE, SUPERVISOR), service) == "wrong-state"


def test_nobody_calls_before_logging_on_or_with_a_call_in_hand() -> None:
    call_out = c.MakeCall(target=NUMBER)
    assert refused(after(UP), call_out) == "wrong-state"
    assert refused(after(UP, e.AgentLoggedOff(link=SIM)), call_out) == "wrong-state"
    for state in (OFFERED, ACTIVE, DIALLING, CONSULTING):
        assert refused(state, call_out) == "no-free-line"


@pytest.mark.parametrize("kind", [c.TransferCall, c.ConferenceCall])
def test_the_second_call_of_a_transfer_may_be_another_contacts(
    kind: type[c.TransferCall | c.ConferenceCall],
) -> None:
    second = call(e.Established, ann(S.CONNECTED), contact="k2", call="d1")
    state = after(second, state=HELD)
    assert refused(state, kind(contact=K1)) == "wrong-state"
    assert refused(state, kind(contact=K1, other=ContactId("k2"))) == ""
    assert refused(state, kind(contact=K1, other=ContactId("k9"))) == "unknown-contact"


SECOND = call(e.Established, ann(S.CONNECTED), contact="k2", call="d1")
SECOND_HELD = call(e.Held, ann(S.HOLD), contact="k2", call="d1")
SECOND_PARKED = call(e.Held, replace(ann(S.HOLD), parked=True), contact="k2", call="d1")


@pytest.mark.parametrize(
    ("second", "joined"),
    [
        ((SECOND,), {c.TransferCall, c.ConferenceCall}),
        ((SECOND, SECOND_HELD), {c.TransferCall}),
        ((SECOND, SECOND_PARKED), {c.TransferCall}),
        ((call(e.Delivered, ann(S.ALERTING), contact="k2", call="d1"),), set()),
    ],
)
def test_what_a_parked_call_can_be_joined_with(
    second: tuple[e.Event, ...], joined: set[type[c.Service]]
) -> None:
    state = after(*second, state=PARKED)
    both = ((K1, ContactId("k2")), (ContactId("k2"), K1))
    for one, other in both:
        for kind in (c.TransferCall, c.ConferenceCall):
            asked = kind(contact=one, other=other)
            assert refused(state, asked) == ("" if kind in joined else "wrong-state")
    assert refused(state, c.AlternateCall(contact=K1)) == "wrong-state"


@pytest.mark.parametrize("state", [PARKED, HELD])
@pytest.mark.parametrize("kind", [c.TransferCall, c.ConferenceCall])
def test_a_call_is_joined_with_no_other_contact_centres_with_no_chat_and_not_with_itself(
    kind: type[c.TransferCall | c.ConferenceCall], state: SubjectState
) -> None:
    assert refused(state, kind(contact=K1, other=K1)) == "wrong-state"
    elsewhere = call(e.Established, ann(S.CONNECTED), contact="k2", call="d1", link="far")
    chat = call(e.Established, ann(S.CONNECTED), contact="k2", call="d1", contact_facts=digital())
    for second in (elsewhere, chat):
        there = after(e.LinkUp(link=LinkId("far"), services=tuple(SWITCH_SERVICES)), second, state=state)
        assert refused(there, kind(contact=K1, other=ContactId("k2"))) == "wrong-state"
        assert refused(there, kind(contact=ContactId("k2"), other=K1)) == "wrong-state"


def test_nobody_parks_a_call_about_which_they_are_asking_somebody() -> None:
    assert refused(CONSULTING, c.ParkCall(contact=K1)) == "wrong-state"
    assert refused(CONSULTING, c.ParkCall(contact=K1, call=CallId("c2"))) == "wrong-state"


def test_a_parked_call_is_still_parked_after_a_snapshot() -> None:
    told = e.Snapshot(link=SIM, contacts=(contact(PARKED),))
    again = contact(after(told, state=PARKED))
    assert [item.parked for item in again.calls[0].connections if item.participant.id == "ann"] == [True]
    assert refused(after(told, state=PARKED), c.RetrieveCall(contact=K1)) == ""


def test_one_consult_at_a_time() -> None:
    assert refused(CONSULTING, c.ConsultationCall(contact=K1, target=NUMBER)) == "no-free-line"
    assert refused(CONSULTING, c.SingleStepTransferCall(contact=K1, target=NUMBER)) == "no-free-line"


@pytest.mark.parametrize(
    "service",
    [c.PostTeamMessage(content=" ", teams=(TeamId("a"),)), c.PostTeamMessage(content="x", teams=())],
)
def test_a_team_message_needs_words_and_teams(service: c.Service) -> None:
    assert refused(IDLE, service) == "bad-field"


def test_connections_of_a_chat_do_not_stand_in_the_way_of_a_call() -> None:
    chat = after(call(e.Established, ann(S.CONNECTED), contact_facts=digital()), state=IDLE)
    assert contact(chat).phase is Phase.ACTIVE
    assert refused(chat, c.MakeCall(target=NUMBER)) == ""


@pytest.mark.parametrize("phase", list(Phase))
def test_a_chat_without_connections_stands_as_its_phase_says(phase: Phase) -> None:
    item = Contact(id=K1, link=SIM, agent=AgentId("ann"), medium=Medium.CHAT, phase=phase)
    state = after(UP, e.Snapshot(link=SIM, contacts=(item,)))
    shown = controls(state).get("k1", {})
    can = {name for name in ("AnswerCall", "ClearConnection", "PauseContact") if shown.get(name) == ""}
    assert can == {
        Phase.OFFERED: {"AnswerCall"},
        Phase.DIALLING: {"ClearConnection"},
        Phase.ACTIVE: {"ClearConnection", "PauseContact"},
        Phase.PAUSED: {"ClearConnection"},
    }.get(phase, set())


@pytest.mark.parametrize(
    ("text", "code"), [("hi", ""), (" \n", "bad-field"), ("x" * 4000, ""), ("x" * 4001, "bad-field")]
)
def test_what_can_be_written(text: str, code: str) -> None:
    assert refused(CHAT_ACTIVE, c.SendMessage(contact=K1, text=text)) == code


def test_a_callback_needs_a_time_and_a_number() -> None:
    assert refused(ACTIVE, c.ScheduleCallback(contact=K1, due=0, number="+4930")) == "bad-field"
    assert refused(ACTIVE, c.ScheduleCallback(contact=K1, due=1, number="Cleo")) == "invalid-number"
    assert refused(ACTIVE, c.ScheduleCallback(contact=K1, due=1)) == "invalid-number"
    who = Participant(role=Role.CUSTOMER, number="+493012345")
    known = after(call(e.CallInformation, contact_facts=e.ContactFacts(customer=who)), state=ACTIVE)
    assert refused(known, c.ScheduleCallback(contact=K1, due=1)) == ""
    assert refused(ACTIVE, c.CancelCallback(callback="")) == "bad-field"


def test_a_paused_chat_is_handed_on_and_not_written_into() -> None:
    assert refused(CHAT_PAUSED, c.SingleStepTransferCall(contact=K1, target=NUMBER)) == ""
    assert refused(CHAT_PAUSED, c.SendMessage(contact=K1, text="hi")) == "wrong-state"
    assert refused(HELD, c.SendMessage(contact=K1, text="hi")) == "wrong-state"
