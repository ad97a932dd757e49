"""Replicas without Ray: the same calls over HTTP, answered in this process, and made to fail at will."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from engine.errors import Fault
from engine.remote.replica import Replica


@dataclass
class Stand:
    """Serve's proxy as a gateway sees it: `failing` calls get a 500, as when a replica dies under one."""

    replica: Replica
    failing: int = 0
    calls: list[str] = field(default_factory=list)
    address: str = ""
    open: list[socket.socket] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    hangs: threading.Event = field(default_factory=threading.Event)  # while it is set nobody is answered
    called: threading.Event = field(default_factory=threading.Event)

    def start(self, port: int = 0) -> None:
        stand = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                stand.open.append(self.connection)

            def do_GET(self) -> None:
                self._send(200, json.dumps(stand.replica.info()).encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                kind = self.path.rpartition("/")[2]
                stand.called.set()
                while stand.hangs.is_set():
                    time.sleep(0.005)
                with stand.lock:
                    stand.calls.append(kind)
                    if stand.failing:
                        stand.failing -= 1
                        self._send(500, b"died")
                        return
                    [answer] = stand.replica.answer([(kind, body)])
                if isinstance(answer, Fault):
                    told = {"code": answer.code, "message": answer.message, "fix": answer.fix}
                    self._send(422, json.dumps(told).encode())
                else:
                    self._send(200, answer)

            def _send(self, status: int, data: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(data)))
                with contextlib.suppress(OSError):  # a gateway that waits no longer
                    self.end_headers()
                    self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.address = f"ray://127.0.0.1:{self.port}/perception"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        for connection in self.open:  # as when the process is gone
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.open.clear()
        self.thread.join(30)


@pytest.fixture(scope="session")
def replica() -> Replica:
    return Replica(provider="cpu", threads=1)


@pytest.fixture
def stand(replica) -> Iterator[Stand]:
    made = Stand(replica)
    made.start()
    yield made
    made.stop()
