"""The matrix: link x session x scenario, each cell played end to end over real sockets.

A cell runs a hub with the simulated contact centre, and for every other link a second hub that hangs on the first by it. The
scenario is played on the living floor, through its door, many times faster than life. Pages sit on the last hub.

Which links, sessions and scenarios there are is read off what is installed; what cannot be played is declared with its reason
in ``matrix.toml``. A protocol is a column as soon as it is installed: its link needs a line in `HANGING`.
"""

from __future__ import annotations

import asyncio
import ssl
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import cache
from importlib.resources import files
from itertools import combinations, product
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from argon2 import PasswordHasher

from cordboard.app import App, running
from cordboard.contract import CtiProtocol
from cordboard.model.entities import Medium
from cordboard.model.ids import LinkId, Subject, agent_subject
from cordboard.model.state import SubjectState
from cordboard.protocols.simulator.library import builtin_scenarios
from cordboard.protocols.simulator.scenario import loads
from cordboard.settings import parsed
from cordboard.testing.certificates import Authority
from cordboard.testing.rig import likeness
from cordboard.web.accounts import Account

SIMULATOR = "simulator"
CENTRE, HOP = LinkId("sim"), LinkId("hop")
"""The link to the simulated centre, and the one by which the second hub hangs on the first."""
LINK_LOST = "link-lost"
"""A scenario that no file holds: `LOST_STORY`, and the link is cut in the middle of the call."""
LOST_STORY, LOST_AGENT = "inbound", "mia"
FAST, SLOW, STILL = 200.0, 1.0, 0.0001
"""Simulated seconds in a real one: while a scenario is played, while the link is cut in it, while its end is looked at."""
PATIENCE = 20.0
PASSWORD = "northquay-1"  # noqa: S105 - of everybody in a simulated centre

Plain = dict[str, Any]


class Impossible(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cells that cannot be played. What is left empty stands for all."""

    link: str = ""
    session: str = ""
    scenario: str = ""
    reason: str

    def covers(self, link: str, session: str, scenario: str) -> bool:
        """Whether the cell is one of them."""
        mine = (self.link, self.session, self.scenario)
        return all(a in ("", b) for a, b in zip(mine, (link, session, scenario), strict=True))


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One cord between two jacks, and what is said over it. `reason`: why it cannot be played, empty where it can."""

    link: str
    session: str
    scenario: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.link}-{self.session}-{self.scenario}"


def impossible() -> tuple[Impossible, ...]:
    """What is declared."""
    text = files(__package__).joinpath("matrix.toml").read_text(encoding="utf-8")
    return tuple(msgspec.convert(tomllib.loads(text).get("impossible", []), list[Impossible]))


def cells(protocols: Mapping[str, CtiProtocol]) -> tuple[Cell, ...]:
    """All of the matrix of these protocols, scenario by scenario."""
    declared = impossible()
    links = [name for name, found in protocols.items() if found.services]
    sessions = [
        name for name, found in protocols.items() if any(route.end == "session" for route in found.routes)
    ]
    stories = sorted({*builtin_scenarios(), LINK_LOST, *(row.scenario for row in declared if row.scenario)})
    return tuple(
        Cell(link=link, session=session, scenario=story, reason=_reason(declared, link, session, story))
        for story, link, session in product(stories, sorted(links), sorted(sessions))
    )


def everyday(matrix: Sequence[Cell], hangings: Mapping[str, Hanging] | None = None) -> tuple[Cell, ...]:
    """The part of the matrix that every test run plays: `pairwise`, and all cells of links that come over TLS. A vendor on a real
    network can cut, move or take each login: which of their cells are tried is not left to chance.
    """
    over_tls = {name for name, hanging in (HANGING if hangings is None else hangings).items() if hanging.tls}
    part = set(pairwise(matrix))
    return tuple(cell for cell in matrix if cell in part or (cell.link in over_tls and not cell.reason))


def pairwise(matrix: Sequence[Cell]) -> tuple[Cell, ...]:
    """A part of the matrix in which every two of a link, a session and a scenario meet that can meet."""
    playable = [cell for cell in matrix if not cell.reason]
    wanted = {pair for cell in playable for pair in _pairs(cell)}
    chosen: list[Cell] = []
    while wanted:
        best = max(playable, key=lambda cell: len(wanted.intersection(_pairs(cell))))
        chosen.append(best)
        wanted.difference_update(_pairs(best))
    return tuple(cell for cell in matrix if cell in chosen)


# --- the hubs of a cell --------------------------------------------------------------------------------------------------


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """The hubs of a cell: `near` has the simulated centre, pages sit on `far`, which is the same or hangs on `near`."""

    link: str
    """The protocol of the link that is tried."""
    near: App
    far: App
    links: tuple[LinkId, ...]
    """By which the far hub hangs on the near one; of one hub alone, its link to the centre."""
    cut: Callable[[], Awaitable[None]]
    """Let the link that is tried lose its vendor, as a network would."""
    http: aiohttp.ClientSession
    heard: Callable[[], bool] = lambda: True
    """Whether the far hub has heard all that the near one knows."""

    def token(self, *scopes: str, agent: str = "", app: App | None = None) -> str:
        """A token of the far hub, or of another."""
        return _token(app or self.far, *scopes, agent=agent)

    async def get(self, app: App, path: str) -> Any:  # noqa: ANN401 - JSON
        """A GET as one who may see all."""
        headers = {"Authorization": f"Bearer {self.token('tenant', 'simulate', app=app)}"}
        async with self.http.get(app.url + path, headers=headers) as answer:
            assert answer.status == 200, (path, answer.status, await answer.text())
            return msgspec.json.decode(await answer.read())

    async def console(self, door: str, **body: object) -> Any:  # noqa: ANN401 - JSON
        """A POST at the simulated centre's console."""
        return await _posted(self.http, self.near, door, body)

    async def truth(self) -> Plain:
        """The switch's own state, which no fold has made, with all that is over."""
        state: Plain = await self.get(self.near, f"/links/{CENTRE}/console/state?all=1")
        return state

    async def log(self, subject: Subject) -> list[Plain]:
        """The whole log of a subject on the far hub."""
        found: list[Plain] = []
        place, more = f"{self.far.hub.epoch}.0", True
        while more:
            page = await self.get(self.far, f"/v1/subjects/{subject}/entries?after={place}&limit=1000")
            assert page["recovered"] is True
            found, place, more = found + page["entries"], page["position"], page["more"]
        return found

    async def quiet(self) -> None:
        """Wait until all that has happened stands in the far hub's log."""
        await self.near.hub.settled()
        await until(self.heard, "the far hub knows what the near one does")
        await self.far.hub.settled()

    def agents(self) -> list[str]:
        """Who works there, by id."""
        return _agents(self.near)


class Hanging(msgspec.Struct, frozen=True, kw_only=True):
    """How a hub is hung on another by a protocol, its link against its own session there.

    `options`: the link's, from the other hub and the address at which it is to be called. `heard`: whether the second
    hub has heard all that the first one, named first, knows. `login`: what is different for each agent, where a link is one
    agent's login: then there is a link for each, and each logs its agent on; before a story begins they are logged off again. `tls`:
    whether it is called over TLS.
    """

    options: Callable[[App, str], Mapping[str, object]]
    heard: Callable[[App, App], bool]
    login: Callable[[str], Mapping[str, object]] | None = None
    tls: bool = False


def _by_native(near: App, url: str) -> Mapping[str, object]:
    return {"url": url, "token_file": str(_secret(near, "tenant", "tenant:command"))}


def _natively_heard(near: App, far: App) -> bool:
    there = {subject: f"{near.hub.epoch}.{state.seq}" for subject, state in near.hub.states.items()}
    known = far.hub.states
    return all(subject in known and known[subject].cursors.get(HOP) == at for subject, at in there.items())


def _by_five9(near: App, url: str) -> Mapping[str, object]:
    """Everybody who works there has an account, with one password."""
    book = {agent: _account(agent) for agent in _agents(near)}
    (near.settings.folder / "accounts.json").write_bytes(msgspec.json.encode(book))
    word = near.settings.folder / "word"
    word.write_text(PASSWORD, encoding="utf-8")
    return {"url": url, "password_file": str(word)}


def _five9_heard(near: App, far: App) -> bool:
    """This wire has no places: both hubs show the same."""
    known = far.hub.states
    return all(
        (subject := agent_subject(agent)) in known
        and likeness(known[subject], (Medium.VOICE,)) == likeness(near.hub.states[subject], (Medium.VOICE,))
        and _attached(known[subject]) == _attached(near.hub.states[subject])
        for agent in _agents(near)
    )


def _attached(state: SubjectState) -> list[list[tuple[str, str]]]:
    """The data of what goes on: its names come a little later than the calls themselves."""
    return sorted(
        sorted({item for call in contact.calls if not call.cleared for item in call.data.peripheral.items()})
        for contact in state.contacts.values()
        if contact.medium is Medium.VOICE
    )


HANGING: Mapping[str, Hanging] = {
    "native": Hanging(options=_by_native, heard=_natively_heard),
    "five9": Hanging(
        options=_by_five9, heard=_five9_heard, login=lambda agent: {"username": agent}, tls=True
    ),
}
"""The links that can be tried, besides the simulator's own."""


@asynccontextmanager
async def chain(cell: Cell, folder: Path, hangings: Mapping[str, Hanging] = HANGING) -> AsyncIterator[Chain]:
    """The hubs of the cell, up and quiet, on free ports; the centre's time stands still. `hangings`: how a link of yours is tried,
    by the name of its protocol.
    """
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        options = {"people": False, "speed": STILL, **_needed(cell.scenario)}
        centre = {"name": CENTRE, "protocol": SIMULATOR, "options": options}
        near = await _hub(stack, folder / "near", [centre])
        await until(lambda: _up(near, CENTRE), "the centre's link up")
        await near.hub.settled()  # everybody who works there is in its log
        if cell.link == SIMULATOR:

            async def drop() -> None:
                await _posted(http, near, "fault", {"drop": 0})

            chained = Chain(link=cell.link, near=near, far=near, links=(CENTRE,), cut=drop, http=http)
            await chained.quiet()
            yield chained
            return
        hanging = hangings[cell.link]
        authority = Authority(folder) if hanging.tls else None
        between = await stack.enter_async_context(_relay(near.edge.port, authority))
        address = f"{'https' if hanging.tls else 'http'}://127.0.0.1:{between.port}"
        links = _links(hanging, cell.link, near, address, authority)
        far = await _hub(stack, folder / "far", links)
        names = tuple(LinkId(str(row["name"])) for row in links)
        await until(lambda: all(_up(far, name) for name in names), "the link up")
        chained = Chain(
            link=cell.link,
            near=near,
            far=far,
            links=names,
            cut=between.cut,
            http=http,
            heard=lambda: hanging.heard(near, far),
        )
        for agent in chained.agents() if hanging.login is not None else ():
            await chained.console("act", name="log_off", params={"agent": agent})
        await chained.quiet()
        yield chained


async def play(cell: Cell, chained: Chain) -> list[object]:
    """Play the cell's scenario to its end and stop the centre's time there. The expectations that failed."""
    lost = cell.scenario == LINK_LOST
    if not lost:
        await chained.console("fault", speed=FAST)
    await chained.console("scenario", name=LOST_STORY if lost else cell.scenario)
    if lost:
        await chained.console("fault", speed=SLOW)
        await _lose(chained)
        await chained.console("fault", speed=FAST)
    progress: Plain = {}

    async def over() -> bool:
        progress.update(await chained.get(chained.near, f"/links/{CENTRE}/console/scenario"))
        return bool(progress["over"])

    await until(over, f"{cell.scenario} over")
    await chained.console("fault", speed=STILL)
    await chained.quiet()
    failures: list[object] = progress["failures"]
    return failures


async def until(what: Callable[[], bool | Awaitable[bool]], what_for: str) -> None:
    """Wait for a condition. `AssertionError` if it does not come."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not (found if isinstance(found := what(), bool) else await found):  # noqa: ASYNC110 - none tells of it
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"not within {PATIENCE:.0f} s: {what_for}") from None


# --- private ---------------------------------------------------------------------------------------------------------------


def _reason(declared: Sequence[Impossible], link: str, session: str, scenario: str) -> str:
    return next((row.reason for row in declared if row.covers(link, session, scenario)), "")


def _needed(scenario: str) -> Mapping[str, object]:
    """What the simulated centre has to be for the scenario."""
    text = builtin_scenarios().get(scenario)
    story = loads(text) if text is not None else None
    return {} if story is None else {"people": story.people, "flavour": story.flavour}


def _pairs(cell: Cell) -> Iterator[object]:
    jacks = (("link", cell.link), ("session", cell.session), ("scenario", cell.scenario))
    return combinations(jacks, 2)


def _links(
    hanging: Hanging, protocol: str, near: App, address: str, authority: Authority | None
) -> list[dict[str, Any]]:
    """The far hub's links: one, or one for each agent."""
    options = hanging.options(near, address)
    row: dict[str, Any] = {"protocol": protocol}
    if authority is not None:
        row["network"] = {"ca_file": str(authority.ca_file)}
    if hanging.login is None:
        return [{**row, "name": HOP, "options": dict(options)}]
    login = hanging.login
    return [
        {**row, "name": f"{HOP}-{agent}", "agent": agent, "options": {**options, **login(agent)}}
        for agent in _agents(near)
    ]


async def _hub(stack: AsyncExitStack, folder: Path, links: Sequence[Mapping[str, object]]) -> App:
    settings = {
        "data": str(folder),
        "web": {
            "port": 0,
            "rate": {"address_per_second": 0, "identity_per_second": 0, "login_per_minute": 0},
        },
        "log": {"level": "error"},
        "links": list(links),
    }
    return await stack.enter_async_context(running(parsed(settings)))


async def _lose(chained: Chain) -> None:
    """In the middle of the call, lose the link and get it back."""
    hub = chained.far.hub

    def talks() -> bool:
        state = hub.state(agent_subject(LOST_AGENT))
        return state is not None and any(item.phase == "active" for item in state.contacts.values())

    await until(talks, f"{LOST_AGENT} talks")
    before = {link: hub.links[link].since for link in chained.links}
    await chained.cut()

    def lost(link: LinkId) -> bool:
        return hub.links[link].state != "up" or hub.links[link].since > before[link]

    await until(lambda: all(lost(link) for link in chained.links), "the link down")
    await until(lambda: all(_up(chained.far, link) for link in chained.links), "the link up again")


def _agents(app: App) -> list[str]:
    return sorted(
        subject.removeprefix("agent/") for subject in app.hub.subjects() if subject.startswith("agent/")
    )


def _account(agent: str) -> Account:
    return Account(hash=_hash(), scopes=(f"agent:{agent}",), agent=agent)


@cache
def _hash() -> str:
    """Of everybody's password; a cheap one, for eight agents who come at once."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


def _up(app: App, link: LinkId) -> bool:
    return app.hub.links[link].state == "up"


def _token(app: App, *scopes: str, agent: str = "") -> str:
    who, now = agent or "matrix", app.hub.clock.now()
    minted, _ = app.tokens.mint(who, frozenset(scopes), seconds=600, now=now, agent=agent)
    return minted


def _secret(app: App, *scopes: str) -> Path:
    """A token in a file of the hub's own folder, as settings want secrets."""
    path = app.settings.folder / "token"
    path.write_text(_token(app, *scopes), encoding="utf-8")
    return path


async def _posted(http: aiohttp.ClientSession, near: App, door: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 - JSON
    url = f"{near.url}/links/{CENTRE}/console/{door}"
    headers = {"Authorization": f"Bearer {_token(near, 'simulate')}"}
    async with http.post(url, json=body, headers=headers) as answer:
        assert answer.status == 200, (door, answer.status, await answer.text())
        return msgspec.json.decode(await answer.read())


class _Relay:
    """A wire between two hubs that can be cut."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self._to = port
        self._writers: set[asyncio.StreamWriter] = set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, both ways, until either side ends it."""
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        ends = {writer, back}
        self._writers |= ends
        ways = [
            asyncio.ensure_future(_pour(source, sink)) for source, sink in ((reader, back), (there, writer))
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._writers -= ends
            for end in ends:
                end.transport.abort()
            await asyncio.wait(ways)

    async def cut(self) -> None:
        """Cut all that is connected now."""
        for writer in tuple(self._writers):
            writer.transport.abort()


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()


@asynccontextmanager
async def _relay(port: int, authority: Authority | None) -> AsyncIterator[_Relay]:
    """On a free port, over TLS where there is an authority to vouch for it."""
    relay = _Relay(port)
    context = None
    if authority is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(authority.issue("127.0.0.1"))
    server = await asyncio.start_server(relay.carry, "127.0.0.1", 0, ssl=context)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        await relay.cut()
