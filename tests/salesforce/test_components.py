"""The Salesforce components pass their own suite, by Salesforce's runner."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.node import node
from tools import aura

PROJECT = Path(__file__).parents[2] / "salesforce"


def test_the_components_do_what_they_should() -> None:
    runner = PROJECT / "node_modules/@salesforce/sfdx-lwc-jest/bin/sfdx-lwc-jest"
    assert runner.exists(), "make setup installs what the Salesforce components are tested with"
    run = subprocess.run(
        [node(), runner, "--", "--ci", "--runInBand", "--silent", "--json"],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    told = json.loads(run.stdout[run.stdout.index("{") :])
    assert told["numPassedTests"] == told["numTotalTests"] > 0


def test_the_helper_is_made_of_nothing_else() -> None:
    module = (PROJECT.parent / aura.MODULE).read_text()
    assert (PROJECT.parent / aura.HELPER).read_text() == aura.helper(module)
    for wrong in ("import { x } from 'y';\n" + module, module + "export const x = 1;\n", "const x = 1;\n"):
        with pytest.raises(ValueError, match="imports nothing"):
            aura.helper(wrong)
