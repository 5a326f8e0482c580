"""Who of those in a call is the customer, who may have left."""

from __future__ import annotations

import pytest

from cordboard.model.entities import AgentProfile, Role
from cordboard.model.ids import AgentId, LinkId
from cordboard.protocols.five9 import nouns, wire

CUSTOMER, FRIEND = "+442079460101", "+442079460107"
BOOK = nouns.Book(
    link=LinkId("lk"),
    agent=AgentId("ann"),
    profile=AgentProfile(id=AgentId("ann")),
    variables={"7": "Customer.number1"},
)


@pytest.mark.parametrize("made", ["INBOUND", "MANUAL"])
@pytest.mark.parametrize("there", [(CUSTOMER, FRIEND), (FRIEND, CUSTOMER), (FRIEND,)])
def test_whoever_stays_after_the_customer_is_a_third_party(made: str, there: tuple[str, ...]) -> None:
    outward = made == "MANUAL"
    call = wire.Call(
        id="C1",
        state="TALKING",
        call_type=made,
        ani="2001" if outward else CUSTOMER,
        dnis=CUSTOMER if outward else "8001",
        number=there[0],  # whoever is at the other end now
        variables={"7": CUSTOMER},
        participants=tuple(
            wire.Participant(id=number, state="TALKING", address_type="EXTERNAL", number=number)
            for number in there
        ),
    )
    contact = nouns.contact_of(BOOK, [call], None, 1)
    assert contact.customer is not None
    assert contact.customer.number == CUSTOMER
    roles = {item.participant.number: item.participant.role for item in contact.calls[0].connections[1:]}
    assert roles == {number: Role.CUSTOMER if number == CUSTOMER else Role.THIRD_PARTY for number in there}
