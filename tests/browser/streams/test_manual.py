"""The manual of 1.x, sample by sample: each is run as it stands there, in one story, and does what the manual promises."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.streams import manual
from tests.browser.streams.rows import promised, table
from tests.browser.streams.stage import LATEST, Stage, build, failures, set_state, state_is, until

pytestmark = pytest.mark.browser

OLD = "1.4.5/connect-streams.js"
TABLE = table("samples")
SAMPLES: dict[str, dict[str, Any]] = TABLE["sample"]
PAGE = """<!doctype html><title>A page from the manual</title><link rel="icon" href="data:,">
<div id="ccp" class="containerDiv"></div><script src="/lib/{lib}"></script><script>
  window.ccpUrl = "{ccp}";
  window.number = "2002";
  window.contact = () => window.agent?.getContacts()[0];
  window.parties = () => Object.fromEntries(window.contact().getConnections()
    .filter(item => item.getType() === "agent" || item.isInitialConnection() || item.isActive())
    .map(item => [item.getType() === "agent" ? "agent" : item.isInitialConnection() ? "customer" : "third", item.getStatus().type]));
  window.asked = call => new Promise((success, failed) => call({{ success, failure: err => failed(new Error(String(err))) }}));
  window.heard = {{}};
</script>"""
RUN = """async ([name, source, given, result]) => {
  const words = (window.heard[name] = []);
  const heard = what => words.push(
    what instanceof connect.Agent ? "agent" : what instanceof connect.Contact ? "contact" : String(what));
  try {
    const names = ["heard", ...Object.keys(given)];
    const values = [heard, ...Object.values(given).map(text => eval(text))];
    const value = new Function(...names, `${source}\\n;return (${result});`)(...values);
    return { value: JSON.parse(JSON.stringify(value ?? null)) };
  } catch (error) {
    return { error: String(error) };
  }
}"""


@pytest.fixture(scope="module")
def text() -> str:
    found = manual.manual()
    if found is None:
        pytest.skip("no copy of the manual of 1.x here")
    return found


def test_each_sample_of_the_manual_is_in_the_table(text: str) -> None:
    assert set(manual.samples(text)) == set(SAMPLES)
    assert {row["at"] for row in SAMPLES.values()} | {"over", "missing"} == set(TABLE["story"])


@pytest.mark.parametrize("lib", [build(LATEST), build(OLD)])
def test_the_samples_of_the_manual(stage: Stage, context: BrowserContext, text: str, lib: str) -> None:
    page = context.new_page()
    stage.crm.pages["/manual.html"] = PAGE.format(lib=lib, ccp=stage.ccp())
    page.goto(f"{stage.crm.origin()}/manual.html")
    story = Story(stage, page, manual.samples(text), old=lib == OLD)
    for moment in TABLE["story"]:
        story.comes_to(moment)
    story.ends()
    assert story.wrong == {}
    assert failures(page) == []


@pytest.mark.parametrize("lib", [build(LATEST), build(OLD)])
def test_the_enumerations_of_the_manual(embedded: Callable[..., Page], text: str, lib: str) -> None:
    named = manual.members(text)
    assert len(named) > 20
    missing = embedded(lib).evaluate(
        """names => names.filter(name => {
             const [of, member] = name.split(".");
             return typeof connect[of]?.[member] !== "string";
           })""",
        named,
    )
    assert missing == []


class Story:
    """One page's day, in which each sample has its moment. `wrong`: samples that did not do what the table says."""

    def __init__(self, stage: Stage, page: Page, samples: dict[str, str], *, old: bool) -> None:
        self.stage = stage
        self.page = page
        self.wrong: dict[str, object] = {}
        self._samples = samples
        self._rows = {name: {**row, **row.get("old", {})} if old else row for name, row in SAMPLES.items()}
        self._happens: dict[str, Callable[[], None]] = {
            "embedded": self._embedded,
            "agent known": self._agent_known,
            "ringing": self._rings,
            "third party talks": self._noor_answers,
            "over": self._is_over,
            "missing": self._misses,
        }
        stage.act("log_on", agent="noor")

    def comes_to(self, moment: str) -> None:
        """What happens before, and then the samples of the moment."""
        self._happens.get(moment, lambda: None)()
        for name, row in self._rows.items():
            if row["at"] == moment:
                self._run(name, row)
        if moment == "dialling":
            self._hang_up()

    def ends(self) -> None:
        """Look at what was heard over the day."""
        for name, row in self._rows.items():
            if "later" in row and self.page.evaluate(f"() => {row['later']}") is not True:
                self.wrong[name] = row["later"]
            words = self.page.evaluate("name => window.heard[name]", name)
            if not _as_said(row, words):
                self.wrong.setdefault(name, words)

    def _run(self, name: str, row: dict[str, Any]) -> None:
        source = _filled(self._samples[name], row)
        if name.startswith("."):
            self.page.add_style_tag(content=source)
        else:
            given = {**TABLE["given"], **row.get("given", {})}
            result = row.get("result", "null")
            used = {
                word: text for word, text in given.items() if re.search(rf"\b{word}\b", f"{source} {result}")
            }
            found = self.page.evaluate(RUN, [name, source, used, result])
            if not promised(row, found):
                self.wrong[name] = found
            if "throws" in row:
                return
            assert "error" not in found, (name, found)
        if row.get("hears") in ("success", "failure"):
            self.page.wait_for_function("name => window.heard[name].length > 0", arg=name)
        if "then" in row:
            self.page.wait_for_function(f"() => {row['then']}")
        if "switch" in row:
            until(lambda: SWITCH[row["switch"]](self.stage), f"{name}: {row['switch']}")

    def _embedded(self) -> None:
        self.page.evaluate("() => { connect.agent(agent => { window.agent = agent; }); }")

    def _agent_known(self) -> None:
        self.page.wait_for_function("() => window.agent !== undefined")

    def _rings(self) -> None:
        for state in ("Lunch", "Offline", "Available"):
            set_state(self.page, state)
        self.stage.act("ring", number="+44 20 7946 0101", to="8001")
        self.page.wait_for_function("() => window.contact()?.getStatus().type === 'connecting'")

    def _noor_answers(self) -> None:
        (ringing,) = self.stage.calls("noor")
        self.stage.act("answer_call", agent="noor", call=ringing["id"])
        self.page.wait_for_function("() => window.parties().third === 'connected'")

    def _is_over(self) -> None:
        if self.page.evaluate("() => window.contact().isConnected()"):
            self._hang_up()
        else:
            self._take_calls()

    def _hang_up(self) -> None:
        self.page.evaluate(
            "() => window.asked(callbacks => window.contact().getAgentConnection().destroy(callbacks))"
        )
        self._take_calls()

    def _take_calls(self) -> None:
        state_is(self.page, "AfterCallWork")
        set_state(self.page, "Available")
        self.page.wait_for_function("() => window.contact() === undefined")

    def _misses(self) -> None:
        self.stage.act("ring", number="+44 20 7946 0102", to="8001")
        self.page.wait_for_function("() => window.contact()?.getStatus().type === 'connecting'")
        self.stage.hub.post("/links/sim/console/fault", {"speed": 20}, self.stage.token)
        state_is(self.page, "MissedCallAgent")


def _filled(sample: str, row: dict[str, Any]) -> str:
    for before, after in [*row.get("correct", []), *TABLE["fill"]["callbacks"]]:
        sample = sample.replace(before, after)
    assert "..." not in sample, sample
    return sample


def _as_said(row: dict[str, Any], words: list[str] | None) -> bool:
    if row.get("never"):
        return words == []
    if "hears" not in row:
        return True
    few = len(words or []) == row["times"] if "times" in row else bool(words)
    return few and set(words or []) == {row["hears"]}


def _states(stage: Stage, agent: str) -> list[str]:
    return [
        party["state"] for call in stage.calls(agent) for party in call["parties"] if party["agent"] == agent
    ]


def _talking(stage: Stage, agent: str) -> int:
    """How many talk in the agent's calls."""
    return sum(party["state"] == "connected" for call in stage.calls(agent) for party in call["parties"])


SWITCH: dict[str, Callable[[Stage], bool]] = {
    "mia is ready": lambda stage: stage.truth()["agents"]["mia"]["state"] == "ready",
    "mia talks": lambda stage: _states(stage, "mia") == ["connected"],
    "mia holds": lambda stage: _states(stage, "mia") == ["hold"],
    "noor rings": lambda stage: _states(stage, "noor") == ["alerting"] and "hold" in _states(stage, "mia"),
    "noor is free": lambda stage: stage.calls("noor") == [],
    "the third party is held": lambda stage: _states(stage, "mia") == ["connected", "hold"],
    "all three talk": lambda stage: _talking(stage, "mia") == _talking(stage, "noor") == 3,
    "0189*# was heard": lambda stage: stage.digits() == ["0189*#"],
    "mia dialled for changes": lambda stage: (
        [item["queue"] for item in stage.truth()["agents"]["mia"]["segments"]] == ["changes"]
    ),
}
"""What the contact centre says, by its name in the table."""
