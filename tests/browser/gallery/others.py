"""The pages that are not the panel: start, sign-in, console, inspector, the demo's CRM."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.gallery.centre import CALLER, Centre


def pages(url: str, centre: Centre, opened: Callable[..., Page]) -> Iterator[tuple[Page, str]]:
    """Each with something in it. Mia talks to a caller meanwhile."""
    yield opened(url), "start"
    login = opened(f"{url}/streams/login?agent=nobody+at+all")
    yield login, "login window"
    desk = Desk(opened(f"{url}/desk/"))
    desk.get_ready()
    centre.ring(CALLER, data={"booking": "NQ-1000", "port": "Northquay"})
    desk.rung()
    desk.press("Answer")
    desk.press("Hold")
    expect(desk.button("Retrieve")).to_be_visible()
    console = opened(f"{url}/console/")
    expect(console.get_by_role("region", name="Calls").get_by_role("row").first).to_be_visible()
    yield console, "console"
    inspector = opened(f"{url}/inspector/")
    link = inspector.get_by_role("region", name="Contacts").get_by_role("link").first
    expect(link).to_be_visible()
    yield inspector, "inspector: contacts"
    link.click()
    expect(inspector.locator("cb-batch").first).to_be_visible()
    yield inspector, "inspector: one contact"
    inspector.get_by_text("Raw").first.click()
    yield inspector, "inspector: raw"
    for kind in ("native", "streams"):
        crm = opened(f"{url}/crm/{kind}/")
        crm.get_by_role("link").first.click()
        expect(crm.get_by_role("button", name="+44")).to_be_visible()
        expect(crm.frame_locator("iframe").get_by_role("button", name="Retrieve")).to_be_visible()
        yield crm, f"crm: {kind}"
