"""What is made from the model is current, complete and true: types for the pages, JSON Schema, the reference."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st
from jsonschema import Draft202012Validator

from cordboard.model import commands, errors, events, state, view, vocabulary
from cordboard.model.entities import Contact, Stamp
from cordboard.model.ids import ContactId, LinkId, agent_subject
from cordboard.model.tables import AGENT_MOVES, CONNECTION_MOVES, PHASE_MOVES
from cordboard.protocols.native import wire
from cordboard.protocols.simulator.console import actions
from cordboard.settings import reference
from tools import generate, manual
from tools.catalogue import UNIONS, structs
from tools.reference import words
from tools.schema import document

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
SCHEMA = document()


def heads(page: str) -> set[str]:
    return words((REFERENCE / page).read_text())


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"})


def names(union: object) -> set[str]:
    return {member.__name__ for member in get_args(union)}


def test_generated_files_are_current() -> None:
    assert generate.stale() == []


def test_a_file_that_is_not_current_is_found_and_written_anew(tmp_path: Path) -> None:
    assert set(generate.write(tmp_path)) == set(generate.files())
    assert generate.stale(tmp_path) == []
    (tmp_path / "docs/reference/errors.md").write_text("edited by hand")
    assert generate.stale(tmp_path) == ["docs/reference/errors.md"]
    assert generate.write(tmp_path) == ["docs/reference/errors.md"]


def test_nothing_in_the_reference_that_looks_made_is_left_over() -> None:
    made = {path.name for path in REFERENCE.iterdir() if path.read_text().startswith("<!-- Made by")}
    assert {f"docs/reference/{name}" for name in made} <= set(generate.files())


def test_every_event_command_query_and_error_has_its_heading() -> None:
    assert names(events.Event) <= heads("events.md")
    assert names(commands.Service) <= heads("commands.md")
    assert names(commands.Outcome) <= heads("commands.md")
    assert names(commands.Query) | names(commands.Result) <= heads("queries.md")
    assert set(errors.ERRORS) <= heads("errors.md")


def test_every_frame_and_close_code_of_the_native_protocol_is_documented() -> None:
    frames = (*get_args(wire.ClientMessage), *get_args(wire.ServerMessage))
    assert {member.__struct_config__.tag for member in frames} <= heads("native.md")
    text = (REFERENCE / "close-codes.md").read_text()
    assert [code for code in wire.CloseCode if f"| {code.value} |" not in text] == []


def test_every_setting_word_of_the_command_line_and_action_of_the_simulator_is_documented() -> None:
    text = (REFERENCE / "settings.md").read_text()
    assert [row.name for row in reference() if f"`{row.name}` (" not in text or not row.text] == []
    assert {path for path, _ in manual.words()} == heads("cli.md") - {"Command line"}
    assert [path for path, command in manual.words() if not command.help] == []
    text = (REFERENCE / "simulator.md").read_text()
    assert [action.name for action in actions() if f"| `{action.name}` |" not in text] == []


def test_every_struct_that_a_field_names_is_documented_somewhere() -> None:
    pages = ("events.md", "commands.md", "queries.md", "entities.md")
    documented = set().union(*(heads(page) for page in pages))
    inside = {"Command", "ErrorBody", "ErrorReply"}  # under a heading of another name
    assert {cls.__name__ for cls in structs()} - documented == inside


def test_every_word_of_the_vocabulary_is_documented() -> None:
    text = (REFERENCE / "vocabulary.md").read_text()
    for table in (vocabulary.CAUSES, vocabulary.INITIATIONS, vocabulary.GAUGES):
        assert [word for word in table if f"| `{word}` |" not in text] == []


def test_every_row_of_the_state_tables_is_on_their_page() -> None:
    text = (REFERENCE / "states.md").read_text()
    for kind in (*CONNECTION_MOVES, *PHASE_MOVES, *AGENT_MOVES):
        assert f"[{kind.__name__}]" in text
    assert all(
        f">{kind.__name__}<" in (REFERENCE / "connections.svg").read_text() for kind in CONNECTION_MOVES
    )


@pytest.mark.parametrize("name", ["agent-states.svg", "phases.svg", "connections.svg"])
def test_a_diagram_needs_nothing_from_elsewhere(name: str) -> None:
    text = (REFERENCE / name).read_text()
    assert text.count("://") == 1  # the name of SVG's own namespace
    assert "<script" not in text


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    committed = json.loads((REFERENCE / "model.schema.json").read_text())
    assert committed == json.loads(json.dumps(SCHEMA))
    assert set(UNIONS) <= set(committed["$defs"])


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data())
@pytest.mark.parametrize("kind", get_args(events.Event), ids=lambda kind: kind.__name__)
def test_every_event_as_it_is_written_is_valid(kind: type[events.Event], data: st.DataObject) -> None:
    body = events.encode_event(data.draw(st.from_type(kind)))
    assume(b":null" not in body)  # what an infinite number becomes; nothing else is written as null
    encoded = json.loads(body)
    validator("Event").validate(encoded)
    assert encoded["type"] == kind.__struct_config__.tag


@settings(max_examples=4, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("kind", get_args(commands.Service), ids=lambda kind: kind.__name__)
def test_every_service_as_it_is_written_is_valid(kind: type[commands.Service], data: st.DataObject) -> None:
    encoded = json.loads(msgspec.json.encode(data.draw(st.from_type(kind))))
    validator("Service").validate(encoded)
    assert encoded["service"] == kind.__name__


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "Delivered", "contact": "c"},
        {"type": "Delivered", "contact": "c", "call": 1},
        {"type": "NoSuchEvent"},
        {"type": "AgentReady", "medium": "telex"},
    ],
)
def test_the_schema_refuses_what_is_none(wrong: dict[str, object]) -> None:
    assert not validator("Event").is_valid(wrong)


def test_a_view_is_valid_and_leaves_out_what_is_empty() -> None:
    contact = Contact(id=ContactId("c"), link=LinkId("l"), created=Stamp(ours=1))
    folded = state.SubjectState(subject=agent_subject("ann"), contacts={contact.id: contact})
    encoded = json.loads(msgspec.json.encode(view.view(folded)))
    validator("View").validate(encoded)
    assert "messages" not in encoded
    assert (
        "phase" not in encoded["contacts"]["c"]
    )  # offered, the default: the types say that it may be missing
