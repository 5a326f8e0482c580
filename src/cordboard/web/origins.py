"""Which pages may talk to us: exact origins, never a pattern. Callers that are no browser send none and have to sign in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from cordboard.model.errors import CallerError

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_PORTS = {"http": 80, "https": 443}


def checked(origins: Iterable[str], setting: str) -> tuple[str, ...]:
    """The origins, if each is written exactly as browsers send it; else `CallerError` with the right spelling."""
    found = tuple(origins)
    for origin in found:
        if (right := _spelled(origin)) != origin:
            hint = f": write {right!r}" if right else ": write scheme and host only, like https://crm.example"
            raise CallerError("bad-field", f"{origin!r} is no origin{hint}", {"field": setting})
    return found


def own_origins(host: str, port: int, public: str) -> frozenset[str]:
    """Where our own pages come from. Not taken from the request's `Host`: a name that points here is not ours for that."""
    if public:
        return frozenset({public})
    hosts = set(_LOOPBACK)
    if host not in {"", "0.0.0.0", "::"}:  # noqa: S104 - compared with, not bound to
        hosts.add(f"[{host}]" if ":" in host else host)
    return frozenset(f"http://{name}" + ("" if port == _PORTS["http"] else f":{port}") for name in hosts)


def cors(
    origin: str,
    methods: Collection[str] = (),
    *,
    credentials: bool = False,
    sends: Collection[str] = (),
) -> dict[str, str]:
    """The headers that let a page of this (allowed) origin read the answer; with `methods`, those of a pre-flight. `sends`: headers
    that pages may send beside the usual ones.
    """
    headers = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    if credentials:
        headers["Access-Control-Allow-Credentials"] = "true"
    if methods:
        headers["Access-Control-Allow-Methods"] = ", ".join(sorted(methods))
        headers["Access-Control-Allow-Headers"] = ", ".join(sorted({"authorization", "content-type", *sends}))
        headers["Access-Control-Max-Age"] = "600"
    else:
        headers["Access-Control-Expose-Headers"] = "retry-after"
    return headers


def _spelled(origin: str) -> str:
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or not parts.hostname or "*" in origin:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else _ascii(parts.hostname)
    if not host:
        return ""
    return f"{parts.scheme}://{host}" + ("" if port in {None, _PORTS[parts.scheme]} else f":{port}")


def _ascii(host: str) -> str:
    """The name as browsers send it, whatever letters it is written in; empty if it is no name."""
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""
