"""How a page looks to a machine: what axe finds, and what sticks out."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.running import ROOT

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

_STICKING_OUT = """() => {
  const found = [];
  const name = (element) => `${element.tagName.toLowerCase()} ${element.textContent.trim().replace(/\\s+/g, " ").slice(0, 60)}`;
  const look = (root) => {
    for (const element of root.children) {
      if (element.matches("[role=group][tabindex]")) continue; // what is wider is scrolled to in there
      look(element.shadowRoot ?? element);
      const box = element.getBoundingClientRect();
      if (box.width <= 1 || element.closest(".unseen") || element.closest("svg")) continue;
      if (box.right > innerWidth + 1 || box.left < -1) found.push(`outside the window: ${name(element)}`);
      const cut = getComputedStyle(element).textOverflow === "ellipsis";
      if (["BUTTON", "MAIN", "DIALOG", "LI", "TD", "DIV", "P", "SECTION", "HEADER", "NAV"].includes(element.tagName) && !cut && element.scrollWidth > element.clientWidth + 1) {
        found.push(`wider than its place: ${name(element)}`);
      }
    }
  };
  look(document);
  return found;
}"""


def violations(page: Page) -> list[str]:
    """What axe finds, each with the element. The page's own policy stays as it is: this runs beside it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("() => axe.run(document)")
    return [
        f"{rule['id']}: {node['html']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def sticking_out(page: Page) -> list[str]:
    """What does not fit: outside the window, or wider than the button, cell or dialog that it stands in. Tables that are scrolled within
    their card may be wider.
    """
    found: list[str] = page.evaluate(_STICKING_OUT)
    return found
