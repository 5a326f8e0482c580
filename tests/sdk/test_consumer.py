"""The package as somebody gets it: its types are those of the model, and its files are all there."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.node import ROOT, node

SDK = ROOT / "sdk" / "js"
CONSUMER = Path(__file__).parent / "consumer"
OPTIONS = {
    "target": "ES2022",
    "lib": ["ES2022", "DOM"],
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noEmit": True,
    "types": [],
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of somebody's, with the package installed."""
    assert (SDK / "dist/cordboard.mjs").is_file(), "run `make page` first"
    place = tmp_path / "node_modules" / "@cordboard"
    place.mkdir(parents=True)
    (place / "client").symlink_to(SDK)
    for file in CONSUMER.glob("*.ts"):
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "package.json").write_text('{"type": "module"}')
    return tmp_path


def compiled(project: Path, file: str, module: str, resolution: str) -> str:
    options = {**OPTIONS, "module": module, "moduleResolution": resolution}
    (project / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": [file]}))
    tsc = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
    run = subprocess.run(
        [node(), tsc, "-p", project], capture_output=True, text=True, check=False, timeout=60
    )
    return run.stdout + run.stderr


@pytest.mark.parametrize(("module", "resolution"), [("nodenext", "nodenext"), ("esnext", "bundler")])
def test_a_project_compiles_against_the_types(project: Path, module: str, resolution: str) -> None:
    assert compiled(project, "module.ts", module, resolution) == ""


def test_a_page_with_the_classic_script_has_the_types_too(project: Path) -> None:
    assert compiled(project, "classic.ts", "esnext", "bundler") == ""


def test_node_loads_it_and_it_depends_on_nothing(project: Path) -> None:
    script = 'import("@cordboard/client").then((c) => console.log(typeof c.connect, Object.keys(c.ERRORS).length > 30))'
    run = subprocess.run([node(), "-e", script], cwd=project, capture_output=True, text=True, check=True)
    assert run.stdout == "function true\n"
    package = json.loads((SDK / "package.json").read_text())
    assert "dependencies" not in package
    assert all((SDK / name).exists() for name in (package["main"], package["types"], *package["files"]))
