"""One tab of the panel, used as an agent would: by mouse and keys."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
from playwright.sync_api import Page

from cordboard.model.view import View

Json = dict[str, Any]

KEYS = ("a", "h", "m", "x", "r", "j", "Shift+C", "Shift+T", "Shift+B", "Shift+E", "Shift+F", "Shift+D", "k", "c", "t", "p", "s", "5")  # fmt: skip
LIKELY = {
    "Answer": 8.0,
    "Log on": 6.0,
    "Finish": 4.0,
    "Consult": 4.0,
    "Add": 1.5,
    "Park": 1.5,
    "Retrieve": 3.0,
    "Complete transfer": 2.0,
    "Conference": 2.5,
    "Alternate": 2.0,
    "Hang up": 0.5,
    "Decline": 0.5,
    "Dismiss": 0.3,
    "Close": 0.3,
    "✕": 0.3,
    "Settings": 0.05,
    "Keyboard shortcuts": 0.05,
    "Sign out": 0.0,
}
"""How much more often than others a button is pressed, by its name."""


class Tab:
    """One tab of the panel."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.on("dialog", lambda dialog: dialog.accept())
        self._attend()

    def reload(self) -> None:
        self.page.reload()
        self._attend()

    def press(self, rng: Random) -> str:
        """Click something that can be clicked, or press a key."""
        buttons: list[list[str]] = self.page.evaluate("() => tab.buttons()")
        if rng.random() < 0.15 or not buttons:
            key = rng.choice(KEYS)
            if self.page.evaluate("() => tab.asking()"):
                key = rng.choice(["Escape", "Enter", "ArrowDown"])
            self.page.keyboard.press(key)
            return f"key {key}"
        weights = [_likely(name, role) for name, role in buttons]
        (place,) = rng.choices(range(len(buttons)), weights)
        spot = self.page.evaluate("place => tab.spot(place)", place)
        if spot is None:
            return f"{buttons[place][0]}: cannot be reached"
        x, y, name = spot
        self.page.mouse.click(x, y)
        return str(name)

    def place(self) -> Json:
        found: Json = self.page.evaluate("() => tab.place()")
        return found

    def view(self) -> View:
        return msgspec.convert(self.page.evaluate("() => tab.view()"), View)

    def shown(self) -> Json:
        """What can be read. A narrow panel shows one thing at a time, and folds what is behind: brought to the contacts first."""
        while self.page.evaluate("() => tab.asking()"):
            self.page.keyboard.press("Escape")
        contacts = self.page.get_by_role("navigation").get_by_role("button", name="Contacts")
        if contacts.count() > 0:
            contacts.click()
        found: Json = self.page.evaluate("() => tab.shown()")
        return found

    def runs(self) -> Json:
        found: Json = self.page.evaluate("() => tab.runs()")
        return found

    def _attend(self) -> None:
        self.page.wait_for_function("() => window.tab?.there()")
        self.page.evaluate("() => tab.attend()")


def _likely(name: str, role: str) -> float:
    if role == "menuitem":
        return 0.05 if "Log off" in name or name in ("End of shift", "System trouble") else 0.7
    if name.startswith(("Call +", "Call 2", "Ringtone")):
        return 0.1  # one of many that do the same
    return LIKELY.get(name, 1.0)
