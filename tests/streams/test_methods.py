"""The table of requests: it has all that the reference lists, and each is answered exactly once whatever comes with it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings, strategies as st

from cordboard.model import commands as c
from cordboard.model.entities import Phase
from cordboard.model.errors import ERRORS
from cordboard.protocols.streams import wire
from cordboard.protocols.streams.methods import METHODS, plan
from cordboard.protocols.streams.plans import TYPES, Do, Fail, Say, failed, outcome_error
from cordboard.testing.centre import ContactCentre
from tests.streams.page import CcpPage
from tests.streams.test_document import contact, far, own, subject

REFERENCE = Path(__file__).parents[3] / "shared" / "protocols" / "streams.md"
KNOWN_TYPES = {
    "AccessDeniedException",
    "InvalidStateException",
    "BadEndpointException",
    "InvalidConfigurationException",
    "SendDataFailedException",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["contactId", "connectionId", "endpoint", "state", "digits", "configuration", "queueARN", "maxResults"]
)
PARAMS = st.dictionaries(
    FIELDS, st.sampled_from(["k", "own", "far", "k:own", "", "arn:x/y"]) | JSON, max_size=4
)


def listed() -> list[str]:
    """The requests of the reference's table, and those enumerated below it."""
    text = REFERENCE.read_text(encoding="utf-8")
    part = text.partition("### 6.2")[2].partition("## 7.")[0]
    found: list[str] = []
    for line in part.splitlines():
        if not line.startswith("| ") or line.startswith(("| Method", "| …")):
            continue
        cell = line.split("|")[1].strip()
        prefix = "AgentAppService" if cell.startswith("AgentAppService") else ""
        if not prefix:
            found += [name.strip() for name in re.split(r"[/,]", cell)]
            continue
        for service, names in re.findall(r"\.(\w+)\.(\{[^}]*\}|\w+)", cell):
            found += [f"{prefix}.{service}.{name.strip()}" for name in names.strip("{}").split(",")]
    _, _, rest = part.partition("AWS's own worker:")
    return found + [name.strip(" .\n") for name in rest.split(",")]


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference is not in this checkout")
def test_the_table_has_exactly_what_the_reference_lists() -> None:
    names = listed()
    assert len(names) > 45
    assert set(METHODS) == set(names)


@pytest.mark.parametrize("name", METHODS)
def test_each_does_something_or_says_why_not(name: str) -> None:
    method = METHODS[name]
    assert bool(method.does) is not bool(method.fails)
    planned = method.plan(subject(), {})
    assert isinstance(planned, Fail) == bool(method.fails) or not method.fails
    assert (method.does or method.fails)[0].isalnum()


@pytest.mark.parametrize("name", [*METHODS, "noSuchMethod", ""])
async def test_each_is_answered_exactly_once(contact_centre: ContactCentre, name: str) -> None:
    page = CcpPage(contact_centre.hub, "mia")
    await contact_centre.hub.settled()
    answer = await page.ask(name)
    if answer.err is not None:
        error = json.loads(answer.err)
        assert error["type"] in KNOWN_TYPES
        assert set(error) == {"type", "message", "stack", "retryStatus", "statusCode", "status"}
    await contact_centre.advance(30)
    assert len([f for f in page.frames if isinstance(f, wire.ApiAnswer)]) == 1


async def test_a_request_that_comes_again_does_nothing(contact_centre: ContactCentre) -> None:
    page = CcpPage(contact_centre.hub, "mia")
    await contact_centre.hub.settled()
    request = wire.Api(request_id="same", method="putAgentState", params={"state": page.state("Available")})
    for _ in range(3):
        page.say(request)
    await contact_centre.hub.settled()
    assert page.answer("same").err is None
    issued = contact_centre.hub.states[page.subject].commands
    assert len(issued) == 1


@given(name=st.sampled_from([*METHODS]), params=PARAMS)
@settings(max_examples=400, deadline=None)
def test_whatever_comes_with_it_there_is_a_plan(name: str, params: dict[str, object]) -> None:
    state = subject(contact(Phase.ACTIVE, own(), far()))
    planned = plan(state, name, params)
    if isinstance(planned, Do):
        assert planned.services
        kinds = {type(service) for service in planned.services}
        assert kinds <= set(METHODS[name].services)
        assert all(isinstance(service, get_args(c.Service)) for service in planned.services)
    else:
        assert isinstance(planned, Fail | Say) or name == "getEndpoints"


def test_every_refusal_becomes_an_error_that_can_be_parsed() -> None:
    for code in ERRORS:
        error = json.loads(outcome_error(c.Refused(code=code, message="why")))
        assert error["type"] in KNOWN_TYPES
        assert error["message"] == f"{code}: why"
    assert json.loads(outcome_error(c.Unconfirmed(reason="timeout")))["statusCode"] == 504
    assert set(TYPES) <= set(ERRORS)
    assert json.loads(failed("X", 'a "quoted" word'))["message"] == 'a "quoted" word'


def test_numbers_are_taken_as_people_write_them() -> None:
    for written in ("+44 1632 960-001", "sip:+441632960001@carrier.example", "(+44) 1632.960001"):
        params = {"endpoint": {"type": "phone_number", "phoneNumber": written}}
        planned = plan(subject(), "createOutboundContact", params)
        assert isinstance(planned, Do)
        (service,) = planned.services
        assert isinstance(service, c.MakeCall)
        assert service.target.number == "+441632960001"
