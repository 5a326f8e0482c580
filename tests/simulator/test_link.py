"""The link against the switch: whatever happens there stands in the log once and in order, and folds into what is so there."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from cordboard.model import commands as c, events as e
from cordboard.model.entities import (
    Availability,
    CallKind,
    Phase,
)
from cordboard.model.errors import ERRORS
from cordboard.model.ids import CommandId, ContactId, Subject, agent_subject
from cordboard.model.log import Entry
from cordboard.model.rules import addressed
from cordboard.protocols.simulator.journal import Record
from cordboard.protocols.simulator.picture import (
    Agent,
    Call,
    Callback,
    Duty,
    Notice,
    Party,
    Picture,
    Segment,
    Suggestion,
    Utterance,
)
from cordboard.protocols.simulator.translate import UNTOLD
from tests.simulator.generator import a_service, an_action
from tests.simulator.likeness import closed, remembered
from tests.simulator.world import LINK, World, world

PAUSES = [0, 0, 300, 700, 2000, 5000, 20_000]


async def walk(at: World, rng: Random, steps: int, *, compare_every: int = 1) -> None:
    """Random commands of pages, random doings of others, random pauses; after them the hub shows what is so."""
    for step in range(1, steps + 1):
        if rng.random() < 0.4:
            name, params = an_action(at.switch, rng, media=True)
            await at.act(name, **params)
        else:
            await ask(at, *a_service(at.hub.states, at.floor.centre, rng))
        await at.clock.advance(rng.choice(PAUSES))
        if step % compare_every == 0:
            assert at.shown() == at.truth(), f"step {step}"


async def ask(at: World, agent: str, service: c.Service) -> None:
    """A page's command: settled with a code that is documented, and about the call that its rules mean."""
    meant = None
    contact = at.hub.states[Subject(f"agent/{agent}")].contacts.get(
        getattr(service, "contact", ContactId(""))
    )
    if (
        contact is not None
        and getattr(service, "call", "") is None
        and not getattr(service, "connection", None)
    ):
        meant = addressed(contact, type(service))
    outcome = await at.do(agent, service)
    if isinstance(outcome, c.Refused):
        assert outcome.code in ERRORS
    elif isinstance(outcome, c.Done) and meant is not None and not isinstance(service, PAIRS):
        if meant.kind is CallKind.RESERVATION and isinstance(service, c.AnswerCall):
            return  # who takes a reservation makes a call
        assert outcome.data["call"] == meant.id


PAIRS = c.ConsultationCall | c.ReconnectCall | c.TransferCall | c.ConferenceCall | c.AlternateCall
"""Services that are about two calls, or make one."""


# --- what must stand in the log, by the journal alone ------------------------------------------------------------------


def expected(records: list[Record], start: Picture) -> dict[Subject, list[int]]:
    """For each subject the records that it must be told, in order: those of its agent, of its agent's open segments with
    their calls and the parties of these, and of the queue that it is.
    """
    told: dict[Subject, list[int]] = {}
    for record in records:
        start.put(record.after)
        if record.kind in UNTOLD:
            continue
        for subject in _concerned(record, start):
            told.setdefault(subject, []).append(record.n)
    return told


def _concerned(record: Record, picture: Picture) -> list[Subject]:
    match record.after:
        case Agent(id=agent) | Segment(agent=agent):
            return [Subject(f"agent/{agent}")]
        case Callback(queue=str(queue)):
            return [Subject(f"queue/{queue}")]
        case Duty(agent=str(agent)) | Callback(agent=str(agent)):
            return [Subject(f"agent/{agent}")]
        case Notice(teams=teams):
            return [Subject(f"team/{team}") for team in teams]
        case Call(id=call) | Party(call=call) | Utterance(call=call) | Suggestion(call=call):
            subjects = [
                Subject(f"agent/{segment.agent}")
                for segment in picture.segments.values()
                if segment.phase in ("offered", "dialling", "active", "paused") and call in segment.calls
                if not isinstance(record.after, Party)
                or known(record.after, segment.agent)
                or (isinstance(record.before, Party) and known(record.before, segment.agent))
            ]
            if isinstance(record.after, Party) and record.after.role == "queue":
                before = record.before.state if isinstance(record.before, Party) else "null"
                if (before == "queued") != (record.after.state == "queued"):
                    subjects.append(Subject(f"queue/{record.after.queue}"))
            return subjects
        case _:
            return []


def known(party: Party, agent: str) -> bool:
    """Whether the agent may know of the party: of one who listens nobody does, of one who whispers the supervised agent."""
    if party.role == "dialler":
        return False
    if party.agent == agent or party.supervises in (None, "barge"):
        return True
    return party.supervises == "whisper" and party.supervised == agent


async def logged(at: World) -> dict[Subject, list[int]]:
    """For each subject the records that its log has events of, in the log's order."""
    found = {}
    for subject in at.hub.subjects():
        origins = [int(entry.origin) for entry in await at.log(subject) if entry.origin]
        if origins:
            found[subject] = origins
    return found


async def facts(at: World) -> dict[Subject, list[tuple[str, e.Event]]]:
    """For each subject what the link told of the switch's records: no commands, no snapshots."""
    return {
        subject: [(entry.origin, entry.event) for entry in await at.log(subject) if entry.origin]
        for subject in at.hub.subjects()
    }


# --- walks ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
async def test_a_random_walk_is_shown_as_it_is(seed: int) -> None:
    async with world(seed=seed) as at:
        start = at.switch.snapshot()
        await walk(at, Random(seed), 900)
        assert at.flags() == {}
        assert await logged(at) == expected(at.records, start)
        for agent in at.floor.centre.agents:
            over = closed(at.switch.state(), agent.id)
            recent = remembered(at.hub.states[agent_subject(agent.id)].recent)
            assert recent.items() <= over.items()
            assert len(recent) == min(20, len(over))


@pytest.mark.parametrize("seed", range(3))
async def test_a_day_of_people_is_shown_as_it_is(seed: int) -> None:
    async with world(seed=seed, people=True, welcome=True, speed=5.0) as at:
        start = at.switch.snapshot()
        rng = Random(seed)
        for _ in range(150):
            await at.clock.advance(rng.randrange(1, 8000))
            await ask(at, *a_service(at.hub.states, at.floor.centre, rng))
            assert at.shown() == at.truth()
        assert at.flags() == {}
        assert await logged(at) == expected(at.records, start)
        assert Counter(record.kind for record in at.records)["established"] > 20


async def test_every_event_is_as_its_record_says() -> None:
    """Times, causes and the new value of each connection come from the record itself."""
    async with world(seed=5) as at:
        await walk(at, Random(5), 500, compare_every=100)
        records = {str(record.n): record for record in at.records}
        seen: Counter[str] = Counter()
        for told in (await facts(at)).values():
            for origin, event in told:
                record = records[origin]
                assert (event.link, event.at) == (LINK, record.at)
                seen[type(event).__name__] += 1
                if isinstance(record.after, Party) and not isinstance(event, e.ContactClosed):
                    assert not isinstance(event, e.AgentReady)
                    (one,) = [x for x in getattr(event, "connections", ()) if x.id == record.after.id]
                    assert one.muted == record.after.muted
        assert {"Delivered", "Established", "Held", "ConnectionCleared", "Queued", "WrapUpStarted"} <= set(
            seen
        )


# --- the faulty wire -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "faults",
    [
        {"duplicate": True},
        {"reorder": True},
        {"duplicate": True, "reorder": True},
        {"delay": 400},
        {"delay": 1500, "duplicate": True, "reorder": True},
    ],
    ids=str,
)
async def test_a_bad_wire_leaves_the_same_log(faults: dict[str, object]) -> None:
    """Late, doubled and shuffled records come to the same facts in the same order."""

    async def play(at: World) -> dict[Subject, list[tuple[str, e.Event]]]:
        rng = Random(11)
        for step in range(800):
            name, params = an_action(at.switch, rng, media=True)
            await at.door("POST act", {"name": name, "params": params, "id": f"w{step}"})
            await at.clock.advance(rng.choice(PAUSES))
        await at.clock.advance(60_000)
        return await facts(at)

    async with world(seed=11) as good:
        well = await play(good)
    async with world(seed=11) as bad:
        await bad.fault(**faults)
        start = bad.switch.snapshot()
        ill = await play(bad)
        assert ill == well
        assert sum(len(told) for told in ill.values()) > 300
        assert await logged(bad) == expected(bad.records, start)
        assert bad.shown() == bad.truth()
        assert bad.flags() == {}


async def test_a_late_record_is_late_and_no_other_overtakes_it() -> None:
    async with world() as at:
        await at.fault(delay=1000)
        await at.act("log_on", agent="mia", state="ready")
        before = at.shown()["agents"]["mia"]["state"]
        await at.clock.advance(600)
        await at.fault(delay=0)
        await at.act("set_agent_state", agent="mia", state="not_ready", reason="break")
        await at.clock.advance(399)
        assert (before, at.shown()["agents"]["mia"]["state"]) == ("null", "null")
        await at.clock.advance(1)
        assert at.shown()["agents"]["mia"]["state"] == "not_ready"
        assert at.shown() == at.truth()


@pytest.mark.parametrize("seed", range(3))
async def test_a_dropped_link_comes_back_to_what_is_so(seed: int) -> None:
    """Each gap stands in the log as LinkDown, then LinkUp and Snapshot; what was told again is right again."""
    async with world(seed=seed) as at:
        rng = Random(seed)
        for _ in range(6):
            await walk(at, rng, 60, compare_every=10)
            await at.fault(drop=3000)
            assert at.hub.links[LINK].state == "down"
            for _ in range(rng.randrange(12)):
                name, params = an_action(at.switch, rng, media=True)
                at.switch.advance(at.floor.time(at.clock.now()))
                at.unseen(name, params)
                await at.clock.advance(200)
            await at.clock.advance(20_000)
            assert at.hub.links[LINK].state == "up"
            assert at.shown() == at.truth()
        assert at.flags() == {}
        for subject in at.hub.subjects():
            entries = await at.log(subject)
            gaps = [number for number, entry in enumerate(entries) if isinstance(entry.event, e.LinkDown)]
            assert len(gaps) == 6
            for number in gaps:
                told = [entry for entry in entries[number + 1 :] if not _of_command(entry)]
                assert isinstance(told[0].event, e.LinkUp)
                assert isinstance(told[1].event, e.Snapshot)
            origins = [int(entry.origin) for entry in entries if entry.origin]
            assert origins == sorted(set(origins))


def _of_command(entry: Entry) -> bool:
    return isinstance(entry.event, e.CommandIssued | e.CommandSettled)


async def test_what_happened_in_a_gap_is_the_difference_of_the_snapshot() -> None:
    async with world() as at:
        await at.act("log_on", agent="mia", state="ready")
        await at.act("ring", number="+44 20 7946 0101", to="8001")
        await at.do("mia", c.AnswerCall(contact=at.newest("mia")))
        await at.do("mia", c.TakeNote(contact=at.newest("mia"), text="wants a cabin"))
        contact = at.contact("mia")
        await at.fault(drop=2000)
        refused = await at.do("mia", c.HoldCall(contact=contact.id))
        assert isinstance(refused, c.Refused)
        assert refused.code == "link-down"
        at.unseen("customer_hang_up", {"call": contact.calls[0].id})
        await at.clock.advance(10_000)
        after = at.contact("mia")
        assert (after.id, after.phase, after.notes) == (contact.id, Phase.WRAP_UP, "wants a cabin")
        assert all(call.cleared for call in after.calls)
        await at.do("mia", c.CompleteContact(contact=contact.id))
        await at.fault(drop=2000)
        at.unseen("ring", {"number": "+44 20 7946 0102", "to": "8001"})
        await at.clock.advance(10_000)
        assert at.contact("mia").phase is Phase.OFFERED
        assert at.shown() == at.truth()


async def test_a_contact_that_ended_in_a_gap_is_lost() -> None:
    async with world() as at:
        await at.act("log_on", agent="mia", state="ready")
        await at.act("ring", number="+44 20 7946 0101", to="8001")
        contact = at.contact("mia")
        await at.fault(drop=2000)
        at.unseen("customer_hang_up", {"call": contact.calls[0].id})
        await at.clock.advance(10_000)
        (gone,) = at.hub.states[Subject("agent/mia")].recent
        assert gone.id == contact.id
        assert gone.ended_by is not None
        assert gone.ended_by.value == "lost"


# --- commands ----------------------------------------------------------------------------------------------------------------


async def test_every_command_reaches_the_switch_once() -> None:
    async with world(seed=3) as at:
        rng = Random(3)
        for _ in range(400):
            await ask(at, *a_service(at.hub.states, at.floor.centre, rng))
            if rng.random() < 0.3:
                await at.act("ring", number=rng.choice(at.floor.centre.customers).number, to="8001")
            await at.clock.advance(rng.choice(PAUSES))
        issued = {
            entry.event.command.id: entry.event.command.service
            for subject in at.hub.subjects()
            for entry in await at.log(subject)
            if isinstance(entry.event, e.CommandIssued)
        }
        seen = at.switch.commands_seen
        # What the link itself cannot do reaches no switch; the second order of a command has an id of its own.
        ours = {ident for ident in seen if ident.startswith("cmd-") and "+" not in ident}
        assert ours <= set(issued)
        assert set(issued) == ours
        assert set(seen.values()) == {1}
        assert len(ours) > 100


async def test_who_is_held_alone_and_holds_the_call_too_is_on_hold_by_their_own_doing() -> None:
    async with world(seed=1) as at:

        async def do(name: str, **params: object) -> str:
            done = await at.act(name, **params)
            assert done["type"] == "done", done
            return str(done["call"])

        def noor(call: str) -> tuple[str, bool]:
            contacts = at.hub.states[Subject("agent/noor")].contacts.values()
            calls = [item for contact in contacts for item in contact.calls if item.id == call]
            own = next(item for item in calls[0].connections if item.participant.id == "noor")
            return own.state.value, own.held_alone

        for agent in ("mia", "noor", "otto"):
            await do("log_on", agent=agent, state="ready")
        call = await do("ring", number="+44 20 7946 0101", to="2001")
        await do("answer_call", agent="mia", call=call)
        await do("single_step_conference_call", agent="mia", call=call, to="2002")
        await do("answer_call", agent="noor", call=call)
        consult = await do("consultation_call", agent="noor", call=call, to="2003")
        await at.clock.advance(1_500)
        await do("answer_call", agent="otto", call=consult)
        await do("alternate_call", agent="noor", call=call)
        await do("hold_party", agent="mia", call=call, party="noor")
        assert noor(call) == ("hold", True)
        await do("alternate_call", agent="noor", call=consult)
        assert noor(call) == ("hold", False)
        await do("alternate_call", agent="noor", call=call)
        assert noor(call) == ("hold", True)
        await do("retrieve_party", agent="mia", call=call, party="noor")
        assert noor(call) == ("connected", False)
        assert at.shown() == at.truth()
        assert at.flags() == Counter()


async def test_a_command_sent_twice_is_done_once() -> None:
    async with world() as at:
        ready = c.SetAgentState(state=Availability.READY)
        first = await at.do("mia", ready, ident="once")
        assert await at.do("mia", ready, ident="once") == first == c.Done()
        assert at.switch.commands_seen["once"] == 1


async def test_the_answer_stands_before_the_events() -> None:
    async with world() as at:
        await at.do("mia", c.SetAgentState(state=Availability.READY))
        kinds = [type(entry.event).__name__ for entry in await at.log(Subject("agent/mia"))]
        assert kinds == ["LinkUp", "Snapshot", "CommandIssued", "CommandSettled", "AgentReady"]


async def test_a_refusal_on_purpose_comes_once_and_does_nothing() -> None:
    async with world() as at:
        await at.fault(refuse="no-free-line")
        ready = c.SetAgentState(state=Availability.READY)
        refused = await at.do("mia", ready)
        assert isinstance(refused, c.Refused)
        assert refused.code == "no-free-line"
        assert at.truth()["agents"]["mia"]["state"] == "null"
        assert isinstance(await at.do("mia", ready), c.Done)


async def test_silence_is_unconfirmed_after_the_hubs_patience() -> None:
    async with world() as at:
        await at.fault(silent=True)
        assert await at.do("mia", c.SetAgentState(state=Availability.READY), ident="quiet") is None
        assert at.truth()["agents"]["mia"]["state"] == "ready"
        assert at.shown() == at.truth()
        await at.clock.advance(29_999)
        assert not at.commands[CommandId("quiet")].done()
        await at.clock.advance(1)
        assert at.commands[CommandId("quiet")].result() == c.Unconfirmed(reason="timeout")
        assert at.switch.commands_seen["quiet"] == 1
        assert isinstance(
            await at.do("mia", c.SetAgentState(state=Availability.NOT_READY, reason="break")), c.Done
        )


async def test_a_command_under_way_when_the_link_drops_is_unconfirmed() -> None:
    async with world() as at:
        await at.fault(silent=True)
        await at.do("mia", c.SetAgentState(state=Availability.READY), ident="quiet")
        await at.fault(drop=1000)
        assert at.commands[CommandId("quiet")].result() == c.Unconfirmed(reason="link-lost")
        await at.clock.advance(10_000)
        assert at.shown() == at.truth()
