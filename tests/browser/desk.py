"""An agent at the desk page, by what can be seen and clicked there."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

RINGS_WITHIN = 10_000


class Desk:
    """One desk page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.state = page.get_by_role("region", name="Agent state")
        self.contacts = page.get_by_role("region", name="Contacts", exact=True)
        self.recent = page.get_by_role("region", name="Last contacts")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, name: str) -> None:
        """Press a button that is there and not greyed."""
        expect(self.button(name)).to_have_attribute("aria-disabled", "false")
        self.button(name).click()

    def get_ready(self) -> None:
        """Log on if need be, and take calls; one may ring at once."""
        expect(self.state.get_by_role("button").first).to_have_attribute("aria-disabled", "false")
        if self.button("Log on").is_visible():
            self.press("Log on")
        self.press("Ready")
        expect(self.state.locator(".word")).to_have_text(re.compile("Ready|On a contact"))

    def has_the_tone(self) -> None:
        """Wait until this is the page that rings. Its bell says what is wished, also before the hub has granted it."""
        self.press("Settings")
        expect(self.page.get_by_text("Ringtone: on this page")).to_be_visible()
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_role("dialog")).to_have_count(0)

    def contact(self, name: str) -> Locator:
        return self.contacts.get_by_role("article", name=name)

    def rung(self, within: float = RINGS_WITHIN) -> str:
        """Whoever rings, once somebody does."""
        expect(self.button("Answer")).to_be_visible(timeout=within)
        return self.contacts.get_by_role("heading").first.inner_text()

    def choose(self, text: str, option: str) -> None:
        """In the open chooser: look for the text, and take the option."""
        self.page.get_by_role("combobox").fill(text)
        self.page.get_by_role("option", name=option).click()
