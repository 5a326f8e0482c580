"""`cordboard link`: how a running hub's links are, and a fresh start for one that waits for a person."""

from __future__ import annotations

import time
from typing import Annotated
from urllib.parse import quote

import typer

from cordboard.cli.calling import authorization, call
from cordboard.cli.options import LOCAL, Data, TokenVariable, Url, group as words

group = words("Links of a running hub: how they are, and a fresh start for one.")

SCOPES = frozenset({"operate"})


@group.command("list")
def link_list(url: Url = LOCAL, data: Data = None, token_env: TokenVariable = "") -> None:
    """Print each link: its name, protocol, state, since when, and why."""
    header = authorization(url, SCOPES, data=data, variable=token_env)
    for link in call(url, "GET", "/v1/links", None, header)["links"]:
        typer.echo(_line(link))


@group.command("restart")
def link_restart(
    name: Annotated[str, typer.Argument(help="The link, as the settings name it.")],
    url: Url = LOCAL,
    data: Data = None,
    token_env: TokenVariable = "",
) -> None:
    """End a link and begin it anew at once: one that waits for a person (`login`, `gave-up`), or any other.

    A secret that its options take from a file is read again.
    """
    header = authorization(url, SCOPES, data=data, variable=token_env)
    typer.echo(_line(call(url, "POST", f"/v1/links/{quote(name, safe='')}/restart", None, header)))


def _line(link: dict[str, str | int]) -> str:
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(int(link["since"]) / 1000))
    why = f"\t{link['reason']}" if link["reason"] else ""
    return f"{link['link']}\t{link['protocol']}\t{link['state']}\t{since}{why}"
