"""Each command that the link declares, done on the real switch through the hub; and what the switch's refusals are called."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cordboard.model import commands as c
from cordboard.model.entities import (
    AttachedData,
    Availability,
    CallKind,
    Contact,
    Medium,
    Phase,
    Role,
    SuperviseAction,
    Target,
    TargetKind,
)
from cordboard.model.errors import ERRORS
from cordboard.model.ids import (
    AgentId,
    CommandId,
    ConnectionId,
    ContactId,
    QueueId,
    Subject,
    agent_subject,
    queue_subject,
)
from cordboard.model.rules import SWITCH_SERVICES
from cordboard.protocols.simulator.commands import REFUSALS
from cordboard.protocols.simulator.orders import CODES, SERVICES, carry_out
from tests.simulator.likeness import Plain
from tests.simulator.world import World, world

NOOR = Target(kind=TargetKind.AGENT, id="noor")
PORT = Target(kind=TargetKind.NUMBER, number="+441632960001")


@asynccontextmanager
async def talking() -> AsyncIterator[World]:
    """Mia talks with Ada Whitlow, Noor is logged on."""
    async with world() as made:
        await made.do("mia", c.SetAgentState(state=Availability.READY))
        await made.do("noor", c.SetAgentState(state=Availability.NOT_READY, reason="paperwork"))
        await made.act("ring", number="+44 20 7946 0101", to="8001")
        await done(made, "mia", c.AnswerCall(contact=made.newest("mia")))
        yield made


@pytest.fixture
async def at() -> AsyncIterator[World]:
    async with talking() as made:
        yield made


async def done(at: World, agent: str, service: c.Service) -> Plain:
    """The command is done; what is so on the switch then, which is what the hub shows."""
    outcome = await at.do(agent, service)
    assert isinstance(outcome, c.Done), outcome
    assert at.shown() == at.truth()
    truth: Plain = at.truth()["agents"]
    return truth


async def refused(at: World, agent: str, service: c.Service) -> str:
    """The command is refused, and nothing has happened; its code."""
    before = at.switch.journal.last
    outcome = await at.do(agent, service)
    assert isinstance(outcome, c.Refused), outcome
    assert at.switch.journal.last == before
    return outcome.code


def lines(agents: Plain, agent: str) -> dict[str, dict[str, str]]:
    """By kind of call: who is in it, and how."""
    (contact,) = agents[agent]["contacts"].values()
    return {
        call["kind"]: {item["id"] or item["number"]: item["state"] for item in call["connections"].values()}
        for call in contact["calls"].values()
        if not call["ended"]
    }


ADA = "+442079460101"
BEN = "+442079460102"


def party(contact: Contact, who: str) -> ConnectionId:
    """The live connection of an agent (by id) or an outside party (by number)."""
    (found,) = [
        item.id
        for call in contact.calls
        for item in call.connections
        if item.state.value != "null" and who in (item.participant.id, item.participant.number)
    ]
    return found


async def consult(at: World, data: AttachedData | None = None) -> ContactId:
    contact = at.newest("mia")
    await done(at, "mia", c.ConsultationCall(contact=contact, target=NOOR, data=data))
    await at.clock.advance(600)
    await done(at, "noor", c.AnswerCall(contact=at.newest("noor")))
    return contact


async def test_hold_and_retrieve(at: World) -> None:
    contact = at.newest("mia")
    assert lines(await done(at, "mia", c.HoldCall(contact=contact)), "mia") == {
        "main": {ADA: "connected", "mia": "hold"}
    }
    assert lines(await done(at, "mia", c.RetrieveCall(contact=contact)), "mia") == {
        "main": {ADA: "connected", "mia": "connected"}
    }
    assert await refused(at, "mia", c.RetrieveCall(contact=contact)) == "wrong-state"


async def test_park_and_what_becomes_of_it(at: World) -> None:
    contact = at.newest("mia")
    agents = await done(at, "mia", c.ParkCall(contact=contact))
    assert agents["mia"]["state"] == "ready"
    assert lines(agents, "mia") == {"main": {ADA: "connected", "mia": "hold"}}
    for asked in (c.ParkCall, c.HoldCall, c.AlternateCall, c.ReconnectCall, c.StartRecording):
        assert await refused(at, "mia", asked(contact=contact)) == "wrong-state"
    assert await refused(at, "mia", c.ConsultationCall(contact=contact, target=NOOR)) == "wrong-state"
    agents = await done(at, "mia", c.RetrieveCall(contact=contact))
    assert agents["mia"]["state"] == "busy"
    await done(at, "mia", c.HoldCall(contact=contact))
    await done(at, "mia", c.ParkCall(contact=contact))
    assert not at.flags()


async def test_nobody_logs_off_with_a_parked_call(at: World) -> None:
    contact = at.newest("mia")
    await done(at, "mia", c.ParkCall(contact=contact))
    off = c.SetAgentState(state=Availability.NULL, reason="end-of-shift")
    agents = await done(at, "mia", off)
    assert (agents["mia"]["state"], agents["mia"]["pending"]) == ("not_ready", ["null", "end-of-shift"])
    agents = await done(at, "mia", c.SetAgentState(state=Availability.READY))
    assert (agents["mia"]["state"], agents["mia"]["pending"]) == ("ready", None)
    await done(at, "mia", off)
    agents = await done(at, "mia", c.ClearConnection(contact=contact))
    assert agents["mia"]["state"] == "working_after_call"
    agents = await done(at, "mia", c.CompleteContact(contact=contact))
    assert agents["mia"]["state"] == "null"


async def test_the_log_off_that_was_asked_for_in_a_call_waits_for_parked_ones_too(at: World) -> None:
    first = at.newest("mia")
    await done(at, "mia", c.ParkCall(contact=first))
    second = await a_second(at)
    await done(at, "mia", c.SetAgentState(state=Availability.NULL, reason="end-of-shift"))
    await done(at, "mia", c.ClearConnection(contact=second))
    agents = await done(at, "mia", c.CompleteContact(contact=second))
    assert (agents["mia"]["state"], agents["mia"]["pending"]) == ("not_ready", ["null", "end-of-shift"])
    await done(at, "mia", c.ClearConnection(contact=first))
    agents = await done(at, "mia", c.CompleteContact(contact=first))
    assert agents["mia"]["state"] == "null"


async def a_second(at: World) -> ContactId:
    """Somebody else calls, and mia answers."""
    await at.act("ring", number=BEN, to="8001")
    await at.clock.advance(600)
    contact = at.newest("mia")
    await done(at, "mia", c.AnswerCall(contact=contact))
    return contact


async def test_a_parked_call_joins_the_active_one(at: World) -> None:
    first = at.newest("mia")
    await done(at, "mia", c.ParkCall(contact=first))
    second = await a_second(at)
    agents = await done(at, "mia", c.ConferenceCall(contact=second, other=first))
    assert lines(agents, "mia") == {"main": {ADA: "connected", BEN: "connected", "mia": "connected"}}
    assert list(agents["mia"]["contacts"]) == [second]
    assert not at.flags()


@pytest.mark.parametrize("parks", [1, 2])
async def test_two_who_wait_are_joined_without_the_agent(at: World, parks: int) -> None:
    first = at.newest("mia")
    await done(at, "mia", c.ParkCall(contact=first))
    second = await a_second(at)
    if parks > 1:
        await done(at, "mia", c.ParkCall(contact=second))
        conference = c.ConferenceCall(contact=second, other=first)
        assert await refused(at, "mia", conference) == "wrong-state"
    agents = await done(at, "mia", c.TransferCall(contact=first, other=second))
    assert {key: item["phase"] for key, item in agents["mia"]["contacts"].items()} == {first: "wrap_up"}
    assert agents["mia"]["contacts"][first]["ended_by"] == "transferred"
    talking = [call for call in at.switch.picture.calls.values() if call.ended is None]
    assert [{p.number for p in at.switch.picture.live_in(call.id)} for call in talking] == [{ADA, BEN}]
    assert not at.flags()


async def test_a_held_call_is_joined_with_an_active_one_of_another_matter(at: World) -> None:
    first = at.newest("mia")
    await at.act("ring", number=BEN, to="2001")
    await at.clock.advance(600)
    second = at.newest("mia")
    await done(at, "mia", c.AnswerCall(contact=second))
    agents = await done(at, "mia", c.ConferenceCall(contact=first, other=second))
    assert lines(agents, "mia") == {"main": {ADA: "connected", BEN: "connected", "mia": "connected"}}


async def test_a_colleague_comes_along_with_their_matter(at: World) -> None:
    first = at.newest("mia")
    await done(at, "mia", c.ParkCall(contact=first))
    await done(at, "mia", c.MakeCall(target=NOOR))
    await at.clock.advance(600)
    await done(at, "noor", c.AnswerCall(contact=at.newest("noor")))
    theirs = at.newest("noor")
    agents = await done(at, "mia", c.TransferCall(contact=first, other=at.newest("mia")))
    assert lines(agents, "noor")["main"] == {ADA: "connected", "noor": "connected"}
    thread = at.hub.states[Subject("agent/mia")].contacts[first].thread
    noor = at.hub.states[Subject("agent/noor")].contacts[theirs]
    assert (noor.thread, len(noor.thread_aliases)) == (thread, 1)
    assert not at.flags()


async def test_who_comes_along_has_the_customer_of_the_matter_that_goes_on(at: World) -> None:
    first = at.newest("mia")
    await done(at, "mia", c.SingleStepConferenceCall(contact=first, target=NOOR))
    await at.clock.advance(600)
    await done(at, "noor", c.AnswerCall(contact=at.newest("noor")))
    theirs = at.newest("noor")
    await done(at, "mia", c.ParkCall(contact=first))
    second = await a_second(at)
    agents = await done(at, "mia", c.TransferCall(contact=second, other=first))
    assert agents["noor"]["contacts"][theirs]["customer"] == BEN
    await at.fault(drop=1000)
    await at.clock.advance(5000)
    assert at.shown() == at.truth()
    assert not at.flags()


async def test_who_dials_for_a_campaign_puts_on_hold_what_was_taken_back_meanwhile(at: World) -> None:
    first = at.newest("mia")
    await done(at, "mia", c.ParkCall(contact=first))
    await at.act("offer_entry", campaign="winter", agent="mia")
    await at.clock.advance(600)
    offered = at.newest("mia")
    await done(at, "mia", c.RetrieveCall(contact=first))
    agents = await done(at, "mia", c.AnswerCall(contact=offered))
    (call,) = agents["mia"]["contacts"][first]["calls"].values()
    assert {item["state"] for item in call["connections"].values() if item["id"] == "mia"} == {"hold"}


async def test_nobody_takes_a_call_back_while_a_campaign_dials_for_them(at: World) -> None:
    first = at.newest("mia")
    await done(at, "mia", c.ParkCall(contact=first))
    await at.act("start_campaign", campaign="arrears")
    await at.clock.advance(1000)
    assert at.truth()["agents"]["mia"]["state"] == "busy"
    assert await refused(at, "mia", c.RetrieveCall(contact=first)) == "wrong-state"


async def test_clear_disposition_and_complete(at: World) -> None:
    contact = at.newest("mia")
    agents = await done(at, "mia", c.ClearConnection(contact=contact))
    assert agents["mia"]["contacts"][contact]["phase"] == "wrap_up"
    agents = await done(at, "mia", c.SetDisposition(contact=contact, disposition="booked"))
    assert agents["mia"]["contacts"][contact]["disposition"] == "booked"
    agents = await done(at, "mia", c.CompleteContact(contact=contact))
    assert agents["mia"]["contacts"] == {}
    assert agents["mia"]["state"] == "ready"
    assert await refused(at, "mia", c.CompleteContact(contact=contact)) == "unknown-contact"


async def test_the_limit_of_wrap_up_is_told(at: World) -> None:
    await done(at, "mia", c.ClearConnection(contact=at.newest("mia")))
    assert at.contact("mia").wrap_up_limit == 60
    await at.clock.advance(20_000)
    await at.fault(drop=1000)
    await at.clock.advance(5000)
    assert 30 < at.contact("mia").wrap_up_limit < 40


async def test_decline_and_deflect(at: World) -> None:
    await done(at, "noor", c.SetAgentState(state=Availability.READY))
    await at.act("ring", number="+44 20 7946 0102", to="8001")
    agents = await done(at, "noor", c.DeflectCall(contact=at.newest("noor")))
    assert agents["noor"]["contacts"] == {}
    assert len(at.truth()["queues"]["bookings"]) == 1
    await at.act("ring", number="+44 20 7946 0103", to="8002")
    agents = await done(at, "noor", c.DeflectCall(contact=at.newest("noor"), target=PORT))
    assert agents["noor"]["contacts"] == {}
    declined = at.hub.states[Subject("agent/noor")].recent
    assert [item.ended_by.value for item in declined if item.ended_by] == ["declined", "declined"]


async def test_consult_alternate_and_reconnect(at: World) -> None:
    contact = await consult(at)
    both = {"main": {ADA: "connected", "mia": "hold"}, "consult": {"mia": "connected", "noor": "connected"}}
    assert lines(at.truth()["agents"], "mia") == both
    agents = await done(at, "mia", c.AlternateCall(contact=contact))
    assert lines(agents, "mia")["main"] == {ADA: "connected", "mia": "connected"}
    main, aside = (call.id for call in at.contact("mia").calls)
    assert lines(await done(at, "mia", c.AlternateCall(contact=contact, call=main)), "mia") == both
    agents = await done(at, "mia", c.AlternateCall(contact=contact, call=main))
    assert lines(agents, "mia")["consult"]["mia"] == "hold"
    assert lines(await done(at, "mia", c.AlternateCall(contact=contact, call=aside)), "mia") == both
    agents = await done(at, "mia", c.ReconnectCall(contact=contact))
    assert lines(agents, "mia") == {"main": {ADA: "connected", "mia": "connected"}}
    assert agents["noor"]["contacts"] == {}


async def test_without_a_call_the_active_one_is_meant(at: World) -> None:
    contact = await consult(at)
    agents = await done(at, "mia", c.ClearConnection(contact=contact))
    assert lines(agents, "mia") == {"main": {ADA: "connected", "mia": "hold"}}


async def test_warm_transfer(at: World) -> None:
    contact = await consult(at)
    elsewhere = c.TransferCall(contact=contact, other=ContactId("x"))
    assert await refused(at, "mia", elsewhere) == "unknown-contact"
    assert at.contact("noor").transferred_by is None
    agents = await done(at, "mia", c.TransferCall(contact=contact))
    assert lines(agents, "noor") == {"main": {ADA: "connected", "noor": "connected"}}
    by = at.contact("noor").transferred_by
    assert by is not None
    assert (by.id, by.name) == ("mia", "Mia Thorne")
    assert agents["mia"]["contacts"][contact]["ended_by"] == "transferred"


async def test_conference_and_parties_held_and_dropped(at: World) -> None:
    contact = await consult(at)
    agents = await done(at, "mia", c.ConferenceCall(contact=contact))
    three = {ADA: "connected", "mia": "connected", "noor": "connected"}
    assert lines(agents, "noor") == lines(agents, "mia") == {"main": three}
    ada, noor = party(at.contact("mia"), ADA), party(at.contact("mia"), "noor")
    agents = await done(at, "mia", c.HoldCall(contact=contact, connection=ada))
    assert lines(agents, "noor") == {"main": three | {ADA: "hold"}}
    agents = await done(at, "mia", c.RetrieveCall(contact=contact, connection=ada))
    assert lines(agents, "noor") == {"main": three}
    agents = await done(at, "mia", c.ClearConnection(contact=contact, connection=noor))
    assert lines(agents, "mia") == {"main": {ADA: "connected", "mia": "connected"}}
    assert (
        await refused(at, "mia", c.ClearConnection(contact=contact, connection=noor)) == "unknown-connection"
    )


async def test_blind_transfer_and_adding_at_once(at: World) -> None:
    contact = at.newest("mia")
    agents = await done(at, "mia", c.SingleStepConferenceCall(contact=contact, target=PORT))
    assert lines(agents, "mia")["main"][PORT.number] == "alerting"
    await at.clock.advance(3000)
    agents = await done(at, "mia", c.SingleStepTransferCall(contact=contact, target=NOOR))
    assert lines(agents, "noor")["main"] == {
        ADA: "connected", PORT.number: "connected", "noor": "alerting"
    }  # fmt: skip
    told = at.contact("noor")
    assert told.previous == told.origin == contact
    assert told.transferred_by is not None
    assert (told.transferred_by.id, told.calls[0].initiation) == ("mia", "transfer")


async def test_digits_mute_data_and_recording(at: World) -> None:
    contact = at.newest("mia")
    await done(at, "mia", c.GenerateDigits(contact=contact, digits="12#"))
    await done(at, "mia", c.SetMicrophoneMute(contact=contact, mute=True))
    data = AttachedData(peripheral={"tier": "", "seat": "7A"}, named={"order": "12"})
    await done(at, "mia", c.AssociateData(contact=contact, data=data, wrap_up_reason="change"))
    agents = await done(at, "mia", c.StartRecording(contact=contact))
    (call,) = agents["mia"]["contacts"][contact]["calls"].values()
    assert call["data"] == {"customer": "NQ-1000", "port": "Northquay", "seat": "7A", "order": "12"}
    assert (call["recording"], call["wrap_up_reason"]) == ("recording", "change")
    assert [item["muted"] for item in call["connections"].values()] == [False, True]
    for service, so in (
        (c.StopRecording(contact=contact, pause=True), "paused"),
        (c.StartRecording(contact=contact), "recording"),
        (c.StopRecording(contact=contact), ""),
    ):
        agents = await done(at, "mia", service)
        (call,) = agents["mia"]["contacts"][contact]["calls"].values()
        assert call["recording"] == so
    assert await refused(at, "mia", c.StopRecording(contact=contact, pause=True)) == "wrong-state"
    ada = party(at.contact("mia"), ADA)
    muting = c.SetMicrophoneMute(contact=contact, mute=True, connection=ada)
    assert await refused(at, "mia", muting) == "impossible-here"


async def test_a_refused_command_leaves_nothing_half_done(at: World) -> None:
    contact = at.newest("mia")
    data = AttachedData(peripheral={"seat": "7A"})
    service = c.AssociateData(contact=contact, data=data, wrap_up_reason="no such reason")
    assert await refused(at, "mia", service) == "unknown-reason"


async def test_data_of_a_consult_is_on_its_call(at: World) -> None:
    contact = await consult(at, AttachedData(named={"question": "a refund?"}))
    calls = at.truth()["agents"]["noor"]["contacts"][at.newest("noor")]["calls"]
    assert [call["data"]["question"] for call in calls.values()] == ["a refund?"]
    await done(at, "mia", c.TransferCall(contact=contact))
    assert at.contact("noor").calls[-1].data.peripheral["question"] == "a refund?"


async def test_make_call_and_the_states_of_an_agent(at: World) -> None:
    agents = await done(at, "noor", c.MakeCall(target=PORT, data=AttachedData(peripheral={"why": "tide"})))
    assert agents["noor"]["state"] == "busy"
    (contact,) = agents["noor"]["contacts"].values()
    (call,) = contact["calls"].values()
    assert (contact["phase"], call["data"], call["called"]) == ("dialling", {"why": "tide"}, PORT.number)
    agents = await done(at, "noor", c.SetAgentState(state=Availability.READY))
    assert agents["noor"]["pending"] == ["ready", None]
    await done(at, "noor", c.ClearConnection(contact=at.newest("noor")))
    assert at.truth()["agents"]["noor"]["state"] == "ready"
    agents = await done(at, "noor", c.SetAgentState(state=Availability.NULL, reason="end-of-shift"))
    assert (agents["noor"]["state"], agents["noor"]["reason"]) == ("null", "end-of-shift")
    agents = await done(at, "noor", c.SetAgentState(state=Availability.READY, medium=Medium.CHAT))
    assert (agents["noor"]["state"], agents["noor"]["media"]["chat"]["state"]) == ("null", "ready")
    chats = c.SetAgentState(state=Availability.READY, medium=Medium.CHAT)
    assert await refused(at, "remy", chats) == "wrong-state"
    after = c.SetAgentState(state=Availability.WORKING_AFTER_CALL)
    assert await refused(at, "mia", after) == "impossible-here"


async def test_supervision(at: World) -> None:
    for agent in ("ruth", "sana"):
        await at.do(agent, c.SetAgentState(state=Availability.NOT_READY, reason="paperwork"))
    await done(at, "ruth", c.SuperviseAgent(agent=AgentId("sana"), state=Availability.READY))
    await at.act("ring", number="+44 20 7946 0103", to="2006")
    contact = at.newest("sana")
    await done(at, "sana", c.AnswerCall(contact=contact))
    for action in (SuperviseAction.LISTEN, SuperviseAction.WHISPER, SuperviseAction.BARGE):
        await done(at, "ruth", c.Supervise(agent=AgentId("sana"), contact=contact, action=action))
    away = c.SuperviseAgent(agent=AgentId("sana"), state=Availability.NULL, reason="end-of-shift")
    agents = await done(at, "ruth", away)
    assert agents["sana"]["pending"] == ["null", "end-of-shift"]
    taking = c.Supervise(agent=AgentId("sana"), contact=contact, action=SuperviseAction.TAKE_OVER)
    agents = await done(at, "ruth", taking)
    assert agents["sana"]["contacts"][contact]["ended_by"] == "transferred"
    assert lines(agents, "ruth") == {"main": {"+442079460103": "connected", "ruth": "connected"}}
    mine = at.contact("ruth")
    assert (mine.previous, mine.transferred_by and mine.transferred_by.id) == (contact, "sana")
    others = at.newest("mia")
    listening = c.Supervise(agent=AgentId("mia"), contact=others, action=SuperviseAction.LISTEN)
    assert await refused(at, "ruth", listening) == "no-free-line"
    assert await refused(at, "noor", listening) == "not-allowed"


async def test_a_chat_from_ready_to_wrap_up(at: World) -> None:
    await done(at, "noor", c.SetAgentState(state=Availability.READY, medium=Medium.CHAT))
    await at.act("start_chat", number="+44 20 7946 0105", to="8101", dialogue="where-is-my-ferry")
    contact = at.newest("noor")
    assert at.contact("noor").medium is Medium.CHAT
    await done(at, "noor", c.AnswerCall(contact=contact))
    await done(at, "noor", c.SendMessage(contact=contact, text="It is late, I am sorry."))
    await at.clock.advance(4000)
    state = at.hub.states[agent_subject("noor")]
    said = list(state.utterances[contact].values())
    assert [(item.role, item.author) for item in said] == [
        (Role.CUSTOMER, None),
        (Role.AGENT, "noor"),
        (Role.CUSTOMER, None),
    ]
    assert said[-1].text.startswith("No worries")
    assert [item.title for item in state.suggestions[contact].values()] == ["Delays today"]
    await done(at, "noor", c.PauseContact(contact=contact))
    assert await refused(at, "noor", c.SendMessage(contact=contact, text="Hm")) == "wrong-state"
    await done(at, "noor", c.ResumeContact(contact=contact))
    agents = await done(at, "noor", c.ClearConnection(contact=contact))
    assert agents["noor"]["contacts"][contact]["phase"] == "wrap_up"
    await done(at, "noor", c.CompleteContact(contact=contact))
    assert not at.flags()


async def test_each_declared_service_is_done_in_one_of_the_above() -> None:
    stories = (
        test_hold_and_retrieve,
        test_park_and_what_becomes_of_it,
        test_clear_disposition_and_complete,
        test_decline_and_deflect,
        test_consult_alternate_and_reconnect,
        test_warm_transfer,
        test_conference_and_parties_held_and_dropped,
        test_blind_transfer_and_adding_at_once,
        test_digits_mute_data_and_recording,
        test_make_call_and_the_states_of_an_agent,
        test_supervision,
        test_a_chat_from_ready_to_wrap_up,
        test_a_preview_and_a_promise,
    )
    done_there: set[str] = set()
    for story in stories:
        async with talking() as made:
            await story(made)
            for state in made.hub.states.values():
                done_there |= {
                    item.service for item in state.commands.values() if isinstance(item.outcome, c.Done)
                }
    assert done_there == SERVICES


async def test_a_preview_and_a_promise(at: World) -> None:
    await done(at, "noor", c.SetAgentState(state=Availability.READY))
    await at.act("offer_entry", campaign="winter", agent="noor")
    contact = at.newest("noor")
    shown = at.contact("noor")
    assert (shown.campaign_name, shown.campaign_mode) == ("Winter timetable", "preview")
    assert shown.list_record is not None
    assert (shown.list_record.attempt, shown.list_record.fields["offer"]) == (1, "Winter pass")
    assert shown.customer is not None
    assert shown.customer.name == "Uma Castell"
    assert [call.kind for call in shown.calls] == [CallKind.RESERVATION]
    dialled = await at.do("noor", c.AnswerCall(contact=contact))
    assert isinstance(dialled, c.Done)
    assert at.contact("noor").phase is Phase.DIALLING
    await at.clock.advance(1000)
    await at.act("customer_answer", call=dialled.data["call"])
    assert at.contact("noor").phase is Phase.ACTIVE
    assert at.shown() == at.truth()
    due = at.clock.now() + 60_000
    await done(at, "noor", c.ScheduleCallback(contact=contact, due=due, text="the pass"))
    (promise,) = at.hub.states[agent_subject("noor")].callbacks.values()
    assert (promise.number, promise.due, promise.text) == ("+442079460121", due, "the pass")
    queued = await at.do("noor", c.ScheduleCallback(contact=contact, due=due, queue=QueueId("bookings")))
    assert isinstance(queued, c.Done)
    assert list(at.hub.states[queue_subject("bookings")].callbacks) == [queued.data["callback"]]
    await done(at, "noor", c.CancelCallback(callback=queued.data["callback"]))
    assert at.hub.states[queue_subject("bookings")].callbacks == {}
    await done(at, "noor", c.ClearConnection(contact=contact))
    await done(at, "noor", c.CompleteContact(contact=contact))
    await at.clock.advance(60_000)
    kept = at.contact("noor")
    assert (kept.phase, kept.callback, kept.text) == (Phase.OFFERED, promise.id, "the pass")
    assert kept.calls[0].initiation == "callback"
    assert at.hub.states[agent_subject("noor")].callbacks == {}
    assert at.shown() == at.truth()
    assert not at.flags()


async def test_what_is_not_the_switchs_is_refused_by_the_link_too(at: World) -> None:
    assert SERVICES == SWITCH_SERVICES
    noted = c.TakeNote(contact=at.newest("mia"), text="tall")
    command = c.Command(id=CommandId("x"), subject=Subject("agent/mia"), service=noted)
    outcome = carry_out(at.switch, command, at.switch.now)
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "impossible-here"


@pytest.mark.parametrize(
    ("service", "code"),
    [
        (c.AnswerCall(contact=ContactId("nobody")), "unknown-contact"),
        (c.HoldCall(contact=ContactId("nobody"), connection=ConnectionId("x")), "unknown-connection"),
        (c.MakeCall(target=Target(kind=TargetKind.AGENT, id="nobody")), "unknown-target"),
        (c.MakeCall(target=Target(kind=TargetKind.NUMBER, number="12")), "unknown-target"),
        (c.SetDisposition(contact=ContactId("nobody"), disposition="booked"), "unknown-contact"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
async def test_what_the_switch_does_not_know_is_told(at: World, service: c.Service, code: str) -> None:
    """Straight to the link: the hub would have refused most of it by its own rules."""
    command = c.Command(id=CommandId("x"), subject=Subject("agent/noor"), service=service)
    outcome = carry_out(at.switch, command, at.switch.now)
    assert isinstance(outcome, c.Refused)
    assert outcome.code == code


async def test_an_agent_whom_nobody_knows(at: World) -> None:
    command = c.Command(
        id=CommandId("x"),
        subject=Subject("agent/nobody"),
        service=c.SetAgentState(state=Availability.READY),
    )
    assert carry_out(at.switch, command, at.switch.now) == c.Refused(
        code="unknown-agent", message="there is no such agent: nobody"
    )


def test_every_refusal_has_a_code_of_ours() -> None:
    assert set(CODES) == set(REFUSALS)
    assert set(CODES.values()) <= set(ERRORS)
