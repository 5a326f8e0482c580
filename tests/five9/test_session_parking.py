"""Parked calls, at Five9's doors: put aside, taken back, joined with another, counted, and told in frames."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from cordboard.protocols.five9 import Five9, wire, words as w
from cordboard.testing import Visit
from cordboard.testing.centre import ContactCentre
from cordboard.testing.stage import live_stage
from tests.five9.client import calls, frames, get, put, read, sign_in

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def desk(**settings: object) -> AsyncIterator[tuple[Visit, ContactCentre]]:
    """An agent who is ready, with a socket, and the contact centre behind it."""
    async with live_stage(Five9().configured({"strict": False, **settings})) as (stage, centre):
        page = stage.visit("mia")
        await sign_in(page)
        await page.open("/appsvcs/ws/mia")
        await centre.act("log_on", agent="mia", state="ready")
        yield page, centre
        stage.tap.breaches.none()


async def taken(page: Visit, centre: ContactCentre, number: str) -> str:
    """Somebody calls, and the agent answers: the call's id."""
    known = {call["id"] for call in read(await get(page, "A/interactions/calls"))}
    await centre.ring("bookings", number=number)
    (made,) = {call["id"] for call in read(await get(page, "A/interactions/calls"))} - known
    assert (await put(page, f"K/{made}/answer")).status == 204
    return str(made)


async def shown(page: Visit) -> dict[str, str]:
    """Each call's state, without what is told of participants as of calls of their own."""
    told = read(await get(page, "A/interactions/calls"))
    return {call["id"]: call["state"] for call in told if not call["state"].startswith("PARTICIPANT")}


ADA, BEN = "+44 20 7946 0101", "+44 20 7946 0102"


async def test_a_parked_call_leaves_the_agent_free_and_is_taken_back() -> None:
    async with desk() as (page, centre):
        first = await taken(page, centre, ADA)
        assert (await put(page, f"K/{first}/retrieve")).status == 400
        assert (await put(page, f"K/{first}/park")).status == 204
        assert calls(page)[-1] == ("4", "PARKED", "PARKED")
        assert centre.truth()["agents"]["mia"]["state"] == "ready"
        assert (await put(page, f"K/{first}/park")).status == 400
        second = await taken(page, centre, BEN)
        assert await shown(page) == {first: "PARKED", second: "TALKING"}
        assert (await put(page, f"K/{second}/park")).status == 204
        assert (await put(page, f"K/{first}/retrieve")).status == 204
        assert calls(page)[-1] == ("4", "UNPARKED", "TALKING")
        assert await shown(page) == {first: "TALKING", second: "PARKED"}


async def test_a_parked_caller_who_hangs_up_leaves_after_call_work() -> None:
    async with desk() as (page, centre):
        first = await taken(page, centre, ADA)
        await put(page, f"K/{first}/park")
        await centre.act("customer_hang_up", number=ADA)
        assert ("4", "DISCONNECTED_BY_CALLER", "WRAP_UP") in calls(page)


async def test_a_parked_call_comes_into_the_one_that_the_agent_talks_in() -> None:
    async with desk() as (page, centre):
        first = await taken(page, centre, ADA)
        place = f"A/interactions/calls/{first}/add_to_conference"
        assert (await put(page, place)).status == 400, "it is no other call's"
        await put(page, f"K/{first}/park")
        assert (await put(page, place)).status == 404, "there is no call that it could come into"
        second = await taken(page, centre, BEN)
        assert (await put(page, place)).status == 204
        assert await shown(page) == {second: "TALKING"}
        call = wire.decoded((await get(page, f"K/{second}")).body, wire.Call)
        assert [party.number for party in call.participants] == ["+442079460102", "+442079460101"]
        over = [wire.payload(item, wire.Call) for item in frames(page) if item.context.event_id == "5"]
        assert {(item.id, item.state) for item in over} == {(first, "FINISHED")}


@pytest.mark.parametrize(
    ("named", "disposition"), [(True, "booked"), (False, "booked"), (True, "-23"), (True, "0")]
)
async def test_two_parked_calls_are_joined(named: bool, disposition: str) -> None:
    async with desk() as (page, centre):
        first = await taken(page, centre, ADA)
        assert (await put(page, f"K/{first}/transfer_to_call")).status == 404
        await put(page, f"K/{first}/park")
        second = await taken(page, centre, BEN)
        await put(page, f"K/{second}/park")
        body: dict[str, Any] = {"callId": second} if named else {}
        answer = await put(page, f"K/{first}/transfer_to_call", {**body, "dispositionId": disposition})
        assert answer.status == 204
        assert await shown(page) == {}
        truth = centre.truth()
        assert truth["agents"]["mia"]["state"] == "ready"
        talking = [
            {party["number"] for party in call["parties"] if party["state"] == "connected"}
            for call in truth["calls"].values()
        ]
        assert talking == [{"+442079460101", "+442079460102"}]


async def test_faithful_frames_of_parking_say_that_something_changed() -> None:
    async with desk(faithful=True) as (page, centre):
        first = await taken(page, centre, ADA)
        await put(page, f"K/{first}/park")
        assert calls(page)[-1] == ("4", "UPDATED", "PARKED")
        await put(page, f"K/{first}/retrieve")
        assert calls(page)[-1] == ("4", "UPDATED", "TALKING")


async def test_who_ends_the_session_with_a_parked_call_is_at_work_until_it_is_over() -> None:
    async with desk() as (page, centre):
        first = await taken(page, centre, ADA)
        await put(page, f"K/{first}/park")
        assert read(await get(page, "A/can_stop_session")) is False
        assert (await put(page, "A/session_stop", {"reasonCodeId": "end-of-shift"})).status == 204
        assert read(await get(page, "A/login_state")) == w.WORKING
        assert (await put(page, f"K/{first}/retrieve")).status == 204
        assert (await put(page, f"K/{first}/dispose", {"dispositionId": "booked"})).status == 200
        await page.settled()
        assert read(await get(page, "A/login_state")) == w.SELECT_STATION
        told = [wire.payload(item, str) for item in frames(page) if item.context.event_id == "17"]
        assert told[-1] == w.SELECT_STATION
        assert centre.truth()["agents"]["mia"]["state"] == "null"
