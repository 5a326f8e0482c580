"""The same over real sockets and TLS: two hubs that serve Five9, of which one takes its calls from the other, and a third that follows."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from argon2 import PasswordHasher

from cordboard.app import running
from cordboard.hub.maintenance import Address, Order
from cordboard.model.events import LinkDown, LinkUp, Snapshot
from cordboard.testing import FaultProxy
from cordboard.web.accounts import Account
from tests.five9.two_hubs import LINK, MIA, SIM, WORD, act, hub, until_same

pytestmark = pytest.mark.asyncio

PEER = "north"


@pytest.mark.timeout(120)
async def test_the_link_begins_anew_and_then_follows_to_the_other_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    north, south, far = (tmp_path / name for name in ("north", "south", "far"))
    book = {"mia": Account(hash=PasswordHasher(1, 64, 1).hash(WORD), scopes=("agent:mia",), agent="mia")}
    for folder in (north, south):
        folder.mkdir()
        (folder / "accounts.json").write_bytes(msgspec.json.encode(book))
    word = tmp_path / "word"
    word.write_text(WORD, encoding="utf-8")
    # Both hubs know her and sign with one key: a login of the one is good at the other.
    monkeypatch.setenv("CORDBOARD_TOKEN_KEYS", "k1:" + "c2VjcmV0LW9mLWJvdGgtaHVicy1pcy10aGUtc2FtZS1oZXJl")
    centre = {"name": SIM, "protocol": "simulator", "options": {"people": False}}
    async with running(hub(north, centre)) as a:
        scopes = frozenset({"tenant", "tenant:command"})
        token, _ = a.tokens.mint("south", scopes, seconds=600, now=a.hub.clock.now())
        (tmp_path / "token").write_text(token, encoding="utf-8")
        chained = {"url": a.url, "token_file": str(tmp_path / "token")}
        async with (
            running(hub(south, {"name": PEER, "protocol": "native", "options": chained})) as b,
            FaultProxy(a.url, tls=True) as front,
            FaultProxy(b.url, tls=True) as beside,
        ):
            trusted = tmp_path / "ca.pem"
            trusted.write_bytes(front.ca_file.read_bytes() + beside.ca_file.read_bytes())
            login = {"url": front.url, "username": "mia", "password_file": str(word)}
            row = {"name": LINK, "protocol": "five9", "agent": "mia", "options": login}
            async with running(hub(far, row, ca_file=str(trusted))) as c:
                await until_same(a, c)

                async def serves(number: str) -> None:
                    await act(a, "set_agent_state", agent="mia", state="ready")
                    await act(a, "ring", to="2001", number=number, patience=60)
                    await until_same(a, c)
                    (call,) = (item.calls[0].id for item in a.hub.states[MIA].contacts.values())
                    await act(a, "answer_call", agent="mia", call=str(call))
                    await until_same(a, c)
                    await act(a, "customer_hang_up", call=str(call))
                    await act(a, "complete_wrap_up", agent="mia")
                    await until_same(a, c)
                    assert c.hub.states[MIA].recent[-1].ended_by == "completed"

                await serves("+442079460101")
                a.hub.maintain(Order(do="start", graceful=False), "ops")
                a.hub.maintain(Order(do="complete"), "ops")
                await act(a, "set_agent_state", agent="mia", state="not_ready", reason="lunch")
                await until_same(a, c)
                await serves("+442079460102")
                port = urlsplit(beside.url).port
                a.hub.maintain(Order(do="start", to=Address(host="localhost", port=port or 0)), "ops")
                a.hub.maintain(Order(do="complete"), "ops")
                await act(a, "set_agent_state", agent="mia", state="not_ready", reason="break")
                await until_same(a, c)
                there = b.hub.metrics.pages
                await serves("+442079460103")
                told = [type(item.event) for item in await c.hub.entries(MIA, 0, 10_000)]
    assert there >= 1
    gaps = [kind for kind in told if kind in (LinkDown, LinkUp, Snapshot)]
    assert gaps.count(LinkDown) >= 2
    assert gaps[:2] == [LinkUp, Snapshot]
    assert gaps[2:] == [LinkDown, LinkUp, Snapshot] * gaps.count(LinkDown)
