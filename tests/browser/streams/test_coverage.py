"""The coverage table of 2.28.2, called method by method: what it says is what the library does on Cordboard."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.running import Complaints
from tests.browser.streams.stage import (
    CALLER,
    NUMBER,
    Stage,
    asked,
    consult,
    failures,
    parties_are,
    set_state,
    state_is,
)

pytestmark = pytest.mark.browser

TABLE: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(
    files("cordboard.protocols.streams").joinpath("coverage.toml").read_text(encoding="utf-8")
)
OBJECTS = {"Agent": "agent", "Contact": "contact", "Connection": "customer", "VoiceConnection": "own"}
SETTLED = """async ([name, call]) => {
  const agent = window.agent, contact = window.contact();
  const own = contact?.getAgentConnection(), customer = contact?.getInitialConnection();
  try {
    const value = await eval(call);
    return { value: JSON.parse(JSON.stringify(value ?? null)) };
  } catch (error) {
    return { error: [String(error?.message ?? ""), String(error), JSON.stringify(error ?? null)].join(" ") };
  }
}"""


def settled(page: Page, name: str, call: str) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(SETTLED, [name, call])
    return found


def covers(found: Any, wanted: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether what was wanted is there; an object may have more."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            key in found and covers(found[key], value) for key, value in wanted.items()
        )
    return bool(found == wanted)


def check(page: Page, of: str, name: str, row: dict[str, Any]) -> str:
    """What is wrong with the row; empty if nothing is."""
    call = row.get("call", f"{OBJECTS[of]}.{name}()")
    match row:
        case {"gives": text}:
            found = settled(page, name, call)
            return "" if covers(found.get("value"), json.loads(text)) and "error" not in found else str(found)
        case {"like": pattern}:
            found = settled(page, name, call)
            return "" if re.search(pattern, str(found.get("value"))) else str(found)
        case {"millis": True}:
            found = settled(page, name, call)
            return "" if -1000 < found.get("value", -9999) < 60_000 else str(found)
        case {"count": count}:
            found = settled(page, name, f"{call}.length")
            return "" if found.get("value") == count else str(found)
        case {"rejects": [expression, part]} | {"throws": [expression, part]}:
            found = settled(page, name, expression)
            return "" if part in found.get("error", "") and "error" in found else str(found)
        case {"fails": [expression, part]}:
            asking = f"window.asked(callbacks => {expression})"
            found = settled(page, name, asking)
            return "" if part in found.get("error", "") and "error" in found else str(found)
        case _:
            return ""


def test_the_table_has_every_public_method(embedded: Callable[..., Page]) -> None:
    page = embedded()
    names = page.evaluate(
        """classes => Object.fromEntries(classes.map(name => [name,
             Object.getOwnPropertyNames(connect[name === "Connection" ? "BaseConnection" : name].prototype)
               .filter(item => item !== "constructor" && !item.startsWith("_"))]))""",
        list(TABLE),
    )
    for of, rows in TABLE.items():
        if "*" not in rows:
            assert set(rows) == set(names[of]), of


def test_each_method_gives_what_the_table_says(
    stage: Stage, embedded: Callable[..., Page], complaints: Complaints
) -> None:
    complaints.allowed.append("ERROR|failed")  # the library logs what it is refused
    page = embedded()
    set_state(page, "Available")
    stage.act("ring", number=CALLER, to="8001")
    page.wait_for_function("() => window.seen.includes('Connecting')")
    asked(page, "window.contact().accept(callbacks)")
    page.wait_for_function("() => window.seen.includes('Connected')")
    wrong = {
        f"{of}.{name}": problem
        for of, rows in TABLE.items()
        if "*" not in rows
        for name, row in rows.items()
        if (problem := check(page, of, name, row))
    }
    assert wrong == {}


def test_each_event_comes_or_does_not(
    stage: Stage, embedded: Callable[..., Page], complaints: Complaints
) -> None:
    complaints.allowed.append("Screen sharing is only supported|ERROR")
    page = embedded()
    page.evaluate(
        """() => {
          window.raised = { Agent: {}, Contact: {} };
          for (const name of Object.getOwnPropertyNames(connect.Agent.prototype).filter(item => item.startsWith("on")))
            window.agent[name](() => { window.raised.Agent[name] = true; });
          connect.contact(contact => {
            for (const name of Object.getOwnPropertyNames(connect.Contact.prototype).filter(item => item.startsWith("on")))
              contact[name](() => { window.raised.Contact[name] = true; });
          });
        }"""
    )
    day = Day(stage, page)
    day.settings()
    day.call()
    day.consultation()
    day.after()
    day.short_calls()
    day.missed()
    raised = page.evaluate("() => window.raised")
    for of in ("Agent", "Contact"):
        said = {name: row["raised"] for name, row in TABLE[of].items() if "raised" in row}
        assert {name: name in raised[of] for name in said} == said
    table = {f"{of}.{name}" for of, rows in TABLE.items() for name, row in rows.items() if row.get("does")}
    assert day.did == table
    assert failures(page) == []


PLACES = {
    "Agent": "window.agent",
    "Contact": "window.contact()",
    "Connection": "window.contact().getInitialConnection()",
    "VoiceConnection": "window.contact().getAgentConnection()",
}


class Day:
    """An agent's day that has everything in it. `did`: the methods of the table that were called, with effect."""

    def __init__(self, stage: Stage, page: Page) -> None:
        self.stage = stage
        self.page = page
        self.did: set[str] = set()
        self._callers = iter(f"+44 20 7946 01{number:02}" for number in range(1, 20))
        stage.act("log_on", agent="noor")

    def settings(self) -> None:
        self.do("Agent", "setState", choice("Available"))
        self.do("Agent", "setStatus", choice("Break"))
        self.do("Agent", "setState", choice("Offline"))
        self.do("Agent", "setState", choice("Available"))
        state_is(self.page, "Available")
        for name in ("setSpeakerDevice", "setMicrophoneDevice", "setRingerDevice", "setCameraDevice"):
            self.say("Agent", name, "'default'")
        self.say("Agent", "setBackgroundBlur", "true")
        self.do("Agent", "setConfiguration", "window.agent.getConfiguration()")
        self.do("Agent", "getEndpoints", "window.agent.getAllQueueARNs()")
        self.do("Agent", "getAddresses", "window.agent.getAllQueueARNs()")

    def call(self) -> None:
        self.rings()
        self.do("Contact", "accept")
        state_is(self.page, "Busy")
        muted = "window.contact().getAgentConnection().isMute()"
        self.say("Agent", "mute")
        self.wait(muted)
        self.say("Agent", "unmute")
        self.wait(f"!{muted}")
        self.do("VoiceConnection", "muteParticipant")
        self.wait(muted)
        self.do("VoiceConnection", "unmuteParticipant")
        self.page.evaluate(
            """() => { const customer = window.contact().getInitialConnection(); window.held = [];
                 customer.onParticipantHold(() => window.held.push("hold"));
                 customer.onParticipantResume(() => window.held.push("resume")); }"""
        )
        self.do("Connection", "hold")
        parties_are(self.page, agent="hold", customer="hold")
        self.do("Connection", "resume")
        parties_are(self.page, agent="connected", customer="connected")
        self.wait("window.held.join() === 'hold,resume'")
        self.did |= {"VoiceConnection.onParticipantHold", "VoiceConnection.onParticipantResume"}
        self.do("Connection", "sendDigits", "'5'")
        self.do("Contact", "notifyIssue", "'ECHO', 'hears themselves'")
        self.do("Contact", "sendSoftphoneMetrics", "[]")
        self.do("Contact", "sendSoftphoneReport", "{}")
        self.say("Contact", "destroy")  # deprecated: it does nothing in 2.x

    def consultation(self) -> None:
        consult(self.page)
        self.did.add("Contact.addConnection")
        parties_are(self.page, agent="connected", customer="hold", third="connecting")
        (ringing,) = self.stage.calls("noor")
        self.stage.act("answer_call", agent="noor", call=ringing["id"])
        parties_are(self.page, agent="connected", customer="hold", third="connected")
        self.do("Contact", "toggleActiveConnections")
        parties_are(self.page, agent="connected", customer="connected", third="hold")
        self.do("Contact", "conferenceConnections")
        parties_are(self.page, agent="connected", customer="connected", third="connected")
        asked(self.page, "window.contact().getSingleActiveThirdPartyConnection().destroy(callbacks)")
        parties_are(self.page, agent="connected", customer="connected")
        self.say("Contact", "addParticipant", ENDPOINT)
        parties_are(self.page, agent="connected", customer="connected", third="connected")

    def after(self) -> None:
        asked(self.page, f"window.agent.setState({choice('Lunch')}, callbacks, {{enqueueNextState: true}})")
        self.wait("window.agent.getNextState()?.name === 'Lunch'")
        self.do("Connection", "destroy")
        asked(self.page, "window.contact().getAgentConnection().destroy(callbacks)")
        state_is(self.page, "AfterCallWork")
        self.do("Contact", "complete")
        state_is(self.page, "Lunch")
        set_state(self.page, "Available")

    def short_calls(self) -> None:
        self.rings()
        self.do("Contact", "reject")
        self.wait("window.seen.includes('Missed')")
        set_state(self.page, "Available")
        self.rings()
        asked(self.page, "window.contact().accept(callbacks)")
        state_is(self.page, "Busy")
        self.say("Contact", "transfer", ENDPOINT)
        state_is(self.page, "AfterCallWork")
        self.do("Contact", "clear")
        state_is(self.page, "Available")
        other = "connect.Endpoint.byPhoneNumber('+44 1632 960002')"
        self.do("Agent", "connect", other)
        state_is(self.page, "Busy")
        asked(self.page, "window.contact().getAgentConnection().destroy(callbacks)")
        state_is(self.page, "AfterCallWork")
        set_state(self.page, "Available")

    def missed(self) -> None:
        self.rings(to="8001")
        self.stage.hub.post("/links/sim/console/fault", {"speed": 20}, self.stage.token)
        state_is(self.page, "MissedCallAgent")
        assert self.page.evaluate("() => window.contact().getState().type") == "missed"

    def do(self, of: str, name: str, arguments: str = "") -> None:
        """Call a method that takes callbacks; it has to succeed."""
        self.did.add(f"{of}.{name}")
        asked(self.page, f"{PLACES[of]}.{name}({arguments}{', ' if arguments else ''}callbacks)")

    def say(self, of: str, name: str, arguments: str = "") -> None:
        """Call one that takes none; what it does is looked at."""
        self.did.add(f"{of}.{name}")
        self.page.evaluate(f"() => {{ {PLACES[of]}.{name}({arguments}); }}")

    def wait(self, condition: str) -> None:
        self.page.wait_for_function(f"() => {condition}")

    def rings(self, to: str = "2001") -> None:
        count = "window.seen.filter(name => name === 'Connecting').length"
        before = self.page.evaluate(f"() => {count}")
        self.stage.act("ring", number=next(self._callers), to=to)
        self.wait(f"{count} > {before}")


ENDPOINT = f"connect.Endpoint.byPhoneNumber('{NUMBER}')"


def choice(name: str) -> str:
    """The state of this name."""
    return f"window.agent.getAgentStates().find(s => s.name === '{name}')"
