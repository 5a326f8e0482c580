"""A company's proxy that leads everybody to one server on the loopback, whatever they ask for: so a program whose addresses are fixed gets there."""

from __future__ import annotations

import socket
from contextlib import suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

CHUNK = 65_536


class Tunnel(ThreadingTCPServer):
    """`url` is what clients take for their proxy. `asked`: the hosts and ports that they asked for."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        """`port`: of the server."""
        super().__init__(("127.0.0.1", 0), _Passage)
        self.onward = port
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = Thread(target=self.serve_forever, name="tunnel", daemon=True)

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Passage(StreamRequestHandler):
    server: Tunnel

    def handle(self) -> None:
        method, target, *_ = self.rfile.readline().split()
        while self.rfile.readline().strip():
            pass
        assert method == b"CONNECT"
        self.server.asked.append(target.decode())
        with socket.create_connection(("127.0.0.1", self.server.onward)) as beyond:
            self.wfile.write(b"HTTP/1.1 200 Go on\r\n\r\n")
            back = Thread(target=_pump, args=(beyond, self.request), daemon=True)
            back.start()
            _pump(self.request, beyond)
            back.join()


def _pump(source: Any, target: Any) -> None:  # noqa: ANN401 - sockets
    with suppress(OSError):
        while data := source.recv(CHUNK):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
