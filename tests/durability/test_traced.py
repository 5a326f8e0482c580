"""No page is told of an event before it is on disk: asked of the kernel, by the system calls of a whole hub at work."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import msgspec
import pytest

from cordboard.client import Client
from cordboard.model import commands as c
from cordboard.model.entities import Availability, Phase
from cordboard.model.ids import ContactId
from cordboard.model.view import View
from cordboard.protocols.native import wire
from cordboard.testing.traced import deeds, tracing
from tests.delivery.rig import Process, until
from tests.ports import free_port

CALLS = 20
MIA = "agent/mia"
EXTENSION = "2001"
PROGRAM = [str(Path(sys.executable).with_name("cordboard")), "serve", "--config"]


def made(folder: Path) -> Process:
    """A hub with the simulator, not yet started."""
    port = free_port()
    config = f"""
data = "{folder}/hub/data"
[web]
port = {port}
[[links]]
name = "sim"
protocol = "simulator"
[links.options]
people = false
"""
    return Process(folder / "hub", config, port)


async def work(client: Client, hub: Process, http: aiohttp.ClientSession, token: str) -> None:
    """Calls are rung through the console, and answered, held and ended by the page."""

    async def phase(*wanted: Phase) -> ContactId:
        async def there() -> object:
            return any(item.phase in wanted for item in view().contacts.values())

        await until(there, seconds=20, what_for=f"a contact that is {wanted}")
        return next(item.id for item in view().contacts.values() if item.phase in wanted)

    def view() -> View:
        (found,) = client.views.values()
        return found

    async def done(service: c.Service) -> None:
        outcome = await client.execute(MIA, service)
        assert isinstance(outcome, c.Done), (service, outcome)

    await done(c.SetAgentState(state=Availability.READY))
    for number in range(CALLS):
        body = {"name": "ring", "params": {"number": f"+4420794601{number:02}", "to": EXTENSION}}
        headers = {"Authorization": f"Bearer {token}"}
        async with http.post(f"{hub.url}/links/sim/console/act", json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        contact = await phase(Phase.OFFERED)
        await done(c.AnswerCall(contact=contact))
        await done(c.TakeNote(contact=contact, text=f"the {number}th"))
        await done(c.HoldCall(contact=contact))
        await done(c.RetrieveCall(contact=contact))
        await done(c.ClearConnection(contact=contact))
        await done(c.CompleteContact(contact=await phase(Phase.WRAP_UP)))


async def ended(tracer: subprocess.Popen[bytes]) -> None:
    """The hub's orderly end: strace passes no signal on, but it has one child."""
    children = Path(f"/proc/{tracer.pid}/task/{tracer.pid}/children")
    for pid in await asyncio.to_thread(lambda: children.read_text().split()):
        os.kill(int(pid), signal.SIGTERM)
    await asyncio.to_thread(tracer.wait, 30)


@pytest.mark.traced
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace: apt-get install strace")
async def test_a_page_of_a_hub_is_told_of_no_event_before_it_is_synced(tmp_path: Path) -> None:
    hub = made(tmp_path)
    token = hub.token("agent:mia", "simulate")
    trace = tmp_path / "trace"
    received: list[wire.Entry] = []
    with (tmp_path / "output").open("wb") as output:
        command = [*tracing(trace), *PROGRAM, str(hub.config)]
        tracer = subprocess.Popen(command, stdout=output, stderr=output)  # noqa: ASYNC220 - it returns at once
    try:
        async with aiohttp.ClientSession() as http:

            async def ready() -> object:
                assert tracer.poll() is None, (tmp_path / "output").read_text()
                try:
                    async with http.get(f"{hub.url}/readyz") as answer:
                        return answer.status == 200
                except aiohttp.ClientError:
                    return False

            await until(ready, seconds=60, what_for="the traced hub is ready")
            async with Client(hub.url, token=token, received=received.append) as client:
                await client.watch(MIA)
                await work(client, hub, http, token)
    finally:
        await ended(tracer)

    words = [entry.sum for entry in received]
    assert len(words) == len(set(words)) > 20 * CALLS
    kinds = {msgspec.json.decode(entry.event)["type"] for entry in received}
    assert {"CommandIssued", "Delivered", "Established", "Held", "NoteTaken", "WrapUpStarted"} <= kinds
    found = deeds(trace, words)
    assert [deed for deed in found if not deed.in_order] == []
