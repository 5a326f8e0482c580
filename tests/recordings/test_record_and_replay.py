"""`cordboard record` and `replay`, over real sockets: what a link was told comes out of one hub and into another."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from cordboard.app import App, running
from cordboard.app.replay import QUICK, begun, replay_settings, replaying
from cordboard.cli.app import program
from cordboard.kit.recording import Recording, loads
from cordboard.model.errors import CallerError
from cordboard.model.events import LocalDataSet
from cordboard.model.ids import ContactId, LinkId, Subject
from cordboard.model.log import checksum, draft
from cordboard.protocols.native import wire
from cordboard.settings import parsed
from cordboard.testing.matrix import Cell, Chain, chain, play
from cordboard.testing.rig import likeness
from cordboard.web.api_keys import ApiKeys

MIA = Subject("agent/mia")


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[Chain]:
    """Two hubs, the second hanging on the first by the native protocol, after a call."""
    cell = Cell(link="native", session="native", scenario="inbound")
    async with chain(cell, tmp_path) as chained:
        assert await play(cell, chained) == []
        yield chained


async def said(app: App, *words: str) -> str:
    """What a word of the command line says, beside the hub."""
    token = app.tokens.mint("t", frozenset({"inspect", "tenant"}), seconds=60, now=app.hub.clock.now())[0]
    line = [*words, "--url", app.url, "--token-env", "TOKEN"]
    result = await asyncio.to_thread(CliRunner().invoke, program, line, env={"TOKEN": token})
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


async def into_a_hub(recording: Recording, folder: Path) -> App:
    """The hub into which it was played, at its end."""
    over = asyncio.Event()
    settings = replay_settings(str(folder), 0)
    async with running(settings, ways=replaying(recording, QUICK, over.set)) as app:
        await begun(app, recording)
        await asyncio.wait_for(over.wait(), 10)
        await app.hub.settled()
        return app


async def test_what_a_link_was_told_can_be_played_into_another_hub(played: Chain, tmp_path: Path) -> None:
    file = tmp_path / "inbound.jsonl"
    how = ["--source", "own", "--by", "a hub", "--obtained", "in a test"]
    assert "steps of link hop" in await said(played.far, "record", "hop", "-o", str(file), *how, "--as-is")
    recording = loads(file.read_text(encoding="utf-8"))
    told = recording.provenance
    assert (told.protocol, told.end, told.story, told.source) == ("native", "link", "inbound", "own")
    assert (told.obtained, told.by.split(",")[0]) == ("in a test", "a hub")
    assert told.settings["token_file" if "token_file" in told.settings else "token"] == "[hidden]"
    again = await into_a_hub(recording, tmp_path / "again")
    for subject, state in played.far.hub.states.items():
        assert likeness(again.hub.states[subject]) == likeness(state)
    (first,), (other,) = (app.hub.states[MIA].recent[:1] for app in (again, played.far))
    assert (first.id, first.ended_by) == (other.id, other.ended_by)


async def test_a_redacted_recording_names_nobody_and_still_plays(played: Chain, tmp_path: Path) -> None:
    file = tmp_path / "inbound.jsonl"
    await said(played.far, "record", "hop", "-o", str(file))
    text = file.read_text(encoding="utf-8")
    for personal in ("+442079460101", "Ada Whitlow"):
        assert personal in str(played.far.hub.states[MIA])
        assert personal not in text
    again = await into_a_hub(loads(text), tmp_path / "again")
    (contact,) = again.hub.states[MIA].recent
    assert contact.customer is not None
    assert contact.customer.name.startswith("[text-")
    assert again.hub.metrics.unrecognised == 0


async def test_frames_are_given_to_nobody_who_may_not_see_all(played: Chain, tmp_path: Path) -> None:
    app = played.far
    token = app.tokens.mint("t", frozenset({"inspect", "agent:mia"}), seconds=60, now=app.hub.clock.now())[0]
    line = ["record", "hop", "-o", str(tmp_path / "x.jsonl"), "--url", app.url, "--token-env", "TOKEN"]
    result = await asyncio.to_thread(CliRunner().invoke, program, line, env={"TOKEN": token})
    assert isinstance(result.exception, CallerError)
    assert result.exception.code == "not-allowed"


async def test_replay_says_what_was_told_of_whom(played: Chain, tmp_path: Path) -> None:
    file = tmp_path / "inbound.jsonl"
    await said(played.far, "record", "hop", "-o", str(file), "--as-is")
    # A program of its own: it says how to log, for good.
    line = [sys.executable, "-c", "from cordboard.cli import main; main()", "replay", str(file)]
    replay = await asyncio.create_subprocess_exec(
        *line, "--speed", "0", "--port", "0", "--once", stdout=PIPE, stderr=PIPE
    )
    out, err = await replay.communicate()
    assert replay.returncode == 0, err.decode()
    rows = out.decode().splitlines()
    assert any(row.startswith("agent/mia\t") and row.endswith("1 closed") for row in rows)


async def test_what_a_vendor_let_the_link_in_by_is_in_no_recording(tmp_path: Path) -> None:
    sim = {"name": "sim", "protocol": "simulator", "options": {"people": False}}
    north = parsed({"data": str(tmp_path / "north"), "web": {"port": 0}, "links": [sim]})
    async with running(north) as vendor:
        key = tmp_path / "key"
        key.write_text(ApiKeys(tmp_path / "north" / "api-keys.json").add("south", frozenset({"tenant"})))
        options = {"url": vendor.url, "api_key_file": str(key), "scopes": ["tenant"]}
        link = {"name": "north", "protocol": "native", "options": options}
        south = parsed({"data": str(tmp_path / "south"), "web": {"port": 0}, "links": [link]})
        async with running(south) as app:
            async with asyncio.timeout(10):
                while app.hub.links[LinkId("north")].state != "up":  # noqa: ASYNC110 - a link tells nobody but its log
                    await asyncio.sleep(0.01)
            set_ = LocalDataSet(contact=ContactId("c"), variables={"password": "hunter2"})
            await vendor.hub.append([draft(MIA, set_, vendor.hub.clock.now())])
            async with asyncio.timeout(10):
                while "hunter2" not in str(await app.hub.entries(MIA, 0, 1000)):  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0.01)
            file = tmp_path / "x.jsonl"
            await said(app, "record", "north", "-o", str(file), "--as-is")
    text = file.read_text(encoding="utf-8")
    assert "eyJ" not in text, "as all our tokens begin"
    assert "cbk_" not in text
    assert '"token":"[hidden]"' in text.replace("\\", "")
    assert "hunter2" not in text
    (line,) = [line for line in text.splitlines() if "LocalDataSet" in line]
    entry = wire.decode_server(msgspec.json.decode(line)["frame"]["data"])
    assert isinstance(entry, wire.Entry)
    assert entry.sum == checksum(entry.subject, entry.seq, entry.at, entry.origin, bytes(entry.event))
