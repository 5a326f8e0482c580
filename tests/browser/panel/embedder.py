"""A web server of somebody else's: pages that embed the panel, at an origin and a site of their own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HEAD = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>CRM</title><link rel="icon" href="data:,">'
)


class Embedder:
    """Serves `pages` by path. The same server is another site under each of its names."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.pages: dict[str, str] = {}

    def origin(self, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}"

    def put(self, body: str, path: str = "/", host: str = "127.0.0.1") -> str:
        """Serve this from now on; the answer is its address."""
        self.pages[path] = f"{HEAD}<body>{body}</body></html>"
        return f"{self.origin(host)}{path}"


@contextmanager
def serving() -> Iterator[Embedder]:
    """A server, as long as the context."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = embedder.pages.get(self.path.partition("?")[0])
            self.send_response(200 if page is not None else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((page or "nothing here").encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    embedder = Embedder(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield embedder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
