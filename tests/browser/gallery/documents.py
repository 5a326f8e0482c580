"""The pictures that the documentation shows: an agent consults a colleague, at the desk and in the panel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.gallery.centre import Centre
from tests.browser.running import ROOT

ASSETS = ROOT / "docs" / "assets"
CALLER = "+44 20 7946 0103"


def take(url: str, opened: Callable[..., Page], folder: Path = ASSETS) -> None:
    """Write them anew."""
    page = opened(f"{url}/desk/", width=1180, height=640)
    panel = opened(f"{url}/panel/", width=320, height=560)
    mia, noor = Desk(page), Desk(opened(f"{url}/desk/?agent=noor"))
    mia.get_ready()
    noor.get_ready()
    chat = mia.state.get_by_role("button", name="Chat:")
    chat.click()
    page.get_by_role("menuitem", name="Log on: Ready").click()
    expect(chat).to_contain_text("Chat: Ready")
    Centre(url).ring(CALLER)
    mia.rung()
    mia.press("Answer")
    mia.press("Consult")
    mia.choose("noor", "Noor Rahimi")
    noor.rung()
    noor.press("Answer")
    for each in (page, panel):
        expect(each.locator("cb-call").nth(1).get_by_text("Noor Rahimi")).to_be_visible()
        expect(each.get_by_text("ringing")).to_have_count(0)
    page.locator("h1").click()
    page.screenshot(path=folder / "desk.png", animations="disabled")
    panel.screenshot(path=folder / "panel.png", animations="disabled")
