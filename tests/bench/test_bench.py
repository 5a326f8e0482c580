"""The bench measures what it says: every peer brings every frame to every page, and knows how old it is."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from bench import disk
from bench.__main__ import replaced
from bench.frames import Story, age, beginning, decode_frame, subject_of
from bench.load import peer
from bench.peers import KINDS
from cordboard.model.fold import fold, initial
from cordboard.model.log import draft, placed

HERE = [kind for kind in KINDS if not kind.startswith("socketio") or importlib.util.find_spec("socketio")]


@pytest.mark.parametrize("kind", HERE)
async def test_everything_that_is_sent_arrives(kind: str, tmp_path: Path) -> None:
    agents, fan = 3, 2
    async with peer(kind, agents, tmp_path) as load:
        await load.connect(fan, range(agents))
        paced = await load.paced(100, 0.2)
        assert len(paced.ages) == 20 * fan
        assert 0 < paced.age(0) <= paced.age(0.5) <= paced.age(1) < 20_000
        fast = await load.flat_out(0.3)
        assert fast.rate > 0
        assert load.on_the_way == 0


async def test_pages_come_back_and_one_page_sees_all(tmp_path: Path) -> None:
    async with peer("hub", 5, tmp_path) as load:
        await load.connect(1, range(5))
        assert await load.come_back() > 0
    (tmp_path / "other").mkdir()
    async with peer("hub", 4, tmp_path / "other") as load:
        await load.look_on()
        found = await load.paced(100, 0.2)
        assert len(found.ages) == 20


def test_the_story_is_one_that_a_switch_could_tell() -> None:
    states = {subject_of(number): initial(subject_of(number)) for number in range(3)}
    for frame in map(decode_frame, [*beginning(3), *Story(3).take(5), *Story(3).take(0)]):
        state = states[frame.subject]
        states[frame.subject] = fold(
            state, placed(draft(frame.subject, frame.event, 1, frame.origin), state.seq + 1)
        )
    held = {
        subject: contact.calls[0].connections[0].state.value
        for subject, state in states.items()
        for contact in state.contacts.values()
    }
    assert held == {"agent/a0": "connected", "agent/a1": "connected", "agent/a2": "hold"}
    assert {flag for state in states.values() for flag in state.flags} == set()


def test_a_message_tells_how_old_it_is() -> None:
    assert age(b'{"origin":"1000","x":1}', 3500) == 2500
    assert age(b'42["entry",{"origin": "1000"}]', 3500) == 2500
    assert age(b'{"subject":"agent/a1"}', 3500) == 0


async def test_what_a_log_can_do_is_measured(tmp_path: Path) -> None:
    assert disk.in_file(tmp_path / "file", 0.05, 10) > 10
    assert await disk.in_store(tmp_path / "log.db", 0.05, 10) > 10


async def test_what_an_entry_takes_on_disk_is_measured(tmp_path: Path) -> None:
    each, event = await disk.size_of_entry(tmp_path / "log.db", 1000)
    assert event < each < 10 * event


def test_a_part_that_is_run_by_itself_takes_its_place_among_the_results() -> None:
    results = "# Results\n\n- When: then\n\n## One\n\n| 1 |\n\n## Two\n\n| 2 |\n"
    once = replaced(results, "One", "| 3 |\n", "*alone*")
    assert once == "# Results\n\n- When: then\n\n## One\n\n*alone*\n\n| 3 |\n\n## Two\n\n| 2 |\n"
    assert replaced(once, "One", "| 3 |\n", "*alone*") == once
    assert replaced(results, "Three", "| 3 |", "*alone*") == f"{results}\n## Three\n\n*alone*\n\n| 3 |\n"
