"""One Cordboard hung on another by this wire, over real HTTP: the near one is the Attendant that the far one calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from cordboard.app import App, running
from cordboard.model.entities import Medium
from cordboard.model.errors import ERRORS
from cordboard.model.events import Established, LinkDown, LinkUp, Snapshot
from cordboard.model.ids import agent_subject
from cordboard.settings import parsed
from cordboard.testing.matrix import (
    CENTRE,
    FAST,
    LINK_LOST,
    LOST_AGENT,
    SLOW,
    Cell,
    Chain,
    Hanging,
    chain,
    play,
    until,
)
from cordboard.testing.rig import likeness
from cordboard.web.accounts import Accounts
from cordboard_wickerline import wire

VOICE = (Medium.VOICE,)
"""The attendant has no word for other media."""
NAME, WORD = "cordboard", "a long enough word"


def options(near: App, url: str) -> Mapping[str, object]:
    Accounts(near.settings.folder / "accounts.json").add(NAME, WORD, frozenset({"tenant", "tenant:command"}))
    word = near.settings.folder / "word"
    word.write_text(WORD, encoding="utf-8")
    return {"url": url, "name": NAME, "password_file": str(word)}


def heard(near: App, far: App) -> bool:
    there = {subject: likeness(state, VOICE) for subject, state in near.hub.states.items()}
    return there == {
        subject: likeness(state, VOICE) for subject, state in far.hub.states.items() if subject in there
    }


HANGINGS = {"wickerline": Hanging(options=options, heard=heard)}


@asynccontextmanager
async def hung(scenario: str, folder: Path) -> AsyncIterator[tuple[Cell, Chain]]:
    cell = Cell(link="wickerline", session="native", scenario=scenario)
    async with chain(cell, folder, HANGINGS) as chained:
        yield cell, chained


@pytest.mark.parametrize("scenario", ["conference", "warm-transfer", "dtmf"])
async def test_a_scenario_is_told_over_http(scenario: str, tmp_path: Path) -> None:
    async with hung(scenario, tmp_path) as (cell, chained):
        assert await play(cell, chained) == []
        await until(lambda: heard(chained.near, chained.far), "the far hub knows what the near one does")
        unknown = [item for item in chained.far.hub.subjects() if item.startswith("team/link-")]
        assert unknown == []


async def test_a_wire_that_is_cut_in_the_middle_of_a_call_loses_nothing(tmp_path: Path) -> None:
    async with hung(LINK_LOST, tmp_path) as (_, chained):
        far, subject = chained.far.hub, agent_subject(LOST_AGENT)
        await chained.console("scenario", name="inbound")
        await chained.console("fault", speed=SLOW)

        def talks() -> bool:
            state = far.state(subject)
            return state is not None and any(item.phase == "active" for item in state.contacts.values())

        await until(talks, f"{LOST_AGENT} talks")
        await chained.cut()
        await chained.console("fault", speed=FAST)
        progress: dict[str, object] = {}

        async def over() -> bool:
            progress.update(await chained.get(chained.near, f"/links/{CENTRE}/console/scenario"))
            return bool(progress["over"])

        await until(over, "the story over")
        assert progress["failures"] == []
        await until(lambda: heard(chained.near, chained.far), "the far hub knows what the near one does")
        # The poll was asked again from where it had come to: no gap, and nothing twice.
        events = [item.event for item in await far.entries(subject, 0, 1000)]
        assert LinkDown not in {type(item) for item in events}
        assert len([item for item in events if isinstance(item, Established)]) == 1


async def test_a_link_that_is_forgotten_comes_back_with_whole_clerks(tmp_path: Path) -> None:
    async with hung(LINK_LOST, tmp_path) as (_, chained):
        log = chained.far.hub
        subject = agent_subject(LOST_AGENT)
        # Attendant forgets everybody who has entered: only a fresh entry leads back.
        for kept in tuple(chained.near.edge._calls._kept.values()):
            kept.seat.leave()
        await chained.cut()

        def told() -> list[str]:
            return [type(item).__name__ for item in entries]

        entries = [item.event for item in await log.entries(subject, 0, 1000)]
        began = len(entries)

        async def back() -> bool:
            entries[:] = [item.event for item in await log.entries(subject, 0, 1000)]
            return LinkUp.__name__ in told()[began:]

        await until(back, "the link up again")
        since = told()[began:]
        assert since.index(LinkDown.__name__) < since.index(LinkUp.__name__)
        assert Snapshot.__name__ in since
        await until(lambda: heard(chained.near, chained.far), "the far hub knows what the near one does")


async def test_what_the_edge_refuses_is_told_as_an_attendant_would(tmp_path: Path) -> None:
    settings = parsed({"data": str(tmp_path), "web": {"port": 0}, "store": {"kind": "memory"}})
    async with running(settings) as app, aiohttp.ClientSession() as client:
        entry = f"{app.url}/attendant/4/entry"
        for more, code in (
            ({"data": b"x" * 100_000}, "too-large"),
            ({"headers": {"Origin": "https://elsewhere.example"}}, "origin-refused"),
        ):
            async with client.post(entry, **more) as answer:
                assert answer.content_type == "application/vnd.wickerline.attendant+xml"
                assert (answer.status, wire.fault_of(await answer.read()).code) == (
                    ERRORS[code].status,
                    code,
                )
