"""Calls through the real library, of each version, in Chromium: events in their order, each once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.streams.stage import (
    BUILDS,
    NUMBER,
    SITES,
    Stage,
    asked,
    consult,
    failures,
    parties_are,
    ring,
    seen,
    set_state,
    state_is,
)

pytestmark = pytest.mark.browser

# Before 2.7.0 the library itself raises onEnded twice: with the state, and with the contact's removal.
DOUBLE_ENDED = ("2.4.7", "2.0.0", "1.4.5")

MISSED = {
    "2.28.2": ("Ended", "Missed"),
    "2.14.6": ("Ended", "Missed"),
    "2.4.7": ("Ended", "Missed", "Ended"),
    "2.0.0": ("Ended", "Missed", "Ended"),
    "1.4.5": ("Ended", "Ended"),
}
"""What a contact raises whose caller gave up. The graph of 1.4.5 has no `missed`, so that it raises no more than the ends."""


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest) -> str:
    """Where the CRM stands; the hub is on 127.0.0.1. On the other site the agent signs in, with third-party cookies blocked."""
    return str(request.param)


@pytest.mark.parametrize("lib", BUILDS)
def test_inbound(stage: Stage, embedded: Callable[[str], Page], lib: str) -> None:
    page = embedded(lib)
    set_state(page, "Available")
    call = ring(stage, page)
    assert page.evaluate("() => window.contact().isInbound()") is True
    assert page.evaluate("() => window.contact().isSoftphoneCall()") is True
    state_is(page, "PendingBusy")
    asked(page, "window.contact().accept(callbacks)")
    page.wait_for_function("() => window.seen.includes('Connected')")
    state_is(page, "Busy")
    stage.act("customer_hang_up", call=call)
    page.wait_for_function("() => window.seen.includes('ACW')")
    state_is(page, "AfterCallWork")
    done = "window.contact().clear(callbacks)" if lib[0] == "2" else "window.contact().complete(callbacks)"
    asked(page, done)
    page.wait_for_function("() => window.seen.includes('Destroy')")
    found = seen(page)
    assert found.count("Ended") == (2 if lib.split("/", maxsplit=1)[0] in DOUBLE_ENDED else 1)
    once = [name for number, name in enumerate(found) if name not in found[:number]]
    assert once == ["contact", "Connecting", "Accepted", "Connected", "ACW", "Ended", "Destroy"]
    assert failures(page) == []


def talk(stage: Stage, page: Page) -> str:
    set_state(page, "Available")
    call = ring(stage, page)
    asked(page, "window.contact().accept(callbacks)")
    page.wait_for_function("() => window.seen.includes('Connected')")
    return call


def noor_answers(stage: Stage) -> None:
    (ringing,) = stage.calls("noor")
    stage.act("answer_call", agent="noor", call=ringing["id"])


@pytest.mark.parametrize("lib", BUILDS)
def test_missed(stage: Stage, embedded: Callable[[str], Page], lib: str) -> None:
    page = embedded(lib)
    set_state(page, "Available")
    call = ring(stage, page)
    stage.act("customer_hang_up", call=call)
    page.wait_for_function("() => window.seen.includes('Destroy')")
    assert seen(page) == ["contact", "Connecting", *MISSED[lib.split("/", maxsplit=1)[0]], "Destroy"]
    state_is(page, "Available")
    assert failures(page) == []


@pytest.mark.parametrize("lib", BUILDS)
def test_outbound(stage: Stage, embedded: Callable[[str], Page], lib: str) -> None:
    page = embedded(lib)
    set_state(page, "Available")
    asked(page, f"window.agent.connect(connect.Endpoint.byPhoneNumber('{NUMBER}'), callbacks)")
    state_is(page, "CallingCustomer")
    assert page.evaluate("() => window.contact().isInbound()") is False
    page.wait_for_function("() => window.seen.includes('Connected')")
    parties_are(page, agent="connected", customer="connected")
    assert "Accepted" not in seen(page)
    asked(page, "window.contact().getAgentConnection().destroy(callbacks)")
    page.wait_for_function("() => window.seen.includes('ACW')")
    assert stage.calls("mia") == []
    set_state(page, "Available")
    page.wait_for_function("() => window.seen.includes('Destroy')")
    assert failures(page) == []


@pytest.mark.parametrize("lib", BUILDS)
def test_hold_consult_toggle_conference_and_drop(
    stage: Stage, embedded: Callable[[str], Page], lib: str
) -> None:
    page = embedded(lib)
    stage.act("log_on", agent="noor")
    talk(stage, page)
    customer, third = (
        "window.contact().getInitialConnection()",
        "window.contact().getSingleActiveThirdPartyConnection()",
    )
    asked(page, f"{customer}.hold(callbacks)")
    parties_are(page, agent="hold", customer="hold")
    assert page.evaluate(f"() => {customer}.isOnHold()") is True
    asked(page, f"{customer}.resume(callbacks)")
    parties_are(page, agent="connected", customer="connected")
    for digits in ("0123456789", "*#", "ABCD", "1"):
        asked(page, f"{customer}.sendDigits('{digits}', callbacks)")
    assert stage.digits() == ["0123456789", "*#", "ABCD", "1"]
    attributes = page.evaluate("() => window.contact().getAttributes()")
    assert attributes["port"] == {"name": "port", "value": "Northquay"}

    consult(page)
    parties_are(page, agent="connected", customer="hold", third="connecting")
    noor_answers(stage)
    parties_are(page, agent="connected", customer="hold", third="connected")
    for customer_is, third_is in (("connected", "hold"), ("hold", "connected")):
        asked(page, "window.contact().toggleActiveConnections(callbacks)")
        parties_are(page, agent="connected", customer=customer_is, third=third_is)
    asked(page, "window.contact().conferenceConnections(callbacks)")
    parties_are(page, agent="connected", customer="connected", third="connected")
    asked(page, f"{third}.destroy(callbacks)")
    parties_are(page, agent="connected", customer="connected")
    assert stage.calls("noor") == []
    assert seen(page) == ["contact", "Connecting", "Accepted", "Connected"]
    assert failures(page) == []


@pytest.mark.parametrize("lib", BUILDS)
def test_warm_transfer(stage: Stage, embedded: Callable[[str], Page], lib: str) -> None:
    page = embedded(lib)
    stage.act("log_on", agent="noor")
    talk(stage, page)
    consult(page)
    parties_are(page, agent="connected", customer="hold", third="connecting")
    noor_answers(stage)
    parties_are(page, agent="connected", customer="hold", third="connected")
    asked(page, "window.contact().getAgentConnection().destroy(callbacks)")
    page.wait_for_function("() => window.seen.includes('ACW')")
    (bridged,) = stage.calls("noor")
    talking = {party["role"] for party in bridged["parties"] if party["state"] == "connected"}
    assert talking == {"customer", "agent"}
    assert stage.calls("mia") == []
    assert failures(page) == []


@pytest.mark.parametrize("lib", BUILDS)
def test_states(stage: Stage, embedded: Callable[[str], Page], lib: str) -> None:
    page = embedded(lib)
    asked(page, "window.agent.setConfiguration(window.agent.getConfiguration(), callbacks)")
    for name in ("Available", "Lunch", "Available"):
        set_state(page, name)
    assert page.evaluate("() => window.agentSeen.filter(n => /outable/.test(n))") == [
        "Routable",
        "NotRoutable",
        "Routable",
    ]
    ring(stage, page)
    asked(page, "window.contact().accept(callbacks)")
    state_is(page, "Busy")
    lunch = "window.agent.getAgentStates().find(s => s.name === 'Lunch')"
    refused = page.evaluate(
        f"() => window.asked(callbacks => window.agent.setState({lunch}, callbacks)).catch(e => e.message)"
    )
    assert "InvalidStateException" in refused
    if lib.startswith("2."):
        asked(page, f"window.agent.setState({lunch}, callbacks, {{enqueueNextState: true}})")
        if not lib.startswith("2.0."):
            page.wait_for_function("() => window.agent.getNextState?.()?.name === 'Lunch'")
            assert "Enqueued" in page.evaluate("() => window.agentSeen")
        offline = "window.agent.getAgentStates().find(s => s.name === 'Offline')"
        asked(page, f"window.agent.setState({offline}, callbacks, {{enqueueNextState: true}})")
        asked(page, "window.contact().getAgentConnection().destroy(callbacks)")
        state_is(page, "AfterCallWork")
        asked(page, f"window.contact().{'clear' if not lib.startswith('2.0.') else 'complete'}(callbacks)")
        state_is(page, "Offline")
        assert stage.truth()["agents"]["mia"]["state"] == "null"
    assert failures(page) == []
