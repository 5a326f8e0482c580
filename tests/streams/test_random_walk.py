"""Thousands of random requests of CCP pages, and of actions of a world: every page is told what is so on the switch."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import msgspec
import pytest

from cordboard.protocols.streams import wire
from cordboard.protocols.streams.document import Document
from cordboard.protocols.streams.names import target_arn
from tests.simulator.generator import a_target, an_action
from tests.simulator.world import World, world
from tests.streams.likeness import of_document, streams_truth
from tests.streams.page import CcpPage, endpoint

AGENTS = ("mia", "noor", "otto")
OVER = frozenset({"ended", "missed", "error"})
NEXT = {
    "connecting": {"connected", *OVER},
    "connected": OVER,
    "ended": {"gone"},
    "missed": {"gone"},
    "error": {"gone"},
}
"""What the library takes for a contact's way. Whatever else comes, it raises the wrong events, or none."""


class Pages:
    """A page for each of the agents, and what became of the contacts that they were told of."""

    def __init__(self, centre: World) -> None:
        self.centre = centre
        self.pages = {agent: CcpPage(centre.hub, agent) for agent in AGENTS}
        self.plan = msgspec.to_builtins(centre.floor.centre)
        self.done: Counter[str] = Counter()
        self._states: dict[str, str] = {}
        self._shown: dict[str, Document] = {}

    async def ask(self, rng: Random) -> str:
        """One of the agents' pages asks for something, of what it sees."""
        agent = rng.choice(AGENTS)
        method, params = a_request(self._shown[agent], self.centre, rng)
        answer = await self.pages[agent].ask(method, **params)
        self.done[f"{method} {'done' if answer.err is None else 'failed'}"] += 1
        return f"{agent} {method} {params} {answer.err}"

    def hold(self, last: list[str]) -> None:
        """All are told what is so, each by a way that the library understands."""
        state = msgspec.to_builtins(self.centre.switch.state())
        for agent, page in self.pages.items():
            page.say(wire.Ping())
            assert page.closed is None
            for document in page.documents:
                self._shown[agent] = document
                now = {item.contact_id: item.state.type for item in document.snapshot.contacts}
                self._follow(agent, now, last)
            page.frames.clear()
            told = of_document(self._shown[agent])
            assert told == streams_truth(state, self.plan, agent), (agent, last[-5:])

    def _follow(self, agent: str, now: dict[str, str], last: list[str]) -> None:
        before = {
            key.partition(" ")[2]: state for key, state in self._states.items() if key.startswith(f"{agent} ")
        }
        for contact in {**before, **now}:
            old, new = before.get(contact), now.get(contact, "gone")
            if old is not None and old != new:
                assert new in NEXT[old], (agent, contact, old, new, last[-5:])
            if new == "gone":
                del self._states[f"{agent} {contact}"]
            else:
                self._states[f"{agent} {contact}"] = new


def a_request(shown: Document, centre: World, rng: Random) -> tuple[str, dict[str, Any]]:
    """A request of the library: now and then one that makes no sense at the moment."""
    contacts = shown.snapshot.contacts
    if not contacts or rng.random() < 0.15:
        if rng.random() < 0.3:
            return "createOutboundContact", {"endpoint": an_endpoint(centre, rng), "queueARN": ""}
        choice = rng.choice(shown.configuration.agent_states)
        more = {"enqueueNextState": True} if rng.random() < 0.2 else {}
        return "putAgentState", {"state": msgspec.to_builtins(choice), **more}
    contact = rng.choice(contacts)
    at = {"contactId": contact.contact_id}
    if contact.state.type == "connecting" and rng.random() < 0.7:
        return rng.choice(["acceptContact"] * 6 + ["rejectContact"]), at
    if contact.state.type in OVER:
        return rng.choice(["clearContact", "completeContact"]), at
    place = {**at, "connectionId": rng.choice(contact.connections).connection_id}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("createAdditionalConnection", {**at, "endpoint": an_endpoint(centre, rng)}),
        ("createAdditionalConnection", {**at, "endpoint": an_endpoint(centre, rng)}),
        ("addNewConnection", {**at, "endpoint": an_endpoint(centre, rng)}),
        ("transferContact", {**at, "endpoint": an_endpoint(centre, rng)}),
        ("destroyConnection", place),
        ("holdConnection", place),
        ("resumeConnection", place),
        ("resumeConnection", place),
        ("toggleActiveConnections", place),
        ("conferenceConnections", at),
        ("conferenceConnections", at),
        ("muteParticipant", place),
        ("unmuteParticipant", place),
        ("sendDigits", {**place, "digits": "5"}),
        ("notifyContactIssue", {**at, "issueCode": "ECHO", "description": ""}),
        ("acceptContact", at),
    ]
    return rng.choice(asked)


def an_endpoint(centre: World, rng: Random) -> dict[str, Any]:
    target = a_target(centre.floor.centre, rng)
    if target.number:
        return endpoint(target.number)
    return {**endpoint(""), "type": target.kind.value, "endpointARN": target_arn(target)}


async def walk(seed: int, steps: int) -> Counter[str]:
    rng = Random(seed)
    last: list[str] = []
    async with world(seed=seed) as centre:
        pages = Pages(centre)
        await centre.hub.settled()
        pages.hold(last)
        for step in range(steps):
            if rng.random() < 0.5:
                name, params = an_action(centre.switch, rng)
                last.append(f"{step} world {name} {params} {await centre.act(name, **params)}")
            elif rng.random() < 0.01:
                await centre.fault(drop=0)
                last.append(f"{step} link lost")
                await centre.clock.advance(5_000)
            else:
                last.append(f"{step} {await pages.ask(rng)}")
            await centre.clock.advance(rng.choice([0, 0, 300, 700, 2000, 5000, 20000]))
            pages.hold(last)
        assert centre.flags() == Counter()
    return pages.done


async def test_pages_are_told_what_is_so() -> None:
    done = await walk(1, 700)
    worked = {name.removesuffix(" done") for name in done if name.endswith(" done")}
    assert worked > {"acceptContact", "createAdditionalConnection", "holdConnection", "conferenceConnections"}


@pytest.mark.matrix
@pytest.mark.parametrize("seed", range(100, 120))
async def test_pages_are_told_what_is_so_on_longer_walks(seed: int) -> None:
    await walk(seed, 2000)
