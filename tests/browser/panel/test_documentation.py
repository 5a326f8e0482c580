"""Every page of the how-to about embedding is loaded as it stands there, at another origin, and has to say what it says it does."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.hosting import Hosted
from tests.browser.panel.embedder import Embedder
from tests.browser.running import ROOT

pytestmark = pytest.mark.browser

HOW_TO = (ROOT / "docs" / "how-to" / "embed-the-panel.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(
    r"<!-- prints: ([^\n]+) -->\n```html\n(.*?)^```$", HOW_TO, flags=re.MULTILINE | re.DOTALL
)
HUB = "https://cordboard.example"


def test_each_example_says_what_it_prints() -> None:
    assert len(EXAMPLES) == HOW_TO.count("```html\n") == 6


@pytest.mark.parametrize("example", EXAMPLES, ids=[printed for printed, _ in EXAMPLES])
def test_the_example_works(
    hub: Callable[..., Hosted],
    crm: Embedder,
    opened: Callable[..., Page],
    example: tuple[str, str],
) -> None:
    printed, body = example
    running = hub(demo="sign-in" not in body)
    crm.pages["/cordboard-token"] = running.token(agent="mia")
    assert HUB in body
    page = opened(crm.put("waiting", "/before"))
    with page.expect_console_message(lambda message: printed in message.text):
        page.goto(crm.put(body.replace(HUB, running.url)))
