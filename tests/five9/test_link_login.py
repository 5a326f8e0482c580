"""Getting in and staying in, where Five9 is slow, contradicts itself, or sends elsewhere."""

from __future__ import annotations

import pytest

from cordboard.contract import Closed
from cordboard.model import commands as c, events as e
from cordboard.model.entities import Availability, Target, TargetKind
from cordboard.model.ids import ContactId, LinkId
from tests.five9.scripted import CALL, A, Said, Scripted, call, fault, login, over, presence, up, voice

CONTACT = ContactId(CALL)
CALLS = f"{A}/interactions/calls"
READY = c.SetAgentState(state=Availability.READY)
NOT_LOGGED_IN = fault(401, code=401, text="User is not logged in")
WRONG_STATE = fault(435, code=3, context="LOGIN")


def is_up(five9: Scripted) -> bool:
    return LinkId("lk") in five9.state.links and five9.state.links[LinkId("lk")].up


# --- a login that is young ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["AttachExisting", "ForceIn"])
@pytest.mark.parametrize("path", [f"{A}/presence", CALLS, f"{A}/skills"])
def test_a_part_of_five9_that_does_not_know_of_the_login_yet_is_waited_for(policy: str, path: str) -> None:
    five9 = Scripted(policy=policy)
    five9.laid[path] = [NOT_LOGGED_IN, NOT_LOGGED_IN, (200, presence() if "presence" in path else [])]
    five9.start()
    five9.passes(6)
    assert is_up(five9)
    assert five9.times("/auth/login") == 1


def test_a_socket_that_does_not_know_of_the_login_yet_is_opened_again() -> None:
    five9 = Scripted(policy="ForceIn")
    five9.refuses_sockets = 2
    five9.start()
    five9.passes(6)
    assert is_up(five9)
    assert five9.times("/auth/login") == 1
    assert len(five9.opened) == 3


def test_a_socket_that_is_refused_for_good_begins_again() -> None:
    five9 = Scripted()
    five9.refuses_sockets = 99
    five9.start()
    five9.passes(20)
    assert over(five9) == ("later", "handshake-refused")
    assert len(five9.opened) == 4


def test_a_dial_that_is_not_known_yet_is_refused_and_nobody_is_thrown_out() -> None:
    five9 = up(policy="ForceIn")
    dial = f"{A}/interactions/make_external_call"
    five9.laid[dial] = [NOT_LOGGED_IN]
    outcome = five9.execute(NUMBER)
    assert isinstance(outcome, c.Refused)
    assert five9.times(dial) == 1
    assert over(five9) == ("", "")


# --- the login states -----------------------------------------------------------------------------------------------------------


def test_a_state_that_lags_is_not_acted_on_twice() -> None:
    five9 = Scripted()
    states = ("SELECT_STATION", "SELECT_STATION", "WORKING")
    five9.laid[f"{A}/login_state"] = [(200, state) for state in states]
    five9.start()
    five9.passes(5)
    assert is_up(five9)
    assert five9.times(f"{A}/session_start") == 1


@pytest.mark.parametrize("payload", ["ACCEPT_NOTICE", {"state": "ACCEPT_NOTICE"}, None, 7], ids=str)
def test_a_state_that_is_told_is_looked_at_and_gone_through(payload: object) -> None:
    five9 = up()
    told = len(five9.events)
    five9.laid[f"{A}/login_state"] = [(200, "ACCEPT_NOTICE"), (200, "ACCEPT_NOTICE"), (200, "WORKING")]
    five9.laid[f"{A}/maintenance_notices"] = [(200, [{"id": "8300"}])]
    five9.told(17, "UPDATED", payload)
    five9.passes(5)
    assert f"PUT {A}/maintenance_notices/8300/accept" in five9.asked
    assert not [item for item in five9.events[told:] if isinstance(item, e.AgentLoggedOff)]
    assert voice(five9) is not Availability.NULL


def test_who_has_to_log_in_again_does_and_works_on() -> None:
    five9 = up()
    states = ("RELOGIN", "RELOGIN", "SELECT_STATION", "WORKING")
    five9.laid[f"{A}/login_state"] = [(200, state) for state in states]
    five9.told(17, "UPDATED", "RELOGIN")
    assert f"PUT {A}/session_restart" in five9.asked
    assert f"PUT {A}/session_start" in five9.asked
    assert voice(five9) is not Availability.NULL


def test_a_late_word_of_the_state_changes_nothing() -> None:
    five9 = up()
    five9.told(17, "UPDATED", "SELECT_STATION")
    assert voice(five9) is not Availability.NULL
    assert f"PUT {A}/session_start" not in five9.asked


def test_whose_session_was_ended_elsewhere_is_logged_off() -> None:
    five9 = up()
    five9.laid[f"{A}/login_state"] = [(200, "SELECT_STATION")]
    five9.told(17, "UPDATED", "SELECT_STATION")
    assert voice(five9) is Availability.NULL
    assert f"PUT {A}/session_start" not in five9.asked


def test_an_empty_state_before_a_dial_logs_nobody_off() -> None:
    five9 = up(check=0)
    five9.passes(100)
    five9.laid[f"{A}/login_state"] = [(200, None)]
    assert isinstance(five9.execute(NUMBER), c.Done)
    assert voice(five9) is not Availability.NULL


def test_two_orders_in_a_wrong_state_go_through_it_once() -> None:
    five9 = up()
    five9.laid[f"{A}/login_state"] = [(200, "SELECT_STATION"), (200, "WORKING")]
    five9.laid[f"{A}/presence"] = [WRONG_STATE, WRONG_STATE, (200, None)]
    five9.execute_all(READY, READY)
    five9.passes(3)
    assert five9.times(f"{A}/session_start") == 1
    assert [type(item) for item in five9.outcomes.values()] == [c.Done, c.Done]


# --- the login itself -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "end"),
    [
        (fault(401, text="Wrong password"), ("login", "Wrong password")),
        (fault(435, context="DUPLICATE_LOGIN"), ("login", "duplicate-login")),
        (fault(435, code=5001), ("later", "no")),
        ((503, None), ("later", "http-503")),
        ((404, "<html>"), ("give-up", "http-404")),
        ((200, {"tokenId": "t"}), ("later", "bad-login")),
        ((200, None), ("later", "bad-login")),
        ((200, "<html>"), ("later", "bad-login")),
    ],
    ids=str,
)
def test_a_login_that_fails_says_who_has_to_do_something(said: Said, end: tuple[str, str]) -> None:
    five9 = Scripted()
    five9.laid["/auth/login"] = [said]
    five9.start()
    assert over(five9) == end


@pytest.mark.parametrize(
    ("place", "address"),
    [
        ({"host": "dc"}, "wss://dc:443/"),
        ({"host": "dc", "port": ""}, "wss://dc:443/"),
        ({"host": "dc", "port": None}, "wss://dc:443/"),
        ({"host": "dc", "port": 8443}, "wss://dc:8443/"),
        ({"host": "dc:8443", "port": "8443"}, "wss://dc:8443/"),
        ({"host": "[::1]", "port": "8443"}, "wss://[::1]:8443/"),
        ({"host": "[::1]:8443"}, "wss://[::1]:8443/"),
    ],
    ids=str,
)
def test_a_data_centre_is_found_however_it_is_written(place: dict[str, object], address: str) -> None:
    five9 = Scripted()
    told = login("x")
    told["metadata"] = {
        "dataCenters": [{"active": True, "apiUrls": []}, {"active": False, "apiUrls": [place]}]
    }
    five9.laid["/auth/login"] = five9.laid["/auth/metadata"] = [(200, told)]
    five9.start()
    assert five9.opened[0].startswith(address)


# --- staying in -------------------------------------------------------------------------------------------------------------------


def test_a_look_in_the_background_throws_nobody_out() -> None:
    five9 = up(policy="ForceIn", check=120_000)
    five9.passes(100)
    five9.laid[f"{A}/presence"] = [NOT_LOGGED_IN, (200, presence(reason="501"))]
    five9.passes(60)
    assert five9.times("/auth/login") == 2
    assert five9.bodies["/auth/login"]["policy"] == "AttachExisting"
    assert over(five9) == ("", "")


def test_a_socket_whose_login_is_over_has_to_prove_that_it_hears() -> None:
    five9 = up(check=120_000)
    five9.passes(20)
    five9.laid[f"{A}/presence"] = [NOT_LOGGED_IN, (202, None), (200, presence("CALL"))]
    assert isinstance(five9.execute(READY), c.Done)
    five9.passes(2)
    assert voice(five9) is Availability.READY  # looked at: nothing was told
    five9.laid[CALLS] = [(200, [call("OFFERED")])]
    five9.passes(20)
    assert over(five9) == ("later", "out-of-step")


def test_a_socket_that_has_proved_it_is_believed() -> None:
    five9 = up(check=120_000)
    five9.passes(20)
    five9.laid[f"{A}/presence"] = [NOT_LOGGED_IN, (202, None), (200, presence("CALL"))]
    five9.execute(READY)
    five9.told(12, "UPDATED", presence("CALL"))
    five9.passes(2)
    looked = five9.times(CALLS)
    five9.passes(60)
    assert five9.times(CALLS) == looked


def test_an_order_is_not_sent_when_nobody_expects_it_any_more() -> None:
    five9 = up()
    five9.passes(20)
    five9.laid[f"{A}/presence"] = [NOT_LOGGED_IN, (202, None)]
    five9.slow["/auth/login"] = 20
    five9.execute(READY)
    five9.passes(30)
    (settled,) = five9.outcomes.values()
    assert isinstance(settled, c.Refused)
    assert five9.asked.count(f"PUT {A}/presence") == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("seconds", [4, 120])
def test_nobody_asks_the_same_again_before_the_time_that_was_named(status: int, seconds: int) -> None:
    five9 = up()
    put = f"PUT {A}/presence"
    five9.laid[f"{A}/presence"] = [(status, None), (200, None)]
    five9.after[f"{A}/presence"] = seconds * 1000
    five9.execute(READY)
    for _ in range(3):
        outcome = five9.execute(READY)
        assert isinstance(outcome, c.Refused)
        assert outcome.code == "too-many-requests"
    assert five9.asked.count(put) == 1
    five9.passes(seconds)
    sent = five9.asked.count(put)
    assert sent == (
        2 if (status, seconds) == (429, 4) else 1
    )  # one that was refused for certain is done after all
    assert isinstance(five9.execute(READY), c.Done)


def test_a_link_that_is_told_to_wait_waits() -> None:
    five9 = Scripted()
    five9.laid[f"{A}/login_state"] = [(503, None)]
    five9.after[f"{A}/login_state"] = 30_000
    five9.start()
    assert five9.down is not None
    assert five9.down.after == 30_000


def test_a_link_whose_login_is_told_to_wait_while_it_reads_waits() -> None:
    five9 = Scripted()
    five9.laid[CALLS] = [NOT_LOGGED_IN]
    five9.laid[f"{A}/login_state"] = [(200, "WORKING"), (503, None)]
    five9.after[f"{A}/login_state"] = 30_000
    five9.start()
    five9.passes(10)
    assert five9.down is not None
    assert (five9.down.after, five9.times("/auth/login")) == (30_000, 2)


def test_a_graceful_move_waits_for_the_after_call_work() -> None:
    five9 = up()
    five9.told(3, "CREATED", call("OFFERED"))
    five9.told(4, "CONNECTED", call("TALKING"))
    five9.told(1001, "moved")
    five9.told(4, "DISCONNECTED_BY_CALLER", call("WRAP_UP"))
    five9.laid[CALLS] = [(200, [call("WRAP_UP")])]
    five9.passes(300)
    assert over(five9) == ("", "")
    five9.told(5, "DISPOSITIONED", call("FINISHED"))
    five9.passes(1)
    assert over(five9) == ("later", "migrated")


@pytest.mark.parametrize("then", [1002, 73])
def test_a_graceful_move_that_is_forced_waits_no_longer(then: int) -> None:
    five9 = up()
    five9.told(3, "CREATED", call("OFFERED"))
    five9.told(4, "CONNECTED", call("TALKING"))
    five9.told(1001, "moved")
    five9.told(then, "moved")
    five9.passes(40)
    assert over(five9) == ("later", "migrated")


@pytest.mark.parametrize("auth", ["cookie", "header", "header+cookie"])
def test_what_proves_the_login_is_shown_at_the_socket_too(auth: str) -> None:
    five9 = up(auth=auth)
    shown = five9.socket_headers
    assert ("authorization" in shown) == (auth != "cookie")
    assert shown["farmId"] == "149"


def test_a_closed_socket_comes_again() -> None:
    for code, retry in ((1000, "later"), (1001, "later"), (1003, "later"), (1006, "later"), (3000, "login")):
        five9 = up()
        five9.feed(Closed(channel="five9", code=code, reason="", at=five9.at))
        assert over(five9)[0] == retry


NUMBER = c.MakeCall(target=Target(kind=TargetKind.NUMBER, number="+19255550111"))
