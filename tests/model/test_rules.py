from __future__ import annotations

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import replace

from cordboard.model import commands as c, events as e
from cordboard.model.controls import AGENT_CONTROLS, controls
from cordboard.model.entities import (
    ConnectionState as S,
)
from cordboard.model.errors import ERRORS
from cordboard.model.ids import CallId, CommandId, ConnectionId, LinkId
from cordboard.model.log import Entry
from cordboard.model.rules import RULES, SWITCH_SERVICES, addressed, possible, refusal, services_of
from cordboard.model.state import SubjectState
from tests.model.builders import (
    ANN,
    SIM,
    UP,
    after,
    ann,
    bob,
    call,
    contact,
    folded,
)
from tests.model.situations import (
    ACTIVE,
    ALL,
    ALONE,
    CHAT_ACTIVE,
    CONSULT,
    CONSULTING,
    HELD,
    IDLE,
    K1,
    NUMBER,
    SAMPLES,
    WRAPPING,
    refused,
)
from tests.model.strategies import SUBJECT, stories, values

TALK = {"active", "held", "consulting", "alone"}
WITH = TALK | {"parked"}
VOICE = {"offered", "dialling", "wrapping"} | WITH
CHATS = {"chat offered", "chat active", "chat paused", "chat wrapping"}
OPEN = VOICE | CHATS
WHEN: dict[type[c.Service], set[str]] = {
    c.MakeCall: {"idle", "held", "parked", "wrapping", "closed"} | CHATS,
    c.AnswerCall: {"offered", "chat offered"},
    c.DeflectCall: {"offered", "chat offered"},
    c.ClearConnection: WITH | {"dialling", "chat active", "chat paused"},
    c.HoldCall: {"active", "consulting", "alone"},
    c.RetrieveCall: {"held", "parked", "consulting"},
    c.ParkCall: {"active", "held", "alone"},
    c.ConsultationCall: {"active", "held", "alone"},
    c.AlternateCall: {"consulting"},
    c.ReconnectCall: {"consulting"},
    c.TransferCall: {"consulting"},
    c.ConferenceCall: {"consulting"},
    c.SingleStepTransferCall: {"active", "held", "alone", "chat active", "chat paused"},
    c.SingleStepConferenceCall: {"active", "consulting", "alone"},
    c.GenerateDigits: {"dialling", "active", "consulting", "alone"},
    c.AssociateData: OPEN,
    c.SetMicrophoneMute: TALK,
    c.SetAgentState: set(ALL),
    c.SetDisposition: WITH | {"wrapping", "chat active", "chat paused", "chat wrapping"},
    c.CompleteContact: {"wrapping", "chat wrapping"},
    c.PauseContact: {"chat active"},
    c.ResumeContact: {"chat paused"},
    c.SendMessage: {"chat active"},
    c.ScheduleCallback: WITH | {"wrapping", "chat active", "chat paused", "chat wrapping"},
    c.CancelCallback: set(ALL),
    c.StartRecording: TALK,
    c.StopRecording: TALK,
    c.Supervise: set(),
    c.SuperviseAgent: set(),
    c.PostTeamMessage: set(ALL),
    c.DeleteTeamMessage: set(ALL),
    c.ShareRecord: OPEN,
    c.TakeNote: OPEN | {"closed"},
    c.SetLocalData: OPEN,
    c.SearchRecords: OPEN | {"closed"},
    c.SaveActivity: OPEN | {"closed"},
    c.ScreenPop: set(ALL),
    c.SetToolbarSize: set(ALL),
    c.ShowError: set(ALL),
    c.SetVisibility: set(ALL),
}
"""In which of the situations each service is possible."""


def test_the_tables_here_cover_all_services() -> None:
    every = set(get_args(c.Service))
    assert {type(item) for item in SAMPLES} == set(WHEN) == every


@pytest.mark.parametrize("service", SAMPLES, ids=lambda item: type(item).__name__)
def test_when_a_service_is_possible(service: c.Service) -> None:
    assert {name for name, state in ALL.items() if not refused(state, service)} == WHEN[type(service)]


@pytest.mark.parametrize("service", SAMPLES, ids=lambda item: type(item).__name__)
@pytest.mark.parametrize("state", ALL.values(), ids=ALL.keys())
def test_what_is_possible_is_what_is_not_refused(state: SubjectState, service: c.Service) -> None:
    contact_id = getattr(service, "contact", None)
    if isinstance(service, c.SearchRecords) or (state is ALONE and isinstance(service, c.RetrieveCall)):
        return  # this needs to be told which connection
    found = possible(state, SWITCH_SERVICES, type(service), contact_id)
    assert refused(state, service) == ("" if found is None else found.code)


def test_there_is_a_rule_for_every_service_on_a_contact_of_the_agents_own() -> None:
    on_contact = {
        kind
        for kind in get_args(c.Service)
        if any(item.name == "contact" and item.required for item in msgspec.structs.fields(kind))
    }
    assert set(RULES) == on_contact - {c.Supervise}


@given(stories, values(c.Command))
def test_any_command_in_any_state_is_answered(story: list[Entry], command: c.Command) -> None:
    state = folded([item.event for item in story])
    command = replace(command, subject=SUBJECT)
    found = refusal(state, services_of(state, command.link), command)
    assert found is None or (found.code in ERRORS and found.message)


@given(stories)
def test_controls_are_what_is_possible(story: list[Entry]) -> None:
    state = folded([UP, *(item.event for item in story)])
    shown = controls(state)
    assert set(shown) == {"", *state.contacts}
    for name, item in state.contacts.items():
        here = services_of(state, item.link)
        for kind in RULES:
            found = possible(state, here, kind, name)
            assert shown[name][kind.__name__] == ("" if found is None else found.code)


# --- the link ------------------------------------------------------------------------------------------------------------

SWITCH = [item for item in SAMPLES if c.SERVICES[type(item)].kind is c.Kind.SWITCH]
OURS = [item for item in SAMPLES if c.SERVICES[type(item)].kind is not c.Kind.SWITCH]
DOWN = e.LinkDown(link=SIM)


@pytest.mark.parametrize("service", SWITCH, ids=lambda item: type(item).__name__)
def test_what_a_contact_centre_cannot_do_is_impossible_here(service: c.Service) -> None:
    command = c.Command(id=CommandId("m"), subject=ANN, service=service)
    found = refusal(CONSULTING, SWITCH_SERVICES - {type(service).__name__}, command)
    assert found is not None
    assert found.code == "impossible-here"


@pytest.mark.parametrize("service", SWITCH, ids=lambda item: type(item).__name__)
def test_a_link_that_is_down_does_nothing(service: c.Service) -> None:
    assert refused(after(DOWN, state=CONSULTING), service) == "link-down"


@pytest.mark.parametrize("service", OURS, ids=lambda item: type(item).__name__)
def test_what_is_done_here_needs_no_link(service: c.Service) -> None:
    state = after(DOWN, state=ACTIVE)
    command = c.Command(id=CommandId("m"), subject=ANN, service=service)
    assert refusal(state, frozenset(), command) is None


def test_the_link_that_is_asked_is_the_contacts_or_the_one_named() -> None:
    far = e.LinkUp(link=LinkId("far"))
    assert refused(after(far, DOWN, state=ACTIVE), c.HoldCall(contact=K1)) == "link-down"
    state = after(far, DOWN, state=IDLE)
    call_out = c.MakeCall(target=NUMBER)
    assert refused(state, call_out) == ""
    assert refused(state, call_out, link=SIM) == "link-down"
    assert refused(state, call_out, link=LinkId("none")) == "link-down"


def test_an_agent_whose_links_are_down_is_told_so_and_not_that_it_is_impossible() -> None:
    state = after(DOWN, state=IDLE)
    assert services_of(state) == frozenset()
    assert controls(state)[""] == {kind.__name__: "link-down" for kind in AGENT_CONTROLS}


def test_the_services_of_links() -> None:
    two = after(
        e.LinkUp(link=SIM, services=("HoldCall",)), e.LinkUp(link=LinkId("far"), services=("MakeCall",))
    )
    assert services_of(two) == {"HoldCall", "MakeCall"}
    assert services_of(two, SIM) == {"HoldCall"}
    assert services_of(two, LinkId("none")) == frozenset()


# --- which contact, call and connection -----------------------------------------------------------------------------------


@pytest.mark.parametrize("service", [item for item in SAMPLES if type(item) in RULES])
def test_a_contact_that_nobody_knows(service: c.Service) -> None:
    assert refused(IDLE, service) == "unknown-contact"


def test_a_search_for_a_contact_that_nobody_knows_or_for_none() -> None:
    assert refused(IDLE, c.SearchRecords(contact=K1)) == "unknown-contact"
    assert refused(IDLE, c.SearchRecords(text="cleo")) == ""


@pytest.mark.parametrize("service", [item for item in SAMPLES if hasattr(item, "call")])
def test_a_call_that_nobody_knows(service: c.Service) -> None:
    assert refused(CONSULTING, msgspec.structs.replace(service, call=CallId("c9"))) == "unknown-call"


def test_a_call_that_is_over_is_unknown() -> None:
    state = after(call(e.CallCleared, call="c2"), state=CONSULTING)
    assert refused(state, c.HoldCall(contact=K1, call=CallId("c2"))) == "unknown-call"


def test_a_call_in_which_the_agent_has_no_place() -> None:
    state = after(call(e.ConnectionCleared, ann(S.NULL, "ann2"), call="c2"), state=CONSULTING)
    assert refused(state, c.ClearConnection(contact=K1, call=CallId("c2"))) == "wrong-state"


@pytest.mark.parametrize(
    ("state", "service", "named"),
    [
        (CONSULTING, c.HoldCall, "c2"),
        (CONSULTING, c.RetrieveCall, "c1"),
        (CONSULTING, c.ClearConnection, "c2"),
        (CONSULTING, c.ReconnectCall, "c1"),
        (CONSULTING, c.GenerateDigits, "c2"),
        (CONSULTING, c.AnswerCall, None),
        (after(call(e.Held, ann(S.HOLD, "ann2"), call="c2"), state=CONSULTING), c.ClearConnection, "c1"),
        (CONSULTING, c.AssociateData, "c1"),
        (ALONE, c.RetrieveCall, "c1"),
        (CHAT_ACTIVE, c.ClearConnection, "c1"),
        (WRAPPING, c.AssociateData, None),
        (WRAPPING, c.ClearConnection, None),
    ],
)
def test_the_call_that_is_meant_when_none_is_named(
    state: SubjectState, service: type[c.Service], named: str | None
) -> None:
    found = addressed(contact(state), service)
    assert (found.id if found is not None else None) == named


def test_after_alternating_the_consult_is_what_can_be_retrieved() -> None:
    swapped = after(
        call(e.Held, ann(S.HOLD, "ann2"), call="c2"), call(e.Retrieved, ann(S.CONNECTED)), state=CONSULTING
    )
    assert refused(swapped, c.RetrieveCall(contact=K1)) == ""
    found = addressed(contact(swapped), c.RetrieveCall)
    assert found is not None
    assert found.id == "c2"
    assert refused(swapped, c.RetrieveCall(contact=K1, call=CallId("c1"))) == "wrong-state"


@pytest.mark.parametrize(
    "service",
    [
        c.ClearConnection(contact=K1, connection=ConnectionId("bob")),
        c.HoldCall(contact=K1, connection=ConnectionId("bob")),
        c.RetrieveCall(contact=K1, connection=ConnectionId("bob")),
        c.SetMicrophoneMute(contact=K1, mute=True, connection=ConnectionId("bob")),
        c.GenerateDigits(contact=K1, digits="1", connection=ConnectionId("bob")),
    ],
)
def test_a_connection_has_to_be_live(service: c.Service) -> None:
    assert refused(ALONE, service) == ""
    gone = after(call(e.ConnectionCleared, bob(S.NULL)), state=ALONE)
    assert refused(gone, service) == "unknown-connection"
    elsewhere = after(CONSULT, call(e.CallCleared, call="c2"), state=ALONE)
    named = msgspec.structs.replace(service, connection=ConnectionId("ann2"))
    assert refused(elsewhere, named) == "unknown-connection"


def test_who_is_held_alone_is_retrieved_by_name() -> None:
    assert possible(ALONE, SWITCH_SERVICES, c.RetrieveCall, K1) is None
    assert refused(ALONE, c.RetrieveCall(contact=K1)) == "wrong-state"
    assert refused(ALONE, c.RetrieveCall(contact=K1, call=CallId("c1"))) == "wrong-state"
    assert refused(ALONE, c.RetrieveCall(contact=K1, connection=ConnectionId("cust"))) == ""
    assert refused(HELD, c.RetrieveCall(contact=K1)) == ""


def test_whom_somebody_else_holds_alone_cannot_come_back_by_themselves() -> None:
    held = replace(ann(S.HOLD), held_alone=True)
    state = after(call(e.Conferenced, bob(S.CONNECTED)), call(e.Held, held), state=ACTIVE)
    assert refused(state, c.RetrieveCall(contact=K1)) == "wrong-state"
    assert possible(state, SWITCH_SERVICES, c.RetrieveCall, K1) is not None
    assert refused(state, c.ClearConnection(contact=K1)) == ""


def test_a_party_who_came_back_has_a_place_again() -> None:
    state = after(
        call(e.ConnectionCleared, ann(S.NULL)), call(e.Conferenced, ann(S.CONNECTED, "ann2")), state=ACTIVE
    )
    assert refused(state, c.HoldCall(contact=K1)) == ""
