"""What supervisors are told: all of it when they ask, and from then on what changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cordboard.model.ids import Subject
from cordboard.protocols.five9 import Five9, wire, words as w
from cordboard.protocols.five9.statistics import Statistics
from cordboard.testing import Visit
from cordboard.testing.stage import live_stage
from tests.five9.client import HOST, ORG, frames, sign_in

ASKED = {"strict": False, "statistics": "asked"}
SUPS = "/supsvcs/rs/svc/supervisors"
pytestmark = pytest.mark.asyncio


def told(page: Visit, event: str) -> list[Any]:
    return [
        wire.payload(item, list[dict[str, Any]]) for item in frames(page) if item.context.event_id == event
    ]


def table(payload: list[dict[str, Any]], source: str, part: str = "data") -> dict[str, dict[str, Any]]:
    rows: list[dict[str, Any]] = next((item[part] for item in payload if item["dataSource"] == source), [])
    return {row["id"]: row for row in rows}


async def test_a_supervisor_sees_the_agents_and_skills_that_are_theirs() -> None:
    async with live_stage(Five9().configured(ASKED)) as (stage, centre):
        await centre.act("log_on", agent="mia", state="ready")
        page = stage.visit("mia")
        await sign_in(page)
        await page.open("/supsvcs/sws/board")
        answer = await page.call("PUT", f"{SUPS}/mia/request_full_statistics", headers=HOST)
        assert answer.status == 204
        await page.advance(1)
        (whole,) = told(page, "5000")
        assert {item["dataSource"] for item in whole} == {"AGENT_STATE", "ACD_STATUS", "AGENT_STATISTIC"}
        assert table(whole, "AGENT_STATE")["mia"]["state"] == "READY"
        assert table(whole, "AGENT_STATE")["mia"]["readyChannels"] == "[CALL]"

        await centre.ring("bookings", number="+44 20 7946 0101")
        await page.advance(3)
        rows = [table(changed, "AGENT_STATE", "updated") for changed in told(page, "5012")]
        row = next(found["mia"] for found in rows if "mia" in found)
        assert (row["state"], row["customer"]) == ("RINGING", "+442079460101")
        assert all(item.context.broad_cast for item in frames(page) if item.context.event_id == "5012")

        count = len(told(page, "5012"))
        await page.advance(0.5)
        assert len(told(page, "5012")) == count
        heard = "".join(str(item) for item in told(page, "5000") + told(page, "5012"))
        assert "noor" not in heard
        stage.tap.breaches.none()


async def test_who_is_no_agent_is_told_of_all_from_the_start() -> None:
    async with live_stage(Five9().configured({"statistics": "asked"})) as (stage, centre):
        await centre.act("log_on", agent="mia", state="ready")
        page = stage.visit("mia")
        page.user = "board"
        assert (await sign_in(page)).user_id == "tenant"
        await page.open("/supsvcs/sws/board")
        await page.advance(1)
        agents = table(told(page, "5000")[0], "AGENT_STATE")
        assert (agents["mia"]["state"], agents["noor"]["state"]) == ("READY", "LOGGED_OUT")
        await centre.act("log_on", agent="noor", state="ready")
        await page.advance(3)
        rows = [table(changed, "AGENT_STATE", "updated") for changed in told(page, "5012")]
        assert any(found.get("noor", {}).get("state") == "READY" for found in rows)
        assert page.closed is None


async def test_who_is_nobodys_to_see_any_more_is_taken_away() -> None:
    async with live_stage(Five9().configured(ASKED)) as (stage, centre):
        await centre.act("log_on", agent="mia", state="ready")
        await stage.hub.settled()
    mia, noor = (centre.hub.state(Subject(f"agent/{name}")) for name in ("mia", "noor"))
    assert mia is not None
    assert noor is not None
    statistics = Statistics()
    for state in (mia, noor):
        assert statistics.observed(state)
    statistics.all(1)
    assert statistics.lost("agent/noor")
    assert not statistics.lost("agent/nobody")
    (changed,) = statistics.changed(2)
    assert (changed["dataSource"], changed["removed"]) == ("AGENT_STATE", ["noor"])


async def test_parked_calls_are_counted_apart() -> None:
    async with live_stage(Five9().configured(ASKED)) as (stage, centre):
        await centre.act("log_on", agent="mia", state="ready")
        page = stage.visit("mia")
        await sign_in(page)
        await page.open("/supsvcs/sws/board")
        call = await centre.ring("bookings", number="+44 20 7946 0101")
        await centre.act("answer_call", agent="mia", call=call)
        await centre.act("park_call", agent="mia", call=call)
        await page.call("PUT", f"{SUPS}/mia/request_full_statistics", headers=HOST)
        await page.advance(1)
        row = table(told(page, "5000")[0], "AGENT_STATE")["mia"]
        assert (row["parkedCallsCount"], row["state"], row["customer"]) == (1, "READY", None)
        await centre.ring("bookings", number="+44 20 7946 0102")
        await page.advance(3)
        rows = [table(changed, "AGENT_STATE", "updated") for changed in told(page, "5012")]
        row = next(found["mia"] for found in rows if "mia" in found)
        assert (row["parkedCallsCount"], row["state"], row["customer"]) == (1, "RINGING", "+442079460102")


async def test_queues_are_counted() -> None:
    async with live_stage(Five9().configured(ASKED)) as (stage, centre):
        await centre.act("log_on", agent="mia", state="not_ready")
        page = stage.visit("mia")
        await sign_in(page)
        await page.open("/supsvcs/sws/board")
        for number in ("+44 20 7946 0101", "+44 20 7946 0102"):
            await centre.ring("bookings", number=number)
        await page.advance(5)
        await page.call("PUT", f"{SUPS}/mia/request_full_statistics", headers=HOST)
        await page.advance(1)
        queue = table(told(page, "5000")[0], "ACD_STATUS")["bookings"]
        assert queue["callsInQueue"] == 2
        assert queue["currentLongestQueueTime"] >= 5_000


async def test_who_does_not_ask_is_told_too_unless_the_operator_wants_otherwise() -> None:
    async with live_stage(Five9().configured({"strict": False})) as (stage, centre):
        page = stage.visit("mia")
        await sign_in(page)
        await page.open("/supsvcs/sws/board")
        await page.advance(2)
        assert len(told(page, "5000")) == 1
        await centre.act("log_on", agent="mia", state="ready")
        await page.advance(5)
        assert told(page, "5012")
    async with live_stage(Five9().configured(ASKED)) as (stage, centre):
        page = stage.visit("mia")
        await sign_in(page)
        await page.open("/supsvcs/sws/board")
        await centre.act("log_on", agent="mia", state="ready")
        await page.advance(10)
        assert not told(page, "5000")
        assert not told(page, "5012")


async def test_the_organisations_skills_are_all_that_the_statistics_can_name() -> None:
    async with live_stage(Five9().configured(ASKED)) as (stage, centre):
        await centre.act("log_on", agent="ruth", state="not_ready")
        page = stage.visit("ruth")
        await sign_in(page)
        whole = await page.call("GET", "/supsvcs/rs/svc/orgs/100000/skills", headers=HOST)
        own = await page.call("GET", f"{SUPS}/ruth/skills", headers=HOST)
        found, fewer = ({row["id"] for row in json.loads(answer.body)} for answer in (whole, own))
        assert "bookings" in found - fewer
        assert fewer < found


SINCE = ("onHold", "onPark", "afterCallWork", "loggedOut", "notReady", "onCall", "ready")
FIELDS: dict[str, dict[type, set[str]]] = {
    "AGENT_STATE": {
        str: {"id", "mediaAvailability", "reasonCodeId", "state", "readyChannels"},
        int: {
            *("parkedCallsCount", "stateSince", "stateDuration", "reasonCodeSince", "reasonCodeDuration"),
            *(f"{name}State{of}" for name in SINCE for of in ("Since", "Duration")),
            *("currentVideoChatsCount", "currentEmailsCount", "currentCasesCount", "currentChatsCount"),
        },
        bool: {"permanentRecording", "sessionRecording"},
        dict: {"presence", "channelAvailability"},
        type(None): {"callType", "campaignId", "customer"},
    },
    "ACD_STATUS": {
        str: {"id"},
        int: {
            *("callsInQueue", "callbacksInQueue", "voicemailsInQueue", "voicemailsInProgress"),
            *("voicemailsTotal", "agentsInVoicemailQueue", "agentsActive", "agentsLoggedIn"),
            *("agentsInQueue", "agentsOnCall", "agentsNotReadyForCalls", "longestQueueTime"),
            *("currentLongestQueueTime", "vivrCallsInQueue"),
        },
    },
    "AGENT_STATISTIC": {
        str: {"id"},
        int: {
            *("totalCallsCount", "agentCallsCount", "totalCallsWithoutInternalsCount", "breaksCount"),
            *("averageBreakTime", "averageCallTime", "averageHoldTime", "averageIdleTime"),
            *("internalCallsCount", "averageInternalCallTime", "previewCallsCount", "previewTime"),
            *("averagePreviewTime", "averageHandleTime", "processedVoicemailCount"),
            *("averageVoicemailProcessingTime", "averageVoicemailReadyTime", "averageWrapTime"),
            *("callCharges", "skippedInPreviewCallsCount", "firstCallResolution", "inboundCallsCount"),
            *("successfulInternalCallsCount", "loginTime", "occupancy", "outboundCallsCount"),
            *("offBreakTime", "utilization"),
        },
        dict: {"dispositions"},
    },
}
"""What others recorded, by what it is: of an agent who does nothing."""


async def test_a_row_has_each_field_that_others_recorded_and_it_is_what_it_was() -> None:
    async with live_stage(Five9().configured(ASKED)) as (stage, centre):
        await centre.act("log_on", agent="mia", state="ready")
        call = await centre.ring("bookings", number="+44 20 7946 0101")
        await centre.act("answer_call", agent="mia", call=call)
        await centre.advance(30)
        await centre.act("customer_hang_up", call=call)
        await centre.act("complete_wrap_up", agent="mia")
        await centre.act("set_agent_state", agent="mia", state="not_ready", reason="lunch")
        page = stage.visit("mia")
        await sign_in(page)
        await page.open("/supsvcs/sws/board")
        await page.call("PUT", f"{SUPS}/mia/request_full_statistics", headers=HOST)
        await page.advance(1)
        (whole,) = told(page, "5000")
        for source, kinds in FIELDS.items():
            for row in table(whole, source).values():
                found: dict[type, set[str]] = {}
                for name, value in row.items():
                    found.setdefault(type(value), set()).add(name)
                assert found == kinds, source
        row = table(whole, "AGENT_STATE")["mia"]
        chosen = row["presence"]["currentState"]
        # The contact centre's reason is a word; clients take nothing but a number there.
        assert (row["reasonCodeId"], type(chosen["notReadyReasonCode"])) == ("lunch", int)
        assert row["presence"]["pendingState"] == chosen
        assert (row["notReadyStateSince"], row["readyStateSince"]) == (row["reasonCodeSince"], 0)
        assert set(row["channelAvailability"]) == {"Video", "Total", "Chat", "Voicemail", "Voice"}
        mine, everyone = (table(whole, "AGENT_STATISTIC")[ident] for ident in ("mia", ""))
        assert mine["totalCallsCount"] == everyone["totalCallsCount"] == 1
        assert mine["averageCallTime"] == everyone["averageCallTime"] >= 30_000
        assert table(whole, "ACD_STATUS")["0"]["agentsNotReadyForCalls"] == 1


async def test_who_only_supervises_works_without_being_anybodys_agent() -> None:
    async with live_stage(Five9()) as (stage, centre):
        await centre.act("log_on", agent="mia", state="ready")
        page = stage.visit("mia")
        page.user = "board"
        assert (await sign_in(page, w.FORCE_IN)).user_id == "tenant"
        place = f"{SUPS}/tenant"

        async def ask(method: str, path: str, body: bytes = b"") -> Any:  # noqa: ANN401 - JSON
            answer = await page.call(method, path, headers=HOST, body=body)
            assert answer.status < 300, answer.body
            return json.loads(answer.body) if answer.body else None

        assert await ask("GET", f"{place}/login_state") == w.SELECT_STATION
        await ask("PUT", f"{place}/session_start", b'{"stationId":"","stationType":"EMPTY"}')
        assert await ask("GET", f"{place}/login_state") == w.WORKING
        users = {row["id"]: row for row in await ask("GET", f"/supsvcs/rs/svc/orgs/{ORG}/users")}
        assert (users["mia"]["userName"], len(users)) == ("mia@northquay.example", 8)
        assert users["ruth"]["roles"] == ["Agent", "DomainSupervisor"]
        on = await ask("GET", f"/supsvcs/rs/svc/orgs/{ORG}/users/logged_in_agents")
        assert [row["id"] for row in on] == ["mia"]
        skills = await ask("GET", f"/supsvcs/rs/svc/orgs/{ORG}/skills")
        assert {"id": "bookings", "name": "Bookings"} in skills
        wanted = await ask("GET", f"{place}/stats_filter_settings")
        assert (len(wanted), wanted["skillsSelectionType"], wanted["timeZone"]) == (11, "ALL", None)
        chosen = {**wanted, "skillsSelectionType": "MY"}
        assert await ask("PUT", f"{place}/stats_filter_settings", json.dumps(chosen).encode()) == chosen
        assert await ask("GET", f"{place}/stats_filter_settings") == chosen
        await ask("PUT", f"{place}/session_stop", b"{}")
        assert await ask("GET", f"{place}/login_state") == w.SELECT_STATION
        stage.tap.breaches.none()


async def test_a_login_of_an_agent_ends_no_other_users_socket() -> None:
    """Who may command everybody is a page of everybody, and hears what their logins say to each other."""
    async with live_stage(Five9().configured({"strict": False})) as (stage, _):
        board = stage.visit("mia")
        board.user = "board"
        await sign_in(board)
        await board.open("/supsvcs/sws/board")
        await board.advance(1)
        page = stage.visit("mia")
        await sign_in(page, w.FORCE_IN)
        assert (await page.call("GET", "/appsvcs/rs/svc/agents/mia/login_state", headers=HOST)).status == 200
        await page.advance(3)
        assert board.closed is None
        stage.tap.breaches.none()
