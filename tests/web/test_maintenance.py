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

CORDBOARD = (sys.executable, "-c", "from cordboard.cli import main; main()")


async def cordboard(*words: str, url: str, data: Path) -> tuple[int, Any, str]:
    """A word of the command line in a process of its own: how it ended, what it printed."""
    process = await asyncio.create_subprocess_exec(
        *CORDBOARD,
        *("maintenance", *words, "--url", url, "--data", str(data)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, json.loads(out) if out else None, err.decode()


async def test_an_operator_announces_starts_and_completes_it(tmp_path: Path) -> None:
    settings = parsed({"data": str(tmp_path), "web": {"port": 0}, "log": {"level": "error"}})
    async with running(settings) as app:
        app.tokens.prepare()

        async def said(*words: str) -> tuple[int, Any, str]:
            return await cordboard(*words, url=app.url, data=tmp_path)

        code, told, _ = await said("announce", "--in", "15", "--text", "New switch", "--to", "[::1]:8443")
        assert code == 0
        assert (told["state"], told["begins"] - told["at"]) == ("announced", 900_000)
        assert (told["text"], told["to"]) == ("New switch", {"host": "[::1]", "port": 8443})
        code, _, err = await said("complete")
        assert (code, "nothing has started" in err) == (2, True)
        code, told, _ = await said("start", "--forced", "--here")
        assert (code, told["state"], told["graceful"], told["to"]) == (0, "started", False, None)
        code, told, _ = await said("complete", "--to", "south.example")
        assert (code, told["state"], told["to"]) == (0, "completed", {"host": "south.example", "port": 443})
        assert (await said("show"))[1] == told
        assert app.hub.maintenance.state == "completed"
        assert (await said("cancel"))[1]["state"] == "none"


@pytest.mark.parametrize(
    "words", [("--to", "a/b"), ("--to", "x:y"), ("--to", "u@x"), ("--to", ":80"), ("--to", "a", "--here")]
)
def test_an_address_that_is_none_is_refused(words: tuple[str, ...]) -> None:
    refused = CliRunner().invoke(group, ["start", *words, "--url", "http://127.0.0.1:9"]).exception
    assert isinstance(refused, CallerError)
    assert refused.details == {"field": "to"}
