"""What the link tells besides calls: its pace, queues, the directory, messages to teams."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cordboard.contract import Watch
from cordboard.model import commands as c
from cordboard.model.entities import (
    Availability,
    Phase,
    Record as CrmRecord,
    Target,
    TargetKind,
)
from cordboard.model.ids import Subject, TeamId, subject_id
from cordboard.protocols.simulator.orders import SERVICES
from tests.hub.probe import Page, Probe
from tests.simulator.world import LINK, World, world

# --- time, the directory, queues -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("speed", [0.1, 1.0, 7.0, 60.0, 1000.0])
async def test_time_runs_at_the_pace_that_was_set(speed: float) -> None:
    async with world(speed=speed) as at:
        await at.act("log_on", agent="mia", state="ready")
        await at.act("ring", number="+44 20 7946 0101", to="8001", patience=600)
        assert at.contact("mia").phase is Phase.OFFERED
        begun = at.switch.now
        real = int(15_000 / speed)
        await at.clock.advance(real - 1 if speed < 1000 else real - 2)
        assert at.shown()["agents"]["mia"]["state"] == "busy"
        await at.clock.advance(int(max(2, 2 / speed)) + 1)
        assert at.shown()["agents"]["mia"]["reason"] == "no-answer"
        assert at.switch.now - begun >= 15_000


async def test_the_pace_can_change_on_the_way() -> None:
    async with world() as at:
        await at.act("log_on", agent="mia", state="ready")
        await at.act("ring", number="+44 20 7946 0101", to="8001")
        await at.clock.advance(5000)
        await at.fault(speed=10)
        await at.clock.advance(999)
        assert at.shown()["agents"]["mia"]["state"] == "busy"
        await at.clock.advance(2)
        assert at.shown()["agents"]["mia"]["state"] == "not_ready"


async def test_who_waits_is_on_the_queues_own_subject() -> None:
    async with world() as at:
        await at.act("ring", number="+44 20 7946 0101", to="8001")
        await at.clock.advance(3000)
        await at.act("ring", number="+44 20 7946 0102", to="8001")
        queue = at.hub.states[Subject("queue/bookings")]
        assert [item.customer.name for item in queue.contacts.values() if item.customer] == [
            "Ada Whitlow",
            "Bram Okafor",
        ]
        second = at.clock.now()
        waiting = {"calls-waiting": 2, "longest-waiting-since": second - 3000}.items()
        assert waiting <= (await gauges(at)).items()
        await at.act("log_on", agent="mia", state="ready")
        assert waiting <= (await gauges(at)).items(), "a queue is told of at most once a second"
        await at.clock.advance(1000)
        assert {"calls-waiting": 1, "longest-waiting-since": second}.items() <= (await gauges(at)).items()
        contact = at.contact("mia")
        joined = at.hub.threads.contacts(contact.thread)
        assert [subject for subject, _ in joined] == ["queue/bookings", "agent/mia"]


async def gauges(at: World) -> Mapping[str, float]:
    """The counters that a page gets which comes to the queue now."""
    page = Page(at.hub, Probe(), "tenant")
    await page.do(Watch(subjects={"queue/bookings": None}))
    page.seat.leave()
    return page.session.joined[-1].gauges


async def test_where_a_dial_came_from_is_told_with_the_contact() -> None:
    async with world() as at:
        await at.do("mia", c.SetAgentState(state=Availability.NOT_READY, reason="break"))
        record = CrmRecord(kind="Account", id="001", name="Whitlow")
        target = Target(kind=TargetKind.NUMBER, number="+442079460101")
        await at.do("mia", c.MakeCall(target=target, record=record))
        contact = at.contact("mia")
        assert (contact.related_record, contact.calls[0].initiation) == (record, "dialled")
        await at.fault(drop=1000)
        await at.clock.advance(10_000)
        assert at.hub.states[Subject("agent/mia")].contacts[contact.id].related_record == record


async def test_the_directory_pages_and_filters() -> None:
    async with world() as at:
        driver = at.hub.driver(LINK)
        assert driver is not None
        link = driver._link
        assert link is not None

        def ask_for(**fields: object) -> c.Targets:
            (answer,) = link.ask("a", Subject("agent/mia"), c.GetTargets(**fields), at.clock.now())  # type: ignore[arg-type]
            found = answer.result  # type: ignore[union-attr]
            assert isinstance(found, c.Targets)
            return found

        everyone: list[Target] = []
        after = ""
        while True:
            page = ask_for(limit=7, after=after)
            everyone += page.targets
            after = page.after
            if not after:
                break
        centre = at.floor.centre
        assert len(everyone) == sum(
            map(len, (centre.agents, centre.queues, centre.numbers, centre.customers))
        )
        assert [t.id for t in ask_for(text="NOOR", kinds=(TargetKind.AGENT,)).targets] == ["noor"]
        assert [t.name for t in ask_for(text="8002").targets] == ["Changes and refunds"]
        assert [t.name for t in ask_for(text="7946-0104").targets] == ["Dmitri Hale"]
        assert not any(" " in t.number for t in everyone)
        assert ask_for(text="nobody at all").targets == ()
        (other,) = link.ask("b", Subject("agent/mia"), c.GetReasons(), at.clock.now())
        assert other.result == c.NoAnswer(  # type: ignore[union-attr]
            code="not-supported", message="the hub answers this itself"
        )


async def test_every_subject_knows_what_the_link_can_do() -> None:
    async with world() as at:
        for subject, state in at.hub.states.items():
            assert state.links[LINK].services == SERVICES
            assert subject_id(subject)
        assert Subject("queue/freight") in at.hub.states


# --- what is written to teams -------------------------------------------------------------------------------------------


async def test_what_a_supervisor_writes_reaches_their_teams_with_the_authors_name() -> None:
    async with world() as at:
        await at.act("post_message", agent="ruth", text="Fog at Gannet Head", seconds=3600)
        for team in ("crew", "harbour"):
            (message,) = at.hub.states[Subject(f"team/{team}")].messages
            assert (message.author, message.name, message.content) == (
                "ruth",
                "Ruth Calloway",
                "Fog at Gannet Head",
            )
            assert (message.teams, message.duration) == (("harbour", "crew"), 3600)
        await at.do("ruth", c.PostTeamMessage(content="It clears", teams=(TeamId("crew"),)))
        posted = at.hub.states[Subject("team/crew")].messages[-1]
        assert (posted.author, posted.name, posted.content) == ("ruth", "Ruth Calloway", "It clears")


async def test_what_was_written_while_the_link_was_away_is_told_and_what_is_over_is_not() -> None:
    async with world() as at:
        await at.act("post_message", agent="ruth", text="For a minute", seconds=60)
        await at.clock.advance(50_000)
        await at.fault(drop=30_000)
        at.unseen("post_message", {"agent": "ruth", "text": "Unheard", "teams": ["crew"]})
        await at.clock.advance(60_000)
        known = at.hub.states[Subject("team/crew")].messages
        assert [item.content for item in known if item.name] == ["Unheard"]
        told = [entry.event for entry in await at.log(Subject("team/crew"))]
        assert [type(event).__name__ for event in told[-3:]] == ["LinkUp", "Snapshot", "TeamMessagePosted"]
        await at.fault(drop=1000)
        await at.clock.advance(10_000)
        assert [item.content for item in at.hub.states[Subject("team/crew")].messages] == ["Unheard"]


@pytest.mark.parametrize(
    "to", [Target(kind=TargetKind.QUEUE, id="messages"), Target(kind=TargetKind.AGENT, id="noor")]
)
async def test_a_paused_chat_can_be_handed_on(to: Target) -> None:
    async with world() as at:
        for agent in ("mia", "noor"):
            await at.act("log_on", agent=agent, medium="chat")
        await at.act("start_chat", to="agent:mia", text="Hello", number="+44 20 7946 0105")
        contact = at.newest("mia")
        await at.do("mia", c.AnswerCall(contact=contact))
        await at.do("mia", c.PauseContact(contact=contact))
        assert isinstance(await at.do("mia", c.SingleStepTransferCall(contact=contact, target=to)), c.Done)
        assert at.contact("mia").phase is Phase.WRAP_UP
        assert at.shown() == at.truth()
        assert at.flags() == {}
