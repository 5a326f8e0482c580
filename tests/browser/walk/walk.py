"""The walk: two tabs of the panel and one Streams page of the same agent, a world that does as it likes, and seeded dice."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from playwright.sync_api import Error

from cordboard.model.ids import Subject
from tests.browser.streams.stage import until
from tests.browser.walk.expected import panel_truth
from tests.browser.walk.log import Log
from tests.browser.walk.stage import AGENT, FAST, STILL, SUBJECT, Place
from tests.browser.walk.tab import Tab
from tests.browser.walk.world import an_act
from tests.simulator.likeness import shown, truth
from tests.streams.likeness import of_library, streams_truth

Json = dict[str, Any]

CHECK_EVERY = 50
REMEMBERED = 60
"""Actions that a failure tells."""
LOGGED = ("Accept Contact failed", "API request failed")
"""What the library logs when it is refused what it asked for."""


@dataclass
class Tally:
    """What was done, for whoever looks at how rich a walk was."""

    done: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    checks: int = 0


class Walk:
    """One walk. `steps` go by the dice of the seed, as far as time allows: what happens at once may come in any order."""

    def __init__(self, place: Place, seed: int) -> None:
        self.seed = seed
        self.last: deque[str] = deque(maxlen=REMEMBERED)
        self.tally = Tally()
        self._rng = Random(seed)
        self._place = place
        self._log = Log(place.hub)

    def go(self, steps: int) -> None:
        """That many actions; all is compared now and then, and in the end. A failure tells what came last, and how to walk again."""
        try:
            for step in range(1, steps + 1):
                self._step(step)
                if step % CHECK_EVERY == 0 or step == steps:
                    self.check()
        except (AssertionError, Error) as error:
            last = "\n".join(self.last)
            chained = " --chained" if self._place.chained else ""
            again = f"python -m tests.browser.walk --seed {self.seed} --steps {steps}{chained}"
            raise AssertionError(f"{error}\n\n{last}\n\nagain: {again}") from error

    def _step(self, step: int) -> None:
        rng = self._rng
        kinds: list[tuple[float, Callable[[], str]]] = [
            (26, lambda: "desk " + self._place.desk.press(rng)),
            (26, lambda: "panel " + self._place.panel.press(rng)),
            (22, self._ask),
            (22, self._happen),
            (4, self._pass_time),
            (0.6, self._reload),
            (0.4, self._reopen),
            (0.8, self._cut),
            (0.5, self._break),
        ]
        (do,) = rng.choices([what for _, what in kinds], [weight for weight, _ in kinds])
        told = do()
        self.last.append(f"{step} {told}")
        self.tally.done[told.split(":")[0][:40]] += 1
        if rng.random() < 0.5:
            self._still()

    def _ask(self) -> str:
        """A request of the library."""
        page = self._place.streams
        offers: list[tuple[str, float]] = page.evaluate("() => walk.offers()")
        (offer,) = self._rng.choices([name for name, _ in offers], [weight for _, weight in offers])
        page.evaluate("offer => walk.ask(offer)", offer)
        return f"streams {offer}"

    def _happen(self) -> str:
        """Somebody else does something."""
        name, params = an_act(self._place.switch(), self._place.centre, AGENT, self._rng)
        found = self._place.act(name, params)
        return f"world {name}: {params} {found.get('type')} {found.get('code', '')}"

    def _pass_time(self) -> str:
        place = self._place
        seconds = self._rng.choice([1, 1, 6, 20, 70])
        end = place.switch()["now"] + seconds * 1000
        place.fault(speed=FAST)
        until(lambda: place.switch()["now"] >= end, "time passes")
        place.fault(speed=STILL)
        return f"time {seconds} s"

    def _reload(self) -> str:
        which = self._rng.choice(["desk", "panel", "streams"])
        match which:
            case "desk":
                self._place.desk.reload()
            case "panel":
                self._place.panel.reload()
            case _:
                self._library_is_well()
                self._place.streams.reload()
                self._place.ready(self._place.streams)
        return f"reload {which}"

    def _reopen(self) -> str:
        place = self._place
        which = self._rng.choice(["desk", "panel", "streams"])
        match which:
            case "desk":
                place.desk.page.close()
                place.desk = place.open_desk()
            case "panel":
                place.panel.page.close()
                place.panel = place.open_panel()
            case _:
                self._library_is_well()
                place.streams.close()
                place.streams = place.open_streams()
        return f"reopen {which}"

    def _cut(self) -> str:
        path = self._rng.choice(["/v1/socket", "/streams/socket", ""])
        down = self._rng.random() < 0.3
        self._place.wire.lay(down=down)
        self._place.wire.cut(path)
        return f"cut {path or 'all'}{' for a while' if down else ''}"

    def _break(self) -> str:
        if self._place.chained and self._rng.random() < 0.4:
            self._place.between.cut()
            return "cut between the hubs"
        fault: Json = self._rng.choice(
            [
                {"drop": 0},
                {"drop": 0},
                {"refuse": "wrong-state"},
                {"delay": 100},
                {"duplicate": True},
                {"reorder": True},
            ]
        )
        self._place.fault(**fault)
        return f"fault {fault}"

    # --- quiet ------------------------------------------------------------------------------------------------------------

    def _still(self) -> None:
        """Wait until nothing is under way: nobody waits for an answer, and all pages stand where the hub does."""
        self._place.wire.lay(down=False)

        def quiet() -> object:
            found = self._under_way()
            return True if found == [] and self._under_way() == [] else found

        until(quiet, "all is quiet", 30, page=self._place.streams)

    def _under_way(self) -> list[str]:
        """What there is to wait for; nothing if two looks at the hub, before and after those at the pages, say the same."""
        ends = self._ends()
        page = self._place.streams
        found = [] if page.evaluate("() => walk.probe()") else ["the Streams page is not connected"]
        found += page.evaluate("() => [...walk.waiting.values()]")
        for tab in self._place.tabs:
            at = tab.place()
            if not at["online"] or not at["up"] or at["seq"] != ends[1] or at["under"]:
                found.append(f"{at}, {ends}")
        if self._place.chained and not self._log.heard("hop", self._place.near):
            found.append("the far hub hears what the near one knows")
        return found if ends == self._ends() else [*found, "the hub goes on"]

    def _ends(self) -> tuple[int, int]:
        """Where the switch's journal and the hub's log of the agent end."""
        return self._place.switch()["journal"], self._log.read()

    # --- what has to hold -------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Everybody shows what is so, and nothing is wrong with anybody's log."""
        self._place.fault(delay=0, duplicate=False, reorder=False, refuse="")
        self._still()
        state = self._place.switch(everything=True)
        panel = panel_truth(state, self._place.centre, AGENT)
        for tab in self._place.tabs:
            self._holds("model", truth(state)["agents"][AGENT], partial(_model, tab))
            self._holds("panel", panel, partial(_read, tab, panel))
        self._holds("streams", streams_truth(state, self._place.centre, AGENT), self._library)
        self._log.read()
        self._log.is_well()
        self._library_is_well()
        for tab in self._place.tabs:
            runs = tab.runs()
            refused = [item for item in runs["outcomes"] if item[1] != "done"]
            assert len(runs["said"]) >= len(refused), runs
            self.tally.answers.update(f"{item[0]} {item[1]} {item[2]}" for item in runs["outcomes"])
            tab.page.evaluate("() => tab.attend()")
        assert self._place.complaints.unexpected() == []
        assert [*self._place.near.trouble(), *self._place.hub.trouble()] == []
        self.tally.checks += 1

    def _holds(self, what: str, right: object, look: Callable[[], object]) -> None:
        """Documents may wait in a page for a moment after it was told all (so that events come in their order)."""

        def same() -> object:
            found = look()
            return True if found == right else f"shown\n{json.dumps(found)}\nbut so\n{json.dumps(right)}"

        until(same, what, 10, page=self._place.streams)

    def _library(self) -> Json:
        return of_library(self._place.streams.evaluate("() => walk.snapshot()"))

    def _library_is_well(self) -> None:
        """The library has nothing in its log but what it was refused, and each answer came once."""
        errors = self._place.streams.evaluate("() => walk.errors()")
        assert [item for item in errors if not any(word in item[0] for word in LOGGED)] == []
        assert self._place.streams.evaluate("() => walk.twice") == []
        events: Mapping[str, list[str]] = self._place.streams.evaluate("() => walk.events")
        for contact, names in events.items():
            assert max(Counter(names).values(), default=0) <= 1, (contact, names)
            assert "Destroy" not in names[:-1], (contact, names)
        answers = self._place.streams.evaluate("() => walk.answers.splice(0)")
        self.tally.answers.update(
            f"streams {offer.split()[0]} {how} {_kind(said)}" for offer, how, said in answers
        )


def _model(tab: Tab) -> Json:
    """What the page's model says of the agent."""
    found: Json = shown({Subject(SUBJECT): tab.view()})["agents"][AGENT]
    return found


def _read(tab: Tab, so: Json) -> Json:
    """What can be read. Of a folded contact that is its name and phase: the rest is taken as it should be."""
    calls = {(item["name"], item["phase"]): item["calls"] for item in so["contacts"]}
    found = tab.shown()
    contacts = [
        {**item, "calls": calls.get((item["name"], item["phase"]), [])}
        if item.pop("folded")
        else {**item, "calls": sorted(item["calls"])}
        for item in found["contacts"]
    ]
    return {**found, "contacts": sorted(contacts, key=str)}


def _kind(said: str) -> str:
    """What kind of failure it was."""
    with suppress(ValueError):
        return str(json.loads(said)["message"]).split(":")[0]
    return said[:40]
