"""What an exception of the network means, in the contract's words (`cordboard.contract.REASONS`)."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

import aiohttp
from aiohttp import http_exceptions

EXPECTED = (
    aiohttp.ClientError,
    OSError,  # time-outs and TLS are some
    ValueError,
    UnicodeError,
    EOFError,
)
"""All that a connection may end with. Anything else is our own mistake."""

_EXPIRED = frozenset({9, 10})
"""OpenSSL's codes: not yet valid, expired."""
_OTHER_HOST = frozenset({62, 64})
"""Host name or address mismatch."""


class NetworkError(Exception):
    """A failure that we found ourselves, by its reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def reason_of(error: BaseException | None) -> str:
    """The reason; ``connection-lost`` for what says no more than that."""
    for each in _causes(error):
        if (found := _reason(each)) is not None:
            return found
    return "connection-lost"


def _reason(error: BaseException) -> str | None:
    match error:
        case NetworkError(reason=reason):
            return reason
        case ssl.SSLCertVerificationError(verify_code=code):
            return (
                "certificate-expired"
                if code in _EXPIRED
                else "certificate-wrong-host"
                if code in _OTHER_HOST
                else "certificate-untrusted"
            )
        case aiohttp.ClientConnectorCertificateError(certificate_error=inner):
            return _reason(inner) or "certificate-untrusted"
        case aiohttp.ClientConnectorDNSError() | socket.gaierror():
            return "dns-failed"
        case aiohttp.ClientHttpProxyError():
            return "proxy-refused"
        case aiohttp.ClientProxyConnectionError():
            return "proxy-failed"
        case aiohttp.ConnectionTimeoutError():
            return "connect-timeout"
        case aiohttp.SocketTimeoutError():
            return "response-timeout"
        case ConnectionRefusedError():
            return "connect-refused"
        case ssl.SSLError():
            return "tls-failed"
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return "bad-address"
        case http_exceptions.HttpProcessingError():
            return "too-large" if isinstance(error.__cause__, http_exceptions.LineTooLong) else "bad-response"
        case aiohttp.ClientConnectorError(os_error=TimeoutError()):
            return "connect-timeout"
        case aiohttp.ClientConnectorError(os_error=inner):
            return _reason(inner) or "connect-failed"
        case TimeoutError(errno=errno.ETIMEDOUT):
            return "heartbeat-lost"  # the system found out
        case ValueError():
            return "bad-address"
        case _:
            return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__
