"""`cordboard sim scenario --wait`: whether a story went as it should is what the word says in the end."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from cordboard.app import running
from cordboard.settings import parsed

CORDBOARD = (sys.executable, "-c", "from cordboard.cli import main; main()")


async def played(url: str, *words: str) -> tuple[int, Any]:
    """How the word ended, and what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CORDBOARD_")}
    process = await asyncio.create_subprocess_exec(
        *CORDBOARD, "sim", "scenario", *words, "--url", url, stdout=subprocess.PIPE, env=environment
    )
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, msgspec.json.decode(out)


async def test_a_story_is_waited_for_and_one_that_went_otherwise_is_a_failure(tmp_path: Path) -> None:
    settings = parsed(
        {
            "data": str(tmp_path),
            "store": {"kind": "memory"},
            "web": {"port": 0},
            "demo": {"agent": "mia"},
            "links": [{"name": "sim", "protocol": "simulator", "options": {"people": False, "speed": 100.0}}],
        }
    )
    async with running(settings) as app:
        await app.hub.settled()
        code, said = await played(app.url, "warm-transfer", "--wait")
        assert (code, said["over"], said["failures"]) == (0, True, [])
        code, said = await played(app.url, "warm-transfer", "--wait")  # in a centre that is no fresh one
        assert (code, said["over"]) == (1, True)
        assert "already-logged-on" in said["failures"][0]["actual"]
