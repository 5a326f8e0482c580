"""What is promised to whoever installs the package: its metadata, its entry points, its pins."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata, resources
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def named(requirements: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9][a-z0-9-]*)", requirements, flags=re.MULTILINE))


def pinned(name: str) -> dict[str, set[str]]:
    """The versions of each distribution in requirements/<name>.txt; more than one where Pythons differ."""
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^(\S+)==(\S+)", requirements(f"{name}.txt"), flags=re.MULTILINE):
        found.setdefault(package, set()).add(version)
    return found


def requirements(file: str) -> str:
    return (ROOT / "requirements" / file).read_text()


def test_the_installed_package_is_the_one_described() -> None:
    assert metadata.version("cordboard") == PROJECT["version"]
    assert metadata.metadata("cordboard")["License-Expression"] == "Apache-2.0"


def test_the_package_tells_type_checkers_that_it_is_typed() -> None:
    assert resources.files("cordboard").joinpath("py.typed").is_file()


def test_what_the_package_needs_is_what_is_pinned_for_running_it() -> None:
    declared = named("\n".join(PROJECT["dependencies"]))
    assert declared == named(requirements("runtime.in"))
    assert declared <= pinned("runtime").keys()


@pytest.mark.parametrize("name", ["build", "runtime"])
def test_running_and_working_on_it_use_the_same_versions(name: str) -> None:
    everything = pinned("dev")
    assert {package: everything[package] for package in pinned(name)} == pinned(name)


def test_what_the_bench_compares_with_changes_no_version_of_ours() -> None:
    everything, peers = pinned("dev"), pinned("bench")
    assert named(requirements("bench.in")) <= peers.keys()
    assert {name: everything[name] for name in peers.keys() & everything.keys()} == {
        name: peers[name] for name in peers.keys() & everything.keys()
    }


@pytest.mark.parametrize("name", ["build", "runtime", "dev", "bench"])
def test_pins_carry_hashes_and_no_address(name: str) -> None:
    text = requirements(f"{name}.txt")
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text
    assert not re.search(r"^--?\w", text, flags=re.MULTILINE)


def test_the_lock_of_the_pages_names_no_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 0


def test_continuous_integration_runs_every_python_that_is_promised() -> None:
    promised = [text.rpartition(" ")[2] for text in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", text)]
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    assert workflow["jobs"]["run"]["strategy"]["matrix"]["python"] == promised


def test_the_wheel_carries_the_pages_and_not_their_sources(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for file in ("pyproject.toml", "README.md", "LICENSE", "NOTICE", ".gitignore"):
        tree.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, tree / file)
    written = {
        "src/cordboard/__init__.py": True,
        "src/cordboard/py.typed": True,
        "src/cordboard/web/dist/.built": False,
        "src/cordboard/web/dist/desk.html": True,
        "src/cordboard/web/dist/desk.js": True,
        "src/cordboard/web/page/desk/main.ts": False,
        "src/cordboard/protocols/native/page/bridge.ts": False,
    }
    for file in written:
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
        (tree / file).touch()
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=tree, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    assert {file: file.removeprefix("src/") in carried for file in written} == written
