import inspect
import json

import msgspec
import pytest

from cordboard.kit.redaction import HIDDEN, PERSONAL, Aliases, redacted, secretless
from cordboard.model import commands as c, entities as n, events as e
from cordboard.model.ids import AgentId, CallId, CommandId, ConnectionId, ContactId, LinkId, Subject

CUSTOMER = n.Participant(role=n.Role.CUSTOMER, name="Ada Lovelace", number="+441632960001")
ANN = n.Participant(role=n.Role.AGENT, id="ann", name="Ann")


def test_hides_the_customer_and_keeps_the_agent() -> None:
    event = e.Established(
        contact=ContactId("c1"),
        call=CallId("k1"),
        connections=(
            n.Connection(id=ConnectionId("1"), participant=CUSTOMER, state=n.ConnectionState.CONNECTED),
            n.Connection(id=ConnectionId("2"), participant=ANN, state=n.ConnectionState.CONNECTED),
        ),
        contact_facts=e.ContactFacts(customer=CUSTOMER),
        call_facts=e.CallFacts(
            ani="+441632960001", data=n.AttachedData(named={"iban": "GB33"}, peripheral={"empty": ""})
        ),
    )
    text = e.encode_event(redacted(event)).decode()
    assert "Ada" not in text
    assert "960001" not in text
    assert "GB33" not in text
    assert '"iban"' in text
    assert '"empty":""' in text
    assert '"name":"Ann"' in text
    assert redacted(event).connections[0].participant.name == HIDDEN


def test_reaches_into_commands_and_snapshots() -> None:
    issued = e.CommandIssued(
        command=c.Command(
            id=CommandId("1"),
            subject=Subject("agent/ann"),
            service=c.MakeCall(target=n.Target(kind=n.TargetKind.NUMBER, number="+441632960002")),
        )
    )
    assert "960002" not in e.encode_event(redacted(issued)).decode()
    contact = n.Contact(id=ContactId("c"), link=LinkId("sim"), customer=CUSTOMER, notes="owes money")
    text = e.encode_event(redacted(e.Snapshot(contacts=(contact,)))).decode()
    assert "owes" not in text
    assert "Ada" not in text


def test_gives_back_what_has_nothing_to_hide() -> None:
    for event in (
        e.LinkUp(services=("HoldCall",)),
        e.AgentReady(),
        e.Snapshot(profile=n.AgentProfile(id=AgentId("ann"), skills={"english": 3})),
    ):
        assert redacted(event) is event


@pytest.mark.parametrize(
    "kind",
    [item for module in (n, e) for _, item in inspect.getmembers(module, inspect.isclass)],
    ids=lambda kind: str(kind.__name__),
)
def test_whatever_the_model_calls_personal_is_in_the_table(kind: type) -> None:
    if not issubclass(kind, msgspec.Struct) or "ersonal" not in (kind.__doc__ or "") + inspect.getsource(
        kind
    ):
        return
    assert kind in PERSONAL


def test_the_table_names_fields_that_exist() -> None:
    for kind, fields in PERSONAL.items():
        assert fields <= set(kind.__struct_fields__), kind


def test_aliases_are_the_same_for_the_same_and_others_for_others() -> None:
    aliases = Aliases()
    ada = aliases("Ada Lovelace")
    assert aliases("ADA LOVELACE") == ada != aliases("Bram Okafor")
    number = aliases("+44 (1632) 960-001")
    assert number.startswith("[number-")
    assert number == aliases("441632960001") != aliases("+441632960002")
    assert Aliases()("x") == "[text-1]"


def test_aliases_are_found_wherever_the_text_stands() -> None:
    aliases = Aliases()
    ada, number = aliases("Ada Lovelace"), aliases("+44 1632 960001")
    short = aliases("in")
    assert aliases.swept("ada lovelace of +441632960001 rang in") == f"{ada} of +{number} rang in"
    assert aliases.swept("nobody") == "nobody"
    assert short not in aliases.swept("in")
    assert redacted(CUSTOMER, aliases).name == ada


def test_what_is_written_to_a_customer_and_promised_them_is_hidden() -> None:
    for service in (
        c.SendMessage(contact=ContactId("c"), text="your card 4111"),
        c.ScheduleCallback(contact=ContactId("c"), due=1, number="4111", text="card 4111"),
    ):
        assert "4111" not in str(redacted(service))
    promised = n.Callback(id="1", number="4111", name="4111", text="4111")
    listed = n.ListRecord(id="1", fields={"card": "4111"})
    assert "4111" not in str((redacted(promised), redacted(listed)))


def test_what_lets_somebody_in_is_hidden_wherever_it_stands_in_json() -> None:
    told = {
        "tokenId": 'abc"d',
        "access_token": "x.y",
        "Authorization": "Bearer z",
        "apiKey": "k",
        "expires": 12,
        "nested": [{"newPassword": "p", "name": "Ann"}],
        "tokenExpires": 900,
        "note": "the token is lost",
        "inner": json.dumps({"refresh_token": "r", "kept": "here"}),
    }
    text = secretless(json.dumps(told))
    found = json.loads(text)
    assert found == {
        **told,
        "tokenId": HIDDEN,
        "access_token": HIDDEN,
        "Authorization": HIDDEN,
        "apiKey": HIDDEN,
        "nested": [{"newPassword": HIDDEN, "name": "Ann"}],
        "inner": json.dumps({"refresh_token": HIDDEN, "kept": "here"}),
    }
    assert secretless('{"token": "cut in the mid') == f'{{"token": "{HIDDEN}'
    around = f"{'x' * 40}Token{'y' * 40}"
    assert secretless(f'{{"{around}": "s"}}') == f'{{"{around}": "{HIDDEN}"}}'
    made_of_it = (
        '"' + "token" * 20_000
    )  # looked through in a moment, which it was not before names had an end
    assert secretless(made_of_it) == made_of_it
    assert secretless('{"token": ""}') == '{"token": ""}'
    assert secretless("no JSON, token: x") == "no JSON, token: x"
