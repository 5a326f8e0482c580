"""Planned maintenance: which word may follow which, and that every session hears of it, those to come included."""

from __future__ import annotations

import msgspec
import pytest

from cordboard.contract import Elsewhere, Maintenance
from cordboard.hub.clock import VirtualClock
from cordboard.hub.hub import Hub
from cordboard.hub.maintenance import FOLLOWS, Act, Address, Order, turned
from cordboard.model.errors import CallerError
from tests.hub.probe import Page, Probe

THERE = Address(host="south.example", port=8443)
SOUTH = Elsewhere(host="south.example", port=8443)
STATES = ("none", "announced", "started", "completed")


def told(page: Page) -> list[Maintenance]:
    return [item for item in page.session.news if isinstance(item, Maintenance)]


async def test_every_session_hears_of_it_and_those_to_come(
    hub: Hub, probe: Probe, clock: VirtualClock
) -> None:
    page, gone = Page(hub, probe, "agent:ann"), Page(hub, probe, "agent:ann")
    assert told(page) == []
    gone.seat.leave()
    now = clock.now()
    announced = hub.maintain(Order(do="announce", after=600_000, to=THERE, text="Tonight"), "ops")
    assert announced == Maintenance(state="announced", at=now, begins=now + 600_000, to=SOUTH, text="Tonight")
    assert told(page) == [announced]
    late = Page(hub, probe, "agent:ann")
    assert told(late) == [announced]
    await clock.advance(5_000)
    started = hub.maintain(Order(do="start", graceful=False), "ops")
    assert started == Maintenance(
        state="started", at=now + 5_000, begins=now + 5_000, to=SOUTH, graceful=False, text="Tonight"
    )
    completed = hub.maintain(Order(do="complete"), "ops")
    assert (completed.state, completed.begins, completed.to) == ("completed", now + 5_000, SOUTH)
    assert told(page) == told(late) == [announced, started, completed]
    over = hub.maintain(Order(do="cancel"), "ops")
    assert (over.state, over.to, over.text) == ("none", None, "")
    assert told(page)[-1] == over
    assert told(Page(hub, probe, "agent:ann")) == []
    assert told(gone) == []


@pytest.mark.parametrize("act", sorted(FOLLOWS))
@pytest.mark.parametrize("state", STATES)
def test_a_word_that_cannot_follow_is_refused_and_changes_nothing(act: Act, state: str) -> None:
    known = Maintenance(state=state, at=1)  # type: ignore[arg-type] # one of its words
    if state in FOLLOWS[act]:
        assert turned(known, Order(do=act), 2).at == 2
    else:
        with pytest.raises(CallerError) as refused:
            turned(known, Order(do=act), 2)
        assert (refused.value.code, refused.value.details) == ("wrong-state", {"state": state})


def test_what_was_said_before_holds_until_something_else_is_said() -> None:
    known = turned(Maintenance(), Order(do="announce", to=THERE, text="Tonight"), 1)
    again = turned(known, Order(do="announce", after=5, text="Tomorrow"), 2)
    assert (again.to, again.text, again.begins) == (SOUTH, "Tomorrow", 7)
    started = turned(again, Order(do="start", to=None), 3)
    assert (started.to, started.graceful, started.text) == (None, True, "Tomorrow")
    forced = turned(started, Order(do="start", graceful=False), 4)
    assert (forced.graceful, forced.to) == (False, None)
    assert turned(forced, Order(do="complete", to=THERE), 5).to == SOUTH


def test_the_next_maintenance_has_nothing_of_the_last_one() -> None:
    last = Maintenance(state="completed", at=1, to=SOUTH, graceful=False, text="Tonight")
    assert turned(last, Order(do="announce", after=1), 2) == Maintenance(state="announced", at=2, begins=3)


@pytest.mark.parametrize("host", ["south.example", "10.0.0.1", "[::1]", "x", "x" * 253])
def test_a_host_may_be(host: str) -> None:
    assert msgspec.json.decode(_to(host), type=Order).to == Address(host=host)


@pytest.mark.parametrize("host", ["", "x\n", "[::1]\n", "x y", "x/", "https://x", "::1", "x.", "x" * 254])
def test_a_host_may_not_be(host: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"to\.host"):
        msgspec.json.decode(_to(host), type=Order)


def _to(host: str) -> bytes:
    return msgspec.json.encode({"do": "start", "to": {"host": host}})
