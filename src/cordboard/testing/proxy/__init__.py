"""A proxy on the loopback that makes the network a bad one: in front of any server, with or without TLS.

`FaultProxy` is the whole of it; `Trouble` says what goes wrong, `random_troubles` a seeded row of that.
"""

from __future__ import annotations

from cordboard.testing.proxy.proxy import FaultProxy
from cordboard.testing.proxy.troubles import KINDS, Kind, Trouble, answer, random_troubles

__all__ = ["KINDS", "FaultProxy", "Kind", "Trouble", "answer", "random_troubles"]
