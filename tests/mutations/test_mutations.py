"""Would the tests notice? One defect after the other is planted into a copy of the package, and a named test has to fail for it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "cordboard"


class Mutation(msgspec.Struct, frozen=True, kw_only=True):
    """A defect: `before` stands once in `file` (of the package), `after` takes its place, and `test` fails."""

    what: str
    file: str
    before: str
    after: str
    test: str


MUTATIONS = msgspec.convert(
    tomllib.loads(Path(__file__).with_name("mutations.toml").read_text(encoding="utf-8")),
    dict[str, Mutation],
)


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_defect_can_be_planted_and_its_test_is_there(name: str) -> None:
    """Cheap, so that a change of the code shows here at once and not in the next run of the matrix."""
    mutation = MUTATIONS[name]
    assert (PACKAGE / mutation.file).read_text(encoding="utf-8").count(mutation.before) == 1, mutation.file
    assert mutation.before != mutation.after
    file, *names = mutation.test.split("::")
    text = (ROOT / file).read_text(encoding="utf-8")
    inherited = "".join(path.read_text(encoding="utf-8") for path in (PACKAGE / "testing").glob("*.py"))
    assert all(re.search(rf"\b{each}\b", text + inherited) for each in names), mutation.test


@pytest.mark.matrix
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_planted_defect_is_caught(name: str, tmp_path: Path) -> None:
    mutation = MUTATIONS[name]
    copy = tmp_path / "cordboard"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "page"))
    planted = copy / mutation.file
    text = planted.read_text(encoding="utf-8")
    planted.write_text(text.replace(mutation.before, mutation.after), encoding="utf-8")
    found = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            mutation.test,
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1, (
        f"{mutation.what}: not noticed\n{found.stdout[-3000:]}{found.stderr[-1000:]}"
    )
    assert re.search(r"^(FAILED|ERROR) tests/", found.stdout, re.MULTILINE), found.stdout[-3000:]
