"""A hub, a CRM's web server on another origin, and pages of it that load the real library."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser import hosting

ROOT = Path(__file__).parents[3]
MODULES = ROOT / "node_modules"
CORDBOARD = str(Path(sys.executable).with_name("cordboard"))
LATEST = "2.28.2/connect-streams.js"
VERSIONS = (
    LATEST,
    "2.28.2/connect-streams-min.js",
    "2.14.6/connect-streams.js",
    "2.4.7/connect-streams.js",
    "2.0.0/connect-streams.js",
    "1.4.5/connect-streams.js",
)
EACH_TIME = (LATEST,)
"""The newest build goes with every `make test`; the older ones with `make matrix`."""
CALLER = "+44 20 7946 0101"
NUMBER = "+44 1632 960001"
PASSWORD = hosting.PASSWORD
SAME, OTHER = "127.0.0.1", "localhost"
SITES = (SAME, pytest.param(OTHER, marks=pytest.mark.matrix))
"""Where a CRM may stand: on the hub's own site (another port), and on another one."""

Json = dict[str, Any]


def build(lib: str, *more: object) -> Any:  # noqa: ANN401 - pytest names its type nowhere public
    """A parameter set for a build of the library."""
    marks = () if lib in EACH_TIME else (pytest.mark.matrix,)
    return pytest.param(lib, *more, marks=marks)


BUILDS = tuple(build(lib) for lib in VERSIONS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(
    what: Callable[[], object], what_for: str, seconds: float = 15, *, page: Page | None = None
) -> None:
    """Wait for a condition, and fail with its last word. `page`: what lets the browser's news in meanwhile."""
    deadline = time.monotonic() + seconds
    while (found := what()) is not True:
        assert time.monotonic() < deadline, f"not within {seconds} s: {what_for}: {found}"
        if page is None:
            time.sleep(0.02)  # what is waited for is in another process, or thread, that tells nobody
        else:
            page.wait_for_timeout(20)


class Crm:
    """The web server of somebody's CRM: one page, and the library as it was published."""

    def __init__(self) -> None:
        crm = self
        self.pages: dict[str, str] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = crm.body(urlsplit(self.path).path)
                self.send_response(200 if found else 404)
                kind = "text/javascript" if self.path.split("?")[0].endswith(".js") else "text/html"
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.end_headers()
                self.wfile.write(found or b"")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, daemon=True).start()

    def body(self, path: str) -> bytes | None:
        if path.startswith("/lib/"):
            _, _, version, file = path.split("/")
            return (MODULES / f"streams-{version}" / "release" / file).read_bytes()
        if path in self.pages:
            return self.pages[path].encode()
        return (Path(__file__).parent / "crm.html").read_bytes() if path == "/crm.html" else None

    def origin(self, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class HubProcess:
    """One `cordboard serve` that can be killed and started again over the same data."""

    def __init__(self, folder: Path, settings: str, *, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "cordboard.toml"
        text = f'data = "{folder}/data"\n[web]\nport = {self.port}\n{settings}'
        self.config.write_text(text, encoding="utf-8")
        self._log = folder / "process.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            command = [CORDBOARD, "serve", "--config", str(self.config)]
            environment = {**os.environ, "CORDBOARD_LOG_FORM": "json"}
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        until(self._ready, "the hub is ready", 30)

    def kill(self) -> None:
        """`kill -9`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=20)

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def cli(self, *words: str, **environment: str) -> str:
        command = [CORDBOARD, *words, "--config", str(self.config)]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=30, env={**os.environ, **environment}
        )
        return done.stdout.strip()

    def post(self, path: str, body: object, token: str = "") -> Any:  # noqa: ANN401 - JSON
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own hub
                return json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return json.loads(refused.read())

    def get(self, path: str, token: str) -> Any:  # noqa: ANN401 - JSON
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own hub
            return json.loads(answer.read())

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310 - our own hub
                return bool(answer.status == 200)
        except OSError:
            return False


class Stage:
    """The contact centre behind a hub, and CRM pages that embed its CCP page."""

    def __init__(
        self,
        folder: Path,
        crm: Crm,
        *,
        demo: bool = True,
        origins: tuple[str, ...] = (),
        port: int | None = None,
        public: str = "",
    ) -> None:
        """`public`: where browsers reach the hub, if a proxy stands before it; `port`: where the proxy does."""
        self.crm = crm
        allowed = origins or (crm.origin(), crm.origin("localhost"))
        settings = f"""origins = {json.dumps(list(allowed))}
public = "{public}"
trusted_proxies = {json.dumps(["127.0.0.1"] if public else [])}
[web.rate]
address_per_second = 0
identity_per_second = 0
{"[demo]" if demo else ""}
{'agent = "mia"' if demo else ""}
[[links]]
name = "sim"
protocol = "simulator"
[links.options]
people = false
"""
        accounts = {} if demo else {agent: [f"agent:{agent}"] for agent in ("mia", "noor")}
        self.hub = hosting.Hosted(
            f"[web]\nport = {port or 0}\n{settings}", data=str(folder / "data"), accounts=accounts
        )
        self.token = self.hub.token("tenant", "tenant:command", "simulate")

    def act(self, name: str, **params: object) -> Json:
        """Something happens in the centre."""
        found: Json = self.hub.post("/links/sim/console/act", {"name": name, "params": params}, self.token)
        assert found["type"] == "done", found
        return found

    def truth(self) -> Json:
        """The switch's own state."""
        found: Json = self.hub.get("/links/sim/console/state", self.token)
        return found

    def calls(self, agent: str) -> list[Json]:
        """The calls that the agent is in, on the switch."""
        return [
            call
            for segment in self.truth()["agents"][agent]["segments"]
            for call in segment["calls"]
            if any(party["agent"] == agent and party["state"] != "null" for party in call["parties"])
        ]

    def digits(self) -> list[str]:
        """The DTMF that the switch heard, in order."""
        journal: list[Json] = self.hub.get("/links/sim/console/journal?limit=1000", self.token)
        return [item["data"]["digits"] for item in journal if item["kind"] == "digits"]

    def ccp(self, host: str = "127.0.0.1", agent: str = "mia") -> str:
        return f"http://{host}:{self.hub.port}/streams/ccp-v2/" + (
            f"?agent={agent}" if agent != "mia" else ""
        )

    def address(
        self,
        lib: str = LATEST,
        *,
        site: str = "127.0.0.1",
        agent: str = "mia",
        options: Mapping[str, object] | None = None,
        **more: object,
    ) -> str:
        """The CRM page's address. It stands on the site named, the hub on 127.0.0.1."""
        given = {
            "ccpUrl": self.ccp(agent=agent),
            "loginPopup": False,
            "softphone": {"allowFramedSoftphone": True},
            "storageAccess": {"canRequest": False},
            **(options or {}),
            **more,
        }
        return f"{self.crm.origin(site)}/crm.html?lib={lib}&options={quote(json.dumps(given))}"

    def stop(self) -> None:
        self.hub.stop()


def sign_in(popup: Page, name: str = "mia") -> None:
    """Fill in the login window."""
    popup.get_by_label("Name").fill(name)
    popup.get_by_label("Password").fill(PASSWORD)
    popup.get_by_role("button", name="Sign in").click()


def ring(stage: Stage, page: Page) -> str:
    """A customer rings; the page hears of it."""
    call = str(stage.act("ring", number=CALLER, to="2001")["call"])
    page.wait_for_function("() => window.seen.includes('Connecting')")
    return call


def has_agent(page: Page) -> None:
    page.wait_for_function("() => window.agent !== undefined && window.agent.getContacts() !== undefined")


def seen(page: Page) -> list[str]:
    found: list[str] = page.evaluate("() => window.seen")
    return found


def saw(page: Page, *names: str) -> None:
    """Wait until the page has seen exactly these events of contacts."""
    page.wait_for_function(
        "names => JSON.stringify(window.seen) === names", arg=json.dumps(list(names), separators=(",", ":"))
    )


def asked(page: Page, call: str) -> Any:  # noqa: ANN401 - JSON
    """What a call of the library comes to; `callbacks` are those that it is given."""
    return page.evaluate(f"() => window.asked(callbacks => {call})")


def state_is(page: Page, name: str) -> None:
    page.wait_for_function("name => window.agent.getStatus?.().name === name", arg=name)


def set_state(page: Page, name: str) -> None:
    asked(
        page,
        f"window.agent.setState(window.agent.getAgentStates().find(s => s.name === {json.dumps(name)}), callbacks)",
    )
    state_is(page, name)


def parties_are(page: Page, **states: str) -> None:
    """Wait until the connections of the first contact are in these states."""
    want = json.dumps(states, sort_keys=True, separators=(",", ":"))
    page.wait_for_function(
        """want => {
          const found = window.parties();
          return JSON.stringify(Object.fromEntries(Object.keys(found).sort().map(key => [key, found[key]]))) === want;
        }""",
        arg=want,
    )


def failures(page: Page) -> list[str]:
    """What the library's own log says of handlers that threw."""
    found: list[str] = page.evaluate(
        """() => (connect.getLog()._logs ?? []).map(entry => entry.text ?? String(entry.getText?.() ?? ""))
               .filter(text => /event handler failed|uncaught|is not a function/i.test(text))"""
    )
    return found


consult = partial(
    asked,
    call="""window.agent.getEndpoints(window.agent.getAllQueueARNs(), {
      success: data => window.contact().addConnection(
        data.endpoints.find(item => item.agentLogin === "noor" || item.name === "Noor Rahimi"), callbacks),
      failure: callbacks.failure })""",
)
