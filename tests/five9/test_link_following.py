"""What the link makes of frames that come twice, late, never, for calls that it does not know, and by clocks that go wrong."""

from __future__ import annotations

import pytest

from cordboard.model import commands as c, events as e
from cordboard.model.entities import (
    Availability,
    Connection,
    Contact,
    Ending,
    Phase,
    Role,
    Target,
    TargetKind,
)
from cordboard.model.ids import ContactId, LinkId
from tests.five9.scripted import CALL, ORGS, A, Scripted, call, fault, over, presence, up, voice

CONTACT = ContactId(CALL)
CALLS = f"{A}/interactions/calls"
HOUR = 3_600_000
NUMBER = Target(kind=TargetKind.NUMBER, number="+19255550199")


def in_a_call() -> Scripted:
    five9 = up()
    five9.told(3, "CREATED", call("OFFERED"))
    five9.told(4, "CONNECTED", call("TALKING"))
    return five9


def live(contact: Contact) -> list[Connection]:
    return [item for item in contact.calls[0].connections if item.state != "null"]


def names(five9: Scripted, since: int = 0) -> list[str]:
    return [type(item).__name__ for item in five9.events[since:]]


# --- twice, late, never ---------------------------------------------------------------------------------------------------


def test_an_end_that_overtook_the_beginning_leaves_nothing_behind() -> None:
    five9 = up()
    begun = five9.at
    five9.told(5, "ABANDONED", call("FINISHED"), at=begun + 500)
    five9.told(3, "CREATED", call("OFFERED"), at=begun + 100)
    five9.told(30, "CREATED", call("OFFERED"), at=begun + 100)
    assert not five9.state.contacts


def test_the_double_of_a_beginning_does_not_begin_again() -> None:
    five9 = in_a_call()
    told = len(five9.events)
    five9.told(30, "CREATED", call("OFFERED"))
    five9.told(3, "CREATED", call("OFFERED"))
    assert names(five9, told) == []


def test_the_double_of_an_end_does_not_end_what_is_offered_again() -> None:
    five9 = up()
    five9.told(3, "CREATED", call("OFFERED"))
    five9.told(5, "NO_ANSWER", call("FINISHED"))
    five9.told(3, "CREATED", call("OFFERED"))
    five9.told(31, "NO_ANSWER", call("FINISHED"))
    assert five9.state.contacts[CONTACT].phase is Phase.OFFERED
    five9.told(5, "NO_ANSWER", call("FINISHED"))
    assert not five9.state.contacts


def test_news_of_a_call_that_is_over_brings_it_not_back_but_is_looked_at() -> None:
    five9 = in_a_call()
    five9.told(5, "DISPOSITIONED", call("FINISHED"))
    asked = five9.times(CALLS)
    five9.told(4, "UPDATED", call("WRAP_UP"))
    assert not five9.state.contacts
    five9.passes(2)
    assert five9.times(CALLS) == asked + 1
    assert over(five9) == ("", "")


def test_who_hangs_up_while_it_rings_says_how_it_ended() -> None:
    for reason, ending in (
        ("DISCONNECTED_BY_CALLER", Ending.ABANDONED),
        ("DISCONNECTED_BY_AGENT", Ending.DECLINED),
        ("PLUGH", Ending.MISSED),
    ):
        five9 = up()
        five9.told(3, "CREATED", call("OFFERED"))
        five9.told(4, reason, call("FINISHED"))
        assert five9.state.recent[0].ended_by is ending


# --- clocks -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [-HOUR, HOUR], ids=["back", "forward"])
def test_a_clock_that_jumps_hides_no_end(jump: int) -> None:
    five9 = up()
    five9.told(3, "CREATED", call("OFFERED"), at=five9.at + jump)
    five9.told(4, "CONNECTED", call("TALKING"))
    assert five9.state.contacts[CONTACT].phase is Phase.ACTIVE
    five9.told(5, "DISPOSITIONED", call("FINISHED"), at=five9.at - jump)
    assert not five9.state.contacts


def test_a_clock_that_jumps_hides_no_presence() -> None:
    five9 = up()
    five9.told(12, "UPDATED", presence("CALL"), at=five9.at + HOUR)
    five9.told(12, "UPDATED", presence(reason="501"))
    assert voice(five9) is Availability.NOT_READY


def test_what_seems_late_is_looked_at() -> None:
    five9 = in_a_call()
    five9.laid[CALLS] = [(200, [call("ON_HOLD")])]
    five9.told(4, "HELD", call("ON_HOLD"), at=five9.at - 1_500)
    five9.passes(10)
    assert over(five9) == ("later", "out-of-step")


# --- what cannot be read ------------------------------------------------------------------------------------------------------


def test_a_call_that_cannot_be_read_is_shown_and_looked_at() -> None:
    five9 = in_a_call()
    five9.laid[CALLS] = [(200, [])]
    five9.told(5, "DISPOSITIONED", {"id": CALL})
    assert isinstance(five9.events[-1], e.Unrecognised)
    five9.passes(10)
    assert over(five9) == ("later", "out-of-step")


@pytest.mark.parametrize("payload", [None, "READY", ["CALL"]], ids=str)
def test_a_presence_that_cannot_be_read_is_fetched(payload: object) -> None:
    five9 = up()
    five9.laid[f"{A}/presence"] = [(200, presence("CALL"))]
    five9.told(12, "UPDATED", payload)
    five9.passes(2)
    assert voice(five9) is Availability.READY
    assert over(five9) == ("", "")


def test_a_state_of_next_year_is_shown() -> None:
    five9 = in_a_call()
    five9.told(4, "UPDATED", call("MONITORED"))
    assert five9.state.contacts[CONTACT].calls[0].references["state"] == "MONITORED"
    five9.told(4, "UPDATED", call("TALKING"))
    assert "state" not in five9.state.contacts[CONTACT].calls[0].references


# --- while it is read what is so ------------------------------------------------------------------------------------------------


def test_what_ends_while_it_is_read_is_over_whatever_the_list_says() -> None:
    five9 = Scripted()
    five9.laid[CALLS] = [(200, [call("TALKING")])]

    def ends() -> None:
        del five9.on[CALLS]
        five9.told(5, "DISPOSITIONED", call("FINISHED"))

    five9.on[CALLS] = ends
    five9.start()
    assert five9.state.links[LinkId("lk")].up
    assert not five9.state.contacts
    five9.told(4, "UPDATED", call("TALKING"), at=five9.at - 5_000)
    assert not five9.state.contacts


def test_what_is_offered_again_while_it_is_read_is_there() -> None:
    five9 = Scripted()
    five9.laid[CALLS] = [(200, [call("OFFERED")])]

    def comes_again() -> None:
        del five9.on[CALLS]
        five9.told(3, "CREATED", call("OFFERED"))

    def ends() -> None:
        five9.on[CALLS] = comes_again
        five9.told(5, "NO_ANSWER", call("FINISHED"))

    five9.on[CALLS] = ends
    five9.start()
    assert five9.state.contacts[CONTACT].phase is Phase.OFFERED
    five9.passes(300)
    assert over(five9) == ("", "")


def test_a_participant_in_the_list_is_no_contact() -> None:
    five9 = Scripted()
    listed = [call("TALKING"), call("PARTICIPANT_TALKING", id="BB", ani=None, number="9255550177")]
    five9.laid[CALLS] = [(200, listed)]
    five9.start()
    (contact,) = five9.state.contacts.values()
    assert [item.participant.number for item in contact.calls[0].connections] == [
        "",
        "9255550101",
        "9255550177",
    ]
    five9.passes(300)
    assert over(five9) == ("", "")


# --- conferences and consults ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "reason", "state"),
    [(5, "DISPOSITIONED", "FINISHED"), (4, "DISCONNECTED_BY_CALLER", "WRAP_UP"), (31, None, "FINISHED")],
)
def test_a_participant_comes_changes_and_goes_as_one_of_the_call(event: int, reason: str, state: str) -> None:
    five9 = in_a_call()
    third = {"id": "BB", "ani": None, "dnis": None, "number": "9255550177"}
    five9.told(4, "CONFERENCE_PARTICIPANT_ADDED", call("TALKING", **third))
    five9.told(4, "UPDATED", call("ON_HOLD", **third))
    five9.told(4, "UPDATED", call("TALKING", **third))
    (contact,) = five9.state.contacts.values()
    assert len(live(contact)) == 3
    five9.told(event, reason, call(state, **third))
    (contact,) = five9.state.contacts.values()
    assert len(live(contact)) == 2


@pytest.mark.parametrize("number", ["9255550101", "+19255550101"])
def test_who_stays_when_the_customer_has_left_is_no_customer(number: str) -> None:
    five9 = in_a_call()
    one, other = {"id": "P1", "number": number}, {"id": "P2", "number": "9255550177"}
    five9.told(4, "UPDATED", call("TALKING", participants=[one, other]))
    five9.told(4, "UPDATED", call("TALKING", participants=[other]))
    (contact,) = five9.state.contacts.values()
    assert contact.customer is not None
    assert contact.customer.number in ("9255550101", number)
    assert live(contact)[1].participant.role is Role.THIRD_PARTY


def test_when_everybody_has_left_nobody_new_is_there() -> None:
    five9 = up()
    noor = {"id": "P1", "addressType": "AGENT", "agentId": "357", "state": "PARTICIPANT_RINGING"}
    made = {"callType": "MANUAL", "dnis": "2002", "agentId": "357"}
    five9.told(3, "CREATED", call("RINGING_ON_OTHER_SIDE", participants=[noor], **made))
    told = len(five9.events)
    five9.told(4, "UPDATED", call("RINGING_ON_OTHER_SIDE", participants=[], **made))
    assert names(five9, told) == ["ConnectionCleared"]
    five9.told(4, "UPDATED", call("RINGING_ON_OTHER_SIDE", participants=[noor], **made))
    (contact,) = five9.state.contacts.values()
    assert [item.id for item in live(contact)] == [f"{CALL}-own", "P1"]


def test_a_participant_that_is_the_call_itself_is_news_of_the_call() -> None:
    five9 = in_a_call()
    five9.told(4, "CONFERENCE_PARTICIPANT_ADDED", call("ON_HOLD"))
    assert five9.state.contacts[CONTACT].calls[0].connections[0].state == "hold"


def test_a_consult_that_stays_in_the_call_is_a_participant() -> None:
    five9 = in_a_call()
    five9.execute(c.ConsultationCall(contact=CONTACT, target=NUMBER))
    second = {"id": "AA", "callType": "MANUAL", "ani": None, "dnis": "9255550199"}
    five9.told(4, "HELD", call("ON_HOLD"))
    five9.told(3, "CREATED", call("OFFERED", **second))
    five9.told(4, "CONNECTED", call("TALKING", **second))
    five9.told(4, "UPDATED", call("PARTICIPANT_TALKING", **second))
    five9.told(4, "UPDATED", call("TALKING"))
    (contact,) = five9.state.contacts.values()
    main = contact.calls[0]
    assert [item.participant.number for item in main.connections] == ["", "9255550101", "9255550199"]
    assert all(item.cleared for item in contact.calls[1:])
    five9.told(5, "CONFERENCE_JOINED", call("FINISHED", **second))
    five9.told(4, "UPDATED", call("TALKING", **second))
    (contact,) = five9.state.contacts.values()
    assert len(live(contact)) == 3
    five9.told(5, "DISPOSITIONED", call("FINISHED", **second))
    (contact,) = five9.state.contacts.values()
    assert len(live(contact)) == 2


@pytest.mark.parametrize("event", [58, 40, 65])
def test_a_consult_that_failed_claims_no_later_call(event: int) -> None:
    five9 = in_a_call()
    five9.execute(c.ConsultationCall(contact=CONTACT, target=NUMBER))
    five9.told(event, "NO_ANSWER")
    five9.told(3, "CREATED", call("OFFERED", id="AA", callType="MANUAL"))
    assert len(five9.state.contacts) == 2


def test_a_consult_that_never_came_claims_no_later_call() -> None:
    five9 = in_a_call()
    five9.laid[CALLS] = [(200, [call("TALKING")])]
    five9.execute(c.ConsultationCall(contact=CONTACT, target=NUMBER))
    five9.passes(60)
    five9.told(3, "CREATED", call("OFFERED", id="AA", callType="MANUAL"))
    assert len(five9.state.contacts) == 2


def test_a_wish_that_was_refused_explains_no_later_presence() -> None:
    five9 = up()
    five9.told(12, "UPDATED", presence("CALL"))
    five9.laid[f"{A}/presence"] = [fault(403)]
    five9.execute(c.SetAgentState(state=Availability.NOT_READY))
    five9.told(3, "CREATED", call("OFFERED"))
    five9.told(12, "UPDATED", presence())
    five9.told(5, "NO_ANSWER", call("FINISHED"))
    assert five9.state.states["lk/voice"].fault == "no-answer"


# --- lists -----------------------------------------------------------------------------------------------------------------------


def test_many_changes_are_one_reading() -> None:
    five9 = up()
    asked = five9.times(f"{ORGS}/campaigns")
    for event in (48, 11, 14, 18, 66, 48):
        five9.told(event, None, [])
    five9.passes(5)
    assert five9.times(f"{ORGS}/campaigns") == asked + 1


def test_a_list_that_cannot_be_read_again_is_as_it_was() -> None:
    five9 = up()
    five9.laid[f"{ORGS}/not_ready_reason_codes"] = [(500, None)]
    five9.laid[A] = [(503, None)]
    five9.told(48, None, [])
    five9.passes(2)
    assert five9.state.profile is not None
    assert [item.label for item in five9.state.profile.reasons] == ["Lunch"]
    assert five9.state.profile.name == "Ann"


@pytest.mark.parametrize(
    ("payload", "lists", "calls"),
    [
        ([f"{ORGS}/not_ready_reason_codes"], 1, 0),
        ({"urls": [f"https://dc/appsvcs/rs/svc{A}"]}, 1, 0),
        ([f"{A}/interactions/calls", f"{A}/presence"], 0, 1),
        ([f"{ORGS}/locales"], 0, 0),
        (None, 1, 0),
    ],
    ids=str,
)
def test_what_is_invalid_is_fetched_and_nothing_else(payload: object, lists: int, calls: int) -> None:
    five9 = up()
    before = five9.times(f"{ORGS}/campaigns"), five9.times(CALLS)
    five9.told(57, "UPDATED", payload)
    five9.passes(3)
    assert (five9.times(f"{ORGS}/campaigns"), five9.times(CALLS)) == (before[0] + lists, before[1] + calls)
