"""The settings of the links' network. `cordboard.settings` puts them together with the others."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(gt=0, le=600)]
Bytes = Annotated[int, Meta(ge=1024, le=256 * 1024 * 1024)]


class NetworkSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How links reach their vendors. A link may differ, by the same names in its own `network` table."""

    ca_file: str = ""
    """A PEM file with certificate authorities to trust beside the system's: a company's own, or a vendor's in the house."""
    system_cas: bool = True
    """Trust the system's certificate authorities. With `false` only those of `ca_file` count."""
    client_certificate: str = ""
    """A PEM file with the certificate, and its key, that links show where a vendor asks for one."""
    client_key: str = ""
    """The PEM file of that key, where it is not in the same file."""
    proxy: str = ""
    """The proxy that links go through: `http://host:port`, `https://host:port` (itself reached with TLS), `socks5://host:port`; `environment` takes what `HTTPS_PROXY`, `HTTP_PROXY`,
    `ALL_PROXY` and `NO_PROXY` say. Empty: none."""
    no_proxy: tuple[str, ...] = ()
    """What is reached without the proxy: hosts (`pbx.example`, and all below it), addresses (`10.0.0.0/8`), each with or without a
    port, or `*`."""
    connect_seconds: Seconds = 10.0
    """How long a connection may take to stand: name, host, proxy and TLS together."""
    silence_seconds: Seconds = 30.0
    """How long a vendor may be silent before an answer begins and within it, and take nothing of what is sent."""
    open_seconds: Seconds = 20.0
    """How long the opening of a socket may take, its handshake included."""
    close_seconds: Seconds = 5.0
    """How long the closing of a socket waits for the vendor's good-bye."""
    ping_seconds: Annotated[float, Meta(ge=0, le=600)] = 6.0
    """A WebSocket on which nothing came for so long is pinged, and is lost if nothing comes for half as long again; TCP connections are
    watched alike by the system. 0: not at all."""
    at_once: Annotated[int, Meta(ge=0, le=10_000)] = 50
    """How many requests and openings of sockets may be under way at one host, of all links together. One that waits longer than
    five seconds (a long poll) does not count any more. 0: any number."""
    per_second: Annotated[float, Meta(ge=0, le=100_000)] = 0.0
    """How many requests and openings may begin in a second at one host, of all links together. 0: any number."""
    body_bytes: Bytes = 8 * 1024 * 1024
    """The largest body of an answer."""
    header_bytes: Bytes = 16 * 1024
    """The longest header of an answer."""
    frame_bytes: Bytes = 8 * 1024 * 1024
    """The largest frame of a WebSocket."""
    cookies: bool = True
    """Keep the cookies that a vendor sets, for as long as the link lives, and send them where its domain, path and expiry say."""
