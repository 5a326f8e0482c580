"""Every code block of the documentation is run, or read by what it is written for.

A comment before a block says what is special: `prints: text` (it is run until it has printed that), `scenario` (TOML that
is a scenario, not settings).
"""

from __future__ import annotations

import json
import os
import queue
import re
import shlex
import subprocess
import sys
import textwrap
import threading
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from cordboard.app import installed_protocols
from cordboard.contract import Scope
from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.model.errors import CordboardError, ErrorReply
from cordboard.model.ids import LinkId
from cordboard.protocols.native import routes, wire
from cordboard.protocols.simulator import Simulator, centre, flavours, scenario
from cordboard.settings import LinkSettings, link_options, parsed
from cordboard.store.memory import MemoryStore
from cordboard.web.inspector import inspector_doors
from cordboard.web.maintenance import maintenance_doors
from cordboard.web.scopes import checked as checked_scopes
from tools.manual import words

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
HUB = "http://127.0.0.1:8765"
PATIENCE = 40
CORDBOARD = (sys.executable, "-c", "from cordboard.cli import main; main()")
OTHER_DOORS = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/v1/login",
    "/v1/renew",
    "/v1/logout",
    "/v1/tokens",
    "/v1/demo",
}
A_HUB = Hub(MemoryStore(), clock=VirtualClock(), ids=RandomIds(1), protocols={})
OTHER_WORDS = {"cd", "git", "source"}


class Block(NamedTuple):
    page: str
    line: int
    language: str
    mark: str
    text: str


def blocks() -> Iterator[Block]:
    for page in PAGES:
        text = page.read_text()
        pattern = r"(?:<!-- ([^\n]*) -->\n)?^( *)```(\w*)\n(.*?)^\2```$"
        for found in re.finditer(pattern, text, flags=re.MULTILINE | re.DOTALL):
            line = text[: found.start(3)].count("\n") + 1
            mark, _, language, body = found.groups()
            yield Block(str(page.relative_to(ROOT)), line, language, mark or "", textwrap.dedent(body))


ALL = tuple(blocks())


def of(*languages: str) -> pytest.MarkDecorator:
    found = [block for block in ALL if block.language in languages]
    return pytest.mark.parametrize("block", found, ids=[f"{item.page}:{item.line}" for item in found])


def test_every_block_is_in_a_language_that_is_checked() -> None:
    # HTML is loaded by a browser: tests/browser/panel/test_documentation.py
    known = {"python", "js", "sh", "toml", "json", "html", "text", ""}
    assert [(block.page, block.line) for block in ALL if block.language not in known] == []
    unmarked = [
        block for block in ALL if block.language == "" and block.page not in {"README.md", "CONTRIBUTING.md"}
    ]
    assert unmarked == []


# --- what is read ----------------------------------------------------------------------------------------------------


@of("json")
def test_json(block: Block) -> None:
    value = json.loads(block.text)
    if "type" not in value:
        msgspec.convert(value, ErrorReply)
        return
    refusals = []
    for decode in (wire.decode_client, wire.decode_server):
        try:
            decode(block.text)
        except CordboardError as error:
            refusals.append(error.message)
        else:
            return
    pytest.fail(f"neither a client's nor a hub's frame: {refusals}")


@of("toml")
def test_toml(block: Block) -> None:
    if block.mark == "scenario":
        assert scenario.loads(block.text).steps
        return
    if block.mark == "centre":
        assert centre.loads(block.text).agents
        return
    if block.mark == "part of a centre":
        agent = {"id": "a", "login": "a", "name": "A", "extension": "1"}
        assert centre.centre({"name": "N", "agents": [agent], **tomllib.loads(block.text)}).agents
        return
    if block.mark == "flavour":
        assert flavours.loads(block.text).lacks
        return
    settings = parsed(tomllib.loads(block.text))
    protocols = installed_protocols()
    for link in settings.links:
        scope = Scope(kind="agent" if link.agent else "tenant", link=LinkId(link.name), agent=link.agent)
        protocols[link.protocol].link(link_options(link, Secrets(link)), scope, RandomIds())


class Secrets(dict[str, str]):
    """An environment in which every variable that a link asks for is set."""

    def __init__(self, link: LinkSettings) -> None:
        super().__init__(
            {str(value): "secret" for name, value in link.options.items() if name.endswith("_env")}
        )


@pytest.mark.parametrize(
    "block", [item for item in ALL if item.mark.startswith("file: ")], ids=lambda item: item.mark
)
def test_what_is_shown_of_a_file_is_what_stands_there(block: Block) -> None:
    assert (ROOT / block.mark.removeprefix("file: ")).read_text() == block.text


@of("sh", "")
def test_shell(block: Block) -> None:
    text = block.text.replace("\\\n", " ")
    for line in text.splitlines():
        for part in line.split("&&"):
            checked(shlex.split(part, comments=True))


def checked(line: list[str]) -> None:
    match line:
        case ["make", *targets]:
            made = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
            assert [word for word in targets if "=" not in word and word not in made] == []
        case ["cordboard", *_]:
            command, rest = word_of(line)
            command.make_context("cordboard", rest)  # raises on an unknown option or a missing argument
        case ["curl", *rest]:
            (address,) = (word for word in rest if word.startswith("http"))
            assert known_door(address.removeprefix(HUB).partition("?")[0]), address
        case _:
            assert not line or line[0] in OTHER_WORDS or line[0].startswith((".", "PYTHON=")), line


def word_of(line: list[str]) -> tuple[Any, list[str]]:
    for path, command in words():
        length = len(path.split())
        if line[:length] == path.split():
            return command, line[length:]
    raise AssertionError(f"the command line has no such word: {shlex.join(line)}")


def known_door(path: str) -> bool:
    ours = (*inspector_doors(A_HUB), *maintenance_doors(A_HUB))
    doors = (*routes.ROUTES, *(door.route for door in ours))
    paths = [
        *(route.path for route in doors),
        *(f"/links/{{link}}{route.path}" for route in Simulator().routes),
    ]
    patterns = [re.sub(r"\{\w+\}", "[^/]+", path) for path in paths]
    return path in OTHER_DOORS or any(re.fullmatch(pattern, path) for pattern in patterns)


@pytest.mark.parametrize(
    "line", ["cordboard srve", "cordboard sim ring", "cordboard serve --prot 1", "mkae demo"]
)
def test_a_mistake_in_a_shell_block_is_found(line: str) -> None:
    with pytest.raises(BaseException):  # noqa: B017 - the command line's own kinds of complaint
        checked(shlex.split(line))


def test_the_scopes_that_are_explained_are_those_there_are() -> None:
    page = (ROOT / "docs/how-to/run-a-hub.md").read_text().partition("| Scope |")[2].partition("\n\n")[0]
    named = [scope.replace("<id>", "x") for scope in re.findall(r"^\| `([^`]+)`", page, flags=re.MULTILINE)]
    assert checked_scopes(named) == set(named)
    assert {scope.partition(":")[0] for scope in named} >= {
        "agent",
        "team",
        "member",
        "tenant",
        "simulate",
        "inspect",
        "mint",
        "operate",
    }


# --- what is run -------------------------------------------------------------------------------------------------------


@of("python")
def test_python(block: Block, tmp_path: Path) -> None:
    run(block, [sys.executable, "-W", "error", "-c"], tmp_path)


@of("js")
def test_javascript(block: Block, tmp_path: Path) -> None:
    installed = tmp_path / "node_modules" / "@cordboard" / "client"
    installed.parent.mkdir(parents=True)
    installed.symlink_to(ROOT / "sdk" / "js")
    node = ["node", "--experimental-websocket", "--no-warnings", "--input-type=module", "-e"]
    run(block, node, tmp_path)


def run(block: Block, program: list[str], folder: Path) -> None:
    if HUB not in block.text:
        assert finished(program, block.text, folder) == 0
        return
    with demo(folder) as (hub, key):
        text = block.text.replace(HUB, hub).replace('KEY = "…"', f'KEY = "{key}"')
        wanted = block.mark.removeprefix("prints: ")
        assert wanted != block.mark or not wanted, (
            "say what it prints, or it cannot be told from one that hangs"
        )
        with started([*program, text], folder) as lines:
            printed = until(lines, wanted)
        assert wanted in printed


def finished(program: list[str], text: str, folder: Path) -> int:
    done = subprocess.run([*program, text], check=False, timeout=PATIENCE, env=environment(), cwd=folder)
    return done.returncode


@contextmanager
def demo(folder: Path) -> Iterator[tuple[str, str]]:
    """A demo hub of one's own, and an API key of it."""
    with started([*CORDBOARD, "demo", "--port", "0", "--data", str(folder)]) as lines:
        found = re.search(r"http://127\.0\.0\.1:\d+", until(lines, "/desk/"))
        assert found is not None
        adding = [*CORDBOARD, "key", "add", "crm", "--scope", "agent:*", "--data", str(folder)]
        key = subprocess.run(
            adding, check=True, capture_output=True, text=True, timeout=PATIENCE, env=environment()
        )
        yield found[0], key.stdout.strip()


@contextmanager
def started(command: list[str], folder: Path = ROOT) -> Iterator[queue.Queue[str | None]]:
    """The lines that a program prints; it is ended afterwards."""
    lines: queue.Queue[str | None] = queue.Queue()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(), cwd=folder
    )

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)
        lines.put(None)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield lines
    finally:
        process.terminate()
        process.wait(PATIENCE)
        reader.join(PATIENCE)
        if process.stdout is not None:
            process.stdout.close()


def until(lines: queue.Queue[str | None], wanted: str) -> str:
    """What was printed up to the line with this text, or all of it if that never comes."""
    printed = ""
    end = time.monotonic() + PATIENCE
    while wanted not in printed:
        line = lines.get(timeout=max(0.1, end - time.monotonic()))
        if line is None:
            pytest.fail(f"it ended before it printed {wanted!r}:\n{printed}")
        printed += line
    return printed


def environment() -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CORDBOARD_")}
    return {**kept, "PYTHONUNBUFFERED": "1"}
