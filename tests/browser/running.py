"""What the browser tests run and listen to: Cordboard in a process of its own, and the pages' complaints."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page

ROOT = Path(__file__).parent.parent.parent
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_URL = re.compile(r"http://127\.0\.0\.1:\d+")


@dataclass
class Program:
    """A Cordboard in a process of its own, and where it is."""

    process: subprocess.Popen[str]
    url: str

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def stop(self) -> None:
        """End it as an operator would; it must go quietly and in good time."""
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=20)
        assert self.process.returncode == 0, out + err
        assert "Traceback" not in err, err


@dataclass
class Complaints:
    """What a page wrote to its console as an error. `allowed`: patterns of what is meant to happen."""

    allowed: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on("console", self._console)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.heard.append(message.text)

    def unexpected(self) -> list[str]:
        return [text for text in self.heard if not any(re.search(pattern, text) for pattern in self.allowed)]


def start(*arguments: str) -> Program:
    """`cordboard <arguments>`, once it says where it is."""
    process = subprocess.Popen(_command(arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if found := _URL.search(line):
            return Program(process=process, url=found[0])
    raise AssertionError(process.communicate()[1])


def finished(*arguments: str) -> str:
    """What `cordboard <arguments>` says, run to its end."""
    return subprocess.run(_command(arguments), check=True, capture_output=True, text=True, timeout=30).stdout


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [str(Path(sys.executable).with_name("cordboard")), *arguments]
