"""`make gallery`: pictures of everything that is seen, at every size, light and dark, and sheets of them, into `.cache/gallery`.

With words: only the walks named; `docs` takes the documentation's own pictures anew, into `docs/assets`. For people to look at: nothing is asserted but that the pages get there.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.desk import Desk
from tests.browser.gallery import documents, others, panel
from tests.browser.gallery.centre import Centre
from tests.browser.gallery.pictures import NARROW, WIDE, Album
from tests.browser.panel.faces import faces
from tests.browser.running import ARGUMENTS, ROOT, Program, start

SETTINGS = """data = "{data}"
[web]
port = 0
[log]
level = "warning"
[demo]
agent = "mia"
[hub]
record = 5000
[[links]]
name = "sim"
protocol = "simulator"
options = {{ people = false }}
"""
FOLDER = ROOT / ".cache" / "gallery"
ALL = ("faces", "offers", "consulting", "media", "languages", "endings", "others")


class Studio:
    """A browser, and a hub in which nobody acts unless they are told to."""

    def __init__(self, browser: Browser, program: Program) -> None:
        self.browser = browser
        self.program = program
        self.url = program.url
        self._contexts: list[BrowserContext] = []

    def opened(self, url: str, *, width: int = 1280, height: int = 800, dark: bool = False) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(url)
        return page

    def panel(self) -> Page:
        return self.opened(f"{self.url}/panel/", width=320, height=465)

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@contextmanager
def studio(browser: Browser) -> Iterator[Studio]:
    """A studio with a hub of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "cordboard.toml"
        settings.write_text(SETTINGS.format(data=Path(folder) / "data"), encoding="utf-8")
        program = start("serve", "--config", str(settings))
        yield from _in_use(Studio(browser, program))


def _in_use(made: Studio) -> Iterator[Studio]:
    program = made.program
    try:
        yield made
    finally:
        made.close()
        if program.process.poll() is None:
            program.stop()


def walks(made: Studio) -> dict[str, Callable[[], Iterator[tuple[Page, str]]]]:
    """Each walk by its name; each yields pages to take, with what they show."""

    def shown(page: Page, names: Iterator[str]) -> Iterator[tuple[Page, str]]:
        return ((page, name) for name in names)

    def colleague() -> Desk:
        return Desk(made.opened(f"{made.url}/desk/?agent=noor"))

    def through_faces() -> Iterator[tuple[Page, str]]:
        page = made.panel()
        return shown(page, faces(made.url, made.opened, page))

    def through_offers() -> Iterator[tuple[Page, str]]:
        page = made.panel()
        return shown(page, panel.offers(page, Centre(made.url)))

    def through_consulting() -> Iterator[tuple[Page, str]]:
        page = made.panel()
        return shown(page, panel.consulting(page, Centre(made.url), colleague))

    def through_media() -> Iterator[tuple[Page, str]]:
        page = made.panel()
        page.wait_for_function("() => customElements.get('cb-panel') !== undefined")
        return shown(page, panel.media(page))

    return {
        "media": through_media,
        "faces": through_faces,
        "offers": through_offers,
        "consulting": through_consulting,
        "languages": lambda: panel.languages(made.panel(), made.url, Centre(made.url), made.opened),
        "endings": lambda: panel.endings(made.panel(), made.url, made.opened, made.program.stop),
        "others": lambda: others.pages(made.url, Centre(made.url), made.opened),
    }


def main(wanted: Sequence[str]) -> None:
    """Take them all, and say where they are."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        for name in wanted or ALL:
            if name == "docs":
                with studio(browser) as made:
                    documents.take(made.url, made.opened)
                continue
            album = Album(FOLDER)
            with studio(browser) as made:
                for page, scene in walks(made)[name]():
                    album.take(
                        page, scene, (NARROW[0], *NARROW[2:], *WIDE) if name == "others" else (*NARROW, *WIDE)
                    )
            album.sheets(browser, NARROW[:2], f"{name}-narrow", columns=3, scale=1)
            album.sheets(browser, NARROW[2:], f"{name}-tall", columns=5, scale=1)
            album.sheets(browser, WIDE, f"{name}-wide", columns=2, scale=0.6)
        browser.close()
    print(f"gallery: {FOLDER.relative_to(ROOT)}")  # noqa: T201 - it is what the command says


if __name__ == "__main__":
    main(sys.argv[1:])
