"""Was it on disk before anybody was told? The system calls of a run say so, whatever the code believes.

Run a program under `strace` with `tracing`, make it write recognisable words (say, contact ids) into the log and out to its
pages, and ask `deeds` when each word was logged, synced and told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

_LOGGING = {"pwrite64", "write", "pwritev", "writev"}
_SYNCING = {"fdatasync", "fsync"}
_TELLING = {"write", "writev", "send", "sendto", "sendmsg"}


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """When a word was first written to the log, when that was on disk, and when it was first told to anyone.

    These are line numbers of the trace, from 1; 0 where it never happened. A call counts as a write or a sync once it has
    returned without an error, and as telling from when it begins.
    """

    word: str
    logged: int
    synced: int
    told: int

    @property
    def in_order(self) -> bool:
        """Whether the word was told, and on disk before that."""
        return 0 < self.logged < self.synced < self.told


def tracing(trace: Path) -> Sequence[str]:
    """The beginning of a command line that writes the trace of the rest to this file. Needs `strace` 5.3 or newer."""
    calls = ",".join(sorted(_LOGGING | _SYNCING | _TELLING - {"send"}))
    options = ["--follow-forks", "--seccomp-bpf", "--decode-fds=path", "--string-limit=1000000", "-qq"]
    return ["strace", *options, "--signal=none", f"--trace={calls}", f"--output={trace}", "--"]


def deeds(trace: Path, words: Sequence[str], log: str = "-wal") -> Sequence[Deed]:
    """What became of each word. `log` is how the path of the file ends that has to be synced.

    The words have to be plain (letters, digits, dashes), each no part of another, and leave the process uncompressed
    and unencrypted through a pipe or a socket.
    """
    logged = dict.fromkeys(words, 0)
    written = dict.fromkeys(words, "")
    synced = dict.fromkeys(words, 0)
    told = dict.fromkeys(words, 0)
    for call in _calls(trace):
        to_log = call.path.endswith(log)
        if call.name in _SYNCING and to_log and call.succeeded:
            for word in words:
                if not synced[word] and 0 < logged[word] < call.began and written[word] == call.path:
                    synced[word] = call.ended
        elif call.name in _LOGGING and to_log and call.succeeded:
            for word in _new(words, logged, call.text):
                logged[word], written[word] = call.ended, call.path
        elif call.name in _TELLING and call.path.startswith(("pipe:", "socket:")):
            for word in _new(words, told, call.text):
                told[word] = call.began
    return [Deed(word=word, logged=logged[word], synced=synced[word], told=told[word]) for word in words]


class _Call(msgspec.Struct, frozen=True, kw_only=True):
    """One system call on a file or socket, with the lines on which it began and ended."""

    name: str
    path: str
    text: str
    began: int
    ended: int
    succeeded: bool


def _new(words: Sequence[str], known: dict[str, int], text: str) -> list[str]:
    return [word for word in words if not known[word] and word in text]


_BEGUN = re.compile(r"(?P<pid>\d+) +(?P<name>\w+)\(\d+<(?P<path>(?:[^>\\]|\\.)*)>(?P<text>.*)")
_RESUMED = re.compile(r"(?P<pid>\d+) +<\.\.\. (?P<name>\w+) resumed>(?P<text>.*)")
_UNFINISHED = " <unfinished ...>"
_FAILED = re.compile(r"= (-1 |\?)[^\"]*$")


def _calls(trace: Path) -> Iterator[_Call]:
    """The calls in the order in which they ended. One that never did counts as begun, and comes last."""
    begun: dict[str, _Call] = {}
    with trace.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            text = line.rstrip("\n")
            if first := _BEGUN.match(text):
                call = _Call(
                    name=first["name"],
                    path=first["path"],
                    text=first["text"],
                    began=number,
                    ended=number,
                    succeeded=not _FAILED.search(text),
                )
                if text.endswith(_UNFINISHED):
                    begun[first["pid"]] = call
                else:
                    yield call
            elif (rest := _RESUMED.match(text)) and (earlier := begun.pop(rest["pid"], None)):
                ended = not _FAILED.search(text)
                yield msgspec.structs.replace(earlier, ended=number, succeeded=ended)
    for call in begun.values():
        yield msgspec.structs.replace(call, succeeded=False)
