"""`make across`: a page that was written for Amazon Connect takes a call that comes over Five9's interface."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import ROOT, Program

pytestmark = pytest.mark.browser
EXAMPLE = ROOT / "examples" / "five9-behind-streams"


@pytest.fixture
def across(tmp_path: Path) -> Iterator[str]:
    """The address of the hub whose calls come from the other, where only the caller for the visitor acts by themselves."""
    copy = shutil.copytree(EXAMPLE, tmp_path / "example")
    vendor = (copy / "vendor.toml").read_text(encoding="utf-8")
    assert "people = true" in vendor
    (copy / "vendor.toml").write_text(vendor.replace("people = true", "people = false"), encoding="utf-8")
    command = [sys.executable, str(copy), "0", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = ""
    while (line := process.stdout.readline()) and "Ctrl-C" not in said:
        said += line
    found = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert found is not None, said + process.communicate()[1]
    program = Program(process=process, url=found[0])
    yield program.url
    program.stop()


def test_a_page_for_amazon_connect_takes_a_call_from_five9(across: str, opened: Callable[..., Page]) -> None:
    page = opened(f"{across}/crm/streams/")
    panel = page.frame_locator("iframe")
    panel.get_by_role("button", name="Ready", exact=True).click()
    panel.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("heading", name="Ada Whitlow")).to_be_visible()
    expect(panel.get_by_role("button", name="Hold")).to_be_visible()
    # What Five9 has no word for is greyed, and says why.
    expect(panel.get_by_role("button", name="Mute")).to_have_attribute("aria-disabled", "true")
    panel.get_by_role("button", name="Hang up").click()
    panel.get_by_role("button", name="Finish").click()
    expect(page.locator("#calls tr:has(td)")).to_have_count(1)


def test_what_is_shown_is_how_one_would_go_to_five9_itself() -> None:
    """Nothing but the login host is put in its place: the settings of the file are those of the how-to."""
    text = (EXAMPLE / "hub.toml").read_text(encoding="utf-8")
    assert 'url = "https://app.five9.com"' in text
    done = subprocess.run(
        [str(Path(sys.executable).with_name("cordboard")), "config", "check", str(EXAMPLE / "hub.toml")],
        env={"FIVE9_MIA": "secret", "PATH": ""},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
