"""How fast it is, as ratios of one run on one machine, to standard output and into ``bench/RESULTS.md``.

python -m bench [--seconds N] [--rounds N] [--only PART [--keep]] [--note TEXT]

Peers take turns, round after round, and the median round counts. The vendor and all pages are in this process; each peer is
one of its own. All of it is on loopback.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import platform
import resource
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from statistics import median

import msgspec
import uvloop

from bench import disk, five9, starting
from bench.load import Measured, peer

RESULTS = Path(__file__).parent / "RESULTS.md"
SCRATCH = Path(__file__).parent.parent / ".cache"
KINDS = {
    "hub": "Cordboard, whole hub, native session",
    "best-told": "best case, sending what the hub sends",
    "best": "best case, sending the entry alone",
    "socketio-told": "python-socketio, keeping and sending what the hub does",
    "socketio": "python-socketio, nothing kept",
    "aiohttp": "bare aiohttp sends, nothing kept",
    "uvloop": "bare uvloop writes, nothing kept",
}
MEMORY_AGENTS, MEMORY_WARM = 1200, 200
KEPT = 50_000
FLOORS = {
    "simulator": "the simulator's link, in process: one hub",
    "five9": "the Five9 link: a second hub, behind the first",
}
FLOOR_AGENTS, FLOOR_RATE = 100, 100
IDLE_AGENTS, IDLE_SECONDS = (50, 100, 200), 120.0
Lines = AsyncIterator[str]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """How it is to be run, and where files go."""

    seconds: float
    rounds: int
    folder: Path

    def fresh(self) -> Path:
        """A folder of its own for each peer."""
        return Path(tempfile.mkdtemp(dir=self.folder))


def kinds() -> list[str]:
    """The peers that can be had here."""
    return [kind for kind in KINDS if not kind.startswith("socketio") or importlib.util.find_spec("socketio")]


async def durable(run: Run) -> Lines:
    """Durable append"""
    yield "| | entries/s | of the file |"
    yield "|---|---:|---:|"
    for writers in (1, disk.MANY):
        files, stores = [], []
        for _ in range(run.rounds):
            files.append(disk.in_file(run.fresh() / "file", run.seconds / 2, writers))
            stores.append(await disk.in_store(run.fresh() / "log.db", run.seconds / 2, writers))
        yield f"| file that does not grow: {writers} written, then `fdatasync` | {median(files):,.0f} | 1 |"
        yield f"| SqliteStore, {writers} writing | {median(stores):,.0f} | {median(stores) / median(files):.2f} |"


async def kept(run: Run) -> Lines:
    """What an entry takes on disk"""
    each, event = await disk.size_of_entry(run.fresh() / "log.db", KEPT)
    yield "| | bytes |"
    yield "|---|---:|"
    yield f"| an event of the story, as JSON | {event:,.0f} |"
    yield f"| its entry in the log, with all that is around it | {each:,.0f} |"


async def one_page(run: Run) -> Lines:
    """One page per event: 100 agents with a page each, as fast as it goes"""
    async for line in _compared(run, agents=100, fan=1):
        yield line


async def fifty_pages(run: Run) -> Lines:
    """One event to 50 pages, as fast as it goes"""
    async for line in _compared(run, agents=1, fan=50):
        yield line


async def fifty_paced(run: Run) -> Lines:
    """One event to 50 pages, 50 events/s: from the vendor's frame to each page"""
    async for line in _paced(run, kinds(), agents=1, fan=50, rate=50):
        yield line


async def thousand(run: Run) -> Lines:
    """1,000 agents with a page each, 500 events/s: from the vendor's frame to the page"""
    async for line in _paced(run, kinds(), agents=1000, fan=1, rate=500):
        yield line


async def hundred(run: Run) -> Lines:
    """100 agents with a page each, 50 events/s: from the vendor's frame to the page"""
    async for line in _paced(run, ["hub", "uvloop"], agents=100, fan=1, rate=50):
        yield line


async def many(run: Run) -> Lines:
    """5,000 agents with a page each, 1,000 events/s: from the vendor's frame to the page"""
    async for line in _paced(run, ["hub", "best-told", "uvloop"], agents=5000, fan=1, rate=1000):
        yield line


async def supervisor(run: Run) -> Lines:
    """One page that watches 500 agents, 500 events/s: from the vendor's frame to the page"""
    found: list[Measured] = []
    for _ in range(run.rounds):
        async with peer("hub", 500, run.fresh()) as load:
            await load.look_on()
            found.append(await load.paced(500, run.seconds))
    yield "| | p50 ms | p99 ms | longest ms | messages |"
    yield "|---|---:|---:|---:|---:|"
    ages = " | ".join(f"{median(item.age(share) for item in found):.2f}" for share in (0.5, 0.99, 1.0))
    yield f"| {KINDS['hub']} | {ages} | {sum(len(item.ages) for item in found):,} |"


async def back(run: Run) -> Lines:
    """5,000 pages that come back at once, each by its position"""
    found = []
    for _ in range(run.rounds):
        async with peer("hub", 5000, run.fresh()) as load:
            await load.connect(1, range(5000))
            found.append(await load.come_back())
    yield "| | s until all have what they missed |"
    yield "|---|---:|"
    yield f"| {KINDS['hub']} | {median(found):.2f} |"


async def memory(run: Run) -> Lines:
    """Memory for a connected page"""
    yield "| | KiB a page |"
    yield "|---|---:|"
    for kind in ("hub", "aiohttp"):
        each = [await _memory(run, kind) for _ in range(run.rounds)]
        yield f"| {KINDS[kind]} | {median(each) / 1024:.1f} |"


async def agents(run: Run) -> Lines:
    """Memory for an agent with a call under way, whom no page watches"""
    few, many = [
        median([await _memory_of_agents(run, count) for _ in range(run.rounds)]) for count in (500, 5000)
    ]
    yield "| | KiB |"
    yield "|---|---:|"
    yield f"| a hub of 500 agents, in all | {few / 1024:,.0f} |"
    yield f"| each agent more | {(many - few) / 4500 / 1024:.1f} |"


async def start(run: Run) -> Lines:
    """Start of the process to ready"""
    cases: dict[str, Callable[[], Awaitable[float]]] = {
        "bare aiohttp server, first answer": starting.of_bare,
        "`cordboard serve`, simulated centre, new log": lambda: starting.of_hub(run.fresh(), entries=0),
        "the same over a log of 20,000 entries that nothing was saved of": lambda: starting.of_hub(
            run.fresh(), entries=20_000
        ),
    }
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(run.rounds):
        for name, case in cases.items():
            found[name].append(await case())
    yield "| | s | of bare aiohttp |"
    yield "|---|---:|---:|"
    first = median(next(iter(found.values())))
    for name, took in found.items():
        yield f"| {name} | {median(took):.2f} | {median(took) / first:.1f} |"


async def five9_events(run: Run) -> Lines:
    """Through the Five9 link over loopback TLS: 100 agents with a page each, 100 events/s and as fast as it goes"""
    paced: dict[str, list[five9.Heard]] = {link: [] for link in FLOORS}
    fast: dict[str, list[five9.Heard]] = {link: [] for link in FLOORS}
    for _ in range(run.rounds):
        for link in FLOORS:
            found = await five9.events(link, FLOOR_AGENTS, run.fresh(), FLOOR_RATE, run.seconds)
            paced[link].append(found[0])
            fast[link].append(found[1])
    typical = {link: sorted(found, key=_rate_of)[run.rounds // 2] for link, found in fast.items()}
    yield "| | p50 ms | p99 ms | longest ms | messages | events/s, as fast as it goes | of the simulator's | last hub: CPU µs each | cores: last hub | cores: hub before it | cores: load |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for link, name in FLOORS.items():
        ages = " | ".join(
            f"{median(item.pages.age(share) for item in paced[link]):.2f}" for share in (0.5, 0.99, 1.0)
        )
        messages = sum(len(item.pages.ages) for item in paced[link])
        pages = typical[link].pages
        yield (
            f"| {name} | {ages} | {messages:,} | {pages.rate:,.0f} | {pages.rate / typical['simulator'].pages.rate:.0%} | {pages.peer_busy / pages.rate * 1e6:.0f} "
            f"| {pages.peer_busy:.2f} | {typical[link].near_busy:.2f} | {pages.load_busy:.2f} |"
        )


async def five9_idle(run: Run) -> Lines:
    """Agents who do nothing, by Five9 links over loopback TLS: what they cost a hub's processor"""
    found = await five9.idle(IDLE_AGENTS, run.fresh(), IDLE_SECONDS)
    yield "| | CPU s a minute | each 1,000 agents more |"
    yield "|---|---:|---:|"
    for name, used in (("Five9 links", found.far), ("agents by the simulator's link", found.near)):
        more = five9.more(used)
        for size, seconds in used.items():
            yield f"| {size} {name} | {seconds:.2f} | {_step(more[size]) if size in more else ''} |"
    yield f"| serving the Five9 session to all {sum(IDLE_AGENTS)} of these links, with TLS before it | {found.serving:.2f} | |"


PARTS: dict[str, Callable[[Run], Lines]] = {
    "durable": durable,
    "kept": kept,
    "one-page": one_page,
    "fifty-pages": fifty_pages,
    "fifty-paced": fifty_paced,
    "hundred": hundred,
    "thousand": thousand,
    "many": many,
    "supervisor": supervisor,
    "back": back,
    "memory": memory,
    "agents": agents,
    "start": start,
    "five9-events": five9_events,
    "five9-idle": five9_idle,
}


async def _compared(run: Run, *, agents: int, fan: int) -> Lines:
    rounds: dict[str, list[Measured]] = {kind: [] for kind in kinds()}
    for _ in range(run.rounds):
        for kind, found in rounds.items():
            async with peer(kind, agents, run.fresh()) as load:
                await load.connect(fan, range(agents))
                found.append(await load.flat_out(run.seconds))
    typical = {kind: sorted(found, key=_rate)[len(found) // 2] for kind, found in rounds.items()}
    yield "| | messages/s | bytes each | of best, same bytes | of best | of aiohttp | of uvloop | of socketio | peer: CPU µs each | cores: peer | cores: load |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for kind, item in typical.items():
        of = " | ".join(
            f"{item.rate / typical[other].rate:.0%}" if other in typical else ""
            for other in ("best-told", "best", "aiohttp", "uvloop", "socketio")
        )
        yield (
            f"| {KINDS[kind]} | {item.rate:,.0f} | {item.bytes_each:,.0f} | {of} "
            f"| {item.peer_busy / item.rate * 1e6:.1f} | {item.peer_busy:.2f} | {item.load_busy:.2f} |"
        )


async def _paced(run: Run, which: list[str], *, agents: int, fan: int, rate: float) -> Lines:
    rounds: dict[str, list[Measured]] = {kind: [] for kind in which}
    for _ in range(run.rounds):
        for kind, found in rounds.items():
            async with peer(kind, agents, run.fresh()) as load:
                await load.connect(fan, range(agents))
                found.append(await load.paced(rate, run.seconds))
    yield "| | p50 ms | p99 ms | longest ms | p50, of uvloop's | messages |"
    yield "|---|---:|---:|---:|---:|---:|"
    ages = {
        kind: [median(item.age(share) for item in found) for share in (0.5, 0.99, 1.0)]
        for kind, found in rounds.items()
    }
    for kind, (p50, p99, longest) in ages.items():
        count = sum(len(item.ages) for item in rounds[kind])
        of = p50 / ages["uvloop"][0]
        yield f"| {KINDS[kind]} | {p50:.2f} | {p99:.2f} | {longest:.1f} | {of:.1f} | {count:,} |"


async def _memory(run: Run, kind: str) -> float:
    """What pages cost, each with an agent of its own whose state is there before."""
    async with peer(kind, MEMORY_AGENTS, run.fresh()) as load:
        await load.connect(1, range(MEMORY_WARM))
        before = load.resident()
        await load.connect(1, range(MEMORY_WARM, MEMORY_AGENTS))
        return (load.resident() - before) / (MEMORY_AGENTS - MEMORY_WARM)


async def _memory_of_agents(run: Run, count: int) -> float:
    async with peer("hub", count, run.fresh()) as load:
        await load.look_on()  # then all of them are there; the one page that looks weighs nothing beside them
        return load.resident()


def _rate_of(item: five9.Heard) -> float:
    return item.pages.rate


def _step(seconds: float) -> str:
    """Processor times come in steps of 10 ms: this is two of them in two minutes, for 50 agents more."""
    return f"{seconds:.2f}" if seconds >= 0.2 else "< 0.2"


def _rate(item: Measured) -> float:
    return item.rate


def replaced(results: str, heading: str, body: str, alone: str) -> str:
    """The results with this part as it is now, where it was or at the end, and a line that says that it was run by itself."""
    head, *parts = (part.strip("\n") for part in results.split("\n## "))
    new = f"{heading}\n\n{alone}\n\n{body.strip()}"
    places = [place for place, part in enumerate(parts) if part.partition("\n")[0] == heading]
    if places:
        parts[places[0]] = new
    else:
        parts.append(new)
    return "\n\n## ".join([head, *parts]) + "\n"


def _now() -> str:
    load = Path("/proc/loadavg").read_text().split()[0]
    return f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, load average {load} before it"


def _machine() -> list[str]:
    cpus = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    memory_kib = int(Path("/proc/meminfo").read_text().split()[1])
    names = ("cordboard", "aiohttp", "uvloop", "msgspec", "python-socketio")
    versions = []
    for name in names:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{name} not installed")
    return [
        f"- Machine: {len(cpus)} x {cpus[0].partition(': ')[2]}, {memory_kib / 2**20:.0f} GiB, Linux {platform.release()}",
        f"- Versions: Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {', '.join(versions)}",
    ]


async def main(arguments: argparse.Namespace) -> None:
    began = _now()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65_536)), hard))
    lines = [
        "<!-- Made by `make bench`. -->",
        "",
        "# Results",
        "",
        (
            "Ratios within one run are what counts; the figures beside them belong to this machine. Where other work took the machine's "
            "cores (a peer had less than one), the CPU time that a message costs the peer tells more than the rate."
        ),
        "",
        f"- When: {began}. {arguments.note}".rstrip(),
        f"- How: {arguments.rounds} rounds of {arguments.seconds:g} s each, the median round",
        *_machine(),
    ]
    print("\n".join(lines[4:]), flush=True)
    # Not where temporary files go, which may be kept in memory: what is measured is a disk.
    SCRATCH.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        run = Run(seconds=arguments.seconds, rounds=arguments.rounds, folder=Path(folder))
        for name in arguments.only or PARTS:
            lines += ["", f"## {PARTS[name].__doc__}", ""]
            print(f"\n## {PARTS[name].__doc__}\n", flush=True)
            async for line in PARTS[name](run):
                lines.append(line)
                print(line, flush=True)
    if arguments.only and arguments.keep:
        alone = f"*Run by itself, {began}. {arguments.note}".rstrip() + "*"
        text = RESULTS.read_text(encoding="utf-8")
        for part in "\n".join(lines).split("\n## ")[1:]:
            text = replaced(text, *part.partition("\n\n")[::2], alone)
        RESULTS.write_text(text, encoding="utf-8")
    elif not arguments.only:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print("\nNow `make generate`: the page on capacity is made from these.", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only", action="append", choices=list(PARTS), help="a part; nothing is written then"
    )
    parser.add_argument(
        "--keep", action="store_true", help="write all the same: these parts in place of what they were"
    )
    parser.add_argument("--note", default="", help="what else is worth knowing of the run")
    return parser.parse_args()


if __name__ == "__main__":
    uvloop.run(main(_arguments()))
