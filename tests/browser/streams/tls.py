"""What an operator puts before a hub: something with a certificate that speaks TLS outwards and plain HTTP inwards."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from threading import Thread
from typing import TypeVar

from cordboard.testing import FaultProxy

PATIENCE = 10
T = TypeVar("T")


class TlsProxy:
    """A `FaultProxy` without faults, under this name and on a thread of its own, before a plain port of this machine."""

    def __init__(self, host: str, inner: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._proxy = FaultProxy(f"http://127.0.0.1:{inner}", tls=True, host=host)
        self.port = self._wait(self._proxy.__aenter__()).port

    def stop(self) -> None:
        """Serve nobody any more."""
        self._wait(self._proxy.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def _wait(self, what: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(PATIENCE)
