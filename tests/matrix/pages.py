"""The pages of a cell, one reader for each session: what they show, and what they were told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Protocol

from cordboard.client import Client
from cordboard.model.ids import Subject
from cordboard.model.view import View
from cordboard.protocols.native import wire
from cordboard.testing.matrix import Chain, until
from tests.matrix.five9_chain import carried, renamed
from tests.matrix.five9_pages import five9
from tests.matrix.streams_pages import streams
from tests.simulator.likeness import closed, remembered, shown, truth


class Pages(Protocol):
    """All pages of a cell: one for each agent, and one that sees everybody."""

    async def agree(self) -> None:
        """Wait until every page shows what is so on the switch; fails saying what differs."""
        ...

    async def told_once(self) -> None:
        """Every entry of the log since the pages were opened got to each page that watches its subject, once and in order."""
        ...


class NativePages:
    """Pages of the Python client."""

    def __init__(
        self, chain: Chain, clients: Mapping[str, Client], told: dict[str, list[wire.Entry]]
    ) -> None:
        self._chain = chain
        self._clients = clients
        self._told = told
        # No await between these two: what comes from here on is what has to come.
        self._from = {name: self._places(client) for name, client in clients.items()}
        for entries in told.values():
            entries.clear()

    async def agree(self) -> None:
        state = await self._chain.truth()
        so = truth(state)
        for queue in self._chain.near.hub.subjects():
            if queue.startswith("queue/"):
                so["queues"].setdefault(queue.removeprefix("queue/"), {})
        over = {agent: closed(state, agent) for agent in so["agents"]}
        if self._by_five9:
            so = {"agents": carried(so["agents"], far=False), "queues": {}}
            over = renamed(over)

        def same() -> bool:
            return self._shown() == self._expected(so, over)

        try:
            await until(same, "every page shows the switch's own state")
        except AssertionError as error:
            differing = "\n".join(_differences("", self._shown(), self._expected(so, over)))
            raise AssertionError(f"{error}; shown, and so:\n{differing}") from None

    async def told_once(self) -> None:
        states = self._chain.far.hub.states

        def caught_up() -> bool:
            return all(
                at == states[subject].seq
                for client in self._clients.values()
                for subject, at in self._places(client).items()
            )

        await until(caught_up, "every page has all that the log has")
        # No await between these: a link may learn of a call's data after the call, and the log go on.
        heads = {subject: state.seq for subject, state in states.items()}
        told = {page: tuple(entries) for page, entries in self._told.items()}
        logs = {subject: await self._chain.log(subject) for subject in heads}
        for page, places in self._from.items():
            watched = self._clients[page].streams
            for subject in watched:
                got = [(entry.seq, entry.sum) for entry in told[page] if entry.subject == subject]
                so = logs[subject][places.get(subject, 0) : heads[subject]]
                assert got == [(item["seq"], item["sum"]) for item in so], (page, subject)

    @property
    def _by_five9(self) -> bool:
        return self._chain.link == "five9"

    def _shown(self) -> dict[str, Any]:
        found = {}
        for page, client in self._clients.items():
            views = client.views
            seen = shown(views)
            if self._by_five9:
                seen = {"agents": carried(seen["agents"], far=True), "queues": {}}
            found[page] = {**seen, "recent": _recent(views)}
        return found

    def _expected(self, so: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
        """What every page has to show. Of what is closed, as much as the page remembers."""
        found = {}
        for page, client in self._clients.items():
            one = page in so["agents"]
            agents = [page] if one else list(so["agents"])
            recent = {
                agent: {
                    name: over[agent].get(name) for name in _recent(client.views).get(f"agent/{agent}", {})
                }
                for agent in agents
            }
            found[page] = {
                "agents": {agent: so["agents"][agent] for agent in agents},
                "queues": {} if one else so["queues"],
                "recent": {f"agent/{agent}": ended for agent, ended in recent.items()},
            }
        return found

    @staticmethod
    def _places(client: Client) -> dict[Subject, int]:
        return {subject: stream.seq for subject, stream in client.streams.items()}


def _differences(where: str, one: object, other: object) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            yield from _differences(f"{where} {key}", one.get(key), other.get(key))
    elif one != other:
        yield f"{where}: {one!r} != {other!r}"


def _recent(views: Mapping[Subject, View]) -> dict[str, Any]:
    return {
        subject: remembered(view.recent) for subject, view in views.items() if subject.startswith("agent/")
    }


@asynccontextmanager
async def native(chain: Chain) -> AsyncIterator[Pages]:
    """One page for each agent, and one that watches all agents and queues."""
    told: dict[str, list[wire.Entry]] = {}
    clients: dict[str, Client] = {}
    async with AsyncExitStack() as stack:

        async def opened(name: str, token: str) -> Client:
            received = told.setdefault(name, [])
            client = Client(chain.far.url, token=token, received=received.append)
            clients[name] = await stack.enter_async_context(client)
            return client

        for agent in chain.agents():
            client = await opened(agent, chain.token(f"agent:{agent}", agent=agent))
            await client.watch(f"agent/{agent}")
        wall = await opened("*", chain.token("tenant"))
        for kind in ("agent", "queue"):
            await wall.watch_kind(kind)
        yield NativePages(chain, clients, told)


PAGES: Mapping[str, Callable[[Chain], AbstractAsyncContextManager[Pages]]] = {
    "native": native,
    "streams": streams,
    "five9": five9,
}
"""For each session the pages that speak it."""
