"""A JSON file that holds secrets: readable by its owner alone, replaced whole or not at all, read again when it changed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from cordboard.model.errors import CallerError, InternalError

T = TypeVar("T")


class UnreadableError(InternalError):
    """A file cannot be read, or holds something else. Its message names it: for those who run the hub, and nobody else."""

    def __init__(self, path: Path, why: object) -> None:
        super().__init__("internal", f"cannot read {path}: {why}")


class Vault(Generic[T]):
    """One value of a msgspec type in one file. A file that is not there holds `empty`."""

    def __init__(self, path: Path, kind: type[T], empty: T) -> None:
        self.path = path
        self._decode = msgspec.json.Decoder(kind).decode
        self._empty = empty
        self._seen: tuple[int, int, int] | None = None
        self._value = empty

    def read(self) -> T:
        """The value; costs one `stat` while nobody changed the file. A CLI's change is seen by a running server so."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._seen, self._value = None, self._empty
            return self._value
        except OSError as error:
            raise UnreadableError(self.path, error.strerror) from None
        mark = (found.st_ino, found.st_mtime_ns, found.st_size)
        if mark != self._seen:
            try:
                self._value = self._decode(self.path.read_bytes())
            except (msgspec.DecodeError, OSError) as error:
                raise UnreadableError(self.path, error) from None
            self._seen = mark
        return self._value

    def change(self, change: Callable[[T], T]) -> T:
        """Replace the value by what `change` makes of it. Changers of several processes wait for each other."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self.path.with_name(self.path.name + ".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise CallerError("bad-field", f"cannot write {self.path}: {error.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            value = change(self.read())
            self._replace(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
        except OSError as error:
            raise CallerError("bad-field", f"cannot write {self.path}: {error.strerror}") from None
        finally:
            os.close(lock)
        return value

    def _replace(self, data: bytes) -> None:
        fresh = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # else a loss of power could bring the old one back
        finally:
            os.close(folder)
        self._seen = None
