"""Where contact centres differ: what a flavour lacks is refused with its reason, and how states behave is as it says."""

from __future__ import annotations

from random import Random

import pytest

from cordboard.model import commands as c, events as e
from cordboard.model.entities import Availability, Phase, SuperviseAction, Target, TargetKind
from cordboard.model.errors import CallerError
from cordboard.model.ids import AgentId, agent_subject
from cordboard.model.view import view
from cordboard.protocols.simulator.centre import CentreError
from cordboard.protocols.simulator.flavours import chosen, loads
from cordboard.protocols.simulator.library import builtin_flavours
from cordboard.protocols.simulator.orders import SERVICES
from tests.simulator.generator import a_service
from tests.simulator.world import LINK, World, world

NAMES = sorted(builtin_flavours())
NOOR = Target(kind=TargetKind.AGENT, id="noor")


async def talking(at: World) -> None:
    """Mia talks with a caller of bookings; Noor is logged on."""
    await at.do("mia", c.SetAgentState(state=Availability.READY))
    await at.do("noor", c.SetAgentState(state=Availability.NOT_READY, reason="paperwork"))
    await at.act("ring", number="+44 20 7946 0101", to="8001")
    await at.act("answer_call", agent="mia", call=at.contact("mia").calls[0].id)


def state(at: World, agent: str) -> str:
    """What the agent's page shows."""
    return at.hub.states[agent_subject(AgentId(agent))].states["sim/voice"].state.value


@pytest.mark.parametrize("name", NAMES)
async def test_what_a_flavour_lacks_is_grey_refused_and_explained(name: str) -> None:
    flavour = loads(builtin_flavours()[name])
    assert flavour.name == name
    async with world(flavour=name) as at:
        await talking(at)
        shown = at.hub.states[agent_subject(AgentId("mia"))]
        assert shown.links[LINK].services == SERVICES - set(flavour.lacks)
        assert view(shown).links[LINK].lacks == flavour.lacks
        (contact,) = shown.contacts
        controls = view(shown).controls
        for service, why in flavour.lacks.items():
            known = controls[contact].get(service, controls[""].get(service, "impossible-here"))
            assert known == "impossible-here", service
            assert why
        if "SetMicrophoneMute" in flavour.lacks:
            outcome = await at.do("mia", c.SetMicrophoneMute(contact=contact, mute=True))
            why = flavour.lacks["SetMicrophoneMute"]
            assert outcome == c.Refused(code="impossible-here", message=why)


@pytest.mark.parametrize("name", NAMES)
async def test_whatever_happens_is_shown_as_it_is(name: str) -> None:
    async with world(flavour=name, seed=3) as at:
        rng = Random(3)
        untold = at.floor.centre.rules.pending == "untold"
        for _ in range(120):
            await at.do(*a_service(at.hub.states, at.floor.centre, rng))
            if rng.random() < 0.4:
                number = rng.choice(at.floor.centre.customers).number
                await at.act("ring", number=number, to=rng.choice(["8001", "8002"]), patience=60)
            await at.clock.advance(rng.choice([0, 700, 5000, 20_000]))
            shown, truth = at.shown(), at.truth()
            if untold:
                for agent in truth["agents"].values():
                    agent["pending"] = None
            assert shown == truth
        assert at.flags() == {}


async def test_after_call_work_ends_with_the_next_state() -> None:
    async with world(flavour="finesse") as at:
        await talking(at)
        contact = at.newest("mia")
        assert isinstance(await at.do("mia", c.ClearConnection(contact=contact)), c.Done)
        assert state(at, "mia") == "working_after_call"
        completing = await at.do("mia", c.CompleteContact(contact=contact))
        assert isinstance(completing, c.Refused)
        assert completing.message == "after-call work ends with the next state that the agent chooses"
        await at.do("mia", c.SetAgentState(state=Availability.NOT_READY, reason="break"))
        assert state(at, "mia") == "not_ready"
        assert contact not in at.hub.states[agent_subject(AgentId("mia"))].contacts


async def test_a_state_chosen_in_a_call_is_not_told_before_it_holds() -> None:
    async with world(flavour="genesys") as at:
        await talking(at)
        breaking = c.SetAgentState(state=Availability.NOT_READY, reason="break")
        assert isinstance(await at.do("mia", breaking), c.Done)
        known = at.hub.states[agent_subject(AgentId("mia"))].states["sim/voice"]
        assert (known.state, known.pending) == (Availability.BUSY, None)
        assert at.switch.picture.agents["mia"].pending is not None
        await at.do("mia", c.ClearConnection(contact=at.newest("mia")))
        await at.clock.advance(60_000)
        assert state(at, "mia") == "not_ready"


async def test_no_state_can_be_chosen_in_a_call() -> None:
    async with world(flavour="plain") as at:
        await talking(at)
        outcome = await at.do("mia", c.SetAgentState(state=Availability.NOT_READY, reason="break"))
        assert isinstance(outcome, c.Refused)
        assert outcome.code == "wrong-state"
        await at.do("mia", c.ClearConnection(contact=at.newest("mia")))
        assert state(at, "mia") == "ready"


async def test_a_consult_is_handed_on_only_once_it_is_answered() -> None:
    async with world(flavour="five9") as at:
        await talking(at)
        contact = at.newest("mia")
        await at.do("mia", c.ConsultationCall(contact=contact, target=NOOR))
        await at.clock.advance(600)
        early = await at.do("mia", c.TransferCall(contact=contact))
        assert isinstance(early, c.Refused)
        assert early.code == "wrong-state"
        await at.do("noor", c.AnswerCall(contact=at.newest("noor")))
        assert isinstance(await at.do("mia", c.TransferCall(contact=contact)), c.Done)


async def test_a_routed_call_is_answered_by_itself() -> None:
    async with world(flavour="streams") as at:
        await at.do("mia", c.SetAgentState(state=Availability.READY))
        await at.act("ring", number="+44 20 7946 0101", to="8001")
        assert at.contact("mia").phase is Phase.OFFERED
        await at.clock.advance(2000)
        assert at.contact("mia").phase is Phase.ACTIVE


async def test_who_is_listened_to_knows_it() -> None:
    async with world(flavour="genesys") as at:
        for agent in ("sana", "ruth"):
            await at.act("log_on", agent=agent)
        ident = (await at.act("ring", number="+44 20 7946 0103", to="2006"))["call"]
        await at.act("answer_call", agent="sana", call=ident)
        service = c.Supervise(agent=AgentId("sana"), contact=at.newest("sana"), action=SuperviseAction.LISTEN)
        assert isinstance(await at.do("ruth", service), c.Done)
        seen = [item.supervises for item in at.contact("sana").calls[0].connections]
        assert SuperviseAction.LISTEN in seen


async def test_what_is_lacking_stays_known_while_the_link_is_down() -> None:
    async with world(flavour="plain") as at:
        await at.fault(drop=60_000)
        known = at.hub.states[agent_subject(AgentId("mia"))].links[LINK]
        assert not known.up
        assert known.lacks["Supervise"] == "nobody can enter another's call"
        said = [entry.event for entry in await at.log(agent_subject(AgentId("mia")))]
        assert isinstance(said[0], e.LinkUp)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("elsewhere", "flavour"),
        ("lacks = 3", "flavour"),
        ('[lacks]\nFly = "no wings"', "flavour.lacks"),
        ("[rules]\npending = 7", "flavour.rules"),
    ],
)
async def test_a_wrong_flavour_is_named(text: str, field: str) -> None:
    with pytest.raises(CallerError) as caught:
        async with world(flavour=text):
            pass
    assert caught.value.details["field"] == field


def test_a_flavour_of_ones_own_is_a_text() -> None:
    made = chosen('name = "mine"\n[lacks]\nHoldCall = "no music"', builtin_flavours())
    assert made.lacks == {"HoldCall": "no music"}
    assert chosen("", {}).lacks == {}
    with pytest.raises(CentreError, match="there are five9, finesse"):
        chosen("vista", {"five9": "", "finesse": ""})
