"""`python -m tests.browser.walk --seed 7 --steps 1000`: one walk, and what it was made of."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.running import ARGUMENTS
from tests.browser.walk.stage import place
from tests.browser.walk.walk import Walk


def say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.browser.walk")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--steps", type=int, default=1000)
    asked.add_argument(
        "--chained", action="store_true", help="pages on a hub that hangs on the one with the centre"
    )
    asked.add_argument("--verbose", action="store_true", help="say each action")
    given = asked.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        with place(Path(folder), browser.new_context(), chained=given.chained) as found:
            go(Walk(found, given.seed), given.steps, verbose=given.verbose)
        browser.close()


def go(walk: Walk, steps: int, *, verbose: bool) -> None:
    began = time.monotonic()
    try:
        walk.go(steps)
    finally:
        took = time.monotonic() - began
        done = sum(walk.tally.done.values())
        say(f"seed {walk.seed}: {done} actions and {walk.tally.checks} checks in {took:.0f} s")
        if verbose:
            for what in (walk.tally.done, walk.tally.answers):
                say(*(f"{count:5} {name}" for name, count in what.most_common()), "")


main()
