"""A hundred faults on a real network: a hub's Five9 session behind a proxy with TLS that makes a bad one, and another hub's link."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher

from cordboard.app import App, running
from cordboard.contract import Called
from cordboard.model.entities import Medium
from cordboard.model.events import LinkDown, LinkUp, Snapshot
from cordboard.model.ids import LinkId, agent_subject
from cordboard.settings import parsed
from cordboard.testing import FaultProxy, random_troubles
from cordboard.testing.rig import likeness
from cordboard.web.accounts import Account

SIM, LINK = LinkId("sim"), LinkId("five9")
MIA = agent_subject("mia")
WORD = "northquay-1"
PATIENCE = 60.0
_log = logging.getLogger(__name__)


def hub(folder: Path, link: Mapping[str, object], **network: object) -> Any:  # noqa: ANN401 - settings
    return parsed(
        {
            "data": str(folder),
            "web": {
                "port": 0,
                "rate": {"address_per_second": 0, "identity_per_second": 0, "login_per_minute": 0},
            },
            "log": {"level": "error"},
            "network": network,
            "links": [link],
        }
    )


async def act(near: App, name: str, **params: object) -> None:
    """Something happens at the switch, if it makes sense now."""
    body = msgspec.json.encode({"name": name, "params": params})
    called = Called(call="c", route="POST act", method="POST", at=0, body=body)
    reply = await near.hub.call_link(SIM, called)
    assert reply.status in (200, 409), reply
    await near.hub.settled()


def same(near: App, far: App) -> bool:
    so, shown = near.hub.states[MIA], far.hub.states.get(MIA)
    return (
        far.hub.links[LINK].state == "up"
        and shown is not None
        and likeness(so, (Medium.VOICE,)) == likeness(shown, (Medium.VOICE,))
    )


async def until_same(near: App, far: App) -> float:
    """Wait for it; how long that took."""
    await near.hub.settled()
    begun = asyncio.get_running_loop().time()
    pressed = 0.0
    while not same(near, far):
        took = asyncio.get_running_loop().time() - begun
        assert took < PATIENCE, (far.hub.links[LINK], near.hub.states[MIA], far.hub.states.get(MIA))
        if far.hub.links[LINK].state == "login" and took >= pressed and (driver := far.hub.driver(LINK)):
            driver.start()  # a person has looked
            pressed = took + 5
        await asyncio.sleep(0.02)
    return asyncio.get_running_loop().time() - begun


@pytest.mark.matrix
@pytest.mark.timeout(900)
async def test_a_hundred_faults_over_tls_end_in_what_is_so(tmp_path: Path) -> None:
    (tmp_path / "near").mkdir()
    book = {"mia": Account(hash=PasswordHasher(1, 64, 1).hash(WORD), scopes=("agent:mia",), agent="mia")}
    (tmp_path / "near" / "accounts.json").write_bytes(msgspec.json.encode(book))
    word = tmp_path / "word"
    word.write_text(WORD, encoding="utf-8")
    dice = Random(5)
    took: list[float] = []
    options = {"people": False, "speed": 20}
    centre = {"name": SIM, "protocol": "simulator", "options": options}
    async with (
        running(hub(tmp_path / "near", centre)) as near,
        FaultProxy(near.url, tls=True) as proxy,
    ):
        login = {"url": proxy.url, "username": "mia", "password_file": str(word)}
        row = {"name": LINK, "protocol": "five9", "agent": "mia", "options": login}
        network = {"ca_file": str(proxy.ca_file), "ping_seconds": 0.5, "silence_seconds": 2}
        async with running(hub(tmp_path / "far", row, **network)) as far:
            await until_same(near, far)
            for number, trouble in enumerate(random_troubles(seed=5, count=100, longest=0.5)):
                await act(near, "set_agent_state", agent="mia", state="ready")
                await act(near, "ring", to="8001", number=f"+4420794{number:05}", patience=60)
                await proxy.make(trouble)
                calls: list[str] = []
                for _ in range(dice.randint(1, 4)):
                    calls = [
                        str(call.id)
                        for item in near.hub.states[MIA].contacts.values()
                        for call in item.calls
                        if not call.cleared
                    ] or ["none"]
                    name = dice.choice(("answer_call", "hold", "retrieve", "customer_hang_up"))
                    await act(
                        near, name, **({"agent": "mia"} if name != "customer_hang_up" else {}), call=calls[0]
                    )
                    await asyncio.sleep(0)
                for call in calls:
                    await act(near, "customer_hang_up", call=call)
                await act(near, "complete_wrap_up", agent="mia")
                # Something that nobody can have been told of yet: only a link that lives shows it.
                reason = ("break", "lunch")[number % 2]
                await act(near, "set_agent_state", agent="mia", state="not_ready", reason=reason)
                took.append(await until_same(near, far))
            kinds = Counter(type(item.event) for item in await far.hub.entries(MIA, 0, 100_000))
            made = Counter(item.kind for item in proxy.made)
    assert sum(made.values()) == 100
    # Each gap is told, and followed by the whole picture.
    assert kinds[LinkDown] < kinds[LinkUp] + 1
    assert kinds[Snapshot] == kinds[LinkUp]
    ordered = sorted(took)
    _log.info(
        "%s; %d gaps; back in %.2f s (median), %.2f s (longest)",
        dict(made),
        kinds[LinkDown],
        ordered[50],
        ordered[-1],
    )
