from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given

from cordboard.model import commands as c
from cordboard.model.entities import SuperviseAction, Target, TargetKind
from cordboard.model.errors import ERRORS
from cordboard.model.ids import AgentId, CommandId, ContactId, agent_subject
from tests.model.strategies import values

HOLD = c.HoldCall(contact=ContactId("k"))


def kinds(name: c.Kind) -> set[str]:
    return {kind.__name__ for kind, info in c.SERVICES.items() if info.kind is name}


def names(union: object) -> set[str]:
    return {kind.__name__ for kind in get_args(union)}


def test_every_service_says_who_does_it() -> None:
    assert set(c.SERVICES) == set(get_args(c.Service))
    assert kinds(c.Kind.SWITCH) == names(c.SwitchService)
    assert kinds(c.Kind.HUB) == names(c.HubService)
    assert kinds(c.Kind.CRM) == names(c.CrmService)
    assert kinds(c.Kind.DESK) == names(c.DeskService)


def test_whatever_reaches_a_switch_is_logged_and_desk_actions_and_searches_are_not() -> None:
    unlogged = {kind.__name__ for kind, info in c.SERVICES.items() if not info.logged}
    assert unlogged == names(c.DeskService) | {"SearchRecords"}


def test_whatever_takes_a_target_dials_and_nothing_else_does() -> None:
    takes = {
        kind
        for kind in get_args(c.Service)
        if any(field.type in (Target, Target | None) for field in msgspec.structs.fields(kind))
    }
    assert {kind for kind, info in c.SERVICES.items() if info.dials} == takes


@pytest.mark.parametrize("kind", get_args(c.Service))
def test_the_name_of_a_service_is_its_type_in_json(kind: type[c.Service]) -> None:
    config: Any = kind.__struct_config__
    assert (config.tag_field, config.tag) == ("service", kind.__name__)


def test_the_json_of_a_command() -> None:
    command = c.Command(id=CommandId("m1"), subject=agent_subject("ann"), service=HOLD)
    assert msgspec.json.encode(command) == (
        b'{"id":"m1","subject":"agent/ann","service":{"service":"HoldCall","contact":"k"}}'
    )
    call = c.MakeCall(target=Target(kind=TargetKind.NUMBER, number="+4930"))
    assert msgspec.to_builtins(call) == {
        "service": "MakeCall",
        "target": {"kind": "number", "number": "+4930"},
    }


@pytest.mark.parametrize(
    ("outcome", "json"),
    [
        (c.Done(), b'{"outcome":"done"}'),
        (c.Refused(code="wrong-state"), b'{"outcome":"refused","code":"wrong-state"}'),
        (c.Unconfirmed(reason="timeout"), b'{"outcome":"unconfirmed","reason":"timeout"}'),
    ],
)
def test_the_json_of_an_outcome(outcome: c.Outcome, json: bytes) -> None:
    assert msgspec.json.encode(outcome) == json
    assert msgspec.json.decode(json, type=c.Outcome) == outcome


@pytest.mark.parametrize("code", ["wrong-state", "link-down", "timeout"])
def test_codes_of_outcomes_are_those_of_errors(code: str) -> None:
    assert code in ERRORS


@given(values(c.Command))
def test_a_command_survives_its_json(command: c.Command) -> None:
    assert msgspec.json.decode(msgspec.json.encode(command), type=c.Command) == command


@given(values(c.Query))
def test_a_query_survives_its_json(query: c.Query) -> None:
    assert msgspec.json.decode(msgspec.json.encode(query), type=c.Query) == query


@given(values(c.Result))
def test_a_result_survives_its_json(result: c.Result) -> None:
    assert msgspec.json.decode(msgspec.json.encode(result), type=c.Result) == result


def test_a_service_that_nobody_knows_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="Teleport"):
        msgspec.json.decode(
            b'{"id":"m","subject":"agent/a","service":{"service":"Teleport"}}', type=c.Command
        )


def test_a_supervisor_names_the_agent_whose_call_it_is() -> None:
    with pytest.raises(TypeError, match="agent"):
        c.Supervise(contact=ContactId("k"), action=SuperviseAction.LISTEN)  # type: ignore[call-arg]
    assert c.Supervise(
        agent=AgentId("bob"), contact=ContactId("k"), action=SuperviseAction.LISTEN
    ).agent == AgentId("bob")
