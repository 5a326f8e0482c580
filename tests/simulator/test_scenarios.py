from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from random import Random

import pytest

from cordboard.protocols.simulator import scenario
from cordboard.protocols.simulator.centre import Centre
from cordboard.protocols.simulator.flavours import chosen
from cordboard.protocols.simulator.library import builtin_flavours
from cordboard.protocols.simulator.people import People
from cordboard.protocols.simulator.scenario import Failure, Scenario, ScenarioError
from cordboard.protocols.simulator.switch import Switch

SCENARIOS = {
    entry.name.removesuffix(".toml"): entry.read_text("utf-8")
    for entry in sorted(
        files("cordboard.protocols.simulator").joinpath("scenarios").iterdir(), key=lambda e: e.name
    )
    if entry.name.endswith(".toml")
}
NEEDED = {
    "arrivals",
    "team-message",
    *(f"flavour-{name}" for name in builtin_flavours()),
    "abandoned-in-queue",
    "abandoned-while-ringing",
    "alternate",
    "blind-transfer-agent",
    "blind-transfer-number",
    "blind-transfer-queue",
    "callback",
    "chat",
    "chat-transfer",
    "conference",
    "consult-reconnect",
    "declined",
    "dtmf",
    "hold",
    "inbound",
    "internal",
    "missed",
    "mute",
    "outbound-answered",
    "outbound-busy",
    "outbound-no-answer",
    "pending-state",
    "predictive",
    "preview-campaign",
    "progressive",
    "task",
    "transcript",
    "warm-transfer",
    "wrap-up",
}


def staged(played: Scenario, northquay: Centre) -> tuple[Switch, Callable[[int], None]]:
    """A switch as the scenario wants it, and how time passes on it."""
    switch = Switch(chosen(played.flavour, builtin_flavours()).of(northquay), now=1_000_000)
    return switch, People(switch, Random(1)).advance if played.people else switch.advance


def test_every_story_of_the_matrix_has_its_scenario() -> None:
    assert NEEDED - set(SCENARIOS) == set()


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str, northquay: Centre) -> None:
    played = scenario.loads(SCENARIOS[name])
    assert played.name == name
    switch, advance = staged(played, northquay)
    assert scenario.run(played, switch, advance) == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_leaves_the_same_journal_each_time(name: str, northquay: Centre) -> None:
    journals = []
    for _ in range(2):
        played = scenario.loads(SCENARIOS[name])
        switch, advance = staged(played, northquay)
        scenario.run(played, switch, advance)
        journals.append(switch.journal.records)
    assert journals[0] == journals[1]
    assert journals[0]


def test_a_failure_says_where_and_what(switch: Switch) -> None:
    played = scenario.loads(
        """
        name = "wrong"
        about = "Expects what does not happen."
        [[step]]
        do = "log_on"
        agent = "mia"
        expect.agents.mia = { state = "ready", reason = "none" }
        expect.records = [{ kind = "agent-ready" }]
        [[step]]
        do = "log_on"
        agent = "mia"
        """
    )
    assert scenario.run(played, switch) == [
        Failure(step=1, where="agents.mia.state", expected="ready", actual="not_ready"),
        Failure(step=1, where="records", expected={"kind": "agent-ready"}, actual=["agent-logged-on"]),
        Failure(
            step=2,
            where="log_on",
            expected="done",
            actual="already-logged-on (the agent is logged on: mia)",
        ),
    ]


def test_a_refusal_that_does_not_come_is_a_failure(switch: Switch) -> None:
    played = scenario.loads(
        'name = "x"\nabout = "y"\n[[step]]\ndo = "log_on"\nagent = "mia"\nrefused = "unknown-agent"'
    )
    assert scenario.run(played, switch) == [
        Failure(step=1, where="log_on", expected="unknown-agent", actual="done")
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", "not TOML"),
        ('name = "x"\nabout = "y"\nstep = [1]', "must be a table"),
        ('name = "x"', "about"),
        ('name = "x"\nabout = "y"\n[[step]]\nadvance = "soon"', "advance"),
    ],
)
def test_a_wrong_text_is_told(text: str, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        scenario.loads(text)


def test_a_reference_to_nothing_is_told(switch: Switch) -> None:
    played = scenario.loads(
        'name = "x"\nabout = "y"\n[[step]]\ndo = "hold_call"\nagent = "mia"\ncall = "$call"'
    )
    with pytest.raises(ScenarioError, match=r"\$call"):
        scenario.run(played, switch)
