"""The operator's way to maintenance: doors that need a scope of their own, and the words of the command line."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cordboard.app import running
from cordboard.cli.maintenance import group
from cordboard.model.errors import CallerError
from cordboard.settings import parsed

WORDS = """
import json, sys
from cordboard.cli import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["cordboard", "maintenance", *words]
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    print(json.dumps(code) + chr(0), flush=True)
"""
"""The command line, word after word in one process: starting one for each takes longer than all they do."""


async def test_an_operator_announces_starts_and_completes_it(tmp_path: Path) -> None:
    settings = parsed({"data": str(tmp_path), "web": {"port": 0}, "log": {"level": "error"}})
    async with running(settings) as app:
        app.tokens.prepare()
        said = (
            ("announce", "--in", "15", "--text", "New switch", "--to", "[::1]:8443"),
            ("complete",),
            ("start", "--forced", "--here"),
            ("complete", "--to", "south.example"),
            ("show",),
            ("cancel",),
        )
        words = [[*item, "--url", app.url, "--data", str(tmp_path)] for item in said]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WORDS, json.dumps(words)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert app.hub.maintenance.state == "none"
    told = [(_last(part), _first(part)) for part in out.decode().split("\0")[:-1]]
    assert [code or 0 for code, _ in told] == [0, 2, 0, 0, 0, 0], err.decode()
    announced, refused, started, completed, shown, over = (answer for _, answer in told)
    assert (announced["state"], announced["begins"] - announced["at"]) == ("announced", 900_000)
    assert (announced["text"], announced["to"]) == ("New switch", {"host": "[::1]", "port": 8443})
    assert refused is None
    assert "nothing has started" in err.decode()
    assert (started["state"], started["graceful"], started["to"]) == ("started", False, None)
    assert (completed["state"], completed["to"]) == ("completed", {"host": "south.example", "port": 443})
    assert shown == completed
    assert over["state"] == "none"


def _last(part: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(part.strip().rpartition("\n")[2])


def _first(part: str) -> Any:  # noqa: ANN401 - JSON
    answer = part.strip().rpartition("\n")[0]
    return json.loads(answer) if answer else None


@pytest.mark.parametrize(
    "words",
    [
        *(
            ("--to", text)
            for text in ("a/b", "x:y", "u@x", ":80", "x:0", "x:65536", "x_y", "x\n", "-x", "[::g]")
        ),
        ("--to", "a", "--here"),
    ],
)
def test_an_address_that_is_none_is_refused(words: tuple[str, ...]) -> None:
    refused = CliRunner().invoke(group, ["start", *words, "--url", "http://127.0.0.1:9"]).exception
    assert isinstance(refused, CallerError)
    assert refused.details == {"field": "to"}
