# ruff: noqa: FBT002 - the parameters of a word are its options
"""`cordboard serve` and `cordboard demo`: run a hub until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import shutil
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cordboard.cli.options import LOCAL, Config, Data, settings_of

if TYPE_CHECKING:
    from cordboard.app import App
    from cordboard.settings import Settings


def serve(config: Config = None, data: Data = None) -> None:
    """Run a hub by its settings."""
    _begin()
    with _without_rich():
        from cordboard.app import serve as serve_settings  # noqa: PLC0415 - `--help` does without

    settings = settings_of(config, data)
    run(settings, lambda: serve_settings(settings, lambda app: typer.echo(f"Cordboard at {app.url}")))


def demo(
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0 takes a free one.")] = 8765,
    people: Annotated[
        bool, typer.Option("--people/--no-people", help="Callers and colleagues act by themselves.")
    ] = True,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Keep the log here; without it everything is gone afterwards."),
    ] = None,
) -> None:
    """Run a simulated contact centre and a page whose phone rings."""
    _begin()
    with _without_rich():
        from cordboard.app import serve as serve_settings  # noqa: PLC0415 - `--help` does without
    from cordboard.app.demo import AGENT, EXTENSION, caller, demo_settings  # noqa: PLC0415

    with (
        nullcontext(str(data))
        if data is not None
        else tempfile.TemporaryDirectory(prefix="cordboard-") as folder
    ):
        settings = demo_settings(folder, port, people=people)

        def ready(app: App) -> None:
            typer.echo(
                f"\n  Open {app.url}/desk/ and set yourself ready: your phone rings within ten seconds.\n"
            )
            typer.echo(
                f"  A CRM with the panel beside it: {app.url}/crm/native/ and, over Streams, /crm/streams/."
            )
            typer.echo(f"  You are {AGENT}. The other agents and the callers are at {app.url}/console/.")
            typer.echo(f"  What goes on between them, frame by frame: {app.url}/inspector/.")
            where = "" if app.url == LOCAL else f" --url {app.url}"
            typer.echo(f"  From another terminal: {called()} sim ring '+44 20 7946 0104' {EXTENSION}{where}")
            typer.echo("  Stop with Ctrl-C.\n")

        run(settings, lambda: serve_settings(settings, ready, beside=caller))


def called() -> str:
    """How this program is started from another terminal: by its name where that is found, else as it was."""
    name = Path(sys.argv[0]).name
    return name if shutil.which(name) else sys.argv[0]


def run(settings: Settings, main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run on uvloop, with the log set up."""
    import uvloop  # noqa: PLC0415 - `--help` does without

    from cordboard.app.logs import configure  # noqa: PLC0415

    configure(settings.log)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


def _begin() -> None:
    """What is loaded now stays: until the hub is ready (`app.serve`), no looking for garbage. It is a twelfth of a start."""
    gc.disable()


@contextmanager
def _without_rich() -> Iterator[None]:
    """What is imported meanwhile finds no `rich`. structlog takes it where it is, for tracebacks that show the values of variables;
    ours never do (`app.logs`), and loading it is a twelfth of a start.
    """
    if "rich" in sys.modules:
        yield
        return
    sys.modules["rich"] = None  # type: ignore[assignment] # Python's own way of saying that there is no such module
    try:
        yield
    finally:
        del sys.modules["rich"]
