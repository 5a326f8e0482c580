"""Pictures of a page at every size, light and dark, and sheets that show many of them at once."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
NARROW = ((200, 465), (320, 465), (320, 900))
WIDE = ((1280, 800),)


@dataclass(frozen=True)
class Picture:
    """One file: what it shows, and how."""

    scene: str
    theme: Theme
    size: tuple[int, int]
    file: Path


@dataclass
class Album:
    """Takes pictures into a folder."""

    folder: Path
    pictures: list[Picture] = field(default_factory=list)

    def take(self, page: Page, scene: str, sizes: Sequence[tuple[int, int]] = (*NARROW, *WIDE)) -> None:
        """The page as it is now, in each size, light and dark; then it is as large as it was."""
        before = page.viewport_size
        for size in sizes:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            for theme in THEMES:
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                name = re.sub(r"[^a-z0-9]+", "-", scene.lower())
                file = self.folder / f"{name}-{size[0]}x{size[1]}-{theme}.png"
                page.screenshot(path=file, animations="disabled")
                self.pictures.append(Picture(scene, theme, size, file))
        page.emulate_media(color_scheme="light")
        if before is not None:
            page.set_viewport_size(before)

    def sheets(
        self, browser: Browser, sizes: Sequence[tuple[int, int]], name: str, *, columns: int, scale: float
    ) -> None:
        """Sheets of all pictures of these sizes, a row for each few scenes."""
        page = browser.new_page(viewport={"width": 1640, "height": 900})
        scenes = list(dict.fromkeys(item.scene for item in self.pictures if item.size in sizes))
        for theme in THEMES:
            for number, start in enumerate(range(0, len(scenes), columns), 1):
                cells = "".join(
                    self._cell(scene, theme, sizes, scale) for scene in scenes[start : start + columns]
                )
                page.set_content(f"{_STYLE}<main>{cells}</main>")
                page.locator("main").screenshot(path=self.folder / f"sheet-{name}-{theme}-{number:02}.png")
        page.close()

    def _cell(self, scene: str, theme: Theme, sizes: Sequence[tuple[int, int]], scale: float) -> str:
        found = [
            item
            for item in self.pictures
            if item.scene == scene and item.theme == theme and item.size in sizes
        ]
        images = "".join(
            f'<img width="{round(item.size[0] * scale)}" src="data:image/png;base64,{base64.b64encode(item.file.read_bytes()).decode()}">'
            for item in found
        )
        return f"<section><h1>{html.escape(scene)}</h1>{images}</section>"


_STYLE = """<style>
  body { margin: 0 }
  main { display: inline-flex; flex-wrap: wrap; gap: 12px; padding: 8px; background: #8a8f98; font: 13px sans-serif }
  h1 { margin: 0 0 4px; font-size: 13px; color: #fff }
  img { margin-right: 6px; vertical-align: top }
</style>"""
