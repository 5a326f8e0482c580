# ruff: noqa: PLR0917, FBT002 - the parameters of a word are its options
"""`cordboard doctor`: what is wrong, in one line each, with what to do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated

import typer

from cordboard.cli.options import Config, Data, printed, settings_of
from cordboard.model.errors import CallerError

if TYPE_CHECKING:
    from cordboard.app.doctor import Finding


def doctor(
    config: Config = None,
    data: Data = None,
    url: Annotated[
        str,
        typer.Option("--url", help="Ask the hub that runs there; without --config and --data, nothing else."),
    ] = "",
    offline: Annotated[
        bool, typer.Option("--offline", help="Settings and disk only: go to no host, ask no hub.")
    ] = False,
    login: Annotated[
        bool,
        typer.Option(
            "--login",
            help="Let each link log in for a try. A vendor that allows one login an agent may end a running hub's for it.",
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at settings, disk, log, network, vendors and, where it runs, the hub: a line for each finding, with what to do.

    The exit code is 1 if any of them is an error, else 0.
    """
    findings = asyncio.run(_told(config, data, url, offline=offline, login=login, silent=json))
    counts = Counter(finding.level for finding in findings)
    if json:
        printed({"findings": findings, "counts": counts})
    else:
        typer.echo(
            f"{len(findings)} looked at: {counts['error']} error(s), {counts['warning']} warning(s), {counts['note']} note(s)"
        )
    raise typer.Exit(1 if counts["error"] else 0)


async def _told(
    config: Config, data: Data, url: str, *, offline: bool, login: bool, silent: bool
) -> list[Finding]:
    """All findings, each printed when it is found unless `silent`."""
    findings = []
    async for finding in _found(config, data, url, offline=offline, login=login):
        findings.append(finding)
        if not silent:
            typer.echo(finding.line)
    return findings


async def _found(
    config: Config, data: Data, url: str, *, offline: bool, login: bool
) -> AsyncIterator[Finding]:
    from cordboard.app.doctor import examination, examination_of_hub  # noqa: PLC0415 - `--help` does without
    from cordboard.app.doctor.findings import found  # noqa: PLC0415
    from cordboard.app.logs import configure  # noqa: PLC0415
    from cordboard.settings import LogSettings  # noqa: PLC0415

    configure(LogSettings(level="error"))
    try:
        settings = settings_of(config, data)
    except CallerError as error:
        yield found("settings-wrong", str(error.details.get("field", "settings")), error.message)
        return
    if config is not None or data is not None or not url:
        async for finding in examination(settings, network=not offline, login=login):
            yield finding
    if url:
        async for finding in examination_of_hub(settings, url):
            yield finding
