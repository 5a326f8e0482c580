"""The document's shape: what the library reads without asking whether it is there."""

# ruff: noqa: ANN401 - JSON

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest

from cordboard.model.entities import (
    AgentProfile,
    AgentState,
    Availability,
    Call,
    CallKind,
    Connection,
    ConnectionState,
    Contact,
    Ending,
    Medium,
    Participant,
    PendingState,
    Phase,
    Queue,
    Reason,
    Role,
    Stamp,
    Stamps,
    SuperviseAction,
    Target,
    TargetKind,
)
from cordboard.model.ids import AgentId, CallId, ConnectionId, ContactId, LinkId, QueueId
from cordboard.model.state import LinkState, SubjectState
from cordboard.model.vocabulary import CAUSES
from cordboard.protocols.streams import wire
from cordboard.protocols.streams.names import arn, ident_of, target_arn, target_of
from cordboard.protocols.streams.render import document, documents
from cordboard.protocols.streams.states import FAULTS, chosen

LINK = LinkId("l")
AT = 1_767_225_600_000
ERRORS = frozenset(
    {
        "Error",
        "AgentHungUp",
        "BadAddressAgent",
        "BadAddressCustomer",
        "Default",
        "FailedConnectAgent",
        "FailedConnectCustomer",
        "InvalidLocale",
        "LineEngagedAgent",
        "LineEngagedCustomer",
        "MissedCallAgent",
        "MissedCallCustomer",
        "MultipleCcpWindows",
        "RealtimeCommunicationError",
    }
)
SNAPSHOT = {
    "state",
    "status",
    "nextState",
    "agentAvailabilityState",
    "contacts",
    "snapshotTimestamp",
    "localTimestamp",
    "skew",
}
STATE = {"name", "type", "agentStateARN", "startTimestamp", "duration"}
CONTACT = {
    "contactId",
    "initialContactId",
    "relatedContactId",
    "contactAssociationId",
    "type",
    "state",
    "status",
    "queue",
    "queueTimestamp",
    "connections",
    "attributes",
    "contactDuration",
    "name",
    "description",
    "references",
    "initiationMethod",
    "contactFeatures",
    "channelContext",
    "segmentAttributes",
    "customerEndpoint",
    "connectSystemEndpoint",
    "agentContactHandlingConfig",
    "contactMetadata",
    "languageCode",
}
CONNECTION = {
    "connectionId",
    "contactId",
    "type",
    "initial",
    "state",
    "status",
    "endpoint",
    "address",
    "softphoneMediaInfo",
    "chatMediaInfo",
    "monitoringInfo",
    "mute",
    "forcedMute",
    "quickConnectName",
    "monitorCapabilities",
    "monitorStatus",
    "capabilities",
}
CONFIGURATION = {
    "name",
    "username",
    "agentARN",
    "softphoneEnabled",
    "softphoneAutoAccept",
    "softphonePersistentConnection",
    "extension",
    "permissions",
    "dialableCountries",
    "agentStates",
    "agentPreferences",
    "voiceEnhancementMode",
    "routingProfile",
}
ENDPOINT = {"type", "endpointARN", "endpointId", "phoneNumber", "name", "agentLogin", "queue"}


def own(state: ConnectionState = ConnectionState.CONNECTED, **more: Any) -> Connection:
    who = Participant(role=more.pop("role", Role.AGENT), id="ann", name="Ann", number="2001")
    return Connection(id=ConnectionId(more.pop("id", "own")), participant=who, state=state, **more)


def far(state: ConnectionState = ConnectionState.CONNECTED, **more: Any) -> Connection:
    who = Participant(role=more.pop("role", Role.CUSTOMER), name="Cara", number="+442079460101")
    return Connection(id=ConnectionId(more.pop("id", "far")), participant=who, state=state, **more)


def contact(phase: Phase = Phase.ACTIVE, *connections: Connection, **more: Any) -> Contact:
    call = Call(id=CallId("c"), connections=connections, initiation=more.pop("initiation", "routed"))
    fields: dict[str, Any] = {
        "id": ContactId("k"),
        "agent": AgentId("ann"),
        "calls": (call,),
        "phase_since": Stamp(ours=AT),
        "created": Stamp(ours=AT),
        **more,
    }
    return Contact(link=LINK, phase=phase, **fields)


def subject(*contacts: Contact, state: Availability = Availability.READY, **more: Any) -> SubjectState:
    voice = AgentState(
        link=LINK,
        state=state,
        since=more.pop("since", AT),
        fault=more.pop("fault", ""),
        pending=more.pop("pending", None),
        reason=more.pop("reason", None),
    )
    profile = AgentProfile(
        id=AgentId("ann"),
        name="Ann",
        queues=(Queue(id=QueueId("q"), name="Bookings"), Queue(id=QueueId("c"), medium=Medium.CHAT)),
        reasons=(Reason(code="lunch", label="Lunch"), Reason(code="tea")),
        locale=more.pop("locale", ""),
    )
    return SubjectState(
        subject="agent/ann",  # type: ignore[arg-type]
        at=AT,
        profile=more.pop("profile", profile),
        links={LINK: LinkState(up=True, services=frozenset({"AnswerCall", "MakeCall"}))},
        states={"l/voice": voice},
        contacts={item.id: item for item in contacts},
        **more,
    )


def told(state: SubjectState) -> Any:
    """The document as a page's JSON parser finds it."""
    frame = json.loads(wire.encode(wire.Agent(documents=(document(state, AT),))))
    return frame["documents"][0]


def test_every_field_that_the_library_reads_is_there() -> None:
    found = told(subject(contact(Phase.ACTIVE, own(), far())))
    assert set(found) == {"snapshot", "configuration"}
    assert set(found["snapshot"]) == SNAPSHOT
    assert set(found["snapshot"]["state"]) == STATE
    assert found["snapshot"]["status"] == found["snapshot"]["state"]
    assert set(found["snapshot"]["agentAvailabilityState"]) == {"state", "timeStamp"}
    one = found["snapshot"]["contacts"][0]
    assert set(one) == CONTACT
    assert one["status"] == one["state"]
    for connection in one["connections"]:
        assert set(connection) == CONNECTION
        assert connection["address"] == connection["endpoint"]
        assert set(connection["endpoint"]) == ENDPOINT
        assert connection["contactId"] == "k"
    assert set(found["configuration"]) == CONFIGURATION


def test_the_configuration_keeps_the_library_quiet() -> None:
    """Traps 19 and 20: a queue without a name but its ARN for each log line, a default queue, an id that parses, both locales."""
    found = told(subject())["configuration"]
    profile = found["routingProfile"]
    assert all(isinstance(queue["queueARN"], str) and queue["queueId"] for queue in profile["queues"])
    assert any(re.search(r"/agent/ann$", queue["queueARN"]) for queue in profile["queues"])
    assert profile["defaultOutboundQueue"]["queueARN"].endswith("/queue/q")
    assert re.search(r":\d+:instance/[0-9a-fA-F-]+/", profile["routingProfileId"])
    assert profile["channelConcurrencyMap"] == {"VOICE": 1, "CHAT": 0, "TASK": 0, "EMAIL": 0}
    assert [queue["name"] for queue in profile["queues"]] == ["Bookings", None]
    assert found["agentPreferences"] == {"LANGUAGE": "en_US", "locale": "en_US"}
    assert found["permissions"] == ["outboundCall"]
    assert found["agentARN"].split(":")[3] == "xx-local-1"


@pytest.mark.parametrize(("locale", "shown"), [("de-DE", "de_DE"), ("pt_BR", "pt_BR"), ("cy-GB", "en_US")])
def test_only_locales_that_the_library_takes_are_told(locale: str, shown: str) -> None:
    preferences = told(subject(locale=locale))["configuration"]["agentPreferences"]
    assert preferences == {"LANGUAGE": shown, "locale": shown}


def test_an_agent_of_whom_nothing_is_known_has_a_document_too() -> None:
    found = told(SubjectState(subject="agent/ann"))  # type: ignore[arg-type]
    assert found["snapshot"]["state"]["type"] == "offline"
    assert found["snapshot"]["contacts"] == []
    assert found["configuration"]["routingProfile"]["defaultOutboundQueue"]["queueARN"]


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.CLOSED])
@pytest.mark.parametrize("parties", [(), (own(),), (far(),), (own(), far()), (own(), far(), far(id="x"))])
def test_exactly_one_connection_is_initial_and_one_is_the_agents(
    phase: Phase, parties: tuple[Connection, ...]
) -> None:
    """Trap 18: `isInbound()` throws without it."""
    found = told(subject(contact(phase, *parties)))["snapshot"]["contacts"][0]["connections"]
    assert sum(item["initial"] for item in found) == 1
    assert [item["type"] for item in found].count("agent") == 1
    assert next(item for item in found if item["initial"])["type"] == "inbound"


def test_the_customer_stays_initial_after_leaving() -> None:
    parties = (own(), far(ConnectionState.NULL), far(id="x", role=Role.THIRD_PARTY))
    found = told(subject(contact(Phase.ACTIVE, *parties)))["snapshot"]["contacts"][0]["connections"]
    assert [(item["connectionId"], item["initial"], item["state"]["type"]) for item in found] == [
        ("own", False, "connected"),
        ("far", True, "disconnected"),
        ("x", False, "connected"),
    ]


def test_an_agent_whom_another_holds_alone_has_put_nobody_on_hold() -> None:
    def states(mine: Connection) -> list[str]:
        one = contact(Phase.ACTIVE, mine, far(), far(id="third", role=Role.THIRD_PARTY))
        connections = told(subject(one))["snapshot"]["contacts"][0]["connections"]
        return [item["state"]["type"] for item in connections]

    assert states(own(ConnectionState.HOLD)) == ["hold", "hold", "hold"]
    assert states(own(ConnectionState.HOLD, held_alone=True)) == ["hold", "connected", "connected"]


@pytest.mark.parametrize("left", [(), (own(ConnectionState.NULL, id="own2"),)], ids=["untold", "told"])
def test_a_queue_that_others_wait_in_is_not_the_agents(left: tuple[Connection, ...]) -> None:
    """Two went on with a consultation that the agent has left, and a snapshot tells only of those who are there."""
    waits = far(ConnectionState.QUEUED, id="queue", role=Role.QUEUE)
    second = Call(id=CallId("d"), kind=CallKind.CONSULT, connections=(*left, waits))
    one = contact(Phase.ACTIVE, own(), far())
    calls = (*one.calls, second)
    found = told(subject(msgspec.structs.replace(one, calls=calls)))["snapshot"]["contacts"][0]
    assert [item["connectionId"] for item in found["connections"]] == ["own", "far"]


@pytest.mark.parametrize(
    ("phase", "name"),
    [(Phase.OFFERED, "PendingBusy"), (Phase.DIALLING, "CallingCustomer"), (Phase.ACTIVE, "Busy")],
)
def test_a_contact_says_what_the_agent_does(phase: Phase, name: str) -> None:
    found = told(subject(contact(phase, own(), far()), state=Availability.BUSY))["snapshot"]["state"]
    assert (found["name"], found["type"]) == (name, "system")


def test_after_call_work_has_the_name_that_is_matched_literally() -> None:
    """Trap 21."""
    found = told(subject(contact(Phase.WRAP_UP, own(), far()), state=Availability.WORKING_AFTER_CALL))
    assert (found["snapshot"]["state"]["name"], found["snapshot"]["state"]["type"]) == (
        "AfterCallWork",
        "system",
    )


@pytest.mark.parametrize("fault", [*CAUSES, "no-word-of-ours"])
def test_every_fault_has_a_name_that_the_library_knows(fault: str) -> None:
    found = told(subject(state=Availability.NOT_READY, fault=fault))["snapshot"]["state"]
    assert found["type"] == "error"
    assert found["name"] in ERRORS
    assert set(FAULTS.values()) <= ERRORS
    assert set(FAULTS) <= set(CAUSES) | {"line-engaged"}


@pytest.mark.parametrize(
    ("ended_by", "answered", "shown"),
    [
        (Ending.COMPLETED, True, "ended"),
        (Ending.TRANSFERRED, True, "ended"),
        (Ending.MISSED, False, "missed"),
        (Ending.DECLINED, False, "missed"),
        (Ending.ABANDONED, False, "missed"),
        (Ending.ABANDONED, True, "ended"),
        (Ending.FAILED, False, "error"),
    ],
)
def test_how_a_contact_ended(ended_by: Ending, answered: bool, shown: str) -> None:
    made = contact(Phase.WRAP_UP, own(ConnectionState.NULL), far(ConnectionState.NULL), ended_by=ended_by)
    if answered:
        calls = tuple(
            Call(id=call.id, connections=call.connections, initiation="routed", stamps=_connected())
            for call in made.calls
        )
        made = contact(Phase.WRAP_UP, ended_by=ended_by, calls=calls)
    assert told(subject(made))["snapshot"]["contacts"][0]["state"]["type"] == shown


def _connected() -> Stamps:
    return Stamps(connected=Stamp(ours=AT))


def test_every_ending_is_told_whatever_it_is() -> None:
    """Between two documents nothing that has to be noticed gets lost."""
    for ending in Ending:
        for phase in (Phase.OFFERED, Phase.DIALLING, Phase.ACTIVE):
            open_one = contact(phase, own(), far())
            closed = contact(Phase.CLOSED, own(), far(), ended_by=ending)
            found = documents(
                subject(open_one, state=Availability.BUSY), subject(recent=(closed,), fault=""), AT
            )
            assert len(found) == 2
            ended = found[0].snapshot.contacts[0].state.type
            assert ended in {"ended", "missed", "error"}
            assert found[1].snapshot.contacts == ()


def test_a_supervisor_listens_and_barges_in() -> None:
    for action, shown, status in (
        (SuperviseAction.LISTEN, "silent_monitor", "SILENT_MONITOR"),
        (SuperviseAction.BARGE, "barge", "BARGE"),
    ):
        made = contact(Phase.ACTIVE, own(supervises=action), far())
        calls = tuple(
            Call(id=call.id, kind=CallKind.MONITOR, connections=call.connections) for call in made.calls
        )
        found = told(subject(contact(Phase.ACTIVE, calls=calls)))["snapshot"]["contacts"][0]
        (only,) = found["connections"]
        assert (only["type"], only["initial"], only["state"]["type"]) == ("monitoring", True, shown)
        assert only["monitorStatus"] == status
        assert (found["queue"], found["attributes"]) == (None, None)


def test_who_listens_is_not_shown_to_the_agent() -> None:
    listening = far(id="s", role=Role.SUPERVISOR, supervises=SuperviseAction.LISTEN)
    found = told(subject(contact(Phase.ACTIVE, own(), far(), listening)))["snapshot"]["contacts"][0]
    assert [item["connectionId"] for item in found["connections"]] == ["own", "far"]


def test_chats_and_tasks_are_not_told_of() -> None:
    """Trap 25: `getConnections()` throws on a task whose script is not in the page."""
    made = contact(Phase.ACTIVE, own(), far(), medium=Medium.TASK)
    assert told(subject(made))["snapshot"]["contacts"] == []


def test_a_missed_call_is_shown_until_the_agent_goes_on_whatever_else_ends_meanwhile() -> None:
    missed = contact(
        Phase.CLOSED, own(ConnectionState.NULL), far(ConnectionState.NULL), ended_by=Ending.MISSED
    )
    chat = contact(Phase.CLOSED, own(), far(), id=ContactId("chat"), medium=Medium.CHAT)
    held_back: dict[str, Any] = {"state": Availability.NOT_READY, "fault": "no-answer"}
    for recent in ((missed,), (chat, missed)):
        found = told(subject(recent=recent, **held_back))["snapshot"]
        assert [(item["contactId"], item["state"]["type"]) for item in found["contacts"]] == [("k", "missed")]
        assert found["state"]["name"] == "MissedCallAgent"
    assert told(subject(recent=(chat, missed)))["snapshot"]["contacts"] == []


def test_a_missed_call_that_is_gone_does_not_come_again_when_the_agent_is_held_back_for_another() -> None:
    missed = contact(
        Phase.CLOSED,
        own(ConnectionState.NULL),
        far(ConnectionState.NULL),
        ended_by=Ending.MISSED,
        phase_since=Stamp(vendor=50_000, ours=50_300),
    )

    def shown(state: Availability, since: int) -> list[Any]:
        fault = "no-answer" if state is Availability.NOT_READY else ""
        found = told(subject(recent=(missed,), state=state, fault=fault, since=since))["snapshot"]
        return [item["contactId"] for item in found["contacts"]]

    assert shown(Availability.BUSY, 10_000) == ["k"], "it was closed before the agent's state was told"
    assert shown(Availability.NOT_READY, 50_000) == ["k"]
    assert shown(Availability.NOT_READY, 51_000) == ["k"], "the state was told a little later"
    assert shown(Availability.NOT_READY, 90_000) == []
    assert shown(Availability.BUSY, 90_000) == []


def test_what_was_chosen_for_later_is_told() -> None:
    later = PendingState(state=Availability.NOT_READY, reason=Reason(code="tea"))
    found = told(subject(contact(Phase.ACTIVE, own(), far()), pending=later))["snapshot"]["nextState"]
    assert (found["name"], found["type"]) == ("tea", "not_routable")


def test_choices_are_found_again_by_arn_or_by_name() -> None:
    state = subject()
    for choice in told(state)["configuration"]["agentStates"]:
        by_arn = chosen(state, "", "", choice["agentStateARN"])
        by_name = chosen(state, choice["name"], choice["type"], None)
        assert by_arn == by_name is not None
    assert chosen(state, "Siesta", "not_routable", None) is None


@pytest.mark.parametrize("name", ["ann", "a b", "ä/ö", "agent:x", "%2F", "+44 20"])
def test_arns_lead_back(name: str) -> None:
    assert ident_of(arn("queue", name)) == name
    for kind in (TargetKind.AGENT, TargetKind.QUEUE):
        target = Target(kind=kind, id=name)
        assert target_of(target_arn(target)) == target
        assert target_of(arn(kind.value, name)) == target
    number = Target(kind=TargetKind.NUMBER, number=name)
    assert target_of(target_arn(number)) == number
