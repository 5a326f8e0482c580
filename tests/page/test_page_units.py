"""The pages' pure parts, tested in Node: bundled as the pages are, run by node's own test runner."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SUITES = sorted(path.stem for path in HERE.glob("*.test.ts"))


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles")
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    sources = [str(path) for path in HERE.glob("*.test.ts")]
    options = [
        "--bundle",
        "--platform=node",
        "--format=esm",
        "--out-extension:.js=.mjs",
        f"--outdir={folder}",
    ]
    subprocess.run([esbuild, *sources, *options, "--log-level=warning"], check=True, cwd=ROOT, timeout=60)
    return folder


@pytest.mark.parametrize("suite", SUITES)
def test_suite_passes_in_node(bundles: Path, suite: str) -> None:
    node = shutil.which("node")
    assert node is not None, "Node 20 is needed: make setup says how"
    run = subprocess.run(
        [node, "--test", "--test-reporter=tap", str(bundles / f"{suite}.mjs")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    passed = next(line for line in run.stdout.splitlines() if line.startswith("# pass"))
    assert int(passed.split()[-1]) > 0
