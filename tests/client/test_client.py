"""The client against a real hub, over sockets."""

from __future__ import annotations

import asyncio
from random import Random

import aiohttp
import msgspec
import pytest

from cordboard.client import Client, login, mint
from cordboard.model import commands as c
from cordboard.model.entities import Availability
from cordboard.model.errors import CallerError, CordboardError
from cordboard.model.events import CommandIssued
from cordboard.model.ids import ContactId, Subject
from cordboard.model.state import voice_state
from cordboard.model.view import view
from cordboard.protocols.native import wire
from tests.client.conftest import MIA, NOOR, Connect, Hub, Until, token

READY = c.SetAgentState(state=Availability.READY)
PAUSE = c.SetAgentState(state=Availability.NOT_READY, reason="lunch")


def state_of(client: Client) -> str:
    (found,) = [item for item in client.views[Subject(MIA)].states.values() if item.medium == "voice"]
    return found.state


async def test_a_view_that_follows(hub: Hub, connect: Connect, until: Until) -> None:
    app = await hub()
    client = await connect(app)
    seen = await client.watch(MIA)
    assert seen.profile is not None
    assert seen.profile.id == "mia"
    changes = client.changes()
    assert await client.execute(MIA, READY) == c.Done()
    async for change in changes:
        assert change.stream.subject == MIA
        assert change.entry is not None
        if state_of(client) == "ready":
            break
    state = app.hub.state(Subject(MIA))
    assert state is not None
    await until(lambda: client.streams[Subject(MIA)].seq == state.seq)
    assert client.views[Subject(MIA)] == view(state)


class Dice(Random):
    """Says afterwards what it was rolled up to."""

    def __init__(self) -> None:
        super().__init__(1)
        self.most: list[int] = []

    def randint(self, a: int, b: int) -> int:
        self.most.append(b)
        return super().randint(a, b)


async def test_pauses_double_up_to_the_longest(hub: Hub, until: Until) -> None:
    dice = Dice()
    app = await hub()
    async with Client(
        app.url, token=token(app), random=dice, first_pause=2, longest_pause=8, name="impatient"
    ) as client:
        await client.watch(MIA)
        await app.edge.stop()  # nobody listens there any more
        await until(lambda: len(dice.most) >= 6)
    assert dice.most[:6] == [1, 2, 4, 4, 4, 4]  # the upper half of a pause is random


@pytest.mark.parametrize(("seconds", "ago", "code"), [(600, 0, "token-invalid"), (10, 20, "token-expired")])
async def test_a_bad_token_is_said_at_once(hub: Hub, seconds: int, ago: int, code: str) -> None:
    app = await hub()
    bad = token(app, seconds=seconds, ago=ago) + ("x" if not ago else "")
    with pytest.raises(CordboardError) as caught:
        async with Client(app.url, token=bad, first_pause=10):
            pass
    assert caught.value.code == code


async def test_refusals_are_outcomes_and_what_is_no_command_is_an_error(hub: Hub, connect: Connect) -> None:
    client = await connect(await hub())
    outcome = await client.execute(MIA, c.HoldCall(contact=ContactId("nothing")))
    assert isinstance(outcome, c.Refused)
    outcome = await client.execute(NOOR, READY)
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "not-allowed"
    with pytest.raises(CallerError) as caught:
        await client.execute("mia", READY)
    assert caught.value.code == "bad-subject"
    with pytest.raises(CallerError) as caught:
        await client.execute(MIA, READY, command_id="x" * 101)
    assert caught.value.code == "bad-field"


async def test_what_may_not_be_seen_is_an_error(hub: Hub, connect: Connect) -> None:
    client = await connect(await hub())
    for subject, code in ((NOOR, "not-allowed"), ("mia", "bad-subject")):
        with pytest.raises(CallerError) as caught:
            await client.watch(subject)
        assert caught.value.code == code
    assert (await client.watch(MIA)).subject == MIA


async def test_a_known_id_is_answered_and_not_done_again(hub: Hub, connect: Connect, until: Until) -> None:
    app = await hub()
    received: list[wire.Entry] = []
    client = await connect(app, received=received.append)
    await client.watch(MIA)
    first, second = await asyncio.gather(
        client.execute(MIA, READY, command_id="once"), client.execute(MIA, READY, command_id="once")
    )
    assert first == second == c.Done()
    other = await connect(app)
    assert await other.execute(MIA, READY, command_id="once") == c.Done()
    refused = await other.execute(MIA, PAUSE, command_id="once")
    assert isinstance(refused, c.Refused)
    assert refused.code == "duplicate-command"
    await until(lambda: state_of(client) == "ready")
    entries = await app.hub._store.read(Subject(MIA), 0)
    assert len([entry for entry in entries if isinstance(entry.event, CommandIssued)]) == 1


async def test_it_comes_back_to_where_it_stood(hub: Hub, connect: Connect, until: Until) -> None:
    app = await hub()
    received: list[wire.Entry] = []
    client = await connect(app, received=received.append)
    helper = await connect(app)
    await client.watch(MIA)
    start = client.streams[Subject(MIA)].seq
    for _ in range(4):
        await client.drop()
        assert await helper.execute(MIA, READY) == c.Done()
        assert await helper.execute(MIA, PAUSE) == c.Done()
    state = app.hub.state(Subject(MIA))
    assert state is not None
    await until(lambda: client.streams[Subject(MIA)].seq == app.hub.states[Subject(MIA)].seq)
    seqs = [entry.seq for entry in received]
    assert seqs == list(range(start + 1, client.streams[Subject(MIA)].seq + 1))
    stored = {entry.seq: entry for entry in await app.hub._store.read(Subject(MIA), 0)}
    for entry in received:
        assert (entry.sum, bytes(entry.event)) == (stored[entry.seq].sum, stored[entry.seq].body)
    assert client.views[Subject(MIA)] == view(app.hub.states[Subject(MIA)])


async def test_a_history_that_is_gone_is_owned_up_to(hub: Hub, connect: Connect, until: Until) -> None:
    app = await hub()
    client = await connect(app)
    await client.watch(MIA)
    subject = Subject(MIA)
    client.streams[subject] = msgspec.structs.replace(client.streams[subject], epoch="elsewhere", seq=10**9)
    await client.drop()
    await until(lambda: client.streams[subject].epoch == app.hub.epoch)
    assert client.views[subject] == view(app.hub.states[subject])


async def test_a_command_that_the_socket_broke_under_is_answered_all_the_same(
    hub: Hub, connect: Connect
) -> None:
    app = await hub()
    client = await connect(app)
    await client.watch(MIA)
    for number in range(5):
        wanted = READY if number % 2 == 0 else PAUSE
        task = asyncio.create_task(client.execute(MIA, wanted, command_id=f"cut-{number}"))
        await asyncio.sleep(0)
        await client.drop()
        async with asyncio.timeout(10):
            assert await task == c.Done()
    entries = await app.hub._store.read(Subject(MIA), 0)
    assert len([entry for entry in entries if isinstance(entry.event, CommandIssued)]) == 5


async def test_a_token_is_renewed_without_a_break(hub: Hub, connect: Connect, until: Until) -> None:
    app = await hub()
    asked = 0

    async def fresh() -> str:
        nonlocal asked
        asked += 1
        return token(app, seconds=2 if asked == 1 else 600)

    client = await connect(app, token=fresh)
    assert client.identity is not None
    first = client.identity.expires
    socket = client._socket
    await until(lambda: client.identity is not None and client.identity.expires > first)
    assert client._socket is socket
    assert asked == 2


async def test_a_token_that_expires_ends_the_client_that_has_no_other(hub: Hub, connect: Connect) -> None:
    app = await hub()
    client = await connect(app, token=token(app, seconds=2))
    with pytest.raises(CordboardError) as caught:
        async for _ in client.changes():
            pass
    assert caught.value.code == "token-expired"
    with pytest.raises(CordboardError):
        await client.watch(MIA)


async def test_questions(hub: Hub, connect: Connect) -> None:
    client = await connect(await hub())
    result = await client.ask(MIA, c.GetTargets(text="noor"))
    assert isinstance(result, c.Targets)
    assert [target.id for target in result.targets] == ["noor"]
    with pytest.raises(CordboardError) as caught:
        await client.ask(NOOR, c.GetTargets())
    assert caught.value.code == "not-allowed"


async def test_whole_kinds(hub: Hub, connect: Connect) -> None:
    app = await hub()
    client = await connect(app, "tenant")
    await client.watch_kind("agent")
    agents = {subject for subject in app.hub.subjects() if subject.startswith("agent/")}
    assert set(client.views) == agents != set()
    await client.unwatch("agent/*")


async def test_pages_of_one_agent(hub: Hub, connect: Connect) -> None:
    app = await hub()
    one, other = await connect(app), await connect(app)
    await one.watch(MIA)
    await other.watch(MIA)
    heard = other.news()

    async def next_of(kind: type) -> wire.Peers | wire.Claimed | wire.Shared | wire.Guarded:
        async for message in heard:
            if isinstance(message, kind):
                return message  # type: ignore[return-value] # of the kind asked for
        raise AssertionError

    async with asyncio.timeout(10):
        await one.claim(MIA, "ring")
        claimed = await next_of(wire.Claimed)
        assert (claimed.name, claimed.mine) == ("ring", False)  # type: ignore[union-attr]
        await one.share(MIA, "word", {"hello": [1, 2]})
        shared = await next_of(wire.Shared)
        assert msgspec.json.decode(shared.data) == {"hello": [1, 2]}  # type: ignore[union-attr]
        await other.claim(MIA, "ring", take=True)
        claimed = await next_of(wire.Claimed)
        assert claimed.mine  # type: ignore[union-attr]
        await one.close()
        peers = await next_of(wire.Peers)
        assert peers.pages == (peers.me,)  # type: ignore[union-attr]


async def test_a_closed_client_says_so(hub: Hub, connect: Connect) -> None:
    client = await connect(await hub())
    changes = client.changes()
    await client.close()
    assert [change async for change in changes] == []
    with pytest.raises(CordboardError) as caught:
        await client.execute(MIA, READY)
    assert caught.value.code == "going-away"


async def test_tokens_over_http(hub: Hub, connect: Connect) -> None:
    app = await hub()
    app.identities._accounts.add("mia", "correct horse", frozenset({"agent:mia"}), "mia")
    async with aiohttp.ClientSession() as http:
        found = await login(http, app.url, "mia", "correct horse")
        client = await connect(app, token=found.token)
        assert client.identity is not None
        assert client.identity.agent == found.identity.agent == "mia"
        with pytest.raises(CallerError) as caught:
            await login(http, app.url, "mia", "wrong")
        assert caught.value.code == "wrong-password"
        with pytest.raises(CallerError) as caught:
            await mint(http, app.url, "no-key", agent="mia", seconds=60)
        assert caught.value.code == "wrong-api-key"


async def test_a_hub_linked_to_a_hub(hub: Hub, connect: Connect, until: Until) -> None:
    app_a = await hub("a")
    options = {"url": app_a.url, "token_file": ""}
    secret = app_a.settings.folder / "secret"
    secret.write_text(token(app_a, "tenant", "tenant:command", subject="b"))
    options["token_file"] = str(secret)
    app_b = await hub("b", links=[{"name": "hop", "protocol": "native", "options": options}])
    await until(lambda: Subject(MIA) in app_b.hub.states)
    client = await connect(app_b)
    seen = await client.watch(MIA)
    assert set(seen.links) == {"hop"}
    assert await client.execute(MIA, READY) == c.Done()
    await until(lambda: state_of(client) == "ready")
    there = app_a.hub.states[Subject(MIA)]
    found = voice_state(there)
    assert found is not None
    assert found.state is Availability.READY
    result = await client.ask(MIA, c.GetReasons())
    assert isinstance(result, c.Reasons)
    assert result.reasons
    await app_a.edge.stop()
    await until(lambda: not client.views[Subject(MIA)].links["hop"].up)  # type: ignore[index]
    outcome = await client.execute(MIA, PAUSE)
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "link-down"


async def test_a_client_that_came_back_begins_its_pauses_anew(hub: Hub, connect: Connect) -> None:
    app = await hub()
    client = await connect(app)
    await client.watch(MIA)
    for _ in range(12):  # with pauses that went on doubling, the last would take most of a minute
        await client.drop()
        async with asyncio.timeout(5):
            await client.ask(MIA, c.GetReasons())
