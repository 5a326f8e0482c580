"""The stories of `tests/model/test_stories.py` once more, on the simulated switch through a hub: what Mia and Noor see, what they
can do, and that it is what the switch itself says, second by second.
"""

from __future__ import annotations

import pytest

from cordboard.model import commands as c
from cordboard.model.controls import controls
from cordboard.model.entities import Ending, Role, Target, TargetKind
from tests.stories.conftest import Centre, Desk

NOOR = Target(kind=TargetKind.AGENT, id="noor")


def can(desk: Desk) -> set[str]:
    return {service for service, code in controls(desk.state)[desk.id].items() if not code}


def thread(centre: Centre, desk: Desk) -> set[tuple[str, str]]:
    """The agents' contacts that the thread of the desk's contact joins; the caller's stay in the queue is in it, too."""
    joined = {(str(subject), str(name)) for subject, name in centre.hub.threads.contacts(desk.contact.thread)}
    waited = {item for item in joined if item[0] == "queue/bookings"}
    assert len(waited) == 1
    return joined - waited


def both(mia: Desk, noor: Desk) -> set[tuple[str, str]]:
    return {("agent/mia", str(mia.id)), ("agent/noor", str(noor.id))}


async def test_consult(centre: Centre, consulting: Desk, noor: Desk) -> None:
    mia = consulting
    assert mia.shows() == (
        "active",
        {"main": ["customer connected", "mia hold"], "consult": ["mia connected", "noor connected"]},
    )
    assert noor.shows() == ("active", {"consult": ["mia connected", "noor connected"]})
    assert thread(centre, mia) == both(mia, noor)
    await mia.must(c.AlternateCall(contact=mia.id))
    assert mia.shows()[1]["main"] == ["customer connected", "mia connected"]
    assert "RetrieveCall" in can(mia)
    await mia.must(c.ReconnectCall(contact=mia.id))
    assert mia.shows() == ("active", {"main": ["customer connected", "mia connected"]})
    assert noor.shows() == ("closed", {})
    assert thread(centre, mia) == both(mia, noor)


async def test_warm_transfer(centre: Centre, consulting: Desk, noor: Desk) -> None:
    mia = consulting
    await mia.must(c.TransferCall(contact=mia.id))
    assert mia.contact.phase.value == "wrap_up"
    assert mia.contact.ended_by is Ending.TRANSFERRED
    assert noor.shows() == ("active", {"main": ["customer connected", "noor connected"]})
    assert noor.contact.customer is not None
    assert (noor.contact.customer.role, noor.contact.customer.name) == (Role.CUSTOMER, "Cleo")
    assert thread(centre, noor) == both(mia, noor)
    await mia.must(c.CompleteContact(contact=mia.id))
    await noor.must(c.HoldCall(contact=noor.id))
    await noor.must(c.RetrieveCall(contact=noor.id))
    await noor.must(c.ClearConnection(contact=noor.id))
    assert noor.shows() == ("wrap_up", {})
    wrapped = [call for call in noor.contact.calls if call.stamps.wrapped_up.ours]
    assert [call.kind.value for call in wrapped] == ["main"]
    await noor.must(c.CompleteContact(contact=noor.id))
    assert thread(centre, noor) == both(mia, noor)


async def test_a_transfer_before_the_consult_is_answered(centre: Centre, talking: Desk, noor: Desk) -> None:
    await talking.must(c.ConsultationCall(contact=talking.id, target=NOOR))
    assert noor.shows()[0] == "offered"
    await talking.must(c.TransferCall(contact=talking.id))
    assert noor.shows() == ("offered", {"main": ["customer connected", "noor alerting"]})
    await noor.must(c.AnswerCall(contact=noor.id))
    assert noor.shows() == ("active", {"main": ["customer connected", "noor connected"]})
    assert thread(centre, noor) == both(talking, noor)


async def test_blind_transfer(centre: Centre, talking: Desk, noor: Desk) -> None:
    await talking.must(c.SingleStepTransferCall(contact=talking.id, target=NOOR))
    assert talking.contact.ended_by is Ending.TRANSFERRED
    assert noor.shows() == ("offered", {"main": ["customer connected", "noor alerting"]})
    assert noor.contact.previous == talking.id
    await noor.must(c.AnswerCall(contact=noor.id))
    assert noor.shows() == ("active", {"main": ["customer connected", "noor connected"]})
    assert thread(centre, noor) == both(talking, noor)


async def test_conference(centre: Centre, consulting: Desk, noor: Desk) -> None:
    mia = consulting
    await mia.must(c.ConferenceCall(contact=mia.id))
    everyone = {"main": ["customer connected", "mia connected", "noor connected"]}
    assert mia.shows() == ("active", everyone)
    assert noor.shows() == ("active", everyone)
    assert thread(centre, mia) == both(mia, noor)

    [main] = [call for call in mia.contact.calls if not call.cleared]
    [cleo] = [part.id for part in main.connections if part.participant.role is Role.CUSTOMER]
    await mia.must(c.HoldCall(contact=mia.id, connection=cleo))
    assert noor.shows()[1]["main"] == ["customer hold", "mia connected", "noor connected"]
    await mia.must(c.RetrieveCall(contact=mia.id, connection=cleo))
    assert mia.shows() == ("active", everyone)

    await mia.must(c.ClearConnection(contact=mia.id))
    assert mia.contact.phase.value == "wrap_up"
    assert noor.shows() == ("active", {"main": ["customer connected", "noor connected"]})
    await centre.happens("customer_hang_up", call=main.id)
    assert noor.shows() == ("wrap_up", {})
    assert thread(centre, mia) == both(mia, noor)


async def test_a_call_that_ends_in_wrap_up(centre: Centre, talking: Desk) -> None:
    [call] = talking.contact.calls
    await centre.happens("customer_hang_up", call=call.id)
    assert talking.shows() == ("wrap_up", {})
    assert can(talking) >= {"SetDisposition", "CompleteContact"}
    assert "ClearConnection" not in can(talking)
    code = talking.state.profile.dispositions[0].code if talking.state.profile is not None else ""
    await talking.must(c.SetDisposition(contact=talking.id, disposition=code))
    await talking.must(c.CompleteContact(contact=talking.id))
    item = talking.contact
    assert (item.phase.value, item.ended_by, item.disposition) == ("closed", Ending.COMPLETED, code)
    stamps = item.calls[0].stamps
    moments = [stamps.created.ours, stamps.connected.ours, stamps.ended.ours, stamps.wrapped_up.ours]
    assert moments == sorted(moments)
    assert moments[0] > 0


async def test_a_call_that_is_made_while_another_is_wrapped_up(centre: Centre, talking: Desk) -> None:
    first = talking.contact
    await centre.happens("customer_hang_up", call=first.calls[0].id)
    await talking.must(c.MakeCall(target=Target(kind=TargetKind.NUMBER, number="+441632960100")))
    phases = {item.id: item.phase.value for item in talking.state.contacts.values()}
    assert phases.pop(first.id) == "wrap_up"
    assert list(phases.values()) == ["dialling"]
    await talking.must(c.CompleteContact(contact=first.id))
    assert first.id not in talking.state.contacts


@pytest.mark.parametrize("service", [c.ConferenceCall, c.TransferCall, c.AlternateCall, c.ReconnectCall])
async def test_what_needs_a_consult_is_refused_without_one(
    talking: Desk, service: type[c.ConferenceCall | c.TransferCall]
) -> None:
    outcome = await talking.does(service(contact=talking.id))
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "wrong-state"


async def test_a_link_that_is_lost_in_the_middle_of_a_consult(
    centre: Centre, consulting: Desk, noor: Desk
) -> None:
    mia = consulting
    before = mia.contact
    await centre.drops(5)
    outcome = await mia.does(c.TransferCall(contact=mia.id))
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "link-down"
    assert set(controls(mia.state)[mia.id].values()) == {"link-down", ""}
    await centre.passes(30)
    assert mia.contact.created == before.created
    assert [call.stamps.connected for call in mia.contact.calls] == [
        call.stamps.connected for call in before.calls
    ]
    assert thread(centre, mia) == both(mia, noor)
    await mia.must(c.TransferCall(contact=mia.id))
    assert noor.shows() == ("active", {"main": ["customer connected", "noor connected"]})
