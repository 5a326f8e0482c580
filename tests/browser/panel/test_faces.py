"""Every face of the panel, at every width, light and dark and in every language: axe finds nothing, and nothing sticks out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.panel.faces import escape, faces, ring_in
from tests.browser.panel.looks import sticking_out, violations
from tests.browser.running import Complaints

pytestmark = pytest.mark.browser

SIZES = ((200, 465), (320, 465), (1280, 800))


@pytest.mark.parametrize(
    "size",
    # The middle one goes with `make matrix`: what sticks out does so in the narrowest, what is bare in the widest.
    [
        pytest.param(size, id=str(size[0]), marks=pytest.mark.matrix if size[0] == 320 else ())
        for size in SIZES
    ],
)
def test_axe_finds_nothing_and_nothing_sticks_out(
    quiet: str, opened: Callable[..., Page], complaints: Complaints, size: tuple[int, int]
) -> None:
    """Each face is looked at light and then dark. Where there is little room nothing lies below what is said for a while."""
    complaints.allowed.append("502")  # the console's doors are those of the link that is cut
    page = opened(f"{quiet}/panel/", width=size[0], height=size[1])
    seen = []
    for face in faces(quiet, opened, page):
        assert violations(page) == [], face
        assert sticking_out(page) == [], face
        page.emulate_media(color_scheme="dark")
        assert violations(page) == [], f"{face}, dark"
        page.emulate_media(color_scheme="light")
        if face == "refused" and size[0] < 600:
            assert lowest(page, "main") <= highest(page, "cb-toasts")
        seen.append(face)
    assert len(seen) == 17


def lowest(page: Page, what: str) -> float:
    box = page.locator(what).bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def highest(page: Page, what: str) -> float:
    box = page.locator(what).bounding_box()
    assert box is not None
    return box["y"]


LANGUAGES = {
    "de": ("Nicht bereit", "Annehmen", "Verbinden", "Einstellungen", "Tastenkürzel", "Fertig"),
    "pt": ("Indisponível", "Atender", "Transferir", "Configurações", "Atalhos de teclado", "Finalizar"),
    "ja": ("受付不可", "応答", "転送", "設定", "キーボードショートカット", "完了"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_fits_into_the_narrowest_panel(
    quiet: str, opened: Callable[..., Page], language: str
) -> None:
    """One page is worked with in English, the other shows it in the language."""
    not_ready, answer, transfer, settings, shortcuts, finish = LANGUAGES[language]
    desk = Desk(opened(f"{quiet}/desk/"))
    page = opened(f"{quiet}/panel/?lang={language}", width=200, height=465)

    def fits(face: str) -> None:
        assert sticking_out(page) == [], f"{language}: {face}"

    assert page.evaluate("document.documentElement.lang") == language
    desk.press("Log on")
    expect(page.get_by_text(not_ready).first).to_be_visible()
    fits("not ready")
    chips: list[Any] = [chip.bounding_box() for chip in page.locator("cb-medium-state").all()]
    assert len(chips) == 2
    assert chips[0]["y"] == chips[1]["y"], "they stand beside each other"
    for key, heading in (("g", settings), ("?", shortcuts)):
        page.keyboard.press(key)
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        fits(heading)
        escape(page)
    page.keyboard.press("n")
    expect(page.get_by_role("menuitem").first).to_be_visible()
    fits("reasons")
    escape(page)
    page.keyboard.press("s")
    expect(page.get_by_role("option").first).to_be_visible()
    fits("directory")
    escape(page)
    desk.press("Ready")
    ring_in(opened(f"{quiet}/console/"))
    expect(page.get_by_role("button", name=answer)).to_be_visible()
    fits("ringing")
    page.keyboard.press("a")
    expect(page.get_by_role("button", name=transfer, exact=True)).to_be_visible()
    fits("in a call")
    page.keyboard.press("k")
    fits("keypad")
    desk.press("Consult")
    desk.choose("8002", "Changes and refunds")
    expect(page.locator("cb-call")).to_have_count(2)
    fits("consulting")
    desk.press("Reconnect")
    expect(page.locator("cb-call")).to_have_count(1)
    page.keyboard.press("Shift+E")
    expect(page.get_by_role("button", name=finish)).to_be_visible()
    fits("wrap-up")
    page.get_by_role("button", name=finish).click()
    page.keyboard.press("l")
    expect(page.get_by_role("listitem").first).to_be_visible()
    fits("last contacts")
    page.keyboard.press("x")
    fits("after a key that does nothing now")


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [("?lang=de-AT", "de-AT"), ("?lang=fr", "en-US"), ("?lang=", "en-US"), ("", "en-US")],
)
def test_the_language_is_the_one_asked_for_or_the_browsers(
    quiet: str, opened: Callable[..., Page], wanted: str, spoken: str
) -> None:
    page = opened(f"{quiet}/panel/{wanted}")
    expect(page.get_by_role("button", name="Einloggen" if spoken == "de-AT" else "Log on")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == spoken


def test_an_agent_chooses_the_language_and_loses_nothing_by_it(
    quiet: str, opened: Callable[..., Page]
) -> None:
    """At once, in this browser for good, also where the page around asks for another; and back to what the page would speak."""
    page = opened(f"{quiet}/panel/", width=200, height=465)
    desk = Desk(page)
    expect(desk.button("Log on")).to_be_visible()
    page.keyboard.press("d")
    page.get_by_role("textbox", name="Number").fill("2002")
    desk.press("Settings")
    page.get_by_role("combobox", name="Language").select_option("Deutsch")
    expect(page.get_by_role("heading", name="Einstellungen")).to_be_visible()
    assert sticking_out(page) == []
    escape(page)
    expect(page.get_by_role("textbox", name="Nummer")).to_have_value("2002")
    expect(page).to_have_title(re.compile("Agenten"))
    page.goto(f"{quiet}/panel/?lang=ja")
    expect(desk.button("Einloggen")).to_be_visible()
    page.keyboard.press("g")
    page.get_by_role("combobox", name="Sprache").select_option("")
    expect(page.get_by_role("heading", name="設定")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "ja"


def test_maintenance_is_said_calmly_in_every_language(quiet: str, opened: Callable[..., Page]) -> None:
    """In the narrowest panel as well; and it is gone when it was called off."""
    pages = {name: opened(f"{quiet}/panel/?lang={name}", width=200, height=465) for name in PLANNED}
    page = pages["en"]
    token = page.request.post(f"{quiet}/v1/demo", data={}).json()["token"]

    def operator(**order: object) -> None:
        said = page.request.post(
            f"{quiet}/v1/maintenance", data=order, headers={"Authorization": f"Bearer {token}"}
        )
        assert said.ok, said.text()

    for each in pages.values():
        expect(each.locator("cb-agent-state")).to_be_visible()
    orders: tuple[dict[str, object], ...] = (
        {"do": "announce", "after": 1_800_000, "text": "A new switch"},
        {"do": "start", "graceful": False, "to": {"host": "a-rather-long-name.south.example"}},
        {"do": "complete"},
    )
    for number, order in enumerate(orders):
        operator(**order)
        for name, each in pages.items():
            banner = each.get_by_role("status").filter(has_text=PLANNED[name][number])
            expect(banner).to_be_visible()
            expect(banner).to_contain_text("A new switch")
            assert sticking_out(each) == [], (name, number)
        assert violations(page) == [], number
        page.emulate_media(color_scheme="dark")
        assert violations(page) == [], f"{number}, dark"
        page.emulate_media(color_scheme="light")
    operator(do="cancel")
    for name, each in pages.items():
        expect(each.get_by_text(PLANNED[name][2])).to_have_count(0)


PLANNED = {
    "en": ("Maintenance is planned for", "You may be cut off", "has moved to"),
    "de": ("Wartung geplant für", "Wartung hat begonnen", "umgezogen"),
    "pt": ("Manutenção prevista para", "manutenção começou", "mudou para"),
    "ja": ("メンテナンスを予定", "メンテナンスが始まりました", "に移りました"),
}
"""What is announced, started by force, and completed elsewhere."""


def test_a_look_can_be_forced(quiet: str, opened: Callable[..., Page]) -> None:
    scheme = "getComputedStyle(document.querySelector('cb-agent-page')).colorScheme"
    assert opened(f"{quiet}/panel/?theme=dark").evaluate(scheme) == "dark"
    assert opened(f"{quiet}/panel/?theme=light", dark=True).evaluate(scheme) == "light"
    assert opened(f"{quiet}/panel/", dark=True).evaluate(scheme) == "light dark"
