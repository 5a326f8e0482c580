"""Consult, warm and blind transfer, conference, and calls that meet wrap-up: told to two agents of one hub, and what each
of them then sees. Both see contacts, calls and connections of their own, and one thread joins them.

Ann's contact is a1, Bob's b1; c1 is the customer's call, c2 the consult. A picture of a contact reads: its phase, then for each
call its kind and who is in it.
"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cordboard.model import commands as c, events as e
from cordboard.model.controls import controls
from cordboard.model.entities import (
    CallKind,
    ConnectionState as S,
    Contact,
    Direction,
    Ending,
    Medium,
    Participant,
    Role,
)
from cordboard.model.ids import CallId, ContactId, ThreadId
from cordboard.model.rules import SWITCH_SERVICES, possible
from tests.model.builders import ANN, BOB, NOON, SIM, UP, Log, ann, bob, call, customer, facts

A1, B1 = ContactId("a1"), ContactId("b1")
CLEO = Participant(role=Role.CUSTOMER, number="+493012345", name="Cleo")
CONSULT = e.CallFacts(kind=CallKind.CONSULT, direction=Direction.INTERNAL)

Picture = tuple[str, dict[str, str]]


class Story(Log):
    """A log of two agents who are ready, and what they see."""

    def __init__(self) -> None:
        super().__init__()
        for subject in (ANN, BOB):
            self.tell(subject, UP)
            self.tell(subject, e.AgentReady(link=SIM))

    def both(self, event: e.CallEvent) -> None:
        """Tell both agents of what happened in a call that both have a part in."""
        self.tell(ANN, replace(event, contact=A1))
        self.tell(BOB, replace(event, contact=B1))

    def ann(self) -> Contact:
        return self._contact(ANN, A1)

    def bob(self) -> Contact:
        return self._contact(BOB, B1)

    def _contact(self, subject: str, name: ContactId) -> Contact:
        state = next(item for key, item in self.states.items() if key == subject)
        closed = {item.id: item for item in state.recent}
        return state.contacts.get(name) or closed[name]

    def can(self, subject: str, name: ContactId) -> set[str]:
        """What the agent can do with the contact now."""
        state = next(item for key, item in self.states.items() if key == subject)
        return {service for service, code in controls(state)[name].items() if not code}


def picture(contact: Contact) -> Picture:
    """Phase, and for each call its kind and who is in it how; what is over stands in brackets."""
    calls = {}
    for item in contact.calls:
        live = [f"{part.id} {part.state.value}" for part in item.connections if part.state is not S.NULL]
        words = f"{item.kind.value}: {', '.join(live) or 'nobody'}"
        calls[str(item.id)] = f"({words})" if item.cleared else words
    return contact.phase.value, calls


def talking() -> Story:
    """Ann has answered Cleo's call."""
    story = Story()
    known = facts("t1", customer=CLEO)
    offer = call(e.Delivered, customer(S.CONNECTED), ann(S.ALERTING), contact="a1", contact_facts=known)
    story.tell(ANN, offer)
    story.tell(ANN, call(e.Established, ann(S.CONNECTED), contact="a1"))
    assert picture(story.ann()) == ("active", {"c1": "main: cust connected, ann connected"})
    return story


def consulting(thread: str = "t1") -> Story:
    """Ann has put Cleo on hold and talks to Bob, to whom the vendor tells this thread."""
    story = talking()
    story.tell(ANN, call(e.Held, ann(S.HOLD), contact="a1"))
    begun = call(e.Originated, ann(S.CONNECTED, "ann2"), contact="a1", call="c2", call_facts=CONSULT)
    story.tell(ANN, begun)
    rings = call(e.Delivered, ann(S.CONNECTED, "ann2"), bob(S.ALERTING), call="c2", call_facts=CONSULT)
    story.tell(ANN, replace(rings, contact=A1))
    story.tell(BOB, replace(rings, contact=B1, contact_facts=facts(thread, direction=Direction.INTERNAL)))
    assert picture(story.bob()) == ("offered", {"c2": "consult: ann2 connected, bob alerting"})
    story.both(call(e.Established, bob(S.CONNECTED), call="c2"))
    return story


def joined(story: Story) -> list[tuple[str, str]]:
    """The contacts of the thread of Ann's contact, by the index that watched and the one that is loaded anew."""
    found = [sorted(index.contacts(story.ann().thread)) for index in (story.threads, story.reloaded())]
    assert found[0] == found[1]
    return [(str(subject), str(name)) for subject, name in found[0]]


def no_oddities(story: Story) -> None:
    """Nothing happened that the tables lack."""
    for state in story.states.values():
        assert state.flags == ()
        assert [item.flags for item in (*state.contacts.values(), *state.recent)] == [
            () for _ in (*state.contacts, *state.recent)
        ]


BOTH = [("agent/ann", "a1"), ("agent/bob", "b1")]


def test_consult() -> None:
    story = consulting()
    assert picture(story.ann()) == (
        "active",
        {"c1": "main: cust connected, ann hold", "c2": "consult: ann2 connected, bob connected"},
    )
    assert picture(story.bob()) == ("active", {"c2": "consult: ann2 connected, bob connected"})
    assert {"AlternateCall", "ReconnectCall", "TransferCall", "ConferenceCall"} <= story.can(ANN, A1)
    assert {"HoldCall", "ClearConnection"} <= story.can(BOB, B1)
    assert not {"AlternateCall", "TransferCall"} & story.can(BOB, B1)

    # Ann goes from one to the other, and back to Cleo for good.
    story.both(call(e.Held, ann(S.HOLD, "ann2"), call="c2"))
    story.tell(ANN, call(e.Retrieved, ann(S.CONNECTED), contact="a1"))
    assert picture(story.ann()) == (
        "active",
        {"c1": "main: cust connected, ann connected", "c2": "consult: ann2 hold, bob connected"},
    )
    story.both(call(e.ConnectionCleared, ann(S.NULL, "ann2"), call="c2"))
    story.both(call(e.CallCleared, bob(S.NULL), call="c2"))
    story.tell(BOB, e.ContactClosed(link=SIM, contact=B1))
    assert picture(story.ann()) == (
        "active",
        {"c1": "main: cust connected, ann connected", "c2": "(consult: nobody)"},
    )
    assert picture(story.bob()) == ("closed", {"c2": "(consult: nobody)"})
    assert joined(story) == BOTH
    no_oddities(story)


@pytest.mark.parametrize("thread", ["t1", "t2"])
def test_warm_transfer(thread: str) -> None:
    """The vendor tells both agents one thread from the start (t1), or the consult's own one until the transfer (t2)."""
    story = consulting(thread)
    aliases = (ThreadId("t2"),) if thread == "t2" else ()
    moved = call(
        e.Transferred,
        customer(S.CONNECTED),
        bob(S.CONNECTED),
        ann(S.NULL),
        merged=CallId("c2"),
        aliases=aliases,
        contact_facts=facts("t1", customer=CLEO, direction=Direction.INBOUND),
    )
    story.both(moved)
    assert picture(story.ann()) == (
        "active",
        {"c1": "main: cust connected, bob connected", "c2": "(consult: nobody)"},
    )
    assert picture(story.bob()) == (
        "active",
        {"c2": "(consult: nobody)", "c1": "main: cust connected, bob connected"},
    )
    assert story.bob().customer == story.ann().customer == CLEO
    assert story.bob().direction is Direction.INBOUND
    assert {"HoldCall", "ConsultationCall", "SingleStepTransferCall"} <= story.can(BOB, B1)

    story.tell(ANN, e.WrapUpStarted(link=SIM, contact=A1, ended_by=Ending.TRANSFERRED))
    assert story.ann().ended_by is Ending.TRANSFERRED
    assert "CompleteContact" in story.can(ANN, A1)
    assert "ClearConnection" not in story.can(ANN, A1), "the call goes on, but without Ann"
    story.tell(ANN, e.ContactClosed(link=SIM, contact=A1))
    story.tell(BOB, call(e.CallCleared, contact="b1"))
    story.tell(BOB, e.WrapUpStarted(link=SIM, contact=B1))
    assert picture(story.bob()) == ("wrap_up", {"c2": "(consult: nobody)", "c1": "(main: nobody)"})
    assert story.bob().calls[1].stamps.wrapped_up.ours > 0
    assert joined(story) == BOTH
    assert story.threads.thread(ThreadId(thread)) == "t1"
    no_oddities(story)


def test_a_transfer_before_the_consult_is_answered() -> None:
    story = talking()
    story.tell(ANN, call(e.Held, ann(S.HOLD), contact="a1"))
    rings = call(e.Delivered, ann(S.CONNECTED, "ann2"), bob(S.ALERTING), call="c2", call_facts=CONSULT)
    story.tell(ANN, replace(rings, contact=A1))
    story.tell(BOB, replace(rings, contact=B1, contact_facts=facts("t1")))
    story.both(call(e.Transferred, customer(S.CONNECTED), bob(S.ALERTING), ann(S.NULL), merged=CallId("c2")))
    assert picture(story.bob()) == (
        "offered",
        {"c2": "(consult: nobody)", "c1": "main: cust connected, bob alerting"},
    )
    assert {"AnswerCall", "DeflectCall"} <= story.can(BOB, B1)
    story.tell(BOB, call(e.Established, bob(S.CONNECTED), contact="b1"))
    assert picture(story.bob())[0] == "active"
    assert joined(story) == BOTH
    no_oddities(story)


def test_blind_transfer() -> None:
    story = talking()
    away = call(e.Transferred, ann(S.NULL), bob(S.ALERTING), contact="a1")
    story.tell(ANN, away)
    story.tell(ANN, e.WrapUpStarted(link=SIM, contact=A1, ended_by=Ending.TRANSFERRED))
    chain = facts("t1", customer=CLEO, previous=A1, origin=A1)
    story.tell(
        BOB, call(e.Delivered, customer(S.CONNECTED), bob(S.ALERTING), contact="b1", contact_facts=chain)
    )
    assert picture(story.ann()) == ("wrap_up", {"c1": "(main: nobody)"}), "what goes on, goes on without her"
    assert picture(story.bob()) == ("offered", {"c1": "main: cust connected, bob alerting"})
    assert (story.bob().previous, story.bob().origin) == (A1, A1)

    story.tell(BOB, call(e.Established, bob(S.CONNECTED), contact="b1"))
    story.tell(ANN, e.ContactClosed(link=SIM, contact=A1))
    assert picture(story.ann()) == ("closed", {"c1": "(main: nobody)"})
    assert picture(story.bob()) == ("active", {"c1": "main: cust connected, bob connected"})
    assert joined(story) == BOTH
    no_oddities(story)


def test_a_blind_transfer_that_comes_back() -> None:
    """Bob declines, and the switch rings Ann once more in the contact that she had closed."""
    story = talking()
    story.tell(ANN, call(e.Transferred, ann(S.NULL), bob(S.ALERTING), contact="a1"))
    story.tell(ANN, e.ContactClosed(link=SIM, contact=A1, ended_by=Ending.TRANSFERRED))
    story.tell(
        BOB,
        call(e.Delivered, customer(S.CONNECTED), bob(S.ALERTING), contact="b1", contact_facts=facts("t1")),
    )
    story.tell(BOB, call(e.Diverted, bob(S.NULL), contact="b1"))
    story.tell(BOB, e.ContactClosed(link=SIM, contact=B1, ended_by=Ending.DECLINED))
    story.tell(ANN, call(e.Delivered, customer(S.CONNECTED), ann(S.ALERTING, "ann3"), contact="a1"))
    assert picture(story.ann()) == ("offered", {"c1": "main: cust connected, ann3 alerting"})
    assert story.bob().ended_by is Ending.DECLINED
    story.tell(ANN, call(e.Established, ann(S.CONNECTED, "ann3"), contact="a1"))
    assert "HoldCall" in story.can(ANN, A1)
    assert joined(story) == BOTH
    no_oddities(story)


def test_conference() -> None:
    story = consulting()
    together = call(
        e.Conferenced,
        customer(S.CONNECTED),
        ann(S.CONNECTED),
        bob(S.CONNECTED),
        merged=CallId("c2"),
        contact_facts=facts("t1", customer=CLEO),
    )
    story.both(together)
    everyone = "main: cust connected, ann connected, bob connected"
    assert picture(story.ann()) == ("active", {"c1": everyone, "c2": "(consult: nobody)"})
    assert picture(story.bob()) == ("active", {"c2": "(consult: nobody)", "c1": everyone})

    # Cleo alone is put on hold, and comes back; both are told.
    story.both(call(e.Held, customer(S.HOLD, held_alone=True)))
    assert "RetrieveCall" in story.can(ANN, A1)
    story.both(call(e.Retrieved, customer(S.CONNECTED)))
    assert "RetrieveCall" not in story.can(ANN, A1)

    # They leave one by one: Ann first, who wraps up while the others talk.
    story.both(call(e.ConnectionCleared, ann(S.NULL)))
    story.tell(ANN, e.WrapUpStarted(link=SIM, contact=A1))
    left = "main: cust connected, bob connected"
    assert picture(story.ann()) == ("wrap_up", {"c1": "(main: nobody)", "c2": "(consult: nobody)"})
    assert picture(story.bob()) == ("active", {"c2": "(consult: nobody)", "c1": left})
    story.tell(BOB, call(e.ConnectionCleared, customer(S.NULL), contact="b1"))
    story.tell(BOB, call(e.CallCleared, bob(S.NULL), contact="b1"))
    story.tell(BOB, e.WrapUpStarted(link=SIM, contact=B1))
    assert picture(story.bob()) == ("wrap_up", {"c2": "(consult: nobody)", "c1": "(main: nobody)"})
    assert joined(story) == BOTH
    no_oddities(story)


def test_a_call_that_ends_in_wrap_up() -> None:
    story = talking()
    story.tell(ANN, e.AgentBusy(link=SIM))
    story.tell(ANN, call(e.ConnectionCleared, customer(S.NULL), contact="a1", cause="normal"))
    story.tell(ANN, call(e.CallCleared, ann(S.NULL), contact="a1"))
    story.tell(ANN, e.WrapUpStarted(link=SIM, at=NOON, contact=A1, limit=30))
    story.tell(ANN, e.AgentWorkingAfterCall(link=SIM))
    assert picture(story.ann()) == ("wrap_up", {"c1": "(main: nobody)"})
    assert story.can(ANN, A1) == {
        "AssociateData",
        "SetDisposition",
        "CompleteContact",
        "ShareRecord",
        "TakeNote",
        "SetLocalData",
        "SaveActivity",
        "ScheduleCallback",
    }
    told = e.ContactFacts(disposition="sold")
    story.tell(ANN, call(e.CallInformation, contact="a1", contact_facts=told))
    story.tell(ANN, e.ContactClosed(link=SIM, contact=A1))
    story.tell(ANN, e.AgentReady(link=SIM))
    item = story.ann()
    assert (item.phase.value, item.ended_by, item.disposition) == ("closed", Ending.COMPLETED, "sold")
    [only] = item.calls
    moments = only.stamps.created, only.stamps.connected, only.stamps.ended, only.stamps.wrapped_up
    assert sorted(moment.ours for moment in moments) == [moment.ours for moment in moments]
    assert joined(story) == [("agent/ann", "a1")]
    no_oddities(story)


def test_a_call_that_comes_while_the_agent_wraps_up_another() -> None:
    story = talking()
    story.tell(ANN, call(e.CallCleared, contact="a1"))
    story.tell(ANN, e.WrapUpStarted(link=SIM, contact=A1))
    second = ContactId("a2")
    state = story.states[ANN]
    assert possible(state, SWITCH_SERVICES, c.MakeCall) is None, "she may call in the meantime"
    story.tell(ANN, call(e.Delivered, ann(S.ALERTING), contact="a2", call="c9", contact_facts=facts("t9")))
    story.tell(ANN, call(e.Established, ann(S.CONNECTED), contact="a2", call="c9"))
    state = story.states[ANN]
    assert [item.phase.value for item in state.contacts.values()] == ["wrap_up", "active"]
    assert "CompleteContact" in story.can(ANN, A1)
    assert "HoldCall" in story.can(ANN, second)
    story.tell(ANN, e.ContactClosed(link=SIM, contact=A1))
    assert list(story.states[ANN].contacts) == [second]
    assert state.contacts[second].medium is Medium.VOICE
    assert joined(story) == [("agent/ann", "a1")]
    no_oddities(story)
