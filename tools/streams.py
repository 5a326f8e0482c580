"""The reference of the Streams session: its requests, each member of the library, and what changed since 1.x, from the tables that the
tests run.
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, cast

from cordboard.contract import Route
from cordboard.protocols.streams import methods, protocol, routes

AREAS = ("agent", "contact", "connection", "connect", "core", "apps", "objects", "media", "inner")
SHORT = 70
"""The longest call that is shown before what it gives."""


def streams_page() -> Iterator[str]:
    """What a page that was written for Amazon Connect can ask for, and what it gets."""
    promise = _toml("protocol.toml")
    yield "# Amazon Connect Streams"
    yield ""
    yield (
        "How to run such a page is told in [Run a page written for Amazon Connect](../how-to/streams.md). Tier: "
        f"{promise['tier']}. Tried with `amazon-connect-streams` {', '.join(promise['provenance']['versions'])}, unmodified, in "
        "Chromium; never against Amazon's own CCP."
    )
    yield ""
    yield "## Doors"
    yield ""
    yield "| Address | |"
    yield "|---|---|"
    for route in routes.ROUTES:
        yield f"| `{route.path}` | {_door(route)} |"
    yield ""
    yield (
        "[Every member of 2.28.2](streams-members.md), and what it gives, has a page of its own; so has [the manual of 1.x](streams-1x.md), sample "
        "by sample."
    )
    yield ""
    yield from _requests()
    yield "## What is not possible"
    yield ""
    yield from (f"`{name}`\n:   {_sentence(why)}\n" for name, why in promise["impossible"].items())
    yield (
        "Events of the model that the session has no word for: "
        + ", ".join(f"`{name}`" for name in sorted(protocol.ignores))
        + "."
    )


def _door(route: Route) -> str:
    if route.page:
        return "A page that allowed origins may embed." if route.embed else "A page."
    return "The page's own socket." if route.kind == "ws" else "Signs out."


def _requests() -> Iterator[str]:
    yield "## Requests"
    yield ""
    yield inspect.cleandoc(methods.__doc__ or "")
    yield ""
    yield "| Request | What becomes of it | Commands |"
    yield "|---|---|---|"
    for name, row in methods.METHODS.items():
        services = ", ".join(f"`{kind.__name__}`" for kind in row.services)
        yield f"| `{name}` | {row.does or 'Fails: ' + _sentence(row.fails, capital=False)} | {services} |"
    yield ""


def members_page() -> Iterator[str]:
    """Every public member of the library, and what comes of it."""
    yield "# Streams: every member of 2.28.2"
    yield ""
    yield (
        "All that `connect` has, down to its enumerations. A browser test finds the members in the library itself, calls each and compares. Values "
        "are those of its story: Mia talks to a caller of the queue Bookings. `connect.ChatSession` and its like are of other libraries of "
        "Amazon's, which Cordboard does not stand behind."
    )
    yield ""
    for area in AREAS:
        for of, rows in cast("dict[str, dict[str, Any]]", _toml(f"coverage/{area}.toml")).items():
            yield from _section(of, rows)
    yield "## Enumerations"
    yield ""
    yield "Each has these values in the library, and Cordboard says no others."
    yield ""
    yield "| Enumeration | Values |"
    yield "|---|---|"
    for of, values in cast("dict[str, dict[str, object]]", _toml("coverage/enumerations.toml")).items():
        yield f"| `{of}` | {', '.join(f'`{value}`' for value in values.values())} |"


def since_page() -> Iterator[str]:
    """The manual of 1.x, sample by sample."""
    found = _toml("samples.toml")
    yield "# Streams: the manual of 1.x"
    yield ""
    yield (
        "For pages that were written from the manual of 1.x. A browser test cuts each of its code samples out, fills in what the manual leaves to "
        "the reader, and runs it on Cordboard with 2.28.2 and with 1.4.5. Of the "
        f"{len(found['sample'])} samples {sum(_changed(row) for row in found['sample'].values())} do something else today than the manual "
        "says, or do it in another way on Cordboard; the others work unchanged."
    )
    yield ""
    yield "One has a misprint: in `agent.setConfiguration(config {` a comma is missing after `config`."
    yield ""
    yield "| Sample | With 2.28.2 on Cordboard |"
    yield "|---|---|"
    for name, row in found["sample"].items():
        told = [row[key] for key in ("since", "here") if key in row]
        yield f"| `{name}` | {' '.join(told) or 'Works unchanged.'} |"
    yield ""
    yield "With 1.4.5 itself:"
    yield ""
    for name, row in found["sample"].items():
        if "old" in row:
            yield f"- `{name}`: {row['old']['told']}"


def _changed(row: Mapping[str, Any]) -> bool:
    return "since" in row or "here" in row


def _section(of: str, rows: dict[str, Any]) -> Iterator[str]:
    about = rows.pop("_")
    members = rows.pop("members", [])
    yield f"## {about.get('title', of)}"
    yield ""
    if "never" in about:
        names = ", ".join(f"`{name}`" for name in members)
        yield about["never"] + (f" Its members: {names}." if names else "")
        yield ""
        return
    yield "| Member | |"
    yield "|---|---|"
    yield from (f"| `{name}` | {_told(row)}{_noted(row)} |" for name, row in rows.items())
    yield ""


def _noted(row: Mapping[str, Any]) -> str:
    return f". {row['note']}" if "note" in row else ""


def _told(row: Mapping[str, Any]) -> str:
    call = row.get("call", "")
    shown = f"`{_cell(call)}` " if 0 < len(call) <= SHORT else ""
    match row:
        case {"gives": text}:
            return f"{shown}gives `{_cell(text)}`"
        case {"like": pattern}:
            return f"{shown}gives a text like `{_cell(pattern)}`"
        case {"millis": True}:
            return "gives milliseconds, right even if the page's clock is wrong"
        case {"count": count}:
            return f"gives {count} of them"
        case {"raised": raised}:
            return "is raised" if raised else "is never raised in the story; the subscription works"
        case {"silent": why} | {"never": why}:
            return f"is never raised. {why}" if "silent" in row else str(why)
        case {"rejects": [_, part]} | {"fails": [_, part]} | {"throws": [_, part]}:
            return f"{next(iter(row))}: {part}"
        case _:
            return "works"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _sentence(text: str, *, capital: bool = True) -> str:
    first = text[0].upper() if capital else text[0]
    return first + text[1:] + ("" if text.endswith(".") else ".")


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("cordboard.protocols.streams").joinpath(name).read_text(encoding="utf-8"))
