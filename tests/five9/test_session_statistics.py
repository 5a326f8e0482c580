"""What supervisors are told: all of it when they ask, and from then on what changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cordboard.protocols.five9 import Five9, wire
from cordboard.testing import Visit
from cordboard.testing.stage import live_stage
from tests.five9.client import HOST, frames, sign_in

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
