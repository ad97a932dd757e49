"""A small HTTP server for pages that people of this machine look at: who else knocks is turned away, and holds up nobody."""

from __future__ import annotations

import contextlib
import hmac
import os
import socket
import socketserver
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs, urlsplit

from npc.text import valid

_MOST = 16  # connections; the oldest gives way to a new one
_PATIENCE_S = 10.0  # from a connection to the end of its answer
_WRONG_S = 0.5  # that a wrong token takes: to try them all in turn is no way in
# Pages show what strangers say: they run their own script, fetch from nowhere else, and stand in no other page.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What a browser asks for."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What it gets."""

    body: bytes
    kind: str = "text/plain; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK

    @staticmethod
    def missing(what_there_is: str) -> Answer:
        return Answer(f"There is {what_there_is}".encode(), status=HTTPStatus.NOT_FOUND)


class LocalServer:
    """Answers GET requests at one address, on threads of its own.

    A request that is never finished, an answer that is never read and a crowd of connections cost 16 threads at most, each
    for ten seconds at most; whoever asks properly is answered meanwhile.

    Args:
        host: a name or an address. On loopback only requests by a loopback name are answered: a page of elsewhere whose name
            was made to point here (DNS rebinding) is none of them.
        port: 0 takes a free one.
        answer: called on several threads.
        name: of its threads.
        token: requests must bring it, as `Authorization: Bearer TOKEN` or `?token=TOKEN`; None: nobody is asked.
        locked: what is answered without it.

    Raises:
        OSError: the address is taken, or not of this machine.
    """

    def __init__(
        self,
        host: str,
        port: int,
        answer: Callable[[Request], Answer],
        name: str,
        token: str | None = None,
        locked: bytes = b"A token is needed: add ?token=TOKEN to the address.",
    ) -> None:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        self._server = _Server(family, address, _handler(answer, token, locked, _is_loopback(str(address[0]))))
        self.port: int = self._server.socket.getsockname()[1]
        threading.Thread(target=self._server.serve_forever, args=(0.1,), name=name, daemon=True).start()

    def close(self) -> None:
        """Stop serving, and cut whoever is still being answered."""
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    """Its connections by age, so that the oldest can be cut."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name == "posix"  # on Windows it would share a port that somebody has
    request_queue_size = 64

    def __init__(self, family: int, address: Any, handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = family
        self._open: OrderedDict[socket.socket, float] = OrderedDict()
        self._lock = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            while len(self._open) >= _MOST:
                _cut(self._open.popitem(last=False)[0])
            self._open[request] = time.monotonic() + _PATIENCE_S
        super().process_request(request, client_address)

    def service_actions(self) -> None:
        """Between requests, ten times a second."""
        now = time.monotonic()
        with self._lock:
            while self._open and next(iter(self._open.values())) < now:
                _cut(self._open.popitem(last=False)[0])

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        with self._lock:
            while self._open:
                _cut(self._open.popitem()[0])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a browser that went away is no fault, and the server's log is about games."""


def _cut(connection: socket.socket) -> None:
    """Wakes the thread that waits for it; that thread closes it."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _handler(
    answer: Callable[[Request], Answer], token: str | None, locked: bytes, by_loopback_names: bool
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _PATIENCE_S

        def do_GET(self) -> None:
            self._send(self._answer())

        do_HEAD = do_GET

        def _answer(self) -> Answer:
            hosts = self.headers.get_all("Host", [])
            if by_loopback_names and (len(hosts) != 1 or not _is_loopback(_host(hosts[0]))):
                return Answer(b"Use http://127.0.0.1", status=HTTPStatus.FORBIDDEN)
            try:
                parts = urlsplit(self.path)
                request = Request(parts.path, {name: values[-1] for name, values in parse_qs(parts.query).items()})
            except ValueError:
                return Answer(b"That is no address.", status=HTTPStatus.BAD_REQUEST)
            if token is None or self._knows(request.query.get("token", ""), token):
                return answer(request)
            return Answer(locked, "text/html; charset=utf-8", HTTPStatus.UNAUTHORIZED)

        def _knows(self, asked: str, token: str) -> bool:
            header = self.headers.get("Authorization", "").removeprefix("Bearer ").strip()
            # A header's text is its bytes. The token has the form that all text from outside gets.
            brought = valid(header.encode("latin-1").decode(errors="replace") if header else asked)
            if hmac.compare_digest(brought.encode(), token.encode()):
                return True
            if brought:
                time.sleep(_WRONG_S)
            return False

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body)))
            for name, value in _HEADERS.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        def version_string(self) -> str:
            return "npc-engine"

        def log_message(self, *_: Any) -> None:
            """Nothing: the server's log is about games."""

    return Handler


def _host(header: str) -> str:
    """The name in a Host header, without its port."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0]


def _is_loopback(host: str) -> bool:
    """Whether a name means this machine by what it is, not by how it begins."""
    try:
        return host.lower() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
