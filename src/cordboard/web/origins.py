"""Which pages may talk to us: origins written out, and patterns for all below a domain. Callers that are no browser send none and have
to sign in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from urllib.parse import urlsplit

from cordboard.model.errors import CallerError
from cordboard.model.ids import Millis

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_PORTS = {"http": 80, "https": 443}
_ANY = "*."
_REGISTRY = re.compile(
    r"(ac|asn|asso|co|com|ed|edu|fin|firm|gen|gob|gouv|gov|govt|gv|id|idv|inc|info|k12|lg|ltd|mil|me|muni|name|ne|net|nic|nom|or|org|"
    r"plc|police|press|pro|sch|sci|tm|web)\.[a-z]{2}\Z"
)
"""What countries sell names below: ``co.uk`` is nobody's domain, as little as ``com``."""
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?\Z")
_REFUSED_KEPT = 20


class Origins:
    """The pages let in. Each browser's `Origin` is asked about as it is; what was let in, and what was not, is counted."""

    def __init__(self, listed: Iterable[str], since: Millis = 0) -> None:
        """`listed`: as `checked` lets them through. `since`: now."""
        self.since = since
        self.listed = tuple(sorted(set(listed)))
        """What browsers are told in policies, which know patterns of the same form."""
        self.own: frozenset[str] = frozenset()
        """The hub's own, known once it listens. Nobody needs to know how often they came."""
        self.used: Counter[str] = Counter()
        """How often a request or a socket of each listed one came."""
        self.refused: Counter[str] = Counter()
        """The first that were not let in, and how often."""
        self._exact = frozenset(item for item in self.listed if _ANY not in item)
        self._patterns = tuple((item, _fitting(item)) for item in self.listed if _ANY in item)

    @property
    def unused(self) -> tuple[str, ...]:
        """The listed ones of which nobody came."""
        return tuple(item for item in self.listed if not self.used[item])

    def __contains__(self, origin: str) -> bool:
        """Whether pages of this origin are let in."""
        return origin in self.own or bool(self._found(origin))

    def let_in(self, origin: str) -> bool:
        """The same, of a page that stands before us."""
        if origin in self.own:
            return True
        found = self._found(origin)
        if found:
            self.used[found] += 1
        elif len(self.refused) < _REFUSED_KEPT or origin[:200] in self.refused:
            self.refused[origin[:200]] += 1
        return bool(found)

    def _found(self, origin: str) -> str:
        if origin in self._exact:
            return origin
        return next((item for item, fits in self._patterns if fits.fullmatch(origin)), "")


def checked(origins: Iterable[str], setting: str, *, patterns: bool = True) -> tuple[str, ...]:
    """The origins, if each is written exactly as browsers send it; else `CallerError` with the right spelling. `patterns`: whether
    ``https://*.crm.example`` may stand for every host below ``crm.example``, however deep, and not for itself.
    """
    found = tuple(origins)
    for origin in found:
        scheme, _, rest = origin.partition("://")
        if patterns and rest.startswith(_ANY):
            right = _spelled(f"{scheme}://{rest.removeprefix(_ANY)}").replace("://", f"://{_ANY}")
            if wide := _too_wide(right):
                raise _wrong(origin, setting, wide)
        elif "*" in origin and patterns:
            raise _wrong(
                origin, setting, "a * stands for whole names before a domain, like https://*.crm.example"
            )
        else:
            right = _spelled(origin)
        if right != origin:
            hint = f"write {right!r}" if right else "write scheme and host only, like https://crm.example"
            raise _wrong(origin, setting, hint)
    return found


def own_origins(host: str, port: int, public: str) -> frozenset[str]:
    """Where our own pages come from. Not taken from the request's `Host`: a name that points here is not ours for that."""
    if public:
        return frozenset({public})
    hosts = set(_LOOPBACK)
    if host not in {"", "0.0.0.0", "::"}:  # noqa: S104 - compared with, not bound to
        hosts.add(f"[{host}]" if ":" in host else host)
    return frozenset(f"http://{name}" + ("" if port == _PORTS["http"] else f":{port}") for name in hosts)


def around(headers: Mapping[str, str]) -> str:
    """The origin of the page that ours is loaded into a frame of, which sends no `Origin` with that; empty if there is none, or it does
    not tell. Good for counting, and for nothing else: the browser keeps out whom it has to.
    """
    if headers.get("Sec-Fetch-Dest", "") not in {"iframe", "frame"}:
        return ""
    return _spelled(headers.get("Referer", ""))


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


def _wrong(origin: str, setting: str, hint: str) -> CallerError:
    return CallerError("bad-field", f"{setting}: {origin!r} is no origin: {hint}", {"field": setting})


def _fitting(pattern: str) -> re.Pattern[str]:
    """What an origin has to be as a whole: one name or more before the domain, the scheme and the port as written."""
    scheme, domain = pattern.split(f"://{_ANY}", 1)
    return re.compile(rf"{scheme}://(?:[a-z0-9_-]{{1,63}}\.){{1,20}}{re.escape(domain)}")


def _too_wide(pattern: str) -> str:
    """Why a pattern would let in whoever likes; empty if it is somebody's own domain."""
    domain = urlsplit(pattern.replace(_ANY, "", 1)).hostname or ""
    labels = domain.split(".")
    if ":" in domain or labels[-1].isdigit():  # browsers take no such name for one
        return "an address has no names below it: write each out"
    if domain and (len(labels) < 2 or not all(labels)):  # noqa: PLR2004 - a name and what it is registered below
        return f"everybody may have a name below {domain}: name your own domain, like https://*.crm.example"
    if _REGISTRY.match(domain):
        return f"everybody may have a name below {domain}: name your own domain, like https://*.crm.{domain}"
    return ""


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
        found = host.encode("idna").decode()
    except UnicodeError:
        return ""
    return found if _NAME.match(found) else ""
