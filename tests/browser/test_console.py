"""The simulator console, beside a desk that shows what it does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.running import Complaints

pytestmark = pytest.mark.browser


def ring(console: Page, who: str, to: str) -> None:
    console.get_by_role("combobox", name="Caller").fill(who)
    console.get_by_role("combobox", name="To").select_option(to)
    console.get_by_role("button", name="Ring in").click()


def test_a_chosen_customer_rings_and_is_played(quiet: str, opened: Callable[..., Page]) -> None:
    console, desk = opened(f"{quiet}/console/"), Desk(opened(f"{quiet}/desk/"))
    desk.get_ready()
    ring(console, "Celia Durand", "agent:mia")
    assert desk.rung() == "Celia Durand"
    contact = desk.contact("Celia Durand")
    expect(contact).to_contain_text("NQ-1074")
    calls = console.get_by_role("region", name="Calls")
    expect(calls.get_by_text("Mia Thorne")).to_be_visible()
    desk.press("Answer")
    calls.get_by_role("textbox", name="Keys pressed by Celia Durand").fill("12#")
    console.keyboard.press("Enter")
    expect(console.get_by_role("region", name="Journal").get_by_text("digits").first).to_be_visible()
    calls.get_by_role("button", name="Hang up as Celia Durand").click()
    expect(contact).to_contain_text("Wrap-up")
    agents = console.get_by_role("region", name="Agents")
    expect(agents.get_by_role("row", name="Mia Thorne")).to_contain_text("After-call work")


def test_a_caller_waits_in_a_queue_and_gives_up(quiet: str, opened: Callable[..., Page]) -> None:
    console = opened(f"{quiet}/console/")
    ring(console, "+44 20 7946 0102", "queue:bookings")
    queues = console.get_by_role("region", name="Queues")
    expect(queues.get_by_role("row", name="Bookings")).to_contain_text("Bram Okafor")
    queues.get_by_role("button", name="Hang up as Bram Okafor").click()
    expect(queues.get_by_text("Bram Okafor")).to_have_count(0)


def test_a_scenario_is_played_to_its_result(quiet: str, opened: Callable[..., Page]) -> None:
    console = opened(f"{quiet}/console/")
    console.get_by_role("spinbutton", name="Speed of time").fill("50")
    console.keyboard.press("Enter")
    console.get_by_role("combobox", name="Scenarios").select_option("hold")
    console.get_by_role("button", name="Play").click()
    expect(console.get_by_text("hold: passed")).to_be_visible(timeout=30_000)


def test_faults_and_arrivals_are_switched(
    quiet: str, opened: Callable[..., Page], complaints: Complaints
) -> None:
    console = opened(f"{quiet}/console/")
    for name in ("Duplicate", "Reorder", "Never answer the next"):
        console.get_by_role("button", name=name).click()
        expect(console.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    console.get_by_role("button", name="Never answer the next").click()
    console.get_by_role("combobox", name="Refuse the next command").select_option("no-free-line")
    console.get_by_role("button", name="Set").last.click()
    desk = Desk(opened(f"{quiet}/desk/"))
    desk.press("Log on")
    alert = desk.page.get_by_role("alert")
    expect(alert.filter(has_text="State: You have as many calls as you can have.")).to_be_visible()
    arrivals = console.get_by_role("switch", name="Arrivals")
    expect(arrivals).to_have_attribute("aria-checked", "true")
    arrivals.click()
    expect(console.get_by_role("spinbutton", name="Bookings")).to_have_value("0")
    expect(arrivals).to_have_attribute("aria-checked", "false")

    complaints.allowed.append("409")
    ring(console, "12", "queue:bookings")
    ring(console, "12", "queue:bookings")
    expect(console.get_by_role("alert").filter(has_text="ring:")).to_be_visible()


def test_a_customer_writes_and_a_task_comes_in(quiet: str, opened: Callable[..., Page]) -> None:
    console, page = opened(f"{quiet}/console/"), opened(f"{quiet}/panel/", width=320, height=640)
    for medium in ("Chat", "Task"):
        page.get_by_role("button", name=f"{medium}:").click()
        page.get_by_role("menuitem", name="Log on: Ready").click()
        expect(page.get_by_role("button", name=f"{medium}: Ready")).to_be_visible()
    mia = console.get_by_role("region", name="Agents").get_by_role("row", name="Mia Thorne")
    expect(mia).to_contain_text("Chat: Ready")
    console.get_by_role("combobox", name="Caller").fill("Celia Durand")
    console.get_by_role("combobox", name="To").select_option("queue:messages")
    console.get_by_role("textbox", name="First message").fill("Is the boat late?")
    console.get_by_role("button", name="Send in").click()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("log", name="Messages")).to_contain_text("Is the boat late?")
    console.get_by_role("textbox", name="Message of Celia Durand").fill("The one to Port Selby.")
    console.keyboard.press("Enter")
    expect(page.get_by_role("log", name="Messages")).to_contain_text("The one to Port Selby.")
    console.get_by_role("combobox", name="To").select_option("queue:backoffice")
    console.get_by_role("textbox", name="Subject").fill("Refund for NQ-1148")
    console.get_by_role("button", name="Send in").click()
    expect(
        page.get_by_role("article", name="Celia Durand").filter(has_text="Refund for NQ-1148")
    ).to_be_visible()
    console.get_by_role("button", name="Leave as Celia Durand").first.click()
    expect(page.get_by_role("article").filter(has_text="Wrap-up")).to_be_visible()


def test_an_agent_is_shown_an_entry_of_a_campaign(quiet: str, opened: Callable[..., Page]) -> None:
    console, desk = opened(f"{quiet}/console/"), Desk(opened(f"{quiet}/desk/"))
    desk.get_ready()
    campaigns = console.get_by_role("region", name="Campaigns")
    expect(campaigns).to_contain_text("0 of 4 done")
    campaigns.get_by_role("button", name="Show the next entry").click()
    desk.press("Never call")
    expect(campaigns).to_contain_text("1 of 4 done")
    campaigns.get_by_role("button", name="Start").click()
    expect(desk.contact("Viggo Strand")).to_contain_text("To be called")
    campaigns.get_by_role("button", name="Stop").click()
    campaigns.get_by_role("combobox", name="Campaign").select_option("survey")
    expect(campaigns.get_by_role("button", name="Show the next entry")).to_have_count(0)
