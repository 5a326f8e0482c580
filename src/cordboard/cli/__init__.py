"""The command line. Whatever a user got wrong is said in one sentence, never as a traceback; exit code 2 then, 1 if we failed."""

from __future__ import annotations

import sys

from cordboard.cli.app import program
from cordboard.model.errors import Blame, CordboardError


def main() -> None:
    """The entry point `cordboard`."""
    try:
        program()
    except CordboardError as error:
        sys.stderr.write(f"cordboard: {error.message}\n")
        sys.exit(1 if error.blame is Blame.US else 2)
    except BrokenPipeError:  # whoever read us has seen enough: `cordboard tail … | head`
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
