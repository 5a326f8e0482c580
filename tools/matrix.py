"""The reference of the matrix: which link goes with which session in which scenario, from the data that its test plays."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from cordboard.app import installed_protocols
from cordboard.protocols.simulator.library import builtin_scenarios
from cordboard.testing.matrix import LINK_LOST, LOST_STORY, Cell, cells, everyday

BEGIN, END = "<!-- matrix: made by tools/generate.py -->", "<!-- /matrix -->"


def with_matrix(text: str) -> str:
    """The README with the matrix of today between its marks: what goes with what, and each cell that cannot be, with its reason."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        raise ValueError(f"README.md has to have the lines {BEGIN} and {END}")
    return "\n".join([f"{before}{BEGIN}", *_summary(), f"{END}{after}"])


def _summary() -> Iterator[str]:
    matrix = cells(installed_protocols("cordboard"))
    links = sorted({cell.link for cell in matrix})
    sessions = sorted({cell.session for cell in matrix})
    yield f"| from ↓ to → | {' | '.join(f'`{session}`' for session in sessions)} |"
    yield f"|---|{'---|' * len(sessions)}"
    for link in links:
        counts = []
        for session in sessions:
            own = [cell for cell in matrix if (cell.link, cell.session) == (link, session)]
            counts.append(f"{sum(not cell.reason for cell in own)} of {len(own)}")
        yield f"| `{link}` | {' | '.join(counts)} |"
    reasons: dict[str, list[Cell]] = {}
    for cell in matrix:
        if cell.reason:
            reasons.setdefault(cell.reason, []).append(cell)
    if not reasons:
        return
    yield ""
    yield "What is not played, and why:"
    yield ""
    for reason, cut in reasons.items():
        yield f"- {_named(cut, links, sessions)}: {reason}"


def _named(cut: list[Cell], links: list[str], sessions: list[str]) -> str:
    """The cells of one reason, without naming what they all have in common with everything."""
    stories = ", ".join(f"`{story}`" for story in dict.fromkeys(cell.scenario for cell in cut))
    from_, to = {cell.link for cell in cut}, {cell.session for cell in cut}
    words = [stories]
    if from_ != set(links):
        words.append("from " + ", ".join(f"`{link}`" for link in sorted(from_)))
    if to != set(sessions):
        words.append("to " + ", ".join(f"`{session}`" for session in sorted(to)))
    return " ".join(words)


def matrix_page() -> Iterator[str]:
    """The table, what is played, and why the rest cannot be."""
    matrix = cells(installed_protocols("cordboard"))
    part = everyday(matrix)
    playable = [cell for cell in matrix if not cell.reason]
    cords = list(dict.fromkeys((cell.link, cell.session) for cell in matrix))
    reasons = list(dict.fromkeys(cell.reason for cell in matrix if cell.reason))
    stories = list(dict.fromkeys(cell.scenario for cell in matrix))
    yield "# The matrix"
    yield ""
    yield (
        "Every link with every session in every scenario, end to end over real sockets: hubs are started, the scenario is played on "
        "the simulated centre, pages watch all its agents. A cell holds if the scenario goes as it says, if in the end every page "
        "shows what the switch itself says, and if every entry of the log got to every page once and in order."
    )
    yield ""
    yield (
        f"● is played by `make test` and by `make matrix`, ○ by `make matrix` alone ({len(playable)} cells, of which "
        f"{len(part)} are played each time: every two of a link, a session and a scenario together, and all that comes over TLS). A number is "
        "the reason why a cell is impossible."
    )
    yield ""
    yield f"| Scenario | {' | '.join(f'`{link}` → `{session}`' for link, session in cords)} |"
    yield f"|---|{'---|' * len(cords)}"
    for story in stories:
        row = {(cell.link, cell.session): cell for cell in matrix if cell.scenario == story}
        marks = [
            "●"
            if row[cord] in part
            else str(reasons.index(row[cord].reason) + 1)
            if row[cord].reason
            else "○"
            for cord in cords
        ]
        yield f"| `{story}` | {' | '.join(marks)} |"
    yield ""
    yield "## What is played"
    yield ""
    for name, text in builtin_scenarios().items():
        yield f"`{name}`"
        yield f":   {tomllib.loads(text)['about']}"
        yield ""
    yield f"`{LINK_LOST}`"
    yield f":   `{LOST_STORY}`, and in the middle of the call the link loses its vendor and comes back."
    yield ""
    if reasons:
        yield "## What is impossible, and why"
        yield ""
        for number, reason in enumerate(reasons, 1):
            yield f"{number}. {reason}"
