# ruff: noqa: PLR0917, FBT002 - the parameters of a word are its options
"""`cordboard tail`: the entries of a subject, from a running hub or from the file of a store."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import msgspec
import typer

from cordboard.cli.calling import authorization, call, subject_path
from cordboard.cli.options import LOCAL, Data, TokenVariable, Url
from cordboard.model.errors import CallerError
from cordboard.model.ids import Subject as SubjectId, is_subject, subject_id


def tail(
    subject: Annotated[str, typer.Argument(help="agent/<id>, team/<id> or queue/<id>.")],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for what comes.")] = False,
    store: Annotated[
        Path | None,
        typer.Option("--store", help="Read the file of a store, whether or not a hub has it open."),
    ] = None,
    url: Url = LOCAL,
    data: Data = None,
    token_env: TokenVariable = "",
) -> None:
    """Print the log of a subject, one entry a line."""
    if not is_subject(subject):
        raise CallerError(
            "bad-subject", f"{subject!r} is no subject: give agent/<id>, team/<id> or queue/<id>"
        )
    if store is not None:
        _from_file(subject, store, follow=follow)
    else:
        _from_hub(subject, url, data, token_env, follow=follow)


def _from_hub(subject: str, url: str, data: Path | None, variable: str, *, follow: bool) -> None:
    agent = subject_id(SubjectId(subject)) if subject.startswith("agent/") else ""
    header = authorization(url, frozenset({"tenant"}), data=data, variable=variable, agent=agent)
    place: dict[str, Any] = {}
    while True:
        answer = call(url, "GET", f"{subject_path(subject)}/entries?{urlencode(place)}", None, header)
        for entry in answer["entries"]:
            _print(entry["seq"], entry["at"], entry["event"])
        place = {"after": answer["position"]}
        if not answer["more"]:
            if not follow:
                return
            time.sleep(0.5)  # over plain HTTP a hub calls nobody: ask again


def _from_file(subject: str, file: Path, *, follow: bool) -> None:
    query = "SELECT seq, at, body FROM log WHERE subject = ? AND seq > ? ORDER BY seq"
    reached = 0
    try:
        connection = sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)
        try:
            while True:
                for seq, at, body in connection.execute(query, (subject, reached)):
                    _print(seq, at, msgspec.json.decode(body))
                    reached = seq
                if not follow:
                    return
                time.sleep(0.5)  # a file tells nobody that it grew
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise CallerError(
            "bad-field", f"{file} is not the file of a store that can be read: {error}"
        ) from None


def _print(seq: int, at: int, event: dict[str, Any]) -> None:
    clock = time.strftime("%H:%M:%S", time.localtime(at / 1000))
    rest = {name: value for name, value in event.items() if name not in {"type", "at"}}
    typer.echo(
        f"{seq}\t{clock}.{at % 1000:03d}\t{event.get('type', '?')}\t{msgspec.json.encode(rest).decode()}"
    )
