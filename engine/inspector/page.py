"""Serves the inspector's page and its entries to browsers on this machine, and to nobody else."""

from __future__ import annotations

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from engine.errors import Fault
from engine.inspector.feed import Feed

_HTML = Path(__file__).with_name("page.html")
# The page shows what strangers say: it runs its own script, and fetches from nowhere else.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'"


class Page:
    """An HTTP server on the loopback interface, with a thread of its own.

    Args:
        port: 0 takes a free one.

    Raises:
        Fault: `inspect`: the port is taken.
    """

    def __init__(self, feed: Feed, port: int) -> None:
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(feed))
        except OSError as error:
            raise Fault(
                "inspect", f"The inspector cannot have port {port}: {error.strerror}.", "Choose another with --inspect."
            ) from None
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, args=(0.1,), name="inspector page", daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


def _handler(feed: Feed) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """`/` is the page, `/since/N` the entries after number N."""

        def do_GET(self) -> None:
            # A name that points here is somebody else's page (DNS rebinding); they must not read what players say.
            if self.headers.get("Host", "").rpartition(":")[0] not in ("127.0.0.1", "localhost"):
                self._answer(HTTPStatus.FORBIDDEN, "text/plain", b"Use http://127.0.0.1")
            elif self.path == "/":
                self._answer(HTTPStatus.OK, "text/html; charset=utf-8", _HTML.read_bytes())
            elif self.path.startswith("/since/") and (number := self.path.removeprefix("/since/")).isdecimal():
                body = json.dumps(feed.since(int(number[:18]))).encode()
                self._answer(HTTPStatus.OK, "application/json", body)
            else:
                self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"There is / and /since/N")

        def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing: the server's log is about games."""

    return Handler
