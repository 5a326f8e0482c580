"""The Five9 pages of a cell: for each agent a socket of Five9's, and what a client makes of its frames."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import aiohttp
import msgspec

from cordboard.model.fold import fold, initial
from cordboard.model.ids import agent_subject
from cordboard.protocols.five9 import events as v, wire, words as w
from cordboard.protocols.five9.lines import hex_id
from cordboard.protocols.five9.settings import Settings
from cordboard.protocols.five9.telling import told
from cordboard.testing.matrix import Chain, until

Plain = dict[str, Any]
Seen = tuple[str, str | None, Any]
"""A frame: its event, its reason, and what it says."""

_CALLS = frozenset(str(item) for item in (v.CALL_CREATED, v.CALL_UPDATED, v.CALL_DELETED))
_OF_LOGINS = frozenset(str(item) for item in (v.LOGIN_STATE, v.STATION))
"""What is no entry's, but what one login tells another."""
_OPEN = frozenset({w.OFFERED, w.RINGING, w.TALKING})


class Five9Pages:
    """One socket for each agent: nobody sees others' on this wire."""

    def __init__(self, chain: Chain, heard: Mapping[str, list[wire.Frame]]) -> None:
        self._chain = chain
        self._heard = heard
        states = chain.far.hub.states
        # Time stands still and nothing is under way: what comes from here on is what has to come.
        self._from = {agent: states[agent_subject(agent)].seq for agent in heard}
        self._first = {agent: len(frames) for agent, frames in heard.items()}

    async def agree(self) -> None:
        state = await self._chain.truth()
        so = {agent: dict(_lines(state["agents"][agent])) for agent in self._heard}

        def shown() -> Plain:
            return {agent: _calls(frames) for agent, frames in self._heard.items()}

        try:
            await until(lambda: shown() == so, "every client shows the switch's own state")
        except AssertionError as error:
            differing = [
                f"{agent}: {shown()[agent]} != {so[agent]}" for agent in so if shown()[agent] != so[agent]
            ]
            raise AssertionError("\n".join([str(error), *differing])) from None

    async def told_once(self) -> None:
        """This wire has no places: each entry has its frames, and these have to come one after the other."""
        wanted: dict[str, list[Seen]] = {}

        async def same() -> bool:
            wanted.update({agent: await self._wanted(agent) for agent in self._heard})
            return all(self._came(agent) == frames for agent, frames in wanted.items())

        try:
            await until(same, "every client is told all, once and in order")
        except AssertionError as error:
            differing = [
                f"{agent}: {_short(self._came(agent))} != {_short(frames)}"
                for agent, frames in wanted.items()
                if self._came(agent) != frames
            ]
            raise AssertionError("\n".join([str(error), *differing])) from None

    def _came(self, agent: str) -> list[Seen]:
        frames = self._heard[agent][self._first[agent] :]
        return [_seen(item) for item in frames if item.context.event_id not in _OF_LOGINS]

    async def _wanted(self, agent: str) -> list[Seen]:
        """The frames of all that the log has since the sockets were opened."""
        subject = agent_subject(agent)
        state = initial(subject)
        found: list[Seen] = []
        for entry in await self._chain.far.hub.entries(subject, 0, 100_000):
            before, state = state, fold(state, entry)
            if state.seq > self._from[agent]:
                found += [
                    (str(item.event), item.reason, msgspec.json.decode(wire.encoded(item.payload)))
                    for item in told(entry.event, before, state, Settings())
                ]
        return found


def _short(frames: list[Seen]) -> list[tuple[str, str | None]]:
    return [(event, reason) for event, reason, _ in frames]


def _seen(frame: wire.Frame) -> Seen:
    return frame.context.event_id, frame.context.event_reason, msgspec.json.decode(frame.pay_load)


def _calls(frames: list[wire.Frame]) -> Plain:
    """The calls that are there, by what a client was told last of each."""
    found: dict[str, str] = {}
    for frame in frames:
        if frame.context.event_id not in _CALLS:
            continue
        call = wire.payload(frame, wire.Call)
        if call.state == w.FINISHED:
            found.pop(call.id, None)
        elif not call.state.startswith("PARTICIPANT"):
            found[call.id] = "open" if call.state in _OPEN else call.state
    return found


def _lines(agent: Plain) -> Iterator[tuple[str, str]]:
    """The calls that a client has to show: one for each customer, one for each consult."""
    for segment in agent["segments"]:
        if segment["phase"] == "closed" or segment["medium"] != "voice":
            continue
        mains = [call for call in segment["calls"] if call["kind"] == "main"]
        consults = [call for call in segment["calls"] if call["kind"] == "consult"]
        if mains:
            carrier = next((call for call in reversed(mains) if call["ended"] is None), mains[-1])
            state = w.WRAP_UP if segment["phase"] == "wrap_up" else _state(carrier, agent["id"])
            yield hex_id("call", segment["id"]), state
        for call in consults:
            state = _state(call, agent["id"])
            if state != w.WRAP_UP and segment["phase"] != "wrap_up":
                place = (segment["id"], call["id"]) if mains else (segment["id"],)
                yield hex_id("call", *place), state
                if not mains:
                    return


def _state(call: Plain, agent: str) -> str:
    mine = (item for item in call["parties"] if item["agent"] == agent and item["state"] != "null")
    own = next(mine, None)
    if own is None or call["ended"] is not None:
        return w.WRAP_UP
    if own["parked"]:
        return w.PARKED
    return w.ON_HOLD if own["state"] == "hold" else "open"


@asynccontextmanager
async def five9(chain: Chain) -> AsyncIterator[Five9Pages]:
    """A socket for each agent, each with its first frame."""
    heard: dict[str, list[wire.Frame]] = {agent: [] for agent in chain.agents()}
    async with AsyncExitStack() as stack:
        for agent, frames in heard.items():
            headers = {"authorization": f"Bearer {chain.token(f'agent:{agent}', agent=agent)}"}
            door = f"{chain.far.url}/appsvcs/rs/svc/auth/login_by_token"
            async with chain.http.post(door, headers=headers, json={"policy": "AttachExisting"}) as answer:
                assert answer.status == 200, await answer.text()
                login = wire.decoded(await answer.read(), wire.Login)
            socket = await stack.enter_async_context(
                chain.http.ws_connect(
                    f"{chain.far.url}/appsvcs/ws/{agent}",
                    headers={"authorization": f"{wire.BEARER}{login.token_id}"},
                )
            )
            reading = asyncio.ensure_future(_read(socket, frames))
            stack.push_async_callback(_ended, reading)
        await until(lambda: all(heard.values()), "every socket is up")
        yield Five9Pages(chain, heard)


async def _read(socket: aiohttp.ClientWebSocketResponse, frames: list[wire.Frame]) -> None:
    async for message in socket:
        frames.append(wire.frame_of(message.data))  # noqa: PERF401 - each as it comes


async def _ended(reading: asyncio.Task[None]) -> None:
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading
