"""Scopes as texts: which are well formed, and which grants cover which."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from cordboard.model.errors import CallerError

_PLAIN = frozenset({"tenant", "tenant:command", "simulate", "inspect", "mint", "operate"})
_NAMED = re.compile(r"(agent|team|member):[^\s/*\x00-\x1f]{1,120}\Z")
_GRANTS = frozenset({"agent:*", "team:*", "member:*"})


def checked(scopes: Iterable[str], *, grants: bool = False) -> frozenset[str]:
    """The scopes, if all are well formed; `CallerError` naming the first that is not. `grants` may end in ``:*``."""
    found = frozenset(scopes)
    for scope in sorted(found):
        if scope not in _PLAIN and not _NAMED.match(scope) and not (grants and scope in _GRANTS):
            raise CallerError(
                "bad-field",
                f"{scope!r} is no scope: give agent:<id>, team:<id>, member:<id>, tenant, tenant:command, simulate, inspect, mint or "
                "operate",
                {"field": "scopes"},
            )
    return found


def missing(grants: Collection[str], wanted: Iterable[str]) -> str:
    """The first scope that the grants do not cover; empty when they cover all.

    ``tenant:command`` covers every agent, team and ``tenant``; ``agent:*``, ``team:*`` and ``member:*`` cover each of their kind.
    """
    for scope in sorted(wanted):
        kind, _, name = scope.partition(":")
        covered = (
            scope in grants
            or (name and f"{kind}:*" in grants)
            or ("tenant:command" in grants and kind in {"agent", "team", "member", "tenant"})
        )
        if not covered:
            return scope
    return ""
