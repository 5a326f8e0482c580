"""A supervisor in an agent's call: who hears whom, who knows of it, what each may do, and what ends it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cordboard.contract import Identity
from cordboard.model import commands as c, events as e
from cordboard.model.entities import Availability, CallKind, Connection, Role, SuperviseAction
from cordboard.model.ids import AgentId, CommandId, agent_subject
from cordboard.model.view import view
from cordboard.protocols.simulator.centre import Centre
from cordboard.protocols.simulator.library import builtin_centre
from cordboard.protocols.simulator.picture import Picture
from cordboard.protocols.simulator.switch import Switch
from tests.simulator.conftest import Do, Refuse
from tests.simulator.world import World, world

CALLER = "+44 20 7946 0103"


@pytest.fixture
def switch(northquay: Centre) -> Switch:
    """Of Northquay Ferries, but that Ruth supervises her own team only."""
    agents = tuple(replace(plan, supervises=()) for plan in northquay.agents)
    return Switch(replace(northquay, agents=agents), now=1_000_000)


@pytest.fixture
def call(switch: Switch, do: Do) -> str:
    """Sana of Ruth's team talks with someone; Mia of another team is there as well."""
    for agent in ("sana", "ruth", "mia", "remy"):
        do("log_on", agent=agent)
    ident = do("ring", number=CALLER, to="2006").call
    assert ident is not None
    do("answer_call", agent="sana", call=ident)
    return ident


def present(picture: Picture, call: str) -> dict[str, str | None]:
    """Who is on the line, and how they supervise."""
    return {p.agent or p.number: p.supervises for p in picture.live_in(call)}


def test_each_way_leads_to_each_other_one(switch: Switch, do: Do, call: str) -> None:
    for how in ("listen", "whisper", "barge", "listen", "barge", "whisper", "listen"):
        do("supervise", agent="ruth", other="sana", call=call, action=how)
        assert present(switch.picture, call)["ruth"] == how
    busy = switch.picture.agents["ruth"]
    assert busy.state == "busy"
    do("supervise", agent="ruth", call=call, action="leave")
    assert present(switch.picture, call) == {"+442079460103": None, "sana": None}
    free = switch.picture.agents["ruth"]
    assert free.state == "not_ready"
    (mine,) = [s for s in switch.picture.segments.values() if s.agent == "ruth"]
    assert (mine.phase, mine.ended_by, mine.wraps) == ("closed", "completed", False)


def test_who_is_not_heard_keeps_no_call_alive(switch: Switch, do: Do, call: str) -> None:
    do("supervise", agent="ruth", other="sana", call=call, action="listen")
    do("customer_hang_up", call=call)
    assert switch.picture.calls[call].ended is not None
    assert switch.picture.agents["ruth"].state == "not_ready"


def test_who_has_barged_in_does(switch: Switch, do: Do, call: str) -> None:
    do("supervise", agent="ruth", other="sana", call=call, action="barge")
    do("clear_connection", agent="sana", call=call)
    assert present(switch.picture, call) == {"+442079460103": None, "ruth": "barge"}


def test_who_listens_leaves_with_the_agent(switch: Switch, do: Do, call: str) -> None:
    do("supervise", agent="ruth", other="sana", call=call, action="whisper")
    do("single_step_transfer_call", agent="sana", call=call, to="2005")
    assert present(switch.picture, call) == {"+442079460103": None, "remy": None}
    own = [p for p in switch.picture.parties.values() if p.agent == "ruth"]
    assert [p.cause for p in own] == ["agent-left"]


def test_taking_over_hands_the_matter_on(switch: Switch, do: Do, call: str) -> None:
    do("supervise", agent="ruth", other="sana", call=call, action="take_over")
    assert present(switch.picture, call) == {"+442079460103": None, "ruth": None}
    segments = {s.agent: s for s in switch.picture.segments.values()}
    assert (segments["sana"].phase, segments["sana"].ended_by) == ("wrap_up", "transferred")
    assert segments["ruth"].previous == segments["sana"].id
    do("customer_hang_up", call=call)
    assert switch.picture.agents["ruth"].state == "working_after_call"


def test_what_a_supervisor_cannot_do(switch: Switch, do: Do, refuse: Refuse, call: str) -> None:
    how = {"other": "sana", "call": call}
    assert refuse("supervise", agent="mia", action="listen", **how) == "not-a-supervisor"
    assert refuse("supervise", agent="ruth", call=call, action="listen") == "unknown-agent"
    assert refuse("supervise", agent="ruth", other="remy", call=call, action="listen") == "not-in-call"
    assert refuse("supervise", agent="ruth", other="mia", call=call, action="listen") == "not-your-team"
    assert refuse("supervise", agent="ruth", call=call, action="leave") == "not-in-call"
    assert refuse("supervise", agent="ruth", other="sana", call="c0", action="listen") == "unknown-call"
    do("supervise", agent="ruth", action="listen", **how)
    for name, more in (
        ("hold_call", {}),
        ("consultation_call", {"to": "2005"}),
        ("set_mute", {"on": True}),
        ("start_recording", {}),
        ("clear_connection", {"party": "customer"}),
    ):
        assert refuse(name, agent="ruth", call=call, **more) == "supervising"
    assert refuse("clear_connection", agent="sana", call=call, party="ruth") == "unknown-party"
    assert refuse("hold_party", agent="sana", call=call, party="customer") == "not-a-conference"
    do("supervise", agent="ruth", action="barge", **how)
    do("set_mute", agent="ruth", call=call, on=True)
    do("start_recording", agent="ruth", call=call)
    assert refuse("hold_call", agent="ruth", call=call) == "supervising"
    do("clear_connection", agent="sana", call=call, party="ruth")
    assert refuse("supervise", agent="sana", other="sana", call=call, action="barge") == "not-a-supervisor"


def test_a_supervisor_is_in_one_call_at_a_time(switch: Switch, do: Do, refuse: Refuse, call: str) -> None:
    do("make_call", agent="ruth", to="2001")
    listening = {"agent": "ruth", "other": "sana", "call": call, "action": "listen"}
    assert refuse("supervise", **listening) == "another-call-active"
    do("clear_connection", agent="ruth", call=switch.picture.of_agent("ruth")[0].call)
    do("supervise", **listening)
    do("make_call", agent="mia", to="2008")
    switch.advance(switch.now + 1000)
    assert [p.state for p in switch.picture.parties.values() if p.number == "2008"][-1] == "fail"


def test_states_of_others(switch: Switch, do: Do, refuse: Refuse, call: str) -> None:
    do("set_state_of", agent="ruth", other="remy", state="not_ready", reason="training")
    assert switch.picture.agents["remy"].reason == "training"
    assert [r.cause for r in switch.journal.records if r.agent == "remy"][-1] == "supervisor"
    do("set_state_of", agent="ruth", other="remy", state="null")
    assert switch.picture.agents["remy"].state == "null"
    assert refuse("set_state_of", agent="ruth", other="remy", state="ready") == "not-logged-on"
    assert refuse("set_state_of", agent="ruth", other="mia", state="ready") == "not-your-team"
    assert refuse("set_state_of", agent="sana", other="ruth", state="ready") == "not-a-supervisor"
    assert (
        refuse("set_state_of", agent="ruth", other="sana", state="not_ready", reason="x") == "unknown-reason"
    )
    do("set_state_of", agent="ruth", other="sana", state="null", reason="end-of-shift")
    pending = switch.picture.agents["sana"].pending
    assert pending is not None
    assert (pending.state, [r.cause for r in switch.journal.records][-1]) == ("null", "supervisor")


async def test_who_is_told_of_a_supervisor() -> None:
    """The supervised agent hears of one who whispers, nobody of one who listens, all of one who barges in."""
    async with world() as at:
        for agent in ("sana", "ruth", "remy"):
            await at.act("log_on", agent=agent)
        ident = (await at.act("ring", number=CALLER, to="2006"))["call"]
        await at.act("answer_call", agent="sana", call=ident)
        await at.act("single_step_conference_call", agent="sana", call=ident, to="2005")
        await at.act("answer_call", agent="remy", call=ident)
        contact = at.newest("sana")
        for action, told in (
            (SuperviseAction.LISTEN, set()),
            (SuperviseAction.WHISPER, {"sana"}),
            (SuperviseAction.BARGE, {"sana", "remy"}),
            (SuperviseAction.WHISPER, {"sana"}),
            (SuperviseAction.LISTEN, set()),
        ):
            service = c.Supervise(agent=AgentId("sana"), contact=contact, action=action)
            assert isinstance(await at.do("ruth", service), c.Done)
            assert at.shown() == at.truth()
            assert {agent for agent in ("sana", "remy") if supervisors(at, agent)} == told
            assert [item.supervises for item in supervisors(at, "ruth")] == [action]
        mine = at.contact("ruth")
        assert (mine.calls[0].kind, mine.calls[0].initiation) == (CallKind.MONITOR, "monitor")
        assert at.flags() == {}
        said = [entry.event for entry in await at.log(agent_subject(AgentId("remy")))]
        gone = [event for event in said if isinstance(event, e.ConnectionCleared)]
        assert [item.participant.id for item in gone[-1].connections] == ["ruth"]


async def test_a_recording_tells_who_did_it() -> None:
    async with world() as at:
        await at.act("log_on", agent="sana")
        ident = (await at.act("ring", number=CALLER, to="2006"))["call"]
        await at.act("answer_call", agent="sana", call=ident)
        (own,) = at.switch.picture.of_agent("sana")
        seen = []
        for name in ("start_recording", "pause_recording", "resume_recording", "stop_recording"):
            await at.act(name, agent="sana", call=ident)
            seen.append(at.contact("sana").calls[0].recording)
            last = (await at.log(agent_subject(AgentId("sana"))))[-1].event
            assert isinstance(last, e.CallInformation)
            assert last.by == own.id
        assert seen == ["recording", "paused", "recording", ""]


async def test_a_log_off_by_a_supervisor_says_so() -> None:
    async with world() as at:
        for agent in ("sana", "ruth"):
            await at.do(agent, c.SetAgentState(state=Availability.NOT_READY, reason="break"))
        service = c.SuperviseAgent(agent=AgentId("sana"), state=Availability.NULL)
        assert isinstance(await at.do("ruth", service), c.Done)
        last = (await at.log(agent_subject(AgentId("sana"))))[-1].event
        assert isinstance(last, e.AgentLoggedOff)
        assert last.cause == "supervisor"


def supervisors(at: World, agent: str) -> list[Connection]:
    """Whom this agent's page shows as supervising."""
    return [
        item
        for call in at.contact(agent).calls
        for item in call.connections
        if item.participant.role is Role.SUPERVISOR and item.state.value != "null"
    ]


async def test_a_page_greys_what_a_supervisor_does_not_do() -> None:
    """The rules of the hub and the switch's own agree on it."""
    async with world() as at:
        for agent in ("sana", "ruth"):
            await at.act("log_on", agent=agent)
        ident = (await at.act("ring", number=CALLER, to="2006"))["call"]
        await at.act("answer_call", agent="sana", call=ident)
        talker = {
            "HoldCall", "ConsultationCall", "SingleStepTransferCall", "SingleStepConferenceCall", "GenerateDigits",
            "SetMicrophoneMute", "StartRecording", "StopRecording",
        }  # fmt: skip
        heard = {"GenerateDigits", "SetMicrophoneMute", "StartRecording", "StopRecording"}
        for action, possible in (
            ("listen", set()),
            ("barge", heard),
            ("whisper", set()),
            ("take_over", talker),
        ):
            service = c.Supervise(
                agent=AgentId("sana"), contact=at.newest("sana"), action=SuperviseAction(action)
            )
            assert isinstance(await at.do("ruth", service), c.Done)
            controls = view(at.hub.states[agent_subject(AgentId("ruth"))]).controls
            mine = controls[at.newest("ruth")]
            assert {name for name in talker if not mine[name]} == possible, action
            assert mine["ClearConnection"] == ""
        mine = view(at.hub.states[agent_subject(AgentId("ruth"))]).controls[""]
        assert (mine["Supervise"], mine["SuperviseAgent"]) == ("", "")
        others = view(at.hub.states[agent_subject(AgentId("sana"))]).controls[""]
        assert (others["Supervise"], others["SuperviseAgent"]) == ("not-allowed", "not-allowed")


@pytest.mark.parametrize(
    ("scopes", "outcome"),
    [
        ({"agent:ruth"}, c.Done),
        ({"agent:ruth", "team:crew"}, c.Done),
        ({"team:crew"}, c.Refused),
        ({"agent:mia"}, c.Refused),
        ({"tenant:command"}, c.Done),
    ],
)
async def test_who_may_supervise(scopes: set[str], outcome: type[c.Outcome]) -> None:
    async with world() as at:
        for agent in ("mia", "ruth"):
            await at.act("log_on", agent=agent)
        state = c.SuperviseAgent(agent=AgentId("mia"), state=Availability.READY)
        command = c.Command(id=CommandId("x"), subject=agent_subject(AgentId("ruth")), service=state)
        identity = Identity(subject="user:x", scopes=frozenset(scopes))
        done = await at.hub.dispatch.run(command, identity)
        assert isinstance(done, outcome)


async def test_another_team_needs_a_scope_of_it() -> None:
    """Where the contact centre does not give the supervisor a team, the hub asks the identity's scopes; the switch has its say after."""
    plain = builtin_centre().replace('supervises = ["harbour", "crew"]', "")
    async with world(centre=plain) as at:
        for agent in ("mia", "ruth"):
            await at.act("log_on", agent=agent)
        state = c.SuperviseAgent(agent=AgentId("mia"), state=Availability.READY)
        said = []
        for number, scopes in enumerate(({"agent:ruth"}, {"agent:ruth", "team:crew"})):
            command = c.Command(
                id=CommandId(f"x{number}"), subject=agent_subject(AgentId("ruth")), service=state
            )
            done = await at.hub.dispatch.run(command, Identity(subject="user:x", scopes=frozenset(scopes)))
            assert isinstance(done, c.Refused)
            assert done.code == "not-allowed"
            said.append(done.message)
        assert said[0] == "your scopes do not let you supervise agent/mia"
        assert said[1].startswith("the agent is in none of the supervisor's teams")
