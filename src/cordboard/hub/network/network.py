"""What links with the same settings share: whom they trust, their proxy, and the places at each host."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Mapping
from functools import cached_property
from random import Random, SystemRandom

from cordboard.hub.network.limits import HostLimits
from cordboard.hub.network.proxies import Proxies
from cordboard.hub.network.settings import NetworkSettings
from cordboard.model.errors import CallerError


class Network:
    """One way to the vendors, by its settings. `CallerError` naming the setting that is wrong."""

    def __init__(
        self,
        settings: NetworkSettings | None = None,
        *,
        limits: HostLimits | None = None,
        environment: Mapping[str, str] = os.environ,
        random: Random | None = None,
    ) -> None:
        self.settings = settings = settings or NetworkSettings()
        self.limits = limits or HostLimits(settings.at_once, settings.per_second)
        self.proxies = Proxies(settings.proxy, settings.no_proxy, environment)
        if settings.ca_file or settings.client_certificate:
            _ = self.tls  # what is wrong with them shows now
        self.random = random or SystemRandom()

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """Whom it trusts. Made when it is first used: reading the system's authorities takes a while."""
        return trust(self.settings)


class Networks:
    """All of a hub's: links whose limits are the same share them, whatever else they differ in."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment
        self._limits: dict[tuple[int, float], HostLimits] = {}
        self._made: dict[NetworkSettings, Network] = {}

    def of(self, settings: NetworkSettings) -> Network:
        """The network of these settings."""
        if (made := self._made.get(settings)) is None:
            figures = (settings.at_once, settings.per_second)
            limits = self._limits.setdefault(figures, HostLimits(*figures))
            made = self._made[settings] = Network(settings, limits=limits, environment=self._environment)
        return made


def trust(settings: NetworkSettings) -> ssl.SSLContext:
    """Whose certificates are believed, and what is shown. `CallerError` naming the file that is none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks host names and chains, always
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.system_cas:
        context.load_default_certs()
    if settings.ca_file:
        try:
            context.load_verify_locations(settings.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise _wrong("ca_file", settings.ca_file, error) from None
    if settings.client_certificate:
        try:
            # Without the password callback OpenSSL would ask for one on the terminal.
            context.load_cert_chain(
                settings.client_certificate, settings.client_key or None, password=lambda: ""
            )
        except (OSError, ssl.SSLError) as error:
            raise _wrong("client_certificate", settings.client_certificate, error) from None
    return context


def watched(connection: object, seconds: float) -> None:
    """Let the system find out within so many seconds that nobody is at the other end, of what is sent and while nothing is."""
    if not seconds or not hasattr(connection, "setsockopt"):
        return
    idle = max(1, round(seconds / 2))
    for level, option, value in (
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle),
        (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, max(1, idle // 2)),
        (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
        (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(seconds * 1500)),
    ):
        connection.setsockopt(level, option, value)


def _wrong(field: str, file: str, error: Exception) -> CallerError:
    why = error.strerror if isinstance(error, OSError) and error.strerror else "it holds no such thing in PEM"
    return CallerError(
        "bad-field", f"network.{field}: cannot use {file}: {why}", {"field": f"network.{field}"}
    )
