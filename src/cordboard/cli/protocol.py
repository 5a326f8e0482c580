"""`cordboard protocol`: begin a protocol of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from cordboard.cli.options import group as words
from cordboard.model.errors import CallerError

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
LONGEST = 24
SUFFIX = ".template"

group = words("Write a CTI protocol of your own.")


@group.command()
def new(
    name: Annotated[str, typer.Argument(help="What the protocol is called: a-z, 0-9 and hyphens.")],
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where to make it. Without it: cordboard-NAME, here.")
    ] = None,
    title: Annotated[str, typer.Option("--title", help="What people call it. Without it: the name.")] = "",
) -> None:
    """Make a package with both ends of a small protocol that works, and tests that prove it, to begin from."""
    where = folder or Path(f"cordboard-{name}")
    made = make(name, where, title or name.replace("-", " ").title())
    typer.echo(
        f"{len(made)} files in {where}. Its README.md says what to change first. To see that it works:"
    )
    typer.echo(f"  cd {where} && pip install --editable '.[test]' && pytest")


def make(name: str, folder: Path, title: str) -> list[Path]:
    """The files of a new protocol, written. `CallerError` naming what is wrong with name or folder."""
    if not NAME.match(name) or len(name) > LONGEST:
        raise CallerError(
            "bad-field",
            f"{name!r}: a name is made of a-z, 0-9 and hyphens, begins with a letter and has at most {LONGEST} characters",
            {"field": "name"},
        )
    if name in {item.name for item in entry_points(group="cordboard.protocols")}:
        raise CallerError(
            "bad-field",
            f"a protocol {name!r} is installed already: name yours otherwise, or Cordboard could not tell them apart",
            {"field": "name"},
        )
    if any(not char.isprintable() or char in '"\\' for char in title):
        raise CallerError("bad-field", "a title has no quotes and stands on one line", {"field": "title"})
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CallerError("bad-field", f"{folder} is not empty: name another folder", {"field": "folder"})
    package = f"cordboard_{name.replace('-', '_')}"
    given = {
        "name": name,
        "title": title,
        "package": package,
        "Name": "".join(part.capitalize() for part in name.split("-")),
        "variable": f"{name.replace('-', '_').upper()}_PASSWORD",
    }
    made = []
    for parts, text in _templates(files("cordboard.cli") / "skeleton", ()):
        place = ("src", package, *parts[1:]) if parts[0] == "package" else parts
        path = folder.joinpath(*place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(text).substitute(given), encoding="utf-8")
        made.append(path)
    return made


def _templates(folder: Traversable, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every template: where it goes, and its text."""
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _templates(item, (*above, item.name))
        elif item.name.endswith(SUFFIX):
            yield (*above, item.name.removesuffix(SUFFIX)), item.read_text(encoding="utf-8")
