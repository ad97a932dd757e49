"""Serves the inspector's page and its entries to browsers on this machine, and to nobody else."""

from __future__ import annotations

import json
from pathlib import Path

from engine.errors import Fault
from engine.files import reason
from engine.inspector.feed import Feed
from engine.inspector.http import Answer, LocalServer, Request

_HTML = Path(__file__).with_name("page.html")
_LOCKED = Path(__file__).with_name("locked.html")


class Page:
    """`/` is the page, `/since/N` the entries after number N; on the loopback interface.

    Args:
        port: 0 takes a free one.
        token: whoever looks must know it; None: all of this machine may look.

    Raises:
        Fault: `inspect`: the port is taken.
    """

    def __init__(self, feed: Feed, port: int, token: str | None = None) -> None:
        self._feed = feed
        try:
            self._server = LocalServer("127.0.0.1", port, self._answer, "inspector page", token, _LOCKED.read_bytes())
        except OSError as error:
            raise Fault(
                "inspect", f"The inspector cannot have port {port}: {reason(error)}.", "Choose another with --inspect."
            ) from None
        self.address = f"http://127.0.0.1:{self._server.port}/"

    def close(self) -> None:
        """Stop serving."""
        self._server.close()

    def _answer(self, request: Request) -> Answer:
        number = request.path.removeprefix("/since/")
        if request.path == "/":
            return Answer(_HTML.read_bytes(), "text/html; charset=utf-8")
        if number != request.path and number.isascii() and number.isdecimal():
            return Answer(json.dumps(self._feed.since(int(number[:18]))).encode(), "application/json")
        return Answer.missing("/ and /since/N")
