"""The link follows calls that are parked at Five9, parks them, and joins them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cordboard.model import commands as c, events as e
from cordboard.model.calls import own_connection
from cordboard.model.entities import Availability, Contact, Medium, Phase
from cordboard.model.state import voice_state
from cordboard.testing.page import AgentPage
from cordboard.testing.rig import LinkRig, likeness
from cordboard.testing.vendor import ADDRESS
from tests.five9.link_rig import AGENT, LINKS, SUBJECT, double, plugged

pytestmark = pytest.mark.asyncio

ADA, BEN = "+44 20 7946 0101", "+44 20 7946 0102"


@asynccontextmanager
async def desk() -> AsyncIterator[tuple[LinkRig, AgentPage]]:
    """The linked agent at a page, ready at the vendor."""
    async with plugged(double(), {**LINKS, "url": ADDRESS}) as rig:
        await rig.vendor.act("log_on", agent=AGENT, state="ready")
        yield rig, rig.page(AGENT)
        rig.tap.breaches.none()


async def taken(rig: LinkRig, page: AgentPage, number: str) -> Contact:
    """Somebody calls, and the agent answers."""
    known = {contact.id for contact in page.contacts}
    await rig.vendor.act("ring", to="8001", number=number)
    await rig.advance(2)
    (contact,) = (item for item in page.contacts if item.id not in known)
    assert isinstance(await page.do(c.AnswerCall(contact=contact.id)), c.Done)
    await rig.advance(1)
    return contact


def parked(page: AgentPage) -> list[bool]:
    """Of each contact, oldest first."""
    found = [own_connection(item.calls[0], item.agent) for item in page.contacts]
    return [item is not None and item.parked for item in found]


def agent(rig: LinkRig) -> Availability:
    """The agent's state, as the link tells it."""
    state = rig.hub.state(SUBJECT)
    voice = voice_state(state) if state is not None else None
    assert voice is not None
    return voice.state


def same(rig: LinkRig) -> None:
    """What the link tells is what is so."""
    here = rig.hub.state(SUBJECT)
    assert here is not None
    media = (Medium.VOICE,)
    assert likeness(here, media) == likeness(rig.vendor.truth()[SUBJECT], media)


def call_of(rig: LinkRig) -> str:
    """The vendor's id of the agent's only call."""
    (contact,) = rig.vendor.truth()[SUBJECT].contacts.values()
    return str(contact.calls[0].id)


async def test_a_parked_call_is_followed_and_leaves_the_agent_free() -> None:
    async with desk() as (rig, page):
        await taken(rig, page, ADA)
        await rig.vendor.act("park_call", agent=AGENT, call=call_of(rig))
        await rig.advance(1)
        assert (parked(page), agent(rig)) == ([True], Availability.READY)
        told = [item.event for item in await rig.hub.entries(SUBJECT, 0, 10_000)]
        assert sum(isinstance(event, e.Held) for event in told) == 1
        same(rig)
        await taken(rig, page, BEN)
        assert (parked(page), agent(rig)) == ([True, False], Availability.BUSY)
        same(rig)


async def test_what_is_parked_is_so_after_a_lost_wire() -> None:
    async with desk() as (rig, page):
        contact = await taken(rig, page, ADA)
        assert isinstance(await page.do(c.ParkCall(contact=contact.id)), c.Done)
        await rig.cut()
        await rig.until_up()
        assert (parked(page), agent(rig)) == ([True], Availability.READY)
        assert isinstance(await page.do(c.RetrieveCall(contact=contact.id)), c.Done)
        await rig.advance(1)
        assert (parked(page), agent(rig)) == ([False], Availability.BUSY)
        same(rig)


@pytest.mark.parametrize("kind", [c.TransferCall, c.ConferenceCall])
async def test_one_of_two_has_to_be_parked_to_be_joined(
    kind: type[c.TransferCall | c.ConferenceCall],
) -> None:
    async with desk() as (rig, page):
        first = await taken(rig, page, ADA)
        await page.do(c.HoldCall(contact=first.id))
        await rig.vendor.act("ring", to="2001", number=BEN)
        await rig.advance(2)
        (second,) = (item for item in page.contacts if item.id != first.id)
        await page.do(c.AnswerCall(contact=second.id))
        await rig.advance(1)
        outcome = await page.do(kind(contact=second.id, other=first.id))
        assert isinstance(outcome, c.Refused)
        assert outcome.code == "impossible-here"
        await page.do(c.ParkCall(contact=first.id))
        await rig.advance(1)
        assert isinstance(await page.do(kind(contact=second.id, other=first.id)), c.Done)
        await rig.advance(1)
        same(rig)


@pytest.mark.parametrize("busy", [False, True])
async def test_a_parked_caller_who_hangs_up_leaves_after_call_work(busy: bool) -> None:
    async with desk() as (rig, page):
        first = await taken(rig, page, ADA)
        await page.do(c.ParkCall(contact=first.id))
        if busy:
            await taken(rig, page, BEN)
        await rig.vendor.act("customer_hang_up", number=ADA)
        await rig.advance(1)
        (over,) = (item for item in page.contacts if item.id == first.id)
        assert over.phase is Phase.WRAP_UP
        assert agent(rig) is (Availability.BUSY if busy else Availability.WORKING_AFTER_CALL)
        same(rig)
        assert isinstance(await page.do(c.CompleteContact(contact=first.id)), c.Done)
        await rig.advance(1)
        assert agent(rig) is (Availability.BUSY if busy else Availability.READY)
        same(rig)


async def test_two_who_are_parked_are_left_to_each_other() -> None:
    async with desk() as (rig, page):
        first = await taken(rig, page, ADA)
        await page.do(c.ParkCall(contact=first.id))
        second = await taken(rig, page, BEN)
        await page.do(c.ParkCall(contact=second.id))
        await rig.advance(1)
        assert parked(page) == [True, True]
        conference = await page.do(c.ConferenceCall(contact=first.id, other=second.id))
        assert isinstance(conference, c.Refused)
        assert isinstance(await page.do(c.TransferCall(contact=first.id, other=second.id)), c.Done)
        await rig.advance(1)
        assert [item.id for item in page.contacts] == [first.id]
        assert agent(rig) is Availability.WORKING_AFTER_CALL
        same(rig)
        assert isinstance(await page.do(c.CompleteContact(contact=first.id)), c.Done)
        await rig.advance(1)
        assert (page.contacts, agent(rig)) == ((), Availability.READY)
        same(rig)


@pytest.mark.parametrize("puts_aside", [True, False])
async def test_who_logs_off_with_a_call_goes_when_it_is_over(puts_aside: bool) -> None:
    async with desk() as (rig, page):
        first = await taken(rig, page, ADA)
        if puts_aside:
            await page.do(c.ParkCall(contact=first.id))
        off = c.SetAgentState(state=Availability.NULL, reason="end-of-shift")
        assert isinstance(await page.do(off), c.Done)
        await rig.advance(1)
        assert agent(rig) is (Availability.NOT_READY if puts_aside else Availability.BUSY)
        same(rig)
        await rig.vendor.act("customer_hang_up", number=ADA)
        await rig.advance(1)
        assert agent(rig) is Availability.WORKING_AFTER_CALL
        assert isinstance(await page.do(c.CompleteContact(contact=first.id)), c.Done)
        await rig.advance(1)
        assert (agent(rig), page.contacts) == (Availability.NULL, ())
        there = voice_state(rig.vendor.truth()[SUBJECT])
        assert there is not None
        assert there.state is Availability.NULL, "and for a reason that no login state has"
