"""All words of the command line, and what they do in a line each."""

from __future__ import annotations

from importlib.metadata import version as installed_version

import typer

from cordboard.cli import (
    config,
    doctor,
    identity,
    links,
    maintenance,
    protocol,
    recordings,
    serving,
    sim,
    tail,
    trace,
)

program = typer.Typer(
    name="cordboard",
    help="Any contact-centre platform on one side, any CRM page on the other.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@program.command()
def version() -> None:
    """Say which version this is."""
    typer.echo(f"cordboard {installed_version('cordboard')}")


program.command()(serving.serve)
program.command()(serving.demo)
program.command()(doctor.doctor)
program.command()(tail.tail)
program.command()(trace.trace)
program.command()(recordings.record)
program.command()(recordings.replay)
program.add_typer(sim.group, name="sim")
program.add_typer(identity.tokens, name="token")
program.add_typer(identity.accounts, name="account")
program.add_typer(identity.keys, name="key")
program.add_typer(config.group, name="config")
program.add_typer(links.group, name="link")
program.add_typer(maintenance.group, name="maintenance")
program.add_typer(protocol.group, name="protocol")
