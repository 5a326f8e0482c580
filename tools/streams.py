"""The reference of the Streams session: its requests, and each method of the library, from the tables that the tests run."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, cast

from cordboard.contract import Route
from cordboard.protocols.streams import methods, protocol, routes

TITLES = {
    "Connection": "Connection, tried on the customer's",
    "VoiceConnection": "VoiceConnection, tried on the agent's own",
}


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
    yield from _requests()
    yield from _methods()
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


def _methods() -> Iterator[str]:
    yield "## Methods of 2.28.2"
    yield ""
    yield (
        "A browser test calls each with the real library and compares. Values are those of its story: Mia talks to a caller of the "
        "queue Bookings."
    )
    yield ""
    for of, rows in cast("Mapping[str, Mapping[str, dict[str, Any]]]", _toml("coverage.toml")).items():
        yield f"### {TITLES.get(of, of)}"
        yield ""
        if "*" in rows:
            yield rows["*"]["never"]
            yield ""
            continue
        yield "| Method | |"
        yield "|---|---|"
        yield from (f"| `{name}` | {_told(row)} |" for name, row in rows.items())
        yield ""


def _told(row: Mapping[str, Any]) -> str:
    match row:
        case {"gives": text}:
            return f"gives `{text}`".replace("|", "\\|")
        case {"like": pattern}:
            return f"gives a text like `{pattern}`"
        case {"millis": True}:
            return "gives milliseconds, right even if the page's clock is wrong"
        case {"count": count}:
            return f"gives {count} of them"
        case {"raised": raised}:
            return "is raised" if raised else "is never raised in the story; the subscription works"
        case {"rejects": [_, part]} | {"fails": [_, part]} | {"throws": [_, part]}:
            how = next(iter(row))
            return f"{how}: {part}" if part else how
        case _:
            return "works"


def _sentence(text: str, *, capital: bool = True) -> str:
    first = text[0].upper() if capital else text[0]
    return first + text[1:] + ("" if text.endswith(".") else ".")


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("cordboard.protocols.streams").joinpath(name).read_text(encoding="utf-8"))
