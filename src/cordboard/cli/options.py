"""Options that several words share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

if TYPE_CHECKING:
    from cordboard.settings import Settings

Config = Annotated[
    Path | None, typer.Option("--config", "-c", envvar="CORDBOARD_CONFIG", help="The settings, a TOML file.")
]
Data = Annotated[
    Path | None, typer.Option("--data", help="The data folder, in place of the one that the settings name.")
]
Url = Annotated[str, typer.Option("--url", envvar="CORDBOARD_URL", help="Where Cordboard runs.")]
TokenVariable = Annotated[
    str, typer.Option("--token-env", help="The environment variable that holds a token to show.")
]
LOCAL = "http://127.0.0.1:8765"


def settings_of(config: Path | None, data: Path | None) -> Settings:
    """The settings of the file and the environment, with the data folder of the command line if it names one."""
    from cordboard.settings import load  # noqa: PLC0415 - `--help` does without

    settings = load(config)
    return msgspec.structs.replace(settings, data=str(data)) if data is not None else settings


def group(text: str) -> typer.Typer:
    """A word with words of its own."""
    return typer.Typer(help=text, no_args_is_help=True, rich_markup_mode=None)


def printed(value: Any) -> None:  # noqa: ANN401 - whatever a door answered
    """Print an answer as JSON, one field a line."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
