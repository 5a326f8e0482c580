"""The Streams pages of a cell: CCP pages on real sockets, which read what they would hand to the library in a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import aiohttp
import msgspec

from cordboard.model.events import Event
from cordboard.model.fold import fold, initial
from cordboard.model.ids import Subject, agent_subject
from cordboard.model.log import Entry
from cordboard.protocols.streams import wire
from cordboard.protocols.streams.document import Document
from cordboard.protocols.streams.render import documents
from cordboard.testing.matrix import CENTRE, Chain, until
from tests.matrix.five9_chain import in_streams
from tests.streams.likeness import of_document, streams_truth

Plain = dict[str, Any]


class StreamsPages:
    """One page for each agent: nobody sees others' on this wire."""

    def __init__(self, chain: Chain, told: Mapping[str, list[Document]]) -> None:
        self._chain = chain
        self._told = told
        states = chain.far.hub.states
        # Time stands still and nothing is under way: what comes from here on is what has to come.
        self._from = {agent: states[agent_subject(agent)].seq for agent in told}
        self._first = {agent: len(documents) for agent, documents in told.items()}

    async def agree(self) -> None:
        state = await self._chain.truth()
        centre = await self._chain.get(self._chain.near, f"/links/{CENTRE}/console/centre")
        by_five9 = self._chain.link == "five9"
        so = {agent: streams_truth(state, centre, agent) for agent in self._told}
        if by_five9:
            so = {agent: in_streams(page, far=False) for agent, page in so.items()}

        def shown() -> Plain:
            pages = {agent: of_document(documents[-1]) for agent, documents in self._told.items()}
            if by_five9:
                return {agent: in_streams(page, far=True) for agent, page in pages.items()}
            return pages

        try:
            await until(lambda: shown() == so, "every page shows the switch's own state")
        except AssertionError as error:
            differing = [
                f"{agent}: {shown()[agent]} != {so[agent]}" for agent in so if shown()[agent] != so[agent]
            ]
            raise AssertionError("\n".join([str(error), *differing])) from None

    async def told_once(self) -> None:
        """This wire has no places: each entry has its documents, and these have to come one after the other."""
        wanted: dict[str, list[Document]] = {}

        async def same() -> bool:
            # A link may learn of a call's data after the call: the log is read anew until the pages have all of it.
            wanted.update({agent: await self._wanted(agent) for agent in self._told})
            return all(self._came(agent) == documents for agent, documents in wanted.items())

        try:
            await until(same, "every page is told all, once and in order")
        except AssertionError as error:
            differing = [
                f"{agent}: {len(self._came(agent))} documents came, {len(documents)} are the log's"
                for agent, documents in wanted.items()
                if self._came(agent) != documents
            ]
            raise AssertionError("\n".join([str(error), *differing])) from None

    def _came(self, agent: str) -> list[Document]:
        return self._told[agent][self._first[agent] :]

    async def _wanted(self, agent: str) -> list[Document]:
        """The documents of all that the log has since the pages were opened."""
        subject = agent_subject(agent)
        state = initial(subject)
        found: list[Document] = []
        for told in await self._chain.log(subject):
            before, state = state, fold(state, _entry(told))
            if state.seq > self._from[agent]:
                found += documents(before, state, state.at)
        return found


def _entry(told: Plain) -> Entry:
    given = {key: told[key] for key in ("seq", "at", "sum")}
    event = msgspec.convert(told["event"], Event)
    return Entry(
        subject=Subject(told["subject"]), origin=told.get("origin", ""), event=event, body=b"", **given
    )


@asynccontextmanager
async def streams(chain: Chain) -> AsyncIterator[StreamsPages]:
    """A page for each agent, each with its first document."""
    told: dict[str, list[Document]] = {agent: [] for agent in chain.agents()}
    async with AsyncExitStack() as stack:
        for agent, received in told.items():
            socket = await stack.enter_async_context(chain.http.ws_connect(f"{chain.far.url}/streams/socket"))
            hello = wire.Hello(token=chain.token(f"agent:{agent}", agent=agent), id=f"port-{agent}")
            await socket.send_str(wire.encode(hello).decode())
            reading = asyncio.ensure_future(_read(socket, received))
            stack.push_async_callback(_ended, reading)
        await until(lambda: all(told.values()), "every page has its agent")
        yield StreamsPages(chain, told)


async def _read(socket: aiohttp.ClientWebSocketResponse, received: list[Document]) -> None:
    async for message in socket:
        frame = wire.decode_server(message.data)
        if isinstance(frame, wire.Agent):
            received += frame.documents


async def _ended(reading: asyncio.Task[None]) -> None:
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading
