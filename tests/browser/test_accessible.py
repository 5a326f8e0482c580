"""axe finds nothing on any page, in any state, dark or light; and nothing is wider than the narrowest window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.running import ROOT

pytestmark = pytest.mark.browser

LOOKS = pytest.mark.parametrize(
    ("width", "dark"), [(320, True), (1280, False)], ids=["narrow-dark", "wide-light"]
)
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe finds, each with the element. The page's own policy stays as it is: this runs beside it."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("() => axe.run(document)")
    return [
        f"{rule['id']}: {node['html']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@LOOKS
def test_the_desk(quiet: str, opened: Callable[..., Page], width: int, *, dark: bool) -> None:
    page = opened(f"{quiet}/desk/", width=width, height=640, dark=dark)
    desk = Desk(page)

    def fine(state: str) -> None:
        assert violations(page) == [], state
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width, state

    expect(desk.button("Log on")).to_be_visible()
    fine("logged off")
    desk.get_ready()
    desk.press("Not ready")
    fine("menu")
    page.keyboard.press("Escape")
    name = desk.rung()
    fine("ringing")
    desk.press("Answer")
    desk.press("Keypad")
    fine("active")
    desk.press("Consult")
    expect(page.get_by_role("option").first).to_be_visible()
    fine("chooser")
    desk.choose("7946 0104", "Dmitri Hale")
    expect(desk.contact(name)).to_contain_text("Consult call")
    fine("consult")
    desk.press("Reconnect")
    expect(desk.contact(name).locator("cb-call")).to_have_count(1)
    desk.press("Hang up")
    expect(desk.button("Finish")).to_be_visible()
    fine("wrap-up")
    desk.press("Finish")
    expect(desk.recent.get_by_role("listitem")).to_have_count(1)
    desk.button("Ready").click()
    fine("finished")


@LOOKS
def test_the_console(demo: str, opened: Callable[..., Page], width: int, *, dark: bool) -> None:
    page = opened(f"{demo}/console/", width=width, height=640, dark=dark)
    page.get_by_role("button", name="Ring in").click()
    expect(page.get_by_role("region", name="Calls").get_by_role("row").first).to_be_visible()
    expect(page.get_by_role("region", name="Journal").get_by_role("row").nth(1)).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_start_page(quiet: str, opened: Callable[..., Page], *, dark: bool) -> None:
    page = opened(quiet, width=320, dark=dark)
    assert violations(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
