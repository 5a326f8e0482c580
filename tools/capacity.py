"""The page on capacity: what the last run of the bench says of one machine, and what to reckon with for another.

Every figure of it stands in `bench/RESULTS.md`, or follows from figures there by a calculation that the page shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

RESULTS = Path(__file__).parent.parent / "bench" / "RESULTS.md"
HUB = "Cordboard, whole hub, native session"
FLOOR, FIVE9 = "the simulator's link, in process: one hub", "the Five9 link: a second hub, behind the first"
IDLE_FIVE9 = "200 Five9 links"
EVENTS_OF_A_CALL = 10
"""Delivered, Established, Held, Retrieved, the states of the agent around them, wrap-up, closed: a call with one hold."""
CALLS_OF_A_DAY = 60
CALL_SECONDS = 300
"""From one call to the next, in the busiest hour."""


class Results:
    """The tables of the bench by heading, row and column; and the lines before them. A `KeyError` names what a run left out."""

    def __init__(self, text: str) -> None:
        head, *parts = text.split("\n## ")
        self.facts = [line.removeprefix("- ") for line in head.splitlines() if line.startswith("- ")]
        self._parts = {part.partition("\n")[0]: part for part in parts}

    def cell(self, heading: str, row: str, column: str) -> str:
        """A cell of the table below the heading that begins so."""
        part = next((text for name, text in self._parts.items() if name.startswith(heading)), None)
        if part is None:
            raise KeyError(heading)
        columns, _, *rows = [_cells(line) for line in part.splitlines() if line.startswith("|")]
        found = next((cells for cells in rows if cells[0] == row), None)
        if found is None:
            raise KeyError(f"{heading}: {row}")
        return found[columns.index(column)]

    def number(self, heading: str, row: str, column: str) -> float:
        """The same as a number."""
        return float(self.cell(heading, row, column).replace(",", "").rstrip("%"))


def capacity_page(results: str | None = None) -> Iterator[str]:
    """The page, from these results or from those of the last whole run."""
    found = Results(RESULTS.read_text(encoding="utf-8") if results is None else results)
    yield "# Plan capacity"
    yield ""
    yield (
        "What one hub carries, as measured by `make bench` on one machine. Every figure here stands in `bench/RESULTS.md` or follows from it; "
        "this page is made anew with each run. `bench/README.md` tells how it is measured, and what limits it. Run it on the machine that you "
        "have in mind: disks and cores differ, and other work on them counts."
    )
    yield ""
    yield from (f"- {fact}" for fact in found.facts)
    yield ""
    yield from _load(found)
    yield from _delay(found)
    yield from _memory(found)
    yield from _disk(found)
    yield from _five9(found)
    yield from _further(found)


def _load(found: Results) -> Iterator[str]:
    each = found.number("One page per event", HUB, "peer: CPU µs each")
    rate = found.cell("One page per event", HUB, "messages/s")
    fan = found.cell("One event to 50 pages, as fast", HUB, "messages/s")
    a_page = found.cell("One event to 50 pages, as fast", HUB, "peer: CPU µs each")
    agents = 0.5e6 / each * CALL_SECONDS / EVENTS_OF_A_CALL
    yield "## What one core carries"
    yield ""
    yield (
        "A hub is one process that computes on one core, with a thread beside it that writes the log. From a vendor's frame to a page's message, "
        f"decoded, on disk and folded, an event costs **{each:g} µs** of processor: {rate} events a second as fast as it goes. Where 50 pages "
        f"watch the same, a message costs {a_page} µs, since it is made once for all: {fan} messages a second."
    )
    yield ""
    yield (
        f"Reckon with half of a core, so that a burst finds room. An agent with a call every {CALL_SECONDS} seconds, "
        f"{EVENTS_OF_A_CALL} events each, is {EVENTS_OF_A_CALL / CALL_SECONDS:.3f} events a second. "
        f"Half a core is 0.5 s ÷ {each:g} µs = {0.5e6 / each:,.0f} events a second, what some {round(agents, -3):,.0f} such agents cause. "
        "Memory, sockets and what happens when all come back at once set the limit long before."
    )
    yield ""


def _delay(found: Results) -> Iterator[str]:
    yield "## How long it takes"
    yield ""
    yield "From the vendor's frame to the page, in milliseconds, each event on disk before:"
    yield ""
    yield "| | p50 | p99 | longest |"
    yield "|---|---:|---:|---:|"
    for heading, name in (
        ("100 agents", "100 agents, 50 events/s"),
        ("1,000 agents", "1,000 agents, 500 events/s"),
        ("5,000 agents", "5,000 agents, 1,000 events/s"),
        ("One page that watches", "one page that watches 500 agents, 500 events/s"),
        ("One event to 50 pages, 50", "each of 50 pages, 50 events/s"),
    ):
        cells = " | ".join(found.cell(heading, HUB, column) for column in ("p50 ms", "p99 ms", "longest ms"))
        yield f"| {name} | {cells} |"
    yield ""
    yield (
        "Much of it is the log's: no page is told before `fdatasync` returns, on a thread of its own. What came meanwhile is the next commit, so a slower disk makes "
        "everything later by as much and nothing slower than that. A disk that takes 5 ms adds 5 to 10 ms here. Memory that only looks like "
        "a disk, and a network file system, are no places for the log."
    )
    yield ""


def _memory(found: Results) -> Iterator[str]:
    page = found.number("Memory for a connected page", HUB, "KiB a page")
    base = found.number("Memory for an agent", "a hub of 500 agents, in all", "KiB")
    more = found.number("Memory for an agent", "each agent more", "KiB")
    total = base + 4500 * more + 2 * 5000 * page
    yield "## Memory"
    yield ""
    yield f"- A hub of 500 agents, no pages: {base / 1024:.0f} MiB."
    yield f"- Each agent more, with a call under way: {more:g} KiB. Its last 20 closed contacts are kept as well."
    yield f"- Each connected page: {page:g} KiB."
    yield ""
    yield (
        f"5,000 agents with two pages each: {base / 1024:.0f} MiB + 4,500 x {more:g} KiB + 10,000 x {page:g} KiB = {total / 1024:,.0f} MiB. Twice that is a good "
        "measure: a page that reads slowly may have up to `web.backlog` bytes waiting before it is closed, and transcripts of open chats are kept whole. "
        "Each page is an open file: raise the limit (`ulimit -n`, `LimitNOFILE=`) to the pages and a thousand more."
    )
    yield ""


def _disk(found: Results) -> Iterator[str]:
    entry = found.number("What an entry takes", "its entry in the log, with all that is around it", "bytes")
    day = entry * EVENTS_OF_A_CALL * CALLS_OF_A_DAY * 1000
    yield "## Disk"
    yield ""
    yield (
        f"An entry of the bench, a short one, takes {entry:,.0f} bytes; one that brings a call's attached data or a customer's record is larger by these. "
        f"1,000 agents with {CALLS_OF_A_DAY} calls a day and {EVENTS_OF_A_CALL} events each: {EVENTS_OF_A_CALL * CALLS_OF_A_DAY * 1000:,} entries, {day / 2**20:,.0f} MiB a day, "
        f"{day * 90 / 2**30:.0f} GiB in 90 days of `store.retention_days`. Leave room: your events bring more than the bench's do. "
        "The write-ahead log beside it stays below some 20 MiB."
    )
    yield ""


def _five9(found: Results) -> Iterator[str]:
    busy, idle = "Through the Five9 link", "Agents who do nothing"
    each = found.number(busy, FIVE9, "last hub: CPU µs each")
    more = found.number(idle, IDLE_FIVE9, "each 1,000 agents more")
    yield "## Agents at Five9"
    yield ""
    yield (
        "Each agent at Five9 is a login, a socket over TLS and a link of its own. The bench has a hub that serves the Five9 session to another hub, over TLS on one machine; what happens on the first hub's "
        "simulated floor is told to the pages of the first, or to those of the second. In milliseconds, 100 agents, 100 events/s:"
    )
    yield ""
    yield "| | p50 | p99 | longest |"
    yield "|---|---:|---:|---:|"
    for row, name in (
        (FLOOR, "one hub, the simulator's link"),
        (FIVE9, "two hubs, the Five9 link between them"),
    ):
        cells = " | ".join(found.cell(busy, row, column) for column in ("p50 ms", "p99 ms", "longest ms"))
        yield f"| {name} | {cells} |"
    yield ""
    yield (
        f"An event by a Five9 link costs its hub **{each:g} µs** of processor: half a core carries {0.5e6 / each:,.0f} a second. Agents who do nothing are pinged all the same: 1,000 of them cost "
        f"{more:g} s a minute, {more / 60:.1%} of a core, as reckoned from the step to 200 agents, the most that were measured."
    )
    yield ""


def _further(found: Results) -> Iterator[str]:
    back = found.cell("5,000 pages that come back", HUB, "s until all have what they missed")
    new = found.cell("Start of the process", "`cordboard serve`, simulated centre, new log", "s")
    old = found.cell(
        "Start of the process", "the same over a log of 20,000 entries that nothing was saved of", "s"
    )
    yield "## When all come back at once"
    yield ""
    yield (
        f"A hub that is started anew is ready after {new} s, and after {old} s if it was killed and has 20,000 entries to fold. 5,000 pages whose "
        f"connection was cut at the same moment all have what they missed {back} s after they begin to come back; each of them connects, "
        "shows its token and is told, one after the other, so it grows with the pages. Let clients wait a random moment before they come back, as ours do."
    )
    yield ""
    yield "## When to go further"
    yield ""
    yield (
        "- **The process has more than 60 % of a core for minutes**: p99 rises before the core is full. More cores do not help one hub; "
        "a faster one does."
    )
    yield (
        "- **More pages than one process should hold**, or a site that may not share another's fate: run a hub for each contact centre or site. "
        "A hub can have another one as its contact centre (the `native` link), so a hub in front of others shows them all."
    )
    yield "- **p99 is the disk's**: put the log on a local NVMe disk with nothing else on it."


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
