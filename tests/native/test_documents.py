import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from cordboard.model import commands, events
from cordboard.model.errors import ERRORS
from cordboard.protocols.native import routes, wire
from cordboard.protocols.native.asyncapi import ANSWERS, asyncapi
from cordboard.protocols.native.openapi import openapi
from cordboard.protocols.native.schema import CLIENT_MESSAGES, SERVER_MESSAGES, components, json_schema
from tests.model.strategies import values
from tests.native.messages import messages

EVERYTHING = (*CLIENT_MESSAGES, *SERVER_MESSAGES)


@pytest.fixture(scope="module")
def api() -> dict[str, Any]:
    return dict(json.loads(openapi()))


@pytest.fixture(scope="module")
def stream() -> dict[str, Any]:
    return dict(json.loads(asyncapi()))


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return dict(json.loads(json_schema()))


def refs(document: object) -> Iterator[str]:
    match document:
        case dict():
            for key, value in document.items():
                if key == "$ref":
                    yield value
                else:
                    yield from refs(value)
        case list():
            for item in document:
                yield from refs(item)
        case _:
            pass


def at(document: object, pointer: str) -> object:
    for part in pointer.removeprefix("#/").split("/"):
        assert isinstance(document, dict)
        document = document[part.replace("~1", "/").replace("~0", "~")]
    return document


def test_openapi_is_valid_and_has_every_door(api: dict[str, Any]) -> None:
    OPENAPI_31_VALIDATOR.validate(api)
    doors = {(route.path, route.method.lower()): route for route in routes.ROUTES if route.kind == "http"}
    assert {(path, method) for path, item in api["paths"].items() for method in item} == set(doors)
    for (path, method), route in doors.items():
        operation = api["paths"][path][method]
        assert operation["operationId"] == route.name
        assert operation["security"] == ([] if route.anonymous else [{"token": []}])
        named = {
            api["components"]["parameters"][ref.rpartition("/")[2]]["name"]
            for ref in refs(operation.get("parameters", []))
        }
        assert set(re.findall(r"{(\w+)}", path)) <= named


def test_every_error_code_is_in_the_document(api: dict[str, Any]) -> None:
    assert api["components"]["schemas"]["ErrorBody"]["properties"]["code"]["enum"] == sorted(ERRORS)
    for item in api["paths"].values():
        for operation in item.values():
            for status, reply in operation["responses"].items():
                for code in re.findall(r"- `([a-z-]+)`:", reply["description"]):
                    assert ERRORS[code].status == int(status)
    posts = api["paths"]["/v1/subjects/{kind}/{id}/commands"]["post"]["responses"]
    told = "".join(reply["description"] for reply in posts.values())
    for code in ("wrong-state", "gate-closed", "link-down", "duplicate-command", "not-allowed"):
        assert f"`{code}`" in told


def test_references_lead_somewhere(
    api: dict[str, Any], stream: dict[str, Any], schema: dict[str, Any]
) -> None:
    for document in (api, stream, schema):
        found = set(refs(document))
        assert found
        for ref in found:
            assert at(document, ref) is not None


def test_asyncapi_has_every_message_and_close_code(stream: dict[str, Any]) -> None:
    assert stream["asyncapi"] == "3.0.0"
    channel = stream["channels"]["socket"]
    assert channel["address"] == "/v1/socket"
    tags = {kind.__struct_config__.tag for kind in EVERYTHING}
    assert set(channel["messages"]) == set(stream["components"]["messages"]) == tags
    received = {name for name, item in stream["operations"].items() if item["action"] == "receive"}
    assert received == {kind.__struct_config__.tag for kind in CLIENT_MESSAGES}
    sent = {ref.rpartition("/")[2] for ref in refs(stream["operations"]["tell"]["messages"])}
    assert sent == {kind.__struct_config__.tag for kind in SERVER_MESSAGES}
    assert set(channel["x-close-codes"]) == {str(code.value) for code in wire.CloseCode}
    for kind, answers in ANSWERS.items():
        reply = stream["operations"][kind.__struct_config__.tag]["reply"]
        assert {ref.rpartition("/")[2] for ref in refs(reply["messages"])} == {
            a.__struct_config__.tag for a in answers
        }


def test_schemas_are_schemas_and_the_unions_have_names() -> None:
    for name, schema in components().items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert "_" not in name
    assert len(components()["Event"]["oneOf"]) == len(get_args(events.Event))
    assert len(components()["Service"]["oneOf"]) == len(get_args(commands.Service))
    assert components()["Command"]["properties"]["service"] == {"$ref": "#/components/schemas/Service"}
    assert components()["Entry"]["properties"]["event"] == {"$ref": "#/components/schemas/Event"}


def test_what_callers_send_is_described_as_strictly_as_it_is_read() -> None:
    strict = {name for name, schema in components().items() if schema.get("additionalProperties") is False}
    assert {"Hello", "Execute", "Command", "HoldCall", "Target", "CommandBody", "GetTargets"} <= strict
    assert not strict & {"Welcome", "Entry", "Joined", "Contact", "Held", "View"}


@pytest.mark.parametrize("kind", EVERYTHING, ids=lambda kind: str(kind.__name__))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_messages_fit_their_schema(kind: type, data: st.DataObject) -> None:
    if kind in (wire.Entry, wire.Joined):
        return  # their random events are no events; the next test has real ones
    text = wire.encode(data.draw(messages(kind)))
    validator = jsonschema.Draft202012Validator(
        {"$ref": f"#/components/schemas/{kind.__name__}", "components": {"schemas": dict(components())}}
    )
    validator.validate(json.loads(text))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(event=st.sampled_from(get_args(events.Event)).flatmap(values))
def test_events_fit_their_schema(event: events.Event) -> None:
    schema = {"$ref": "#/components/schemas/Event", "components": {"schemas": dict(components())}}
    jsonschema.Draft202012Validator(schema).validate(json.loads(events.encode_event(event)))


def test_the_schema_document_stands_alone(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "components" not in json.dumps(schema)
    assert '"discriminator"' not in json.dumps(schema)
