"""What is promised to whoever installs the package: its metadata, its entry points, its pins."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata, resources
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("name", ["build", "runtime", "dev"])
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
