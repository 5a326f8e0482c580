"""What happens to calls, as frames: in the order and with the reasons that Five9's clients wait for, and each call begun and ended once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import msgspec
import pytest
from msgspec.structs import replace

from cordboard.model.ids import agent_subject
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import Five9, telling, wire, words as w
from cordboard.protocols.five9.settings import Settings
from cordboard.protocols.five9.variables import SESSION_ID
from cordboard.testing import Visit
from cordboard.testing.centre import ContactCentre
from cordboard.testing.stage import Stage, live_stage
from tests.five9.client import address, calls, frames, get, post, put, read, seen, sign_in

CALLER = "+44 20 7946 0101"
OFFER = ("3", "CREATED", "OFFERED")
TALK = ("4", "CONNECTED", "TALKING")
DONE = ("5", "DISPOSITIONED", "FINISHED")
HELD = ("4", "HELD", "ON_HOLD")
UNHELD = ("4", "UNHELD", "TALKING")
PARKED = ("4", "PARKED", "PARKED")
UNPARKED = ("4", "UNPARKED", "TALKING")
FAILED = ("5", "FAILED_TO_CONNECT", "FINISHED")
RINGS = ("4", "UPDATED", "RINGING_ON_OTHER_SIDE")
BY_CALLER = ("4", "DISCONNECTED_BY_CALLER", "WRAP_UP")
BY_AGENT = ("4", "DISCONNECTED_BY_AGENT", "WRAP_UP")

STORIES: Mapping[str, list[tuple[str, str, str]]] = {
    "inbound": [OFFER, TALK, BY_CALLER, DONE],
    "hold": [
        OFFER,
        TALK,
        ("4", "HELD", "ON_HOLD"),
        ("4", "UNHELD", "TALKING"),
        ("4", "HELD", "ON_HOLD"),
        BY_CALLER,
        DONE,
    ],
    "missed": [OFFER, ("5", "NO_ANSWER", "FINISHED")],
    "declined": [OFFER, ("5", "REJECTED", "FINISHED"), OFFER, ("5", "NO_ANSWER", "FINISHED")],
    "abandoned-while-ringing": [OFFER, ("5", "ABANDONED", "FINISHED")],
    "outbound-answered": [OFFER, RINGS, TALK, BY_AGENT, DONE],
    "outbound-busy": [
        OFFER,
        RINGS,
        ("4", "FAILED_TO_CONNECT", "WRAP_UP"),
        ("5", "FAILED_TO_CONNECT", "FINISHED"),
    ],
    "blind-transfer-agent": [
        OFFER,
        TALK,
        ("4", "TRANSFERRED", "WRAP_UP"),
        ("5", "TRANSFERRED", "FINISHED"),
    ],
    "progressive": [OFFER, TALK, BY_CALLER, DONE],
}
"""The customer's call of Mia's, without frames that change neither reason nor state."""

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def desk(
    settings: Mapping[str, object] | None = None, agent: str = "mia"
) -> AsyncIterator[tuple[Visit, ContactCentre, Stage]]:
    """An agent who has signed in, with a socket, and the contact centre behind it."""
    async with live_stage(Five9().configured({"strict": False, **(settings or {})})) as (stage, centre):
        page = stage.visit(agent)
        await sign_in(page)
        await page.open(f"/appsvcs/ws/{agent}")
        yield page, centre, stage
        stage.tap.breaches.none()


async def told(page: Visit, centre: ContactCentre, story: str) -> None:
    """Play a story to its end."""
    await centre.begin(story)
    while not await centre.over():
        await page.advance(1)
    await page.advance(100)


def moves(page: Visit) -> list[tuple[str, str, str]]:
    """Frames of calls, but for those that only bring something else up to date."""
    found: list[tuple[str, str, str]] = []
    where: dict[str, str] = {}
    for item in frames(page):
        if item.context.event_id not in ("3", "4", "5"):
            continue
        call = wire.payload(item, wire.Call)
        if call.state.startswith("PARTICIPANT") or where.get(call.id) == call.state:
            continue
        where[call.id] = call.state
        if not call.consult:
            found.append((item.context.event_id, item.context.event_reason or "", call.state))
    return found


@pytest.mark.parametrize("story", STORIES)
async def test_a_story_is_told_as_five9_does(story: str) -> None:
    async with desk() as (page, centre, _):
        await told(page, centre, story)
        assert moves(page) == STORIES[story]


@pytest.mark.parametrize(
    "story",
    [
        "hold",
        "warm-transfer",
        "conference",
        "alternate",
        "consult-reconnect",
        "consult-customer-leaves",
        "two-calls",
    ],
)
@pytest.mark.parametrize("agent", ["mia", "noor"])
async def test_each_call_begins_once_and_has_one_session_id(story: str, agent: str) -> None:
    async with desk(agent=agent) as (page, centre, _):
        await told(page, centre, story)
        begun: dict[str, int] = {}
        ended: dict[str, int] = {}
        sessions: dict[str, set[str]] = {}
        for item in frames(page):
            event, reason = item.context.event_id, item.context.event_reason
            if event not in ("3", "4", "5"):
                continue
            call = wire.payload(item, wire.Call)
            session = call.variables[SESSION_ID]
            assert len(session) == 32
            assert session == session.upper()
            if not call.state.startswith("PARTICIPANT"):
                sessions.setdefault(call.id, set()).add(session)
            # The seed component's own predicates.
            if event == "4" and reason in ("UPDATED", "CONNECTED") and call.state == "TALKING":
                begun[session] = begun.get(session, 0) + 1
            if event == "5" and reason == "DISPOSITIONED" and call.state == "FINISHED":
                ended[session] = ended.get(session, 0) + 1
        assert set(begun.values()) <= {1}
        assert set(ended.values()) <= {1}
        assert set(ended) <= set(begun)
        assert all(len(found) == 1 for found in sessions.values())


async def test_an_agent_works_by_requests_alone() -> None:
    async with desk() as (page, centre, _):
        await put(page, "A/session_start", {"stationId": "", "stationType": "EMPTY"})
        ready = await put(page, "A/presence", {"currentState": {"readyChannels": ["CALL", "VOICE_MAIL"]}})
        assert read(ready)["currentState"]["readyChannels"] == ["CALL"]
        await centre.ring("bookings", number=CALLER, name="Ada Whitlow")
        (call,) = read(await get(page, "A/interactions/calls"))
        assert (call["state"], call["callType"], call["ani"]) == ("OFFERED", "INBOUND", "+442079460101")
        assert read(await get(page, "A/interactions")) == [
            {"channelType": "CALL", "interactionId": call["id"]}
        ]
        place = f"K/{call['id']}"
        for action, state in (("answer", "TALKING"), ("hold", "ON_HOLD"), ("unhold", "TALKING")):
            assert (await put(page, f"{place}/{action}")).status == 204
            assert read(await get(page, place))["state"] == state
        values = {"Custom.PerVar1": "gold", "Custom.PerVar2": 7, "Custom.PerVar3": True}
        changed = read(await put(page, f"{place}/variables_2", values))["variables"].values()
        assert {"gold", "7", "true"} <= set(changed)
        assert (await put(page, f"{place}/start_recording")).status == 204
        assert read(await get(page, place))["recording"] is True
        assert (await put(page, f"{place}/disconnect")).status == 204
        assert read(await get(page, place))["state"] == "WRAP_UP"
        disposed = await put(page, f"{place}/dispose", {"dispositionId": "booked", "timeout": 300_000})
        assert (read(disposed)["state"], read(disposed)["dispositionId"]) == ("FINISHED", "booked")
        assert (await put(page, f"{place}/dispose", {"dispositionId": "booked"})).status == 404
        assert calls(page)[-1] == DONE
        assert read(await get(page, "A/interactions/calls")) == []


async def test_a_call_that_is_talked_on_is_disposed_of_at_once() -> None:
    async with desk() as (page, centre, _):
        await centre.act("log_on", agent="mia", state="ready")
        call = await centre.ring("bookings", number=CALLER)
        await centre.act("answer_call", agent="mia", call=call)
        (shown,) = read(await get(page, "A/interactions/calls"))
        answer = await put(page, f"K/{shown['id']}/dispose", {"dispositionId": "booked"})
        assert read(answer)["state"] == "FINISHED"
        assert moves(page)[-2:] == [BY_AGENT, DONE]
        assert centre.truth()["agents"]["mia"]["state"] == "ready"


async def test_a_call_that_still_rings_is_disposed_of_by_hanging_up() -> None:
    async with desk() as (page, centre, _):
        await centre.act("log_on", agent="mia", state="not_ready")
        made = read(await post(page, "A/interactions/make_external_call", {"number": "+441632960003"}))
        answer = await put(page, f"K/{made['id']}/dispose", {"dispositionId": "booked"})
        assert read(answer)["state"] == "FINISHED"
        assert moves(page)[-1] == ("5", "ABANDONED", "FINISHED")


async def test_a_call_is_made_and_given_back() -> None:
    async with desk() as (page, centre, _):
        await centre.act("log_on", agent="mia", state="not_ready")
        body = {"number": "+44 (0)20 7946-0106", "skipDNCCheck": False, "checkMultipleContacts": True}
        made = read(await post(page, "A/interactions/make_external_call", body))
        assert made["callType"] == "MANUAL"
        assert made["id"] in {call["id"] for call in read(await get(page, "A/interactions/calls"))}


async def test_a_click_dials_and_a_forged_picture_does_not() -> None:
    async with desk() as (page, centre, _):
        await centre.act("log_on", agent="mia", state="not_ready")
        place = address(page, "O/interactions/click_to_dial") + "?number=%2B442079460106"
        forged = await page.call("GET", place, headers={"host": "hub.example"})
        assert forged.status == 403
        page_asks = {"host": "hub.example", "x-requested-with": "page"}
        assert (await page.call("HEAD", place, headers=page_asks)).status == 405
        assert seen(page).count("3") == 0
        clicked = await page.call("GET", place, headers=page_asks)
        assert read(clicked)["callType"] == "MANUAL"


@pytest.mark.parametrize(
    ("warm", "end"), [(False, None), (True, "complete_transfer"), (True, "cancel_transfer")]
)
async def test_a_call_is_handed_on(warm: bool, end: str | None) -> None:
    async with desk({"transferred_then_dispositioned": True}) as (page, centre, _):
        for agent in ("mia", "noor"):
            await centre.act("log_on", agent=agent, state="ready" if agent == "mia" else "not_ready")
        call = await centre.ring("bookings", number=CALLER)
        await centre.act("answer_call", agent="mia", call=call)
        await centre.act("set_agent_state", agent="noor", state="ready")
        (shown,) = read(await get(page, "A/interactions/calls"))
        place = f"K/{shown['id']}"
        body = {"agentId": "noor", "warm": warm, "dispositionId": "booked"}
        assert (await put(page, f"{place}/transfer_to_agent", body)).status == 204
        if end is None:
            assert moves(page)[-1] == ("5", "TRANSFERRED", "FINISHED")
            assert calls(page)[-1] == DONE
            return
        await page.advance(2)
        states = {item["consult"]: item["state"] for item in read(await get(page, "A/interactions/calls"))}
        assert states == {False: "ON_HOLD", True: "RINGING_ON_OTHER_SIDE"}
        other = centre.agent("noor")
        await other.answer()
        await page.settled()
        assert (await put(page, f"{place}/{end}")).status == 204
        if end == "complete_transfer":
            assert calls(page)[-2:] == [("5", "TRANSFERRED", "FINISHED"), DONE]
        else:
            assert moves(page)[-1] == ("4", "UNHELD", "TALKING")


@pytest.mark.parametrize(
    ("then", "ends"),
    [
        ([], [HELD, FAILED]),
        (["unhold"], [HELD, RINGS, FAILED]),
        (["answered"], [HELD, TALK, HELD, DONE]),
        (["answered", "unhold"], [HELD, TALK, HELD, UNHELD, DONE]),
        (["unhold", "answered"], [HELD, RINGS, TALK, DONE]),
    ],
)
async def test_a_consult_on_hold_has_begun_once_somebody_answers_it(
    then: list[str], ends: list[tuple[str, str, str]]
) -> None:
    async with desk() as (page, centre, _):
        for agent in ("mia", "noor"):
            await centre.act("log_on", agent=agent, state="ready" if agent == "mia" else "not_ready")
        ring = await centre.ring("bookings", number=CALLER)
        await centre.act("answer_call", agent="mia", call=ring)
        await centre.act("set_agent_state", agent="noor", state="ready")
        (shown,) = read(await get(page, "A/interactions/calls"))
        await put(page, f"K/{shown['id']}/transfer_to_agent", {"agentId": "noor", "warm": True})
        await page.advance(2)
        (consult,) = [item for item in read(await get(page, "A/interactions/calls")) if item["consult"]]
        assert consult["state"] == "RINGING_ON_OTHER_SIDE"
        before = len(page.sent)
        assert (await put(page, f"K/{consult['id']}/hold")).status == 204
        for step in then:
            if step == "answered":
                await centre.agent("noor").answer()
                await page.settled()
            else:
                assert (await put(page, f"K/{consult['id']}/{step}")).status == 204
        assert (await put(page, f"K/{consult['id']}/disconnect")).status == 204
        heard = [
            (item.context.event_id, item.context.event_reason, call.state)
            for item in list(frames(page))[before:]
            if item.context.event_id in ("4", "5")
            and (call := wire.payload(item, wire.Call)).id == consult["id"]
        ]
        assert heard == ends


@pytest.mark.parametrize(("action", "where"), [("hold", HELD), ("disconnect", ("4", "UPDATED", "WRAP_UP"))])
async def test_a_call_that_is_met_late_has_begun_as_well(action: str, where: tuple[str, str, str]) -> None:
    async with desk() as (page, centre, stage):
        await centre.act("log_on", agent="mia", state="ready")
        ring = await centre.ring("bookings", number=CALLER)
        await centre.act("answer_call", agent="mia", call=ring)
        (shown,) = read(await get(page, "A/interactions/calls"))
        assert (await put(page, f"K/{shown['id']}/{action}")).status == 204
        after = stage.hub.states[agent_subject("mia")]
        (entry,) = await stage.hub.entries(after.subject, after.seq - 1, 1)
        before = replace(after, contacts=SubjectState(subject=after.subject).contacts)
        late = telling.told(entry.event, before, after, Settings(duplicates=False))
        assert [
            (str(item.event), item.reason, item.payload.state)
            for item in late
            if isinstance(item.payload, wire.Call)
        ] == [OFFER, TALK, where]


async def test_who_gets_a_call_handed_on_sees_from_whom() -> None:
    async with desk(agent="noor") as (page, centre, _):
        await centre.act("log_on", agent="mia", state="ready")
        call = await centre.ring("bookings", number=CALLER, name="Ada Whitlow", data={"Custom.tier": "gold"})
        await centre.act("answer_call", agent="mia", call=call)
        await centre.act("log_on", agent="noor", state="ready")
        await centre.agent("mia").transfer("noor")
        (shown,) = read(await get(page, "A/interactions/calls"))
        assert (shown["state"], shown["transfer"], shown["userTransferringId"]) == ("OFFERED", True, "mia")
        defined = {
            f"{item['group']}.{item['name']}": item["id"]
            for item in read(await get(page, "O/call_variables"))
        }
        values = {name: shown["variables"].get(ident) for name, ident in defined.items()}
        assert (values["Customer.name"], values["Custom.tier"]) == ("Ada Whitlow", "gold")
        assert (values["Call.skill_name"], values["Agent.user_name"]) == (
            "Bookings",
            "noor@northquay.example",
        )
        assert values["Call.session_id"] == shown["variables"][SESSION_ID]


async def test_a_disposition_of_five9s_own_goes_along_with_a_transfer_as_none() -> None:
    """Those below zero are Five9's: a sample of theirs sends -23 with a transfer to a speed dial."""
    dials = [{"id": "1", "number": "+441632960001", "description": "Harbour office"}]
    async with desk({"speed_dials": dials}) as (page, centre, _):
        await centre.act("log_on", agent="mia", state="ready")
        call = await centre.ring("bookings", number=CALLER)
        await centre.act("answer_call", agent="mia", call=call)
        (shown,) = read(await get(page, "A/interactions/calls"))
        there = {"speedDialId": "1", "skipDNCCheck": False, "checkMultipleContacts": True}
        body = {"destination": there, "dispositionId": "-23", "warm": False}
        assert (await put(page, f"K/{shown['id']}/transfer_to_speed_dial", body)).status == 204
        await page.advance(1)
        assert calls(page)[-1] == ("5", w.TRANSFERRED, w.FINISHED)
        assert read(await get(page, "A/interactions/calls")) == []


async def test_a_conference_is_put_together_and_left() -> None:
    async with desk() as (page, centre, _):
        await centre.act("log_on", agent="mia", state="ready")
        call = await centre.ring("bookings", number=CALLER)
        await centre.act("answer_call", agent="mia", call=call)
        (shown,) = read(await get(page, "A/interactions/calls"))
        place = f"K/{shown['id']}"
        body = {"number": "+441632960001", "warm": "false", "checkDNC": "true", "includeCallerInfo": True}
        told = read(await post(page, f"{place}/add_external_to_conference", body))
        assert (told["id"], told["state"]) == (shown["id"], w.TALKING)
        await page.advance(10)
        joined = [item for item in frames(page) if item.context.event_reason == w.PARTICIPANT_ADDED]
        party = wire.payload(joined[0], wire.Call)
        assert (party.address_type, party.original_call_id) == ("EXTERNAL", shown["id"])
        assert len(read(await get(page, place))["participants"]) == 2
        own, other = read(await get(page, "A/interactions/calls"))
        assert (own["id"], other["id"], other["originalCallId"]) == (shown["id"], party.id, shown["id"])
        assert read(await get(page, f"K/{party.id}"))["state"] == "PARTICIPANT_TALKING"
        assert (await put(page, f"K/{party.id}/disconnectConferenceParticipant")).status == 200
        assert len(read(await get(page, place))["participants"]) == 1
        left = await put(page, f"{place}/leave_conference", {"dispositionId": "booked"})
        assert left.status == 204
        assert calls(page)[-1] == DONE


async def test_what_could_not_be_done_is_an_error_with_our_code() -> None:
    async with desk() as (page, centre, _):
        await centre.act("log_on", agent="mia", state="ready")
        await centre.ring("bookings", number=CALLER)
        (shown,) = read(await get(page, "A/interactions/calls"))
        for path, body, status, context in (
            (f"K/{shown['id']}/hold", None, 400, "WRONG_STATE"),
            ("K/00000000000000000000000000000000/hold", None, 404, "NOT_FOUND"),
            (f"K/{shown['id']}/transfer_to_agent", {}, 400, "BAD_FIELD"),
            (f"K/{shown['id']}/variables_2", {SESSION_ID: "x"}, 400, "BAD_FIELD"),
            (f"K/{shown['id']}/variables_2", {"4711": "x"}, 400, "BAD_FIELD"),
        ):
            answer = await put(page, path, body)
            detail = wire.fault_of(answer.body)
            assert detail is not None
            assert (answer.status, detail.context.context_code) == (status, context), path


async def test_an_order_that_nobody_confirms_is_told_so_and_never_as_an_error_of_another_kind() -> None:
    async with desk() as (page, centre, _):
        await centre.act("log_on", agent="mia", state="not_ready")
        await centre.fault(silent=True)
        answer = await post(page, "A/interactions/make_external_call", {"number": "+442079460106"})
        assert answer.status == 504
        assert "65" in seen(page)


async def test_doubles_and_faithful_reasons_are_the_operators_to_choose() -> None:
    async with desk({"duplicates": False, "faithful": True}) as (page, centre, _):
        await told(page, centre, "hold")
        assert not {"30", "31"} & set(seen(page))
        assert ("4", "UPDATED", "TALKING") in moves(page)
    async with desk() as (page, centre, _):
        await told(page, centre, "hold")
        assert seen(page).count("30") == seen(page).count("3") == 1
        assert seen(page).count("31") == seen(page).count("5") == 1


async def test_a_new_socket_may_be_told_the_calls_that_there_are() -> None:
    async with desk({"replay": True}) as (page, centre, stage):
        await centre.act("log_on", agent="mia", state="ready")
        call = await centre.ring("bookings", number=CALLER)
        await centre.act("answer_call", agent="mia", call=call)
        again = stage.visit("mia")
        again.cookies = page.cookies
        await again.open("/appsvcs/ws/again")
        assert calls(again) == [OFFER, TALK]
        assert {
            wire.payload(item, wire.Call).variables[SESSION_ID]
            for item in frames(again)
            if item.context.event_id in "34"
        } == {read(await get(page, "A/interactions/calls"))[0]["variables"][SESSION_ID]}


async def test_previews_are_offered_taken_and_left() -> None:
    async with desk() as (page, centre, _):
        await centre.begin("preview-campaign")
        for _ in range(60):
            await page.advance(1)
            if "8" in seen(page):
                break
        (offer,) = read(await get(page, "A/previews"))
        assert offer["campaignId"]
        assert read(await get(page, f"A/previews/{offer['id']}")) == offer
        assert (await put(page, f"A/previews/{offer['id']}/end")).status == 204
        assert "9" in seen(page)


async def test_callbacks_are_promised_and_called_off() -> None:
    async with desk() as (page, centre, _):
        await centre.act("log_on", agent="mia", state="ready")
        call = await centre.ring("bookings", number=CALLER)
        await centre.act("answer_call", agent="mia", call=call)
        due = 4_000_000_000_000
        assert (await post(page, "A/callbacks", {"dueDate": due, "comments": "the ferry"})).status == 201
        (found,) = read(await get(page, "A/callbacks"))
        assert (found["dueDate"], found["comments"], found["number"]) == (due, "the ferry", "+442079460101")
        dropped = await page.call(
            "DELETE", f"/appsvcs/rs/svc/agents/mia/callbacks/{found['id']}", headers={"host": "hub.example"}
        )
        assert dropped.status == 204
        assert [event for event in seen(page) if event in ("53", "55")] == ["53", "55"]


async def test_every_frame_has_what_clients_read_without_asking() -> None:
    async with desk() as (page, centre, _):
        await told(page, centre, "warm-transfer")
        for sent in page.sent:
            frame = msgspec.json.decode(sent.data)
            assert isinstance(frame["context"]["eventId"], str)
            assert set(frame) == {"context", "payLoad"}
        numbers = [item.context.message_id for item in frames(page) if item.context.message_id is not None]
        assert len(numbers) == len(set(numbers))
