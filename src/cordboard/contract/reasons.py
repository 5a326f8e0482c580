"""Why the network failed a link, in stable words: what `Failed.reason`, and `Closed.reason` with code 0 or 1006, say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "bad-address": "The address is none that can be called. Correct it in the link's options.",
        "dns-failed": "The host's name is not known. Check the name, and the machine's resolver.",
        "connect-refused": "Nobody listens at that port. The vendor is down, or the port is wrong.",
        "connect-failed": "No way leads to the host (no route, or a firewall that says so).",
        "connect-timeout": "No connection in time: name, host, proxy and TLS together. A firewall that drops what it does not "
        "let through looks like this.",
        "host-busy": "As many requests were under way at that host as are allowed at once, for as long as there was time.",
        "proxy-failed": "The proxy was not reached. Check its address, and whether it runs.",
        "proxy-refused": "The proxy does not let this link through: its log-in, or what it allows.",
        "certificate-expired": "The vendor's certificate is out of date, or not valid yet; or the clock here is wrong.",
        "certificate-wrong-host": "The vendor's certificate is for another host. The address is not the one it is to be called by.",
        "certificate-untrusted": "Nobody who is trusted here has signed the vendor's certificate. Name its authority in "
        "`network.ca_file`.",
        "tls-failed": "Vendor and hub agreed on no TLS. It may want a client certificate, or an older TLS than is safe.",
        "handshake-refused": "The vendor answered the opening of a WebSocket with the HTTP status in `Closed.status`.",
        "redirected": "The vendor sends the opening of a WebSocket elsewhere. It is not followed: give that address.",
        "response-timeout": "The request was sent, and no answer began in time.",
        "body-timeout": "The answer began and stopped coming.",
        "timeout": "The request was not answered within its time.",
        "send-timeout": "The vendor took nothing of what was sent for too long.",
        "connection-lost": "The connection was cut half-way, by the vendor or by something between.",
        "heartbeat-lost": "The vendor did not answer a WebSocket ping: the connection was dead, though nobody had said so.",
        "bad-response": "What came is no HTTP, or no WebSocket.",
        "too-large": "What came is larger than is allowed: header, body or frame.",
        "bridge-absent": "There is no browser page for this bridge.",
    }
)
"""Each reason, and what it means. A link matches on the words; more may be added."""
