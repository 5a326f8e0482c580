"""The fixture that a third party's tests stand on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import cleandoc
from textwrap import dedent

import pytest

from cordboard.model import commands as c
from cordboard.model.entities import Availability, Phase, Target, TargetKind
from cordboard.model.view import view
from cordboard.testing.centre import ContactCentre
from cordboard.testing.page import AgentPage
from tests.simulator.likeness import shown, truth

pytest_plugins = ["pytester"]


def example() -> str:
    """The example of the docstring."""
    text = cleandoc(ContactCentre.__doc__ or "").partition("::\n")[2]
    lines = [line for line in text.splitlines() if not line or line.startswith(" ")]
    return dedent("\n".join(lines))


def test_the_example_of_the_docs_passes_elsewhere(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\npytestmark = pytest.mark.asyncio\n\n" + example())
    pytester.runpytest_subprocess("-p", "no:xdist").assert_outcomes(passed=1)


def test_each_test_has_a_centre_of_its_own_and_failures_are_shown(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        pytestmark = pytest.mark.asyncio

        async def test_one(contact_centre):
            await contact_centre.agent("mia").ready()

        async def test_two(contact_centre):
            assert contact_centre.truth()["agents"]["mia"]["state"] == "null"
            assert await contact_centre.play("inbound") == []

        async def test_three(contact_centre):
            contact_centre.agent("mia").contact
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:xdist")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*mia has no open contact*"])


def test_without_pytest_asyncio_the_plugin_is_quiet(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(accept): pass\ndef test_other(contact_centre): pass")
    result = pytester.runpytest_subprocess("-p", "no:xdist", "-p", "no:asyncio")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*fixture 'contact_centre' not found*"])


def agrees(centre: ContactCentre) -> None:
    so = truth(centre.truth())
    for queue in centre.floor.centre.queues:
        so["queues"].setdefault(queue.id, {})
    assert shown(centre.hub.states) == so


async def talking(centre: ContactCentre) -> tuple[AgentPage, AgentPage, str]:
    """Mia talks with Ada Whitlow, Noor has her page open."""
    mia, noor = centre.agent("mia"), centre.agent("noor")
    await mia.ready()
    await noor.not_ready("paperwork")
    call = await centre.ring("bookings", number="+44 20 7946 0101")
    assert mia.contact.phase is Phase.OFFERED
    assert isinstance(await mia.answer(), c.Done)
    return mia, noor, call


async def test_a_page_shows_what_the_hub_knows(contact_centre: ContactCentre) -> None:
    mia, _, call = await talking(contact_centre)
    assert mia.view == view(contact_centre.hub.states[mia.subject])
    assert (mia.state.state, mia.contact.calls[0].id) == (Availability.BUSY, call)
    assert (mia.refusal("HoldCall", mia.contact), mia.refusal("MakeCall")) == ("", "no-free-line")
    kinds = [len(shot.contacts) for shot in mia.views]
    assert kinds[0] == 0
    assert kinds[-1] == 1
    agrees(contact_centre)


async def test_all_that_a_page_can_do(contact_centre: ContactCentre) -> None:
    centre = contact_centre
    mia, noor, call = await talking(centre)
    for outcome in (
        await mia.hold(),
        await mia.retrieve(),
        await mia.mute(),
        await mia.mute(on=False),
        await mia.press("1#"),
        await mia.attach(seat="7A"),
        await mia.consult("noor"),
    ):
        assert isinstance(outcome, c.Done), outcome
    await centre.advance(1)
    for outcome in (
        await noor.answer(),
        await mia.alternate(),
        await mia.alternate(),
        await mia.conference(),
        await mia.hold("customer"),
        await mia.retrieve("+44 20 7946 0101"),
        await mia.drop("noor"),
        await mia.add("+44 1632 960001"),
    ):
        assert isinstance(outcome, c.Done), outcome
    await centre.advance(4)
    assert {item.participant.number for item in mia.contact.calls[0].connections if item.state == "connected"} == {
        "+442079460101", "2001", "+441632960001",
    }  # fmt: skip
    await centre.outside(call, "+44 1632 960001").hang_up()
    await centre.customer(call).press("5")
    await noor.finish()
    assert isinstance(await mia.transfer("noor"), c.Done)
    assert isinstance(await mia.not_ready("break"), c.Done)
    assert isinstance(await mia.finish("booked"), c.Done)
    assert isinstance(await noor.decline(), c.Done)
    agrees(centre)
    assert mia.view.recent[0].disposition == "booked"
    assert isinstance(await mia.log_off("end-of-shift"), c.Done)
    assert mia.state.state is Availability.NULL


async def test_warm_transfer_and_reconnect(contact_centre: ContactCentre) -> None:
    mia, noor, _ = await talking(contact_centre)
    await mia.consult("noor")
    await contact_centre.advance(1)
    assert isinstance(await mia.reconnect(), c.Done)
    assert noor.contacts == ()
    await mia.consult(Target(kind=TargetKind.AGENT, id="noor"))
    await contact_centre.advance(1)
    await noor.answer()
    assert isinstance(await mia.transfer(), c.Done)
    assert noor.contact.previous == mia.contact.id
    refused = await mia.hang_up()
    assert isinstance(refused, c.Refused)
    assert refused.code == "wrong-state"
    assert isinstance(await noor.hang_up(), c.Done)


async def test_who_is_dialled_can_answer(contact_centre: ContactCentre) -> None:
    noor = contact_centre.agent("noor")
    await noor.not_ready("break")
    assert isinstance(await noor.dial("+44 20 7946 0102", reason="ferry is late"), c.Done)
    await contact_centre.advance(1)
    await contact_centre.customer(noor.contact).answer()
    assert noor.contact.phase is Phase.ACTIVE
    assert noor.contact.calls[0].data.peripheral["reason"] == "ferry is late"
    assert isinstance(await noor.hang_up(), c.Done)
    bad = await noor.finish("no such thing")
    assert isinstance(bad, c.Refused)
    assert bad.code == "unknown-disposition"


async def test_faults_and_pages_that_come_late(contact_centre: ContactCentre) -> None:
    centre = contact_centre
    mia, _, _ = await talking(centre)
    await centre.fault(silent=True)
    assert await mia.hold() is None
    await centre.advance(30)
    assert list(mia.outcomes.values())[-1] == c.Unconfirmed(reason="timeout")
    late = centre.agent("mia")
    assert late.view == mia.view
    mia.leave()
    await centre.fault(drop=2000)
    assert late.refusal("RetrieveCall", late.contact) == "link-down"
    await centre.advance(10)
    assert late.refusal("RetrieveCall", late.contact) == ""
    assert mia.view != late.view
    agrees(centre)


async def test_a_centre_of_ones_own() -> None:
    text = 'name = "Two desks"\n' + "\n".join(
        f'[[agents]]\nid = "{name}"\nlogin = "{name}"\nname = "{name}"\nextension = "{n}"'
        for n, name in enumerate("ab", 10)
    )
    async with ContactCentre(centre=text, seed=3) as centre:
        page = centre.agent("a")
        await page.ready()
        await centre.agent("b").ready()
        await page.dial("b")
        await centre.advance(1)
        assert centre.agent("b").contact.phase is Phase.OFFERED
        await centre.ring("b", number="+44 20 7946 0999", name="Ada", patience=5)
        with pytest.raises(AssertionError, match="unknown-agent"):
            await centre.act("log_on", agent="c")
        with pytest.raises(AssertionError, match="no agent c"):
            centre.agent("c")
        agrees(centre)


async def test_pages_and_scenarios_are_fixtures(
    contact_centre: ContactCentre,
    agent_page: Callable[[str], AgentPage],
    play_scenario: Callable[[str], Awaitable[None]],
) -> None:
    mia = agent_page("mia")
    await play_scenario("inbound")
    (contact,) = mia.view.recent
    assert contact.ended_by is not None
    assert contact.ended_by.value == "completed"
    assert contact.id not in contact_centre.hub.states[mia.subject].contacts
