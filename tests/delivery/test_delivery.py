"""Nothing lost, nothing twice, in order: over real processes, sockets and disks, and over `kill -9`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cordboard.model import commands as c
from cordboard.model.log import checksum
from cordboard.store.sqlite import SqliteStore
from tests.delivery.load import Kept, Page, scenario, world
from tests.delivery.oracle import of_switch, of_view
from tests.delivery.rig import AGENTS, Rig, until

SCENARIOS = 200
ROUNDS = 50
PACE, STILL = 40, 0.0001
"""Simulated seconds in a real one, while things happen and while they are compared."""
OWN = {"CommandIssued", "CommandSettled", "NoteTaken"}
"""Each hub's own affairs: they are not told along the chain."""


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path, speed=PACE)
    await rig.start()
    yield rig
    await rig.stop()


async def open_pages(stack: AsyncExitStack, rig: Rig, kept: Kept, seed: int) -> list[Page]:
    pages = [Page(rig, agent, kept, Random(f"{seed} {agent}")) for agent in AGENTS]
    for page in pages:
        await stack.enter_async_context(page.client)
        await page.client.watch(page.subject)
    return pages


async def agree(rig: Rig, pages: list[Page]) -> None:
    """Stop the centre's time, and see that every page comes to show what the switch itself says."""
    await rig.pace(STILL)
    truth = of_switch(await rig.truth())

    async def same() -> object:
        shown = {page.agent: of_view(page.view) for page in pages}
        return (
            True
            if shown == truth
            else {name: (shown[name], truth[name]) for name in truth if shown[name] != truth[name]}
        )

    await until(same, seconds=20, what_for="every page shows the switch's own state")


async def check_logs(rig: Rig) -> int:
    """Every transition of A's log stands in B's once and in order, or in a gap that B's log shows. How many gaps."""
    gaps = 0
    for agent in AGENTS:
        subject = f"agent/{agent}"
        there = {entry["seq"]: entry for entry in await rig.entries("a", subject)}
        here = [entry for entry in await rig.entries("b", subject) if entry.get("origin")]
        last = 0
        for entry in here:
            seq = int(entry["origin"].rpartition(".")[2])
            event = entry["event"]
            if event["type"] == "Snapshot":
                gaps += last > 0
                last = max(last, seq)
                continue
            assert seq > last, f"{subject} has {entry['origin']} twice or out of order"
            missed = [n for n in range(last + 1, seq) if there[n]["event"]["type"] not in OWN]
            assert not missed, f"{subject} lost {missed} of A's log before {seq}"
            assert _without_link(event) == _without_link(there[seq]["event"])
            last = seq
        rest = [n for n in there if n > last and there[n]["event"]["type"] not in OWN]
        assert not rest, f"{subject} lost the end {rest} of A's log"
    return gaps


async def check_journal(rig: Rig) -> int:
    """Every transition of an agent or of an agent's own party in the switch's journal stands in A's log exactly once."""
    records: list[dict[str, Any]] = []
    while page := await rig.get(f"/links/sim/console/journal?after={len(records)}&limit=5000"):
        records.extend(page)
    assert [record["n"] for record in records] == list(range(1, len(records) + 1))
    checked = 0
    for agent in AGENTS:
        entries = await rig.entries("a", f"agent/{agent}")
        origins = [int(entry["origin"]) for entry in entries if entry.get("origin")]
        assert len(origins) == len(set(origins)), "a record was told twice"
        assert origins == sorted(origins)
        own = [
            record["n"]
            for record in records
            if record["agent"] == agent and (record["after"]["type"] == "agent" or _takes_part(record))
        ]
        missing = set(own) - set(origins)
        assert not missing, f"{agent}: {[records[n - 1] for n in sorted(missing)][:3]}"
        checked += len(own)
    return checked


async def check_received(rig: Rig, kept: Kept) -> None:
    """Whatever a client ever received is in the log on B's disk, byte for byte."""
    store = SqliteStore(rig.b.folder / "data" / "log.db")
    await store.open(lambda _: None)
    on_disk = {}
    for subject, head in (await store.heads()).items():
        after = head.first - 1
        while found := await store.read(subject, after, 1000):
            after = found[-1].seq
            on_disk.update({(str(entry.subject), entry.seq): (entry.sum, entry.body) for entry in found})
            for entry in found:
                assert entry.sum == checksum(entry.subject, entry.seq, entry.at, entry.origin, entry.body)
    await store.close()
    assert kept.entries.items() <= on_disk.items()


def _takes_part(record: dict[str, Any]) -> bool:
    """An agent who was called and could not even be rung has a party in the call, but no part in the matter; and the tone that
    sounds for an agent who did not answer ends when the agent's part is long over.
    """
    if record["after"]["type"] != "party" or record["segment"] is None:
        return False
    return record["before"] is None or record["before"]["state"] != "fail"


def _without_link(event: dict[str, Any]) -> str:
    return json.dumps({key: value for key, value in event.items() if key != "link"}, sort_keys=True)


@pytest.mark.timeout(300)
async def test_two_hundred_random_scenarios_with_pages_that_leave_and_rejoin(rig: Rig) -> None:
    kept = Kept()
    async with AsyncExitStack() as stack:
        pages = await open_pages(stack, rig, kept, seed=1)
        random = Random(2)
        for _ in range(SCENARIOS):
            await rig.pace(PACE)
            await scenario(rig, pages, random, steps=12)
            await agree(rig, pages)
        assert await check_logs(rig) == 0, "a page's leaving leaves no gap"
        assert await check_journal(rig) > SCENARIOS
        seen = await rig.get("/links/sim/console/commands")
        assert {name: count for name, count in seen.items() if count != 1} == {}
        outcomes = [outcome for page in pages for outcome in page.outcomes.values()]
        done = [outcome for outcome in outcomes if isinstance(outcome, c.Done)]
        assert len(done) > SCENARIOS, "most of what the controls allow can be done"
    assert len(kept.entries) > 10 * SCENARIOS
    await rig.stop()
    await check_received(rig, kept)


@pytest.mark.timeout(300)
async def test_fifty_kills_under_load(rig: Rig) -> None:
    kept = Kept()
    async with AsyncExitStack() as stack:
        pages = await open_pages(stack, rig, kept, seed=3)
        random = Random(4)
        for _ in range(ROUNDS):
            await rig.pace(PACE)
            await _under_load(rig, pages, random)
            await agree(rig, pages)
        gaps = await check_logs(rig)
        assert gaps == 0, (
            "the link goes on behind the last event in the log: a kill of B leaves no gap at all"
        )
        assert await check_journal(rig) > ROUNDS
        seen = await rig.get("/links/sim/console/commands")
        assert {name: count for name, count in seen.items() if count != 1} == {}
    await rig.stop()
    await check_received(rig, kept)


async def _under_load(rig: Rig, pages: list[Page], random: Random) -> None:
    """Pages and world act at once; in the midst of it B is killed, and started again while they go on."""
    stop = asyncio.Event()

    async def busy(page: Page) -> None:
        while not stop.is_set():
            await page.act()
            await asyncio.sleep(0.002)

    async def outside() -> None:
        while not stop.is_set():
            await world(rig, random)
            await asyncio.sleep(0.005)

    tasks = [asyncio.create_task(busy(page)) for page in pages] + [asyncio.create_task(outside())]
    await asyncio.sleep(random.uniform(0.05, 0.25))
    rig.b.kill()
    await rig.b.start()
    stop.set()
    async with asyncio.timeout(40):
        await asyncio.gather(*tasks)
