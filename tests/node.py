"""Suites of the browser's half that need no browser: bundled as the pages are, run by node's own test runner."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent


def bundled(sources: Path, folder: Path) -> Path:
    """The folder, with every suite of `sources` bundled into it."""
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    suites = [str(path) for path in sources.glob("*.test.ts")]
    options = [
        "--bundle",
        "--platform=node",
        "--format=esm",
        "--out-extension:.js=.mjs",
        f"--outdir={folder}",
    ]
    subprocess.run([esbuild, *suites, *options, "--log-level=warning"], check=True, cwd=ROOT, timeout=60)
    return folder


def node() -> str:
    """The program."""
    found = shutil.which("node")
    assert found is not None, "Node 20 is needed: make setup says how"
    return found


def passes(suite: Path) -> None:
    """Run a bundled suite; it has to have tests, and none may fail."""
    run = subprocess.run(
        [node(), "--test", "--test-reporter=tap", str(suite)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    passed = next(line for line in run.stdout.splitlines() if line.startswith("# pass"))
    assert int(passed.split()[-1]) > 0
