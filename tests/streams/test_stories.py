"""Calls, as a page that was written for the library sees them; the switch behind is the simulator's."""

from __future__ import annotations

from itertools import pairwise

from cordboard.model.ids import agent_subject
from cordboard.protocols.simulator.commands import Done
from cordboard.protocols.simulator.console import act
from cordboard.protocols.streams import wire
from cordboard.testing.centre import ContactCentre
from tests.streams.page import CcpPage, endpoint

CALLER = "+44 20 7946 0101"


async def ready(centre: ContactCentre, agent: str = "mia") -> CcpPage:
    page = CcpPage(centre.hub, agent)
    await centre.hub.settled()
    await page.does("putAgentState", state=page.state("Available"))
    return page


async def talking(centre: ContactCentre) -> CcpPage:
    page = await ready(centre)
    await centre.ring("bookings", number=CALLER)
    await page.does("acceptContact", contactId=page.contact.contact_id)
    return page


async def consulting(centre: ContactCentre) -> tuple[CcpPage, CcpPage]:
    noor = await ready(centre, "noor")
    await noor.does("putAgentState", state=noor.state("Break"))
    mia = await talking(centre)
    endpoints = (await mia.does("getEndpoints", queueARNs=[], nextToken=None, maxResults=500))["endpoints"]
    colleague = next(item for item in endpoints if item["agentLogin"] == "noor")
    # The library drops the id on its way out.
    asked = {key: value for key, value in colleague.items() if key != "endpointId"}
    await mia.does("createAdditionalConnection", contactId=mia.contact.contact_id, endpoint=asked)
    await centre.advance(1)
    return mia, noor


async def test_a_call_is_taken_and_finished(contact_centre: ContactCentre) -> None:
    page = await ready(contact_centre)
    call = await contact_centre.ring("bookings", number=CALLER)
    contact = page.contact.contact_id
    assert page.document.snapshot.state.name == "PendingBusy"
    assert page.document.snapshot.agent_availability_state.state == "Available"
    assert page.parties() == {"agent": "connecting", "inbound": "connected"}
    await page.does("acceptContact", contactId=contact)
    assert (page.document.snapshot.state.name, page.document.snapshot.state.type) == ("Busy", "system")
    assert page.parties() == {"agent": "connected", "inbound": "connected"}
    await contact_centre.customer(call).hang_up()
    assert page.document.snapshot.state.name == "AfterCallWork"
    await page.does("clearContact", contactId=contact)
    assert page.states(contact) == ["connecting", "connected", "ended", "gone"]
    assert page.document.snapshot.state.name == "Available"
    attributes = page.documents[-3].snapshot.contacts[0].attributes or {}
    assert attributes["port"].value


async def test_a_contact_is_accepted_before_it_is_connected_on_every_page(
    contact_centre: ContactCentre,
) -> None:
    other = CcpPage(contact_centre.hub, "mia")
    page = await talking(contact_centre)
    for each in (page, other):
        kinds = [
            f.documents[0].snapshot.contacts[0].state.type
            if isinstance(f, wire.Agent) and f.documents[0].snapshot.contacts
            else type(f).__name__
            for f in each.frames
        ]
        assert kinds.count("Accepted") == 1
        assert kinds.index("connecting") < kinds.index("Accepted") < kinds.index("connected")
    answers = [i for i, f in enumerate(page.frames) if isinstance(f, wire.ApiAnswer)]
    connected = next(
        i
        for i, f in enumerate(page.frames)
        if isinstance(f, wire.Agent) and f.documents[0].snapshot.state.name == "Busy"
    )
    assert answers[-1] < connected, "the answer comes before what it led to"


async def test_a_contact_is_accepted_once_whatever_happens_to_it_later(contact_centre: ContactCentre) -> None:
    page = await talking(contact_centre)
    mine = page.connection("agent")
    await page.does("holdConnection", contactId=page.contact.contact_id, connectionId=mine)
    await page.does("resumeConnection", contactId=page.contact.contact_id, connectionId=mine)
    assert sum(isinstance(frame, wire.Accepted) for frame in page.frames) == 1


async def test_a_missed_call_is_shown_until_it_is_cleared(contact_centre: ContactCentre) -> None:
    page = await ready(contact_centre)
    await contact_centre.ring("bookings", number=CALLER)
    contact = page.contact.contact_id
    await contact_centre.advance(20)
    assert (page.document.snapshot.state.name, page.document.snapshot.state.type) == (
        "MissedCallAgent",
        "error",
    )
    assert page.contact.contact_id == contact
    late = CcpPage(contact_centre.hub, "mia")
    await contact_centre.hub.settled()
    assert late.contact.state.type == "missed"
    await page.does("clearContact", contactId=contact)
    # The caller still waits, and rings once more.
    assert page.states(contact)[:3] == ["connecting", "missed", "gone"]
    assert page.document.snapshot.state.name == "PendingBusy"


async def test_a_declined_call_is_missed_and_gone(contact_centre: ContactCentre) -> None:
    page = await ready(contact_centre)
    await contact_centre.ring("bookings", number=CALLER)
    contact = page.contact.contact_id
    await page.does("rejectContact", contactId=contact)
    assert page.states(contact) == ["connecting", "missed", "gone"]


async def test_a_caller_who_gives_up_was_missed(contact_centre: ContactCentre) -> None:
    page = await ready(contact_centre)
    call = await contact_centre.ring("bookings", number=CALLER)
    contact = page.contact.contact_id
    await contact_centre.customer(call).hang_up()
    assert page.states(contact)[:2] == ["connecting", "missed"]


async def test_a_number_is_dialled(contact_centre: ContactCentre) -> None:
    page = await ready(contact_centre)
    queue = page.document.configuration.routing_profile.default_outbound_queue.arn
    done = await page.does("createOutboundContact", endpoint=endpoint("+44 1632 960001"), queueARN=queue)
    contact = done["contactId"]
    assert page.contact.contact_id == contact
    assert page.document.snapshot.state.name == "CallingCustomer"
    assert [item.initial for item in page.contact.connections] == [False, True]
    await contact_centre.advance(10)
    assert page.parties() == {"agent": "connected", "outbound": "connected"}
    assert page.contact.initiation_method == "outbound"
    await page.does("destroyConnection", contactId=contact, connectionId=page.connection("agent"))
    await page.does("completeContact", contactId=contact)
    assert page.states(contact) == ["connecting", "connected", "ended", "gone"]


async def test_hold_shows_on_the_held_party(contact_centre: ContactCentre) -> None:
    page = await talking(contact_centre)
    contact = page.contact.contact_id
    await page.does("holdConnection", contactId=contact, connectionId=page.connection("inbound"))
    assert page.parties()["inbound"] == "hold"
    assert page.contact.state.type == "connected"
    await page.does("resumeConnection", contactId=contact, connectionId=page.connection("inbound"))
    assert page.parties() == {"agent": "connected", "inbound": "connected"}


async def test_consult_toggle_conference_and_drop(contact_centre: ContactCentre) -> None:
    mia, noor = await consulting(contact_centre)
    contact = mia.contact.contact_id
    assert mia.parties() == {"agent": "connected", "inbound": "hold", "third": "connecting"}
    await noor.does("acceptContact", contactId=noor.contact.contact_id)
    assert noor.parties()["inbound"] == "connected"
    assert mia.parties() == {"agent": "connected", "inbound": "hold", "third": "connected"}
    own = mia.connection("agent")
    for held, talks in (("third", "inbound"), ("inbound", "third")):
        await mia.does("toggleActiveConnections", contactId=contact, connectionId=own)
        assert mia.parties() == {"agent": "connected", held: "hold", talks: "connected"}
    await mia.does("conferenceConnections", contactId=contact)
    assert mia.parties() == {"agent": "connected", "inbound": "connected", "third": "connected"}
    await mia.does("holdConnection", contactId=contact, connectionId=mia.connection("third"))
    assert mia.parties() == {"agent": "connected", "inbound": "connected", "third": "hold"}
    await mia.does("toggleActiveConnections", contactId=contact, connectionId=None)
    assert mia.parties() == {"agent": "connected", "inbound": "hold", "third": "connected"}
    await mia.does("conferenceConnections", contactId=contact)
    await mia.does("destroyConnection", contactId=contact, connectionId=mia.connection("third"))
    assert mia.parties() == {"agent": "connected", "inbound": "connected", "third": "disconnected"}


async def test_the_held_customer_joins_in_when_resumed(contact_centre: ContactCentre) -> None:
    mia, noor = await consulting(contact_centre)
    await noor.does("acceptContact", contactId=noor.contact.contact_id)
    await mia.does(
        "resumeConnection", contactId=mia.contact.contact_id, connectionId=mia.connection("inbound")
    )
    assert mia.parties() == {"agent": "connected", "inbound": "connected", "third": "connected"}


async def test_a_warm_transfer_is_made_by_leaving(contact_centre: ContactCentre) -> None:
    mia, noor = await consulting(contact_centre)
    await noor.does("acceptContact", contactId=noor.contact.contact_id)
    contact = mia.contact.contact_id
    await mia.does("destroyConnection", contactId=contact, connectionId=mia.connection("agent"))
    assert mia.contact.state.type == "ended"
    assert noor.contact.state.type == "connected"
    parties = [
        party
        for segment in contact_centre.truth()["agents"]["noor"]["segments"]
        for call in segment["calls"]
        for party in call["parties"]
    ]
    assert {p["role"] for p in parties if p["state"] == "connected"} == {"customer", "agent"}
    assert noor.contact.initial_contact_id == contact


async def test_a_third_party_is_let_go_and_the_customer_taken_back(contact_centre: ContactCentre) -> None:
    mia, noor = await consulting(contact_centre)
    await noor.does("acceptContact", contactId=noor.contact.contact_id)
    contact = mia.contact.contact_id
    await mia.does("destroyConnection", contactId=contact, connectionId=mia.connection("third"))
    assert mia.parties()["inbound"] == "hold"
    await mia.does("resumeConnection", contactId=contact, connectionId=mia.connection("inbound"))
    assert mia.parties()["inbound"] == "connected"


async def test_a_state_can_be_enqueued_and_not_set(contact_centre: ContactCentre) -> None:
    page = await talking(contact_centre)
    refused = await page.fails("putAgentState", state=page.state("Lunch"))
    assert (refused["type"], refused["statusCode"]) == ("InvalidStateException", 400)
    await page.does("putAgentState", state=page.state("Lunch"), enqueueNextState=True)
    later = page.document.snapshot.next_state
    assert later is not None
    assert later.name == "Lunch"
    contact = page.contact.contact_id
    await page.does("destroyConnection", contactId=contact, connectionId=page.connection("agent"))
    await page.does("clearContact", contactId=contact)
    assert page.document.snapshot.next_state is None
    assert (page.document.snapshot.state.name, page.document.snapshot.state.type) == ("Lunch", "not_routable")


async def test_in_after_call_work_a_state_ends_it_as_in_1x(contact_centre: ContactCentre) -> None:
    page = await talking(contact_centre)
    contact = page.contact.contact_id
    await page.does("destroyContact", contactId=contact)
    assert page.document.snapshot.state.name == "AfterCallWork"
    asked = {key: value for key, value in page.state("Available").items() if key != "agentStateARN"}
    await page.does("putAgentState", state=asked)
    assert page.document.snapshot.contacts == ()
    assert page.document.snapshot.state.name == "Available"


async def test_muting_is_told_to_all_pages_when_it_has_taken_effect(contact_centre: ContactCentre) -> None:
    page = await talking(contact_centre)
    other = CcpPage(contact_centre.hub, "mia")
    page.say(wire.Mute(mute=True))
    await contact_centre.hub.settled()
    assert page.events[-1] == other.events[-1] == ("agent::mute_toggle", {"muted": True})
    assert page.contact.connections[0].mute
    other.say(wire.Mute())
    assert other.events[-1] == ("agent::mute_toggle", {"muted": True})
    assert len([e for e in page.events if e[1] == {"muted": True}]) == 1


async def test_quick_connects_come_in_pages(contact_centre: ContactCentre) -> None:
    page = await ready(contact_centre)
    found, token, asked = [], None, 0
    while asked == 0 or token:
        asked += 1
        answer = await page.does("getEndpoints", queueARNs=["any"], nextToken=token, maxResults=5)
        found += answer["endpoints"]
        token = answer["nextToken"]
    assert asked > 2
    assert {item["type"] for item in found} == {"agent", "queue", "phone_number"}
    assert len({item["endpointARN"] for item in found}) == len(found)


async def test_digits_notes_and_what_nobody_offers(contact_centre: ContactCentre) -> None:
    page = await talking(contact_centre)
    contact = page.contact.contact_id
    await page.does("sendDigits", contactId=contact, connectionId=page.connection("inbound"), digits="12#ab")
    assert any(
        record.kind == "digits" and record.data["digits"] == "12#AB"
        for record in contact_centre.floor.switch.journal.after(0)
    )
    await page.does("notifyContactIssue", contactId=contact, issueCode="ECHO", description="hears themselves")
    state = contact_centre.hub.states[agent_subject("mia")]
    assert [item.notes for item in state.contacts.values()] == ["[ECHO] hears themselves"]
    assert (await page.fails("pauseContact", contactId=contact))["message"].startswith("wrong-state")
    assert (await page.fails("holdConnection", contactId=contact, connectionId="nobody"))["statusCode"] == 400
    assert (await page.fails("acceptContact", contactId="nobody"))["type"] == "InvalidStateException"
    bad = await page.fails("addNewConnection", contactId=contact, endpoint=endpoint("nonsense"))
    assert bad["type"] == "BadEndpointException"


async def test_a_page_that_comes_late_sees_the_call(contact_centre: ContactCentre) -> None:
    page = await talking(contact_centre)
    late = CcpPage(contact_centre.hub, "mia")
    await contact_centre.hub.settled()
    assert late.contact.contact_id == page.contact.contact_id
    assert late.parties() == page.parties()
    assert len(late.documents) == 1


async def test_nothing_is_pushed_that_brings_nothing_new(contact_centre: ContactCentre) -> None:
    page = await talking(contact_centre)
    await page.does("notifyContactIssue", contactId=page.contact.contact_id, issueCode="X", description="y")
    await page.does("sendDigits", contactId=page.contact.contact_id, connectionId="", digits="1")
    told = [
        (item.snapshot.contacts, item.snapshot.state, item.snapshot.next_state, item.configuration)
        for item in page.documents
    ]
    assert all(one != other for one, other in pairwise(told))


async def test_contacts_end_when_the_link_comes_back_without_them(contact_centre: ContactCentre) -> None:
    page = await talking(contact_centre)
    contact = page.contact.contact_id
    await contact_centre.fault(drop=2000)
    switch = contact_centre.floor.switch
    call = contact_centre.truth()["agents"]["mia"]["segments"][0]["calls"][0]["id"]
    assert isinstance(act(switch, "clear_connection", {"agent": "mia", "call": call}), Done)
    assert isinstance(act(switch, "complete_wrap_up", {"agent": "mia"}), Done)
    assert page.states(contact) == ["connecting", "connected"]
    await contact_centre.advance(10)
    assert page.states(contact) == ["connecting", "connected", "ended", "gone"]
