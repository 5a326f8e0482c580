"""An operator's maintenance, as clients of Five9 are told of it: announced, started, completed; here, and elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from cordboard.hub.maintenance import Address, Order
from cordboard.protocols.five9 import Five9, wire, words as w
from cordboard.testing import Visit
from cordboard.testing.centre import ContactCentre
from cordboard.testing.stage import Stage, live_stage
from tests.five9.client import BASE, HOST, frames, get, put, read, seen, sign_in, working
from tests.five9.site import Site

pytestmark = pytest.mark.asyncio

SOUTH = Address(host="south.example", port=8443)
LINGERING = 10_000
SUPERVISOR = "/supsvcs/rs/svc/supervisors/mia"


class Moving:
    """A hub that serves Five9, and its operator."""

    def __init__(self, stage: Stage, centre: ContactCentre) -> None:
        self.stage = stage
        self.centre = centre

    async def says(self, do: Any, **more: Any) -> None:  # noqa: ANN401 - an order's fields
        self.stage.hub.maintain(Order(do=do, **more), "ops")
        await self.stage.hub.settled()

    async def at_work(self, socket: str = "/appsvcs/ws/mia") -> Visit:
        page = self.stage.visit("mia")
        await sign_in(page)
        await working(page)
        await page.open(socket, headers=HOST)
        return page

    async def rings(self) -> None:
        await self.centre.act("set_agent_state", agent="mia", state="ready")
        await self.centre.ring("bookings", number="+44 20 7946 0101")
        await self.stage.hub.settled()


@asynccontextmanager
async def moving(**settings: object) -> AsyncIterator[Moving]:
    async with live_stage(Five9().configured(settings)) as (stage, centre):
        yield Moving(stage, centre)
        stage.tap.breaches.none()


async def state(page: Visit) -> str:
    return wire.state_of((await get(page, "A/login_state")).body)


def place(metadata: wire.Metadata) -> tuple[str, str]:
    (found,) = metadata.data_centers
    return found.api_urls[0].host, found.api_urls[0].port


def closed(*pages: Visit) -> list[int | None]:
    return [page.closed for page in pages]


def told(page: Visit, event: str) -> list[wire.Frame]:
    return [item for item in frames(page) if item.context.event_id == event]


async def test_what_is_announced_is_told_with_the_time_that_is_left() -> None:
    async with moving() as hub:
        page = await hub.at_work()
        await hub.says("announce", after=600_000, text="Tonight")
        (frame,) = told(page, "37")
        assert wire.payload(frame, int) == 600_000
        assert (frame.context.broad_cast, frame.context.user_id) == (True, None)
        await hub.stage.clock.advance(60_000)
        late = await hub.at_work("/appsvcs/ws/late")
        assert [wire.payload(item, int) for item in told(late, "37")] == [540_000]
        await hub.says("announce", after=5_000)
        assert [wire.payload(item, int) for item in told(page, "37")] == [600_000, 5_000]
        await hub.says("cancel")
        assert seen(page)[-1] == "37"
        assert await state(page) == w.WORKING


async def test_what_an_operator_wrote_is_a_notice_for_who_signs_in() -> None:
    async with moving() as hub:
        page = await hub.at_work()
        await hub.says("announce", after=600_000, text="Switch <b>B</b>")
        # Who works already can read it, and is not held up by it.
        assert await state(page) == w.WORKING
        (notice,) = read(await get(page, "A/maintenance_notices"))
        assert (notice["id"], notice["text"]) == ("maintenance", "Switch &lt;b&gt;B&lt;/b&gt;")
        late = hub.stage.visit("mia")
        await sign_in(late)
        assert await state(late) == w.ACCEPT_NOTICE
        assert read(await get(late, "A/maintenance_notices"))[0]["accepted"] is False
        await put(late, "A/maintenance_notices/maintenance/accept")
        assert await state(late) == w.WORKING
        await hub.says("cancel")
        assert read(await get(late, "A/maintenance_notices")) == []


@pytest.mark.parametrize(("graceful", "event"), [(True, "1001"), (False, "1002")])
async def test_who_stays_begins_anew(graceful: bool, event: str) -> None:
    async with moving() as hub:
        page = await hub.at_work()
        before = seen(page)
        await hub.says("start", graceful=graceful)
        assert seen(page)[len(before) :] == ["70", event]
        (frame,) = told(page, event)
        assert frame.context.event_reason == w.MIGRATION_TEXT
        payload = wire.payload(frame, dict[str, object])
        assert set(payload) == {"freedomUrl", "dataCenters"}
        assert place(wire.payload(frame, wire.Metadata)) == ("hub.example", "443")
        # It works on until it is over, and who comes meanwhile is where they would be sent.
        other = await hub.at_work("/appsvcs/ws/other")
        assert [ident for ident in seen(other) if ident in ("70", event, "73")] == ["70"]
        await hub.rings()
        assert "3" in seen(page)
        await hub.says("complete")
        for each in (page, other):
            (frame,) = told(each, "73")
            assert (frame.context.event_reason, wire.payload(frame, str)) == (
                "COMPLETED",
                "IDLE_MAINTENANCE",
            )
            assert frame.context.broad_cast
        # The old socket answers, and carries nothing; in the end it is closed so that everybody comes back.
        await hub.centre.act("set_agent_state", agent="mia", state="not_ready")
        page.say("ping")
        await page.settled()
        assert seen(page)[-2:] == ["73", "1202"]
        # The login begins anew.
        assert await state(page) == w.RELOGIN
        refused = await get(page, "A/presence")
        detail = wire.fault_of(refused.body)
        assert detail is not None
        assert (refused.status, detail.error_code) == (435, 3)
        assert "RELOGIN" in detail.message
        assert (await put(page, "A/session_restart")).status == 204
        assert await state(page) == w.WORKING
        # The agent has one session: who attached to it need not begin it once more.
        assert await state(other) == w.WORKING
        fresh = await hub.at_work("/appsvcs/ws/fresh")
        assert "73" not in seen(fresh)
        await hub.stage.clock.advance(LINGERING - 1)
        assert closed(page, other, fresh) == [None, None, None]
        await hub.stage.clock.advance(1)
        assert closed(page, other, fresh) == [1003, 1003, None]
        await hub.centre.act("set_agent_state", agent="mia", state="ready")
        await fresh.settled()
        assert "12" in seen(fresh)


async def test_who_attaches_afterwards_attaches_to_a_session_of_before() -> None:
    async with moving() as hub:
        await hub.at_work()
        await hub.says("start")
        await hub.says("complete")
        page = hub.stage.visit("mia")
        await sign_in(page, w.ATTACH_EXISTING)
        assert await state(page) == w.RELOGIN
        assert (await put(page, "A/session_restart")).status == 204
        assert await state(page) == w.WORKING
        # Of whom nobody works nothing is left over from before.
        noor = hub.stage.visit("noor")
        await sign_in(noor, w.ATTACH_EXISTING)
        assert await state(noor) == w.SELECT_STATION
        await working(noor)


async def test_who_has_to_go_elsewhere_is_told_where_to() -> None:
    async with moving() as hub:
        page = await hub.at_work()
        await hub.says("announce", after=1_000, to=SOUTH)
        login = wire.decoded((await page.call("GET", f"{BASE}/auth/metadata", headers=HOST)).body, wire.Login)
        assert place(login.metadata) == ("hub.example", "443")
        await hub.says("start", graceful=False)
        assert seen(page)[-3:] == ["37", "70", "1002"]
        (frame,) = told(page, "1002")
        assert place(wire.payload(frame, wire.Metadata)) == ("south.example", "8443")
        # Whoever goes early arrives; whoever stays can go on until it is over.
        login = wire.decoded((await page.call("GET", f"{BASE}/auth/metadata", headers=HOST)).body, wire.Login)
        assert place(login.metadata) == ("south.example", "8443")
        assert (await get(page, "A/presence")).status == 200
        await hub.says("complete")
        assert seen(page)[-1] == "73"
        for path in ("A/presence", "A/login_state", "A/interactions/calls", "O/call_variables"):
            answer = await get(page, path)
            detail = wire.fault_of(answer.body)
            assert detail is not None
            assert (answer.status, detail.error_code, detail.message) == (435, 5001, "Service migrated")
            assert detail.context.farm_id == "1"
        answer = await get(page, "A/switchover_metadata")
        assert place(wire.decoded(answer.body, wire.Metadata)) == ("south.example", "8443")
        fresh = hub.stage.visit("mia")
        assert place((await sign_in(fresh)).metadata) == ("south.example", "8443")
        # A socket that comes here has old metadata: it is to read them again.
        await fresh.open("/appsvcs/ws/fresh")
        assert (fresh.closed, seen(fresh)) == (1003, [])
        await hub.stage.clock.advance(LINGERING)
        assert page.closed == 1003
        await hub.says("cancel")
        assert (await state(page), await state(fresh)) == (w.WORKING, w.WORKING)
        assert "1010" in seen(await hub.at_work("/appsvcs/ws/back"))


async def test_another_address_at_the_end_is_told_before_it_is_over() -> None:
    async with moving() as hub:
        page = await hub.at_work()
        await hub.says("start")
        await hub.says("complete", to=SOUTH)
        assert seen(page)[-4:] == ["70", "1001", "1001", "73"]
        assert place(wire.payload(told(page, "1001")[-1], wire.Metadata)) == ("south.example", "8443")


async def test_a_login_has_a_state_in_each_of_its_roles() -> None:
    async with moving() as hub:
        page = await hub.at_work()
        await page.open("/supsvcs/sws/board")

        async def asked(method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
            data = b"" if body is None else msgspec.json.encode(body)
            answer = await page.call(method, SUPERVISOR + path, headers=HOST, body=data)
            return msgspec.json.decode(answer.body) if answer.body else answer.status

        assert await asked("GET", "/login_state") == w.SELECT_STATION
        assert (await asked("GET", "/presence"))["five9ExceptionDetail"]["errorCode"] == 3
        station = {"stationType": "PSTN", "stationId": "+442079460001"}
        assert await asked("PUT", "/session_start", station) == 204
        assert await asked("GET", "/login_state") == w.WORKING
        assert (await asked("GET", "/station"))["stationType"] == "PSTN"
        assert read(await get(page, "A/station"))["stationType"] == "EMPTY"
        assert [wire.payload(item, str) for item in told(page, "17")][-1] == w.WORKING
        # The supervisor leaves; the agent stays where they are.
        assert await asked("PUT", "/session_stop", {}) == 204
        assert await asked("GET", "/login_state") == w.SELECT_STATION
        assert await state(page) == w.WORKING
        assert hub.centre.truth()["agents"]["mia"]["state"] == "not_ready"
        assert await asked("PUT", "/session_start", station) == 204
        await hub.says("start")
        await hub.says("complete")
        assert (await asked("GET", "/login_state"), await state(page)) == (w.RELOGIN, w.RELOGIN)
        assert await asked("PUT", "/session_restart") == 204
        assert (await asked("GET", "/login_state"), await state(page)) == (w.WORKING, w.RELOGIN)


async def test_a_login_may_be_unknown_for_a_while() -> None:
    async with moving(propagation=3_000) as hub:
        page = hub.stage.visit("mia")
        await sign_in(page)
        answer = await get(page, "A/login_state")
        detail = wire.fault_of(answer.body)
        assert detail is not None
        assert (answer.status, detail.message) == (401, w.LOGGED_OUT_TEXT)
        assert (await page.call("GET", f"{BASE}/auth/metadata", headers=HOST)).status == 200
        await hub.stage.clock.advance(3_000)
        await working(page)


async def test_a_login_may_begin_as_after_a_migration() -> None:
    async with moving(start_state="RELOGIN") as hub:
        await hub.centre.act("log_on", agent="mia", state="ready")
        for _ in range(2):
            page = hub.stage.visit("mia")
            await sign_in(page)
            assert await state(page) == w.RELOGIN
            assert (await put(page, "A/session_restart")).status == 204
            assert await state(page) == w.WORKING


async def test_a_page_that_knows_only_1003_comes_back_after_maintenance() -> None:
    """The rules of a Salesforce component: it knows no 70 and no 73, and starts again after one close code alone."""
    async with Site(replay=True) as site:
        call = (await site.act("ring", to="2001", number="+44 20 7946 0104"))["call"]
        await site.act("answer_call", agent="mia", call=call)
        await site.passes(20)
        site.centre.hub.maintain(Order(do="start", graceful=False), "ops")
        await site.passes(1)
        site.centre.hub.maintain(Order(do="complete"), "ops")
        await site.act("customer_hang_up", call=call)
        await site.act("complete_wrap_up", agent="mia")
        await site.passes(5)
        assert (len(site.page.started), site.page.ended, len(site.page.raw)) == (1, [], 1)
        await site.passes(10)
        assert len(site.page.raw) == 2
        assert site.page.ended == site.page.started
        assert (site.page.errors, site.page.restarts) == ([], 0)
