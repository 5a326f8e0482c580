"""What can be seen of a host that a link goes to, on the link's own way: name, proxy, port, TLS, certificate, clock, an answer."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography import x509

from cordboard.app.doctor.findings import FINDINGS, Finding, fine, found
from cordboard.contract import CtiProtocol, Failed, Ids, Open, Request, Scope
from cordboard.hub.clock import SystemClock
from cordboard.hub.network.asking import ask
from cordboard.hub.network.client import Client
from cordboard.hub.network.failures import EXPECTED, NetworkError, reason_of
from cordboard.hub.network.network import Network
from cordboard.hub.network.streams import connection

SOON_DAYS = 21
OFF_SECONDS = 5
WRONG_SECONDS = 300
_DAY = 86_400
_SECURE = {"https": 443, "wss": 443, "tls": 5223}
_PLAIN = {"http": 80, "ws": 80, "tcp": 0}
_UNWELL = 500


class Place(NamedTuple):
    """Where something listens, and whether it is talked to with TLS."""

    host: str
    port: int
    secure: bool


def addresses(
    protocol: CtiProtocol, options: Mapping[str, object], scope: Scope, ids: Ids
) -> Mapping[Place, str]:
    """Where a link goes first, and what its options name: each host and port once, with its address. A link does no I/O, so it
    can be asked.
    """
    wanted = [
        effect.url
        for effect in protocol.link(options, scope, ids).start(SystemClock().now(), {})
        if isinstance(effect, Open | Request) and not (isinstance(effect, Open) and effect.kind == "bridge")
    ]
    wanted += [value for value in options.values() if isinstance(value, str) and "://" in value]
    hosts: dict[Place, str] = {}
    for url in wanted:
        if (at := place(url)) is not None:
            hosts.setdefault(at, url)
    return hosts


async def of_host(network: Network, url: str, about: str) -> AsyncIterator[Finding]:
    """Everything about one address, up to what is wrong first."""
    parts = urlsplit(url)
    at = place(url)
    if at is None:
        yield found("bad-address", about, url)
        return
    name = f"{at.host}:{at.port}"
    proxy = network.proxies.of(url)
    by = " through the proxy" if proxy else ""
    try:
        async with asyncio.timeout(network.settings.open_seconds):
            _, writer = await connection(network, at.host, at.port, secure=at.secure)
    except (*EXPECTED, NetworkError) as error:
        reason = "connect-timeout" if type(error) is TimeoutError else reason_of(error)
        shown = await _shown(network, at) if reason.startswith("certificate-") else ""
        yield found(reason, about, f"{name}{by}{shown}: {FINDINGS[reason].text}")
        return
    tls = writer.get_extra_info("ssl_object")
    certificate = tls.getpeercert() if tls is not None else None
    writer.close()
    said = f"{name} is reached{by}"
    if certificate is not None:
        days = (ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()) / _DAY
        if days < SOON_DAYS:
            yield found("certificate-expires", about, f"{name}: in {days:.1f} days")
        else:
            said += f", its certificate is good for {days:.0f} days"
    yield fine(about, said)
    if parts.scheme not in {"tcp", "tls"}:
        for finding in await _answer(network, parts.scheme, name, about):
            yield finding


def clock(date: str, about: str, now: float) -> Finding | None:
    """What a host's clock says of ours."""
    try:
        ahead = now - parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    off = abs(ahead)
    if off <= OFF_SECONDS:
        return None
    words = f"our clock is {off:.0f} s {'ahead of' if ahead > 0 else 'behind'} its"
    return found("clock-wrong" if off > WRONG_SECONDS else "clock-off", about, words)


def place(url: str) -> Place | None:
    """Host and port of an address that can be called."""
    try:
        parts = urlsplit(url)
        port = parts.port or {**_SECURE, **_PLAIN}.get(parts.scheme, 0)
    except ValueError:
        return None
    return Place(parts.hostname, port, parts.scheme in _SECURE) if parts.hostname and port else None


async def _answer(network: Network, scheme: str, name: str, about: str) -> list[Finding]:
    """Ask for its root: what it answers does not matter, but that it does, and when it thinks that is."""
    client = Client(network)
    kind = "https" if scheme in _SECURE else "http"
    try:
        said = await ask(client, Request(name="doctor", method="GET", url=f"{kind}://{name}/"), SystemClock())
    finally:
        await client.close()
    if isinstance(said, Failed):
        # A server for sockets alone may not speak HTTP to us.
        return [] if scheme in {"ws", "wss"} else [found(said.reason, about, f"{name} was asked for /")]
    findings = []
    if said.status >= _UNWELL:
        findings.append(found("vendor-unwell", about, f"{name} answers {said.status}"))
    off = clock(said.headers.get("date", ""), about, time.time())
    if off is not None:
        findings.append(off)
    elif "date" in said.headers:
        findings.append(fine(about, f"{name} answers {said.status}, and its clock agrees with ours"))
    return findings


async def _shown(network: Network, at: Place) -> str:
    """What stands on a certificate that is not believed. Nothing is sent over that connection."""
    curious = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    curious.check_hostname = False
    curious.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(network.settings.connect_seconds):
            _, writer = await connection(network, at.host, at.port, secure=True, trust=curious)
        data = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        return "".join(_words(x509.load_der_x509_certificate(data)))
    except (*EXPECTED, NetworkError):
        return ""


def _words(certificate: x509.Certificate) -> Iterator[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        yield f" shows one for {', '.join(str(name.value) for name in names)}"
    except x509.ExtensionNotFound:
        yield " shows one for nobody"
    yield f", valid {certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d}"
    yield f", signed by {certificate.issuer.rfc4514_string()}"
