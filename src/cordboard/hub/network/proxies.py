"""Which proxy an address is reached through."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from cordboard.model.errors import CallerError

ENVIRONMENT = "environment"
SCHEMES = frozenset({"http", "https", "socks4", "socks4a", "socks5", "socks5h"})
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_SECURE = frozenset({"https", "wss", "tls"})


class Proxies:
    """The rules of one link. `CallerError` if the proxy's address is none."""

    def __init__(self, proxy: str, exceptions: tuple[str, ...], environment: Mapping[str, str]) -> None:
        if proxy == ENVIRONMENT:
            every = _named(environment, "ALL_PROXY")
            self._secure = _named(environment, "HTTPS_PROXY") or every
            self._plain = _named(environment, "HTTP_PROXY") or every
            listed = _named(environment, "NO_PROXY").split(",")
            exceptions += tuple(item.strip() for item in listed if item.strip())
        else:
            self._secure = self._plain = proxy
        for address in (self._secure, self._plain):
            _check(address)
        self._exceptions = exceptions

    def of(self, url: str) -> str:
        """The proxy for an address; empty for none. `ValueError` if it is no address."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
        found = self._secure if parts.scheme in _SECURE else self._plain
        return "" if not found or any(_fits(rule, host, port) for rule in self._exceptions) else found


def _named(environment: Mapping[str, str], name: str) -> str:
    """The variable, in either case: the small one first, as everybody does."""
    return environment.get(name.lower()) or environment.get(name) or ""


def _check(address: str) -> None:
    if not address:
        return
    try:
        parts = urlsplit(address)
        good = parts.scheme in SCHEMES and parts.hostname and parts.port
    except ValueError:
        good = None
    if not good:
        raise CallerError(
            "bad-field",
            "network.proxy: give an address like http://proxy.example:3128 or socks5://proxy.example:1080",
            {"field": "network.proxy"},
        )


def _fits(rule: str, host: str, port: int) -> bool:
    if rule == "*":
        return True
    name, _, at = rule.rpartition(":")
    if name and at.isdigit() and not name.endswith(":") and (":" not in name or name.startswith("[")):
        if int(at) != port:
            return False
        rule = name
    rule = rule.strip("[]")
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(rule, strict=False)
    except ValueError:
        pass  # one of the two is a name
    name = rule.lower().removeprefix("*").removeprefix(".")
    return host == name or host.endswith(f".{name}")
