"""Why the network failed a link, in stable words: what `Failed.reason`, and `Closed.reason` with code 0 or 1006, say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "bad-address": "The address is none that can be called. Correct it in the link's options.",
        "dns-failed": "The host's name is not known. Check the name, and the machine's resolver.",
        "connect-refused": "Nobody listens at that port. The vendor is down, or the port is wrong.",
        "connect-failed": "No way leads to the host. Look at the machine's routes, and at firewalls.",
        "connect-timeout": "No connection in time: name, host, proxy and TLS together. A firewall that drops what it does not "
        "let through looks like this.",
        "host-busy": "As many requests were under way at that host as are allowed at once, for as long as there was time. "
        "Raise `network.at_once`, or ask for less.",
        "proxy-failed": "The proxy was not reached, or its certificate is not believed. Check its address, whether it runs, and `ca_file`.",
        "proxy-refused": "The proxy does not let this link through. Check the log-in, and what it allows.",
        "certificate-expired": "The vendor's certificate is out of date, or not valid yet. Have it renewed, or set the clock here.",
        "certificate-wrong-host": "The vendor's certificate is for another host. The address is not the one it is to be called by.",
        "certificate-untrusted": "Nobody who is trusted here has signed the vendor's certificate. Name its authority in "
        "`network.ca_file`.",
        "tls-failed": "Vendor and hub agreed on no TLS. It may want a client certificate, or an older TLS than is safe.",
        "handshake-refused": "The vendor answered the opening of a WebSocket with the HTTP status in `Closed.status`. That says why.",
        "redirected": "The vendor sends the opening of a WebSocket elsewhere. It is not followed: give that address.",
        "response-timeout": "The request was sent, and no answer began in time. Look at how the vendor is, or raise `network.silence_seconds`.",
        "body-timeout": "The answer began and stopped coming. Look at how the vendor is.",
        "timeout": "The request was not answered within its time. Look at how the vendor is.",
        "send-timeout": "The vendor took nothing of what was sent for too long. Look at how the vendor is.",
        "connection-lost": "The connection was cut half-way, by the vendor or by something between. If it happens often, look at proxies and firewalls.",
        "heartbeat-lost": "The vendor did not answer a WebSocket ping: the connection was dead, though nobody had "
        "said so. If it happens often, look at proxies and firewalls, or raise `network.ping_seconds`.",
        "bad-response": "What came is no HTTP, or no WebSocket. Check the address, and whether it wants TLS.",
        "too-large": "What came is larger than is allowed: header, body or frame. If it is right so, raise that limit in `network`.",
        "bridge-absent": "There is no browser page for this bridge. Open it.",
    }
)
"""Each reason, and what it means. A link matches on the words; more may be added."""
