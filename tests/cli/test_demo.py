"""What the demo says to whoever started it can be done as it stands there."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

CORDBOARD = Path(sys.executable).with_name("cordboard")
BARE = {"PATH": "/usr/bin:/bin"}
"""As with `make demo`: the program is not on the path."""


def test_the_call_that_it_proposes_rings() -> None:
    demo = subprocess.Popen(
        [str(CORDBOARD), "demo", "--port", "0", "--no-people"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=BARE,
    )
    assert demo.stdout is not None
    try:
        said = next(line for line in demo.stdout if "From another terminal" in line)
        proposed = shlex.split(said.partition(":")[2])
        done = subprocess.run(proposed, check=False, capture_output=True, text=True, env=BARE, timeout=30)
    finally:
        demo.terminate()
        demo.communicate(timeout=30)
    assert done.returncode == 0, done.stderr
    assert '"done"' in done.stdout
