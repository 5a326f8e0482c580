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

from tests.browser.running import Complaints
from tests.browser.streams.stage import Crm, HubProcess, until
from tests.browser.walk.tab import Tab
from tests.browser.walk.wire import Wire

Json = dict[str, Any]

HERE = Path(__file__).parent
AGENT = "mia"
SUBJECT = f"agent/{AGENT}"
STILL, FAST = 0.0001, 200.0
BROWSERS_OWN = ("net::ERR_", "WebSocket connection to")
"""What Chromium says of a wire that was cut."""
TROUBLE = ("-failed", "Traceback", '"level": "error"')
"""What the hub must not log."""


class Place:
    """All of it. The contact centre's time stands still but when it is told to pass."""

    def __init__(self, hub: HubProcess, wire: Wire, crm: Crm, context: BrowserContext) -> None:
        self.hub = hub
        self.wire = wire
        self.complaints = Complaints(allowed=list(BROWSERS_OWN))
        self._crm = crm
        self._context = context
        scopes = [word for scope in ("tenant", "tenant:command", "simulate") for word in ("-s", scope)]
        self._token = hub.cli("token", "mint", "--ttl", "3600", *scopes, "--subject", "walk")
        hub.start()
        self.fault(speed=STILL)
        self.centre: Json = self.get("/links/sim/console/centre")
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

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        return self.hub.get(path, self._token)

    def act(self, name: str, params: Json) -> Json:
        """Something happens in the world, unless it cannot."""
        found: Json = self.hub.post("/links/sim/console/act", {"name": name, "params": params}, self._token)
        return found

    def fault(self, **fault: object) -> None:
        found = self.hub.post("/links/sim/console/fault", fault, self._token)
        assert "error" not in found, found

    def switch(self, *, everything: bool = False) -> Json:
        """The switch's own state. Its door is shut while the link is down."""
        path = f"/links/sim/console/state{'?all=1' if everything else ''}"
        found: Json = {}

        def told() -> bool:
            with suppress(HTTPError):
                found.update(self.get(path))
            return bool(found)

        until(told, "the switch tells its state")
        return found

    def trouble(self) -> list[str]:
        """What the hub logged and should not have."""
        return [line for line in self.hub.log.splitlines() if any(word in line for word in TROUBLE)]


@contextmanager
def place(folder: Path, context: BrowserContext) -> Iterator[Place]:
    """Everything is there, and is gone afterwards, whatever happens."""
    with ExitStack() as stack:
        crm = Crm()
        stack.callback(crm.stop)
        crm.pages["/walk.html"] = (HERE / "crm.html").read_text(encoding="utf-8")
        wire = Wire()
        stack.callback(wire.stop)
        hub = HubProcess(folder, _settings(wire.origin, crm.origin()))
        stack.callback(hub.stop)
        wire.lead_to(hub.port)
        stack.callback(context.close)
        context.add_init_script((HERE / "tab.js").read_text(encoding="utf-8"))
        yield Place(hub, wire, crm, context)


def _settings(public: str, crm: str) -> str:
    """Of a hub that browsers reach through the wire, whose people do nothing by themselves."""
    return f"""public = "{public}"
origins = ["{crm}"]
[web.rate]
address_per_second = 0
identity_per_second = 0
[demo]
agent = "{AGENT}"
[[links]]
name = "sim"
protocol = "simulator"
[links.options]
people = false
"""
