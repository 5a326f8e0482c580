"""One process at a time: an advisory lock on a file beside the log."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Self

from cordboard.model.errors import CallerError


class Lock:
    """Held from its making to `release`, or to the end of the process, however it ends. The file stays.

    Raises `CallerError("store-locked")` if another holds it.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._descriptor, 20).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise CallerError(
                "store-locked",
                f"Another hub (process {holder or 'unknown'}) writes the log there. Stop it or give each its own store.path.",
                {"field": "store.path", "process": holder},
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Let another have it."""
        os.close(self._descriptor)
