"""A day in which anything is asked for at any time: whoever follows the socket knows what whoever asks is told."""

from __future__ import annotations

import json
from contextlib import suppress
from random import Random
from typing import Any

import pytest

from cordboard.model import commands as c
from cordboard.model.entities import Availability, Phase
from cordboard.protocols.five9 import Five9, wire, words as w
from cordboard.protocols.five9.variables import SESSION_ID
from cordboard.testing import Visit
from cordboard.testing.centre import ContactCentre
from cordboard.testing.stage import live_stage
from tests.five9.client import address, frames, get, put, read, sign_in

STEPS = 150
NUMBERS = ("+442079460106", "+441632960001", "+441632960003", "+441632960004", "2002", "8002", "")
ON_CALLS = (
    "answer",
    "answer",
    "reject",
    "hold",
    "unhold",
    "park",
    "retrieve",
    "transfer_to_call",
    "add_to_conference",
    "disconnect",
    "complete_transfer",
    "cancel_transfer",
    "complete_warm_conference",
    "start_recording",
    "stop_recording",
)


def asked(random: Random, page: Visit, calls: list[dict[str, Any]]) -> tuple[str, str, object]:
    """A request that may or may not make sense now."""
    call = random.choice(calls)["id"] if calls else "0" * 32
    if calls and calls[0]["state"] == w.OFFERED and random.random() < 0.5:
        return "PUT", f"K/{call}/answer", None
    match random.randrange(10):
        case 0 | 9:
            ready = random.choice((["CALL"], ["CALL"], []))
            state = {"readyChannels": ready, "notReadyReasonCodeId": "0" if ready else "break"}
            return "PUT", "A/presence", {"currentState": state}
        case 1:
            return "POST", "A/interactions/make_external_call", {"number": random.choice(NUMBERS)}
        case 2:
            return "PUT", f"K/{call}/dispose", {"dispositionId": random.choice(("booked", "0", "nonsense"))}
        case 3:
            body = {"agentId": "noor", "warm": random.random() < 0.7}
            return "PUT", f"K/{call}/transfer_to_agent", body
        case 4:
            body = {"number": random.choice(NUMBERS), "warm": random.random() < 0.3}
            return "POST", f"K/{call}/add_external_to_conference", body
        case 5:
            return "PUT", f"K/{call}/variables_2", {"Custom.PerVar1": str(random.randrange(9))}
        case _:
            action = random.choice(ON_CALLS)
            return "POST" if action == "complete_warm_conference" else "PUT", f"K/{call}/{action}", None


async def happens(random: Random, centre: ContactCentre) -> None:
    """Something that nobody at Five9's interface does."""
    noor = centre.agent("noor")
    match random.randrange(6):
        case 0 | 1 | 2:
            number = f"+44 20 7946 {random.randrange(10_000):04}"
            await centre.ring("bookings", number=number, patience=random.randrange(5, 60))
        case 3:
            for contact in noor.contacts:
                match contact.phase:
                    case Phase.OFFERED:
                        await noor.answer(contact)
                    case Phase.WRAP_UP:
                        await noor.finish(contact=contact)
                    case _:
                        await noor.hang_up(contact)
        case 4:
            await noor.do(c.SetAgentState(state=Availability.READY))
        case _:
            for contact in centre.agent("mia").contacts:
                if contact.phase is Phase.ACTIVE and random.random() < 0.5:
                    with suppress(AssertionError):  # there may be no customer in it any more
                        await centre.customer(contact).hang_up()
    noor.leave()


def followed(page: Visit) -> tuple[dict[str, Any], object]:
    """Calls and presence as the socket told them."""
    calls: dict[str, Any] = {}
    presence: object = None
    for item in frames(page):
        data = json.loads(bytes(item.pay_load))
        match item.context.event_id:
            case "3" | "4" if not data["state"].startswith("PARTICIPANT"):
                calls[data["id"]] = data
            case "5":
                assert data["id"] in calls, "a call ended that never began"
                del calls[data["id"]]
            case "12":
                presence = data
            case _:
                pass
    return calls, presence


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "seed", [1, 2, 3, *(pytest.param(n, marks=pytest.mark.matrix) for n in range(4, 25))]
)
async def test_who_follows_knows_what_who_asks_is_told(seed: int) -> None:
    random = Random(seed)
    async with live_stage(Five9().configured({"strict": False})) as (stage, centre):
        page = stage.visit("mia")
        await sign_in(page)
        await page.open("/appsvcs/ws/mia")
        await put(page, "A/session_start", {"stationType": "EMPTY"})
        statuses: dict[int, int] = {}
        for _ in range(STEPS):
            calls = read(await get(page, "A/interactions/calls"))
            if random.random() < 0.3:
                await happens(random, centre)
            else:
                method, path, body = asked(random, page, calls)
                data = b"" if body is None else json.dumps(body).encode()
                answer = await page.call(method, address(page, path), body=data, headers={"host": "hub"})
                statuses[answer.status] = statuses.get(answer.status, 0) + 1
                assert answer.status in (200, 204, 400, 404), (path, answer.body)
            await page.advance(random.choice((0, 1, 3, 10)))
            told = read(await get(page, "A/interactions/calls"))
            now = {call["id"]: call for call in told if not call["state"].startswith("PARTICIPANT")}
            shown, presence = followed(page)
            assert shown == now
            assert presence is None or presence == read(await get(page, "A/presence"))
        assert statuses.get(204, 0) + statuses.get(200, 0) > STEPS // 10
        begun: dict[str, int] = {}
        ended: dict[str, int] = {}
        for item in frames(page):
            if item.context.event_id in ("4", "5"):
                call = wire.payload(item, wire.Call)
                session = call.variables[SESSION_ID]
                if (item.context.event_reason, call.state) in (
                    ("CONNECTED", w.TALKING),
                    ("UPDATED", w.TALKING),
                ):
                    begun[session] = begun.get(session, 0) + 1
                if (item.context.event_id, item.context.event_reason) == ("5", w.DISPOSITIONED):
                    ended[session] = ended.get(session, 0) + 1
        assert begun
        assert set(begun.values()) == {1}
        assert set(ended.values()) <= {1}
        assert set(ended) <= set(begun)
        stage.tap.breaches.none()
