"""Over HTTPS, as in real life: the CRM and a hub behind a TLS proxy under names of their own, of one site or of two."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext

from cordboard.contract import LOGIN_COOKIE
from tests.browser.running import ARGUMENTS
from tests.browser.streams.stage import (
    CALLER,
    LATEST,
    Crm,
    Stage,
    asked,
    build,
    free_port,
    has_agent,
    set_state,
    sign_in,
    state_is,
    until,
)
from tests.browser.streams.tls import TlsProxy

pytestmark = pytest.mark.browser

CRM = "crm.example"
KEPT = [(True, True, "Lax", None), (True, True, "None", f"https://{CRM}")]
HUBS = {"same site": "cti.crm.example", "other site": "cti.example"}


class Secured:
    """A CRM and a hub, each behind TLS."""

    def __init__(self, folder: Path, crm: Crm, hub: str) -> None:
        port = free_port()
        self.outer_crm = TlsProxy(CRM, crm.port)
        self.outer_hub = TlsProxy(hub, port)
        self.one_site = hub.endswith(f".{CRM}")
        self.crm = f"https://{CRM}:{self.outer_crm.port}"
        self.hub = f"https://{hub}:{self.outer_hub.port}"
        self.stage = Stage(folder / "hub", crm, demo=False, origins=(self.crm,), port=port, public=self.hub)

    def address(self, lib: str, *, login_popup: bool = True) -> str:
        options = {
            "ccpUrl": f"{self.hub}/streams/ccp-v2/",
            "loginPopup": login_popup,
            "loginPopupAutoClose": True,
            "ccpLoadTimeout": 1500 if login_popup else 60_000,
            "storageAccess": {"canRequest": False},
        }
        return f"{self.crm}/crm.html?lib={lib}&options={quote(json.dumps(options))}"

    def stop(self) -> None:
        self.stage.stop()
        self.outer_crm.stop()
        self.outer_hub.stop()


@pytest.fixture(scope="module")
def named(chromium: Browser) -> Iterator[Browser]:
    """A browser that finds every name on this machine."""
    names = "--host-resolver-rules=MAP *.example 127.0.0.1"
    browser = chromium.browser_type.launch(executable_path=shutil.which("chromium"), args=[*ARGUMENTS, names])
    yield browser
    browser.close()


@pytest.fixture(params=list(HUBS))
def behind(request: pytest.FixtureRequest, tmp_path: Path, crm: Crm) -> Iterator[Secured]:
    """Of one site, and of two."""
    made = Secured(tmp_path, crm, HUBS[request.param])
    yield made
    made.stop()


@pytest.fixture
def secure(named: Browser) -> Iterator[BrowserContext]:
    made = named.new_context(ignore_https_errors=True)
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.mark.parametrize("lib", [build(LATEST), build("2.4.7/connect-streams.js")])
def test_a_call_over_https(behind: Secured, named: Browser, secure: BrowserContext, lib: str) -> None:
    page = secure.new_page()
    with secure.expect_page() as opened:
        page.goto(behind.address(lib))
    sign_in(opened.value)
    has_agent(page)
    until(opened.value.is_closed, "the pop-up is closed", page=page)
    until(lambda: logins(secure) == KEPT, "the login is kept, on top and in the frame", page=page)
    page.reload()
    has_agent(page)
    assert len(secure.pages) == 1, "nobody was asked again"
    set_state(page, "Available")
    behind.stage.act("ring", number=CALLER, to="8001")
    page.wait_for_function("() => window.seen.includes('Connecting')")
    asked(page, "window.contact().accept(callbacks)")
    state_is(page, "Busy")
    assert blocked(named, behind) is (not behind.one_site)


def logins(context: BrowserContext) -> list[tuple[object, ...]]:
    """The logins that the browser keeps: secure, hidden from scripts, for whose requests, and within whose pages."""
    return sorted(
        (item.get("secure"), item.get("httpOnly"), item.get("sameSite"), item.get("partitionKey"))
        for item in context.cookies()
        if item.get("name") == LOGIN_COOKIE
    )


def blocked(browser: Browser, behind: Secured) -> bool:
    """Whether this browser refuses the frame a cookie that is not of its own partition. Asked where nobody signed in: a login
    window of the frame's site may earn it one for a while.
    """
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(behind.address(LATEST, login_popup=False))
    page.wait_for_selector("#ccp iframe")
    frame = next(item for item in page.frames if item.url.startswith(behind.hub))
    kept: str = frame.evaluate(
        "() => { document.cookie = 'probe=1; SameSite=None; Secure; Path=/'; return document.cookie; }"
    )
    context.close()
    return "probe=1" not in kept
