"""What a service is asked with: digits, targets, dispositions, reasons, second calls, texts."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from cordboard.model import commands as c, events as e
from cordboard.model.controls import controls
from cordboard.model.entities import (
    AgentProfile,
    Availability,
    ConnectionState as S,
    Contact,
    Medium,
    Participant,
    Phase,
    Role,
    Target,
    TargetKind,
)
from cordboard.model.ids import AgentId, CallId, ContactId, LinkId, TeamId
from cordboard.model.rules import SWITCH_SERVICES
from cordboard.model.state import SubjectState
from tests.model.builders import (
    SIM,
    UP,
    after,
    ann,
    call,
    contact,
    digital,
)
from tests.model.situations import (
    ACTIVE,
    CHAT_ACTIVE,
    CHAT_PAUSED,
    CONSULTING,
    DIALLING,
    HELD,
    IDLE,
    K1,
    LISTS,
    NUMBER,
    OFFERED,
    PARKED,
    SAMPLES,
    SUPERVISOR,
    refused,
)


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
