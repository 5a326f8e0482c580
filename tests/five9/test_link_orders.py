"""What commands come to where Five9 answers late, not at all, or otherwise than the samples."""

from __future__ import annotations

import pytest

from cordboard.contract import Failed, Replied
from cordboard.model import commands as c
from cordboard.model.entities import AttachedData, Availability, Medium, Target, TargetKind
from cordboard.model.ids import ConnectionId, ContactId
from tests.five9.scripted import CALL, A, Said, Scripted, call, fault, presence, up, voice

CONTACT = ContactId(CALL)
CALLS = f"{A}/interactions/calls"
CALL_PATH = f"{CALLS}/{CALL}"
DIAL = f"{A}/interactions/make_external_call"
NUMBER = Target(kind=TargetKind.NUMBER, number="+19255550199")
MADE = {"id": "AA", "callType": "MANUAL", "ani": None, "dnis": "9255550199"}


def in_a_call() -> Scripted:
    five9 = up()
    five9.told(3, "CREATED", call("OFFERED"))
    five9.told(4, "CONNECTED", call("TALKING"))
    return five9


def settled(five9: Scripted) -> c.Outcome:
    (outcome,) = five9.outcomes.values()
    return outcome


# --- a dial -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("early", [True, False], ids=["call-first", "answer-first"])
@pytest.mark.parametrize("said", [(500, None), (504, "<html>")], ids=str)
def test_a_dial_whose_answer_is_lost_is_done_if_the_call_comes(said: Said, early: bool) -> None:
    five9 = up()
    five9.laid[DIAL] = [said]
    if early:
        five9.on[DIAL] = lambda: five9.told(3, "CREATED", call("OFFERED", **MADE))
    five9.execute(c.MakeCall(target=NUMBER))
    if not early:
        assert not five9.outcomes
        five9.told(3, "CREATED", call("OFFERED", **MADE))
    five9.passes(10)
    assert settled(five9) == c.Done(data={"call": "AA"})
    assert five9.times(DIAL) == 1


def test_a_dial_that_never_shows_is_unconfirmed_and_not_repeated() -> None:
    five9 = up()
    five9.laid[DIAL] = [(500, None)]
    five9.execute(c.MakeCall(target=NUMBER))
    five9.told(3, "CREATED", call("OFFERED"))  # somebody calls
    five9.told(3, "CREATED", call("OFFERED", **{**MADE, "dnis": "8885550000"}))  # another one dials
    five9.passes(10)
    assert isinstance(settled(five9), c.Unconfirmed)
    assert five9.times(DIAL) == 1


def test_a_dial_that_five9_says_has_failed_is_refused() -> None:
    five9 = up()
    five9.laid[DIAL] = [(500, None)]
    five9.execute(c.MakeCall(target=NUMBER))
    five9.told(65, "BUSY")
    five9.passes(10)
    assert isinstance(settled(five9), c.Refused)


def test_what_another_cordboard_does_not_know_is_not_known_here() -> None:
    five9 = up()
    five9.laid[DIAL] = [(504, None)]
    five9.execute(c.MakeCall(target=NUMBER))
    five9.told(65, "UNCONFIRMED")
    five9.passes(10)
    assert isinstance(settled(five9), c.Unconfirmed)


@pytest.mark.parametrize("body", [None, "", {"id": 7}, {"id": "AA", "state": "OFFERED"}, "<html>"], ids=str)
def test_a_dial_is_done_whatever_its_answer_says(body: object) -> None:
    five9 = up()
    five9.laid[DIAL] = [(200, body)]
    outcome = five9.execute(c.MakeCall(target=NUMBER))
    assert outcome == c.Done(data={"call": "AA"} if isinstance(body, dict) and "state" in body else {})


def test_a_dial_is_known_by_its_call_if_the_answer_is_empty() -> None:
    five9 = up()
    five9.laid[DIAL] = [(200, None)]
    five9.on[DIAL] = lambda: five9.told(3, "CREATED", call("OFFERED", **MADE))
    assert five9.execute(c.MakeCall(target=NUMBER)) == c.Done(data={"call": "AA"})


@pytest.mark.parametrize("sent", [True, False])
def test_a_dial_without_an_answer_is_refused_only_if_it_never_left(sent: bool) -> None:
    five9 = up()
    five9.hold.add(DIAL)
    five9.execute(c.MakeCall(target=NUMBER))
    five9.feed(Failed(name=five9.held[DIAL], reason="timeout", sent=sent, at=five9.at))
    five9.passes(10)
    assert isinstance(settled(five9), c.Unconfirmed if sent else c.Refused)
    five9.feed(Replied(name=five9.held[DIAL], status=200, headers={}, data=b"", at=five9.at))
    assert len(five9.outcomes) == 1


def test_a_dial_does_not_wait_for_what_it_will_not_repeat() -> None:
    five9 = up()
    five9.laid[DIAL] = [(429, None)]
    assert isinstance(five9.execute(c.MakeCall(target=NUMBER)), c.Refused)


# --- refused, or gone --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "path"),
    [
        (c.ClearConnection(contact=CONTACT), f"{CALL_PATH}/disconnect"),
        (c.CompleteContact(contact=CONTACT), f"{CALL_PATH}/dispose"),
    ],
    ids=["disconnect", "dispose"],
)
@pytest.mark.parametrize(
    "said", [fault(435, code=3, context="LOGIN"), fault(435, code=5001), (401, None)], ids=str
)
def test_what_says_nothing_of_the_call_is_no_end_of_it(service: c.Service, path: str, said: Said) -> None:
    five9 = in_a_call()
    if isinstance(service, c.CompleteContact):
        five9.told(4, "DISCONNECTED_BY_CALLER", call("WRAP_UP"))
    five9.laid[path] = [said]
    five9.execute(service)
    five9.passes(20)
    assert isinstance(settled(five9), c.Refused | c.Unconfirmed)


@pytest.mark.parametrize("said", [fault(404), fault(435, code=9, context="CALL"), (404, "<html>")], ids=str)
def test_what_is_gone_is_done(said: Said) -> None:
    five9 = in_a_call()
    five9.laid[f"{CALL_PATH}/disconnect"] = [said]
    assert five9.execute(c.ClearConnection(contact=CONTACT)) == c.Done()


# --- bodies ------------------------------------------------------------------------------------------------------------------


def test_a_disposition_goes_with_a_call_that_is_handed_on() -> None:
    five9 = in_a_call()
    five9.execute(c.SetDisposition(contact=CONTACT, disposition="401"))
    five9.execute(c.SingleStepTransferCall(contact=CONTACT, target=NUMBER))
    sent = five9.bodies[f"{CALL_PATH}/transfer_to_external_number"]
    assert (sent["dispositionId"], sent["warm"]) == ("401", False)


def test_a_consult_that_waits_for_a_disposition_gets_one() -> None:
    five9 = in_a_call()
    five9.execute(c.ConsultationCall(contact=CONTACT, target=NUMBER))
    five9.told(4, "HELD", call("ON_HOLD"))
    five9.told(3, "CREATED", call("OFFERED", **MADE))
    five9.told(4, "CONNECTED", call("TALKING", **MADE))
    five9.told(4, "DISCONNECTED_BY_AGENT", call("WRAP_UP", **MADE))
    five9.told(4, "DISCONNECTED_BY_AGENT", call("WRAP_UP"))
    assert five9.execute(c.CompleteContact(contact=CONTACT)) == c.Done()
    assert five9.asked[-2:] == [f"PUT {CALL_PATH}/dispose", f"PUT {CALLS}/AA/dispose"]
    five9.told(5, "DISPOSITIONED", call("FINISHED"))
    assert CONTACT in five9.state.contacts
    five9.execute(c.CompleteContact(contact=CONTACT))
    assert five9.asked[-1] == f"PUT {CALLS}/AA/dispose"
    five9.told(5, "DISPOSITIONED", call("FINISHED", **MADE))
    assert not five9.state.contacts


def test_without_a_disposition_none_is_sent() -> None:
    five9 = in_a_call()
    five9.execute(c.SingleStepTransferCall(contact=CONTACT, target=NUMBER))
    assert "dispositionId" not in five9.bodies[f"{CALL_PATH}/transfer_to_external_number"]


def test_a_paused_recording_is_resumed_and_a_stopped_one_begun() -> None:
    five9 = in_a_call()
    for pause, word in ((True, "resume"), (False, "start")):
        five9.told(4, "UPDATED", call("TALKING", recording=True))
        assert five9.execute(c.StopRecording(contact=CONTACT, pause=pause)) == c.Done()
        five9.told(4, "UPDATED", call("TALKING", recording=False))
        assert five9.execute(c.StartRecording(contact=CONTACT)) == c.Done()
        assert five9.asked[-1] == f"PUT {CALL_PATH}/{word}_recording"


def test_to_leave_without_a_reason_needs_no_body() -> None:
    five9 = up()
    five9.execute(c.SetAgentState(state=Availability.NULL))
    assert f"{A}/session_stop" not in five9.bodies
    five9.execute(c.SetAgentState(state=Availability.NULL, reason="7"))
    assert five9.bodies[f"{A}/session_stop"] == {"reasonCodeId": "7"}


# --- what it cannot do -------------------------------------------------------------------------------------------------------


def test_another_medium_is_not_taken_for_voice() -> None:
    five9 = up()
    five9.told(12, "UPDATED", presence("CALL"))
    outcome = five9.execute(c.SetAgentState(state=Availability.NOT_READY, medium=Medium.CHAT))
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "impossible-here"
    assert voice(five9) is Availability.READY
    assert f"PUT {A}/presence" not in five9.asked


def test_a_wrap_up_reason_is_not_swallowed() -> None:
    five9 = in_a_call()
    outcome = five9.execute(c.AssociateData(contact=CONTACT, data=AttachedData(), wrap_up_reason="sale"))
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "impossible-here"


def test_whom_the_call_began_with_cannot_be_dropped_alone() -> None:
    five9 = in_a_call()
    third = call("TALKING", id="BB", number="9255550177")
    five9.told(4, "CONFERENCE_PARTICIPANT_ADDED", third)
    far = ConnectionId(f"{CALL}-far")
    assert isinstance(five9.execute(c.ClearConnection(contact=CONTACT, connection=far)), c.Refused)
    other = c.ClearConnection(contact=CONTACT, connection=ConnectionId("BB"))
    assert isinstance(five9.execute(other), c.Done)
    assert five9.asked[-1] == f"PUT {CALLS}/BB/disconnectConferenceParticipant"


# --- answers that are lost ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "path", "shown"),
    [
        (
            c.AssociateData(contact=CONTACT, data=AttachedData(peripheral={"order": "7"})),
            "variables_2",
            call("TALKING", variables={"31": "7"}),
        ),
        (c.StartRecording(contact=CONTACT), "start_recording", call("TALKING", recording=True)),
        (
            c.SingleStepTransferCall(contact=CONTACT, target=NUMBER),
            "transfer_to_external_number",
            call("WRAP_UP"),
        ),
        (c.ClearConnection(contact=CONTACT), "disconnect", call("WRAP_UP")),
        (
            c.ConsultationCall(contact=CONTACT, target=NUMBER),
            "transfer_to_external_number",
            call("OFFERED", **MADE),
        ),
    ],
    ids=lambda item: type(item).__name__ if isinstance(item, c.Service) else "",
)
def test_an_order_whose_answer_is_lost_is_done_if_what_is_told_shows_it(
    service: c.Service, path: str, shown: dict[str, object]
) -> None:
    five9 = in_a_call()
    five9.laid[f"{CALL_PATH}/{path}"] = [(502, "<html>")]
    assert five9.execute(service) is None
    five9.told(3 if shown["id"] == "AA" else 4, "WHATEVER", shown)
    five9.passes(10)
    assert isinstance(settled(five9), c.Done)
    assert five9.times(f"{CALL_PATH}/{path}") == 1


def test_a_consult_whose_answer_is_lost_is_a_consult() -> None:
    five9 = in_a_call()
    five9.laid[f"{CALL_PATH}/transfer_to_external_number"] = [(502, None)]
    five9.execute(c.ConsultationCall(contact=CONTACT, target=NUMBER))
    five9.passes(6)
    five9.told(3, "CREATED", call("OFFERED", **MADE))
    (contact,) = five9.state.contacts.values()
    assert [item.kind for item in contact.calls] == ["main", "consult"]
