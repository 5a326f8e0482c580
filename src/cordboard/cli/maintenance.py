# ruff: noqa: PLR0917, FBT002 - the parameters of a word are its options
"""`cordboard maintenance`: announce a hub's maintenance, start it, complete it; or call it off."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
import typer

from cordboard.cli.calling import authorization, call
from cordboard.cli.options import LOCAL, Data, TokenVariable, Url, group as words, printed
from cordboard.model.errors import CallerError

group = words("Planned maintenance of a running hub: tell its clients what comes, and where to go.")

SCOPES = frozenset({"operate"})
HTTPS = 443

To = Annotated[
    str, typer.Option("--to", help="Where clients are to go: host, or host:port. Said once, it holds.")
]
Here = Annotated[bool, typer.Option("--here", help="Clients stay with this hub, whatever was said before.")]
Text = Annotated[str | None, typer.Option("--text", help="What people are to read.")]


@group.command()
def announce(
    minutes: Annotated[
        float, typer.Option("--in", min=0, max=43_200, help="Minutes until it is going to start.")
    ] = 10,
    text: Text = None,
    to: To = "",
    here: Here = False,
    url: Url = LOCAL,
    data: Data = None,
    token_env: TokenVariable = "",
) -> None:
    """Say that maintenance is to come. Nothing starts by itself."""
    _ordered({"do": "announce", "after": round(minutes * 60_000)}, text, to, here, url, data, token_env)


@group.command()
def start(
    graceful: Annotated[
        bool, typer.Option("--graceful/--forced", help="Whether clients may finish what they do.")
    ] = True,
    text: Text = None,
    to: To = "",
    here: Here = False,
    url: Url = LOCAL,
    data: Data = None,
    token_env: TokenVariable = "",
) -> None:
    """Start it: clients that know how begin to leave."""
    _ordered({"do": "start", "graceful": graceful}, text, to, here, url, data, token_env)


@group.command()
def complete(
    text: Text = None,
    to: To = "",
    here: Here = False,
    url: Url = LOCAL,
    data: Data = None,
    token_env: TokenVariable = "",
) -> None:
    """Complete it: clients that are still here begin anew, there or here."""
    _ordered({"do": "complete"}, text, to, here, url, data, token_env)


@group.command()
def cancel(url: Url = LOCAL, data: Data = None, token_env: TokenVariable = "") -> None:
    """Call off what was announced, or send clients elsewhere no longer."""
    _ordered({"do": "cancel"}, None, "", False, url, data, token_env)  # noqa: FBT003 - `here`, as above


@group.command()
def show(url: Url = LOCAL, data: Data = None, token_env: TokenVariable = "") -> None:
    """Print how it is."""
    header = authorization(url, SCOPES, data=data, variable=token_env)
    printed(call(url, "GET", "/v1/maintenance", None, header))


def _ordered(
    order: dict[str, Any],
    text: str | None,
    to: str,
    here: bool,  # noqa: FBT001 - an option
    url: str,
    data: Path | None,
    variable: str,
) -> None:
    if to and here:
        raise CallerError("bad-field", "--to and --here are two answers to one question", {"field": "to"})
    if to or here:
        order["to"] = _address(to) if to else None
    if text is not None:
        order["text"] = text
    header = authorization(url, SCOPES, data=data, variable=variable)
    printed(call(url, "POST", "/v1/maintenance", order, header))


def _address(text: str) -> dict[str, Any]:
    from cordboard.hub.maintenance import Address  # noqa: PLC0415 - `--help` does without

    try:
        parts = urlsplit(f"//{text}")
        plain = parts.netloc == text and parts.username is None
        host, port = parts.hostname or "", parts.port
        found = {"host": f"[{host}]" if ":" in host else host, "port": HTTPS if port is None else port}
        msgspec.convert(found, Address)
    except ValueError:  # msgspec's as well
        plain, found = False, {}
    if not plain:
        raise CallerError("bad-field", f"--to: {text!r} is no host or host:port", {"field": "to"})
    return found
