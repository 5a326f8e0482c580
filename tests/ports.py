"""Ports for programs that tests start, kill and start again."""

from __future__ import annotations

import socket
from random import Random

_OURS = range(20_000, 32_000)
"""Below those that the system lends to outgoing connections: a port from there may be somebody's by the time a program takes it."""


def free_port() -> int:
    """A port that nobody listens on now."""
    random = Random()
    while True:
        port = random.choice(_OURS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
