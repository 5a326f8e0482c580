"""Orders: what commands become, and what becomes of them at the other end."""

from __future__ import annotations

import pytest

from cordboard.model import commands as c, entities as n, events as e
from cordboard.model.errors import CallerError
from cordboard.model.fold import fold, initial
from cordboard.model.ids import CallId, ConnectionId, ContactId, LinkId, Subject
from cordboard.model.log import draft, placed
from cordboard.model.state import SubjectState
from cordboard_wickerline.markup import element, parsed, written
from cordboard_wickerline.matters import lines
from cordboard_wickerline.orders import order, service_of

LINK = LinkId("lk")
K1, K2, C1, C2 = ContactId("k1"), ContactId("k2"), CallId("c1"), CallId("c2")
COLLEAGUE = n.Target(kind=n.TargetKind.AGENT, id="noor", name="Noor", number="2002", state="ready")


def after(state: SubjectState, event: e.Event) -> SubjectState:
    return fold(state, placed(draft(state.subject, event, 5), state.seq + 1))


def party(name: str, state: n.ConnectionState, role: n.Role = n.Role.AGENT) -> n.Connection:
    who = n.Participant(role=role, id="mia" if role is n.Role.AGENT else "")
    return n.Connection(id=ConnectionId(name), participant=who, state=state)


def two_lines() -> SubjectState:
    """A clerk with a parked line and one that talks, of two matters."""
    talks, held = n.ConnectionState.CONNECTED, n.ConnectionState.HOLD
    first = e.Established(link=LINK, contact=K1, call=C1, connections=(party("a", talks),))
    parked = e.Held(link=LINK, contact=K1, call=C1, connections=(party("a", held),))
    second = e.Established(link=LINK, contact=K2, call=C2, connections=(party("b", talks),))
    state = initial(Subject("agent/mia"))
    for event in (first, parked, second):
        state = after(state, event)
    return state


SERVICES = [
    c.MakeCall(target=COLLEAGUE, data=n.AttachedData(peripheral={"a": "1"}, named={"b": "2"})),
    c.AnswerCall(contact=K2, call=C2),
    c.DeflectCall(contact=K2, call=C2),
    c.DeflectCall(contact=K2, call=C2, target=COLLEAGUE),
    c.ClearConnection(contact=K2, call=C2),
    c.ClearConnection(contact=K2, call=C2, connection=ConnectionId("b")),
    c.HoldCall(contact=K2, call=C2),
    c.RetrieveCall(contact=K1, call=C1),
    c.ConsultationCall(contact=K2, call=C2, target=COLLEAGUE),
    c.AlternateCall(contact=K1, call=C1),
    c.ReconnectCall(contact=K1, call=C1),
    c.TransferCall(contact=K1, call=C1),
    c.ConferenceCall(contact=K1, call=C1),
    c.SingleStepTransferCall(contact=K2, call=C2, target=COLLEAGUE),
    c.GenerateDigits(contact=K2, call=C2, digits="12#"),
    c.AssociateData(contact=K2, call=C2, data=n.AttachedData(named={"b": ""}), wrap_up_reason="x"),
    c.SetMicrophoneMute(contact=K2, call=C2, mute=True),
    c.SetMicrophoneMute(contact=K2, call=C2, mute=False),
    c.SetAgentState(state=n.Availability.NOT_READY, reason="lunch"),
    c.SetAgentState(state=n.Availability.WORKING_AFTER_CALL, then=n.Availability.READY),
    c.SetDisposition(contact=K2, disposition="booked"),
    c.CompleteContact(contact=K2),
]


@pytest.mark.parametrize("service", SERVICES, ids=lambda item: type(item).__name__)
def test_a_service_survives_the_wire(service: c.Service) -> None:
    state = two_lines()
    assert service_of(parsed(written(order(service, state))), state) == service


@pytest.mark.parametrize(
    ("service", "line", "ref"),
    [
        (c.HoldCall(contact=K2), "2", "c2"),
        (c.RetrieveCall(contact=K1), "1", "c1"),
        (c.HoldCall(contact=ContactId("k9")), None, None),
    ],
)
def test_the_line_that_fits_is_named_by_its_number(
    service: c.Service, line: str | None, ref: str | None
) -> None:
    told = order(service, two_lines())
    assert (told.get("line"), told.get("ref")) == (line, ref)


def test_lines_move_up_when_an_earlier_one_ends() -> None:
    state = two_lines()
    late = order(c.HoldCall(contact=K2), state)
    state = after(state, e.CallCleared(link=LINK, contact=K1, call=C1))
    assert [call.id for _, call in lines(state)] == [C2]
    with pytest.raises(CallerError, match="has no line 2"):
        service_of(late, state)
    state = two_lines()
    moved = element("order", {"do": "park", "clerk": "mia", "matter": "k2", "line": "1", "ref": "c2"})
    with pytest.raises(CallerError, match="line 1 is another one by now"):
        service_of(moved, state)


@pytest.mark.parametrize(
    "service",
    [
        c.HoldCall(contact=K2, connection=ConnectionId("x")),
        c.SetMicrophoneMute(contact=K2, mute=True, connection=ConnectionId("x")),
        c.GenerateDigits(contact=K2, digits="1", connection=ConnectionId("x")),
        c.TransferCall(contact=K1, other=K2),
        c.SetAgentState(state=n.Availability.READY, medium=n.Medium.CHAT),
        c.StartRecording(contact=K2),
        c.SingleStepConferenceCall(contact=K2, target=COLLEAGUE),
    ],
    ids=lambda item: type(item).__name__,
)
def test_what_attendant_cannot_do_is_refused(service: c.Service) -> None:
    with pytest.raises(CallerError) as caught:
        order(service, two_lines())
    assert caught.value.code == "impossible-here"


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"do": "juggle"},
        {"do": "mute"},
        {"do": "mute", "hushed": "perhaps"},
        {"do": "dial"},
        {"do": "stance"},
        {"do": "stance", "is": "sideways"},
    ],
)
def test_an_order_that_says_nonsense_is_told(attributes: dict[str, str]) -> None:
    told = element("order", attributes)
    with pytest.raises(ValueError, match=r"."):
        service_of(told, two_lines())


@pytest.mark.parametrize("line", ["0", "3", "x", "-1", "1" * 400, "²"])
def test_a_line_that_is_none_is_told(line: str) -> None:
    with pytest.raises(CallerError, match="has no line"):
        service_of(element("order", {"do": "park", "line": line}), two_lines())
