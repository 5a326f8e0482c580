"""The OpenAPI document, taken at its word: requests made from it by schemathesis are answered as it says."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.client.conftest import Hub, token

CONFIG = """
[parameters]
"path.kind" = "agent"
"path.id" = "mia"
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 502, 504]
"""
"""A vendor that is down or silent is no fault of ours; what is, stays forbidden."""


async def test_the_hub_answers_as_its_document_says(hub: Hub, tmp_path: Path) -> None:
    app = await hub()
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    bearer = f"Authorization: Bearer {token(app, 'tenant', 'tenant:command', subject='tester')}"
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("schemathesis"),
        *("--config-file", tmp_path / "schemathesis.toml"),
        *("run", f"{app.url}/v1/openapi.json"),
        *("--header", bearer, "--max-examples", "15", "--seed", "1", "--no-color"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=tmp_path,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
