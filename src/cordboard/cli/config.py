"""`cordboard config`: look at settings before anything runs with them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cordboard.cli.options import group as words

group = words("Look at settings.")


@group.command()
def check(file: Annotated[Path, typer.Argument(help="The settings, a TOML file.")]) -> None:
    """Say whether Cordboard would start with these settings, and if not, what to change."""
    from cordboard.app import checked  # noqa: PLC0415 - `--help` does without
    from cordboard.settings import load  # noqa: PLC0415

    settings = load(file)
    checked(settings)
    typer.echo(
        f"{file} is fine: {len(settings.links)} link(s), store {settings.store.kind}, data in {settings.data}"
    )


@group.command()
def show() -> None:
    """List every setting with its default and the environment variable that sets it."""
    from cordboard.settings import reference  # noqa: PLC0415 - `--help` does without

    for row in reference():
        typer.echo(
            f"{row.name} = {row.default or '(needed)'}" + (f"    # {row.variable}" if row.variable else "")
        )
        typer.echo(f"    {row.text} ({row.kind})")
