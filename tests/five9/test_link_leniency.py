"""The link with a vendor that writes otherwise than the samples: one field more or less hides no call, no list and no login."""

from __future__ import annotations

import msgspec
import pytest

from cordboard.contract import Received
from cordboard.model import commands as c, events as e
from cordboard.model.entities import Availability, Phase
from cordboard.model.ids import ContactId, LinkId
from cordboard.protocols.five9 import wire
from cordboard.protocols.five9.leniency import fault_of, read, read_list
from tests.five9.scripted import CALL, ORGS, A, Scripted, call, fault, login, over, presence, up, voice

CONTACT = ContactId(CALL)


@pytest.mark.parametrize(
    "odd",
    [
        {"callType": None},
        {"addressType": None, "transfer": None, "recording": None, "recordingAllowed": None},
        {"variables": None},
        {"variables": {"31": None, "32": 7, "33": {"value": "x"}}},
        {"startTimestamp": "1700000000000", "handleTimestamp": None, "wrapupTimestamp": ""},
        {"participants": ["bob"], "comments": 7, "consult": "no", "agentId": 357, "callbackId": {}},
        {"activeContact": {"id": None, "fields": None}},
        {"something": "of next year"},
    ],
    ids=lambda odd: next(iter(odd)),
)
def test_a_call_with_an_odd_field_is_a_call(odd: dict[str, object]) -> None:
    five9 = up()
    five9.told(3, "CREATED", {**call("OFFERED"), **odd})
    five9.told(4, "CONNECTED", {**call("TALKING"), **odd})
    assert five9.state.contacts[CONTACT].phase is Phase.ACTIVE
    assert not [item for item in five9.events if isinstance(item, e.Unrecognised)]


def test_what_fits_of_an_odd_call_is_kept() -> None:
    odd = {**call("TALKING"), "variables": {"31": 7, "32": None}, "callType": None, "startTimestamp": "17"}
    found = read(msgspec.json.encode(odd), wire.Call)
    assert found == wire.Call(
        id=CALL,
        state="TALKING",
        ani="9255550101",
        dnis="8005550199",
        variables={"31": "7"},
        start_timestamp=17,
    )


@pytest.mark.parametrize("odd", [b"[]", b"7", b"null", b'{"id": "1"}', b'{"id": true, "state": "TALKING"}'])
def test_what_lacks_an_id_or_a_state_is_no_call(odd: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(odd, wire.Call)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", []),
        (b" ", []),
        (b"null", []),
        (b'[{"id":"1"},{"id":2},{"name":"x"},7]', ["1", "2"]),
        (b'{"total":1,"items":[{"id":"1","annotation":null}]}', ["1"]),
    ],
)
def test_a_list_has_what_is_one_of_its_items(data: bytes, found: list[str]) -> None:
    assert [item.id for item in read_list(data, wire.Notice)] == found


@pytest.mark.parametrize("data", [b"{}", b'{"five9ExceptionDetail":{}}', b"7", b"<html>"])
def test_what_has_no_list_is_none(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_list(data, wire.Notice)


def test_an_odd_refusal_keeps_its_code() -> None:
    found = fault_of(b'{"five9ExceptionDetail":{"errorCode":"5001","message":null,"context":{"farmId":150}}}')
    assert found is not None
    assert (found.error_code, found.message, found.context.farm_id) == (5001, "", "150")
    bare = fault_of(b'{"five9ExceptionDetail":{"errorCode":3,"context":null}}')
    assert bare is not None
    assert bare.context.context_code is None


def test_an_envelope_with_numbers_for_texts_is_one() -> None:
    five9 = up()
    frame = {
        "context": {"eventId": 3, "messageId": 7, "timeStamp": str(five9.at), "broadCast": None},
        "payLoad": call("OFFERED"),
    }
    five9.feed(Received(channel="five9", data=msgspec.json.encode(frame).decode(), at=five9.at))
    assert CONTACT in five9.state.contacts


def test_one_odd_item_hides_no_list() -> None:
    five9 = Scripted()
    reasons = [{"id": 501, "name": "Lunch", "selectable": None}, {"name": "no id"}, "text", {"id": "502"}]
    five9.laid[f"{ORGS}/not_ready_reason_codes"] = [(200, reasons)]
    five9.laid[A] = [(200, {"id": 3570000, "userName": "ann@acme", "extension": None, "roles": None})]
    five9.start()
    assert five9.state.profile is not None
    assert [item.code for item in five9.state.profile.reasons] == ["501", "502"]
    assert five9.state.profile.login == "ann@acme"


def test_roles_have_other_names_at_five9() -> None:
    five9 = Scripted()
    five9.laid[A] = [(200, {"id": "3570000", "roles": ["DomainSupervisor", "Agent", "Reporting"]})]
    five9.start()
    assert five9.state.profile is not None
    assert five9.state.profile.roles == ("supervisor", "agent", "reporting")


def test_an_odd_presence_is_a_presence() -> None:
    five9 = up()
    ready = {
        "currentState": {"readyChannels": ["CALL", None], "notReadyReasonCodeId": None},
        "pendingState": {},
    }
    five9.told(12, "UPDATED", ready)
    assert voice(five9) is Availability.READY
    five9.told(12, "UPDATED", {"currentState": {"readyChannels": None, "notReadyReasonCodeId": 501}})
    assert voice(five9) is Availability.NOT_READY
    reason = five9.state.states["lk/voice"].reason
    assert reason is not None
    assert reason.label == "Lunch"


def test_a_login_with_numbers_for_texts_gets_in() -> None:
    five9 = Scripted()
    odd = login("app-atl.five9.com")
    odd["userId"], odd["orgId"], odd["context"] = 3570000, 131000, {"farmId": 149}
    odd["metadata"] = {
        "dataCenters": [
            {"name": None, "active": True, "uiUrls": None, "apiUrls": [{"host": "dc", "port": 8443}]}
        ]
    }
    five9.laid["/auth/login"] = five9.laid["/auth/metadata"] = [(200, odd)]
    five9.start()
    assert five9.state.links[LinkId("lk")].up
    assert five9.opened[0].startswith("wss://dc:8443/")
    assert five9.headers["farmId"] == "149"


def test_bare_metadata_leads_on_too() -> None:
    five9 = Scripted()
    five9.laid["/auth/metadata"] = [(200, login("app-scl.five9.com")["metadata"])]
    five9.start()
    assert five9.opened[0].startswith("wss://app-scl.five9.com:443/")


@pytest.mark.parametrize("body", [None, {}, {"calls": []}], ids=str)
def test_no_calls_is_no_calls_however_it_is_said(body: object) -> None:
    five9 = Scripted()
    five9.laid[f"{A}/interactions/calls"] = [(200, body)]
    five9.start()
    if body == {}:
        assert over(five9) == ("later", "bad-snapshot")
    else:
        assert five9.state.links[LinkId("lk")].up


def test_an_error_of_which_the_code_is_a_text_moves_the_link() -> None:
    five9 = up()
    status, body = fault(435, code=5001)
    assert isinstance(body, dict)
    body["five9ExceptionDetail"]["errorCode"] = "5001"
    body["five9ExceptionDetail"]["context"] = {"farmId": 150, "objectId": 7}
    five9.laid[f"{A}/presence"] = [(status, body), (200, presence("CALL"))]
    assert isinstance(five9.execute(c.SetAgentState(state=Availability.READY)), c.Done)
    assert five9.headers["farmId"] == "150"
