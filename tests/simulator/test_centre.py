from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from cordboard.protocols.simulator import centre
from cordboard.protocols.simulator.centre import (
    AgentPlan,
    Centre,
    CentreError,
    Customer,
    Directory,
    Mood,
    Number,
    QueuePlan,
    Unknown,
)

PLAIN = tomllib.loads(files("cordboard.protocols.simulator").joinpath("centre.toml").read_text("utf-8"))


def test_the_demo_centre_has_what_a_demo_needs(northquay: Centre) -> None:
    assert len(northquay.agents) == 8
    assert [q.medium for q in northquay.queues] == ["voice", "voice", "voice", "chat", "task"]
    assert {q.routing for q in northquay.queues} == {"longest_idle", "priority", "skill"}
    assert len(northquay.customers) == 30
    assert any(not a.self_acting for a in northquay.agents)
    assert sum(a.self_acting for a in northquay.agents) >= 4
    assert {n.behaviour for n in northquay.numbers} == {"answer", "busy", "no_answer", "invalid"}
    assert northquay.reason("not_ready", northquay.rules.no_answer_reason) is not None
    assert northquay.reason("logout", "break") is None
    assert northquay.mood(northquay.customers[1]) == Mood(patience=45, talk=40, answers=0.6)
    assert northquay.mood(None) == Mood()


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("2001", AgentPlan, "Mia Thorne"),
        ("agent:mia", AgentPlan, "Mia Thorne"),
        ("8003", QueuePlan, "Freight desk"),
        ("queue:freight", QueuePlan, "Freight desk"),
        ("+44 (20) 7946-0101", Customer, "Ada Whitlow"),
        ("+441632960004", Number, "Crane operator"),
        ("+44 1632 960777", Number, ""),
    ],
)
def test_what_a_text_reaches(northquay: Centre, text: str, kind: type, name: str) -> None:
    target = Directory(northquay).target(text)
    assert isinstance(target, kind)
    assert not isinstance(target, Unknown)
    assert target.name == name


@pytest.mark.parametrize("text", ["", "12", "agent:nobody", "queue:mia", "sip:mia", "mia", "+44x1632960001"])
def test_what_reaches_nothing(northquay: Centre, text: str) -> None:
    assert Directory(northquay).target(text) == Unknown(text)


def _set(*path: str | int, to: object) -> Callable[[dict[str, Any]], None]:
    def change(plain: dict[str, Any]) -> None:
        place: Any = plain
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (_set("agents", 1, "id", to="mia"), "agents[1].id"),
        (_set("agents", 1, "login", to=""), "agents[1].login"),
        (_set("agents", 2, "extension", to="8001"), "queues[0].number"),
        (_set("agents", 2, "extension", to="..."), "agents[2].extension"),
        (_set("agents", 0, "queues", to={"sales": 1}), "agents[0].queues.sales"),
        (_set("agents", 0, "skills", to={"freight": "good"}), "agents[0].skills"),
        (_set("agents", 0, "colour", to="red"), "agents[0]"),
        (_set("queues", 0, "routing", to="random"), "queues[0].routing"),
        (_set("queues", 0, "no_answer", to=0), "queues[0].no_answer"),
        (_set("queues", 0, "skill", to="juggling"), "queues[0].skill"),
        (_set("queues", 0, "id", to="changes"), "queues[1].id"),
        (_set("customers", 3, "mood", to="angry"), "customers[3].mood"),
        (_set("customers", 3, "number", to="+44 20 7946 0101"), "customers[3].number"),
        (_set("moods", "calm", "answers", to=2.0), "moods.calm.answers"),
        (_set("numbers", 0, "behaviour", to="sings"), "numbers[0].behaviour"),
        (_set("reasons", 1, "code", to="break"), "reasons[1].code"),
        (_set("rules", "tone", to=0), "rules"),
        (_set("name", to=7), "name"),
    ],
)
def test_an_error_names_its_field(change: Callable[[dict[str, Any]], None], field: str) -> None:
    plain = copy.deepcopy(PLAIN)
    change(plain)
    with pytest.raises(CentreError) as caught:
        centre.centre(plain)
    assert caught.value.field.startswith(field)
    assert str(caught.value).startswith(field)


def test_routing_by_skill_needs_a_skill() -> None:
    plain = copy.deepcopy(PLAIN)
    del plain["queues"][2]["skill"]
    with pytest.raises(CentreError) as caught:
        centre.centre(plain)
    assert caught.value.field == "queues[2].skill"


def test_what_is_no_toml_is_told() -> None:
    with pytest.raises(CentreError) as caught:
        centre.loads("agents = [")
    assert caught.value.field == "(file)"
