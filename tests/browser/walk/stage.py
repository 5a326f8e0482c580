"""Where the walk goes: a hub behind a wire that can be cut, two tabs of the panel, and one page of somebody's CRM."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote

from playwright.sync_api import BrowserContext, Page

from cordboard.app import tokens_of
from cordboard.hub.clock import SystemClock
from cordboard.settings import load
from tests.browser.running import Complaints
from tests.browser.streams.stage import Crm, HubProcess, until
from tests.browser.walk.tab import Tab
from tests.browser.walk.wire import Wire

Json = dict[str, Any]

HERE = Path(__file__).parent
AGENT = "mia"
SUBJECT = f"agent/{AGENT}"
SCOPES = frozenset({"tenant", "tenant:command", "simulate"})
STILL, FAST = 0.0001, 200.0
BROWSERS_OWN = ("net::ERR_", "WebSocket connection to")
"""What Chromium says of a wire that was cut."""
TROUBLE = ("-failed", "Traceback", '"level": "error"')
"""What the hub must not log."""


class Hub:
    """A hub, and one who may see and do all there."""

    def __init__(self, folder: Path, settings: str) -> None:
        self._process = HubProcess(folder, settings)
        self.port = self._process.port
        minter = tokens_of(load(self._process.config))
        self.token, _ = minter.mint("walk", SCOPES, seconds=3600, now=SystemClock().now())
        self.start = self._process.start
        self.stop = self._process.stop

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        return self._process.get(path, self.token)

    def post(self, path: str, body: object) -> Json:
        found: Json = self._process.post(path, body, self.token)
        return found

    def end(self) -> tuple[str, int]:
        """Where the agent's log ends."""
        epoch, _, seq = self.get(f"/v1/subjects/{SUBJECT}")["position"].rpartition(".")
        return epoch, int(seq)

    def trouble(self) -> list[str]:
        """What it logged and should not have."""
        return [line for line in self._process.log.splitlines() if any(word in line for word in TROUBLE)]


class Place:
    """All of it. The contact centre's time stands still but when it is told to pass. `near`: the hub that has the centre; pages
    are on `hub`, which is the same or hangs on it by the native link. `wire` is before the pages, `between` before the near hub.
    """

    def __init__(
        self, *, near: Hub, hub: Hub, wire: Wire, between: Wire, crm: Crm, context: BrowserContext
    ) -> None:
        self.near = near
        self.hub = hub
        self.wire = wire
        self.between = between
        self.complaints = Complaints(allowed=list(BROWSERS_OWN))
        self._crm = crm
        self._context = context
        self.fault(speed=STILL)
        self.centre: Json = near.get("/links/sim/console/centre")
        self.desk = self.open_desk()
        self.panel = self.open_panel()
        self.streams = self.open_streams()

    @property
    def tabs(self) -> tuple[Tab, Tab]:
        return self.desk, self.panel

    # --- pages ------------------------------------------------------------------------------------------------------------

    def open_desk(self) -> Tab:
        return Tab(self._page(f"{self.wire.origin}/desk/?lang=en", 1280, 800))

    def open_panel(self) -> Tab:
        return Tab(self._page(f"{self.wire.origin}/panel/?lang=en", 320, 640))

    def open_streams(self) -> Page:
        options = {
            "ccpUrl": f"{self.wire.origin}/streams/ccp-v2/",
            "loginPopup": False,
            "softphone": {"allowFramedSoftphone": True},
            "storageAccess": {"canRequest": False},
        }
        page = self._page(f"{self._crm.origin()}/walk.html?options={quote(json.dumps(options))}", 800, 600)
        self.ready(page)
        return page

    @staticmethod
    def ready(page: Page) -> None:
        page.wait_for_function("() => window.walk?.agent !== undefined")
        page.wait_for_function("() => walk.probe()")

    def _page(self, url: str, width: int, height: int) -> Page:
        page = self._context.new_page()
        page.set_default_timeout(30_000)
        page.set_viewport_size({"width": width, "height": height})
        self.complaints.listen(page)
        page.goto(url)
        return page

    # --- the hub and the switch behind it ---------------------------------------------------------------------------------

    @property
    def chained(self) -> bool:
        return self.near is not self.hub

    def act(self, name: str, params: Json) -> Json:
        """Something happens in the world, unless it cannot."""
        return self.near.post("/links/sim/console/act", {"name": name, "params": params})

    def fault(self, **fault: object) -> None:
        found = self.near.post("/links/sim/console/fault", fault)
        assert "error" not in found, found

    def switch(self, *, everything: bool = False) -> Json:
        """The switch's own state. Its door is shut while the link is down."""
        path = f"/links/sim/console/state{'?all=1' if everything else ''}"
        found: Json = {}

        def told() -> bool:
            with suppress(HTTPError):
                found.update(self.near.get(path))
            return bool(found)

        until(told, "the switch tells its state")
        return found


@contextmanager
def place(folder: Path, context: BrowserContext, *, chained: bool = False) -> Iterator[Place]:
    """Everything is there, and is gone afterwards, whatever happens."""
    with ExitStack() as stack:
        crm = Crm()
        stack.callback(crm.stop)
        crm.pages["/walk.html"] = (HERE / "crm.html").read_text(encoding="utf-8")
        wire, between = Wire(), Wire()
        stack.callback(wire.stop)
        stack.callback(between.stop)
        top = _settings(wire.origin, crm.origin())
        near = Hub(folder / "near", (UNLIMITED if chained else top) + SIMULATED)
        stack.callback(near.stop)
        near.start()
        hub = near
        if chained:
            between.lead_to(near.port)
            secret = folder / "token"
            secret.write_text(near.token, encoding="utf-8")
            hub = Hub(folder / "far", top + _hanging(between.origin, secret))
            stack.callback(hub.stop)
            hub.start()
        wire.lead_to(hub.port)
        stack.callback(context.close)
        context.add_init_script((HERE / "tab.js").read_text(encoding="utf-8"))
        yield Place(near=near, hub=hub, wire=wire, between=between, crm=crm, context=context)


UNLIMITED = """
[web.rate]
address_per_second = 0
identity_per_second = 0
"""
SIMULATED = """
[[links]]
name = "sim"
protocol = "simulator"
[links.options]
people = false
"""


def _hanging(url: str, secret: Path) -> str:
    return f"""
[[links]]
name = "hop"
protocol = "native"
[links.options]
url = "{url}"
token_file = "{secret}"
"""


def _settings(public: str, crm: str) -> str:
    """Of a hub that browsers reach through the wire."""
    return f"""public = "{public}"
origins = ["{crm}"]
{UNLIMITED}
[demo]
agent = "{AGENT}"
"""
