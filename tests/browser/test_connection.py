"""What the desk shows when something between it and the contact centre is lost, and how it comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.hosting import ADA, PASSWORD, Hosted, ring
from tests.browser.running import Complaints, Program

pytestmark = pytest.mark.browser


WRITE_DOWN = """() => {
  window.said = [];
  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((item) => (item.shadowRoot ? roots(item.shadowRoot) : []))];
  const look = () => {
    for (const root of roots(document)) {
      for (const item of root.querySelectorAll("[role=status]")) said.push(item.textContent);
      for (const item of root.querySelectorAll("button[aria-description]")) said.push(`${item.textContent.trim()}: ${item.ariaDescription}`);
    }
  };
  for (const root of roots(document)) new MutationObserver(look).observe(root, { subtree: true, childList: true, attributes: true });
}"""
"""Keeps what the page says: the link may be back before anybody has looked from outside."""


def test_a_link_that_is_cut_is_shown_and_greys_the_controls(
    quiet: str, opened: Callable[..., Page], complaints: Complaints
) -> None:
    complaints.allowed.append("502")  # the console's doors are the link's
    page = opened(f"{quiet}/desk/")
    desk = Desk(page)
    desk.get_ready()
    ring(quiet, ADA)
    desk.rung()
    desk.press("Answer")
    console = opened(f"{quiet}/console/")
    page.evaluate(WRITE_DOWN)
    console.get_by_role("spinbutton", name="Cut the link").fill("1")
    console.get_by_role("button", name="Cut", exact=True).click()
    page.wait_for_function("() => said.some((text) => text.includes('The line to sim is down'))")
    expect(page.get_by_text("The line to sim is down")).to_have_count(0, timeout=20_000)
    assert "Hold: The line to the contact centre is down." in page.evaluate("said")
    desk.press("Hold")
    expect(desk.button("Retrieve")).to_be_visible()


def test_a_hub_that_is_started_anew_finds_its_page_coming_back(
    programs: Callable[..., Program], opened: Callable[..., Page], complaints: Complaints, tmp_path: Path
) -> None:
    complaints.allowed.append("ERR_CONNECTION_REFUSED")
    first = programs("demo", "--port", "0", "--no-people", "--data", str(tmp_path / "data"))
    page = opened(f"{first.url}/desk/")
    desk = Desk(page)
    desk.press("Log on")
    expect(desk.button("Ready")).to_have_attribute("aria-disabled", "false")
    first.stop()
    expect(page.get_by_text("Connection lost. Trying again…")).to_be_visible()
    expect(desk.button("Ready")).to_have_attribute("aria-description", "Not connected to Cordboard just now.")
    programs("demo", "--port", str(first.port), "--no-people", "--data", str(tmp_path / "data"))
    expect(page.get_by_text("Connection lost. Trying again…")).to_have_count(0, timeout=30_000)
    # The new centre knows nobody; what the log has of the old one is shown until it says so.
    expect(desk.state.locator(".word")).to_have_text("Logged off")
    desk.get_ready()


def test_without_a_demo_it_asks_for_name_and_password(
    hosted: Callable[..., Hosted], opened: Callable[..., Page], complaints: Complaints
) -> None:
    complaints.allowed.append("40[134]")
    hub = hosted('[[links]]\nname = "sim"\nprotocol = "simulator"\n', accounts={"mia": ["agent:mia"]})
    page = opened(f"{hub.url}/desk/")
    page.get_by_label("Name").fill("mia")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Name or password is wrong.")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    desk = Desk(page)
    desk.press("Log on")
    expect(page.get_by_role("heading", name="Mia Thorne")).to_be_visible()
    desk.press("Settings")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Signed out.")).to_be_visible()

    page.goto(f"{hub.url}/console/")
    page.get_by_label("Name").fill("mia")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("it needs the scope “simulate”")).to_be_visible()
