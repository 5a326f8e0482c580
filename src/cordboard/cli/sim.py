# ruff: noqa: PLR0917, FBT002 - the parameters of a word are its options
"""`cordboard sim`: run the simulated contact centre as a hub of its own, and drive one by its console."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer

from cordboard.cli.calling import authorization, call
from cordboard.cli.options import LOCAL, Data, TokenVariable, Url, group as words, printed
from cordboard.model.errors import CallerError

group = words("The simulated contact centre: run it, or drive one that runs.")

LOOK_AGAIN = 0.2
"""Seconds between two looks at a scenario that plays."""

Link = Annotated[str, typer.Option("--link", help="The simulator's link.")]


@group.command()
def serve(
    port: Annotated[int, typer.Option("--port", min=0, max=65_535)] = 8766,
    people: Annotated[
        bool, typer.Option("--people/--no-people", help="Callers and colleagues act by themselves.")
    ] = True,
    data: Annotated[Path, typer.Option("--data", help="The data folder.")] = Path(".data/sim"),
) -> None:
    """Run the simulated contact centre as a hub of its own, to be linked to by another hub."""
    from cordboard.app import serve as serve_settings  # noqa: PLC0415 - `--help` does without
    from cordboard.cli.serving import run  # noqa: PLC0415
    from cordboard.settings import parsed  # noqa: PLC0415

    settings = parsed(
        {
            "data": str(data),
            "web": {"port": port},
            "links": [{"name": "sim", "protocol": "simulator", "options": {"people": people}}],
        }
    )

    def ready(url: str) -> None:
        typer.echo(f"Simulated contact centre at {url}. Another hub links to it by these settings:")
        typer.echo(
            f'\n[[links]]\nname = "sim"\nprotocol = "native"\n[links.options]\nurl = "{url}"\napi_key_env = "SIM_KEY"\n'
        )
        typer.echo(
            f"and a key: export SIM_KEY=$(cordboard key add hub --data {data} -s tenant -s tenant:command)"
        )

    run(settings, lambda: serve_settings(settings, lambda app: ready(app.url)))


@group.command()
def ring(
    number: Annotated[str, typer.Argument(help="The caller's number.")],
    to: Annotated[str, typer.Argument(help="The queue's number or the agent's extension that they call.")],
    name: Annotated[str, typer.Option("--name", help="The caller's name.")] = "",
    patience: Annotated[
        int, typer.Option("--patience", help="Seconds that they wait; 0: the centre's usual.")
    ] = 0,
    link: Link = "sim",
    url: Url = LOCAL,
    data: Data = None,
    token_env: TokenVariable = "",
) -> None:
    """Let a customer call in."""
    params: dict[str, Any] = {"number": number, "to": to}
    if name:
        params["name"] = name
    if patience:
        params["patience"] = patience
    _console("POST", "act", link, url, data, token_env, {"name": "ring", "params": params})


@group.command()
def act(
    action: Annotated[str, typer.Argument(help="One of those that `cordboard sim actions` lists.")],
    params: Annotated[list[str] | None, typer.Argument(help="name=value …")] = None,
    link: Link = "sim",
    url: Url = LOCAL,
    data: Data = None,
    token_env: TokenVariable = "",
) -> None:
    """Do anything that an agent's phone, a customer or the world can do."""
    _console("POST", "act", link, url, data, token_env, {"name": action, "params": _pairs(params or [])})


@group.command()
def actions(link: Link = "sim", url: Url = LOCAL, data: Data = None, token_env: TokenVariable = "") -> None:
    """List what the centre can be told."""
    _console("GET", "actions", link, url, data, token_env)


@group.command()
def state(link: Link = "sim", url: Url = LOCAL, data: Data = None, token_env: TokenVariable = "") -> None:
    """Print the centre's own state."""
    _console("GET", "state", link, url, data, token_env)


@group.command()
def journal(
    after: Annotated[int, typer.Option("--after", min=0, help="Only records behind this one.")] = 0,
    link: Link = "sim",
    url: Url = LOCAL,
    data: Data = None,
    token_env: TokenVariable = "",
) -> None:
    """Print the centre's own journal."""
    _console("GET", f"journal?{urlencode({'after': after})}", link, url, data, token_env)


@group.command()
def scenario(
    name: Annotated[str, typer.Argument(help="The scenario; without it they are listed.")] = "",
    wait: Annotated[
        bool, typer.Option("--wait", help="Until it is over; 1 if it went otherwise than it expects.")
    ] = False,
    link: Link = "sim",
    url: Url = LOCAL,
    data: Data = None,
    token_env: TokenVariable = "",
) -> None:
    """Play a scenario."""
    if not name:
        _console("GET", "scenarios", link, url, data, token_env)
        return
    said = _asked("POST", "scenario", link, url, data, token_env, {"name": name})
    while wait and not said["over"]:
        time.sleep(LOOK_AGAIN)  # over plain HTTP a hub calls nobody: ask again
        said = _asked("GET", "scenario", link, url, data, token_env)
    printed(said)
    if wait and said["failures"]:
        raise typer.Exit(1)


@group.command()
def fault(
    faults: Annotated[
        list[str] | None,
        typer.Argument(help="name=value …: drop, delay, duplicate, reorder, refuse, silent, speed"),
    ] = None,
    link: Link = "sim",
    url: Url = LOCAL,
    data: Data = None,
    token_env: TokenVariable = "",
) -> None:
    """Make the wire between hub and centre a bad one, or the clock a fast one."""
    _console(
        "POST",
        "fault",
        link,
        url,
        data,
        token_env,
        {name: _typed(value) for name, value in _pairs(faults or []).items()},
    )


def _console(
    method: str, door: str, link: str, url: str, data: Path | None, variable: str, body: object = None
) -> None:
    printed(_asked(method, door, link, url, data, variable, body))


def _asked(
    method: str, door: str, link: str, url: str, data: Path | None, variable: str, body: object = None
) -> Any:  # noqa: ANN401 - whatever a door answers
    header = authorization(url, frozenset({"simulate"}), data=data, variable=variable)
    return call(url, method, f"/links/{quote(link, safe='')}/console/{door}", body, header)


def _pairs(texts: list[str]) -> dict[str, str]:
    for text in texts:
        if "=" not in text:
            raise CallerError("bad-field", f"{text!r} is no name=value")
    return dict(text.split("=", 1) for text in texts)


def _typed(text: str) -> bool | int | float | str:
    """A value as the console's JSON wants it."""
    if text in {"true", "false"}:
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
