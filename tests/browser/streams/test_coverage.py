"""The coverage tables of 2.28.2, called member by member: what they say is what the library does on Cordboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from cordboard.protocols.streams.contacts import ENDED, INITIATIONS
from cordboard.protocols.streams.methods import METHODS
from cordboard.protocols.streams.plans import TYPES
from cordboard.protocols.streams.states import FAULTS
from tests.browser.running import Complaints
from tests.browser.streams.rows import promised, sections, table, tried
from tests.browser.streams.stage import (
    CALLER,
    LATEST,
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

SECTIONS = sections()
ASKED = {"gives", "like", "millis", "count", "rejects", "throws", "fails", "silent"}
"""What a row is compared by; others are events and deeds, looked at in a story, or never called."""
NAMES = """lists => {
  const found = new Set();
  for (const text of lists) {
    const of = eval(text);
    for (const name of Object.getOwnPropertyNames(of)) {
      const dull = ["constructor", "length", "name", "prototype", "arguments", "caller"].includes(name);
      if (name.startsWith("_") || of[name] === null || (dull && typeof of === "function") || name === "constructor") continue;
      if (of === connect || Object.getPrototypeOf(of) !== Object.prototype || typeof of[name] === "function") found.add(name);
    }
  }
  return [...found];
}"""


@pytest.fixture
def bare(stage: Stage, context: BrowserContext) -> Callable[[], Page]:
    """Opens a page that has loaded the library and done nothing with it."""

    def opened() -> Page:
        stage.crm.pages["/bare.html"] = f"""<!doctype html><title>Bare</title><link rel="icon" href="data:,">
          <div id="app"></div><script src="/lib/{LATEST}"></script><script>window.ccp = "{stage.ccp()}";</script>"""
        page = context.new_page()
        page.goto(f"{stage.crm.origin()}/bare.html")
        return page

    return opened


def test_the_tables_have_every_member(embedded: Callable[..., Page], bare: Callable[[], Page]) -> None:
    page = embedded()
    missing = {
        section.name: (sorted(found - section.members), sorted(section.members - found))
        for section in SECTIONS.values()
        if section.name != "connect"
        and (found := set(page.evaluate(NAMES, section.lists))) != section.members
    }
    assert missing == {}
    top = set(bare().evaluate(NAMES, ["connect"]))  # what it has by itself
    own, enumerations = set(SECTIONS["connect"].rows), set(table("coverage/enumerations"))
    assert top - own - enumerations - set(SECTIONS) == set()
    assert (own | enumerations) - top == set()


def test_the_enumerations_are_the_library_s(bare: Callable[[], Page]) -> None:
    wanted = table("coverage/enumerations")
    found = bare().evaluate(
        "names => Object.fromEntries(names.map(name => [name, connect[name]]))", list(wanted)
    )
    assert found == wanted


def test_our_words_are_the_library_s() -> None:
    """Whatever the session says is in the enumerations, and whatever a page can ask for is answered."""
    words = {name: set(values.values()) for name, values in table("coverage/enumerations").items()}
    asked = ("ClientMethods", "AgentAppClientMethods", "TaskTemplatesClientMethods", "ApiProxyClientMethods")
    assert set(METHODS) == set().union(*(words[name] for name in asked))
    assert set(FAULTS.values()) <= words["AgentErrorStates"]
    assert set(TYPES.values()) <= words["CTIExceptions"]
    assert set(INITIATIONS.values()) <= words["ContactInitiationMethod"]
    assert words["ContactStateType"] >= ENDED


def test_each_method_gives_what_the_table_says(
    stage: Stage, embedded: Callable[..., Page], bare: Callable[[], Page], complaints: Complaints
) -> None:
    complaints.allowed.append("ERROR|failed")  # the library logs what it is refused
    page = embedded()
    set_state(page, "Available")
    stage.act("ring", number=CALLER, to="8001")
    page.wait_for_function("() => window.seen.includes('Connecting')")
    asked(page, "window.contact().accept(callbacks)")
    page.wait_for_function("() => window.seen.includes('Connected')")
    wrong: dict[str, object] = {}
    for section in SECTIONS.values():
        for name, row in section.rows.items():
            if ASKED & row.keys():
                where = bare() if row.get("bare") else embedded() if row.get("apart") else page
                found = tried(where, section, name, row)
                if not promised(row, found):
                    wrong[f"{section.name}.{name}"] = found
                if where is not page:
                    where.close()
    assert wrong == {}
    assert page.evaluate("() => window.told ?? []") == []


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
        said = {name: row["raised"] for name, row in SECTIONS[of].rows.items() if "raised" in row}
        assert {name: name in raised[of] for name in said} == said
    deeds = {
        f"{of.name}.{name}" for of in SECTIONS.values() for name, row in of.rows.items() if row.get("does")
    }
    assert day.did == deeds
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
