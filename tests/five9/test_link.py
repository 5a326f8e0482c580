"""The link, against what published clients show of Five9: logging in, staying in, and what it does with what is told."""

from __future__ import annotations

import pytest

from cordboard.contract import Failed, Scope
from cordboard.hub.clock import RandomIds
from cordboard.model import commands as c, events as e
from cordboard.model.entities import AttachedData, Availability, Phase, Target, TargetKind
from cordboard.model.errors import CallerError
from cordboard.model.ids import ContactId, LinkId
from cordboard.protocols.five9 import protocol
from cordboard.protocols.five9.account import account
from cordboard.protocols.five9.services import LACKS, SERVICES, offered
from tests.five9.scripted import (
    CALL,
    ORGS,
    SUBJECT,
    A,
    Scripted,
    call,
    fault,
    login,
    over,
    presence,
    up,
    voice,
)

CONTACT = ContactId(CALL)
NUMBER = c.MakeCall(target=Target(kind=TargetKind.NUMBER, number="+19255550111"))
DIAL = f"{A}/interactions/make_external_call"
NOT_LOGGED_IN = fault(401, code=401, text="User is not logged in")


# --- getting in --------------------------------------------------------------------------------------------------------------


def test_the_active_data_centre_is_gone_to_with_both_proofs() -> None:
    five9 = up()
    assert five9.opened[0].startswith("wss://app-atl.five9.com:443/appsvcs/ws/cordboard-")
    assert five9.headers["authorization"] == "Bearer-token-1"
    assert five9.headers["farmId"] == "149"


def test_who_takes_cookies_alone_is_shown_no_header() -> None:
    assert "authorization" not in up(auth="cookie").headers


def test_the_states_of_a_login_are_gone_through() -> None:
    five9 = Scripted(skills=("7", "8"), station_type="PSTN", station="9255550100")
    five9.laid[f"{A}/login_state"] = [
        (200, state) for state in ("ACCEPT_NOTICE", "RELOGIN", "SELECT_STATION", "SELECT_SKILLS", "WORKING")
    ]
    five9.laid[f"{A}/maintenance_notices"] = [(200, [{"id": "8300", "accepted": True}])]
    five9.start()
    assert five9.state.links[LinkId("lk")].up
    assert f"PUT {A}/maintenance_notices/8300/accept" in five9.asked
    assert f"PUT {A}/session_restart" in five9.asked
    assert five9.bodies[f"{A}/session_start"]["stationId"] == "9255550100"
    assert five9.bodies[f"{A}/active_skills"] == [{"id": "7"}, {"id": "8"}]


@pytest.mark.parametrize(
    ("state", "reason"),
    [("SOMETHING_NEW", "login-state SOMETHING_NEW"), ("RELOGIN", "login-state RELOGIN does not end")],
)
def test_a_login_that_leads_nowhere_says_where_it_stands(state: str, reason: str) -> None:
    five9 = Scripted()
    five9.laid[f"{A}/login_state"] = [(200, state)]
    five9.start()
    five9.passes(20)
    assert over(five9) == ("later", reason)


def test_a_login_that_is_not_known_everywhere_yet_is_waited_for() -> None:
    five9 = Scripted()
    five9.laid[f"{A}/login_state"] = [NOT_LOGGED_IN, NOT_LOGGED_IN, (200, "WORKING")]
    five9.start()
    five9.passes(5)
    assert five9.state.links[LinkId("lk")].up
    assert five9.times("/auth/login") == 1


def test_a_wrong_password_waits_for_a_person() -> None:
    five9 = Scripted()
    five9.laid["/auth/login"] = [fault(401, text="Wrong password")]
    five9.start()
    assert over(five9) == ("login", "Wrong password")


def test_an_agent_who_works_elsewhere_is_let_be_unless_told_otherwise() -> None:
    duplicate = fault(435, context="DUPLICATE_LOGIN")
    for setting, retry in (("refuse", "login"), ("force", "")):
        five9 = Scripted(duplicate=setting)
        five9.laid[f"{A}/login_state"] = [(200, "SELECT_STATION"), (200, "WORKING")]
        five9.laid[f"{A}/session_start"] = [duplicate]
        five9.laid[f"{A}/session_start?force=true"] = [(204, None)]
        five9.start()
        assert over(five9)[0] == retry


def test_who_does_not_log_on_with_the_link_does_it_with_the_first_wish() -> None:
    five9 = Scripted(log_on=False)
    five9.laid[f"{A}/login_state"] = [(200, "SELECT_STATION")]
    five9.laid[f"{A}/presence"] = [fault(435, code=3, context="LOGIN")]
    five9.start()
    assert voice(five9) is Availability.NULL
    five9.laid[f"{A}/login_state"] = [(200, "SELECT_STATION"), (200, "WORKING")]
    five9.laid[f"{A}/presence"] = [(200, presence("CALL"))]
    assert isinstance(five9.execute(c.SetAgentState(state=Availability.READY)), c.Done)
    assert f"PUT {A}/session_start" in five9.asked
    assert voice(five9) is Availability.READY


# --- staying in ---------------------------------------------------------------------------------------------------------------


def test_two_pings_without_an_answer_end_it() -> None:
    five9 = up()
    five9.passes(44)
    assert over(five9) == ("", "")
    five9.pongs = False
    five9.passes(46)
    assert over(five9) == ("later", "heartbeat-lost")


def test_a_token_that_ran_out_is_renewed_once_and_the_order_done() -> None:
    five9 = up()
    five9.passes(20)
    five9.laid[f"{A}/presence"] = [NOT_LOGGED_IN, (202, None)]
    assert isinstance(five9.execute(c.SetAgentState(state=Availability.READY)), c.Done)
    assert five9.times("/auth/login") == 2
    assert over(five9) == ("", "")


def test_who_is_thrown_out_by_force_does_not_throw_back() -> None:
    five9 = up(policy="ForceIn")
    five9.passes(20)
    five9.laid[f"{A}/presence"] = [NOT_LOGGED_IN]
    five9.execute(c.SetAgentState(state=Availability.READY))
    assert over(five9) == ("login", "duplicate-login")
    assert five9.times("/auth/login") == 1


@pytest.mark.parametrize("told", ["event", "code"])
def test_a_duplicate_connection_waits_for_a_person(told: str) -> None:
    five9 = up()
    if told == "event":
        five9.told(1020)
    else:
        five9.closed(3000)
    assert over(five9)[0] == "login"


@pytest.mark.parametrize("event", [1000, 1003, 1004, 71, 72, 73])
def test_a_server_that_is_gone_is_come_back_to(event: int) -> None:
    five9 = up()
    five9.told(event)
    assert over(five9)[0] == "later"


def test_a_graceful_move_waits_for_the_call() -> None:
    five9 = up()
    five9.told(3, "CREATED", call("OFFERED"))
    five9.told(1001, "moved")
    assert over(five9) == ("", "")
    five9.told(5, "NO_ANSWER", call("FINISHED"))
    assert over(five9) == ("", ""), "what is told of the end of a call is told in several frames"
    five9.passes(0.5)
    assert over(five9) == ("later", "migrated")


def test_a_service_that_moved_is_asked_where_it_went_to() -> None:
    five9 = up()
    five9.laid["/auth/metadata"] = [(200, login("app-scl.five9.com"))]
    five9.laid[f"{A}/presence"] = [fault(435, code=5001, farm="150"), (200, None)]
    assert isinstance(five9.execute(c.SetAgentState(state=Availability.READY)), c.Done)
    assert five9.headers["farmId"] == "150"
    five9.passes(0.5)
    assert over(five9) == ("later", "migrated")


def test_what_the_vendor_lists_otherwise_twice_is_begun_afresh() -> None:
    five9 = up(check=60_000)
    five9.laid[f"{A}/interactions/calls"] = [(200, [call("TALKING")])]
    five9.passes(70)
    assert over(five9) == ("later", "out-of-step")


# --- orders ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        NOT_LOGGED_IN,
        fault(435, code=3, context="LOGIN"),
        fault(435, code=5001),
        (429, None),
        (500, None),
        (503, None),
    ],
    ids=str,
)
def test_a_dial_is_never_sent_twice(said: tuple[int, object]) -> None:
    five9 = up()
    five9.laid[DIAL] = [said]
    outcome = five9.execute(NUMBER)
    five9.passes(60)
    assert five9.times(DIAL) == 1
    (settled,) = five9.outcomes.values()
    assert isinstance(settled, c.Unconfirmed if said[0] >= 500 else c.Refused), (outcome, settled)


def test_before_a_dial_after_a_quiet_while_the_login_is_looked_at() -> None:
    five9 = up(check=0)
    five9.passes(100)
    five9.laid[f"{A}/login_state"] = [NOT_LOGGED_IN, (200, "WORKING")]
    assert isinstance(five9.execute(NUMBER), c.Done)
    assert five9.times("/auth/login") == 2
    assert five9.times(DIAL) == 1
    assert five9.bodies[DIAL] == {
        "number": "+19255550111",
        "skipDNCCheck": False,
        "checkMultipleContacts": True,
    }


def test_an_order_whose_answer_is_lost_is_done_if_the_call_shows_it() -> None:
    five9 = up()
    five9.told(3, "CREATED", call("OFFERED"))
    five9.told(4, "CONNECTED", call("TALKING"))
    five9.laid[f"{A}/interactions/calls/{CALL}/hold"] = [(504, None)]
    assert five9.execute(c.HoldCall(contact=CONTACT)) is None
    five9.told(4, "WHATEVER", call("ON_HOLD"))
    five9.passes(1)
    (settled,) = five9.outcomes.values()
    assert isinstance(settled, c.Done)


def test_of_an_order_that_shows_nothing_nobody_knows() -> None:
    five9 = up()
    five9.told(3, "CREATED", call("OFFERED"))
    five9.laid[f"{A}/interactions/calls/{CALL}/answer"] = [(500, None)]
    five9.execute(c.AnswerCall(contact=CONTACT))
    five9.passes(10)
    (settled,) = five9.outcomes.values()
    assert isinstance(settled, c.Unconfirmed)


def test_a_no_has_its_code() -> None:
    five9 = up()
    five9.told(3, "CREATED", call("OFFERED"))
    place = f"{A}/interactions/calls/{CALL}/answer"
    for said, code in (
        (fault(403), "not-allowed"),
        (fault(404), "unknown-call"),
        (fault(400), "vendor-refused"),
        (fault(400, context="NO_FREE_LINE"), "no-free-line"),
    ):
        five9.laid[place] = [said]
        outcome = five9.execute(c.AnswerCall(contact=CONTACT))
        assert isinstance(outcome, c.Refused)
        assert outcome.code == code


def test_a_call_that_is_gone_is_disposed_of() -> None:
    five9 = up()
    five9.told(3, "CREATED", call("OFFERED"))
    five9.told(4, "CONNECTED", call("TALKING"))
    five9.told(4, "DISCONNECTED_BY_CALLER", call("WRAP_UP"))
    five9.laid[f"{A}/interactions/calls/{CALL}/dispose"] = [fault(404)]
    assert isinstance(five9.execute(c.SetDisposition(contact=CONTACT, disposition="401")), c.Done)
    assert isinstance(five9.execute(c.CompleteContact(contact=CONTACT)), c.Done)
    assert five9.bodies[f"{A}/interactions/calls/{CALL}/dispose"] == {"dispositionId": "401"}


def test_what_no_document_has_is_done_only_where_the_settings_say_so() -> None:
    digits = c.GenerateDigits(contact=CONTACT, digits="12#")
    refused = up().execute(digits)
    assert refused == c.Refused(code="impossible-here", message=LACKS["GenerateDigits"])
    five9 = up(unverified=("dtmf",))
    five9.told(3, "CREATED", call("OFFERED"))
    five9.told(4, "CONNECTED", call("TALKING"))
    assert isinstance(five9.execute(digits), c.Done)
    assert five9.bodies[f"{A}/interactions/calls/{CALL}/dtmf"] == {"digits": "12#"}
    assert five9.state.links[LinkId("lk")].lacks.keys() == {"SetMicrophoneMute"}


def test_a_variable_that_nobody_has_defined_is_refused_by_name() -> None:
    five9 = up()
    five9.told(3, "CREATED", call("OFFERED"))
    named = c.AssociateData(contact=CONTACT, data=AttachedData(peripheral={"colour": "blue"}))
    refused = five9.execute(named)
    assert isinstance(refused, c.Refused)
    assert "Custom.colour" in refused.message


# --- what is told ----------------------------------------------------------------------------------------------------------------


def test_doubles_and_what_is_late_bring_nothing_back() -> None:
    five9 = up()
    begun = five9.at
    five9.told(3, "CREATED", call("OFFERED"))
    told = len(five9.events)
    five9.told(30, "CREATED", call("OFFERED"))
    assert len(five9.events) == told
    five9.told(5, "NO_ANSWER", call("FINISHED"))
    told = len(five9.events)
    five9.told(31, "NO_ANSWER", call("FINISHED"))
    five9.told(4, "UPDATED", call("OFFERED"), at=begun + 11)
    five9.told(30, "CREATED", call("OFFERED"))
    assert len(five9.events) == told
    assert not five9.state.contacts
    assert five9.state.recent[0].ended_by == "missed"


def test_an_unknown_reason_is_no_reason_not_to_look() -> None:
    five9 = up()
    five9.told(3, None, call("OFFERED"))
    five9.told(4, "PLUGH", call("TALKING"))
    assert five9.state.contacts[CONTACT].phase is Phase.ACTIVE
    five9.told(4, "PLUGH", call("A_STATE_OF_NEXT_YEAR"))
    assert five9.state.contacts[CONTACT].phase is Phase.ACTIVE
    five9.told(5, "PLUGH", call("FINISHED"))
    assert five9.state.recent[0].ended_by == "completed"


def test_a_consult_is_the_next_call_where_nobody_says_so() -> None:
    five9 = up()
    five9.told(3, "CREATED", call("OFFERED"))
    five9.told(4, "CONNECTED", call("TALKING"))
    target = Target(kind=TargetKind.NUMBER, number="+19255550199")
    assert isinstance(five9.execute(c.ConsultationCall(contact=CONTACT, target=target)), c.Done)
    second = {"id": "AA", "callType": "MANUAL", "dnis": "9255550199"}
    five9.told(4, "HELD", call("ON_HOLD"))
    five9.told(3, "CREATED", call("OFFERED", **second))
    five9.told(4, "CONNECTED", call("TALKING", **second))
    (contact,) = five9.state.contacts.values()
    assert [item.kind for item in contact.calls] == ["main", "consult"]
    assert isinstance(five9.execute(c.TransferCall(contact=CONTACT)), c.Done)
    assert f"PUT {A}/interactions/calls/{CALL}/complete_transfer" in five9.asked
    five9.told(5, "TRANSFERRED", call("FINISHED", **second))
    five9.told(5, "TRANSFERRED", call("FINISHED"))
    assert five9.state.recent[0].ended_by == "transferred"


def test_a_participant_that_is_told_of_as_a_call_joins_the_call() -> None:
    five9 = up()
    five9.told(3, "CREATED", call("OFFERED"))
    five9.told(4, "CONNECTED", call("TALKING"))
    third = call("TALKING", id="BB", ani=None, dnis=None, number="9255550177")
    five9.told(4, "CONFERENCE_PARTICIPANT_ADDED", third)
    (contact,) = five9.state.contacts.values()
    (only,) = contact.calls
    live = [item.participant.number for item in only.connections if item.state == "connected"]
    assert live == ["", "9255550101", "9255550177"]
    assert isinstance(five9.execute(c.ClearConnection(contact=CONTACT)), c.Done)
    assert f"PUT {A}/interactions/calls/{CALL}/leave_conference" in five9.asked


def test_events_that_nobody_has_told_of_are_kept() -> None:
    five9 = up()
    five9.told(4711, "NEW", {"a": 1})
    assert isinstance(five9.events[-1], e.Unrecognised)
    assert "4711" in five9.events[-1].data
    told = len(five9.events)
    five9.told(41, None, {"known": "and of no concern"})
    assert len(five9.events) == told


def test_lists_that_changed_are_read_again() -> None:
    five9 = up()
    five9.laid[f"{ORGS}/not_ready_reason_codes"] = [(200, [{"id": "502", "name": "Tea", "selectable": True}])]
    five9.told(48, None, [])
    five9.passes(2)
    assert five9.state.profile is not None
    assert [item.label for item in five9.state.profile.reasons] == ["Tea"]


def test_whom_one_can_call_is_asked_of_the_vendor() -> None:
    five9 = up()
    five9.laid[f"{ORGS}/users"] = [(200, [{"id": "357", "fullName": "Bob", "extension": "2002"}])]
    five9.laid[f"{ORGS}/skills"] = [(200, [{"id": "301", "name": "Sales"}])]
    five9._do(five9.link.ask("q1", SUBJECT, c.GetTargets(limit=1), five9.at))
    five9._drain()
    found = five9.answers["q1"]
    assert isinstance(found, c.Targets)
    assert ([item.name for item in found.targets], found.after) == (["Bob"], "1")


# --- settings -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "ftp://app"}, "url"),
        ({"username": ""}, "username"),
        ({"password": ""}, "password"),
        ({"station_type": "PSTN"}, "station"),
        ({"check": -1}, "check"),
        ({"policy": "Maybe"}, "policy"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, object], field: str) -> None:
    given = {"url": "https://app.five9.com", "username": "ann", "password": "word", **wrong}
    with pytest.raises(CallerError) as caught:
        protocol.link(given, Scope(kind="agent", link=LinkId("lk"), agent="ann"), RandomIds(1))
    assert field in caught.value.details["field"]


def test_a_login_is_of_one_agent() -> None:
    given = {"url": "https://app.five9.com", "username": "ann", "password": "word"}
    with pytest.raises(CallerError, match="one agent's"):
        protocol.link(given, Scope(kind="tenant", link=LinkId("lk")), RandomIds(1))


def test_what_is_offered_and_what_is_lacking_is_everything() -> None:
    given = {"url": "https://app.five9.com", "username": "ann", "password": "word"}
    found = account(given, Scope(kind="agent", link=LinkId("lk"), agent="ann"))
    assert {*offered(found), *LACKS} == SERVICES


def test_an_answer_that_never_came_is_a_reason_to_come_again() -> None:
    five9 = Scripted()
    five9._do(five9.link.start(five9.at, {}))
    five9._queue.clear()
    five9.feed(Failed(name="login-1", reason="no-such-host", sent=False, at=five9.at))
    assert over(five9) == ("later", "no-such-host")
