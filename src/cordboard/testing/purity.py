"""Whether a protocol is sans-I/O: what its modules import, and what its code calls while it runs."""

from __future__ import annotations

import ast
import builtins
import importlib.util
import os
import random
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FORBIDDEN = frozenset(
    {
        "aiohttp",
        "anyio",
        "asyncio",
        "concurrent",
        "ftplib",
        "httpx",
        "multiprocessing",
        "requests",
        "secrets",
        "select",
        "selectors",
        "smtplib",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib3",
        "uuid",
        "websockets",
    }
)
"""Modules that do I/O, tell the time or make chance."""
_FORBIDDEN_NAMES = {
    ("random", "random"),
    ("random", "choice"),
    ("random", "randint"),
    ("random", "SystemRandom"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("os", "urandom"),
    ("http", "client"),
    ("urllib", "request"),
}
_INSTEAD = "times come in with each frame, chance and ids from the injected `Ids`, and the driver does the I/O that an effect asks for"

_SEALED: tuple[tuple[Any, str], ...] = (
    *(
        (time, name)
        for name in (
            "time",
            "time_ns",
            "monotonic",
            "monotonic_ns",
            "perf_counter",
            "perf_counter_ns",
            "sleep",
        )
    ),
    *(
        (random, name)
        for name in ("random", "randint", "randrange", "choice", "choices", "shuffle", "uniform")
    ),
    (os, "urandom"),
    (socket, "socket"),
    (builtins, "open"),
)


def impurities(module: str) -> list[str]:
    """What the module, and all of its own package that it imports, imports and should not."""
    package = _package(module)
    seen: set[str] = set()
    found: list[str] = []
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _source(name)
        if name in seen or path is None:
            continue
        seen.add(name)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for node in ast.walk(tree):
            waiting += [
                item for item in _imported(node, inside) if item.split(".")[0] == package.split(".")[0]
            ]
            found += [f"{name}, line {line}: {what}; {_INSTEAD}" for line, what in _wrong(node)]
    return sorted(set(found))


@contextmanager
def sealed() -> Iterator[None]:
    """While this is open, this thread's code can read no clock, make no chance and open nothing: it raises `ImpureError`."""
    me = threading.get_ident()
    before = [(owner, name, getattr(owner, name)) for owner, name in _SEALED]
    for owner, name, real in before:
        setattr(owner, name, _refusing(real, f"{owner.__name__}.{name}", me))
    try:
        yield
    finally:
        for owner, name, real in before:
            setattr(owner, name, real)


class ImpureError(Exception):
    """Pure code called something that is not."""


def _refusing(real: Callable[..., Any], name: str, me: int) -> Callable[..., Any]:
    def call(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - stands for anything
        if threading.get_ident() != me:
            return real(*args, **named)
        raise ImpureError(f"it calls {name}: {_INSTEAD}")

    return call


def _package(module: str) -> str:
    return (
        module
        if (path := _source(module)) is not None and path.name == "__init__.py"
        else module.rpartition(".")[0] or module
    )


def _source(module: str) -> Path | None:
    known = sys.modules.get(module)
    file = getattr(known, "__file__", None)
    if file is None:
        try:
            spec = importlib.util.find_spec(module)
        except (ImportError, ValueError):
            return None
        file = spec.origin if spec is not None else None
    return Path(file) if file is not None and file.endswith(".py") else None


def _imported(node: ast.AST, inside: str) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (item.name for item in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            start = ".".join(inside.split(".")[: len(inside.split(".")) - level + 1]) if level else ""
            base = ".".join(part for part in (start, module or "") if part)
            yield base
            yield from (f"{base}.{item.name}" for item in names)
        case _:
            return


def _wrong(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Import(names=names, lineno=line):
            for item in names:
                if (
                    item.name.split(".")[0] in FORBIDDEN
                    or tuple(item.name.split(".")[:2]) in _FORBIDDEN_NAMES
                ):
                    yield line, f"imports {item.name}"
        case ast.ImportFrom(module=str(module), names=names, level=0, lineno=line):
            if module.split(".")[0] in FORBIDDEN or tuple(module.split(".")[:2]) in _FORBIDDEN_NAMES:
                yield line, f"imports {module}"
            for item in names:
                if (module, item.name) in _FORBIDDEN_NAMES:
                    yield line, f"imports {module}.{item.name}"
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name), lineno=line):
            if (owner, name) in _FORBIDDEN_NAMES:
                yield line, f"calls {owner}.{name}"
        case ast.Call(func=ast.Name(id="open"), lineno=line):
            yield line, "calls open"
        case _:
            return
