# ruff: noqa: PLR0917, FBT002 - the parameters of a word are its options
"""`cordboard record` and `cordboard replay`: a link's frames out of a running hub into a file, and out of the file into a hub."""

from __future__ import annotations

import asyncio
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import msgspec
import typer

from cordboard.cli.calling import authorization, call
from cordboard.cli.options import LOCAL, Data, TokenVariable, Url
from cordboard.model.errors import CallerError

if TYPE_CHECKING:
    from cordboard.app import App

SCOPES = frozenset({"inspect", "tenant"})


def record(
    link: Annotated[str, typer.Argument(help="The link's name, as the settings have it.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write: <story>.jsonl.")],
    source: Annotated[
        str,
        typer.Option(
            "--source", help="Who was at the other end: vendor, documents, third-party, own or guess."
        ),
    ] = "guess",
    by: Annotated[str, typer.Option("--by", help="The program at the other end, and its version.")] = "",
    obtained: Annotated[str, typer.Option("--obtained", help="How it was got, in a sentence.")] = "",
    as_is: Annotated[
        bool,
        typer.Option(
            "--as-is", help="Replace nothing: for what is simulated. Secrets are left out all the same."
        ),
    ] = False,
    url: Url = LOCAL,
    data: Data = None,
    token_env: TokenVariable = "",
) -> None:
    """Write what a link was told since it last began, as its hub's flight recorder has it."""
    from cordboard.kit import recording as r  # noqa: PLC0415 - `--help` does without

    header = authorization(url, SCOPES, data=data, variable=token_env)
    path = f"/v1/inspect/recordings/{quote(link, safe='')}{'?as-is=1' if as_is else ''}"
    taken = call(url, "GET", path, None, header)
    try:
        provenance = msgspec.convert(
            {
                "protocol": taken["protocol"],
                "end": "link",
                "story": out.stem,
                "source": source,
                "obtained": obtained or f"cordboard record, of link {link}",
                "date": time.strftime("%Y-%m-%d", time.gmtime()),
                "by": f"{by}, cordboard {version('cordboard')}".removeprefix(", "),
                "changed": taken["changed"],
                "settings": taken["settings"],
                "scope": taken["scope"],
            },
            r.Provenance,
        )
    except msgspec.ValidationError as error:
        raise CallerError("bad-field", f"--source: {error}", {"field": "source"}) from None
    steps = msgspec.convert(taken["steps"], tuple[r.Step, ...])
    text = r.dumps(r.Recording(provenance=provenance, steps=steps))
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CallerError("bad-field", f"cannot write {out}: {error.strerror}", {"field": "out"}) from None
    typer.echo(f"{len(steps)} steps of link {link} in {out}")


def replay(
    file: Annotated[Path, typer.Argument(help="A recording of a link.")],
    speed: Annotated[
        float, typer.Option("--speed", min=0, help="Recorded seconds in a real one; 0 for no pauses.")
    ] = 1.0,
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0 takes a free one.")] = 8765,
    agent: Annotated[
        str, typer.Option("--agent", help="Whose page needs no password, from this machine.")
    ] = "",
    once: Annotated[
        bool, typer.Option("--once", help="Stop at the end, and say what was told of whom.")
    ] = False,
) -> None:
    """Play a recording into a fresh hub, where pages can watch it."""
    from cordboard.app import running, serve  # noqa: PLC0415 - `--help` does without
    from cordboard.app.logs import configure  # noqa: PLC0415
    from cordboard.app.replay import begun, replay_settings, replaying  # noqa: PLC0415
    from cordboard.kit.recording import loads  # noqa: PLC0415

    try:
        recording = loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CallerError("bad-field", f"cannot read {file}: {error.strerror}", {"field": "file"}) from None

    async def played(folder: str) -> None:
        over = asyncio.Event()
        ways = replaying(recording, speed, over.set)
        settings = replay_settings(folder, port, agent)
        if once:
            async with running(settings, ways=ways) as app:
                await begun(app, recording)
                await over.wait()
                await app.hub.settled()
                _told(app)
        else:
            await serve(
                settings, lambda app: _ready(app, file), beside=lambda app: begun(app, recording), ways=ways
            )

    with tempfile.TemporaryDirectory(prefix="cordboard-") as folder:
        configure(replay_settings(folder, port, agent).log)
        asyncio.run(played(folder))


def _ready(app: App, file: Path) -> None:
    typer.echo(
        f"{file.name} plays at {app.url}: look at {app.url}/inspector/ or {app.url}/desk/. Stop with Ctrl-C."
    )


def _told(app: App) -> None:
    for subject, state in sorted(app.hub.states.items()):
        if state.seq:
            typer.echo(
                f"{subject}\t{state.seq} entries\t{len(state.contacts)} open contacts, {len(state.recent)} closed"
            )
