"""The wheel as somebody gets it: in an environment of its own, with what running needs and nothing else, no source in sight."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "cordboard"
CARRIED = ("*.py", "*.toml", "*.template", "*.jsonl", "py.typed")
"""What of the package's own files runs or is read when it runs."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, with the pages as `make page` made them."""
    assert (PACKAGE / "web/dist/desk.html").is_file(), "run `make page` first"
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment with the wheel and the pinned runtime requirements.

    Nothing is asked of a network: the requirements are the very files that were installed here by hash.
    """
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    for file in runtime_files():
        place = packages / file.name
        if not place.exists():
            place.symlink_to(file)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python"), "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=60)
    return folder / "bin"


def runtime_files() -> Iterator[Path]:
    """The top of everything that the pinned runtime requirements brought into our own environment."""
    pins = (ROOT / "requirements/runtime.txt").read_text()
    for name in re.findall(r"^(\S+)==", pins, flags=re.MULTILINE):
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # pinned for another Python
        for file in distribution.files or ():
            if file.parts[0] not in {"..", "__pycache__"}:
                yield Path(str(distribution.locate_file(file.parts[0])))


@contextmanager
def started(installed: Path, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The demo, and where it is reached."""
    with subprocess.Popen(
        [installed / "cordboard", "demo", "--port", "0"],
        cwd=folder,
        env=bare(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            told = ""
            for line in process.stdout:
                told += line
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    break
            else:
                raise AssertionError(told)
            yield process, found[0]
        finally:
            process.kill()


def bare(folder: Path) -> dict[str, str]:
    """An environment that tells of no other Python and no setting of ours."""
    return {"PATH": os.defpath, "HOME": str(folder), "PYTHONUNBUFFERED": "1"}


def status(url: str) -> int:
    """The status of an answer, 0 without one."""
    try:
        with urlopen(url, timeout=10) as answer:  # noqa: S310 - the address is our own
            return int(answer.status)
    except URLError as error:
        return int(getattr(error, "code", 0))


def test_the_wheel_carries_all_that_runs(wheel: Path) -> None:
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("cordboard/")}
    own = {file for pattern in CARRIED for file in PACKAGE.rglob(pattern)}
    own |= {file for file in (PACKAGE / "web/dist").rglob("*") if file.is_file() and file.name != ".built"}
    assert {str(file.relative_to(ROOT / "src")) for file in own} == carried
    assert {
        "cordboard/py.typed",
        "cordboard/cli/skeleton/package/link.py.template",
        "cordboard/protocols/native/protocol.toml",
        "cordboard/protocols/simulator/centre.toml",
        "cordboard/protocols/simulator/scenarios/inbound.toml",
        "cordboard/web/dist/desk.html",
        "cordboard/web/dist/console.html",
    } <= carried
    named = zipfile.ZipFile(wheel).read("cordboard/web/dist/desk.html").decode()
    for script in re.findall(r'src="/static/([^"]+)"', named):
        assert f"cordboard/web/dist/{script}" in carried


def test_what_is_installed_says_its_version_and_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    version = subprocess.run(
        [installed / "cordboard", "version"],
        cwd=tmp_path,
        env=bare(tmp_path),
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert metadata.version("cordboard") in version.stdout
    with started(installed, tmp_path) as (process, url):
        deadline = time.monotonic() + 30
        while (ready := status(f"{url}/readyz")) != 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert ready == 200
        assert [status(url + page) for page in ("/", "/desk/", "/console/", "/v1/openapi.json")] == [200] * 4
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
