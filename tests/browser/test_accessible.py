"""axe finds nothing on the console and the start page, dark or light; nothing is wider than the narrowest window. (The panel: `panel/`.)"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hosting import QUIET, Hosted
from tests.browser.panel.looks import sticking_out, violations

pytestmark = pytest.mark.browser

LOOKS = pytest.mark.parametrize(
    ("width", "dark"), [(200, True), (1280, False)], ids=["narrow-dark", "wide-light"]
)


@LOOKS
def test_the_console(demo: str, opened: Callable[..., Page], width: int, *, dark: bool) -> None:
    page = opened(f"{demo}/console/", width=width, height=640, dark=dark)
    page.get_by_role("button", name="Ring in").click()
    expect(page.get_by_role("region", name="Calls").get_by_role("row").first).to_be_visible()
    expect(page.get_by_role("region", name="Journal").get_by_role("row").nth(1)).to_be_visible()
    assert violations(page) == []
    assert sticking_out(page) == []


def test_the_start_page_leads_to_what_is_there(
    hosted: Callable[..., Hosted], opened: Callable[..., Page]
) -> None:
    """The CRM is there in a demo only."""
    found = {}
    for settings in (QUIET, QUIET.replace('[demo]\nagent = "mia"\n', "")):
        page = opened(hosted(settings).url)
        expect(page.get_by_role("link", name="Agent desk")).to_be_visible()
        doors = [str(link.get_attribute("href")) for link in page.get_by_role("link").all()]
        assert [door for door in doors if not page.request.get(page.url.rstrip("/") + door).ok] == []
        found[settings == QUIET] = {door for door in doors if door.startswith("/crm/")}
    assert found == {True: {"/crm/native/", "/crm/streams/"}, False: set()}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_start_page(quiet: str, opened: Callable[..., Page], *, dark: bool) -> None:
    page = opened(quiet, width=200, dark=dark)
    assert violations(page) == []
    assert sticking_out(page) == []
