"""`cordboard protocol new`: what it makes is linted, typed and passes its own tests, the shipped suites among them."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cordboard.cli.app import program
from cordboard.cli.protocol import make
from cordboard.model.errors import CallerError

ROOT = Path(__file__).parents[2]
LONG = "a1-very-long-name-indeed"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new protocol, made as a user makes it."""
    folder = tmp_path_factory.mktemp("new") / "made"
    done = CliRunner().invoke(
        program, ["protocol", "new", "acme", "--folder", str(folder), "--title", "Acme & Sons' Voice"]
    )
    assert done.exit_code == 0, done.output
    assert f"cd {folder}" in done.output
    return folder


def run(folder: Path, *words: str) -> None:
    """A tool over what was made, in a process of its own, as its author would run it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "CORDBOARD"))}
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env=kept, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["acme", "z", LONG])
def test_what_is_made_is_linted_and_formatted(name: str, tmp_path: Path) -> None:
    make(name, tmp_path / "made", "A title")
    run(tmp_path / "made", "ruff", "check", "--no-cache")
    run(tmp_path / "made", "ruff", "format", "--check", "--no-cache")


@pytest.mark.timeout(300)
def test_what_is_made_is_typed(made: Path) -> None:
    run(made, "mypy", "--cache-dir", str(ROOT / ".mypy_cache" / "made"))


@pytest.mark.timeout(600)
def test_what_is_made_passes_its_own_tests(made: Path) -> None:
    run(made, "pytest", "-q", "-p", "no:cacheprovider")


def test_what_is_made_can_be_packed_and_found(made: Path, tmp_path: Path) -> None:
    project = tomllib.loads((made / "pyproject.toml").read_text())["project"]
    assert project["name"] == "cordboard-acme"
    assert project["entry-points"]["cordboard.protocols"] == {"acme": "cordboard_acme:protocol"}
    assert (made / "src/cordboard_acme/py.typed").is_file()
    run(made, "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path))
    assert [path.name for path in tmp_path.glob("*.whl")] == ["cordboard_acme-0.1.0-py3-none-any.whl"]


def test_nothing_of_the_templates_is_left_in_what_is_made(made: Path) -> None:
    texts = {path: path.read_text() for path in made.rglob("*") if path.suffix in {".py", ".md", ".toml"}}
    assert [str(path) for path, text in texts.items() if "${" in text or "Acme & Sons" in str(path)] == []
    for path, text in texts.items():
        if path.suffix == ".py":
            ast.parse(text)
        elif path.suffix == ".toml":
            tomllib.loads(text)


@pytest.mark.parametrize("name", ["", "Acme", "9lives", "a--b", "-a", "a-", "a_b", "a/b", "x" * 25])
def test_a_name_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="a name is made of"):
        make(name, tmp_path / "made", "Title")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("name", ["native", "simulator", "streams"])
def test_a_name_that_is_taken_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="is installed already"):
        make(name, tmp_path / "made", "Title")
    assert not (tmp_path / "made").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").touch()
    with pytest.raises(CallerError, match="is not empty"):
        make("acme", tmp_path, "Title")
    with pytest.raises(CallerError, match="is not empty"):
        make("acme", tmp_path / "precious", "Title")
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


@pytest.mark.parametrize("title", ['He said "hello"', "two\nlines", "back\\slash"])
def test_a_title_that_would_break_what_is_made_is_refused(title: str, tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="a title has no quotes"):
        make("acme", tmp_path / "made", title)
