"""State diagrams as SVG, drawn from the tables of `cordboard.model.tables`. Nothing has to be loaded to see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import cos, hypot, pi, sin

from cordboard.model.entities import Availability, ConnectionState, Phase
from cordboard.model.tables import AGENT_MOVES, AGENT_STATES, CONNECTION_MOVES, PAUSING, PHASE_MOVES

Place = tuple[float, float]

_BOX = (118, 34)
"""How wide and high a state is drawn."""

_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1d2b33;text-anchor:middle}"
    ".small{font-size:11px;fill:#52636d}.title{font-weight:600}"
    ".label{paint-order:stroke;stroke:#fbfcfd;stroke-width:5px;stroke-linejoin:round}"
    ".box{fill:#eaf1f4;stroke:#1f4e5f;stroke-width:1.5}.dot{fill:#1f4e5f}.idle{fill:#b9c7ce}"
    ".arrow{fill:none;stroke:#b4532a;stroke-width:1.5;marker-end:url(#head)}"
)

_AGENT_PLACES: Mapping[Availability, Place] = {
    Availability.NULL: (90, 190),
    Availability.NOT_READY: (300, 80),
    Availability.READY: (300, 300),
    Availability.BUSY: (560, 300),
    Availability.WORKING_AFTER_CALL: (560, 80),
}

_PHASE_PLACES: Mapping[Phase, Place] = {
    Phase.OFFERED: (90, 90),
    Phase.DIALLING: (90, 310),
    Phase.ACTIVE: (360, 200),
    Phase.PAUSED: (360, 60),
    Phase.WRAP_UP: (630, 200),
    Phase.CLOSED: (850, 200),
}

_RING = (
    ConnectionState.NULL,
    ConnectionState.FAIL,
    ConnectionState.HOLD,
    ConnectionState.CONNECTED,
    ConnectionState.ALERTING,
    ConnectionState.QUEUED,
    ConnectionState.INITIATED,
)
"""Around the small pictures, clockwise from the top."""

_PANEL = (250, 240)
_CENTRE = (125, 142)
_RADIUS = 68
_PANELS = 4


def drawings() -> Mapping[str, str]:
    """Every diagram: its file name, and the SVG."""
    return {"agent-states.svg": agent_states(), "phases.svg": phases(), "connections.svg": connections()}


def agent_states() -> str:
    """What may follow what, and by which event. All arrows into a state are the events written in it."""
    into: dict[Availability, list[str]] = defaultdict(list)
    for kind, state in AGENT_STATES.items():
        into[state].append(kind.__name__)
    pairs = {
        (str(before), str(AGENT_STATES[kind])): ""
        for kind, befores in AGENT_MOVES.items()
        for before in sorted(befores)
        if before is not AGENT_STATES[kind]
    }
    places = {str(state): _AGENT_PLACES[state] for state in Availability}
    notes = {str(state): " ".join(names) for state, names in into.items()}
    return _svg(680, 380, _graph(places, pairs, notes, (170, 58)))


def phases() -> str:
    """The phases of a contact with the events that move it. ContactClosed closes it from every phase: drawn once."""
    moves = [(kind.__name__, pair) for kind, table in PHASE_MOVES.items() for pair in table.items()]
    moves.extend(("Held", pair) for pair in PAUSING.items())
    labels: dict[tuple[str, str], str] = defaultdict(str)
    for name, (before, after) in moves:
        if before is not after and after is not Phase.CLOSED:
            labels[str(before), str(after)] += f"{name} "
    labels[str(Phase.WRAP_UP), str(Phase.CLOSED)] = "ContactClosed"
    places = {str(phase): _PHASE_PLACES[phase] for phase in Phase}
    return _svg(930, 380, _graph(places, labels, {}))


def connections() -> str:
    """For each event a small picture: what it may do to a connection."""
    kinds = list(CONNECTION_MOVES)
    rows = -(-len(kinds) // _PANELS)
    parts: list[str] = []
    for number, kind in enumerate(kinds):
        x, y = number % _PANELS * _PANEL[0], number // _PANELS * _PANEL[1]
        moves = {(one, other) for one, other in CONNECTION_MOVES[kind] if one is not other}
        parts.append(f'<g transform="translate({x} {y})">')
        parts.extend(_panel(kind.__name__, moves))
        parts.append("</g>")
    return _svg(_PANEL[0] * _PANELS, _PANEL[1] * rows, parts)


def _panel(name: str, moves: set[tuple[ConnectionState, ConnectionState]]) -> Iterator[str]:
    yield f'<text class="title" x="{_CENTRE[0]}" y="24">{name}</text>'
    every = len(_RING) * (len(_RING) - 1)
    if len(moves) in (0, every):
        text = "changes no state" if not moves else "from any state to any"
        yield f'<text class="small" x="{_CENTRE[0]}" y="{_CENTRE[1]}">{text}</text>'
        moves = set()
    touched = {state for pair in moves for state in pair}
    places = {state: _on_ring(number, _RADIUS) for number, state in enumerate(_RING)}
    for one, other in sorted(moves):
        yield _arrow(places[one], places[other], (8, 8), shift=3 if (other, one) in moves else 0)[0]
    for number, (state, (x, y)) in enumerate(places.items()):
        yield f'<circle class="{"dot" if state in touched else "idle"}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
        lx, ly = _on_ring(number, _RADIUS + 11)
        anchor = "middle" if abs(lx - _CENTRE[0]) < 1 else "start" if lx > _CENTRE[0] else "end"
        yield f'<text class="small" style="text-anchor:{anchor}" x="{lx:.1f}" y="{ly + 4:.1f}">{state.value}</text>'


def _on_ring(number: int, radius: float) -> Place:
    angle = 2 * pi * number / len(_RING)
    return _CENTRE[0] + radius * sin(angle), _CENTRE[1] - radius * cos(angle)


def _graph(
    places: Mapping[str, Place],
    labels: Mapping[tuple[str, str], str],
    notes: Mapping[str, str],
    size: tuple[int, int] = _BOX,
) -> list[str]:
    half = (size[0] / 2, size[1] / 2)
    drawn = {
        (one, other): _arrow(places[one], places[other], half, shift=9 if (other, one) in labels else 0)
        for one, other in labels
    }
    parts = [path for path, _ in drawn.values()]
    for pair, (_, (x, y)) in drawn.items():
        parts.extend(_text(labels[pair], x, y + 4, "small label"))
    for state, (x, y) in places.items():
        note = notes.get(state, "")
        parts.append(
            f'<rect class="box" x="{x - half[0]:g}" y="{y - half[1]:g}" width="{size[0]}" height="{size[1]}" rx="8"/>'
        )
        inside = bool(note) and size is not _BOX
        parts.append(
            f'<text class="title" x="{x:g}" y="{y - half[1] + 18 if inside else y + 4.5:g}">{state}</text>'
        )
        lines = len(note.split())
        parts.extend(
            _text(note, x, y + 11 + (lines - 1) * 6.5 if inside else y + half[1] + 16 + lines * 6.5, "small")
        )
    return parts


def _text(words: str, x: float, y: float, style: str) -> Iterator[str]:
    """The words under each other, `y` being the middle of them."""
    lines = words.split()
    for number, line in enumerate(lines):
        yield f'<text class="{style}" x="{x:.1f}" y="{y + 13 * number - 6.5 * (len(lines) - 1):.1f}">{line}</text>'


def _arrow(start: Place, end: Place, half: Place, *, shift: float) -> tuple[str, Place]:
    """From one box's edge to the other's, moved sidewards by `shift`; and where its label stands."""
    length = hypot(end[0] - start[0], end[1] - start[1])
    ux, uy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    aside = (-uy * shift, ux * shift)
    out = _way_out(half, (ux, uy), aside)
    back = _way_out(half, (-ux, -uy), aside) + 2
    ax, ay = start[0] + aside[0] + ux * out, start[1] + aside[1] + uy * out
    bx, by = end[0] + aside[0] - ux * back, end[1] + aside[1] - uy * back
    # A little before the middle: of two opposite arrows each label then has a place of its own.
    part = 0.35 if shift else 0.5
    label = (ax + (bx - ax) * part, ay + (by - ay) * part)
    return f'<path class="arrow" d="M{ax:.1f} {ay:.1f}L{bx:.1f} {by:.1f}"/>', label


def _way_out(half: Place, direction: Place, aside: Place) -> float:
    """How far it is from beside the middle of a box to its edge."""
    ways = (
        (size - aside[axis] * (1 if direction[axis] > 0 else -1)) / abs(direction[axis])
        for axis, size in enumerate(half)
        if abs(direction[axis]) > 1e-9  # noqa: PLR2004 - parallel to that edge
    )
    return min(ways)


def _svg(width: int, height: int, parts: list[str]) -> str:
    head = '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<style>{_STYLE}</style>",
        f'<defs>{head}<path d="M0 0L8 4L0 8z" fill="#b4532a"/></marker></defs>',
        # A ground of its own: an image does not know whether the page around it is dark.
        f'<rect width="{width}" height="{height}" rx="8" fill="#fbfcfd"/>',
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
