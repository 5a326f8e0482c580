from __future__ import annotations

from cordboard.model import events as e
from cordboard.model.entities import Availability, Medium
from cordboard.model.fold import initial
from cordboard.model.ids import LinkId
from cordboard.model.state import state_key, voice_state
from tests.model.builders import ANN, SIM, UP, after

FAR = LinkId("far")


def test_states_are_kept_by_link_and_medium() -> None:
    assert state_key(SIM, Medium.CHAT) == "sim/chat"


def test_an_agent_without_states_has_none() -> None:
    assert voice_state(initial(ANN)) is None
    assert voice_state(after(e.AgentReady(link=SIM)), Medium.CHAT) is None


def test_the_state_of_a_link_that_is_up_counts_before_one_that_is_down() -> None:
    states: list[e.Event] = [e.AgentReady(link=SIM), e.AgentBusy(link=FAR)]
    both = after(*states, e.LinkDown(link=SIM), e.LinkUp(link=FAR))
    found = voice_state(both)
    assert found is not None
    assert found.state is Availability.BUSY
    found = voice_state(after(*states, UP))
    assert found is not None
    assert found.state is Availability.READY


def test_a_state_is_known_when_no_link_is_up() -> None:
    found = voice_state(after(e.AgentReady(link=SIM), e.LinkDown(link=SIM)))
    assert found is not None
    assert found.state is Availability.READY
