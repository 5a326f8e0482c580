"""A page on another site than the hub, and Mia's browser, which takes cookies from other sites."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.running import ARGUMENTS


@pytest.fixture
def pages() -> dict[str, str]:
    """What the other site shows besides an empty page, by its path: to be filled in."""
    return {}


@pytest.fixture
def crm(pages: dict[str, str]) -> Iterator[str]:
    """The origin of a page on another site than the hub."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Site, pages))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


class _Site(BaseHTTPRequestHandler):
    def __init__(self, pages: dict[str, str], *arguments: Any) -> None:  # noqa: ANN401 - the server's
        self._pages = pages
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self._pages.get(self.path, "<!doctype html><title>CRM</title>").encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


@pytest.fixture
def browser(chromium: Browser, tmp_path: Path) -> Callable[..., BrowserContext]:
    """Starts the browser, with these arguments besides: a context manager that closes it. It trusts any certificate."""

    def run(*arguments: str) -> BrowserContext:
        preferences = tmp_path / "profile" / "Default" / "Preferences"
        preferences.parent.mkdir(parents=True)
        preferences.write_text(json.dumps({"profile": {"cookie_controls_mode": 0}}))
        return chromium.browser_type.launch_persistent_context(
            tmp_path / "profile",
            executable_path=which("chromium"),
            args=(*ARGUMENTS, *arguments),
            ignore_https_errors=True,
        )

    return run
