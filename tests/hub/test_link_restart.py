"""A person has a link begin anew: one that waits for that, one that is being tried again, one that works."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Literal

import pytest

from cordboard.contract import Down, Emit, Execute, Ids, Scope, Woke
from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.model import commands as c
from cordboard.model.entities import Availability
from cordboard.model.errors import CallerError
from cordboard.model.events import LinkDown, LinkUp
from cordboard.model.ids import CommandId, LinkId, Subject
from cordboard.store.memory import MemoryStore
from tests.hub.probe import Page, Probe, ScriptedLink

ANN = Subject("agent/ann")
LINK = LinkId("lk")


def ready(name: str) -> c.Command:
    return c.Command(id=CommandId(name), subject=ANN, service=c.SetAgentState(state=Availability.READY))


@pytest.mark.parametrize("retry", ["login", "give-up", "later"])
async def test_one_that_is_down_begins_at_once(
    hub: Hub, probe: Probe, clock: VirtualClock, retry: Literal["login", "give-up", "later"]
) -> None:
    page = Page(hub, probe, "agent:ann")
    probe.script.next = [Down(retry=retry, reason="duplicate-login", after=60_000)]
    await page.do(Execute(command=ready("k")))
    assert hub.links[LINK].state == {"login": "login", "give-up": "gave-up", "later": "down"}[retry]
    assert hub.restart_link(LINK).state in {"starting", "up"}
    await hub.settled()
    assert (hub.links[LINK].state, probe.script.starts) == ("up", 2)
    await clock.advance(600_000)
    assert probe.script.starts == 2, "what it was to be tried again by is called off"


async def test_one_that_works_is_ended_first_and_the_log_says_so(hub: Hub, probe: Probe) -> None:
    page = Page(hub, probe, "agent:ann")
    settled = asyncio.ensure_future(hub.execute(ready("k"), page.seat.identity))
    await hub.settled()
    hub.restart_link(LINK)
    await hub.settled()
    assert await settled == c.Unconfirmed(reason="link-lost")
    (down,) = [entry.event for entry in await hub.entries(ANN, 0, 100) if isinstance(entry.event, LinkDown)]
    assert (down.cause, down.retry) == ("restarted", "later")
    assert (hub.links[LINK].state, probe.script.starts) == ("up", 2)


@pytest.mark.parametrize("how", ["restarted", "stopped", "twice"])
async def test_it_goes_on_behind_what_is_still_on_its_way_to_the_log(
    hub: Hub, probe: Probe, how: str
) -> None:
    """Else the vendor would tell that once more, and it would stand in the log twice."""
    driver = hub.driver(LINK)
    assert driver is not None
    probe.script.next = [Emit(subject=ANN, event=LinkUp(link=LINK, at=1), origin="place-7")]
    driver._feed(Woke(name="go", at=1))
    hub.restart_link(LINK)
    assert (hub.links[LINK].state, probe.script.starts) == ("starting", 1)
    if how == "stopped":
        await driver.stop("enough")
    if how == "twice":
        hub.restart_link(LINK)
    await hub.settled()
    assert probe.script.starts == (1 if how == "stopped" else 2)
    if how != "stopped":
        assert probe.script.resumed == {ANN: "place-7"}
        assert hub.links[LINK].state == "up"


async def test_it_is_made_with_what_its_settings_are_by_then(clock: VirtualClock) -> None:
    made: list[str] = []

    class Choosy(Probe):
        def link(self, settings: Mapping[str, Any], scope: Scope, ids: Ids) -> ScriptedLink:
            if not settings["password"]:
                raise CallerError("bad-field", "give a password", {"field": "password"})
            made.append(settings["password"])
            return super().link(settings, scope, ids)

    probe = Choosy()
    file = {"password": "old"}
    hub = Hub(MemoryStore(), clock=clock, ids=RandomIds(1), protocols={"probe": probe})
    await hub.start()
    await hub.add_link(LINK, "probe", dict(file), anew=lambda: dict(file))
    await hub.settled()
    file["password"] = ""
    with pytest.raises(CallerError, match="give a password"):
        hub.restart_link(LINK)
    assert (hub.links[LINK].state, probe.script.starts) == ("up", 1), "nothing has changed"
    file["password"] = "new"
    hub.restart_link(LINK)
    await hub.settled()
    page = Page(hub, probe, "agent:ann")
    probe.script.next = [Down(retry="later", reason="cut")]
    await page.do(Execute(command=ready("k")))
    await clock.advance(60_000)
    assert made == ["old", "new", "new"]
    await hub.stop()
    with pytest.raises(CallerError, match="stopping"):
        hub.restart_link(LINK)


async def test_there_is_none_of_this_name(hub: Hub) -> None:
    with pytest.raises(CallerError, match="no link"):
        hub.restart_link(LinkId("x"))
