# ruff: noqa: FBT002 - the parameters of a word are its options
"""`cordboard trace`: the way of one contact, a step a line."""

from __future__ import annotations

import time
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer

from cordboard.cli.calling import authorization, call
from cordboard.cli.options import LOCAL, Data, TokenVariable, Url, printed
from cordboard.model.errors import CallerError

SCOPES = frozenset({"inspect", "tenant"})


def trace(
    contact: Annotated[
        str,
        typer.Argument(help="Its id, or what it is found by: a name, a number, a thread. The latest counts."),
    ],
    redacted: Annotated[
        bool, typer.Option("--redacted", help="Print JSON in which nobody is named, to pass on.")
    ] = False,
    url: Url = LOCAL,
    data: Data = None,
    token_env: TokenVariable = "",
) -> None:
    """Print the way of a contact: frames, entries, pages, commands, and the times between them."""
    header = authorization(url, SCOPES, data=data, variable=token_env)
    lines = call(
        url, "GET", f"/v1/inspect/contacts?{urlencode({'text': contact, 'limit': 20})}", None, header
    )["contacts"]
    line = next((item for item in lines if item["contact"] == contact), next(iter(lines), None))
    if line is None:
        raise CallerError("not-found", f"no contact fits {contact!r}")
    path = "/v1/inspect/contacts/" + "/".join(
        quote(part, safe="") for part in (*line["subject"].split("/", 1), line["contact"])
    )
    if redacted:
        printed(call(url, "GET", f"{path}/download", None, header))
        return
    way = call(url, "GET", path, None, header)
    for part in way["lines"]:
        typer.echo(f"{part['contact']}\t{part['subject']}\t{part['ended_by'] or part['phase']}")
    if way["unseen"]:
        typer.echo(f"and {way['unseen']} more that you may not see")
    for step in way["steps"]:
        typer.echo(_told(step))


def _told(step: dict[str, Any]) -> str:
    clock = time.strftime("%H:%M:%S", time.localtime(step["at"] / 1000))
    event, errand, frame = step["event"], step["errand"], step["frame"]
    place = f"{step['subject']}#{step['seq']}" if step["seq"] else step["subject"]
    columns = [
        f"{clock}.{step['at'] % 1000:03d}",
        f"+{step['gap']} ms",
        place,
        event["type"] if event else "-",
    ]
    if errand is not None:
        outcome = errand["outcome"] or {"outcome": "under way"}
        code = outcome.get("code") or outcome.get("reason") or ""
        columns.append(f"{errand['service']} by {errand['by'] or '?'}: {outcome['outcome']} {code}".strip())
    if frame is not None:
        columns.append(f"{frame['link']}: {frame['kind']} {frame['where']}".strip())
    if step["origin"]:
        columns.append(f"record {step['origin']}")
    if step["on_disk"] and step["appended"]:
        columns.append(f"on disk +{step['on_disk'] - step['appended']} ms")
    columns.extend(
        f"{told['protocol']}: {told['pages']} x {'?' if told['bytes'] is None else told['bytes']} B"
        for told in step["told"]
    )
    return "\t".join(columns)
